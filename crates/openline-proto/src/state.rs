//! What state a line is in, and on what evidence (`spec/line.md` section 7).
//!
//! A pure function from evidence to findings. It knows no bearers, no words for people and no clock; whoever collects the
//! evidence says what time it is. Nothing here is remembered but by [`Watcher`], which notes since when a state has held.

use std::time::Duration;

use openline_core::PartyIndex;
use openline_core::charter::WatchShown;
use openline_core::entry::Ref;
use openline_core::watch::{Notice, NoticeKind, PostWatch, WatchStatement};

use crate::effect::Now;

/// What a line is, in a word. Of several that hold, the first in this order is said; the others are findings beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// A party takes only part of the traffic, or none, by a signed entry.
    Suspended,
    /// The way between the nodes is broken.
    Cut,
    /// The other node does not run, or has a fault that it has told of.
    NodeDown,
    /// There is no contact, and nothing says why.
    Unknown,
    /// A party takes no contact for now, by a signed notice.
    Declining,
    /// There is contact, and nobody is on watch.
    Unattended,
    /// There is contact, and something is amiss.
    Degraded,
    /// There is contact, and somebody is on watch as far as is told.
    Open,
}

impl State {
    /// Every state, in the order in which they are said.
    pub const ALL: [Self; 8] = [
        Self::Suspended,
        Self::Cut,
        Self::NodeDown,
        Self::Unknown,
        Self::Declining,
        Self::Unattended,
        Self::Degraded,
        Self::Open,
    ];

    /// The word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Suspended => "suspended",
            Self::Cut => "cut",
            Self::NodeDown => "node down",
            Self::Unknown => "unknown",
            Self::Declining => "declining",
            Self::Unattended => "unattended",
            Self::Degraded => "degraded",
            Self::Open => "open",
        }
    }
}

/// How the last attempt to reach a party over one route ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dialled {
    /// Its machine answers, and nothing listens there.
    Refused,
    /// Nothing answers, or the network says that there is no way.
    NoAnswer,
    /// Something answers that does not prove the party's key.
    NotProved,
}

/// One way to a party: an address that we dial, or that it dials us from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// The bearer's kind, for people.
    pub bearer: String,
    /// Whether a bearer stands over it.
    pub is_standing: bool,
    /// How the last attempt ended, where we dial and it has not stood since.
    pub last: Option<Dialled>,
}

/// What is known of our own way out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Uplink {
    /// Something outside answers.
    Well,
    /// Nothing outside answers, not even what should.
    Broken,
    /// There is nothing to ask.
    NotChecked,
}

/// When a party was last heard on a line, over a bearer that it has authenticated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Contact {
    /// By the monotonic clock.
    pub mono: Duration,
    /// By the wall clock, ms.
    pub wall_ms: i64,
}

impl Contact {
    /// Whether it was less than `interval` ago.
    #[must_use]
    pub fn is_within(&self, interval: Duration, now: Now) -> bool {
        now.mono.saturating_sub(self.mono) < interval
    }
}

/// What is known of another party.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartyEvidence {
    /// Which.
    pub party: PartyIndex,
    /// When it was last heard on this line since this node began to run.
    pub contact: Option<Contact>,
    /// The ways to it.
    pub routes: Vec<Route>,
    /// Its node has said over the last bearer that it stops.
    pub has_said_farewell: bool,
    /// What it last said of its watch.
    pub watch: Option<WatchStatement>,
    /// Other parties that have heard it, with how long ago they say that was.
    pub heard_by: Vec<(PartyIndex, Duration)>,
}

/// What is known of our own side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnEvidence {
    /// Our way out.
    pub uplink: Uplink,
    /// Whether what arrives can be stored.
    pub can_store: bool,
    /// Our posts on this line, as they are, whatever the charter lets be told.
    pub posts: Vec<PostWatch>,
    /// Our notices.
    pub notices: Vec<Notice>,
}

/// That a party takes only part of the traffic, by an entry that is in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closure {
    /// Who.
    pub party: PartyIndex,
    /// The entry.
    pub place: Ref,
    /// Whether classes beside the charter's are still taken.
    pub is_narrowed: bool,
    /// Since when, ms.
    pub since: i64,
    /// Until when, ms.
    pub until: Option<i64>,
}

/// All that is known of a line at one time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// The time.
    pub now: Now,
    /// The charter's contact interval.
    pub interval: Duration,
    /// What the charter lets be told of the watch.
    pub watch_shown: WatchShown,
    /// Our own position.
    pub me: PartyIndex,
    /// Our own side.
    pub own: OwnEvidence,
    /// The other parties.
    pub parties: Vec<PartyEvidence>,
    /// What is suspended or narrowed.
    pub closures: Vec<Closure>,
}

/// What a finding rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cause {
    /// An entry of the party suspends or narrows the line.
    Closed(Closure),
    /// Our own way out is broken: it may be why the party is not heard, or make the line worse while it still is.
    OwnUplink,
    /// Nothing answers at any address of it. A machine that is switched off looks the same.
    NothingAnswers,
    /// We can't reach it, and another party hears it.
    HeardElsewhere {
        /// Who.
        by: PartyIndex,
        /// How long ago.
        ago: Duration,
    },
    /// Its machine answers, and its node does not.
    Refused,
    /// Its node said that it stops.
    Farewell,
    /// It has told of a fault at its side.
    FaultNotice(Notice),
    /// Something answers at its address that does not prove its key.
    NotProved,
    /// A bearer stands, and nothing has come over it for longer than the contact interval.
    Silent,
    /// It is not heard, and no attempt to reach it has ended: there is no address to try, or the first attempt is under way.
    NotReachable,
    /// It takes no contact for now.
    Declining(Notice),
    /// It is off watch by its own notice.
    OffWatch(Notice),
    /// None of its posts is attended.
    NobodyOnWatch,
    /// A bearer of this kind is down while another stands.
    BearerDown(String),
    /// What arrives here can't be stored.
    CannotStore,
    /// There is a drill.
    Drill(Notice),
    /// It has been heard within the interval.
    Contact(Contact),
}

/// One thing that holds of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The state that it speaks for.
    pub state: State,
    /// Whose side it is about.
    pub party: PartyIndex,
    /// What it rests on.
    pub cause: Cause,
    /// Whether that party has signed what it rests on; otherwise it is inferred here.
    pub is_signed: bool,
}

/// What a line is, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assessment {
    /// The word.
    pub state: State,
    /// Everything that was found, the word's own findings first.
    pub findings: Vec<Finding>,
}

impl Assessment {
    /// The state of the line with one other party.
    #[must_use]
    pub fn with(&self, party: PartyIndex) -> State {
        let states = self.findings.iter().filter(|f| f.party == party);
        states.map(|f| f.state).min().unwrap_or(State::Unknown)
    }
}

/// Says what a line is.
#[must_use]
pub fn assess(evidence: &Evidence) -> Assessment {
    let mut findings: Vec<Finding> = evidence
        .closures
        .iter()
        .map(|closure| {
            finding(
                State::Suspended,
                closure.party,
                Cause::Closed(closure.clone()),
                true,
            )
        })
        .collect();
    findings.extend(of_own_side(evidence));
    for party in &evidence.parties {
        findings.extend(of_party(evidence, party));
    }
    // A drill is no reason for a line to be open: what is comes before it.
    findings.sort_by_key(|finding| (finding.state, matches!(finding.cause, Cause::Drill(_))));
    let state = findings.first().map_or(State::Unknown, |first| first.state);
    Assessment { state, findings }
}

fn finding(state: State, party: PartyIndex, cause: Cause, is_signed: bool) -> Finding {
    Finding {
        state,
        party,
        cause,
        is_signed,
    }
}

fn of_own_side(evidence: &Evidence) -> Vec<Finding> {
    let (own, me) = (&evidence.own, evidence.me);
    let mut found = of_notices(me, &own.notices, evidence.now.wall_ms, true);
    let hears_anybody = evidence
        .parties
        .iter()
        .any(|party| contact_with(evidence, party).is_some());
    if own.uplink == Uplink::Broken && hears_anybody {
        found.push(finding(State::Degraded, me, Cause::OwnUplink, false));
    }
    if !own.can_store {
        found.push(finding(State::Degraded, me, Cause::CannotStore, false));
    }
    if !is_attended(&own.posts, evidence.now.wall_ms) {
        found.push(finding(State::Unattended, me, Cause::NobodyOnWatch, false));
    }
    found
}

/// When a party was last heard, if that is recent and a bearer stands over which it could be heard again.
fn contact_with(evidence: &Evidence, party: &PartyEvidence) -> Option<Contact> {
    party
        .contact
        .filter(|contact| contact.is_within(evidence.interval, evidence.now))
        .filter(|_| party.routes.iter().any(|route| route.is_standing))
}

fn of_party(evidence: &Evidence, party: &PartyEvidence) -> Vec<Finding> {
    let now = evidence.now;
    let watch = party.watch.as_ref();
    let notices = watch.map_or(&[][..], |watch| &watch.notices);
    let in_contact = contact_with(evidence, party);
    let mut found = of_notices(party.party, notices, now.wall_ms, in_contact.is_some());
    match in_contact {
        Some(contact) => {
            let is_watched = watch.is_none_or(|watch| is_attended(&watch.posts, now.wall_ms));
            if evidence.watch_shown != WatchShown::Nothing && !is_watched {
                found.push(finding(
                    State::Unattended,
                    party.party,
                    Cause::NobodyOnWatch,
                    true,
                ));
            }
            found.extend(bearers_down(party));
            found.push(finding(
                State::Open,
                party.party,
                Cause::Contact(contact),
                false,
            ));
        }
        None => {
            // A fault that its party has told of explains its silence, unless the trouble is plainly on the way.
            let why = why_no_contact(evidence, party);
            let is_told = found.iter().any(|f| f.state == State::NodeDown);
            let is_on_the_way =
                matches!(why.cause, Cause::OwnUplink | Cause::HeardElsewhere { .. });
            if !is_told || is_on_the_way {
                found.push(why);
            }
        }
    }
    found
}

/// What notices in force say. While there is no contact, a fault that was told of is why.
fn of_notices(party: PartyIndex, notices: &[Notice], now: i64, has_contact: bool) -> Vec<Finding> {
    let of_notice = |notice: &Notice| {
        let notice = notice.clone();
        let (state, cause) = match notice.kind {
            NoticeKind::OffWatch => (State::Unattended, Cause::OffWatch(notice)),
            NoticeKind::Declining => (State::Declining, Cause::Declining(notice)),
            NoticeKind::TechnicalFault if has_contact => {
                (State::Degraded, Cause::FaultNotice(notice))
            }
            NoticeKind::TechnicalFault => (State::NodeDown, Cause::FaultNotice(notice)),
            NoticeKind::Drill => (State::Open, Cause::Drill(notice)),
        };
        finding(state, party, cause, true)
    };
    let in_force = notices.iter().filter(|notice| notice.is_in_force(now));
    in_force.map(of_notice).collect()
}

/// Whether any post is attended at `now`, ms.
fn is_attended(posts: &[PostWatch], now: i64) -> bool {
    posts
        .iter()
        .any(|post| post.is_attended && post.until.is_none_or(|until| now < until))
}

/// Kinds of bearers of which none stands, while another kind does.
fn bearers_down(party: &PartyEvidence) -> Vec<Finding> {
    let mut down: Vec<&String> = Vec::new();
    for route in &party.routes {
        let stands = party
            .routes
            .iter()
            .any(|other| other.bearer == route.bearer && other.is_standing);
        if !stands && !down.contains(&&route.bearer) {
            down.push(&route.bearer);
        }
    }
    down.into_iter()
        .map(|bearer| {
            let cause = Cause::BearerDown(bearer.clone());
            finding(State::Degraded, party.party, cause, false)
        })
        .collect()
}

/// The best account of why a party is not heard. What was signed comes first, then what can't be otherwise, then what is likely.
fn why_no_contact(evidence: &Evidence, party: &PartyEvidence) -> Finding {
    let at = party.party;
    let inferred = |state, cause| finding(state, at, cause, false);
    if evidence.own.uplink == Uplink::Broken {
        return inferred(State::Cut, Cause::OwnUplink);
    }
    if let Some((by, ago)) = heard_elsewhere(evidence, party) {
        return inferred(State::Cut, Cause::HeardElsewhere { by, ago });
    }
    if party.routes.iter().any(|route| route.is_standing) {
        return inferred(State::Unknown, Cause::Silent);
    }
    let ended = |how| party.routes.iter().any(|route| route.last == Some(how));
    if ended(Dialled::Refused) {
        inferred(State::NodeDown, Cause::Refused)
    } else if ended(Dialled::NotProved) {
        inferred(State::Unknown, Cause::NotProved)
    } else if party.has_said_farewell {
        inferred(State::NodeDown, Cause::Farewell)
    } else if ended(Dialled::NoAnswer) {
        inferred(State::Cut, Cause::NothingAnswers)
    } else {
        inferred(State::Unknown, Cause::NotReachable)
    }
}

/// Another party that has heard it since we did.
///
/// A node that died was last heard by everybody at about the same time, give or take a beacon. So another party must have heard it
/// more than a beacon later than we did, or it proves nothing; where we never did, no longer ago than one.
fn heard_elsewhere(evidence: &Evidence, party: &PartyEvidence) -> Option<(PartyIndex, Duration)> {
    let beacon = evidence.interval / 2;
    let silence = party.contact.map_or(evidence.interval, |contact| {
        evidence.now.mono.saturating_sub(contact.mono)
    });
    let later = |(_, ago): &&(PartyIndex, Duration)| *ago + beacon <= silence;
    let recent = |(_, ago): &&(PartyIndex, Duration)| *ago < evidence.interval;
    let heard = party.heard_by.iter().filter(recent).filter(later);
    heard.min_by_key(|(_, ago)| *ago).copied()
}

/// Notes since when a state has held.
#[derive(Debug, Clone, Default)]
pub struct Watcher {
    held: Option<(State, i64)>,
}

/// A line has come into another state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change {
    /// From which; `None` for the first.
    pub from: Option<State>,
    /// To which.
    pub to: State,
}

impl Watcher {
    /// Takes the state at a time, ms, and says whether it is another.
    pub fn note(&mut self, state: State, now: i64) -> Option<Change> {
        let from = self.held.map(|(held, _)| held);
        if from == Some(state) {
            return None;
        }
        self.held = Some((state, now));
        Some(Change { from, to: state })
    }

    /// Since when the present state has held, ms.
    #[must_use]
    pub fn since(&self) -> Option<i64> {
        self.held.map(|(_, since)| since)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use openline_core::{Hash, LineId};

    const US: PartyIndex = PartyIndex(0);
    const THEM: PartyIndex = PartyIndex(1);
    const NOW: i64 = 1_000_000;

    fn post(is_attended: bool) -> PostWatch {
        PostWatch {
            post: "watch".to_owned(),
            is_attended,
            until: None,
            languages: vec![],
        }
    }

    fn route(bearer: &str, is_standing: bool, last: Option<Dialled>) -> Route {
        Route {
            bearer: bearer.to_owned(),
            is_standing,
            last,
        }
    }

    fn statement(is_attended: bool, notices: Vec<Notice>) -> Option<WatchStatement> {
        Some(WatchStatement {
            line: LineId(Hash([0; 32])),
            party: THEM,
            issued: NOW,
            posts: vec![post(is_attended)],
            notices,
        })
    }

    fn notice(kind: NoticeKind) -> Notice {
        Notice {
            kind,
            from: NOW - 1,
            until: Some(NOW + 1),
            words: None,
        }
    }

    /// All is well: both bearers stand, both sides are on watch, the other was heard a second ago.
    fn well() -> Evidence {
        let mono = Duration::from_secs(100);
        Evidence {
            now: Now { mono, wall_ms: NOW },
            interval: Duration::from_secs(60),
            watch_shown: WatchShown::Full,
            me: US,
            own: OwnEvidence {
                uplink: Uplink::Well,
                can_store: true,
                posts: vec![post(true)],
                notices: vec![],
            },
            parties: vec![PartyEvidence {
                party: THEM,
                contact: Some(Contact {
                    mono: mono - Duration::from_secs(1),
                    wall_ms: NOW - 1_000,
                }),
                routes: vec![route("quic", true, None), route("tls", true, None)],
                has_said_farewell: false,
                watch: statement(true, vec![]),
                heard_by: vec![],
            }],
            closures: vec![],
        }
    }

    /// No bearer stands, and every attempt ends like this.
    fn apart(last: Option<Dialled>) -> Evidence {
        let mut evidence = well();
        for route in &mut evidence.parties[0].routes {
            (route.is_standing, route.last) = (false, last);
        }
        evidence
    }

    type Change = fn(&mut Evidence);

    fn state(change: Change) -> (State, bool) {
        let mut evidence = well();
        change(&mut evidence);
        let assessment = assess(&evidence);
        let first = &assessment.findings[0];
        assert_eq!(first.state, assessment.state);
        (assessment.state, first.is_signed)
    }

    #[test]
    fn with_contact_the_state_is_what_people_have_said() {
        let cases: [(Change, (State, bool)); 9] = [
            (|_| (), (State::Open, false)),
            (
                |e| e.parties[0].routes[0].is_standing = false,
                (State::Degraded, false),
            ),
            (
                |e| e.parties[0].watch = statement(false, vec![]),
                (State::Unattended, true),
            ),
            (
                |e| {
                    e.watch_shown = WatchShown::Nothing;
                    e.parties[0].watch = statement(false, vec![]);
                },
                (State::Open, false),
            ),
            (
                |e| e.parties[0].watch = statement(true, vec![notice(NoticeKind::Declining)]),
                (State::Declining, true),
            ),
            (
                |e| e.parties[0].watch = statement(true, vec![notice(NoticeKind::TechnicalFault)]),
                (State::Degraded, true),
            ),
            (|e| e.own.posts.clear(), (State::Unattended, false)),
            (|e| e.own.can_store = false, (State::Degraded, false)),
            (|e| e.own.uplink = Uplink::Broken, (State::Degraded, false)),
        ];
        for (at, (change, expected)) in cases.into_iter().enumerate() {
            assert_eq!(state(change), expected, "case {at}");
        }
    }

    #[test]
    fn without_contact_the_cause_is_told_by_what_answers() {
        let cases = [
            (Some(Dialled::NoAnswer), State::Cut, Cause::NothingAnswers),
            (Some(Dialled::Refused), State::NodeDown, Cause::Refused),
            (Some(Dialled::NotProved), State::Unknown, Cause::NotProved),
            (None, State::Unknown, Cause::NotReachable),
        ];
        for (last, expected, cause) in cases {
            let assessment = assess(&apart(last));
            assert_eq!(assessment.state, expected);
            assert_eq!(assessment.findings[0].cause, cause);
        }
    }

    #[test]
    fn a_broken_uplink_of_our_own_is_never_laid_at_the_others_door() {
        let mut evidence = apart(Some(Dialled::NoAnswer));
        evidence.own.uplink = Uplink::Broken;
        assert_eq!(assess(&evidence).findings[0].cause, Cause::OwnUplink);
    }

    #[test]
    fn a_third_party_that_hears_it_tells_a_cut_from_a_dead_node() {
        let by = PartyIndex(2);
        let cause = |silence: u64, ago: u64, change: Change| {
            let mut evidence = apart(Some(Dialled::Refused));
            evidence.now.mono = Duration::from_secs(1_000);
            let party = &mut evidence.parties[0];
            party.contact = Some(Contact {
                mono: Duration::from_secs(1_000 - silence),
                wall_ms: 0,
            });
            party.heard_by = vec![(by, Duration::from_secs(ago))];
            change(&mut evidence);
            assess(&evidence).findings[0].cause.clone()
        };
        let heard = |ago| Cause::HeardElsewhere {
            by,
            ago: Duration::from_secs(ago),
        };
        assert_eq!(cause(40, 10, |_| ()), heard(10));
        assert_eq!(cause(40, 11, |_| ()), Cause::Refused, "as dead for both");
        assert_eq!(cause(200, 60, |_| ()), Cause::Refused, "too long ago");
        let silent: Change = |e| e.parties[0].routes[0].is_standing = true;
        assert_eq!(cause(70, 5, silent), heard(5));
        assert_eq!(cause(70, 59, silent), Cause::Silent);
        let never: Change = |e| e.parties[0].contact = None;
        assert_eq!(cause(0, 30, never), heard(30));
        assert_eq!(cause(0, 31, never), Cause::Refused);
    }

    #[test]
    fn a_line_is_never_open_beyond_its_interval_whatever_stands() {
        let mut evidence = well();
        evidence.now.mono += Duration::from_secs(59) - Duration::from_nanos(1);
        assert_eq!(assess(&evidence).state, State::Open);
        evidence.now.mono += Duration::from_nanos(1);
        let assessment = assess(&evidence);
        assert_eq!(assessment.state, State::Unknown);
        assert_eq!(assessment.findings[0].cause, Cause::Silent);
    }

    #[test]
    fn a_fault_that_was_told_of_is_why_nobody_answers() {
        let mut evidence = apart(Some(Dialled::NoAnswer));
        evidence.parties[0].watch = statement(true, vec![notice(NoticeKind::TechnicalFault)]);
        let assessment = assess(&evidence);
        assert_eq!(assessment.state, State::NodeDown);
        assert!(assessment.findings[0].is_signed);
        evidence.own.uplink = Uplink::Broken;
        assert_eq!(assess(&evidence).findings[0].cause, Cause::OwnUplink);
        evidence.own.uplink = Uplink::Well;
        evidence.now.mono += Duration::from_secs(60);
        evidence.parties[0].heard_by = vec![(PartyIndex(2), Duration::ZERO)];
        let assessment = assess(&evidence);
        assert_eq!(assessment.state, State::Cut, "it runs");
        assert!(
            assessment
                .findings
                .iter()
                .any(|f| f.state == State::NodeDown)
        );
    }

    #[test]
    fn a_drill_is_told_and_is_no_reason_for_anything() {
        let mut evidence = well();
        evidence.own.notices = vec![notice(NoticeKind::Drill)];
        let assessment = assess(&evidence);
        let is_contact = |f: &Finding| matches!(f.cause, Cause::Contact(_));
        assert!(is_contact(&assessment.findings[0]) && assessment.findings.len() == 2);
        evidence.parties[0].contact = None;
        assert_eq!(assess(&evidence).state, State::Unknown);
    }

    #[test]
    fn a_suspension_is_said_first_and_hides_nothing() {
        let mut evidence = apart(Some(Dialled::NoAnswer));
        evidence.closures = vec![Closure {
            party: THEM,
            place: Ref {
                party: THEM,
                index: 7,
            },
            is_narrowed: false,
            since: NOW - 5,
            until: None,
        }];
        let assessment = assess(&evidence);
        assert_eq!(assessment.state, State::Suspended);
        assert!(assessment.findings.iter().any(|f| f.state == State::Cut));
    }

    #[test]
    fn a_watch_that_has_ended_is_over() {
        let mut evidence = well();
        evidence.own.posts[0].until = Some(NOW);
        assert_eq!(assess(&evidence).state, State::Unattended);
    }

    #[test]
    fn since_is_from_when_the_state_changed() {
        let mut watcher = Watcher::default();
        assert!(watcher.note(State::Open, 1).is_some());
        assert!(watcher.note(State::Open, 2).is_none());
        assert_eq!(watcher.since(), Some(1));
        let change = watcher.note(State::Cut, 3).expect("another");
        assert_eq!((change.from, change.to), (Some(State::Open), State::Cut));
    }
}
