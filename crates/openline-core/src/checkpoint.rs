//! Checkpoints of a log (C2SP `tlog-checkpoint`), and what parties sign over them.
//!
//! A note from outside goes through these steps, each with its own rule of `spec/record.md` section 9:
//!
//! 1. [`CheckpointNote::parse`] (40, 41);
//! 2. [`KeyRing::party_of_origin`] (42), and the caller compares size and root with what it holds (43, 44);
//! 3. [`KeyRing::checkpoint_signature`] with the key that is in force at that size (45);
//! 4. [`KeyRing::cosigner_lines`] (46) and [`KeyRing::verify_lines`] (47, 48).

mod cosignature;
mod ring;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

pub use cosignature::{COSIGNATURE_TIME_MAX, Cosignature, Seal};
pub use ring::{Cosigned, CosignerLines, KeyRing};

use crate::id::{Hash, PartyId};
use crate::keys::{ED_PUBLIC_LEN, ED_SIGNATURE_LEN, SecretKeys, VerifyingKeys, verify_ed};
use crate::note::{Note, NoteSignature, TYPE_ED25519, key_id};
use crate::rule::Rule;

/// A log's state: so many entries, under this root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// The log's name.
    pub origin: String,
    /// How many entries it covers.
    pub size: u64,
    /// The RFC 6962 tree head over them.
    pub root: Hash,
}

impl Checkpoint {
    /// The text that is signed: three lines.
    #[must_use]
    pub fn text(&self) -> String {
        format!(
            "{}\n{}\n{}\n",
            self.origin,
            self.size,
            STANDARD.encode(self.root.0)
        )
    }

    /// Parses the text of a note.
    ///
    /// # Errors
    /// [`Rule::CheckpointFormat`]; extension lines are refused.
    pub fn parse_text(text: &str) -> Result<Self, Rule> {
        parse_text(text).ok_or(Rule::CheckpointFormat)
    }

    /// Signs as the log's own party (type 0x01).
    ///
    /// The caller has made every entry under the checkpoint durable, and never signs two that are not consistent.
    #[must_use]
    pub fn sign(&self, keys: &SecretKeys) -> [u8; ED_SIGNATURE_LEN] {
        keys.sign_ed(self.text().as_bytes())
    }

    /// True when `signature` is the log's own party's, by this key.
    #[must_use]
    pub fn verify(
        &self,
        ed_public: &[u8; ED_PUBLIC_LEN],
        signature: &[u8; ED_SIGNATURE_LEN],
    ) -> bool {
        verify_ed(ed_public, self.text().as_bytes(), signature)
    }
}

fn parse_text(text: &str) -> Option<Checkpoint> {
    let mut lines = text.strip_suffix('\n')?.split('\n');
    let (origin, size, root) = (lines.next()?, lines.next()?, lines.next()?);
    if lines.next().is_some() || origin.is_empty() {
        return None;
    }
    Some(Checkpoint {
        origin: origin.to_owned(),
        size: parse_decimal(size)?,
        root: parse_hash(root)?,
    })
}

/// Reads an ASCII decimal without leading zeros or sign.
pub(crate) fn parse_decimal(text: &str) -> Option<u64> {
    let is_shortest = text == "0" || !text.starts_with('0');
    (is_shortest && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok())?
}

/// Reads 32 bytes in base64.
pub(crate) fn parse_hash(text: &str) -> Option<Hash> {
    // 32 bytes are 44 characters: nothing longer is decoded.
    (text.len() == 44).then(|| Hash::from_slice(&STANDARD.decode(text).ok()?))?
}

/// A checkpoint with its own party's signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedCheckpoint {
    /// What is signed.
    pub checkpoint: Checkpoint,
    /// The Ed25519 signature (type 0x01).
    pub signature: [u8; ED_SIGNATURE_LEN],
}

impl SignedCheckpoint {
    /// Signs a checkpoint; see [`Checkpoint::sign`] for what the caller answers for.
    #[must_use]
    pub fn sign(checkpoint: Checkpoint, keys: &SecretKeys) -> Self {
        let signature = checkpoint.sign(keys);
        Self {
            checkpoint,
            signature,
        }
    }

    /// True when the signature is right by this key.
    #[must_use]
    pub fn verify(&self, ed_public: &[u8; ED_PUBLIC_LEN]) -> bool {
        self.checkpoint.verify(ed_public, &self.signature)
    }

    /// The checkpoint's signature line.
    #[must_use]
    pub fn line(&self, ed_public: &[u8; ED_PUBLIC_LEN]) -> NoteSignature {
        let name = self.checkpoint.origin.clone();
        let key_id = key_id(&name, TYPE_ED25519, ed_public);
        NoteSignature {
            name,
            key_id,
            bytes: self.signature.to_vec(),
        }
    }

    /// Assembles the note: the log's own line under `ed_public`, then cosignatures, then seals, each by cosigner.
    ///
    /// Each cosigner comes with the keys it signed with. Lines of one cosigner keep their given order.
    #[must_use]
    pub fn to_note(
        &self,
        ed_public: &[u8; ED_PUBLIC_LEN],
        cosignatures: &[(PartyId, &VerifyingKeys, &Cosignature)],
        seals: &[(PartyId, &VerifyingKeys, &Seal)],
    ) -> Note {
        let mut cosignatures = cosignatures.to_vec();
        cosignatures.sort_by_key(|(party, ..)| *party);
        let mut seals = seals.to_vec();
        seals.sort_by_key(|(party, ..)| *party);
        let signatures = std::iter::once(self.line(ed_public))
            .chain(
                cosignatures
                    .iter()
                    .map(|(party, keys, cosignature)| cosignature.line(party, &keys.ed)),
            )
            .chain(
                seals
                    .iter()
                    .map(|(party, keys, seal)| seal.line(party, &keys.pq)),
            )
            .collect();
        Note {
            text: self.checkpoint.text(),
            signatures,
        }
    }
}

/// A note whose text is a checkpoint. No signature has been verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckpointNote {
    /// The checkpoint that the text holds.
    pub checkpoint: Checkpoint,
    /// The signature lines.
    pub signatures: Vec<NoteSignature>,
}

impl CheckpointNote {
    /// Parses a note and the checkpoint in it.
    ///
    /// # Errors
    /// [`Rule::NoteFormat`] or [`Rule::CheckpointFormat`].
    pub fn parse(note: &str) -> Result<Self, Rule> {
        let note = Note::parse(note)?;
        let checkpoint = Checkpoint::parse_text(&note.text)?;
        Ok(Self {
            checkpoint,
            signatures: note.signatures,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::charter::fixture;
    use crate::id::from_hex;

    #[test]
    fn a_checkpoint_of_a_public_log_verifies() {
        // A Sigsum log from the tests of the litewitness witness: the key name is the origin, as here.
        let origin =
            "sigsum.org/v1/tree/4d6d8825a6bb689d459628312889dfbb0bcd41b5211d9e1ce768b0ff0309e562";
        let public = from_hex("ffdc2d4d98e4124d3feaf788c0c2f9abfd796083d1f0495437f302ec79cf100f")
            .expect("hex");
        let public = public.try_into().expect("32 bytes");
        let text = format!(
            "{origin}\n1\nKgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n— {origin} UgIom7fPZTqpxWWhyjWduBvTvGVqsokMbqTArsQilegKoFBJQjUFAmQ0+YeSPM3wfUQMFSzVnnNuWRTYrajXpNUbIQY=\n"
        );
        let note = CheckpointNote::parse(&text).expect("well-formed");
        assert_eq!(
            (note.checkpoint.origin.as_str(), note.checkpoint.size),
            (origin, 1)
        );
        let signature = note.signatures[0]
            .bytes
            .as_slice()
            .try_into()
            .expect("64 bytes");
        let signed = SignedCheckpoint {
            checkpoint: note.checkpoint,
            signature,
        };
        assert!(signed.verify(&public));
        assert_eq!(signed.to_note(&public, &[], &[]).to_string(), text);
    }

    #[test]
    fn the_text_of_the_specification_reads_back() {
        let text =
            "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";
        let checkpoint = Checkpoint::parse_text(text).expect("the example");
        assert_eq!(checkpoint.size, 20_852_163);
        assert_eq!(checkpoint.text(), text);
    }

    #[test]
    fn only_the_one_form_of_a_checkpoint_is_taken() {
        let root = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=";
        for good in [
            format!("o\n0\n{root}\n"),
            format!("o\n18446744073709551615\n{root}\n"),
        ] {
            assert!(Checkpoint::parse_text(&good).is_ok(), "{good:?}");
        }
        for bad in [
            String::new(),
            "\n".to_owned(),
            format!("o\n1\n{root}"),
            "o\n1\n".to_owned(),
            format!("\n1\n{root}\n"),
            format!("o\n01\n{root}\n"),
            format!("o\n00\n{root}\n"),
            format!("o\n+1\n{root}\n"),
            format!("o\n-1\n{root}\n"),
            format!("o\n\n{root}\n"),
            format!("o\n1 \n{root}\n"),
            format!("o\n18446744073709551616\n{root}\n"),
            format!("o\n1\n{root}\nextension\n"),
            format!("o\n1\n{root}\n\n"),
            "o\n1\nAAAA\n".to_owned(),
            format!("o\n1\n{}\n", root.trim_end_matches('=')),
            format!("o\n1\n{}J=\n", &root[..42]),
            format!("o\n1\nAAAA{root}\n"),
        ] {
            assert_eq!(
                Checkpoint::parse_text(&bad),
                Err(Rule::CheckpointFormat),
                "{bad:?}"
            );
        }
    }

    #[test]
    fn a_note_orders_its_lines_by_kind_and_cosigner() {
        let parties = fixture::parties(3);
        let founded = fixture::found(&parties);
        let log = founded.parties().next().expect("three parties");
        let checkpoint = Checkpoint {
            origin: founded.origin(log).to_owned(),
            size: 3,
            root: Hash([9; 32]),
        };
        let signed = SignedCheckpoint::sign(checkpoint.clone(), &parties[0].node);
        let cosignatures: Vec<_> = parties
            .iter()
            .map(|p| Cosignature::sign(&checkpoint, &p.node, 5))
            .collect();
        let ids: Vec<_> = founded.parties().map(|p| founded.party_id(p)).collect();
        let seals: Vec<_> = parties
            .iter()
            .zip(&ids)
            .map(|(p, id)| Seal::sign(&checkpoint, id, &p.node, 5))
            .collect();
        let keys: Vec<_> = founded.parties().map(|p| founded.keys(p)).collect();
        let note = signed.to_note(
            parties[0].node.ed_public(),
            &[
                (ids[2], keys[2], &cosignatures[2]),
                (ids[1], keys[1], &cosignatures[1]),
            ],
            &[(ids[1], keys[1], &seals[1]), (ids[0], keys[0], &seals[0])],
        );
        let names: Vec<_> = note
            .signatures
            .iter()
            .map(|line| line.name.clone())
            .collect();
        let cosigner = |at: usize| ids[at].cosigner_name();
        assert_eq!(
            names,
            [
                checkpoint.origin.clone(),
                cosigner(1),
                cosigner(2),
                cosigner(0),
                cosigner(1)
            ]
        );
        let parsed = CheckpointNote::parse(&note.to_string()).expect("own output");
        assert_eq!(
            (parsed.checkpoint, parsed.signatures),
            (checkpoint, note.signatures)
        );
    }
}
