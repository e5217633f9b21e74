//! The keys that parties of a line have had, and the sorting and checking of a note's lines by them.

use crate::charter::Founded;
use crate::checkpoint::{Checkpoint, CheckpointNote, Cosignature, Seal, SignedCheckpoint};
use crate::id::{PartyId, PartyIndex};
use crate::keys::VerifyingKeys;
use crate::note::{KeyId, NoteSignature, TYPE_COSIGNATURE, TYPE_ED25519, TYPE_SEAL, key_id};
use crate::rule::Rule;

/// Every key that each party of a line has or had, numbered per party from 0: the charter's, then each change.
#[derive(Debug, Clone)]
pub struct KeyRing {
    parties: Vec<RingParty>,
}

#[derive(Debug, Clone)]
struct RingParty {
    index: PartyIndex,
    id: PartyId,
    origin: String,
    cosigner_name: String,
    keys: Vec<RingKey>,
}

#[derive(Debug, Clone)]
struct RingKey {
    keys: VerifyingKeys,
    checkpoint_id: KeyId,
    cosignature_id: KeyId,
    seal_id: KeyId,
}

impl RingParty {
    fn add(&mut self, keys: &VerifyingKeys) -> usize {
        self.keys.push(RingKey {
            keys: keys.clone(),
            checkpoint_id: key_id(&self.origin, TYPE_ED25519, &keys.ed),
            cosignature_id: key_id(&self.cosigner_name, TYPE_COSIGNATURE, &keys.ed),
            seal_id: key_id(&self.cosigner_name, TYPE_SEAL, &keys.pq[..]),
        });
        self.keys.len() - 1
    }

    fn matching(&self, id: impl Fn(&RingKey) -> bool) -> Vec<usize> {
        (0..self.keys.len())
            .filter(|number| id(&self.keys[*number]))
            .collect()
    }
}

/// A cosigner's line: whose it is, and which of that party's keys bear the key id it names.
///
/// More than one key can: a party may go back to a former key, and ids are short.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cosigned<T> {
    /// The cosigner.
    pub party: PartyIndex,
    /// Numbers of the keys in question, ascending, at least one.
    pub keys: Vec<usize>,
    /// The cosignature or seal.
    pub statement: T,
}

/// The lines of a note that known cosigners made. Their form is right; no signature has been verified.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CosignerLines {
    /// Ed25519 cosignatures, in the note's order.
    pub cosignatures: Vec<Cosigned<Cosignature>>,
    /// ML-DSA-44 seals, in the note's order.
    pub seals: Vec<Cosigned<Seal>>,
}

impl KeyRing {
    /// Starts with the keys of the charter, number 0 of each party.
    #[must_use]
    pub fn of(founded: &Founded) -> Self {
        let parties = founded.parties().map(|index| {
            let mut party = RingParty {
                index,
                id: founded.party_id(index),
                origin: founded.origin(index).to_owned(),
                cosigner_name: founded.party_id(index).cosigner_name(),
                keys: Vec::new(),
            };
            party.add(founded.keys(index));
            party
        });
        Self {
            parties: parties.collect(),
        }
    }

    /// Adds a key of a party of the line, and returns its number.
    ///
    /// # Panics
    /// When the line has no such party.
    pub fn add(&mut self, party: PartyIndex, keys: &VerifyingKeys) -> usize {
        self.parties[party.at()].add(keys)
    }

    /// A key by its number.
    #[must_use]
    pub fn keys(&self, party: PartyIndex, number: usize) -> Option<&VerifyingKeys> {
        Some(&self.parties.get(party.at())?.keys.get(number)?.keys)
    }

    /// How many keys a party has had.
    #[must_use]
    pub fn key_count(&self, party: PartyIndex) -> usize {
        self.parties
            .get(party.at())
            .map_or(0, |party| party.keys.len())
    }

    /// Whose log an origin names.
    ///
    /// # Errors
    /// [`Rule::CheckpointOrigin`].
    pub fn party_of_origin(&self, origin: &str) -> Result<PartyIndex, Rule> {
        let owner = self.parties.iter().find(|party| party.origin == origin);
        owner.map(|party| party.index).ok_or(Rule::CheckpointOrigin)
    }

    /// Checks that the party whose log it is has signed, with one of the keys that `counts` accepts.
    ///
    /// Every line under such a key must be right, and there must be one; lines under other keys are ignored.
    ///
    /// # Errors
    /// [`Rule::CheckpointSignature`].
    pub fn checkpoint_signature(
        &self,
        note: &CheckpointNote,
        party: PartyIndex,
        counts: impl Fn(usize) -> bool,
    ) -> Result<SignedCheckpoint, Rule> {
        let owner = self
            .parties
            .get(party.at())
            .ok_or(Rule::CheckpointSignature)?;
        let mut signed = None;
        for line in note
            .signatures
            .iter()
            .filter(|line| line.name == owner.origin)
        {
            let mut keys = owner.matching(|key| key.checkpoint_id == line.key_id);
            keys.retain(|number| counts(*number));
            if keys.is_empty() {
                continue;
            }
            let signature = line
                .bytes
                .as_slice()
                .try_into()
                .map_err(|_| Rule::CheckpointSignature)?;
            if !keys.iter().any(|number| {
                note.checkpoint
                    .verify(&owner.keys[*number].keys.ed, &signature)
            }) {
                return Err(Rule::CheckpointSignature);
            }
            signed.get_or_insert(signature);
        }
        let signature = signed.ok_or(Rule::CheckpointSignature)?;
        Ok(SignedCheckpoint {
            checkpoint: note.checkpoint.clone(),
            signature,
        })
    }

    /// Picks out the cosignatures and seals whose key name and key id are known; other lines are ignored.
    ///
    /// # Errors
    /// [`Rule::CosignatureFormat`].
    pub fn cosigner_lines(&self, note: &CheckpointNote) -> Result<CosignerLines, Rule> {
        let mut lines = CosignerLines::default();
        for line in &note.signatures {
            self.sort_line(line, &mut lines)?;
        }
        Ok(lines)
    }

    fn sort_line(&self, line: &NoteSignature, lines: &mut CosignerLines) -> Result<(), Rule> {
        let Some(cosigner) = self
            .parties
            .iter()
            .find(|party| party.cosigner_name == line.name)
        else {
            return Ok(());
        };
        let party = cosigner.index;
        let keys = cosigner.matching(|key| key.cosignature_id == line.key_id);
        if !keys.is_empty() {
            let statement = Cosignature::from_bytes(&line.bytes)?;
            lines.cosignatures.push(Cosigned {
                party,
                keys,
                statement,
            });
            return Ok(());
        }
        let keys = cosigner.matching(|key| key.seal_id == line.key_id);
        if !keys.is_empty() {
            lines.seals.push(Cosigned {
                party,
                keys,
                statement: Seal::from_bytes(&line.bytes)?,
            });
        }
        Ok(())
    }

    /// Verifies every cosignature and seal, by the keys that `counts` accepts for this checkpoint.
    ///
    /// `counts` gets the cosigner and the number of its key, and answers by section 6 of `spec/record.md`.
    ///
    /// # Errors
    /// [`Rule::CosignatureKey`] when no acceptable key bears the id of some line, then
    /// [`Rule::CosignatureSignature`] when some line is wrong by every acceptable key.
    pub fn verify_lines(
        &self,
        checkpoint: &Checkpoint,
        lines: &CosignerLines,
        counts: impl Fn(PartyIndex, usize) -> bool,
    ) -> Result<(), Rule> {
        let any_counts =
            |party: PartyIndex, keys: &[usize]| keys.iter().any(|number| counts(party, *number));
        let all_count = lines
            .cosignatures
            .iter()
            .all(|line| any_counts(line.party, &line.keys))
            && lines
                .seals
                .iter()
                .all(|line| any_counts(line.party, &line.keys));
        if !all_count {
            return Err(Rule::CosignatureKey);
        }
        let all_right = lines.cosignatures.iter().all(|line| {
            self.any_key(line, &counts, |_, keys| {
                line.statement.verify(checkpoint, &keys.ed)
            })
        }) && lines.seals.iter().all(|line| {
            self.any_key(line, &counts, |id, keys| {
                line.statement.verify(checkpoint, id, &keys.pq)
            })
        });
        if all_right {
            Ok(())
        } else {
            Err(Rule::CosignatureSignature)
        }
    }

    fn any_key<T>(
        &self,
        line: &Cosigned<T>,
        counts: &impl Fn(PartyIndex, usize) -> bool,
        verify: impl Fn(&PartyId, &VerifyingKeys) -> bool,
    ) -> bool {
        let Some(party) = self.parties.get(line.party.at()) else {
            return false;
        };
        line.keys
            .iter()
            .filter(|number| counts(line.party, **number))
            .filter_map(|number| party.keys.get(*number))
            .any(|key| verify(&party.id, &key.keys))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::charter::fixture::{self, Party};
    use crate::id::Hash;
    use crate::note::Note;

    const A: PartyIndex = PartyIndex(0);
    const B: PartyIndex = PartyIndex(1);

    struct Line {
        parties: Vec<Party>,
        ring: KeyRing,
        checkpoint: Checkpoint,
    }

    /// Two parties, and a checkpoint of the first one's log.
    fn line() -> Line {
        let parties = fixture::parties(2);
        let founded = fixture::found(&parties);
        let checkpoint = Checkpoint {
            origin: founded.origin(A).to_owned(),
            size: 4,
            root: Hash([3; 32]),
        };
        Line {
            ring: KeyRing::of(&founded),
            parties,
            checkpoint,
        }
    }

    impl Line {
        fn id(&self, party: PartyIndex) -> PartyId {
            self.parties[party.at()].credential.party_id()
        }

        /// The first party's checkpoint, cosigned and sealed by the second with `cosigner`'s keys.
        fn note(&self, cosigner: &Party) -> CheckpointNote {
            let keys = cosigner.node.public();
            let cosignature = Cosignature::sign(&self.checkpoint, &cosigner.node, 9);
            let seal = Seal::sign(&self.checkpoint, &self.id(B), &cosigner.node, 9);
            let signed = SignedCheckpoint::sign(self.checkpoint.clone(), &self.parties[0].node);
            let ed = self.parties[0].node.ed_public();
            let note = signed.to_note(
                ed,
                &[(self.id(B), keys, &cosignature)],
                &[(self.id(B), keys, &seal)],
            );
            CheckpointNote::parse(&note.to_string()).expect("own output")
        }

        fn verify(&self, note: &CheckpointNote) -> Result<(), Rule> {
            self.ring.checkpoint_signature(note, A, |_| true)?;
            self.ring.verify_lines(
                &note.checkpoint,
                &self.ring.cosigner_lines(note)?,
                |_, _| true,
            )
        }
    }

    #[test]
    fn a_right_note_passes_and_its_lines_are_sorted() {
        let line = line();
        let note = line.note(&line.parties[1]);
        assert_eq!(line.ring.party_of_origin(&note.checkpoint.origin), Ok(A));
        assert_eq!(
            line.ring.party_of_origin("elsewhere"),
            Err(Rule::CheckpointOrigin)
        );
        assert_eq!(line.verify(&note), Ok(()));
        let lines = line.ring.cosigner_lines(&note).expect("well-formed");
        assert_eq!((lines.cosignatures.len(), lines.seals.len()), (1, 1));
        assert_eq!(
            (lines.cosignatures[0].party, &lines.cosignatures[0].keys),
            (B, &vec![0])
        );
        assert_eq!(
            (lines.seals[0].party, lines.seals[0].statement.time),
            (B, 9)
        );
    }

    #[test]
    fn the_checkpoint_needs_a_right_line_under_a_key_that_counts() {
        let line = line();
        let note = line.note(&line.parties[1]);
        let check =
            |note: &CheckpointNote| line.ring.checkpoint_signature(note, A, |_| true).map(drop);
        assert_eq!(
            line.ring.checkpoint_signature(&note, A, |_| false),
            Err(Rule::CheckpointSignature)
        );
        assert_eq!(
            line.ring.checkpoint_signature(&note, B, |_| true),
            Err(Rule::CheckpointSignature)
        );

        let mut unsigned = note.clone();
        unsigned.signatures.remove(0);
        assert_eq!(check(&unsigned), Err(Rule::CheckpointSignature));
        let mut changed = note.clone();
        changed.checkpoint.size += 1;
        assert_eq!(check(&changed), Err(Rule::CheckpointSignature));
        let mut short = note.clone();
        short.signatures[0].bytes.pop();
        assert_eq!(check(&short), Err(Rule::CheckpointSignature));
        let mut doubled = note.clone();
        doubled.signatures.push(NoteSignature {
            bytes: vec![0; 64],
            ..note.signatures[0].clone()
        });
        assert_eq!(check(&doubled), Err(Rule::CheckpointSignature));
        let mut stranger = note.clone();
        stranger.signatures.push(NoteSignature {
            key_id: [0; 4],
            ..note.signatures[0].clone()
        });
        assert_eq!(check(&stranger), Ok(()));
    }

    #[test]
    fn unknown_lines_are_ignored_and_known_ones_are_not() {
        let line = line();
        let note = line.note(&line.parties[1]);
        let with_line = |at: usize, change: &dyn Fn(&mut NoteSignature)| {
            let mut note = note.clone();
            change(&mut note.signatures[at]);
            line.verify(&note)
        };
        for at in [1, 2] {
            assert_eq!(with_line(at, &|line| line.name.push('x')), Ok(()));
            assert_eq!(with_line(at, &|line| line.key_id = [0; 4]), Ok(()));
            assert_eq!(
                with_line(at, &|line| line.bytes.push(0)),
                Err(Rule::CosignatureFormat)
            );
            assert_eq!(
                with_line(at, &|line| line.bytes[..8].fill(0)),
                Err(Rule::CosignatureFormat)
            );
            assert_eq!(
                with_line(at, &|line| line.bytes[7] ^= 1),
                Err(Rule::CosignatureSignature)
            );
            assert_eq!(
                with_line(at, &|line| line.bytes[20] ^= 1),
                Err(Rule::CosignatureSignature)
            );
        }
    }

    #[test]
    fn a_former_key_is_named_before_a_wrong_signature() {
        let mut line = line();
        let seed = if line.id(B) == Party::new(1).credential.party_id() {
            1
        } else {
            2
        };
        let renewed = Party::renewed(seed, 150, 2);
        assert_eq!(line.ring.add(B, renewed.node.public()), 1);
        assert_eq!((line.ring.key_count(A), line.ring.key_count(B)), (1, 2));
        assert_eq!(line.ring.keys(B, 1), Some(renewed.node.public()));

        let mut note = line.note(&line.parties[1]);
        note.signatures
            .extend(line.note(&renewed).signatures.drain(1..));
        let lines = line.ring.cosigner_lines(&note).expect("well-formed");
        let numbers: Vec<_> = lines
            .cosignatures
            .iter()
            .map(|line| line.keys.clone())
            .collect();
        assert_eq!(numbers, [[0], [1]]);
        let only_new = |party: PartyIndex, number: usize| party != B || number == 1;
        assert_eq!(
            line.ring
                .verify_lines(&note.checkpoint, &lines, |_, _| true),
            Ok(())
        );
        assert_eq!(
            line.ring.verify_lines(&note.checkpoint, &lines, only_new),
            Err(Rule::CosignatureKey)
        );
        let mut wrong = lines.clone();
        wrong.seals[1].statement.signature[0] ^= 1;
        assert_eq!(
            line.ring
                .verify_lines(&note.checkpoint, &wrong, |_, _| true),
            Err(Rule::CosignatureSignature)
        );
        assert_eq!(
            line.ring.verify_lines(&note.checkpoint, &wrong, only_new),
            Err(Rule::CosignatureKey)
        );
    }

    #[test]
    fn a_key_that_came_back_counts_by_either_number() {
        let mut line = line();
        let again = line.parties[1].node.public().clone();
        line.ring.add(B, &again);
        let note = line.note(&line.parties[1]);
        let lines = line.ring.cosigner_lines(&note).expect("well-formed");
        assert_eq!(lines.cosignatures[0].keys, [0, 1]);
        assert_eq!(
            line.ring
                .verify_lines(&note.checkpoint, &lines, |_, number| number == 1),
            Ok(())
        );
    }

    #[test]
    fn a_note_of_all_parties_fits_its_bounds() {
        let parties = fixture::parties(16);
        let founded = fixture::found(&parties);
        let checkpoint = Checkpoint {
            origin: founded.origin(A).to_owned(),
            size: 1,
            root: Hash([1; 32]),
        };
        let of = |p: PartyIndex| (founded.party_id(p), founded.keys(p), &parties[p.at()].node);
        let signers: Vec<_> = founded.parties().map(of).collect();
        let cosignatures: Vec<_> = signers
            .iter()
            .map(|s| Cosignature::sign(&checkpoint, s.2, 1))
            .collect();
        let seals: Vec<_> = signers
            .iter()
            .map(|s| Seal::sign(&checkpoint, &s.0, s.2, 1))
            .collect();
        let cosigned: Vec<_> = signers
            .iter()
            .zip(&cosignatures)
            .map(|(s, c)| (s.0, s.1, c))
            .collect();
        let sealed: Vec<_> = signers
            .iter()
            .zip(&seals)
            .map(|(s, seal)| (s.0, s.1, seal))
            .collect();
        let note = SignedCheckpoint::sign(checkpoint, &parties[0].node).to_note(
            &signers[0].1.ed,
            &cosigned,
            &sealed,
        );
        assert!(Note::parse(&note.to_string()).is_ok());
    }
}
