//! Positions as mariners write them, and the areas made of them: `DD-MM.mmN DDD-MM.mmE`, leading zeros, one precision.

use std::fmt;

use super::quantity::Decimal;

/// Most positions of a polygon.
pub const POLYGON_MAX: usize = 64;
/// Fewest positions of a polygon.
pub const POLYGON_MIN: usize = 3;
/// Most decimals of a minute.
const DECIMALS_MAX: usize = 3;
/// Units in which positions are kept: thousandths of a minute.
const DEGREE: i64 = 60_000;
const CIRCLE: i64 = 360 * DEGREE;
/// What a position looks like.
pub(super) const SHAPE: &str =
    "degrees and minutes with leading zeros, DD-MM.mmN DDD-MM.mmE, as many decimals in both";

/// A place on the earth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// Thousandths of a minute, north positive.
    latitude: i64,
    /// Thousandths of a minute, east positive.
    longitude: i64,
    /// Decimals of the minutes.
    decimals: usize,
}

/// A circle around a position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Circle {
    /// Its centre.
    pub centre: Position,
    /// Its radius, above zero.
    pub radius: Decimal,
    /// `NM` or `km`.
    pub unit: &'static str,
}

impl Position {
    /// Reads one position.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let parts: Vec<&str> = text.split_whitespace().collect();
        let [latitude, longitude] = parts[..] else {
            return Err(
                "it is not a latitude and a longitude with a space between them".to_owned(),
            );
        };
        let (latitude, north) = angle(latitude, 2, ['N', 'S'], 90)?;
        let (longitude, east) = angle(longitude, 3, ['E', 'W'], 180)?;
        if north != east {
            return Err(format!(
                "its latitude has {north} decimals and its longitude {east}"
            ));
        }
        Ok(Self {
            latitude,
            longitude,
            decimals: north,
        })
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let part = |value: i64, width: usize, positive: char, negative: char| {
            let size = value.abs();
            let (degrees, minutes) = (size / DEGREE, size % DEGREE);
            let thousandths = format!("{:03}", minutes % 1000);
            let decimals = match self.decimals {
                0 => String::new(),
                n => format!(".{}", &thousandths[..n]),
            };
            let side = if value < 0 { negative } else { positive };
            format!("{degrees:0width$}-{:02}{decimals}{side}", minutes / 1000)
        };
        let latitude = part(self.latitude, 2, 'N', 'S');
        let longitude = part(self.longitude, 3, 'E', 'W');
        write!(f, "{latitude} {longitude}")
    }
}

impl fmt::Display for Circle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} radius {} {}", self.centre, self.radius, self.unit)
    }
}

/// One angle with its side: thousandths of a minute, and how many decimals it has.
fn angle(
    text: &str,
    width: usize,
    sides: [char; 2],
    degrees_max: i64,
) -> Result<(i64, usize), String> {
    let bad = |why: &str| format!("\"{text}\" {why}");
    let side = text.chars().last().unwrap_or(' ').to_ascii_uppercase();
    if !sides.contains(&side) {
        return Err(bad(&format!(
            "does not end in {} or {}",
            sides[0], sides[1]
        )));
    }
    let (degrees, minutes) = text[..text.len() - 1]
        .split_once('-')
        .ok_or_else(|| bad("has no hyphen between degrees and minutes"))?;
    let (whole, decimals) = minutes.split_once('.').unwrap_or((minutes, ""));
    if degrees.len() != width || whole.len() != 2 {
        return Err(bad(&format!(
            "does not have {width} digits of degrees and 2 of minutes: leading zeros are written"
        )));
    }
    let is_plain = [degrees, whole, decimals]
        .iter()
        .all(|part| part.bytes().all(|b| b.is_ascii_digit()));
    if !is_plain || decimals.len() > DECIMALS_MAX || minutes.ends_with('.') {
        return Err(bad(&format!(
            "is not degrees and minutes with at most {DECIMALS_MAX} decimals"
        )));
    }
    let number = |text: &str| text.parse::<i64>().unwrap_or(0);
    let thousandths = number(&format!("{whole}{decimals:0<3}"));
    if thousandths >= DEGREE {
        return Err(bad("has 60 minutes or more"));
    }
    let size = number(degrees) * DEGREE + thousandths;
    if size > degrees_max * DEGREE {
        return Err(bad(&format!("is beyond {degrees_max} degrees")));
    }
    let value = if side == sides[0] { size } else { -size };
    Ok((value, decimals.len()))
}

/// Reads a circle: a position, `radius`, a number and NM or km.
pub(super) fn circle(text: &str) -> Result<Circle, String> {
    let plain = text.replace(['\n', ',', ';'], " ");
    let lower = plain.to_lowercase();
    let at = lower.find("radius").ok_or("it does not say its radius")?;
    let (centre, rest) = (&plain[..at], &plain[at + "radius".len()..]);
    let parts: Vec<&str> = rest.split_whitespace().collect();
    let [radius, unit] = parts[..] else {
        return Err("its radius is not a number and a unit".to_owned());
    };
    let unit = ["NM", "km"]
        .into_iter()
        .find(|known| *known == unit)
        .ok_or_else(|| format!("its radius is in \"{unit}\", not in NM or km"))?;
    let radius = Decimal::parse(radius)?;
    if radius.as_f64() <= 0.0 {
        return Err("its radius is not above zero".to_owned());
    }
    Ok(Circle {
        centre: Position::parse(centre)?,
        radius,
        unit,
    })
}

/// Reads a polygon: positions clockwise from the north-west corner, which may stand on lines of their own or between semicolons.
///
/// The *north-west corner* is a corner than which no other lies both as far north and as far west. Areas that hold a pole are not taken.
pub(super) fn polygon(text: &str) -> Result<Vec<Position>, String> {
    let parts = text.split([';', '\n']).map(str::trim);
    let corners = parts
        .filter(|part| !part.is_empty())
        .enumerate()
        .map(|(at, part)| {
            Position::parse(part).map_err(|why| format!("position {}: {why}", at + 1))
        })
        .collect::<Result<Vec<_>, _>>()?;
    if corners.len() > POLYGON_MAX {
        return Err(format!(
            "it has {} positions; at most {POLYGON_MAX} are taken",
            corners.len()
        ));
    }
    if corners.len() > POLYGON_MIN && corners.first() == corners.last() {
        return Err(
            "its last position is its first again: leave it out, the area closes by itself"
                .to_owned(),
        );
    }
    if corners.len() < POLYGON_MIN {
        return Err(format!(
            "it has {} positions; an area needs at least {POLYGON_MIN}",
            corners.len()
        ));
    }
    check_corners(&corners)?;
    Ok(corners)
}

/// A corner in a plane: x east of the first corner, y north.
type Point = (i64, i64);

fn check_corners(corners: &[Position]) -> Result<(), String> {
    let points = plane(corners);
    let is_repeated = |at: usize| points[..at].contains(&points[at]);
    if let Some(at) = (0..points.len()).find(|at| is_repeated(*at)) {
        return Err(format!("{} stands in it twice", corners[at]));
    }
    if let Some((a, b)) = crossing(&points) {
        let next = |at: usize| corners[(at + 1) % corners.len()];
        return Err(format!(
            "its sides cross: {} to {} and {} to {}",
            corners[a],
            next(a),
            corners[b],
            next(b)
        ));
    }
    let area = doubled_area(&points);
    if area == 0 {
        return Err("its positions lie in one line".to_owned());
    }
    let is_clockwise = area < 0;
    if is_clockwise && is_north_west(&points, 0) {
        return Ok(());
    }
    let fault = if is_clockwise {
        "it does not begin in the north-west corner"
    } else {
        "it runs anticlockwise"
    };
    Err(format!(
        "{fault}; clockwise from the north-west corner it is: {}",
        in_order(corners, &points, is_clockwise)
    ))
}

/// Longitudes are taken the short way round from the first corner, so that an area may lie across 180 degrees.
fn plane(corners: &[Position]) -> Vec<Point> {
    let origin = corners[0].longitude;
    let east = |position: &Position| {
        (position.longitude - origin + CIRCLE / 2).rem_euclid(CIRCLE) - CIRCLE / 2
    };
    corners.iter().map(|c| (east(c), c.latitude)).collect()
}

/// Twice the area, negative for a clockwise one.
fn doubled_area(points: &[Point]) -> i128 {
    let sides = points.iter().zip(points.iter().cycle().skip(1));
    sides
        .map(|(a, b)| i128::from(a.0) * i128::from(b.1) - i128::from(b.0) * i128::from(a.1))
        .sum()
}

fn is_north_west(points: &[Point], at: usize) -> bool {
    let (x, y) = points[at];
    let beats = |other: &Point| *other != (x, y) && other.0 <= x && other.1 >= y;
    !points.iter().any(beats)
}

/// The positions as they should stand.
fn in_order(corners: &[Position], points: &[Point], is_clockwise: bool) -> String {
    let count = corners.len();
    let start = (0..count)
        .max_by_key(|at| points[*at].1 - points[*at].0)
        .unwrap_or(0);
    let step = |i: usize| {
        if is_clockwise {
            (start + i) % count
        } else {
            (start + count - i) % count
        }
    };
    list_text(&(0..count).map(|i| corners[step(i)]).collect::<Vec<_>>())
}

pub(super) fn list_text(corners: &[Position]) -> String {
    let corners: Vec<String> = corners.iter().map(Position::to_string).collect();
    corners.join("; ")
}

/// The first two sides, by the corners where they begin, that meet elsewhere than in a corner they share.
fn crossing(points: &[Point]) -> Option<(usize, usize)> {
    let count = points.len();
    let side = |at: usize| (points[at], points[(at + 1) % count]);
    let are_neighbours = |a: usize, b: usize| b == a + 1 || (a == 0 && b == count - 1);
    (0..count)
        .flat_map(|a| (a + 1..count).map(move |b| (a, b)))
        .find(|(a, b)| !are_neighbours(*a, *b) && do_meet(side(*a), side(*b)))
}

fn do_meet((a, b): (Point, Point), (c, d): (Point, Point)) -> bool {
    let turn = |p: Point, q: Point, r: Point| {
        let cross = i128::from(q.0 - p.0) * i128::from(r.1 - p.1)
            - i128::from(q.1 - p.1) * i128::from(r.0 - p.0);
        cross.signum()
    };
    let is_between = |p: Point, q: Point, r: Point| {
        turn(p, q, r) == 0
            && (p.0.min(q.0)..=p.0.max(q.0)).contains(&r.0)
            && (p.1.min(q.1)..=p.1.max(q.1)).contains(&r.1)
    };
    let crosses = turn(a, b, c) * turn(a, b, d) < 0 && turn(c, d, a) * turn(c, d, b) < 0;
    crosses
        || is_between(a, b, c)
        || is_between(a, b, d)
        || is_between(c, d, a)
        || is_between(c, d, b)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NW: &str = "60-00.00N 010-00.00E";
    const NE: &str = "60-00.00N 020-00.00E";
    const SE: &str = "50-00.00N 020-00.00E";
    const SW: &str = "50-00.00N 010-00.00E";

    fn area(corners: &[&str]) -> Result<Vec<Position>, String> {
        polygon(&corners.join("; "))
    }

    #[test]
    fn a_position_is_written_as_it_was_read() {
        for text in [
            "59-30.00N 010-15.00E",
            "00-00N 000-00E",
            "90-00.0S 180-00.0W",
            "07-05.123S 003-09.900W",
        ] {
            let read = Position::parse(text).unwrap_or_else(|why| panic!("{text}: {why}"));
            assert_eq!(read.to_string(), text);
        }
        let read = Position::parse("59-30.00n  010-15.00e").expect("small letters");
        assert_eq!(read.to_string(), "59-30.00N 010-15.00E");
    }

    #[test]
    fn a_position_that_is_not_as_it_should_be_says_why() {
        for (text, why) in [
            ("59.5N 10.2E", "no hyphen"),
            ("59-30.00N 10-15.00E", "leading zeros"),
            ("59-30.00N 010-15.0E", "2 decimals and its longitude 1"),
            ("59-60.00N 010-15.00E", "60 minutes"),
            ("91-00.00N 010-15.00E", "beyond 90"),
            ("59-30.00N 180-00.01E", "beyond 180"),
            ("59-30.00 010-15.00E", "N or S"),
            ("59-30.00N 010-15.00N", "E or W"),
            ("59-30.0000N 010-15.0000E", "at most 3 decimals"),
            ("59-30.N 010-15.E", "at most 3 decimals"),
            ("59-30.00N", "not a latitude and a longitude"),
            ("59-3xN 010-15E", "not degrees and minutes"),
            ("59-30é 010-15E", "N or S"),
        ] {
            let said = Position::parse(text).expect_err(text);
            assert!(said.contains(why), "{text}: {said}");
        }
    }

    #[test]
    fn a_polygon_runs_clockwise_from_the_north_west_corner() {
        let right = area(&[NW, NE, SE, SW]).expect("right");
        assert_eq!(polygon(&list_text(&right)), Ok(right));
        for (wrong, why) in [
            ([NE, SE, SW, NW], "does not begin in the north-west corner"),
            ([NW, SW, SE, NE], "runs anticlockwise"),
            ([SE, NE, NW, SW], "runs anticlockwise"),
        ] {
            let said = area(&wrong).expect_err(why);
            let (fault, order) = said.split_once(" it is: ").expect("the right order");
            assert!(fault.contains(why), "{said}");
            assert_eq!(order, [NW, NE, SE, SW].join("; "));
            assert!(polygon(order).is_ok());
        }
    }

    #[test]
    fn a_slanted_area_may_begin_at_either_north_western_corner() {
        let (north, east) = ("61-00N 015-00E", "59-00N 025-00E");
        let (south, west) = ("57-00N 015-00E", "59-00N 005-00E");
        assert!(area(&[north, east, south, west]).is_ok());
        assert!(area(&[west, north, east, south]).is_ok());
        assert!(area(&[east, south, west, north]).is_err());
        assert!(area(&[south, west, north, east]).is_err());
    }

    #[test]
    fn an_area_may_lie_across_180_degrees() {
        let corners = [
            "10-00N 179-00E",
            "10-00N 179-00W",
            "05-00N 179-00W",
            "05-00N 179-00E",
        ];
        assert!(area(&corners).is_ok());
        let mut backwards = corners;
        backwards.reverse();
        assert!(
            area(&backwards)
                .expect_err("back")
                .contains("anticlockwise")
        );
    }

    #[test]
    fn what_is_no_area_is_refused() {
        for (corners, why) in [
            (vec![NW, NE], "at least 3"),
            (vec![NW, NE, SE, SW, NW], "leave it out"),
            (vec![NW, NE, SE, NE], "twice"),
            (vec![NW, SE, NE, SW], "its sides cross"),
            (vec![NW, "60-00.00N 015-00.00E", NE], "one line"),
            (vec![NW, NE, "50-00.00N"], "position 3"),
        ] {
            let said = area(&corners).expect_err(why);
            assert!(said.contains(why), "{said}");
        }
        let many = [NW; POLYGON_MAX + 1];
        assert!(area(&many).expect_err("many").contains("at most 64"));
    }

    #[test]
    fn a_circle_has_a_centre_and_a_radius_in_nm_or_km() {
        for text in [
            "59-30.00N 010-15.00E radius 5 NM",
            "59-30.00N 010-15.00E, Radius 5 NM",
        ] {
            let found = circle(text).expect("a circle");
            assert_eq!(found.to_string(), "59-30.00N 010-15.00E radius 5 NM");
        }
        for (text, why) in [
            ("59-30.00N 010-15.00E", "radius"),
            ("59-30.00N 010-15.00E radius 5", "a number and a unit"),
            ("59-30.00N 010-15.00E radius 5 m", "not in NM or km"),
            ("59-30.00N 010-15.00E radius 0 NM", "above zero"),
            ("59-30.00N 010-15.00E radius x NM", "not a number"),
            ("59-30.00N radius 5 NM", "latitude and a longitude"),
        ] {
            let said = circle(text).expect_err(text);
            assert!(said.contains(why), "{text}: {said}");
        }
    }
}
