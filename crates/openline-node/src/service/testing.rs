//! Tests of the lines: held at the charter's slots, answered by the node, acknowledged by a person where the charter says so.
//!
//! Whether a test was held is asked of the record alone: after a restart nothing is held twice and nothing is forgotten. No
//! program acknowledges for a person: the node's own answer is a reply, which says that the node has the test and no more.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use openline_core::charter::Founded;
use openline_core::entry::{MessageType, Ref};
use openline_core::field::Field;
use openline_core::message::{Address, Form, Message, Precedence, Text};
use openline_core::{LineId, PartyIndex};
use openline_desk::health::{Test, Tests, lacking};
use openline_desk::rota::Gap;
use openline_desk::schedule::{SLOT_FIELD, Schedule, TEXT_LANGUAGE, slot_text, test_text};
use openline_proto::DraftContent;

use super::entries::{Looking, place_text};
use super::{Answer, Service};
use crate::engine::acts::Outgoing;
use crate::engine::tell::News;
use crate::error::ServiceError;
use crate::identity::wall_ms;
use crate::officers::{Actor, Role};
use crate::view::{ReleasedView, TestView};

/// What a node answers to a test.
const ANSWER: &str = "This node has received the test.";
/// Most tests that a node answers on one line in an hour; the others wait for the next hour. The longest schedule has two in an
/// hour for each party.
pub(crate) const TEST_ANSWERS_MAX: u32 = 120;
/// How long a post may be without its watch before those who follow events are told.
const GAP_GRACE_MS: i64 = 300_000;
/// When something could not be done, it is tried again after this time.
const TRY_AGAIN_MS: i64 = 60_000;
const HOUR_MS: i64 = 3_600_000;
/// Most tests of one list.
const LIST_MAX: usize = 1000;

/// What the rounds keep in mind from one to the next; all of it can be had from the record again.
#[derive(Debug, Default)]
pub(crate) struct Tester {
    books: BTreeMap<LineId, Book>,
    /// Gaps of the rota that have been told.
    told: BTreeSet<(LineId, String, String, i64)>,
}

/// The tests of one line, as far as its record has been read.
#[derive(Debug, Clone, Default)]
struct Book {
    /// How many entries of each log have been read.
    read: Vec<u64>,
    tests: Tests,
    /// The hour, and how many tests were answered in it.
    answered: (i64, u32),
}

/// A line of this node, and who we are on it.
#[derive(Debug, Clone)]
struct OwnLine {
    line: LineId,
    founded: Arc<Founded>,
    me: PartyIndex,
}

/// What a round has done.
#[derive(Debug, Clone, Default)]
pub struct Round {
    /// Tests and answers that were released.
    pub released: Vec<ReleasedView>,
    /// When something is to be done next, ms.
    pub next_ms: Option<i64>,
}

impl Service {
    /// Does what is due at `now_ms`: tests at their slots, answers to the tests of other parties, watches whose time is over,
    /// word of posts whose watch nobody has taken, and receipts that have waited to be written. The node does this by itself; done twice, it does nothing more.
    ///
    /// A slot that was missed by more than half the time to the next one is left out, and so is seen to be missed.
    ///
    /// # Errors
    /// [`ServiceError::Unavailable`] when the node is stopping. What goes wrong on one line is logged and tried again.
    pub async fn round(&self, now_ms: i64) -> Answer<Round> {
        let tester = self.tester.clone();
        let mut tester = tester.lock().await;
        let mut round = Round {
            next_ms: self.watch_round(&mut tester, now_ms).await?,
            ..Round::default()
        };
        for own in self.own_lines().await? {
            let book = tester.books.entry(own.line).or_default();
            let next = match self
                .line_round(&own, book, now_ms, &mut round.released)
                .await
            {
                Ok(next) => next,
                Err(error) => {
                    tracing::info!(line = own.line.short(), %error, "a test or its answer could not be released");
                    Some(now_ms + TRY_AGAIN_MS)
                }
            };
            round.next_ms = round.next_ms.into_iter().chain(next).min();
        }
        let next = self.write_waiting_receipts(now_ms).await?;
        round.next_ms = round.next_ms.into_iter().chain(next).min();
        Ok(round)
    }

    /// Ends watches whose time is over, and tells of posts that the rota gives to somebody who has not come.
    async fn watch_round(&self, tester: &mut Tester, now: i64) -> Answer<Option<i64>> {
        let (over, gaps, next) = self
            .engine(move |engine| {
                engine.renew_rota(now);
                let over = engine.end_watches(now).unwrap_or_else(|error| {
                    tracing::info!(%error, "watches that are over could not be kept as such");
                    Vec::new()
                });
                Ok((
                    over,
                    engine.watch_gaps(now),
                    engine.watches.next_change(now),
                ))
            })
            .await?;
        for line in over {
            self.watch_changed(line).await;
        }
        let mut next = next.into_iter().collect::<Vec<_>>();
        let mut current = BTreeSet::new();
        for (line, post, gap) in gaps {
            let Gap::NotTaken { who, since } = &gap else {
                continue;
            };
            if now < since + GAP_GRACE_MS {
                next.push(since + GAP_GRACE_MS);
                continue;
            }
            let key = (line, post.clone(), who.clone(), *since);
            if !tester.told.contains(&key) {
                self.tell_gap(line, post, gap).await?;
            }
            current.insert(key);
        }
        tester.told = current;
        Ok(next.into_iter().filter(|at| *at > now).min())
    }

    async fn tell_gap(&self, line: LineId, post: String, gap: Gap) -> Answer<()> {
        self.engine(move |engine| {
            let words = engine.gap_said(&line, &post, &gap).words;
            engine.tell(News {
                what: "watch-gap",
                line: Some(line),
                words,
                ..News::default()
            });
            Ok(())
        })
        .await
    }

    async fn line_round(
        &self,
        own: &OwnLine,
        book: &mut Book,
        now: i64,
        released: &mut Vec<ReleasedView>,
    ) -> Answer<Option<i64>> {
        self.catch_up(own, book).await?;
        let next = match Schedule::of(&own.founded.terms().schedule) {
            Ok(schedule) => {
                if let Some(slot) = due(&schedule, book, own.me, now) {
                    released.push(self.hold_test(own, Some(slot), now).await?);
                }
                self.note_lacking(own, &schedule, book, now).await?;
                let (last, next) = schedule.around(now);
                let closes = last.map(|slot| schedule.closes(slot) + 1);
                next.into_iter().chain(closes.filter(|at| *at > now)).min()
            }
            Err(unknown) => {
                tracing::debug!(%unknown, "a line is not tested");
                None
            }
        };
        let later = self.answer_tests(own, book, now, released).await?;
        Ok(next.into_iter().chain(later).min())
    }

    /// Says to the alarms what is lacking of the tests for the slot that closed last.
    async fn note_lacking(
        &self,
        own: &OwnLine,
        schedule: &Schedule,
        book: &Book,
        now: i64,
    ) -> Answer<()> {
        let terms = &own.founded.terms().schedule;
        let parties = own.founded.party_count();
        let lacking = lacking(&book.tests, schedule, parties, terms.is_by_person, now);
        let line = own.line;
        self.engine(move |engine| {
            engine.alarms.note_lacking(line, lacking);
            Ok(())
        })
        .await
    }

    /// Answers tests of other parties, as many as may be answered in an hour; when there are more, returns when to go on.
    async fn answer_tests(
        &self,
        own: &OwnLine,
        book: &mut Book,
        now: i64,
        released: &mut Vec<ReleasedView>,
    ) -> Answer<Option<i64>> {
        let hour = now.div_euclid(HOUR_MS);
        if book.answered.0 != hour {
            book.answered = (hour, 0);
        }
        let unanswered: Vec<Ref> = book
            .tests
            .tests()
            .filter(|test| test.said.place.party != own.me)
            .filter(|test| book.tests.heard(test.said.place, own.me).answered.is_none())
            .map(|test| test.said.place)
            .collect();
        for place in unanswered {
            if book.answered.1 >= TEST_ANSWERS_MAX {
                return Ok(Some((hour + 1) * HOUR_MS));
            }
            if let Some(answer) = self.answer_test(own, place).await? {
                released.push(answer);
                book.answered.1 += 1;
            }
        }
        Ok(None)
    }

    async fn answer_test(&self, own: &OwnLine, test: Ref) -> Answer<Option<ReleasedView>> {
        let line = own.line;
        let header = self
            .read(move |reader| Ok(reader.entry(line, test)?))
            .await?;
        let Some(post) = header.map(|entry| entry.header.post) else {
            return Ok(None);
        };
        let to = Address {
            party: test.party,
            post,
        };
        let message = test_message(Form::Reply, vec![to], ANSWER, Vec::new());
        self.release_test(own, message, vec![test], None)
            .await
            .map(Some)
    }

    /// Holds a test: at a slot of the schedule, or on demand.
    async fn hold_test(&self, own: &OwnLine, slot: Option<i64>, now: i64) -> Answer<ReleasedView> {
        let founded = &own.founded;
        let others = founded.parties().filter(|party| *party != own.me);
        let to = others.filter_map(|party| {
            let post = founded.member(party)?.posts.first()?.clone();
            Some(Address { party, post })
        });
        let field = slot.map(|slot| Field {
            name: SLOT_FIELD.to_owned(),
            value: slot_text(slot),
            is_critical: false,
            is_releasable: false,
        });
        let text = test_text(&own.line, slot.unwrap_or(now));
        let fields = field.into_iter().collect();
        let message = test_message(Form::Message, to.collect(), text, fields);
        self.release_test(own, message, Vec::new(), Some(now)).await
    }

    async fn release_test(
        &self,
        own: &OwnLine,
        message: Message,
        refs: Vec<Ref>,
        time: Option<i64>,
    ) -> Answer<ReleasedView> {
        let member = own.founded.member(own.me);
        let post = member.and_then(|member| member.posts.first().cloned());
        let post = post.ok_or_else(|| ServiceError::NotFound("we have no post here".to_owned()))?;
        // A test is the node's word, whoever asked for it.
        let node = self.acting_as(Actor::Node);
        node.release_other(Outgoing {
            line: own.line,
            post,
            message_type: MessageType::Test,
            time,
            refs,
            content: DraftContent::Message {
                message: Box::new(message),
                chunks: Vec::new(),
            },
        })
        .await
    }

    /// Reads what the record has gained since the last time.
    async fn catch_up(&self, own: &OwnLine, book: &mut Book) -> Answer<()> {
        let (line, founded) = (own.line, own.founded.clone());
        let mut reading = std::mem::take(book);
        let read = self.read(move |reader| {
            let looking = Looking::at(reader, line)?;
            reading.read.resize(founded.party_count(), 0);
            for party in founded.parties() {
                let from = reading.read[party.at()];
                looking.walk(party, from, |entry| {
                    let body = entry.raw.body.as_ref().map(|(_, body)| body.as_slice());
                    reading.tests.push(entry.place, &entry.header, body);
                    reading.read[party.at()] = entry.place.index + 1;
                    Ok(true)
                })?;
            }
            Ok(reading)
        });
        // When the read fails, the book is empty and is read anew from the beginning.
        *book = read.await?;
        Ok(())
    }

    async fn own_lines(&self) -> Answer<Vec<OwnLine>> {
        self.engine(|engine| {
            let lines = engine.founded.iter().filter_map(|(line, founded)| {
                Some(OwnLine {
                    line: *line,
                    founded: founded.clone(),
                    me: engine.machine.me(line)?,
                })
            });
            Ok(lines.collect())
        })
        .await
    }

    async fn own_line(&self, name: &str) -> Answer<OwnLine> {
        let line = self.resolve_line(name).await?;
        let lines = self.own_lines().await?;
        let own = lines.into_iter().find(|own| own.line == line);
        own.ok_or_else(|| ServiceError::NotFound(format!("there is no line \"{name}\"")))
    }

    /// Holds a test at once, beside the schedule.
    ///
    /// # Errors
    /// As [`Service::send`].
    pub async fn test_now(&self, line: &str) -> Answer<ReleasedView> {
        let own = self.own_line(line).await?;
        self.require(Role::DutyOfficer, Some(own.line)).await?;
        self.hold_test(&own, None, wall_ms()).await
    }

    /// Tests of other parties, newest first: all, or those that a person has still to acknowledge.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`]
    pub async fn tests(
        &self,
        line: Option<&str>,
        is_open_only: bool,
        limit: usize,
    ) -> Answer<Vec<TestView>> {
        let lines = match line {
            Some(name) => vec![self.own_line(name).await?],
            None => self.own_lines().await?,
        };
        let tester = self.tester.clone();
        let mut tester = tester.lock().await;
        let mut views = Vec::new();
        for own in lines {
            let book = tester.books.entry(own.line).or_default();
            self.catch_up(&own, book).await?;
            let theirs = book
                .tests
                .tests()
                .filter(|test| test.said.place.party != own.me);
            let shown = theirs.map(|test| test_view(&own, &book.tests, test));
            views.extend(shown.filter(|view| view.is_open || !is_open_only));
        }
        views.sort_by_key(|view| std::cmp::Reverse(view.sent_ms));
        views.truncate(limit.min(LIST_MAX));
        Ok(views)
    }
}

/// The slot whose test is to be held at `now`, if there is one.
fn due(schedule: &Schedule, book: &Book, me: PartyIndex, now: i64) -> Option<i64> {
    let slot = schedule.around(now).0?;
    let is_ours = book.tests.began(me).is_some_and(|began| began <= slot);
    let is_due = is_ours && now <= schedule.closes(slot) && book.tests.of_slot(me, slot).is_none();
    is_due.then_some(slot)
}

fn test_message(form: Form, to: Vec<Address>, text: &str, fields: Vec<Field>) -> Message {
    Message {
        form,
        precedence: Precedence::Routine,
        to,
        info: Vec::new(),
        info_precedence: None,
        subject: None,
        texts: vec![Text {
            language: TEXT_LANGUAGE.to_owned(),
            is_authoritative: true,
            text: text.to_owned(),
        }],
        number: None,
        attachments: Vec::new(),
        own_reference: None,
        authority: None,
        validity: None,
        claimed: Vec::new(),
        class: None,
        template: None,
        fields,
    }
}

fn test_view(own: &OwnLine, tests: &Tests, test: &Test) -> TestView {
    let place = test.said.place;
    let heard = tests.heard(place, own.me);
    let terms = own.founded.terms();
    let name = own
        .founded
        .member(place.party)
        .map(|member| member.name().to_owned());
    TestView {
        line: own.line.to_string(),
        title: terms.title.clone(),
        place: place_text(place),
        party: name.unwrap_or_default(),
        sent_ms: test.said.time,
        slot_ms: test.slot,
        answered_ms: heard.answered.map(|said| said.time),
        acknowledged_ms: heard.acknowledged.map(|said| said.time),
        is_open: terms.schedule.is_by_person && heard.acknowledged.is_none(),
    }
}
