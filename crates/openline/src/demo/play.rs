//! Playing the steps of a story, and showing them.

use std::collections::BTreeMap;
use std::io::IsTerminal as _;
use std::path::Path;
use std::time::{Duration, Instant};

use openline_node::service::Service;
use openline_node::view::{
    ClaimedView, ReceiptRequest, ReceiptView, SendRequest, ShownRequest, TextView,
};

use super::side::{PATIENCE, Relays, Side, wait_for};
use super::story::{Act, Step, Story};
use crate::failure::Failure;
use crate::output::Output;

/// Between two steps, for people who watch.
const PACE: Duration = Duration::from_millis(350);

/// What is shown while the story is told.
pub struct Show {
    output: Output,
    has_colour: bool,
    is_paced: bool,
}

impl Show {
    pub fn new(output: Output, is_headless: bool) -> Self {
        let is_terminal = std::io::stdout().is_terminal();
        let has_colour = is_terminal && !is_headless && std::env::var_os("NO_COLOR").is_none();
        Self {
            output,
            has_colour,
            is_paced: is_terminal && !is_headless,
        }
    }

    fn paint(&self, code: &str, text: &str) -> String {
        if self.has_colour {
            format!("\x1b[{code}m{text}\x1b[0m")
        } else {
            text.to_owned()
        }
    }

    pub fn title(&self, title: &str, source: &str) {
        self.output.say(&self.paint("1", title));
        self.output.say(source);
    }

    pub fn heading(&self, text: &str) {
        self.output.say(&format!("\n{}", self.paint("1;36", text)));
    }

    pub fn line(&self, text: &str) {
        self.output.say(&format!("  {text}"));
    }

    fn warning(&self, text: &str) {
        self.output.say(&format!("  {}", self.paint("33", text)));
    }

    pub fn verdict(&self, is_good: bool) {
        let text = if is_good {
            self.paint("1;32", "One and the same record on every side, accepted by two programs that share no code.")
        } else {
            self.paint(
                "1;31",
                "The sides do not hold one record that both verifiers accept.",
            )
        };
        self.output.say(&format!("\n{text}"));
    }
}

/// A message that was played: where it stands and how long it took.
pub struct Played {
    pub side: usize,
    pub place: String,
    /// From the request to durability at home.
    pub released: Duration,
    /// From the request to every other party's cosignature; none if it went by pouch.
    pub stored: Option<Duration>,
    pub over: String,
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
    sides: &[Side],
    relays: &Relays,
    line: &str,
    folder: &Path,
    show: &Show,
) -> Result<Vec<(String, Played)>, Failure> {
    let mut stage = Stage {
        sides,
        relays,
        line,
        folder,
        show,
        places: BTreeMap::new(),
        played: Vec::new(),
        pouches: 0,
    };
    for side in sides {
        for post in &side.party.posts {
            side.take_watch(line, post).await?;
        }
    }
    for step in &story.steps {
        if let Some(note) = &step.note {
            show.warning(note);
        }
        match step.act() {
            Some(Act::Message) => stage.message(step).await?,
            Some(Act::Receipt) => stage.receipt(step).await?,
            Some(Act::Cut) => stage.cut(step).await?,
            Some(Act::Restore) => stage.restore(step).await?,
            Some(Act::Pouch) => stage.pouch(step).await?,
            Some(Act::Note) | None => {}
        }
        if show.is_paced {
            tokio::time::sleep(PACE).await;
        }
    }
    Ok(stage.played)
}

struct Stage<'a> {
    sides: &'a [Side],
    relays: &'a Relays,
    line: &'a str,
    folder: &'a Path,
    show: &'a Show,
    places: BTreeMap<String, String>,
    played: Vec<(String, Played)>,
    pouches: u32,
}

impl Stage<'_> {
    fn side(&self, key: &str) -> (usize, &Side) {
        let at = self.sides.iter().position(|side| side.party.key == key);
        let at = at.expect("the story was checked");
        (at, &self.sides[at])
    }

    async fn message(&mut self, step: &Step) -> Result<(), Failure> {
        let (at, side) = self.side(step.from.as_deref().unwrap_or_default());
        let over = bearers(&side.service).await;
        let started = Instant::now();
        let released = side.service.send(self.request(side, step)).await?;
        let took = started.elapsed();
        let mut stored = None;
        if !over.is_empty() {
            side.service
                .wait_stored(self.line, &released.place, PATIENCE)
                .await?;
            stored = Some(started.elapsed());
        }
        let label = step.label.clone().unwrap_or_else(|| released.place.clone());
        let what = format!(
            "{} {} {:<9} {}",
            arrow(at),
            side.party.name,
            step.message_type
                .as_deref()
                .unwrap_or("exercise")
                .to_uppercase(),
            step.subject.as_deref().unwrap_or(&label)
        );
        let over = if over.is_empty() {
            "waits: no bearer stands".to_owned()
        } else {
            over.join("+")
        };
        let times = match stored {
            Some(stored) => format!("released {}, stored there {}", ms(took), ms(stored)),
            None => format!("released {}", ms(took)),
        };
        self.show.line(&format!(
            "{what}\n        entry {}, {times}, {over}",
            released.place
        ));
        self.places.insert(label.clone(), released.place.clone());
        self.played.push((
            label,
            Played {
                side: at,
                place: released.place,
                released: took,
                stored,
                over,
            },
        ));
        Ok(())
    }

    fn request(&self, side: &Side, step: &Step) -> SendRequest {
        let text = TextView {
            language: step.language.clone().unwrap_or_else(|| "en".to_owned()),
            text: step.text.clone().unwrap_or_default(),
        };
        let translations = step.translations.iter().map(|(language, text)| TextView {
            language: language.clone(),
            text: text.clone(),
        });
        let or = |given: &Option<String>, default: &str| {
            given.clone().unwrap_or_else(|| default.to_owned())
        };
        SendRequest {
            line: self.line.to_owned(),
            post: step
                .post
                .clone()
                .unwrap_or_else(|| side.party.posts[0].clone()),
            message_type: or(&step.message_type, "exercise"),
            form: or(&step.form, "message"),
            precedence: or(&step.precedence, "routine"),
            to: Vec::new(),
            info: Vec::new(),
            info_precedence: None,
            subject: step.subject.clone(),
            texts: std::iter::once(text).chain(translations).collect(),
            refs: step
                .refs
                .iter()
                .filter_map(|label| self.places.get(label).cloned())
                .collect(),
            attachments: Vec::new(),
            own_reference: None,
            authority: step.authority.clone(),
            validity_ms: None,
            time_ms: step.at.map(jiff::Timestamp::as_millisecond),
            claimed: step
                .claimed
                .iter()
                .map(|(stage, at)| ClaimedView {
                    stage: stage.clone(),
                    time_ms: at.as_millisecond(),
                })
                .collect(),
            number: None,
            class: None,
            template: None,
            fields: Vec::new(),
            as_of: None,
        }
    }

    async fn receipt(&mut self, step: &Step) -> Result<(), Failure> {
        let (at, side) = self.side(step.from.as_deref().unwrap_or_default());
        let of = step
            .of
            .as_ref()
            .and_then(|label| self.places.get(label))
            .cloned()
            .unwrap_or_default();
        let line = self.line.to_owned();
        // A receipt is about something that is here: the message may still be under way.
        wait_for(
            &side.service,
            "the message that a receipt is about",
            async |s| s.entry(&line, &of).await.is_ok(),
        )
        .await?;
        let stage = step.receipt.clone().unwrap_or_default();
        let post = step
            .post
            .clone()
            .unwrap_or_else(|| side.party.posts[0].clone());
        let time_ms = step.at.map(jiff::Timestamp::as_millisecond);
        let given = if stage == "shown" {
            self.shown(side, &of, post, time_ms).await?
        } else {
            side.service
                .receipt(ReceiptRequest {
                    line: self.line.to_owned(),
                    of: of.clone(),
                    post,
                    stage: stage.clone(),
                    message_type: None,
                    time_ms,
                    class: step.class.clone(),
                    words: step.words.clone(),
                    promised_ms: None,
                    values: Vec::new(),
                })
                .await?
        };
        let class = step
            .class
            .as_ref()
            .map_or_else(String::new, |class| format!(" ({class})"));
        self.show.line(&format!(
            "{} {} receipt {}: {stage}{class} {of}",
            arrow(at),
            side.party.name,
            given.place.unwrap_or_default()
        ));
        Ok(())
    }

    /// Prints the text of a message at a side, and says so there.
    async fn shown(
        &self,
        side: &Side,
        of: &str,
        post: String,
        time_ms: Option<i64>,
    ) -> Result<ReceiptView, Failure> {
        let entry = side.service.entry(self.line, of).await?;
        let texts = entry.message.map_or_else(Vec::new, |message| message.texts);
        for text in &texts {
            self.show
                .line(&format!("    {} reads: {}", side.party.name, text.text));
        }
        let request = ShownRequest {
            line: self.line.to_owned(),
            of: of.to_owned(),
            post,
            languages: texts.into_iter().map(|text| text.language).collect(),
            time_ms,
            words: None,
        };
        Ok(side.service.shown(request).await?)
    }

    async fn cut(&mut self, step: &Step) -> Result<(), Failure> {
        let word = step.cut.as_deref().unwrap_or_default();
        for relay in self.relays.named(word) {
            relay.cut();
        }
        let started = Instant::now();
        for side in self.sides {
            wait_for(&side.service, "the cut to be noticed", async |s| {
                let standing = bearers(s).await;
                if word == "all" {
                    standing.is_empty()
                } else {
                    !standing.iter().any(|kind| kind == word)
                }
            })
            .await?;
        }
        self.show.line(&format!(
            "noticed on every side after {}",
            ms(started.elapsed())
        ));
        Ok(())
    }

    async fn restore(&mut self, step: &Step) -> Result<(), Failure> {
        let word = step.restore.as_deref().unwrap_or_default();
        for relay in self.relays.named(word) {
            relay.restore();
        }
        let wanted = self.relays.named(word).len();
        let started = Instant::now();
        for side in self.sides {
            wait_for(&side.service, "the bearers to stand again", async |s| {
                bearers(s).await.len() >= wanted
            })
            .await?;
        }
        self.show.line(&format!(
            "bearers stand again after {}",
            ms(started.elapsed())
        ));
        Ok(())
    }

    /// Carries a pouch there, and one with the receipts back.
    async fn pouch(&mut self, step: &Step) -> Result<(), Failure> {
        let Some((from, to)) = &step.pouch else {
            return Ok(());
        };
        for (from, to) in [(from, to), (to, from)] {
            self.pouches += 1;
            let path = self
                .folder
                .join(format!("{}-{from}-to-{to}.pouch", self.pouches));
            let (at, sender) = self.side(from);
            let (_, recipient) = self.side(to);
            let bytes = sender.service.pack_pouch(&recipient.party.name).await?;
            openline_bearer::pouch::write_file(&path, &bytes)
                .map_err(|error| Failure::unusable(error.to_string(), "free some space"))?;
            let carried = openline_bearer::pouch::read_file(&path)
                .map_err(|error| Failure::unusable(error.to_string(), "run it again"))?;
            let view = recipient.service.open_pouch(carried).await?;
            self.show.line(&format!(
                "{} {} pouch No. {}, {} bytes, carried to {}: {} new entries, {} new cosignatures",
                arrow(at),
                sender.party.name,
                view.number,
                bytes.len(),
                recipient.party.name,
                view.entries,
                view.cosignatures
            ));
        }
        Ok(())
    }
}

fn arrow(side: usize) -> &'static str {
    if side == 0 { "─▶" } else { "◀─" }
}

/// A time as milliseconds.
pub fn ms(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1000.0)
}
