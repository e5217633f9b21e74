//! Times as they are typed: `source=A paper; end=2023-06-18T20:00 Asia/Shanghai Sunday 2023-06-18T09:00Z; minutes=330`.

use openline_node::view::{MomentView, TimeClaimView};

use crate::commands::time_of;
use crate::failure::Failure;
use crate::output::time;

const DAYS: [&str; 7] = [
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
];

pub(crate) fn parse(text: &str) -> Result<TimeClaimView, Failure> {
    let mut claim = TimeClaimView {
        source: String::new(),
        begin: None,
        end: None,
        minutes: None,
    };
    for part in text.split(';').filter(|part| !part.trim().is_empty()) {
        let (key, value) = part.split_once('=').ok_or_else(|| wrong(part))?;
        let value = value.trim();
        match key.trim() {
            "source" => value.clone_into(&mut claim.source),
            "begin" => claim.begin = Some(moment(value)?),
            "end" => claim.end = Some(moment(value)?),
            "minutes" => claim.minutes = Some(value.parse().map_err(|_| wrong(part))?),
            _ => return Err(wrong(part)),
        }
    }
    if claim.source.is_empty() {
        return Err(wrong(text));
    }
    Ok(claim)
}

/// A clock time has no zone of its own, a UTC time ends in Z; what is neither these nor a weekday is the zone.
fn moment(text: &str) -> Result<MomentView, Failure> {
    let mut moment = MomentView::default();
    for word in text.split_whitespace() {
        let day = DAYS
            .iter()
            .zip(1..)
            .find(|(day, _)| day.eq_ignore_ascii_case(word));
        if let Some((_, day)) = day {
            moment.weekday = Some(day);
        } else if word.starts_with(|c: char| c.is_ascii_digit()) && word.ends_with('Z') {
            moment.utc_ms = Some(time_of(word)?);
        } else if word.starts_with(|c: char| c.is_ascii_digit()) {
            moment.civil = Some(word.to_owned());
        } else {
            moment.zone = Some(word.to_owned());
        }
    }
    Ok(moment)
}

fn wrong(part: &str) -> Failure {
    Failure::unusable(
        format!("\"{}\" is no part of a claim", part.trim()),
        "give source=NAME and begin=, end= or minutes=, such as \"source=A paper; end=2023-06-18T20:00 Asia/Shanghai 2023-06-18T12:00Z\"",
    )
}

pub(super) fn text(claim: &TimeClaimView) -> String {
    let moment = |name: &str, moment: &Option<MomentView>| {
        let moment = moment.as_ref()?;
        let day = moment
            .weekday
            .and_then(|day| DAYS.get(usize::try_from(day).ok()?.checked_sub(1)?))
            .map(|day| (*day).to_owned());
        let utc = moment.utc_ms.map(time);
        let parts = [day, moment.civil.clone(), moment.zone.clone(), utc];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        Some(format!("{name} {}", parts.join(" ")))
    };
    let minutes = claim.minutes.map(|minutes| format!("{minutes} minutes"));
    let parts = [
        moment("begin", &claim.begin),
        moment("end", &claim.end),
        minutes,
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    format!("{}: {}", claim.source, parts.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_claim_is_taken_apart_as_it_was_typed() {
        let typed = "source=A paper; end=2023-06-18T20:00 Asia/Shanghai Sunday 2023-06-18T09:00Z; minutes=330";
        let claim = parse(typed).expect("a claim");
        let end = claim.end.clone().expect("an end");
        assert_eq!(end.civil.as_deref(), Some("2023-06-18T20:00"));
        assert_eq!(end.zone.as_deref(), Some("Asia/Shanghai"));
        assert_eq!(
            (end.weekday, end.utc_ms),
            (Some(7), Some(1_687_078_800_000))
        );
        assert_eq!(
            (claim.minutes, claim.source.as_str()),
            (Some(330), "A paper")
        );
        for bad in [
            "",
            "end=2023",
            "source=x; colour=red",
            "source=x; minutes=many",
        ] {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }
}
