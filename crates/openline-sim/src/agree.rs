//! What must be so in the end: whether all honest parties have come to hold the same, and that it stands up to a stranger.

use std::collections::BTreeMap;

use openline_core::admit::Logs;
use openline_core::checkpoint::{Cosignature, Seal};
use openline_core::entry::Kind;
use openline_core::export;
use openline_core::fork::Fork;
use openline_core::keys::VerifyingKeys;
use openline_core::{Hash, PartyIndex};
use openline_store::StoredEntry;

use crate::disk::Disk;
use crate::model::{Checker, LineModel, Violation};
use crate::world::{Body, World};

impl World {
    fn honest(&self) -> Vec<&Body> {
        self.bodies
            .iter()
            .filter(|body| body.role.is_honest)
            .collect()
    }

    /// What honest parties still lack of agreeing, if anything.
    pub(crate) fn lacking(&self) -> Option<String> {
        let honest = self.honest();
        self.model
            .lines
            .values()
            .find_map(|line| lacking_on(line, &honest))
            .or_else(|| self.lacking_state())
    }

    /// Looks over everything once more when all have agreed.
    pub(crate) fn look_back(&self) -> Result<(), Violation> {
        for body in self.honest() {
            self.model.restarted(body.role, &body.disk)?;
        }
        for line in self.model.lines.values() {
            let at = usize::try_from(self.tickets).unwrap_or(0);
            let honest = self.honest();
            check_bytes(line, &honest)?;
            if let Some(body) = honest.get(at % honest.len().max(1)) {
                check_export(line, body)?;
            }
        }
        Ok(())
    }
}

fn has_evidence(line: &LineModel, body: &Body, party: PartyIndex) -> bool {
    body.disk
        .forks(line.founded.line())
        .iter()
        .any(|(of, _)| *of == party)
}

fn lacking_on(line: &LineModel, honest: &[&Body]) -> Option<String> {
    if let Some(forked) = line
        .founded
        .parties()
        .find(|party| is_fork_shown(line, honest, *party))
    {
        // The logs of others may rest on different histories of this one, so nothing more is to be agreed.
        let unaware = honest
            .iter()
            .find(|body| !has_evidence(line, body, forked))?;
        return Some(format!(
            "{} holds no evidence that {forked} has forked",
            unaware.role.body
        ));
    }
    lacking_sizes(line, honest)
        .or_else(|| lacking_cosignatures(line, honest))
        .or_else(|| lacking_order(line, honest))
}

/// Whether honest parties together hold two histories of a log, or one of them holds the proof that there are.
fn is_fork_shown(line: &LineModel, honest: &[&Body], party: PartyIndex) -> bool {
    let views: Vec<_> = honest
        .iter()
        .filter_map(|body| line.view(body.role.body).get(party.at()))
        .collect();
    let differ = views
        .iter()
        .enumerate()
        .any(|(at, a)| views[..at].iter().any(|b| !a.begins(b) && !b.begins(a)));
    differ || honest.iter().any(|body| has_evidence(line, body, party))
}

fn lacking_sizes(line: &LineModel, honest: &[&Body]) -> Option<String> {
    let sizes = |body: &Body| {
        line.view(body.role.body)
            .iter()
            .map(crate::model::History::size)
            .collect::<Vec<_>>()
    };
    let (first, rest) = honest.split_first()?;
    let other = rest.iter().find(|body| sizes(body) != sizes(first));
    if let Some(other) = other {
        return Some(format!(
            "node {} holds {:?}, node {} {:?}",
            first.role.body,
            sizes(first),
            other.role.body,
            sizes(other)
        ));
    }
    let waits = honest.iter().find(|body| {
        body.machine
            .as_ref()
            .is_none_or(|m| m.must_hear(&line.founded.line()))
    });
    // A party that lies may be silent, and whoever must hear it waits for it.
    let is_expected = honest.len() == line.founded.party_count();
    waits
        .filter(|_| is_expected)
        .map(|body| format!("node {} still waits to hear", body.role.body))
}

fn lacking_cosignatures(line: &LineModel, honest: &[&Body]) -> Option<String> {
    for body in honest {
        let Some(logs) = body
            .machine
            .as_ref()
            .and_then(|machine| machine.logs(&line.founded.line()))
        else {
            return Some(format!("node {} is down", body.role.body));
        };
        for log in line.founded.parties() {
            let is_held_back = logs.missing_bodies().any(|place| place.party == log);
            for cosigner in honest
                .iter()
                .map(|other| other.role.party)
                .filter(|cosigner| *cosigner != log)
            {
                let held = line
                    .held(body.role.body, log, cosigner)
                    .max(body.disk.cosigned(line.founded.line(), log, cosigner));
                if held < logs.size(log) && !is_held_back {
                    return Some(format!(
                        "node {} holds log {log} up to {} and {cosigner}'s cosignature up to {held}",
                        body.role.body,
                        logs.size(log)
                    ));
                }
            }
        }
    }
    None
}

fn lacking_order(line: &LineModel, honest: &[&Body]) -> Option<String> {
    let orders: BTreeMap<usize, (u64, Hash)> = honest
        .iter()
        .filter_map(|body| {
            let logs = body.machine.as_ref()?.logs(&line.founded.line())?;
            Some((
                body.role.body,
                (logs.order().settled(), logs.order().root()),
            ))
        })
        .collect();
    let mut values = orders.values();
    let first = values.next()?;
    if values.any(|order| order != first) {
        return Some(format!(
            "settled numbers and record roots differ: {orders:?}"
        ));
    }
    let owes = honest.iter().find(|body| {
        let logs = body
            .machine
            .as_ref()
            .and_then(|machine| machine.logs(&line.founded.line()));
        let must_wait = body
            .machine
            .as_ref()
            .is_some_and(|machine| machine.must_hear(&line.founded.line()));
        !must_wait && logs.is_some_and(|logs| logs.order().waits_for(body.role.party))
    });
    owes.map(|body| format!("node {} owes a mark", body.role.body))
}

/// Every honest disk gives back the same bytes. Where a party has two histories, a body may be withheld from some, and a
/// purge agreed to in only one of them.
fn check_bytes(line: &LineModel, honest: &[&Body]) -> Result<(), Violation> {
    let id = line.founded.line();
    let Some((first, rest)) = honest.split_first() else {
        return Ok(());
    };
    for log in line.founded.parties() {
        let reference = first.disk.log(id, log, 0);
        for body in rest {
            let mut other = body.disk.log(id, log, 0);
            other.truncate(reference.len());
            let is_forked = has_evidence(line, first, log) || has_evidence(line, body, log);
            let is_same = other.iter().zip(&reference).all(|(a, b)| {
                a.raw == b.raw
                    || a.raw.header == b.raw.header
                        && a.raw.body.is_none() != b.raw.body.is_none()
                        && line.is_tainted
            });
            Checker::OneRecord.require(is_same || is_forked, || {
                format!(
                    "nodes {} and {} hold different bytes of log {log}",
                    first.role.body, body.role.body
                )
            })?;
        }
    }
    Ok(())
}

/// A stranger verifies what a node exports.
fn check_export(line: &LineModel, body: &Body) -> Result<(), Violation> {
    let Some(logs) = body
        .machine
        .as_ref()
        .and_then(|machine| machine.logs(&line.founded.line()))
    else {
        return Ok(());
    };
    if logs.missing_bodies().next().is_some() {
        return Ok(());
    }
    let file = export_of(line, &body.disk, logs);
    let report = export::verify(&file, |_| {});
    let is_right = report.as_ref().is_ok_and(|report| {
        report.settled == logs.order().settled() && report.root == logs.order().root()
    });
    Checker::OneRecord.require(is_right, || {
        format!(
            "node {}'s export does not verify: {:?}",
            body.role.body,
            report.err()
        )
    })
}

fn export_of(line: &LineModel, disk: &Disk, logs: &Logs) -> Vec<u8> {
    let (founded, id) = (&line.founded, line.founded.line());
    let notes: Vec<String> = founded
        .parties()
        .filter_map(|log| note_of(line, disk, logs, log))
        .collect();
    let forks: Vec<Fork> = disk
        .forks(id)
        .iter()
        .filter_map(|(_, evidence)| Fork::decode(evidence).ok())
        .collect();
    let mut file = export::encode_head(&founded.instrument().encode(), &notes, &forks);
    let mut entries: Vec<StoredEntry> = founded
        .parties()
        .flat_map(|log| disk.log(id, log, 0))
        .collect();
    entries.sort_by_key(|entry| (entry.lamport, entry.place.party));
    for entry in &entries {
        debug_assert!(
            entry.header.kind != Kind::Founding || entry.place.index == 0,
            "admitted"
        );
        file.extend(export::encode_entry(entry.place.party, &entry.raw));
    }
    file.extend(export::encode_end(
        entries.len() as u64,
        logs.order().settled(),
        &logs.order().root(),
    ));
    file
}

/// A log's last checkpoint as a note, with every cosignature and seal over it that counts.
fn note_of(line: &LineModel, disk: &Disk, logs: &Logs, log: PartyIndex) -> Option<String> {
    let (founded, id, size) = (&line.founded, line.founded.line(), logs.size(log));
    let signed = disk.store.checkpoint(founded, log, size).ok().flatten()?;
    let keys_of = |cosigner: PartyIndex, verifies: &dyn Fn(&VerifyingKeys) -> bool| {
        let epochs = logs.key_epochs(cosigner).iter().enumerate();
        epochs
            .filter(|(number, _)| logs.may_cosign(cosigner, *number, log, size))
            .map(|(_, epoch)| epoch.keys.clone())
            .find(|keys| verifies(keys))
    };
    let cosignatures: Vec<(PartyIndex, VerifyingKeys, Cosignature)> = disk
        .store
        .cosignatures(id, log, size)
        .ok()?
        .into_iter()
        .filter_map(|c| {
            Some((
                c.cosigner,
                keys_of(c.cosigner, &|keys| {
                    c.signature.verify(&signed.checkpoint, &keys.ed)
                })?,
                c.signature,
            ))
        })
        .collect();
    let seals: Vec<(PartyIndex, VerifyingKeys, Seal)> = disk
        .store
        .seals(id, log, size)
        .ok()?
        .into_iter()
        .filter_map(|c| {
            let party = founded.party_id(c.cosigner);
            let keys = keys_of(c.cosigner, &|keys| {
                c.signature.verify(&signed.checkpoint, &party, &keys.pq)
            })?;
            Some((c.cosigner, keys, c.signature))
        })
        .collect();
    let cosigned: Vec<_> = cosignatures
        .iter()
        .map(|(p, keys, c)| (founded.party_id(*p), keys, c))
        .collect();
    let sealed: Vec<_> = seals
        .iter()
        .map(|(p, keys, c)| (founded.party_id(*p), keys, c))
        .collect();
    Some(
        signed
            .to_note(&logs.keys_at(log, size).ed, &cosigned, &sealed)
            .to_string(),
    )
}
