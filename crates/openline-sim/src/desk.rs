//! What a node's desk makes of a line: every fold of `openline-desk`, over the entries in the order in which they came to the node.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use openline_core::charter::Founded;
use openline_core::entry::{Kind, MessageType, Ref};
use openline_core::message::Message;
use openline_core::origin::{Finding, OriginQuery};
use openline_core::readout::Readout;
use openline_core::scheduling::Scheduling;
use openline_core::status::Status;
use openline_core::text::Assent;
use openline_core::{Hash, PartyIndex};
use openline_desk::crossing::have_crossed;
use openline_desk::encounter::Encounters;
use openline_desk::exchange::exchanges;
use openline_desk::glossary::Glossaries;
use openline_desk::health::Tests;
use openline_desk::history::{Contacts, history};
use openline_desk::ladder::Ladder;
use openline_desk::origin::Inquiry;
use openline_desk::readout::Accounts;
use openline_desk::reciprocity::ledger;
use openline_desk::scheduling::{Run, Stage};
use openline_desk::standing::Standings;
use openline_desk::text::{Negotiation, Texts};
use openline_desk::topics::Topics;
use openline_store::StoredEntry;

use crate::disk::Disk;

/// What planted faults do to a desk.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Faults {
    /// Entries are taken to stand in the record in the order in which they came.
    pub arrival_order: bool,
    /// What was there when the node started is not looked at.
    pub forgets: bool,
    /// An initial or signature counts for whatever draft stands.
    pub any_hash: bool,
    /// A slot that one's own side has confirmed counts as confirmed by all.
    pub own_word: bool,
}

/// The desk of one node for one line.
#[derive(Debug)]
pub(crate) struct Desk {
    founded: Arc<Founded>,
    me: PartyIndex,
    faults: Faults,
    /// In the order in which they came, with bodies that are there now.
    entries: Vec<StoredEntry>,
    /// How many of them a planted fault leaves out.
    forgotten: usize,
    /// Whether something has come since somebody looked at it.
    is_new: bool,
}

/// That a log's entries below a size are stored by a cosigner, as of a time.
pub(crate) type Cosigned = (PartyIndex, PartyIndex, u64, u64);

impl Desk {
    /// The desk of a node that starts: it finds the entries on its disk, log after log.
    pub(crate) fn start(
        disk: &Disk,
        founded: &Arc<Founded>,
        me: PartyIndex,
        faults: Faults,
    ) -> Self {
        let line = founded.line();
        let logs = founded.parties().map(|party| disk.log(line, party, 0));
        let entries: Vec<StoredEntry> = logs.flatten().collect();
        Self {
            founded: founded.clone(),
            me,
            faults,
            forgotten: if faults.forgets { entries.len() } else { 0 },
            entries,
            is_new: true,
        }
    }

    /// The same entries, in the reverse of the record's order.
    fn reversed(&self) -> Self {
        let mut entries = self.known().to_vec();
        entries.sort_by_key(|entry| (entry.lamport, entry.place.party));
        entries.reverse();
        Self {
            founded: self.founded.clone(),
            me: self.me,
            faults: self.faults,
            forgotten: 0,
            entries,
            is_new: false,
        }
    }

    /// Takes up entries that have become durable, or whose body has come or gone.
    pub(crate) fn take(&mut self, disk: &Disk, places: impl IntoIterator<Item = Ref>) {
        for place in places {
            let Some(entry) = disk.entry(self.founded.line(), place) else {
                continue;
            };
            match self.entries.iter_mut().find(|known| known.place == place) {
                Some(known) => *known = entry,
                None => self.entries.push(entry),
            }
            self.is_new = true;
        }
    }

    /// What has been settled is read from the disk.
    pub(crate) fn settle(&mut self, disk: &Disk) {
        let line = self.founded.line();
        for known in self
            .entries
            .iter_mut()
            .filter(|known| known.number.is_none())
        {
            known.number = disk.entry(line, known.place).and_then(|entry| entry.number);
        }
        self.is_new = true;
    }

    /// Whether something has come since somebody looked at it.
    pub(crate) fn is_new(&self) -> bool {
        self.is_new
    }

    /// Somebody has looked at it.
    pub(crate) fn looked_at(&mut self) {
        self.is_new = false;
    }

    /// The entries as they are held.
    pub(crate) fn entries(&self) -> &[StoredEntry] {
        &self.entries
    }

    /// Those that the desk looks at.
    fn known(&self) -> &[StoredEntry] {
        &self.entries[self.forgotten..]
    }

    fn parties(&self) -> usize {
        self.founded.party_count()
    }

    /// Each entry with the number that orders it.
    fn ordered(&self) -> impl Iterator<Item = (u64, &StoredEntry)> {
        let by_arrival = self.faults.arrival_order;
        let number =
            move |at: u64, entry: &StoredEntry| if by_arrival { at } else { entry.lamport };
        (0..)
            .zip(self.known())
            .map(move |(at, entry)| (number(at, entry), entry))
    }

    /// Texts under negotiation.
    pub(crate) fn texts(&self) -> Texts {
        let mut texts = Texts::new(self.parties());
        let mut entries: Vec<(u64, &StoredEntry)> = self.ordered().collect();
        if self.faults.any_hash {
            entries.sort_by_key(|(number, entry)| (*number, entry.place.party));
        }
        for (number, entry) in entries {
            let rewritten = self.faults.any_hash.then(|| as_it_stands(&texts, entry));
            let body = rewritten.flatten();
            let body = body.as_deref().or(body_of(entry));
            // What was admitted breaks no rule of its body; here and below.
            let _ = texts.follow(entry.place, number, &entry.header, body);
        }
        texts
    }

    /// Texts as they stand.
    pub(crate) fn negotiations(&self) -> Vec<Negotiation> {
        let settled = |place: Ref| {
            let mut entries = self.known().iter();
            entries.any(|entry| entry.place == place && entry.number.is_some())
        };
        self.texts().all(settled)
    }

    /// Encounters.
    pub(crate) fn encounters(&self) -> Encounters {
        let mut encounters = Encounters::new(self.parties());
        for (number, entry, body) in self.with_bodies() {
            let _ = encounters.follow(entry.place, number, &entry.header, body);
        }
        encounters
    }

    /// Topics and undertakings.
    pub(crate) fn topics(&self) -> Topics {
        let mut topics = Topics::new(self.parties());
        for (number, entry, body) in self.with_bodies() {
            let _ = topics.follow(entry.place, number, &entry.header, body);
        }
        topics
    }

    /// Scheduling runs.
    pub(crate) fn runs(&self) -> Vec<Run> {
        let said = |entry: &StoredEntry| {
            let decoded = Scheduling::decode(entry.header.kind, body_of(entry)?);
            decoded.ok().flatten()
        };
        let mut runs: BTreeMap<Ref, Run> = BTreeMap::new();
        for entry in self.known() {
            if let Some(Scheduling::Request(request)) = said(entry) {
                let of = (entry.place, entry.leaf);
                let run = Run::new(of, entry.header.message_type, request, self.parties());
                runs.insert(entry.place, run);
            }
        }
        for entry in self.known() {
            let run = entry
                .header
                .refs
                .first()
                .and_then(|about| runs.get_mut(about));
            let (Some(run), Some(said)) = (run, said(entry)) else {
                continue;
            };
            let is_own_word = self.faults.own_word
                && entry.place.party == self.me
                && matches!(said, Scheduling::Confirmation(_));
            let as_said_by = self.founded.parties().filter(|_| is_own_word);
            for party in as_said_by {
                let place = Ref {
                    party,
                    index: u64::MAX,
                };
                run.follow(place, entry.header.message_type, said.clone());
            }
            run.follow(entry.place, entry.header.message_type, said);
        }
        runs.into_values().collect()
    }

    fn with_bodies(&self) -> impl Iterator<Item = (u64, &StoredEntry, &[u8])> {
        self.ordered()
            .filter_map(|(number, entry)| Some((number, entry, body_of(entry)?)))
    }

    /// The ladders of messages, by what the entries say and by the cosignatures given.
    fn ladders(&self, cosigned: &[Cosigned]) -> Vec<(Ladder, Message)> {
        let mut ladders = BTreeMap::new();
        for entry in self.known() {
            if let (Kind::Message, Some(body)) = (entry.header.kind, body_of(entry))
                && let Ok(message) = Message::decode(body)
            {
                let mut ladder = Ladder::of(entry.place, &entry.header, Some(&message));
                for (_, cosigner, size, time) in cosigned
                    .iter()
                    .filter(|(log, ..)| *log == entry.place.party)
                {
                    ladder.cosigned(*cosigner, *size, *time);
                }
                ladders.insert(entry.place, (ladder, message));
            }
        }
        for (number, entry, body) in self.with_bodies() {
            for about in &entry.header.refs {
                if let Some((ladder, _)) = ladders.get_mut(about) {
                    let _ = ladder.follow(entry.place, number, &entry.header, body);
                }
            }
        }
        ladders.into_values().collect()
    }

    /// Identifies what is held: whoever holds the same has the same here.
    pub(crate) fn record(&self, cosigned: &[Cosigned]) -> Hash {
        let mut held: Vec<(Ref, Hash, bool, Option<u64>)> = self
            .entries
            .iter()
            .map(|entry| {
                let has_body = entry.raw.body.is_some();
                (entry.place, entry.leaf, has_body, entry.number)
            })
            .collect();
        held.sort_by_key(|(place, ..)| *place);
        Hash::of(&[format!("{held:?} {cosigned:?}").as_bytes()])
    }

    /// Everything that the desk computes, written out: from the entries as they came, and again from the same in another order.
    pub(crate) fn state(&self, cosigned: &[Cosigned], stages: &mut Stages) -> [String; 2] {
        [
            self.write(cosigned, stages),
            self.reversed().write(cosigned, stages),
        ]
    }

    fn write(&self, cosigned: &[Cosigned], stages: &mut Stages) -> String {
        let mut out = String::new();
        // Writing to a string can't fail; here and below.
        let _ = writeln!(out, "texts {:?}", self.negotiations());
        self.write_encounters(&mut out);
        let topics = self.topics();
        let _ = writeln!(out, "topics {:?}", topics.topics());
        let _ = writeln!(out, "undertakings {:?}", topics.undertakings());
        for run in self.runs() {
            let stage = stages.of(&run);
            let _ = writeln!(out, "run {:?} {:?}", run.place, stage);
        }
        self.write_loop(&mut out, cosigned);
        self.write_accounts(&mut out);
        self.write_others(&mut out);
        out
    }

    fn write_encounters(&self, out: &mut String) {
        let encounters = self.encounters();
        let all = encounters.all();
        let mut contacts = Contacts::default();
        for (number, entry, body) in self.with_bodies() {
            if entry.header.kind == Kind::Contact {
                let _ = contacts.follow(entry.place, number, &entry.header, body);
            }
        }
        let _ = writeln!(out, "encounters {all:?}");
        let _ = writeln!(out, "ledger {:?}", ledger(&all));
        for message_type in [MessageType::Real, MessageType::Exercise, MessageType::Test] {
            let events = history(&all, &contacts, encounters.assents(), message_type);
            let _ = writeln!(out, "history {events:?}");
        }
    }

    fn write_loop(&self, out: &mut String, cosigned: &[Cosigned]) {
        for (ladder, message) in self.ladders(cosigned) {
            let owed = exchanges(&ladder, &message, self.founded.terms());
            let _ = writeln!(out, "ladder {:?} {:?}", ladder.place(), ladder.rungs());
            let _ = writeln!(out, "owed {owed:?} after {:?}", ladder.successor());
        }
        let mut messages: Vec<&StoredEntry> = self
            .known()
            .iter()
            .filter(|entry| entry.header.kind == Kind::Message)
            .collect();
        messages.sort_by_key(|entry| entry.place);
        for (at, one) in messages.iter().enumerate() {
            let crossed = messages[..at].iter().filter(|other| {
                have_crossed((one.place, &one.header), (other.place, &other.header))
            });
            let crossed: Vec<Ref> = crossed.map(|other| other.place).collect();
            let _ = writeln!(out, "crossed {:?} {crossed:?}", one.place);
        }
    }

    fn write_accounts(&self, out: &mut String) {
        let mut accounts: BTreeMap<Ref, Accounts> = BTreeMap::new();
        let types: BTreeMap<Ref, MessageType> = self
            .known()
            .iter()
            .map(|entry| (entry.place, entry.header.message_type))
            .collect();
        for (_, entry, body) in self.with_bodies() {
            if let (Kind::Readout, Some(about)) = (entry.header.kind, entry.header.refs.first())
                && let (Some(of_type), Ok(readout)) = (types.get(about), Readout::decode(body))
            {
                let all = accounts
                    .entry(*about)
                    .or_insert_with(|| Accounts::new(*about, *of_type));
                all.follow(entry.place, entry.header.message_type, readout);
            }
        }
        for all in accounts.values() {
            let _ = writeln!(out, "accounts {all:?} {:?}", all.comparisons());
        }
    }

    fn write_others(&self, out: &mut String) {
        let mut standings = Standings::default();
        let mut glossaries = Glossaries::new(self.parties());
        let mut tests = Tests::default();
        let mut inquiries: BTreeMap<Ref, Inquiry> = BTreeMap::new();
        for (_, entry, body) in self.with_bodies() {
            if entry.header.kind == Kind::OriginQuery
                && let Ok(query) = OriginQuery::decode(body)
            {
                inquiries.insert(entry.place, Inquiry::new(entry.place, query));
            }
        }
        for (number, entry, body) in self.with_bodies() {
            let _ = glossaries.follow(entry.place, number, &entry.header, body);
            if entry.header.kind == Kind::Status
                && let Ok(status) = Status::decode(body)
            {
                standings.follow(entry.place, entry.header.message_type, status);
            }
            let about = entry.header.refs.first();
            if entry.header.kind == Kind::Finding
                && let Some(inquiry) = about.and_then(|about| inquiries.get_mut(about))
                && let Ok(finding) = Finding::decode(body)
            {
                inquiry.follow(entry.place, finding);
            }
        }
        // The entries of one log come in its order; that is what this fold asks for.
        let mut in_logs: Vec<&StoredEntry> = self.known().iter().collect();
        in_logs.sort_by_key(|entry| entry.place.index);
        for entry in in_logs {
            tests.push(entry.place, &entry.header, body_of(entry));
        }
        let times = self.known().iter().map(|entry| entry.header.time);
        let latest = times.max().unwrap_or(0);
        for message_type in [MessageType::Real, MessageType::Exercise, MessageType::Test] {
            let closed = standings.closed_at(latest, message_type);
            let _ = writeln!(out, "closed {closed:?}");
        }
        let _ = writeln!(out, "ahead {:?}", standings.ahead_of(latest));
        let _ = writeln!(
            out,
            "terms {:?} {:?}",
            glossaries.agreed(),
            glossaries.open()
        );
        let _ = writeln!(out, "inquiries {inquiries:?}");
        for test in tests.tests() {
            let heard = self
                .founded
                .parties()
                .map(|party| tests.heard(test.said.place, party));
            let _ = writeln!(out, "test {test:?} {:?}", heard.collect::<Vec<_>>());
        }
    }
}

/// An initial or signature as if it named the draft that stands: a planted fault.
fn as_it_stands(texts: &Texts, entry: &StoredEntry) -> Option<Vec<u8>> {
    let is_assent = matches!(entry.header.kind, Kind::Initial | Kind::Signature);
    let assent = Assent::decode(body_of(entry).filter(|_| is_assent)?).ok()?;
    let all = texts.all(|_| false);
    let text = all
        .iter()
        .find(|text| entry.header.refs.first() == Some(&text.place))?;
    let hash = text.hash;
    Some(Assent { hash, ..assent }.encode())
}

/// An entry's body, if it is there.
pub(crate) fn body_of(entry: &StoredEntry) -> Option<&[u8]> {
    entry.raw.body.as_ref().map(|(_, body)| &body[..])
}

/// Where runs stand, by all that they are computed from: proofs are dear.
#[derive(Debug, Default)]
pub(crate) struct Stages(BTreeMap<Hash, Stage>);

impl Stages {
    /// Where a run stands.
    pub(crate) fn of(&mut self, run: &Run) -> Stage {
        let of = Hash::of(&[format!("{run:?}").as_bytes()]);
        self.0.entry(of).or_insert_with(|| run.stage()).clone()
    }
}
