//! What entries about texts amount to (`spec/texts.md` section 5).
//!
//! Entries may come in any order; what is computed goes through them in the record's. An amendment is made whole, or crossed
//! another and is kept, marked, until somebody passes it over. When every party has initialled one hash in full the text is
//! fixed: amendments after that are too late, and only that hash can be signed.

use std::collections::BTreeMap;

use openline_core::entry::{Header, Kind, MessageType, Ref};
use openline_core::order::Position;
use openline_core::text::{Amendment, Assent, Operation, TextProposal, Weight};
use openline_core::{Hash, PartyIndex, Rule};

use super::{Draft, Obstacle};

/// Everything that was said of texts on a line.
#[derive(Debug, Clone)]
pub struct Texts {
    parties: usize,
    proposals: BTreeMap<Position, Entry>,
    /// By the text that they are about, which may come after them.
    acts: BTreeMap<Ref, BTreeMap<Position, Entry>>,
}

#[derive(Debug, Clone)]
struct Entry {
    place: Ref,
    post: String,
    time: i64,
    message_type: MessageType,
    said: Said,
}

#[derive(Debug, Clone)]
enum Said {
    Proposal(TextProposal),
    Amendment(Amendment),
    Initial(Assent),
    Signature(Assent),
    /// The body was purged, or is withheld.
    Nothing,
}

/// A text and all that was done to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Negotiation {
    /// The entry that proposed it.
    pub place: Ref,
    /// The post that proposed it.
    pub post: String,
    /// Real, exercise or test.
    pub message_type: MessageType,
    /// When, as claimed, ms since 1970 UTC.
    pub time: i64,
    /// The text as it stands.
    pub draft: Draft,
    /// Its hash.
    pub hash: Hash,
    /// How many drafts there were: 1 with the proposal, and one more for each amendment that changed something.
    pub drafts: u64,
    /// The amendments, in the record's order.
    pub steps: Vec<Step>,
    /// The initials, in the record's order.
    pub initials: Vec<Assented>,
    /// The signatures, in the record's order.
    pub signatures: Vec<Assented>,
    /// How far it is.
    pub standing: Standing,
    /// By which later entries cite it, once it is signed and that is settled: counted on the line, each type for itself.
    pub number: Option<u64>,
    /// Whether a body is missing, so that what stands here can't be computed any more.
    pub is_incomplete: bool,
    /// The signature by which every party had signed.
    pub signed_by: Option<Ref>,
    signed_at: Option<Position>,
}

/// How far a text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// A bracket, a missing language version or a crossed amendment is left.
    Open,
    /// Nothing is left open; it can be initialled.
    Clean,
    /// Every party has initialled it in full: it is fixed.
    Initialled,
    /// Every party has signed it in full.
    Signed,
}

impl Standing {
    /// The word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Clean => "clean",
            Self::Initialled => "initialled",
            Self::Signed => "signed",
        }
    }
}

/// An amendment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The entry.
    pub place: Ref,
    /// The post that made it.
    pub post: String,
    /// When, as claimed, ms since 1970 UTC.
    pub time: i64,
    /// Why, in words.
    pub words: Option<String>,
    /// What it changes, or would have changed.
    pub operations: Vec<Operation>,
    /// What became of it.
    pub outcome: Outcome,
}

/// What became of an amendment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It was made; the draft of this number is with it.
    Made(u64),
    /// It could not be made, and is still to be dealt with.
    Crossed(Obstacle),
    /// It could not be made, and the amendment named has passed it over.
    PassedOver(Obstacle, Ref),
    /// The text was fixed already.
    TooLate,
}

/// An initial or signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assented {
    /// The entry.
    pub place: Ref,
    /// The post.
    pub post: String,
    /// When, as claimed, ms since 1970 UTC.
    pub time: i64,
    /// Full, or *ad referendum*.
    pub weight: Weight,
    /// The hash that it names.
    pub hash: Hash,
    /// Words.
    pub words: Option<String>,
    /// Whether it counts.
    pub counting: Counting,
}

/// Whether an initial or signature counts, and why not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counting {
    /// It counts.
    Counts,
    /// It names another hash than the text had at that place in the record.
    OtherHash,
    /// It counted until an amendment changed the text.
    Overtaken,
    /// The text was not clean.
    NotClean,
    /// It was signed before every party had initialled.
    NotInitialled,
}

impl Counting {
    /// In words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Counts => "counts",
            Self::OtherHash => "does not count: it names another draft",
            Self::Overtaken => "does not count any more: the text was amended after it",
            Self::NotClean => "does not count: the text was not clean",
            Self::NotInitialled => "does not count: not every party had initialled",
        }
    }
}

impl Texts {
    /// A line of so many parties, on which no text has been proposed.
    #[must_use]
    pub fn new(parties: usize) -> Self {
        Self {
            parties,
            proposals: BTreeMap::new(),
            acts: BTreeMap::new(),
        }
    }

    /// Takes up an entry of kinds 16 to 19, with its body unless that was purged; others are left alone. Entries may come in
    /// any order, and again.
    ///
    /// # Errors
    /// The rule that the body breaks, which an admitted one does not.
    pub fn follow(
        &mut self,
        place: Ref,
        lamport: u64,
        header: &Header,
        body: Option<&[u8]>,
    ) -> Result<(), Rule> {
        let said = match (header.kind, body) {
            (Kind::TextProposal, Some(body)) => Said::Proposal(TextProposal::decode(body)?),
            (Kind::Amendment, Some(body)) => Said::Amendment(Amendment::decode(body)?),
            (Kind::Initial, Some(body)) => Said::Initial(Assent::decode(body)?),
            (Kind::Signature, Some(body)) => Said::Signature(Assent::decode(body)?),
            (Kind::TextProposal | Kind::Amendment | Kind::Initial | Kind::Signature, None) => {
                Said::Nothing
            }
            _ => return Ok(()),
        };
        let party = place.party;
        let position = Position { lamport, party };
        let entry = Entry {
            place,
            post: header.post.clone(),
            time: header.time,
            message_type: header.message_type,
            said,
        };
        if header.kind == Kind::TextProposal {
            self.proposals.insert(position, entry);
        } else if let Some(text) = header.refs.first() {
            self.acts.entry(*text).or_default().insert(position, entry);
        }
        Ok(())
    }

    /// Every text, in the record's order. A number is given to what is settled, which no entry can precede any more.
    #[must_use]
    pub fn all(&self, is_settled: impl Fn(Ref) -> bool) -> Vec<Negotiation> {
        let mut all: Vec<_> = self
            .proposals
            .values()
            .map(|entry| self.replay(entry, u64::MAX))
            .collect();
        let mut signed: Vec<&mut Negotiation> = all
            .iter_mut()
            .filter(|text| text.signed_by.is_some_and(&is_settled))
            .collect();
        signed.sort_by_key(|text| text.signed_at);
        let mut counted: BTreeMap<MessageType, u64> = BTreeMap::new();
        for text in signed {
            let count = counted.entry(text.message_type).or_default();
            *count += 1;
            text.number = Some(*count);
        }
        all
    }

    /// A text as it was when it had its `draft`th draft, from 1.
    #[must_use]
    pub fn draft(&self, text: Ref, draft: u64) -> Option<Draft> {
        let entry = self.proposals.values().find(|entry| entry.place == text)?;
        let then = self.replay(entry, draft);
        (then.drafts == draft && draft > 0).then_some(then.draft)
    }

    /// Goes through a text's acts, in the record's order, as far as a draft.
    fn replay(&self, entry: &Entry, until: u64) -> Negotiation {
        let mut replay = Replay::new(self.parties, entry);
        let acts = self.acts.get(&entry.place).into_iter().flatten();
        for (position, act) in acts.filter(|(_, act)| act.message_type == entry.message_type) {
            let text = &replay.text;
            if matches!(act.said, Said::Amendment(_)) && text.drafts >= until {
                break;
            }
            replay.act(*position, act);
        }
        replay.text.standing = replay.standing();
        replay.text
    }
}

/// Who has given what, at one moment: by the hash that it names and by party, whether in full.
type Given = BTreeMap<Hash, BTreeMap<PartyIndex, Weight>>;

struct Replay {
    parties: usize,
    text: Negotiation,
    initialled: Given,
    signed: Given,
    /// At which hash every party has signed.
    signed_hash: Option<Hash>,
    is_fixed: bool,
}

impl Replay {
    fn new(parties: usize, entry: &Entry) -> Self {
        let draft = match &entry.said {
            Said::Proposal(proposal) => Draft::new(entry.place, proposal.clone()),
            Said::Amendment(_) | Said::Initial(_) | Said::Signature(_) | Said::Nothing => {
                Draft::default()
            }
        };
        let text = Negotiation {
            place: entry.place,
            post: entry.post.clone(),
            message_type: entry.message_type,
            time: entry.time,
            hash: draft.hash(),
            draft,
            drafts: 1,
            steps: Vec::new(),
            initials: Vec::new(),
            signatures: Vec::new(),
            standing: Standing::Open,
            number: None,
            is_incomplete: matches!(entry.said, Said::Nothing),
            signed_by: None,
            signed_at: None,
        };
        Self {
            parties,
            text,
            initialled: Given::new(),
            signed: Given::new(),
            signed_hash: None,
            is_fixed: false,
        }
    }

    fn act(&mut self, position: Position, act: &Entry) {
        match &act.said {
            Said::Amendment(amendment) => self.amend(act, amendment),
            Said::Initial(assent) => self.initial(act, assent),
            Said::Signature(assent) => self.sign(position, act, assent),
            Said::Nothing => self.text.is_incomplete = true,
            Said::Proposal(_) => {}
        }
    }

    fn amend(&mut self, act: &Entry, amendment: &Amendment) {
        let outcome = if self.is_fixed {
            Outcome::TooLate
        } else {
            match self.text.draft.amend(act.place, &amendment.operations) {
                Ok(()) => {
                    self.pass_over(act.place, &amendment.operations);
                    self.changed();
                    Outcome::Made(self.text.drafts)
                }
                Err(obstacle) => Outcome::Crossed(obstacle),
            }
        };
        self.text.steps.push(Step {
            place: act.place,
            post: act.post.clone(),
            time: act.time,
            words: amendment.words.clone(),
            operations: amendment.operations.clone(),
            outcome,
        });
    }

    fn pass_over(&mut self, by: Ref, operations: &[Operation]) {
        for operation in operations {
            let Operation::PassOver { amendment } = operation else {
                continue;
            };
            for step in &mut self.text.steps {
                if let (true, Outcome::Crossed(obstacle)) = (step.place == *amendment, step.outcome)
                {
                    step.outcome = Outcome::PassedOver(obstacle, by);
                }
            }
        }
    }

    /// The draft may have changed: initials over another are overtaken.
    fn changed(&mut self) {
        let hash = self.text.draft.hash();
        if hash == self.text.hash {
            return;
        }
        self.text.hash = hash;
        self.text.drafts += 1;
        self.initialled.clear();
        for initial in &mut self.text.initials {
            if initial.counting == Counting::Counts {
                initial.counting = Counting::Overtaken;
            }
        }
    }

    fn initial(&mut self, act: &Entry, assent: &Assent) {
        let counting = self.counting(assent);
        if counting == Counting::Counts {
            give(&mut self.initialled, act.place.party, assent);
            self.is_fixed = self.is_fixed || self.are_all_full(&self.initialled, &assent.hash);
        }
        self.text.initials.push(assented(act, assent, counting));
    }

    fn sign(&mut self, position: Position, act: &Entry, assent: &Assent) {
        let counting = match self.counting(assent) {
            Counting::Counts if !self.are_all_full(&self.initialled, &assent.hash) => {
                Counting::NotInitialled
            }
            other => other,
        };
        if counting == Counting::Counts {
            give(&mut self.signed, act.place.party, assent);
            let is_other = self.signed_hash != Some(assent.hash);
            if is_other && self.are_all_full(&self.signed, &assent.hash) {
                self.signed_hash = Some(assent.hash);
                self.text.signed_by = Some(act.place);
                self.text.signed_at = Some(position);
            }
        }
        self.text.signatures.push(assented(act, assent, counting));
    }

    /// Of a text of which an entry is gone, the hash can't be computed: then all must name the same, and of several hashes that all
    /// have signed the last is the one, since nobody signs another draft of a text that is signed.
    fn counting(&self, assent: &Assent) -> Counting {
        if self.text.is_incomplete {
            return Counting::Counts;
        }
        if assent.hash != self.text.hash {
            return Counting::OtherHash;
        }
        if self.is_clean() {
            Counting::Counts
        } else {
            Counting::NotClean
        }
    }

    fn is_clean(&self) -> bool {
        let is_crossed = |step: &Step| matches!(step.outcome, Outcome::Crossed(_));
        self.text.draft.is_clean() && !self.text.steps.iter().any(is_crossed)
    }

    /// Whether every party has given it in full, over this hash.
    fn are_all_full(&self, given: &Given, hash: &Hash) -> bool {
        given.get(hash).is_some_and(|given| {
            given.len() == self.parties && given.values().all(|weight| *weight == Weight::Full)
        })
    }

    fn standing(&self) -> Standing {
        if self.text.signed_by.is_some() {
            Standing::Signed
        } else if self.is_fixed {
            Standing::Initialled
        } else if self.is_clean() && !self.text.is_incomplete {
            Standing::Clean
        } else {
            Standing::Open
        }
    }
}

/// What was given in full over a hash is not taken back by one *ad referendum* over the same.
fn give(given: &mut Given, party: PartyIndex, assent: &Assent) {
    let given = given.entry(assent.hash).or_default();
    if given.get(&party) != Some(&Weight::Full) {
        given.insert(party, assent.weight);
    }
}

fn assented(act: &Entry, assent: &Assent, counting: Counting) -> Assented {
    Assented {
        place: act.place,
        post: act.post.clone(),
        time: act.time,
        weight: assent.weight,
        hash: assent.hash,
        words: assent.words.clone(),
        counting,
    }
}

#[cfg(test)]
mod tests;
