//! What a charter says, every term of it: what a party binds itself to when it signs.

use maud::{Markup, html};
use openline_node::view::{CharterPartyView, TermsView};

use crate::visit::Visit;
use crate::{kit, times};

/// In the order in which a charter lists what it says by precedence.
const PRECEDENCES: [&str; 4] = ["flash", "immediate", "priority", "routine"];
const STAGES: [&str; 3] = ["stored", "shown", "acknowledged"];
const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// Every term, in words and units.
pub(crate) fn all(visit: &Visit, terms: &TermsView) -> Markup {
    let seconds = |s: u64| seconds(visit, s);
    let count = |id: &str, count: u64| visit.words().with(id, &[("count", count.into())]);
    let or_none = |items: &[String]| {
        if items.is_empty() {
            visit.say("terms-none")
        } else {
            items.join(", ")
        }
    };
    let seal = visit.words().with(
        "terms-seal-after",
        &[
            ("count", terms.seal_entries.into()),
            ("time", seconds(terms.seal_interval_s).as_str().into()),
        ],
    );
    let matching = visit.words().with(
        "terms-matching-at-most",
        &[
            ("picks", terms.match_picks.into()),
            ("count", terms.match_runs.into()),
        ],
    );
    let retention = if terms.retention_days == 0 {
        visit.say("terms-for-ever")
    } else {
        count("length-days", terms.retention_days)
    };
    html! {
        dl.facts {
            dt { (visit.say("field-title")) } dd { bdi { (terms.title) } }
            dt { (visit.say("level")) } dd { bdi { (terms.level) } }
            dt { (visit.say("languages")) } dd { (or_none(&terms.languages)) }
            dt { (visit.say("contact-interval")) } dd { (seconds(terms.contact_interval_s)) }
            dt { (visit.say("tests")) } dd {
                @if terms.test_times.is_empty() { (visit.say("terms-none")) } @else {
                    (terms.test_times.join(", ")) " " (terms.test_zone)
                    " (" (days(visit, &terms.test_days)) ")"
                    @if terms.test_by_person { ". " (visit.say("terms-tests-by-person")) }
                }
            }
            dt { (visit.say("classes-open")) } dd { (or_none(&terms.open_classes)) }
            dt { (visit.say("terms-receipts")) } dd { (visit.say(if terms.batched_receipts { "terms-receipts-batched" } else { "terms-receipts-single" })) }
            dt { (visit.say("terms-watch")) } dd { (visit.words().term("terms-watch", &terms.watch)) }
            dt { (visit.say("terms-retention")) } dd { (retention) }
            dt { (visit.say("terms-seal")) } dd { (seal) }
            dt { (visit.say("terms-attachment")) } dd { (terms.attachment_limit) " B" }
            dt { (visit.say("terms-tolerance")) } dd { (seconds(terms.tolerance_s)) }
            dt { (visit.say("terms-settle")) } dd { (terms.settle_delay_ms) " ms" }
            dt { (visit.say("terms-matching")) } dd { (matching) }
        }
        div.scroll tabindex="0" role="region" aria-label=(visit.say("terms-clocks")) {
            table {
                caption { (visit.say("terms-clocks")) }
                thead { tr {
                    th scope="col" { (visit.say("precedence")) }
                    @for stage in STAGES { th scope="col" { (visit.words().term("stage", stage)) } }
                    th scope="col" { (visit.say("terms-words")) }
                } }
                tbody { @for (at, precedence) in PRECEDENCES.iter().enumerate() { tr {
                    th scope="row" { (visit.words().term("precedence", precedence)) }
                    @for clock in terms.clocks_s.get(at).into_iter().flatten() { td.figure { @if *clock == 0 { "–" } @else { (seconds(*clock)) } } }
                    td.figure { @match terms.word_limits.get(at) { Some(limit) if *limit > 0 => (limit), _ => "–" } }
                } } }
            }
        }
    }
}

/// Who is party to it, with posts and clock.
pub(crate) fn parties(parties: &[CharterPartyView]) -> Markup {
    html! { ul.plain { @for party in parties { li { bdi { (party.name) } ": " bdi { (party.posts.join(", ")) } " (" (party.zone) ")" } } } }
}

fn seconds(visit: &Visit, s: u64) -> String {
    let ms = i64::try_from(s).unwrap_or(i64::MAX).saturating_mul(1000);
    if s.is_multiple_of(60) || s < 60 {
        return times::length(ms, visit.words());
    }
    visit.words().with("length-seconds", &[("count", s.into())])
}

fn days(visit: &Visit, days: &[String]) -> String {
    let number = |day: &String| DAYS.iter().position(|known| known == day);
    let words = days.iter().filter_map(number);
    let words = words.map(|at| visit.say(&format!("weekday-{}", at + 1)));
    words.collect::<Vec<_>>().join(", ")
}

/// The form in which a charter is proposed: what most charters differ in; the other terms are as a charter has them that names none.
pub(crate) fn form(visit: &Visit, back: &str, confirmed: &[(String, String)]) -> Markup {
    let default = TermsView::default();
    kit::act_form(
        visit,
        "propose-charter",
        back,
        &html! {
            (kit::choice(&visit.say("charter-with"), "with/0", "", confirmed))
            (kit::needed(&visit.say("field-title"), "terms/title", "text", ""))
            (kit::needed(&visit.say("level"), "terms/level", "text", &default.level))
            (kit::needed(&visit.say("languages"), "terms/languages:list", "text", &default.languages.join(", ")))
            (kit::needed(&visit.say("charter-posts"), "posts:list", "text", "watch"))
            (kit::needed(&visit.say("charter-zone"), "zone", "text", "UTC"))
            (kit::needed(&visit.say("charter-their-posts"), "others/0/posts:list", "text", "watch"))
            (kit::needed(&visit.say("charter-their-zone"), "others/0/zone", "text", "UTC"))
            p.hint { (visit.say("charter-propose-hint")) " " code { "openline charter propose --terms" } }
            (kit::button(&visit.say("charter-propose")))
        },
    )
}
