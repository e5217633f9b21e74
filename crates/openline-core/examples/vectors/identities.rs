//! Rules C1 to C8: certificates, credentials, cards, and the phrase.

use serde_json::{Value, json};

use crate::suite::Suite;
use crate::support::{NOW, Person, V};

const ENDPOINT: &str = "quic://node.example:4433";

pub(crate) fn write(suite: &mut Suite) {
    certificates(suite);
    credentials(suite);
    cards(suite);
    endpoints(suite);
    shorts(suite);
    changes(suite);
    phrases(suite);
}

fn certificate(person: &Person) -> Vec<u8> {
    V::A(person.certificate()).encode()
}

fn certificates(suite: &mut Suite) {
    let person = Person::new(1);
    let result =
        json!({"party_id": person.id().to_string(), "name": "Party 1", "serial": 1, "issued": NOW});
    let vector = suite
        .vector(
            "identity",
            "ok-certificate",
            "certificate",
            &certificate(&person),
            "of party 1",
        )
        .ok(result);
    suite.add(vector);
    type Spoil = fn(&mut Vec<V>);
    let good: [(&str, Spoil, &str); 3] = [
        (
            "ok-name-at-most",
            |c| c[1] = V::T("é".repeat(32)),
            "a name of 64 bytes",
        ),
        (
            "ok-largest-serial",
            |c| c[4] = V::uint(u64::MAX),
            "serial 2^64 - 1",
        ),
        (
            "ok-small-order-key",
            |c| c[5] = V::B(vec![0; 32]),
            "a node key that can sign nothing is no fault of the certificate",
        ),
    ];
    for (name, change, about) in good {
        let mut fields = person.certificate();
        change(&mut fields);
        let vector = suite
            .vector(
                "identity",
                name,
                "certificate",
                &V::A(fields).encode(),
                about,
            )
            .ok(json!({}));
        suite.add(vector);
    }
    let cases: [(&str, &str, Spoil, &str); 14] = [
        (
            "certificate-version",
            "certificate-shape",
            |c| c[0] = V::I(2),
            "another version",
        ),
        (
            "certificate-seven",
            "certificate-shape",
            |c| {
                c.pop();
            },
            "no time",
        ),
        (
            "certificate-name-empty",
            "certificate-shape",
            |c| c[1] = "".into(),
            "an empty name",
        ),
        (
            "certificate-name-long",
            "certificate-shape",
            |c| c[1] = V::T("n".repeat(65)),
            "a name of 65 bytes",
        ),
        (
            "certificate-name-space-first",
            "certificate-shape",
            |c| c[1] = " n".into(),
            "a space at the beginning",
        ),
        (
            "certificate-name-space-last",
            "certificate-shape",
            |c| c[1] = "n ".into(),
            "a space at the end",
        ),
        (
            "certificate-name-control",
            "certificate-shape",
            |c| c[1] = "a\u{85}b".into(),
            "a control character beyond ASCII",
        ),
        (
            "certificate-name-delete",
            "certificate-shape",
            |c| c[1] = "a\u{7f}b".into(),
            "the delete character",
        ),
        (
            "certificate-root-short",
            "certificate-shape",
            |c| c[2] = V::B(vec![1; 31]),
            "a root key of 31 bytes",
        ),
        (
            "certificate-serial-zero",
            "certificate-shape",
            |c| c[4] = V::I(0),
            "serials begin with 1",
        ),
        (
            "certificate-time",
            "certificate-shape",
            |c| c[7] = V::I(1 << 53),
            "a time beyond 2^53 - 1",
        ),
        (
            "certificate-time-beyond-64-bits",
            "certificate-shape",
            |c| c[7] = V::Raw([&[0x3b][..], &[0xff; 8]].concat()),
            "a time of -2^64",
        ),
        (
            "certificate-not-shortest",
            "cbor-canonical",
            |c| c[0] = V::Raw(vec![0x18, 0x01]),
            "CBOR comes first",
        ),
        (
            "certificate-malformed",
            "cbor-malformed",
            |c| c[7] = V::Raw(vec![0xff]),
            "CBOR comes first",
        ),
    ];
    for (name, rule, change, about) in cases {
        let mut fields = person.certificate();
        change(&mut fields);
        let vector = suite
            .vector(
                "identity",
                name,
                "certificate",
                &V::A(fields).encode(),
                about,
            )
            .by(rule);
        suite.add(vector);
    }
}

fn credentials(suite: &mut Suite) {
    let person = Person::new(1);
    let good = person.credential_of(&certificate(&person));
    let result =
        json!({"party_id": person.id().to_string(), "name": "Party 1", "serial": 1, "issued": NOW});
    let vector = suite
        .vector(
            "identity",
            "ok-credential",
            "credential",
            &V::A(good.clone()).encode(),
            "of party 1",
        )
        .ok(result);
    suite.add(vector);
    let renamed = {
        let mut fields = person.certificate();
        fields[1] = "Party 2".into();
        V::A(fields).encode()
    };
    let broken = {
        let mut fields = person.certificate();
        fields[0] = V::I(2);
        V::A(fields).encode()
    };
    type Spoil<'a> = Box<dyn Fn(&mut Vec<V>) + 'a>;
    let flip = |value: &mut V| {
        if let V::B(bytes) = value {
            bytes[7] ^= 1;
        }
    };
    let cases: Vec<(&str, &str, Spoil<'_>, &str)> = vec![
        (
            "credential-four",
            "credential-shape",
            Box::new(|c| {
                c.pop();
            }),
            "no node key",
        ),
        (
            "credential-signature-short",
            "credential-shape",
            Box::new(|c| c[1] = V::B(vec![0; 63])),
            "a signature of 63 bytes",
        ),
        (
            "credential-shape-before-certificate",
            "credential-shape",
            Box::new(|c| (c[0] = V::B(vec![]), c[4] = V::B(vec![])).1),
            "the credential's shape comes before the certificate",
        ),
        (
            "credential-certificate-shape",
            "certificate-shape",
            Box::new(|c| c[0] = V::bytes(&broken)),
            "the certificate comes before the hashes",
        ),
        (
            "credential-certificate-malformed",
            "cbor-malformed",
            Box::new(|c| c[0] = V::B(vec![])),
            "the certificate's CBOR",
        ),
        (
            "credential-root-hash",
            "credential-hash",
            Box::new(|c| flip(&mut c[2])),
            "another root key",
        ),
        (
            "credential-node-hash",
            "credential-hash",
            Box::new(|c| flip(&mut c[4])),
            "another node key",
        ),
        (
            "credential-hash-before-signature",
            "credential-hash",
            Box::new(|c| {
                flip(&mut c[4]);
                flip(&mut c[1]);
            }),
            "hashes come before signatures",
        ),
        (
            "credential-ed-signature",
            "credential-signature",
            Box::new(|c| flip(&mut c[1])),
            "the Ed25519 signature is wrong",
        ),
        (
            "credential-pq-signature",
            "credential-signature",
            Box::new(|c| flip(&mut c[3])),
            "the ML-DSA-44 signature is wrong",
        ),
        (
            "credential-renamed",
            "credential-signature",
            Box::new(|c| c[0] = V::bytes(&renamed)),
            "another certificate than was signed",
        ),
    ];
    for (name, rule, change, about) in cases {
        let mut fields = good.clone();
        change(&mut fields);
        let vector = suite
            .vector(
                "identity",
                name,
                "credential",
                &V::A(fields).encode(),
                about,
            )
            .by(rule);
        suite.add(vector);
    }
}

fn card_of(person: &Person, endpoints: &[&str]) -> Vec<u8> {
    let statement = V::A(person.statement(endpoints)).encode();
    Person::card_file(person.card(&person.credential(), &statement))
}

fn cards(suite: &mut Suite) {
    let person = Person::new(1);
    let all = [
        "tls://192.0.2.1:443",
        "quic://[2001:db8::1]:65535",
        ENDPOINT,
    ];
    let result = json!({"name": "Party 1", "serial": 1, "endpoints": all, "party_id": person.id().to_string()});
    let vector = suite
        .vector(
            "card",
            "ok",
            "card",
            &card_of(&person, &all),
            "three endpoints",
        )
        .ok(result);
    suite.add(vector);
    let vector = suite.vector(
        "card",
        "ok-no-endpoint",
        "card",
        &card_of(&person, &[]),
        "a node may be reached by pouch alone",
    );
    suite.add(vector.ok(json!({"endpoints": []})));
    let file = String::from_utf8(card_of(&person, &[ENDPOINT])).expect("text");
    let (magic, body) = file.split_once('\n').expect("a first line");
    let joined = body.replace('\n', "");
    let short_lines: String = joined
        .as_bytes()
        .chunks(40)
        .map(|line| String::from_utf8_lossy(line).into_owned() + "\n")
        .collect();
    let long_lines: String = joined
        .as_bytes()
        .chunks(77)
        .map(|line| String::from_utf8_lossy(line).into_owned() + "\n")
        .collect();
    let vector = suite.vector(
        "card",
        "ok-short-lines",
        "card",
        format!("{magic}\n{short_lines}").as_bytes(),
        "lines of 40 characters",
    );
    suite.add(vector.ok(json!({"endpoints": [ENDPOINT]})));
    let files = [
        (
            "file-magic",
            file.replacen("/v1", "/v2", 1),
            "another first line",
        ),
        (
            "file-long-lines",
            format!("{magic}\n{long_lines}"),
            "lines of 77 characters",
        ),
        (
            "file-empty-line",
            format!("{magic}\n\n{body}"),
            "an empty line",
        ),
        (
            "file-no-last-newline",
            file.trim_end().to_owned(),
            "the last line does not end",
        ),
        (
            "file-carriage-return",
            file.replace('\n', "\r\n"),
            "lines that end otherwise",
        ),
        (
            "file-not-base64",
            format!("{magic}\n!{body}"),
            "a character that is not of base64",
        ),
        (
            "file-empty",
            format!("{magic}\n"),
            "nothing after the first line",
        ),
        (
            "file-too-long",
            format!("{magic}\n{}", "AAAA\n".repeat(6600)),
            "over 32768 bytes",
        ),
    ];
    for (name, file, about) in files {
        let vector = suite
            .vector("card", name, "card", file.as_bytes(), about)
            .by("card-shape");
        suite.add(vector);
    }
    type Spoil = fn(&Person, &mut Vec<V>, &mut Vec<V>);
    let cases: [(&str, &str, Spoil, &str); 9] = [
        (
            "two-elements",
            "card-shape",
            |_, card, _| {
                card.pop();
            },
            "no signature",
        ),
        (
            "signature-short",
            "card-shape",
            |_, card, _| card[2] = V::B(vec![0; 63]),
            "a signature of 63 bytes",
        ),
        (
            "credential-wrong",
            "credential-shape",
            |_, card, statement| (card[0] = V::B(vec![0x80]), statement[0] = V::I(2)).1,
            "the credential comes before the statement",
        ),
        (
            "statement-version",
            "card-shape",
            |_, _, statement| statement[0] = V::I(2),
            "another version",
        ),
        (
            "statement-seal-key",
            "card-shape",
            |_, _, statement| statement[2] = V::B(vec![9; 1215]),
            "a seal key of 1215 bytes",
        ),
        (
            "statement-time",
            "card-shape",
            |_, _, statement| statement[3] = V::I(1 << 53),
            "a time beyond 2^53 - 1",
        ),
        (
            "statement-malformed",
            "cbor-malformed",
            |_, _, statement| statement[3] = V::Raw(vec![0xff]),
            "CBOR comes before the shape",
        ),
        (
            "endpoints-too-many",
            "card-endpoint",
            |_, _, statement| statement[1] = V::A(vec![ENDPOINT.into(); 17]),
            "17 endpoints",
        ),
        (
            "signature-wrong",
            "card-signature",
            |person, card, _| card[2] = V::B(person.node.sign_ed(b"other")),
            "over something else",
        ),
    ];
    for (name, rule, spoil, about) in cases {
        let mut statement = person.statement(&[ENDPOINT]);
        let mut unsigned = person.card(&person.credential(), &V::A(statement.clone()).encode());
        spoil(&person, &mut unsigned, &mut statement);
        let mut card = person.card(&person.credential(), &V::A(statement).encode());
        for at in [0, 2] {
            let right = person.card(
                &person.credential(),
                &V::A(person.statement(&[ENDPOINT])).encode(),
            );
            if unsigned.get(at) != right.get(at) {
                match unsigned.get(at) {
                    Some(changed) => card[at] = changed.clone(),
                    None => card.truncate(at),
                }
            }
        }
        let vector = suite
            .vector("card", name, "card", &Person::card_file(card), about)
            .by(rule);
        suite.add(vector);
    }
}

fn endpoints(suite: &mut Suite) {
    let person = Person::new(1);
    let long = format!(
        "tls://{}.example:443",
        [
            "a".repeat(63),
            "b".repeat(63),
            "c".repeat(63),
            "d".repeat(62)
        ]
        .join(".")
    );
    let cases = [
        ("endpoint-scheme", "tcp://node.example:1", "another scheme"),
        ("endpoint-no-port", "tls://node.example", "no port"),
        ("endpoint-port-zero", "tls://node.example:0", "port 0"),
        (
            "endpoint-port-beyond",
            "tls://node.example:65536",
            "a port beyond 65535",
        ),
        (
            "endpoint-port-leading-zero",
            "tls://node.example:0443",
            "a leading zero",
        ),
        (
            "endpoint-bare-ipv6",
            "tls://2001:db8::1:443",
            "an IPv6 address without brackets",
        ),
        (
            "endpoint-ipv6-zone",
            "tls://[fe80::1%eth0]:443",
            "an IPv6 address with a zone",
        ),
        (
            "endpoint-ipv6-broken",
            "tls://[2001:db8]:443",
            "no IPv6 address",
        ),
        (
            "endpoint-empty-label",
            "tls://node..example:443",
            "an empty label",
        ),
        (
            "endpoint-last-dot",
            "tls://node.example.:443",
            "a dot at the end",
        ),
        (
            "endpoint-underscore",
            "tls://my_node.example:443",
            "an underscore",
        ),
        (
            "endpoint-hyphen-first",
            "tls://-node.example:443",
            "a label that begins with a hyphen",
        ),
        (
            "endpoint-path",
            "tls://node.example:443/",
            "something after the port",
        ),
        (
            "endpoint-user",
            "tls://me@node.example:443",
            "something before the host",
        ),
        ("endpoint-long", long.as_str(), "a host of over 253 bytes"),
    ];
    for (name, endpoint, about) in cases {
        let vector = suite
            .vector("card", name, "card", &card_of(&person, &[endpoint]), about)
            .by("card-endpoint");
        suite.add(vector);
    }
}

fn short_fields(person: &Person, endpoints: &[&str]) -> Vec<V> {
    let certificate = certificate(person);
    let signature = person
        .root
        .sign_ed(&[b"openline/certificate/v1\n", &certificate[..]].concat());
    vec![
        V::B(certificate),
        V::B(signature),
        V::A(endpoints.iter().map(|endpoint| V::text(endpoint)).collect()),
    ]
}

fn shorts(suite: &mut Suite) {
    let person = Person::new(1);
    let good = short_fields(&person, &[ENDPOINT]);
    let text = Person::short(good.clone());
    let result = json!({"party_id": person.id().to_string(), "name": "Party 1", "serial": 1, "endpoints": [ENDPOINT]});
    let vector = suite
        .vector("card", "short-ok", "short", &text, "the text of a QR code")
        .ok(result);
    suite.add(vector);
    let text = String::from_utf8(text).expect("text");
    let texts = [
        (
            "short-prefix",
            text.replacen("OPENLINE1", "OPENLINE2", 1),
            "another prefix",
        ),
        (
            "short-lower-case",
            text.to_lowercase().replacen("openline1", "OPENLINE1", 1),
            "base32 in lower case",
        ),
        ("short-padding", format!("{text}="), "padding"),
        (
            "short-length",
            "OPENLINE1:A".to_owned(),
            "a length that base32 can't have",
        ),
        (
            "short-unused-bits",
            "OPENLINE1:QB".to_owned(),
            "unused bits that are not zero",
        ),
        ("short-newline", format!("{text}\n"), "a newline at the end"),
        (
            "short-too-long",
            format!("OPENLINE1:{}", "A".repeat(32_768)),
            "over 32768 bytes",
        ),
    ];
    for (name, text, about) in texts {
        let vector = suite
            .vector("card", name, "short", text.as_bytes(), about)
            .by("card-shape");
        suite.add(vector);
    }
    type Spoil = fn(&mut Vec<V>);
    let cases: [(&str, &str, Spoil, &str); 5] = [
        (
            "short-two-elements",
            "card-shape",
            |s| {
                s.pop();
            },
            "no endpoints",
        ),
        (
            "short-signature-wrong",
            "credential-signature",
            |s| s[1] = V::B(vec![1; 64]),
            "the root's signature is wrong",
        ),
        (
            "short-endpoint",
            "card-endpoint",
            |s| s[2] = V::A(vec!["x".into()]),
            "an endpoint that is none",
        ),
        (
            "short-signature-before-endpoint",
            "credential-signature",
            |s| (s[1] = V::B(vec![1; 64]), s[2] = V::A(vec!["x".into()])).1,
            "the signature comes before the endpoints",
        ),
        (
            "short-certificate",
            "certificate-shape",
            |s| s[0] = V::B(vec![0x80]),
            "the certificate in its turn",
        ),
    ];
    for (name, rule, spoil, about) in cases {
        let mut fields = good.clone();
        spoil(&mut fields);
        let vector = suite
            .vector("card", name, "short", &Person::short(fields), about)
            .by(rule);
        suite.add(vector);
    }
}

fn changes(suite: &mut Suite) {
    let (first, second) = (Person::new(1), Person::renewed(1, 150, 2));
    let same_serial = Person::renewed(1, 151, 2);
    let other = Person::new(2);
    let impostor = Person {
        name: "Party 1".to_owned(),
        ..Person::new(3)
    };
    let renamed = Person {
        name: "Party 2".to_owned(),
        ..Person::renewed(1, 150, 2)
    };
    let cases: [(&str, bool, &Person, Vec<&Person>, &str); 9] = [
        (
            "ok-same",
            true,
            &first,
            vec![&other, &first],
            "the certificate that was confirmed",
        ),
        (
            "ok-key-change",
            true,
            &second,
            vec![&first, &other],
            "a higher serial of the same root",
        ),
        (
            "ok-unrelated",
            true,
            &other,
            vec![&first],
            "another party under another name",
        ),
        (
            "changed-lower-serial",
            false,
            &first,
            vec![&second],
            "a lower serial",
        ),
        (
            "changed-same-serial",
            false,
            &same_serial,
            vec![&second],
            "another certificate of the same serial",
        ),
        (
            "changed-impostor",
            false,
            &impostor,
            vec![&first],
            "another root under a confirmed name",
        ),
        (
            "changed-name-of-another",
            false,
            &renamed,
            vec![&first, &other],
            "a key change to the name of a third party",
        ),
        (
            "ok-new-name",
            true,
            &renamed,
            vec![&first],
            "a key change may bring a new name",
        ),
        (
            "ok-first-contact",
            true,
            &first,
            vec![],
            "nothing was confirmed before",
        ),
    ];
    for (name, is_right, person, confirmed, about) in cases {
        let confirmed: Vec<Value> = confirmed
            .iter()
            .map(|person| suite.bytes(&certificate(person)))
            .collect();
        let vector = suite
            .vector("card", name, "card", &card_of(person, &[]), about)
            .context(json!({"confirmed": confirmed}));
        suite.add(if is_right {
            vector.ok(json!({"serial": person.serial}))
        } else {
            vector.by("card-changed")
        });
    }
    let confirmed = json!({"confirmed": [suite.bytes(&certificate(&first))]});
    let text = Person::short(short_fields(&second, &[]));
    let vector = suite.vector(
        "card",
        "short-key-change",
        "short",
        &text,
        "a short form can't bring a key change",
    );
    suite.add(vector.context(confirmed.clone()).by("card-changed"));
    let text = Person::short(short_fields(&first, &[]));
    let vector = suite.vector(
        "card",
        "short-ok-same",
        "short",
        &text,
        "the certificate that was confirmed",
    );
    suite.add(vector.context(confirmed).ok(json!({"serial": 1})));
}

fn phrases(suite: &mut Suite) {
    // Computed once with another implementation, and fixed here.
    let (one, two) = (certificate(&Person::new(1)), certificate(&Person::new(2)));
    let vector = suite.vector(
        "phrase",
        "ok-half",
        "phrase",
        &one,
        "the six words of party 1",
    );
    suite.add(vector.ok(json!({"phrase": HALF})));
    let context = json!({"other": suite.bytes(&two)});
    let vector = suite
        .vector(
            "phrase",
            "ok-relation",
            "phrase",
            &one,
            "the lower PartyId is read first",
        )
        .context(context);
    suite.add(vector.ok(json!({"phrase": RELATION})));
    let vector = suite
        .vector(
            "phrase",
            "certificate-shape",
            "phrase",
            &[0x80],
            "no certificate",
        )
        .by("certificate-shape");
    suite.add(vector);
}

const HALF: &str = "athlete another pencil rapid joy glad";
const RELATION: &str =
    "govern security company solve curve brain athlete another pencil rapid joy glad";
