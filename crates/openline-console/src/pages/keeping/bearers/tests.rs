//! The tests of lines with a party, beside one way to it: which of them it can have carried.

use maud::{Markup, html};
use openline_node::view::{WayTestView, WayView};

use crate::visit::Visit;
use crate::{kit, times};

pub(super) fn tests(visit: &Visit, way: &WayView) -> Markup {
    let title = visit.words().with(
        "way-tests",
        &[
            ("kind", way.kind.as_str().into()),
            ("party", way.party.as_str().into()),
            ("count", way.tests.len().into()),
        ],
    );
    if way.tests.is_empty() {
        return html! { p.hint { (title) } };
    }
    kit::folded(
        &title,
        &html! {
            div.scroll tabindex="0" role="region" aria-label=(title) {
                table {
                    thead { tr {
                        th scope="col" { (visit.say("when")) } th scope="col" { (visit.say("test")) } th scope="col" { (visit.say("way-test-answer")) }
                        th scope="col" { (visit.say("way-test-way")) }
                    } }
                    tbody { @for test in &way.tests { (row(visit, test)) } }
                }
            }
        },
    )
}

fn row(visit: &Visit, test: &WayTestView) -> Markup {
    html! { tr {
        td { (kit::moment(visit, test.at_ms)) }
        td { a href=(kit::entry_path(&test.line, &test.place)) { (test.place) } " " bdi { (test.by) } }
        td { @match test.answered_after_ms {
            Some(after) => (visit.words().with("way-test-answered", &[("after", times::length(after, visit.words()).as_str().into())])),
            None => strong.bad { (visit.say("way-test-unanswered")) },
        } }
        td { (visit.say(match test.has_stood {
            Some(true) => "way-test-stood",
            Some(false) => "way-test-down",
            None => "way-test-before",
        })) }
    } }
}
