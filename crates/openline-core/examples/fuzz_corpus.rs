//! Makes the fuzzers' committed corpora of the test vectors: `cargo run -p openline-core --example fuzz_corpus -- fuzz/corpus`.
//!
//! For each target inputs of the vectors of its types, under the vectors' names: those that are right before those that are
//! not, and the smallest first. The bytes are the same every time. Files that stand there already under other names are left alone.
#![allow(clippy::print_stderr, clippy::expect_used, clippy::disallowed_methods)]

#[path = "../tests/support/vectors.rs"]
mod vectors;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::ExitCode;

use openline_core::armour;
use openline_core::cbor::{Reader, Type, Writer};
use openline_core::entry::Header;
use openline_core::export::MAGIC;
use openline_core::{PartyId, Rule};
use vectors::Vector;

/// Most files of one target but `body`.
const FILES_MAX: usize = 64;
/// Most bytes of one file.
const FILE_MAX: usize = 24_000;
/// Most bytes of one target.
const BYTES_MAX: usize = 160_000;
/// Most bodies of one kind, and among them most right ones.
const BODIES_MAX: usize = 10;
const RIGHT_BODIES_MAX: usize = 6;
/// What stands for every kind that is not defined.
const OTHER_KIND: u8 = 63;
/// Longest frame in a stream.
const STREAMED_MAX: usize = 256;

/// Inputs of one target by name.
type Inputs = BTreeMap<String, Vec<u8>>;

fn main() -> ExitCode {
    let Some(dir) = std::env::args_os().nth(1) else {
        eprintln!("usage: fuzz_corpus DIR");
        return ExitCode::from(2);
    };
    let mut corpora: BTreeMap<&str, Inputs> = BTreeMap::new();
    for vector in vectors::all() {
        let Some(target) = target_of(&vector.kind).filter(|_| !is_alike(&vector.name)) else {
            continue;
        };
        let name = vector.name.replace('/', "-");
        let input = match target {
            "export" => after_head(&vector.input),
            _ => vector.input.clone(),
        };
        corpora.entry(target).or_default().insert(name, input);
    }
    corpora.insert("body", bodies());
    corpora.insert("armour", armoured());
    corpora.insert("stream", streams(&corpora["frame"]));
    corpora.insert("pouch", bundles(&corpora["frame"]));
    for (target, inputs) in corpora {
        let most = if target == "body" {
            inputs.len()
        } else {
            FILES_MAX
        };
        let kept = best(inputs, most);
        let bytes: usize = kept.values().map(Vec::len).sum();
        eprintln!("{target}: {} files, {bytes} bytes", kept.len());
        if let Err(error) = write(&Path::new(&dir).join(target), &kept) {
            eprintln!("can't write there: {error}");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

/// Vectors of which many differ only in one body or one term: they would leave no room for others.
fn is_alike(name: &str) -> bool {
    name.starts_with("loop/") || name.starts_with("instrument/ok-terms-")
}

fn target_of(kind: &str) -> Option<&'static str> {
    Some(match kind {
        "cbor" => "cbor",
        "header" => "header",
        "note" => "note",
        "certificate" | "credential" | "card" | "short" => "identity",
        "instrument" => "charter",
        "proof" => "proof",
        "fork" => "fork",
        "export" => "export",
        "frame" => "frame",
        "watch" => "watch",
        "non-paper-opened" => "non_paper",
        _ => return None,
    })
}

/// The best inputs, each different from the others.
fn best(inputs: Inputs, most: usize) -> Inputs {
    let mut by_size = sorted(inputs);
    let (mut seen, mut left) = (BTreeSet::new(), BYTES_MAX);
    by_size.retain(|(_, input)| input.len() <= FILE_MAX && seen.insert(input.clone()));
    by_size.truncate(most);
    by_size.retain(|(_, input)| {
        let fits = input.len() <= left;
        left = left.saturating_sub(input.len());
        fits
    });
    by_size.into_iter().collect()
}

/// Right ones first, then by size.
fn sorted(inputs: impl IntoIterator<Item = (String, Vec<u8>)>) -> Vec<(String, Vec<u8>)> {
    let mut inputs: Vec<_> = inputs.into_iter().collect();
    inputs.sort_by_key(|(name, input)| (!is_right(name), input.len(), name.clone()));
    inputs
}

fn is_right(name: &str) -> bool {
    name.contains("-ok-")
}

fn write(dir: &Path, inputs: &Inputs) -> std::io::Result<()> {
    fs::create_dir_all(dir)?;
    inputs
        .iter()
        .try_for_each(|(name, input)| fs::write(dir.join(name), input))
}

/// What follows the first line and the instrument that most vectors share, as the target takes it; otherwise all.
fn after_head(export: &[u8]) -> Vec<u8> {
    let instrument = fs::read(vectors::folder().join("files/two.instrument")).expect("a file");
    let mut head = Writer::new();
    head.bytes(&instrument);
    let head = [MAGIC.as_bytes(), &head.into_bytes()].concat();
    export.strip_prefix(&head[..]).unwrap_or(export).to_vec()
}

/// Bodies in exports, with the two bytes that the target reads in front.
fn bodies() -> Inputs {
    let (mut inputs, mut counts, mut seen) = (Inputs::new(), BTreeMap::new(), BTreeSet::new());
    let exports = vectors::all()
        .into_iter()
        .filter(|vector| vector.kind == "export");
    let found = exports.flat_map(|vector| bodies_of(&vector).unwrap_or_default());
    for (name, input) in sorted(found) {
        let most = if is_right(&name) {
            RIGHT_BODIES_MAX
        } else {
            BODIES_MAX
        };
        let count = counts.entry(input[0]).or_insert(0);
        if *count < most && seen.insert(input.clone()) {
            *count += 1;
            inputs.insert(name, input);
        }
    }
    inputs
}

fn bodies_of(vector: &Vector) -> Result<Vec<(String, Vec<u8>)>, Rule> {
    let items = vector
        .input
        .strip_prefix(MAGIC.as_bytes())
        .ok_or(Rule::ExportMagic)?;
    let mut r = Reader::new(items, Rule::ExportShape);
    // The instrument, the notes and the forks.
    for _ in 0..3 {
        r.item()?;
    }
    let mut bodies = Vec::new();
    while !r.is_empty() {
        r.array_exact(4)?;
        if r.peek()? != Type::Uint {
            break;
        }
        let party = r.uint()?;
        let header = r.bytes()?;
        if r.null()? {
            r.null()?;
            continue;
        }
        let (_salt, body) = (r.bytes()?, r.bytes()?);
        if let Ok(header) = Header::decode(header) {
            let kind =
                u8::try_from(header.kind.number()).map_or(OTHER_KIND, |kind| kind.min(OTHER_KIND));
            let refs = u8::try_from(header.refs.len().min(3)).expect("few");
            let first = header.refs.first();
            let is_own = first.is_some_and(|first| u64::from(first.party.0) == party);
            let place = u8::from(is_own) << 4 | refs << 2 | u8::from(kind != 0);
            let name = format!("{}-{}", vector.name.replace('/', "-"), bodies.len());
            bodies.push((name, [&[kind, place], body].concat()));
        }
    }
    Ok(bodies)
}

fn armoured() -> Inputs {
    let file = |len: u8| {
        let bytes: Vec<u8> = (0..len).collect();
        armour::encode("openline-card/v1", &bytes).into_bytes()
    };
    let mut inputs: Inputs = [1, 57, 200]
        .into_iter()
        .map(|len| (format!("file-of-{len}"), file(len)))
        .collect();
    let text = armour::base32(b"five and a half").into_bytes();
    inputs.insert("base32".to_owned(), text);
    inputs
}

/// Frames with their lengths in front, to be read in pieces of four bytes.
fn streams(frames: &Inputs) -> Inputs {
    let mut inputs = Inputs::new();
    let mut stream = vec![3];
    let short = frames
        .iter()
        .filter(|(_, frame)| frame.len() <= STREAMED_MAX);
    for (name, frame) in short.take(12) {
        let len = u16::try_from(frame.len()).expect("short") | 0x4000;
        stream.extend(len.to_be_bytes());
        stream.extend(frame);
        inputs.insert(format!("until-{name}"), stream.clone());
    }
    let too_long = [&[0][..], &[0xff; 8]].concat();
    inputs.insert("too-long".to_owned(), too_long);
    inputs
}

/// Contents of bundles, and what stands in front of a sealed one.
fn bundles(frames: &Inputs) -> Inputs {
    let contents = |count: usize| {
        let to = PartyId(openline_core::Hash([2; 32]));
        let mut w = Writer::new();
        w.array(7)
            .uint(1)
            .bytes(&[1; 32])
            .bytes(&to.0.0)
            .uint(3)
            .int(-4);
        w.bytes(&[5]).array(count);
        for frame in frames
            .values()
            .filter(|frame| frame.len() <= STREAMED_MAX)
            .take(count)
        {
            w.bytes(frame);
        }
        w.into_bytes()
    };
    let head = b"openline-bundle/v1\n\x84\x01\x48".to_vec();
    [0, 1, 8]
        .into_iter()
        .map(|count| (format!("contents-of-{count}"), contents(count)))
        .chain([("head".to_owned(), head)])
        .collect()
}
