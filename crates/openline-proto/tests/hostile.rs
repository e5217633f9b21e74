//! Frames that only a dishonest or broken member of a line sends: each is refused or means nothing, and none ends the node.

#[path = "support/parties.rs"]
mod parties;

use std::sync::Arc;
use std::time::Duration;

use openline_core::admit::Logs;
use openline_core::charter::Founded;
use openline_core::entry::RawEntry;
use openline_core::{Hash, PartyIndex, Rule};
use openline_proto::frame::{Frame, Tag};
use openline_proto::{Event, LineFacts, LinkId, Machine, MachineConfig, Now};

use parties::founded;

const NOW: Now = Now {
    mono: Duration::ZERO,
    wall_ms: 1_750_000_000_000,
};
const LINK: LinkId = LinkId(1);
/// A party that the line does not have.
const NOBODY: PartyIndex = PartyIndex(14);

/// The first party's machine, greeted by the second over [`LINK`], and the line.
fn machine() -> (Machine, Arc<Founded>) {
    let (mut parties, founded) = founded(2);
    let (peer, own) = (parties.remove(1), parties.remove(0));
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
    let mut events = events(&mut machine);
    // Whatever it holds, it has been heard.
    let first = events.remove(0);
    assert!(matches!(first, Event::ContactFound { .. }), "{first:?}");
    events
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
