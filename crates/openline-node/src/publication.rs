//! A publication (`spec/readouts.md` section 6): a page, a feed, and the proofs that both are made from.
//!
//! The page and the feed are a function of the proofs and of their order. Whoever has the folder makes them again and compares:
//! nothing in them can say what the proofs do not. No clock, no network, nothing kept.

mod feed;
mod item;
mod page;

use openline_core::Refused;
use openline_core::entry::Ref;
use serde_json::Value;

use item::Item;
use item::Opened;

/// Most statements and readouts of one publication.
pub const ITEMS_MAX: usize = 256;
/// Longest page or feed, bytes.
pub const PUBLISHED_MAX: usize = 64 << 20;
/// The page's name in the folder.
pub const PAGE: &str = "index.html";
/// The feed's name in the folder.
pub const FEED: &str = "feed.json";

/// A file of the folder: its name, with `/` between parts, and its bytes.
pub type File = (String, Vec<u8>);

/// The name of an entry's proof in the folder.
#[must_use]
pub fn proof_name(place: Ref) -> String {
    format!("proofs/{}-{}.tlog-proof", place.party, place.index)
}

/// What is wrong with a publication.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PublicationError {
    /// A proof does not hold.
    #[error("{0}: {1}")]
    Proof(String, Refused),
    /// A file is missing or can't be read.
    #[error("{0} is missing or can't be read")]
    Missing(String),
    /// A file is not what the proofs make.
    #[error("{0} is not what the proofs make: it was changed, or made by another version")]
    Differs(String),
    /// What stands in it can't be published.
    #[error("{0}")]
    Unfit(String),
}

impl PublicationError {
    /// The word for programs: a rule's id, or one of three of its own.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Proof(_, refused) => refused.rule.id(),
            Self::Missing(_) => "publication-missing",
            Self::Differs(_) => "publication-differs",
            Self::Unfit(_) => "publication-unfit",
        }
    }
}

/// What a publication says, once it is verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    /// The line's title.
    pub title: String,
    /// Names and ids of the line's parties.
    pub parties: Vec<(String, String)>,
    /// Of each item: place, title or kind, and who signed it.
    pub items: Vec<(String, String, String)>,
    /// Proofs that were checked.
    pub proofs: usize,
    /// Cosignatures over the items.
    pub cosignatures: usize,
}

/// Makes the page and the feed of items in this order. `proof` gives the bytes of an entry's proof file by its name.
///
/// # Errors
/// [`PublicationError`]
pub fn make(
    places: &[Ref],
    proof: &mut dyn FnMut(&str) -> Option<Vec<u8>>,
) -> Result<(Vec<File>, Published), PublicationError> {
    if places.is_empty() || places.len() > ITEMS_MAX {
        return Err(PublicationError::Unfit(format!(
            "a publication has 1 to {ITEMS_MAX} statements and readouts"
        )));
    }
    let mut proofs = std::collections::BTreeMap::new();
    let mut open = |place: Ref| {
        let name = proof_name(place);
        let bytes = proof(&name).ok_or_else(|| PublicationError::Missing(name.clone()))?;
        let opened = Opened::of(&name, place, &bytes)?;
        proofs.insert(name, bytes);
        Ok(opened)
    };
    let items = places
        .iter()
        .map(|place| Item::of(open(*place)?, &mut open))
        .collect::<Result<Vec<_>, _>>()?;
    check_alike(&items)?;
    let mut files = vec![
        (PAGE.to_owned(), page::page(&items).into_bytes()),
        (FEED.to_owned(), feed::feed(&items)),
    ];
    let published = published(&items, proofs.len());
    files.extend(proofs);
    Ok((files, published))
}

/// Verifies a folder, offline: `read` gives a file's bytes by its name. The feed says which items there are; everything else,
/// the feed's own bytes with it, is made again from the proofs.
///
/// # Errors
/// [`PublicationError`]
pub fn verify(
    read: &mut dyn FnMut(&str) -> Option<Vec<u8>>,
) -> Result<Published, PublicationError> {
    let mut need = |name: &str| {
        read(name)
            .filter(|bytes| bytes.len() <= PUBLISHED_MAX)
            .ok_or_else(|| PublicationError::Missing(name.to_owned()))
    };
    let (page, feed) = (need(PAGE)?, need(FEED)?);
    let places = places_of(&feed).ok_or_else(|| PublicationError::Differs(FEED.to_owned()))?;
    let (files, published) = make(&places, read)?;
    for (name, held) in [(PAGE, &page), (FEED, &feed)] {
        let is_same = files
            .iter()
            .any(|(made, bytes)| made == name && bytes == held);
        if !is_same {
            return Err(PublicationError::Differs(name.to_owned()));
        }
    }
    Ok(published)
}

/// The places that a feed names, in its order.
fn places_of(feed: &[u8]) -> Option<Vec<Ref>> {
    let feed: Value = serde_json::from_slice(feed).ok()?;
    let items = feed.get("items")?.as_array()?;
    let place = |item: &Value| {
        let (party, index) = item
            .get("_openline")?
            .get("place")?
            .as_str()?
            .split_once('/')?;
        let party = party
            .parse()
            .ok()
            .and_then(openline_core::PartyIndex::from_usize)?;
        Some(Ref {
            party,
            index: index.parse().ok()?,
        })
    };
    items.iter().map(place).collect()
}

/// One line and one type: what is real is never published beside an exercise.
fn check_alike(items: &[Item]) -> Result<(), PublicationError> {
    let is_alike = |item: &Item| {
        item.entry.line() == items[0].entry.line()
            && item.entry.message_type() == items[0].entry.message_type()
    };
    let is_once = |(at, item): (usize, &Item)| {
        items[..at]
            .iter()
            .all(|before| before.entry.place != item.entry.place)
    };
    if items.iter().all(is_alike) && items.iter().enumerate().all(is_once) {
        return Ok(());
    }
    Err(PublicationError::Unfit(
        "what is published together is of one line and one type, each entry once".to_owned(),
    ))
}

fn published(items: &[Item], proofs: usize) -> Published {
    let founded = &items[0].entry.disclosed.founded;
    let members = founded.members().iter();
    Published {
        title: founded.terms().title.clone(),
        parties: members
            .map(|member| (member.name().to_owned(), member.party_id().to_string()))
            .collect(),
        items: items
            .iter()
            .map(|item| (item.entry.place_text(), item.heading(), item.entry.signer()))
            .collect(),
        proofs,
        cosignatures: items.iter().map(|item| item.entry.holders().len()).sum(),
    }
}
