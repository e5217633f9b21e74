//! Two parties with folders of their own, and frames carried by hand.

use super::*;

const LINE: LineId = LineId(Hash([3; 32]));
const NOW: i64 = 1_800_000_000_000;

struct Side {
    home: tempfile::TempDir,
    own: PartyId,
    keys: Vec<SealKeyPair>,
    papers: NonPapers,
}

fn side(seed: u8) -> Side {
    let home = tempfile::tempdir().expect("a folder");
    let own = PartyId(Hash([seed; 32]));
    Side {
        papers: NonPapers::open(home.path(), own).expect("empty"),
        keys: vec![SealKeyPair::from_seed(&[seed; 32])],
        own,
        home,
    }
}

impl Side {
    /// The process ends and begins anew: what is not in the folder is gone.
    fn restart(&mut self) {
        self.papers = NonPapers::open(self.home.path(), self.own).expect("its own folder");
    }

    fn offer(&mut self, other: &Self) -> Frame {
        let own = self.keys[0].public().id().0;
        let to = other.keys[0].public();
        let frame = self.papers.offer(&other.own, to, own, NOW);
        frame.expect("kept").expect("a share")
    }

    fn hear(&mut self, other: &PartyId, frame: Frame) {
        let Frame::NonPaperOffer { offer, holds } = frame else {
            panic!("not an offer: {frame:?}");
        };
        self.papers
            .take_offer(other, offer, holds, &self.keys)
            .expect("for us");
    }

    fn write(&mut self, to: &Self, text: &str) -> u64 {
        let content = outgoing(text.to_owned(), NOW);
        self.papers.write(to.own, LINE, &content).expect("kept")
    }

    fn sealed(&self, to: &Self) -> Vec<Sealed> {
        let frames = self.papers.sealed(&to.own).expect("readable");
        frames.into_iter().map(of_frame).collect()
    }

    fn take(&mut self, from: &Self, sealed: &Sealed) -> Result<Taken, Rule> {
        rule_of(self.papers.take(from.own, LINE, sealed, NOW))
    }

    fn receipt(&self, to: &Self, sealed: &Sealed) -> Receipts {
        receipts_of(self.papers.receipt(&to.own, sealed).expect("taken"))
    }

    fn text(&self, local: u64) -> String {
        let text = self.papers.text(local).expect("readable");
        text.expect("there").to_string()
    }

    fn pack(&self, to: &Self) -> Zeroizing<Vec<u8>> {
        let packed = self.papers.pack(&to.own).expect("readable");
        packed.expect("a share").contents
    }

    fn unpack(&mut self, bytes: &[u8]) -> Result<Brought, Rule> {
        let line_of = |_: &PartyId, tag| (tag == Tag::of(&LINE)).then_some(LINE);
        let Self { papers, keys, .. } = self;
        rule_of(papers.unpack(bytes, keys, |_| true, line_of, NOW))
    }
}

fn of_frame(frame: Frame) -> Sealed {
    match Frame::decode(&frame.encode()) {
        Ok(Frame::NonPaper { sealed, .. }) => sealed,
        other => panic!("not a non-paper: {other:?}"),
    }
}

fn receipts_of(frame: Frame) -> Receipts {
    match Frame::decode(&frame.encode()) {
        Ok(Frame::NonPaperReceived(receipts)) => receipts,
        other => panic!("no receipts: {other:?}"),
    }
}

fn rule_of<T>(result: Result<T, Error>) -> Result<T, Rule> {
    result.map_err(|error| match error {
        Error::Rule(rule) => rule,
        Error::Folder(error) => panic!("the folder: {error}"),
    })
}

/// Both share a key.
fn agreed() -> (Side, Side) {
    let (mut a, mut b) = (side(1), side(2));
    agree(&mut a, &mut b);
    (a, b)
}

fn agree(a: &mut Side, b: &mut Side) {
    let frame = a.offer(b);
    b.hear(&a.own, frame);
    let frame = b.offer(a);
    a.hear(&b.own, frame);
    let frame = a.offer(b);
    b.hear(&a.own, frame);
    assert!(a.papers.is_agreed(&b.own) && b.papers.is_agreed(&a.own));
}

fn new_local(taken: Result<Taken, Rule>) -> u64 {
    match taken {
        Ok(Taken::New(local)) => local,
        other => panic!("not new: {other:?}"),
    }
}

#[test]
fn a_non_paper_arrives_is_confirmed_and_its_text_is_erased_here() {
    let (mut a, mut b) = agreed();
    let sent = a.write(&b, "Between us.");
    let sealed = a.sealed(&b).remove(0);
    let local = new_local(b.take(&a, &sealed));
    assert_eq!(b.text(local), "Between us.");
    let told = a
        .papers
        .take_receipts(&b.own, &b.receipt(&a, &sealed), NOW)
        .expect("genuine");
    assert_eq!(told, (vec![sent], vec![]));
    assert!(a.papers.text(sent).expect("readable").is_none());
    assert!(a.sealed(&b).is_empty());
    assert_eq!(b.papers.note_shown(local, NOW).expect("kept"), Some(a.own));
    let frames = b.papers.all_receipts(&a.own);
    let [frame] = <[Frame; 1]>::try_from(frames).expect("one");
    let told = a
        .papers
        .take_receipts(&b.own, &receipts_of(frame), NOW)
        .expect("genuine");
    assert_eq!(told, (vec![], vec![sent]));
}

/// The recipient writes in the sender's name, with what is in its own folder and nothing else. What it has made is taken by the same
/// code, and kept, listed and read like a real one; so a real one proves no more than this.
#[test]
fn the_recipient_forges_what_is_taken_like_a_real_one() {
    let (mut a, mut b) = agreed();
    a.write(&b, "What A said.");
    let real = a.sealed(&b).remove(0);
    let key = b.papers.peers[&a.own].key(&real.key).expect("shared");
    let bound = Bound {
        line: LINE,
        from: a.own,
        to: b.own,
    };
    let place = Sealed {
        number: real.number + 1,
        salt: random(),
        text: vec![],
        ..real.clone()
    };
    let content = outgoing("What A never said.".to_owned(), NOW);
    let forged = key.seal(&bound, place, &content.encode());
    let real = new_local(b.take(&a, &real));
    let forged = new_local(b.take(&a, &forged));
    assert_eq!(b.text(real), "What A said.");
    assert_eq!(b.text(forged), "What A never said.");
    let (real, forged) = (&b.papers.inbox[&real], &b.papers.inbox[&forged]);
    assert_eq!((real.from, real.line), (forged.from, forged.line));
    assert_eq!((real.series, real.sent_ms), (forged.series, forged.sent_ms));
}

#[test]
fn nobody_else_can_and_a_changed_one_is_refused() {
    let (mut a, mut b) = agreed();
    let c = side(4);
    a.write(&b, "Between us.");
    let sealed = a.sealed(&b).remove(0);
    let mut changed = sealed.clone();
    changed.text[3] ^= 1;
    assert_eq!(b.take(&a, &changed), Err(Rule::NonPaperMac));
    let renumbered = Sealed {
        number: 2,
        ..sealed.clone()
    };
    assert_eq!(b.take(&a, &renumbered), Err(Rule::NonPaperMac));
    assert_eq!(b.take(&c, &sealed), Err(Rule::NonPaperKey));
    let elsewhere = b.papers.take(a.own, LineId(Hash([9; 32])), &sealed, NOW);
    assert_eq!(rule_of(elsewhere), Err(Rule::NonPaperMac));
    // Sent back to its author it is not the other side's.
    assert_eq!(a.take(&b, &sealed), Err(Rule::NonPaperMac));
    assert!(b.papers.inbox.is_empty() && a.papers.inbox.is_empty());
}

#[test]
fn copies_change_nothing_and_order_does_not_matter() {
    let (mut a, mut b) = agreed();
    for text in ["one", "two", "three"] {
        a.write(&b, text);
    }
    let sealed = a.sealed(&b);
    let third = new_local(b.take(&a, &sealed[2]));
    let first = new_local(b.take(&a, &sealed[0]));
    assert_eq!(
        (b.text(third), b.text(first)),
        ("three".into(), "one".into())
    );
    assert_eq!(b.take(&a, &sealed[2]), Ok(Taken::Known));
    b.papers.discard(third).expect("erased");
    b.restart();
    assert_eq!(
        b.take(&a, &sealed[2]),
        Ok(Taken::Known),
        "nor after it was discarded"
    );
    new_local(b.take(&a, &sealed[1]));
    assert_eq!(b.papers.inbox.len(), 2);
}

#[test]
fn a_share_on_its_way_survives_a_restart_of_both() {
    let (mut a, mut b) = (side(1), side(2));
    let frame = a.offer(&b);
    a.restart();
    b.hear(&a.own, frame);
    b.restart();
    let frame = b.offer(&a);
    a.hear(&b.own, frame);
    a.write(&b, "after a restart");
    a.restart();
    b.restart();
    let sealed = a.sealed(&b).remove(0);
    let local = new_local(b.take(&a, &sealed));
    assert_eq!(b.text(local), "after a restart");
}

#[test]
fn a_recipient_killed_between_text_and_count_takes_it_once() {
    let (mut a, mut b) = agreed();
    a.write(&b, "once");
    let sealed = a.sealed(&b).remove(0);
    let before = b.papers.peers[&a.own].encode();
    let local = new_local(b.take(&a, &sealed));
    // As if the process had ended before what is kept of A was written.
    b.papers.folder.put_peer(&a.own, &before).expect("kept");
    b.restart();
    assert_eq!(b.take(&a, &sealed), Ok(Taken::New(local)));
    assert_eq!(b.papers.inbox.len(), 1);
}

#[test]
fn a_sender_killed_before_the_confirmation_came_sends_again() {
    let (mut a, mut b) = agreed();
    let sent = a.write(&b, "kept until confirmed");
    let sealed = a.sealed(&b).remove(0);
    new_local(b.take(&a, &sealed));
    a.restart();
    let again = a.sealed(&b).remove(0);
    assert_eq!(again.number, sealed.number);
    assert_eq!(b.take(&a, &again), Ok(Taken::Known));
    let receipts = b.receipt(&a, &again);
    let told = a.papers.take_receipts(&b.own, &receipts, NOW);
    assert_eq!(told.expect("genuine").0, [sent]);
    // As if it had ended between the note of it and the erasure.
    let (to, line) = (b.own, LINE);
    let text = encode_outgoing(&to, &line, &outgoing("left over".to_owned(), NOW));
    a.papers.folder.put(Tray::Out, sent, &text).expect("put");
    a.restart();
    assert!(a.papers.outbox.is_empty());
    assert!(a.papers.folder.list(Tray::Out).expect("listed").is_empty());
}

#[test]
fn a_text_that_was_counted_and_never_written_is_a_gap_and_holds_nothing_up() {
    let (mut a, mut b) = agreed();
    a.papers.peer(&b.own).count(77, LINE, NOW).expect("room");
    a.papers.keep(&b.own).expect("kept");
    a.restart();
    a.write(&b, "the next");
    let sealed = a.sealed(&b).remove(0);
    assert_eq!((sealed.number, sealed.floor), (2, 2));
    new_local(b.take(&a, &sealed));
}

#[test]
fn a_sender_that_has_lost_its_keys_agrees_anew_and_nothing_is_lost() {
    let (mut a, mut b) = agreed();
    a.write(&b, "before");
    let old = a.sealed(&b).remove(0);
    new_local(b.take(&a, &old));
    a.write(&b, "waits");
    let path = a.home.path().join("non-papers/peers");
    std::fs::remove_dir_all(path).expect("lost");
    a.restart();
    agree(&mut a, &mut b);
    let sealed = a.sealed(&b);
    assert_eq!(
        sealed.len(),
        2,
        "the confirmation of the first was lost too"
    );
    let taken: Vec<u64> = sealed
        .iter()
        .map(|one| new_local(b.take(&a, one)))
        .collect();
    assert!(taken.iter().any(|local| b.text(*local) == "waits"));
    assert_eq!(
        b.take(&a, &old),
        Err(Rule::NonPaperKey),
        "the old key is gone"
    );
}

#[test]
fn keys_are_replaced_while_something_is_under_way() {
    let (mut a, mut b) = agreed();
    a.write(&b, "under the old key");
    let old = a.sealed(&b).remove(0);
    let later = NOW + peer::SHARE_AGE_MAX_MS;
    let own = a.keys[0].public().id().0;
    let offer = a.papers.offer(&b.own, b.keys[0].public(), own, later);
    b.hear(&a.own, offer.expect("kept").expect("a share"));
    let local = new_local(b.take(&a, &old));
    assert_eq!(b.text(local), "under the old key");
    let frame = b.offer(&a);
    a.hear(&b.own, frame);
    let again = a.sealed(&b).remove(0);
    assert_ne!(again.key, old.key);
    assert_eq!(b.take(&a, &again), Ok(Taken::Known));
    assert_eq!(
        b.take(&a, &old),
        Err(Rule::NonPaperKey),
        "erased once the new one was in use"
    );
    let receipts = b.receipt(&a, &again);
    a.papers
        .take_receipts(&b.own, &receipts, NOW)
        .expect("under the new key");
}

#[test]
fn receipts_that_were_changed_or_are_anothers_confirm_nothing() {
    let (mut a, mut b) = agreed();
    let sent = a.write(&b, "waits");
    let sealed = a.sealed(&b).remove(0);
    new_local(b.take(&a, &sealed));
    let good = b.receipt(&a, &sealed);
    let mut changed = good.clone();
    changed.stages[0].1 = Stage::Shown;
    let unknown = Receipts {
        key: [0; 8],
        ..good.clone()
    };
    for (receipts, rule) in [(changed, Rule::NonPaperMac), (unknown, Rule::NonPaperKey)] {
        let told = a.papers.take_receipts(&b.own, &receipts, NOW);
        assert_eq!(rule_of(told), Err(rule));
    }
    let turned = b.papers.take_receipts(&a.own, &good, NOW);
    assert_eq!(
        rule_of(turned),
        Err(Rule::NonPaperMac),
        "a party's own receipts"
    );
    assert_eq!(a.text(sent), "waits");
}

#[test]
fn there_is_room_for_so_many_and_the_rest_comes_when_some_are_gone() {
    let (mut a, mut b) = agreed();
    for round in 0..NON_PAPERS_KEPT_MAX + 1 {
        a.write(&b, &format!("number {round}"));
        let sealed = a.sealed(&b).remove(0);
        match b.take(&a, &sealed) {
            Ok(Taken::New(_)) => {
                let receipts = b.receipt(&a, &sealed);
                a.papers
                    .take_receipts(&b.own, &receipts, NOW)
                    .expect("genuine");
            }
            taken => assert_eq!((taken, round), (Ok(Taken::NoRoom), NON_PAPERS_KEPT_MAX)),
        }
    }
    let first = *b.papers.inbox.keys().next().expect("some");
    b.papers.discard(first).expect("erased");
    let sealed = a.sealed(&b).remove(0);
    new_local(b.take(&a, &sealed));
}

#[test]
fn what_was_read_is_erased_after_its_time_and_what_was_not_is_kept() {
    let (mut a, mut b) = agreed();
    for text in ["read", "unread"] {
        a.write(&b, text);
    }
    let locals: Vec<u64> = a
        .sealed(&b)
        .iter()
        .map(|sealed| new_local(b.take(&a, sealed)))
        .collect();
    b.papers.note_shown(locals[0], NOW).expect("kept");
    b.restart();
    assert!(b.papers.sweep(1000, NOW + 999).expect("swept").is_empty());
    assert_eq!(
        b.papers.sweep(1000, NOW + 1000).expect("swept"),
        [locals[0]]
    );
    assert!(b.papers.text(locals[0]).expect("readable").is_none());
    assert_eq!(b.text(locals[1]), "unread");
}

#[test]
fn files_carry_it_all_when_no_bearer_stands() {
    let (mut a, mut b) = (side(1), side(2));
    let sent = a.write(&b, "by courier");
    a.offer(&b);
    let brought = b.unpack(&a.pack(&b)).expect("a share");
    assert_eq!((brought.share, brought.new), (Some(ShareIs::First), vec![]));
    b.restart();
    b.offer(&a);
    let brought = a.unpack(&b.pack(&a)).expect("under the key of the two");
    assert_eq!(brought.share, Some(ShareIs::Proved));
    a.restart();
    let file = a.pack(&b);
    let brought = b.unpack(&file).expect("a non-paper");
    assert_eq!(
        (brought.share, brought.new.len()),
        (Some(ShareIs::Proved), 1)
    );
    assert_eq!(b.text(brought.new[0]), "by courier");
    assert!(b.unpack(&file).expect("again").new.is_empty());
    b.papers.note_shown(brought.new[0], NOW).expect("kept");
    let brought = a.unpack(&b.pack(&a)).expect("receipts");
    assert_eq!((brought.received, brought.shown), (vec![sent], vec![sent]));
}

#[test]
fn a_file_that_was_changed_turned_or_meant_for_another_is_refused() {
    let (mut a, mut b) = agreed();
    let mut c = side(4);
    a.write(&b, "by courier");
    let file = a.pack(&b);
    let (contents, mac) = content::split(&file).expect("ours");
    let mut opened = File::decode(contents).expect("ours");
    assert_eq!(c.unpack(&file).err(), Some(Rule::NonPaperParty));
    assert_eq!(a.unpack(&file).err(), Some(Rule::NonPaperParty));
    let mut wrong = mac.expect("under a key");
    wrong[0] ^= 1;
    let changed = content::join(contents, Some(wrong));
    assert_eq!(b.unpack(&changed).err(), Some(Rule::NonPaperMac));
    let none = content::join(contents, None);
    assert_eq!(b.unpack(&none).err(), Some(Rule::NonPaperShape));
    opened.frames.clear();
    let fewer = content::join(&opened.encode(), mac);
    assert_eq!(
        b.unpack(&fewer).err(),
        Some(Rule::NonPaperMac),
        "a frame left out"
    );
    let nobody = |_: &PartyId| false;
    let refused = b.papers.unpack(&file, &b.keys, nobody, |_, _| None, NOW);
    assert_eq!(rule_of(refused).err(), Some(Rule::NonPaperParty));
    assert!(b.papers.inbox.is_empty());
}

#[test]
fn after_one_side_has_lost_all_two_files_bring_the_key_back() {
    let (mut a, mut b) = agreed();
    b.write(&a, "waits at B");
    std::fs::remove_dir_all(a.home.path().join("non-papers")).expect("lost");
    a.restart();
    a.offer(&b);
    let unproved = b.unpack(&a.pack(&b)).expect("looked at");
    assert_eq!(
        unproved.share,
        Some(ShareIs::Unproved),
        "anybody could have made that"
    );
    let first = a.unpack(&b.pack(&a)).expect("a share");
    assert_eq!((first.share, first.new), (Some(ShareIs::First), vec![]));
    let proved = b.unpack(&a.pack(&b)).expect("under the new key");
    assert_eq!(proved.share, Some(ShareIs::Proved));
    let brought = a.unpack(&b.pack(&a)).expect("what waited");
    assert_eq!(a.text(brought.new[0]), "waits at B");
}
