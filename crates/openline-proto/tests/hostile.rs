//! Frames that only a dishonest or broken member of a line sends: each is refused or means nothing, and none ends the node.

use std::sync::Arc;
use std::time::Duration;

use openline_core::admit::Logs;
use openline_core::charter::{Charter, CharterTerms, Founded, Instrument, Member};
use openline_core::credential::Credential;
use openline_core::entry::RawEntry;
use openline_core::keys::SecretKeys;
use openline_core::{Hash, PartyId, PartyIndex, Rule};
use openline_proto::frame::{Frame, Tag};
use openline_proto::{Event, LineFacts, LinkId, Machine, MachineConfig, Now};

const NOW: Now = Now {
    mono: Duration::ZERO,
    wall_ms: 1_750_000_000_000,
};
const LINK: LinkId = LinkId(1);
/// A party that the line does not have.
const NOBODY: PartyIndex = PartyIndex(14);

struct Party {
    id: PartyId,
    keys: SecretKeys,
    member: Member,
}

fn party(seed: u8) -> Party {
    let root = SecretKeys::from_seeds([seed; 32], [seed; 32]);
    let keys = SecretKeys::from_seeds([seed + 50; 32], [seed + 50; 32]);
    let name = format!("Party {seed}");
    let credential = Credential::issue(&root, &name, 1, keys.ed_public(), keys.pq_public(), 0)
        .and_then(Credential::verify)
        .expect("name, serial and time are in range");
    let member = Member {
        credential,
        posts: vec!["duty".to_owned()],
        zone: "UTC".to_owned(),
    };
    Party {
        id: member.party_id(),
        keys,
        member,
    }
}

/// The first party's machine, greeted by the second over [`LINK`], and the line.
fn machine() -> (Machine, Arc<Founded>) {
    let mut parties = [party(1), party(2)];
    parties.sort_by_key(|party| party.id);
    let members = parties.iter().map(|party| party.member.clone()).collect();
    let charter = Charter::new(CharterTerms::default(), members, [7; 16]).expect("terms are right");
    let mut instrument = Instrument::propose(charter);
    for (at, party) in parties.iter().enumerate() {
        let index = PartyIndex::from_usize(at).expect("two parties");
        instrument
            .sign(index, &party.keys)
            .expect("in the charter's order");
    }
    let founded = Arc::new(instrument.found().expect("both have signed"));
    let [own, peer] = parties;
    let mut machine = Machine::new(MachineConfig {
        party: own.id,
        card: Vec::new(),
        keys: vec![Arc::new(own.keys)],
    });
    machine
        .add_line(
            Logs::new(founded.clone()),
            LineFacts::default(),
            [3; 16],
            NOW,
        )
        .expect("the party is a member");
    machine.handle_link_up(LINK, peer.id, NOW);
    let hello = Frame::Hello {
        party: peer.id,
        card: Vec::new(),
    };
    machine.handle_frame(LINK, &hello.encode(), NOW);
    events(&mut machine);
    (machine, founded)
}

fn events(machine: &mut Machine) -> Vec<Event> {
    while machine.poll_persist(NOW).is_some() {
        machine.handle_persisted();
    }
    while machine.poll_transmit().is_some() {}
    std::iter::from_fn(|| machine.poll_event()).collect()
}

/// What a frame leads to.
fn told(frame: impl FnOnce(Tag) -> Frame) -> Vec<Event> {
    let (mut machine, founded) = machine();
    let frame = frame(Tag::of(&founded.line())).encode();
    machine.handle_frame(LINK, &frame, NOW);
    events(&mut machine)
}

#[test]
fn a_proof_about_a_party_that_the_line_does_not_have_is_refused() {
    let events = told(|tag| Frame::Proof {
        tag,
        party: NOBODY,
        old: 1,
        old_root: Hash([1; 32]),
        new: 2,
        new_root: Hash([2; 32]),
        signature: [0; 64],
        path: Vec::new(),
    });
    assert!(
        matches!(&events[..], [Event::PeerFault { refused, .. }] if refused.rule == Rule::FrameShape)
    );
}

#[test]
fn copies_at_the_end_of_all_indexes_mean_nothing() {
    let entry = RawEntry {
        header: vec![0],
        body: None,
    };
    let events = told(|tag| Frame::Copy {
        tag,
        party: PartyIndex(0),
        first: u64::MAX,
        entries: vec![entry.clone(), entry],
    });
    assert!(events.is_empty());
}
