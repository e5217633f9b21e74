//! When a message rings, at which side, and whom it calls by now: a pure function of its exchange and the time.
//!
//! What is urgent rings at the addressee's from its arrival until a person has it. Whatever is overdue rings at both sides: at the
//! addressee's it calls its own post first, then the next in the rota, then the level above. Nothing here acknowledges anything.

use openline_core::PartyIndex;
use openline_core::message::{Message, Precedence, SAFETY_OF_LIFE};

use crate::exchange::{Deadline, Exchange, Owed};

/// Shortest time from one call to the next, ms.
const STEP_MIN: i64 = 60_000;

/// Why it rings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// An urgent message has arrived and nobody has it yet.
    Arrived,
    /// It was read back, and its author has not said whether rightly.
    ReadBack,
    /// A clock has run out.
    Overdue(Owed),
}

/// Whom it calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Call {
    /// The post that it concerns.
    OwnPost,
    /// Whoever is next in the rota, too.
    NextInRota,
    /// The level above, too.
    LevelAbove,
    /// Every post at once: safety of life.
    EveryPost,
}

/// One reason to ring.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ring {
    /// Why.
    pub reason: Reason,
    /// Since when, ms.
    pub since: i64,
    /// Whom it calls by now.
    pub call: Call,
}

/// What rings at `me`, and when that may change next by itself.
///
/// `deadlines` are those of the exchange, `arrived` is when the message became durable here, both ms.
#[must_use]
pub fn rings(
    exchange: &Exchange,
    message: &Message,
    author: PartyIndex,
    me: PartyIndex,
    deadlines: &[Deadline],
    arrived: i64,
    now: i64,
) -> (Vec<Ring>, Option<i64>) {
    let is_for_life = message.class.as_deref() == Some(SAFETY_OF_LIFE);
    let is_urgent = is_for_life || message.precedence <= Precedence::Immediate;
    let is_addressee = exchange.party == me;
    let mut rings = Vec::new();
    if is_addressee && is_urgent && exchange.owed.contains(&Owed::Acknowledged) {
        rings.push(Ring {
            reason: Reason::Arrived,
            since: arrived,
            call: Call::OwnPost,
        });
    }
    if author == me && exchange.owed.first() == Some(&Owed::Confirmed) {
        rings.push(Ring {
            reason: Reason::ReadBack,
            since: now,
            call: Call::OwnPost,
        });
    }
    let mut next: Vec<i64> = Vec::new();
    if is_addressee || author == me {
        for deadline in deadlines {
            if deadline.due > now {
                next.push(deadline.due);
                continue;
            }
            let start = exchange.stored.unwrap_or(arrived);
            let step = (deadline.due - start).max(STEP_MIN) / 2;
            let (call, then) = call(deadline.due, step.max(STEP_MIN), now, is_addressee);
            next.extend(then);
            rings.push(Ring {
                reason: Reason::Overdue(deadline.owed),
                since: deadline.due,
                call,
            });
        }
    }
    if is_for_life && is_addressee {
        for ring in &mut rings {
            ring.call = Call::EveryPost;
        }
    }
    (rings, next.into_iter().min())
}

/// Whom an overdue clock calls at `now`, and when it calls the next.
fn call(due: i64, step: i64, now: i64, is_addressee: bool) -> (Call, Option<i64>) {
    if !is_addressee {
        return (Call::OwnPost, None);
    }
    let (second, third) = (due.saturating_add(step), due.saturating_add(2 * step));
    if now < second {
        (Call::OwnPost, Some(second))
    } else if now < third {
        (Call::NextInRota, Some(third))
    } else {
        (Call::LevelAbove, None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::message_of;
    use openline_core::message::Form;

    const US: PartyIndex = PartyIndex(0);
    const THEM: PartyIndex = PartyIndex(1);

    fn exchange(owed: &[Owed]) -> Exchange {
        Exchange {
            party: THEM,
            is_info: false,
            owed: owed.to_vec(),
            stored: Some(0),
            promised: None,
        }
    }

    fn message(precedence: Precedence, class: Option<&str>) -> Message {
        Message {
            precedence,
            class: class.map(str::to_owned),
            ..message_of(Form::Message, None, "text")
        }
    }

    const DUE: [Deadline; 1] = [Deadline {
        due: 180_000,
        owed: Owed::Acknowledged,
    }];

    fn at(message: &Message, me: PartyIndex, now: i64) -> Vec<(Reason, Call)> {
        let owed = exchange(&[Owed::Acknowledged]);
        let (rings, _) = rings(&owed, message, US, me, &DUE, 0, now);
        rings.iter().map(|ring| (ring.reason, ring.call)).collect()
    }

    #[test]
    fn what_is_urgent_rings_at_once_and_only_at_the_addressee() {
        let flash = message(Precedence::Flash, None);
        assert_eq!(at(&flash, THEM, 1), [(Reason::Arrived, Call::OwnPost)]);
        assert_eq!(at(&flash, US, 1), []);
        assert_eq!(at(&message(Precedence::Routine, None), THEM, 1), []);
    }

    #[test]
    fn what_is_overdue_rings_at_both_sides_and_calls_more_and_more() {
        let routine = message(Precedence::Routine, None);
        let overdue = Reason::Overdue(Owed::Acknowledged);
        for (now, call) in [
            (180_000, Call::OwnPost),
            (270_000, Call::NextInRota),
            (360_000, Call::LevelAbove),
        ] {
            assert_eq!(at(&routine, THEM, now), [(overdue, call)]);
            assert_eq!(at(&routine, US, now), [(overdue, Call::OwnPost)]);
        }
        let owed = exchange(&[Owed::Acknowledged]);
        let next = |now| rings(&owed, &routine, US, THEM, &DUE, 0, now).1;
        assert_eq!(next(0), Some(180_000));
        assert_eq!(next(200_000), Some(270_000));
        assert_eq!(next(300_000), Some(360_000));
        assert_eq!(next(400_000), None);
    }

    #[test]
    fn safety_of_life_rings_every_post_whatever_its_precedence() {
        let life = message(Precedence::Routine, Some(SAFETY_OF_LIFE));
        assert_eq!(at(&life, THEM, 1), [(Reason::Arrived, Call::EveryPost)]);
    }

    #[test]
    fn a_read_back_rings_at_the_author_until_it_is_confirmed() {
        let flash = message(Precedence::Flash, None);
        let owed = exchange(&[Owed::Confirmed]);
        let rung = |me| rings(&owed, &flash, US, me, &[], 0, 1).0.len();
        assert_eq!((rung(US), rung(THEM)), (1, 0));
    }
}
