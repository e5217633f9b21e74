//! Strict deterministic CBOR (RFC 8949 section 4.2.1 and `spec/record.md` section 2).
//!
//! [`check`] walks an item once and enforces every encoding rule; [`Reader`] then reads typed
//! values from bytes, enforcing the same rules as it goes, so a caller that reads an item to its
//! end needs no second walk. [`Writer`] produces nothing else.

use crate::limits::DEPTH_MAX;
use crate::rule::Rule;

/// What an item is, by its major type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Type {
    /// Unsigned integer.
    Uint,
    /// Negative integer.
    Nint,
    /// Byte string.
    Bytes,
    /// Text string.
    Text,
    /// Array.
    Array,
    /// Map.
    Map,
    /// `false` or `true`.
    Bool,
    /// `null`.
    Null,
}

/// Reads deterministic CBOR from a slice.
///
/// Each method fails with `shape` (given at construction) when the item is of another type, and with
/// [`Rule::CborMalformed`] or [`Rule::CborCanonical`] when the bytes themselves are wrong.
#[derive(Debug, Clone)]
pub struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    shape: Rule,
}

impl<'a> Reader<'a> {
    /// Starts reading `bytes`; a type mismatch is reported as `shape`.
    #[must_use]
    pub fn new(bytes: &'a [u8], shape: Rule) -> Self {
        Self {
            bytes,
            at: 0,
            shape,
        }
    }

    /// Checks that `bytes` are exactly one deterministic item, then reads it.
    ///
    /// # Errors
    /// The CBOR rules, before any shape is looked at, so that a shape error is only ever reported of well-formed bytes.
    pub fn checked(bytes: &'a [u8], shape: Rule) -> Result<Self, Rule> {
        check(bytes)?;
        Ok(Self::new(bytes, shape))
    }

    /// Reads `bytes`, which must be exactly one item, in one pass.
    ///
    /// A `read` that succeeds has met every byte, and so has enforced the CBOR rules. When it fails, they are applied to
    /// all of `bytes` first, so that `read`'s own failure is only ever reported of one well-formed item.
    ///
    /// # Errors
    /// The CBOR rules, then what `read` fails with.
    pub fn whole<T>(
        bytes: &'a [u8],
        shape: Rule,
        read: impl FnOnce(&mut Self) -> Result<T, Rule>,
    ) -> Result<T, Rule> {
        let mut reader = Self::new(bytes, shape);
        let value = read(&mut reader).and_then(|value| reader.end().map(|()| value));
        value.or_else(|rule| check(bytes).and(Err(rule)))
    }

    /// Reads the next item of a sequence with `read`, which must read all of it, in one pass as [`Reader::whole`].
    ///
    /// # Errors
    /// The CBOR rules for the item, then what `read` fails with.
    pub fn next_item<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, Rule>,
    ) -> Result<T, Rule> {
        let mut start = self.clone();
        read(self).or_else(|rule| start.item().and(Err(rule)))
    }

    /// How many bytes have been read.
    #[must_use]
    pub fn position(&self) -> usize {
        self.at
    }

    /// True when every byte has been read.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.at >= self.bytes.len()
    }

    /// Requires that nothing follows.
    ///
    /// # Errors
    /// [`Rule::CborTrailing`].
    pub fn end(&self) -> Result<(), Rule> {
        if self.is_empty() {
            Ok(())
        } else {
            Err(Rule::CborTrailing)
        }
    }

    /// The type of the next item, without reading it.
    ///
    /// # Errors
    /// [`Rule::CborMalformed`] at the end of the bytes or at a forbidden item.
    pub fn peek(&self) -> Result<Type, Rule> {
        let byte = *self.bytes.get(self.at).ok_or(Rule::CborMalformed)?;
        match (byte >> 5, byte & 31) {
            (0, _) => Ok(Type::Uint),
            (1, _) => Ok(Type::Nint),
            (2, _) => Ok(Type::Bytes),
            (3, _) => Ok(Type::Text),
            (4, _) => Ok(Type::Array),
            (5, _) => Ok(Type::Map),
            (7, 20 | 21) => Ok(Type::Bool),
            (7, 22) => Ok(Type::Null),
            (_, _) => Err(Rule::CborMalformed),
        }
    }

    fn head(&mut self, major: u8) -> Result<u64, Rule> {
        let byte = *self.bytes.get(self.at).ok_or(Rule::CborMalformed)?;
        if byte >> 5 != major {
            self.peek()?;
            return Err(self.shape);
        }
        let (value, next) = head_value(self.bytes, self.at)?;
        self.at = next;
        Ok(value)
    }

    fn take(&mut self, len: u64) -> Result<&'a [u8], Rule> {
        let len = usize::try_from(len).map_err(|_| Rule::CborMalformed)?;
        let end = self.at.checked_add(len).ok_or(Rule::CborMalformed)?;
        let slice = self.bytes.get(self.at..end).ok_or(Rule::CborMalformed)?;
        self.at = end;
        Ok(slice)
    }

    /// Reads an unsigned integer.
    ///
    /// # Errors
    /// See [`Reader`].
    pub fn uint(&mut self) -> Result<u64, Rule> {
        self.head(0)
    }

    /// Reads a signed integer that fits 64 bits.
    ///
    /// # Errors
    /// See [`Reader`]; an integer beyond 64 bits signed is a shape error.
    pub fn int(&mut self) -> Result<i64, Rule> {
        if self.peek()? == Type::Nint {
            let value = i64::try_from(self.head(1)?).map_err(|_| self.shape)?;
            return Ok(-1 - value);
        }
        i64::try_from(self.head(0)?).map_err(|_| self.shape)
    }

    /// Reads an integer; one that does not fit 64 bits signed gives `None`.
    ///
    /// # Errors
    /// See [`Reader`].
    pub fn wide_int(&mut self) -> Result<Option<i64>, Rule> {
        let is_negative = self.bytes.get(self.at).is_some_and(|byte| byte >> 5 == 1);
        let value = i64::try_from(self.head(u8::from(is_negative))?).ok();
        Ok(if is_negative {
            value.map(|value| -1 - value)
        } else {
            value
        })
    }

    /// Reads a byte string.
    ///
    /// # Errors
    /// See [`Reader`].
    pub fn bytes(&mut self) -> Result<&'a [u8], Rule> {
        let len = self.head(2)?;
        self.take(len)
    }

    /// Reads a byte string of exactly `N` bytes.
    ///
    /// # Errors
    /// See [`Reader`]; another length is a shape error.
    pub fn array_of<const N: usize>(&mut self) -> Result<[u8; N], Rule> {
        self.bytes()?.try_into().map_err(|_| self.shape)
    }

    /// Reads a text string.
    ///
    /// # Errors
    /// See [`Reader`].
    pub fn text(&mut self) -> Result<&'a str, Rule> {
        let len = self.head(3)?;
        std::str::from_utf8(self.take(len)?).map_err(|_| Rule::CborMalformed)
    }

    /// Reads the head of an array and returns how many items follow.
    ///
    /// # Errors
    /// See [`Reader`].
    pub fn array(&mut self) -> Result<u64, Rule> {
        self.head(4)
    }

    /// Reads the head of an array that must have exactly `len` items.
    ///
    /// # Errors
    /// See [`Reader`].
    pub fn array_exact(&mut self, len: u64) -> Result<(), Rule> {
        if self.array()? == len {
            Ok(())
        } else {
            Err(self.shape)
        }
    }

    /// Reads the head of an array of at most `max` items.
    ///
    /// # Errors
    /// `over` when there are more.
    pub fn array_max(&mut self, max: usize, over: Rule) -> Result<usize, Rule> {
        let len = self.array()?;
        usize::try_from(len)
            .ok()
            .filter(|len| *len <= max)
            .ok_or(over)
    }

    /// Reads the head of a map and returns a cursor that hands out its keys in order.
    ///
    /// # Errors
    /// See [`Reader`].
    pub fn map(&mut self) -> Result<MapKeys, Rule> {
        Ok(MapKeys {
            left: self.head(5)?,
            last: None,
        })
    }

    /// Reads `null` if it is next.
    ///
    /// # Errors
    /// See [`Reader::peek`].
    pub fn null(&mut self) -> Result<bool, Rule> {
        let is_null = self.peek()? == Type::Null;
        self.at += usize::from(is_null);
        Ok(is_null)
    }

    /// Reads `false` or `true`.
    ///
    /// # Errors
    /// See [`Reader`].
    pub fn bool(&mut self) -> Result<bool, Rule> {
        if self.peek()? != Type::Bool {
            return Err(self.shape);
        }
        let value = self.bytes[self.at] & 31 == 21;
        self.at += 1;
        Ok(value)
    }

    /// Reads an array of texts. Of one longer than `max`, only `max + 1` are kept: enough for the caller's count rule.
    ///
    /// # Errors
    /// See [`Reader`].
    pub fn texts(&mut self, max: usize) -> Result<Vec<String>, Rule> {
        let mut texts = Vec::new();
        for _ in 0..self.array()? {
            let text = self.text()?;
            if texts.len() <= max {
                texts.push(text.to_owned());
            }
        }
        Ok(texts)
    }

    /// Skips one whole item, checked, and returns its bytes.
    ///
    /// # Errors
    /// The CBOR rules.
    pub fn item(&mut self) -> Result<&'a [u8], Rule> {
        self.item_at(0)
    }

    /// Skips one whole item that stands inside `depth` arrays or maps, checked, and returns its bytes.
    ///
    /// # Errors
    /// The CBOR rules.
    pub fn item_at(&mut self, depth: usize) -> Result<&'a [u8], Rule> {
        let start = self.at;
        self.at = walk(self.bytes, self.at, depth)?;
        Ok(&self.bytes[start..self.at])
    }
}

/// Where a map stands: hands out keys and enforces their order.
#[derive(Debug)]
pub struct MapKeys {
    left: u64,
    last: Option<u64>,
}

impl MapKeys {
    /// How many keys are still to come.
    #[must_use]
    pub fn left(&self) -> u64 {
        self.left
    }

    /// The next key, or `None` after the last.
    ///
    /// # Errors
    /// [`Rule::CborCanonical`] when keys do not ascend; a shape error when a key is not an unsigned integer.
    pub fn next(&mut self, reader: &mut Reader<'_>) -> Result<Option<u64>, Rule> {
        if self.left == 0 {
            return Ok(None);
        }
        self.left -= 1;
        let key = reader.uint()?;
        if self.last.is_some_and(|last| last >= key) {
            return Err(Rule::CborCanonical);
        }
        self.last = Some(key);
        Ok(Some(key))
    }
}

/// Checks that `bytes` are exactly one item in the deterministic form.
///
/// # Errors
/// [`Rule::CborMalformed`], [`Rule::CborCanonical`] or [`Rule::CborTrailing`], whichever is met first from the left.
pub fn check(bytes: &[u8]) -> Result<(), Rule> {
    let end = walk(bytes, 0, 0)?;
    if end == bytes.len() {
        Ok(())
    } else {
        Err(Rule::CborTrailing)
    }
}

fn head_value(bytes: &[u8], at: usize) -> Result<(u64, usize), Rule> {
    let info = *bytes.get(at).ok_or(Rule::CborMalformed)? & 31;
    let len = match info {
        0..=23 => return Ok((u64::from(info), at + 1)),
        24 => 1,
        25 => 2,
        26 => 4,
        27 => 8,
        _ => return Err(Rule::CborMalformed),
    };
    let raw = bytes.get(at + 1..at + 1 + len).ok_or(Rule::CborMalformed)?;
    let value = raw
        .iter()
        .fold(0u64, |acc, byte| acc << 8 | u64::from(*byte));
    let shortest = match len {
        1 => value > 23,
        2 => value > 0xff,
        4 => value > 0xffff,
        _ => value > 0xffff_ffff,
    };
    if shortest {
        Ok((value, at + 1 + len))
    } else {
        Err(Rule::CborCanonical)
    }
}

/// Walks one item at `at` and returns where the next begins.
fn walk(bytes: &[u8], at: usize, depth: usize) -> Result<usize, Rule> {
    let first = *bytes.get(at).ok_or(Rule::CborMalformed)?;
    let major = first >> 5;
    if major == 7 {
        return if matches!(first, 0xf4..=0xf6) {
            Ok(at + 1)
        } else {
            Err(Rule::CborMalformed)
        };
    }
    if major == 6 {
        return Err(Rule::CborMalformed);
    }
    let (value, next) = head_value(bytes, at)?;
    match major {
        0 | 1 => Ok(next),
        2 | 3 => walk_string(bytes, next, value, major == 3),
        4 => walk_array(bytes, next, value, depth + 1),
        _ => walk_map(bytes, next, value, depth + 1),
    }
}

fn walk_string(bytes: &[u8], at: usize, len: u64, is_text: bool) -> Result<usize, Rule> {
    let len = usize::try_from(len).map_err(|_| Rule::CborMalformed)?;
    let end = at.checked_add(len).ok_or(Rule::CborMalformed)?;
    let content = bytes.get(at..end).ok_or(Rule::CborMalformed)?;
    if is_text && std::str::from_utf8(content).is_err() {
        return Err(Rule::CborMalformed);
    }
    Ok(end)
}

fn walk_array(bytes: &[u8], mut at: usize, len: u64, depth: usize) -> Result<usize, Rule> {
    if depth > DEPTH_MAX {
        return Err(Rule::CborMalformed);
    }
    for _ in 0..len {
        at = walk(bytes, at, depth)?;
    }
    Ok(at)
}

fn walk_map(bytes: &[u8], mut at: usize, len: u64, depth: usize) -> Result<usize, Rule> {
    if depth > DEPTH_MAX {
        return Err(Rule::CborMalformed);
    }
    let mut last = None;
    for _ in 0..len {
        if bytes.get(at).ok_or(Rule::CborMalformed)? >> 5 != 0 {
            return Err(Rule::CborMalformed);
        }
        let (key, value_at) = head_value(bytes, at)?;
        if last.is_some_and(|last| last >= key) {
            return Err(Rule::CborCanonical);
        }
        last = Some(key);
        at = walk(bytes, value_at, depth)?;
    }
    Ok(at)
}

/// Writes deterministic CBOR. Map keys must be written in ascending order; that is the caller's duty.
#[derive(Debug, Default, Clone)]
pub struct Writer {
    bytes: Vec<u8>,
}

impl Writer {
    /// Starts with nothing written.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The bytes written.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    fn head(&mut self, major: u8, value: u64) -> &mut Self {
        let tag = major << 5;
        let be = value.to_be_bytes();
        match value {
            0..=23 => self.bytes.push(tag | be[7]),
            24..=0xff => self.bytes.extend_from_slice(&[tag | 24, be[7]]),
            0x100..=0xffff => self.tail(tag | 25, &be[6..]),
            0x1_0000..=0xffff_ffff => self.tail(tag | 26, &be[4..]),
            _ => self.tail(tag | 27, &be),
        }
        self
    }

    fn tail(&mut self, first: u8, rest: &[u8]) {
        self.bytes.push(first);
        self.bytes.extend_from_slice(rest);
    }

    /// Writes an unsigned integer.
    pub fn uint(&mut self, value: u64) -> &mut Self {
        self.head(0, value)
    }

    /// Writes a signed integer.
    pub fn int(&mut self, value: i64) -> &mut Self {
        if value < 0 {
            self.head(1, value.unsigned_abs() - 1)
        } else {
            self.head(0, value.unsigned_abs())
        }
    }

    /// Writes a byte string.
    pub fn bytes(&mut self, value: &[u8]) -> &mut Self {
        self.head(2, value.len() as u64).raw(value)
    }

    /// Writes a text string.
    pub fn text(&mut self, value: &str) -> &mut Self {
        self.head(3, value.len() as u64).raw(value.as_bytes())
    }

    /// Writes the head of an array of `len` items.
    pub fn array(&mut self, len: usize) -> &mut Self {
        self.head(4, len as u64)
    }

    /// Writes the head of a map of `len` pairs.
    pub fn map(&mut self, len: usize) -> &mut Self {
        self.head(5, len as u64)
    }

    /// Writes an array of texts.
    pub fn texts(&mut self, values: &[String]) -> &mut Self {
        self.array(values.len());
        for value in values {
            self.text(value);
        }
        self
    }

    /// Writes `null`.
    pub fn null(&mut self) -> &mut Self {
        self.raw(&[0xf6])
    }

    /// Writes a boolean.
    pub fn bool(&mut self, value: bool) -> &mut Self {
        self.raw(&[0xf4 | u8::from(value)])
    }

    /// Appends bytes that are already one deterministic item, or the content of a string.
    pub fn raw(&mut self, bytes: &[u8]) -> &mut Self {
        self.bytes.extend_from_slice(bytes);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_take_their_shortest_form_only() {
        assert_eq!(check(&[0x17]), Ok(()));
        assert_eq!(check(&[0x18, 0x17]), Err(Rule::CborCanonical));
        assert_eq!(check(&[0x18, 0x18]), Ok(()));
        assert_eq!(check(&[0x19, 0x00, 0xff]), Err(Rule::CborCanonical));
        assert_eq!(
            check(&[0x1b, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff]),
            Err(Rule::CborCanonical)
        );
    }

    #[test]
    fn forbidden_items_are_malformed() {
        for bytes in [
            &[0xc0, 0x00][..],
            &[0xf9, 0, 0],
            &[0x5f, 0xff],
            &[0xf7],
            &[0x1c],
            &[],
            &[0x61, 0xff],
        ] {
            assert_eq!(check(bytes), Err(Rule::CborMalformed), "{bytes:x?}");
        }
    }

    #[test]
    fn map_keys_ascend_and_do_not_repeat() {
        assert_eq!(check(&[0xa2, 0, 0, 1, 0]), Ok(()));
        assert_eq!(check(&[0xa2, 1, 0, 0, 0]), Err(Rule::CborCanonical));
        assert_eq!(check(&[0xa2, 1, 0, 1, 0]), Err(Rule::CborCanonical));
        assert_eq!(check(&[0xa1, 0x61, b'a', 0]), Err(Rule::CborMalformed));
    }

    #[test]
    fn nesting_is_bounded() {
        let deep = |n: usize| [vec![0x81; n], vec![0x00]].concat();
        assert_eq!(check(&deep(DEPTH_MAX)), Ok(()));
        assert_eq!(check(&deep(DEPTH_MAX + 1)), Err(Rule::CborMalformed));
    }

    #[test]
    fn an_announced_length_beyond_the_bytes_is_refused_without_allocating() {
        assert_eq!(
            check(&[0x5b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]),
            Err(Rule::CborMalformed)
        );
        assert_eq!(
            check(&[0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]),
            Err(Rule::CborMalformed)
        );
    }

    #[test]
    fn what_is_written_reads_back() {
        let mut w = Writer::new();
        w.array(4)
            .int(-70_000)
            .text("ä")
            .bytes(&[1, 2])
            .map(1)
            .uint(300)
            .bool(true);
        let bytes = w.into_bytes();
        let mut r = Reader::checked(&bytes, Rule::BodyShape).expect("own output");
        r.array_exact(4).expect("array");
        assert_eq!(
            (r.int(), r.text(), r.bytes()),
            (Ok(-70_000), Ok("ä"), Ok(&[1, 2][..]))
        );
        let mut map = r.map().expect("map");
        assert_eq!(map.next(&mut r), Ok(Some(300)));
        assert_eq!(r.bool(), Ok(true));
        assert_eq!(map.next(&mut r), Ok(None));
        assert_eq!(r.end(), Ok(()));
    }
}
