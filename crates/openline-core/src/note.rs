//! C2SP signed notes (`c2sp.org/signed-note`): a text and the signature lines under it.
//!
//! This module knows the form only; which keys count and what they sign is for [`crate::checkpoint`].

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::id::Hash;
use crate::limits::{NOTE_MAX, SIGNATURES_MAX};
use crate::rule::Rule;

/// Signature type of an Ed25519 note signature.
pub const TYPE_ED25519: u8 = 0x01;
/// Signature type of a timestamped Ed25519 cosignature.
pub const TYPE_COSIGNATURE: u8 = 0x04;
/// Signature type of a timestamped ML-DSA-44 cosignature: a seal.
pub const TYPE_SEAL: u8 = 0x06;

const KEY_ID_LEN: usize = 4;
const LINE_START: &str = "\u{2014} ";

/// The short name of a key: with the key name it says which key signed, and with which algorithm.
pub type KeyId = [u8; KEY_ID_LEN];

/// Computes the key id of a public key under a key name.
#[must_use]
pub fn key_id(name: &str, signature_type: u8, public: &[u8]) -> KeyId {
    let hash = Hash::of(&[name.as_bytes(), b"\n", &[signature_type], public]);
    [hash.0[0], hash.0[1], hash.0[2], hash.0[3]]
}

/// One signature line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteSignature {
    /// The key name.
    pub name: String,
    /// The key id.
    pub key_id: KeyId,
    /// The signature itself, without the key id; at least one byte.
    pub bytes: Vec<u8>,
}

/// A signed note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// The text, with its final newline and without the blank line that follows it.
    pub text: String,
    /// The signature lines, in their order; at least one.
    pub signatures: Vec<NoteSignature>,
}

impl Note {
    /// Parses a note. No signature is verified.
    ///
    /// # Errors
    /// [`Rule::NoteFormat`].
    pub fn parse(note: &str) -> Result<Self, Rule> {
        parse(note).ok_or(Rule::NoteFormat)
    }

    /// Parses a note from bytes that may not be UTF-8.
    ///
    /// # Errors
    /// [`Rule::NoteFormat`].
    pub fn parse_bytes(note: &[u8]) -> Result<Self, Rule> {
        Self::parse(std::str::from_utf8(note).map_err(|_| Rule::NoteFormat)?)
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        self.signatures
            .iter()
            .try_for_each(|signature| writeln!(f, "{signature}"))
    }
}

impl fmt::Display for NoteSignature {
    /// Writes the line without its newline.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let raw = [&self.key_id[..], &self.bytes].concat();
        write!(f, "{LINE_START}{} {}", self.name, STANDARD.encode(raw))
    }
}

fn parse(note: &str) -> Option<Note> {
    if note.len() > NOTE_MAX || note.bytes().any(|byte| byte < 0x20 && byte != b'\n') {
        return None;
    }
    let (text, lines) = note.split_at(note.rfind("\n\n")? + 1);
    let lines = lines.strip_prefix('\n')?.strip_suffix('\n')?;
    let signatures = lines
        .split('\n')
        .take(SIGNATURES_MAX + 1)
        .map(parse_line)
        .collect::<Option<Vec<_>>>()?;
    (signatures.len() <= SIGNATURES_MAX).then(|| Note {
        text: text.to_owned(),
        signatures,
    })
}

fn parse_line(line: &str) -> Option<NoteSignature> {
    let (name, encoded) = line.strip_prefix(LINE_START)?.split_once(' ')?;
    if !is_key_name(name) {
        return None;
    }
    let raw = STANDARD.decode(encoded).ok()?;
    let (key_id, bytes) = raw.split_first_chunk::<KEY_ID_LEN>()?;
    (!bytes.is_empty()).then(|| NoteSignature {
        name: name.to_owned(),
        key_id: *key_id,
        bytes: bytes.to_vec(),
    })
}

fn is_key_name(name: &str) -> bool {
    !name.is_empty() && !name.contains(|c: char| c.is_whitespace() || c == '+')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::{SecretKeys, verify_ed};

    /// The example of `signed-note`, with its verifier key `example.com/foo+530d903a+AekyeRrm56…`.
    const EXAMPLE: &str = "This is an example message.\n\n— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";
    const EXAMPLE_KEY: &str = "AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";

    fn unpack<const N: usize>(encoded: &str) -> [u8; N] {
        STANDARD.decode(encoded).expect("base64")[1..]
            .try_into()
            .expect("length")
    }

    #[test]
    fn the_example_of_the_specification_verifies() {
        let note = Note::parse(EXAMPLE).expect("the example");
        let public = unpack(EXAMPLE_KEY);
        assert_eq!(note.text, "This is an example message.\n");
        let line = &note.signatures[0];
        assert_eq!(
            (line.name.as_str(), line.key_id),
            ("example.com/foo", [0x53, 0x0d, 0x90, 0x3a])
        );
        assert_eq!(key_id(&line.name, TYPE_ED25519, &public), line.key_id);
        assert!(verify_ed(
            &public,
            note.text.as_bytes(),
            line.bytes.as_slice().try_into().expect("64 bytes")
        ));
        assert_eq!(note.to_string(), EXAMPLE);
    }

    #[test]
    fn signing_gives_the_note_of_the_go_documentation() {
        // The example of golang.org/x/mod/sumdb/note.
        let keys = SecretKeys::from_seeds(
            unpack("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"),
            [0; 32],
        );
        let text = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
        let name = "PeterNeumann".to_owned();
        let key_id = key_id(&name, TYPE_ED25519, keys.ed_public());
        let bytes = keys.sign_ed(text.as_bytes()).to_vec();
        let note = Note {
            text: text.to_owned(),
            signatures: vec![NoteSignature {
                name,
                key_id,
                bytes,
            }],
        };
        let line = "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=";
        assert_eq!(note.to_string(), format!("{text}\n{line}\n"));
    }

    #[test]
    fn the_last_blank_line_separates() {
        // The text of the specification's first example has a blank line of its own.
        let note =
            Note::parse("sole:\n\ned è\n\n— a AAAAAAA=\n— b AAAAAAE=\n").expect("well-formed");
        assert_eq!(note.text, "sole:\n\ned è\n");
        assert_eq!(note.signatures.len(), 2);
        assert_eq!(note.signatures[1].bytes, [1]);
    }

    #[test]
    fn every_broken_form_is_refused() {
        let line = "— a AAAAAAA=\n";
        for bad in [
            String::new(),
            "t\n".to_owned(),
            format!("t\n{line}"),
            "t\n\n".to_owned(),
            format!("t\n\n{}", line.trim_end()),
            format!("t\n\n{line}\n"),
            format!("t\r\n\n{line}"),
            format!("t\tt\n\n{line}"),
            format!("t\0\n\n{line}"),
            "t\n\n- a AAAAAAA=\n".to_owned(),
            "t\n\n—a AAAAAAA=\n".to_owned(),
            "t\n\n—  AAAAAAA=\n".to_owned(),
            "t\n\n— a\n".to_owned(),
            "t\n\n— a+b AAAAAAA=\n".to_owned(),
            "t\n\n— a\u{a0}b AAAAAAA=\n".to_owned(),
            "t\n\n— a b AAAAAAA=\n".to_owned(),
            "t\n\n— a AAAAAAA\n".to_owned(),
            "t\n\n— a AAAAAAB=\n".to_owned(),
            "t\n\n— a AAAA-AA=\n".to_owned(),
            "t\n\n— a AAAAAA==\n".to_owned(),
            "t\n\n— a AAAAAAA= \n".to_owned(),
            format!("t\n\n{line}text\n"),
        ] {
            assert_eq!(Note::parse(&bad), Err(Rule::NoteFormat), "{bad:?}");
        }
        assert!(Note::parse_bytes(b"t\n\n\xe2\x80\x94 a AAAAAAA=\n").is_ok());
        assert_eq!(
            Note::parse_bytes(b"\xff\n\n\xe2\x80\x94 a AAAAAAA=\n"),
            Err(Rule::NoteFormat)
        );
    }

    #[test]
    fn size_and_number_of_lines_are_bounded() {
        let line = "— a AAAAAAA=\n";
        assert!(Note::parse(&format!("t\n\n{}", line.repeat(SIGNATURES_MAX))).is_ok());
        assert_eq!(
            Note::parse(&format!("t\n\n{}", line.repeat(SIGNATURES_MAX + 1))),
            Err(Rule::NoteFormat)
        );
        let fill = NOTE_MAX - line.len() - 2;
        assert!(Note::parse(&format!("{}\n\n{line}", "t".repeat(fill))).is_ok());
        assert_eq!(
            Note::parse(&format!("{}\n\n{line}", "t".repeat(fill + 1))),
            Err(Rule::NoteFormat)
        );
    }
}
