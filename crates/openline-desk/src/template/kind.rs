//! The types of fields: what a value must look like, and the one form in which it is written.

use std::time::Duration;

use openline_core::body::is_language;
use openline_core::charter::is_post;

use super::moment::{self, date_text, duration_ms, span_words, time_text};
use super::position::{self, Circle, Position};
use super::quantity::{Decimal, Quantity, Unit};

/// Longest text of a field, characters, where a template names no shorter one.
pub const TEXT_CHARS_MAX: usize = 1000;
/// Most texts of a list.
pub const LINES_MAX: usize = 64;
/// How far a time that must be past may lie ahead of the clock, ms.
const CLOCK_SLACK_MS: i64 = 300_000;

/// What a field takes.
#[derive(Debug, Clone, PartialEq)]
pub enum FieldType {
    /// Words, at most so many characters.
    Text(usize),
    /// A list of texts, one on each line.
    Lines,
    /// A number.
    Number {
        /// Most decimals; 0 takes whole numbers only.
        decimals: usize,
        /// Least value.
        min: Option<Decimal>,
        /// Greatest value.
        max: Option<Decimal>,
    },
    /// A number with a unit.
    Quantity {
        /// The units it may have.
        units: Vec<Unit>,
        /// Least value, in any of these units.
        min: Option<Quantity>,
        /// Greatest value, in any of these units.
        max: Option<Quantity>,
    },
    /// One word of a list.
    Choice(Vec<String>),
    /// A time in UTC.
    Time {
        /// Whether it can't lie ahead.
        is_past: bool,
    },
    /// From and to in UTC.
    Window {
        /// Shortest duration.
        least: Option<Duration>,
        /// Longest duration.
        most: Option<Duration>,
    },
    /// A day in UTC.
    Date,
    /// A position.
    Position,
    /// An area by its corners.
    Polygon,
    /// An area by its centre and radius.
    Circle,
    /// A polygon or a circle.
    Area,
    /// A party of the line, by name.
    Party,
    /// A language, as a BCP 47 tag.
    Language,
    /// A post of the line.
    Post,
    /// A SHA-256 in hex.
    Sha256,
}

/// A value of the right type.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A text, choice, party, language, post or hash.
    Words(String),
    /// A list of texts.
    Lines(Vec<String>),
    /// A number.
    Number(Decimal),
    /// A number with a unit.
    Quantity(Quantity),
    /// A time, ms.
    Time(i64),
    /// From and to, ms.
    Window(i64, i64),
    /// When the day begins, ms.
    Date(i64),
    /// A position.
    Position(Position),
    /// The corners of an area, clockwise from the north-west.
    Polygon(Vec<Position>),
    /// A circle.
    Circle(Circle),
}

/// A party of the line and its posts, for fields that name them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seat {
    /// The party's name.
    pub party: String,
    /// Its posts.
    pub posts: Vec<String>,
}

/// What a value is judged by beside its own form.
#[derive(Debug, Clone, Default)]
pub struct Around {
    /// The time now, ms.
    pub now: i64,
    /// The parties of the line; empty when no line is known, and then any name will do.
    pub seats: Vec<Seat>,
}

impl FieldType {
    /// Reads a value, or says what is wrong with it.
    pub(super) fn read(&self, text: &str, around: &Around) -> Result<Value, String> {
        let text = text.trim();
        if text.is_empty() {
            return Err("it is empty".to_owned());
        }
        check_characters(text)?;
        match self {
            Self::Text(most) => words(text, *most),
            Self::Lines => lines(text),
            Self::Number { decimals, min, max } => number(text, *decimals, min, max),
            Self::Quantity { units, min, max } => quantity(text, units, min, max),
            Self::Choice(choices) => choice(text, choices),
            Self::Time { is_past } => time(text, *is_past, around.now),
            Self::Window { least, most } => window(text, *least, *most),
            Self::Date => moment::date(text).map(Value::Date),
            Self::Position => Position::parse(text).map(Value::Position),
            Self::Polygon => position::polygon(text).map(Value::Polygon),
            Self::Circle => position::circle(text).map(Value::Circle),
            Self::Area if text.to_lowercase().contains("radius") => {
                position::circle(text).map(Value::Circle)
            }
            Self::Area => position::polygon(text).map(Value::Polygon),
            Self::Party => party(text, around),
            Self::Language => language(text),
            Self::Post => post(text, around),
            Self::Sha256 => sha256(text),
        }
    }

    /// The name of the type in a template file.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Text(_) => "text",
            Self::Lines => "list",
            Self::Number { .. } => "number",
            Self::Quantity { .. } => "quantity",
            Self::Choice(_) => "choice",
            Self::Time { .. } => "time",
            Self::Window { .. } => "window",
            Self::Date => "date",
            Self::Position => "position",
            Self::Polygon => "polygon",
            Self::Circle => "circle",
            Self::Area => "area",
            Self::Party => "party",
            Self::Language => "language",
            Self::Post => "post",
            Self::Sha256 => "sha256",
        }
    }

    /// Whether a value may have several lines, which are then its items.
    #[must_use]
    pub fn is_list(&self) -> bool {
        matches!(self, Self::Lines | Self::Polygon | Self::Area)
    }

    /// What a value should look like, in words.
    #[must_use]
    pub fn shape(&self) -> String {
        match self {
            Self::Text(most) => format!("words, at most {most} characters"),
            Self::Lines => format!("texts, one on each line, at most {LINES_MAX}"),
            Self::Number { decimals, min, max } => {
                let number = match decimals {
                    0 => "a whole number".to_owned(),
                    most => format!("a number with at most {most} decimals"),
                };
                number + &bounds(min, max)
            }
            Self::Quantity { units, min, max } => {
                let units: Vec<&str> = units.iter().map(|unit| unit.symbol).collect();
                format!("a number and {}{}", units.join(" or "), bounds(min, max))
            }
            Self::Choice(choices) => format!("one of: {}", choices.join(", ")),
            Self::Time { is_past } => {
                let past = if *is_past { ", not ahead of now" } else { "" };
                format!("a time in UTC, YYYY-MM-DD HH:MM UTC or DDHHMMZ MON YYYY{past}")
            }
            Self::Window { least, most } => format!(
                "two times in UTC, FROM to TO, TO after FROM{}",
                lengths(*least, *most)
            ),
            Self::Date => "a day in UTC, YYYY-MM-DD".to_owned(),
            Self::Position => position::SHAPE.to_owned(),
            Self::Polygon => format!(
                "{} or more positions, clockwise from the north-west corner, with semicolons between them; each {}",
                position::POLYGON_MIN,
                position::SHAPE
            ),
            Self::Circle => "a position, the word radius, a number and NM or km".to_owned(),
            Self::Area => format!(
                "{} or more positions clockwise from the north-west corner with semicolons between them, or one position, the word radius, a number and NM or km",
                position::POLYGON_MIN
            ),
            Self::Party => "the name of a party of the line".to_owned(),
            Self::Language => "a language tag, such as en, fr or zh-Hant".to_owned(),
            Self::Post => "a post of the line: small letters, digits and hyphens".to_owned(),
            Self::Sha256 => "64 hex digits".to_owned(),
        }
    }
}

impl Value {
    /// The value as it stands in a field of the message; reading it again gives the same value.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::Words(words) => words.clone(),
            Self::Lines(lines) => lines.join("\n"),
            Self::Number(number) => number.to_string(),
            Self::Quantity(quantity) => quantity.to_string(),
            Self::Time(ms) => time_text(*ms),
            Self::Window(from, to) => format!("{} to {}", time_text(*from), time_text(*to)),
            Self::Date(ms) => date_text(*ms),
            Self::Position(position) => position.to_string(),
            Self::Polygon(corners) => position::list_text(corners),
            Self::Circle(circle) => circle.to_string(),
        }
    }
}

/// No control characters but line ends, and none that change the writing direction unseen.
fn check_characters(text: &str) -> Result<(), String> {
    let is_hidden = |c: &char| {
        (c.is_control() && *c != '\n')
            || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    match text.chars().find(is_hidden) {
        Some(c) => Err(format!(
            "it holds the character U+{:04X}, which is not seen",
            u32::from(c)
        )),
        None => Ok(()),
    }
}

fn words(text: &str, most: usize) -> Result<Value, String> {
    let count = text.chars().count();
    if count > most {
        return Err(format!(
            "it has {count} characters; at most {most} are taken"
        ));
    }
    Ok(Value::Words(text.to_owned()))
}

fn lines(text: &str) -> Result<Value, String> {
    let lines: Vec<String> = text
        .lines()
        .map(|line| line.trim().to_owned())
        .filter(|line| !line.is_empty())
        .collect();
    if lines.len() > LINES_MAX {
        return Err(format!(
            "it has {} lines; at most {LINES_MAX} are taken",
            lines.len()
        ));
    }
    Ok(Value::Lines(lines))
}

fn number(
    text: &str,
    decimals: usize,
    min: &Option<Decimal>,
    max: &Option<Decimal>,
) -> Result<Value, String> {
    let number = Decimal::parse(text)?;
    if number.decimals() > decimals {
        return Err(match decimals {
            0 => format!("{number} is not a whole number"),
            most => format!("{number} has more than {most} decimals"),
        });
    }
    let is_below = min.as_ref().filter(|min| number.as_f64() < min.as_f64());
    let is_above = max.as_ref().filter(|max| number.as_f64() > max.as_f64());
    beyond(&number, is_below, is_above)?;
    Ok(Value::Number(number))
}

fn quantity(
    text: &str,
    units: &[Unit],
    min: &Option<Quantity>,
    max: &Option<Quantity>,
) -> Result<Value, String> {
    let quantity = Quantity::parse(text, units)?;
    let is_below = min.as_ref().filter(|min| quantity.as_f64() < min.as_f64());
    let is_above = max.as_ref().filter(|max| quantity.as_f64() > max.as_f64());
    beyond(&quantity, is_below, is_above)?;
    Ok(Value::Quantity(quantity))
}

fn beyond<T: std::fmt::Display>(
    value: &T,
    below: Option<&T>,
    above: Option<&T>,
) -> Result<(), String> {
    match (below, above) {
        (Some(min), _) => Err(format!("{value} is less than {min}")),
        (None, Some(max)) => Err(format!("{value} is more than {max}")),
        (None, None) => Ok(()),
    }
}

fn bounds<T: std::fmt::Display>(min: &Option<T>, max: &Option<T>) -> String {
    match (min, max) {
        (Some(min), Some(max)) => format!(", from {min} to {max}"),
        (Some(min), None) => format!(", at least {min}"),
        (None, Some(max)) => format!(", at most {max}"),
        (None, None) => String::new(),
    }
}

fn choice(text: &str, choices: &[String]) -> Result<Value, String> {
    let plain = |text: &str| text.to_lowercase().replace(['-', '_'], " ");
    let found = choices
        .iter()
        .find(|choice| plain(choice) == plain(text))
        .ok_or_else(|| format!("\"{text}\" is not on the list"))?;
    Ok(Value::Words(found.clone()))
}

fn time(text: &str, is_past: bool, now: i64) -> Result<Value, String> {
    let ms = moment::time(text)?;
    if is_past && ms > now.saturating_add(CLOCK_SLACK_MS) {
        return Err(format!(
            "it lies {} ahead, and says what has happened",
            span_words(ms - now)
        ));
    }
    Ok(Value::Time(ms))
}

fn window(text: &str, least: Option<Duration>, most: Option<Duration>) -> Result<Value, String> {
    let (from, to) = moment::window(text)?;
    let length = to - from;
    let bound = |limit: Duration| span_words(duration_ms(limit));
    let is_short = least.filter(|least| length < duration_ms(*least));
    let is_long = most.filter(|most| length > duration_ms(*most));
    let lasts = span_words(length);
    match (is_short, is_long) {
        (Some(least), _) => Err(format!("it lasts {lasts}, less than {}", bound(least))),
        (None, Some(most)) => Err(format!("it lasts {lasts}, more than {}", bound(most))),
        (None, None) => Ok(Value::Window(from, to)),
    }
}

fn lengths(least: Option<Duration>, most: Option<Duration>) -> String {
    let words = |limit: Duration| span_words(duration_ms(limit));
    match (least, most) {
        (Some(least), Some(most)) if least == most => format!(", {} long", words(least)),
        (Some(least), Some(most)) => {
            format!(", {} to {} long", words(least), words(most))
        }
        (Some(least), None) => format!(", at least {} long", words(least)),
        (None, Some(most)) => format!(", at most {} long", words(most)),
        (None, None) => String::new(),
    }
}

fn party(text: &str, around: &Around) -> Result<Value, String> {
    let is_known = around.seats.iter().any(|seat| seat.party == text);
    if !around.seats.is_empty() && !is_known {
        let names: Vec<&str> = around.seats.iter().map(|s| s.party.as_str()).collect();
        return Err(format!(
            "\"{text}\" is no party of the line; its parties are {}",
            names.join(", ")
        ));
    }
    words(text, openline_core::limits::NAME_MAX)
}

fn language(text: &str) -> Result<Value, String> {
    if is_language(text) {
        Ok(Value::Words(text.to_owned()))
    } else {
        Err(format!("\"{text}\" is not a language tag"))
    }
}

fn post(text: &str, around: &Around) -> Result<Value, String> {
    if !is_post(text) {
        return Err(format!("\"{text}\" is not the name of a post"));
    }
    let posts: Vec<&str> = around
        .seats
        .iter()
        .flat_map(|seat| seat.posts.iter().map(String::as_str))
        .collect();
    if !posts.is_empty() && !posts.contains(&text) {
        return Err(format!(
            "the line has no post \"{text}\"; its posts are {}",
            posts.join(", ")
        ));
    }
    Ok(Value::Words(text.to_owned()))
}

fn sha256(text: &str) -> Result<Value, String> {
    let is_right = text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit());
    if is_right {
        Ok(Value::Words(text.to_lowercase()))
    } else {
        Err(format!("it has {} characters", text.chars().count()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn around() -> Around {
        Around {
            now: 1_795_521_600_000,
            seats: vec![Seat {
                party: "Ministry A".to_owned(),
                posts: vec!["watch".to_owned()],
            }],
        }
    }

    fn refused(kind: &FieldType, text: &str) -> String {
        match kind.read(text, &around()) {
            Err(why) => why,
            Ok(value) => panic!("{text} was taken as {value:?}"),
        }
    }

    fn taken(kind: &FieldType, text: &str) -> String {
        let value = kind.read(text, &around());
        let value = value.unwrap_or_else(|why| panic!("{text}: {why}"));
        let written = value.text();
        assert_eq!(kind.read(&written, &around()), Ok(value), "{written}");
        written
    }

    #[test]
    fn every_type_takes_its_own_and_writes_it_in_one_form() {
        assert_eq!(taken(&FieldType::Text(9), "  a word "), "a word");
        assert_eq!(taken(&FieldType::Lines, " a \n\n b"), "a\nb");
        let choice = FieldType::Choice(vec!["road convoy".to_owned()]);
        assert_eq!(taken(&choice, "Road-Convoy"), "road convoy");
        let now = FieldType::Time { is_past: true };
        assert_eq!(taken(&now, "240900Z NOV 2026"), "2026-11-24 09:00 UTC");
        assert_eq!(taken(&FieldType::Date, "2026-11-24"), "2026-11-24");
        assert_eq!(taken(&FieldType::Party, "Ministry A"), "Ministry A");
        assert_eq!(taken(&FieldType::Post, "watch"), "watch");
        assert_eq!(taken(&FieldType::Language, "zh-Hant"), "zh-Hant");
        let hash = "AB".repeat(32);
        assert_eq!(taken(&FieldType::Sha256, &hash), "ab".repeat(32));
        let circle = "59-30.00N 010-15.00E radius 5 NM";
        assert_eq!(taken(&FieldType::Area, circle), circle);
        let corners = "60-00N 010-00E\n60-00N 020-00E\n50-00N 010-00E";
        assert_eq!(
            taken(&FieldType::Area, corners),
            corners.replace('\n', "; ")
        );
    }

    #[test]
    fn every_type_says_what_is_wrong() {
        let whole = FieldType::Number {
            decimals: 0,
            min: Decimal::parse("1").ok(),
            max: Decimal::parse("9").ok(),
        };
        let far = FieldType::Quantity {
            units: ["km", "NM"].iter().filter_map(|u| Unit::named(u)).collect(),
            min: Quantity::parse("40 km", &[Unit::named("km").expect("known")]).ok(),
            max: None,
        };
        let day = Some(Duration::from_secs(86_400));
        let window = FieldType::Window {
            least: day,
            most: day,
        };
        let choice = FieldType::Choice(vec!["yes".to_owned()]);
        for (kind, text, why) in [
            (&FieldType::Text(3), "", "empty"),
            (&FieldType::Text(3), "four", "at most 3"),
            (&FieldType::Text(99), "a\u{202e}b", "U+202E"),
            (&FieldType::Text(99), "a\tb", "U+0009"),
            (&FieldType::Lines, &"x\n".repeat(65), "at most 64"),
            (&whole, "1.5", "not a whole number"),
            (&whole, "0", "0 is less than 1"),
            (&whole, "10", "10 is more than 9"),
            (&whole, "many", "not a number"),
            (&far, "39.9 km", "39.9 km is less than 40 km"),
            (&far, "21 NM", "21 NM is less than 40 km"),
            (&far, "41", "no unit"),
            (&choice, "no", "not on the list"),
            (
                &FieldType::Time { is_past: true },
                "2030-01-01 00:00 UTC",
                "ahead",
            ),
            (&FieldType::Time { is_past: false }, "2030-01-01", "UTC"),
            (
                &window,
                "2026-12-01T00:00Z/2026-12-01T06:00Z",
                "less than 1 day",
            ),
            (
                &window,
                "2026-12-01T00:00Z/2026-12-03T06:00Z",
                "more than 1 day",
            ),
            (
                &window,
                "2026-12-02T00:00Z/2026-12-01T00:00Z",
                "before it begins",
            ),
            (&FieldType::Date, "1 Dec", "not a date"),
            (&FieldType::Position, "59N 10E", "no hyphen"),
            (&FieldType::Polygon, "60-00N 010-00E", "at least 3"),
            (&FieldType::Circle, "60-00N 010-00E", "radius"),
            (&FieldType::Area, "60-00N 010-00E", "at least 3"),
            (
                &FieldType::Party,
                "Ministry X",
                "its parties are Ministry A",
            ),
            (&FieldType::Post, "radar", "its posts are watch"),
            (&FieldType::Post, "Radar Room", "not the name of a post"),
            (&FieldType::Language, "English please", "not a language tag"),
            (&FieldType::Sha256, "abc", "it has 3 characters"),
        ] {
            let said = refused(kind, text);
            assert!(said.contains(why), "{text}: {said}");
        }
    }

    #[test]
    fn without_a_line_any_party_and_post_will_do() {
        let nobody = Around::default();
        assert!(FieldType::Party.read("Anyone", &nobody).is_ok());
        assert!(FieldType::Post.read("radar", &nobody).is_ok());
    }

    #[test]
    fn bounds_are_part_of_what_a_value_should_look_like() {
        let day = Some(Duration::from_secs(5 * 86_400));
        let window = FieldType::Window {
            least: day,
            most: day,
        };
        assert!(
            window.shape().ends_with(", 5 days long"),
            "{}",
            window.shape()
        );
        let whole = FieldType::Number {
            decimals: 0,
            min: Decimal::parse("0").ok(),
            max: None,
        };
        assert_eq!(whole.shape(), "a whole number, at least 0");
    }
}
