//! "Is this from you?": origin queries and findings about acts outside the line, and announcements of such acts before
//! they happen (`spec/loop.md` section 7; rules D11 and D12).

use crate::body::{Around, in_range};
use crate::cbor::{Reader, Writer};
use crate::closing::{are_words, check_about, encode_choice, read_choice};
use crate::entry::read_time;
use crate::id::Hash;
use crate::limits::SUBJECT_MAX;
use crate::numbered::numbered;
use crate::rule::Rule;

numbered! {
    /// What kind of act outside the line it is about.
    Channel {
        /// A call.
        Call = "call",
        /// A letter or another document.
        Letter = "letter",
        /// A public statement.
        Statement = "statement",
        /// Anything else.
        Other = "other",
    }
}

/// Asks whether an act outside the line was the other party's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OriginQuery {
    /// What kind of act.
    pub channel: Channel,
    /// When it came, as its receiver has it, ms.
    pub time: i64,
    /// What it was and who it said it was from.
    pub what: String,
    /// SHA-256 of the letter or recording, where there is one.
    pub sha256: Option<Hash>,
}

impl OriginQuery {
    /// Encodes the body.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut w = Writer::new();
        w.map(3 + usize::from(self.sha256.is_some()));
        w.uint(0).uint(self.channel.number()).uint(1).int(self.time);
        w.uint(2).text(&self.what);
        if let Some(hash) = &self.sha256 {
            w.uint(3).bytes(&hash.0);
        }
        w.into_bytes()
    }

    /// Decodes a body, and checks it.
    ///
    /// # Errors
    /// Rules 21 and D11.
    pub fn decode(bytes: &[u8]) -> Result<Self, Rule> {
        let mut r = Reader::checked(bytes, Rule::BodyShape)?;
        let (mut channel, mut time, mut what, mut sha256) = (None, None, None, None);
        let mut keys = r.map()?;
        while let Some(key) = keys.next(&mut r)? {
            match key {
                0 => channel = Some(r.uint()?),
                1 => time = Some(read_time(&mut r)?),
                2 => what = Some(r.text()?.to_owned()),
                3 => sha256 = Some(Hash(r.array_of()?)),
                _ => return Err(Rule::BodyShape),
            }
        }
        let (Some(channel), Some(time), Some(what)) = (channel, time, what) else {
            return Err(Rule::BodyShape);
        };
        match (Channel::from_number(channel), in_range(time)) {
            (Some(channel), Some(time)) if are_words(Some(&what)) => Ok(Self {
                channel,
                time,
                what,
                sha256,
            }),
            _ => Err(Rule::OriginValue),
        }
    }
}

numbered! {
    /// What a party says of an act it was asked about.
    Origin {
        /// It was this party's.
        Yes = "yes",
        /// It was not.
        No = "no",
        /// It is being looked into.
        LookingIntoIt = "looking into it",
    }
}

/// The answer to the origin query that the entry refers to; a party's last finding counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Which.
    pub origin: Origin,
    /// Words.
    pub words: Option<String>,
}

impl Finding {
    /// Encodes the body.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        encode_choice(self.origin.number(), self.words.as_deref())
    }

    /// Decodes a body that was admitted before.
    ///
    /// # Errors
    /// Rules 21 and D11.
    pub fn decode(bytes: &[u8]) -> Result<Self, Rule> {
        Self::read(bytes, None)
    }

    pub(crate) fn read(bytes: &[u8], around: Option<&Around<'_>>) -> Result<Self, Rule> {
        let (origin, words) = read_choice(bytes)?;
        check_about(around)?;
        let origin = Origin::from_number(origin)
            .filter(|_| are_words(words.as_deref()))
            .ok_or(Rule::OriginValue)?;
        Ok(Self { origin, words })
    }
}

/// Announces an act outside the line before it happens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Announcement {
    /// What kind of act.
    pub channel: Channel,
    /// From and to when it is to be expected, ms.
    pub window: (i64, i64),
    /// Who will call or write, by office.
    pub who: String,
    /// Whom, by office.
    pub whom: Option<String>,
    /// Words, such as the subject or the interpreter.
    pub words: Option<String>,
}

impl Announcement {
    /// Encodes the body.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut w = Writer::new();
        w.map(3 + usize::from(self.whom.is_some()) + usize::from(self.words.is_some()));
        w.uint(0).uint(self.channel.number());
        w.uint(1).array(2).int(self.window.0).int(self.window.1);
        w.uint(2).text(&self.who);
        if let Some(whom) = &self.whom {
            w.uint(3).text(whom);
        }
        if let Some(words) = &self.words {
            w.uint(4).text(words);
        }
        w.into_bytes()
    }

    /// Decodes a body, and checks it.
    ///
    /// # Errors
    /// Rules 21 and D12.
    pub fn decode(bytes: &[u8]) -> Result<Self, Rule> {
        let mut r = Reader::checked(bytes, Rule::BodyShape)?;
        let (mut channel, mut window, mut who, mut whom, mut words) =
            (None, None, None, None, None);
        let mut keys = r.map()?;
        while let Some(key) = keys.next(&mut r)? {
            match key {
                0 => channel = Some(r.uint()?),
                1 => {
                    r.array_exact(2)?;
                    window = Some((read_time(&mut r)?, read_time(&mut r)?));
                }
                2 => who = Some(r.text()?.to_owned()),
                3 => whom = Some(r.text()?.to_owned()),
                4 => words = Some(r.text()?.to_owned()),
                _ => return Err(Rule::BodyShape),
            }
        }
        let (Some(channel), Some((from, to)), Some(who)) = (channel, window, who) else {
            return Err(Rule::BodyShape);
        };
        let is_office = |text: &String| {
            (1..=SUBJECT_MAX).contains(&text.len()) && !text.contains(char::is_control)
        };
        let is_right =
            is_office(&who) && whom.as_ref().is_none_or(is_office) && are_words(words.as_deref());
        match (Channel::from_number(channel), in_range(from), in_range(to)) {
            (Some(channel), Some(from), Some(to)) if to > from && is_right => Ok(Self {
                channel,
                window: (from, to),
                who,
                whom,
                words,
            }),
            _ => Err(Rule::AnnouncementValue),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_reads_back_as_written() {
        let query = OriginQuery {
            channel: Channel::Call,
            time: 5,
            what: "a call in the minister's name".into(),
            sha256: Some(Hash([3; 32])),
        };
        assert_eq!(OriginQuery::decode(&query.encode()), Ok(query));
        let finding = Finding {
            origin: Origin::No,
            words: Some("nobody here has called".into()),
        };
        assert_eq!(Finding::decode(&finding.encode()), Ok(finding));
        let announcement = Announcement {
            channel: Channel::Call,
            window: (1, 2),
            who: "Minister".into(),
            whom: None,
            words: Some("interpreter present".into()),
        };
        assert_eq!(
            Announcement::decode(&announcement.encode()),
            Ok(announcement)
        );
    }

    #[test]
    fn an_announcement_ends_after_it_begins() {
        let never = Announcement {
            channel: Channel::Call,
            window: (2, 2),
            who: "Minister".into(),
            whom: None,
            words: None,
        };
        assert_eq!(
            Announcement::decode(&never.encode()),
            Err(Rule::AnnouncementValue)
        );
    }
}
