//! The rules of the specification, one variant each, and the failure that names one.

use std::fmt;

use crate::id::PartyIndex;

macro_rules! rules {
    ($($variant:ident = $id:literal, $fails:literal;)*) => {
        /// A rule of `spec/record.md`, `spec/loop.md`, `spec/texts.md`, `spec/encounters.md`, `spec/readouts.md`, `spec/scheduling.md`, `spec/charter.md`,
        /// `spec/line.md`, `spec/bundle.md` or `spec/non-paper.md`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Rule { $(#[doc = $fails] $variant,)* }

        impl Rule {
            /// Every rule, in the order of the specification.
            pub const ALL: &'static [Rule] = &[$(Rule::$variant,)*];

            /// The id that the specification, vectors and error messages use.
            #[must_use]
            pub fn id(self) -> &'static str {
                match self { $(Rule::$variant => $id,)* }
            }

            /// The rule of an id.
            #[must_use]
            pub fn from_id(id: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|rule| rule.id() == id)
            }

            /// What has happened when the rule fails, as a sentence without a full stop.
            #[must_use]
            pub fn fails_when(self) -> &'static str {
                match self { $(Rule::$variant => $fails,)* }
            }
        }
    };
}

rules! {
    HeaderSize = "header-size", "the header is longer than allowed";
    CborMalformed = "cbor-malformed", "the bytes are not well-formed CBOR, or hold an item that is not allowed";
    CborCanonical = "cbor-canonical", "the CBOR is not in the one deterministic form";
    CborTrailing = "cbor-trailing", "bytes follow the CBOR item";
    HeaderVersion = "header-version", "the entry is of a version this program does not know";
    HeaderShape = "header-shape", "the header is not of the form the specification gives";
    HeaderType = "header-type", "the message type is not real, exercise or test";
    HeaderTime = "header-time", "the claimed time is out of range";
    HeaderPost = "header-post", "the post is not one that the charter lists for the author";
    SeenLength = "seen-length", "the entry does not say what it has seen of every party";
    SeenOwn = "seen-own", "the entry's own slot is not its index";
    SeenBackwards = "seen-backwards", "the author claims to have seen less than before";
    SeenAhead = "seen-ahead", "the author claims to have seen entries that do not exist";
    RefCount = "ref-count", "there are too many references";
    RefUnseen = "ref-unseen", "a reference names an entry that the author had not seen";
    RefDuplicate = "ref-duplicate", "a reference occurs twice";
    FoundingFirst = "founding-first", "a log must begin with a founding entry, and hold only one";
    SaltSize = "salt-size", "the salt does not have 16 bytes";
    BodySize = "body-size", "the body is longer than allowed";
    BodyHash = "body-hash", "the body is not the one the header commits to";
    BodyShape = "body-shape", "the body is not of the form its kind requires";
    FoundingCharter = "founding-charter", "the founding entry names another line";
    MessageForm = "message-form", "the form or the level of authority is not known";
    MessagePrecedence = "message-precedence", "the precedence is not known, or does not fit the addressees";
    MessageAddress = "message-address", "an addressee is missing, repeated, or not a post of the charter";
    MessageText = "message-text", "the texts must be one authoritative text, then courtesy translations in other languages";
    MessageSubject = "message-subject", "a subject, reference or claimed stage is empty, too long or out of range";
    MessageNumber = "message-number", "a note verbale, and only a note verbale, carries a number";
    MessageAttachment = "message-attachment", "an attachment's description does not fit its chunks or the charter's limit";
    MessageValidity = "message-validity", "the validity ends before it begins";
    MessageRefs = "message-refs", "a reply, correction or cancellation must refer to an entry";
    ReceiptStage = "receipt-stage", "the receipt's stage or what goes with it is out of range";
    ReceiptRef = "receipt-ref", "a receipt refers to exactly one entry of another party";
    ChunkSize = "chunk-size", "an attachment chunk is empty or too long";
    KeyChangeCredential = "key-change-credential", "the new key is not certified by this party's root";
    KeyChangeSerial = "key-change-serial", "the new key's serial is not higher than that of the key in force";
    PurgeTarget = "purge-target", "the purge names something that can't be purged";
    ConsentRef = "consent-ref", "a consent refers to exactly one purge of another party";
    MessageClass = "message-class", "the class or template is empty, too long or holds control characters";
    MessageFields = "message-fields", "the fields are none, too many, repeated, of the wrong size, or marked with what is not known";
    MessageSuperseding = "message-superseding", "a correction or cancellation goes at flash, and refers first to an entry of its own author";
    ReceiptFields = "receipt-fields", "values are typed again in a read-back only, each once and of its size";
    AboutRef = "about-ref", "the entry must refer to exactly one entry, of another party";
    ConfirmationValue = "confirmation-value", "the confirmation is not of its range, or corrects without saying what";
    AnswerValue = "answer-value", "the answer is not will comply, unable, takes note or rejects, or its words are of the wrong size";
    StatusValue = "status-value", "the line status is out of range, ends before it begins, or does not name what stays open exactly when it narrows";
    GlossaryTerms = "glossary-terms", "the terms are none, too many, repeated, or not of their form";
    AccordValue = "accord-value", "the accord is neither agreed nor declined, or its words are of the wrong size";
    OriginValue = "origin-value", "the origin query or its finding is out of range or says nothing";
    AnnouncementValue = "announcement-value", "the announcement ends before it begins, or does not say of what and by whom";
    TextRef = "text-ref", "an amendment, initial or signature must refer to exactly one entry, the text";
    TextTitle = "text-title", "the text's title or languages are missing, repeated or not of their form";
    TextParagraphs = "text-paragraphs", "the text has no paragraph, too many, or one in a language that it does not name";
    TextParagraph = "text-paragraph", "a paragraph is empty, its brackets are not balanced or too deep, or differ between its languages";
    AmendmentValue = "amendment-value", "the amendment changes nothing or too much, names what its author had not seen, or its words are of the wrong size";
    TextAssent = "text-assent", "the initial or signature is neither full nor ad referendum, or its words are of the wrong size";
    SubjectRef = "subject-ref", "the entry must refer to what it is about";
    EncounterValue = "encounter-value", "the encounter is out of range, or names a party, an office or a language that can't be";
    EncounterLink = "encounter-link", "what the encounter is part of or returns is not among its references, or it returns a visit without being one";
    StepValue = "step-value", "what is said about the encounter is out of range, or does not go with the act";
    TimeClaims = "time-claims", "the claimed times are none, too many, say nothing, or are not of their form";
    ContactValue = "contact-value", "the contact is out of range, or its date is not of its form";
    TopicValue = "topic-value", "the topic is neither issue nor opportunity, or its title or words are of the wrong size";
    PositionValue = "position-value", "the position says nothing, or is out of range";
    UndertakingValue = "undertaking-value", "the undertaking names no party, says nothing, or is out of range";
    AccountValue = "account-value", "the account is out of range, or its words are of the wrong size";
    ReadoutRefs = "readout-refs", "the readout does not refer to what it is an account of";
    AccountTexts = "account-texts", "the texts must be one authoritative text, then courtesy translations in other languages";
    ReadoutQuotes = "readout-quotes", "a quotation is of no entry that is referred to, stands in no text, or is of the wrong size";
    StatementTitle = "statement-title", "the title is empty, too long or holds control characters";
    StatementExtents = "statement-extents", "the statement does not say of each entry it refers to how much it discloses";
    SlotRequest = "slot-request", "the request's method, rule, window, length, step, working hours or purpose is out of range";
    SlotRef = "slot-ref", "the entry must refer to exactly one entry: the request of its run";
    SlotCommitment = "slot-commitment", "the blinded picks are none, too many, of the wrong size, repeated or out of order";
    SlotEvaluation = "slot-evaluation", "the evaluated picks or the tags are none, too many, of the wrong size, or not as many as each other; or the tags are repeated or out of order";
    SlotResult = "slot-result", "the common picks are not of their form";
    SlotOpening = "slot-opening", "the opened picks are not of their form";
    SlotConfirmation = "slot-confirmation", "the slot's time is out of range, or it is not written out";
    SlotWithdrawal = "slot-withdrawal", "the words of the withdrawal are of the wrong size";
    BodyAbsent = "body-absent", "the body is missing and no agreed purge names the entry";
    NoteFormat = "note-format", "the text is not a signed note";
    CheckpointFormat = "checkpoint-format", "the note is not a checkpoint in its one form";
    CheckpointOrigin = "checkpoint-origin", "the checkpoint is of another log";
    CheckpointSize = "checkpoint-size", "the checkpoint covers more than is held, or nothing";
    CheckpointRoot = "checkpoint-root", "the checkpoint's root is not that of the log";
    CheckpointSignature = "checkpoint-signature", "the checkpoint is not rightly signed by the key in force";
    CosignatureFormat = "cosignature-format", "a cosignature has the wrong length or time";
    CosignatureKey = "cosignature-key", "a cosignature was made by a key that had been replaced";
    CosignatureSignature = "cosignature-signature", "a cosignature is wrong";
    ForkShape = "fork-shape", "the fork evidence is not of its form or not rightly signed";
    ForkProof = "fork-proof", "the fork evidence proves no fork";
    ExportMagic = "export-magic", "the file is not an export";
    ExportShape = "export-shape", "an item of the export is not of its form, or missing";
    ExportOrder = "export-order", "the entries are not in the record's order";
    ExportCover = "export-cover", "a log is not covered by a checkpoint of its full size, or the notes are out of order";
    ExportEnd = "export-end", "the closing item does not fit the entries";
    ProofFormat = "proof-format", "the file is not a disclosure proof";
    ProofInclusion = "proof-inclusion", "the proof does not lead to the checkpoint's root";
    CertificateShape = "certificate-shape", "the certificate is not of its form";
    CredentialShape = "credential-shape", "the credential is not of its form";
    CredentialHash = "credential-hash", "a long key is not the one the certificate names";
    CredentialSignature = "credential-signature", "a signature of the root is wrong";
    CardShape = "card-shape", "the card is not of its form";
    CardEndpoint = "card-endpoint", "an endpoint of the card is not of its form";
    CardSignature = "card-signature", "the card's statement is not signed by its node";
    CardChanged = "card-changed", "the card contradicts one that was confirmed before";
    CharterShape = "charter-shape", "the charter is not of its form";
    CharterMembers = "charter-members", "the members are too few, too many, repeated or out of order";
    CharterMember = "charter-member", "a member's posts or zone are not of their form";
    CharterTerms = "charter-terms", "a term of the charter is out of range";
    InstrumentShape = "instrument-shape", "the instrument is not of its form";
    InstrumentSignature = "instrument-signature", "a signature under the charter is wrong";
    InstrumentIncomplete = "instrument-incomplete", "not every member has signed the charter";
    FrameSize = "frame-size", "the frame is empty or longer than allowed";
    FrameShape = "frame-shape", "the frame is not of its form";
    FrameOrder = "frame-order", "the frame came before the greeting, or greets as another party";
    HelloVersion = "hello-version", "the peer speaks another version of the protocol";
    HelloParty = "hello-party", "the peer is not the party it says it is";
    LineUnknown = "line-unknown", "the frame is about a line that both do not share";
    BatchSize = "batch-size", "the batch is empty or too large";
    WantRange = "want-range", "entries are asked for that do not exist, or too many at once";
    LogForked = "log-forked", "the log has two histories and nothing more of it is admitted";
    CannotStore = "cannot-store", "the other node can't store at present";
    Flood = "flood", "the peer asks for more at once than is allowed";
    ProofConsistency = "proof-consistency", "the consistency proof does not hold";
    WatchShape = "watch-shape", "the watch statement is not of its form";
    WatchSignature = "watch-signature", "the watch statement is not this party's on this line, or not rightly signed";
    BundleFormat = "bundle-format", "the file is not a sealed bundle";
    BundleRecipient = "bundle-recipient", "the bundle is sealed to another key or another party";
    BundleSender = "bundle-sender", "the bundle is not signed by a party of this relation";
    BundleShape = "bundle-shape", "the opened bundle is not of its form";
    NonPaperShape = "non-paper-shape", "a non-paper, or a file of them, is not of its form";
    NonPaperParty = "non-paper-party", "the file of non-papers is not for this party, or not from one of a confirmed relation";
    NonPaperKey = "non-paper-key", "it is under a key that is not shared here, or offers one to a seal key that is not this party's";
    NonPaperMac = "non-paper-mac", "it does not open, or was not made, with the key that the two parties share";
    NonPaperNumber = "non-paper-number", "its number is outside what may be under way";
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

/// What of a file a refusal is about, where it is not an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Item {
    /// A signed note, by its position from 0.
    Note(usize),
    /// Fork evidence, by its position from 0.
    Fork(usize),
}

impl fmt::Display for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Note(position) => write!(f, "note {position}"),
            Self::Fork(position) => write!(f, "fork evidence {position}"),
        }
    }
}

/// A refusal: the rule that was broken and, where one is concerned, the entry or item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub struct Refused {
    /// The rule that was broken.
    pub rule: Rule,
    /// The entry concerned: party index and position in that party's log.
    pub entry: Option<(PartyIndex, u64)>,
    /// The note or fork evidence concerned.
    pub item: Option<Item>,
}

impl Refused {
    /// Attaches the entry that a refusal is about, unless one is named already.
    #[must_use]
    pub fn at(mut self, party: PartyIndex, index: u64) -> Self {
        self.entry.get_or_insert((party, index));
        self
    }

    /// Attaches the note or fork evidence that a refusal is about, unless one is named already.
    #[must_use]
    pub fn of(mut self, item: Item) -> Self {
        self.item.get_or_insert(item);
        self
    }
}

impl From<Rule> for Refused {
    fn from(rule: Rule) -> Self {
        Self {
            rule,
            entry: None,
            item: None,
        }
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some((party, index)) = self.entry {
            write!(f, "entry {index} of party {}: ", party.0)?;
        }
        if let Some(item) = self.item {
            write!(f, "{item}: ")?;
        }
        write!(f, "{} ({})", self.rule.fails_when(), self.rule.id())
    }
}
