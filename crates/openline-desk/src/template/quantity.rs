//! Numbers, and numbers with a unit.

use std::fmt;

/// Most digits of a number: all of them count in a comparison.
const DIGITS_MAX: usize = 15;

/// A number as it was written, without signs and zeros that say nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decimal(String);

impl Decimal {
    /// Reads a number with a decimal point.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let bad = |why: &str| format!("\"{text}\" is not a number{why}");
        if text.contains(',') {
            return Err(bad(
                ": write a decimal point, and nothing between thousands",
            ));
        }
        let (is_negative, size) = match text.strip_prefix('-') {
            Some(size) => (true, size),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (whole, decimals) = match size.split_once('.') {
            Some((_, "")) => return Err(bad("")),
            Some((whole, decimals)) => (whole, decimals),
            None => (size, ""),
        };
        let is_plain = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
        if whole.is_empty() || !is_plain(whole) || !is_plain(decimals) {
            return Err(bad(""));
        }
        if whole.len() + decimals.len() > DIGITS_MAX {
            return Err(format!("\"{text}\" has more than {DIGITS_MAX} digits"));
        }
        let whole = match whole.trim_start_matches('0') {
            "" => "0",
            whole => whole,
        };
        let point = if decimals.is_empty() { "" } else { "." };
        let is_zero = whole == "0" && decimals.bytes().all(|b| b == b'0');
        let sign = if is_negative && !is_zero { "-" } else { "" };
        Ok(Self(format!("{sign}{whole}{point}{decimals}")))
    }

    /// How many decimals it has.
    pub(super) fn decimals(&self) -> usize {
        self.0.split_once('.').map_or(0, |(_, d)| d.len())
    }

    /// Its value, for comparison.
    pub(super) fn as_f64(&self) -> f64 {
        self.0.parse().unwrap_or(f64::NAN)
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A unit: its symbol, what it measures, and how much of that dimension's first unit it is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Unit {
    /// As it is written.
    pub symbol: &'static str,
    dimension: &'static str,
    factor: f64,
}

const fn unit(symbol: &'static str, dimension: &'static str, factor: f64) -> Unit {
    Unit {
        symbol,
        dimension,
        factor,
    }
}

/// Every unit that a template may name.
pub const UNITS: &[Unit] = &[
    unit("m", "length", 1.0),
    unit("km", "length", 1000.0),
    unit("NM", "length", 1852.0),
    unit("ft", "length", 0.3048),
    unit("kg", "mass", 1.0),
    unit("t", "mass", 1000.0),
    unit("m2", "area", 1.0),
    unit("km2", "area", 1e6),
    unit("m3", "volume", 1.0),
    unit("l", "volume", 0.001),
    unit("m/s", "speed", 1.0),
    unit("km/h", "speed", 1.0 / 3.6),
    unit("kn", "speed", 1852.0 / 3600.0),
    unit("deg", "angle", 1.0),
    unit("s", "duration", 1.0),
    unit("min", "duration", 60.0),
    unit("h", "duration", 3600.0),
    unit("d", "duration", 86_400.0),
    unit("MW", "power", 1.0),
    unit("Bq", "activity", 1.0),
    unit("MBq", "activity", 1e6),
    unit("GBq", "activity", 1e9),
    unit("TBq", "activity", 1e12),
    unit("PBq", "activity", 1e15),
    unit("uSv/h", "dose rate", 1.0),
    unit("mSv/h", "dose rate", 1000.0),
    unit("Sv/h", "dose rate", 1e6),
];

impl Unit {
    pub(super) fn named(symbol: &str) -> Option<Self> {
        UNITS.iter().copied().find(|unit| unit.symbol == symbol)
    }

    /// Whether both are units of the same thing.
    pub(super) fn measures_as(&self, other: &Self) -> bool {
        self.dimension == other.dimension
    }
}

/// A number with its unit.
#[derive(Debug, Clone, PartialEq)]
pub struct Quantity {
    /// How many.
    pub number: Decimal,
    /// Of what.
    pub unit: Unit,
}

impl Quantity {
    /// Reads a number and one of `units`, with or without a space between them.
    pub(super) fn parse(text: &str, units: &[Unit]) -> Result<Self, String> {
        let text = text.trim();
        let symbols: Vec<&str> = units.iter().map(|unit| unit.symbol).collect();
        let end = text
            .find(|c: char| !c.is_ascii_digit() && !matches!(c, '.' | ',' | '-' | '+'))
            .ok_or_else(|| format!("it has no unit: it is one of {}", symbols.join(", ")))?;
        let (number, symbol) = text.split_at(end);
        let symbol = symbol.trim();
        let found = units.iter().copied().find(|unit| unit.symbol == symbol);
        let unit = found.ok_or_else(|| {
            format!(
                "its unit is \"{symbol}\"; it is one of {}",
                symbols.join(", ")
            )
        })?;
        Ok(Self {
            number: Decimal::parse(number)?,
            unit,
        })
    }

    /// Its value in the first unit of what it measures.
    pub(super) fn as_f64(&self) -> f64 {
        self.number.as_f64() * self.unit.factor
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.number, self.unit.symbol)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str) -> String {
        Decimal::parse(text).expect(text).to_string()
    }

    #[test]
    fn a_number_loses_what_says_nothing_and_keeps_its_precision() {
        assert_eq!(written("+007"), "7");
        assert_eq!(written("0.50"), "0.50");
        assert_eq!(written("-0"), "0");
        assert_eq!(written("-12.5"), "-12.5");
        for bad in ["", "-", ".5", "5.", "1e3", "1,5", "1 000", "x", "1.2.3"] {
            assert!(Decimal::parse(bad).is_err(), "{bad}");
        }
        let said = Decimal::parse("1234567890123456").expect_err("long");
        assert!(said.contains("15 digits"), "{said}");
        assert!(Decimal::parse("1,5").expect_err("comma").contains("point"));
    }

    #[test]
    fn a_quantity_has_one_of_the_units_and_compares_across_them() {
        let units = [Unit::named("km"), Unit::named("NM")].map(|u| u.expect("known"));
        let km = Quantity::parse("40 km", &units).expect("km");
        let nm = Quantity::parse("21.6NM", &units).expect("NM");
        assert_eq!(nm.to_string(), "21.6 NM");
        assert!(nm.as_f64() > km.as_f64() && nm.unit.measures_as(&km.unit));
        for (bad, why) in [
            ("40", "no unit"),
            ("40 m", "its unit is \"m\"; it is one of km, NM"),
            ("km", "not a number"),
            ("4,0 km", "decimal point"),
        ] {
            let said = Quantity::parse(bad, &units).expect_err(bad);
            assert!(said.contains(why), "{bad}: {said}");
        }
    }
}
