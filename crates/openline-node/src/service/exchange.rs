//! What is still owed about messages, built from what the store holds.

use openline_core::body::Stage;
use openline_core::entry::{Header, Kind, Ref};
use openline_core::message::Message;
use openline_core::status::Status;
use openline_desk::crossing::have_crossed;
use openline_desk::exchange::{Exchange, Owed, clock_of, deadlines, exchanges};
use openline_desk::ladder::{Ladder, Proof, Rung, Step};
use openline_desk::readback;
use openline_desk::standing::Standings;
use openline_store::StoredEntry;

use super::Answer;
use super::entries::{Looking, message_of, place_text, utc_text};
use crate::view::{
    ComparedView, DeadlineView, ExchangeView, OpenView, ReadBackView, SaidView, SuccessorView,
};

/// Most crossed messages that are named.
const CROSSED_MAX: usize = 16;

/// A message with everything that is computed about it.
pub(crate) struct Followed {
    pub(crate) message: Message,
    pub(crate) ladder: Ladder,
}

impl Looking<'_> {
    /// A message and its ladder; `None` for what is no message, or one whose body is gone.
    pub(crate) fn followed(&self, entry: &StoredEntry) -> Answer<Option<Followed>> {
        let Some(message) = message_of(entry) else {
            return Ok(None);
        };
        let mut ladder = self.signed(entry, Some(&message))?;
        self.follow_all(entry.place, &mut ladder)?;
        for read_back in ladder.read_backs().collect::<Vec<_>>() {
            self.follow_all(read_back, &mut ladder)?;
        }
        Ok(Some(Followed { message, ladder }))
    }

    /// Takes up what refers to `place`.
    fn follow_all(&self, place: Ref, ladder: &mut Ladder) -> Answer<()> {
        for from in self.reader.referring(self.line, place)? {
            let entry = self.entry(from)?;
            if let Some((_, body)) = &entry.raw.body {
                ladder.follow(entry.place, entry.lamport, &entry.header, body)?;
            }
        }
        Ok(())
    }

    /// The exchanges about a message that was released at `released` ms.
    pub(crate) fn exchanges(&self, followed: &Followed, released: i64) -> Vec<ExchangeView> {
        let Followed { message, ladder } = followed;
        let terms = self.founded.terms();
        let author = ladder.place().party;
        let is_info = |exchange: &Exchange| exchange.is_info;
        exchanges(ladder, message, terms)
            .iter()
            .map(|exchange| {
                let precedence = match message.info_precedence {
                    Some(precedence) if is_info(exchange) => precedence,
                    _ => message.precedence,
                };
                let due = deadlines(exchange, clock_of(terms, precedence), released);
                let waits_for = exchange.debtor(author).map(|party| self.name(party));
                let said = self.exchange_said(exchange, waits_for.as_deref(), ladder);
                ExchangeView {
                    party: self.name(exchange.party),
                    is_info: exchange.is_info,
                    is_closed: exchange.is_closed(),
                    owed: exchange
                        .owed
                        .iter()
                        .map(|owed| owed.word().to_owned())
                        .collect(),
                    words: said.words,
                    phrases: said.phrases,
                    waits_for,
                    deadlines: due
                        .iter()
                        .map(|deadline| DeadlineView {
                            owed: deadline.owed.word().to_owned(),
                            due_ms: deadline.due,
                        })
                        .collect(),
                    stored_ms: exchange.stored,
                    promised_ms: exchange.promised,
                }
            })
            .collect()
    }

    fn exchange_said(
        &self,
        exchange: &Exchange,
        waits_for: Option<&str>,
        ladder: &Ladder,
    ) -> SaidView {
        let party = self.name(exchange.party);
        let of = |id: &str, words: String| SaidView::new(id, words).with("party", &party);
        let Some(owed) = exchange.owed.first() else {
            let is_cancelled = matches!(ladder.successor(), Some((Step::Cancelled, _)));
            return if is_cancelled {
                let words = format!("{party}: withdrawn, nothing is owed");
                of("exchange-withdrawn", words)
            } else {
                of("exchange-closed", format!("{party}: closed"))
            };
        };
        if let (Owed::Confirmed, Some(author)) = (owed, waits_for) {
            let words = format!("{party} has read it back; {author} has not said whether rightly");
            return of("exchange-unconfirmed", words).with("author", author);
        }
        let promised = exchange.promised.filter(|_| *owed == Owed::Answered);
        let promised = promised.map(|ms| {
            let words = format!(", promised by {}", utc_text(ms));
            SaidView::new("promised", words).with("by_ms", ms)
        });
        let words = format!("waits to be {} by {party}", owed.word());
        let id = format!("waits-{}", owed.word().replace(' ', "-"));
        of(&id, words).and(promised)
    }

    /// By what its author has replaced or withdrawn a message.
    pub(crate) fn successor(ladder: &Ladder) -> Option<SuccessorView> {
        ladder.successor().map(|(step, place)| SuccessorView {
            place: place_text(place),
            is_cancelled: step == Step::Cancelled,
        })
    }

    /// How a message was read back, beside what was sent.
    pub(crate) fn read_backs(&self, followed: &Followed) -> Vec<ReadBackView> {
        let rungs = followed.ladder.rungs();
        let verdict = |place: Ref| {
            let last = rungs.iter().rev().find(|rung| rung.about == Some(place))?;
            let word = if last.step == Step::Confirmed {
                "confirmed"
            } else {
                "corrected"
            };
            Some(word.to_owned())
        };
        let view = |rung: &&Rung| {
            let Proof::Entry(place) = rung.proof else {
                return None;
            };
            let name = self.name(rung.party);
            Some(ReadBackView {
                place: place_text(place),
                by: rung
                    .post
                    .as_ref()
                    .map_or_else(|| name.clone(), |post| format!("{name}, {post}")),
                words: rung.words.clone(),
                fields: readback::compare(&followed.message.fields, &rung.values)
                    .into_iter()
                    .map(|compared| ComparedView {
                        agrees: compared.agrees(),
                        name: compared.name,
                        sent: compared.sent,
                        typed: compared.typed,
                    })
                    .collect(),
                verdict: verdict(place),
            })
        };
        rungs
            .iter()
            .filter(|rung| rung.step == Step::Receipt(Stage::ReadBack))
            .filter_map(view)
            .collect()
    }

    /// Messages of others that crossed this one.
    pub(crate) fn crossed(&self, entry: &StoredEntry) -> Answer<Vec<String>> {
        let mut crossed = Vec::new();
        for party in self.founded.parties().filter(|p| *p != entry.place.party) {
            // What its author had seen, and whatever was written once it had been seen, can't have crossed it.
            let from = entry.header.seen.get(party.at()).copied().unwrap_or(0);
            let end = self.first_having_seen(entry.place, party)?;
            self.walk_within(party, from..end, |other| {
                let is_message = other.header.kind == Kind::Message
                    && other.header.message_type == entry.header.message_type;
                if crossed.len() >= CROSSED_MAX {
                    return Ok(false);
                }
                let pair = ((entry.place, &entry.header), (other.place, &other.header));
                if is_message && have_crossed(pair.0, pair.1) {
                    crossed.push(place_text(other.place));
                }
                Ok(true)
            })?;
        }
        Ok(crossed)
    }

    /// The line statuses of the record: those that the author of an entry had seen when it wrote it, or all.
    pub(crate) fn standings(&self, seen_by: Option<&Header>) -> Answer<Standings> {
        let mut standings = Standings::default();
        for place in self.reader.of_kind(self.line, Some(Kind::Status))? {
            let is_seen = seen_by.is_none_or(|header| {
                header
                    .seen
                    .get(place.party.at())
                    .is_some_and(|seen| *seen > place.index)
            });
            if !is_seen {
                continue;
            }
            let entry = self.entry(place)?;
            if let Some((_, body)) = &entry.raw.body {
                let status = Status::decode(body)?;
                standings.follow(place, entry.header.message_type, status);
            }
        }
        Ok(standings)
    }

    /// Who had closed the line to a message by entries that its author had seen, in a sentence.
    pub(crate) fn sent_while_closed(
        &self,
        entry: &StoredEntry,
        message: &Message,
    ) -> Answer<Option<String>> {
        let standings = self.standings(Some(&entry.header))?;
        let closed = standings.closed_at(entry.header.time, entry.header.message_type);
        let by = closed.iter().find(|closed| {
            let addresses = message.to.iter().chain(&message.info);
            closed.party != entry.place.party
                && addresses.into_iter().any(|a| a.party == closed.party)
                && !closed.takes(message.class.as_deref(), self.founded.terms())
        });
        Ok(by.map(|closed| {
            format!(
                "it was sent while {} did not take such traffic (entry {})",
                self.name(closed.party),
                place_text(closed.place)
            )
        }))
    }

    /// What is open about a message; `None` if nothing is.
    pub(super) fn open_view(&self, entry: &StoredEntry) -> Answer<Option<OpenView>> {
        let Some(followed) = self.followed(entry)? else {
            return Ok(None);
        };
        let exchanges: Vec<_> = self
            .exchanges(&followed, entry.arrived_ms)
            .into_iter()
            .filter(|exchange| !exchange.is_closed)
            .collect();
        if exchanges.is_empty() {
            return Ok(None);
        }
        Ok(Some(OpenView {
            entry: self.brief(entry)?,
            exchanges,
        }))
    }
}
