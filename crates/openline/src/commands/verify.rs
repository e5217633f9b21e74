//! `openline verify`: no node, no home, no trust.

mod publication;

use std::path::Path;

use openline_core::card::Card;
use openline_core::charter::Instrument;
use openline_core::entry::Kind;
use openline_core::export;
use openline_core::id::PartyIndex;
use openline_core::proof::Proof;
use openline_core::{Refused, Rule};
use serde::Serialize;

use crate::ahead;
use crate::failure::Failure;
use crate::output::{Output, time};

/// Longest part of a file's first line that an error repeats, bytes.
const FIRST_LINE_SHOWN_MAX: usize = 60;

/// What a verified file is and says.
#[derive(Debug, Serialize)]
pub struct Verified {
    /// `export`, `disclosure`, `card`, `charter` or `publication`.
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
    if let Some(folder) = publication::folder_of(path) {
        let verified = publication::verify(&folder)?;
        output.print(&verified, text);
        return Ok(());
    }
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
        _ => Err(other_version(first).unwrap_or_else(|| {
            Failure::unusable(
                "that is none of the files this program writes",
                "give an export, a .tlog-proof disclosure, a card or a charter",
            )
        })),
    }
}

/// Refuses a file of another version; whether it is sound in other ways is its reader's to say.
pub(super) fn check_version(text: &str) -> Result<(), Failure> {
    let first = text.lines().next().unwrap_or_default();
    other_version(first.as_bytes()).map_or(Ok(()), Err)
}

/// The refusal of a file whose first line is one of ours but for the version.
fn other_version(first: &[u8]) -> Option<Failure> {
    let kinds = [
        (&b"openline-export/"[..], Rule::ExportMagic),
        (b"c2sp.org/tlog-proof@", Rule::ProofFormat),
        (b"openline-card/", Rule::CardShape),
        (b"openline-charter/", Rule::InstrumentShape),
        (b"openline-bundle/", Rule::BundleFormat),
    ];
    let (_, rule) = kinds
        .iter()
        .find(|(start, _)| first.strip_prefix(*start).is_some_and(|rest| rest != b"v1"))?;
    let shown = String::from_utf8_lossy(&first[..first.len().min(FIRST_LINE_SHOWN_MAX)]);
    Some(Failure::refused(
        rule.id(),
        format!(
            "the file is of a version that this program does not know: its first line is \"{}\" ({rule})",
            shown.escape_debug()
        ),
        "verify it with the program that wrote it, or a newer one; if it should be of version 1, it was changed",
    ))
}

fn verify_export(bytes: &[u8]) -> Result<Verified, Failure> {
    let (mut messages, mut last) = (0, None);
    let report = ahead::verify(bytes, |entry| {
        messages += u64::from(entry.header().kind == Kind::Message);
        last = Some((entry.party(), entry.index()));
    });
    let report = report.map_err(|refused| after(last, refused))?;
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
    // There may be several pieces of evidence against one party.
    verified.forked = founded
        .parties()
        .filter(|party| report.forked.contains(party))
        .map(name)
        .collect();
    for party in founded.parties() {
        let holders = founded.parties().filter(|other| *other != party);
        let held: Vec<String> = holders
            .map(|holder| held_words(&report, party, holder, &name(holder)))
            .collect();
        verified.notes.push(format!(
            "{}: {} entries; {}",
            name(party),
            report.logs.size(party),
            held.join("; ")
        ));
    }
    Ok(verified)
}

/// What a party has signed that it holds of another's log.
fn held_words(report: &export::Report, log: PartyIndex, holder: PartyIndex, name: &str) -> String {
    let held = report.held.iter();
    let last = held
        .filter(|held| held.log == log && held.cosigner == holder && !held.is_seal)
        .max_by_key(|held| held.size);
    last.map_or_else(
        || format!("{name} has not signed that it holds any"),
        |held| {
            let since = i64::try_from(held.time).unwrap_or(i64::MAX);
            format!(
                "{name} held {} of them durably at {}",
                held.size,
                time(since.saturating_mul(1000))
            )
        },
    )
}

/// A refusal that names no place, with the last entry that was sound: where a file was cut or changed.
fn after(last: Option<(PartyIndex, u64)>, refused: Refused) -> Failure {
    let is_of_an_item = matches!(
        refused.rule,
        Rule::CborMalformed | Rule::CborCanonical | Rule::ExportShape | Rule::ExportEnd
    );
    let has_place = refused.entry.is_some() || refused.item.is_some();
    let mut failure = Failure::from(refused);
    if let Some((party, index)) = last.filter(|_| is_of_an_item && !has_place) {
        failure.title = format!("after entry {index} of party {party}: {}", failure.title);
    }
    failure
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
        match instrument.missing().count() {
            1 => "1 signature is missing: it founds nothing yet.".to_owned(),
            missing => format!("{missing} signatures are missing: it founds nothing yet."),
        }
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
