//! Identifiers: hashes, parties, lines, and their written forms.

use std::fmt;
use std::str::FromStr;

use sha2::{Digest, Sha256};

/// A SHA-256 hash.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Hash(pub [u8; 32]);

impl Hash {
    /// Hashes the concatenation of `parts`.
    #[must_use]
    pub fn of(parts: &[&[u8]]) -> Self {
        let mut hasher = Sha256::new();
        for part in parts {
            hasher.update(part);
        }
        Self(hasher.finalize().into())
    }

    /// Takes exactly 32 bytes.
    #[must_use]
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }
}

/// The text is not 64 lower-case hex digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an id is 64 lower-case hex digits")]
pub struct IdError;

/// Writes bytes as lower-case hex.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        text.push(char::from(DIGITS[usize::from(byte >> 4)]));
        text.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
    text
}

/// Reads lower-case hex of any even length.
#[must_use]
pub fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digit = |c: u8| match c {
        b'0'..=b'9' => Some(c - b'0'),
        b'a'..=b'f' => Some(c - b'a' + 10),
        _ => None,
    };
    let bytes = text.as_bytes();
    if !bytes.len().is_multiple_of(2) {
        return None;
    }
    bytes
        .chunks_exact(2)
        .map(|pair| Some(digit(pair[0])? << 4 | digit(pair[1])?))
        .collect()
}

macro_rules! hash_id {
    ($name:ident, $doc:literal) => {
        #[doc = $doc]
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub Hash);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&hex(&self.0.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.short())
            }
        }

        impl $name {
            /// The first 8 hex digits, for people; never for comparison.
            #[must_use]
            pub fn short(&self) -> String {
                hex(&self.0.0[..4])
            }
        }

        impl FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                let bytes = from_hex(text).ok_or(IdError)?;
                Hash::from_slice(&bytes).map(Self).ok_or(IdError)
            }
        }
    };
}

hash_id!(
    PartyId,
    "A party, named by its root keys (record.md section 3)."
);
hash_id!(
    LineId,
    "A line, named by the hash of its charter (record.md section 3)."
);

impl PartyId {
    /// Computes a party's id from its root keys.
    #[must_use]
    pub fn of(root_ed: &[u8; 32], root_pq_hash: &Hash) -> Self {
        Self(Hash::of(&[
            b"openline/party/v1\n",
            root_ed,
            &root_pq_hash.0,
        ]))
    }

    /// The key name of this party's cosignatures.
    #[must_use]
    pub fn cosigner_name(&self) -> String {
        format!("openline/v1/{self}")
    }
}

impl LineId {
    /// Computes a line's id from its charter's bytes.
    #[must_use]
    pub fn of(charter: &[u8]) -> Self {
        Self(Hash::of(&[b"openline/charter/v1\n", charter]))
    }

    /// The origin line of `party`'s log on this line.
    #[must_use]
    pub fn origin(&self, party: &PartyId) -> String {
        format!("openline/v1/{self}/{party}")
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hash({})", hex(&self.0[..4]))
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex(&self.0))
    }
}

/// A party's position in its charter's list, from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PartyIndex(pub u8);

impl PartyIndex {
    /// The position as a slice index.
    #[must_use]
    pub fn at(self) -> usize {
        usize::from(self.0)
    }

    /// Takes a slice index below `PARTIES_MAX`.
    #[must_use]
    pub fn from_usize(index: usize) -> Option<Self> {
        (index < crate::limits::PARTIES_MAX).then(|| u8::try_from(index).ok().map(Self))?
    }
}

impl fmt::Display for PartyIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}
