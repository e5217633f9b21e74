//! Entries as people see them, built from what the store holds.

use std::ops::Range;
use std::sync::Arc;
use std::time::{Duration, Instant};

use openline_core::charter::Founded;
use openline_core::doubt::{Doubt, NoteNumbers, is_before_cause, is_far_off, tolerance_ms};
use openline_core::entry::{Kind, Ref};
use openline_core::message::Message;
use openline_core::{LineId, PartyIndex, Rule};
use openline_desk::brief;
use openline_desk::ladder::{Ladder, Proof, Rung, Step};
use openline_store::{Limits, ReadError, Reader, StoredEntry};

use super::Answer;
use super::folds::NoteDoubts;
use crate::error::ServiceError;
use crate::view::{
    AttachmentView, ClaimedView, EntryBrief, EntryView, FieldView, MessageView, RungView, TextView,
};

/// Entries read at a time when a log is walked.
const WALK: Limits = Limits {
    entries: 512,
    bytes: 4 << 20,
};

/// Nobody looks at one moment of a record for longer.
const LOOK_MAX: Duration = Duration::from_secs(60);

/// A line as it is stored, for looking at entries.
pub(crate) struct Looking<'a> {
    pub(crate) reader: &'a Reader,
    pub(crate) line: LineId,
    pub(crate) founded: Arc<Founded>,
    /// When looking began.
    pub(crate) begun: Instant,
    /// By log: (cosigner, size) of the latest cosignature of each other party.
    holders: Vec<Vec<(PartyIndex, u64)>>,
}

impl<'a> Looking<'a> {
    pub(crate) fn at(reader: &'a Reader, line: LineId) -> Answer<Self> {
        let founded = reader.founded(line).map_err(|error| match error {
            ReadError::UnknownLine(_) => ServiceError::NotFound(error.to_string()),
            error => error.into(),
        })?;
        let holders = founded
            .parties()
            .map(|log| {
                let latest = reader.latest_cosignatures(line, log)?;
                Ok(latest
                    .into_iter()
                    .filter(|c| c.cosigner != log)
                    .map(|c| (c.cosigner, c.size))
                    .collect())
            })
            .collect::<Answer<_>>()?;
        Ok(Self {
            reader,
            line,
            founded,
            begun: Instant::now(),
            holders,
        })
    }

    /// Whether looking began so long after `moment` that nobody can have seen more of the record then than is there now, unless
    /// the store came from a backup since.
    pub(crate) fn is_long_after(&self, moment: Instant) -> bool {
        self.begun.saturating_duration_since(moment) > LOOK_MAX
    }

    pub(crate) fn name(&self, party: PartyIndex) -> String {
        self.founded
            .member(party)
            .map_or_else(|| party.to_string(), |member| member.name().to_owned())
    }

    pub(crate) fn entry(&self, place: Ref) -> Answer<StoredEntry> {
        self.reader.entry(self.line, place)?.ok_or_else(|| {
            ServiceError::NotFound(format!(
                "there is no entry {}/{} on that line",
                place.party, place.index
            ))
        })
    }

    /// Walks a log from `from`, until `visit` says that it has enough.
    pub(crate) fn walk(
        &self,
        party: PartyIndex,
        from: u64,
        visit: impl FnMut(&StoredEntry) -> Answer<bool>,
    ) -> Answer<()> {
        let size = self.reader.size(self.line, party)?;
        self.walk_within(party, from..size, visit)
    }

    /// Walks a part of a log, until `visit` says that it has enough.
    pub(crate) fn walk_within(
        &self,
        party: PartyIndex,
        range: Range<u64>,
        mut visit: impl FnMut(&StoredEntry) -> Answer<bool>,
    ) -> Answer<()> {
        let mut from = range.start;
        while from < range.end {
            let limits = Limits {
                entries: WALK
                    .entries
                    .min(usize::try_from(range.end - from).unwrap_or(usize::MAX)),
                ..WALK
            };
            let read = self.reader.entries(self.line, party, from, limits)?;
            for entry in &read {
                if !visit(entry)? {
                    return Ok(());
                }
            }
            if read.is_empty() {
                break;
            }
            from += read.len() as u64;
        }
        Ok(())
    }

    /// Visits every entry of one of the desk's kinds whose body is there, with the body.
    pub(crate) fn each_of(
        &self,
        kind: Kind,
        mut visit: impl FnMut(&StoredEntry, &[u8]) -> Result<(), Rule>,
    ) -> Answer<()> {
        for place in self.reader.of_kind(self.line, Some(kind))? {
            let entry = self.entry(place)?;
            if let Some((_, body)) = &entry.raw.body {
                visit(&entry, body)?;
            }
        }
        Ok(())
    }

    fn stored_at(&self, place: Ref) -> Vec<PartyIndex> {
        let holders = &self.holders[place.party.at()];
        holders
            .iter()
            .filter(|(_, size)| *size > place.index)
            .map(|(party, _)| *party)
            .collect()
    }

    pub(crate) fn brief(&self, entry: &StoredEntry) -> Answer<EntryBrief> {
        let followed = self.followed(entry)?;
        let message = followed.as_ref().map(|followed| &followed.message);
        let stored_at: Vec<String> = self
            .stored_at(entry.place)
            .into_iter()
            .map(|party| self.name(party))
            .collect();
        Ok(EntryBrief {
            line: self.line.to_string(),
            place: place_text(entry.place),
            party: entry.place.party.0,
            party_name: self.name(entry.place.party),
            joint: entry.number,
            kind: entry.header.kind.word().to_owned(),
            post: entry.header.post.clone(),
            message_type: entry.header.message_type.word().to_owned(),
            time_ms: entry.header.time,
            arrived_ms: entry.arrived_ms,
            form: message.map(|m| m.form.word().to_owned()),
            precedence: message.map(|m| m.precedence.word().to_owned()),
            class: message.and_then(|m| m.class.clone()),
            summary: brief::brief(
                &entry.header,
                entry.raw.body.as_ref().map(|(_, body)| body.as_slice()),
            ),
            is_purged: entry.raw.body.is_none(),
            number: message
                .and_then(|m| m.number)
                .map(|(year, number)| [year, number]),
            stage: match &followed {
                Some(followed) => followed.ladder.highest().word().to_owned(),
                None if stored_at.is_empty() => "released".to_owned(),
                None => "stored".to_owned(),
            },
            stored_at,
            waits: followed.as_ref().map_or_else(Vec::new, |followed| {
                let open = self.exchanges(followed, entry.arrived_ms).into_iter();
                open.filter(|exchange| !exchange.is_closed)
                    .map(|exchange| exchange.words)
                    .collect()
            }),
            crossed: if message.is_some() {
                self.crossed(entry)?
            } else {
                Vec::new()
            },
            successor: followed.as_ref().and_then(|f| Self::successor(&f.ladder)),
            doubts: self.doubts(entry, message)?,
        })
    }

    /// What is doubtful about an entry, as sentences.
    fn doubts(&self, entry: &StoredEntry, message: Option<&Message>) -> Answer<Vec<String>> {
        let times = self.time_doubts(entry)?.into_iter();
        let mut doubts: Vec<String> = times.map(|doubt| doubt.sentence().to_owned()).collect();
        if let Some(message) = message {
            doubts.extend(self.sent_while_closed(entry, message)?);
        }
        Ok(doubts)
    }

    /// Marks of doubt about the claimed time.
    fn time_doubts(&self, entry: &StoredEntry) -> Answer<Vec<Doubt>> {
        let tolerance = tolerance_ms(&self.founded);
        let mut causes = Vec::new();
        for (party, seen) in self.founded.parties().zip(&entry.header.seen) {
            let Some(index) = seen.checked_sub(1) else {
                continue;
            };
            if let Some(cause) = self.reader.entry(self.line, Ref { party, index })? {
                causes.push(cause.header.time);
            }
        }
        let mut doubts = Vec::new();
        if is_before_cause(entry.header.time, causes, tolerance) {
            doubts.push(Doubt::TimeBeforeCause);
        }
        let mut first = None;
        for party in self.stored_at(entry.place) {
            let cosigned = self.reader.first_cosignature(
                self.line,
                entry.place.party,
                party,
                entry.place.index,
            )?;
            first = first
                .into_iter()
                .chain(cosigned.map(|c| c.signature.time))
                .min();
        }
        if first.is_some_and(|cosigned| is_far_off(entry.header.time, cosigned, tolerance)) {
            doubts.push(Doubt::TimeFarOff);
        }
        Ok(doubts)
    }

    /// An entry in full; `numbers` says what is doubtful of its note number.
    pub(crate) fn view(
        &self,
        place: Ref,
        numbers: impl FnOnce(&Self) -> Answer<Arc<NoteDoubts>>,
    ) -> Answer<EntryView> {
        let entry = self.entry(place)?;
        let followed = self.followed(&entry)?;
        let message = followed.as_ref().map(|followed| &followed.message);
        let mut brief = self.brief(&entry)?;
        if message.is_some_and(|m| m.number.is_some()) {
            let doubt = numbers(self)?.of(place);
            brief
                .doubts
                .extend(doubt.map(|doubt| doubt.sentence().to_owned()));
        }
        let signed;
        let ladder = match &followed {
            Some(followed) => &followed.ladder,
            None => {
                signed = self.signed(&entry, None)?;
                &signed
            }
        };
        Ok(EntryView {
            leaf: entry.leaf.to_string(),
            seen: entry.header.seen.clone(),
            lamport: entry.lamport,
            refs: entry.header.refs.iter().map(|r| place_text(*r)).collect(),
            message: message.map(|message| self.message(message)),
            ladder: ladder.rungs().into_iter().map(|r| self.rung(r)).collect(),
            exchanges: followed.as_ref().map_or_else(Vec::new, |followed| {
                self.exchanges(followed, entry.arrived_ms)
            }),
            read_backs: followed
                .as_ref()
                .map_or_else(Vec::new, |followed| self.read_backs(followed)),
            brief,
        })
    }

    fn message(&self, message: &Message) -> MessageView {
        let addresses = |list: &[openline_core::message::Address]| {
            list.iter()
                .map(|a| format!("{}:{}", self.name(a.party), a.post))
                .collect()
        };
        let text = |t: &openline_core::message::Text| TextView {
            language: t.language.clone(),
            text: t.text.clone(),
        };
        MessageView {
            to: addresses(&message.to),
            info: addresses(&message.info),
            subject: message.subject.clone(),
            texts: message.texts.iter().map(text).collect(),
            attachments: message.attachments.iter().map(attachment_view).collect(),
            own_reference: message.own_reference.clone(),
            authority: message
                .authority
                .map(|authority| authority.word().to_owned()),
            validity_ms: message.validity.map(|(from, to)| [from, to]),
            claimed: message
                .claimed
                .iter()
                .map(|claimed| ClaimedView {
                    stage: claimed.stage.clone(),
                    time_ms: claimed.time,
                })
                .collect(),
            class: message.class.clone(),
            template: message.template.clone(),
            fields: message.fields.iter().map(field_view).collect(),
        }
    }

    /// What signatures prove of an entry.
    pub(crate) fn signed(&self, entry: &StoredEntry, message: Option<&Message>) -> Answer<Ladder> {
        let mut ladder = Ladder::of(entry.place, &entry.header, message);
        let author = entry.place.party;
        for party in self.stored_at(entry.place) {
            let first =
                self.reader
                    .first_cosignature(self.line, author, party, entry.place.index)?;
            if let Some(c) = first {
                ladder.cosigned(party, c.size, c.signature.time);
            }
        }
        Ok(ladder)
    }

    /// The first entry of `party` whose author had seen `place`: `seen` never goes back, so it can be searched.
    pub(crate) fn first_having_seen(&self, place: Ref, party: PartyIndex) -> Answer<u64> {
        let (mut low, mut high) = (0, self.reader.size(self.line, party)?);
        while low < high {
            let middle = low + (high - low) / 2;
            let entry = self.entry(Ref {
                party,
                index: middle,
            })?;
            let has_seen = entry
                .header
                .seen
                .get(place.party.at())
                .is_some_and(|seen| *seen > place.index);
            if has_seen {
                high = middle
            } else {
                low = middle + 1
            }
        }
        Ok(low)
    }

    fn rung(&self, rung: &Rung) -> RungView {
        let promised = rung
            .promised
            .map(|ms| format!("answer promised by {}", utc_text(ms)));
        let about = rung.about.map(|about| format!("of {}", place_text(about)));
        let values = rung
            .values
            .iter()
            .map(|(name, value)| format!("{name}: {value}"));
        let note: Vec<String> = [about, rung.class.clone(), rung.words.clone(), promised]
            .into_iter()
            .flatten()
            .chain(values)
            .collect();
        let name = self.name(rung.party);
        RungView {
            stage: rung.step.word().to_owned(),
            party: rung.party.0,
            by: match &rung.post {
                Some(post) => format!("{name}, {post}"),
                None => name,
            },
            time_ms: rung.time,
            proof: match rung.proof {
                Proof::Checkpoint => "checkpoint".to_owned(),
                Proof::Cosignature { size } => format!("cosignature over {size} entries"),
                Proof::Entry(place) => match rung.step {
                    Step::Receipt(_) => format!("receipt {}", place_text(place)),
                    _ => format!("entry {}", place_text(place)),
                },
            },
            note: (!note.is_empty()).then(|| note.join("; ")),
        }
    }
}

/// A time as people read it, in UTC with the weekday.
pub(crate) fn utc_text(ms: i64) -> String {
    jiff::Timestamp::from_millisecond(ms).map_or_else(
        |_| format!("{ms} ms"),
        |at| at.strftime("%a %Y-%m-%d %H:%M:%S UTC").to_string(),
    )
}

pub(crate) fn place_text(place: Ref) -> String {
    brief::place(place)
}

pub(crate) fn message_of(entry: &StoredEntry) -> Option<Message> {
    let (_, body) = entry
        .raw
        .body
        .as_ref()
        .filter(|_| entry.header.kind == Kind::Message)?;
    Message::decode(body).ok()
}

pub(crate) fn attachment_view(attachment: &openline_core::message::Attachment) -> AttachmentView {
    AttachmentView {
        name: attachment.name.clone(),
        media_type: attachment.media_type.clone(),
        length: attachment.length,
        sha256: attachment.sha256.to_string(),
    }
}

pub(crate) fn field_view(field: &openline_core::field::Field) -> FieldView {
    FieldView {
        name: field.name.clone(),
        value: field.value.clone(),
        is_critical: field.is_critical,
        is_releasable: field.is_releasable,
    }
}

/// The note numbers that our own log holds.
pub(crate) fn own_note_numbers(
    reader: &Reader,
    line: LineId,
    me: PartyIndex,
) -> Answer<NoteNumbers> {
    let looking = Looking::at(reader, line)?;
    let mut numbers = NoteNumbers::default();
    looking.walk(me, 0, |entry| {
        if let Some((year, number)) = message_of(entry).and_then(|m| m.number) {
            numbers.next(year, number);
        }
        Ok(true)
    })?;
    Ok(numbers)
}
