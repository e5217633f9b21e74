//! Playing the steps of a story. Everything goes through the façade of the side's own node.

mod dates;
mod entries;
mod finds;
mod looks;
mod origin;
mod substance;
mod ways;

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

use openline_node::service::Service;

use super::acts::Act;
use super::show::{Show, arrow, ms};
use super::side::{PATIENCE, Side, wait_for};
use super::story::Story;
use crate::failure::Failure;

/// A message that was played: where it stands and how long it took.
pub struct Played {
    pub side: usize,
    pub place: String,
    pub times: Times,
}

/// How long an entry took today.
pub struct Times {
    /// From the request to durability at home.
    pub released: Duration,
    /// From the request to every other party's cosignature; none if no bearer stood.
    pub stored: Option<Duration>,
    /// The bearers that stood.
    pub over: String,
}

impl Times {
    fn words(&self) -> String {
        let released = ms(self.released);
        match self.stored {
            Some(stored) => {
                format!(
                    "released {released}, stored there {}, {}",
                    ms(stored),
                    self.over
                )
            }
            None => format!("released {released}, waits: no bearer stands"),
        }
    }
}

/// Bearers that stand, by kind.
pub async fn bearers(service: &Service) -> Vec<String> {
    let status = service.status().await;
    let peers = status.map(|status| status.peers).unwrap_or_default();
    let mut kinds: Vec<String> = peers
        .into_iter()
        .flat_map(|peer| peer.bearers)
        .map(|b| b.kind)
        .collect();
    kinds.sort_unstable();
    kinds.dedup();
    kinds
}

/// Plays every step; gives back the messages by label, in order.
pub async fn steps(
    story: &Story,
    sides: &mut [Side],
    line: &str,
    folder: &Path,
    show: &Show,
) -> Result<Vec<(String, Played)>, Failure> {
    let mut stage = Stage {
        sides,
        line,
        folder,
        show,
        calendars: &story.calendars,
        places: BTreeMap::new(),
        dates: BTreeMap::new(),
        played: Vec::new(),
        pouches: 0,
        caused_ms: now_ms(),
    };
    for (number, step) in story.steps.iter().enumerate() {
        if let Some(note) = &step.note {
            show.note(note);
        }
        if let Some(act) = &step.act {
            stage.play(act).await.map_err(|mut failure| {
                failure.title = format!("step {}: {}", number + 1, failure.title);
                failure
            })?;
        }
        show.pause().await;
    }
    Ok(stage.played)
}

fn now_ms() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}

fn in_minutes(minutes: u32) -> i64 {
    now_ms() + i64::from(minutes) * 60_000
}

struct Stage<'a> {
    sides: &'a mut [Side],
    line: &'a str,
    folder: &'a Path,
    show: &'a Show,
    /// The calendars that sides keep to themselves, by the names of their files.
    calendars: &'a BTreeMap<String, String>,
    /// Dates that were found, by the label of their run, ms.
    dates: BTreeMap<String, [i64; 2]>,
    /// Where the entries stand that have a label.
    places: BTreeMap<String, String>,
    played: Vec<(String, Played)>,
    pouches: u32,
    /// When something was last done that may change the line's state.
    caused_ms: i64,
}

/// An entry that is on its way.
struct Going {
    over: Vec<String>,
    started: Instant,
}

impl Stage<'_> {
    async fn play(&mut self, act: &Act) -> Result<(), Failure> {
        match act {
            Act::Message(act) => self.message(act).await,
            Act::Receipt(act) => self.receipt(act).await,
            Act::Confirm(act) => self.confirm(act).await,
            Act::Answer(act) => self.answer(act).await,
            Act::Correct(act) => self.correct(act).await,
            Act::Cancel(act) => self.cancel(act).await,
            Act::Notify(act) => self.notify(act).await,
            Act::NonPaper(act) => self.non_paper(act).await,
            Act::Ask(act) => self.ask(act).await,
            Act::Finding(act) => self.finding(act).await,
            Act::Announce(act) => self.announce(act).await,
            Act::Status(act) => self.status(act).await,
            Act::Watch(act) => self.watch(act).await,
            Act::Notice(act) => self.notice(act).await,
            Act::Withdraw(act) => self.withdraw(act).await,
            Act::Stop(act) => self.stop(act).await,
            Act::Start(act) => self.start(act).await,
            Act::Uplink(act) => self.uplink(act).await,
            Act::Cut(act) => self.cut(act.cut).await,
            Act::Restore(act) => self.restore(act.restore).await,
            Act::Pouch(act) => self.pouch(act).await,
            Act::Expect(act) => self.expect(act).await,
            Act::Rings(act) => self.rings(act).await,
            Act::Quiet(act) => self.quiet(act).await,
            Act::Crossed(act) => self.crossed(act).await,
            Act::Waits(act) => self.waits(act).await,
            Act::Done(act) => self.done(act).await,
            Act::Contacts(act) => self.contacts(act).await,
            Act::Encounter(act) => self.encounter(act).await,
            Act::Proceed(act) => self.proceed(act).await,
            Act::Agree(act) => self.agree(act).await,
            Act::Topic(act) => self.topic(act).await,
            Act::Position(act) => self.position(act).await,
            Act::Undertaking(act) => self.undertaking(act).await,
            Act::Readout(act) => self.readout(act).await,
            Act::Statement(act) => self.statement(act).await,
            Act::Availability(act) => self.availability(act).await,
            Act::Match(act) => self.find_date(act).await,
            Act::Flags(act) => self.flags(act).await,
            Act::Owed(act) => self.owed(act).await,
            Act::History(act) => self.history(act).await,
            Act::Beside(act) => self.beside(act).await,
        }
    }

    fn at(&self, key: &str) -> usize {
        let at = self.sides.iter().position(|side| side.party.key == key);
        at.expect("the story was checked")
    }

    fn name(&self, at: usize) -> &str {
        &self.sides[at].party.name
    }

    fn service(&self, at: usize) -> &Service {
        &self.sides[at].service
    }

    fn post(&self, at: usize, post: Option<&String>) -> String {
        post.unwrap_or(&self.sides[at].party.posts[0]).clone()
    }

    fn place(&self, label: &str) -> String {
        let place = self.places.get(label);
        place.expect("the story was checked").clone()
    }

    /// An entry as those who watch know it: its label, and where it stands.
    fn named(&self, label: &str) -> String {
        format!("{label} ({})", self.place(label))
    }

    /// The sides that are named, or every one that runs.
    fn on(&self, keys: &[String]) -> Vec<usize> {
        if keys.is_empty() {
            let all = self.sides.iter().enumerate();
            return all
                .filter(|(_, side)| side.is_running())
                .map(|(at, _)| at)
                .collect();
        }
        keys.iter().map(|key| self.at(key)).collect()
    }

    /// What a side does, in a line.
    fn does(&self, at: usize, what: &str) {
        let name = self.name(at);
        self.show.line(&format!("{} {name:<12} {what}", arrow(at)));
    }

    /// Waits until a side's node holds what another has released: it may still be under way.
    async fn arrived(&self, at: usize, place: &str) -> Result<(), Failure> {
        let what = format!("entry {place} to arrive at {}", self.name(at));
        wait_for(self.service(at), &what, async |service| {
            service.entry(self.line, place).await.is_ok()
        })
        .await
    }

    async fn going(&self, at: usize) -> Going {
        Going {
            over: bearers(self.service(at)).await,
            started: Instant::now(),
        }
    }

    /// Waits until every other party holds an entry, if a bearer stands.
    async fn stored(&self, at: usize, going: Going, place: &str) -> Result<Times, Failure> {
        let took = going.started.elapsed();
        let stored = if going.over.is_empty() {
            None
        } else {
            self.service(at)
                .wait_stored(self.line, place, PATIENCE)
                .await?;
            Some(going.started.elapsed())
        };
        Ok(Times {
            released: took,
            stored,
            over: going.over.join("+"),
        })
    }

    /// Shows an entry that is no message, once it is stored, and keeps its label.
    async fn entered(
        &mut self,
        at: usize,
        going: Going,
        place: &str,
        what: &str,
        label: Option<&String>,
    ) -> Result<(), Failure> {
        let times = self.stored(at, going, place).await?;
        self.does(
            at,
            &format!(
                "{what}\n       {:<12} entry {}, {}",
                "",
                place,
                times.words()
            ),
        );
        if let Some(label) = label {
            self.places.insert(label.clone(), place.to_owned());
        }
        Ok(())
    }
}

/// Words in quotes, after a colon; nothing where there are none.
fn quoted(words: Option<&String>) -> String {
    words.map_or_else(String::new, |words| format!(": \"{words}\""))
}
