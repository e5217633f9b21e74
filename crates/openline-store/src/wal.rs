//! Examines SQLite's write-ahead log before SQLite does.
//!
//! SQLite takes a log up to its first bad checksum and drops the rest without a word. That is right for the torn end that a power
//! cut leaves, and wrong for a bit that rots in the middle: commits that were acknowledged would vanish. With
//! `synchronous=FULL` each commit is synced before the next begins, so at most one commit can lie beyond a torn
//! end. Two or more are proof of rot. Format: the "WAL-Index Format" and "Database File Format" pages of SQLite, section 4.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;

const HEADER_LEN: usize = 32;
const FRAME_HEADER_LEN: usize = 24;
const MAGIC: u32 = 0x377f_0682;

/// What a log is like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Finding {
    /// Whole, torn at its end, or absent.
    Sound,
    /// Bytes have changed in front of commits that were synced.
    Rotten {
        /// How many commits would be dropped, at least.
        lost: usize,
    },
}

/// Reads the log at `path` and judges it.
pub(crate) fn examine(path: &Path) -> io::Result<Finding> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Finding::Sound),
        Err(error) => return Err(error),
    };
    judge(BufReader::with_capacity(1 << 16, file))
}

pub(crate) fn judge(mut log: impl Read) -> io::Result<Finding> {
    let mut header = [0; HEADER_LEN];
    if !fill(&mut log, &mut header)? {
        return Ok(Finding::Sound);
    }
    if header.iter().all(|byte| *byte == 0) {
        return Ok(Finding::Sound);
    }
    let magic = word(&header, 0);
    let page_size = word(&header, 8) as usize;
    if magic & !1 != MAGIC || !(512..=65_536).contains(&page_size) || !page_size.is_power_of_two() {
        // The header lies in one sector and is synced by itself: it does not tear.
        return Ok(Finding::Rotten { lost: 0 });
    }
    let is_big_endian = magic & 1 == 1;
    let mut chain = checksum(is_big_endian, (0, 0), &header[..24]);
    let is_header_right = chain == (word(&header, 24), word(&header, 28));
    let mut salts = is_header_right.then(|| (word(&header, 16), word(&header, 20)));
    let mut is_sound = is_header_right;
    let mut lost = 0;
    let mut frame = vec![0; FRAME_HEADER_LEN + page_size];
    while fill(&mut log, &mut frame)? {
        let claimed = (word(&frame, 16), word(&frame, 20));
        let found = (word(&frame, 8), word(&frame, 12));
        // Under a rotten header the first frame says which log this is.
        let is_of_this_log = *salts.get_or_insert(found) == found;
        let computed = checksum(
            is_big_endian,
            checksum(is_big_endian, chain, &frame[..8]),
            &frame[FRAME_HEADER_LEN..],
        );
        let is_right = is_of_this_log && computed == claimed;
        is_sound &= is_right;
        if !is_sound && is_right && word(&frame, 4) != 0 {
            lost += 1;
        }
        chain = claimed;
    }
    Ok(if lost >= 2 {
        Finding::Rotten { lost }
    } else {
        Finding::Sound
    })
}

/// SQLite's checksum over words of 4 bytes; `bytes` has a multiple of 8.
fn checksum(is_big_endian: bool, start: (u32, u32), bytes: &[u8]) -> (u32, u32) {
    let read = |b: &[u8]| {
        let b = [b[0], b[1], b[2], b[3]];
        if is_big_endian {
            u32::from_be_bytes(b)
        } else {
            u32::from_le_bytes(b)
        }
    };
    bytes.chunks_exact(8).fold(start, |(s0, s1), pair| {
        let s0 = s0.wrapping_add(read(&pair[..4])).wrapping_add(s1);
        (s0, s1.wrapping_add(read(&pair[4..])).wrapping_add(s0))
    })
}

fn word(bytes: &[u8], at: usize) -> u32 {
    u32::from_be_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

/// Fills the buffer; false at the end of the log, whole or torn.
fn fill(log: &mut impl Read, buffer: &mut [u8]) -> io::Result<bool> {
    match log.read_exact(buffer) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rusqlite::Connection;

    /// A log of ten commits of one row each, and the offset where each commit ends.
    fn log() -> (Vec<u8>, Vec<usize>) {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let path = dir.path().join("db");
        let conn = Connection::open(&path).expect("opens");
        conn.execute_batch(
            "PRAGMA journal_mode=WAL; PRAGMA wal_autocheckpoint=0; CREATE TABLE t(a)",
        )
        .expect("runs");
        let wal = crate::home::companion(&path, "-wal");
        let mut ends = Vec::new();
        for i in 0..10 {
            conn.execute("INSERT INTO t VALUES (?1)", [i])
                .expect("runs");
            ends.push(
                usize::try_from(std::fs::metadata(&wal).expect("there").len()).expect("small"),
            );
        }
        (std::fs::read(&wal).expect("there"), ends)
    }

    #[test]
    fn a_log_torn_anywhere_is_sound() {
        let (log, _) = log();
        for len in (0..log.len()).step_by(61).chain([log.len()]) {
            assert_eq!(
                judge(&log[..len]).expect("in memory"),
                Finding::Sound,
                "{len}"
            );
        }
    }

    #[test]
    fn a_bad_byte_in_the_last_commit_may_be_a_torn_end() {
        let (mut log, ends) = log();
        log[ends[8] + 100] ^= 1;
        assert_eq!(judge(&log[..]).expect("in memory"), Finding::Sound);
    }

    #[test]
    fn a_bad_byte_before_two_commits_is_rot() {
        let (log, ends) = log();
        for at in (0..ends[6]).step_by(37) {
            let mut log = log.clone();
            log[at] ^= 0x10;
            assert!(
                matches!(judge(&log[..]).expect("in memory"), Finding::Rotten { .. }),
                "{at}"
            );
        }
    }

    #[test]
    fn frames_left_over_from_before_a_reset_do_not_count() {
        let (mut log, ends) = log();
        log.truncate(ends[3]);
        let stale: Vec<u8> = log[HEADER_LEN..].to_vec();
        let mut new = log.clone();
        // A new log of the same length would have other salts; the old frames after its header are of no account.
        new[16] ^= 0xff;
        let chain = checksum(word(&new, 0) & 1 == 1, (0, 0), &new[..24]);
        new[24..28].copy_from_slice(&chain.0.to_be_bytes());
        new[28..32].copy_from_slice(&chain.1.to_be_bytes());
        assert_eq!(&new[HEADER_LEN..], &stale[..]);
        assert_eq!(judge(&new[..]).expect("in memory"), Finding::Sound);
    }
}
