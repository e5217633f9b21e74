//! Steps that wait until a side says something, and show it in that side's own words. What never comes fails the story.

use openline_node::view::{AlarmView, StateView};

use super::super::acts::{Crossed, Done, Expect, Quiet, Rings, Waits};
use super::super::side::{failed, wait_for};
use super::Stage;
use crate::failure::Failure;

impl Stage<'_> {
    /// Waits until a side's line state is a word, and shows its sentence.
    pub(super) async fn expect(&mut self, act: &Expect) -> Result<(), Failure> {
        for at in self.on(&act.on) {
            let is_so = |state: &StateView| {
                act.expect.words().contains(&state.state) && has(&state.words, act.says.as_ref())
            };
            let wanted = act.expect.words().join("\" or \"");
            let waited = wait_for(self.service(at), &wanted, async |service| {
                let state = service.line_state(self.line).await;
                state.is_ok_and(|(state, _)| is_so(&state))
            })
            .await;
            let (state, _) = self.service(at).line_state(self.line).await?;
            if waited.is_err() || !is_so(&state) {
                return Err(failed(format!(
                    "{} was to say \"{wanted}\"{}; it says: {}",
                    self.name(at),
                    act.says
                        .as_ref()
                        .map_or_else(String::new, |says| format!(" with \"{says}\"")),
                    state.words
                )));
            }
            let words = format!("line {}{}", state.words, self.after(&state));
            self.show.says(self.name(at), &words);
        }
        Ok(())
    }

    /// How long after its cause a state has held, if it began after it.
    fn after(&self, state: &StateView) -> String {
        match state.since_ms.map(|since| since - self.caused_ms) {
            Some(after) if after >= 0 => format!(" [after {after} ms]"),
            _ => String::new(),
        }
    }

    /// Waits until an alarm about an entry rings.
    pub(super) async fn rings(&mut self, act: &Rings) -> Result<(), Failure> {
        let place = self.place(&act.rings);
        let is_it = |alarm: &AlarmView| {
            alarm.place.as_deref() == Some(&place)
                && alarm.is_ringing
                && has(&alarm.words, act.says.as_ref())
        };
        for at in self.on(&act.on) {
            let what = format!("an alarm about {} at {}", act.rings, self.name(at));
            wait_for(self.service(at), &what, async |service| {
                let alarms = service.alarms().await.unwrap_or_default();
                alarms.iter().any(is_it)
            })
            .await?;
            let alarms = self.service(at).alarms().await?;
            for alarm in alarms.into_iter().filter(is_it) {
                let words = format!("RINGS: {}; calls {}", alarm.words, alarm.calls);
                self.show.says(self.name(at), &words);
            }
        }
        Ok(())
    }

    /// Waits until nothing rings about an entry.
    pub(super) async fn quiet(&mut self, act: &Quiet) -> Result<(), Failure> {
        let place = self.place(&act.quiet);
        for at in self.on(&act.on) {
            let what = format!("quiet about {} at {}", act.quiet, self.name(at));
            wait_for(self.service(at), &what, async |service| {
                let alarms = service.alarms().await;
                alarms.is_ok_and(|alarms| {
                    alarms
                        .iter()
                        .all(|alarm| alarm.place.as_deref() != Some(&place))
                })
            })
            .await?;
            self.show.says(
                self.name(at),
                &format!("quiet: nothing rings about {}", self.named(&act.quiet)),
            );
        }
        Ok(())
    }

    /// Waits until two messages are marked as crossed.
    pub(super) async fn crossed(&mut self, act: &Crossed) -> Result<(), Failure> {
        let (one, other) = (self.place(&act.crossed.0), self.place(&act.crossed.1));
        for at in self.on(&act.on) {
            let what = format!(
                "{one} and {other} to be marked as crossed at {}",
                self.name(at)
            );
            wait_for(self.service(at), &what, async |service| {
                let marks = async |of: &str, with: &String| {
                    let view = service.entry(self.line, of).await;
                    view.is_ok_and(|view| view.brief.crossed.contains(with))
                };
                marks(&one, &other).await && marks(&other, &one).await
            })
            .await?;
            let words = format!(
                "{} and {} crossed: neither author had seen the other's",
                self.named(&act.crossed.0),
                self.named(&act.crossed.1)
            );
            self.show.says(self.name(at), &words);
        }
        Ok(())
    }

    /// Waits until something is owed about a message, and shows what.
    pub(super) async fn waits(&mut self, act: &Waits) -> Result<(), Failure> {
        let place = self.place(&act.waits);
        for at in self.on(&act.on) {
            let what = format!("something owed about {} at {}", act.waits, self.name(at));
            let owed = async |service: &openline_node::service::Service| {
                let view = service.entry(self.line, &place).await.ok()?;
                let waits = view.brief.waits.into_iter();
                waits
                    .into_iter()
                    .find(|words| has(words, act.says.as_ref()))
            };
            wait_for(self.service(at), &what, async |service| {
                owed(service).await.is_some()
            })
            .await?;
            if let Some(words) = owed(self.service(at)).await {
                self.show.says(
                    self.name(at),
                    &format!("{}: {words}", self.named(&act.waits)),
                );
            }
        }
        Ok(())
    }

    /// Waits until nothing is owed about a message.
    pub(super) async fn done(&mut self, act: &Done) -> Result<(), Failure> {
        let place = self.place(&act.done);
        for at in self.on(&act.on) {
            let what = format!("{} to be closed at {}", act.done, self.name(at));
            wait_for(self.service(at), &what, async |service| {
                let view = service.entry(self.line, &place).await;
                view.is_ok_and(|view| view.exchanges.iter().all(|exchange| exchange.is_closed))
            })
            .await?;
            self.show.says(
                self.name(at),
                &format!("{}: closed, nothing is owed", self.named(&act.done)),
            );
        }
        Ok(())
    }
}

fn has(text: &str, words: Option<&String>) -> bool {
    words.is_none_or(|words| text.contains(words.as_str()))
}
