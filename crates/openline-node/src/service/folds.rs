//! What is kept of each line between calls, so that a call reads only what is new.

use std::collections::BTreeMap;
use std::sync::Arc;

use openline_core::doubt::{Doubt, NoteNumbers};
use openline_core::entry::Ref;
use openline_core::{LineId, PartyIndex};
use openline_desk::awaited::Awaited;
use openline_desk::health::Tests;
use openline_desk::renotify::Notifications;
use openline_desk::review::Reviewing;
use openline_store::{StoredEntry, Write};

use super::entries::{Looking, message_of};
use super::kept_fold::KeptFold;
use super::open_places::OpenPlaces;
use super::waiting::Waiting;
use super::{Answer, Service};
use crate::engine::acts::documents;
use crate::identity::wall_ms;
use crate::view::OpenView;

/// The folds over whole records that pages and commands ask for again and again.
#[derive(Debug, Clone, Default)]
pub(super) struct Folds {
    open: OpenPlaces,
    tests: KeptFold<Tests>,
    notifications: KeptFold<Notifications>,
    reviewing: KeptFold<Reviewing>,
    note_doubts: KeptFold<NoteDoubts>,
    waiting: KeptFold<Waiting>,
}

/// What is doubtful of the numbers of notes, each author's counted by itself.
#[derive(Debug, Clone, Default)]
pub(crate) struct NoteDoubts {
    numbers: BTreeMap<PartyIndex, NoteNumbers>,
    doubts: BTreeMap<Ref, Doubt>,
}

impl NoteDoubts {
    pub(crate) fn of(&self, place: Ref) -> Option<Doubt> {
        self.doubts.get(&place).copied()
    }
}

impl Folds {
    /// Messages with an exchange that is open, newest first.
    pub(super) fn open(&self, looking: &Looking<'_>, limit: usize) -> Answer<Vec<OpenView>> {
        self.open.open(looking, limit)
    }

    /// What the record holds of tests.
    pub(super) fn tests(&self, looking: &Looking<'_>) -> Answer<Arc<Tests>> {
        self.tests.folded(looking, |tests, entry| {
            tests.push(entry.place, &entry.header, body_of(entry));
            Ok(())
        })
    }

    /// What the record holds of notifications.
    pub(super) fn notifications(&self, looking: &Looking<'_>) -> Answer<Arc<Notifications>> {
        self.notifications.folded(looking, |notifications, entry| {
            if let Some(body) = body_of(entry) {
                notifications.follow(entry.place, entry.lamport, &entry.header, body)?;
            }
            Ok(())
        })
    }

    /// What the reviews of all years count.
    pub(super) fn reviewing(&self, looking: &Looking<'_>) -> Answer<Arc<Reviewing>> {
        self.reviewing.folded(looking, |reviewing, entry| {
            reviewing.push(entry.place, entry.lamport, &entry.header, body_of(entry));
            Ok(())
        })
    }

    /// What is doubtful of the numbers of notes.
    pub(super) fn note_doubts(&self, looking: &Looking<'_>) -> Answer<Arc<NoteDoubts>> {
        self.note_doubts.folded(looking, |known, entry| {
            let Some((year, number)) = message_of(entry).and_then(|message| message.number) else {
                return Ok(());
            };
            let numbers = known.numbers.entry(entry.place.party).or_default();
            let doubt = numbers.next(year, number);
            known.doubts.extend(doubt.map(|doubt| (entry.place, doubt)));
            Ok(())
        })
    }

    /// Whose word is waited for at `now`, ms, beside answers to messages.
    pub(super) fn waiting(
        &self,
        looking: &Looking<'_>,
        now: i64,
    ) -> Answer<Vec<Arc<Vec<Awaited>>>> {
        let waiting = self.waiting.folded(looking, |waiting, entry| {
            waiting.follow(looking, entry, body_of(entry))
        })?;
        waiting.all(looking, now)
    }

    /// Where messages with an exchange that is open are, newest first.
    pub(super) fn open_places(&self, looking: &Looking<'_>) -> Answer<Vec<Ref>> {
        self.open.places(looking)
    }

    fn look_through(&self, looking: &Looking<'_>) -> Answer<()> {
        self.tests(looking)?;
        self.notifications(looking)?;
        self.reviewing(looking)?;
        self.note_doubts(looking)?;
        self.waiting(looking, wall_ms())?;
        Ok(())
    }
}

impl Service {
    /// Looks every line's record through, so that nobody waits for it later. Nothing depends on it: a call that comes before
    /// does its part of the work itself.
    ///
    /// # Errors
    /// [`ServiceError::Unavailable`](crate::error::ServiceError::Unavailable) when the node is stopping.
    pub async fn look_through(&self) -> Answer<()> {
        let lines = self
            .engine(|engine| Ok(engine.founded.keys().copied().collect::<Vec<_>>()))
            .await?;
        // What is open comes before all else: it may have to ring.
        for line in &lines {
            self.watch_open(*line).await?;
            self.keep_open(*line).await;
        }
        for line in lines {
            let folds = self.folds.clone();
            self.read(move |reader| folds.look_through(&Looking::at(reader, line)?))
                .await?;
        }
        Ok(())
    }

    /// Keeps in the store which messages may be open, if what is kept there is far behind. It is found again from the record: that
    /// it can't be written, on a full disk, must not keep anybody from reading.
    pub(super) async fn keep_open(&self, line: LineId) {
        let Some(kept) = self.folds.open.to_keep(line) else {
            return;
        };
        let written = self.engine(move |engine| {
            engine.commit(&[Write::Document {
                kind: documents::OPEN,
                key: &line.to_string(),
                value: &kept,
                updated_ms: wall_ms(),
            }])?;
            Ok(())
        });
        if let Err(error) = written.await {
            tracing::info!(%error, "what is open could not be kept");
        }
    }
}

fn body_of(entry: &StoredEntry) -> Option<&[u8]> {
    entry.raw.body.as_ref().map(|(_, body)| body.as_slice())
}
