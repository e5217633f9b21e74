//! Encounters out to calendar programs, and what their files stand for.

use openline_core::LineId;
use openline_core::PartyIndex;
use openline_core::entry::Ref;
use openline_desk::encounter::{EncounterState, StepTaken};
use openline_desk::schedule::slot_text;

use super::super::entries::{Looking, place_text};
use super::super::{Answer, Service, names};
use super::folded;
use crate::calendar::encounter::{Book, Method, address, answer, schedule, uid};
use crate::calendar::itip::{self, Heard, Said};
use crate::error::ServiceError;
use crate::identity::wall_ms;
use crate::view::{
    ActProposalView, CalendarFileRequest, CalendarFileView, EncounterRequest, SettingView,
    StepRequest,
};

impl Service {
    /// One encounter, or with no place every one of the line, for calendar programs; with `reply` what that party says to it.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`]; [`ServiceError::Unusable`] for an encounter of which no time has been proposed, and for a
    /// reply of a party that has said nothing.
    pub async fn encounter_file(
        &self,
        line: &str,
        place: Option<&str>,
        reply: Option<String>,
    ) -> Answer<CalendarFileView> {
        let line = self.resolve_line(line).await?;
        let place = self.place_of(line, place).await?;
        self.read(move |reader| {
            let looking = Looking::at(reader, line)?;
            let all = folded(&looking)?.all();
            let book = Book {
                line,
                founded: &looking.founded,
            };
            let Some(place) = place else {
                if reply.is_some() {
                    let words = "a reply is about one encounter: name its place";
                    return Err(ServiceError::Unusable(words.to_owned()));
                }
                let (timed, without): (Vec<_>, Vec<_>) =
                    all.iter().partition(|state| schedule(state).is_some());
                return Ok(CalendarFileView {
                    method: Method::Publish.word().to_owned(),
                    events: timed.len(),
                    without_time: without
                        .iter()
                        .map(|state| place_text(state.place))
                        .collect(),
                    calendar: book.write(Method::Publish, &timed, wall_ms()),
                });
            };
            let state = all
                .iter()
                .find(|state| state.place == place)
                .ok_or_else(|| {
                    ServiceError::NotFound(format!("{} is no encounter", place_text(place)))
                })?;
            let method = method_of(&looking, state, reply.as_deref())?;
            Ok(CalendarFileView {
                method: method.word().to_owned(),
                events: 1,
                without_time: Vec::new(),
                calendar: book.write(method, &[state], wall_ms()),
            })
        })
        .await
    }

    /// What acts a calendar program's file stands for. Nothing is done: an officer looks, and acts.
    ///
    /// # Errors
    /// [`ServiceError::Unusable`] with the event that can't be read, or what is missing to act on it.
    pub async fn read_encounter_file(
        &self,
        line: &str,
        request: CalendarFileRequest,
    ) -> Answer<Vec<ActProposalView>> {
        let line = self.resolve_line(line).await?;
        let me = self.engine(move |engine| engine.me(&line)).await?;
        let heard = itip::read(&request.calendar, &request.zone)
            .map_err(|error| ServiceError::Unusable(error.to_string()))?;
        self.read(move |reader| {
            let looking = Looking::at(reader, line)?;
            let all = folded(&looking)?.all();
            let desk = Reading {
                line,
                me,
                looking: &looking,
                all: &all,
                request: &request,
            };
            heard.iter().map(|heard| desk.proposal(heard)).collect()
        })
        .await
    }
}

fn method_of(looking: &Looking<'_>, state: &EncounterState, reply: Option<&str>) -> Answer<Method> {
    let place = place_text(state.place);
    if let Some(name) = reply {
        let party = names::party_of(&looking.founded, name)?;
        if answer(state, party) == "NEEDS-ACTION" {
            let words = format!("{name} has said nothing to {place} yet: there is no reply");
            return Err(ServiceError::Unusable(words));
        }
        return Ok(Method::Reply(party));
    }
    let method = Method::of(state);
    // RFC 5546 lets only a cancellation go without a beginning.
    if schedule(state).is_none() && method != Method::Cancel {
        let words = format!(
            "no time of {place} has been proposed, and a calendar has no room for what has no time: openline encounter schedule"
        );
        return Err(ServiceError::Unusable(words));
    }
    Ok(method)
}

/// A file beside the record.
struct Reading<'a> {
    line: LineId,
    me: PartyIndex,
    looking: &'a Looking<'a>,
    all: &'a [EncounterState],
    request: &'a CalendarFileRequest,
}

impl Reading<'_> {
    fn proposal(&self, heard: &Heard) -> Answer<ActProposalView> {
        let known = self
            .all
            .iter()
            .find(|state| uid(self.line, state.place) == heard.uid);
        match (known, heard.said) {
            (Some(state), Said::Reply) => self.reply(heard, state),
            (Some(state), Said::Cancel) => {
                let step = self.ended(heard, state.place, "declined")?;
                Ok(self.step(heard, state, "decline it".to_owned(), step))
            }
            (Some(state), Said::Request | Said::Counter) => self.moved(heard, state),
            (None, Said::Request) => self.unknown(heard),
            (None, _) => Err(self.unusable(
                heard,
                "is about no encounter of this line (its UID is not one of ours): name the right line",
            )),
        }
    }

    /// An answer of our own side: nobody else's can be put on the record here.
    fn reply(&self, heard: &Heard, state: &EncounterState) -> Answer<ActProposalView> {
        let is_of = |party: PartyIndex, to: &str| {
            let mut offices = vec![""];
            let later = schedule(state).map_or(&[][..], |claim| &claim.taken.step.participants);
            let named = state.encounter.participants.iter().chain(later);
            offices.extend(
                named
                    .filter(|one| one.party == party)
                    .map(|one| one.office.as_str()),
            );
            offices
                .iter()
                .any(|office| address(self.line, party, office).eq_ignore_ascii_case(to))
        };
        let of_others = |to: &str| {
            let mut parties = self.looking.founded.parties();
            parties.any(|party| party != self.me && is_of(party, to))
        };
        let [(to, said)] = heard.answers.as_slice() else {
            return Err(self.unusable(
                heard,
                "does not have one ATTENDEE with a PARTSTAT of ACCEPTED, TENTATIVE or DECLINED",
            ));
        };
        if of_others(to) {
            return Err(self.unusable(
                heard,
                "is another party's answer: only that party can put it on the record",
            ));
        }
        match said {
            itip::Answer::Declined => {
                let step = self.ended(heard, state.place, "declined")?;
                Ok(self.step(heard, state, "decline it".to_owned(), step))
            }
            itip::Answer::Accepted => match self.to_agree(state, heard.window) {
                Some(taken) => Ok(self.agreement(heard, state, taken)),
                None => Ok(self.accepted(heard, state)),
            },
            itip::Answer::Tentative => Ok(self.accepted(heard, state)),
        }
    }

    /// The schedule of another party that still waits for us, of these times if some are given.
    fn to_agree<'s>(
        &self,
        state: &'s EncounterState,
        window: Option<(i64, i64)>,
    ) -> Option<&'s StepTaken> {
        let last = &schedule(state)?;
        let waits = last.taken.place.party != self.me
            && !last.assent.agreeing().any(|party| party == self.me)
            && (window.is_none() || window == last.taken.step.window);
        waits.then_some(&last.taken)
    }

    fn moved(&self, heard: &Heard, state: &EncounterState) -> Answer<ActProposalView> {
        let Some(window) = heard.window else {
            let step = self.ended(heard, state.place, "postponed")?;
            return Ok(self.step(heard, state, "put it off".to_owned(), step));
        };
        if heard.said == Said::Request
            && let Some(taken) = self.to_agree(state, heard.window)
        {
            return Ok(self.agreement(heard, state, taken));
        }
        let last = schedule(state).map(|claim| &claim.taken.step);
        let is_same = |place: &Option<String>| heard.location.is_none() || heard.location == *place;
        let is_there = last.is_some_and(|step| {
            step.window == Some(window) && (is_same(&step.place) || is_same(&state.encounter.place))
        });
        if is_there && state.ended.is_empty() {
            let words = "nothing: that time is on the record already".to_owned();
            return Ok(self.view(heard, Some(state), words));
        }
        let step = self.scheduled(&place_text(state.place), window, heard);
        Ok(self.step(heard, state, times("propose", window), step))
    }

    /// An event of a calendar, of which the record has no encounter.
    fn unknown(&self, heard: &Heard) -> Answer<ActProposalView> {
        let subject = heard
            .summary
            .clone()
            .ok_or_else(|| self.unusable(heard, "has no SUMMARY to say what it is about"))?;
        let window = heard
            .window
            .ok_or_else(|| self.unusable(heard, "has no DTSTART"))?;
        let is_there = self.all.iter().find(|state| {
            let same = |claim: &openline_desk::encounter::ClaimedStep| {
                claim.taken.step.window == Some(window)
            };
            state.encounter.subject == subject && state.schedules.iter().any(same)
        });
        if let Some(state) = is_there {
            let words = "nothing: an encounter of that subject and time is on the record already";
            return Ok(self.view(heard, Some(state), words.to_owned()));
        }
        let level = self.request.level.clone().ok_or_else(|| {
            self.unusable(
                heard,
                "is about an encounter that is new: say at which level (openline encounter import --level)",
            )
        })?;
        let kinds = ["call", "meeting", "visit"];
        let kind = kinds
            .into_iter()
            .find(|kind| heard.categories.iter().any(|category| category == kind));
        let kind = kind.unwrap_or("meeting");
        let ask = EncounterRequest {
            line: self.line.to_string(),
            post: self.request.post.clone(),
            message_type: self.request.message_type.clone(),
            kind: kind.to_owned(),
            subject,
            level,
            asked: None,
            host: None,
            within: None,
            returns: None,
            words: None,
            setting: SettingView {
                location: heard.location.clone(),
                ..SettingView::default()
            },
        };
        let words = format!(
            "ask for a {kind}, \"{}\", and {}",
            ask.subject,
            times("propose", window)
        );
        let step = self.scheduled("", window, heard);
        Ok(ActProposalView {
            ask: Some(ask),
            step: Some(step),
            ..self.view(heard, None, words)
        })
    }

    fn accepted(&self, heard: &Heard, state: &EncounterState) -> ActProposalView {
        let step = self.bare(&place_text(state.place), "accepted in principle");
        self.step(heard, state, "accept it in principle".to_owned(), step)
    }

    fn agreement(
        &self,
        heard: &Heard,
        state: &EncounterState,
        taken: &StepTaken,
    ) -> ActProposalView {
        let place = place_text(taken.place);
        let window = taken.step.window.unwrap_or_default();
        let words = times(&format!("agree to the schedule {place}:"), window);
        ActProposalView {
            agree: Some(place),
            ..self.view(heard, Some(state), words)
        }
    }

    fn step(
        &self,
        heard: &Heard,
        state: &EncounterState,
        words: String,
        step: StepRequest,
    ) -> ActProposalView {
        ActProposalView {
            step: Some(step),
            ..self.view(heard, Some(state), words)
        }
    }

    fn view(
        &self,
        heard: &Heard,
        state: Option<&EncounterState>,
        words: String,
    ) -> ActProposalView {
        ActProposalView {
            event: heard.number,
            method: heard.said.word().to_owned(),
            encounter: state.map(|state| place_text(state.place)),
            words,
            ask: None,
            step: None,
            agree: None,
        }
    }

    fn scheduled(&self, of: &str, (from, to): (i64, i64), heard: &Heard) -> StepRequest {
        StepRequest {
            window_ms: Some([from, to]),
            setting: SettingView {
                location: heard.location.clone(),
                ..SettingView::default()
            },
            ..self.bare(of, "scheduled")
        }
    }

    fn ended(&self, heard: &Heard, of: Ref, act: &str) -> Answer<StepRequest> {
        let reason = heard
            .comment
            .clone()
            .or_else(|| self.request.reason.clone());
        let reason = reason.ok_or_else(|| {
            self.unusable(
                heard,
                "gives no reason (COMMENT), and the record wants one (openline encounter import --reason)",
            )
        })?;
        Ok(StepRequest {
            words: Some(reason),
            ..self.bare(&place_text(of), act)
        })
    }

    fn bare(&self, of: &str, act: &str) -> StepRequest {
        StepRequest {
            line: self.line.to_string(),
            of: of.to_owned(),
            post: self.request.post.clone(),
            act: act.to_owned(),
            window_ms: None,
            claims: Vec::new(),
            next_ms: None,
            party: None,
            readout: None,
            words: None,
            setting: SettingView::default(),
        }
    }

    fn unusable(&self, heard: &Heard, words: &str) -> ServiceError {
        ServiceError::Unusable(format!("event {} of the file {words}", heard.number))
    }
}

fn times(act: &str, (from, to): (i64, i64)) -> String {
    format!("{act} {} to {}", slot_text(from), slot_text(to))
}
