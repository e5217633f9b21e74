//! The blind match: private set intersection on the verifiable oblivious function of RFC 9497, ristretto255-SHA512.
//!
//! Each party holds a key for this run. It blinds its picks, the other evaluates them with its key and proves that it used that one
//! key for all, and the party unblinds what it gets and compares it with the other's own picks under that key. A party so learns of
//! the other's picks at most as many memberships as it has picks itself, whatever it does.

use openline_core::scheduling::{Commitment, ELEMENT_LEN, Evaluation, PROOF_LEN, Picks, TAG_LEN};
use subtle::{Choice, ConstantTimeEq};
use voprf::{
    BlindedElement, EvaluationElement, Group, Proof, Ristretto255, VoprfClient, VoprfServer,
};

use super::secret::Private;

/// The info string of the key derivation of RFC 9497 section 3.2.1.
const KEY_INFO: &[u8] = b"openline/slot/v1";
const KEY_SEED_LEN: usize = 32;

type Client = VoprfClient<Ristretto255>;
type Server = VoprfServer<Ristretto255>;
type Key = <Ristretto255 as Group>::Elem;

/// What the other party sent can't be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unusable {
    /// An element is not one of the group, or the unit.
    Element,
    /// The proof does not show that the committed key was used for all.
    Proof,
}

/// A pick and what it became.
struct Blinded {
    input: [u8; 32],
    client: Client,
    element: [u8; ELEMENT_LEN],
    /// The slot; a dummy has none.
    slot: Option<u16>,
}

impl Private {
    /// The first message: commits to the picks and carries them blinded. The order of the blinded elements says nothing of the picks.
    #[must_use]
    pub fn commit(&self) -> Commitment {
        Commitment {
            commitment: self.commitment(),
            key: Ristretto255::serialize_elem(self.server().get_public_key()).into(),
            blinded: self.blinded().iter().map(|pick| pick.element).collect(),
        }
    }

    /// The second message: the other's elements evaluated, with the proof, and one's own picks under one's own key.
    ///
    /// # Errors
    /// [`Unusable::Element`]
    pub fn evaluate(&self, other: &Commitment) -> Result<Evaluation, Unusable> {
        let server = self.server();
        let elements = blinded_elements(&other.blinded)?;
        let result = server
            .batch_blind_evaluate(&mut self.stream("proof"), &elements)
            .map_err(|_| Unusable::Element)?;
        let mut tags: Vec<_> = self
            .inputs()
            .iter()
            .map(|input| tag(&server.evaluate(input).expect("a hash is a right input")))
            .collect();
        tags.sort_unstable();
        Ok(Evaluation {
            evaluated: result
                .messages
                .iter()
                .map(|e| e.serialize().into())
                .collect(),
            proof: result.proof.serialize().into(),
            tags,
        })
    }

    /// The picks that the other has too. Every pair is compared, in constant time, whatever is found.
    ///
    /// # Errors
    /// What the other sent can't be used.
    pub fn compare(&self, other: &Commitment, answer: &Evaluation) -> Result<Picks, Unusable> {
        let picks = self.blinded();
        let (clients, inputs): (Vec<_>, Vec<_>) = picks
            .iter()
            .map(|pick| (pick.client.clone(), pick.input))
            .unzip();
        let elements = evaluated_elements(&answer.evaluated)?;
        let outputs = Client::batch_finalize(
            &inputs,
            &clients,
            &elements,
            &proof(&answer.proof)?,
            key(&other.key)?,
        )
        .map_err(|_| Unusable::Proof)?;
        let mut found = Vec::with_capacity(picks.len());
        for output in outputs {
            found.push(is_among(
                &tag(&output.map_err(|_| Unusable::Proof)?),
                &answer.tags,
            ));
        }
        let mut common: Vec<u16> = picks
            .iter()
            .zip(found)
            .filter(|(_, found)| bool::from(*found))
            .filter_map(|(pick, _)| pick.slot)
            .collect();
        common.sort_unstable();
        Ok(Picks::new(&common, self.picks.count()).expect("a part of the own picks"))
    }

    fn server(&self) -> Server {
        let mut seed = [0; KEY_SEED_LEN];
        rand_core::RngCore::fill_bytes(&mut self.stream("key"), &mut seed);
        Server::new_from_seed(&seed, KEY_INFO).expect("fails once in 2^252 seeds")
    }

    /// The picks, in the order of their blinded elements.
    fn blinded(&self) -> Vec<Blinded> {
        let mut blinds = self.stream("blind");
        let slots = self.picks.slots().iter().copied().map(Some);
        let slots = slots.chain(std::iter::repeat(None));
        let mut picks: Vec<_> = self
            .inputs()
            .into_iter()
            .zip(slots)
            .map(|(input, slot)| {
                let blinded = Client::blind(&input, &mut blinds).expect("a hash is a right input");
                Blinded {
                    input,
                    client: blinded.state,
                    element: blinded.message.serialize().into(),
                    slot,
                }
            })
            .collect();
        picks.sort_by_key(|pick| pick.element);
        picks
    }
}

/// Whether an evaluation answers `asked` with the key that `by` committed to: what anybody can check who holds the record.
#[must_use]
pub fn is_proved(asked: &Commitment, by: &Commitment, answer: &Evaluation) -> bool {
    check(asked, by, answer).is_ok()
}

fn check(asked: &Commitment, by: &Commitment, answer: &Evaluation) -> Result<(), Unusable> {
    // The proof is over the blinded elements; with the blind one, a client is nothing but its element.
    let mut one = [0; 32];
    one[0] = 1;
    let clients = asked
        .blinded
        .iter()
        .map(|element| Client::deserialize(&[&one[..], element].concat()))
        .collect::<Result<Vec<_>, _>>()
        .map_err(|_| Unusable::Element)?;
    let inputs = vec![[0u8; 1]; clients.len()];
    let elements = evaluated_elements(&answer.evaluated)?;
    if elements.len() != clients.len() {
        return Err(Unusable::Proof);
    }
    Client::batch_finalize(
        &inputs,
        &clients,
        &elements,
        &proof(&answer.proof)?,
        key(&by.key)?,
    )
    .map(|_| ())
    .map_err(|_| Unusable::Proof)
}

/// Whether a commitment's key and elements are of the group.
#[must_use]
pub fn is_of_the_group(commitment: &Commitment) -> bool {
    key(&commitment.key).is_ok() && blinded_elements(&commitment.blinded).is_ok()
}

fn blinded_elements(
    elements: &[[u8; ELEMENT_LEN]],
) -> Result<Vec<BlindedElement<Ristretto255>>, Unusable> {
    let elements = elements.iter();
    elements
        .map(|element| BlindedElement::deserialize(element).map_err(|_| Unusable::Element))
        .collect()
}

fn evaluated_elements(
    elements: &[[u8; ELEMENT_LEN]],
) -> Result<Vec<EvaluationElement<Ristretto255>>, Unusable> {
    let elements = elements.iter();
    elements
        .map(|element| EvaluationElement::deserialize(element).map_err(|_| Unusable::Element))
        .collect()
}

fn proof(bytes: &[u8; PROOF_LEN]) -> Result<Proof<Ristretto255>, Unusable> {
    Proof::deserialize(bytes).map_err(|_| Unusable::Proof)
}

fn key(bytes: &[u8; ELEMENT_LEN]) -> Result<Key, Unusable> {
    Ristretto255::deserialize_elem(bytes).map_err(|_| Unusable::Element)
}

fn tag(output: &[u8]) -> [u8; TAG_LEN] {
    let (tag, _) = output.split_first_chunk().expect("an output has 64 bytes");
    *tag
}

fn is_among(tag: &[u8; TAG_LEN], tags: &[[u8; TAG_LEN]]) -> Choice {
    let none = Choice::from(0);
    tags.iter()
        .fold(none, |found, other| found | tag.ct_eq(other))
}

#[cfg(test)]
mod tests;
