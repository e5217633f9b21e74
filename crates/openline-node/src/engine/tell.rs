//! Telling those who watch what has happened.

use std::collections::VecDeque;

use openline_core::entry::MessageType;
use openline_core::{LineId, PartyIndex, Refused};
use tokio::sync::broadcast;

use super::{Engine, FAULTS_MAX, StoreState};
use crate::view::{EventView, FaultView};

/// Events kept for those who come late.
const BACKLOG_MAX: usize = 1024;
/// Events that a slow watcher may lag behind before it misses some.
pub(crate) const EVENTS_MAX: usize = 4096;

/// Numbers events and hands them to watchers.
#[derive(Debug)]
pub(crate) struct Teller {
    events: broadcast::Sender<EventView>,
    backlog: VecDeque<EventView>,
    sequence: u64,
    /// An event of the same kind as the next may still grow.
    open: Option<EventView>,
}

impl Teller {
    pub(crate) fn new(events: broadcast::Sender<EventView>) -> Self {
        Self {
            events,
            backlog: VecDeque::new(),
            sequence: 0,
            open: None,
        }
    }

    /// Events after `sequence`, as far as they are kept.
    pub(crate) fn backlog(&self, after: u64) -> Vec<EventView> {
        self.backlog
            .iter()
            .filter(|event| event.sequence > after)
            .cloned()
            .collect()
    }

    /// Notes an event. Releases of one round on one line become one event with a count.
    pub(crate) fn note(&mut self, event: EventView) {
        if let Some(open) = &mut self.open
            && open.what == "released"
            && event.what == "released"
            && open.line == event.line
            && open.message_type == event.message_type
        {
            open.count += event.count;
            return;
        }
        self.flush();
        self.open = Some(event);
    }

    /// Hands on what has been noted.
    pub(crate) fn flush(&mut self) {
        let Some(mut event) = self.open.take() else {
            return;
        };
        self.sequence += 1;
        event.sequence = self.sequence;
        if self.backlog.len() == BACKLOG_MAX {
            self.backlog.pop_front();
        }
        self.backlog.push_back(event.clone());
        // Nobody may be watching.
        let _ = self.events.send(event);
    }
}

/// What an event is about; the rest is filled in.
#[derive(Debug, Default)]
pub(crate) struct News {
    pub(crate) what: &'static str,
    pub(crate) line: Option<LineId>,
    pub(crate) message_type: Option<MessageType>,
    pub(crate) peer: Option<String>,
    pub(crate) bearer: Option<String>,
    pub(crate) place: Option<(PartyIndex, u64)>,
    pub(crate) count: u64,
    pub(crate) words: String,
}

impl Engine {
    pub(crate) fn tell(&mut self, news: News) {
        let place = news.place.map(|(party, index)| format!("{party}/{index}"));
        self.teller.note(EventView {
            sequence: 0,
            at_ms: crate::identity::wall_ms(),
            what: news.what.to_owned(),
            title: news
                .line
                .and_then(|line| Some(self.founded.get(&line)?.terms().title.clone())),
            line: news.line.map(|line| line.to_string()),
            message_type: news.message_type.map(|kind| kind.word().to_owned()),
            peer: news.peer,
            bearer: news.bearer,
            place,
            count: news.count,
            words: news.words,
        });
    }

    pub(crate) fn tell_store(&mut self, state: &StoreState) {
        self.evidence_changed();
        let words = match state {
            StoreState::Sound => "the store can be written again".to_owned(),
            StoreState::CannotWrite(why) | StoreState::Damaged(why) | StoreState::Healing(why) => {
                why.clone()
            }
        };
        self.tell(News {
            what: "store",
            words,
            ..News::default()
        });
    }

    pub(crate) fn tell_fault(&mut self, peer: String, line: Option<LineId>, refused: Refused) {
        tracing::warn!(peer, rule = refused.rule.id(), "a peer broke a rule");
        self.note_fault(FaultView {
            at_ms: crate::identity::wall_ms(),
            peer: peer.clone(),
            line: line.map(|line| line.to_string()),
            rule: refused.rule.id().to_owned(),
            words: refused.to_string(),
            is_reported: false,
        });
        self.tell(News {
            what: "fault",
            line,
            peer: Some(peer),
            place: refused.entry,
            words: refused.to_string(),
            ..News::default()
        });
    }

    pub(crate) fn note_fault(&mut self, fault: FaultView) {
        if self.faults.len() == FAULTS_MAX {
            self.faults.pop_back();
        }
        self.faults.push_front(fault);
    }
}
