//! Rules 2 to 4, and headers by themselves: rules 1 to 8.

use openline_core::id::hex;
use serde_json::json;

use crate::suite::Suite;
use crate::support::{V, World, audit_path, consistency, leaf, mth};

pub(crate) fn write(suite: &mut Suite) {
    items(suite);
    broken_items(suite);
    headers(suite);
    broken_headers(suite);
}

fn items(suite: &mut Suite) {
    let good: [(&str, &[u8], &str); 8] = [
        (
            "ok-largest-integer",
            &[0x1b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
            "2^64 - 1",
        ),
        (
            "ok-smallest-integer",
            &[0x3b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
            "-2^64: no time, but well-formed",
        ),
        (
            "ok-map",
            &[0xa2, 0x00, 0xf4, 0x18, 0x18, 0xf6],
            "keys 0 and 24 ascend",
        ),
        ("ok-empty-text", &[0x60], "an empty text"),
        (
            "ok-eight-levels",
            &[0x81, 0x81, 0x81, 0x81, 0x81, 0x81, 0x81, 0x80],
            "eight arrays, the innermost empty",
        ),
        (
            "ok-eight-levels-scalar",
            &[0x81, 0x81, 0x81, 0x81, 0x81, 0x81, 0x81, 0x81, 0x00],
            "an integer in eight arrays is at no ninth level",
        ),
        ("ok-true", &[0xf5], "true"),
        (
            "ok-text-beyond-ascii",
            &[0x62, 0xc3, 0xa9],
            "two bytes of UTF-8",
        ),
    ];
    for (name, bytes, about) in good {
        let vector = suite
            .vector("cbor", name, "cbor", bytes, about)
            .ok(json!({}));
        suite.add(vector);
    }
}

fn broken_items(suite: &mut Suite) {
    let malformed: [(&str, &[u8], &str); 18] = [
        ("empty", &[], "no byte at all"),
        ("tag", &[0xc1, 0x00], "a tag"),
        ("float", &[0xf9, 0x00, 0x00], "a float"),
        (
            "undefined",
            &[0xf7],
            "a simple value other than false, true and null",
        ),
        ("simple-in-two-bytes", &[0xf8, 0x14], "false, in two bytes"),
        ("reserved-length", &[0x1c], "additional information 28"),
        (
            "indefinite-bytes",
            &[0x5f, 0x41, 0x00, 0xff],
            "an indefinite length",
        ),
        ("indefinite-array", &[0x9f, 0xff], "an indefinite array"),
        (
            "head-cut-short",
            &[0x19, 0x01],
            "a head of three bytes of which two are there",
        ),
        (
            "head-cut-short-not-shortest",
            &[0x19, 0x00],
            "its argument ends early: that comes before its form",
        ),
        ("content-cut-short", &[0x42, 0x00], "one byte of two"),
        (
            "length-beyond-all",
            &[0x5b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
            "a string longer than memory",
        ),
        ("array-cut-short", &[0x82, 0x00], "one item of two"),
        ("bad-utf-8", &[0x61, 0xff], "a text that is not UTF-8"),
        (
            "surrogate",
            &[0x63, 0xed, 0xa0, 0x80],
            "a surrogate in UTF-8",
        ),
        (
            "map-key-text",
            &[0xa1, 0x61, 0x61, 0x00],
            "a map key that is a text",
        ),
        ("map-key-negative", &[0xa1, 0x20, 0x00], "a map key below 0"),
        (
            "map-key-text-not-shortest",
            &[0xa1, 0x78, 0x01, 0x61, 0x00],
            "a map key is first of all an unsigned integer",
        ),
    ];
    let canonical: [(&str, &[u8], &str); 9] = [
        (
            "length-not-shortest-and-cut-short",
            &[0x58, 0x05, 0x01],
            "what is further left is reported",
        ),
        (
            "integer-in-two-bytes",
            &[0x18, 0x17],
            "23 fits the first byte",
        ),
        (
            "integer-in-three-bytes",
            &[0x19, 0x00, 0xff],
            "255 fits one byte",
        ),
        (
            "integer-in-five-bytes",
            &[0x1a, 0x00, 0x00, 0xff, 0xff],
            "65535 fits two bytes",
        ),
        (
            "integer-in-nine-bytes",
            &[0x1b, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff],
            "2^32 - 1 fits four bytes",
        ),
        (
            "empty-map-in-two-bytes",
            &[0xb8, 0x00],
            "a length not in shortest form",
        ),
        (
            "map-keys-out-of-order",
            &[0xa2, 0x01, 0x00, 0x00, 0x00],
            "keys descend",
        ),
        (
            "map-key-twice",
            &[0xa2, 0x01, 0x00, 0x01, 0x00],
            "a key twice",
        ),
        (
            "map-key-not-shortest",
            &[0xa1, 0x18, 0x00, 0x00],
            "a key not in shortest form",
        ),
    ];
    for (name, bytes, about) in malformed {
        let vector = suite
            .vector("cbor", name, "cbor", bytes, about)
            .by("cbor-malformed");
        suite.add(vector);
    }
    for (name, bytes, about) in canonical {
        let vector = suite
            .vector("cbor", name, "cbor", bytes, about)
            .by("cbor-canonical");
        suite.add(vector);
    }
    for (name, innermost, about) in [
        ("nine-levels", 0x80, "a ninth array, though empty"),
        ("nine-levels-map", 0xa0, "a map at the ninth level"),
    ] {
        let bytes = [&[0x81; 8][..], &[innermost]].concat();
        let vector = suite
            .vector("cbor", name, "cbor", &bytes, about)
            .by("cbor-malformed");
        suite.add(vector);
    }
    let vector = suite
        .vector("cbor", "trailing", "cbor", &[0x00, 0x00], "a second item")
        .by("cbor-trailing");
    suite.add(vector);
}

/// The fields of a founding header of party 0 of two.
fn founding() -> Vec<V> {
    let body_hash = [0x11; 32];
    vec![
        V::I(1),
        V::I(0),
        V::A(vec![V::I(0), V::I(0)]),
        "node".into(),
        V::I(0),
        V::I(1_800_000_000_000),
        V::A(Vec::new()),
        V::bytes(&body_hash),
    ]
}

fn with(at: usize, value: V) -> Vec<u8> {
    let mut fields = founding();
    fields[at] = value;
    V::A(fields).encode()
}

fn headers(suite: &mut Suite) {
    let bytes = V::A(founding()).encode();
    let result = json!({
        "leaf": leaf(&bytes).to_string(), "kind": 0, "seen": [0, 0], "post": "node", "type": 0,
        "time": 1_800_000_000_000_u64, "refs": [], "body_hash": hex(&[0x11; 32]),
    });
    let vector = suite
        .vector(
            "header",
            "ok-founding",
            "header",
            &bytes,
            "the example of record.md section 4",
        )
        .ok(result);
    suite.add(vector);

    let time = -81_000_000_000_i64;
    let bytes = with(5, V::I(time));
    let vector = suite.vector(
        "header",
        "ok-1967",
        "header",
        &bytes,
        "a time in June 1967 is below zero",
    );
    suite.add(vector.ok(json!({"time": time, "leaf": leaf(&bytes).to_string()})));

    for (name, time) in [
        ("ok-latest-time", (1_i64 << 53) - 1),
        ("ok-earliest-time", 1 - (1_i64 << 53)),
    ] {
        let vector = suite.vector(
            "header",
            name,
            "header",
            &with(5, V::I(time)),
            "a time at its bound",
        );
        suite.add(vector.ok(json!({"time": time})));
    }

    let vector = suite.vector(
        "header",
        "ok-unknown-kind",
        "header",
        &with(1, V::uint(1 << 40)),
        "a kind of a later version",
    );
    suite.add(vector.ok(json!({"kind": 1_u64 << 40})));
    // Counts have rules of their own, so a decoder must be able to read what breaks them.
    let long = V::A(vec![V::I(0); 17]);
    let vector = suite.vector(
        "header",
        "ok-seventeen-slots",
        "header",
        &with(2, long),
        "too many slots are for rule 10",
    );
    suite.add(vector.ok(json!({"seen": vec![0; 17]})));
    let refs = V::A((0..33).map(|n| V::A(vec![V::I(0), V::I(n)])).collect());
    let vector = suite.vector(
        "header",
        "ok-thirty-three-references",
        "header",
        &with(6, refs),
        "too many references are for rule 14",
    );
    suite.add(vector.ok(json!({"kind": 0})));
}

fn broken_headers(suite: &mut Suite) {
    let nine = V::A([founding(), vec![V::I(0)]].concat()).encode();
    let mut later = founding();
    later[0] = V::I(2);
    later.push(V::I(0));
    let seven = V::A(founding()[..7].to_vec()).encode();
    let huge_time = V::Raw([&[0x3b][..], &[0xff; 8]].concat());
    let body_cut = V::A(founding()).encode()[..40].to_vec();
    let cases: [(&str, &str, Vec<u8>, &str); 21] = [
        (
            "size",
            "header-size",
            with(3, V::T("a".repeat(2049))),
            "over 2048 bytes, whatever it holds",
        ),
        (
            "size-before-cbor",
            "header-size",
            vec![0xff; 2049],
            "the size comes before the CBOR",
        ),
        ("cut-short", "cbor-malformed", body_cut, "half a header"),
        (
            "time-not-shortest",
            "cbor-canonical",
            with(5, V::Raw(vec![0x18, 0x01])),
            "CBOR comes before the shape",
        ),
        (
            "bytes-after",
            "cbor-trailing",
            [V::A(founding()).encode(), vec![0]].concat(),
            "a byte after the header",
        ),
        (
            "version",
            "header-version",
            with(0, V::I(2)),
            "another version",
        ),
        (
            "version-of-another-shape",
            "header-version",
            V::A(later).encode(),
            "another version may have another shape",
        ),
        ("version-alone", "header-version", vec![0x81, 0x02], "[2]"),
        (
            "version-zero",
            "header-version",
            with(0, V::I(0)),
            "there is no version 0",
        ),
        (
            "version-text",
            "header-shape",
            with(0, "1".into()),
            "a version that is no unsigned integer is a matter of shape",
        ),
        ("no-elements", "header-shape", vec![0x80], "an empty array"),
        ("not-an-array", "header-shape", vec![0xa0], "a map"),
        ("seven-elements", "header-shape", seven, "no body hash"),
        ("nine-elements", "header-shape", nine, "one element more"),
        (
            "negative-type",
            "header-shape",
            with(4, V::I(-1)),
            "a type that is no unsigned integer",
        ),
        (
            "slot-text",
            "header-shape",
            with(2, V::A(vec![V::I(0), "0".into()])),
            "a slot that is a text",
        ),
        (
            "hash-short",
            "header-shape",
            with(7, V::B(vec![0x11; 31])),
            "a hash of 31 bytes",
        ),
        (
            "reference-of-three",
            "header-shape",
            with(6, V::A(vec![V::A(vec![V::I(0); 3])])),
            "a reference of three numbers",
        ),
        (
            "type",
            "header-type",
            with(4, V::I(3)),
            "types are 0, 1 and 2",
        ),
        (
            "time",
            "header-time",
            with(5, V::I(1 << 53)),
            "a time beyond 2^53 - 1",
        ),
        (
            "time-beyond-64-bits",
            "header-time",
            with(5, huge_time),
            "-2^64 is an integer, and no time",
        ),
    ];
    for (name, rule, bytes, about) in cases {
        let vector = suite
            .vector("header", name, "header", &bytes, about)
            .by(rule);
        suite.add(vector);
    }
    tree(suite);
}

fn tree(suite: &mut Suite) {
    let mut world = World::founded(2);
    for _ in 0..5 {
        world.mark(0);
    }
    let header = world.logs[0][3].header.clone();
    let leaves: Vec<_> = world.logs[0]
        .iter()
        .map(|entry| suite.bytes(&entry.header))
        .collect();
    let hashes = world.leaves(0, 6);
    let root = mth(&hashes);
    let vector = suite.vector(
        "tree",
        "leaf",
        "tree",
        &V::A(founding()).encode(),
        "the leaf hash of the example header",
    );
    suite.add(vector.ok(json!({"leaf": leaf(&V::A(founding()).encode()).to_string()})));
    let vector = suite.vector(
        "tree",
        "empty-leaf",
        "tree",
        &[],
        "the known answer for no data",
    );
    suite.add(
        vector.ok(
            json!({"leaf": "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"}),
        ),
    );
    let vector = suite.vector(
        "tree",
        "root-of-six",
        "tree",
        &header,
        "the tree over six leaves",
    );
    suite.add(
        vector
            .context(json!({"leaves": leaves}))
            .ok(json!({"root": root.to_string()})),
    );

    let hash = |hash: &openline_core::Hash| suite.bytes(&hash.0);
    let path: Vec<_> = audit_path(3, &hashes).iter().map(hash).collect();
    let context = json!({"path": path, "index": 3, "size": 6, "root": hash(&root)});
    let proof: Vec<_> = consistency(3, &hashes).iter().map(hash).collect();
    let three = mth(&hashes[..3]);
    let growth = json!({"path": proof, "first": 3, "first_root": hash(&three), "second": 6, "second_root": hash(&root)});
    let vector = suite
        .vector("tree", "inclusion", "tree", &header, "leaf 3 of 6")
        .context(context.clone())
        .ok(json!({}));
    suite.add(vector);
    let vector = suite.vector(
        "tree",
        "inclusion-of-another",
        "tree",
        b"other",
        "another leaf does not lead to the root",
    );
    suite.add(vector.context(context).by("proof-inclusion"));
    let vector = suite
        .vector(
            "tree",
            "consistency",
            "tree",
            &[],
            "six leaves begin with three",
        )
        .context(growth.clone())
        .ok(json!({}));
    suite.add(vector);
    let mut swapped = growth;
    swapped["first_root"] = swapped["second_root"].clone();
    let vector = suite
        .vector(
            "tree",
            "consistency-of-another",
            "tree",
            &[],
            "another beginning",
        )
        .context(swapped)
        .by("fork-proof");
    suite.add(vector);
}
