//! The record: lists, one entry, attachments, search, export, disclosure, backup.

use std::io::Write as _;
use std::path::Path;

use openline_core::checkpoint::SignedCheckpoint;
use openline_core::entry::{Kind, MessageType, Ref};
use openline_core::fork::Fork;
use openline_core::keys::VerifyingKeys;
use openline_core::order::Order;
use openline_core::{LineId, PartyIndex, export, proof};
use openline_store::{DESK_KINDS_FROM, Limits, Reader, StoredEntry};

use super::entries::{Looking, attachment_view, message_of};
use super::names;
use super::{Answer, Service};
use crate::audit::{Act, Deed};
use crate::error::ServiceError;
use crate::officers::Role;
use crate::view::{AttachmentView, BackupView, EntryBrief, EntryView, HitView, VerifiedView};

/// Most entries of one list.
const LIST_MAX: usize = 1000;
/// Settled entries that are looked through for one part of a list.
const REACH: u64 = 2048;
/// Most entries of a kind that are read by the index of kinds.
const RARE_MAX: usize = 1000;
/// Entries read at a time for an export.
const READ: Limits = Limits {
    entries: 1024,
    bytes: 8 << 20,
};

/// What part of the record to list.
#[derive(Debug, Clone, Default)]
pub struct LogQuery {
    /// The line.
    pub line: String,
    /// First joint number; from the beginning (or the end, newest first) if left out.
    pub from: Option<u64>,
    /// At most this many, and never more than 1000.
    pub limit: usize,
    /// From the newest back.
    pub newest_first: bool,
    /// Only this kind.
    pub kind: Option<String>,
    /// Only this party, by name.
    pub party: Option<String>,
    /// Only this type: `real`, `exercise` or `test`.
    pub message_type: Option<String>,
}

impl Service {
    /// The record in its order; entries that are not settled come last.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`]
    pub async fn log(&self, query: LogQuery) -> Answer<Vec<EntryBrief>> {
        let line = self.resolve_line(&query.line).await?;
        self.read(move |reader| list(&Looking::at(reader, line)?, &query))
            .await
    }

    /// One part of the record, the newest first, and the joint number at which the next part begins, if there is more. A part may hold
    /// less than the limit, or nothing, where what is asked for is rare: it is looked for among a bounded number of entries.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`]
    pub async fn log_part(&self, query: LogQuery) -> Answer<(Vec<EntryBrief>, Option<u64>)> {
        let line = self.resolve_line(&query.line).await?;
        self.read(move |reader| part(&Looking::at(reader, line)?, &query))
            .await
    }

    /// Messages of other parties, newest first.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`]
    pub async fn inbox(&self, line: Option<&str>, limit: usize) -> Answer<Vec<EntryBrief>> {
        let lines: Vec<(LineId, PartyIndex)> = match line {
            Some(name) => {
                let id = self.resolve_line(name).await?;
                self.engine(move |engine| Ok(vec![(id, engine.me(&id)?)]))
                    .await?
            }
            None => {
                let actor = self.actor.clone();
                self.engine(move |engine| {
                    let ids: Vec<LineId> = engine.founded.keys().copied().collect();
                    ids.into_iter()
                        .filter(|id| engine.sees(&actor, id))
                        .map(|id| Ok((id, engine.me(&id)?)))
                        .collect()
                })
                .await?
            }
        };
        self.read(move |reader| {
            let mut found = Vec::new();
            for (line, me) in lines {
                inbox_of(
                    &Looking::at(reader, line)?,
                    me,
                    limit.min(LIST_MAX),
                    &mut found,
                )?;
            }
            found.sort_by_key(|brief| std::cmp::Reverse(brief.arrived_ms));
            found.truncate(limit.min(LIST_MAX));
            Ok(found)
        })
        .await
    }

    /// One entry in full.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`]
    pub async fn entry(&self, line: &str, place: &str) -> Answer<EntryView> {
        let (line, place) = self.resolve(line, place).await?;
        let folds = self.folds.clone();
        self.read(move |reader| {
            Looking::at(reader, line)?.view(place, |looking| folds.note_doubts(looking))
        })
        .await
    }

    /// An attachment of a message, its hash checked. `number` counts from 0.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`]; [`ServiceError::Conflict`] if its bytes are not what the message says, or were purged.
    pub async fn attachment(
        &self,
        line: &str,
        place: &str,
        number: usize,
    ) -> Answer<(AttachmentView, Vec<u8>)> {
        let (line, place) = self.resolve(line, place).await?;
        self.read(move |reader| {
            let looking = Looking::at(reader, line)?;
            let message = message_of(&looking.entry(place)?);
            let attachment = message.and_then(|m| m.attachments.get(number).cloned());
            let attachment = attachment.ok_or_else(|| {
                ServiceError::NotFound("the message has no such attachment".to_owned())
            })?;
            let bytes = attachment_bytes(&looking, place.party, &attachment)?;
            Ok((attachment_view(&attachment), bytes))
        })
        .await
    }

    /// Searches subjects and texts of messages.
    ///
    /// # Errors
    /// [`ServiceError::Unusable`] for a query that can't be read.
    pub async fn search(
        &self,
        query: &str,
        line: Option<&str>,
        limit: usize,
    ) -> Answer<Vec<HitView>> {
        let only = match line {
            Some(name) => Some(self.resolve_line(name).await?),
            None => None,
        };
        let actor = self.actor.clone();
        // What the actor may not see must not stand in the place of what he may.
        let lines: Vec<LineId> = self
            .engine(move |engine| {
                let seen = engine.seen_lines(&actor);
                Ok(seen
                    .filter(|id| only.is_none_or(|only| only == *id))
                    .collect())
            })
            .await?;
        let query = query.to_owned();
        let home = self
            .engine(|engine| Ok(engine.home.path().to_owned()))
            .await?;
        self.read(move |reader| {
            crate::search::search(&home, reader, &query, &lines, limit.min(LIST_MAX))
        })
        .await
    }

    /// Writes an export of a line into a temporary file, which goes when the returned path is dropped.
    ///
    /// # Errors
    /// [`ServiceError::Unavailable`] when the store can't be read, or the disk is full.
    pub async fn export(&self, line: &str) -> Answer<tempfile::TempPath> {
        let line = self.resolve_line(line).await?;
        self.read(move |reader| write_export(reader, line)).await
    }

    /// Verifies the whole record as it is stored here, as a stranger would an export of it: every hash, signature and rule.
    ///
    /// # Errors
    /// [`ServiceError::Unavailable`] names the rule that does not hold, or says that the store can't be read.
    pub async fn verify_record(&self, line: &str) -> Answer<VerifiedView> {
        let line = self.resolve_line(line).await?;
        self.read(move |reader| {
            let path = write_export(reader, line)?;
            let bytes = std::fs::read(&path).map_err(|error| cannot_write(&error))?;
            let report = export::verify(&bytes, |_| ()).map_err(|refused| {
                let words = format!(
                    "the record that is stored here does not hold: {refused} (openline check)"
                );
                ServiceError::Unavailable(words)
            })?;
            Ok(VerifiedView {
                entries: report.entries,
                settled: report.settled,
                record_root: report.root.to_string(),
            })
        })
        .await
    }

    /// A proof of one entry that anybody can check: its place in its log, and who holds it since when.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`]
    pub async fn disclose(&self, line: &str, place: &str, with_body: bool) -> Answer<Vec<u8>> {
        let (line, place) = self.resolve(line, place).await?;
        self.read(move |reader| disclose(&Looking::at(reader, line)?, place, with_body))
            .await
    }

    /// Makes a backup while the node runs.
    ///
    /// # Errors
    /// [`ServiceError::Unusable`] when the folder can't be used; [`ServiceError::Unavailable`] when the disk is full.
    pub async fn backup(&self, folder: &Path) -> Answer<BackupView> {
        self.require(Role::Administrator, None).await?;
        let folder = folder.to_owned();
        let deed = Deed::new(Act::MakeBackup).to(folder.display().to_string());
        let made = self
            .read(move |reader| crate::backup::backup(reader, &folder))
            .await;
        self.audit(deed, &made).await?;
        made
    }
}

/// What a list asks for.
struct Wanted {
    kind: Option<Kind>,
    party: Option<PartyIndex>,
    message_type: Option<MessageType>,
}

impl Wanted {
    fn of(looking: &Looking<'_>, query: &LogQuery) -> Answer<Self> {
        let party = query.party.as_deref();
        let message_type = query.message_type.as_deref();
        Ok(Self {
            kind: query.kind.as_deref().map(names::kind).transpose()?,
            party: party
                .map(|name| names::party_of(&looking.founded, name))
                .transpose()?,
            message_type: message_type.map(names::message_type).transpose()?,
        })
    }

    fn takes(&self, entry: &StoredEntry) -> bool {
        let of_kind = |kind: Kind| entry.header.kind.word() == kind.word();
        self.kind.is_none_or(of_kind)
            && self.party.is_none_or(|party| entry.place.party == party)
            && self
                .message_type
                .is_none_or(|message_type| entry.header.message_type == message_type)
    }
}

fn list(looking: &Looking<'_>, query: &LogQuery) -> Answer<Vec<EntryBrief>> {
    let limit = query.limit.clamp(1, LIST_MAX);
    let wanted = Wanted::of(looking, query)?;
    let is_wanted = |entry: &StoredEntry| wanted.takes(entry);
    let rare = rare(looking, &wanted, query)?;
    let entries = if let Some(mut entries) = rare {
        entries.truncate(limit);
        entries
    } else if query.newest_first {
        let (found, _) = newest(looking, query.from, limit, u64::MAX, &is_wanted)?;
        found.into_iter().map(|(_, entry)| entry).collect()
    } else {
        oldest(looking, query.from.unwrap_or(1), limit, &is_wanted)?
    };
    entries.iter().map(|entry| looking.brief(entry)).collect()
}

fn part(looking: &Looking<'_>, query: &LogQuery) -> Answer<(Vec<EntryBrief>, Option<u64>)> {
    let limit = query.limit.clamp(1, LIST_MAX);
    let wanted = Wanted::of(looking, query)?;
    let is_wanted = |entry: &StoredEntry| wanted.takes(entry);
    if let Some(mut entries) = rare(looking, &wanted, query)? {
        entries.truncate(limit);
        let briefs = entries.iter().map(|entry| looking.brief(entry));
        return Ok((briefs.collect::<Answer<_>>()?, None));
    }
    // One more than is shown: the next part begins with it.
    let (mut found, mut next) = newest(looking, query.from, limit + 1, REACH, &is_wanted)?;
    if let Some((number, _)) = found.get(limit) {
        next = Some(*number);
        found.truncate(limit);
    }
    let briefs = found.iter().map(|(_, entry)| looking.brief(entry));
    Ok((briefs.collect::<Answer<_>>()?, next))
}

/// The entries of a kind of which there are few, by the index of kinds; `None` for the others, which are met soon enough.
fn rare(
    looking: &Looking<'_>,
    wanted: &Wanted,
    query: &LogQuery,
) -> Answer<Option<Vec<StoredEntry>>> {
    let kind = wanted.kind.filter(|kind| kind.number() >= DESK_KINDS_FROM);
    let Some(kind) = kind else {
        return Ok(None);
    };
    let places = looking.reader.of_kind(looking.line, Some(kind))?;
    if places.len() > RARE_MAX {
        return Ok(None);
    }
    let entries = places.into_iter().map(|place| looking.entry(place));
    let mut entries = entries.collect::<Answer<Vec<_>>>()?;
    let is_in_range = |entry: &StoredEntry| match (query.from, entry.number, query.newest_first) {
        (None, ..) => true,
        (Some(from), Some(number), true) => number <= from,
        (Some(_), None, is_newest_first) => !is_newest_first,
        (Some(from), Some(number), false) => number >= from,
    };
    entries.retain(|entry| wanted.takes(entry) && is_in_range(entry));
    // What is not settled comes last.
    entries.sort_by_key(|entry| {
        let number = entry.number.unwrap_or(u64::MAX);
        (number, entry.lamport, entry.place.party)
    });
    if query.newest_first {
        entries.reverse();
    }
    Ok(Some(entries))
}

fn oldest(
    looking: &Looking<'_>,
    mut from: u64,
    limit: usize,
    is_wanted: &dyn Fn(&StoredEntry) -> bool,
) -> Answer<Vec<StoredEntry>> {
    let mut found = Vec::new();
    loop {
        let read = looking.reader.settled_entries(looking.line, from, READ)?;
        if read.is_empty() {
            break;
        }
        from += read.len() as u64;
        found.extend(read.into_iter().filter(|entry| is_wanted(entry)));
        if found.len() >= limit {
            found.truncate(limit);
            return Ok(found);
        }
    }
    found.extend(
        unsettled(looking)?
            .into_iter()
            .filter(|entry| is_wanted(entry)),
    );
    found.truncate(limit);
    Ok(found)
}

/// An entry with its joint number, or the one that it would have now.
type Numbered = (u64, StoredEntry);

/// Entries with their joint numbers, and where to go on. Those that are not settled have the numbers that they would have now.
fn newest(
    looking: &Looking<'_>,
    from: Option<u64>,
    limit: usize,
    reach: u64,
    is_wanted: &dyn Fn(&StoredEntry) -> bool,
) -> Answer<(Vec<Numbered>, Option<u64>)> {
    let settled = looking.reader.settled(looking.line)?.size();
    let mut found: Vec<Numbered> = Vec::new();
    if from.is_none_or(|from| from > settled) {
        let waiting = (settled + 1..).zip(unsettled(looking)?);
        let mut waiting: Vec<Numbered> = waiting.collect();
        waiting
            .retain(|(number, entry)| from.is_none_or(|from| *number <= from) && is_wanted(entry));
        found.extend(waiting.into_iter().rev());
    }
    let mut end = from.map_or(settled, |from| from.min(settled));
    let last = end.saturating_sub(reach);
    // Most lists end soon: little is read at first.
    let mut count = limit as u64;
    while end > last && found.len() < limit {
        let start = end.saturating_sub(count).max(last) + 1;
        count = (2 * count).min(READ.entries as u64);
        let limits = Limits {
            entries: usize::try_from(end - start + 1).unwrap_or(READ.entries),
            bytes: usize::MAX,
        };
        let read = looking
            .reader
            .settled_entries(looking.line, start, limits)?;
        let numbered = (start..).zip(read).collect::<Vec<_>>();
        let wanted = numbered.into_iter().rev();
        found.extend(wanted.filter(|(_, entry)| is_wanted(entry)));
        end = start - 1;
    }
    found.truncate(limit);
    Ok((found, (end > 0).then_some(end)))
}

/// Entries without a joint number, in the record's order.
fn unsettled(looking: &Looking<'_>) -> Answer<Vec<StoredEntry>> {
    let snapshot = looking.reader.take_up(&looking.founded)?;
    let mut waiting = snapshot.waiting;
    waiting.sort_by_key(|w| (w.lamport, w.place.party));
    waiting.iter().map(|w| looking.entry(w.place)).collect()
}

fn inbox_of(
    looking: &Looking<'_>,
    me: PartyIndex,
    limit: usize,
    found: &mut Vec<EntryBrief>,
) -> Answer<()> {
    for party in looking.founded.parties().filter(|party| *party != me) {
        let mut end = looking.reader.size(looking.line, party)?;
        let mut taken = 0;
        while end > 0 && taken < limit {
            let start = end.saturating_sub(READ.entries as u64);
            let count = usize::try_from(end - start).unwrap_or(READ.entries);
            let limits = Limits {
                entries: count,
                bytes: usize::MAX,
            };
            let read = looking.reader.entries(looking.line, party, start, limits)?;
            for entry in read
                .iter()
                .rev()
                .filter(|entry| entry.header.kind == Kind::Message)
                .take(limit - taken)
            {
                found.push(looking.brief(entry)?);
                taken += 1;
            }
            end = start;
        }
    }
    Ok(())
}

fn attachment_bytes(
    looking: &Looking<'_>,
    party: PartyIndex,
    attachment: &openline_core::message::Attachment,
) -> Answer<Vec<u8>> {
    let mut chunks: Vec<Option<Vec<u8>>> = Vec::new();
    let end = attachment.first + attachment.chunks;
    looking.walk(party, attachment.first, |entry| {
        if entry.place.index >= end {
            return Ok(false);
        }
        chunks.push(entry.raw.body.as_ref().map(|(_, body)| body.clone()));
        Ok(true)
    })?;
    if chunks.iter().any(Option::is_none) {
        return Err(ServiceError::Conflict(
            "the attachment was purged by agreement, or is not held yet".to_owned(),
        ));
    }
    let pieces = chunks.iter().map(|chunk| Some(chunk.as_deref()));
    if !openline_core::doubt::is_whole(attachment, pieces) {
        return Err(ServiceError::Conflict(
            "the attachment's bytes are not what the message says".to_owned(),
        ));
    }
    Ok(chunks.into_iter().flatten().flatten().collect())
}

fn cannot_write(error: &std::io::Error) -> ServiceError {
    ServiceError::Unavailable(format!(
        "the file could not be written: {error}; free space, or choose another folder"
    ))
}

fn write_export(reader: &Reader, line: LineId) -> Answer<tempfile::TempPath> {
    reader
        .another()?
        .consistently(|reader| export_at(reader, line))
}

fn export_at(reader: &Reader, line: LineId) -> Answer<tempfile::TempPath> {
    let looking = Looking::at(reader, line)?;
    let notes = notes(&looking)?;
    let forks = reader
        .forks(line)?
        .iter()
        .map(|(_, bytes)| Fork::decode(bytes))
        .collect::<Result<Vec<_>, _>>()?;
    let file = tempfile::NamedTempFile::new().map_err(|error| cannot_write(&error))?;
    let mut out = std::io::BufWriter::with_capacity(1 << 20, file.as_file());
    let head = export::encode_head(&looking.founded.instrument().encode(), &notes, &forks);
    out.write_all(&head).map_err(|error| cannot_write(&error))?;
    let mut count = 0;
    let mut order = Order::restore(reader.settled(line)?, looking.founded.party_count());
    let mut put = |entry: &StoredEntry| {
        count += 1;
        out.write_all(&export::encode_entry(entry.place.party, &entry.raw))
            .map_err(|error| cannot_write(&error))
    };
    let mut from = 1;
    loop {
        let read = reader.settled_entries(line, from, READ)?;
        if read.is_empty() {
            break;
        }
        from += read.len() as u64;
        read.iter().try_for_each(&mut put)?;
    }
    for entry in unsettled(&looking)? {
        put(&entry)?;
        let position = openline_core::order::Position {
            lamport: entry.lamport,
            party: entry.place.party,
        };
        order.restore_waiting(
            position,
            entry.place.index,
            entry.leaf,
            entry.header.kind == Kind::Mark,
        );
    }
    let end = export::encode_end(count, order.settled(), &order.root());
    out.write_all(&end)
        .and_then(|()| out.flush())
        .map_err(|error| cannot_write(&error))?;
    drop(out);
    Ok(file.into_temp_path())
}

/// The keys of a party over time, by key change.
fn epochs(looking: &Looking<'_>) -> Answer<openline_core::admit::Logs> {
    let snapshot = looking.reader.take_up(&looking.founded)?;
    openline_core::admit::Logs::restore(looking.founded.clone(), snapshot)
        .map_err(|error| ServiceError::Unavailable(error.to_string()))
}

/// Every checkpoint that carries a cosignature or seal, and the last of each log, as signed notes.
fn notes(looking: &Looking<'_>) -> Answer<Vec<String>> {
    let logs = epochs(looking)?;
    let mut notes = Vec::new();
    for log in looking.founded.parties() {
        let full = looking.reader.size(looking.line, log)?;
        let mut size = 0;
        while let Some(signed) = looking
            .reader
            .checkpoint_above(&looking.founded, log, size)?
        {
            size = signed.checkpoint.size;
            notes.extend(note(looking, &logs, log, &signed, size == full)?);
        }
    }
    Ok(notes)
}

/// A checkpoint as a note with what still counts of its cosignatures; `None` if it says nothing that a later one does not.
fn note(
    looking: &Looking<'_>,
    logs: &openline_core::admit::Logs,
    log: PartyIndex,
    signed: &SignedCheckpoint,
    is_last: bool,
) -> Answer<Option<String>> {
    let size = signed.checkpoint.size;
    let (reader, line) = (looking.reader, looking.line);
    let cosignatures = reader.cosignatures(line, log, size)?;
    let seals = reader.seals(line, log, size)?;
    let signer = |cosigner: PartyIndex, verifies: &dyn Fn(&VerifyingKeys) -> bool| {
        let epochs = logs.key_epochs(cosigner).iter().enumerate();
        epochs
            .filter(|(number, _)| logs.may_cosign(cosigner, *number, log, size))
            .find(|(_, epoch)| verifies(&epoch.keys))
            .map(|(_, epoch)| epoch.keys.clone())
    };
    let cosigned: Vec<_> = cosignatures
        .iter()
        .filter_map(|c| {
            let keys = signer(c.cosigner, &|keys| {
                c.signature.verify(&signed.checkpoint, &keys.ed)
            })?;
            Some((looking.founded.party_id(c.cosigner), keys, &c.signature))
        })
        .collect();
    let sealed: Vec<_> = seals
        .iter()
        .filter_map(|s| {
            let id = looking.founded.party_id(s.cosigner);
            let keys = signer(s.cosigner, &|keys| {
                s.signature.verify(&signed.checkpoint, &id, &keys.pq)
            })?;
            Some((id, keys, &s.signature))
        })
        .collect();
    if !is_last && cosigned.is_empty() && sealed.is_empty() {
        return Ok(None);
    }
    let cosigned: Vec<_> = cosigned
        .iter()
        .map(|(id, keys, c)| (*id, keys, *c))
        .collect();
    let sealed: Vec<_> = sealed.iter().map(|(id, keys, s)| (*id, keys, *s)).collect();
    let in_force = logs.keys_at(log, size);
    Ok(Some(
        signed.to_note(&in_force.ed, &cosigned, &sealed).to_string(),
    ))
}

pub(super) fn disclose(looking: &Looking<'_>, place: Ref, with_body: bool) -> Answer<Vec<u8>> {
    let entry = looking.entry(place)?;
    let logs = epochs(looking)?;
    let (reader, line) = (looking.reader, looking.line);
    // The first checkpoint that another party has cosigned, or else the latest.
    let mut size = reader.size(line, place.party)?;
    for party in looking
        .founded
        .parties()
        .filter(|party| *party != place.party)
    {
        if let Some(first) = reader.first_cosignature(line, place.party, party, place.index)? {
            size = first.size;
        }
    }
    let signed = reader.checkpoint(&looking.founded, place.party, size)?;
    let signed = signed
        .ok_or_else(|| ServiceError::Unavailable("no checkpoint covers the entry".to_owned()))?;
    let note = note(looking, &logs, place.party, &signed, true)?.unwrap_or_default();
    let path = reader.inclusion(line, place.party, place.index, size)?;
    let body = entry.raw.body.filter(|_| with_body);
    let disclosure = proof::Disclosure {
        instrument: looking.founded.instrument().encode(),
        credentials: credentials(looking)?,
        entry: openline_core::entry::RawEntry {
            header: entry.raw.header,
            body,
        },
    };
    Ok(proof::Proof {
        disclosure,
        index: place.index,
        path,
        note,
    }
    .to_string()
    .into_bytes())
}

/// Credentials of every key change on the line.
fn credentials(looking: &Looking<'_>) -> Answer<Vec<Vec<u8>>> {
    let snapshot = looking.reader.take_up(&looking.founded)?;
    let changes = snapshot.structural.into_iter().filter_map(|(_, raw)| {
        let header = openline_core::entry::Header::decode(&raw.header).ok()?;
        let (_, body) = raw.body.filter(|_| header.kind == Kind::KeyChange)?;
        openline_core::body::key_change_credential(&body)
    });
    Ok(changes.collect())
}
