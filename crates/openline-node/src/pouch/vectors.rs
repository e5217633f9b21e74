//! The vectors of bundles in `spec/vectors`, sealed and opened.

#[path = "../../../openline-core/tests/support/vectors.rs"]
pub(crate) mod files;

use std::collections::BTreeMap;

use files::{Outcome, Vector};
use openline_bearer::pouch::{SealKeyPair, open};
use openline_core::credential::VerifiedCredential;
use openline_core::{Hash, PartyId, Rule};
use serde_json::json;

use super::{Bundle, INFO};
use crate::error::rule_of_sealed;

const CONTEXT: [&str; 3] = ["own", "senders", "seal_keys"];

/// As a node takes a bundle, up to its frames.
fn take(v: &Vector) -> Result<Bundle, Rule> {
    let own = v.bytes("own").as_deref().and_then(Hash::from_slice);
    let own = PartyId(own.expect("a party"));
    let senders: BTreeMap<_, _> = v
        .list("senders")
        .iter()
        .map(|bytes| {
            let credential = VerifiedCredential::decode(bytes).expect("a right credential");
            (credential.party_id(), credential.keys().ed)
        })
        .collect();
    let opened = match v.kind.as_str() {
        "bundle" => {
            let keys: Vec<_> = v
                .list("seal_keys")
                .into_iter()
                .map(|seed| SealKeyPair::from_seed(&seed.try_into().expect("32 bytes")))
                .collect();
            open(&keys, INFO, &v.input)
                .map_err(|error| rule_of_sealed(&error))?
                .plaintext
        }
        _ => v.input.clone(),
    };
    let bundle = Bundle::open(&opened, &own, |party| senders.get(party).copied())?;
    bundle.sender_card()?;
    Ok(bundle)
}

#[test]
fn every_vector_of_bundles_holds() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for vector in files::all()
        .iter()
        .filter(|vector| matches!(vector.kind.as_str(), "bundle" | "bundle-opened"))
    {
        for key in vector.context.keys() {
            assert!(
                CONTEXT.contains(&key.as_str()),
                "{}: unknown context key {key}",
                vector.name
            );
        }
        let outcome = match take(vector) {
            Ok(bundle) => Outcome::Ok(json!({
                "from": bundle.from.to_string(), "number": bundle.number, "packed": bundle.packed_ms,
                "frames": bundle.frames.len(),
            })),
            Err(rule) => Outcome::Refused(rule.id().to_owned(), json!({})),
        };
        wrong.extend(files::disagreement(vector, &outcome));
        count += 1;
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(count > 50, "only {count} vectors were found");
}
