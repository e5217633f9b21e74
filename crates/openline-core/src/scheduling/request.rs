//! The request for a slot: which grid of times is looked at, and how.

use crate::body::in_range;
use crate::cbor::{Reader, Writer};
use crate::entry::read_time;
use crate::limits::{PARTIES_MAX, SLOT_MINUTES_MAX, SLOTS_MAX, SUBJECT_MAX};
use crate::numbered::numbered;
use crate::rule::Rule;

const MINUTE_MS: i64 = 60_000;
/// Minutes of a day.
const DAY: u64 = 1440;
/// All seven days, from Monday as the lowest bit.
const WEEK: u64 = 0x7f;

numbered! {
    /// How a slot is found.
    Method {
        /// Two parties: private set intersection of a fixed number of picks.
        BlindMatch = "blind match",
        /// Two or more: slots named by hand, sealed until all have committed.
        Offer = "offer",
    }
}

numbered! {
    /// Which of the common slots is taken.
    TieRule {
        /// The earliest.
        Earliest = "earliest",
        /// The latest.
        Latest = "latest",
    }
}

/// When a party works, in the zone that the charter gives it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Working {
    /// Days: bit 0 is Monday.
    pub days: u8,
    /// From which minute of the day.
    pub from: u16,
    /// Up to which minute of the day.
    pub until: u16,
}

/// Proposes a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlotRequest {
    /// How.
    pub method: Method,
    /// Which of the common slots is taken.
    pub tie_rule: TieRule,
    /// The first slot's beginning, and the end of the window, ms.
    pub window: (i64, i64),
    /// How long a slot is, minutes.
    pub length: u16,
    /// From one slot's beginning to the next one's, minutes.
    pub step: u16,
    /// By party: when it works.
    pub working: Vec<Working>,
    /// What it is for.
    pub purpose: String,
}

impl SlotRequest {
    /// How many slots the grid has.
    #[must_use]
    pub fn slots(&self) -> usize {
        count(self.window, self.length.into(), self.step.into())
    }

    /// When a slot of the grid begins, ms.
    #[must_use]
    pub fn start(&self, slot: u16) -> i64 {
        self.window.0 + i64::from(slot) * i64::from(self.step) * MINUTE_MS
    }

    /// When a slot of the grid ends, ms.
    #[must_use]
    pub fn end(&self, slot: u16) -> i64 {
        self.start(slot) + i64::from(self.length) * MINUTE_MS
    }

    pub(super) fn write(&self, w: &mut Writer) {
        w.map(7).uint(0).uint(self.method.number());
        w.uint(1).uint(self.tie_rule.number());
        w.uint(2).array(2).int(self.window.0).int(self.window.1);
        w.uint(3).uint(self.length.into());
        w.uint(4).uint(self.step.into());
        w.uint(5).array(self.working.len());
        for working in &self.working {
            w.array(3).uint(working.days.into());
            w.uint(working.from.into()).uint(working.until.into());
        }
        w.uint(6).text(&self.purpose);
    }
}

/// A request of the right shape.
pub(super) struct Raw {
    method: u64,
    tie_rule: u64,
    window: (Option<i64>, Option<i64>),
    length: u64,
    step: u64,
    working: Vec<[u64; 3]>,
    purpose: String,
}

impl Raw {
    pub(super) fn read(r: &mut Reader<'_>) -> Result<Self, Rule> {
        let mut keys = r.map()?;
        if keys.left() != 7 {
            return Err(Rule::BodyShape);
        }
        let mut key = |r: &mut Reader<'_>, expected: u64| {
            if keys.next(r)? == Some(expected) {
                Ok(())
            } else {
                Err(Rule::BodyShape)
            }
        };
        key(r, 0)?;
        let method = r.uint()?;
        key(r, 1)?;
        let tie_rule = r.uint()?;
        key(r, 2)?;
        r.array_exact(2)?;
        let window = (read_time(r)?, read_time(r)?);
        key(r, 3)?;
        let length = r.uint()?;
        key(r, 4)?;
        let step = r.uint()?;
        key(r, 5)?;
        let mut working = Vec::new();
        for _ in 0..r.array()? {
            r.array_exact(3)?;
            working.push([r.uint()?, r.uint()?, r.uint()?]);
        }
        key(r, 6)?;
        Ok(Self {
            method,
            tie_rule,
            window,
            length,
            step,
            working,
            purpose: r.text()?.to_owned(),
        })
    }

    /// Rule S1.
    pub(super) fn check(self) -> Result<SlotRequest, Rule> {
        self.checked().ok_or(Rule::SlotRequest)
    }

    fn checked(self) -> Option<SlotRequest> {
        let minutes = |minutes: u64| {
            (1..=SLOT_MINUTES_MAX)
                .contains(&minutes)
                .then(|| u16::try_from(minutes).ok())?
        };
        let request = SlotRequest {
            method: Method::from_number(self.method)?,
            tie_rule: TieRule::from_number(self.tie_rule)?,
            window: (in_range(self.window.0)?, in_range(self.window.1)?),
            length: minutes(self.length)?,
            step: minutes(self.step)?,
            working: self
                .working
                .iter()
                .map(working)
                .collect::<Option<Vec<_>>>()?,
            purpose: self.purpose,
        };
        let is_right = (1..=SLOTS_MAX).contains(&request.slots())
            && (1..=PARTIES_MAX).contains(&request.working.len())
            && (1..=SUBJECT_MAX).contains(&request.purpose.len());
        is_right.then_some(request)
    }
}

fn working(&[days, from, until]: &[u64; 3]) -> Option<Working> {
    let is_right = (1..=WEEK).contains(&days) && from < until && until <= DAY;
    is_right.then_some(())?;
    Some(Working {
        days: u8::try_from(days).ok()?,
        from: u16::try_from(from).ok()?,
        until: u16::try_from(until).ok()?,
    })
}

/// Slots that begin in the window, a step apart, and end in it.
fn count(window: (i64, i64), length: i64, step: i64) -> usize {
    let room = window.1 - window.0 - length * MINUTE_MS;
    if room < 0 {
        return 0;
    }
    usize::try_from(room / (step * MINUTE_MS) + 1).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::super::Scheduling;
    use super::*;
    use crate::entry::Kind;

    fn request() -> SlotRequest {
        SlotRequest {
            method: Method::BlindMatch,
            tie_rule: TieRule::Latest,
            window: (0, 86_400_000),
            length: 60,
            step: 30,
            working: vec![
                Working {
                    days: 0x1f,
                    from: 540,
                    until: 1080
                };
                2
            ],
            purpose: "return visit".to_owned(),
        }
    }

    fn decode(request: SlotRequest) -> Result<Option<Scheduling>, Rule> {
        Scheduling::decode(Kind::SlotRequest, &Scheduling::Request(request).encode())
    }

    #[test]
    fn a_request_reads_back_and_counts_its_slots() {
        assert_eq!(decode(request()), Ok(Some(Scheduling::Request(request()))));
        assert_eq!(request().slots(), 47, "the last begins at 23:00");
        assert_eq!(request().start(46), 23 * 3_600_000);
        assert_eq!(request().end(46), 86_400_000);
    }

    #[test]
    fn a_grid_is_bounded() {
        let cases: [fn(&mut SlotRequest); 7] = [
            |r| r.window.1 = r.window.0 + 59 * MINUTE_MS,
            |r| r.window.1 = i64::from(u16::MAX) * 30 * MINUTE_MS,
            |r| r.length = 0,
            |r| r.step = 0,
            |r| r.working.clear(),
            |r| r.working[0].days = 0,
            |r| r.purpose.clear(),
        ];
        for change in cases {
            let mut wrong = request();
            change(&mut wrong);
            assert_eq!(decode(wrong), Err(Rule::SlotRequest));
        }
    }
}
