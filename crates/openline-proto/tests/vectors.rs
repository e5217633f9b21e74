//! The vectors of frames and of sessions in `spec/vectors`, through this crate.

#[path = "support/session.rs"]
mod session;
#[allow(dead_code, unreachable_pub)]
#[path = "../../openline-core/tests/support/tree.rs"]
mod tree;
#[path = "../../openline-core/tests/support/vectors.rs"]
mod vectors;

use openline_core::Rule;
use openline_core::cbor::Reader;
use openline_proto::frame::Frame;
use serde_json::json;
use vectors::Outcome;

/// The type that the bytes of a well-formed frame begin with.
fn number(bytes: &[u8]) -> Result<u64, Rule> {
    let mut r = Reader::checked(bytes, Rule::FrameShape)?;
    r.array()?;
    r.uint()
}

#[test]
fn every_vector_of_frames_holds() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for vector in vectors::all()
        .iter()
        .filter(|vector| vector.kind == "frame")
    {
        assert!(
            vector.context.is_empty(),
            "{}: a frame needs no context",
            vector.name
        );
        let outcome = match Frame::decode(&vector.input) {
            Ok(_) => {
                Outcome::Ok(json!({"type": number(&vector.input).expect("a frame has a type")}))
            }
            Err(rule) => Outcome::Refused(rule.id().to_owned(), json!({})),
        };
        wrong.extend(vectors::disagreement(vector, &outcome));
        count += 1;
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(count > 30, "only {count} vectors were found");
}

#[test]
fn every_vector_of_sessions_holds() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for vector in vectors::all()
        .iter()
        .filter(|vector| vector.kind == "session")
    {
        for key in vector.context.keys() {
            assert!(
                session::CONTEXT.contains(&key.as_str()),
                "{}: unknown context key {key}",
                vector.name
            );
        }
        wrong.extend(vectors::disagreement(vector, &session::run(vector)));
        count += 1;
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(count > 50, "only {count} vectors were found");
}

#[test]
fn a_frame_of_a_vector_reads_back_as_written() {
    // What a later version's type holds is not kept.
    let is_kept = |vector: &&vectors::Vector| !vector.name.contains("unknown-type");
    for vector in vectors::all()
        .iter()
        .filter(|vector| vector.kind == "frame" && vector.expect == "ok")
        .filter(is_kept)
    {
        let frame = Frame::decode(&vector.input).expect("a right frame");
        assert!(frame.encode() == vector.input, "{}", vector.name);
    }
}
