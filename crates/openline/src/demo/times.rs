//! Times in a story's values that are counted from now, so that a story stays ahead of the clock.

/// `text` with every `{+Nh}` or `{+Nmin}` replaced by the time in so many hours or minutes from `now`, ms, in UTC.
///
/// # Errors
/// In a sentence, for anything else in braces.
pub fn filled(text: &str, now: i64) -> Result<String, String> {
    let mut filled = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let (inside, after) = after
            .split_once('}')
            .ok_or_else(|| format!("\"{text}\" has {{ without }}"))?;
        let ms = span_ms(inside).ok_or_else(|| {
            format!("{{{inside}}} is no time from now: give such as {{+50h}} or {{+30min}}")
        })?;
        filled.push_str(&utc(now.saturating_add(ms)));
        rest = after;
    }
    filled.push_str(rest);
    Ok(filled)
}

fn span_ms(text: &str) -> Option<i64> {
    let text = text.strip_prefix('+')?;
    let (number, minutes) = match text.strip_suffix("min") {
        Some(number) => (number, 1),
        None => (text.strip_suffix('h')?, 60),
    };
    let number: u32 = number.parse().ok()?;
    i64::from(number).checked_mul(minutes * 60_000)
}

fn utc(ms: i64) -> String {
    jiff::Timestamp::from_millisecond(ms).map_or_else(
        |_| String::new(),
        |at| at.strftime("%Y-%m-%d %H:%M UTC").to_string(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_from_now_are_filled_in() {
        let filled = |text| filled(text, 0);
        assert_eq!(filled("as it is").as_deref(), Ok("as it is"));
        assert_eq!(
            filled("{+50h} to {+3030min}!").as_deref(),
            Ok("1970-01-03 02:00 UTC to 1970-01-03 02:30 UTC!")
        );
        for wrong in ["{+50h", "{50h}", "{+h}", "{+1d}", "{}"] {
            assert!(filled(wrong).is_err(), "{wrong}");
        }
    }
}
