//! Every bound that something from outside meets in the record, as `spec/record.md` section 2 lists them.

/// Most parties of a line.
pub const PARTIES_MAX: usize = 16;
/// Fewest parties of a line.
pub const PARTIES_MIN: usize = 2;
/// Longest entry header, bytes.
pub const HEADER_MAX: usize = 2048;
/// Longest entry body, bytes.
pub const BODY_MAX: usize = 65_536;
/// Length of a salt, bytes.
pub const SALT_LEN: usize = 16;
/// Longest attachment chunk, bytes; every chunk but the last has this size.
pub const CHUNK_MAX: usize = 32_768;
/// Longest name of a post, bytes.
pub const POST_MAX: usize = 64;
/// Most references of an entry.
pub const REFS_MAX: usize = 32;
/// Most addressees in one list.
pub const ADDRESSEES_MAX: usize = 64;
/// Most texts of a message.
pub const TEXTS_MAX: usize = 16;
/// Longest language tag, bytes.
pub const LANGUAGE_MAX: usize = 35;
/// Longest subject, own reference, file name, media type, class or reason, bytes.
pub const SUBJECT_MAX: usize = 1024;
/// Most attachments of a message.
pub const ATTACHMENTS_MAX: usize = 16;
/// Most stages claimed in a message.
pub const STAGES_MAX: usize = 16;
/// Most fields of a message, and values of a read-back or a confirmation.
pub const FIELDS_MAX: usize = 64;
/// Longest value of a field, bytes.
pub const FIELD_MAX: usize = 4096;
/// Most classes that a narrowed line still takes.
pub const CLASSES_MAX: usize = 16;
/// Most notices of a watch statement.
pub const NOTICES_MAX: usize = 8;
/// Most terms that one glossary entry proposes.
pub const TERMS_MAX: usize = 64;
/// Longest words of a confirmation, answer, status, accord, finding or announcement, bytes.
pub const WORDS_MAX: usize = 16_384;
/// Most paragraphs of a text.
pub const PARAGRAPHS_MAX: usize = 256;
/// Deepest nesting of brackets.
pub const BRACKET_DEPTH_MAX: usize = 8;
/// Most operations of an amendment.
pub const OPERATIONS_MAX: usize = 64;
/// Most participants that an encounter names.
pub const PARTICIPANTS_MAX: usize = 64;
/// Most claims of when an encounter was, of one entry.
pub const CLAIMS_MAX: usize = 16;
/// Most entries one purge names.
pub const PURGE_MAX: usize = 256;
/// Largest magnitude of a time, milliseconds.
pub const TIME_MAX: i64 = (1 << 53) - 1;
/// Longest signed note, bytes.
pub const NOTE_MAX: usize = 131_072;
/// Most signature lines of a note.
pub const SIGNATURES_MAX: usize = 64;
/// Deepest nesting of CBOR.
pub const DEPTH_MAX: usize = 8;
/// Longest card file, bytes.
pub const CARD_MAX: usize = 32_768;
/// Most endpoints on a card.
pub const ENDPOINTS_MAX: usize = 16;
/// Longest endpoint, bytes.
pub const ENDPOINT_MAX: usize = 256;
/// Longest party name, bytes.
pub const NAME_MAX: usize = 64;
/// Longest charter or instrument, bytes.
pub const CHARTER_MAX: usize = 1 << 20;
/// Most posts of a member.
pub const POSTS_MAX: usize = 16;
/// Longest title of a line, bytes.
pub const TITLE_MAX: usize = 256;
/// Longest name of a level, bytes.
pub const LEVEL_MAX: usize = 64;
/// Longest name of a time zone, bytes.
pub const ZONE_MAX: usize = 64;
/// Most times of a test schedule.
pub const SCHEDULE_MAX: usize = 48;
/// Most languages of a charter.
pub const LANGUAGES_MAX: usize = 16;
/// Most classes that stay open in a suspension.
pub const OPEN_CLASSES_MAX: usize = 16;
/// Largest attachment limit a charter may set, bytes.
pub const ATTACHMENT_LIMIT_MAX: u64 = 1 << 30;
/// Longest contact interval, seconds; also the longest settle delay in seconds.
pub const CONTACT_INTERVAL_MAX: u64 = 86_400;
/// Longest clock, beat of the seals or tolerance of a charter, seconds: a leap year.
pub const TERM_SECONDS_MAX: u64 = 31_622_400;
/// Largest word limit of a precedence that a charter may set.
pub const WORD_LIMIT_MAX: u64 = 65_535;
/// Most picks of a blind match that a charter may set.
pub const PICKS_MAX: u64 = 64;
/// Most scheduling runs in seven days that a charter may allow.
pub const RUNS_MAX: u64 = 64;
/// Most slots of the grid that a scheduling request lays out.
pub const SLOTS_MAX: usize = 8192;
/// Longest slot, and longest step from one to the next, minutes: seven days.
pub const SLOT_MINUTES_MAX: u64 = 10_080;
/// Longest retention of a charter that is not for ever, days: a hundred years.
pub const RETENTION_DAYS_MAX: u64 = 36_525;
/// Most hashes of a Merkle proof: a tree of 2^63 leaves.
pub const PROOF_MAX: usize = 63;
/// Most credentials that a disclosure carries.
pub const CREDENTIALS_MAX: usize = 64;
/// Most items of fork evidence in an export.
pub const FORKS_MAX: usize = 64;
/// Most signed notes in an export.
pub const NOTES_MAX: usize = 1 << 24;
