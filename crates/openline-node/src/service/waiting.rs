//! Whose word is waited for on a line, beside answers to messages.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use openline_core::PartyIndex;
use openline_core::entry::{MessageType, Ref};
use openline_core::scheduling::Scheduling;
use openline_desk::awaited::{Awaited, Awaiting, Matter};
use openline_desk::brief::first_words;
use openline_desk::scheduling::Stage;
use openline_store::StoredEntry;

use super::entries::{Looking, place_text};
use super::{Answer, Service, scheduling};
use crate::identity::wall_ms;
use crate::view::{AwaitedItemView, AwaitedView};

/// Things that are named for each matter and party; the others are counted.
const NAMED_MAX: usize = 3;

/// By what things that wait are put together: others' after ours.
type Key = (bool, Matter, PartyIndex, MessageType);

/// What may wait on a line, and what of it does: computed once after each change.
#[derive(Debug, Clone, Default)]
pub(super) struct Waiting {
    desk: Option<Awaiting>,
    of_desk: OnceLock<Arc<Vec<Awaited>>>,
    runs: BTreeMap<Ref, Run>,
}

/// A run of private scheduling. What it waits for takes proofs to be verified.
#[derive(Debug, Clone)]
struct Run {
    /// The end of its window, ms: after that it waits for nobody.
    until: i64,
    waits: OnceLock<Arc<Vec<Awaited>>>,
}

impl Waiting {
    pub(super) fn follow(
        &mut self,
        looking: &Looking<'_>,
        entry: &StoredEntry,
        body: Option<&[u8]>,
    ) -> Answer<()> {
        let kind = entry.header.kind;
        if Awaiting::concerns(kind) {
            self.of_desk.take();
            let parties = looking.founded.party_count();
            let desk = self.desk.get_or_insert_with(|| Awaiting::new(parties));
            desk.follow(entry.place, entry.lamport, &entry.header, body)?;
        }
        let Some(said) = body
            .map(|body| Scheduling::decode(kind, body))
            .transpose()?
        else {
            return Ok(());
        };
        if let Some(Scheduling::Request(request)) = &said {
            let run = Run {
                until: request.window.1,
                waits: OnceLock::new(),
            };
            self.runs.insert(entry.place, run);
        } else if said.is_some() {
            let about = entry.header.refs.first();
            if let Some(run) = about.and_then(|about| self.runs.get_mut(about)) {
                run.waits.take();
            }
        }
        Ok(())
    }

    /// Everything that waits at `now`, ms, of the record as it was followed.
    pub(super) fn all(&self, looking: &Looking<'_>, now: i64) -> Answer<Vec<Arc<Vec<Awaited>>>> {
        let of_desk = self.of_desk.get_or_init(|| {
            let desk = self.desk.as_ref();
            Arc::new(desk.map_or_else(Vec::new, Awaiting::all))
        });
        let mut all = vec![of_desk.clone()];
        for (place, run) in self.runs.iter().filter(|(_, run)| run.until > now) {
            if run.waits.get().is_none() {
                let waits = Arc::new(of_run(looking, *place)?);
                run.waits.get_or_init(|| waits);
            }
            all.extend(run.waits.get().cloned());
        }
        Ok(all)
    }
}

fn of_run(looking: &Looking<'_>, place: Ref) -> Answer<Vec<Awaited>> {
    let entry = looking.entry(place)?;
    if entry.raw.body.is_none() {
        return Ok(Vec::new());
    }
    let run = scheduling::run(looking, place)?;
    let Stage::Waits(_, parties) = run.stage() else {
        return Ok(Vec::new());
    };
    let one = |party| Awaited {
        matter: Matter::Slots,
        party,
        place,
        about: place,
        message_type: run.message_type,
        since: entry.header.time,
        until: Some(run.request.window.1),
        title: run.request.purpose.clone(),
    };
    Ok(parties.into_iter().map(one).collect())
}

impl Service {
    /// Whose word is waited for, beside answers to messages ([`Service::open_exchanges`] has those): what we are to speak to
    /// first, then by matter. What lies in the past is left out: the time of a schedule, the window of a run.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`](crate::error::ServiceError::NotFound)
    pub async fn awaited(&self, line: &str) -> Answer<Vec<AwaitedView>> {
        let line = self.resolve_line(line).await?;
        let me = self.engine(move |engine| engine.me(&line)).await?;
        let folds = self.folds.clone();
        let now = wall_ms();
        self.read(move |reader| {
            let looking = Looking::at(reader, line)?;
            let all = folds.waiting(&looking, now)?;
            let is_ahead = |one: &&Awaited| one.until.is_none_or(|until| until > now);
            let mut groups: BTreeMap<Key, Vec<&Awaited>> = BTreeMap::new();
            for one in all.iter().flat_map(|part| part.iter()).filter(is_ahead) {
                let key = (one.party != me, one.matter, one.party, one.message_type);
                groups.entry(key).or_default().push(one);
            }
            let view = |(key, mut group): (Key, Vec<&Awaited>)| {
                let (is_others, matter, party, message_type) = key;
                group.sort_by_key(|one| std::cmp::Reverse((one.since, one.place)));
                let newest = group.iter().take(NAMED_MAX);
                AwaitedView {
                    matter: matter.word().to_owned(),
                    words: matter.words().to_owned(),
                    party_name: looking.name(party),
                    is_ours: !is_others,
                    message_type: message_type.word().to_owned(),
                    count: group.len() as u64,
                    newest: newest.map(|one| item(one)).collect(),
                }
            };
            Ok(groups.into_iter().map(view).collect())
        })
        .await
    }
}

fn item(one: &Awaited) -> AwaitedItemView {
    AwaitedItemView {
        place: place_text(one.place),
        about: place_text(one.about),
        title: first_words(&one.title),
        since_ms: one.since,
        until_ms: one.until,
    }
}
