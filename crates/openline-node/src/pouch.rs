//! The pouch: frames for one party, signed by our node key, sealed to that party's published key (`spec/bundle.md`).
//!
//! This file knows the inside of a bundle; the sealing is the bearer's, the frames are the line's.

use openline_core::card::Card;
use openline_core::cbor::{Reader, Writer};
use openline_core::keys::{SecretKeys, verify_ed};
use openline_core::{Hash, PartyId, Rule};

/// What our node key signs before a bundle's contents.
const CONTEXT: &[u8] = b"openline/bundle/v1\n";
/// What the sealing is bound to.
pub(crate) const INFO: &[u8] = b"openline/bundle/v1";
/// Most frames of one bundle (`spec/bundle.md`).
pub(crate) const BUNDLE_FRAMES_MAX: usize = 65_536;

/// The inside of a bundle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Bundle {
    /// Who packed it.
    pub(crate) from: PartyId,
    /// For whom.
    pub(crate) to: PartyId,
    /// Counted by the sender for this recipient, from 1.
    pub(crate) number: u64,
    /// When it was packed, ms.
    pub(crate) packed_ms: i64,
    /// The sender's card, so that the recipient can answer by a pouch too.
    pub(crate) card: Vec<u8>,
    /// Frames of `spec/line.md`.
    pub(crate) frames: Vec<Vec<u8>>,
}

impl Bundle {
    /// Encodes and signs the bundle.
    pub(crate) fn sign(&self, keys: &SecretKeys) -> Vec<u8> {
        let contents = self.encode_contents();
        let signature = keys.sign_ed(&[CONTEXT, &contents].concat());
        let mut w = Writer::new();
        w.array(2).bytes(&contents).bytes(&signature);
        w.into_bytes()
    }

    fn encode_contents(&self) -> Vec<u8> {
        let mut w = Writer::new();
        w.array(7)
            .uint(1)
            .bytes(&self.from.0.0)
            .bytes(&self.to.0.0)
            .uint(self.number)
            .int(self.packed_ms);
        w.bytes(&self.card).array(self.frames.len());
        for frame in &self.frames {
            w.bytes(frame);
        }
        w.into_bytes()
    }

    /// Decodes an opened bundle and checks its signature with the key that `key_of` gives for the sender.
    ///
    /// # Errors
    /// [`Rule::BundleShape`] and the CBOR rules; [`Rule::BundleSender`] for an unknown sender or a wrong signature;
    /// [`Rule::BundleRecipient`] when it is for another party.
    pub(crate) fn open(
        bytes: &[u8],
        own: &PartyId,
        key_of: impl Fn(&PartyId) -> Option<[u8; 32]>,
    ) -> Result<Self, Rule> {
        let mut r = Reader::checked(bytes, Rule::BundleShape)?;
        r.array_exact(2)?;
        let (contents, signature) = (r.bytes()?, r.array_of::<64>()?);
        let bundle = Self::decode_contents(contents)?;
        let key = key_of(&bundle.from).ok_or(Rule::BundleSender)?;
        if !verify_ed(&key, &[CONTEXT, contents].concat(), &signature) {
            return Err(Rule::BundleSender);
        }
        if bundle.to != *own {
            return Err(Rule::BundleRecipient);
        }
        Ok(bundle)
    }

    /// The sender's card, which must be its own.
    ///
    /// # Errors
    /// The rules of cards; [`Rule::BundleSender`] when it is another party's.
    pub(crate) fn sender_card(&self) -> Result<Card, Rule> {
        let card = Card::decode(&self.card)?;
        if card.party_id() == self.from {
            Ok(card)
        } else {
            Err(Rule::BundleSender)
        }
    }

    fn decode_contents(bytes: &[u8]) -> Result<Self, Rule> {
        let mut r = Reader::checked(bytes, Rule::BundleShape)?;
        r.array_exact(7)?;
        if r.uint()? != 1 {
            return Err(Rule::BundleShape);
        }
        let (from, to) = (PartyId(Hash(r.array_of()?)), PartyId(Hash(r.array_of()?)));
        let (number, packed_ms) = (r.uint()?, r.int()?);
        let card = r.bytes()?.to_vec();
        let len = r.array_max(BUNDLE_FRAMES_MAX, Rule::BundleShape)?;
        let frames = (0..len)
            .map(|_| Ok(r.bytes()?.to_vec()))
            .collect::<Result<_, Rule>>()?;
        Ok(Self {
            from,
            to,
            number,
            packed_ms,
            card,
            frames,
        })
    }
}

#[cfg(test)]
#[path = "pouch/vectors.rs"] // also where the fuzzers include this file
pub(crate) mod vectors;

#[cfg(test)]
mod tests {
    use super::*;

    fn bundle() -> Bundle {
        Bundle {
            from: PartyId(Hash([1; 32])),
            to: PartyId(Hash([2; 32])),
            number: 3,
            packed_ms: -4,
            card: vec![5],
            frames: vec![vec![6], vec![7, 8]],
        }
    }

    fn keys() -> SecretKeys {
        SecretKeys::from_seeds([9; 32], [10; 32])
    }

    #[test]
    fn a_bundle_opens_for_its_recipient_under_its_senders_key() {
        let signed = bundle().sign(&keys());
        let opened = Bundle::open(&signed, &bundle().to, |_| Some(*keys().ed_public()));
        assert_eq!(opened, Ok(bundle()));
    }

    #[test]
    fn another_recipient_an_unknown_sender_and_a_changed_byte_are_refused() {
        let mut signed = bundle().sign(&keys());
        let key = |_: &PartyId| Some(*keys().ed_public());
        assert_eq!(
            Bundle::open(&signed, &bundle().from, key),
            Err(Rule::BundleRecipient)
        );
        assert_eq!(
            Bundle::open(&signed, &bundle().to, |_| None),
            Err(Rule::BundleSender)
        );
        let last = signed.len() - 70;
        signed[last] ^= 1;
        assert_eq!(
            Bundle::open(&signed, &bundle().to, key),
            Err(Rule::BundleSender)
        );
    }
}
