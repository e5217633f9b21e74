//! The key that two parties share and nobody else, made of a share of each (`spec/non-paper.md` section 3).
//!
//! Each side makes its share by encapsulating to the other's seal key, and signs nothing. Both hold the whole key: whatever one can
//! seal, the other can too. That is what makes a non-paper certain to its recipient and worthless as a proof to anyone else.

use aws_lc_rs::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::{hkdf, hmac};
use openline_bearer::pouch::{
    SealError, SealKeyPair, SealPublicKey, SharedSecret, decapsulate, encapsulate, pad, unpad,
};
use openline_core::{Hash, LineId, PartyId};
use openline_proto::non_paper::{Offer, Receipts, Sealed, Stage};
use zeroize::Zeroizing;

use super::content::OfferId;

/// Stands before everything that is derived, authenticated or encapsulated for non-papers.
const CONTEXT: &[u8] = b"openline/non-paper/v1\n";
const SEAL: &[u8] = b"openline/non-paper/seal/v1\n";
const RECEIVED: &[u8] = b"openline/non-paper/received/v1\n";
const FILE: &[u8] = b"openline/non-paper/file/v1\n";
/// What HPKE's exporter is asked for.
const SHARE: &[u8] = b"share";
const TAG_BYTES: usize = 16;
/// The id, and for each direction a key that seals and one that authenticates.
const DERIVED_BYTES: usize = 8 + 4 * 32;

/// Names a pair key; derived with it.
pub(crate) type KeyId = [u8; 8];

/// The id of an offer.
pub(crate) fn offer_id(offer: &Offer) -> OfferId {
    let hash = Hash::of(&[&offer.to_key, &offer.enc]);
    let mut id = [0; 8];
    id.copy_from_slice(&hash.0[..8]);
    id
}

/// An offer and the secret in it: known to the two parties.
#[derive(Clone)]
pub(crate) struct Share {
    pub(crate) offer: Offer,
    pub(crate) secret: SharedSecret,
}

impl std::fmt::Debug for Share {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Share").field(&self.id()).finish()
    }
}

impl Share {
    /// Makes a fresh share for the owner of a seal key.
    pub(crate) fn make(to: &SealPublicKey) -> Result<Self, SealError> {
        let (enc, secret) = encapsulate(to, CONTEXT, SHARE)?;
        let to_key = to.id().0;
        Ok(Self {
            offer: Offer { to_key, enc },
            secret,
        })
    }

    /// Takes the secret out of the other side's offer; `None` if none of our seal keys is the one that it names.
    pub(crate) fn take(offer: Offer, keys: &[SealKeyPair]) -> Option<Self> {
        let key = keys
            .iter()
            .find(|key| key.public().id().0 == offer.to_key)?;
        let secret = decapsulate(key, CONTEXT, SHARE, &offer.enc)?;
        Some(Self { offer, secret })
    }

    pub(crate) fn id(&self) -> OfferId {
        offer_id(&self.offer)
    }
}

/// What a sealed non-paper is bound to, besides its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Bound {
    pub(crate) line: LineId,
    pub(crate) from: PartyId,
    pub(crate) to: PartyId,
}

/// The keys of one direction.
struct Way {
    seal: Zeroizing<[u8; 32]>,
    mac: Zeroizing<[u8; 32]>,
}

/// The key of one pair of shares.
pub(crate) struct PairKey {
    id: KeyId,
    /// The party with the lower id.
    lower: PartyId,
    up: Way,
    down: Way,
}

impl std::fmt::Debug for PairKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("PairKey").field(&self.id).finish()
    }
}

struct Derived;

impl hkdf::KeyType for Derived {
    fn len(&self) -> usize {
        DERIVED_BYTES
    }
}

impl PairKey {
    /// Derives the key of two parties from the share that each has made. Both get the same, whichever they name first.
    pub(crate) fn derive(one: (&PartyId, &Share), other: (&PartyId, &Share)) -> Self {
        let ((low, low_share), (high, high_share)) = if one.0 <= other.0 {
            (one, other)
        } else {
            (other, one)
        };
        let mut secrets = Zeroizing::new([0; 64]);
        secrets[..32].copy_from_slice(&low_share.secret[..]);
        secrets[32..].copy_from_slice(&high_share.secret[..]);
        let info = [
            CONTEXT,
            &low.0.0,
            &high.0.0,
            &low_share.offer.to_key,
            &high_share.offer.to_key,
            &low_share.offer.enc,
            &high_share.offer.enc,
        ];
        let mut bytes = Zeroizing::new([0; DERIVED_BYTES]);
        hkdf::Salt::new(hkdf::HKDF_SHA256, CONTEXT)
            .extract(&secrets[..])
            .expand(&info, Derived)
            .and_then(|derived| derived.fill(&mut bytes[..]))
            .expect("the length is in range");
        let mut id = [0; 8];
        id.copy_from_slice(&bytes[..8]);
        Self {
            id,
            lower: *low,
            up: Way::of(&bytes[8..72]),
            down: Way::of(&bytes[72..]),
        }
    }

    pub(crate) fn id(&self) -> KeyId {
        self.id
    }

    fn way(&self, from: &PartyId) -> &Way {
        if *from == self.lower {
            &self.up
        } else {
            &self.down
        }
    }

    /// Seals the content of a non-paper. `place` says where it is to stand: its text is put in.
    pub(crate) fn seal(&self, bound: &Bound, place: Sealed, content: &[u8]) -> Sealed {
        let mut text = pad(content, TAG_BYTES);
        self.own_key(bound, &place)
            .seal_in_place_append_tag(
                Nonce::assume_unique_for_key([0; 12]),
                Aad::from(bytes_of(bound, &place)),
                &mut text,
            )
            .expect("a short text can be sealed");
        Sealed { text, ..place }
    }

    /// Opens a non-paper; `None` unless it was sealed with this key for just this place.
    ///
    /// `Some(None)`: it was, and its padding is not what it must be.
    #[expect(
        clippy::option_option,
        reason = "not sealed so, and sealed but wrong, are broken rules of two names"
    )]
    pub(crate) fn open(
        &self,
        bound: &Bound,
        sealed: &Sealed,
    ) -> Option<Option<Zeroizing<Vec<u8>>>> {
        let mut text = Zeroizing::new(sealed.text.clone());
        let len = self
            .own_key(bound, sealed)
            .open_in_place(
                Nonce::assume_unique_for_key([0; 12]),
                Aad::from(bytes_of(bound, sealed)),
                &mut text,
            )
            .ok()?
            .len();
        text.truncate(len);
        Some(unpad(std::mem::take(&mut *text)).map(Zeroizing::new))
    }

    /// The key of one non-paper. A number alone must not choose it: a home that was copied back would use one twice.
    fn own_key(&self, bound: &Bound, place: &Sealed) -> LessSafeKey {
        let way = self.way(&bound.from);
        let info = [SEAL, &place.salt];
        let key = hkdf::Prk::new_less_safe(hkdf::HKDF_SHA256, &way.seal[..]);
        let key = key
            .expand(&info, &CHACHA20_POLY1305)
            .map(UnboundKey::from)
            .expect("the length is in range");
        LessSafeKey::new(key)
    }

    /// Receipts from a party, authenticated for the other.
    pub(crate) fn receipts(
        &self,
        from: &PartyId,
        series: [u8; 8],
        stages: Vec<(u64, Stage)>,
    ) -> Receipts {
        let parts = received_bytes(&series, &stages);
        Receipts {
            key: self.id,
            series,
            mac: self.mac(from, &parts),
            stages,
        }
    }

    /// Whether receipts are from that party, as far as anybody but the two can ever tell.
    pub(crate) fn is_from(&self, from: &PartyId, receipts: &Receipts) -> bool {
        let parts = received_bytes(&receipts.series, &receipts.stages);
        self.is_mac(from, &parts, &receipts.mac)
    }

    /// The MAC of a file's contents.
    pub(crate) fn file_mac(&self, from: &PartyId, contents: &[u8]) -> [u8; 32] {
        self.mac(from, &[FILE, contents].concat())
    }

    /// Whether a file's contents are from that party.
    pub(crate) fn is_file_mac(&self, from: &PartyId, contents: &[u8], mac: &[u8; 32]) -> bool {
        self.is_mac(from, &[FILE, contents].concat(), mac)
    }

    fn mac(&self, from: &PartyId, bytes: &[u8]) -> [u8; 32] {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &self.way(from).mac[..]);
        let mut mac = [0; 32];
        mac.copy_from_slice(hmac::sign(&key, bytes).as_ref());
        mac
    }

    fn is_mac(&self, from: &PartyId, bytes: &[u8], mac: &[u8; 32]) -> bool {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &self.way(from).mac[..]);
        hmac::verify(&key, bytes, mac).is_ok()
    }
}

impl Way {
    fn of(bytes: &[u8]) -> Self {
        let (mut seal, mut mac) = (Zeroizing::new([0; 32]), Zeroizing::new([0; 32]));
        seal.copy_from_slice(&bytes[..32]);
        mac.copy_from_slice(&bytes[32..]);
        Self { seal, mac }
    }
}

/// What a sealed non-paper is bound to, as bytes: the additional data.
fn bytes_of(bound: &Bound, place: &Sealed) -> Vec<u8> {
    [
        CONTEXT,
        &bound.line.0.0,
        &bound.from.0.0,
        &bound.to.0.0,
        &place.series,
        &place.number.to_be_bytes(),
        &place.floor.to_be_bytes(),
    ]
    .concat()
}

fn received_bytes(series: &[u8; 8], stages: &[(u64, Stage)]) -> Vec<u8> {
    [RECEIVED, &series[..], &Receipts::stages_bytes(stages)].concat()
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// Two parties with a seal key each, and a share of each for the other.
    pub(crate) struct Two {
        pub(crate) a: PartyId,
        pub(crate) b: PartyId,
        pub(crate) keys_a: Vec<SealKeyPair>,
        pub(crate) keys_b: Vec<SealKeyPair>,
        pub(crate) from_a: Share,
        pub(crate) from_b: Share,
    }

    pub(crate) fn two() -> Two {
        let (keys_a, keys_b) = (
            vec![SealKeyPair::from_seed(&[1; 32])],
            vec![SealKeyPair::from_seed(&[2; 32])],
        );
        Two {
            a: PartyId(Hash([1; 32])),
            b: PartyId(Hash([2; 32])),
            from_a: Share::make(keys_b[0].public()).expect("a key"),
            from_b: Share::make(keys_a[0].public()).expect("a key"),
            keys_a,
            keys_b,
        }
    }

    impl Two {
        /// The key as A has it: its own share as made, the other's as taken out.
        fn at_a(&self) -> PairKey {
            let from_b = Share::take(self.from_b.offer.clone(), &self.keys_a).expect("ours");
            PairKey::derive((&self.a, &self.from_a), (&self.b, &from_b))
        }

        fn at_b(&self) -> PairKey {
            let from_a = Share::take(self.from_a.offer.clone(), &self.keys_b).expect("ours");
            PairKey::derive((&self.b, &self.from_b), (&self.a, &from_a))
        }

        fn bound(&self) -> Bound {
            Bound {
                line: LineId(Hash([3; 32])),
                from: self.a,
                to: self.b,
            }
        }
    }

    fn place(key: &PairKey) -> Sealed {
        Sealed {
            key: key.id(),
            series: [4; 8],
            number: 6,
            floor: 5,
            salt: crate::identity::random(),
            text: vec![],
        }
    }

    fn text(opened: Option<Option<Zeroizing<Vec<u8>>>>) -> Option<Vec<u8>> {
        opened.flatten().map(|text| text.to_vec())
    }

    #[test]
    fn both_derive_one_key_and_open_what_the_other_seals() {
        let two = two();
        let (at_a, at_b) = (two.at_a(), two.at_b());
        assert_eq!(at_a.id(), at_b.id());
        let sealed = at_a.seal(&two.bound(), place(&at_a), b"between us");
        assert_eq!(
            text(at_b.open(&two.bound(), &sealed)),
            Some(b"between us".to_vec())
        );
        assert!(!sealed.text.windows(7).any(|part| part == b"between"));
        let receipts = at_b.receipts(&two.b, [4; 8], vec![(6, Stage::Received)]);
        assert!(at_a.is_from(&two.b, &receipts));
    }

    /// The recipient makes up a non-paper of the sender's, with nothing from the sender but its published key: all of it, the
    /// sender's share too. Nobody can tell it from a real one, whatever secrets the recipient shows.
    #[test]
    fn the_recipient_can_forge_all_of_it() {
        let two = two();
        let real = two.at_b();
        let forged_share = Share::make(two.keys_b[0].public()).expect("B's own public key");
        let own_share = Share::make(two.keys_a[0].public()).expect("A's published key");
        let forged = PairKey::derive((&two.a, &forged_share), (&two.b, &own_share));
        for (key, share) in [(real, &two.from_a), (forged, &forged_share)] {
            // What B shows to a third party: the offers, its seal key, its own share's secret. The check is the same for both.
            let sealed = key.seal(&two.bound(), place(&key), b"A said so");
            let shown = Share::take(share.offer.clone(), &two.keys_b).expect("B's key opens it");
            assert_eq!(shown.secret, share.secret);
            let own = if key.id() == two.at_b().id() {
                &two.from_b
            } else {
                &own_share
            };
            let judged = PairKey::derive((&two.b, own), (&two.a, &shown));
            assert_eq!(judged.id(), sealed.key);
            assert_eq!(
                text(judged.open(&two.bound(), &sealed)),
                Some(b"A said so".to_vec())
            );
        }
    }

    #[test]
    fn a_stranger_who_offers_a_share_in_anothers_name_learns_nothing() {
        let two = two();
        // He knows the share that he made, and not what B has encapsulated to A.
        let his = Share::make(two.keys_b[0].public()).expect("B's published key");
        let guessed = Share {
            offer: two.from_b.offer.clone(),
            secret: Zeroizing::new([0; 32]),
        };
        let at_his = PairKey::derive((&two.a, &his), (&two.b, &guessed));
        let at_b = PairKey::derive((&two.a, &his), (&two.b, &two.from_b));
        let sealed = at_his.seal(&two.bound(), place(&at_b), b"as if from A");
        assert!(at_b.open(&two.bound(), &sealed).is_none());
    }

    #[test]
    fn every_part_is_bound() {
        let two = two();
        let (at_a, at_b) = (two.at_a(), two.at_b());
        let (bound, sealed) = (two.bound(), at_a.seal(&two.bound(), place(&at_a), b"x"));
        let changes: [fn(&mut Sealed); 6] = [
            |s| s.series[0] ^= 1,
            |s| s.number += 1,
            |s| s.floor -= 1,
            |s| s.salt[15] ^= 1,
            |s| s.text[0] ^= 1,
            |s| *s.text.last_mut().expect("a tag") ^= 1,
        ];
        for change in changes {
            let mut changed = sealed.clone();
            change(&mut changed);
            assert!(at_b.open(&bound, &changed).is_none());
        }
        let elsewhere = Bound {
            line: LineId(Hash([9; 32])),
            ..bound
        };
        let turned = Bound {
            from: two.b,
            to: two.a,
            ..bound
        };
        for other in [elsewhere, turned] {
            assert!(at_b.open(&other, &sealed).is_none());
        }
        let receipts = at_b.receipts(&two.b, [4; 8], vec![(6, Stage::Received)]);
        assert!(!at_a.is_from(&two.a, &receipts), "not turned round either");
        let shown = Receipts {
            stages: vec![(6, Stage::Shown)],
            ..receipts
        };
        assert!(!at_a.is_from(&two.b, &shown));
    }

    #[test]
    fn another_share_gives_another_key() {
        let two = two();
        let again = Share::make(two.keys_b[0].public()).expect("a key");
        let next = PairKey::derive((&two.a, &again), (&two.b, &two.from_b));
        assert_ne!(next.id(), two.at_a().id());
        assert!(Share::take(two.from_a.offer.clone(), &two.keys_a).is_none());
    }
}
