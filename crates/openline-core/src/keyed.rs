//! Writes maps of which keys may be missing.

use crate::cbor::Writer;

/// A map under way; keys are put in ascending order.
pub(crate) struct Keyed {
    count: usize,
    pairs: Writer,
}

impl Keyed {
    pub(crate) fn new() -> Self {
        Self {
            count: 0,
            pairs: Writer::new(),
        }
    }

    pub(crate) fn put(&mut self, key: u64, write: impl FnOnce(&mut Writer)) -> &mut Self {
        self.count += 1;
        self.pairs.uint(key);
        write(&mut self.pairs);
        self
    }

    pub(crate) fn uint(&mut self, key: u64, value: u64) -> &mut Self {
        self.put(key, |w| {
            w.uint(value);
        })
    }

    pub(crate) fn text(&mut self, key: u64, value: &str) -> &mut Self {
        self.put(key, |w| {
            w.text(value);
        })
    }

    pub(crate) fn text_of(&mut self, key: u64, value: Option<&String>) -> &mut Self {
        match value {
            Some(value) => self.text(key, value),
            None => self,
        }
    }

    pub(crate) fn into_bytes(self) -> Vec<u8> {
        let mut w = Writer::new();
        w.map(self.count).raw(&self.pairs.into_bytes());
        w.into_bytes()
    }
}
