//! The instrument: a charter with its members' signatures, from proposal to founded line.

use super::{Charter, CharterTerms, Draft, Member};
use crate::armour;
use crate::cbor::{Reader, Writer};
use crate::id::{LineId, PartyId, PartyIndex};
use crate::keys::{ED_SIGNATURE_LEN, PQ_SIGNATURE_LEN, SecretKeys, VerifyingKeys, boxed};
use crate::limits::PARTIES_MAX;
use crate::rule::Rule;

/// Longest file of an instrument, bytes: the longest charter and sixteen signatures in base64, rounded up.
pub const INSTRUMENT_FILE_MAX: usize = 2 << 20;

const MAGIC: &str = "openline-charter/v1";

/// A member's signatures under a charter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CharterSignature {
    /// Which member.
    pub party: PartyIndex,
    /// By its node's Ed25519 key.
    pub ed: [u8; ED_SIGNATURE_LEN],
    /// By its node's ML-DSA-44 key.
    pub pq: Box<[u8; PQ_SIGNATURE_LEN]>,
}

/// A charter and the signatures under it so far; each of them is right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instrument {
    charter: Charter,
    /// Ascending by party, each once.
    signatures: Vec<CharterSignature>,
}

impl Instrument {
    /// Starts a proposal that nobody has signed yet.
    #[must_use]
    pub fn propose(charter: Charter) -> Self {
        Self {
            charter,
            signatures: Vec::new(),
        }
    }

    /// Reads an instrument, signed by all, some or none of its members.
    ///
    /// # Errors
    /// The CBOR rules and [`Rule::InstrumentShape`]; those of [`Charter::decode`], but a signature of a member that does
    /// not exist is an [`Rule::InstrumentShape`] as soon as their number is known; [`Rule::InstrumentSignature`].
    pub fn decode(bytes: &[u8]) -> Result<Self, Rule> {
        let mut reader = Reader::checked(bytes, Rule::InstrumentShape)?;
        reader.array_exact(2)?;
        let charter = reader.bytes()?;
        let signatures = decode_signatures(&mut reader)?;
        let draft = Draft::decode(charter)?;
        if signatures
            .last()
            .is_some_and(|last| last.party.at() >= draft.members.len())
        {
            return Err(Rule::InstrumentShape);
        }
        let instrument = Self {
            charter: draft.check()?,
            signatures,
        };
        instrument.verify()?;
        Ok(instrument)
    }

    /// Reads the file form.
    ///
    /// # Errors
    /// [`Rule::InstrumentShape`], then as [`Self::decode`].
    pub fn parse_file(file: &[u8]) -> Result<Self, Rule> {
        Self::decode(
            &armour::decode(MAGIC, file, INSTRUMENT_FILE_MAX).ok_or(Rule::InstrumentShape)?,
        )
    }

    /// Writes the instrument.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        writer
            .array(2)
            .bytes(&self.charter.bytes)
            .array(self.signatures.len());
        for signature in &self.signatures {
            writer
                .array(3)
                .uint(u64::from(signature.party.0))
                .bytes(&signature.ed)
                .bytes(&signature.pq[..]);
        }
        writer.into_bytes()
    }

    /// Writes the file form.
    #[must_use]
    pub fn to_file(&self) -> String {
        armour::encode(MAGIC, &self.encode())
    }

    /// The charter.
    #[must_use]
    pub fn charter(&self) -> &Charter {
        &self.charter
    }

    /// The signatures so far, ascending by party.
    #[must_use]
    pub fn signatures(&self) -> &[CharterSignature] {
        &self.signatures
    }

    /// Signs for a member, in place of any signature it has given before.
    ///
    /// # Errors
    /// [`Rule::InstrumentSignature`] when there is no such member or the keys are not those of its credential.
    pub fn sign(&mut self, party: PartyIndex, keys: &SecretKeys) -> Result<(), Rule> {
        let member = self
            .charter
            .members
            .get(party.at())
            .ok_or(Rule::InstrumentSignature)?;
        if member.keys() != keys.public() {
            return Err(Rule::InstrumentSignature);
        }
        let message = self.charter.signed_message();
        let pq = boxed(&keys.sign_pq(&message)).expect("an ML-DSA-44 signature has 2420 bytes");
        let signature = CharterSignature {
            party,
            ed: keys.sign_ed(&message),
            pq,
        };
        match self
            .signatures
            .binary_search_by_key(&party, |signature| signature.party)
        {
            Ok(at) => self.signatures[at] = signature,
            Err(at) => self.signatures.insert(at, signature),
        }
        Ok(())
    }

    /// Takes over the signatures that `other` has and this one has not.
    ///
    /// # Errors
    /// [`Rule::InstrumentShape`] when the two are not of one charter.
    pub fn merge(&mut self, other: &Self) -> Result<(), Rule> {
        if self.charter.bytes != other.charter.bytes {
            return Err(Rule::InstrumentShape);
        }
        for signature in &other.signatures {
            if let Err(at) = self
                .signatures
                .binary_search_by_key(&signature.party, |own| own.party)
            {
                self.signatures.insert(at, signature.clone());
            }
        }
        Ok(())
    }

    /// True when every member has signed.
    #[must_use]
    pub fn is_founded(&self) -> bool {
        self.signatures.len() == self.charter.members.len()
    }

    /// The members that have yet to sign.
    pub fn missing(&self) -> impl Iterator<Item = PartyIndex> + '_ {
        let has_signed = |party: &PartyIndex| {
            self.signatures
                .iter()
                .any(|signature| signature.party == *party)
        };
        indices(self.charter.members.len()).filter(move |party| !has_signed(party))
    }

    /// Founds the line.
    ///
    /// # Errors
    /// [`Rule::InstrumentIncomplete`].
    pub fn found(self) -> Result<Founded, Rule> {
        if !self.is_founded() {
            return Err(Rule::InstrumentIncomplete);
        }
        let line = self.charter.line;
        let origins = self
            .charter
            .members
            .iter()
            .map(|member| line.origin(&member.party_id()))
            .collect();
        Ok(Founded {
            origins,
            instrument: self,
        })
    }

    fn verify(&self) -> Result<(), Rule> {
        let message = self.charter.signed_message();
        let is_right = |signature: &CharterSignature| {
            let member = self.charter.members.get(signature.party.at());
            member.is_some_and(|member| {
                member
                    .keys()
                    .verify_both(&message, &signature.ed, &signature.pq[..])
            })
        };
        if self.signatures.iter().all(is_right) {
            Ok(())
        } else {
            Err(Rule::InstrumentSignature)
        }
    }
}

fn decode_signatures(reader: &mut Reader<'_>) -> Result<Vec<CharterSignature>, Rule> {
    let count = reader.array_max(PARTIES_MAX, Rule::InstrumentShape)?;
    let mut signatures: Vec<CharterSignature> = Vec::with_capacity(count);
    for _ in 0..count {
        reader.array_exact(3)?;
        let party = usize::try_from(reader.uint()?)
            .ok()
            .and_then(PartyIndex::from_usize);
        let party = party.ok_or(Rule::InstrumentShape)?;
        if signatures.last().is_some_and(|last| last.party >= party) {
            return Err(Rule::InstrumentShape);
        }
        let ed = reader.array_of()?;
        let pq = boxed(reader.bytes()?).ok_or(Rule::InstrumentShape)?;
        signatures.push(CharterSignature { party, ed, pq });
    }
    Ok(signatures)
}

fn indices(count: usize) -> impl Iterator<Item = PartyIndex> {
    (0..count).filter_map(PartyIndex::from_usize)
}

/// A charter that every member has signed: the line exists. All credentials and signatures were verified.
///
/// The methods that take a [`PartyIndex`] panic when the line has no such party; [`Founded::member`] does not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Founded {
    instrument: Instrument,
    origins: Vec<String>,
}

impl Founded {
    /// Reads an instrument that must be complete.
    ///
    /// # Errors
    /// As [`Instrument::decode`], then [`Rule::InstrumentIncomplete`].
    pub fn decode(bytes: &[u8]) -> Result<Self, Rule> {
        Instrument::decode(bytes)?.found()
    }

    /// The line.
    #[must_use]
    pub fn line(&self) -> LineId {
        self.instrument.charter.line
    }

    /// The instrument, to store and pass on.
    #[must_use]
    pub fn instrument(&self) -> &Instrument {
        &self.instrument
    }

    /// The charter.
    #[must_use]
    pub fn charter(&self) -> &Charter {
        &self.instrument.charter
    }

    /// The terms.
    #[must_use]
    pub fn terms(&self) -> &CharterTerms {
        &self.instrument.charter.terms
    }

    /// The members, ascending by [`PartyId`].
    #[must_use]
    pub fn members(&self) -> &[Member] {
        &self.instrument.charter.members
    }

    /// How many parties the line has.
    #[must_use]
    pub fn party_count(&self) -> usize {
        self.members().len()
    }

    /// The index of every party of the line, ascending.
    pub fn parties(&self) -> impl Iterator<Item = PartyIndex> + use<> {
        indices(self.party_count())
    }

    /// A member, if the line has it.
    #[must_use]
    pub fn member(&self, party: PartyIndex) -> Option<&Member> {
        self.members().get(party.at())
    }

    /// The id of a party of the line.
    #[must_use]
    pub fn party_id(&self, party: PartyIndex) -> PartyId {
        self.members()[party.at()].party_id()
    }

    /// The origin of a party's log.
    #[must_use]
    pub fn origin(&self, party: PartyIndex) -> &str {
        &self.origins[party.at()]
    }

    /// The node keys that the charter gives a party.
    #[must_use]
    pub fn keys(&self, party: PartyIndex) -> &VerifyingKeys {
        self.members()[party.at()].keys()
    }

    /// A party's index, if it is of this line.
    #[must_use]
    pub fn index_of(&self, party: &PartyId) -> Option<PartyIndex> {
        let position = self
            .members()
            .binary_search_by_key(party, Member::party_id)
            .ok()?;
        PartyIndex::from_usize(position)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::charter::fixture::{Party, found, parties, proposal};

    const A: PartyIndex = PartyIndex(0);
    const B: PartyIndex = PartyIndex(1);

    fn signed_by(parties: &[Party], proposal: &Instrument, signers: &[PartyIndex]) -> Instrument {
        let mut instrument = proposal.clone();
        for signer in signers {
            instrument
                .sign(*signer, &parties[signer.at()].node)
                .expect("its own key");
        }
        instrument
    }

    #[test]
    fn a_line_is_founded_when_all_have_signed() {
        let parties = parties(3);
        let proposal = proposal(&parties);
        let c = PartyIndex(2);
        let (mut one, two) = (
            signed_by(&parties, &proposal, &[c]),
            signed_by(&parties, &proposal, &[A, B]),
        );
        assert_eq!(one.missing().collect::<Vec<_>>(), [A, B]);
        assert_eq!(one.clone().found(), Err(Rule::InstrumentIncomplete));
        one.merge(&two).expect("of one charter");
        assert!(one.is_founded() && one.missing().next().is_none());
        let founded = Founded::decode(&one.encode()).expect("complete");
        assert_eq!(founded, one.clone().found().expect("complete"));
        assert_eq!(Instrument::parse_file(one.to_file().as_bytes()), Ok(one));
    }

    #[test]
    fn a_founded_line_knows_its_parties() {
        let parties = parties(2);
        let founded = found(&parties);
        assert_eq!(
            (founded.party_count(), founded.parties().collect::<Vec<_>>()),
            (2, vec![A, B])
        );
        for (index, party) in founded.parties().zip(&parties) {
            let id = party.credential.party_id();
            assert_eq!(
                (founded.party_id(index), founded.index_of(&id)),
                (id, Some(index))
            );
            assert_eq!(
                founded.origin(index),
                format!("openline/v1/{}/{id}", founded.line())
            );
            assert_eq!(founded.keys(index), party.node.public());
        }
        assert_eq!(founded.index_of(&Party::new(9).credential.party_id()), None);
        assert_eq!(founded.member(PartyIndex(2)), None);
        assert!(
            founded
                .member(A)
                .is_some_and(|member| member.has_post("duty") && !member.has_post("node"))
        );
    }

    #[test]
    fn only_a_members_own_keys_sign() {
        let parties = parties(2);
        let mut proposal = proposal(&parties);
        assert_eq!(
            proposal.sign(A, &parties[1].node),
            Err(Rule::InstrumentSignature)
        );
        assert_eq!(
            proposal.sign(A, &parties[0].root),
            Err(Rule::InstrumentSignature)
        );
        assert_eq!(
            proposal.sign(PartyIndex(2), &parties[0].node),
            Err(Rule::InstrumentSignature)
        );
        assert_eq!(proposal.signatures().len(), 0);
        let other = Charter::new(
            CharterTerms::default(),
            parties.iter().map(Party::member).collect(),
            [8; 16],
        );
        assert_eq!(
            proposal.merge(&Instrument::propose(other.expect("right"))),
            Err(Rule::InstrumentShape)
        );
    }

    #[test]
    fn each_rule_is_named_in_its_order() {
        let parties = parties(2);
        let complete = signed_by(&parties, &proposal(&parties), &[A, B]);
        let charter = complete.charter().bytes().to_vec();
        let encode = |charter: &[u8], signatures: &[(u64, &CharterSignature)]| {
            let mut writer = Writer::new();
            writer.array(2).bytes(charter).array(signatures.len());
            for (party, signature) in signatures {
                writer
                    .array(3)
                    .uint(*party)
                    .bytes(&signature.ed)
                    .bytes(&signature.pq[..]);
            }
            writer.into_bytes()
        };
        let rule = |charter: &[u8], signatures: &[(u64, &CharterSignature)]| {
            Founded::decode(&encode(charter, signatures)).err()
        };
        let [a, b] = complete.signatures() else {
            panic!("two signatures")
        };
        assert_eq!(rule(&charter, &[(0, a), (1, b)]), None);

        // C13 before C9, as far as it can be seen without the charter.
        for signatures in [
            &[(1, b), (0, a)][..],
            &[(0, a), (0, a)],
            &[(16, a)],
            &[(u64::MAX, a)],
        ] {
            assert_eq!(rule(&[0x80], signatures), Some(Rule::InstrumentShape));
        }
        assert_eq!(rule(&[0x80], &[(0, a), (2, b)]), Some(Rule::CharterShape));
        assert_eq!(rule(&[], &[]), Some(Rule::CborMalformed));
        // A signer that does not exist comes before what is wrong inside the charter.
        let mut untitled = charter.clone();
        assert_eq!(
            untitled.splice(3..9, [0x01, 0x60]).count(),
            6,
            "key 1 and the title"
        );
        assert_eq!(
            rule(&untitled, &[(0, a), (2, b)]),
            Some(Rule::InstrumentShape)
        );
        assert_eq!(rule(&untitled, &[(0, a), (1, b)]), Some(Rule::CharterTerms));
        // C14 before C15.
        let mut wrong = a.clone();
        wrong.ed[0] ^= 1;
        assert_eq!(
            rule(&charter, &[(0, &wrong)]),
            Some(Rule::InstrumentSignature)
        );
        let mut wrong = b.clone();
        wrong.pq[0] ^= 1;
        assert_eq!(
            rule(&charter, &[(0, a), (1, &wrong)]),
            Some(Rule::InstrumentSignature)
        );
        assert_eq!(
            rule(&charter, &[(0, b), (1, a)]),
            Some(Rule::InstrumentSignature)
        );
        assert_eq!(rule(&charter, &[(1, b)]), Some(Rule::InstrumentIncomplete));
        assert!(Instrument::decode(&encode(&charter, &[(1, b)])).is_ok());
        assert!(Instrument::decode(&encode(&charter, &[])).is_ok());
    }

    #[test]
    fn too_many_signatures_and_other_files_are_refused() {
        let parties = parties(2);
        let complete = signed_by(&parties, &proposal(&parties), &[A, B]);
        let mut writer = Writer::new();
        writer.array(2).bytes(complete.charter().bytes()).array(17);
        for _ in 0..17 {
            writer
                .array(3)
                .uint(0)
                .bytes(&[0; 64])
                .bytes(&[0; PQ_SIGNATURE_LEN]);
        }
        assert_eq!(
            Instrument::decode(&writer.into_bytes()),
            Err(Rule::InstrumentShape)
        );
        let file = complete.to_file().replace("charter/v1", "charter/v2");
        assert_eq!(
            Instrument::parse_file(file.as_bytes()),
            Err(Rule::InstrumentShape)
        );
        assert_eq!(
            Instrument::parse_file(&vec![b'A'; INSTRUMENT_FILE_MAX + 1]),
            Err(Rule::InstrumentShape)
        );
    }
}
