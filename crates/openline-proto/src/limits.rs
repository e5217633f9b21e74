//! Every bound that a peer meets on the line, as `spec/line.md` section 1 lists them.

use std::time::Duration;

/// Longest frame, bytes.
pub const FRAME_MAX: usize = 1 << 20;
/// Most entries of one batch.
pub const BATCH_ENTRIES_MAX: usize = 256;
/// Most bytes of one batch's entries, unless it is one entry.
pub const BATCH_BYTES_MAX: usize = 1 << 19;
/// Most entries of one log sent to one peer beyond what it has confirmed.
pub const WINDOW_ENTRIES_MAX: u64 = 8192;
/// Most batches held from one link because they have seen what is not here yet.
pub const WAITING_MAX: usize = 64;
/// Most entries asked for at once.
pub const WANT_MAX: u64 = 256;
/// Most answers being read from the store for one link.
pub const FETCHES_MAX: usize = 16;
/// Broken rules on one link before it is closed.
pub const FAULTS_MAX: usize = 16;
/// Longest words of a fault, bytes.
pub const FAULT_TEXT_MAX: usize = 512;
/// Longest watch statement, bytes: more than one with every post, language and notice that there may be.
pub const WATCH_MAX: usize = 32_768;
/// Most lines of one node.
pub const LINES_MAX: usize = 256;
/// Most drafts that wait to be written to one line.
pub const DRAFTS_MAX: usize = 65_536;
/// Roots of past sizes kept in memory for each log.
pub const ROOTS_MAX: usize = 1024;

/// Longest text of a non-paper, bytes.
pub const NON_PAPER_MAX: usize = 32_768;
/// Longest sealed non-paper, bytes: what such a text is padded to, and the tag.
pub const NON_PAPER_SEALED_MAX: usize = 34_832;
/// Most non-papers to one peer that it has not confirmed; their numbers are this close together.
pub const NON_PAPERS_WAITING_MAX: u64 = 64;
/// Most stages in one frame of receipts.
pub const NON_PAPER_STAGES_MAX: usize = 64;
/// Length of an encapsulation (X-Wing).
pub const NON_PAPER_ENC_BYTES: usize = 1120;

/// How often a link is probed.
pub const PROBE_INTERVAL: Duration = Duration::from_secs(20);
/// Shortest time after which what is not confirmed is sent again over every link.
pub const RESEND_MIN: Duration = Duration::from_millis(250);
/// Longest such time.
pub const RESEND_MAX: Duration = Duration::from_secs(10);
