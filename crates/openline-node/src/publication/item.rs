//! What a proof says of an entry that is published.

use openline_core::body::Body;
use openline_core::entry::{Kind, MessageType, Ref};
use openline_core::message::Text;
use openline_core::proof::{Disclosed, Proof};
use openline_core::readout::Extent;

use super::PublicationError;

/// An entry whose proof holds.
pub(super) struct Opened {
    pub(super) place: Ref,
    pub(super) disclosed: Disclosed,
}

/// Another party's signature that it holds the entry.
pub(super) struct Holder {
    pub(super) name: String,
    pub(super) id: String,
    /// Seconds since 1970.
    pub(super) since: u64,
}

impl Opened {
    pub(super) fn of(name: &str, place: Ref, bytes: &[u8]) -> Result<Self, PublicationError> {
        let refused = |refused| PublicationError::Proof(name.to_owned(), refused);
        let proof = Proof::parse(bytes).map_err(|rule| refused(rule.into()))?;
        let disclosed = proof.verify().map_err(refused)?;
        if disclosed.entry.place() != place {
            return Err(PublicationError::Differs(name.to_owned()));
        }
        Ok(Self { place, disclosed })
    }

    pub(super) fn place_text(&self) -> String {
        format!("{}/{}", self.place.party, self.place.index)
    }

    pub(super) fn line(&self) -> String {
        self.disclosed.founded.line().to_string()
    }

    pub(super) fn kind(&self) -> Kind {
        self.disclosed.entry.header().kind
    }

    pub(super) fn message_type(&self) -> MessageType {
        self.disclosed.entry.header().message_type
    }

    pub(super) fn leaf(&self) -> String {
        self.disclosed.entry.leaf().to_string()
    }

    /// The author's name in the charter.
    pub(super) fn signer(&self) -> String {
        let member = self.disclosed.founded.member(self.place.party);
        member.map_or_else(String::new, |member| member.name().to_owned())
    }

    pub(super) fn signer_id(&self) -> String {
        self.disclosed
            .founded
            .party_id(self.place.party)
            .to_string()
    }

    /// Who has signed that it holds the entry, the earliest first.
    pub(super) fn holders(&self) -> Vec<Holder> {
        let founded = &self.disclosed.founded;
        let mut lines: Vec<_> = self
            .disclosed
            .lines
            .cosignatures
            .iter()
            .map(|line| (line.statement.time, line.party))
            .collect();
        lines.sort_unstable();
        let holder = |(since, party)| Holder {
            name: founded
                .member(party)
                .map_or_else(String::new, |m| m.name().to_owned()),
            id: founded.party_id(party).to_string(),
            since,
        };
        lines.into_iter().map(holder).collect()
    }
}

/// A statement or readout, with what it discloses.
pub(super) struct Item {
    pub(super) entry: Opened,
    pub(super) title: Option<String>,
    pub(super) texts: Vec<Text>,
    /// The entries that a statement refers to, and how much it discloses of each.
    pub(super) cited: Vec<(Opened, Extent)>,
}

impl Item {
    /// Reads an item; `open` opens the proofs of what it discloses.
    pub(super) fn of(
        entry: Opened,
        open: &mut dyn FnMut(Ref) -> Result<Opened, PublicationError>,
    ) -> Result<Self, PublicationError> {
        let unfit =
            |words: &str| PublicationError::Unfit(format!("entry {} {words}", entry.place_text()));
        let (title, texts, extents) = match entry.disclosed.entry.body() {
            Some(Body::PublicStatement(statement)) => (
                Some(statement.title.clone()),
                statement.texts.clone(),
                statement.disclosed.clone(),
            ),
            Some(Body::Readout(readout)) => (None, readout.texts.clone(), Vec::new()),
            Some(_) => return Err(unfit("is neither a public statement nor a readout")),
            None => return Err(unfit("is disclosed without its body")),
        };
        let refs = entry.disclosed.entry.header().refs.clone();
        let mut cited = Vec::new();
        for (place, extent) in refs.into_iter().zip(extents) {
            let opened = open(place)?;
            if opened.line() != entry.line() {
                return Err(unfit("refers to an entry of another line"));
            }
            cited.push((opened, extent));
        }
        Ok(Self {
            entry,
            title,
            texts,
            cited,
        })
    }

    /// The statement's title, or what it is; the type first unless it is real.
    pub(super) fn heading(&self) -> String {
        let title = self.title.clone();
        let title = title.unwrap_or_else(|| format!("Readout of {}", self.entry.signer()));
        marked(self.entry.message_type(), title)
    }
}

/// A heading with the type before it in capitals, unless it is real.
pub(super) fn marked(message_type: MessageType, heading: String) -> String {
    if message_type == MessageType::Real {
        heading
    } else {
        format!("{}: {heading}", message_type.word().to_uppercase())
    }
}

/// First and last time that has a date of four digits, ms.
const DATED: std::ops::RangeInclusive<i64> = -62_135_596_800_000..=253_402_300_799_999;

/// A time as RFC 3339 has it, in UTC, to the second; `None` beyond the years 1 to 9999.
pub(super) fn rfc3339(ms: i64) -> Option<String> {
    at(ms).map(|time| time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string())
}

/// A time for people: weekday, date, UTC.
pub(super) fn words(ms: i64) -> String {
    at(ms).map_or_else(
        || format!("{ms} ms from 1970 UTC"),
        |time| time.strftime("%A %Y-%m-%d %H:%M:%S UTC").to_string(),
    )
}

/// The second that a time stands in.
fn at(ms: i64) -> Option<jiff::Timestamp> {
    let second = DATED.contains(&ms).then(|| ms.div_euclid(1000))?;
    jiff::Timestamp::from_second(second).ok()
}

/// Seconds as milliseconds, as far as they go.
pub(super) fn ms(seconds: u64) -> i64 {
    i64::try_from(seconds)
        .unwrap_or(i64::MAX)
        .saturating_mul(1000)
}
