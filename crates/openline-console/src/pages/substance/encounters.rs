//! Calls, meetings and visits: how far each has got, what its times say, and which return visit is owed.

use axum::extract::{Path, Query};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use jiff::tz::TimeZone;
use maud::{Markup, html};
use openline_node::view::{
    AccountsView, EncounterView, LineView, MomentView, OwedView, SettingView, TimeClaimView,
};

use super::claims::{assent, link, own_name, parties, posts};
use super::clocks;
use super::places::{self, Places};
use crate::failure::{Failed, OrFail as _, Page};
use crate::visit::Visit;
use crate::{kit, shell, times};

const KINDS: [&str; 3] = ["call", "meeting", "visit"];
/// Sources whose times can be stated at once, side by side.
const SOURCES: usize = 3;

/// Encounters on one page; the rest by "older".
const PAGE: usize = 12;
/// Dates of the calendar.
const DATED: usize = 60;

pub(super) async fn list(
    visit: Visit,
    Path(line): Path<String>,
    Query(part): Query<kit::Part>,
) -> Page {
    let line = visit.service.line(&line).await.or_fail(&visit)?;
    let encounters = visit.service.encounters(&line.id).await.or_fail(&visit)?;
    let owed = visit.service.returns(&line.id).await.or_fail(&visit)?;
    let visits = places::encounters(&visit, &encounters, Some("visit"));
    let back = format!("{}/encounters", kit::line_path(&line.id));
    let (shown, older) = part.of(encounters.iter().rev(), PAGE);
    let body = html! {
        h1 { (visit.say("line-encounters")) }
        section id="returns" data-live {
            h2 { (visit.say("returns-owed")) }
            @if owed.is_empty() { (kit::nothing(&visit.say("nothing-owed"))) }
            @for one in &owed { (ledger(&visit, &line, one, &back)) }
        }
        (calendar(&visit, &line, &encounters))
        div id="encounters" data-live {
            @if encounters.is_empty() { (kit::nothing(&visit.say("no-encounters"))) }
            @for encounter in shown {
                section id=(kit::part_id("encounter", &encounter.place)) data-live {
                    h2 { (heading(&visit, encounter)) }
                    (account(&visit, &line, encounter, &back))
                    p { a.button-like href={ (back) "/" (encounter.place) } { (visit.say("steps")) } }
                }
            }
            (kit::older(&visit, &back, older))
        }
        section {
            h2 { (visit.say("encounter-ask")) }
            (kit::act_form(&visit, "ask-encounter", &back, &html! {
                (kit::hidden("line", &line.id))
                div.row {
                    (kit::choice(&visit.say("post"), "post", "", &posts(&line)))
                    (kit::choice(&visit.say("kind"), "kind", "", &kit::terms(&visit, "encounter", &KINDS)))
                    (kit::choice(&visit.say("type"), "message_type", "real", &kit::terms(&visit, "type", &["real", "exercise"])))
                    (kit::choice(&visit.say("host"), "host", "", &with_none(&line)))
                }
                (kit::needed(&visit.say("subject"), "subject", "text", ""))
                (kit::needed(&visit.say("level"), "level", "text", &line.level))
                (setting_fields(&visit))
                div.row { (places::one_or_none(&visit.say("within-visit"), "within", &visits)) (places::one_or_none(&visit.say("returns-visit"), "returns", &visits)) }
                (kit::area(&visit.say("words"), "words", 2, "", false))
                (kit::button(&visit.say("review")))
            }))
            p { a.button-like download href={ (back) "/calendar" } { (visit.say("calendar-export")) } }
        }
    };
    let title = visit.say("line-encounters");
    Ok(shell::line_page(
        &visit,
        &line,
        "/encounters",
        &title,
        &body,
    ))
}

/// What has a date that stands, month by month, the latest first.
fn calendar(visit: &Visit, line: &LineView, encounters: &[EncounterView]) -> Markup {
    let mut dated: Vec<([i64; 2], &EncounterView)> = encounters
        .iter()
        .filter_map(|encounter| {
            let fixed = encounter.fixed.as_ref()?;
            let mut schedules = encounter.schedules.iter();
            let schedule = schedules.find(|schedule| schedule.place == *fixed)?;
            Some((schedule.window_ms, encounter))
        })
        .collect();
    dated.sort_by_key(|(window, _)| std::cmp::Reverse(*window));
    let path = |encounter: &EncounterView| {
        format!(
            "{}/encounters/{}",
            kit::line_path(&line.id),
            encounter.place
        )
    };
    html! {
        section id="calendar" data-live {
            h2 { (visit.say("encounters-calendar")) }
            @if dated.is_empty() { (kit::nothing(&visit.say("no-encounters"))) } @else {
                div.scroll tabindex="0" role="region" aria-label=(visit.say("encounters-calendar")) {
                    table {
                        thead { tr { th scope="col" { (visit.say("from")) } th scope="col" { (visit.say("until")) } th scope="col" { (visit.say("what")) } th scope="col" { (visit.say("stage")) } } }
                        tbody { @for ([from, to], encounter) in dated.into_iter().take(DATED) { tr {
                            td { (kit::moment(visit, from)) } td { (kit::moment(visit, to)) }
                            td { (visit.words().term("encounter", &encounter.kind)) ": " a href=(path(encounter)) { bdi { (encounter.subject) } } " " (kit::type_mark(visit, &encounter.message_type)) }
                            td { (visit.words().term("encounter-stage", &encounter.stage)) }
                        } } }
                    }
                }
                (kit::zone_hint(visit))
            }
        }
    }
}

/// One encounter, and what can be done about it.
pub(super) async fn page(
    visit: Visit,
    Path((line, party, index)): Path<(String, u8, u64)>,
) -> Page {
    let line = visit.service.line(&line).await.or_fail(&visit)?;
    let place = format!("{party}/{index}");
    let encounter = visit.service.encounter(&line.id, &place).await;
    let encounter = encounter.or_fail(&visit)?;
    let readouts = visit.service.accounts(&line.id, &place).await;
    let readouts = own_readouts(&visit, &line, &readouts.or_fail(&visit)?);
    let back = format!("{}/encounters/{place}", kit::line_path(&line.id));
    let title = visit.say("line-encounters");
    let body = html! {
        section id=(kit::part_id("encounter", &place)) {
            h1 { (heading(&visit, &encounter)) }
            div id="encounter-account" data-live { (account(&visit, &line, &encounter, &back)) }
            (steps(&visit, &line, &encounter, &readouts, &back))
        }
    };
    Ok(shell::line_page(
        &visit,
        &line,
        "/encounters",
        &title,
        &body,
    ))
}

fn with_none(line: &LineView) -> Vec<(String, String)> {
    std::iter::once((String::new(), "–".to_owned()))
        .chain(parties(line))
        .collect()
}

fn setting_fields(visit: &Visit) -> Markup {
    html! {
        (kit::field(&visit.say("participants-hint"), "setting/participants:list", "text", ""))
        div.row {
            (kit::field(&visit.say("location"), "setting/location", "text", ""))
            (kit::field(&visit.say("languages"), "setting/languages:list", "text", ""))
            (kit::field(&visit.say("interpreter"), "setting/interpreter", "text", ""))
        }
    }
}

fn setting(visit: &Visit, setting: &SettingView) -> Markup {
    html! {
        @if !setting.participants.is_empty() { p { (visit.say("participants")) " " bdi { (setting.participants.join(", ")) } } }
        @if let Some(place) = &setting.location { p { (visit.say("location")) " " bdi { (place) } } }
        @if !setting.languages.is_empty() { p { (visit.say("languages")) " " (setting.languages.join(", ")) } }
        @if let Some(interpreter) = &setting.interpreter { p { (visit.say("interpreter")) " " bdi { (interpreter) } } }
    }
}

/// Our own accounts of an encounter.
fn own_readouts(visit: &Visit, line: &LineView, accounts: &AccountsView) -> Places {
    let own = accounts
        .readouts
        .iter()
        .filter(|readout| readout.party == own_name(line));
    let shown = own.map(|readout| {
        let when = times::moment(readout.time_ms, &visit.zone(), visit.words());
        places::shown(&readout.party, &when, &readout.place)
    });
    shown.collect()
}

fn heading(visit: &Visit, encounter: &EncounterView) -> Markup {
    html! {
        (visit.words().term("encounter", &encounter.kind)) ": " bdi { (encounter.subject) } " " (kit::type_mark(visit, &encounter.message_type))
    }
}

/// How far it has got, and what all have said of it.
fn account(visit: &Visit, line: &LineView, encounter: &EncounterView, back: &str) -> Markup {
    html! {
            p { strong.stage { (visit.words().term("encounter-stage", &encounter.stage)) } " · " (visit.say("level")) " " bdi { (encounter.level) } @if let Some(host) = &encounter.host { " · " (visit.say("host")) " " bdi { (host) } } " · " (link(line, &encounter.place)) }
            (setting(visit, &encounter.setting))
            @if let Some(words) = &encounter.words { p dir="auto" { (words) } }
            @for flag in &encounter.contradictions { p.warning role="note" { strong { (visit.say("contradiction")) } " (" (visit.words().term("misfit", &flag.misfit)) "), " bdi { (flag.sources.join(", ")) } ": " (kit::facade(visit, &flag.words)) } }
            @if let Some(within) = &encounter.within { p { (visit.say("within-visit")) " " (link(line, within)) } }
            @if let Some(returns) = &encounter.returns { p { (visit.say("returns-visit")) " " (link(line, returns)) } }
            @if !encounter.programme.is_empty() { p { (visit.say("programme")) @for place in &encounter.programme { " " (link(line, place)) } } }
            @for asked in &encounter.asked {
                div {
                    (visit.say("asked-by")) " " bdi { (asked.asked) } " (" (visit.say("as-has-it")) " " bdi { (asked.party_name) } ") "
                    @if asked.place != encounter.place { (link(line, &asked.place)) " " (assent(visit, line, &asked.place, &asked.assent, back)) }
                }
            }
            @for schedule in &encounter.schedules {
                div.item {
                    p { @if encounter.fixed.as_ref() == Some(&schedule.place) { strong { (visit.say("stands")) } " " } bdi { (schedule.party_name) } " " (link(line, &schedule.place)) }
                    (clocks::window(visit, line, schedule.window_ms))
                    (assent(visit, line, &schedule.place, &schedule.assent, back))
                }
            }
            @for held in &encounter.held {
                div.item {
                    p { (visit.say("held-says")) " " bdi { (held.party_name) } " " (link(line, &held.place)) }
                    (claims(visit, &held.claims))
                    (assent(visit, line, &held.place, &held.assent, back))
                }
            }
            @for ended in &encounter.ended { p.warning { bdi { (ended.party_name) } ": " (visit.words().term("step", &ended.act)) " – " span dir="auto" { (ended.reason) } @if let Some([from, to]) = ended.next_ms { " (" (visit.say("next-window")) " " (kit::moment(visit, from)) " – " (kit::moment(visit, to)) ")" } } }
            @for readout in &encounter.readouts { p { (visit.say("read-out-by")) " " bdi { (readout.party_name) } " " (link(line, &readout.act)) } }
            p { a href={ (kit::line_path(&line.id)) "/readouts/" (encounter.place) } { (visit.say("to-accounts")) } }
    }
}

/// The times as each source states them, side by side.
fn claims(visit: &Visit, claims: &[TimeClaimView]) -> Markup {
    if claims.is_empty() {
        return html! {};
    }
    let moment = |moment: &Option<MomentView>| {
        moment.as_ref().map_or_else(|| html! { "–" }, |moment| html! {
            @if let Some(day) = moment.weekday { (visit.say(&format!("weekday-{day}"))) " " }
            @if let Some(civil) = &moment.civil { (civil.replace('T', " ")) " " }
            @if let Some(zone) = &moment.zone { (zone) " " }
            @if let Some(utc) = moment.utc_ms { (kit::moment_in(visit, utc, &TimeZone::UTC)) " UTC" }
        })
    };
    html! {
        div.scroll tabindex="0" role="region" aria-label=(visit.say("claimed-times")) {
            table {
                thead { tr { th scope="col" { (visit.say("source")) } th scope="col" { (visit.say("began")) } th scope="col" { (visit.say("ended")) } th scope="col" { (visit.say("minutes")) } } }
                tbody { @for claim in claims { tr { th scope="row" dir="auto" { (claim.source) } td { (moment(&claim.begin)) } td { (moment(&claim.end)) } td.figure { @if let Some(minutes) = claim.minutes { (minutes) } @else { "–" } } } } }
            }
        }
    }
}

/// The weekdays, as they may be stated; or none.
fn weekdays(visit: &Visit) -> Vec<(String, String)> {
    let all = (1..=7).map(|day| (day.to_string(), visit.say(&format!("weekday-{day}"))));
    std::iter::once((String::new(), "–".to_owned()))
        .chain(all)
        .collect()
}

fn steps(
    visit: &Visit,
    line: &LineView,
    encounter: &EncounterView,
    readouts: &Places,
    back: &str,
) -> Markup {
    let step = |act: &str, label: &str, fields: &Markup| {
        kit::folded(
            &visit.say(label),
            &kit::act_form(
                visit,
                "encounter-step",
                back,
                &html! {
                    (kit::hidden("line", &line.id)) (kit::hidden("of", &encounter.place)) (kit::hidden("act", act))
                    (kit::choice(&visit.say("post"), "post", "", &posts(line)))
                    (fields)
                    (kit::button(&visit.say("review")))
                },
            ),
        )
    };
    let words = kit::area(&visit.say("words"), "words", 2, "", false);
    let reason = kit::area(&visit.say("reason"), "words", 2, "", true);
    let window = |name: &str, is_needed: bool| {
        let field = if is_needed {
            kit::needed_time
        } else {
            kit::time
        };
        html! { div.row { (field(visit, &visit.say("from"), &format!("{name}/0:time"), "")) (field(visit, &visit.say("until"), &format!("{name}/1:time"), "")) } }
    };
    html! {
        h2 { (visit.say("steps")) }
            (step("accepted in principle", "step-accept", &words))
            (step("scheduled", "step-schedule", &html! { (window("window_ms", true)) (setting_fields(visit)) (words) }))
            (step("held", "step-held", &html! {
                fieldset {
                    legend { (visit.say("claimed-times")) }
                    @for at in 0..SOURCES {
                        (kit::field(&visit.say("source"), &format!("claims/{at}/source"), "text", ""))
                        div.row {
                            (kit::field(&visit.say("end-clock"), &format!("claims/{at}/end/civil"), "text", ""))
                            (kit::field(&visit.say("zone"), &format!("claims/{at}/end/zone"), "text", ""))
                            (kit::choice(&visit.say("weekday"), &format!("claims/{at}/end/weekday:number"), "", &weekdays(visit)))
                            (kit::field(&visit.say("end-utc"), &format!("claims/{at}/end/utc_ms:utc"), "datetime-local", ""))
                            (kit::field(&visit.say("minutes"), &format!("claims/{at}/minutes:number"), "number", ""))
                        }
                    }
                }
                (words)
            }))
            // Only an account that is on the record can be cited.
            @if !readouts.is_empty() { (step("read out", "step-read-out", &kit::choice(&visit.say("readout-entry"), "readout", "", readouts))) }
            (step("declined", "step-decline", &html! { (reason) (window("next_ms", false)) }))
            (step("postponed", "step-postpone", &html! { (reason) (window("next_ms", false)) }))
            (step("asked by", "step-asked-by", &kit::choice(&visit.say("party"), "party", "", &parties(line))))
            (step("return owed", "step-return-owed", &kit::choice(&visit.say("party"), "party", "", &parties(line))))
    }
}

fn ledger(visit: &Visit, line: &LineView, owed: &OwedView, back: &str) -> Markup {
    html! {
        div.item {
            p {
                strong { bdi { (owed.debtor) } } " · " bdi { (owed.subject) } " " (link(line, &owed.visit)) " " (kit::type_mark(visit, &owed.message_type)) " · "
                (visit.say("since")) " " (kit::moment(visit, owed.since_ms)) " · " (visit.say(if owed.is_agreed { "agreed-by-all" } else { "not-agreed" }))
            }
            @for claim in &owed.claims { div { bdi { (claim.party_name) } " " (link(line, &claim.place)) " " (assent(visit, line, &claim.place, &claim.assent, back)) } }
            @for proposed in &owed.proposed { p { (visit.say("proposed")) " " (link(line, &proposed.place)) ": " (visit.words().term("encounter-stage", &proposed.stage)) } }
            @match &owed.closed_by { Some(place) => p { (visit.say("closed-by")) " " (link(line, place)) }, None => p { em { (visit.say("still-owed")) } } }
        }
    }
}

/// The encounters for calendar programs.
pub(super) async fn file(visit: Visit, Path(line): Path<String>) -> Result<Response, Failed> {
    let made = visit
        .service
        .encounter_file(&line, None, None)
        .await
        .or_fail(&visit)?;
    let headers = [
        (CONTENT_TYPE, "text/calendar; charset=utf-8"),
        (
            CONTENT_DISPOSITION,
            "attachment; filename=\"encounters.ics\"",
        ),
    ];
    Ok((headers, made.calendar).into_response())
}
