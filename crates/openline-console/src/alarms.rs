//! What rings: above every page, until a person acts, the gravest before others. A page of its own has all of it.

use maud::{Markup, html};
use openline_node::view::AlarmView;

use crate::failure::Page;
use crate::visit::Visit;
use crate::{kit, shell};

/// Alarms that a page shows; the board and the page of all alarms show twice as many at a time.
const MOST: usize = 10;
/// The page of all alarms.
const ALL: &str = "/alarms";
/// Tones, the gravest first.
const TONES: [&str; 5] = ["life", "flash", "real", "exercise", "test"];
/// Minutes for which an alarm can be silenced.
const SILENCES: [u32; 4] = [5, 15, 30, 60];

/// What rings, on every page, until a person acts.
pub(crate) fn bar(visit: &Visit) -> Markup {
    let mut alarms: Vec<&AlarmView> = visit.frame.alarms.iter().collect();
    // A flash never stands behind what is older and less.
    alarms.sort_by_key(|alarm| {
        (
            !alarm.is_ringing,
            TONES.iter().position(|known| *known == tone(alarm)),
        )
    });
    let ringing = alarms.iter().filter(|alarm| alarm.is_ringing).count();
    let (page, query) = match visit.setting.path.split_once('?') {
        Some((page, query)) => (page, query),
        None => (visit.setting.path.as_str(), ""),
    };
    let from = skipped(query).filter(|_| page == ALL).unwrap_or(0);
    let most = if matches!(page, "/" | ALL) {
        2 * MOST
    } else {
        MOST
    };
    let shown = alarms.iter().skip(from).take(most);
    let end = from.saturating_add(most).min(alarms.len());
    let more = alarms.len() - end;
    html! {
        section.alarms id="alarms" data-live aria-label=(visit.say("alarms"))
            data-ringing=(ringing) data-sound-on=(visit.say("sound-on")) data-sound-off=(visit.say("sound-off")) {
            @if !alarms.is_empty() {
                div role="alert" {
                    h2 { (visit.words().with("alarms-count", &[("count", ringing.into())])) }
                    // Who does not see the list hears what is most urgent in it.
                    @if let Some(first) = alarms.first().filter(|alarm| alarm.is_ringing) {
                        p.unseen {
                            (visit.words().term("tone", tone(first))) ". " bdi { (first.title) } ": "
                            (kit::said(visit, &first.words, &first.phrases))
                        }
                    }
                }
                ul {
                    @for alarm in shown { (alarm_row(visit, alarm)) }
                }
                @if more > 0 { p { a href={ (ALL) "?skip=" (end) } { (visit.words().with("alarms-more", &[("count", more.into())])) } } }
            }
        }
    }
}

/// How many alarms are passed over, by the query of an address.
fn skipped(query: &str) -> Option<usize> {
    let mut values = query
        .split('&')
        .filter_map(|pair| pair.strip_prefix("skip="));
    values.next()?.parse().ok()
}

/// All alarms, in parts; what rings stands above this page as above every other.
pub(crate) async fn page(visit: Visit) -> Page {
    let title = visit.say("alarms");
    let body = html! {
        h1 { (title) }
        @if visit.frame.alarms.is_empty() { (kit::nothing(&visit.say("nothing-rings"))) }
    };
    Ok(shell::page(&visit, &title, &body))
}

/// `life`, `flash`, `exercise`, `test` or `real`: what it sounds and looks like.
fn tone(alarm: &AlarmView) -> &'static str {
    match (
        alarm.message_type.as_str(),
        alarm.is_for_life,
        alarm.precedence.as_deref(),
    ) {
        ("exercise", _, _) => "exercise",
        ("test", _, _) => "test",
        (_, true, _) => "life",
        (_, _, Some("flash")) => "flash",
        _ => "real",
    }
}

fn alarm_row(visit: &Visit, alarm: &AlarmView) -> Markup {
    let tone = tone(alarm);
    let look = alarm.place.as_ref().map_or_else(
        || kit::line_path(&alarm.line),
        |place| kit::entry_path(&alarm.line, place),
    );
    html! {
        li class={ "alarm alarm-" (tone) } data-tone=[alarm.is_ringing.then_some(tone)] data-alarm=(alarm.id) {
            p.what {
                strong.tone { (visit.words().term("tone", tone)) } " "
                (kit::type_mark(visit, &alarm.message_type)) " "
                @if let Some(precedence) = &alarm.precedence { (kit::precedence_mark(visit, precedence)) " " }
                bdi { (alarm.title) } ": " (kit::said(visit, &alarm.words, &alarm.phrases))
            }
            p.since {
                (visit.say("alarm-since")) " " (kit::moment(visit, alarm.since_ms)) " (" (kit::counting(visit, alarm.since_ms)) "). "
                (visit.say("alarm-calls")) " " (kit::said(visit, &alarm.calls, &alarm.calls_phrases)) "."
                @if !alarm.offers.is_empty() { " " (visit.say("alarm-offers")) " " (alarm.offers.join(", ")) "." }
            }
            div.buttons {
                a.button-like href=(look) { (visit.say("alarm-look")) }
                @if let Some(until) = alarm.silenced_until_ms.filter(|_| !alarm.is_ringing) {
                    p { (visit.say("alarm-silenced")) " " (kit::moment(visit, until)) }
                } @else {
                    (kit::act_form(visit, "silence-alarm", &visit.setting.path, &html! {
                        (kit::hidden("id", &alarm.id))
                        label { span { (visit.say("alarm-silence-for")) }
                            select name="minutes:number" {
                                @for minutes in SILENCES {
                                    option value=(minutes) { (visit.words().with("length-minutes", &[("count", minutes.into())])) }
                                }
                            }
                        }
                        (kit::button(&visit.say("alarm-silence")))
                    }))
                }
            }
        }
    }
}
