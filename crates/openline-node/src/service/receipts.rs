//! Receipts: what a duty officer or linguist says of a message, at the time of the act, whenever it can be written.
//!
//! A post that gives them must be on watch. *Shown* is said only by whoever has really rendered the text to it. A receipt that can't be
//! written yet, or that the charter wants batched, is kept durably with the time of the act and written later.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use openline_core::LineId;
use openline_core::body::{Receipt, Stage};
use openline_core::charter::Receipts;
use openline_core::entry::{Kind, MessageType, Ref};
use openline_core::field::Values;
use openline_core::message::Precedence;
use openline_desk::ladder::{Proof, Step};
use openline_proto::DraftContent;
use openline_store::{StoredEntry, Write};
use serde::{Deserialize, Serialize};

use super::closing::check_read_back;
use super::entries::{Looking, message_of, place_text};
use super::messages::check_type;
use super::{Answer, Service, names};
use crate::audit::{Act, Deed};
use crate::engine::Engine;
use crate::engine::acts::{Outgoing, documents};
use crate::engine::office::Kept;
use crate::error::ServiceError;
use crate::identity::wall_ms;
use crate::officers::Role;
use crate::view::{ReceiptRequest, ReceiptView, ReleasedView, ShownRequest};

/// Receipts that may wait to be written.
const WAITING_MAX: usize = 4096;
/// Batched receipts are written at most so often, ms.
const BATCH_MS: i64 = 900_000;
/// One that is due and can't be written yet is tried again after so long, ms.
const AGAIN_MS: i64 = 1000;
/// Receipts written in one round.
const ROUND_MAX: usize = 64;

/// A receipt that waits to be written.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Waiting {
    /// Who gave it.
    by: String,
    line: String,
    of: (u8, u64),
    post: String,
    message_type: u64,
    /// Not before this time, ms.
    due_ms: i64,
    body: Vec<u8>,
}

/// What somebody is about to say: a receipt's line, message, stage and post.
type Saying = (LineId, Ref, u64, String);

/// Receipts that are being given: two presses must not both find that nothing was said before.
#[derive(Debug, Clone, Default)]
pub(super) struct Giving(Arc<Mutex<BTreeSet<Saying>>>);

/// While it is held, nobody else gives the same.
struct Given(Giving, Saying);

impl Giving {
    fn begin(&self, saying: Saying) -> Option<Given> {
        let is_new = self.lock().insert(saying.clone());
        is_new.then(|| Given(self.clone(), saying))
    }

    fn lock(&self) -> MutexGuard<'_, BTreeSet<Saying>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Given {
    fn drop(&mut self) {
        self.0.lock().remove(&self.1);
    }
}

/// A receipt that was given before.
enum Before {
    /// It is on the record.
    Written(Ref),
    /// It waits to be written.
    Waiting,
}

impl Before {
    fn words(&self) -> String {
        match self {
            Self::Written(place) => {
                format!("entry {}; it need not be said again", place_text(*place))
            }
            Self::Waiting => "the receipt is kept, and is written when it can be".to_owned(),
        }
    }

    fn view(&self, line: LineId) -> ReceiptView {
        ReceiptView {
            line: line.to_string(),
            place: match self {
                Self::Written(place) => Some(place_text(*place)),
                Self::Waiting => None,
            },
            is_waiting: matches!(self, Self::Waiting),
        }
    }
}

impl Service {
    /// Puts a receipt on the record: a person's act, never the program's. One that can't be written yet waits durably.
    ///
    /// # Errors
    /// The rule that it would break; [`ServiceError::Conflict`] if the post is not on watch, or has acknowledged the message already;
    /// [`ServiceError::Unusable`] for *shown*,
    /// which only [`Service::shown`] says.
    pub async fn receipt(&self, request: ReceiptRequest) -> Answer<ReceiptView> {
        let (line, of) = self.resolve(&request.line, &request.of).await?;
        let stage = names::stage(&request.stage)?;
        if stage == Stage::Shown {
            let words = "shown is said by the program that has rendered the text to a post on watch: openline show, on a terminal";
            return Err(ServiceError::Unusable(words.to_owned()));
        }
        let original = self.message_for_receipt(line, of).await?;
        let message_type = match &request.message_type {
            Some(word) => names::message_type(word)?,
            None => original.header.message_type,
        };
        if (stage == Stage::StandBy) != request.promised_ms.is_some() {
            let words = "stand by, and only stand by, promises a time: give it with stand by, and leave it out otherwise";
            return Err(ServiceError::Unusable(words.to_owned()));
        }
        check_type(&original, message_type)?;
        if request
            .promised_ms
            .is_some_and(|promised| promised <= wall_ms())
        {
            let words = "an answer can't be promised for a time that is over: give a later one";
            return Err(ServiceError::Unusable(words.to_owned()));
        }
        let values: Values = request
            .values
            .into_iter()
            .map(|value| (value.name, value.value))
            .collect();
        check_read_back(&original, stage, &values)?;
        if needs_watch(stage) {
            self.check_on_watch(line, &request.post).await?;
        }
        let act = (line, of, stage.number(), request.post.clone());
        let _given = match stage {
            Stage::Acknowledged => Some(self.giving.begin(act).ok_or_else(|| {
                let words = "this is being acknowledged already; look whether it was done";
                ServiceError::Conflict(words.to_owned())
            })?),
            _ => None,
        };
        if stage == Stage::Acknowledged
            && let Some(before) = self.given_before(line, of, stage, &request.post).await?
        {
            return Err(ServiceError::Conflict(format!(
                "the post \"{}\" has acknowledged {} already: {}",
                request.post,
                place_text(of),
                before.words()
            )));
        }
        let receipt = Receipt {
            stage,
            time: request.time_ms.unwrap_or_else(wall_ms),
            class: request.class,
            words: request.words,
            promised: request.promised_ms,
            values,
        };
        self.give(line, of, request.post, message_type, &receipt, 0)
            .await
    }

    /// Says that a message was really rendered to a post that is on watch. Whoever asks has shown the text before. Said again it does
    /// nothing more: the first receipt is given.
    ///
    /// # Errors
    /// [`ServiceError::Conflict`] if the post is not on watch, or it is no message of another party;
    /// [`ServiceError::Unusable`] if none of the languages is one of the message.
    pub async fn shown(&self, request: ShownRequest) -> Answer<ReceiptView> {
        let (line, of) = self.resolve(&request.line, &request.of).await?;
        let original = self.message_for_receipt(line, of).await?;
        let me = self.engine(move |engine| engine.me(&line)).await?;
        let message = message_of(&original).filter(|_| of.party != me);
        let message = message.ok_or_else(|| {
            ServiceError::Conflict(format!("{} is no message of another party", place_text(of)))
        })?;
        let was_rendered = |language: &String| {
            let mut texts = message.texts.iter();
            texts.any(|text| text.language.eq_ignore_ascii_case(language))
        };
        if !request.languages.iter().any(was_rendered) {
            let words =
                "name the language in which the text was shown; it must be one of the message's";
            return Err(ServiceError::Unusable(words.to_owned()));
        }
        self.check_on_watch(line, &request.post).await?;
        let act = (line, of, Stage::Shown.number(), request.post.clone());
        let Some(_given) = self.giving.begin(act) else {
            return Ok(Before::Waiting.view(line));
        };
        if let Some(before) = self
            .given_before(line, of, Stage::Shown, &request.post)
            .await?
        {
            return Ok(before.view(line));
        }
        let time = request.time_ms.unwrap_or_else(wall_ms);
        let receipt = Receipt {
            stage: Stage::Shown,
            time,
            class: None,
            words: request.words,
            promised: None,
            values: Values::new(),
        };
        let is_batched = message.precedence == Precedence::Routine && self.is_batched(line).await?;
        let due = if is_batched { next_batch(wall_ms()) } else { 0 };
        let message_type = original.header.message_type;
        self.give(line, of, request.post, message_type, &receipt, due)
            .await
    }

    /// The same receipt of the same post, if it was given before and still says what it said: once one of our posts stands by,
    /// the message is to be acknowledged again.
    async fn given_before(
        &self,
        line: LineId,
        of: Ref,
        stage: Stage,
        post: &str,
    ) -> Answer<Option<Before>> {
        let actor = self.actor.clone();
        // What waits is looked at first: it may be written meanwhile, and is then seen twice rather than not at all.
        let (me, may_give, waiting) = self
            .engine(move |engine| {
                let allowed = engine.require(&actor, roles_of(stage), Some(&line));
                let waiting = waiting_of(engine, line, of)?;
                Ok((engine.me(&line)?, allowed.is_ok(), waiting))
            })
            .await?;
        if !may_give {
            // Refused where it would be written, and noted there.
            return Ok(None);
        }
        let written = self
            .read(move |reader| {
                let looking = Looking::at(reader, line)?;
                let followed = looking.followed(&looking.entry(of)?)?;
                let rungs = followed.iter().flat_map(|followed| followed.ladder.rungs());
                let given = rungs.filter(|rung| rung.party == me).filter_map(|rung| {
                    let post = rung.post.clone()?;
                    match (rung.step, rung.proof) {
                        (Step::Receipt(stage), Proof::Entry(place)) => {
                            Some((post, stage, Before::Written(place)))
                        }
                        _ => None,
                    }
                });
                Ok(given.collect::<Vec<_>>())
            })
            .await?;
        let mut before = None;
        for (by, given, how) in written.into_iter().chain(waiting) {
            if given == stage && by == post {
                before = before.or(Some(how));
            } else if stage == Stage::Acknowledged && given == Stage::StandBy {
                before = None;
            }
        }
        Ok(before)
    }

    async fn is_batched(&self, line: LineId) -> Answer<bool> {
        self.engine(move |engine| {
            let founded = engine.founded.get(&line);
            Ok(founded.is_some_and(|f| f.terms().receipts == Receipts::RoutineBatched))
        })
        .await
    }

    async fn message_for_receipt(&self, line: LineId, of: Ref) -> Answer<StoredEntry> {
        let original = self.read(move |reader| Ok(reader.entry(line, of)?)).await?;
        original
            .ok_or_else(|| ServiceError::NotFound(format!("there is no entry {}", place_text(of))))
    }

    async fn check_on_watch(&self, line: LineId, post: &str) -> Answer<()> {
        if self.is_on_watch(line, post).await? {
            return Ok(());
        }
        Err(ServiceError::Conflict(format!(
            "nobody has the watch of the post \"{post}\" on this line, and only a post on watch can say so: openline watch take --post {post}"
        )))
    }

    /// Writes a receipt, or keeps it until it can be written.
    async fn give(
        &self,
        line: LineId,
        of: Ref,
        post: String,
        message_type: MessageType,
        receipt: &Receipt,
        due_ms: i64,
    ) -> Answer<ReceiptView> {
        let body = receipt.encode();
        let must_wait = self
            .engine(move |engine| Ok(due_ms > wall_ms() || engine.machine.must_hear(&line)))
            .await?;
        if !must_wait {
            let released = self
                .release_other(outgoing(line, of, post, message_type, body))
                .await?;
            return Ok(given(&released));
        }
        let waiting = Waiting {
            by: self.actor.to_string(),
            line: line.to_string(),
            of: (of.party.0, of.index),
            post,
            message_type: message_type.number(),
            due_ms,
            body,
        };
        let deed = Deed::new(Act::KeepReceipt)
            .on(line)
            .detail(receipt.stage.word());
        self.act(roles_of(receipt.stage), deed, move |engine| {
            keep(engine, &waiting)
        })
        .await?;
        Ok(ReceiptView {
            line: line.to_string(),
            place: None,
            is_waiting: true,
        })
    }

    /// Writes what has waited and can be written by now; the node does this by itself. Says when to look again, ms, if more waits.
    ///
    /// # Errors
    /// [`ServiceError::Unavailable`] when the node is stopping.
    pub(crate) async fn write_waiting_receipts(&self, now: i64) -> Answer<Option<i64>> {
        let again = now.saturating_add(AGAIN_MS);
        let (due, mut next) = self
            .engine(move |engine| {
                let (mut due, mut next) = (Vec::new(), None::<i64>);
                for document in engine.store.documents(documents::RECEIPT)? {
                    let Ok(waiting) = serde_json::from_slice::<Waiting>(&document.value) else {
                        continue;
                    };
                    let line = names::line_of(engine, &waiting.line);
                    let is_leaving = engine.office.is_leaving(documents::RECEIPT, &document.key);
                    let may_write = |line| !engine.machine.must_hear(line) && !is_leaving;
                    let is_due = waiting.due_ms <= now && due.len() < ROUND_MAX;
                    match line {
                        Ok(line) if is_due && may_write(&line) => {
                            due.push((document.key, line, waiting));
                        }
                        _ => next = next.into_iter().chain([waiting.due_ms.max(again)]).min(),
                    }
                }
                Ok((due, next))
            })
            .await?;
        for (key, line, waiting) in due {
            let of = Ref {
                party: openline_core::PartyIndex(waiting.of.0),
                index: waiting.of.1,
            };
            let Some(message_type) = MessageType::from_number(waiting.message_type) else {
                continue;
            };
            let outgoing = outgoing(line, of, waiting.post, message_type, waiting.body);
            let kept = Kept {
                kind: documents::RECEIPT,
                key,
            };
            if let Err(error) = self.release_kept(outgoing, waiting.by, kept).await {
                tracing::warn!(%error, "a receipt still waits to be written");
                next = next.into_iter().chain([again]).min();
            }
        }
        Ok(next)
    }
}

/// Our receipts that wait to be written, each with its post, in the order of the times that they claim.
fn waiting_of(engine: &Engine, line: LineId, of: Ref) -> Answer<Vec<(String, Stage, Before)>> {
    let documents = engine.store.documents(documents::RECEIPT)?;
    let waiting = documents.iter().filter_map(|document| {
        let waiting: Waiting = serde_json::from_slice(&document.value).ok()?;
        let is_about = waiting.line == line.to_string() && waiting.of == (of.party.0, of.index);
        let receipt = Receipt::decode(&waiting.body).ok()?;
        is_about.then_some((receipt.time, waiting.post, receipt.stage))
    });
    let mut waiting: Vec<_> = waiting.collect();
    waiting.sort_by_key(|(time, ..)| *time);
    let waiting = waiting.into_iter();
    Ok(waiting
        .map(|(_, post, stage)| (post, stage, Before::Waiting))
        .collect())
}

/// Who may give such a receipt.
pub(super) fn roles_of(stage: Stage) -> &'static [Role] {
    if needs_watch(stage) {
        &[Role::DutyOfficer]
    } else {
        &[Role::Linguist, Role::DutyOfficer]
    }
}

fn needs_watch(stage: Stage) -> bool {
    match stage {
        Stage::Shown | Stage::Acknowledged | Stage::StandBy | Stage::PassedOn | Stage::ReadBack => {
            true
        }
        // A linguist need not have the watch.
        Stage::SightTranslation | Stage::RoughTranslation | Stage::OfficialTranslation => false,
    }
}

/// The next time at which batched receipts are written, ms.
fn next_batch(now: i64) -> i64 {
    now.div_euclid(BATCH_MS)
        .saturating_add(1)
        .saturating_mul(BATCH_MS)
}

fn outgoing(
    line: LineId,
    of: Ref,
    post: String,
    message_type: MessageType,
    body: Vec<u8>,
) -> Outgoing {
    Outgoing {
        line,
        post,
        message_type,
        time: None,
        refs: vec![of],
        content: DraftContent::Other {
            kind: Kind::Receipt,
            body,
        },
    }
}

fn given(released: &ReleasedView) -> ReceiptView {
    ReceiptView {
        line: released.line.clone(),
        place: Some(released.place.clone()),
        is_waiting: false,
    }
}

fn keep(engine: &mut Engine, waiting: &Waiting) -> Answer<()> {
    if engine.store.documents(documents::RECEIPT)?.len() >= WAITING_MAX {
        return Err(ServiceError::Conflict(format!(
            "{WAITING_MAX} receipts wait to be written already; connect to the other parties first"
        )));
    }
    let value =
        serde_json::to_vec(waiting).map_err(|error| ServiceError::Unusable(error.to_string()))?;
    let key = openline_core::id::hex(&crate::identity::random::<8>());
    engine.commit(&[Write::Document {
        kind: documents::RECEIPT,
        key: &key,
        value: &value,
        updated_ms: wall_ms(),
    }])?;
    engine.round_wanted.notify_one();
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batches_are_written_at_the_quarters_of_the_hour() {
        assert_eq!(next_batch(0), BATCH_MS);
        assert_eq!(next_batch(BATCH_MS - 1), BATCH_MS);
        assert_eq!(next_batch(BATCH_MS), 2 * BATCH_MS);
    }
}
