//! Older contacts, from before the line or outside it (`spec/encounters.md` section 4; rule E6).

use crate::body::Around;
use crate::cbor::Reader;
use crate::closing::are_words;
use crate::encounter::{
    EncounterKind, Participant, are_participants, is_label, is_member, read_participants,
    read_party, write_participants,
};
use crate::id::PartyIndex;
use crate::keyed::Keyed;
use crate::rule::Rule;

/// A contact as its author's files have it: a claim, until the others agree to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    /// What kind.
    pub kind: EncounterKind,
    /// When: `2018`, `2018-10` or `2018-10-08`.
    pub date: String,
    /// At which level.
    pub level: String,
    /// What it was.
    pub what: String,
    /// Whose guests the others were.
    pub host: Option<PartyIndex>,
    /// Who took part.
    pub participants: Vec<Participant>,
    /// Where.
    pub place: Option<String>,
    /// Where it is known from, or other words.
    pub words: Option<String>,
}

impl Contact {
    /// Encodes the body.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut map = Keyed::new();
        map.uint(0, self.kind.number())
            .text(1, &self.date)
            .text(2, &self.level)
            .text(3, &self.what);
        if let Some(host) = self.host {
            map.uint(4, u64::from(host.0));
        }
        if !self.participants.is_empty() {
            map.put(5, |w| write_participants(w, &self.participants));
        }
        map.text_of(6, self.place.as_ref())
            .text_of(7, self.words.as_ref());
        map.into_bytes()
    }

    /// Decodes a body that was admitted before.
    ///
    /// # Errors
    /// Rules 21 and E6.
    pub fn decode(bytes: &[u8]) -> Result<Self, Rule> {
        Self::read(bytes, None)
    }

    pub(crate) fn read(bytes: &[u8], around: Option<&Around<'_>>) -> Result<Self, Rule> {
        let mut r = Reader::checked(bytes, Rule::BodyShape)?;
        let (mut kind, mut date, mut level, mut what, mut host) = (None, None, None, None, None);
        let (mut participants, mut place, mut words) = (None, None, None);
        let mut keys = r.map()?;
        while let Some(key) = keys.next(&mut r)? {
            match key {
                0 => kind = Some(r.uint()?),
                1 => date = Some(r.text()?.to_owned()),
                2 => level = Some(r.text()?.to_owned()),
                3 => what = Some(r.text()?.to_owned()),
                4 => host = Some(read_party(&mut r)?),
                5 => participants = Some(read_participants(&mut r)?),
                6 => place = Some(r.text()?.to_owned()),
                7 => words = Some(r.text()?.to_owned()),
                _ => return Err(Rule::BodyShape),
            }
        }
        let (Some(kind), Some(date), Some(level), Some(what)) = (kind, date, level, what) else {
            return Err(Rule::BodyShape);
        };
        let is_right = date_parts(&date).is_some()
            && is_label(&level)
            && is_label(&what)
            && host.is_none_or(|host| is_member(host, around))
            && participants
                .as_ref()
                .is_none_or(|who| are_participants(who, around))
            && place.as_ref().is_none_or(|place: &String| is_label(place))
            && are_words(words.as_deref());
        let kind = EncounterKind::from_number(kind)
            .filter(|_| is_right)
            .ok_or(Rule::ContactValue)?;
        Ok(Self {
            kind,
            date,
            level,
            what,
            host,
            participants: participants.unwrap_or_default(),
            place,
            words,
        })
    }
}

/// Year, and month and day where they are given, of a date `YYYY`, `YYYY-MM` or `YYYY-MM-DD`. That the month has the day is not looked at.
#[must_use]
pub fn date_parts(text: &str) -> Option<(u16, Option<u16>, Option<u16>)> {
    let part = |text: &str, len: usize| {
        let is_number = text.len() == len && text.bytes().all(|b| b.is_ascii_digit());
        text.parse::<u16>().ok().filter(|n| is_number && *n >= 1)
    };
    let mut parts = text.split('-');
    let year = part(parts.next()?, 4)?;
    let month = match parts.next() {
        Some(month) => Some(part(month, 2).filter(|month| *month <= 12)?),
        None => None,
    };
    let day = match parts.next() {
        Some(day) => Some(part(day, 2).filter(|day| *day <= 31)?),
        None => None,
    };
    parts.next().is_none().then_some((year, month, day))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_contact_reads_back_as_written_with_a_date_as_fine_as_it_is_known() {
        let mut contact = Contact {
            kind: EncounterKind::Visit,
            date: "2018".into(),
            level: "foreign minister".into(),
            what: "a visit".into(),
            host: Some(PartyIndex(1)),
            participants: vec![],
            place: Some("Beijing".into()),
            words: None,
        };
        for good in ["2018", "2018-10", "2018-10-08"] {
            contact.date = good.into();
            assert_eq!(Contact::decode(&contact.encode()), Ok(contact.clone()));
        }
        for bad in [
            "",
            "18",
            "2018-1",
            "2018-13",
            "2018-10-00",
            "2018-10-08-1",
            "0000",
            "+018",
        ] {
            contact.date = bad.into();
            let refused = Contact::decode(&contact.encode());
            assert_eq!(refused, Err(Rule::ContactValue), "{bad}");
        }
    }
}
