//! Two histories of one log: noticing, proving, keeping and passing on (`spec/line.md` section 5).

use openline_core::checkpoint::{Checkpoint, SignedCheckpoint};
use openline_core::fork::{Fork, ring_of};
use openline_core::tree::verify_consistency;
use openline_core::{Hash, PartyIndex, Refused, Rule};

use super::{Around, Line, Source};
use crate::effect::{Event, Fact, LinkId, Query};
use crate::frame::{Frame, Held};
use crate::machine::Pending;

impl Line {
    /// Compares a root that a peer holds, under the author's signature, with our own history.
    pub(super) fn compare(
        &mut self,
        around: &mut Around<'_>,
        source: Source,
        log: PartyIndex,
        held: &Held,
    ) -> Result<(), Refused> {
        if held.size == 0 || self.logs.is_forked(log) {
            return Ok(());
        }
        let signature = held.signature.ok_or(Rule::FrameShape)?;
        let own = self.logs.size(log);
        let root = if held.size == own {
            Some(self.logs.root(log))
        } else {
            self.root_at(log, held.size)
        };
        if held.size > own || root == Some(held.root) {
            return Ok(());
        }
        let checkpoint = Checkpoint {
            origin: self.origin(log),
            size: held.size,
            root: held.root,
        };
        let theirs = SignedCheckpoint {
            checkpoint,
            signature,
        };
        self.check_any_key(log, &theirs)?;
        let query = Query::Consistency {
            line: self.id,
            party: log,
            old: held.size,
            new: own,
        };
        around.out.query_for(
            around.links,
            source.link,
            query,
            Pending::Compare {
                line: self.id,
                log,
                theirs,
            },
        )
    }

    /// A party answers for every history that any of its keys has signed.
    fn check_any_key(&self, log: PartyIndex, signed: &SignedCheckpoint) -> Result<(), Refused> {
        let mut epochs = self.logs.key_epochs(log).iter();
        if epochs.any(|epoch| signed.verify(&epoch.keys.ed)) {
            return Ok(());
        }
        Err(Refused::from(Rule::CheckpointSignature)
            .at(log, signed.checkpoint.size.saturating_sub(1)))
    }

    /// Our own history from their size on has been read: if the root differs, that is a fork.
    pub(crate) fn compared(
        &mut self,
        around: &mut Around<'_>,
        log: PartyIndex,
        theirs: &SignedCheckpoint,
        root: Hash,
        path: Vec<Hash>,
    ) {
        let Some(ours) = self.signed_checkpoint(log) else {
            return;
        };
        if root != theirs.checkpoint.root {
            self.keep_fork(around, log, theirs, &ours, root, path);
        }
    }

    /// A batch's signature does not fit what is held: ask how the sender's history contains ours.
    pub(super) fn suspect_fork(
        &mut self,
        around: &mut Around<'_>,
        source: Source,
        log: PartyIndex,
    ) {
        let size = self.logs.size(log);
        let Some(link) = source.link.filter(|_| size > 0) else {
            return;
        };
        if self.asked.insert((source.peer, log)) {
            around.out.transmit(
                link,
                Frame::Ask {
                    tag: self.tag,
                    party: log,
                    size,
                }
                .encode(),
            );
        }
    }

    pub(super) fn on_ask(
        &mut self,
        around: &mut Around<'_>,
        source: Source,
        party: PartyIndex,
        size: u64,
    ) -> Result<(), Refused> {
        self.check_party(party)?;
        let new = self.logs.size(party);
        if size == 0 || size > new {
            return Err(Rule::WantRange.into());
        }
        let Some(link) = source.link else {
            return Ok(());
        };
        let query = Query::Consistency {
            line: self.id,
            party,
            old: size,
            new,
        };
        let pending = Pending::Asked {
            line: self.id,
            link,
            party,
            old: size,
            new,
        };
        around
            .out
            .query_for(around.links, source.link, query, pending)
    }

    pub(crate) fn send_proof(
        &self,
        around: &mut Around<'_>,
        link: LinkId,
        party: PartyIndex,
        (old, old_root): (u64, Hash),
        new: u64,
        path: Vec<Hash>,
    ) {
        // The log may have grown while the proof was read; the asker will ask again.
        let Some(signed) = self
            .signed_checkpoint(party)
            .filter(|s| s.checkpoint.size == new)
        else {
            return;
        };
        let new_root = signed.checkpoint.root;
        let frame = Frame::Proof {
            tag: self.tag,
            party,
            old,
            old_root,
            new,
            new_root,
            signature: signed.signature,
            path,
        };
        around.out.transmit(link, frame.encode());
    }

    #[expect(clippy::too_many_arguments, reason = "the fields of one frame")]
    pub(super) fn on_proof(
        &mut self,
        around: &mut Around<'_>,
        source: Source,
        party: PartyIndex,
        (old, old_root): (u64, Hash),
        (new, new_root): (u64, Hash),
        signature: [u8; 64],
        path: Vec<Hash>,
    ) -> Result<(), Refused> {
        self.check_party(party)?;
        if !self.asked.remove(&(source.peer, party)) || old != self.logs.size(party) {
            return Ok(());
        }
        let theirs = SignedCheckpoint {
            checkpoint: Checkpoint {
                origin: self.origin(party),
                size: new,
                root: new_root,
            },
            signature,
        };
        let leads = verify_consistency(
            old,
            old_root,
            theirs.checkpoint.size,
            theirs.checkpoint.root,
            &path,
        );
        if !leads || self.check_any_key(party, &theirs).is_err() {
            return Err(Rule::ProofConsistency.into());
        }
        let Some(ours) = self.signed_checkpoint(party) else {
            return Ok(());
        };
        if old_root != ours.checkpoint.root {
            self.keep_fork(around, party, &ours, &theirs, old_root, path);
        }
        Ok(())
    }

    fn keep_fork(
        &mut self,
        around: &mut Around<'_>,
        log: PartyIndex,
        first: &SignedCheckpoint,
        second: &SignedCheckpoint,
        root: Hash,
        proof: Vec<Hash>,
    ) {
        let note = |signed: &SignedCheckpoint| {
            let epochs = self.logs.key_epochs(log);
            let signer = epochs.iter().find(|epoch| signed.verify(&epoch.keys.ed))?;
            Some(signed.to_note(&signer.keys.ed, &[], &[]).to_string())
        };
        let (Some(first), Some(second)) = (note(first), note(second)) else {
            return;
        };
        let fork = Fork {
            first,
            second,
            root,
            proof,
        };
        if fork.check(&ring_of(&self.logs)) == Ok(log) {
            self.note_fork(around, log, fork.encode());
        }
    }

    /// Keeps evidence, tells the driver, and passes it on to every party.
    fn note_fork(&mut self, around: &mut Around<'_>, party: PartyIndex, evidence: Vec<u8>) {
        if self.logs.is_forked(party) {
            return;
        }
        self.logs.note_fork(party);
        self.forks.insert(party, evidence.clone());
        let frame = Frame::Fork {
            tag: self.tag,
            evidence: evidence.clone(),
        }
        .encode();
        around.out.fact(Fact::Fork {
            line: self.id,
            party,
            evidence,
        });
        around.out.event(Event::Forked {
            line: self.id,
            party,
        });
        for peer in self.peers.values() {
            Self::send(around, &peer.id, &frame, true);
        }
    }

    /// Shows a peer why its batch of `log` is not taken.
    pub(super) fn send_evidence(&self, around: &mut Around<'_>, source: Source, log: PartyIndex) {
        if let (Some(link), Some(evidence)) = (source.link, self.forks.get(&log)) {
            around.out.transmit(
                link,
                Frame::Fork {
                    tag: self.tag,
                    evidence: evidence.clone(),
                }
                .encode(),
            );
        }
    }

    pub(super) fn on_fork(
        &mut self,
        around: &mut Around<'_>,
        evidence: &[u8],
    ) -> Result<(), Refused> {
        if self.forks.values().any(|known| known == evidence) {
            return Ok(());
        }
        let fork = Fork::decode(evidence)?;
        let party = fork.check(&ring_of(&self.logs))?;
        self.note_fork(around, party, evidence.to_vec());
        Ok(())
    }
}
