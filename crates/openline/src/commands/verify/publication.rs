//! A publication: a folder with a page, a feed and proofs.

use std::path::{Path, PathBuf};

use openline_node::publication::{self, FEED, PUBLISHED_MAX, PublicationError};

use super::Verified;
use crate::failure::Failure;

/// The folder of a publication, if the path is one or its feed.
pub(super) fn folder_of(path: &Path) -> Option<PathBuf> {
    if path.is_dir() {
        return path.join(FEED).is_file().then(|| path.to_owned());
    }
    let is_feed = path.file_name().is_some_and(|name| name == FEED);
    let folder = path.parent().filter(|_| is_feed && path.is_file())?;
    Some(folder.to_owned())
}

pub(super) fn verify(folder: &Path) -> Result<Verified, Failure> {
    let mut read = |name: &str| read_bounded(&folder.join(name));
    let published = publication::verify(&mut read).map_err(|error| failure(&error))?;
    let mut verified = Verified::new("publication");
    verified.title = Some(published.title);
    verified.parties = published.parties;
    verified.entries = published.items.len() as u64;
    verified.cosignatures = published.cosignatures;
    verified.notes = published
        .items
        .into_iter()
        .map(|(place, heading, signer)| format!("{place} \"{heading}\": signed by {signer}"))
        .collect();
    verified.notes.push(format!(
        "{} proofs hold, with {} cosignatures over the items; page and feed say what the proofs say, byte for byte.",
        published.proofs, published.cosignatures
    ));
    verified.notes.push(
        "Proven: who signed which bytes, and who holds them since when. Claimed: the signers' own times, and that what they say is so."
            .to_owned(),
    );
    verified
        .notes
        .push("It is theirs only if you know these party ids to be theirs.".to_owned());
    Ok(verified)
}

fn read_bounded(path: &Path) -> Option<Vec<u8>> {
    use std::io::Read as _;
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path).ok()?;
    file.take(PUBLISHED_MAX as u64 + 1)
        .read_to_end(&mut bytes)
        .ok()?;
    Some(bytes)
}

fn failure(error: &PublicationError) -> Failure {
    let next = match error {
        PublicationError::Proof(..) | PublicationError::Differs(_) => {
            "do not rely on it: ask the publisher for the folder again"
        }
        PublicationError::Missing(_) => "get the whole folder: the page, the feed and all proofs",
        PublicationError::Unfit(_) => {
            "ask the publisher for a publication made by openline publish"
        }
    };
    Failure::refused(error.code(), error.to_string(), next)
}
