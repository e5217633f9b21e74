//! Secrets of channels: read from a file at each use, so that a change takes effect at once, and kept nowhere.

use std::io::Read as _;
use std::path::Path;

use zeroize::Zeroizing;

use super::channel::Reason;

/// Longest secret, bytes.
const SECRET_MAX: u64 = 4096;

/// The first line of a file; its path is taken from the home on.
pub(super) fn read(home: &Path, file: &Path) -> Result<Zeroizing<String>, Reason> {
    let path = home.join(file);
    let refused = |why: &str| Reason::new(format!("{} {why}", path.display()));
    let mut text = Zeroizing::new(String::new());
    std::fs::File::open(&path)
        .and_then(|file| file.take(SECRET_MAX).read_to_string(&mut text))
        .map_err(|error| refused(&format!("can't be read: {error}")))?;
    let line = text.lines().next().unwrap_or_default().trim();
    if line.is_empty() || line.contains(char::is_control) {
        return Err(refused("does not begin with a line that holds the secret"));
    }
    Ok(Zeroizing::new(line.to_owned()))
}
