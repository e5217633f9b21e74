//! What stands around every page: the head, the bar with clocks, what rings, the way through the console.

use jiff::tz::TimeZone;
use maud::{DOCTYPE, Markup, html};
use openline_node::view::LineView;

use crate::locale::Language;
use crate::times;
use crate::visit::{Setting, Theme, Visit};
use crate::{alarms, kit};

/// Pages of a line: the last part of the path, and the id of its name.
const LINE_PAGES: [(&str, &str); 12] = [
    ("", "line-messages"),
    ("/topics", "line-topics"),
    ("/texts", "line-texts"),
    ("/encounters", "line-encounters"),
    ("/slots", "line-slots"),
    ("/readouts", "line-readouts"),
    ("/history", "line-history"),
    ("/glossary", "line-glossary"),
    ("/origin", "line-origin"),
    ("/standing", "line-standing"),
    ("/health", "line-health"),
    ("/record", "line-record"),
];

/// Pages that are not about one line, and the roles that have a use for them; all, if there are none.
const PAGES: [(&str, &str); 7] = [
    ("/", "to-board"),
    ("/drafts", "to-drafts"),
    ("/watch", "to-watch"),
    ("/bearers", "to-bearers"),
    ("/non-papers", "to-non-papers"),
    ("/search", "to-search"),
    ("/administration", "to-administration"),
];

fn head(setting: &Setting, title: &str, inner: &Markup) -> Markup {
    let language = setting.words.language();
    html! {
        (DOCTYPE)
        html lang=(language.tag()) dir=(language.direction()) data-theme=(setting.theme.word()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) " · openline" }
                link rel="icon" href="/assets/icon.svg" type="image/svg+xml";
                link rel="stylesheet" href="/assets/console.css";
                script src="/assets/console.js" defer {}
                script src="/assets/passkey.js" defer {}
            }
            (inner)
        }
    }
}

/// A page for nobody who is signed in.
pub(crate) fn outside(setting: &Setting, title: &str, body: &Markup) -> Markup {
    head(
        setting,
        title,
        &html! {
            body.outside {
                header.bar { p.brand { "openline" } (choices(setting)) }
                main id="main" tabindex="-1" { (body) }
            }
        },
    )
}

/// A page of the console.
pub(crate) fn page(visit: &Visit, title: &str, body: &Markup) -> Markup {
    framed(visit, title, true, body)
}

/// A page that says that something went wrong: it does not repeat what the address says was done.
pub(crate) fn bare_page(visit: &Visit, title: &str, body: &Markup) -> Markup {
    framed(visit, title, false, body)
}

/// A page about one line: `tab` is the last part of its path, as in the table of a line's pages.
pub(crate) fn line_page(
    visit: &Visit,
    line: &LineView,
    tab: &str,
    title: &str,
    body: &Markup,
) -> Markup {
    let full = format!("{title} · {}", line.title);
    let base = kit::line_path(&line.id);
    page(
        visit,
        &full,
        &html! {
            div.line-head {
                p.line-name { bdi { (line.title) } " " (state_mark(visit, &line.state.state)) }
                p.parties {
                    @for (at, party) in line.parties.iter().enumerate() {
                        @if at > 0 { " – " }
                        bdi { (party.name) }
                    }
                }
                nav.tabs aria-label=(visit.say("line-pages")) {
                    ul {
                        @for (path, id) in LINE_PAGES {
                            li {
                                a href={ (base) (path) } aria-current=[(path == tab).then_some("page")] { (visit.say(id)) }
                            }
                        }
                    }
                }
            }
            (body)
        },
    )
}

/// A state as a word with a sign of its own: colour is never the only sign.
pub(crate) fn state_mark(visit: &Visit, state: &str) -> Markup {
    let sign = match state {
        "open" => "●",
        "degraded" => "◐",
        "cut" => "✕",
        "node down" => "▼",
        "unattended" => "○",
        "declining" => "◇",
        "suspended" => "‖",
        _ => "?",
    };
    html! {
        strong class={ "state state-" (state.replace(' ', "-")) } {
            span aria-hidden="true" { (sign) } " " (visit.words().term("state", state))
        }
    }
}

fn framed(visit: &Visit, title: &str, tells_done: bool, body: &Markup) -> Markup {
    let setting = &visit.setting;
    head(
        setting,
        title,
        &html! {
            body data-signed-in="yes" {
                a.skip href="#main" { (visit.say("skip")) }
                header.bar {
                    p.brand { a href="/" { "openline" } " " bdi.party { (visit.frame.party) } }
                    (clocks(visit))
                    div.who {
                        p { @if visit.session.officer.is_some() { a href="/passkeys" { bdi { (visit.session.who) } } } @else { (visit.say("administrator-here")) } }
                        form method="post" action="/sign-out" {
                            (kit::hidden("mark", &visit.mark))
                            button.quiet type="submit" { (visit.say("sign-out")) }
                        }
                    }
                    (choices(setting))
                }
                // A state that stands still must not be taken for the present one.
                noscript { p.warning.still { (visit.words().with("stands-still", &[("time", times::moment(setting.now_ms, &TimeZone::UTC, visit.words()).as_str().into())])) } }
                (alarms::bar(visit))
                div.frame {
                    nav.ways aria-label=(visit.say("ways")) data-live id="ways" { (ways(visit)) }
                    main id="main" tabindex="-1" {
                        @if tells_done { (done(visit)) }
                        (body)
                    }
                }
                p.live-state id="live-state" role="status"
                    data-lost=(visit.say("live-lost")) data-ended=(visit.say("live-ended")) {}
            }
        },
    )
}

/// UTC, this machine's time, and the other parties' on the page's line: the script keeps them running.
fn clocks(visit: &Visit) -> Markup {
    let mut zones = vec![("UTC".to_owned(), TimeZone::UTC, visit.say("clock-utc"))];
    let own = visit.zone();
    zones.push((
        own.iana_name().unwrap_or("UTC").to_owned(),
        own,
        visit.say("clock-ours"),
    ));
    for line in &visit.frame.lines {
        for party in line.parties.iter().filter(|party| party.index != line.me) {
            let is_known = zones.iter().any(|(_, _, label)| *label == party.name);
            if !is_known && zones.len() < 6 {
                zones.push((
                    party.zone.clone(),
                    times::zone(&party.zone),
                    party.name.clone(),
                ));
            }
        }
    }
    let now = visit.setting.now_ms;
    html! {
        dl.clocks aria-label=(visit.say("clocks")) {
            @for (name, zone, label) in &zones {
                div {
                    dt { bdi { (label) } }
                    dd data-zone=(name) {
                        span.clock { (times::clock(now, zone)) } " "
                        span.date { (times::short_date(now, zone, visit.words())) }
                    }
                }
            }
        }
    }
}

fn ways(visit: &Visit) -> Markup {
    let path = visit.setting.path.split('?').next().unwrap_or("/");
    let is_here = |to: &str| (path == to || (to != "/" && path.starts_with(to))).then_some("page");
    html! {
        ul {
            @for (to, id) in PAGES {
                li { a href=(to) aria-current=[is_here(to)] { (visit.say(id)) } }
            }
        }
        h2 { (visit.say("lines")) }
        ul.lines {
            @for line in &visit.frame.lines {
                @let to = kit::line_path(&line.id);
                li { a href=(to) aria-current=[is_here(&to)] { bdi { (line.title) } " " (state_mark(visit, &line.state.state)) } }
            }
        }
    }
}

/// What was done on the page before, told once.
fn done(visit: &Visit) -> Markup {
    let query = visit
        .setting
        .path
        .split_once('?')
        .map_or("", |(_, query)| query);
    let value = |name: &str| {
        let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        pairs
            .into_iter()
            .find(|(known, _)| *known == name)
            .map(|(_, value)| value.replace("%2F", "/"))
    };
    let is_word = |word: &String| word.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    let Some(act) = value("done").filter(is_word) else {
        return html! {};
    };
    let title = visit.words().term("act", &act);
    let place =
        value("place").filter(|place| place.chars().all(|c| c.is_ascii_digit() || c == '/'));
    html! {
        p.done role="status" {
            (visit.words().with("done", &[("act", title.as_str().into())]))
            @if let Some(place) = place {
                " " (visit.words().with("done-place", &[("place", place.as_str().into())]))
            }
        }
    }
}

/// The choice of language and theme.
fn choices(setting: &Setting) -> Markup {
    let words = &setting.words;
    html! {
        form.choices method="post" action="/settings" {
            (kit::hidden("back", &setting.path))
            label { span.unseen { (words.say("language")) }
                select name="language" data-submits {
                    @for language in Language::ALL {
                        option value=(language.tag()) lang=(language.tag()) selected[language == words.language()] { (language.name()) }
                    }
                }
            }
            label { span.unseen { (words.say("theme")) }
                select name="theme" data-submits {
                    @for theme in Theme::ALL {
                        option value=(theme.word()) selected[theme == setting.theme] { (words.term("theme", theme.word())) }
                    }
                }
            }
            button.quiet type="submit" { (words.say("choose")) }
        }
    }
}
