//! Rules 40 to 48 on notes by themselves, and the one validity of Ed25519 signatures.

use openline_core::Hash;
use openline_core::id::from_hex;
use serde_json::{Value, json};

use crate::suite::Suite;
use crate::support::{Keys, NOW, World, leaf, mth, note_line};

const GROUP: &str = "note";

struct Case {
    world: World,
    text: String,
    own: String,
    time: u64,
}

impl Case {
    /// Two parties; a checkpoint over the first one's two entries.
    fn new() -> Self {
        let mut world = World::founded(2);
        world.mark(0);
        let text = world.checkpoint(0, 2);
        let own = world.log_line(0, &text, &world.node[0]);
        Self {
            world,
            text,
            own,
            time: NOW.unsigned_abs() / 1000,
        }
    }

    fn note(&self, lines: &str) -> String {
        format!("{}\n{lines}", self.text)
    }

    fn cosigned(&self) -> String {
        self.own.clone() + &self.cosign(self.time)
    }

    fn cosign(&self, time: u64) -> String {
        self.world
            .cosign_line(1, &self.text, time, &self.world.node[1])
    }

    fn seal(&self, by: usize, time: u64) -> String {
        self.world
            .seal_line(by, &self.text, time, &self.world.node[by])
    }

    fn context(&self, suite: &Suite) -> Value {
        json!({"instrument": suite.bytes(&self.world.instrument), "held": [2, 1],
               "root": suite.bytes(&mth(&self.world.leaves(0, 2)).0)})
    }
}

pub(crate) fn write(suite: &mut Suite) {
    formats(suite);
    checkpoints(suite);
    signatures(suite);
    cosignatures(suite);
    ed25519(suite);
}

fn formats(suite: &mut Suite) {
    let line = "\u{2014} a AAAAAAA=\n";
    let example = "This is an example message.\n\n\u{2014} example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";
    let good = [
        (
            "ok-example-of-signed-note",
            example.to_owned(),
            "This is an example message.\n",
            1,
        ),
        (
            "ok-last-empty-line-separates",
            format!("a\n\nb\n\n{line}{line}"),
            "a\n\nb\n",
            2,
        ),
        (
            "ok-delete-character",
            format!("a\u{7f}\n\n{line}"),
            "a\u{7f}\n",
            1,
        ),
        (
            "ok-sixty-four-lines",
            format!("a\n\n{}", line.repeat(64)),
            "a\n",
            64,
        ),
    ];
    for (name, note, text, count) in good {
        let vector = suite.vector(
            GROUP,
            name,
            "note",
            note.as_bytes(),
            "a signed note, whoever signed it",
        );
        suite.add(vector.ok(json!({"text": text, "signatures": count})));
    }
    let bad = [
        (
            "format-no-signature",
            "t\n\n".to_owned(),
            "no signature line",
        ),
        (
            "format-no-empty-line",
            format!("t\n{line}"),
            "no empty line before the signatures",
        ),
        (
            "format-no-last-newline",
            format!("t\n\n{}", line.trim_end()),
            "the last line does not end",
        ),
        (
            "format-carriage-return",
            format!("t\r\n\n{line}"),
            "a control character",
        ),
        (
            "format-tab",
            format!("t\tt\n\n{line}"),
            "a control character",
        ),
        (
            "format-hyphen",
            "t\n\n- a AAAAAAA=\n".to_owned(),
            "a hyphen for the dash",
        ),
        (
            "format-plus-in-name",
            "t\n\n\u{2014} a+b AAAAAAA=\n".to_owned(),
            "a plus sign in the key name",
        ),
        (
            "format-space-in-name",
            "t\n\n\u{2014} a\u{a0}b AAAAAAA=\n".to_owned(),
            "a space of Unicode in the key name",
        ),
        (
            "format-nameless",
            "t\n\n\u{2014}  AAAAAAA=\n".to_owned(),
            "no key name",
        ),
        (
            "format-key-id-alone",
            "t\n\n\u{2014} a AAAAAA==\n".to_owned(),
            "no byte after the key id",
        ),
        (
            "format-unused-bits",
            "t\n\n\u{2014} a AAAAAAB=\n".to_owned(),
            "base64 whose unused bits are not zero, under an unknown key",
        ),
        (
            "format-no-padding",
            "t\n\n\u{2014} a AAAAAAA\n".to_owned(),
            "base64 without padding",
        ),
        (
            "format-url-alphabet",
            "t\n\n\u{2014} a AAAA-AA=\n".to_owned(),
            "another alphabet",
        ),
        (
            "format-too-many-lines",
            format!("t\n\n{}", line.repeat(65)),
            "65 signature lines",
        ),
        (
            "format-too-long",
            format!("{}\n\n{line}", "t".repeat(131_072)),
            "over 131072 bytes",
        ),
    ];
    for (name, note, about) in bad {
        let vector = suite
            .vector(GROUP, name, "note", note.as_bytes(), about)
            .by("note-format");
        suite.add(vector);
    }
    let vector = suite.vector(
        GROUP,
        "format-utf-8",
        "note",
        b"\xff\n\n\xe2\x80\x94 a AAAAAAA=\n",
        "not UTF-8",
    );
    suite.add(vector.by("note-format"));
}

fn checkpoints(suite: &mut Suite) {
    let case = Case::new();
    let context = case.context(suite);
    let root = mth(&case.world.leaves(0, 2));
    let result = json!({"party": 0, "size": 2, "root": root.to_string(), "cosignatures": 1, "seals": 2,
                        "origin": case.world.origin(0)});
    let lines = case.cosigned() + &case.seal(0, case.time) + &case.seal(1, case.time);
    let about = "a checkpoint, cosigned by the other party and sealed by both";
    let vector = suite.vector(
        GROUP,
        "ok-checkpoint",
        "note",
        case.note(&lines).as_bytes(),
        about,
    );
    suite.add(vector.context(context.clone()).ok(result));

    let origin = case.world.origin(0);
    let hash = case.text.split('\n').nth(2).expect("a root").to_owned();
    let mut unused_bits = hash.clone();
    unused_bits.replace_range(42..43, if &hash[42..43] == "1" { "2" } else { "1" });
    let other_line = origin.replace(&case.world.line.to_string(), &"0".repeat(64));
    let no_origin = World::new(2).cosigner(0);
    let texts = [
        (
            "checkpoint-extension",
            "checkpoint-format",
            format!("{origin}\n2\n{hash}\nmore\n"),
            "a fourth line",
        ),
        (
            "checkpoint-two-lines",
            "checkpoint-format",
            format!("{origin}\n2\n"),
            "no root",
        ),
        (
            "checkpoint-size-leading-zero",
            "checkpoint-format",
            format!("{origin}\n02\n{hash}\n"),
            "a leading zero",
        ),
        (
            "checkpoint-size-sign",
            "checkpoint-format",
            format!("{origin}\n+2\n{hash}\n"),
            "a sign",
        ),
        (
            "checkpoint-size-beyond-64-bits",
            "checkpoint-format",
            format!("{origin}\n18446744073709551616\n{hash}\n"),
            "2^64",
        ),
        (
            "checkpoint-root-short",
            "checkpoint-format",
            format!("{origin}\n2\nAAAA\n"),
            "a root of three bytes",
        ),
        (
            "checkpoint-root-unused-bits",
            "checkpoint-format",
            format!("{origin}\n2\n{unused_bits}\n"),
            "base64 whose unused bits are not zero",
        ),
        (
            "checkpoint-nameless",
            "checkpoint-format",
            format!("\n2\n{hash}\n"),
            "an empty origin",
        ),
        (
            "checkpoint-of-another-line",
            "checkpoint-origin",
            format!("{other_line}\n2\n{hash}\n"),
            "a log of another line",
        ),
        (
            "checkpoint-origin-capitals",
            "checkpoint-origin",
            format!("{}\n2\n{hash}\n", origin.to_uppercase()),
            "hex is lower case",
        ),
        (
            "checkpoint-of-no-log",
            "checkpoint-origin",
            format!("{no_origin}\n2\n{hash}\n"),
            "a cosigner's name is no origin",
        ),
        (
            "checkpoint-of-nothing",
            "checkpoint-size",
            case.world.checkpoint_of(0, 0, Hash::of(&[])),
            "size 0",
        ),
        (
            "checkpoint-beyond",
            "checkpoint-size",
            case.world.checkpoint_of(0, 3, root),
            "one entry more than is held",
        ),
        (
            "checkpoint-root",
            "checkpoint-root",
            case.world.checkpoint_of(0, 2, leaf(b"other")),
            "another root",
        ),
    ];
    for (name, rule, text, about) in texts {
        let lines = case.world.log_line(0, &text, &case.world.node[0]);
        let note = format!("{text}\n{lines}");
        let vector = suite
            .vector(GROUP, name, "note", note.as_bytes(), about)
            .context(context.clone())
            .by(rule);
        suite.add(vector);
    }
}

fn signatures(suite: &mut Suite) {
    let case = Case::new();
    let context = case.context(suite);
    let (world, text) = (&case.world, &case.text);
    let origin = world.origin(0);
    let stranger = Keys::new(200);
    let short = note_line(&origin, 1, world.node[0].ed(), &[1; 63]);
    let wrong = note_line(&origin, 1, world.node[0].ed(), &[1; 64]);
    let cases = [
        (
            "signature-none-of-the-log",
            case.cosign(case.time),
            "only the cosigner has signed",
        ),
        (
            "signature-of-another-text",
            world.log_line(0, &format!("{text}x\n"), &world.node[0]),
            "over another text",
        ),
        (
            "signature-by-stranger",
            world.log_line(0, text, &stranger),
            "under the log's name, by an unknown key",
        ),
        (
            "signature-short",
            short,
            "63 bytes under the log's key: no matter of form",
        ),
        (
            "signature-right-then-wrong",
            case.own.clone() + &wrong,
            "of two lines under the log's key one is wrong",
        ),
    ];
    for (name, lines, about) in cases {
        let vector = suite.vector(GROUP, name, "note", case.note(&lines).as_bytes(), about);
        suite.add(vector.context(context.clone()).by("checkpoint-signature"));
    }
    let ignored = [
        (
            "ok-stranger-under-the-origin",
            case.own.clone() + &world.log_line(0, text, &stranger),
            0,
            "a line by an unknown key is ignored",
        ),
        (
            "ok-stranger-under-a-cosigner",
            case.own.clone() + &world.cosign_line(1, text, case.time, &stranger),
            0,
            "a party's name with an unknown key id is ignored",
        ),
        (
            "ok-witness",
            case.own.clone() + &note_line("witness.example/w", 4, stranger.ed(), &[1; 72]),
            0,
            "a witness that is no party is ignored",
        ),
        (
            "ok-signed-twice",
            case.own.clone() + &case.own,
            0,
            "the same line twice",
        ),
        (
            "ok-own-cosignature",
            case.own.clone() + &world.cosign_line(0, text, case.time, &world.node[0]),
            1,
            "a party may cosign its own log, which says nothing",
        ),
    ];
    for (name, lines, count, about) in ignored {
        let vector = suite.vector(GROUP, name, "note", case.note(&lines).as_bytes(), about);
        suite.add(
            vector
                .context(context.clone())
                .ok(json!({"cosignatures": count})),
        );
    }
}

fn cosignatures(suite: &mut Suite) {
    let case = Case::new();
    let context = case.context(suite);
    let world = &case.world;
    let name = world.cosigner(1);
    let (ed, pq) = (world.node[1].ed(), world.node[1].pq());
    let time = case.time.to_be_bytes();
    let signed = |len: usize| [&time[..], &vec![1; len]].concat();
    let other = world.checkpoint(0, 1);
    let cases = [
        (
            "cosignature-short",
            "cosignature-format",
            note_line(&name, 4, ed, &signed(63)),
            "71 bytes",
        ),
        (
            "cosignature-long",
            "cosignature-format",
            note_line(&name, 4, ed, &signed(65)),
            "73 bytes",
        ),
        (
            "seal-short",
            "cosignature-format",
            note_line(&name, 6, pq, &signed(2419)),
            "2427 bytes",
        ),
        (
            "cosignature-time-zero",
            "cosignature-format",
            case.cosign(0),
            "time 0",
        ),
        (
            "cosignature-time-beyond",
            "cosignature-format",
            case.cosign(1 << 63),
            "a time of 2^63",
        ),
        (
            "seal-time-zero",
            "cosignature-format",
            case.seal(1, 0),
            "time 0",
        ),
        (
            "cosignature-wrong",
            "cosignature-signature",
            note_line(&name, 4, ed, &signed(64)),
            "a wrong signature",
        ),
        (
            "seal-wrong",
            "cosignature-signature",
            note_line(&name, 6, pq, &signed(2420)),
            "a wrong signature",
        ),
        (
            "cosignature-of-another-checkpoint",
            "cosignature-signature",
            world.cosign_line(1, &other, case.time, &world.node[1]),
            "over a smaller size",
        ),
        (
            "seal-of-another-checkpoint",
            "cosignature-signature",
            world.seal_line(1, &other, case.time, &world.node[1]),
            "over a smaller size",
        ),
    ];
    for (name, rule, line, about) in cases {
        let note = case.note(&(case.own.clone() + &line));
        let vector = suite
            .vector(GROUP, name, "note", note.as_bytes(), about)
            .context(context.clone())
            .by(rule);
        suite.add(vector);
    }
    let both = case.own.clone()
        + &note_line(&name, 4, ed, &signed(64))
        + &note_line(&name, 6, pq, &signed(9));
    let vector = suite.vector(
        GROUP,
        "cosignature-rule-by-rule",
        "note",
        case.note(&both).as_bytes(),
        "the form of all lines comes before any signature",
    );
    suite.add(vector.context(context.clone()).by("cosignature-format"));
    let vector = suite.vector(
        GROUP,
        "checkpoint-before-cosignature",
        "note",
        case.note(&note_line(&name, 4, ed, &signed(63))).as_bytes(),
        "the log's own signature comes first",
    );
    suite.add(vector.context(context).by("checkpoint-signature"));
}

/// Messages, keys and signatures on which implementations differ: of "Taming the many EdDSAs" (SSR 2020), its test
/// vectors 0 to 11, and some of this project's.
fn ed25519(suite: &mut Suite) {
    let small = "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa";
    let mixed = "cdb267ce40c5cd45306fa5d2f29731459387dbf9eb933b7bd5aed9a765b88d4d";
    let good = "f7badec5b8abeaf699583992219b7b223f1df3fbbea919844e3f7c554a43dd43";
    let edge = "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff";
    let cases = [
        (
            "small-order-key-and-r",
            "8c93255d71dcab10e8f379c26200f3c7bd5f09d9bc3068d3ef4edeb4853022b6",
            small,
            "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a0000000000000000000000000000000000000000000000000000000000000000",
            false,
            "A and R of small order, S = 0",
        ),
        (
            "small-order-key",
            "9bd9f44f4dcc75bd531b56b2cd280b0bb38fc1cd6d1230e14861d861de092e79",
            small,
            "f7badec5b8abeaf699583992219b7b223f1df3fbbea919844e3f7c554a43dd43a5bb704786be79fc476f91d3f3f89b03984d8068dcf1bb7dfc6637b45450ac04",
            false,
            "A of small order",
        ),
        (
            "ok-small-order-r",
            "aebf3f2601a0c8c5d39cc7d8911642f740b78168218da8471772b35f9d35b9ab",
            good,
            "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa8c4bd45aecaca5b24fb97bc10ac27ac8751a7dfe1baff8b953ec9f5833ca260e",
            true,
            "R of small order is no fault",
        ),
        (
            "ok-mixed-order",
            "9bd9f44f4dcc75bd531b56b2cd280b0bb38fc1cd6d1230e14861d861de092e79",
            mixed,
            "9046a64750444938de19f227bb80485e92b83fdb4b6506c160484c016cc1852f87909e14428a7a1d62e9f22f3d3ad7802db02eb2e688b6c52fcd6648a98bd009",
            true,
            "A and R of mixed order, and both equations hold",
        ),
        (
            "cofactored-only",
            "e47d62c63f830dc7a6851a0b1f33ae4bb2f507fb6cffec4011eaccd55b53f56c",
            mixed,
            "160a1cb0dc9c0258cd0a7d23e94d8fa878bcb1925f2c64246b2dee1796bed5125ec6bc982a269b723e0668e540911a9a6a58921d6925e434ab10aa7940551a09",
            false,
            "only the cofactored equation holds",
        ),
        (
            "s-not-below-order",
            "85e241a07d148b41e47d62c63f830dc7a6851a0b1f33ae4bb2f507fb6cffec40",
            "442aad9f089ad9e14647b1ef9099a1ff4798d78589e66f28eca69c11f582a623",
            "e96f66be976d82e60150baecff9906684aebb1ef181f67a7189ac78ea23b6c0e547f7690a0e2ddcd04d87dbc3490dc19b3b3052f7ff0538cb68afb369ba3a514",
            false,
            "S is not below the order",
        ),
        (
            "s-far-above-order",
            "85e241a07d148b41e47d62c63f830dc7a6851a0b1f33ae4bb2f507fb6cffec40",
            "442aad9f089ad9e14647b1ef9099a1ff4798d78589e66f28eca69c11f582a623",
            "8ce5b96c8f26d0ab6c47958c9e68b937104cd36e13c33566acd2fe8d38aa19427e71f98a473474f2f13f06f97c20d58cc3f54b8bd0d272f42b695dd7e89a8c22",
            false,
            "S has its highest bits set",
        ),
        (
            "r-not-canonical",
            "fdaebc429f4a735932a160da1301080c13280eea8bc280d1b392c6b9e6ba3a5a",
            good,
            "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f454d370c8d9fc323a41450f8d513eafeb5b0697390c1e505a0d4ddc71f566607",
            false,
            "R is not in its one encoding",
        ),
        (
            "key-not-canonical",
            "39a591f5321bbe07fd5a23dc2f39d025d74526615746727ceefd6e82ae65c06f",
            edge,
            "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f6e4b5ad1a8eb6f6d3b3c8c0f4b1c7d0e00000000000000000000000000000000",
            false,
            "A of order 2 with the sign bit set",
        ),
        (
            "key-not-below-prime",
            "00",
            "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            "01000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000",
            false,
            "y is not below the prime: 1 in another encoding",
        ),
        (
            "key-neutral",
            "00",
            "0100000000000000000000000000000000000000000000000000000000000000",
            "01000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000",
            false,
            "with A the neutral element this signs everything",
        ),
        (
            "key-not-on-curve",
            "00",
            "0200000000000000000000000000000000000000000000000000000000000000",
            "01000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000",
            false,
            "y = 2 is no point",
        ),
    ];
    let bytes = |hex: &str| from_hex(hex).expect("hex");
    for (name, message, key, signature, is_right, about) in cases {
        let context =
            json!({"key": suite.bytes(&bytes(key)), "signature": suite.bytes(&bytes(signature))});
        let vector = suite
            .vector("ed25519", name, "ed25519", &bytes(message), about)
            .context(context);
        suite.add(if is_right {
            vector.ok(json!({}))
        } else {
            vector.by("checkpoint-signature")
        });
    }
    let keys = Keys::new(1);
    let right = keys.sign_ed(b"message");
    let mut wrong = right.clone();
    wrong[40] ^= 1;
    for (name, signature) in [("ok", right), ("wrong", wrong)] {
        let context = json!({"key": suite.bytes(keys.ed()), "signature": suite.bytes(&signature)});
        let vector = suite
            .vector("ed25519", name, "ed25519", b"message", "an ordinary key")
            .context(context);
        suite.add(if name == "ok" {
            vector.ok(json!({}))
        } else {
            vector.by("checkpoint-signature")
        });
    }
}
