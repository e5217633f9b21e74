//! Cosignatures and seals: what we promise about logs, and when.

use std::sync::Arc;
use std::time::Duration;

use openline_core::PartyIndex;
use openline_core::checkpoint::{Checkpoint, Cosignature, Seal};
use openline_core::keys::SecretKeys;

use super::{Around, Line};
use crate::effect::Fact;
use crate::frame::{Brief, Frame};

impl Line {
    /// The own key that is in force on this line.
    pub(super) fn signer(&self, around: &Around<'_>) -> Option<Arc<SecretKeys>> {
        let epoch = self.logs.key_epochs(self.me).last()?;
        around
            .keys
            .iter()
            .find(|keys| keys.ed_public() == &epoch.keys.ed)
            .cloned()
    }

    fn wall_seconds(around: &Around<'_>) -> u64 {
        u64::try_from(around.now.wall_ms / 1000).unwrap_or(0).max(1)
    }

    /// Cosigns every log that has grown and of which no body is missing.
    ///
    /// The facts of the entries are staged before that of the cosignature, in the same transaction.
    pub(crate) fn cosign(&mut self, around: &mut Around<'_>) {
        if self.cosign_due.is_empty() {
            return;
        }
        let Some(keys) = self.signer(around) else {
            return;
        };
        let held_back: Vec<PartyIndex> = self
            .logs
            .missing_bodies()
            .map(|place| place.party)
            .collect();
        let due: Vec<PartyIndex> = self.cosign_due.iter().copied().collect();
        for log in due.into_iter().filter(|log| !held_back.contains(log)) {
            self.cosign_due.remove(&log);
            self.cosign_log(around, &keys, log);
        }
    }

    fn cosign_log(&mut self, around: &mut Around<'_>, keys: &SecretKeys, log: PartyIndex) {
        let checkpoint = self.logs.checkpoint(log);
        let before = self.cosigned.get(&(log, self.me));
        if checkpoint.size == 0 || before.is_some_and(|(size, _)| *size >= checkpoint.size) {
            return;
        }
        // A clock set back must not make a later receipt look earlier than the one before it.
        let time = before
            .map_or(0, |(_, c)| c.time)
            .max(Self::wall_seconds(around));
        let cosignature = Cosignature::sign(&checkpoint, keys, time);
        let (line, cosigner, size) = (self.id, self.me, checkpoint.size);
        around.out.fact(Fact::Cosignature {
            line,
            log,
            cosigner,
            checkpoint,
            cosignature,
        });
        let brief = Brief {
            cosigner,
            size,
            time,
            signature: cosignature.signature,
        };
        self.cosigned.insert((log, cosigner), (size, cosignature));
        let frame = Frame::Cosignature {
            tag: self.tag,
            log,
            brief,
        }
        .encode();
        for peer in self.peers.values() {
            Self::send(around, &peer.id, &frame, true);
        }
    }

    pub(super) fn unsealed(&self) -> u64 {
        self.logs
            .sizes()
            .iter()
            .zip(&self.sealed)
            .map(|(size, sealed)| size.saturating_sub(*sealed))
            .sum()
    }

    pub(super) fn seal_deadline(&self) -> Option<Duration> {
        let since = self.seal_since?;
        (self.unsealed() > 0).then(|| since + self.logs.founded().terms().seal_beat.interval)
    }

    /// Seals every log that has grown, when the beat is due by entries or by time.
    pub(crate) fn seal(&mut self, around: &mut Around<'_>) {
        let by_count = self.unsealed() >= self.logs.founded().terms().seal_beat.entries;
        let by_time = self.seal_deadline().is_some_and(|at| at <= around.now.mono);
        if !by_count && !by_time {
            return;
        }
        self.seal_since = None;
        let Some(keys) = self.signer(around) else {
            return;
        };
        let held_back: Vec<PartyIndex> = self
            .logs
            .missing_bodies()
            .map(|place| place.party)
            .collect();
        let id = self.logs.founded().party_id(self.me);
        let parties: Vec<PartyIndex> = self.logs.founded().parties().collect();
        for log in parties.into_iter().filter(|log| !held_back.contains(log)) {
            let checkpoint = self.logs.checkpoint(log);
            if checkpoint.size > self.sealed[log.at()] {
                let seal = Seal::sign(&checkpoint, &id, &keys, Self::wall_seconds(around));
                self.put_seal(around, log, &checkpoint, seal);
            }
        }
    }

    fn put_seal(
        &mut self,
        around: &mut Around<'_>,
        log: PartyIndex,
        checkpoint: &Checkpoint,
        seal: Seal,
    ) {
        self.sealed[log.at()] = checkpoint.size;
        let (line, cosigner, size, time) = (self.id, self.me, checkpoint.size, seal.time);
        let signature = seal.signature.clone();
        around.out.fact(Fact::Seal {
            line,
            log,
            cosigner,
            checkpoint: checkpoint.clone(),
            seal,
        });
        let frame = Frame::Seal {
            tag: self.tag,
            log,
            cosigner,
            size,
            time,
            signature,
        }
        .encode();
        for peer in self.peers.values() {
            Self::send(around, &peer.id, &frame, false);
        }
    }
}
