//! CBOR values that need not make sense.

use openline_core::cbor::Writer;

/// A CBOR value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum V {
    /// An integer.
    I(i64),
    /// A byte string.
    B(Vec<u8>),
    /// A text string.
    T(String),
    /// An array.
    A(Vec<V>),
    /// A map, written in the order given.
    M(Vec<(u64, V)>),
    /// `null`.
    Null,
    /// Bytes that stand where an item should.
    Raw(Vec<u8>),
}

impl V {
    pub fn text(text: &str) -> Self {
        Self::T(text.to_owned())
    }

    pub fn bytes(bytes: &[u8]) -> Self {
        Self::B(bytes.to_vec())
    }

    pub fn uint(value: u64) -> Self {
        i64::try_from(value).map_or_else(
            |_| Self::Raw([&[0x1b], &value.to_be_bytes()[..]].concat()),
            Self::I,
        )
    }

    /// The items of an array, to be changed.
    pub fn items(&mut self) -> &mut Vec<V> {
        match self {
            Self::A(items) => items,
            other => panic!("not an array: {other:?}"),
        }
    }

    pub fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        self.write(&mut writer);
        writer.into_bytes()
    }

    fn write(&self, w: &mut Writer) {
        match self {
            Self::I(value) => w.int(*value),
            Self::B(bytes) => w.bytes(bytes),
            Self::T(text) => w.text(text),
            Self::Null => w.null(),
            Self::Raw(bytes) => w.raw(bytes),
            Self::A(items) => {
                w.array(items.len());
                items.iter().for_each(|item| item.write(w));
                w
            }
            Self::M(pairs) => {
                w.map(pairs.len());
                for (key, value) in pairs {
                    w.uint(*key);
                    value.write(w);
                }
                w
            }
        };
    }
}

impl From<u64> for V {
    fn from(value: u64) -> Self {
        Self::uint(value)
    }
}

impl From<&str> for V {
    fn from(text: &str) -> Self {
        Self::text(text)
    }
}
