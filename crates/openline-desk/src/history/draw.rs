//! The history drawn: as text for a terminal, and as an SVG that is the same bytes every time.

use std::fmt::Write as _;

use openline_core::PartyIndex;
use openline_core::encounter::EncounterKind;

use super::{Event, Standing};

/// What a party is called.
pub type Names<'a> = &'a dyn Fn(PartyIndex) -> String;

/// Silences from here on are drawn as a line of their own, days.
const LONG: i64 = 30;

/// A line for each event, oldest first.
#[must_use]
pub fn text(events: &[Event], names: Names<'_>) -> String {
    let mut drawn = String::new();
    for event in events {
        let least = event.silence_at_least.map(|days| (days, "at least "));
        let silence = event.silence.map(|days| (days, "")).or(least);
        if let Some((days, least)) = silence.filter(|(days, _)| *days >= LONG) {
            line(
                &mut drawn,
                &format!("           :   {least}{days} days of silence"),
            );
        }
        line(
            &mut drawn,
            &format!(
                "{:<10} {}   {}, {}{}: {}",
                event.day.text(),
                mark(event),
                event.kind.word(),
                event.level,
                host(event, names),
                event.what
            ),
        );
        if let Some((_, since)) = &event.since {
            line(
                &mut drawn,
                &format!(
                    "           |   first {} at this level since {}",
                    event.kind.word(),
                    since.text()
                ),
            );
        }
        if let Standing::Claimed(by) = &event.standing {
            line(
                &mut drawn,
                &format!("           |   so far only as {} has it", all(by, names)),
            );
        }
    }
    drawn
}

fn line(drawn: &mut String, text: &str) {
    drawn.push_str(text.trim_end());
    drawn.push('\n');
}

/// Filled where all agree; hollow where it is a claim.
fn mark(event: &Event) -> char {
    match (&event.standing, event.kind) {
        (Standing::Agreed, EncounterKind::Visit) => '■',
        (Standing::Claimed(_), EncounterKind::Visit) => '□',
        (Standing::Agreed, EncounterKind::Meeting) => '▲',
        (Standing::Claimed(_), EncounterKind::Meeting) => '△',
        (Standing::Agreed, EncounterKind::Call) => '●',
        (Standing::Claimed(_), EncounterKind::Call) => '○',
    }
}

fn host(event: &Event, names: Names<'_>) -> String {
    event
        .host
        .map_or_else(String::new, |host| format!(", hosted by {}", names(host)))
}

fn all(parties: &[PartyIndex], names: Names<'_>) -> String {
    let named: Vec<String> = parties.iter().map(|party| names(*party)).collect();
    named.join(" and ")
}

const WIDTH: i64 = 960;
const LEFT: i64 = 200;
const RIGHT: i64 = 30;
const TOP: i64 = 30;
const LANE: i64 = 56;

/// A lane for each level, a shape for each event: squares are visits, triangles meetings, circles calls; hollow ones are claimed
/// and not agreed. What an event was is the shape's title.
#[must_use]
pub fn svg(events: &[Event], names: Names<'_>) -> String {
    let mut levels: Vec<&str> = events.iter().map(|event| event.level.as_str()).collect();
    levels.sort_unstable();
    levels.dedup();
    let lanes = i64::try_from(levels.len()).unwrap_or(0);
    let height = TOP + lanes.max(1) * LANE + 40;
    let mut drawn = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" font-family=\"sans-serif\" font-size=\"13\">\n<title>Contact history</title>\n<rect width=\"{WIDTH}\" height=\"{height}\" fill=\"#fff\"/>\n"
    );
    let scale = Scale::of(events);
    for year in scale.years() {
        let x = scale.x_of_year(year);
        element(
            &mut drawn,
            &format!(
                "<line x1=\"{x}\" y1=\"{TOP}\" x2=\"{x}\" y2=\"{}\" stroke=\"#ddd\"/><text x=\"{x}\" y=\"{}\" text-anchor=\"middle\" fill=\"#555\">{year}</text>",
                height - 40,
                height - 16
            ),
        );
    }
    for (at, level) in (0..).zip(&levels) {
        let y = TOP + at * LANE + LANE / 2;
        element(
            &mut drawn,
            &format!(
                "<text x=\"10\" y=\"{}\">{}</text><line x1=\"{LEFT}\" y1=\"{y}\" x2=\"{}\" y2=\"{y}\" stroke=\"#999\"/>",
                y + 4,
                escaped(level),
                WIDTH - RIGHT
            ),
        );
        for event in events.iter().filter(|event| event.level == *level) {
            shape(&mut drawn, event, (scale.x(event), y), names);
        }
    }
    drawn.push_str("</svg>\n");
    drawn
}

fn element(drawn: &mut String, text: &str) {
    drawn.push_str(text);
    drawn.push('\n');
}

fn shape(drawn: &mut String, event: &Event, (x, y): (i64, i64), names: Names<'_>) {
    let is_agreed = event.standing == Standing::Agreed;
    let fill = if is_agreed { "#123a5e" } else { "#fff" };
    let paint = format!("fill=\"{fill}\" stroke=\"#123a5e\" stroke-width=\"2\"");
    let title = title(event, names);
    let body = match event.kind {
        EncounterKind::Visit => {
            format!(
                "<rect x=\"{}\" y=\"{}\" width=\"14\" height=\"14\" {paint}>",
                x - 7,
                y - 7
            )
        }
        EncounterKind::Meeting => format!(
            "<path d=\"M{x} {} L{} {} L{} {} Z\" {paint}>",
            y - 8,
            x + 8,
            y + 7,
            x - 8,
            y + 7
        ),
        EncounterKind::Call => format!("<circle cx=\"{x}\" cy=\"{y}\" r=\"7\" {paint}>"),
    };
    let close = match event.kind {
        EncounterKind::Visit => "rect",
        EncounterKind::Meeting => "path",
        EncounterKind::Call => "circle",
    };
    let _ = writeln!(drawn, "{body}<title>{}</title></{close}>", escaped(&title));
}

fn title(event: &Event, names: Names<'_>) -> String {
    let since = event.since.map_or_else(String::new, |(_, day)| {
        format!(
            "; first {} at this level since {}",
            event.kind.word(),
            day.text()
        )
    });
    let claimed = match &event.standing {
        Standing::Agreed => String::new(),
        Standing::Claimed(by) => format!("; so far only as {} has it", all(by, names)),
    };
    format!(
        "{}: {}, {}{}: {}{since}{claimed}",
        event.day.text(),
        event.kind.word(),
        event.level,
        host(event, names),
        event.what
    )
}

/// Text that can stand in XML 1.0: what it can't hold is left out.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\u{fffe}' | '\u{ffff}' => {}
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

/// Whole years from the first event to the last, spread over the width.
struct Scale {
    first: i64,
    years: i64,
}

impl Scale {
    fn of(events: &[Event]) -> Self {
        let years = events.iter().map(|event| i64::from(event.day.year));
        let first = years.clone().min().unwrap_or(0);
        let last = years.max().unwrap_or(first);
        Self {
            first,
            years: last - first + 1,
        }
    }

    /// At most about twenty, so that they stay legible.
    fn years(&self) -> impl Iterator<Item = i64> + use<> {
        let step = usize::try_from(self.years / 20 + 1).unwrap_or(1);
        (self.first..self.first + self.years).step_by(step)
    }

    fn x_of_year(&self, year: i64) -> i64 {
        LEFT + 10 + (year - self.first) * self.width() / self.years
    }

    fn x(&self, event: &Event) -> i64 {
        let day = i64::from(event.day.earliest().day_of_year()) - 1;
        self.x_of_year(i64::from(event.day.year)) + day * self.width() / (366 * self.years)
    }

    fn width(&self) -> i64 {
        WIDTH - LEFT - RIGHT - 20
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::events;
    use super::*;

    fn name(party: PartyIndex) -> String {
        ["Alpha", "Beta & Co"][party.at()].to_owned()
    }

    #[test]
    fn the_terminal_shows_marks_silences_and_firsts() {
        let drawn = text(&events(), &name);
        let expected = "\
2018       ■   visit, minister, hosted by Beta & Co: an <older> contact
           :   at least 1626 days of silence
2023-06-14 ○   call, minister, hosted by Beta & Co: an <older> contact
           |   so far only as Alpha has it
2023-06-18 ■   visit, minister, hosted by Beta & Co: two days of talks
           |   first visit at this level since 2018
";
        assert_eq!(drawn, expected);
    }

    #[test]
    fn the_svg_holds_each_event_and_no_mark_up_of_what_was_typed() {
        let drawn = svg(&events(), &name);
        assert_eq!(drawn, svg(&events(), &name));
        assert_eq!(
            drawn.matches("<rect").count(),
            3,
            "the ground and two visits"
        );
        assert_eq!(drawn.matches("<circle").count(), 1);
        assert!(drawn.contains("an &lt;older&gt; contact") && !drawn.contains("<older>"));
        assert!(drawn.contains("Beta &amp; Co"));
        assert!(svg(&[], &name).ends_with("</svg>\n"));
    }
}
