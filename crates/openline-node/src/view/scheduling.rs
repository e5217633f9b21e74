//! Private scheduling, as people see it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An iCalendar file.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CalendarText {
    /// Its text.
    pub calendar: String,
    /// Zone of events that name none.
    #[serde(default = "utc")]
    pub zone: String,
}

fn utc() -> String {
    "UTC".to_owned()
}

/// A stretch of time and how well it suits.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PreferenceView {
    /// From, ms.
    pub from_ms: i64,
    /// Until, ms.
    pub until_ms: i64,
    /// 0 (no) to 3 (best).
    pub preference: u8,
}

/// A calendar on a CalDAV server, which is read once. The password is kept nowhere.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CalendarServer {
    /// The calendar's address: `https://`, or `http://` on this machine.
    pub url: String,
    /// Who may read it.
    pub user: String,
    /// With which password.
    pub password: String,
    /// Certificates that the server's own may be signed by, a file of the home; the system's if left out.
    #[serde(default)]
    pub ca_file: Option<String>,
    /// Zone of events that name none.
    #[serde(default = "utc")]
    pub zone: String,
}

impl std::fmt::Debug for CalendarServer {
    /// Without the address, which may hold a secret in its path, and without the password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CalendarServer").finish_non_exhaustive()
    }
}

/// When one's own side could. It stays on this machine.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AvailabilityRequest {
    /// What is in this calendar is busy.
    #[serde(default)]
    pub calendar: Option<CalendarText>,
    /// In place of a file: what is in this calendar on a server, from now on, is busy.
    #[serde(default)]
    pub caldav: Option<CalendarServer>,
    /// Calendars of holidays, here and there.
    #[serde(default)]
    pub holidays: Vec<CalendarText>,
    /// Typed stretches.
    #[serde(default)]
    pub stretches: Vec<PreferenceView>,
    /// How well a time suits of which nothing is said: 1 if left out and there is a calendar, else 0.
    #[serde(default)]
    pub otherwise: Option<u8>,
}

/// What is kept of it, in numbers.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct AvailabilityView {
    /// Whether there is a calendar.
    pub has_calendar: bool,
    /// Events in it.
    #[serde(default)]
    pub events: usize,
    /// Calendars of holidays.
    pub holidays: usize,
    /// Typed stretches.
    pub stretches: Vec<PreferenceView>,
    /// How well a time suits of which nothing is said.
    pub otherwise: u8,
    /// Since when it is kept, ms.
    pub kept_ms: i64,
}

/// When a party works, in the zone that the charter gives it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WorkingView {
    /// The party's name.
    pub party: String,
    /// `mon` to `sun`.
    pub days: Vec<String>,
    /// From, such as `09:00`.
    pub from: String,
    /// Until, such as `18:00`; `24:00` is the day's end.
    pub until: String,
}

/// To propose a run.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SlotRequestRequest {
    /// Line.
    pub line: String,
    /// The post that proposes.
    pub post: String,
    /// `blind match` or `offer`.
    pub method: String,
    /// `real`, `exercise` or `test`.
    #[serde(default = "super::real")]
    pub message_type: String,
    /// Which of the common slots is taken: `earliest` or `latest`.
    #[serde(default = "earliest")]
    pub rule: String,
    /// When the first slot begins, ms.
    pub from_ms: i64,
    /// When the last one must have ended, ms.
    pub until_ms: i64,
    /// How long a slot is, minutes.
    pub length_minutes: u16,
    /// From one slot's beginning to the next one's, minutes.
    pub step_minutes: u16,
    /// When parties work; Monday to Friday from 09:00 to 18:00 where nothing is said.
    #[serde(default)]
    pub working: Vec<WorkingView>,
    /// What it is for.
    pub purpose: String,
    /// The request that this one widens, as a place.
    #[serde(default)]
    pub widens: Option<String>,
}

fn earliest() -> String {
    "earliest".to_owned()
}

/// To approve a run: commits to picks from the own availability, or to these.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ApproveSlotsRequest {
    /// Line.
    pub line: String,
    /// The run's request.
    pub run: String,
    /// The post that approves.
    pub post: String,
    /// Beginnings of slots, ms; from the availability if left out.
    #[serde(default)]
    pub slots_ms: Option<Vec<i64>>,
}

/// To go on with a run, or to open what was committed to.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SlotStepRequest {
    /// Line.
    pub line: String,
    /// The run's request.
    pub run: String,
    /// The post that does it.
    pub post: String,
}

/// To confirm the slot that was found.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConfirmSlotRequest {
    /// Line.
    pub line: String,
    /// The run's request.
    pub run: String,
    /// The post that confirms.
    pub post: String,
    /// The slot as it is written out, word for word.
    pub text: String,
}

/// To end a run.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WithdrawSlotsRequest {
    /// Line.
    pub line: String,
    /// The run's request.
    pub run: String,
    /// The post that does it.
    pub post: String,
    /// Words.
    #[serde(default)]
    pub words: Option<String>,
}

/// A slot.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct TimeSlotView {
    /// When it begins, ms.
    pub start_ms: i64,
    /// Written out: UTC, each party's local time, weekdays.
    pub text: String,
}

/// What a party can be shown to have done wrong.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SlotFaultView {
    /// Who.
    pub party: String,
    /// What, in words.
    pub words: String,
}

/// A run.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SlotRunView {
    /// Where its request stands.
    pub place: String,
    /// Who proposed it.
    pub proposed_by: String,
    /// `real`, `exercise` or `test`.
    pub message_type: String,
    /// `blind match` or `offer`.
    pub method: String,
    /// `earliest` or `latest`.
    pub rule: String,
    /// What it is for.
    pub purpose: String,
    /// The window, ms.
    pub from_ms: i64,
    /// Its end, ms.
    pub until_ms: i64,
    /// How long a slot is, minutes.
    pub length_minutes: u16,
    /// From one slot to the next, minutes.
    pub step_minutes: u16,
    /// When parties work.
    pub working: Vec<WorkingView>,
    /// How many slots lie in everybody's working hours.
    pub candidates: usize,
    /// `waits`, `no slot fits`, `agreed`, `broken` or `withdrawn`.
    pub stage: String,
    /// What it waits for.
    pub waits: Option<String>,
    /// Who owes it.
    pub waits_for: Vec<String>,
    /// The slots that suit all, once they are known.
    pub common: Option<Vec<TimeSlotView>>,
    /// The one that the rule takes of them.
    pub chosen: Option<TimeSlotView>,
    /// The slot that all have confirmed, in their words.
    pub agreed: Option<TimeSlotView>,
    /// Who can be shown to have done what.
    pub faults: Vec<SlotFaultView>,
    /// Who has ended it.
    pub withdrawn_by: Option<String>,
    /// With what words.
    pub words: Option<String>,
    /// Parties that have approved more blind matches in seven days than the charter allows.
    pub beyond_quota: Vec<String>,
    /// Blind matches that this party has approved in the last seven days.
    pub runs_used: u64,
    /// How many the charter allows.
    pub runs_allowed: u64,
    /// One's own picks in this run; they are on this machine only.
    pub own_picks: Vec<TimeSlotView>,
    /// What to do next.
    pub next: String,
}
