//! When the channels are tried out.

/// Milliseconds of a day.
const DAY_MS: i64 = 86_400_000;

/// The time of day, UTC, at which every channel is tried out; or never.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct SelfTest(Option<i64>);

impl Default for SelfTest {
    fn default() -> Self {
        Self(Some(9 * 3_600_000))
    }
}

impl SelfTest {
    pub(super) fn parse(text: &str) -> Option<Self> {
        if text == "off" {
            return Some(Self(None));
        }
        let (hours, minutes) = text.split_once(':')?;
        let number = |digits: &str, end: i64| {
            let is_right = digits.len() == 2 && digits.bytes().all(|b| b.is_ascii_digit());
            digits.parse::<i64>().ok().filter(|n| is_right && *n < end)
        };
        let (hours, minutes) = (number(hours, 24)?, number(minutes, 60)?);
        Some(Self(Some((hours * 60 + minutes) * 60_000)))
    }

    /// Whether a channel that was last tried out at `tested_ms` is due: once a day, at once if the time was missed,
    /// and at once if it never was.
    pub(super) fn is_due(self, tested_ms: Option<i64>, now_ms: i64) -> bool {
        let Some(of_day) = self.0 else {
            return false;
        };
        let Some(tested_ms) = tested_ms else {
            return true;
        };
        let last = now_ms - (now_ms - of_day).rem_euclid(DAY_MS);
        tested_ms < last
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_due_once_a_day() {
        let test = SelfTest::parse("09:00").expect("a time");
        let nine = 20_000 * DAY_MS + 9 * 3_600_000;
        assert!(test.is_due(None, 0), "never tried out");
        assert!(!test.is_due(Some(nine - DAY_MS), nine - 1));
        assert!(test.is_due(Some(nine - DAY_MS), nine));
        assert!(test.is_due(Some(nine - 1), nine + DAY_MS / 2), "missed");
        assert!(!test.is_due(Some(nine), nine + DAY_MS - 1));
        assert!(!SelfTest::parse("off").expect("off").is_due(None, nine));
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in ["9:00", "24:00", "09:60", "", "+9:00", "09:00:00", "never"] {
            assert_eq!(SelfTest::parse(text), None, "{text}");
        }
    }
}
