//! The phrase that two parties read aloud to confirm each other's cards (`spec/charter.md` section 4).

use std::fmt;

use crate::credential::Certificate;
use crate::id::Hash;

/// How often the hash is repeated: what makes each guess of a forger dear.
const ROUNDS: usize = 1 << 20;
const WORDS: usize = 6;
const WORD_BITS: u32 = 11;

/// The BIP-39 English list: 2048 words, one a line.
const WORD_LIST: &str = include_str!("words-english.txt");

/// One party's half of a phrase: six words that stand for its certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Half {
    words: [&'static str; WORDS],
}

impl Half {
    /// Computes the half of a certificate. Takes a good part of a second: 2^20 hashes, one after the other.
    #[must_use]
    pub fn of(certificate: &Certificate) -> Self {
        Self::of_bytes(certificate.bytes())
    }

    fn of_bytes(certificate: &[u8]) -> Self {
        let mut hash = Hash::of(&[b"openline/phrase/v1\n", certificate]);
        for _ in 0..ROUNDS {
            hash = Hash::of(&[&hash.0]);
        }
        Self {
            words: words_of(&hash),
        }
    }

    /// The six words, in the order in which they are read.
    #[must_use]
    pub fn words(&self) -> &[&'static str; WORDS] {
        &self.words
    }
}

impl fmt::Display for Half {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words.join(" "))
    }
}

/// The first 66 bits of a hash as six numbers, big-endian, each the place of a word in the list.
///
/// # Panics
/// Never: the list has as many words as 11 bits have numbers.
#[must_use]
pub fn words_of(hash: &Hash) -> [&'static str; WORDS] {
    let head = hash.0.first_chunk::<16>().expect("a hash has 32 bytes");
    let bits = u128::from_be_bytes(*head);
    std::array::from_fn(|at| {
        let shift = u128::BITS - WORD_BITS * (at as u32 + 1);
        let number = (bits >> shift) & ((1 << WORD_BITS) - 1);
        WORD_LIST
            .lines()
            .nth(number as usize)
            .expect("the list has 2048 words")
    })
}

/// The phrase of a relation: the half of the party with the lower id, then the other's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Phrase {
    /// What the party with the lower id reads first.
    pub first: Half,
    /// What the other reads then.
    pub second: Half,
}

impl Phrase {
    /// Computes the phrase; both parties get the same, whichever they name first.
    #[must_use]
    pub fn of(one: &Certificate, other: &Certificate) -> Self {
        Self::with(one, other, Half::of)
    }

    /// The same from halves that the caller has, or computes where it suits it.
    #[must_use]
    pub fn with(
        one: &Certificate,
        other: &Certificate,
        mut half: impl FnMut(&Certificate) -> Half,
    ) -> Self {
        let (lower, higher) = if one.party_id() <= other.party_id() {
            (one, other)
        } else {
            (other, one)
        };
        Self {
            first: half(lower),
            second: half(higher),
        }
    }
}

impl fmt::Display for Phrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.first, self.second)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::charter::fixture::Party;

    #[test]
    fn the_list_is_that_of_the_specification() {
        assert_eq!(WORD_LIST, include_str!("../../../spec/words-english.txt"));
        let words: Vec<_> = WORD_LIST.lines().collect();
        assert_eq!(words.len(), 1 << WORD_BITS);
        assert!(words.windows(2).all(|pair| pair[0] < pair[1]));
    }

    #[test]
    fn words_are_the_first_bits_in_order() {
        let numbers = [0, 2047, 1, 1024, 0, 2047];
        let bits = numbers
            .iter()
            .fold(0u128, |bits, number| bits << WORD_BITS | number)
            << (128 - 66);
        // What follows the 66 bits does not count.
        let mut hash = [0xff; 32];
        hash[..16].copy_from_slice(&(bits | 0xff).to_be_bytes());
        let words = words_of(&Hash(hash));
        let positions = words.map(|word| {
            WORD_LIST
                .lines()
                .position(|listed| listed == word)
                .expect("listed") as u128
        });
        assert_eq!(positions, numbers);
        assert_eq!(
            (words[0], words[1], words[2]),
            ("abandon", "zoo", "ability")
        );
    }

    #[test]
    fn a_half_has_its_known_answer() {
        // Computed with another implementation of the specification.
        assert_eq!(
            Half::of_bytes(b"certificate").to_string(),
            "soap chalk ozone front entry mixture"
        );
    }

    #[test]
    fn both_parties_get_the_same_phrase() {
        let (one, two) = (Party::new(1), Party::new(2));
        let (one, two) = (one.credential.certificate(), two.credential.certificate());
        let phrase = Phrase::of(one, two);
        assert_eq!(phrase, Phrase::of(two, one));
        let lower = if one.party_id() < two.party_id() {
            one
        } else {
            two
        };
        assert_eq!(phrase.first, Half::of(lower));
        assert_eq!(
            phrase.to_string(),
            format!("{} {}", phrase.first, phrase.second)
        );
    }
}
