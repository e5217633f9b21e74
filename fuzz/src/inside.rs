//! Doors to what is private to its crate.

use openline_core::cbor::Writer;
use openline_core::keys::SecretKeys;
use openline_core::{PartyId, Rule};

use crate::bundle::{BUNDLE_FRAMES_MAX, Bundle};
use crate::framing::{FrameDecoder, encode};
use crate::non_paper::{self, Content, FILE_FRAMES_MAX, File};
use crate::wal::{Finding, judge};

/// Cuts a stream, which arrives in `pieces`, into frames, until one is announced that is too long.
pub fn frames<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Vec<Vec<u8>> {
    let mut decoder = FrameDecoder::default();
    let mut frames = Vec::new();
    for mut piece in pieces {
        loop {
            match decoder.next_frame(&mut piece) {
                Ok(Some(frame)) => frames.push(frame),
                Ok(None) => break,
                Err(_) => return frames,
            }
        }
    }
    frames
}

/// The stream of frames.
pub fn stream(frames: &[Vec<u8>]) -> Vec<u8> {
    let mut out = Vec::new();
    frames.iter().for_each(|frame| encode(frame, &mut out));
    out
}

/// Opens a bundle's inside, signed by `from`, for `to`, and signs what was read anew.
///
/// # Errors
/// The rule that the bundle breaks.
pub fn reopen_bundle(bytes: &[u8], from: &SecretKeys, to: &PartyId) -> Result<Vec<u8>, Rule> {
    let bundle = Bundle::open(bytes, to, |_| Some(*from.ed_public()))?;
    assert!(bundle.frames.len() <= BUNDLE_FRAMES_MAX);
    Ok(bundle.sign(from))
}

/// Signs bytes as a bundle's contents, whatever they are.
pub fn sign_contents(contents: &[u8], from: &SecretKeys) -> Vec<u8> {
    let signature = from.sign_ed(&[b"openline/bundle/v1\n", contents].concat());
    let mut w = Writer::new();
    w.array(2).bytes(contents).bytes(&signature);
    w.into_bytes()
}

/// Reads the content of a non-paper and writes it anew.
///
/// # Errors
/// The rule that it breaks.
pub fn rewrite_content(bytes: &[u8]) -> Result<Vec<u8>, Rule> {
    let content = Content::decode(bytes)?;
    assert!(non_paper::is_text(&content.text));
    Ok(content.encode().to_vec())
}

/// Reads the inside of a file of non-papers and writes it anew.
///
/// # Errors
/// The rule that it breaks.
pub fn rewrite_file(bytes: &[u8]) -> Result<Vec<u8>, Rule> {
    let (contents, mac) = non_paper::split(bytes)?;
    let file = File::decode(contents)?;
    assert!(file.frames.len() <= FILE_FRAMES_MAX);
    Ok(non_paper::join(&file.encode(), mac).to_vec())
}

/// Judges a write-ahead log: how many commits would be dropped, if it is rotten.
pub fn commits_lost(log: &[u8]) -> Option<usize> {
    match judge(log).expect("a slice can be read") {
        Finding::Sound => None,
        Finding::Rotten { lost } => Some(lost),
    }
}
