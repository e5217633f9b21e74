//! What the façade takes and gives: one set of types, rendered as JSON by the API and as text by the command line.
//!
//! Times are milliseconds since 1970 UTC unless a field says seconds. Ids are 64 hex digits. A place is `PARTY/INDEX`.

mod alarm;
mod alerts;
mod awaited;
mod calendars;
mod encounters;
mod exchange;
mod language;
mod non_paper;
mod officers;
mod origin;
mod phrase;
mod readouts;
mod review;
mod scheduling;
mod sessions;
mod standing;
mod state;
mod templates;
mod texts;
mod topics;
mod watch;
mod ways;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use alarm::*;
pub use alerts::*;
pub use awaited::*;
pub use calendars::*;
pub use encounters::*;
pub use exchange::*;
pub use language::*;
pub use non_paper::*;
pub use officers::*;
pub use origin::*;
pub use phrase::*;
pub use readouts::*;
pub use review::*;
pub use scheduling::*;
pub use sessions::*;
pub use standing::*;
pub use state::*;
pub use templates::*;
pub use texts::*;
pub use topics::*;
pub use watch::*;
pub use ways::*;

/// A record that was verified in full.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct VerifiedView {
    /// Its entries.
    pub entries: u64,
    /// Those of them that are settled.
    pub settled: u64,
    /// The record root over all of them, 64 hex digits.
    pub record_root: String,
}

/// The node at a glance.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct StatusView {
    /// This party's name.
    pub party: String,
    /// This party's id.
    pub id: String,
    /// Program version.
    pub version: String,
    /// Milliseconds since the node began to run.
    pub uptime_ms: u64,
    /// Endpoints the node listens on, such as `quic://[::]:7001`.
    pub listening: Vec<String>,
    /// The other parties.
    pub peers: Vec<PeerView>,
    /// The lines.
    pub lines: Vec<LineView>,
    /// What the store says of itself: `sound`, `damaged` or `healing`, and why.
    pub store: StoreView,
    /// Why this machine's clock can't be right, if something speaks against it.
    pub clock_doubt: Option<String>,
    /// The ways out for alerts.
    #[serde(default)]
    pub alert_channels: Vec<AlertChannelView>,
    /// Recent faults: rules broken by peers or reported by them, newest first.
    pub faults: Vec<FaultView>,
}

/// The store's health.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct StoreView {
    /// `sound`, `healing`, `damaged` or `cannot write`.
    pub state: String,
    /// The reason and what to do, when it is not sound.
    pub reason: Option<String>,
    /// Entries in all.
    pub entries: u64,
}

/// Another party of a confirmed relation.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct PeerView {
    /// Its name.
    pub name: String,
    /// Its id.
    pub id: String,
    /// Bearers that stand.
    pub bearers: Vec<BearerView>,
    /// When anything authenticated last came from it.
    pub last_heard_ms: Option<i64>,
    /// The last failed attempt to reach it, while no bearer stands.
    pub last_failure: Option<String>,
}

/// A live bearer.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct BearerView {
    /// `quic` or `tls`.
    pub kind: String,
    /// The other end's address.
    pub remote: String,
    /// Round trip in microseconds, once measured.
    pub rtt_us: Option<u64>,
    /// Since when it stands.
    pub since_ms: i64,
    /// Bytes handed to the network: UDP payloads for QUIC, TLS records for TLS.
    pub bytes_sent: u64,
    /// Bytes taken from the network.
    pub bytes_received: u64,
    /// Datagrams sent and received, for QUIC; 0 for TLS.
    pub datagrams: u64,
}

/// A broken rule.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct FaultView {
    /// When it was noticed.
    pub at_ms: i64,
    /// The peer's name.
    pub peer: String,
    /// The line's id, where one is concerned.
    pub line: Option<String>,
    /// The rule's id.
    pub rule: String,
    /// What happened, in a sentence.
    pub words: String,
    /// True if the peer says it of us.
    pub is_reported: bool,
}

/// A line.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct LineView {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Its level.
    pub level: String,
    /// The parties, in the charter's order.
    pub parties: Vec<LinePartyView>,
    /// Our own position among them.
    pub me: u8,
    /// Entries in all logs.
    pub entries: u64,
    /// Entries with joint numbers.
    pub settled: u64,
    /// The record root over all entries held.
    pub record_root: String,
    /// Set when nothing may be written until other parties have said how much of our own log they hold.
    pub must_hear: bool,
    /// Entries held without a body that no agreed purge explains.
    pub missing_bodies: u64,
    /// What state it is in, and why.
    pub state: StateView,
}

/// A party's log on a line.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct LinePartyView {
    /// Position in the charter.
    pub index: u8,
    /// Name.
    pub name: String,
    /// Party id.
    pub id: String,
    /// Posts that the charter lists.
    pub posts: Vec<String>,
    /// IANA time zone.
    pub zone: String,
    /// Entries of its log that we hold.
    pub size: u64,
    /// What it has confirmed of our log: durable there.
    pub holds_of_ours: u64,
    /// Serial of its key in force.
    pub key_serial: u64,
    /// True if there is proof that it signed two histories.
    pub is_forked: bool,
    /// What it has said last of its watch, signed; none for ourselves, and where it has said nothing.
    pub watch: Option<PartyWatchView>,
}

/// What another party has said of its watch: posts, as the charter allows, and never a person.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct PartyWatchView {
    /// When it signed this, ms, by its own clock.
    pub issued_ms: i64,
    /// The posts that it speaks of.
    pub posts: Vec<PartyPostView>,
}

/// A post of another party.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct PartyPostView {
    /// The post.
    pub post: String,
    /// Whether somebody has its watch.
    pub is_attended: bool,
    /// Until when, ms, if it says so.
    pub until_ms: Option<i64>,
    /// Languages on watch.
    pub languages: Vec<String>,
}

/// The charter of a line, in full.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct CharterView {
    /// Line id.
    pub id: String,
    /// The terms.
    pub terms: TermsView,
    /// The parties.
    pub parties: Vec<CharterPartyView>,
    /// True when every party has signed.
    pub is_founded: bool,
}

/// A member of a charter.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct CharterPartyView {
    /// Position.
    pub index: u8,
    /// Name.
    pub name: String,
    /// Party id.
    pub id: String,
    /// Posts.
    pub posts: Vec<String>,
    /// IANA time zone.
    pub zone: String,
    /// Whether it has signed.
    pub has_signed: bool,
}

/// The terms of a charter. Every field has a default in a proposal.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct TermsView {
    /// Title of the line.
    pub title: String,
    /// Level.
    pub level: String,
    /// Contact interval, seconds.
    pub contact_interval_s: u64,
    /// Zone of the test schedule.
    pub test_zone: String,
    /// Times of the tests, `HH:MM`.
    pub test_times: Vec<String>,
    /// Clocks by precedence from flash: seconds to stored, shown, acknowledged; 0 is none.
    pub clocks_s: Vec<[u64; 3]>,
    /// Languages.
    pub languages: Vec<String>,
    /// Whether receipts of routine traffic are batched.
    pub batched_receipts: bool,
    /// What stays open in a suspension.
    pub open_classes: Vec<String>,
    /// Retention in days; 0 is for ever.
    pub retention_days: u64,
    /// A seal after so many entries.
    pub seal_entries: u64,
    /// A seal after so many seconds.
    pub seal_interval_s: u64,
    /// Longest attachment, bytes.
    pub attachment_limit: u64,
    /// Tolerance of claimed times, seconds.
    pub tolerance_s: u64,
    /// Settle delay, milliseconds.
    pub settle_delay_ms: u64,
    /// Days of the tests, in their zone: `mon` to `sun`.
    pub test_days: Vec<String>,
    /// Whether a person acknowledges each test.
    pub test_by_person: bool,
    /// Most words by precedence from flash; 0 is no limit.
    pub word_limits: Vec<u64>,
    /// What of its watch a party lets the others know: `nothing`, `attended` or `full`.
    pub watch: String,
    /// Picks that each party enters when a date is matched.
    pub match_picks: u64,
    /// Most matches in seven days.
    pub match_runs: u64,
}

/// Another party that we know of.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct RelationView {
    /// Party id.
    pub id: String,
    /// Name.
    pub name: String,
    /// `pending` until the phrase has been compared, then `confirmed`.
    pub state: String,
    /// The phrase to compare aloud: twelve words, the same on both sides.
    pub phrase: String,
    /// Serial of the certificate.
    pub serial: u64,
    /// Endpoints on its card.
    pub endpoints: Vec<String>,
    /// True if only the short form (a QR code) is known so far.
    pub is_short: bool,
}

/// Our own card.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct CardView {
    /// Party id.
    pub id: String,
    /// Name.
    pub name: String,
    /// The card file's text.
    pub file: String,
    /// The short form, for a QR code.
    pub short: String,
}

/// A charter to propose.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProposeRequest {
    /// Ids or names of the other parties.
    pub with: Vec<String>,
    /// Our own posts.
    pub posts: Vec<String>,
    /// Our own time zone.
    pub zone: String,
    /// The others' posts and zone, by name or id; a party left out gets `watch` and `UTC`.
    #[serde(default)]
    pub others: Vec<MemberRequest>,
    /// The terms.
    pub terms: TermsView,
}

/// A member's posts and zone in a proposal.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MemberRequest {
    /// Name or id.
    pub party: String,
    /// Posts.
    pub posts: Vec<String>,
    /// IANA time zone.
    pub zone: String,
}

/// A message to send or to keep as a draft.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SendRequest {
    /// Line: id, beginning of an id, or title.
    pub line: String,
    /// The releasing post.
    pub post: String,
    /// `real`, `exercise` or `test`.
    #[serde(default = "real")]
    pub message_type: String,
    /// One of the forms.
    #[serde(default = "message")]
    pub form: String,
    /// `flash`, `immediate`, `priority` or `routine`.
    #[serde(default = "routine")]
    pub precedence: String,
    /// Action addressees, `PARTY:POST`; empty is the first post of every other party.
    #[serde(default)]
    pub to: Vec<String>,
    /// Info addressees.
    #[serde(default)]
    pub info: Vec<String>,
    /// Precedence for info addressees; the action precedence if left out.
    #[serde(default)]
    pub info_precedence: Option<String>,
    /// Subject.
    #[serde(default)]
    pub subject: Option<String>,
    /// The authoritative text first, then courtesy translations.
    pub texts: Vec<TextView>,
    /// Places this message refers to, `PARTY/INDEX` or a joint number.
    #[serde(default)]
    pub refs: Vec<String>,
    /// Attachments.
    #[serde(default)]
    pub attachments: Vec<AttachmentRequest>,
    /// The author's own reference.
    #[serde(default)]
    pub own_reference: Option<String>,
    /// Level of authority.
    #[serde(default)]
    pub authority: Option<String>,
    /// Validity: from and to, ms.
    #[serde(default)]
    pub validity_ms: Option<[i64; 2]>,
    /// Claimed time of the entry, ms; the node's clock if left out.
    #[serde(default)]
    pub time_ms: Option<i64>,
    /// Times claimed for stages before or outside the line.
    #[serde(default)]
    pub claimed: Vec<ClaimedView>,
    /// Number of a note verbale as (year, number); the next free one if left out.
    #[serde(default)]
    pub number: Option<[u64; 2]>,
    /// Class of traffic, such as `safety-of-life`; none for ordinary traffic.
    #[serde(default)]
    pub class: Option<String>,
    /// The template that the fields follow, `name/version`.
    #[serde(default)]
    pub template: Option<String>,
    /// Facts typed in one by one.
    #[serde(default)]
    pub fields: Vec<FieldView>,
    /// How many entries of each log there were when it was begun, by party index: if messages of others have arrived since,
    /// it is refused as overtaken.
    #[serde(default)]
    pub as_of: Option<Vec<u64>>,
}

/// A fact of a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FieldView {
    /// What it is.
    pub name: String,
    /// What it says, with its unit.
    pub value: String,
    /// Whether a read-back types it again.
    #[serde(default)]
    pub is_critical: bool,
    /// Whether its author allows that it is published.
    #[serde(default)]
    pub is_releasable: bool,
}

/// A value typed again, or put right.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ValueView {
    /// The field's name.
    pub name: String,
    /// Its value.
    pub value: String,
}

pub(crate) fn real() -> String {
    "real".to_owned()
}
fn message() -> String {
    "message".to_owned()
}
fn routine() -> String {
    "routine".to_owned()
}

/// One language version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TextView {
    /// BCP 47 tag.
    pub language: String,
    /// The words.
    pub text: String,
}

/// An attachment to send.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AttachmentRequest {
    /// File name.
    pub name: String,
    /// Media type.
    pub media_type: String,
    /// The bytes, base64.
    pub base64: String,
}

/// A stage with a claimed time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ClaimedView {
    /// The stage's name.
    pub stage: String,
    /// The time, ms.
    pub time_ms: i64,
}

/// An entry that has been released: it is durable here.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ReleasedView {
    /// Line id.
    pub line: String,
    /// Place, `PARTY/INDEX`.
    pub place: String,
    /// Leaf hash of the header.
    pub leaf: String,
    /// Number of a note verbale, if it is one.
    pub number: Option<[u64; 2]>,
    /// Microseconds from the request to durability.
    pub took_us: u64,
}

/// A receipt to give.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReceiptRequest {
    /// Line.
    pub line: String,
    /// The message, `PARTY/INDEX` or joint number.
    pub of: String,
    /// The post that gives it.
    pub post: String,
    /// `acknowledged`, `stand by`, `passed on`, `sight translation`, `rough translation`, `official translation`, `read back`.
    pub stage: String,
    /// `real`, `exercise` or `test`; that of the message if left out.
    #[serde(default)]
    pub message_type: Option<String>,
    /// Time of the act, ms; now if left out.
    #[serde(default)]
    pub time_ms: Option<i64>,
    /// Class of people, or language.
    #[serde(default)]
    pub class: Option<String>,
    /// Words.
    #[serde(default)]
    pub words: Option<String>,
    /// Promised time for stand by, ms.
    #[serde(default)]
    pub promised_ms: Option<i64>,
    /// Critical fields typed again, for a read-back.
    #[serde(default)]
    pub values: Vec<ValueView>,
}

/// To say that a message was really rendered to a post on watch.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ShownRequest {
    /// Line.
    pub line: String,
    /// The message, `PARTY/INDEX` or joint number.
    pub of: String,
    /// The post to which it was shown.
    pub post: String,
    /// The languages in which it was rendered.
    pub languages: Vec<String>,
    /// Time of the act, ms; now if left out.
    #[serde(default)]
    pub time_ms: Option<i64>,
    /// Words, such as where it was shown.
    #[serde(default)]
    pub words: Option<String>,
}

/// A receipt that has been given.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ReceiptView {
    /// Line id.
    pub line: String,
    /// Where it stands, `PARTY/INDEX`; nothing while it waits.
    pub place: Option<String>,
    /// Whether it waits to be written: it is kept durably, with the time of the act.
    pub is_waiting: bool,
}

/// An entry in a list.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct EntryBrief {
    /// Line id.
    pub line: String,
    /// Place, `PARTY/INDEX`.
    pub place: String,
    /// Author's position.
    pub party: u8,
    /// Author's name.
    pub party_name: String,
    /// Joint number, once settled.
    pub joint: Option<u64>,
    /// Kind in a word.
    pub kind: String,
    /// The author's post.
    pub post: String,
    /// `real`, `exercise` or `test`.
    pub message_type: String,
    /// Claimed time, ms.
    pub time_ms: i64,
    /// When it became durable here, ms by our clock.
    pub arrived_ms: i64,
    /// Form, for a message.
    pub form: Option<String>,
    /// Precedence, for a message.
    pub precedence: Option<String>,
    /// Subject or the first words, for a message; a sentence for other kinds.
    pub summary: String,
    /// True when the body was purged by agreement.
    pub is_purged: bool,
    /// Number of a note verbale.
    pub number: Option<[u64; 2]>,
    /// The stage reached last, in a word: `released`, `stored`, ...
    pub stage: String,
    /// Names of parties whose cosignature covers it.
    pub stored_at: Vec<String>,
    /// For a message that is not done: what it waits for, in a sentence for each addressee.
    pub waits: Vec<String>,
    /// Messages that it crossed, `PARTY/INDEX`: neither author had seen the other's.
    pub crossed: Vec<String>,
    /// The message by which its author has replaced or withdrawn it.
    pub successor: Option<SuccessorView>,
    /// Class of traffic.
    pub class: Option<String>,
    /// Marks of doubt, as sentences.
    pub doubts: Vec<String>,
}

/// An entry in full.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct EntryView {
    /// As in lists.
    pub brief: EntryBrief,
    /// Leaf hash.
    pub leaf: String,
    /// What its author had seen, by party index.
    pub seen: Vec<u64>,
    /// The computed Lamport number.
    pub lamport: u64,
    /// References, `PARTY/INDEX`.
    pub refs: Vec<String>,
    /// The message, if it is one.
    pub message: Option<MessageView>,
    /// The stages reached, in order, each with its proof.
    pub ladder: Vec<RungView>,
    /// How far it has got with each addressee.
    pub exchanges: Vec<ExchangeView>,
    /// How it was read back, beside what was sent.
    pub read_backs: Vec<ReadBackView>,
}

/// The message that took another's place.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SuccessorView {
    /// Where it stands.
    pub place: String,
    /// True if it withdraws the message and puts nothing in its place.
    pub is_cancelled: bool,
}

/// A message's content.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct MessageView {
    /// Action addressees, `PARTY:POST`.
    pub to: Vec<String>,
    /// Info addressees.
    pub info: Vec<String>,
    /// Subject.
    pub subject: Option<String>,
    /// Authoritative text first.
    pub texts: Vec<TextView>,
    /// Attachments.
    pub attachments: Vec<AttachmentView>,
    /// The author's own reference.
    pub own_reference: Option<String>,
    /// Level of authority.
    pub authority: Option<String>,
    /// Validity, ms.
    pub validity_ms: Option<[i64; 2]>,
    /// Claimed stages.
    pub claimed: Vec<ClaimedView>,
    /// Class of traffic.
    pub class: Option<String>,
    /// The template that the fields follow.
    pub template: Option<String>,
    /// Facts typed in one by one.
    pub fields: Vec<FieldView>,
}

/// An attachment.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct AttachmentView {
    /// File name.
    pub name: String,
    /// Media type.
    pub media_type: String,
    /// Bytes.
    pub length: u64,
    /// SHA-256, hex.
    pub sha256: String,
}

/// One stage of a message's ladder.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct RungView {
    /// The stage in a word.
    pub stage: String,
    /// Index of the party that reached it.
    pub party: u8,
    /// Who reached it: party name, and post where a person did.
    pub by: String,
    /// When, ms: a cosignature's time, or the time of the act as claimed.
    pub time_ms: i64,
    /// What proves it: `checkpoint`, `cosignature` or `receipt PARTY/INDEX`.
    pub proof: String,
    /// Class, words or promised time, if any.
    pub note: Option<String>,
}

/// A hit of a search.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct HitView {
    /// The entry.
    pub entry: EntryBrief,
    /// Text around the hit; the words that matched stand between `«` and `»`.
    pub snippet: String,
}

/// A draft.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct DraftView {
    /// Its id.
    pub id: String,
    /// When it was last changed, ms.
    pub updated_ms: i64,
    /// What it says.
    pub request: SendRequest,
    /// Hash of exactly what it says, and on which line, hex: what a clearance is given for.
    pub content: String,
    /// Who wrote it, and who has changed it.
    pub drafted_by: Vec<String>,
    /// When it last became what it says, ms.
    pub drafted_ms: i64,
    /// Who has cleared it; a change makes clearances void.
    pub clearances: Vec<ClearanceView>,
    /// Who has refused it.
    pub refusal: Option<ClearanceView>,
    /// Messages of others that have arrived since it was begun, the first few: read them before it is released.
    #[serde(default)]
    pub overtaken_by: Vec<String>,
    /// What is to be done next, and by whom.
    pub next: String,
    /// The same, in parts.
    #[serde(default)]
    pub next_phrases: Vec<PhraseView>,
}

/// What opening a pouch brought.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct PouchView {
    /// Who packed it.
    pub from: String,
    /// Its number, counted by the sender for us.
    pub number: u64,
    /// When it was packed, ms, as the sender's clock has it.
    pub packed_ms: i64,
    /// Entries that were new.
    pub entries: u64,
    /// Cosignatures that were new.
    pub cosignatures: u64,
    /// Charters or signatures under one.
    pub instruments: u64,
    /// True if this very bundle, or a later one, had been opened before.
    pub is_old: bool,
}

/// Something that has happened, for those who watch.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct EventView {
    /// Counted from 1 since the node began to run.
    pub sequence: u64,
    /// When, ms.
    pub at_ms: i64,
    /// `bearer-up`, `bearer-down`, `released`, `arrived`, `stored`, `settled`, `purged`, `forked`, `fault`, `own-log-behind`, `instrument`,
    /// `founded`, `relation`, `store`, `watch`, `watch-gap`, `alarm`, `alarm-over`.
    pub what: String,
    /// Line id.
    pub line: Option<String>,
    /// The line's title.
    #[serde(default)]
    pub title: Option<String>,
    /// `real`, `exercise` or `test`, where the event is about one entry or one alarm, or about several of one type.
    #[serde(default)]
    pub message_type: Option<String>,
    /// Peer's name.
    pub peer: Option<String>,
    /// `quic`, `tls` or `pouch`.
    pub bearer: Option<String>,
    /// Place of the first entry concerned, `PARTY/INDEX`.
    pub place: Option<String>,
    /// How many entries are concerned.
    pub count: u64,
    /// In a sentence.
    pub words: String,
}

/// A backup that has been made.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct BackupView {
    /// The folder.
    pub folder: String,
    /// Bytes.
    pub bytes: u64,
    /// SHA-256 of the store file, hex.
    pub sha256: String,
}
