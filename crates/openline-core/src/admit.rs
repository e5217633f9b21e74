//! Admission: what may enter a log, checked in its place (record.md section 9), and the state that the checks need.
//!
//! [`Logs`] is one line's record as far as rules and order need it: no bodies, no history, so a
//! record of a million entries takes up again in memory that does not grow with it. Entries come in
//! as batches of one log under one checkpoint: [`Logs::batch`], [`Batch::push`] for each entry,
//! [`Batch::admit`] (or [`Batch::sign`] for the own log), and [`Logs::apply`] once the batch is durable.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::body::{Around, Body};
use crate::charter::{Founded, NODE_POST, is_post};
use crate::checkpoint::{COSIGNATURE_TIME_MAX, Checkpoint, Cosignature, Seal, SignedCheckpoint};
use crate::entry::{Entry, Kind, RawEntry, Ref, SaltedBody, VerifiedEntry, check_refs};
use crate::id::{Hash, PartyIndex};
use crate::keys::{SecretKeys, VerifyingKeys};
use crate::order::{Lamports, Order, Position, Settled};
use crate::rule::{Refused, Rule};
use crate::tree::Frontier;

/// After how many entries of a log Lamport numbers are dropped, when a whole record is read.
const FORGET_EVERY: u64 = 4096;

/// A node key and the stretch of its party's log that it signs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyEpoch {
    /// Index of the key change that began it; `None` for the charter's key.
    pub began: Option<u64>,
    /// The certificate's serial.
    pub serial: u64,
    /// The keys.
    pub keys: VerifyingKeys,
    /// What its party had seen of each log when the next key took over; `None` while in force.
    pub ended: Option<Vec<u64>>,
}

/// One party's log as admission needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Log {
    frontier: Frontier,
    seen: Vec<u64>,
    lamports: Lamports,
    keys: Vec<KeyEpoch>,
    structural: BTreeSet<u64>,
    is_forked: bool,
}

impl Log {
    fn key_at(&self, size: u64) -> &KeyEpoch {
        self.keys
            .iter()
            .rev()
            .find(|epoch| epoch.began.is_none_or(|index| index < size))
            .expect("the charter's key is always there")
    }

    /// Takes up a verified entry, which must be the next of this log.
    fn absorb(&mut self, entry: &VerifiedEntry) {
        self.frontier.append(entry.leaf);
        self.seen.clone_from(&entry.header.seen);
        self.lamports.push(entry.lamport);
        if entry.header.kind.is_structural() {
            self.structural.insert(entry.index);
        }
        if let Some(Body::KeyChange(credential)) = entry.body() {
            if let Some(current) = self.keys.last_mut() {
                current.ended = Some(entry.header.seen.clone());
            }
            self.keys.push(KeyEpoch {
                began: Some(entry.index),
                serial: credential.serial(),
                keys: credential.keys().clone(),
                ended: None,
            });
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct PurgeState {
    targets: Vec<Ref>,
    consents: BTreeSet<PartyIndex>,
}

/// What is held of one log when a record is taken up from a store.
#[derive(Debug, Clone)]
pub struct LogSnapshot {
    /// Roots of the perfect subtrees at the log's size, largest first.
    pub frontier: Frontier,
    /// `seen` of the last entry; all zero for an empty log.
    pub seen: Vec<u64>,
    /// Index from which `lamports` are given: not above any party's last `seen` of this log, less one.
    pub lamports_from: u64,
    /// Lamport numbers from there to the end.
    pub lamports: Vec<u64>,
}

/// An unsettled entry when a record is taken up.
#[derive(Debug, Clone, Copy)]
pub struct WaitingEntry {
    /// Its place.
    pub place: Ref,
    /// Its Lamport number.
    pub lamport: u64,
    /// Its leaf hash.
    pub leaf: Hash,
    /// Whether it is a mark.
    pub is_mark: bool,
}

/// What is needed to take up a record: the result is the same as of admitting every entry again.
#[derive(Debug, Clone)]
pub struct Snapshot {
    /// By party index.
    pub logs: Vec<LogSnapshot>,
    /// Header and body of every entry of a structural kind, ascending by (Lamport number, party).
    pub structural: Vec<(Ref, RawEntry)>,
    /// The tree over the settled entries.
    pub settled: Frontier,
    /// Entries that are not settled.
    pub waiting: Vec<WaitingEntry>,
    /// Entries held without their body, with their leaf hashes.
    pub bodiless: Vec<(Ref, Hash)>,
    /// Parties whose log is known to be forked.
    pub forked: Vec<PartyIndex>,
}

/// A snapshot does not fit together: the store it came from is damaged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the stored record does not fit together: {0}")]
pub struct SnapshotError(&'static str);

/// One line's record, as far as rules and order need it.
#[derive(Debug, Clone)]
pub struct Logs {
    founded: Arc<Founded>,
    logs: Vec<Log>,
    order: Order,
    purges: BTreeMap<Ref, PurgeState>,
    purged: BTreeSet<Ref>,
    bodiless: BTreeMap<Ref, Hash>,
}

/// What changed when a batch was applied.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Applied {
    /// Entries that became settled, in order.
    pub settled: Vec<Settled>,
    /// Entries whose purge became agreed: their bodies and salts are to be deleted.
    pub purged: Vec<Ref>,
}

impl Logs {
    /// An empty record of a founded line.
    #[must_use]
    pub fn new(founded: Arc<Founded>) -> Self {
        let parties = founded.party_count();
        let log = |p| Log {
            frontier: Frontier::default(),
            seen: vec![0; parties],
            lamports: Lamports::default(),
            keys: vec![KeyEpoch {
                began: None,
                serial: founded
                    .member(p)
                    .map_or(0, |member| member.credential.serial()),
                keys: founded.keys(p).clone(),
                ended: None,
            }],
            structural: BTreeSet::new(),
            is_forked: false,
        };
        let logs = founded.parties().map(log).collect();
        Self {
            logs,
            order: Order::new(parties),
            purges: BTreeMap::new(),
            purged: BTreeSet::new(),
            bodiless: BTreeMap::new(),
            founded,
        }
    }

    /// Takes up a record from what a store holds.
    ///
    /// # Errors
    /// [`SnapshotError`] when the parts contradict each other.
    pub fn restore(founded: Arc<Founded>, snapshot: Snapshot) -> Result<Self, SnapshotError> {
        let mut logs = Self::new(founded);
        if snapshot.logs.len() != logs.logs.len() {
            return Err(SnapshotError("number of logs"));
        }
        for (place, raw) in snapshot.structural {
            logs.restore_structural(place, raw)?;
        }
        logs.order = Order::restore(snapshot.settled, logs.logs.len());
        for (p, (log, held)) in logs.logs.iter_mut().zip(snapshot.logs).enumerate() {
            let lamports = Lamports::restore(held.lamports_from, held.lamports);
            let is_whole =
                held.frontier.size() == 0 || lamports.at(held.frontier.size() - 1).is_some();
            if !is_whole || held.seen.len() != logs.founded.party_count() {
                return Err(SnapshotError("a log's last entry"));
            }
            if let (Some(last), Some(party)) = (lamports.last(), PartyIndex::from_usize(p)) {
                logs.order.note_last(party, last);
            }
            (log.frontier, log.seen, log.lamports) = (held.frontier, held.seen, lamports);
        }
        for w in snapshot.waiting {
            let position = Position {
                lamport: w.lamport,
                party: w.place.party,
            };
            logs.order
                .restore_waiting(position, w.place.index, w.leaf, w.is_mark);
        }
        logs.bodiless = snapshot
            .bodiless
            .into_iter()
            .filter(|(place, _)| !logs.purged.contains(place))
            .collect();
        for party in snapshot.forked {
            logs.note_fork(party);
        }
        Ok(logs)
    }

    fn restore_structural(&mut self, place: Ref, raw: RawEntry) -> Result<(), SnapshotError> {
        let broken = SnapshotError("a structural entry");
        let entry = raw.decode().map_err(|_| broken)?;
        let log = self.logs.get(place.party.at()).ok_or(broken)?;
        let seen = entry.header.seen.clone();
        let checked = verify_in_place(
            entry,
            &Place {
                founded: &self.founded,
                party: place.party,
                index: place.index,
                previous: None,
                held: None,
                serial: log.keys.last().map_or(0, |epoch| epoch.serial),
                is_purge: &|r| self.purges.contains_key(&r),
                is_structural: &|_| false,
            },
        );
        let verified = checked.map_err(|_| broken)?.with_lamport(place, 0);
        if seen.len() != self.founded.party_count() {
            return Err(broken);
        }
        self.logs[place.party.at()].absorb(&verified);
        self.follow_purge(&verified);
        Ok(())
    }

    /// The line's charter.
    #[must_use]
    pub fn founded(&self) -> &Arc<Founded> {
        &self.founded
    }

    /// Number of entries held of `party`'s log.
    #[must_use]
    pub fn size(&self, party: PartyIndex) -> u64 {
        self.logs[party.at()].frontier.size()
    }

    /// Numbers of entries held, by party index.
    #[must_use]
    pub fn sizes(&self) -> Vec<u64> {
        self.logs.iter().map(|log| log.frontier.size()).collect()
    }

    /// The root of `party`'s log as it is held.
    #[must_use]
    pub fn root(&self, party: PartyIndex) -> Hash {
        self.logs[party.at()].frontier.root()
    }

    /// The unsigned checkpoint of `party`'s log as it is held.
    #[must_use]
    pub fn checkpoint(&self, party: PartyIndex) -> Checkpoint {
        Checkpoint {
            origin: self.founded.origin(party).to_owned(),
            size: self.size(party),
            root: self.root(party),
        }
    }

    /// The record's order.
    #[must_use]
    pub fn order(&self) -> &Order {
        &self.order
    }

    /// Every node key of `party`, in order; the last is in force.
    #[must_use]
    pub fn key_epochs(&self, party: PartyIndex) -> &[KeyEpoch] {
        &self.logs[party.at()].keys
    }

    /// The keys that sign `party`'s checkpoint of `size`.
    #[must_use]
    pub fn keys_at(&self, party: PartyIndex, size: u64) -> &VerifyingKeys {
        &self.logs[party.at()].key_at(size).keys
    }

    /// Which of [`Logs::key_epochs`] signs `party`'s checkpoint of `size`.
    #[must_use]
    pub fn key_number_at(&self, party: PartyIndex, size: u64) -> usize {
        let epochs = &self.logs[party.at()].keys;
        epochs
            .iter()
            .rposition(|epoch| epoch.began.is_none_or(|index| index < size))
            .unwrap_or(0)
    }

    /// Whether `cosigner`'s key of this number may have cosigned `log` at `size` (record.md section 6).
    #[must_use]
    pub fn may_cosign(
        &self,
        cosigner: PartyIndex,
        number: usize,
        log: PartyIndex,
        size: u64,
    ) -> bool {
        let epoch = self.key_epochs(cosigner).get(number);
        epoch.is_some_and(|epoch| {
            epoch
                .ended
                .as_ref()
                .is_none_or(|seen| size <= seen[log.at()])
        })
    }

    /// Whether fork evidence about `party` is held.
    #[must_use]
    pub fn is_forked(&self, party: PartyIndex) -> bool {
        self.logs[party.at()].is_forked
    }

    /// Notes that fork evidence about `party` is held: nothing more of its log is admitted.
    pub fn note_fork(&mut self, party: PartyIndex) {
        if let Some(log) = self.logs.get_mut(party.at()) {
            log.is_forked = true;
        }
    }

    /// Entries held without a body that no agreed purge explains. While there are any of a log, it is not cosigned.
    pub fn missing_bodies(&self) -> impl Iterator<Item = Ref> + '_ {
        self.bodiless.keys().copied()
    }

    /// The leaf hash of an entry among [`Logs::missing_bodies`].
    #[must_use]
    pub fn missing_leaf(&self, place: Ref) -> Option<Hash> {
        self.bodiless.get(&place).copied()
    }

    /// Notes that the body of `place` has been obtained.
    pub fn note_body(&mut self, place: Ref) {
        self.bodiless.remove(&place);
    }

    /// Whether an agreed purge names `place`.
    #[must_use]
    pub fn is_purged(&self, place: Ref) -> bool {
        self.purged.contains(&place)
    }

    /// The first slot of `header` that is beyond what is held, other than of the author's own log.
    #[must_use]
    pub fn ahead(&self, party: PartyIndex, seen: &[u64]) -> Option<(PartyIndex, u64)> {
        seen.iter().enumerate().find_map(|(p, seen)| {
            let p = PartyIndex::from_usize(p)?;
            let log = self.logs.get(p.at())?;
            (p != party && *seen > log.frontier.size()).then_some((p, *seen))
        })
    }

    /// Begins a batch at the end of `party`'s log.
    #[must_use]
    pub fn batch(&self, party: PartyIndex) -> Batch<'_> {
        Batch {
            logs: self,
            party,
            log: self.logs[party.at()].clone(),
            entries: Vec::new(),
        }
    }

    /// Takes up an admitted batch. Call it when the batch is durable.
    ///
    /// # Panics
    /// If the batch was not begun at the end of the log as it is: batches of one log are applied in the order they were begun.
    pub fn apply(&mut self, batch: &AdmittedBatch) -> Applied {
        let party = batch.party();
        assert_eq!(
            batch.first_index(),
            self.size(party),
            "batches are applied in order"
        );
        self.logs[party.at()] = batch.log.clone();
        let mut purged = Vec::new();
        for entry in &batch.entries {
            purged.extend(self.note_entry(&entry.0));
        }
        self.forget();
        Applied {
            settled: self.order.settle(),
            purged,
        }
    }

    /// Checks and takes up one entry without a checkpoint, for whole records whose checkpoints are checked apart.
    ///
    /// What can be settled is settled as it goes, so that what is kept does not grow with the record.
    pub(crate) fn take(
        &mut self,
        party: PartyIndex,
        entry: Result<Entry, Rule>,
    ) -> Result<VerifiedEntry, Refused> {
        let index = self.size(party);
        let entry = entry.map_err(|rule| Refused::from(rule).at(party, index))?;
        let verified = self.verify(&self.logs[party.at()], party, entry)?;
        self.logs[party.at()].absorb(&verified);
        self.note_entry(&verified);
        self.order.settle_each(|_| ());
        if (index + 1).is_multiple_of(FORGET_EVERY) {
            self.forget();
        }
        Ok(verified)
    }

    fn note_entry(&mut self, entry: &VerifiedEntry) -> Vec<Ref> {
        let position = Position {
            lamport: entry.lamport,
            party: entry.party,
        };
        self.order.push(
            position,
            entry.index,
            entry.leaf,
            entry.header.kind == Kind::Mark,
        );
        if entry.body.is_none() && !self.purged.contains(&entry.place()) {
            self.bodiless.insert(entry.place(), entry.leaf);
        }
        self.follow_purge(entry)
    }

    /// Follows purges and consents; returns what has become agreed.
    fn follow_purge(&mut self, entry: &VerifiedEntry) -> Vec<Ref> {
        match entry.body() {
            Some(Body::Purge(purge)) => {
                let state = PurgeState {
                    targets: purge.targets.clone(),
                    consents: BTreeSet::new(),
                };
                self.purges.insert(entry.place(), state);
                Vec::new()
            }
            Some(Body::Consent) => self.follow_consent(entry),
            _ => Vec::new(),
        }
    }

    fn follow_consent(&mut self, entry: &VerifiedEntry) -> Vec<Ref> {
        let others = self.founded.party_count() - 1;
        let Some(state) = entry
            .header
            .refs
            .first()
            .and_then(|r| self.purges.get_mut(r))
        else {
            return Vec::new();
        };
        state.consents.insert(entry.party);
        if state.consents.len() < others {
            return Vec::new();
        }
        let fresh: Vec<Ref> = state
            .targets
            .iter()
            .copied()
            .filter(|target| self.purged.insert(*target))
            .collect();
        for target in &fresh {
            self.bodiless.remove(target);
        }
        fresh
    }

    /// Drops Lamport numbers that no future entry can ask for.
    fn forget(&mut self) {
        for p in 0..self.logs.len() {
            let needed = self.logs.iter().map(|log| log.seen[p]).min().unwrap_or(0);
            self.logs[p].lamports.forget_below(needed.saturating_sub(1));
        }
    }

    /// Rules 9 to 38 and D1 to D12 for the next entry of `log`.
    fn verify(&self, log: &Log, party: PartyIndex, entry: Entry) -> Result<VerifiedEntry, Refused> {
        let index = log.frontier.size();
        let is_structural = |r: Ref| {
            let of = if r.party == party {
                log
            } else {
                &self.logs[r.party.at()]
            };
            of.structural.contains(&r.index)
        };
        let place = Place {
            founded: &self.founded,
            party,
            index,
            previous: (index > 0).then_some(&log.seen),
            held: Some(&self.logs),
            serial: log.keys.last().map_or(0, |epoch| epoch.serial),
            is_purge: &|r| self.purges.contains_key(&r),
            is_structural: &is_structural,
        };
        let checked =
            verify_in_place(entry, &place).map_err(|rule| Refused::from(rule).at(party, index))?;
        let lamport = self.lamport(log, party, &checked.entry.header.seen);
        Ok(checked.with_lamport(Ref { party, index }, lamport))
    }

    fn lamport(&self, log: &Log, party: PartyIndex, seen: &[u64]) -> u64 {
        let others = seen
            .iter()
            .enumerate()
            .filter(|(p, seen)| *p != party.at() && **seen > 0);
        let highest = others.map(|(p, seen)| {
            self.logs[p]
                .lamports
                .at(seen - 1)
                .expect("kept while any log's last `seen` may ask for it")
        });
        1 + highest.chain(log.lamports.last()).max().unwrap_or(0)
    }

    /// Checks a checkpoint's signature by the key in force at its size (rule `checkpoint-signature`).
    ///
    /// # Errors
    /// The rule.
    pub fn check_checkpoint(
        &self,
        party: PartyIndex,
        signed: &SignedCheckpoint,
    ) -> Result<(), Rule> {
        let keys = self.keys_at(party, signed.checkpoint.size);
        if signed.verify(&keys.ed) {
            Ok(())
        } else {
            Err(Rule::CheckpointSignature)
        }
    }

    /// Checks `cosigner`'s cosignature over `checkpoint`, which must be of a log of this line (rules 46 to 48).
    ///
    /// # Errors
    /// The rule that fails.
    pub fn check_cosignature(
        &self,
        cosigner: PartyIndex,
        log: PartyIndex,
        checkpoint: &Checkpoint,
        cosignature: &Cosignature,
    ) -> Result<(), Rule> {
        if cosignature.time == 0 || cosignature.time > COSIGNATURE_TIME_MAX {
            return Err(Rule::CosignatureFormat);
        }
        self.check_by_epochs(cosigner, log, checkpoint.size, |keys| {
            cosignature.verify(checkpoint, &keys.ed)
        })
    }

    /// Checks `cosigner`'s seal over `checkpoint` (rules 46 to 48).
    ///
    /// # Errors
    /// The rule that fails.
    pub fn check_seal(
        &self,
        cosigner: PartyIndex,
        log: PartyIndex,
        checkpoint: &Checkpoint,
        seal: &Seal,
    ) -> Result<(), Rule> {
        if seal.time == 0 || seal.time > COSIGNATURE_TIME_MAX {
            return Err(Rule::CosignatureFormat);
        }
        let id = self.founded.party_id(cosigner);
        self.check_by_epochs(cosigner, log, checkpoint.size, |keys| {
            seal.verify(checkpoint, &id, &keys.pq)
        })
    }

    fn check_by_epochs(
        &self,
        cosigner: PartyIndex,
        log: PartyIndex,
        size: u64,
        verifies: impl Fn(&VerifyingKeys) -> bool,
    ) -> Result<(), Rule> {
        let signer = self
            .key_epochs(cosigner)
            .iter()
            .rev()
            .find(|epoch| verifies(&epoch.keys));
        let Some(epoch) = signer else {
            return Err(Rule::CosignatureSignature);
        };
        let is_in_time = epoch
            .ended
            .as_ref()
            .is_none_or(|seen| size <= seen[log.at()]);
        if is_in_time {
            Ok(())
        } else {
            Err(Rule::CosignatureKey)
        }
    }
}

/// A batch of entries at the end of one log, being checked.
#[derive(Debug)]
pub struct Batch<'a> {
    logs: &'a Logs,
    party: PartyIndex,
    log: Log,
    entries: Vec<VerifiedEntry>,
}

impl Batch<'_> {
    /// Checks the next entry (rules 1 to 38 and D1 to D12).
    ///
    /// # Errors
    /// The rule that fails, with the entry's place. The batch is as before.
    pub fn push(&mut self, raw: RawEntry) -> Result<&VerifiedEntry, Refused> {
        let index = self.log.frontier.size();
        let entry = raw
            .decode()
            .map_err(|rule| Refused::from(rule).at(self.party, index))?;
        let verified = self.logs.verify(&self.log, self.party, entry)?;
        self.log.absorb(&verified);
        self.entries.push(verified);
        Ok(self.entries.last().expect("just pushed"))
    }

    /// The log's size with this batch.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.log.frontier.size()
    }

    /// What an entry written now would have seen, by party index.
    #[must_use]
    pub fn seen(&self) -> Vec<u64> {
        let mut seen = self.logs.sizes();
        seen[self.party.at()] = self.size();
        seen
    }

    /// The keys that sign the log with this batch: a key change in it takes effect at once.
    #[must_use]
    pub fn keys_in_force(&self) -> &VerifyingKeys {
        &self.log.key_at(self.size()).keys
    }

    /// The unsigned checkpoint over the log with this batch.
    #[must_use]
    pub fn checkpoint(&self) -> Checkpoint {
        Checkpoint {
            origin: self.logs.founded.origin(self.party).to_owned(),
            size: self.size(),
            root: self.log.frontier.root(),
        }
    }

    /// Admits the batch under the party's own signature (rule `checkpoint-signature`).
    ///
    /// # Errors
    /// [`Rule::CheckpointSignature`]; [`Rule::CheckpointSize`] for an empty batch.
    pub fn admit(self, signature: [u8; 64]) -> Result<AdmittedBatch, Refused> {
        let checkpoint = SignedCheckpoint {
            checkpoint: self.checkpoint(),
            signature,
        };
        if self.entries.is_empty() {
            return Err(Rule::CheckpointSize.into());
        }
        if !checkpoint.verify(&self.keys_in_force().ed) {
            return Err(Rule::CheckpointSignature.into());
        }
        Ok(self.close(checkpoint))
    }

    /// Signs the batch, which must be of the signer's own log.
    ///
    /// # Errors
    /// [`Rule::CheckpointSignature`] if `keys` are not those in force, so that a signature nobody would accept is never made.
    pub fn sign(self, keys: &SecretKeys) -> Result<AdmittedBatch, Refused> {
        if &self.keys_in_force().ed != keys.ed_public() {
            return Err(Rule::CheckpointSignature.into());
        }
        let signed = SignedCheckpoint::sign(self.checkpoint(), keys);
        Ok(self.close(signed))
    }

    fn close(self, checkpoint: SignedCheckpoint) -> AdmittedBatch {
        let entries = self.entries.into_iter().map(AdmittedEntry).collect();
        AdmittedBatch {
            party: self.party,
            entries,
            checkpoint,
            log: self.log,
        }
    }
}

/// An entry that may be stored: every rule holds, and its party's signature covers it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdmittedEntry(VerifiedEntry);

impl std::ops::Deref for AdmittedEntry {
    type Target = VerifiedEntry;
    fn deref(&self) -> &VerifiedEntry {
        &self.0
    }
}

/// A batch that may be stored and then applied.
#[derive(Debug, Clone)]
pub struct AdmittedBatch {
    party: PartyIndex,
    entries: Vec<AdmittedEntry>,
    checkpoint: SignedCheckpoint,
    log: Log,
}

impl AdmittedBatch {
    /// Whose log.
    #[must_use]
    pub fn party(&self) -> PartyIndex {
        self.party
    }
    /// Index of the first entry.
    #[must_use]
    pub fn first_index(&self) -> u64 {
        self.checkpoint.checkpoint.size - self.entries.len() as u64
    }
    /// The entries, in order.
    #[must_use]
    pub fn entries(&self) -> &[AdmittedEntry] {
        &self.entries
    }
    /// The signed checkpoint over the log with this batch.
    #[must_use]
    pub fn checkpoint(&self) -> &SignedCheckpoint {
        &self.checkpoint
    }
}

/// Where an entry stands, for rules 9 to 38 and D1 to D12.
struct Place<'a> {
    founded: &'a Founded,
    party: PartyIndex,
    index: u64,
    /// `seen` of the author's previous entry, where it is known.
    previous: Option<&'a Vec<u64>>,
    /// All logs as they are held, where they are known.
    held: Option<&'a [Log]>,
    serial: u64,
    is_purge: &'a dyn Fn(Ref) -> bool,
    is_structural: &'a dyn Fn(Ref) -> bool,
}

struct Checked {
    entry: Entry,
    body: Option<(SaltedBody, Body)>,
}

impl Checked {
    fn with_lamport(self, place: Ref, lamport: u64) -> VerifiedEntry {
        VerifiedEntry {
            party: place.party,
            index: place.index,
            leaf: self.entry.leaf,
            header_bytes: self.entry.header_bytes,
            header: self.entry.header,
            lamport,
            body: self.body,
        }
    }
}

fn verify_in_place(mut entry: Entry, place: &Place<'_>) -> Result<Checked, Rule> {
    check_header(&entry, place)?;
    let kind = entry.header.kind;
    let Some(carried) = entry.body.take() else {
        return if kind.is_structural() {
            Err(Rule::BodyAbsent)
        } else {
            Ok(Checked { entry, body: None })
        };
    };
    let salted = carried.check(&entry.header.body_hash)?;
    let body = Body::verify(
        kind,
        &salted.bytes,
        &Around {
            founded: place.founded,
            party: place.party,
            index: place.index,
            seen: &entry.header.seen,
            refs: &entry.header.refs,
            serial: place.serial,
            is_purge: place.is_purge,
            is_structural: place.is_structural,
        },
    )?;
    Ok(Checked {
        entry,
        body: Some((salted, body)),
    })
}

/// Whether the charter lists `post` for `party`.
pub(crate) fn has_post(founded: &Founded, party: PartyIndex, post: &str) -> bool {
    founded
        .member(party)
        .is_some_and(|member| member.has_post(post))
}

/// Rules 9 to 17.
fn check_header(entry: &Entry, place: &Place<'_>) -> Result<(), Rule> {
    let header = &entry.header;
    let is_node = header.post == NODE_POST;
    let may_write =
        is_post(&header.post) && (is_node || has_post(place.founded, place.party, &header.post));
    if !may_write || is_node != header.kind.is_by_node() {
        return Err(Rule::HeaderPost);
    }
    if header.seen.len() != place.founded.party_count() {
        return Err(Rule::SeenLength);
    }
    if header.seen[place.party.at()] != place.index {
        return Err(Rule::SeenOwn);
    }
    if place.previous.is_some_and(|before| {
        header
            .seen
            .iter()
            .zip(before)
            .any(|(now, before)| now < before)
    }) {
        return Err(Rule::SeenBackwards);
    }
    let is_other = |p: usize| p != place.party.at();
    let is_ahead = |held: &[Log]| {
        (0..held.len()).any(|p| is_other(p) && header.seen[p] > held[p].frontier.size())
    };
    if place.held.is_some_and(is_ahead) {
        return Err(Rule::SeenAhead);
    }
    check_refs(&header.refs, &header.seen)?;
    let is_founding = header.kind == Kind::Founding;
    let is_bare = header.refs.is_empty() && header.seen.iter().all(|seen| *seen == 0);
    if is_founding != (place.index == 0) || (is_founding && !is_bare) {
        return Err(Rule::FoundingFirst);
    }
    Ok(())
}

/// Checks a disclosed entry as far as it can be checked without the rest of the record: rules 1 to 11, 14 to 38 and D1 to D12.
///
/// # Errors
/// The rule that fails.
pub fn check_disclosed(
    founded: &Founded,
    party: PartyIndex,
    index: u64,
    raw: RawEntry,
) -> Result<VerifiedEntry, Refused> {
    let at = |rule: Rule| Refused::from(rule).at(party, index);
    let entry = raw.decode().map_err(at)?;
    let checked = verify_in_place(
        entry,
        &Place {
            founded,
            party,
            index,
            previous: None,
            held: None,
            serial: founded
                .member(party)
                .map_or(0, |member| member.credential.serial()),
            // All that is known of other entries is that each log begins with its founding.
            is_purge: &|r| r.index > 0,
            is_structural: &|r| r.index == 0,
        },
    );
    Ok(checked.map_err(at)?.with_lamport(Ref { party, index }, 0))
}
