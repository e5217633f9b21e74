//! How the tests of a line went, and the review of a year: from the record alone, so that both sides hold them alike.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How the tests of a line went.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct HealthView {
    /// Line id.
    pub line: String,
    /// The line's title.
    pub title: String,
    /// Zone of the schedule.
    pub zone: String,
    /// Times of the tests, `HH:MM`.
    pub times: Vec<String>,
    /// Whether a person acknowledges each test.
    pub by_person: bool,
    /// From when, ms.
    pub from_ms: i64,
    /// Until when, ms.
    pub until_ms: i64,
    /// What it comes to, by party.
    pub parties: Vec<TestTallyView>,
    /// Every slot.
    pub slots: Vec<SlotView>,
}

/// What the tests of a party come to.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct TestTallyView {
    /// The party's name.
    pub party: String,
    /// Tests held.
    pub held: u64,
    /// Slots without one.
    pub missed: u64,
    /// Tests held to which every other node has answered.
    pub answered: u64,
    /// Tests held that a person of every other party has acknowledged.
    pub acknowledged: u64,
    /// Tests beside the schedule.
    pub on_demand: u64,
}

/// A time at which the line is tested.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SlotView {
    /// When, ms.
    pub slot_ms: i64,
    /// What became of each party's test.
    pub tests: Vec<SlotTestView>,
}

/// What became of a party's test at a slot.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SlotTestView {
    /// The party's name.
    pub party: String,
    /// `held`, `missed`, `open` (nothing on the record tells yet) or `before` (the party had not begun its log).
    pub state: String,
    /// Place of the test.
    pub place: Option<String>,
    /// When it was sent, ms, as claimed.
    pub sent_ms: Option<i64>,
    /// What each other party made of it.
    pub heard: Vec<HeardView>,
}

/// What a party made of another's test.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct HeardView {
    /// The party's name.
    pub party: String,
    /// When its node answered, ms, as claimed.
    pub answered_ms: Option<i64>,
    /// When a person there acknowledged, ms, as claimed.
    pub acknowledged_ms: Option<i64>,
}

/// A test of another party.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct TestView {
    /// Line id.
    pub line: String,
    /// The line's title.
    pub title: String,
    /// Its place.
    pub place: String,
    /// Who sent it.
    pub party: String,
    /// When, ms, as claimed.
    pub sent_ms: i64,
    /// Its slot, ms; none for a test on demand.
    pub slot_ms: Option<i64>,
    /// When our node answered, ms.
    pub answered_ms: Option<i64>,
    /// When a person here acknowledged, ms.
    pub acknowledged_ms: Option<i64>,
    /// True if a person has still to acknowledge it.
    pub is_open: bool,
}

/// A test to be held at once.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TestRequest {
    /// The line.
    pub line: String,
}

/// The review of a line for a year.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ReviewView {
    /// Line id.
    pub line: String,
    /// The line's title.
    pub title: String,
    /// The parties' names, in the charter's order.
    pub parties: Vec<String>,
    /// The year, UTC.
    pub year: i16,
    /// Messages sent, by party, type, precedence and form.
    pub messages: Vec<CountView>,
    /// Messages whose bodies were purged or are not held, by party.
    pub without_body: Vec<PartyCountView>,
    /// How soon real messages were shown, acknowledged and answered.
    pub speeds: Vec<SpeedView>,
    /// Real messages that crossed one of another party.
    pub crossed: Vec<PartyCountView>,
    /// Tests, by party; none if the charter's zone is not known.
    pub tests: Option<Vec<TestTallyView>>,
    /// The longest stretch without any entry.
    pub silence: Option<StretchView>,
    /// The longest stretch without a real message.
    pub real_silence: Option<StretchView>,
    /// Suspensions, narrowings and resumptions.
    pub statuses: Vec<StatusGivenView>,
    /// Corrections and cancellations.
    pub superseding: Vec<SupersedingView>,
    /// Questions about acts outside the line.
    pub origin_queries: Vec<AskedView>,
    /// Changes of node keys.
    pub key_changes: Vec<KeyChangedView>,
    /// Purges.
    pub purges: Vec<PurgingView>,
}

/// How many messages of one kind.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct CountView {
    /// The author.
    pub party: String,
    /// `real`, `exercise` or `test`.
    pub message_type: String,
    /// Precedence.
    pub precedence: String,
    /// Form.
    pub form: String,
    /// How many.
    pub count: u64,
}

/// How many, of a party.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct PartyCountView {
    /// The party.
    pub party: String,
    /// How many.
    pub count: u64,
}

/// How soon messages got on at one party.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SpeedView {
    /// The party that received them.
    pub party: String,
    /// Precedence.
    pub precedence: String,
    /// Messages addressed to it.
    pub addressed: u64,
    /// Shown.
    pub shown: ReachedView,
    /// Acknowledged.
    pub acknowledged: ReachedView,
    /// Answered, or replied to.
    pub answered: ReachedView,
}

/// How many messages reached a stage, and how soon.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ReachedView {
    /// How many.
    pub count: u64,
    /// Median of the time since release, ms, by claimed times.
    pub median_ms: Option<i64>,
}

/// A stretch of time.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct StretchView {
    /// From when, ms.
    pub from_ms: i64,
    /// Until when, ms.
    pub until_ms: i64,
}

/// A line status on the record.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct StatusGivenView {
    /// Its place.
    pub place: String,
    /// Its author.
    pub party: String,
    /// When, ms, as claimed.
    pub at_ms: i64,
    /// `suspend`, `narrow` or `resume`.
    pub act: String,
    /// From when, ms.
    pub effective_ms: i64,
    /// Until when, ms.
    pub until_ms: Option<i64>,
    /// Classes that stayed open beside the charter's.
    pub classes: Vec<String>,
    /// The reason.
    pub reason: Option<String>,
}

/// A correction or cancellation on the record.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SupersedingView {
    /// Its place.
    pub place: String,
    /// Its author.
    pub party: String,
    /// When, ms, as claimed.
    pub at_ms: i64,
    /// `correction` or `cancellation`.
    pub form: String,
    /// What it takes the place of.
    pub of: String,
}

/// A question about an act outside the line.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct AskedView {
    /// Its place.
    pub place: String,
    /// Who asked.
    pub party: String,
    /// When, ms, as claimed.
    pub at_ms: i64,
    /// `call`, `letter`, `statement` or `other`.
    pub channel: String,
    /// What it was about.
    pub what: String,
    /// The last finding of each other party.
    pub findings: Vec<FoundView>,
}

/// What a party found about an act it was asked about.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct FoundView {
    /// Who found.
    pub party: String,
    /// When, ms, as claimed.
    pub at_ms: i64,
    /// `yes`, `no` or `looking into it`.
    pub origin: String,
}

/// A change of node key on the record.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct KeyChangedView {
    /// Its place.
    pub place: String,
    /// Whose key.
    pub party: String,
    /// When, ms, as claimed.
    pub at_ms: i64,
    /// Serial of the new key.
    pub serial: u64,
}

/// A purge on the record.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct PurgingView {
    /// Its place.
    pub place: String,
    /// Who proposed it.
    pub party: String,
    /// When, ms, as claimed.
    pub at_ms: i64,
    /// How many entries it names.
    pub entries: u64,
    /// Why.
    pub reason: String,
    /// Whether every other party has agreed.
    pub is_agreed: bool,
}
