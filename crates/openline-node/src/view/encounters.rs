//! Encounters, return visits and the contact history, as people see them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::AccordView;

/// To ask for a call, a meeting or a visit.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EncounterRequest {
    /// Line.
    pub line: String,
    /// The post that asks.
    pub post: String,
    /// `real`, `exercise` or `test`.
    #[serde(default = "super::real")]
    pub message_type: String,
    /// `call`, `meeting` or `visit`.
    pub kind: String,
    /// What it is about.
    pub subject: String,
    /// At which level, such as `foreign minister`.
    pub level: String,
    /// The party that asked for it; our own if left out. Each side may say otherwise.
    #[serde(default)]
    pub asked: Option<String>,
    /// The party whose guests the others are.
    #[serde(default)]
    pub host: Option<String>,
    /// The visit in whose programme it is, PARTY/INDEX or a joint number.
    #[serde(default)]
    pub within: Option<String>,
    /// The visit that it returns.
    #[serde(default)]
    pub returns: Option<String>,
    /// Words.
    #[serde(default)]
    pub words: Option<String>,
    /// Who, where, in which languages.
    #[serde(default)]
    pub setting: SettingView,
}

/// Who takes part, where, and in which languages.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SettingView {
    /// Participants as PARTY:OFFICE.
    #[serde(default)]
    pub participants: Vec<String>,
    /// Where.
    #[serde(default)]
    pub location: Option<String>,
    /// Languages (BCP 47).
    #[serde(default)]
    pub languages: Vec<String>,
    /// Who interprets.
    #[serde(default)]
    pub interpreter: Option<String>,
}

/// To put on the record what is done about an encounter, or what is said of it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StepRequest {
    /// Line.
    pub line: String,
    /// The encounter.
    pub of: String,
    /// The post.
    pub post: String,
    /// `accepted in principle`, `scheduled`, `held`, `read out`, `declined`, `postponed`, `asked by` or `return owed`.
    pub act: String,
    /// From and to when it is scheduled, ms.
    #[serde(default)]
    pub window_ms: Option<[i64; 2]>,
    /// When it was, as sources state it; with `held`.
    #[serde(default)]
    pub claims: Vec<TimeClaimView>,
    /// The next window, ms; with `declined` and `postponed`.
    #[serde(default)]
    pub next_ms: Option<[i64; 2]>,
    /// Who asked, or who owes the return visit.
    #[serde(default)]
    pub party: Option<String>,
    /// The readout's entry; with `read out`.
    #[serde(default)]
    pub readout: Option<String>,
    /// Reason or other words.
    #[serde(default)]
    pub words: Option<String>,
    /// Who, where, in which languages; with `scheduled` and `held`.
    #[serde(default)]
    pub setting: SettingView,
}

/// Times as one source states them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TimeClaimView {
    /// Whose statement.
    pub source: String,
    /// When it began.
    #[serde(default)]
    pub begin: Option<MomentView>,
    /// When it ended.
    #[serde(default)]
    pub end: Option<MomentView>,
    /// How long it took, minutes.
    #[serde(default)]
    pub minutes: Option<u64>,
}

/// A moment as it was stated.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MomentView {
    /// The clock time, `2023-06-18T20:00`.
    #[serde(default)]
    pub civil: Option<String>,
    /// Its zone, such as `Asia/Shanghai`.
    #[serde(default)]
    pub zone: Option<String>,
    /// The UTC that was stated, ms.
    #[serde(default)]
    pub utc_ms: Option<i64>,
    /// The weekday that was stated: 1 Monday to 7 Sunday.
    #[serde(default)]
    pub weekday: Option<u64>,
}

/// Whether something that one side put on the record is agreed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ClaimAssentView {
    /// Whether every other party agrees.
    pub is_agreed: bool,
    /// The last accord of each party that has said something.
    pub said: Vec<AccordView>,
    /// Parties that have said nothing.
    pub awaited: Vec<String>,
}

/// An encounter and all that is said of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EncounterView {
    /// The entry.
    pub place: String,
    /// The party that put it on the record.
    pub party_name: String,
    /// The post.
    pub post: String,
    /// `real`, `exercise` or `test`.
    pub message_type: String,
    /// When, as claimed, ms.
    pub time_ms: i64,
    /// `call`, `meeting` or `visit`.
    pub kind: String,
    /// What it is about.
    pub subject: String,
    /// At which level.
    pub level: String,
    /// Whose guests the others are.
    pub host: Option<String>,
    /// Who, where, in which languages, as asked for.
    pub setting: SettingView,
    /// Words.
    pub words: Option<String>,
    /// The visit in whose programme it is.
    pub within: Option<String>,
    /// The visit that it returns.
    pub returns: Option<String>,
    /// How far it has got, by what all have said.
    pub stage: String,
    /// Each party's last act.
    pub last: Vec<PartyActView>,
    /// Who asked, as each side has it.
    pub asked: Vec<AskedByView>,
    /// Who asked, once it is agreed.
    pub asked_agreed: Option<String>,
    /// Every proposed schedule, in the record's order.
    pub schedules: Vec<ScheduleView>,
    /// The schedule that stands.
    pub fixed: Option<String>,
    /// Each statement that it was held.
    pub held: Vec<HeldView>,
    /// What does not fit among the times.
    pub contradictions: Vec<ContradictionView>,
    /// Readouts.
    pub readouts: Vec<PartyActView>,
    /// Each party that declines or puts it off.
    pub ended: Vec<EndedView>,
    /// What is in its programme.
    pub programme: Vec<String>,
}

/// What a party did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PartyActView {
    /// Who.
    pub party_name: String,
    /// The entry.
    pub place: String,
    /// What; for a readout, the readout's entry.
    pub act: String,
}

/// Who asked, as a side has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AskedByView {
    /// The entry that says so.
    pub place: String,
    /// The side.
    pub party_name: String,
    /// Who asked.
    pub asked: String,
    /// What the others say to that.
    pub assent: ClaimAssentView,
}

/// A proposed schedule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ScheduleView {
    /// The entry.
    pub place: String,
    /// Who proposed it.
    pub party_name: String,
    /// From and to when, ms.
    pub window_ms: [i64; 2],
    /// The same in UTC and in each party's zone, with weekdays.
    pub rendered: String,
    /// Who, where, in which languages.
    pub setting: SettingView,
    /// What the others say.
    pub assent: ClaimAssentView,
}

/// A statement that it was held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HeldView {
    /// The entry.
    pub place: String,
    /// Who says so.
    pub party_name: String,
    /// The times.
    pub claims: Vec<TimeClaimView>,
    /// Who, where, in which languages.
    pub setting: SettingView,
    /// What the others say.
    pub assent: ClaimAssentView,
}

/// A contradiction among claimed times.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ContradictionView {
    /// What does not fit, such as `clock and UTC`.
    pub misfit: String,
    /// Whose statements.
    pub sources: Vec<String>,
    /// In a sentence.
    pub words: String,
}

/// That a party declines, or puts it off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EndedView {
    /// Who.
    pub party_name: String,
    /// The entry.
    pub place: String,
    /// `declined` or `postponed`.
    pub act: String,
    /// The reason.
    pub reason: String,
    /// The next window, ms.
    pub next_ms: Option<[i64; 2]>,
}

/// A return visit that is owed, as somebody says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OwedView {
    /// The visit that obliges it.
    pub visit: String,
    /// What that was.
    pub subject: String,
    /// Who owes it.
    pub debtor: String,
    /// `real`, `exercise` or `test`.
    pub message_type: String,
    /// When that was first said, ms.
    pub since_ms: i64,
    /// Whether all agree that it is owed.
    pub is_agreed: bool,
    /// The entries that say so.
    pub claims: Vec<OwedClaimView>,
    /// Visits proposed in return: the entry, and how far it has got.
    pub proposed: Vec<ProposedView>,
    /// The return that was scheduled and then held.
    pub closed_by: Option<String>,
}

/// An entry that says that a return is owed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OwedClaimView {
    /// The entry.
    pub place: String,
    /// Whose.
    pub party_name: String,
    /// What the others say to that.
    pub assent: ClaimAssentView,
}

/// A visit proposed in return.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ProposedView {
    /// The entry.
    pub place: String,
    /// How far it has got.
    pub stage: String,
}

/// Older contacts to put on the record.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ContactsRequest {
    /// The post.
    pub post: String,
    /// `real`, `exercise` or `test`.
    #[serde(default = "super::real")]
    pub message_type: String,
    /// CSV with a first row of names: date, kind, level, what; and perhaps host, place, words.
    pub csv: String,
}

/// The contact history of a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HistoryView {
    /// What took place, oldest first.
    pub events: Vec<ContactEventView>,
    /// The silence of each kind at each level.
    pub silences: Vec<SilenceView>,
    /// Drawn for a terminal.
    pub text: String,
    /// Drawn as an SVG.
    pub svg: String,
}

/// Something that took place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ContactEventView {
    /// The entry.
    pub place: String,
    /// Whether it was put on the record as an older contact.
    pub is_imported: bool,
    /// `2018`, `2018-10` or `2018-10-08`.
    pub date: String,
    /// `call`, `meeting` or `visit`.
    pub kind: String,
    /// At which level.
    pub level: String,
    /// Whose guests the others were.
    pub host: Option<String>,
    /// What it was.
    pub what: String,
    /// Whether all say so.
    pub is_agreed: bool,
    /// Those who say so, where not all do.
    pub claimed_by: Vec<String>,
    /// What the others have said of an older contact; an encounter has its own.
    #[serde(default)]
    pub assent: Option<ClaimAssentView>,
    /// Days of silence before it.
    pub silence_days: Option<i64>,
    /// Where not both dates are known to the day: the fewest days of silence that there can have been.
    #[serde(default)]
    pub silence_at_least_days: Option<i64>,
    /// It is the first of its kind at this level since then.
    pub first_since: Option<String>,
}

/// How long nothing of a kind has been at a level.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SilenceView {
    /// `call`, `meeting` or `visit`.
    pub kind: String,
    /// Level.
    pub level: String,
    /// The last one's entry.
    pub last: String,
    /// When it was.
    pub date: String,
    /// Days since, if it is known to the day.
    pub days: Option<i64>,
}
