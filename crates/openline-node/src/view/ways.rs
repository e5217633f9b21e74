//! How bearers have stood, and why a message took as long as it did.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{PhraseView, SaidView};

/// One kind of bearer to one party, since the node began to run: at most 240 round trips and 128 stretches, the oldest left out.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct WayView {
    /// The other party.
    pub party: String,
    /// Its id.
    pub party_id: String,
    /// `quic` or `tls`.
    pub kind: String,
    /// Round trips, oldest first.
    pub round_trips: Vec<RoundTripView>,
    /// When it stood, oldest first.
    pub stood: Vec<StoodView>,
    /// Tests of lines with that party, newest first.
    pub tests: Vec<WayTestView>,
}

/// A test of a line, as far as it tells something of a way. Times are this node's own.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct WayTestView {
    /// Line id.
    pub line: String,
    /// Its place, `PARTY/INDEX`.
    pub place: String,
    /// Who sent it.
    pub by: String,
    /// When it was written here, or came here, ms.
    pub at_ms: i64,
    /// How long until the node of the one who was tested had answered, and we held that, ms; none while it has not.
    pub answered_after_ms: Option<i64>,
    /// Whether the way stood meanwhile; none if the test is older than this node's present run.
    pub has_stood: Option<bool>,
}

/// A round trip.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
pub struct RoundTripView {
    /// When, ms.
    pub at_ms: i64,
    /// How long it took, us.
    pub us: u64,
}

/// A time in which a bearer stood.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
pub struct StoodView {
    /// From, ms.
    pub from_ms: i64,
    /// Until, ms; none while it stands.
    pub until_ms: Option<i64>,
}

/// Where the time of a message went.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct DelayView {
    /// The entry, `PARTY/INDEX`.
    pub place: String,
    /// When it was released, ms, by its author's clock.
    pub released_ms: i64,
    /// Each stage after that, in the order of their times.
    pub steps: Vec<DelayStepView>,
    /// What it still waits for, a sentence each.
    pub waits: Vec<SaidView>,
}

/// How a message came to a stage.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct DelayStepView {
    /// The stage in a word.
    pub stage: String,
    /// Who reached it.
    pub by: String,
    /// When, ms, by the clock of who reached it.
    pub at_ms: i64,
    /// How long after the stage before, ms; below 0 where two clocks differ.
    pub after_ms: i64,
    /// Where the time went, as far as this node can know, in a sentence.
    pub words: String,
    /// The same in parts.
    pub phrases: Vec<PhraseView>,
}
