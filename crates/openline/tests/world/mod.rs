//! The folder that the golden cases run in: homes, and files sound and broken, made from the test vectors.

use std::fs;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use openline_node::home::{Cost, Home, InitOptions};

use crate::vectors;

/// Files that are vectors as they stand: the file's name, and the vector's.
const FROM_VECTORS: &[(&str, &str)] = &[
    ("sound.export", "record/ok-two-parties"),
    ("three-parties.export", "record/ok-three-parties"),
    ("forked.export", "fork/ok-export"),
    ("other-version.export", "export/magic"),
    ("wrong-root.export", "export/end-root"),
    ("entry-missing.export", "export/end-entry-missing"),
    ("entry-twice.export", "export/entry-twice"),
    ("out-of-order.export", "export/order-against-cause"),
    ("not-canonical.export", "export/entry-not-shortest"),
    ("uncovered.export", "export/cover-none"),
    ("body-changed.export", "entry/body-changed"),
    ("replaced-key.export", "record/former-key-signs"),
    ("sound.tlog-proof", "proof/ok-message"),
    ("withheld.tlog-proof", "proof/ok-body-withheld"),
    ("body-changed.tlog-proof", "proof/body-changed"),
    ("other-version.tlog-proof", "proof/magic"),
    ("wrong-path.tlog-proof", "proof/path-wrong"),
    ("sound.card", "card/ok"),
    ("wrongly-signed.card", "card/signature-wrong"),
    ("wrong-endpoint.card", "card/endpoint-scheme"),
    ("other-version.card", "card/statement-version"),
    ("sound.charter", "instrument/ok-file"),
];

/// The folder, with what is random in it.
pub struct World {
    folder: tempfile::TempDir,
    id: String,
}

impl World {
    /// Makes it.
    pub fn make() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let at = folder.path();
        files(at);
        let home = home(&at.join("made"), false);
        homes(at);
        Self {
            id: home.party_id().to_string(),
            folder,
        }
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// A text without what differs from run to run.
    pub fn plain(&self, text: &str) -> String {
        text.replace(&self.id, "[ID]")
            .replace(&self.folder().display().to_string(), "[FOLDER]")
            .replace(
                concat!(" ", env!("CARGO_PKG_VERSION"), "\n"),
                " [VERSION]\n",
            )
    }
}

fn files(at: &Path) {
    let all = vectors::all();
    for (file, name) in FROM_VECTORS {
        let vector = all.iter().find(|vector| vector.name == *name);
        let vector = vector.unwrap_or_else(|| panic!("there is no vector {name}"));
        write(at, file, &vector.input);
    }
    let sound = read(at, "sound.export");
    write(at, "half.export", &sound[..sound.len() / 2]);
    write(at, "one-byte-short.export", &sound[..sound.len() - 1]);
    write(at, "one-byte-more.export", &[&sound[..], b"\n"].concat());
    let mut changed = sound.clone();
    let words = find(&sound, b"All quiet.");
    changed[words] ^= 0x20;
    write(at, "tampered.export", &changed);
    for (whole, half) in [
        ("sound.tlog-proof", "half.tlog-proof"),
        ("sound.card", "half.card"),
        ("sound.charter", "half.charter"),
    ] {
        let bytes = read(at, whole);
        write(at, half, &bytes[..bytes.len() / 2]);
    }
    let vector = all.iter().find(|v| v.name == "instrument/signature-ed");
    let unsound = &vector.expect("a vector").input;
    write(
        at,
        "wrongly-signed.charter",
        &armoured("openline-charter/v1", unsound),
    );
    write(at, "empty", b"");
    write(at, "garbage", &[0xff, 0xfe, 0x00, 0x0a, 0x80].repeat(100));
    write(
        at,
        "letter.txt",
        b"Dear colleague,\nthe record is attached.\n",
    );
    write(at, "sealed.pouch", b"openline-bundle/v1\n\x00\x01");
    let huge = fs::File::create(at.join("huge")).expect("a file");
    huge.set_len((64 << 20) + 1).expect("a file without blocks");
    fs::create_dir(at.join("folder")).expect("a folder");
}

/// Bytes as base64 below a first line, as cards and charters are kept in files.
fn armoured(first: &str, bytes: &[u8]) -> Vec<u8> {
    let text = STANDARD.encode(bytes).into_bytes();
    let lines: Vec<&[u8]> = text.chunks(64).collect();
    [first.as_bytes(), b"\n", &lines.join(&b'\n'), b"\n"].concat()
}

fn homes(at: &Path) {
    home(&at.join("newer"), false);
    write(
        at,
        "newer/identity/party.toml",
        b"format = 2\nname = \"Newer\"\nid = \"00\"\n",
    );
    home(&at.join("exposed"), false);
    let key = at.join("exposed/identity/node.key");
    fs::set_permissions(key, fs::Permissions::from_mode(0o644)).expect("set");
    home(&at.join("damaged"), false);
    write(at, "damaged/identity/credential", b"not a credential");
    home(&at.join("misconfigured"), false);
    write(
        at,
        "misconfigured/openline.toml",
        b"[listen]\napi = \"0.0.0.0:7000\"\n",
    );
    home(&at.join("sealed"), true);
    home(&at.join("crashed"), false);
    // No process has this number: Linux gives none above 4194304.
    write(
        at,
        "crashed/api.json",
        br#"{"address":"127.0.0.1:9","token":"00","pid":4194305}"#,
    );
    fs::create_dir(at.join("backup")).expect("a folder");
}

fn home(path: &Path, seals_node_key: bool) -> Home {
    let any: SocketAddr = "127.0.0.1:0".parse().expect("an address");
    let options = InitOptions {
        name: "Ministry A".to_owned(),
        passphrase: "a passphrase".to_owned(),
        seals_node_key,
        listen_quic: vec![any],
        listen_tls: vec![any],
        endpoints: vec!["quic://line.example:7001".to_owned()],
        cost: Cost {
            memory_kib: 64,
            passes: 1,
        },
    };
    Home::init(path, &options).expect("a home")
}

fn read(at: &Path, name: &str) -> Vec<u8> {
    fs::read(at.join(name)).expect("a file")
}

fn write(at: &Path, name: &str, bytes: &[u8]) {
    fs::write(at.join(name), bytes).expect("written");
}

fn find(bytes: &[u8], words: &[u8]) -> usize {
    bytes
        .windows(words.len())
        .position(|part| part == words)
        .expect("the words are in the file")
}
