//! Steps that find a date that suits both sides, without showing a calendar.

use openline_node::view::{
    ApproveSlotsRequest, AvailabilityRequest, CalendarText, ConfirmSlotRequest, SlotRequestRequest,
    SlotStepRequest, WorkingView,
};

use super::super::acts::{Availability, Match};
use super::super::side::{failed, wait_for};
use super::Stage;
use crate::failure::Failure;

impl Stage<'_> {
    pub(super) async fn availability(&mut self, act: &Availability) -> Result<(), Failure> {
        let at = self.at(&act.from);
        let calendar = |name: &String| CalendarText {
            calendar: self.calendars.get(name).cloned().unwrap_or_default(),
            zone: act.zone.clone(),
        };
        let request = AvailabilityRequest {
            calendar: Some(calendar(&act.availability)),
            caldav: None,
            holidays: act.holidays.iter().map(calendar).collect(),
            stretches: Vec::new(),
            otherwise: None,
        };
        self.service(at).set_availability(request).await?;
        let files = std::iter::once(&act.availability).chain(&act.holidays);
        let files: Vec<&str> = files.map(String::as_str).collect();
        self.does(
            at,
            &format!("keeps its calendars to itself: {}", files.join(", ")),
        );
        Ok(())
    }

    /// Proposes a blind match; each side's duty officer approves it, both nodes say what is to be said, and both confirm the date.
    pub(super) async fn find_date(&mut self, act: &Match) -> Result<(), Failure> {
        let at = self.at(&act.from);
        let (from, until) = act.window;
        let working = act
            .working
            .iter()
            .map(|(key, days, from, until)| WorkingView {
                party: self.name(self.at(key)).to_owned(),
                days: days.clone(),
                from: from.clone(),
                until: until.clone(),
            });
        let request = SlotRequestRequest {
            line: self.line.to_owned(),
            post: self.post(at, act.post.as_ref()),
            method: "blind match".to_owned(),
            message_type: act.message_type.clone(),
            rule: "earliest".to_owned(),
            from_ms: from.as_millisecond(),
            until_ms: until.as_millisecond(),
            length_minutes: act.length_min,
            step_minutes: act.step_min,
            working: working.collect(),
            purpose: act.purpose.clone(),
            widens: None,
        };
        let going = self.going(at).await;
        let released = self.service(at).propose_slots(request).await?;
        let what = format!("proposes a blind match: {}", act.purpose);
        self.entered(at, going, &released.place, &what, Some(&act.label))
            .await?;
        let run = released.place;
        let sides = self.on(&[]);
        for side in &sides {
            self.approve(*side, &run, act.post.as_ref()).await?;
        }
        self.run_to_the_end(&sides, &run, act.post.as_ref()).await?;
        for side in &sides {
            self.confirm_date(*side, &run, act).await?;
        }
        self.agreed_everywhere(&sides, &run, act).await
    }

    async fn approve(&self, at: usize, run: &str, post: Option<&String>) -> Result<(), Failure> {
        self.arrived(at, run).await?;
        let request = ApproveSlotsRequest {
            line: self.line.to_owned(),
            run: run.to_owned(),
            post: self.post(at, post),
            slots_ms: None,
        };
        self.service(at).approve_slots(request).await?;
        let view = self.service(at).slot_run(self.line, run).await?;
        self.does(
            at,
            &format!(
                "approves the match: commits to its picks, which nobody can read ({} of {} candidates)",
                view.own_picks.len(),
                view.candidates
            ),
        );
        Ok(())
    }

    /// Each side says what it has to say as soon as it holds what the other has said.
    async fn run_to_the_end(
        &self,
        sides: &[usize],
        run: &str,
        post: Option<&String>,
    ) -> Result<(), Failure> {
        let found = async || {
            let mut is_found = true;
            for at in sides {
                let request = SlotStepRequest {
                    line: self.line.to_owned(),
                    run: run.to_owned(),
                    post: self.post(*at, post),
                };
                is_found &= self.service(*at).run_slots(request).await?.chosen.is_some();
            }
            Ok::<bool, Failure>(is_found)
        };
        let what = "the match to find a date";
        wait_for(self.service(sides[0]), what, async |_| {
            found().await.unwrap_or(false)
        })
        .await
    }

    async fn confirm_date(&self, at: usize, run: &str, act: &Match) -> Result<(), Failure> {
        let view = self.service(at).slot_run(self.line, run).await?;
        let common = match view.common.as_ref().map_or(0, Vec::len) {
            1 => "the one pick that both have".to_owned(),
            count => format!("the {count} picks that both have"),
        };
        let chosen = view.chosen.ok_or_else(|| failed("no date was found"))?;
        if !chosen.text.contains(&act.finds) {
            return Err(failed(format!(
                "the match was to find \"{}\"; it found {}",
                act.finds, chosen.text
            )));
        }
        let request = ConfirmSlotRequest {
            line: self.line.to_owned(),
            run: run.to_owned(),
            post: self.post(at, act.post.as_ref()),
            text: chosen.text.clone(),
        };
        let going = self.going(at).await;
        let released = self.service(at).confirm_slot(request).await?;
        self.stored(at, going, &released.place).await?;
        self.does(
            at,
            &format!(
                "learns {common}, and no other; confirms word for word\n       {:<12} {}",
                "", chosen.text
            ),
        );
        Ok(())
    }

    async fn agreed_everywhere(
        &mut self,
        sides: &[usize],
        run: &str,
        act: &Match,
    ) -> Result<(), Failure> {
        let mut date = None;
        for at in sides {
            let what = format!("the date to be agreed at {}", self.name(*at));
            let agreed = async |service: &openline_node::service::Service| {
                let view = service.slot_run(self.line, run).await.ok()?;
                view.agreed
            };
            wait_for(self.service(*at), &what, async |service| {
                agreed(service).await.is_some()
            })
            .await?;
            let slot = agreed(self.service(*at)).await;
            let start = slot.map(|slot| slot.start_ms);
            if date.is_some() && date != Some(start) {
                return Err(failed("the sides hold two dates for agreed"));
            }
            date = Some(start);
        }
        let start = date.flatten().ok_or_else(|| failed("no date was agreed"))?;
        let length = i64::from(act.length_min) * 60_000;
        self.dates
            .insert(act.label.clone(), [start, start + length]);
        Ok(())
    }

    /// The date that a run has found.
    pub(super) fn date_of(&self, label: &str) -> [i64; 2] {
        *self.dates.get(label).expect("the story was checked")
    }
}
