//! Steps that look at what the record comes to: contradictions, what is owed, silences, two accounts side by side. What is not so
//! fails the story.

use openline_node::service::Service;
use openline_node::view::{AccountsView, ContactEventView, ContradictionView, OwedView, RowView};

use super::super::acts::{Beside, Flags, History, Owed};
use super::super::side::{failed, wait_for};
use super::Stage;
use crate::failure::Failure;

impl Stage<'_> {
    /// A contradiction among the times of an encounter.
    pub(super) async fn flags(&mut self, act: &Flags) -> Result<(), Failure> {
        let place = self.place(&act.flags);
        let found = async |service: &Service| -> Option<ContradictionView> {
            let all = service.encounters(self.line).await.ok()?;
            let encounter = all.into_iter().find(|view| view.place == place)?;
            let mut flagged = encounter.contradictions.into_iter();
            flagged.find(|flag| flag.words.contains(&act.says))
        };
        for at in self.on(&act.on) {
            let flag = self.until(at, "the contradiction", &found).await?;
            let words = format!(
                "CONTRADICTION in {} ({}, by {}): {}",
                self.named(&act.flags),
                flag.misfit,
                flag.sources.join(" and "),
                flag.words
            );
            self.show.says(self.name(at), &words);
        }
        Ok(())
    }

    /// What is owed for a visit.
    pub(super) async fn owed(&mut self, act: &Owed) -> Result<(), Failure> {
        let place = self.place(&act.owed);
        let debtor = self.name(self.at(&act.by)).to_owned();
        let found = async |service: &Service| -> Option<OwedView> {
            let all = service.returns(self.line).await.ok()?;
            let owed = all.into_iter().find(|view| view.visit == place)?;
            let stages: Vec<&str> = owed.proposed.iter().map(|p| p.stage.as_str()).collect();
            let is_so = owed.debtor == debtor && owed.closed_by.is_none() && stages == act.proposed;
            is_so.then_some(owed)
        };
        for at in self.on(&act.on) {
            let owed = self
                .until(at, "the return visit that is owed", &found)
                .await?;
            let agreed = if owed.is_agreed {
                "agreed"
            } else {
                "as one side has it"
            };
            let proposed: Vec<String> = owed
                .proposed
                .iter()
                .map(|proposed| format!("{} {}", proposed.place, proposed.stage))
                .collect();
            let proposed = if proposed.is_empty() {
                "nothing proposed yet".to_owned()
            } else {
                format!("proposed: {}", proposed.join(", "))
            };
            let words = format!(
                "OWED by {} for \"{}\" ({agreed}); {proposed}; open until it is held",
                owed.debtor, owed.subject
            );
            self.show.says(self.name(at), &words);
        }
        Ok(())
    }

    /// How long the silence was before a contact.
    pub(super) async fn history(&mut self, act: &History) -> Result<(), Failure> {
        let place = self.place(&act.history);
        let found = async |service: &Service| -> Option<ContactEventView> {
            let history = service.history(self.line, "exercise").await.ok()?;
            let mut events = history.events.into_iter();
            events.find(|event| {
                event.place == place
                    && act
                        .silence_days
                        .is_none_or(|days| event.silence_days == Some(days))
                    && act
                        .at_least_days
                        .is_none_or(|days| event.silence_at_least_days == Some(days))
                    && act
                        .first_since
                        .as_ref()
                        .is_none_or(|since| event.first_since.as_ref() == Some(since))
            })
        };
        for at in self.on(&act.on) {
            let event = self.until(at, "the history of contacts", &found).await?;
            let exact = event.silence_days.map(|days| days.to_string());
            let least = event
                .silence_at_least_days
                .map(|days| format!("at least {days}"));
            let silence = exact.or(least).map_or_else(String::new, |days| {
                format!("; {days} days of silence before it")
            });
            let first = event.first_since.map_or_else(String::new, |since| {
                format!("; first {} at this level since {since}", event.kind)
            });
            let words = format!(
                "HISTORY {} {} ({}): {}{silence}{first}",
                event.date, event.kind, event.level, event.what
            );
            self.show.says(self.name(at), &words);
        }
        Ok(())
    }

    /// What one account says and the other does not.
    pub(super) async fn beside(&mut self, act: &Beside) -> Result<(), Failure> {
        let place = self.place(&act.beside);
        let names: Vec<(String, &String)> = act
            .only
            .iter()
            .map(|(key, words)| (self.name(self.at(key)).to_owned(), words))
            .collect();
        let found = async |service: &Service| -> Option<AccountsView> {
            let view = service.accounts(self.line, &place).await.ok()?;
            let comparison = view.comparisons.first()?;
            let has = |side: &Option<String>, words: &str| {
                side.as_ref().is_some_and(|side| side.contains(words))
            };
            let alone = |(name, words): &(String, &String)| {
                let is_left = *name == comparison.left;
                let rows = comparison.rows.iter();
                let (own, other): (Vec<_>, Vec<_>) = rows
                    .map(|row| match is_left {
                        true => (&row.left, &row.right),
                        false => (&row.right, &row.left),
                    })
                    .unzip();
                own.into_iter().any(|side| has(side, words))
                    && !other.into_iter().any(|side| has(side, words))
            };
            let paired = |words: &String| {
                let has = |side: &Option<String>| {
                    side.as_ref()
                        .is_some_and(|side| side.contains(words.as_str()))
                };
                comparison
                    .rows
                    .iter()
                    .any(|row| has(&row.left) && has(&row.right))
            };
            let is_so = names.iter().all(alone) && act.both.iter().all(paired);
            is_so.then_some(view)
        };
        for at in self.on(&act.on) {
            let view = self.until(at, "both accounts side by side", &found).await?;
            for comparison in &view.comparisons {
                self.show.says(
                    self.name(at),
                    &format!("SIDE BY SIDE {} | {}", comparison.left, comparison.right),
                );
                for row in &comparison.rows {
                    self.show.says("", &row_words(row));
                }
            }
        }
        Ok(())
    }

    async fn until<T>(
        &self,
        at: usize,
        what: &str,
        found: &impl AsyncFn(&Service) -> Option<T>,
    ) -> Result<T, Failure> {
        let what = format!("{what} at {}", self.name(at));
        wait_for(self.service(at), &what, async |service| {
            found(service).await.is_some()
        })
        .await?;
        let gone = || failed(format!("{what} is gone again"));
        found(self.service(at)).await.ok_or_else(gone)
    }
}

fn row_words(row: &RowView) -> String {
    match (&row.left, &row.right) {
        (Some(left), Some(right)) if left == right => format!("both: {left}"),
        (Some(left), Some(right)) => format!("{left} | {right}"),
        (Some(left), None) => format!("{left} | —"),
        (None, right) => format!("— | {}", right.as_deref().unwrap_or_default()),
    }
}
