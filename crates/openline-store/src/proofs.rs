//! Roots and proofs of a log at any size, out of leaves and stored inner nodes.

use openline_core::tree::{TreeReader, root_of};
use openline_core::{Hash, LineId, PartyIndex};

use crate::error::{At, ReadError};
use crate::key;
use crate::read::{Line, Reader, hash};
use crate::sum::keyed_sum;
use crate::tail::{TILE_BITS, TILE_LEVELS, TreeTail};

impl Reader {
    /// The root of `party`'s log at `size`.
    ///
    /// # Errors
    /// [`ReadError::Beyond`] if fewer entries are held.
    pub fn root(&self, line: LineId, party: PartyIndex, size: u64) -> Result<Hash, ReadError> {
        self.watched(|r| {
            let line = r.held(line, party, size)?;
            r.tree(line, party).root(size)
        })
    }

    /// The inclusion proof of entry `index` in the log's tree at `size`.
    ///
    /// # Errors
    /// [`ReadError::Beyond`] if fewer entries are held, or `index` is not below `size`.
    pub fn inclusion(
        &self,
        line: LineId,
        party: PartyIndex,
        index: u64,
        size: u64,
    ) -> Result<Vec<Hash>, ReadError> {
        self.watched(|r| {
            let line = r.held(line, party, size)?;
            if index >= size {
                return Err(ReadError::Beyond { held: size });
            }
            r.tree(line, party).inclusion(index, size)
        })
    }

    /// The consistency proof between two sizes of a log; nothing is to be proven from size 0.
    ///
    /// # Errors
    /// [`ReadError::Beyond`] if fewer than `new` entries are held, or `old` is above `new`.
    pub fn consistency(
        &self,
        line: LineId,
        party: PartyIndex,
        old: u64,
        new: u64,
    ) -> Result<Vec<Hash>, ReadError> {
        self.watched(|r| {
            let line = r.held(line, party, new)?;
            match old {
                0 => Ok(Vec::new()),
                _ if old > new => Err(ReadError::Beyond { held: new }),
                _ => r.tree(line, party).consistency(old, new),
            }
        })
    }

    fn held(&self, line: LineId, party: PartyIndex, size: u64) -> Result<Line, ReadError> {
        let line = self.line(line)?;
        let held = self.size_of(line, party)?;
        if size > held {
            Err(ReadError::Beyond { held })
        } else {
            Ok(line)
        }
    }

    /// The tree of a log, for sizes up to what is held.
    pub(crate) fn tree(
        &self,
        line: Line,
        party: PartyIndex,
    ) -> TreeReader<impl FnMut(u32, u64) -> Result<Hash, ReadError> + '_> {
        TreeReader::new(move |level, index| self.node(line, party, level, index))
    }

    /// The root of the 2^level leaves from `index` × 2^level.
    fn node(
        &self,
        line: Line,
        party: PartyIndex,
        level: u32,
        index: u64,
    ) -> Result<Hash, ReadError> {
        let step = usize::try_from(level / TILE_BITS)
            .unwrap_or(TILE_LEVELS)
            .min(TILE_LEVELS);
        let above = level - TILE_BITS * u32::try_from(step).expect("four steps");
        Ok(root_of(self.nodes(
            line,
            party,
            step,
            index << above,
            (index + 1) << above,
        )?))
    }

    /// The nodes of a step of [`TreeTail`], from `from` up to `to`.
    fn nodes(
        &self,
        line: Line,
        party: PartyIndex,
        step: usize,
        from: u64,
        to: u64,
    ) -> Result<Vec<Hash>, ReadError> {
        if step == 0 {
            self.leaves(line, party, from, to)
        } else {
            self.tiles(line, party, step, from, to)
        }
    }

    fn tiles(
        &self,
        line: Line,
        party: PartyIndex,
        step: usize,
        from: u64,
        to: u64,
    ) -> Result<Vec<Hash>, ReadError> {
        let sql = "SELECT key, hash, sum FROM tile WHERE key >= ?1 AND key < ?2 ORDER BY key";
        let mut statement = self.conn.prepare_cached(sql)?;
        let key_of = |index| key::tile(line.number, party, step as u64, index);
        let mut rows = statement.query([key_of(from), key_of(to)])?;
        let mut hashes = Vec::new();
        for index in from..to {
            let level = TILE_BITS * u32::try_from(step).expect("four steps");
            let rot = || ReadError::Rot(At::Tile(line.id, party, level, index));
            let row = rows.next()?.ok_or_else(rot)?;
            let (key, found) = (row.get::<_, i64>(0)?, hash(row, 1)?.ok_or_else(rot)?);
            if key != key_of(index) || row.get::<_, i64>(2)? != keyed_sum(key, &found.0) {
                return Err(rot());
            }
            hashes.push(found);
        }
        Ok(hashes)
    }

    /// The growing edge of a log's tree at its stored size.
    pub(crate) fn tree_tail(
        &self,
        line: Line,
        party: PartyIndex,
        size: u64,
    ) -> Result<TreeTail, ReadError> {
        TreeTail::load(size, |step, from, to| {
            self.nodes(line, party, step, from, to)
        })
    }
}
