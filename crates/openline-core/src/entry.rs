//! Entries: the header that is a log's leaf, and the body beside it (record.md section 4).

use crate::body::Body;
use crate::cbor::{Reader, Type, Writer};
use crate::id::{Hash, PartyIndex};
use crate::limits::{BODY_MAX, HEADER_MAX, PARTIES_MAX, REFS_MAX, SALT_LEN, TIME_MAX};
use crate::rule::Rule;
use crate::tree;

/// What an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// First entry of a log: names the line.
    Founding,
    /// A message.
    Message,
    /// A piece of an attachment.
    Chunk,
    /// A receipt for a stage of the closed loop.
    Receipt,
    /// Says only what its author has seen.
    Mark,
    /// A change of node key.
    KeyChange,
    /// A proposal to delete bodies.
    Purge,
    /// Agreement to a purge.
    Consent,
    /// The author confirms or corrects what was read back.
    Confirmation,
    /// Closes an exchange: will comply, unable, takes note, rejects.
    Answer,
    /// Suspends, narrows or resumes the line.
    Status,
    /// Proposes agreed terms.
    Glossary,
    /// Agrees to a proposal, or declines it.
    Accord,
    /// Asks whether something outside the line is the other party's.
    OriginQuery,
    /// Answers an origin query.
    Finding,
    /// Announces a call or another contact outside the line.
    Announcement,
    /// Proposes a text.
    TextProposal,
    /// Changes a text.
    Amendment,
    /// Initials a text.
    Initial,
    /// Signs a text.
    Signature,
    /// Asks for a call, a meeting or a visit.
    Encounter,
    /// Something done about an encounter.
    Step,
    /// An older contact.
    Contact,
    /// An issue or an opportunity.
    Topic,
    /// A side's position on a topic.
    Position,
    /// Who will do what by when.
    Undertaking,
    /// A side's account of an undertaking.
    Account,
    /// One side's own account of a contact.
    Readout,
    /// What its author says in public.
    PublicStatement,
    /// Proposes a scheduling run.
    SlotRequest,
    /// Approves a blind match and commits to picks.
    SlotCommitment,
    /// Evaluates the other's blinded picks.
    SlotEvaluation,
    /// Says which picks are common.
    SlotResult,
    /// Commits to the slots of an offer.
    SlotSeal,
    /// Opens a sealed offer, or a disputed commitment.
    SlotOpening,
    /// Confirms the slot that was found.
    SlotConfirmation,
    /// Ends a scheduling run.
    SlotWithdrawal,
    /// A kind that version 1 does not define; kept and passed on as it is.
    Other(u64),
}

impl Kind {
    /// The number on the wire.
    #[must_use]
    pub fn number(self) -> u64 {
        match self {
            Self::Founding => 0,
            Self::Message => 1,
            Self::Chunk => 2,
            Self::Receipt => 3,
            Self::Mark => 4,
            Self::KeyChange => 5,
            Self::Purge => 6,
            Self::Consent => 7,
            Self::Confirmation => 8,
            Self::Answer => 9,
            Self::Status => 10,
            Self::Glossary => 11,
            Self::Accord => 12,
            Self::OriginQuery => 13,
            Self::Finding => 14,
            Self::Announcement => 15,
            Self::TextProposal => 16,
            Self::Amendment => 17,
            Self::Initial => 18,
            Self::Signature => 19,
            Self::Encounter => 20,
            Self::Step => 21,
            Self::Contact => 22,
            Self::Topic => 23,
            Self::Position => 24,
            Self::Undertaking => 25,
            Self::Account => 26,
            Self::Readout => 32,
            Self::PublicStatement => 33,
            Self::SlotRequest => 40,
            Self::SlotCommitment => 41,
            Self::SlotEvaluation => 42,
            Self::SlotResult => 43,
            Self::SlotSeal => 44,
            Self::SlotOpening => 45,
            Self::SlotConfirmation => 46,
            Self::SlotWithdrawal => 47,
            Self::Other(number) => number,
        }
    }

    /// The kind of a number on the wire.
    #[must_use]
    pub fn from_number(number: u64) -> Self {
        match number {
            0 => Self::Founding,
            1 => Self::Message,
            2 => Self::Chunk,
            3 => Self::Receipt,
            4 => Self::Mark,
            5 => Self::KeyChange,
            6 => Self::Purge,
            7 => Self::Consent,
            8 => Self::Confirmation,
            9 => Self::Answer,
            10 => Self::Status,
            11 => Self::Glossary,
            12 => Self::Accord,
            13 => Self::OriginQuery,
            14 => Self::Finding,
            15 => Self::Announcement,
            16 => Self::TextProposal,
            17 => Self::Amendment,
            18 => Self::Initial,
            19 => Self::Signature,
            20 => Self::Encounter,
            21 => Self::Step,
            22 => Self::Contact,
            23 => Self::Topic,
            24 => Self::Position,
            25 => Self::Undertaking,
            26 => Self::Account,
            32 => Self::Readout,
            33 => Self::PublicStatement,
            40 => Self::SlotRequest,
            41 => Self::SlotCommitment,
            42 => Self::SlotEvaluation,
            43 => Self::SlotResult,
            44 => Self::SlotSeal,
            45 => Self::SlotOpening,
            46 => Self::SlotConfirmation,
            47 => Self::SlotWithdrawal,
            other => Self::Other(other),
        }
    }

    /// The word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Founding => "founding",
            Self::Message => "message",
            Self::Chunk => "chunk",
            Self::Receipt => "receipt",
            Self::Mark => "mark",
            Self::KeyChange => "key change",
            Self::Purge => "purge",
            Self::Consent => "purge consent",
            Self::Confirmation => "confirmation",
            Self::Answer => "answer",
            Self::Status => "line status",
            Self::Glossary => "glossary",
            Self::Accord => "accord",
            Self::OriginQuery => "origin query",
            Self::Finding => "finding",
            Self::Announcement => "announcement",
            Self::TextProposal => "text",
            Self::Amendment => "amendment",
            Self::Initial => "initial",
            Self::Signature => "signature",
            Self::Encounter => "encounter",
            Self::Step => "encounter step",
            Self::Contact => "contact",
            Self::Topic => "topic",
            Self::Position => "position",
            Self::Undertaking => "undertaking",
            Self::Account => "account",
            Self::Readout => "readout",
            Self::PublicStatement => "public statement",
            Self::SlotRequest => "slot request",
            Self::SlotCommitment => "slot commitment",
            Self::SlotEvaluation => "slot evaluation",
            Self::SlotResult => "slot result",
            Self::SlotSeal => "sealed offer",
            Self::SlotOpening => "slot opening",
            Self::SlotConfirmation => "slot confirmation",
            Self::SlotWithdrawal => "slot withdrawal",
            Self::Other(_) => "unknown kind",
        }
    }

    /// Whether entries of this kind are written by the node, from the post [`NODE_POST`](crate::charter::NODE_POST).
    #[must_use]
    pub fn is_by_node(self) -> bool {
        matches!(self, Self::Founding | Self::Mark | Self::KeyChange)
    }

    /// Whether it is a step of private scheduling.
    #[must_use]
    pub fn is_scheduling(self) -> bool {
        (Self::SlotRequest.number()..=Self::SlotWithdrawal.number()).contains(&self.number())
    }

    /// Whether the record's own rules rest on the body, so that it can't be purged.
    #[must_use]
    pub fn is_structural(self) -> bool {
        matches!(
            self,
            Self::Founding | Self::KeyChange | Self::Purge | Self::Consent
        )
    }
}

/// Whether traffic is real; signed, never convertible.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MessageType {
    /// Real traffic.
    Real,
    /// Part of an exercise.
    Exercise,
    /// A test of the line.
    Test,
}

impl MessageType {
    /// The number on the wire.
    #[must_use]
    pub fn number(self) -> u64 {
        self as u64
    }

    /// The type of a number on the wire.
    #[must_use]
    pub fn from_number(number: u64) -> Option<Self> {
        [Self::Real, Self::Exercise, Self::Test]
            .into_iter()
            .find(|t| t.number() == number)
    }

    /// The word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Real => "real",
            Self::Exercise => "exercise",
            Self::Test => "test",
        }
    }
}

/// A reference to an entry by its place: whose log, and where in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ref {
    /// Whose log.
    pub party: PartyIndex,
    /// Position from 0.
    pub index: u64,
}

impl Ref {
    /// Writes `[party, index]`.
    pub fn write(&self, w: &mut Writer) {
        w.array(2).uint(u64::from(self.party.0)).uint(self.index);
    }
}

/// A decoded header. What it says has been read, not checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// What the entry is.
    pub kind: Kind,
    /// By party index: how many entries of each log the author had; the own slot is the entry's index.
    pub seen: Vec<u64>,
    /// The author's post.
    pub post: String,
    /// Real, exercise or test.
    pub message_type: MessageType,
    /// The time the author claims, milliseconds since 1970 UTC.
    pub time: i64,
    /// Entries this one refers to; the first is the main one.
    pub refs: Vec<Ref>,
    /// SHA-256(salt ‖ body).
    pub body_hash: Hash,
}

impl Header {
    /// Encodes the header; the bytes are the log's leaf.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut w = Writer::new();
        w.array(8)
            .uint(1)
            .uint(self.kind.number())
            .array(self.seen.len());
        for seen in &self.seen {
            w.uint(*seen);
        }
        w.text(&self.post)
            .uint(self.message_type.number())
            .int(self.time)
            .array(self.refs.len());
        for entry_ref in &self.refs {
            entry_ref.write(&mut w);
        }
        w.bytes(&self.body_hash.0);
        w.into_bytes()
    }

    /// Decodes a header: rules 1 to 8, and 14 and 16 as far as numbers are bounded.
    ///
    /// # Errors
    /// The first of those rules that fails.
    pub fn decode(bytes: &[u8]) -> Result<Self, Rule> {
        if bytes.len() > HEADER_MAX {
            return Err(Rule::HeaderSize);
        }
        let (mut header, message_type, time) = Reader::whole(bytes, Rule::HeaderShape, Self::read)?;
        header.message_type = MessageType::from_number(message_type).ok_or(Rule::HeaderType)?;
        header.time = time
            .filter(|t| (-TIME_MAX..=TIME_MAX).contains(t))
            .ok_or(Rule::HeaderTime)?;
        Ok(header)
    }

    /// Rules 5 and 6. Type and time come apart, since their ranges have rules of their own.
    fn read(r: &mut Reader<'_>) -> Result<(Self, u64, Option<i64>), Rule> {
        let len = r.array()?;
        if len > 0 && r.peek()? == Type::Uint && r.clone().uint()? != 1 {
            return Err(Rule::HeaderVersion);
        }
        if len != 8 {
            return Err(Rule::HeaderShape);
        }
        r.uint()?;
        let kind = Kind::from_number(r.uint()?);
        let count = r.array()?;
        let mut seen = Vec::with_capacity(count.min(PARTIES_MAX as u64) as usize);
        for _ in 0..count {
            seen.push(r.uint()?);
        }
        let post = r.text()?.to_owned();
        let (message_type, time) = (r.uint()?, read_time(r)?);
        let refs = read_refs(r)?;
        let body_hash = Hash(r.array_of()?);
        let header = Self {
            kind,
            seen,
            post,
            message_type: MessageType::Real,
            time: 0,
            refs,
            body_hash,
        };
        Ok((header, message_type, time))
    }
}

/// A time beyond 64 bits is a well-shaped integer out of range, so `None`, not a shape error.
pub(crate) fn read_time(r: &mut Reader<'_>) -> Result<Option<i64>, Rule> {
    r.wide_int()
}

/// Reads an array of references. A party number that no charter can hold becomes one that none has, and so is unseen.
pub(crate) fn read_refs(r: &mut Reader<'_>) -> Result<Vec<Ref>, Rule> {
    (0..r.array()?).map(|_| read_ref(r)).collect()
}

/// Reads a reference, as [`read_refs`] does.
pub(crate) fn read_ref(r: &mut Reader<'_>) -> Result<Ref, Rule> {
    r.array_exact(2)?;
    let party = u8::try_from(r.uint()?).unwrap_or(u8::MAX);
    Ok(Ref {
        party: PartyIndex(party),
        index: r.uint()?,
    })
}

/// A body and the salt that its hash was made with.
#[derive(Clone, PartialEq, Eq)]
pub struct SaltedBody {
    /// 16 random bytes.
    pub salt: [u8; SALT_LEN],
    /// The body's bytes.
    pub bytes: Vec<u8>,
}

impl std::fmt::Debug for SaltedBody {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SaltedBody({} bytes)", self.bytes.len())
    }
}

impl SaltedBody {
    /// Takes a salt and body from outside: rules `salt-size` and `body-size`.
    ///
    /// # Errors
    /// The rule that fails.
    pub fn new(salt: &[u8], bytes: &[u8]) -> Result<Self, Rule> {
        let salt = salt.try_into().map_err(|_| Rule::SaltSize)?;
        if bytes.len() > BODY_MAX {
            return Err(Rule::BodySize);
        }
        Ok(Self {
            salt,
            bytes: bytes.to_vec(),
        })
    }

    /// SHA-256(salt ‖ body).
    #[must_use]
    pub fn hash(&self) -> Hash {
        Hash::of(&[&self.salt, &self.bytes])
    }
}

/// An entry's bytes as they came, before any check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawEntry {
    /// The header's bytes.
    pub header: Vec<u8>,
    /// Salt and body, or nothing where the body was purged or is withheld.
    pub body: Option<(Vec<u8>, Vec<u8>)>,
}

impl RawEntry {
    /// Decodes the header (rules 1 to 8) and computes the leaf hash.
    ///
    /// # Errors
    /// The rule that fails.
    pub fn decode(self) -> Result<Entry, Rule> {
        let header = Header::decode(&self.header)?;
        let leaf = tree::leaf_hash(&self.header);
        let body = self.body.map(|(salt, bytes)| Carried::new(&salt, bytes));
        Ok(Entry {
            header,
            leaf,
            header_bytes: self.header,
            body,
        })
    }
}

/// A body as it came, hashed, but not yet compared with what the header commits to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Carried(Result<(SaltedBody, Hash), Rule>);

impl Carried {
    /// Rules `salt-size` and `body-size`, whose failure is told by [`Carried::check`], when their turn comes.
    fn new(salt: &[u8], bytes: Vec<u8>) -> Self {
        let Ok(salt) = salt.try_into() else {
            return Self(Err(Rule::SaltSize));
        };
        if bytes.len() > BODY_MAX {
            return Self(Err(Rule::BodySize));
        }
        let salted = SaltedBody { salt, bytes };
        let hash = salted.hash();
        Self(Ok((salted, hash)))
    }

    /// Rules `salt-size`, `body-size` and `body-hash`.
    pub(crate) fn check(self, committed: &Hash) -> Result<SaltedBody, Rule> {
        let (salted, hash) = self.0?;
        if hash == *committed {
            Ok(salted)
        } else {
            Err(Rule::BodyHash)
        }
    }
}

/// An entry whose header has been decoded (rules 1 to 8). Nothing else about it is known to be right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub(crate) header: Header,
    pub(crate) leaf: Hash,
    pub(crate) header_bytes: Vec<u8>,
    pub(crate) body: Option<Carried>,
}

impl Entry {
    /// Decodes an entry from the bytes of a file (rules 1 to 8).
    pub(crate) fn of(header: &[u8], body: Option<(&[u8], &[u8])>) -> Result<Self, Rule> {
        let body = body.map(|(salt, bytes)| Carried::new(salt, bytes.to_vec()));
        Ok(Self {
            header: Header::decode(header)?,
            leaf: tree::leaf_hash(header),
            header_bytes: header.to_vec(),
            body,
        })
    }

    /// The decoded header.
    #[must_use]
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The hash of the header as a leaf.
    #[must_use]
    pub fn leaf(&self) -> Hash {
        self.leaf
    }
}

/// An entry that has passed rules 1 to 38 and D1 to D12 in its place, and whose body, if it has one, is the one it commits to.
///
/// Made only by [`crate::admit::Logs`]. Nobody's signature over it has been checked yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedEntry {
    pub(crate) party: PartyIndex,
    pub(crate) index: u64,
    pub(crate) header: Header,
    pub(crate) header_bytes: Vec<u8>,
    pub(crate) leaf: Hash,
    pub(crate) lamport: u64,
    pub(crate) body: Option<(SaltedBody, Body)>,
}

impl VerifiedEntry {
    /// Whose log.
    #[must_use]
    pub fn party(&self) -> PartyIndex {
        self.party
    }
    /// Position in the log, from 0.
    #[must_use]
    pub fn index(&self) -> u64 {
        self.index
    }
    /// The place as a reference.
    #[must_use]
    pub fn place(&self) -> Ref {
        Ref {
            party: self.party,
            index: self.index,
        }
    }
    /// The decoded header.
    #[must_use]
    pub fn header(&self) -> &Header {
        &self.header
    }
    /// The header's bytes, the log's leaf.
    #[must_use]
    pub fn header_bytes(&self) -> &[u8] {
        &self.header_bytes
    }
    /// The hash of the header as a leaf.
    #[must_use]
    pub fn leaf(&self) -> Hash {
        self.leaf
    }
    /// The computed Lamport number.
    #[must_use]
    pub fn lamport(&self) -> u64 {
        self.lamport
    }
    /// Salt and body bytes; nothing where the body was purged or is withheld.
    #[must_use]
    pub fn salted(&self) -> Option<&SaltedBody> {
        self.body.as_ref().map(|(salted, _)| salted)
    }
    /// What the body says.
    #[must_use]
    pub fn body(&self) -> Option<&Body> {
        self.body.as_ref().map(|(_, body)| body)
    }
}

/// Checks rules 14 to 16 over `refs` for an author who had seen `seen`.
pub(crate) fn check_refs(refs: &[Ref], seen: &[u64]) -> Result<(), Rule> {
    if refs.len() > REFS_MAX {
        return Err(Rule::RefCount);
    }
    let unseen = |r: &Ref| seen.get(r.party.at()).is_none_or(|seen| r.index >= *seen);
    if refs.iter().any(unseen) {
        return Err(Rule::RefUnseen);
    }
    let is_repeated = refs.iter().enumerate().any(|(i, r)| refs[..i].contains(r));
    if is_repeated {
        Err(Rule::RefDuplicate)
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header() -> Header {
        Header {
            kind: Kind::Message,
            seen: vec![3, 1],
            post: "watch".into(),
            message_type: MessageType::Exercise,
            time: -81_000_000_000,
            refs: vec![Ref {
                party: PartyIndex(1),
                index: 0,
            }],
            body_hash: Hash([7; 32]),
        }
    }

    #[test]
    fn a_header_reads_back_as_written() {
        assert_eq!(Header::decode(&header().encode()), Ok(header()));
    }

    #[test]
    fn version_comes_before_shape() {
        let mut bytes = header().encode();
        bytes[1] = 2;
        assert_eq!(Header::decode(&bytes), Err(Rule::HeaderVersion));
        assert_eq!(Header::decode(&[0x81, 0x02]), Err(Rule::HeaderVersion));
        assert_eq!(Header::decode(&[0x81, 0x01]), Err(Rule::HeaderShape));
        assert_eq!(Header::decode(&[0x80]), Err(Rule::HeaderShape));
    }

    #[test]
    fn a_time_out_of_range_is_not_a_shape_error() {
        let over = Header {
            time: TIME_MAX + 1,
            ..header()
        };
        assert_eq!(Header::decode(&over.encode()), Err(Rule::HeaderTime));
    }

    #[test]
    fn unknown_kinds_keep_their_number() {
        let other = Header {
            kind: Kind::Other(99),
            ..header()
        };
        assert_eq!(
            Header::decode(&other.encode()).map(|h| h.kind),
            Ok(Kind::Other(99))
        );
    }
}
