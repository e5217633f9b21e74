//! Private scheduling: a date that suits all without showing a calendar, and what each side learns by it.

use axum::extract::Path;
use maud::{Markup, html};
use openline_node::error::ServiceError;
use openline_node::view::{AvailabilityView, LinePartyView, LineView, SlotRunView, TimeSlotView};

use super::claims::{link, posts};
use super::clocks;
use crate::failure::{OrFail as _, Page};
use crate::visit::Visit;
use crate::{kit, shell};

/// Files of holidays that can be given: one for here, one for there, and one more.
const HOLIDAYS: usize = 3;
/// The days of a week, as the record has them.
const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

pub(super) async fn page(visit: Visit, Path(line): Path<String>) -> Page {
    let line = visit.service.line(&line).await.or_fail(&visit)?;
    let runs = visit.service.slot_runs(&line.id).await.or_fail(&visit)?;
    let kept = match visit.service.availability().await {
        Ok(kept) => Some(kept),
        Err(ServiceError::NotFound(_) | ServiceError::Forbidden(_)) => None,
        Err(error) => return Err(error).or_fail(&visit),
    };
    let back = format!("{}/slots", kit::line_path(&line.id));
    let body = html! {
        h1 { (visit.say("line-slots")) }
        section {
            h2 { (visit.say("what-is-revealed")) }
            ul { @for id in ["reveals-match", "reveals-nothing", "reveals-offer", "reveals-run"] { li { (visit.say(id)) } } }
        }
        div id="runs" data-live {
            @if runs.is_empty() { (kit::nothing(&visit.say("no-runs"))) }
            @for run in &runs { div id=(kit::part_id("run", &run.place)) data-live { (status(&visit, &line, run)) (acts(&visit, &line, run, &back)) } }
        }
        (availability(&visit, kept.as_ref(), &back))
        (propose(&visit, &line, &back))
    };
    Ok(shell::line_page(
        &visit,
        &line,
        "/slots",
        &visit.say("line-slots"),
        &body,
    ))
}

fn status(visit: &Visit, line: &LineView, run: &SlotRunView) -> Markup {
    html! {
        section {
            h2 { (visit.words().term("method", &run.method)) ": " bdi { (run.purpose) } " " (kit::type_mark(visit, &run.message_type)) }
            p { strong { (visit.words().term("slot-stage", &run.stage)) } " · " (visit.say("proposed-by")) " " bdi { (run.proposed_by) } " · " (link(line, &run.place)) }
            @if let Some(waits) = &run.waits { p { (visit.say("waits-for")) " " (visit.words().term("slot-need", waits)) ": " bdi { (run.waits_for.join(", ")) } } }
            p { (kit::moment(visit, run.from_ms)) " – " (kit::moment(visit, run.until_ms)) " · " (visit.words().with("slot-length", &[("minutes", u64::from(run.length_minutes).into()), ("candidates", run.candidates.into())])) }
            @if let Some(slot) = run.agreed.as_ref().or(run.chosen.as_ref()) {
                p.slot { strong { (visit.say(if run.agreed.is_some() { "slot-agreed" } else { "slot-found" })) } }
                (clocks::window(visit, line, span(run, slot)))
            }
            @for fault in &run.faults { p.warning { bdi { (fault.party) } " " (visit.words().term("slot-fault", &fault.words)) } }
            @if !run.own_picks.is_empty() {
                (kit::folded(&visit.say("own-picks"), &html! {
                    @for pick in &run.own_picks { (clocks::window(visit, line, span(run, pick))) }
                }))
            }
            p.hint { (visit.words().with("runs-used", &[("used", run.runs_used.into()), ("allowed", run.runs_allowed.into())])) }
        }
    }
}

/// From when to when a slot of a run lasts, ms.
fn span(run: &SlotRunView, slot: &TimeSlotView) -> [i64; 2] {
    [
        slot.start_ms,
        slot.start_ms + i64::from(run.length_minutes) * 60_000,
    ]
}

fn acts(visit: &Visit, line: &LineView, run: &SlotRunView, back: &str) -> Markup {
    let about = html! {
        (kit::hidden("line", &line.id)) (kit::hidden("run", &run.place))
        (kit::choice(&visit.say("post"), "post", "", &posts(line)))
    };
    html! {
        @if run.stage == "waits" {
            section {
                h2 { bdi { (run.purpose) } ": " (visit.say("go-on")) }
                @if run.own_picks.is_empty() {
                    (kit::act_form(visit, "approve-slots", back, &html! { (about) p.hint { (visit.say("approve-hint")) } (kit::button(&visit.say("approve-run"))) }))
                } @else {
                    (kit::act_form(visit, "run-slots", back, &html! { (about) (kit::button(&visit.say("run-on"))) }))
                }
                @if let Some(slot) = &run.chosen {
                    (kit::act_form(visit, "confirm-slot", back, &html! { (about) (kit::hidden("text", &slot.text)) (kit::button(&visit.say("confirm-slot"))) }))
                }
                (kit::folded(&visit.say("withdraw-run"), &kit::act_form(visit, "withdraw-slots", back, &html! { (about) (kit::field(&visit.say("words"), "words", "text", "")) (kit::button(&visit.say("review"))) })))
            }
        }
        @if run.stage == "no slot fits" { p.warning { (visit.say("no-slot-fits")) " " (visit.words().with("widen-hint", &[("place", run.place.as_str().into())])) } }
    }
}

fn availability(visit: &Visit, kept: Option<&AvailabilityView>, back: &str) -> Markup {
    html! {
        section {
            h2 { (visit.say("availability")) }
            p.hint { (visit.say("availability-stays")) }
            @match kept {
                Some(kept) => p {
                    (visit.words().with("availability-kept", &[("events", kept.events.into()), ("holidays", kept.holidays.into()), ("stretches", kept.stretches.len().into())])) " "
                    (kit::moment(visit, kept.kept_ms))
                },
                None => { (kit::nothing(&visit.say("no-availability"))) }
            }
            (kit::act_form(visit, "set-availability", back, &html! {
                label.field { span { (visit.say("calendar-file")) } input type="file" name="calendar/calendar@text" accept="text/calendar,.ics"; }
                (kit::field(&visit.say("zone-otherwise"), "calendar/zone", "text", ""))
                fieldset {
                    legend { (visit.say("holidays")) }
                    @for at in 0..HOLIDAYS {
                        div.row {
                            label.field { span { (visit.say("calendar-file")) } input type="file" name={ "holidays/" (at) "/calendar@text" } accept="text/calendar,.ics"; }
                            (kit::field(&visit.say("zone-otherwise"), &format!("holidays/{at}/zone"), "text", ""))
                        }
                    }
                }
                (kit::folded(&visit.say("calendar-server"), &html! {
                    (kit::field(&visit.say("server-url"), "caldav/url", "url", ""))
                    (kit::field(&visit.say("server-user"), "caldav/user", "text", ""))
                    (kit::field(&visit.say("server-password"), "caldav/password", "password", ""))
                }))
                fieldset {
                    legend { (visit.say("stretch")) }
                    div.row {
                        (kit::time(visit, &visit.say("from"), "stretches/0/from_ms:time", ""))
                        (kit::time(visit, &visit.say("until"), "stretches/0/until_ms:time", ""))
                        (kit::choice(&visit.say("preference"), "stretches/0/preference:number", "", &preferences(visit)))
                    }
                }
                (kit::choice(&visit.say("otherwise"), "otherwise:number", "", &preferences(visit)))
                (kit::button(&visit.say("keep-availability")))
            }))
            @if kept.is_some() { (kit::act_form(visit, "forget-availability", back, &kit::button(&visit.say("forget-availability")))) }
        }
    }
}

fn preferences(visit: &Visit) -> Vec<(String, String)> {
    let none = (String::new(), "–".to_owned());
    let all = ["0", "1", "2", "3"]
        .map(|number| (number.to_owned(), visit.words().term("preference", number)));
    std::iter::once(none).chain(all).collect()
}

/// When a party works, by its own clock; as it is where nothing else is said.
fn working(visit: &Visit, at: usize, party: &LinePartyView) -> Markup {
    let name = |field: &str| format!("working/{at}/{field}");
    html! {
        fieldset {
            legend { (visit.say("working-hours")) " " bdi { (party.name) } " (" bdi { (party.zone) } ")" }
            (kit::hidden(&name("party"), &party.name))
            div.row {
                @for (day, word) in DAYS.iter().enumerate() {
                    label.tick {
                        input type="checkbox" name=(name("days:list")) value=(word) checked[day < 5];
                        span { (visit.say(&format!("weekday-{}", day + 1))) }
                    }
                }
                (kit::needed(&visit.say("from"), &name("from"), "text", "09:00"))
                (kit::needed(&visit.say("until"), &name("until"), "text", "18:00"))
            }
        }
    }
}

fn propose(visit: &Visit, line: &LineView, back: &str) -> Markup {
    html! {
        section {
            h2 { (visit.say("propose-run")) }
            (kit::act_form(visit, "propose-slots", back, &html! {
                (kit::hidden("line", &line.id))
                div.row {
                    (kit::choice(&visit.say("post"), "post", "", &posts(line)))
                    (kit::choice(&visit.say("method"), "method", "", &kit::terms(visit, "method", &["blind match", "offer"])))
                    (kit::choice(&visit.say("type"), "message_type", "real", &kit::terms(visit, "type", &["real", "exercise"])))
                    (kit::choice(&visit.say("rule"), "rule", "earliest", &kit::terms(visit, "slot-rule", &["earliest", "latest"])))
                }
                (kit::needed(&visit.say("purpose"), "purpose", "text", ""))
                div.row {
                    (kit::needed_time(visit, &visit.say("window-from"), "from_ms:time", ""))
                    (kit::needed_time(visit, &visit.say("window-until"), "until_ms:time", ""))
                    (kit::needed(&visit.say("slot-minutes"), "length_minutes:number", "number", "60"))
                    (kit::needed(&visit.say("step-minutes"), "step_minutes:number", "number", "60"))
                }
                @for (at, party) in line.parties.iter().enumerate() { (working(visit, at, party)) }
                (kit::field(&visit.say("widens"), "widens", "text", ""))
                (kit::button(&visit.say("propose-run")))
            }))
        }
    }
}
