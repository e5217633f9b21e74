//! What can go wrong, sorted by who must act, with what to do about it.

use std::fmt;
use std::path::PathBuf;

use openline_core::entry::Ref;
use openline_core::{LineId, PartyIndex, Rule};
use rusqlite::ErrorCode;

/// A place in the store, to point at when its bytes are wrong.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum At {
    /// The file as a whole.
    Store,
    /// A line's instrument.
    Line(LineId),
    /// A log as a whole.
    Log(LineId, PartyIndex),
    /// An entry.
    Entry(LineId, Ref),
    /// The stored order, at a joint number.
    Order(LineId, u64),
    /// The stored Lamport numbers of a log.
    Lamports(LineId, PartyIndex),
    /// A stored inner node of a log's tree: level and index.
    Tile(LineId, PartyIndex, u32, u64),
    /// A checkpoint, by its log and size.
    Checkpoint(LineId, PartyIndex, u64),
    /// A cosignature: log, cosigner, size.
    Cosignature(LineId, PartyIndex, PartyIndex, u64),
    /// A seal: log, cosigner, size.
    Seal(LineId, PartyIndex, PartyIndex, u64),
    /// Fork evidence about a party.
    Fork(LineId, PartyIndex),
    /// A document of the node: kind and key.
    Document(String, String),
    /// An item of the audit log.
    Audit(u64),
}

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Store => f.write_str("the store file"),
            Self::Line(line) => write!(f, "line {}", line.short()),
            Self::Log(line, party) => write!(f, "line {}, log of party {party}", line.short()),
            Self::Entry(line, place) => write!(
                f,
                "line {}, entry {} of party {}",
                line.short(),
                place.index,
                place.party
            ),
            Self::Order(line, number) => {
                write!(f, "line {}, order at number {number}", line.short())
            }
            Self::Lamports(line, party) => {
                write!(f, "line {}, Lamport numbers of party {party}", line.short())
            }
            Self::Tile(line, party, level, index) => {
                write!(
                    f,
                    "line {}, tree of party {party}, node {index} at level {level}",
                    line.short()
                )
            }
            Self::Checkpoint(line, party, size) => write!(
                f,
                "line {}, checkpoint {size} of party {party}",
                line.short()
            ),
            Self::Cosignature(line, log, cosigner, size) => {
                write!(
                    f,
                    "line {}, cosignature of party {cosigner} over {size} of party {log}",
                    line.short()
                )
            }
            Self::Seal(line, log, cosigner, size) => {
                write!(
                    f,
                    "line {}, seal of party {cosigner} over {size} of party {log}",
                    line.short()
                )
            }
            Self::Fork(line, party) => write!(
                f,
                "line {}, fork evidence about party {party}",
                line.short()
            ),
            Self::Document(kind, key) => write!(f, "document {kind}/{key}"),
            Self::Audit(number) => write!(f, "audit item {number}"),
        }
    }
}

impl At {
    /// The line that the place belongs to, if it belongs to one.
    #[must_use]
    pub fn line(&self) -> Option<LineId> {
        match self {
            Self::Line(line)
            | Self::Log(line, _)
            | Self::Entry(line, _)
            | Self::Order(line, _)
            | Self::Lamports(line, _)
            | Self::Tile(line, ..)
            | Self::Checkpoint(line, ..)
            | Self::Cosignature(line, ..)
            | Self::Seal(line, ..)
            | Self::Fork(line, _) => Some(*line),
            Self::Store | Self::Document(..) | Self::Audit(_) => None,
        }
    }
}

/// Opening or creating a store failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// Another process holds this home.
    #[error("this home is in use{}. Two nodes on one home would sign two histories: stop that one first", holder(*.pid))]
    InUse {
        /// The holder's process id, where it could be read.
        pid: Option<u32>,
    },
    /// The home can't be written to.
    #[error("{} can't be written to ({why}). A node must be able to write its home; to look only, open it read-only", .path.display())]
    NotWritable {
        /// The folder or file.
        path: PathBuf,
        /// The system's reason.
        why: String,
    },
    /// The store that was here is gone.
    #[error("{} is gone, though a node has run on this home. Restore a backup; never start anew with the same keys", .path.display())]
    Gone {
        /// Where it should be.
        path: PathBuf,
    },
    /// There is no store here.
    #[error("there is no store at {}", .path.display())]
    Absent {
        /// Where it should be.
        path: PathBuf,
    },
    /// The file is damaged so badly that nothing can be read from it.
    #[error("{} is damaged: {why}. It was not written to. Restore a backup, then let peers send what is newer", .path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What SQLite or the examination said.
        why: String,
    },
    /// The file is not a store of this program.
    #[error("{} is not an openline store", .path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
    },
    /// The store was written by a newer program.
    #[error(
        "the store has schema {found}; this program knows {known} and lower. Install the newer program again"
    )]
    TooNew {
        /// Schema of the file.
        found: i64,
        /// Newest schema that this program knows.
        known: i64,
    },
    /// The store has a schema this program can no longer read or does not know.
    #[error("the store has schema {found}, which no release of this program wrote")]
    UnknownSchema {
        /// Schema of the file.
        found: i64,
    },
    /// The SQLite library has a known fault that loses data.
    #[error(
        "SQLite {found} can lose committed data (fixed in 3.51.3); this program must be built with a newer one"
    )]
    LibraryTooOld {
        /// Its version.
        found: &'static str,
    },
    /// The file system or SQLite failed otherwise.
    #[error("opening {} failed: {why}", .path.display())]
    Failed {
        /// The file.
        path: PathBuf,
        /// The reason.
        why: String,
    },
}

fn holder(pid: Option<u32>) -> String {
    pid.map_or_else(String::new, |pid| format!(" by process {pid}"))
}

/// Reading failed. No wrong bytes are ever returned in place of this.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// The store holds no such line.
    #[error("the store holds no line {0}")]
    UnknownLine(LineId),
    /// The question goes beyond what is held.
    #[error("only {held} entries are held")]
    Beyond {
        /// How many entries are held.
        held: u64,
    },
    /// Bytes have changed on the disk.
    #[error(
        "{0}: the stored bytes are not those that were written. Run `openline check`; the other parties hold a copy"
    )]
    Rot(At),
    /// SQLite finds the file malformed.
    #[error("the store file is damaged: {0}. Run `openline check`")]
    Damaged(String),
    /// Another process keeps the file locked.
    #[error("the store is locked by another program; close it and try again")]
    Busy,
    /// The disk failed.
    #[error("the disk could not be read: {0}. Check the disk and the system's log")]
    Io(String),
    /// SQLite failed otherwise.
    #[error("reading the store failed: {0}")]
    Failed(String),
}

/// Nothing of the batch was committed, and why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CommitError {
    /// The store is damaged and is not written to.
    #[error(
        "the store is damaged and is not written to: {0}. Run `openline check`, then rebuild it from the other parties' copies"
    )]
    Damaged(String),
    /// The disk is full.
    #[error(
        "the disk is full: nothing of this was stored. Free some space; the node goes on by itself"
    )]
    Full,
    /// The file or file system has become read-only.
    #[error(
        "the store can't be written to: {0}. Check permissions, and whether the file system was remounted read-only"
    )]
    ReadOnly(String),
    /// The disk failed.
    #[error(
        "the disk failed while storing: {0}. Nothing was stored. Check the disk and the system's log"
    )]
    Io(String),
    /// Another process keeps the file locked.
    #[error("the store is locked by another program; close it and try again")]
    Busy,
    /// The caller asked for something that can't be stored.
    #[error("not storable: {0}")]
    Misuse(Misuse),
    /// SQLite failed otherwise.
    #[error("storing failed: {0}")]
    Failed(String),
}

/// A write that contradicts what is stored; a bug of the caller, refused before it does harm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Misuse {
    /// The line was never stored.
    #[error("line {0} is not stored")]
    UnknownLine(LineId),
    /// The store has no room for another line.
    #[error("a store holds at most {} lines", crate::key::LINES_MAX)]
    LinesFull,
    /// The line has no such party.
    #[error("the line has no party {0}")]
    UnknownParty(PartyIndex),
    /// The checkpoint is of another line or log.
    #[error("the checkpoint is not of the log of party {0} on this line")]
    OtherLog(PartyIndex),
    /// The batch does not begin where the stored log ends.
    #[error("the batch begins at {first} but the stored log has {size} entries")]
    OutOfOrder {
        /// First index of the batch.
        first: u64,
        /// Size of the stored log.
        size: u64,
    },
    /// The log is full.
    #[error("a log holds at most {} entries", crate::key::LOG_SIZE_MAX)]
    LogFull,
    /// The checkpoint's root is not that of the stored entries.
    #[error("the checkpoint at {size} has another root than the stored log")]
    OtherRoot {
        /// The checkpoint's size.
        size: u64,
    },
    /// A checkpoint beyond the log, or a cosignature over a checkpoint that is not stored.
    #[error("there is no such checkpoint at {size}")]
    NoCheckpoint {
        /// The size.
        size: u64,
    },
    /// Settled entries that do not follow the stored order.
    #[error("number {number} does not follow the stored order")]
    OrderGap {
        /// The joint number given.
        number: u64,
    },
    /// An entry that is not stored.
    #[error("entry {} of party {} is not stored", .0.index, .0.party)]
    NoEntry(Ref),
    /// A body that is not the one the header commits to, or of a purged entry.
    #[error("that is not the body of entry {} of party {}", .0.index, .0.party)]
    OtherBody(Ref),
}

/// What SQLite's codes come down to.
pub(crate) enum Failure {
    Damaged,
    Full,
    ReadOnly,
    Io,
    Busy,
    Other,
}

pub(crate) fn classify(error: &rusqlite::Error) -> Failure {
    let Some(code) = error.sqlite_error_code() else {
        // Columns have one type each: another type in a row is rot.
        return match error {
            rusqlite::Error::FromSqlConversionFailure(..)
            | rusqlite::Error::IntegralValueOutOfRange(..)
            | rusqlite::Error::InvalidColumnType(..)
            | rusqlite::Error::Utf8Error(..) => Failure::Damaged,
            _ => Failure::Other,
        };
    };
    match code {
        ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => Failure::Damaged,
        ErrorCode::DiskFull => Failure::Full,
        ErrorCode::ReadOnly | ErrorCode::PermissionDenied => Failure::ReadOnly,
        ErrorCode::SystemIoFailure | ErrorCode::CannotOpen => Failure::Io,
        ErrorCode::DatabaseBusy
        | ErrorCode::DatabaseLocked
        | ErrorCode::FileLockingProtocolFailed => Failure::Busy,
        _ => Failure::Other,
    }
}

impl From<rusqlite::Error> for ReadError {
    fn from(error: rusqlite::Error) -> Self {
        match classify(&error) {
            Failure::Damaged => Self::Damaged(error.to_string()),
            Failure::Busy => Self::Busy,
            Failure::Io => Self::Io(error.to_string()),
            Failure::Full | Failure::ReadOnly | Failure::Other => Self::Failed(error.to_string()),
        }
    }
}

impl From<rusqlite::Error> for CommitError {
    fn from(error: rusqlite::Error) -> Self {
        match classify(&error) {
            Failure::Damaged => Self::Damaged(error.to_string()),
            Failure::Full => Self::Full,
            Failure::ReadOnly => Self::ReadOnly(error.to_string()),
            Failure::Io => Self::Io(error.to_string()),
            Failure::Busy => Self::Busy,
            Failure::Other => Self::Failed(error.to_string()),
        }
    }
}

impl From<ReadError> for CommitError {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Rot(_) | ReadError::Damaged(_) => Self::Damaged(error.to_string()),
            ReadError::Busy => Self::Busy,
            ReadError::Io(why) => Self::Io(why),
            ReadError::UnknownLine(line) => Self::Misuse(Misuse::UnknownLine(line)),
            ReadError::Beyond { .. } | ReadError::Failed(_) => Self::Failed(error.to_string()),
        }
    }
}

impl From<Misuse> for CommitError {
    fn from(misuse: Misuse) -> Self {
        Self::Misuse(misuse)
    }
}

/// A rule of the record that stored data breaks, as text for reports.
pub(crate) fn rule_text(rule: Rule) -> String {
    format!("{} ({})", rule.fails_when(), rule.id())
}
