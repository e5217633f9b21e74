//! Acts that have come to the point where somebody must say that it may go: each waits for its answer, and not for ever.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use openline_node::approval::{Approval, Asked, Question};
use openline_node::service::Service;
use serde_json::Value;
use tokio::sync::mpsc::Receiver;
use tokio::task::JoinHandle;

use super::{Outcome, perform};
use crate::failure::Failure;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(600);
/// Acts that wait at once; the oldest gives way.
const MOST: usize = 256;

/// An act under way, on a façade that asks before it releases.
#[derive(Debug)]
pub(super) struct Underway {
    task: JoinHandle<Result<Outcome, Failure>>,
    questions: Receiver<Asked>,
}

/// How far an act has come.
pub(super) enum Stage {
    /// It is done, or refused.
    Ended(Result<Outcome, Failure>),
    /// It waits for an answer.
    Asks(Underway, Asked),
}

impl Underway {
    pub(super) fn begin(service: &Service, act: &str, request: Value) -> Self {
        let (service, questions) = service.asking();
        let act = act.to_owned();
        let task = tokio::spawn(async move { perform(&service, &act, request).await });
        Self { task, questions }
    }

    /// Waits until the act asks or ends.
    pub(super) async fn stage(mut self) -> Stage {
        tokio::select! {
            Some(asked) = self.questions.recv() => Stage::Asks(self, asked),
            ended = &mut self.task => {
                let broken = |_| Failure::unusable("the act was broken off; look whether it was done");
                Stage::Ended(ended.map_err(broken).and_then(|ended| ended))
            }
        }
    }
}

/// An act that waits.
#[derive(Debug)]
struct Waits {
    /// The mark of the session that it belongs to.
    mark: String,
    act: String,
    since: Instant,
    underway: Underway,
    asked: Asked,
}

/// All that wait, each under an id that its page carries. What is dropped releases nothing.
#[derive(Debug, Default)]
pub(crate) struct Waiting(Mutex<BTreeMap<String, Waits>>);

impl Waiting {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Waits>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps an act; gives its id.
    pub(super) fn put(
        &self,
        mark: &str,
        act: &str,
        underway: Underway,
        asked: Asked,
    ) -> (String, Question) {
        let question = asked.question.clone();
        let id = openline_core::id::hex(&openline_node::identity::random::<16>());
        let waits = Waits {
            mark: mark.to_owned(),
            act: act.to_owned(),
            since: Instant::now(),
            underway,
            asked,
        };
        let mut all = self.lock();
        all.retain(|_, waits| waits.since.elapsed() < PATIENCE);
        if all.len() >= MOST
            && let Some(oldest) = all.iter().min_by_key(|(_, waits)| waits.since)
        {
            let oldest = oldest.0.clone();
            all.remove(&oldest);
        }
        all.insert(id.clone(), waits);
        (id, question)
    }

    /// Answers the act of an id, if it is this session's; none where it waits no more.
    pub(super) fn answer(
        &self,
        id: &str,
        mark: &str,
        act: &str,
        approval: Approval,
    ) -> Option<Underway> {
        let mut all = self.lock();
        let is_it = |waits: &Waits| waits.mark == mark && waits.act == act;
        if !all.get(id).is_some_and(is_it) {
            return None;
        }
        let waits = all.remove(id)?;
        drop(all);
        if waits.since.elapsed() >= PATIENCE {
            return None;
        }
        waits.asked.answer(approval);
        Some(waits.underway)
    }
}
