//! Texts under negotiation, from the first brackets to the last signature (`spec/texts.md`).
//!
//! - [`Draft`]: the paragraphs as they stand, and what an amendment does to them.
//! - [`Texts`]: the fold over the record: which amendments were made, which crossed, who has initialled and signed what.
//! - [`notation`]: square brackets as negotiators type them.
//! - [`diff`]: what changed between two drafts, and where language versions disagree.
//! - [`markdown`] and [`html`]: in and out.

mod draft;
mod fold;

pub mod diff;
pub mod html;
pub mod markdown;
pub mod notation;

pub use draft::{Counts, Draft, Obstacle, Slot};
pub use fold::{Assented, Counting, Negotiation, Outcome, Standing, Step, Texts};
