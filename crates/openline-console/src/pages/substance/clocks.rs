//! A time by every clock that matters.

use jiff::tz::TimeZone;
use maud::{Markup, html};
use openline_node::view::LineView;

use crate::visit::Visit;
use crate::{kit, times};

/// From and to when by every clock that matters: UTC and each capital's, with the weekday.
pub(super) fn window(visit: &Visit, line: &LineView, [from, to]: [i64; 2]) -> Markup {
    let clock = |name: &str, zone: &TimeZone| {
        html! { dt { bdi { (name) } } dd { (kit::moment_in(visit, from, zone)) " – " (kit::moment_in(visit, to, zone)) } }
    };
    html! {
        dl.facts {
            (clock("UTC", &TimeZone::UTC))
            @for party in &line.parties { (clock(&format!("{} ({})", party.name, party.zone), &times::zone(&party.zone))) }
        }
    }
}
