//! The export: a whole record in one file that a stranger can verify (record.md section 10).

use std::sync::Arc;

use crate::admit::Logs;
use crate::cbor::{Reader, Type, Writer};
use crate::charter::Founded;
use crate::checkpoint::{CheckpointNote, KeyRing};
use crate::doubt::{Doubt, Doubts};
use crate::entry::{Entry, RawEntry, Ref, VerifiedEntry};
use crate::fork::{Fork, ring_of};
use crate::id::{Hash, PartyIndex};
use crate::limits::{FORKS_MAX, NOTES_MAX};
use crate::order::Position;
use crate::rule::{self, Refused, Rule};

/// The first line of the file.
pub const MAGIC: &str = "openline-export/v1\n";

/// Encodes the part of an export before the entries.
///
/// `notes` are signed notes in ascending (party index, size), the last of each log of its full size, without
/// cosignatures that do not count (see [`Logs::may_cosign`]).
#[must_use]
pub fn encode_head(instrument: &[u8], notes: &[String], forks: &[Fork]) -> Vec<u8> {
    let mut w = Writer::new();
    w.raw(MAGIC.as_bytes()).bytes(instrument).array(notes.len());
    for note in notes {
        w.text(note);
    }
    w.array(forks.len());
    for fork in forks {
        w.raw(&fork.encode());
    }
    w.into_bytes()
}

/// Encodes one entry. Entries follow in the record's order.
#[must_use]
pub fn encode_entry(party: PartyIndex, entry: &RawEntry) -> Vec<u8> {
    let mut w = Writer::new();
    w.array(4).uint(u64::from(party.0)).bytes(&entry.header);
    match &entry.body {
        Some((salt, body)) => w.bytes(salt).bytes(body),
        None => w.null().null(),
    };
    w.into_bytes()
}

/// Encodes the closing item.
#[must_use]
pub fn encode_end(entries: u64, settled: u64, root: &Hash) -> Vec<u8> {
    let mut w = Writer::new();
    w.array(4)
        .text("end")
        .uint(entries)
        .uint(settled)
        .bytes(&root.0);
    w.into_bytes()
}

/// A cosignature or seal found in an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held {
    /// Who holds the log.
    pub cosigner: PartyIndex,
    /// Whose log.
    pub log: PartyIndex,
    /// Up to which size.
    pub size: u64,
    /// Since when, seconds since 1970 UTC.
    pub time: u64,
    /// Whether it is an ML-DSA seal.
    pub is_seal: bool,
}

/// What a verified export holds.
#[derive(Debug)]
pub struct Report {
    /// The record, ready to be asked about keys, sizes and order.
    pub logs: Logs,
    /// Number of entries.
    pub entries: u64,
    /// Number of settled entries.
    pub settled: u64,
    /// The record root over all entries.
    pub root: Hash,
    /// Cosignatures and seals, in the file's order.
    pub held: Vec<Held>,
    /// Marks of doubt, in the record's order.
    pub doubts: Vec<(Ref, Doubt)>,
    /// Parties proven to have forked.
    pub forked: Vec<PartyIndex>,
}

/// Verifies an export in full and hands each entry to `visit`, in the record's order, as soon as its own rules hold.
///
/// What `visit` has seen is proven only when the call returns a report.
///
/// # Errors
/// The rule that was broken, with the entry's place where one is concerned. Rules are applied in the order that record.md section 10 gives.
pub fn verify(bytes: &[u8], visit: impl FnMut(&VerifiedEntry)) -> Result<Report, Refused> {
    verify_with(bytes, |items| items, visit)
}

/// As [`verify`]; `carry` may have the file's items read and hashed elsewhere, say on another thread, and must bring each of
/// them, in order.
///
/// # Errors
/// As [`verify`].
pub fn verify_with<'a, I: IntoIterator<Item = Result<Item<'a>, Rule>>>(
    bytes: &'a [u8],
    carry: impl FnOnce(Items<'a>) -> I,
    mut visit: impl FnMut(&VerifiedEntry),
) -> Result<Report, Refused> {
    let rest = bytes
        .strip_prefix(MAGIC.as_bytes())
        .ok_or(Rule::ExportMagic)?;
    let mut r = Reader::new(rest, Rule::ExportShape);
    let founded = Arc::new(Founded::decode(next(&mut r, Reader::bytes)?)?);
    let notes = next(&mut r, read_notes)?;
    let forks = next(&mut r, read_forks)?;
    let mut reading = Reading {
        logs: Logs::new(founded.clone()),
        boundaries: Boundaries::of(&founded, &notes),
        doubts: Doubts::new(&founded),
        last: None,
        entries: 0,
    };
    let items = Items {
        r,
        parties: founded.party_count(),
        is_over: false,
    };
    let end = reading.entries(carry(items), &mut visit)?;
    if let Some(missing) = reading.logs.missing_bodies().next() {
        return Err(Refused::from(Rule::BodyAbsent).at(missing.party, missing.index));
    }
    let Reading {
        logs,
        boundaries,
        doubts,
        entries,
        ..
    } = reading;
    let (settled, root) = (logs.order().settled(), logs.order().root());
    if (end.entries, end.settled, end.root) != (entries, settled, root) || !end.is_last {
        return Err(Rule::ExportEnd.into());
    }
    let ring = ring_of(&logs);
    let held = check_notes(&logs, &ring, &boundaries, &notes)?;
    let forked = check_forks(&ring, &forks)?;
    let doubts = doubts.close(&held);
    Ok(Report {
        entries,
        settled,
        root,
        held,
        doubts,
        forked,
        logs,
    })
}

/// The next item of the file, which must be there.
fn next<'a, T>(
    r: &mut Reader<'a>,
    read: impl FnOnce(&mut Reader<'a>) -> Result<T, Rule>,
) -> Result<T, Rule> {
    if r.is_empty() {
        Err(Rule::ExportShape)
    } else {
        r.next_item(read)
    }
}

/// A note's parse, whose failure is reported only when its turn comes.
type ParsedNote = Result<CheckpointNote, Rule>;

fn read_notes(r: &mut Reader<'_>) -> Result<Vec<ParsedNote>, Rule> {
    let len = r.array_max(NOTES_MAX, Rule::ExportShape)?;
    (0..len)
        .map(|_| Ok(CheckpointNote::parse(r.text()?)))
        .collect()
}

/// The items of the third array as they are; what they hold is looked at when their turn comes.
fn read_forks<'a>(r: &mut Reader<'a>) -> Result<Vec<&'a [u8]>, Rule> {
    let len = r.array_max(FORKS_MAX, Rule::ExportShape)?;
    (0..len).map(|_| r.item_at(1)).collect()
}

/// Roots at the sizes that notes name, by party, filled in as entries are read.
struct Boundaries {
    logs: Vec<LogBoundaries>,
}

#[derive(Default)]
struct LogBoundaries {
    /// Ascending, each once.
    sizes: Vec<u64>,
    /// The roots at the first of them.
    roots: Vec<Hash>,
}

impl Boundaries {
    fn of(founded: &Founded, notes: &[ParsedNote]) -> Self {
        let mut logs: Vec<LogBoundaries> = founded
            .parties()
            .map(|_| LogBoundaries::default())
            .collect();
        for note in notes.iter().flatten() {
            let log = founded
                .parties()
                .find(|p| founded.origin(*p) == note.checkpoint.origin);
            // Size 0 is no checkpoint of a log: it is refused before its root is asked for.
            if let Some(log) = log.filter(|_| note.checkpoint.size > 0) {
                logs[log.at()].sizes.push(note.checkpoint.size);
            }
        }
        for log in &mut logs {
            log.sizes.sort_unstable();
            log.sizes.dedup();
        }
        Self { logs }
    }

    /// Notes the root of `party`'s log if a note asks for it at this size.
    fn reached(&mut self, logs: &Logs, party: PartyIndex) {
        let log = &mut self.logs[party.at()];
        if log.sizes.get(log.roots.len()) == Some(&logs.size(party)) {
            log.roots.push(logs.root(party));
        }
    }

    fn root(&self, party: PartyIndex, size: u64) -> Option<Hash> {
        let log = &self.logs[party.at()];
        log.roots.get(log.sizes.binary_search(&size).ok()?).copied()
    }
}

struct Reading<'a> {
    logs: Logs,
    boundaries: Boundaries,
    doubts: Doubts<'a>,
    last: Option<Position>,
    entries: u64,
}

/// The items of an export from the fourth on: entries, then the end.
#[derive(Debug)]
pub struct Items<'a> {
    r: Reader<'a>,
    parties: usize,
    is_over: bool,
}

/// An item, read and hashed; what it says is not checked.
#[derive(Debug)]
pub struct Item<'a>(Part<'a>);

#[derive(Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "all but one of the items are entries"
)]
enum Part<'a> {
    Entry {
        party: PartyIndex,
        entry: Result<Entry, Rule>,
        body: Option<&'a [u8]>,
    },
    End(End),
}

/// The closing item.
#[derive(Debug, Clone, Copy)]
struct End {
    entries: u64,
    settled: u64,
    root: Hash,
    /// Nothing follows it in the file.
    is_last: bool,
}

impl<'a> Iterator for Items<'a> {
    type Item = Result<Item<'a>, Rule>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.is_over {
            return None;
        }
        let parties = self.parties;
        let mut item = next(&mut self.r, |r| read_item(r, parties));
        if let Ok(Item(Part::End(end))) = &mut item {
            end.is_last = self.r.is_empty();
        }
        self.is_over = !matches!(item, Ok(Item(Part::Entry { .. })));
        Some(item)
    }
}

impl<'a> Reading<'a> {
    /// Takes entries up to the closing item, and returns what that says.
    fn entries(
        &mut self,
        items: impl IntoIterator<Item = Result<Item<'a>, Rule>>,
        visit: &mut impl FnMut(&VerifiedEntry),
    ) -> Result<End, Refused> {
        for item in items {
            match item?.0 {
                Part::Entry { party, entry, body } => {
                    let entry = self.logs.take(party, entry)?;
                    self.note(&entry, body)?;
                    visit(&entry);
                }
                Part::End(end) => return Ok(end),
            }
        }
        Err(Rule::ExportShape.into())
    }

    fn note(&mut self, entry: &VerifiedEntry, body: Option<&'a [u8]>) -> Result<(), Refused> {
        let position = Position {
            lamport: entry.lamport(),
            party: entry.party(),
        };
        if self.last.is_some_and(|last| last >= position) {
            return Err(Refused::from(Rule::ExportOrder).at(entry.party(), entry.index()));
        }
        self.last = Some(position);
        self.entries += 1;
        self.boundaries.reached(&self.logs, entry.party());
        self.doubts.note(entry, body);
        Ok(())
    }
}

fn read_item<'a>(r: &mut Reader<'a>, parties: usize) -> Result<Item<'a>, Rule> {
    r.array_exact(4)?;
    if r.peek()? == Type::Text {
        return if r.text()? == "end" {
            Ok(Item(Part::End(End {
                entries: r.uint()?,
                settled: r.uint()?,
                root: Hash(r.array_of()?),
                is_last: false,
            })))
        } else {
            Err(Rule::ExportShape)
        };
    }
    let party = usize::try_from(r.uint()?)
        .ok()
        .filter(|p| *p < parties)
        .and_then(PartyIndex::from_usize);
    let party = party.ok_or(Rule::ExportShape)?;
    let header = r.bytes()?;
    let body = if !r.null()? {
        Some((r.bytes()?, r.bytes()?))
    } else if r.null()? {
        None
    } else {
        return Err(Rule::ExportShape);
    };
    Ok(Item(Part::Entry {
        party,
        entry: Entry::of(header, body),
        body: body.map(|(_, bytes)| bytes),
    }))
}

/// Rules 40 to 48 and 54 for the notes, each in turn; then that each log's last is of its full size.
fn check_notes(
    logs: &Logs,
    ring: &KeyRing,
    boundaries: &Boundaries,
    notes: &[ParsedNote],
) -> Result<Vec<Held>, Refused> {
    let mut held = Vec::new();
    let mut covered = vec![0; logs.founded().party_count()];
    let mut last = None;
    for (position, note) in notes.iter().enumerate() {
        let at = |rule: Rule| Refused::from(rule).of(rule::Item::Note(position));
        let note = note.as_ref().map_err(|rule| at(*rule))?;
        let log = ring.party_of_origin(&note.checkpoint.origin).map_err(at)?;
        let place = (log, note.checkpoint.size);
        if last.is_some_and(|last| last >= place) {
            return Err(at(Rule::ExportCover));
        }
        last = Some(place);
        check_note(logs, ring, boundaries, note, log, &mut held).map_err(at)?;
        covered[log.at()] = note.checkpoint.size;
    }
    if covered == logs.sizes() {
        Ok(held)
    } else {
        Err(Rule::ExportCover.into())
    }
}

/// Rules 43 to 48 for one note.
fn check_note(
    logs: &Logs,
    ring: &KeyRing,
    boundaries: &Boundaries,
    note: &CheckpointNote,
    log: PartyIndex,
    held: &mut Vec<Held>,
) -> Result<(), Rule> {
    let checkpoint = &note.checkpoint;
    let size = checkpoint.size;
    if size == 0 || size > logs.size(log) {
        return Err(Rule::CheckpointSize);
    }
    if boundaries.root(log, size) != Some(checkpoint.root) {
        return Err(Rule::CheckpointRoot);
    }
    let in_force = logs.key_number_at(log, size);
    ring.checkpoint_signature(note, log, |number| number == in_force)?;
    let lines = ring.cosigner_lines(note)?;
    ring.verify_lines(checkpoint, &lines, |cosigner, number| {
        logs.may_cosign(cosigner, number, log, size)
    })?;
    held.extend(lines.cosignatures.iter().map(|line| Held {
        cosigner: line.party,
        log,
        size,
        time: line.statement.time,
        is_seal: false,
    }));
    held.extend(lines.seals.iter().map(|line| Held {
        cosigner: line.party,
        log,
        size,
        time: line.statement.time,
        is_seal: true,
    }));
    Ok(())
}

/// Rules 49 and 50 for the fork evidence, each in turn; whose forks they are.
fn check_forks(ring: &KeyRing, forks: &[&[u8]]) -> Result<Vec<PartyIndex>, Refused> {
    let check = |(position, bytes): (usize, &&[u8])| {
        let checked = Fork::decode(bytes).and_then(|fork| fork.check(ring));
        checked.map_err(|rule| Refused::from(rule).of(rule::Item::Fork(position)))
    };
    forks.iter().enumerate().map(check).collect()
}
