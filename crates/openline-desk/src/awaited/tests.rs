use openline_core::contact::Contact;
use openline_core::encounter::{EncounterKind, Step, StepAct};
use openline_core::glossary::{Glossary, Stance, Term};
use openline_core::origin::Channel;
use openline_core::text::{Assent, Paragraph, TextProposal};
use openline_core::topic::{Account, Kept, StatedPosition, Topic, TopicKind, Undertaking};

use super::*;
use crate::fixture::{Story, encounter};
use crate::text::notation;

const A: PartyIndex = PartyIndex(0);
const B: PartyIndex = PartyIndex(1);

impl Story {
    /// The body of an entry is deleted.
    fn purge(&mut self, place: Ref) {
        let mut entries = self.entries.iter_mut();
        let entry = entries.find(|(known, ..)| *known == place);
        entry.expect("there").3 = None;
    }

    fn ask(&mut self, by: PartyIndex) -> Ref {
        let body = encounter(by, B, None).encode();
        self.add(by, Kind::Encounter, vec![], body)
    }

    /// What is waited for, of whom, and which entry waits; the same whatever order the entries come in.
    fn waits(&self) -> Vec<(Matter, PartyIndex, Ref)> {
        let fold = |entries: &mut dyn Iterator<Item = &(Ref, u64, Header, Option<Vec<u8>>)>| {
            let mut all = Awaiting::new(self.sizes.len());
            for (place, lamport, header, body) in entries {
                let followed = all.follow(*place, *lamport, header, body.as_deref());
                followed.expect("sound");
            }
            all.all()
        };
        let all = fold(&mut self.entries.iter());
        assert_eq!(fold(&mut self.entries.iter().rev()), all);
        all.into_iter()
            .map(|one| (one.matter, one.party, one.place))
            .collect()
    }
}

fn scheduled(from: i64) -> Step {
    Step {
        window: Some((from, from + 1)),
        ..Step::bare(StepAct::Scheduled)
    }
}

#[test]
fn an_encounter_waits_for_a_word_then_for_one_on_its_time_then_on_whether_it_was() {
    let mut story = Story::default();
    let visit = story.ask(A);
    assert_eq!(story.waits(), [(Matter::Request, B, visit)]);
    story.step(B, visit, Step::bare(StepAct::Accepted));
    assert_eq!(story.waits(), []);
    let first = story.step(B, visit, scheduled(100));
    assert_eq!(story.waits(), [(Matter::Schedule, A, first)]);
    story.answer(A, first, Stance::Declines);
    assert_eq!(story.waits(), [], "it has spoken");
    let second = story.step(A, visit, scheduled(200));
    assert_eq!(story.waits(), [(Matter::Schedule, B, second)]);
    story.answer(B, second, Stance::Agrees);
    assert_eq!(story.waits(), []);
    let held = story.step(A, visit, Step::bare(StepAct::Held));
    assert_eq!(story.waits(), [(Matter::Held, B, held)]);
    story.step(B, visit, Step::bare(StepAct::Held));
    assert_eq!(story.waits(), []);
    let owed = Step {
        party: Some(B),
        ..Step::bare(StepAct::ReturnOwed)
    };
    let owed = story.step(A, visit, owed);
    assert_eq!(story.waits(), [(Matter::Return, B, owed)]);
    story.answer(B, owed, Stance::Declines);
    assert_eq!(story.waits(), []);
}

#[test]
fn who_declines_a_request_is_not_waited_for() {
    let mut story = Story::default();
    let visit = story.ask(A);
    let declined = Step {
        words: Some("not now".to_owned()),
        ..Step::bare(StepAct::Declined)
    };
    story.step(B, visit, declined);
    assert_eq!(story.waits(), []);
}

#[test]
fn to_dispute_who_asked_is_no_word_on_whether_it_is_to_be() {
    let mut story = Story::default();
    let visit = story.ask(A);
    let asked = Step {
        party: Some(B),
        ..Step::bare(StepAct::AskedBy)
    };
    story.step(B, visit, asked);
    assert_eq!(story.waits(), [(Matter::Request, B, visit)]);
}

#[test]
fn who_agreed_to_one_of_two_claims_is_not_waited_for_at_the_other() {
    let mut story = Story::of(4);
    let [c, d] = [PartyIndex(2), PartyIndex(3)];
    let visit = story.ask(A);
    for party in [B, c, d] {
        story.step(party, visit, Step::bare(StepAct::Accepted));
    }
    let first = story.step(A, visit, Step::bare(StepAct::Held));
    story.answer(B, first, Stance::Agrees);
    let second = story.step(c, visit, Step::bare(StepAct::Held));
    assert_eq!(story.waits(), [(Matter::Held, d, second)]);
}

#[test]
fn a_query_waits_until_it_is_settled_and_a_purge_until_all_agree() {
    let mut story = Story::default();
    let query = OriginQuery {
        channel: Channel::Call,
        time: 0,
        what: "a voice that gave itself as the duty officer".to_owned(),
        sha256: None,
    };
    let query = story.add(A, Kind::OriginQuery, vec![], query.encode());
    let find = |origin| Finding {
        origin,
        words: None,
    };
    story.add(
        B,
        Kind::Finding,
        vec![query],
        find(Origin::LookingIntoIt).encode(),
    );
    assert_eq!(story.waits(), [(Matter::Origin, B, query)]);
    story.add(B, Kind::Finding, vec![query], find(Origin::No).encode());
    assert_eq!(story.waits(), []);
    let purge = Purge {
        targets: vec![query],
        reason: "a name".to_owned(),
    };
    let purge = story.add(B, Kind::Purge, vec![], purge.encode());
    assert_eq!(story.waits(), [(Matter::Purge, A, purge)]);
    story.add(A, Kind::Consent, vec![purge], Vec::new());
    assert_eq!(story.waits(), []);
}

#[test]
fn whose_words_were_purged_has_spoken() {
    let mut story = Story::default();
    let visit = story.ask(A);
    let accepted = story.step(B, visit, Step::bare(StepAct::Accepted));
    story.purge(accepted);
    assert_eq!(story.waits(), []);
    let schedule = story.step(A, visit, scheduled(100));
    let declined = story.answer(B, schedule, Stance::Declines);
    story.purge(declined);
    assert_eq!(story.waits(), []);
}

#[test]
fn claims_wait_until_the_other_side_has_spoken_in_whatever_way() {
    let mut story = Story::default();
    let contact = Contact {
        kind: EncounterKind::Call,
        date: "1967-06-05".to_owned(),
        level: "head of government".to_owned(),
        what: "messages".to_owned(),
        host: None,
        participants: vec![],
        place: None,
        words: None,
    };
    let contact = story.add(A, Kind::Contact, vec![], contact.encode());
    let topic = Topic {
        kind: TopicKind::Issue,
        title: "Trade".to_owned(),
        raised_by: A,
        words: None,
    };
    let topic = story.add(A, Kind::Topic, vec![], topic.encode());
    let undertaking = Undertaking {
        who: B,
        what: "list the goods".to_owned(),
        by: None,
        office: None,
    };
    let undertaking = story.add(A, Kind::Undertaking, vec![topic], undertaking.encode());
    let term = Term {
        concept: "ceasefire".to_owned(),
        equivalents: vec![
            ("en".to_owned(), "ceasefire".to_owned()),
            ("fr".to_owned(), "cessez-le-feu".to_owned()),
        ],
        note: None,
    };
    let terms = story.add(
        A,
        Kind::Glossary,
        vec![],
        Glossary { terms: vec![term] }.encode(),
    );
    let all = [
        (Matter::Contact, B, contact),
        (Matter::Topic, B, topic),
        (Matter::Undertaking, B, undertaking),
        (Matter::Terms, B, terms),
    ];
    assert_eq!(story.waits(), all);
    story.answer(B, contact, Stance::Agrees);
    let position = StatedPosition {
        words: Some("We see no issue.".to_owned()),
        status: None,
    };
    story.add(B, Kind::Position, vec![topic], position.encode());
    let account = Account {
        kept: Kept::UnderWay,
        words: None,
    };
    story.add(B, Kind::Account, vec![undertaking], account.encode());
    assert_eq!(story.waits(), all[3..]);
    story.answer(B, terms, Stance::Declines);
    assert_eq!(story.waits(), []);
}

#[test]
fn a_text_waits_for_initials_once_somebody_has_given_his_then_for_signatures() {
    let mut story = Story::default();
    let names = ["Alpha".to_owned(), "Beta".to_owned()];
    let pieces = notation::parse("Both sides will talk.", &names).expect("sound");
    let proposal = TextProposal {
        title: "Agreed minutes".to_owned(),
        languages: vec!["en".to_owned()],
        paragraphs: vec![Paragraph {
            versions: vec![("en".to_owned(), pieces)],
        }],
    };
    let text = story.add(A, Kind::TextProposal, vec![], proposal.encode());
    assert_eq!(story.waits(), []);
    let mut texts = Texts::new(2);
    let (place, lamport, header, body) = &story.entries[0];
    let followed = texts.follow(*place, *lamport, header, body.as_deref());
    followed.expect("sound");
    let hash = texts.all(|_| true)[0].hash;
    let assent = |weight| {
        let words = None;
        let assent = Assent {
            weight,
            hash,
            words,
        };
        assent.encode()
    };
    story.add(B, Kind::Initial, vec![text], assent(Weight::AdReferendum));
    let both = [(Matter::Initial, A, text), (Matter::Initial, B, text)];
    assert_eq!(story.waits(), both, "ad referendum waits for its own side");
    story.add(B, Kind::Initial, vec![text], assent(Weight::Full));
    assert_eq!(story.waits(), both[..1]);
    story.add(A, Kind::Initial, vec![text], assent(Weight::Full));
    let both = [(Matter::Signature, A, text), (Matter::Signature, B, text)];
    assert_eq!(story.waits(), both);
    story.add(A, Kind::Signature, vec![text], assent(Weight::Full));
    assert_eq!(story.waits(), both[1..]);
    story.add(B, Kind::Signature, vec![text], assent(Weight::Full));
    assert_eq!(story.waits(), []);
}
