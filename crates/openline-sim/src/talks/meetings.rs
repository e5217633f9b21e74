//! Encounters from the invitation to the readout, topics, and what is undertaken.

use openline_core::LineId;
use openline_core::encounter::{
    Encounter, EncounterKind, Moment, Participant, Step, StepAct, TimeClaim,
};
use openline_core::entry::{Kind, MessageType, Ref};
use openline_core::message::Text;
use openline_core::readout::Readout;
use openline_core::topic::{
    Account, Kept, StatedPosition, Topic, TopicKind, TopicStatus, Undertaking,
};
use openline_desk::encounter::{ClaimedStep, EncounterState, Stage};

use super::Saying;
use crate::world::World;

const HOUR_MS: i64 = 3_600_000;

impl World {
    /// Somebody asks for an encounter, or goes on with one.
    pub(super) fn meet(&mut self, body: usize, line: LineId) -> Option<Saying> {
        let all = self.desk(body, line)?.encounters().all();
        if all.len() < 4 && self.rng.percent(if all.is_empty() { 100 } else { 20 }) {
            return Some(self.invite(body, &all));
        }
        let encounter = self.rng.pick(&all).clone();
        self.go_on_meeting(body, line, &encounter)
    }

    pub(super) fn answer_encounter(
        &mut self,
        body: usize,
        line: LineId,
        about: Ref,
    ) -> Option<Saying> {
        let all = self.desk(body, line)?.encounters().all();
        let encounter = all.into_iter().find(|encounter| encounter.place == about)?;
        self.go_on_meeting(body, line, &encounter)
    }

    fn invite(&mut self, body: usize, all: &[EncounterState]) -> Saying {
        let me = self.bodies[body].role.party;
        let visit = all
            .iter()
            .find(|other| other.encounter.kind == EncounterKind::Visit)
            .filter(|_| self.rng.percent(60));
        let kind = if visit.is_some() {
            EncounterKind::Visit
        } else {
            *self.rng.pick(EncounterKind::ALL)
        };
        let encounter = Encounter {
            kind,
            subject: "The state of the line".to_owned(),
            level: "foreign minister".to_owned(),
            asked: self.any_party(),
            host: Some(self.any_party()),
            participants: vec![Participant {
                party: me,
                office: "foreign minister".to_owned(),
            }],
            place: None,
            languages: vec!["en".to_owned()],
            interpreter: None,
            within: None,
            returns: visit.map(|visit| visit.place),
            words: None,
        };
        Saying {
            message_type: visit.map_or_else(|| self.new_type(), |visit| visit.message_type),
            refs: visit.map(|visit| visit.place).into_iter().collect(),
            kind: Kind::Encounter,
            body: encounter.encode(),
        }
    }

    fn go_on_meeting(
        &mut self,
        body: usize,
        line: LineId,
        encounter: &EncounterState,
    ) -> Option<Saying> {
        let me = self.bodies[body].role.party;
        let claims = [&encounter.schedules, &encounter.held, &encounter.owed];
        let is_unanswered = |claim: &&&ClaimedStep| {
            claim.taken.place.party != me && !claim.assent.agreeing().any(|party| party == me)
        };
        let claim = claims
            .into_iter()
            .flatten()
            .filter(|claim| is_unanswered(&claim))
            .map(|claim| claim.taken.place)
            .next_back();
        if let Some(claim) = claim.filter(|_| self.rng.percent(60)) {
            return Some(self.accord(encounter.message_type, claim));
        }
        if self.rng.percent(8) {
            let act = *self.rng.pick(&[StepAct::Declined, StepAct::Postponed]);
            let mut step = Step::bare(act);
            step.words = Some("not now".to_owned());
            return Some(about(encounter, &step, None));
        }
        match encounter.stage {
            Stage::Invited | Stage::Declined | Stage::Postponed => {
                Some(about(encounter, &Step::bare(StepAct::Accepted), None))
            }
            Stage::Accepted => Some(about(encounter, &self.proposed(body), None)),
            Stage::Scheduled => Some(about(encounter, &self.held(body), None)),
            Stage::Held => self.read_out(body, line, encounter),
            Stage::ReadOut => {
                let mut step = Step::bare(*self.rng.pick(&[StepAct::ReturnOwed, StepAct::AskedBy]));
                step.party = Some(self.any_party());
                Some(about(encounter, &step, None))
            }
        }
    }

    fn proposed(&mut self, body: usize) -> Step {
        let now = self.bodies[body].clock.now(self.now).wall_ms;
        let mut step = Step::bare(StepAct::Scheduled);
        step.window = Some((now + HOUR_MS, now + 2 * HOUR_MS));
        step
    }

    fn held(&mut self, body: usize) -> Step {
        let begin = self.bodies[body].clock.now(self.now).wall_ms;
        let mut step = Step::bare(StepAct::Held);
        let moment = |utc| Moment {
            utc: Some(utc),
            ..Moment::default()
        };
        step.claims = vec![TimeClaim {
            source: format!("side {body}"),
            begin: Some(moment(begin)),
            end: Some(moment(begin + HOUR_MS)),
            minutes: Some(self.rng.within(30, 60)),
        }];
        step
    }

    /// The account first; then the step that names it.
    fn read_out(
        &mut self,
        body: usize,
        line: LineId,
        encounter: &EncounterState,
    ) -> Option<Saying> {
        let me = self.bodies[body].role.party;
        let entries = self.desk(body, line)?.entries();
        let own = entries.iter().rev().find(|entry| {
            entry.header.kind == Kind::Readout
                && entry.place.party == me
                && entry.header.refs.first() == Some(&encounter.place)
        });
        if let Some(place) = own
            .map(|entry| entry.place)
            .filter(|_| self.rng.percent(70))
        {
            return Some(about(encounter, &Step::bare(StepAct::ReadOut), Some(place)));
        }
        let text = format!(
            "The parties met. They spoke of {} things.",
            self.rng.below(9)
        );
        let readout = Readout {
            texts: vec![Text {
                language: "en".to_owned(),
                is_authoritative: true,
                text,
            }],
            quotes: Vec::new(),
        };
        Some(Saying {
            message_type: encounter.message_type,
            refs: vec![encounter.place],
            kind: Kind::Readout,
            body: readout.encode(),
        })
    }

    /// Somebody raises a topic, or undertakes something.
    pub(super) fn discuss(&mut self, body: usize, line: LineId) -> Option<Saying> {
        let topics = self.desk(body, line)?.topics();
        let places: Vec<(Ref, MessageType)> = topics
            .topics()
            .iter()
            .map(|topic| (topic.topic.place, topic.topic.message_type))
            .collect();
        if places.is_empty() || places.len() < 3 && self.rng.percent(20) {
            let topic = Topic {
                kind: *self.rng.pick(TopicKind::ALL),
                title: format!("Topic {}", self.tickets),
                raised_by: self.any_party(),
                words: None,
            };
            return Some(Saying {
                message_type: self.new_type(),
                refs: Vec::new(),
                kind: Kind::Topic,
                body: topic.encode(),
            });
        }
        let (place, message_type) = *self.rng.pick(&places);
        if self.rng.percent(40) {
            let undertaking = Undertaking {
                who: self.any_party(),
                what: "keep the line open".to_owned(),
                by: None,
                office: None,
            };
            return Some(Saying {
                message_type,
                refs: vec![place],
                kind: Kind::Undertaking,
                body: undertaking.encode(),
            });
        }
        Some(self.position(place, message_type))
    }

    pub(super) fn answer_topic(&mut self, body: usize, line: LineId, about: Ref) -> Option<Saying> {
        let entry = self.bodies[body].disk.entry(line, about)?;
        let message_type = entry.header.message_type;
        if entry.header.kind == Kind::Topic {
            return Some(self.position(about, message_type));
        }
        if self.rng.percent(40) {
            return Some(self.accord(message_type, about));
        }
        let account = Account {
            kept: *self.rng.pick(Kept::ALL),
            words: None,
        };
        Some(Saying {
            message_type,
            refs: vec![about],
            kind: Kind::Account,
            body: account.encode(),
        })
    }

    fn position(&mut self, topic: Ref, message_type: MessageType) -> Saying {
        let position = StatedPosition {
            words: Some(format!("position {}", self.rng.below(4))),
            status: Some(*self.rng.pick(TopicStatus::ALL)),
        };
        Saying {
            message_type,
            refs: vec![topic],
            kind: Kind::Position,
            body: position.encode(),
        }
    }
}

fn about(encounter: &EncounterState, step: &Step, readout: Option<Ref>) -> Saying {
    Saying {
        message_type: encounter.message_type,
        refs: std::iter::once(encounter.place).chain(readout).collect(),
        kind: Kind::Step,
        body: step.encode(),
    }
}
