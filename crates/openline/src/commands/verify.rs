//! `openline verify`: no node, no home, no trust.

use std::path::Path;
use std::sync::mpsc;

use openline_core::card::Card;
use openline_core::charter::Instrument;
use openline_core::entry::{Kind, VerifiedEntry};
use openline_core::proof::Proof;
use openline_core::{Refused, Rule, export};
use serde::Serialize;

use crate::failure::Failure;
use crate::output::{Output, time};

/// What a verified file is and says.
#[derive(Debug, Serialize)]
pub struct Verified {
    /// `export`, `disclosure`, `card` or `charter`.
    pub what: &'static str,
    /// Always "ok": a file that is not leads to an error.
    pub result: &'static str,
    /// Title of the line, where there is one.
    pub title: Option<String>,
    /// Names and ids of the parties.
    pub parties: Vec<(String, String)>,
    /// Entries.
    pub entries: u64,
    /// Messages among them.
    pub messages: u64,
    /// Settled entries.
    pub settled: u64,
    /// The record root.
    pub record_root: Option<String>,
    /// Cosignatures and seals that were checked.
    pub cosignatures: usize,
    /// Seals among them.
    pub seals: usize,
    /// Marks of doubt: place and mark.
    pub doubts: Vec<(String, String)>,
    /// Names of parties that are proven to have signed two histories.
    pub forked: Vec<String>,
    /// More for people.
    pub notes: Vec<String>,
}

impl Verified {
    fn new(what: &'static str) -> Self {
        Self {
            what,
            result: "ok",
            title: None,
            parties: Vec::new(),
            entries: 0,
            messages: 0,
            settled: 0,
            record_root: None,
            cosignatures: 0,
            seals: 0,
            doubts: Vec::new(),
            forked: Vec::new(),
            notes: Vec::new(),
        }
    }
}

pub(super) fn verify(path: &Path, output: Output) -> Result<(), Failure> {
    let bytes = read_any(path)?;
    let verified = verify_bytes(&bytes)?;
    output.print(&verified, text);
    Ok(())
}

/// Exports may be large: there is no bound here but the machine's memory, and the file is the user's own choice.
fn read_any(path: &Path) -> Result<Vec<u8>, Failure> {
    use std::io::Read as _;
    if path == Path::new("-") {
        let mut bytes = Vec::new();
        std::io::stdin()
            .read_to_end(&mut bytes)
            .map_err(|error| Failure::file(path, &error))?;
        return Ok(bytes);
    }
    std::fs::read(path).map_err(|error| Failure::file(path, &error))
}

/// Verifies a file by what its first line says it is.
pub fn verify_bytes(bytes: &[u8]) -> Result<Verified, Failure> {
    let first = bytes.split(|b| *b == b'\n').next().unwrap_or_default();
    match first {
        b"openline-export/v1" => verify_export(bytes),
        b"c2sp.org/tlog-proof@v1" => verify_proof(bytes),
        b"openline-card/v1" => verify_card(bytes),
        b"openline-charter/v1" => verify_charter(bytes),
        b"openline-bundle/v1" => Err(Failure::unusable(
            "that is a sealed bundle, which only its recipient can open",
            "openline pouch open FILE, with the recipient's node running",
        )),
        _ => Err(Failure::unusable(
            "that is none of the files this program writes",
            "give an export, a .tlog-proof disclosure, a card or a charter",
        )),
    }
}

/// Items handed from the thread that reads and hashes to the one that applies the rules, at a time.
const CHUNK_ITEMS: usize = 512;
/// How many such chunks may wait.
const CHUNKS_AHEAD: usize = 8;

/// As [`export::verify`], with reading and hashing on a thread of its own.
///
/// # Errors
/// As [`export::verify`].
pub fn verify_ahead(
    bytes: &[u8],
    visit: impl FnMut(&VerifiedEntry),
) -> Result<export::Report, Refused> {
    std::thread::scope(|scope| export::verify_with(bytes, |items| carry(scope, items), visit))
}

/// Reads items on another thread.
fn carry<'scope, 'a: 'scope>(
    scope: &'scope std::thread::Scope<'scope, '_>,
    mut items: export::Items<'a>,
) -> impl Iterator<Item = Result<export::Item<'a>, Rule>> {
    let (sender, receiver) = mpsc::sync_channel(CHUNKS_AHEAD);
    scope.spawn(move || {
        loop {
            let chunk: Vec<_> = items.by_ref().take(CHUNK_ITEMS).collect();
            // The receiver goes when a rule is broken.
            if chunk.is_empty() || sender.send(chunk).is_err() {
                return;
            }
        }
    });
    receiver.into_iter().flatten()
}

fn verify_export(bytes: &[u8]) -> Result<Verified, Failure> {
    let mut messages = 0;
    let report = verify_ahead(bytes, |entry| {
        messages += u64::from(entry.header().kind == Kind::Message)
    })?;
    let founded = report.logs.founded();
    let name = |party| {
        founded
            .member(party)
            .map_or_else(String::new, |member| member.name().to_owned())
    };
    let seals = report.held.iter().filter(|held| held.is_seal).count();
    let mut verified = Verified::new("export");
    verified.title = Some(founded.terms().title.clone());
    verified.parties = founded
        .members()
        .iter()
        .map(|m| (m.name().to_owned(), m.party_id().to_string()))
        .collect();
    verified.entries = report.entries;
    verified.messages = messages;
    verified.settled = report.settled;
    verified.record_root = Some(report.root.to_string());
    verified.cosignatures = report.held.len() - seals;
    verified.seals = seals;
    verified.doubts = report
        .doubts
        .iter()
        .map(|(place, doubt)| {
            (
                format!("{}/{}", place.party, place.index),
                doubt.id().to_owned(),
            )
        })
        .collect();
    verified.forked = report.forked.iter().map(|party| name(*party)).collect();
    for party in founded.parties() {
        let held = report
            .held
            .iter()
            .filter(|held| held.log == party && held.cosigner != party && !held.is_seal);
        let last = held.max_by_key(|held| held.size);
        verified.notes.push(match last {
            Some(held) => format!(
                "{}: {} entries; {} held {} of them durably at {}",
                name(party),
                report.logs.size(party),
                name(held.cosigner),
                held.size,
                time(
                    i64::try_from(held.time)
                        .unwrap_or(i64::MAX)
                        .saturating_mul(1000)
                )
            ),
            None => format!(
                "{}: {} entries; nobody else has signed that it holds them",
                name(party),
                report.logs.size(party)
            ),
        });
    }
    Ok(verified)
}

fn verify_proof(bytes: &[u8]) -> Result<Verified, Failure> {
    let disclosed = Proof::parse(bytes)?.verify()?;
    let founded = &disclosed.founded;
    let mut verified = Verified::new("disclosure");
    verified.title = Some(founded.terms().title.clone());
    verified.parties = founded
        .members()
        .iter()
        .map(|m| (m.name().to_owned(), m.party_id().to_string()))
        .collect();
    verified.entries = 1;
    verified.cosignatures = disclosed.lines.cosignatures.len();
    verified.seals = disclosed.lines.seals.len();
    let author = founded
        .member(disclosed.party)
        .map_or("", |member| member.name());
    let header = disclosed.entry.header();
    verified.notes.push(format!(
        "Entry {}/{} of {author}, post {}, {} ({}), claimed time {}",
        disclosed.party,
        disclosed.entry.index(),
        header.post,
        header.kind.word(),
        header.message_type.word(),
        time(header.time)
    ));
    match disclosed.entry.body() {
        Some(openline_core::body::Body::Message(message)) => {
            verified.messages = 1;
            verified.notes.extend(
                message
                    .texts
                    .iter()
                    .map(|t| format!("[{}] {}", t.language, t.text)),
            );
        }
        Some(_) => {}
        None => verified.notes.push(
            "The body is withheld: the proof shows that the entry is there, not what it says."
                .to_owned(),
        ),
    }
    for line in &disclosed.lines.cosignatures {
        let holder = founded
            .member(line.party)
            .map_or("", |member| member.name());
        let at = i64::try_from(line.statement.time)
            .unwrap_or(i64::MAX)
            .saturating_mul(1000);
        verified
            .notes
            .push(format!("{holder} held it durably at {}", time(at)));
    }
    verified
        .notes
        .push("It is theirs only if you know these party ids to be theirs.".to_owned());
    Ok(verified)
}

fn verify_card(bytes: &[u8]) -> Result<Verified, Failure> {
    let card = Card::parse_file(bytes)?;
    let mut verified = Verified::new("card");
    verified.parties = vec![(
        card.credential().name().to_owned(),
        card.party_id().to_string(),
    )];
    verified.notes.push(format!(
        "Certificate serial {}, issued {}",
        card.credential().serial(),
        time(card.issued())
    ));
    Ok(verified)
}

fn verify_charter(bytes: &[u8]) -> Result<Verified, Failure> {
    let instrument = Instrument::parse_file(bytes)?;
    let mut verified = Verified::new("charter");
    verified.title = Some(instrument.charter().terms().title.clone());
    verified.parties = instrument
        .charter()
        .members()
        .iter()
        .map(|m| (m.name().to_owned(), m.party_id().to_string()))
        .collect();
    verified.notes.push(if instrument.is_founded() {
        "Signed by every party: it founds a line.".to_owned()
    } else {
        format!(
            "{} signatures are missing: it founds nothing yet.",
            instrument.missing().count()
        )
    });
    Ok(verified)
}

fn text(v: &Verified) -> String {
    let mut text = format!("Verified: a sound {}.\n", v.what);
    if let Some(title) = &v.title {
        text.push_str(&format!("Line \"{title}\"\n"));
    }
    for (name, id) in &v.parties {
        text.push_str(&format!("  {name}  {id}\n"));
    }
    if let Some(root) = &v.record_root {
        text.push_str(&format!(
            "{} entries, {} of them messages, {} settled\nRecord root {root}\n{} cosignatures and {} seals are right\n",
            v.entries, v.messages, v.settled, v.cosignatures, v.seals
        ));
    }
    for note in &v.notes {
        text.push_str(&format!("{note}\n"));
    }
    for (place, doubt) in &v.doubts {
        text.push_str(&format!("Doubt about {place}: {doubt}\n"));
    }
    for name in &v.forked {
        text.push_str(&format!("PROVEN: {name} signed two histories\n"));
    }
    text
}
