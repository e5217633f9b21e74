//! A schedule: bytes read as what happens to a line, one letter for each happening and one character for each argument.
//!
//! Every string of bytes is a schedule; the letters are there so that people can write and read the committed ones.

use crate::forge;
use crate::world::{NODES, World};

/// Most happenings of one schedule.
const HAPPENINGS_MAX: usize = 256;
/// Longest piece of garbage, bytes.
const GARBAGE_MAX: usize = 64;
/// How far the clocks can be put on at once, ms.
const WAITS: [u64; 8] = [1, 60, 300, 1_100, 5_000, 21_000, 130_000, 4_000_000];

/// Bytes that are still to be read.
#[derive(Debug)]
pub struct Schedule<'a> {
    rest: &'a [u8],
}

impl<'a> Schedule<'a> {
    /// A schedule of bytes.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// The next byte.
    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*first)
    }

    /// A number from 0 to 15: a digit stands for itself. At the end, 0.
    pub(crate) fn digit(&mut self) -> usize {
        usize::from(self.byte().unwrap_or(0) & 15)
    }

    /// A byte as it is. At the end, 0.
    pub(crate) fn any(&mut self) -> u8 {
        self.byte().unwrap_or(0)
    }

    /// A size: mostly one that a log may have, and now and then one that none has.
    pub(crate) fn size(&mut self) -> u64 {
        match self.digit() {
            13 => 1 << 13,
            14 => 1 << 53,
            15 => u64::MAX,
            small => small as u64,
        }
    }

    fn node(&mut self) -> usize {
        self.digit() % NODES
    }

    pub(crate) fn garbage(&mut self) -> &'a [u8] {
        let len = usize::from(self.any())
            .min(GARBAGE_MAX)
            .min(self.rest.len());
        let (garbage, rest) = self.rest.split_at(len);
        self.rest = rest;
        garbage
    }

    /// Runs the schedule to its end.
    pub fn run(mut self, world: &mut World) {
        for _ in 0..HAPPENINGS_MAX {
            let Some(letter) = self.byte() else { break };
            self.happen(letter, world);
        }
        world.check_record();
    }

    fn happen(&mut self, letter: u8, world: &mut World) {
        match letter {
            b'u' => world.link_up(self.digit()),
            b'c' => world.link_down(self.digit()),
            b'a' => world.deliver_all(),
            b'p' => world.deliver(self.digit()),
            b'l' => world.lose(self.digit()),
            b't' => world.repeat(self.digit()),
            b'm' => world.change(self.digit(), self.any(), self.any()),
            b's' => world.shorten(self.digit(), self.any()),
            b'w' => world.wait(WAITS[self.digit() % WAITS.len()]),
            b'j' => world.jump(self.node(), self.any()),
            b'r' => world.restart(self.node()),
            b'k' => world.crash_at_commit(self.node(), self.digit().is_multiple_of(2)),
            b'q' => world.sicken(self.node()),
            b'e' => world.write(self.node(), self.digit(), self.digit()),
            b'n' => world.change_key(self.node()),
            b'd' => world.set_watch(self.node(), self.digit()),
            b'b' => world.pouch(self.node(), self.node()),
            b'y' => world.want(self.node(), self.node(), self.size()),
            b'g' => {
                let to = self.node();
                world.receive(to, None, self.garbage());
            }
            b'f' => {
                let to = self.digit() % forge::LIAR;
                if let Some(frame) = forge::frame(self, world, to) {
                    world.receive(to, Some(forge::LIAR), &frame);
                }
            }
            b' ' | b'\n' => {}
            _ => world.deliver(0),
        }
    }
}
