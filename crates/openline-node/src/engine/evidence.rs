//! What state each line is in: the evidence is collected here, and judged by [`openline_proto::state`].

use std::collections::BTreeMap;
use std::time::Duration;

use openline_bearer::{DialFault, Endpoint};
use openline_core::charter::Founded;
use openline_core::entry::MessageType;
use openline_core::limits::NOTICES_MAX;
use openline_core::status::Act;
use openline_core::watch::{Notice, NoticeKind};
use openline_core::{LineId, PartyId, PartyIndex};
use openline_proto::state::{
    Assessment, Closure, Dialled, Evidence, OwnEvidence, PartyEvidence, Route, Uplink, Watcher,
    assess,
};

use super::tell::News;
use super::{Engine, StoreState};

/// Longest time between two looks at the lines' states.
const LOOK_MAX: Duration = Duration::from_secs(5);

/// What the engine knows besides the machine, to say what state its lines are in.
#[derive(Debug)]
pub(crate) struct Knowledge {
    /// How the last attempt at each endpoint failed, unless a bearer has stood over it since.
    pub(crate) dialled: BTreeMap<(PartyId, Endpoint), DialFault>,
    /// Parties whose node said over its last bearer that it stops.
    pub(crate) farewells: BTreeMap<PartyId, i64>,
    /// Our own way out.
    pub(crate) uplink: Uplink,
    /// Our notices, by line.
    pub(crate) notices: BTreeMap<LineId, Vec<Notice>>,
    /// What was found, by line, and since when its state holds.
    pub(crate) assessed: BTreeMap<LineId, (Assessment, Watcher)>,
    looked: Duration,
    is_due: bool,
}

impl Default for Knowledge {
    fn default() -> Self {
        Self {
            dialled: BTreeMap::new(),
            farewells: BTreeMap::new(),
            uplink: Uplink::NotChecked,
            notices: BTreeMap::new(),
            assessed: BTreeMap::new(),
            looked: Duration::ZERO,
            is_due: true,
        }
    }
}

impl Engine {
    /// Something has happened that may change the state of a line.
    pub(crate) fn evidence_changed(&mut self) {
        self.knowledge.is_due = true;
    }

    /// When the lines are to be looked at again.
    pub(super) fn look_deadline(&self) -> Option<Duration> {
        (!self.founded.is_empty()).then(|| self.knowledge.looked + LOOK_MAX)
    }

    /// Looks at every line, if something has changed or it is time to.
    pub(super) fn look(&mut self) {
        let now = self.now();
        let is_time = self.knowledge.looked + LOOK_MAX <= now.mono;
        if !self.knowledge.is_due && !is_time {
            return;
        }
        (self.knowledge.is_due, self.knowledge.looked) = (false, now.mono);
        for line in self.founded.keys().copied().collect::<Vec<_>>() {
            self.look_at(line);
        }
    }

    fn look_at(&mut self, line: LineId) {
        let Some(evidence) = self.evidence(&line) else {
            return;
        };
        let assessment = assess(&evidence);
        let wall_ms = evidence.now.wall_ms;
        let (_, watcher) = self.knowledge.assessed.entry(line).or_insert_with(|| {
            let none = Assessment {
                state: assessment.state,
                findings: Vec::new(),
            };
            (none, Watcher::default())
        });
        let change = watcher.note(assessment.state, wall_ms);
        let watcher = watcher.clone();
        self.knowledge.assessed.insert(line, (assessment, watcher));
        if let Some(change) = change {
            self.alarms.want();
            let words = crate::state::sentence(self, &line);
            tracing::info!(line = %line.short(), state = change.to.word(), "line state");
            self.tell(News {
                what: "state",
                line: Some(line),
                words,
                ..News::default()
            });
        }
    }

    fn evidence(&self, line: &LineId) -> Option<Evidence> {
        let founded = self.founded.get(line)?;
        let me = self.machine.me(line)?;
        let terms = founded.terms();
        let others = founded.parties().filter(|party| *party != me);
        Some(Evidence {
            now: self.now(),
            interval: terms.contact_interval,
            watch_shown: terms.watch,
            me,
            own: OwnEvidence {
                uplink: self.knowledge.uplink,
                can_store: self.store_state == StoreState::Sound,
                posts: self.own_watch(line),
                notices: self
                    .knowledge
                    .notices
                    .get(line)
                    .cloned()
                    .unwrap_or_default(),
            },
            parties: others
                .map(|party| self.party_evidence(line, founded, party))
                .collect(),
            closures: self.closures(line),
        })
    }

    fn party_evidence(&self, line: &LineId, founded: &Founded, party: PartyIndex) -> PartyEvidence {
        let id = founded.party_id(party);
        PartyEvidence {
            party,
            contact: self.machine.contact(line, party),
            routes: self.routes(&id),
            has_said_farewell: self.knowledge.farewells.contains_key(&id),
            watch: self.machine.watch_of(line, party).cloned(),
            heard_by: self.machine.heard_by(line, party, self.now()),
        }
    }

    /// The ways to a party: the bearers that stand, and the endpoints over which none does.
    fn routes(&self, party: &PartyId) -> Vec<Route> {
        let standing = self.links.values().filter(|link| link.peer == *party);
        let mut routes: Vec<Route> = standing
            .map(|link| Route {
                bearer: link.kind.to_string(),
                is_standing: true,
                last: None,
            })
            .collect();
        let relation = self.relations.get(party);
        let endpoints = relation.map_or(&[][..], |relation| &relation.endpoints);
        for endpoint in endpoints
            .iter()
            .filter_map(|text| text.parse::<Endpoint>().ok())
        {
            let kind = endpoint.kind.to_string();
            if routes
                .iter()
                .any(|route| route.is_standing && route.bearer == kind)
            {
                continue;
            }
            let last = self.knowledge.dialled.get(&(*party, endpoint));
            routes.push(Route {
                bearer: kind,
                is_standing: false,
                last: last.map(|fault| match fault {
                    DialFault::Refused => Dialled::Refused,
                    DialFault::NotProved => Dialled::NotProved,
                    DialFault::NoAnswer => Dialled::NoAnswer,
                }),
            });
        }
        routes
    }

    fn closures(&self, line: &LineId) -> Vec<Closure> {
        let Some(standings) = self.standings.get(line) else {
            return Vec::new();
        };
        let closed = standings.closed_at(self.now().wall_ms, MessageType::Real);
        closed
            .into_iter()
            .map(|closed| Closure {
                party: closed.party,
                place: closed.place,
                is_narrowed: closed.status.act == Act::Narrow,
                since: closed.status.effective,
                until: closed.status.until,
            })
            .collect()
    }

    /// Whether some party can't be heard, so that it matters how our own way out is.
    pub(crate) fn misses_somebody(&self) -> bool {
        let confirmed = self.relations.values().filter(|r| r.is_confirmed());
        confirmed
            .into_iter()
            .any(|relation| !self.links.values().any(|link| link.peer == relation.party))
    }

    /// Takes what a check of our own way out has found. A bearer that stands says more than any check.
    pub(crate) fn note_uplink(&mut self, found: Uplink) {
        let uplink = if self.links.is_empty() {
            found
        } else {
            Uplink::Well
        };
        if self.knowledge.uplink != uplink {
            self.knowledge.uplink = uplink;
            self.evidence_changed();
        }
    }

    /// Tells every party, signed, that this node stops: so that its silence is no riddle. It is not kept, and so is over with the next start.
    pub(crate) fn say_that_it_stops(&mut self) {
        let notice = Notice {
            kind: NoticeKind::TechnicalFault,
            from: self.now().wall_ms,
            until: None,
            words: Some("this node is being stopped".to_owned()),
        };
        for line in self.founded.keys().copied().collect::<Vec<_>>() {
            let notices = self.knowledge.notices.entry(line).or_default();
            notices.retain(|other| other.kind != NoticeKind::TechnicalFault);
            notices.push(notice.clone());
            notices.truncate(NOTICES_MAX);
            self.say_watch(&line);
        }
    }

    /// Says on a line what our posts and notices are, as far as its charter lets it be told.
    pub(crate) fn say_watch(&mut self, line: &LineId) {
        let posts = self.posts_on_watch(line);
        let notices = self
            .knowledge
            .notices
            .get(line)
            .cloned()
            .unwrap_or_default();
        let now = self.now();
        let in_force = notices
            .into_iter()
            .filter(|notice| notice.until.is_none_or(|until| now.wall_ms < until));
        if let Err(rule) = self.machine.set_watch(line, posts, in_force.collect(), now) {
            tracing::error!(line = %line.short(), %rule, "what this party says of its watch can't be said");
        }
        self.evidence_changed();
    }
}
