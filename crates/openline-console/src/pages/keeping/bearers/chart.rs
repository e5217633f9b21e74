//! A way's round trips as a drawing made here, and the same in a table for who can't see it.

use maud::{Markup, html};
use openline_node::view::WayView;

use crate::kit;
use crate::visit::Visit;

/// Width and height of the drawing, in its own units.
const SIZE: (u64, u64) = (480, 80);
/// Rows of the table: the newest.
const ROWS: usize = 20;

/// Nothing where no round trip was measured.
pub(super) fn chart(visit: &Visit, way: &WayView) -> Markup {
    let most = way
        .round_trips
        .iter()
        .map(|trip| trip.us)
        .max()
        .unwrap_or(0);
    let (Some(first), Some(last)) = (way.round_trips.first(), way.round_trips.last()) else {
        return html! {};
    };
    let span = last.at_ms.abs_diff(first.at_ms).max(1);
    let points: Vec<String> = way
        .round_trips
        .iter()
        .map(|trip| {
            let x = trip.at_ms.abs_diff(first.at_ms) * SIZE.0 / span;
            let y = SIZE.1 - trip.us.saturating_mul(SIZE.1 - 4) / most.max(1);
            format!("{x},{y}")
        })
        .collect();
    let title = visit.words().with(
        "way-chart",
        &[
            ("kind", way.kind.as_str().into()),
            ("party", way.party.as_str().into()),
            ("count", way.round_trips.len().into()),
            ("most", super::milliseconds(most).as_str().into()),
        ],
    );
    html! {
        figure.way {
            figcaption { (title) }
            svg viewBox={ "0 0 " (SIZE.0) " " (SIZE.1) } role="img" aria-label=(title) {
                polyline points=(points.join(" ")) fill="none" stroke-width="2" {}
            }
            (kit::folded(&visit.say("way-table"), &table(visit, way)))
        }
    }
}

fn table(visit: &Visit, way: &WayView) -> Markup {
    html! {
        table {
            thead { tr { th scope="col" { (visit.say("when")) } th scope="col" { (visit.say("round-trips")) } } }
            tbody { @for trip in way.round_trips.iter().rev().take(ROWS) { tr {
                td { (kit::moment(visit, trip.at_ms)) } td.figure { (super::milliseconds(trip.us)) " ms" }
            } } }
        }
        p { (visit.say("way-stood")) }
        ul.plain { @for stood in way.stood.iter().rev().take(ROWS) { li {
            (kit::moment(visit, stood.from_ms)) " – "
            @if let Some(until) = stood.until_ms { (kit::moment(visit, until)) } @else { (visit.say("way-stands")) }
        } } }
    }
}
