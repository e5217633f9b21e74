//! What other parties sign over a checkpoint (C2SP `tlog-cosignature`): *we hold every entry under it, durably, since*.

use crate::checkpoint::Checkpoint;
use crate::id::PartyId;
use crate::keys::{
    ED_PUBLIC_LEN, ED_SIGNATURE_LEN, PQ_PUBLIC_LEN, PQ_SIGNATURE_LEN, SecretKeys, verify_ed,
    verify_pq,
};
use crate::note::{NoteSignature, TYPE_COSIGNATURE, TYPE_SEAL, key_id};
use crate::rule::Rule;

/// Latest time of a cosignature, seconds.
pub const COSIGNATURE_TIME_MAX: u64 = (1 << 63) - 1;

const TIME_LEN: usize = 8;
const SEAL_LABEL: &[u8; 12] = b"subtree/v1\n\0";

/// An Ed25519 cosignature (type 0x04).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cosignature {
    /// Since when the cosigner says it holds the entries, seconds since 1970.
    pub time: u64,
    /// The signature.
    pub signature: [u8; ED_SIGNATURE_LEN],
}

impl Cosignature {
    /// Cosigns. A `time` that the format has no room for is moved to the nearest one it has.
    ///
    /// The caller has made every entry under the checkpoint durable: that is what it signs.
    #[must_use]
    pub fn sign(checkpoint: &Checkpoint, keys: &SecretKeys, time: u64) -> Self {
        let time = time.clamp(1, COSIGNATURE_TIME_MAX);
        Self {
            time,
            signature: keys.sign_ed(&cosignature_message(checkpoint, time)),
        }
    }

    /// True when the signature is right by this key.
    #[must_use]
    pub fn verify(&self, checkpoint: &Checkpoint, ed_public: &[u8; ED_PUBLIC_LEN]) -> bool {
        verify_ed(
            ed_public,
            &cosignature_message(checkpoint, self.time),
            &self.signature,
        )
    }

    /// The signature line of this cosigner.
    #[must_use]
    pub fn line(&self, cosigner: &PartyId, ed_public: &[u8; ED_PUBLIC_LEN]) -> NoteSignature {
        let name = cosigner.cosigner_name();
        let key_id = key_id(&name, TYPE_COSIGNATURE, ed_public);
        NoteSignature {
            name,
            key_id,
            bytes: self.to_bytes(),
        }
    }

    /// Time and signature, as a signature line carries them.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        [&self.time.to_be_bytes()[..], &self.signature].concat()
    }

    /// Reads what a signature line carries.
    ///
    /// # Errors
    /// [`Rule::CosignatureFormat`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Rule> {
        let (time, signature) = split_time(bytes)?;
        Ok(Self {
            time,
            signature: signature.try_into().map_err(|_| Rule::CosignatureFormat)?,
        })
    }
}

fn cosignature_message(checkpoint: &Checkpoint, time: u64) -> Vec<u8> {
    format!("cosignature/v1\ntime {time}\n{}", checkpoint.text()).into_bytes()
}

/// An ML-DSA-44 cosignature (type 0x06), on the charter's beat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seal {
    /// Since when the cosigner says it holds the entries, seconds since 1970.
    pub time: u64,
    /// The signature, 2420 bytes.
    pub signature: Vec<u8>,
}

impl Seal {
    /// Seals as `cosigner`. A `time` that the format has no room for is moved to the nearest one it has.
    ///
    /// The caller has made every entry under the checkpoint durable: that is what it signs.
    ///
    /// # Panics
    /// When the origin is empty or longer than 255 bytes; every origin of a line has 141.
    #[must_use]
    pub fn sign(checkpoint: &Checkpoint, cosigner: &PartyId, keys: &SecretKeys, time: u64) -> Self {
        let time = time.clamp(1, COSIGNATURE_TIME_MAX);
        let message = seal_message(checkpoint, &cosigner.cosigner_name(), time)
            .expect("a line's origin has 141 bytes");
        Self {
            time,
            signature: keys.sign_pq(&message),
        }
    }

    /// True when the signature is right by this key of `cosigner`.
    #[must_use]
    pub fn verify(
        &self,
        checkpoint: &Checkpoint,
        cosigner: &PartyId,
        pq_public: &[u8; PQ_PUBLIC_LEN],
    ) -> bool {
        seal_message(checkpoint, &cosigner.cosigner_name(), self.time)
            .is_some_and(|message| verify_pq(pq_public, &message, &self.signature))
    }

    /// The signature line of this cosigner.
    #[must_use]
    pub fn line(&self, cosigner: &PartyId, pq_public: &[u8; PQ_PUBLIC_LEN]) -> NoteSignature {
        let name = cosigner.cosigner_name();
        let key_id = key_id(&name, TYPE_SEAL, pq_public);
        NoteSignature {
            name,
            key_id,
            bytes: self.to_bytes(),
        }
    }

    /// Time and signature, as a signature line carries them.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        [&self.time.to_be_bytes()[..], &self.signature].concat()
    }

    /// Reads what a signature line carries.
    ///
    /// # Errors
    /// [`Rule::CosignatureFormat`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Rule> {
        let (time, signature) = split_time(bytes)?;
        if signature.len() != PQ_SIGNATURE_LEN {
            return Err(Rule::CosignatureFormat);
        }
        Ok(Self {
            time,
            signature: signature.to_vec(),
        })
    }
}

/// The `cosigned_message` structure, or nothing when a name does not fit its one-byte length.
fn seal_message(checkpoint: &Checkpoint, cosigner_name: &str, time: u64) -> Option<Vec<u8>> {
    let mut message = SEAL_LABEL.to_vec();
    push_opaque(&mut message, cosigner_name)?;
    message.extend_from_slice(&time.to_be_bytes());
    push_opaque(&mut message, &checkpoint.origin)?;
    message.extend_from_slice(&0u64.to_be_bytes());
    message.extend_from_slice(&checkpoint.size.to_be_bytes());
    message.extend_from_slice(&checkpoint.root.0);
    Some(message)
}

/// Appends `opaque text<1..2^8-1>` (RFC 8446 section 3.4).
fn push_opaque(message: &mut Vec<u8>, text: &str) -> Option<()> {
    let len = u8::try_from(text.len()).ok().filter(|len| *len > 0)?;
    message.push(len);
    message.extend_from_slice(text.as_bytes());
    Some(())
}

fn split_time(bytes: &[u8]) -> Result<(u64, &[u8]), Rule> {
    let (time, signature) = bytes
        .split_first_chunk::<TIME_LEN>()
        .ok_or(Rule::CosignatureFormat)?;
    let time = u64::from_be_bytes(*time);
    if (1..=COSIGNATURE_TIME_MAX).contains(&time) {
        Ok((time, signature))
    } else {
        Err(Rule::CosignatureFormat)
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    use super::*;
    use crate::charter::fixture::Party;
    use crate::id::Hash;

    fn checkpoint() -> Checkpoint {
        Checkpoint {
            origin: "example.com/log".to_owned(),
            size: 0x0102_0304,
            root: Hash([0xab; 32]),
        }
    }

    #[test]
    fn a_cosignature_of_a_public_witness_verifies() {
        // A Static CT log of June 2026, cosigned by `remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2`.
        let text = "arche2025h1.staging.ct.transparency.dev\n1432088532\nU7WM79jrzyhGZ5/GUBTpM7NzwdyfFx61t3RovgcC4Ro=\n";
        let line = "2net5wAAAABqEiEgPlfF3V06o0Y+fHM+J5J9s27wgxxcOVSpZ/2g/KSiXCg9DEZI+aVCIobWX9sXTynk5XeU/zZ0WBxtqB0DrAWfBw==";
        let key = STANDARD
            .decode("BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2")
            .expect("base64");
        let public: [u8; 32] = key[1..].try_into().expect("32 bytes");
        let raw = STANDARD.decode(line).expect("base64");
        assert_eq!(
            key_id("remora.n621.de", TYPE_COSIGNATURE, &public),
            raw[..4]
        );
        let mut checkpoint = Checkpoint::parse_text(text).expect("a checkpoint");
        let cosignature = Cosignature::from_bytes(&raw[4..]).expect("a cosignature");
        assert_eq!(cosignature.time, 1_779_573_024);
        assert!(cosignature.verify(&checkpoint, &public));
        checkpoint.size += 1;
        assert!(!cosignature.verify(&checkpoint, &public));
    }

    #[test]
    fn the_sealed_message_has_the_layout_of_the_specification() {
        let message = seal_message(&checkpoint(), "c/n", 0x0a0b).expect("short names");
        let mut expected =
            b"subtree/v1\n\x00\x03c/n\x00\x00\x00\x00\x00\x00\x0a\x0b\x0fexample.com/log".to_vec();
        expected
            .extend_from_slice(b"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01\x02\x03\x04");
        expected.extend_from_slice(&[0xab; 32]);
        assert_eq!(message, expected);
        for (name, origin) in [
            ("", "o"),
            ("n", ""),
            (&*"n".repeat(256), "o"),
            ("n", &*"o".repeat(256)),
        ] {
            let checkpoint = Checkpoint {
                origin: origin.to_owned(),
                ..checkpoint()
            };
            assert_eq!(seal_message(&checkpoint, name, 1), None);
        }
        assert!(seal_message(&checkpoint(), &"n".repeat(255), 1).is_some());
    }

    #[test]
    fn cosignatures_and_seals_bind_checkpoint_time_and_cosigner() {
        let (party, other) = (Party::new(1), Party::new(2));
        let id = party.credential.party_id();
        let cosignature = Cosignature::sign(&checkpoint(), &party.node, 77);
        let seal = Seal::sign(&checkpoint(), &id, &party.node, 77);
        let keys = party.node.public();
        assert!(
            cosignature.verify(&checkpoint(), &keys.ed)
                && seal.verify(&checkpoint(), &id, &keys.pq)
        );

        let changed = Checkpoint {
            size: 1,
            ..checkpoint()
        };
        assert!(!cosignature.verify(&changed, &keys.ed) && !seal.verify(&changed, &id, &keys.pq));
        let foreign = other.node.public();
        assert!(
            !cosignature.verify(&checkpoint(), &foreign.ed)
                && !seal.verify(&checkpoint(), &id, &foreign.pq)
        );
        assert!(!seal.verify(&checkpoint(), &other.credential.party_id(), &keys.pq));
        let (later, later_seal) = (
            Cosignature {
                time: 78,
                ..cosignature
            },
            Seal { time: 78, ..seal },
        );
        assert!(
            !later.verify(&checkpoint(), &keys.ed)
                && !later_seal.verify(&checkpoint(), &id, &keys.pq)
        );
    }

    #[test]
    fn lengths_and_times_have_their_bounds() {
        let party = Party::new(1);
        let id = party.credential.party_id();
        let cosignature = Cosignature::sign(&checkpoint(), &party.node, 1).to_bytes();
        let seal = Seal::sign(&checkpoint(), &id, &party.node, COSIGNATURE_TIME_MAX).to_bytes();
        assert!(Cosignature::from_bytes(&cosignature).is_ok() && Seal::from_bytes(&seal).is_ok());
        for time in [0, 1 << 63, u64::MAX] {
            let with_time = |bytes: &[u8]| [&u64::to_be_bytes(time)[..], &bytes[8..]].concat();
            assert_eq!(
                Cosignature::from_bytes(&with_time(&cosignature)),
                Err(Rule::CosignatureFormat)
            );
            assert_eq!(
                Seal::from_bytes(&with_time(&seal)),
                Err(Rule::CosignatureFormat)
            );
        }
        for bytes in [
            &[][..],
            &cosignature[1..],
            &seal[1..],
            &[&seal[..], &[0]].concat(),
        ] {
            assert_eq!(Cosignature::from_bytes(bytes), Err(Rule::CosignatureFormat));
            assert_eq!(Seal::from_bytes(bytes), Err(Rule::CosignatureFormat));
        }
    }

    #[test]
    fn a_clock_beyond_the_format_signs_at_its_edge() {
        let party = Party::new(1);
        assert_eq!(Cosignature::sign(&checkpoint(), &party.node, 0).time, 1);
        assert_eq!(
            Cosignature::sign(&checkpoint(), &party.node, u64::MAX).time,
            COSIGNATURE_TIME_MAX
        );
    }
}
