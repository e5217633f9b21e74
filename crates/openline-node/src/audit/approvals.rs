//! Releases that passkeys have signed, checked again from the log, the record and the public keys.

use std::collections::BTreeMap;

use openline_core::entry::Ref;
use openline_core::id::from_hex;
use openline_core::{Hash, LineId};
use openline_store::{ReadError, Reader};

use super::{Act, DONE, READ, Said, SignedApproval};
use crate::approval::{content_on_record, hash_in, hash_of};
use crate::engine::acts::documents;
use crate::officers::Passkey;
use crate::service::names::PlaceName;

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Approvals {
    /// Entries of the record that a passkey has signed.
    pub signed: u64,
    /// Entries whose words were purged since, so that what was signed can't be computed.
    pub gone: u64,
    /// The first item whose approval does not prove what it says.
    pub wrong: Option<u64>,
}

/// Goes over the whole log, whose chain is right.
pub(super) fn check(reader: &Reader) -> Result<Approvals, ReadError> {
    let mut walk = Walk {
        reader,
        keys: keys(reader)?,
        approved: BTreeMap::new(),
        found: Approvals::default(),
    };
    let mut from = 1;
    loop {
        let items = reader.audit(from, READ)?;
        let Some(last) = items.last() else {
            return Ok(walk.found);
        };
        from = last.number + 1;
        for item in &items {
            let said = item.text.as_deref().unwrap_or_default();
            let said: Said = serde_json::from_str(said).unwrap_or_default();
            let is_right = said.outcome != DONE || walk.take(&said)?;
            if !is_right {
                walk.found.wrong.get_or_insert(item.number);
            }
        }
    }
}

/// The passkeys of all officers, removed ones too, by the id of the credential.
fn keys(reader: &Reader) -> Result<BTreeMap<String, Passkey>, ReadError> {
    let all = reader.documents(documents::PASSKEY)?;
    let read = all.into_iter().filter_map(|document| {
        let passkey = serde_json::from_slice(&document.value).ok()?;
        Some((document.key, passkey))
    });
    Ok(read.collect())
}

struct Walk<'a> {
    reader: &'a Reader,
    keys: BTreeMap<String, Passkey>,
    /// What was approved, by the hash of all of it, each with who approved it.
    approved: BTreeMap<Hash, (String, Vec<Hash>)>,
    found: Approvals,
}

impl Walk<'_> {
    /// Whether an item proves what it says of an approval.
    fn take(&mut self, said: &Said) -> Result<bool, ReadError> {
        if said.act == Act::Approve.word() {
            return Ok(self.take_approval(said).is_some());
        }
        let Some(approval) = &said.approval else {
            return Ok(true);
        };
        self.take_release(said, approval)
    }

    fn take_approval(&mut self, said: &Said) -> Option<()> {
        let SignedApproval {
            contents,
            assertion,
        } = said.signed.as_ref()?;
        let contents: Vec<Hash> = contents
            .iter()
            .map(|text| hash(text))
            .collect::<Option<_>>()?;
        let all = hash_of(&contents);
        let passkey = self.keys.get(&assertion.credential)?;
        let challenge = assertion.challenge_signed_by(&passkey.key).ok()?;
        let is_right = passkey.officer.as_str() == said.by && hash_in(&challenge) == Some(all);
        is_right.then(|| self.approved.insert(all, (said.by.clone(), contents)))?;
        Some(())
    }

    fn take_release(&mut self, said: &Said, approval: &str) -> Result<bool, ReadError> {
        let line: Option<LineId> = said.line.as_deref().and_then(|line| line.parse().ok());
        let place = said.object.as_deref().and_then(place_of);
        let approved = hash(approval).and_then(|hash| self.approved.get(&hash));
        let (Some(line), Some(place), Some((by, contents))) = (line, place, approved) else {
            return Ok(false);
        };
        let Some(entry) = self.reader.entry(line, place)? else {
            return Ok(false);
        };
        if *by != said.by || said.leaf.as_deref() != Some(&openline_core::id::hex(&entry.leaf.0)) {
            return Ok(false);
        }
        match content_on_record(&line, &entry) {
            None => self.found.gone += 1,
            Some(content) if contents.contains(&content) => self.found.signed += 1,
            Some(_) => return Ok(false),
        }
        Ok(true)
    }
}

fn place_of(text: &str) -> Option<Ref> {
    match PlaceName::parse(text).ok()? {
        PlaceName::Place(place) => Some(place),
        PlaceName::Joint(_) | PlaceName::Text(_) => None,
    }
}

fn hash(text: &str) -> Option<Hash> {
    Some(Hash(from_hex(text)?.try_into().ok()?))
}
