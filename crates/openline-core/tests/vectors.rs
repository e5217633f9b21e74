//! Every vector of `spec/vectors` but those that other crates run, through this crate.

#[path = "support/vectors.rs"]
mod vectors;

use openline_core::card::{Card, Short, continuity};
use openline_core::cbor::{self, Reader};
use openline_core::charter::{Founded, Instrument};
use openline_core::checkpoint::{CheckpointNote, KeyRing};
use openline_core::credential::{Certificate, VerifiedCredential};
use openline_core::entry::{Header, Ref};
use openline_core::fork::Fork;
use openline_core::keys::{PQ_PUBLIC_LEN, VerifyingKeys, verify_ed};
use openline_core::note::Note;
use openline_core::order::{Lamports, Order, Position};
use openline_core::phrase::{CallCodes, Half, Phrase};
use openline_core::proof::Proof;
use openline_core::rule::Item;
use openline_core::tree::{leaf_hash, root_of, verify_consistency, verify_inclusion};
use openline_core::watch::SignedWatch;
use openline_core::{Hash, LineId, PartyIndex, Refused, Rule, export};
use serde_json::{Value, json};
use vectors::{Outcome, Vector};

/// The context keys that each type knows, and what runs it.
type Runner = (
    &'static [&'static str],
    fn(&Vector) -> Result<Value, Refused>,
);

fn runner(kind: &str) -> Option<Runner> {
    Some(match kind {
        "cbor" => (&[], |v| Ok(cbor::check(&v.input).map(|()| json!({}))?)),
        "header" => (&[], header),
        "tree" => (
            &[
                "leaves",
                "path",
                "index",
                "size",
                "root",
                "first",
                "first_root",
                "second",
                "second_root",
            ],
            tree,
        ),
        "note" => (&["instrument", "held", "root"], note),
        "ed25519" => (&["key", "signature"], ed25519),
        "certificate" => (&[], |v| Ok(certificate(&Certificate::decode(&v.input)?))),
        "credential" => (&[], |v| {
            Ok(certificate(
                VerifiedCredential::decode(&v.input)?.certificate(),
            ))
        }),
        "card" => (&["confirmed"], card),
        "short" => (&["confirmed"], short),
        "instrument" => (&["founded"], instrument),
        "export" => (&[], whole),
        "proof" => (&[], proof),
        "fork" => (&["instrument"], fork),
        "phrase" => (&["other"], phrase),
        "order" => (&["parties"], order),
        "call" => (&[], call),
        "watch" => (&["line", "party", "key", "signature"], watch),
        _ => return None,
    })
}

/// Types that the crates of the line and of the node run.
const ELSEWHERE: [&str; 7] = [
    "frame",
    "session",
    "bundle",
    "bundle-opened",
    "non-paper",
    "non-paper-opened",
    "non-paper-file",
];

#[test]
fn every_vector_holds() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for vector in vectors::all()
        .iter()
        .filter(|vector| !ELSEWHERE.contains(&vector.kind.as_str()))
    {
        let Some((known, run)) = runner(&vector.kind) else {
            wrong.push(format!("{}: unknown type {}", vector.name, vector.kind));
            continue;
        };
        wrong.extend(
            vector
                .context
                .keys()
                .filter(|key| !known.contains(&key.as_str()))
                .map(|key| format!("{}: unknown context key {key}", vector.name)),
        );
        let outcome = match run(vector) {
            Ok(values) => Outcome::Ok(values),
            Err(refused) => Outcome::Refused(refused.rule.id().to_owned(), place(&refused)),
        };
        wrong.extend(vectors::disagreement(vector, &outcome));
        count += 1;
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(count > 100, "only {count} vectors were found");
}

fn place(refused: &Refused) -> Value {
    let mut place = json!({});
    if let Some((party, index)) = refused.entry {
        place = json!({"party": party.0, "index": index});
    }
    match refused.item {
        Some(Item::Note(position)) => place["note"] = json!(position),
        Some(Item::Fork(position)) => place["fork"] = json!(position),
        None => {}
    }
    place
}

fn header(v: &Vector) -> Result<Value, Refused> {
    let header = Header::decode(&v.input)?;
    Ok(json!({
        "leaf": leaf_hash(&v.input).to_string(), "kind": header.kind.number(), "seen": header.seen, "post": header.post,
        "type": header.message_type.number(), "time": header.time, "body_hash": header.body_hash.to_string(),
        "refs": header.refs.iter().map(|r| json!([r.party.0, r.index])).collect::<Vec<_>>(),
    }))
}

fn hash(v: &Vector, key: &str) -> Hash {
    v.bytes(key)
        .as_deref()
        .and_then(Hash::from_slice)
        .expect("a hash")
}

fn tree(v: &Vector) -> Result<Value, Refused> {
    let leaf = leaf_hash(&v.input);
    let leaves: Vec<_> = v
        .list("leaves")
        .iter()
        .map(|leaf| leaf_hash(leaf))
        .collect();
    let root = root_of(if leaves.is_empty() {
        vec![leaf]
    } else {
        leaves
    });
    let values = json!({"leaf": leaf.to_string(), "root": root.to_string()});
    if !v.context.contains_key("path") {
        return Ok(values);
    }
    let path: Vec<_> = v
        .list("path")
        .iter()
        .filter_map(|hash| Hash::from_slice(hash))
        .collect();
    let number = |key| v.number(key).expect("a number");
    let (holds, rule) = if v.context.contains_key("first") {
        let roots = (hash(v, "first_root"), hash(v, "second_root"));
        (
            verify_consistency(number("first"), roots.0, number("second"), roots.1, &path),
            Rule::ForkProof,
        )
    } else {
        (
            verify_inclusion(
                leaf,
                number("index"),
                number("size"),
                &path,
                hash(v, "root"),
            ),
            Rule::ProofInclusion,
        )
    };
    if holds { Ok(values) } else { Err(rule.into()) }
}

fn founded_of(v: &Vector) -> Option<Founded> {
    v.bytes("instrument")
        .map(|bytes| Founded::decode(&bytes).expect("a right instrument"))
}

fn note(v: &Vector) -> Result<Value, Refused> {
    let Some(founded) = founded_of(v) else {
        let note = Note::parse_bytes(&v.input)?;
        return Ok(json!({"text": note.text, "signatures": note.signatures.len()}));
    };
    let ring = KeyRing::of(&founded);
    let text = std::str::from_utf8(&v.input).map_err(|_| Rule::NoteFormat)?;
    let note = CheckpointNote::parse(text)?;
    let checkpoint = &note.checkpoint;
    let party = ring.party_of_origin(&checkpoint.origin)?;
    let held = v.context["held"][party.at()].as_u64().expect("a number");
    if checkpoint.size == 0 || checkpoint.size > held {
        return Err(Rule::CheckpointSize.into());
    }
    if checkpoint.root != hash(v, "root") {
        return Err(Rule::CheckpointRoot.into());
    }
    ring.checkpoint_signature(&note, party, |_| true)?;
    let lines = ring.cosigner_lines(&note)?;
    ring.verify_lines(checkpoint, &lines, |_, _| true)?;
    Ok(json!({
        "party": party.0, "size": checkpoint.size, "root": checkpoint.root.to_string(), "origin": checkpoint.origin,
        "cosignatures": lines.cosignatures.len(), "seals": lines.seals.len(),
    }))
}

fn ed25519(v: &Vector) -> Result<Value, Refused> {
    let key = v
        .bytes("key")
        .and_then(|key| key.try_into().ok())
        .expect("32 bytes");
    let signature = v
        .bytes("signature")
        .and_then(|signature| signature.try_into().ok())
        .expect("64 bytes");
    if verify_ed(&key, &v.input, &signature) {
        Ok(json!({}))
    } else {
        Err(Rule::CheckpointSignature.into())
    }
}

/// A watch statement, opened with the Ed25519 key in force; the other half of the key signs none.
fn watch(v: &Vector) -> Result<Value, Refused> {
    let array = |key| v.bytes(key).expect("bytes");
    let keys = VerifyingKeys {
        ed: array("key").try_into().expect("32 bytes"),
        pq: Box::new([0; PQ_PUBLIC_LEN]),
    };
    let signed = SignedWatch {
        bytes: v.input.clone(),
        signature: array("signature").try_into().expect("64 bytes"),
    };
    let party = v
        .number("party")
        .and_then(|party| PartyIndex::from_usize(usize::try_from(party).ok()?));
    let statement = signed.open(&LineId(hash(v, "line")), party.expect("a party"), &keys)?;
    let posts: Vec<_> = statement.posts.iter().map(|post| &post.post).collect();
    Ok(json!({"issued": statement.issued, "posts": posts, "notices": statement.notices.len()}))
}

fn certificate(certificate: &Certificate) -> Value {
    json!({"party_id": certificate.party_id().to_string(), "name": certificate.name, "serial": certificate.serial,
           "issued": certificate.issued})
}

fn compare(v: &Vector, own: &Certificate, is_signed: bool) -> Result<(), Rule> {
    let confirmed = v.list("confirmed");
    confirmed.iter().try_for_each(|bytes| {
        let before = Certificate::decode(bytes).expect("a certificate");
        continuity(own, &before, is_signed).map(drop)
    })
}

fn card(v: &Vector) -> Result<Value, Refused> {
    let card = Card::parse_file(&v.input)?;
    let own = card.credential().certificate();
    compare(v, own, true)?;
    let mut values = certificate(own);
    values["endpoints"] = json!(card.endpoints());
    Ok(values)
}

fn short(v: &Vector) -> Result<Value, Refused> {
    let short = Short::parse(std::str::from_utf8(&v.input).map_err(|_| Rule::CardShape)?)?;
    compare(v, short.certificate(), false)?;
    let mut values = certificate(short.certificate());
    values["endpoints"] = json!(short.endpoints());
    Ok(values)
}

fn instrument(v: &Vector) -> Result<Value, Refused> {
    let is_file = v.input.starts_with(b"openline");
    let instrument = if is_file {
        Instrument::parse_file(&v.input)?
    } else {
        Instrument::decode(&v.input)?
    };
    if v.context.get("founded") == Some(&json!(true)) {
        instrument.clone().found()?;
    }
    let signers: Vec<_> = instrument
        .signatures()
        .iter()
        .map(|signature| signature.party.0)
        .collect();
    Ok(json!({
        "title": instrument.charter().terms().title, "line": instrument.charter().line().to_string(),
        "founded": instrument.is_founded(), "signed_by": signers,
    }))
}

fn whole(v: &Vector) -> Result<Value, Refused> {
    let mut tombstones = 0;
    let report = export::verify(&v.input, |entry| {
        tombstones += u64::from(entry.body().is_none())
    })?;
    let mark = |(place, doubt): &(Ref, openline_core::doubt::Doubt)| json!({"party": place.party.0, "index": place.index, "mark": doubt.id()});
    Ok(json!({
        "line": report.logs.founded().line().to_string(), "entries": report.entries, "settled": report.settled,
        "record_root": report.root.to_string(), "tombstones": tombstones,
        "marks": report.doubts.iter().map(mark).collect::<Vec<_>>(),
        "cosignatures": report.held.iter().filter(|held| !held.is_seal).count(),
        "seals": report.held.iter().filter(|held| held.is_seal).count(),
        "forked": report.forked.iter().map(|party| party.0).collect::<Vec<_>>(),
    }))
}

fn proof(v: &Vector) -> Result<Value, Refused> {
    let proof = Proof::parse(&v.input)?;
    let disclosed = proof.verify()?;
    let entry = &disclosed.entry;
    Ok(json!({
        "line": disclosed.founded.line().to_string(), "party": disclosed.party.0, "index": entry.index(),
        "kind": entry.header().kind.number(), "size": disclosed.checkpoint.checkpoint.size,
        "leaf": entry.leaf().to_string(), "tombstone": entry.body().is_none(),
        "cosignatures": disclosed.lines.cosignatures.len(), "seals": disclosed.lines.seals.len(),
    }))
}

fn fork(v: &Vector) -> Result<Value, Refused> {
    let ring = KeyRing::of(&founded_of(v).expect("an instrument"));
    let fork = Fork::decode(&v.input)?;
    let party = fork.check(&ring)?;
    let size = |note: &str| CheckpointNote::parse(note).map(|note| note.checkpoint.size);
    Ok(json!({"party": party.0, "sizes": [size(&fork.first)?, size(&fork.second)?]}))
}

fn phrase(v: &Vector) -> Result<Value, Refused> {
    let own = Certificate::decode(&v.input)?;
    let words = match v.bytes("other") {
        Some(other) => Phrase::of(&own, &Certificate::decode(&other)?).to_string(),
        None => Half::of(&own).to_string(),
    };
    Ok(json!({"phrase": words}))
}

/// The header of an announcement: the codes of the call.
fn call(v: &Vector) -> Result<Value, Refused> {
    Header::decode(&v.input)?;
    let leaf = leaf_hash(&v.input);
    let codes = CallCodes::of(&leaf);
    Ok(json!({
        "leaf": leaf.to_string(), "first": codes.first.join(" "), "second": codes.second.join(" "),
    }))
}

/// `[* [party, seen]]` in the record's order.
fn order(v: &Vector) -> Result<Value, Refused> {
    let parties = usize::try_from(v.number("parties").expect("a number")).expect("few");
    let mut logs = vec![Lamports::default(); parties];
    let mut sizes = vec![0; parties];
    let mut order = Order::new(parties);
    let (mut last, mut numbers) = (None, Vec::new());
    let mut r = Reader::checked(&v.input, Rule::CborMalformed)?;
    for _ in 0..r.array()? {
        r.array_exact(2)?;
        let party = PartyIndex::from_usize(usize::try_from(r.uint()?).expect("few")).expect("few");
        let seen = (0..r.array()?)
            .map(|_| r.uint())
            .collect::<Result<Vec<_>, _>>()?;
        let known = seen
            .iter()
            .zip(&logs)
            .filter_map(|(seen, log)| log.at(seen.checked_sub(1)?));
        let lamport = 1 + known.chain(logs[party.at()].last()).max().unwrap_or(0);
        let position = Position { lamport, party };
        if last.is_some_and(|last| last >= position) {
            return Err(Refused::from(Rule::ExportOrder).at(party, sizes[party.at()]));
        }
        last = Some(position);
        order.push(position, sizes[party.at()], Hash::default(), false);
        logs[party.at()].push(lamport);
        sizes[party.at()] += 1;
        numbers.push(lamport);
    }
    order.settle();
    Ok(json!({"lamport": numbers, "settled": order.settled()}))
}
