//! Topics and the positions on them; undertakings and the accounts of them (`spec/encounters.md` sections 5 and 6; rules E7 to E10).

use crate::body::{Around, in_range};
use crate::cbor::Reader;
use crate::closing::are_words;
use crate::encounter::{check_subject, is_label, is_member, read_party};
use crate::entry::read_time;
use crate::id::PartyIndex;
use crate::keyed::Keyed;
use crate::numbered::numbered;
use crate::rule::Rule;

numbered! {
    /// Whether it divides or offers something.
    TopicKind {
        /// An issue of concern.
        Issue = "issue",
        /// An opportunity for co-operation.
        Opportunity = "opportunity",
    }
}

/// A topic. The entry's references are where it was raised: encounters and messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Topic {
    /// Issue or opportunity.
    pub kind: TopicKind,
    /// Its title.
    pub title: String,
    /// Who raised it, as the author has it.
    pub raised_by: PartyIndex,
    /// Words.
    pub words: Option<String>,
}

impl Topic {
    /// Encodes the body.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut map = Keyed::new();
        map.uint(0, self.kind.number())
            .text(1, &self.title)
            .uint(2, u64::from(self.raised_by.0))
            .text_of(3, self.words.as_ref());
        map.into_bytes()
    }

    /// Decodes a body that was admitted before.
    ///
    /// # Errors
    /// Rules 21 and E7.
    pub fn decode(bytes: &[u8]) -> Result<Self, Rule> {
        Self::read(bytes, None)
    }

    pub(crate) fn read(bytes: &[u8], around: Option<&Around<'_>>) -> Result<Self, Rule> {
        let mut r = Reader::checked(bytes, Rule::BodyShape)?;
        let (mut kind, mut title, mut raised_by, mut words) = (None, None, None, None);
        let mut keys = r.map()?;
        while let Some(key) = keys.next(&mut r)? {
            match key {
                0 => kind = Some(r.uint()?),
                1 => title = Some(r.text()?.to_owned()),
                2 => raised_by = Some(read_party(&mut r)?),
                3 => words = Some(r.text()?.to_owned()),
                _ => return Err(Rule::BodyShape),
            }
        }
        let (Some(kind), Some(title), Some(raised_by)) = (kind, title, raised_by) else {
            return Err(Rule::BodyShape);
        };
        let is_right =
            is_label(&title) && is_member(raised_by, around) && are_words(words.as_deref());
        let kind = TopicKind::from_number(kind)
            .filter(|_| is_right)
            .ok_or(Rule::TopicValue)?;
        Ok(Self {
            kind,
            title,
            raised_by,
            words,
        })
    }
}

numbered! {
    /// How a topic stands, as one side sees it.
    TopicStatus {
        /// Nothing has been settled.
        Open = "open",
        /// It is being talked about.
        UnderDiscussion = "under discussion",
        /// There is agreement, as this side sees it.
        Agreed = "agreed",
        /// It is at rest.
        SetAside = "set aside",
        /// It is done with.
        Closed = "closed",
    }
}

/// A side's position on the topic that the entry's first reference names; further references are where it was put.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatedPosition {
    /// The position, in words.
    pub words: Option<String>,
    /// How the topic stands, as the author sees it.
    pub status: Option<TopicStatus>,
}

impl StatedPosition {
    /// Encodes the body.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut map = Keyed::new();
        map.text_of(0, self.words.as_ref());
        if let Some(status) = self.status {
            map.uint(1, status.number());
        }
        map.into_bytes()
    }

    /// Decodes a body that was admitted before.
    ///
    /// # Errors
    /// Rules 21 and E8.
    pub fn decode(bytes: &[u8]) -> Result<Self, Rule> {
        Self::read(bytes, None)
    }

    pub(crate) fn read(bytes: &[u8], around: Option<&Around<'_>>) -> Result<Self, Rule> {
        let mut r = Reader::checked(bytes, Rule::BodyShape)?;
        let (mut words, mut status) = (None, None);
        let mut keys = r.map()?;
        while let Some(key) = keys.next(&mut r)? {
            match key {
                0 => words = Some(r.text()?.to_owned()),
                1 => status = Some(r.uint()?),
                _ => return Err(Rule::BodyShape),
            }
        }
        check_subject(around)?;
        let says_something = words.is_some() || status.is_some();
        let status = status
            .map(|status| TopicStatus::from_number(status).ok_or(Rule::PositionValue))
            .transpose()?;
        if says_something && are_words(words.as_deref()) {
            Ok(Self { words, status })
        } else {
            Err(Rule::PositionValue)
        }
    }
}

/// An undertaking. The entry's first reference is what it is taken from; further ones may name topics.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undertaking {
    /// Who will do it.
    pub who: PartyIndex,
    /// What.
    pub what: String,
    /// By when, ms.
    pub by: Option<i64>,
    /// Which office will do it.
    pub office: Option<String>,
}

impl Undertaking {
    /// Encodes the body.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut map = Keyed::new();
        map.uint(0, u64::from(self.who.0)).text(1, &self.what);
        if let Some(by) = self.by {
            map.put(2, |w| {
                w.int(by);
            });
        }
        map.text_of(3, self.office.as_ref());
        map.into_bytes()
    }

    /// Decodes a body that was admitted before.
    ///
    /// # Errors
    /// Rules 21 and E9.
    pub fn decode(bytes: &[u8]) -> Result<Self, Rule> {
        Self::read(bytes, None)
    }

    pub(crate) fn read(bytes: &[u8], around: Option<&Around<'_>>) -> Result<Self, Rule> {
        let mut r = Reader::checked(bytes, Rule::BodyShape)?;
        let (mut who, mut what, mut by, mut office) = (None, None, None, None);
        let mut keys = r.map()?;
        while let Some(key) = keys.next(&mut r)? {
            match key {
                0 => who = Some(read_party(&mut r)?),
                1 => what = Some(r.text()?.to_owned()),
                2 => by = Some(read_time(&mut r)?),
                3 => office = Some(r.text()?.to_owned()),
                _ => return Err(Rule::BodyShape),
            }
        }
        let (Some(who), Some(what)) = (who, what) else {
            return Err(Rule::BodyShape);
        };
        check_subject(around)?;
        let by = by
            .map(|by| in_range(by).ok_or(Rule::UndertakingValue))
            .transpose()?;
        let is_right = is_member(who, around)
            && are_words(Some(&what))
            && office
                .as_ref()
                .is_none_or(|office: &String| is_label(office));
        if is_right {
            Ok(Self {
                who,
                what,
                by,
                office,
            })
        } else {
            Err(Rule::UndertakingValue)
        }
    }
}

numbered! {
    /// What a side says of an undertaking.
    Kept {
        /// It was kept.
        Kept = "kept",
        /// It was kept in part.
        InPart = "kept in part",
        /// It was not.
        NotKept = "not kept",
        /// It is being done.
        UnderWay = "under way",
    }
}

/// A side's account of the undertaking that the entry's first reference names; its last one counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Which.
    pub kept: Kept,
    /// Words.
    pub words: Option<String>,
}

impl Account {
    /// Encodes the body.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        crate::closing::encode_choice(self.kept.number(), self.words.as_deref())
    }

    /// Decodes a body that was admitted before.
    ///
    /// # Errors
    /// Rules 21 and E10.
    pub fn decode(bytes: &[u8]) -> Result<Self, Rule> {
        Self::read(bytes, None)
    }

    pub(crate) fn read(bytes: &[u8], around: Option<&Around<'_>>) -> Result<Self, Rule> {
        let (kept, words) = crate::closing::read_choice(bytes)?;
        check_subject(around)?;
        let kept = Kept::from_number(kept)
            .filter(|_| are_words(words.as_deref()))
            .ok_or(Rule::AccountValue)?;
        Ok(Self { kept, words })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_reads_back_as_written() {
        let topic = Topic {
            kind: TopicKind::Opportunity,
            title: "Students".into(),
            raised_by: PartyIndex(1),
            words: Some("more of them".into()),
        };
        assert_eq!(Topic::decode(&topic.encode()), Ok(topic));
        let position = StatedPosition {
            words: None,
            status: Some(TopicStatus::Agreed),
        };
        assert_eq!(StatedPosition::decode(&position.encode()), Ok(position));
        let undertaking = Undertaking {
            who: PartyIndex(0),
            what: "keep channels open".into(),
            by: Some(-5),
            office: None,
        };
        assert_eq!(Undertaking::decode(&undertaking.encode()), Ok(undertaking));
        let account = Account {
            kept: Kept::InPart,
            words: Some("one of two".into()),
        };
        assert_eq!(Account::decode(&account.encode()), Ok(account));
    }

    #[test]
    fn a_position_says_something() {
        let nothing = StatedPosition {
            words: None,
            status: None,
        };
        let refused = StatedPosition::decode(&nothing.encode());
        assert_eq!(refused, Err(Rule::PositionValue));
    }
}
