//! Line status: suspending, narrowing and resuming a line in the open (`spec/loop.md` section 5; rule D8).

use crate::body::in_range;
use crate::cbor::{Reader, Writer};
use crate::closing::are_words;
use crate::entry::read_time;
use crate::limits::{CLASSES_MAX, SUBJECT_MAX};
use crate::numbered::numbered;
use crate::rule::Rule;

numbered! {
    /// What is done to a line.
    Act {
        /// Only what the charter keeps open is taken.
        Suspend = "suspend",
        /// Only what the charter keeps open and the classes named are taken.
        Narrow = "narrow",
        /// Everything is taken again.
        Resume = "resume",
    }
}

/// A line status: what its author takes on this line, and from when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// What is done.
    pub act: Act,
    /// From when, ms.
    pub effective: i64,
    /// Classes of traffic that stay open beside the charter's; exactly with [`Act::Narrow`].
    pub classes: Vec<String>,
    /// The reason.
    pub reason: Option<String>,
    /// Until when, ms; after `effective`, and never with [`Act::Resume`].
    pub until: Option<i64>,
}

impl Status {
    /// Encodes the body.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let optional = [
            !self.classes.is_empty(),
            self.reason.is_some(),
            self.until.is_some(),
        ];
        let mut w = Writer::new();
        w.map(2 + optional.iter().filter(|present| **present).count());
        w.uint(0)
            .uint(self.act.number())
            .uint(1)
            .int(self.effective);
        if !self.classes.is_empty() {
            w.uint(2).texts(&self.classes);
        }
        if let Some(reason) = &self.reason {
            w.uint(3).text(reason);
        }
        if let Some(until) = self.until {
            w.uint(4).int(until);
        }
        w.into_bytes()
    }

    /// Decodes a body, and checks it.
    ///
    /// # Errors
    /// Rules 21 and D8.
    pub fn decode(bytes: &[u8]) -> Result<Self, Rule> {
        let mut r = Reader::checked(bytes, Rule::BodyShape)?;
        let (mut act, mut effective, mut classes, mut reason, mut until) =
            (None, None, None, None, None);
        let mut keys = r.map()?;
        while let Some(key) = keys.next(&mut r)? {
            match key {
                0 => act = Some(r.uint()?),
                1 => effective = Some(read_time(&mut r)?),
                2 => classes = Some(read_classes(&mut r)?),
                3 => reason = Some(r.text()?.to_owned()),
                4 => until = Some(read_time(&mut r)?),
                _ => return Err(Rule::BodyShape),
            }
        }
        let (Some(act), Some(effective)) = (act, effective) else {
            return Err(Rule::BodyShape);
        };
        let act = Act::from_number(act).ok_or(Rule::StatusValue)?;
        let effective = in_range(effective).ok_or(Rule::StatusValue)?;
        let until = until
            .map(|until| in_range(until).ok_or(Rule::StatusValue))
            .transpose()?;
        let is_right = classes.is_some() == (act == Act::Narrow)
            && classes.as_ref().is_none_or(|classes| are_classes(classes))
            && are_words(reason.as_deref())
            && until.is_none_or(|until| until > effective && act != Act::Resume);
        if !is_right {
            return Err(Rule::StatusValue);
        }
        Ok(Self {
            act,
            effective,
            classes: classes.unwrap_or_default(),
            reason,
            until,
        })
    }
}

fn read_classes(r: &mut Reader<'_>) -> Result<Vec<String>, Rule> {
    (0..r.array()?)
        .map(|_| r.text().map(str::to_owned))
        .collect()
}

fn are_classes(classes: &[String]) -> bool {
    let is_class = |class: &String| {
        (1..=SUBJECT_MAX).contains(&class.len()) && !class.contains(char::is_control)
    };
    (1..=CLASSES_MAX).contains(&classes.len())
        && classes.iter().all(is_class)
        && !classes
            .iter()
            .enumerate()
            .any(|(at, class)| classes[..at].contains(class))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn narrow() -> Status {
        Status {
            act: Act::Narrow,
            effective: 1_000,
            classes: vec!["medical".into()],
            reason: Some("by agreement".into()),
            until: Some(2_000),
        }
    }

    #[test]
    fn a_status_reads_back_as_written() {
        assert_eq!(Status::decode(&narrow().encode()), Ok(narrow()));
    }

    #[test]
    fn what_does_not_fit_together_is_refused() {
        type Spoil = fn(&mut Status);
        let broken: [Spoil; 6] = [
            |s| s.classes.clear(),
            |s| s.act = Act::Suspend,
            |s| s.until = Some(1_000),
            |s| s.reason = Some(String::new()),
            |s| s.classes.push("medical".into()),
            |s| (s.act, s.classes) = (Act::Resume, Vec::new()),
        ];
        for spoil in broken {
            let mut status = narrow();
            spoil(&mut status);
            assert_eq!(Status::decode(&status.encode()), Err(Rule::StatusValue));
        }
    }
}
