//! The rota: who is to have the watch when. It says who should be on watch; the watch itself says who is.

/// Somebody is to have the watch of a post for a time.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Shift {
    /// From when, ms.
    pub from: i64,
    /// Until when, ms; after `from`.
    pub until: i64,
    /// The post.
    pub post: String,
    /// A person or a team.
    pub who: String,
}

impl Shift {
    fn covers(&self, post: &str, at: i64) -> bool {
        self.post == post && (self.from..self.until).contains(&at)
    }
}

/// The shift that gives somebody the watch of a post at a time; of two that overlap the one that began last, since it relieves
/// the other.
#[must_use]
pub fn on_at<'a>(shifts: &'a [Shift], post: &str, at: i64) -> Option<&'a Shift> {
    let covering = shifts.iter().filter(|shift| shift.covers(post, at));
    covering.max_by_key(|shift| shift.from)
}

/// The first shift of a post that begins after a time.
#[must_use]
pub fn next_after<'a>(shifts: &'a [Shift], post: &str, at: i64) -> Option<&'a Shift> {
    let later = shifts
        .iter()
        .filter(|shift| shift.post == post && shift.from > at);
    later.min_by_key(|shift| shift.from)
}

/// The stretches from `from` to `until` for which the rota gives a post to nobody.
#[must_use]
pub fn holes(shifts: &[Shift], post: &str, from: i64, until: i64) -> Vec<(i64, i64)> {
    let mut spans: Vec<(i64, i64)> = shifts
        .iter()
        .filter(|shift| shift.post == post)
        .map(|shift| (shift.from.max(from), shift.until.min(until)))
        .filter(|(begin, end)| begin < end)
        .collect();
    spans.sort_unstable();
    let (mut holes, mut covered) = (Vec::new(), from);
    for (begin, end) in spans {
        if begin > covered {
            holes.push((covered, begin));
        }
        covered = covered.max(end);
    }
    if covered < until {
        holes.push((covered, until));
    }
    holes
}

/// Where the rota and the watch of a post do not agree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Gap {
    /// The rota gives the watch to somebody, and nobody has taken it.
    NotTaken {
        /// To whom.
        who: String,
        /// Since when, ms: the beginning of the shift, or when the watch was last held, whichever is later.
        since: i64,
    },
    /// Somebody else has it than the rota says.
    Other {
        /// Who has it.
        holder: String,
        /// Who is to have it.
        who: String,
    },
}

/// Compares the rota with the watch of a post at a time: `holder` has it, or nobody since `ended`.
#[must_use]
pub fn gap(
    shifts: &[Shift],
    post: &str,
    holder: Option<&str>,
    ended: Option<i64>,
    at: i64,
) -> Option<Gap> {
    let shift = on_at(shifts, post, at)?;
    match holder {
        None => Some(Gap::NotTaken {
            who: shift.who.clone(),
            since: ended.map_or(shift.from, |ended| ended.max(shift.from)),
        }),
        Some(holder) if !is_same(holder, &shift.who) => Some(Gap::Other {
            holder: holder.to_owned(),
            who: shift.who.clone(),
        }),
        Some(_) => None,
    }
}

/// Names are typed by different hands: case and white space do not count.
fn is_same(one: &str, other: &str) -> bool {
    let plain = |name: &str| {
        let words: Vec<String> = name.split_whitespace().map(str::to_lowercase).collect();
        words.join(" ")
    };
    plain(one) == plain(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shift(post: &str, who: &str, from: i64, until: i64) -> Shift {
        Shift {
            from,
            until,
            post: post.to_owned(),
            who: who.to_owned(),
        }
    }

    fn rota() -> Vec<Shift> {
        vec![
            shift("watch", "Night", 0, 80),
            shift("watch", "Day", 70, 160),
            shift("watch", "Night", 200, 280),
            shift("minister", "Office", 160, 200),
        ]
    }

    fn who(shift: Option<&Shift>) -> Option<&str> {
        shift.map(|shift| shift.who.as_str())
    }

    #[test]
    fn a_shift_begins_with_its_first_moment_and_ends_before_its_last() {
        let rota = rota();
        let on = |at| who(on_at(&rota, "watch", at)).map(str::to_owned);
        assert_eq!(
            [on(0), on(69)],
            [Some("Night".into()), Some("Night".into())]
        );
        assert_eq!(
            on(70),
            Some("Day".into()),
            "who comes relieves who is there"
        );
        assert_eq!(
            [on(159), on(160), on(199)],
            [Some("Day".into()), None, None]
        );
    }

    #[test]
    fn the_next_shift_is_of_the_same_post() {
        let rota = rota();
        let next = next_after(&rota, "watch", 70).expect("one more");
        assert_eq!((next.who.as_str(), next.from), ("Night", 200));
        assert_eq!(who(next_after(&rota, "watch", 200)), None);
        assert_eq!(who(next_after(&rota, "minister", 0)), Some("Office"));
    }

    #[test]
    fn holes_are_what_no_shift_covers() {
        assert_eq!(
            holes(&rota(), "watch", -10, 300),
            [(-10, 0), (160, 200), (280, 300)]
        );
        assert_eq!(holes(&rota(), "watch", 10, 150), []);
        assert_eq!(holes(&rota(), "nobody", 10, 150), [(10, 150)]);
        assert_eq!(holes(&rota(), "watch", 150, 150), []);
    }

    #[test]
    fn a_gap_is_who_should_be_there_and_since_when() {
        let rota = rota();
        let not_taken = |since| {
            Some(Gap::NotTaken {
                who: "Day".into(),
                since,
            })
        };
        assert_eq!(gap(&rota, "watch", None, None, 100), not_taken(70));
        assert_eq!(gap(&rota, "watch", None, Some(60), 100), not_taken(70));
        assert_eq!(gap(&rota, "watch", None, Some(90), 100), not_taken(90));
        assert_eq!(
            gap(&rota, "watch", None, None, 170),
            None,
            "nobody is to be there"
        );
        assert_eq!(gap(&rota, "watch", Some(" day"), None, 100), None);
        let other = Gap::Other {
            holder: "Night".into(),
            who: "Day".into(),
        };
        assert_eq!(gap(&rota, "watch", Some("Night"), None, 100), Some(other));
    }
}
