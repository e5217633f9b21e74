//! Charters: drawing them up, proposals on their way to being signed by all, and how they are shown.

use std::time::Duration;

use openline_core::charter::{
    Charter, CharterTerms, Clock, Instrument, Matching, Member, Receipts, SealBeat, TestSchedule,
    WatchShown,
};
use openline_core::credential::VerifiedCredential;
use openline_core::limits::{
    ATTACHMENT_LIMIT_MAX, CONTACT_INTERVAL_MAX, LANGUAGES_MAX, LEVEL_MAX, OPEN_CLASSES_MAX,
    PICKS_MAX, RUNS_MAX, SCHEDULE_MAX, TITLE_MAX, WORD_LIMIT_MAX,
};
use openline_core::{LineId, PartyIndex, Rule};

use crate::error::ServiceError;
use crate::view::{CharterPartyView, CharterView, MemberRequest, ProposeRequest, TermsView};

/// A charter that not every member has signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    instrument: Instrument,
}

impl Proposal {
    /// Takes an instrument.
    #[must_use]
    pub fn new(instrument: Instrument) -> Self {
        Self { instrument }
    }

    /// The instrument with the signatures so far.
    #[must_use]
    pub fn instrument(&self) -> &Instrument {
        &self.instrument
    }

    /// The line that it would found.
    #[must_use]
    pub fn line(&self) -> LineId {
        self.instrument.charter().line()
    }

    /// Adds another's signatures; both are of one charter.
    ///
    /// # Errors
    /// The rule that the other breaks.
    pub fn merged(mut self, other: &Instrument) -> Result<Self, Rule> {
        self.instrument.merge(other)?;
        Ok(self)
    }

    /// From the store.
    ///
    /// # Errors
    /// The rule that the bytes break.
    pub fn decode(bytes: &[u8]) -> Result<Self, Rule> {
        Instrument::decode(bytes).map(Self::new)
    }

    /// For the façade.
    #[must_use]
    pub fn view(&self) -> CharterView {
        view_of(&self.instrument)
    }
}

/// An instrument as people see it.
#[must_use]
pub fn view_of(instrument: &Instrument) -> CharterView {
    let charter = instrument.charter();
    let missing: Vec<PartyIndex> = instrument.missing().collect();
    let party = |(at, member): (usize, &Member)| CharterPartyView {
        index: u8::try_from(at).unwrap_or(u8::MAX),
        name: member.name().to_owned(),
        id: member.party_id().to_string(),
        posts: member.posts.clone(),
        zone: member.zone.clone(),
        has_signed: !missing.iter().any(|index| index.at() == at),
    };
    CharterView {
        id: charter.line().to_string(),
        terms: terms_view(charter.terms()),
        parties: charter.members().iter().enumerate().map(party).collect(),
        is_founded: instrument.is_founded(),
    }
}

/// Draws up a charter from a request.
///
/// # Errors
/// The rule that it would break; [`ServiceError::Unusable`] for a term or zone that can't be used, which is named.
pub fn draw_up(
    own: VerifiedCredential,
    others: Vec<(VerifiedCredential, Option<MemberRequest>)>,
    request: &ProposeRequest,
    nonce: [u8; 16],
) -> Result<Charter, ServiceError> {
    let own = Member {
        credential: own,
        posts: request.posts.clone(),
        zone: request.zone.clone(),
    };
    let others = others.into_iter().map(|(credential, member)| match member {
        Some(member) => Member {
            credential,
            posts: member.posts,
            zone: member.zone,
        },
        None => Member {
            credential,
            posts: vec!["watch".to_owned()],
            zone: "UTC".to_owned(),
        },
    });
    let members: Vec<Member> = std::iter::once(own).chain(others).collect();
    if let Some(member) = members.iter().find(|member| !is_known_zone(&member.zone)) {
        let why = format!("the zone of {} {}", member.name(), no_zone(&member.zone));
        return Err(ServiceError::Unusable(why));
    }
    Ok(Charter::new(terms(&request.terms)?, members, nonce)?)
}

/// Whether the time zone database has it. Core takes any name of the right form, since two databases may differ;
/// in a charter drawn up here an unknown one is a slip of the pen.
fn is_known_zone(zone: &str) -> bool {
    openline_core::charter::is_zone(zone) && jiff::tz::TimeZone::get(zone).is_ok()
}

fn no_zone(zone: &str) -> String {
    format!("is \"{zone}\", which is no IANA time zone; give one such as Europe/Vienna or UTC")
}

/// Names the first term that is out of its range. What core checks is checked there again.
fn check(view: &TermsView) -> Result<(), ServiceError> {
    let is_words =
        |text: &str, max| (1..=max).contains(&text.len()) && !text.contains(char::is_control);
    let is_tag = |tag: &String| openline_core::body::is_language(tag);
    let repeats = |list: &[String]| (1..list.len()).any(|at| list[..at].contains(&list[at]));
    let is_time = |time: &String| {
        let parts = time.split_once(':').filter(|_| time.len() == 5);
        let below = |text: &str, bound: u8| {
            text.bytes().all(|b| b.is_ascii_digit()) && text.parse::<u8>().is_ok_and(|n| n < bound)
        };
        parts.is_some_and(|(hour, minute)| hour.len() == 2 && below(hour, 24) && below(minute, 60))
    };
    let day = CONTACT_INTERVAL_MAX;
    let checks = [
        (
            is_words(&view.title, TITLE_MAX),
            format!("title has 1 to {TITLE_MAX} bytes and no control characters"),
        ),
        (
            is_words(&view.level, LEVEL_MAX),
            format!("level has 1 to {LEVEL_MAX} bytes and no control characters"),
        ),
        (
            (1..=day).contains(&view.contact_interval_s),
            format!("contact_interval_s is 1 to {day}"),
        ),
        (
            is_known_zone(&view.test_zone),
            format!("test_zone {}", no_zone(&view.test_zone)),
        ),
        (
            view.test_times.len() <= SCHEDULE_MAX && view.test_times.iter().all(is_time),
            format!("test_times holds at most {SCHEDULE_MAX} times from 00:00 to 23:59, as HH:MM"),
        ),
        (
            (1..=LANGUAGES_MAX).contains(&view.languages.len())
                && view.languages.iter().all(is_tag)
                && !repeats(&view.languages),
            format!(
                "languages holds 1 to {LANGUAGES_MAX} BCP 47 tags such as en or fr, none twice"
            ),
        ),
        (
            view.open_classes.len() <= OPEN_CLASSES_MAX
                && view
                    .open_classes
                    .iter()
                    .all(|class| is_words(class, usize::MAX)),
            format!("open_classes holds at most {OPEN_CLASSES_MAX} texts, none of them empty"),
        ),
        (
            view.seal_entries > 0 && view.seal_interval_s > 0,
            "seal_entries and seal_interval_s are at least 1".to_owned(),
        ),
        (
            view.attachment_limit <= ATTACHMENT_LIMIT_MAX,
            format!("attachment_limit is at most {ATTACHMENT_LIMIT_MAX} bytes"),
        ),
        (
            view.settle_delay_ms <= day * 1000,
            format!("settle_delay_ms is at most {}", day * 1000),
        ),
        (
            view.word_limits
                .iter()
                .all(|limit| *limit <= WORD_LIMIT_MAX),
            format!("word_limits are at most {WORD_LIMIT_MAX}"),
        ),
        (
            (1..=PICKS_MAX).contains(&view.match_picks),
            format!("match_picks is 1 to {PICKS_MAX}"),
        ),
        (
            view.match_runs <= RUNS_MAX,
            format!("match_runs is at most {RUNS_MAX}"),
        ),
    ];
    let failed = checks.into_iter().find(|(is_right, _)| !is_right);
    failed.map_or(Ok(()), |(_, why)| Err(ServiceError::Unusable(why)))
}

fn terms(view: &TermsView) -> Result<CharterTerms, ServiceError> {
    check(view)?;
    let seconds = Duration::from_secs;
    let clock = |[stored, shown, acknowledged]: [u64; 3]| Clock {
        stored: seconds(stored),
        shown: seconds(shown),
        acknowledged: seconds(acknowledged),
    };
    let clocks: Vec<Clock> = view.clocks_s.iter().copied().map(clock).collect();
    let clocks = <[Clock; 4]>::try_from(clocks).map_err(|_| {
        ServiceError::Unusable(
            "clocks_s holds four triples: flash, immediate, priority, routine".to_owned(),
        )
    })?;
    Ok(CharterTerms {
        title: view.title.clone(),
        level: view.level.clone(),
        contact_interval: seconds(view.contact_interval_s),
        schedule: TestSchedule {
            zone: view.test_zone.clone(),
            times: view.test_times.clone(),
            days: days(&view.test_days)?,
            is_by_person: view.test_by_person,
        },
        clocks,
        languages: view.languages.clone(),
        receipts: if view.batched_receipts {
            Receipts::RoutineBatched
        } else {
            Receipts::EachMessage
        },
        open_classes: view.open_classes.clone(),
        retention_days: view.retention_days,
        seal_beat: SealBeat {
            entries: view.seal_entries,
            interval: seconds(view.seal_interval_s),
        },
        attachment_limit: view.attachment_limit,
        tolerance: seconds(view.tolerance_s),
        settle_delay: Duration::from_millis(view.settle_delay_ms),
        word_limits: <[u64; 4]>::try_from(view.word_limits.as_slice()).map_err(|_| {
            ServiceError::Unusable(
                "word_limits holds four numbers: flash, immediate, priority, routine".to_owned(),
            )
        })?,
        watch: watch_shown(&view.watch)?,
        matching: Matching {
            picks: view.match_picks,
            runs: view.match_runs,
        },
    })
}

/// Days of the week as a charter holds them, from Monday.
const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

fn days(names: &[String]) -> Result<u8, ServiceError> {
    let bit = |name: &String| DAYS.iter().position(|day| day == name).map(|at| 1 << at);
    let bits: Option<Vec<u8>> = names.iter().map(bit).collect();
    let days = bits.map_or(0, |bits| bits.into_iter().fold(0, |days, bit| days | bit));
    if days == 0 {
        let words = "test_days holds at least one of mon, tue, wed, thu, fri, sat, sun";
        return Err(ServiceError::Unusable(words.to_owned()));
    }
    Ok(days)
}

const WATCH_SHOWN: [(WatchShown, &str); 3] = [
    (WatchShown::Nothing, "nothing"),
    (WatchShown::Attended, "attended"),
    (WatchShown::Full, "full"),
];

fn watch_shown(word: &str) -> Result<WatchShown, ServiceError> {
    let found = WATCH_SHOWN.iter().find(|(_, known)| *known == word);
    found
        .map(|(shown, _)| *shown)
        .ok_or_else(|| ServiceError::Unusable("watch is nothing, attended or full".to_owned()))
}

fn terms_view(terms: &CharterTerms) -> TermsView {
    let clock = |c: &Clock| {
        [
            c.stored.as_secs(),
            c.shown.as_secs(),
            c.acknowledged.as_secs(),
        ]
    };
    TermsView {
        title: terms.title.clone(),
        level: terms.level.clone(),
        contact_interval_s: terms.contact_interval.as_secs(),
        test_zone: terms.schedule.zone.clone(),
        test_times: terms.schedule.times.clone(),
        clocks_s: terms.clocks.iter().map(clock).collect(),
        languages: terms.languages.clone(),
        batched_receipts: terms.receipts == Receipts::RoutineBatched,
        open_classes: terms.open_classes.clone(),
        retention_days: terms.retention_days,
        seal_entries: terms.seal_beat.entries,
        seal_interval_s: terms.seal_beat.interval.as_secs(),
        attachment_limit: terms.attachment_limit,
        tolerance_s: terms.tolerance.as_secs(),
        settle_delay_ms: u64::try_from(terms.settle_delay.as_millis()).unwrap_or(u64::MAX),
        test_days: DAYS
            .iter()
            .enumerate()
            .filter(|(at, _)| terms.schedule.days & (1 << at) != 0)
            .map(|(_, day)| (*day).to_owned())
            .collect(),
        test_by_person: terms.schedule.is_by_person,
        word_limits: terms.word_limits.to_vec(),
        watch: WATCH_SHOWN
            .iter()
            .find(|(shown, _)| *shown == terms.watch)
            .map_or_else(String::new, |(_, word)| (*word).to_owned()),
        match_picks: terms.matching.picks,
        match_runs: terms.matching.runs,
    }
}

impl Default for TermsView {
    fn default() -> Self {
        terms_view(&CharterTerms::default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_survive_being_shown_and_read() {
        let default = CharterTerms::default();
        assert_eq!(terms(&terms_view(&default)).expect("in range"), default);
        let short = TermsView {
            clocks_s: vec![[1, 1, 1]],
            ..TermsView::default()
        };
        assert!(matches!(terms(&short), Err(ServiceError::Unusable(_))));
    }

    #[test]
    fn a_term_that_core_would_refuse_is_refused_by_its_name() {
        let times = |time: &str| vec![time.to_owned()];
        let default = TermsView::default;
        #[rustfmt::skip]
        let cases = [
            ("title", TermsView { title: String::new(), ..default() }),
            ("title", TermsView { title: "t".repeat(257), ..default() }),
            ("level", TermsView { level: "a\nb".to_owned(), ..default() }),
            ("contact_interval_s", TermsView { contact_interval_s: 0, ..default() }),
            ("contact_interval_s", TermsView { contact_interval_s: 86_401, ..default() }),
            ("test_zone", TermsView { test_zone: "a b".to_owned(), ..default() }),
            ("test_times", TermsView { test_times: times("24:00"), ..default() }),
            ("test_times", TermsView { test_times: times("9:00"), ..default() }),
            ("test_times", TermsView { test_times: times("09:60"), ..default() }),
            ("test_times", TermsView { test_times: times("+9:00"), ..default() }),
            ("test_times", TermsView { test_times: vec!["09:00".to_owned(); 49], ..default() }),
            ("languages", TermsView { languages: vec![], ..default() }),
            ("languages", TermsView { languages: times("not a tag"), ..default() }),
            ("languages", TermsView { languages: vec!["en".to_owned(); 2], ..default() }),
            ("open_classes", TermsView { open_classes: times(""), ..default() }),
            ("seal_entries", TermsView { seal_entries: 0, ..default() }),
            ("seal_interval_s", TermsView { seal_interval_s: 0, ..default() }),
            ("attachment_limit", TermsView { attachment_limit: (1 << 30) + 1, ..default() }),
            ("settle_delay_ms", TermsView { settle_delay_ms: 86_400_001, ..default() }),
        ];
        for (name, view) in cases {
            match terms(&view) {
                Err(ServiceError::Unusable(why)) => assert!(why.contains(name), "{name}: {why}"),
                other => panic!("{name}: {other:?}"),
            }
        }
    }

    #[test]
    fn terms_at_their_bounds_found_a_charter() {
        let view = TermsView {
            title: "t".repeat(TITLE_MAX),
            contact_interval_s: 86_400,
            test_times: vec!["23:59".to_owned(); SCHEDULE_MAX],
            open_classes: vec![],
            seal_entries: 1,
            seal_interval_s: 1,
            attachment_limit: ATTACHMENT_LIMIT_MAX,
            settle_delay_ms: 86_400_000,
            ..TermsView::default()
        };
        let charter = draw(view, "UTC").expect("in range");
        let proposal = Proposal::new(Instrument::propose(charter));
        assert_eq!(
            Proposal::decode(&proposal.instrument().encode()),
            Ok(proposal)
        );
    }

    #[test]
    fn a_zone_that_does_not_exist_is_refused_by_its_partys_name() {
        let refused = draw(TermsView::default(), "Mars/Olympus_Mons");
        match refused {
            Err(ServiceError::Unusable(why)) => {
                assert!(why.contains("Beta") && why.contains("Mars/Olympus_Mons"));
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_proposal_shows_who_has_signed_until_all_have() {
        let charter = draw(TermsView::default(), "UTC").expect("right");
        let mut proposal = Proposal::new(Instrument::propose(charter.clone()));
        let signed = |proposal: &Proposal| -> Vec<bool> {
            let view = proposal.view();
            view.parties.iter().map(|party| party.has_signed).collect()
        };
        assert_eq!(signed(&proposal), [false, false]);
        for seed in [1, 2] {
            assert!(!proposal.view().is_founded);
            let keys = node(seed).keys();
            let index = charter
                .members()
                .iter()
                .position(|member| member.keys() == keys.public());
            let index = index.and_then(PartyIndex::from_usize).expect("a member");
            let mut other = Instrument::propose(charter.clone());
            other.sign(index, &keys).expect("its own key");
            proposal = proposal.merged(&other).expect("one charter");
            assert!(signed(&proposal)[index.at()]);
        }
        assert!(proposal.view().is_founded);
        let other = draw(
            TermsView {
                retention_days: 1,
                ..TermsView::default()
            },
            "UTC",
        );
        let other = Instrument::propose(other.expect("right"));
        assert_eq!(proposal.merged(&other), Err(Rule::InstrumentShape));
    }

    fn node(seed: u8) -> crate::identity::Seeds {
        crate::identity::Seeds::from_bytes(&[seed; 64]).expect("64 bytes")
    }

    /// A charter between Alpha and Beta, which is in `zone`.
    fn draw(terms: TermsView, zone: &str) -> Result<Charter, ServiceError> {
        let credential = |name: &str, seed: u8| {
            let root = node(seed + 100).keys();
            crate::identity::certify(&root, name, 1, &node(seed), 0).expect("in range")
        };
        let request = ProposeRequest {
            with: vec!["Beta".to_owned()],
            posts: vec!["watch".to_owned()],
            zone: "Europe/Vienna".to_owned(),
            others: vec![],
            terms,
        };
        let beta = MemberRequest {
            party: "Beta".to_owned(),
            posts: vec!["duty".to_owned()],
            zone: zone.to_owned(),
        };
        let others = vec![(credential("Beta", 2), Some(beta))];
        draw_up(credential("Alpha", 1), others, &request, [7; 16])
    }
}
