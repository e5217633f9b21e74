//! Marks of doubt: what is shown beside an entry, and never makes it invalid (record.md section 8).

use std::collections::BTreeMap;
use std::fmt;

use sha2::{Digest, Sha256};

use crate::body::Body;
use crate::charter::Founded;
use crate::entry::{Kind, Ref, VerifiedEntry};
use crate::export::Held;
use crate::id::{Hash, PartyIndex};
use crate::limits::CHUNK_MAX;
use crate::message::Attachment;

/// A mark of doubt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Doubt {
    /// The claimed time is earlier than that of what went before, beyond the tolerance.
    TimeBeforeCause,
    /// The claimed time differs from the first other party's cosignature, beyond the tolerance.
    TimeFarOff,
    /// A note number is not above the author's previous one of that year.
    NumberRepeated,
    /// Note numbers were skipped.
    NumberGap,
    /// An attachment's chunks are missing, of the wrong size, or hash to something else.
    AttachmentBroken,
}

impl Doubt {
    /// Every mark.
    pub const ALL: [Self; 5] = [
        Self::TimeBeforeCause,
        Self::TimeFarOff,
        Self::NumberRepeated,
        Self::NumberGap,
        Self::AttachmentBroken,
    ];

    /// The id that the specification uses.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::TimeBeforeCause => "time-before-cause",
            Self::TimeFarOff => "time-far-off",
            Self::NumberRepeated => "number-repeated",
            Self::NumberGap => "number-gap",
            Self::AttachmentBroken => "attachment-broken",
        }
    }

    /// The mark as a sentence for people, without a full stop.
    #[must_use]
    pub fn sentence(self) -> &'static str {
        match self {
            Self::TimeBeforeCause => {
                "its claimed time is earlier than that of an entry its author had seen"
            }
            Self::TimeFarOff => "its claimed time is far from when the other side signed for it",
            Self::NumberRepeated => "its note number had been used before",
            Self::NumberGap => "note numbers before it are missing",
            Self::AttachmentBroken => "an attachment is not what the message says",
        }
    }
}

impl fmt::Display for Doubt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

/// Follows one author's note numbers and says what is doubtful about the next.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NoteNumbers {
    last: BTreeMap<u64, u64>,
}

impl NoteNumbers {
    /// The highest number of a year so far; 0 before the first.
    #[must_use]
    pub fn last(&self, year: u64) -> u64 {
        self.last.get(&year).copied().unwrap_or(0)
    }

    /// Takes the next number of the author, in its log's order.
    pub fn next(&mut self, year: u64, number: u64) -> Option<Doubt> {
        let last = self.last.entry(year).or_insert(0);
        if number <= *last {
            return Some(Doubt::NumberRepeated);
        }
        let gap = number > *last + 1;
        *last = number;
        gap.then_some(Doubt::NumberGap)
    }
}

/// Whether `time` lies more than the tolerance before any of `causes`.
#[must_use]
pub fn is_before_cause(
    time: i64,
    causes: impl IntoIterator<Item = i64>,
    tolerance_ms: i64,
) -> bool {
    causes.into_iter().any(|cause| time < cause - tolerance_ms)
}

/// Whether `time` (ms) lies further than the tolerance from a cosignature's time (s).
#[must_use]
pub fn is_far_off(time: i64, cosigned_s: u64, tolerance_ms: i64) -> bool {
    let cosigned = i64::try_from(cosigned_s)
        .unwrap_or(i64::MAX)
        .saturating_mul(1000);
    // A cosignature holds whole seconds, rounded down.
    time.saturating_sub(cosigned).saturating_sub(999) > tolerance_ms
        || cosigned.saturating_sub(time) > tolerance_ms
}

/// Computes the marks of doubt of a whole record, read in its order.
#[derive(Debug)]
pub(crate) struct Doubts<'a> {
    tolerance_ms: i64,
    /// Claimed times by party and index, to compare causes.
    times: Vec<Vec<i64>>,
    numbers: Vec<NoteNumbers>,
    /// Chunks; `None` where the body was purged.
    chunks: BTreeMap<Ref, Option<&'a [u8]>>,
    order: Vec<Ref>,
    found: Vec<(usize, Doubt)>,
}

impl<'a> Doubts<'a> {
    pub(crate) fn new(founded: &Founded) -> Self {
        let parties = founded.party_count();
        Self {
            tolerance_ms: tolerance_ms(founded),
            times: vec![Vec::new(); parties],
            numbers: vec![NoteNumbers::default(); parties],
            chunks: BTreeMap::new(),
            order: Vec::new(),
            found: Vec::new(),
        }
    }

    /// Takes the next entry of the record, with its body as it stands in the file.
    pub(crate) fn note(&mut self, entry: &VerifiedEntry, body: Option<&'a [u8]>) {
        let header = entry.header();
        let seen = header.seen.iter().zip(&self.times);
        let causes = seen.filter_map(|(seen, times)| {
            let last = usize::try_from(seen.checked_sub(1)?).ok()?;
            times.get(last).copied()
        });
        let before_cause = is_before_cause(header.time, causes, self.tolerance_ms);
        self.found_if(before_cause, Doubt::TimeBeforeCause);
        match (header.kind, entry.body()) {
            (Kind::Chunk, _) => {
                self.chunks.insert(entry.place(), body);
            }
            (_, Some(Body::Message(message))) => {
                let numbers = &mut self.numbers[entry.party().at()];
                let doubt = message
                    .number
                    .and_then(|(year, number)| numbers.next(year, number));
                self.found
                    .extend(doubt.map(|doubt| (self.order.len(), doubt)));
                let broken = message
                    .attachments
                    .iter()
                    .any(|a| !self.is_whole(entry.party(), a));
                self.found_if(broken, Doubt::AttachmentBroken);
            }
            _ => {}
        }
        self.times[entry.party().at()].push(header.time);
        self.order.push(entry.place());
    }

    fn found_if(&mut self, is_found: bool, doubt: Doubt) {
        if is_found {
            self.found.push((self.order.len(), doubt));
        }
    }

    fn is_whole(&self, party: PartyIndex, attachment: &Attachment) -> bool {
        let range = attachment.first..attachment.first + attachment.chunks;
        is_whole(
            attachment,
            range.map(|index| self.chunks.get(&Ref { party, index }).copied()),
        )
    }

    /// Adds what cosignatures say about times, and returns all marks in the record's order.
    pub(crate) fn close(mut self, held: &[Held]) -> Vec<(Ref, Doubt)> {
        let first = FirstReceipts::of(held, self.times.len());
        for (sequence, place) in self.order.iter().enumerate() {
            let Some(time) = usize::try_from(place.index)
                .ok()
                .and_then(|i| self.times[place.party.at()].get(i))
            else {
                continue;
            };
            let cosigned = first.covering(*place);
            if cosigned.is_some_and(|cosigned| is_far_off(*time, cosigned, self.tolerance_ms)) {
                self.found.push((sequence, Doubt::TimeFarOff));
            }
        }
        self.found.sort_unstable();
        self.found
            .iter()
            .map(|(sequence, doubt)| (self.order[*sequence], *doubt))
            .collect()
    }
}

/// The charter's tolerance of claimed times, milliseconds.
#[must_use]
pub fn tolerance_ms(founded: &Founded) -> i64 {
    founded.terms().tolerance_ms()
}

/// Whether an attachment's chunks, in order, are what the message says.
///
/// An outer `None` is an entry that is missing or no chunk; an inner one a chunk whose body was purged. Where one was
/// purged, sizes and hash can't be checked, which is no fault.
pub fn is_whole<'a>(
    attachment: &Attachment,
    chunks: impl Iterator<Item = Option<Option<&'a [u8]>>>,
) -> bool {
    let mut hasher = Sha256::new();
    let (mut length, mut is_purged, mut is_full) = (0u64, false, true);
    let mut chunks = chunks.peekable();
    while let Some(chunk) = chunks.next() {
        match chunk {
            None => return false,
            Some(None) => is_purged = true,
            Some(Some(bytes)) => {
                is_full &= bytes.len() == CHUNK_MAX || chunks.peek().is_none();
                hasher.update(bytes);
                length += bytes.len() as u64;
            }
        }
    }
    is_purged
        || (is_full
            && length == attachment.length
            && Hash(hasher.finalize().into()) == attachment.sha256)
}

/// By log: (size, earliest time of another party's cosignature of that size or more), ascending.
struct FirstReceipts(Vec<Vec<(u64, u64)>>);

impl FirstReceipts {
    fn of(held: &[Held], parties: usize) -> Self {
        let mut logs: Vec<Vec<(u64, u64)>> = vec![Vec::new(); parties];
        for h in held.iter().filter(|h| !h.is_seal && h.cosigner != h.log) {
            logs[h.log.at()].push((h.size, h.time));
        }
        for log in &mut logs {
            log.sort_unstable();
            let mut earliest = u64::MAX;
            for (_, time) in log.iter_mut().rev() {
                earliest = earliest.min(*time);
                *time = earliest;
            }
        }
        Self(logs)
    }

    fn covering(&self, place: Ref) -> Option<u64> {
        let log = &self.0[place.party.at()];
        log.get(log.partition_point(|(size, _)| *size <= place.index))
            .map(|(_, time)| *time)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_start_again_each_year_and_gaps_show() {
        let mut numbers = NoteNumbers::default();
        assert_eq!(numbers.next(2026, 1), None);
        assert_eq!(numbers.next(2026, 3), Some(Doubt::NumberGap));
        assert_eq!(numbers.next(2026, 3), Some(Doubt::NumberRepeated));
        assert_eq!(numbers.next(2027, 1), None);
    }

    #[test]
    fn a_time_is_far_off_only_beyond_the_tolerance() {
        assert!(!is_far_off(10_999, 10, 0));
        assert!(is_far_off(11_001, 10, 0));
        assert!(!is_far_off(9_000, 10, 1000));
        assert!(is_far_off(8_999, 10, 1000));
    }

    #[test]
    fn the_first_receipt_is_the_earliest_that_covers_the_entry() {
        let party = |p| PartyIndex(p);
        let held = |size, time| Held {
            cosigner: party(1),
            log: party(0),
            size,
            time,
            is_seal: false,
        };
        let first = FirstReceipts::of(&[held(2, 50), held(5, 40)], 2);
        let at = |index| {
            first.covering(Ref {
                party: party(0),
                index,
            })
        };
        assert_eq!(
            (at(0), at(1), at(2), at(5)),
            (Some(40), Some(40), Some(40), None)
        );
    }
}
