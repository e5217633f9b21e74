//! The watch: who has it on each post of each line, and the rota that says who should. Local only.

pub(crate) mod calendar;
pub(crate) mod post;
