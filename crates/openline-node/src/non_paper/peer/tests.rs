use super::*;

const DAY: i64 = 86_400_000;

/// One side: its keys and what it keeps of the other.
struct Side {
    keys: Vec<SealKeyPair>,
    peer: Peer,
}

fn sides() -> (Side, Side) {
    let (a, b) = (PartyId(Hash([1; 32])), PartyId(Hash([2; 32])));
    let side = |seed, own, other| Side {
        keys: vec![SealKeyPair::from_seed(&[seed; 32])],
        peer: Peer::new(own, other, [seed; 8]),
    };
    (side(1, a, b), side(2, b, a))
}

impl Side {
    fn refresh(&mut self, other: &Self, now_ms: i64) -> bool {
        let own_key = self.keys[0].public().id().0;
        let made = self.peer.refresh(other.keys[0].public(), own_key, now_ms);
        made.expect("a key")
    }

    fn hear(&mut self, other: &Self) -> bool {
        let (offer, holds) = other.peer.offer().expect("a share");
        self.peer
            .take_offer(offer, holds, &self.keys)
            .expect("for us")
    }

    fn restart(&mut self) {
        let own = self.peer.own_party;
        self.peer = Peer::decode(own, &self.peer.encode()).expect("own output");
    }
}

/// Both hold the present share of the other, and know it.
fn agree(a: &mut Side, b: &mut Side, now_ms: i64) {
    a.refresh(b, now_ms);
    b.refresh(a, now_ms);
    b.hear(a);
    a.hear(b);
    b.hear(a);
    assert!(a.peer.is_agreed() && b.peer.is_agreed());
    let key = |side: &Side| side.peer.present_key().map(|key| key.id());
    assert_eq!(key(a), key(b));
}

fn numbered(number: u64, floor: u64, series: [u8; 8]) -> Sealed {
    Sealed {
        key: [0; 8],
        series,
        number,
        floor,
        salt: [0; 16],
        text: vec![],
    }
}

#[test]
fn shares_that_are_pending_survive_a_restart() {
    let (mut a, mut b) = sides();
    a.refresh(&b, 0);
    let offered = a.peer.offer();
    a.restart();
    assert_eq!(a.peer.offer(), offered);
    b.refresh(&a, 0);
    b.hear(&a);
    b.restart();
    a.hear(&b);
    b.hear(&a);
    let key = a.peer.present_key().expect("both shares").id();
    assert_eq!(b.peer.present_key().map(|key| key.id()), Some(key));
    assert!(b.peer.key(&key).is_some());
}

#[test]
fn a_share_is_replaced_after_a_week_and_when_either_seal_key_has_changed() {
    let (mut a, mut b) = sides();
    assert!(a.refresh(&b, 0));
    assert!(!a.refresh(&b, 7 * DAY - 1));
    assert!(a.refresh(&b, 7 * DAY));
    b.keys.insert(0, SealKeyPair::from_seed(&[20; 32]));
    assert!(a.refresh(&b, 7 * DAY));
    a.keys.insert(0, SealKeyPair::from_seed(&[10; 32]));
    assert!(a.refresh(&b, 7 * DAY));
    assert!(!a.refresh(&b, 7 * DAY));
    assert!(a.refresh(&b, 6 * DAY), "a clock that went back");
}

#[test]
fn old_shares_are_erased_when_something_genuine_came_under_newer_ones() {
    let (mut a, mut b) = sides();
    agree(&mut a, &mut b, 0);
    let old = a.peer.present_key().expect("shared").id();
    a.refresh(&b, 8 * DAY);
    b.hear(&a);
    a.hear(&b);
    let new = a.peer.present_key().expect("shared").id();
    assert!(old != new && a.peer.key(&old).is_some() && b.peer.key(&old).is_some());
    assert!(!a.peer.prove(&old), "nothing is older than that");
    assert!(a.peer.prove(&new) && b.peer.prove(&new));
    assert!(a.peer.key(&old).is_none() && b.peer.key(&old).is_none());
    assert!(a.peer.key(&new).is_some() && b.peer.key(&new).is_some());
}

#[test]
fn an_erased_share_comes_back_over_a_live_link_only() {
    let (mut a, mut b) = sides();
    agree(&mut a, &mut b, 0);
    let (old, _) = a.peer.offer().expect("a share");
    a.refresh(&b, 8 * DAY);
    b.hear(&a);
    let new = b.peer.present_key().expect("shared").id();
    b.peer.prove(&new);
    b.restart();
    let share = Share::take(old.clone(), &b.keys).expect("for B");
    assert_eq!(b.peer.take_proved(share), Err(Rule::NonPaperKey));
    assert_eq!(b.peer.take_offer(old, None, &b.keys), Ok(true));
}

#[test]
fn a_share_that_nobody_vouches_for_never_takes_the_place_of_another() {
    let (mut a, mut b) = sides();
    a.refresh(&b, 0);
    let share = |side: &Side, keys: &[SealKeyPair]| {
        let (offer, _) = side.peer.offer().expect("a share");
        Share::take(offer, keys).expect("for B")
    };
    assert!(b.peer.take_unproved(share(&a, &b.keys)));
    let first = a.peer.offer();
    a.refresh(&b, 8 * DAY);
    assert!(!b.peer.take_unproved(share(&a, &b.keys)));
    let held = b.peer.theirs.last().map(Share::id);
    assert_eq!(held, first.map(|(offer, _)| offer_id(&offer)));
}

#[test]
fn numbers_are_taken_once_in_whatever_order_they_come() {
    let (mut a, _) = sides();
    let series = [7; 8];
    for (number, place) in [(3, Place::New), (1, Place::New), (3, Place::Known)] {
        let sealed = numbered(number, 1, series);
        assert_eq!(a.peer.look_up(&sealed), Ok(place));
        a.peer.note_taken(&sealed);
    }
    assert_eq!(a.peer.stages().len(), 2);
    a.restart();
    assert_eq!(a.peer.look_up(&numbered(1, 1, series)), Ok(Place::Known));
    // The other side knows of 1 to 3: an old copy is over, and nothing of them is kept.
    a.peer.note_taken(&numbered(5, 4, series));
    assert_eq!(a.peer.look_up(&numbered(2, 1, series)), Ok(Place::Over));
    assert_eq!(a.peer.stages(), [(5, Stage::Received)]);
    let wide = numbered(4 + NON_PAPERS_WAITING_MAX, 4, series);
    assert_eq!(a.peer.look_up(&wide), Err(Rule::NonPaperNumber));
    let below = numbered(3, 4, series);
    assert_eq!(a.peer.look_up(&below), Err(Rule::NonPaperNumber));
}

#[test]
fn a_side_that_has_lost_all_counts_anew_and_the_old_counting_is_over() {
    let (mut a, _) = sides();
    a.peer.note_taken(&numbered(9, 9, [7; 8]));
    a.peer.note_taken(&numbered(1, 1, [8; 8]));
    a.restart();
    assert_eq!(a.peer.look_up(&numbered(10, 9, [7; 8])), Ok(Place::Over));
    assert_eq!(a.peer.look_up(&numbered(2, 1, [8; 8])), Ok(Place::New));
}

#[test]
fn what_is_confirmed_is_told_once_and_the_floor_follows() {
    let (mut a, _) = sides();
    let line = LineId(Hash([3; 32]));
    for local in 11..=13 {
        a.peer.count(local, line, 0).expect("room");
    }
    let series = [1; 8];
    let stages = [(2, Stage::Received), (3, Stage::Shown), (77, Stage::Shown)];
    assert_eq!(
        a.peer.confirm(&series, &stages, 5),
        (vec![12, 13], vec![13])
    );
    assert_eq!(a.peer.confirm(&series, &stages, 6), (vec![], vec![]));
    assert_eq!(
        a.peer.confirm(&[9; 8], &[(1, Stage::Shown)], 6),
        (vec![], vec![])
    );
    assert_eq!(a.peer.floor(), 1);
    a.peer.forget(11);
    assert_eq!(a.peer.floor(), 4);
}

#[test]
fn no_more_wait_than_may() {
    let (mut a, _) = sides();
    let line = LineId(Hash([3; 32]));
    for local in 0..NON_PAPERS_WAITING_MAX {
        a.peer.count(local, line, 0).expect("room");
    }
    assert_eq!(a.peer.count(99, line, 0), Err(Rule::NonPaperNumber));
    // Those above one that waits count too: the other side must be able to tell them apart.
    let above: Vec<_> = (2..=60).map(|number| (number, Stage::Received)).collect();
    a.peer.confirm(&[1; 8], &above, 0);
    assert_eq!(a.peer.count(99, line, 0), Err(Rule::NonPaperNumber));
    a.peer.confirm(&[1; 8], &[(1, Stage::Received)], 0);
    assert_eq!(a.peer.count(99, line, 0), Ok(()));
}
