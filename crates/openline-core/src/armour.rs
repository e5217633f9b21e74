//! Text forms of binary files: a magic line and base64 in short lines, for paper, sticks and mail; base32 for QR codes.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Longest line of base64, characters.
const LINE_MAX: usize = 76;
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// Writes the magic line and `bytes` in base64 of at most 76 characters a line, each line ended by a newline.
#[must_use]
pub fn encode(magic: &str, bytes: &[u8]) -> String {
    let encoded = STANDARD.encode(bytes);
    let mut file =
        String::with_capacity(magic.len() + encoded.len() + encoded.len() / LINE_MAX + 2);
    file.push_str(magic);
    file.push('\n');
    let mut rest = encoded.as_str();
    while !rest.is_empty() {
        let (line, after) = rest.split_at(rest.len().min(LINE_MAX));
        file.push_str(line);
        file.push('\n');
        rest = after;
    }
    file
}

/// Reads what [`encode`] writes, with lines of any length from 1 to 76. Nothing over `max` bytes is looked at.
#[must_use]
pub fn decode(magic: &str, file: &[u8], max: usize) -> Option<Vec<u8>> {
    if file.len() > max {
        return None;
    }
    let body = file
        .strip_prefix(magic.as_bytes())?
        .strip_prefix(b"\n")?
        .strip_suffix(b"\n")?;
    let mut encoded = Vec::with_capacity(body.len());
    for line in body.split(|byte| *byte == b'\n') {
        if line.is_empty() || line.len() > LINE_MAX {
            return None;
        }
        encoded.extend_from_slice(line);
    }
    STANDARD.decode(encoded).ok()
}

/// Writes base32 (RFC 4648 section 6) without padding.
#[must_use]
pub fn base32(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(5) * 8);
    let (mut bits, mut count) = (0u16, 0);
    for byte in bytes {
        bits = bits << 8 | u16::from(*byte);
        count += 8;
        while count >= 5 {
            count -= 5;
            text.push(char::from(BASE32[usize::from(bits >> count & 31)]));
        }
        bits &= (1 << count) - 1;
    }
    if count > 0 {
        text.push(char::from(BASE32[usize::from(bits << (5 - count) & 31)]));
    }
    text
}

/// Reads upper-case base32 without padding; bits left over must be zero and fewer than five.
#[must_use]
pub fn from_base32(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() * 5 / 8);
    let (mut bits, mut count) = (0u16, 0);
    for symbol in text.bytes() {
        let value = match symbol {
            b'A'..=b'Z' => symbol - b'A',
            b'2'..=b'7' => symbol - b'2' + 26,
            _ => return None,
        };
        bits = bits << 5 | u16::from(value);
        count += 5;
        if count >= 8 {
            count -= 8;
            bytes.push(u8::try_from(bits >> count).ok()?);
            bits &= (1 << count) - 1;
        }
    }
    (count < 5 && bits == 0).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_read_back_and_lines_are_short() {
        for len in [1, 56, 57, 58, 3000] {
            let bytes = (0..len).map(|i| (i % 251) as u8).collect::<Vec<_>>();
            let file = encode("magic/v1", &bytes);
            assert!(file.lines().all(|line| line.len() <= LINE_MAX) && file.ends_with('\n'));
            assert_eq!(decode("magic/v1", file.as_bytes(), file.len()), Some(bytes));
        }
    }

    #[test]
    fn other_forms_are_refused() {
        let good = "m\nAAEC\n";
        assert_eq!(decode("m", good.as_bytes(), 100), Some(vec![0, 1, 2]));
        let long = format!("m\n{}\n", "AAAA".repeat(20));
        for bad in [
            "",
            "m",
            "m\n",
            "n\nAAEC\n",
            "m\nAAEC",
            "m\r\nAAEC\r\n",
            "m\n\nAAEC\n",
            "m\nAAEC\n\n",
            "m\nAAE\n",
            "m\nAAF=\n",
            &long,
        ] {
            assert_eq!(decode("m", bad.as_bytes(), 100), None, "{bad:?}");
        }
        assert_eq!(decode("m", good.as_bytes(), good.len() - 1), None);
    }

    #[test]
    fn base32_known_answers() {
        // RFC 4648 section 10, without the padding.
        for (plain, text) in [
            ("", ""),
            ("f", "MY"),
            ("fo", "MZXQ"),
            ("foo", "MZXW6"),
            ("foob", "MZXW6YQ"),
            ("fooba", "MZXW6YTB"),
            ("foobar", "MZXW6YTBOI"),
        ] {
            assert_eq!(base32(plain.as_bytes()), text);
            assert_eq!(from_base32(text), Some(plain.as_bytes().to_vec()));
        }
        for bad in ["MZ", "A", "MY======", "my", "M1", "MZXW6YTBO"] {
            assert_eq!(from_base32(bad), None, "{bad}");
        }
    }
}
