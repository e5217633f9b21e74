//! A movement is notified, repeated, corrected, cancelled; and what both sides can see of it.

use openline_core::Hash;
use openline_core::message::{Address, Precedence, Text};

use super::*;
use crate::fixture::at;
use crate::template::{Answers, Around, Filled, Wishes};

const HOUR: i64 = 3_600_000;
/// 1 December 2026, 04:00 UTC: when the example's movement begins.
const BEGINS: i64 = 1_796_097_600_000;
const GIVEN: i64 = BEGINS - 96 * HOUR;
const US: PartyIndex = PartyIndex(0);
const THEM: PartyIndex = PartyIndex(1);

fn filled(changed: &[(&str, &str)]) -> Filled {
    let templates = Templates::shipped();
    let template = &templates
        .find("humanitarian-movement")
        .expect("there")
        .template;
    let fields = template.fields().iter();
    let mut answers: Answers = fields
        .map(|field| (field.key.clone(), field.example.clone()))
        .collect();
    for (key, answer) in changed {
        answers.insert((*key).to_owned(), (*answer).to_owned());
    }
    let around = Around {
        now: GIVEN,
        seats: vec![],
    };
    let filled = template.fill(&answers, &Wishes::default(), &around);
    filled.expect("filled")
}

/// A record that grows by one entry at a time.
#[derive(Default)]
struct Record {
    notifications: Notifications,
    lamport: u64,
}

impl Record {
    fn put(
        &mut self,
        kind: Kind,
        by: PartyIndex,
        about: Option<Ref>,
        time: i64,
        body: &[u8],
    ) -> Ref {
        self.put_as(MessageType::Real, kind, by, about, time, body)
    }

    fn put_as(
        &mut self,
        message_type: MessageType,
        kind: Kind,
        by: PartyIndex,
        about: Option<Ref>,
        time: i64,
        body: &[u8],
    ) -> Ref {
        self.lamport += 1;
        let place = at(by.0, self.lamport);
        let header = Header {
            kind,
            seen: vec![0, 0],
            post: "watch".to_owned(),
            message_type,
            time,
            refs: about.into_iter().collect(),
            body_hash: Hash([0; 32]),
        };
        let taken = self
            .notifications
            .follow(place, self.lamport, &header, body);
        taken.expect("sound");
        place
    }

    fn notify(&mut self, filled: &Filled, about: Option<Ref>, time: i64) -> Ref {
        let body = message(Form::Notification, filled);
        self.put(Kind::Message, US, about, time, &body)
    }

    fn receipt(&mut self, stage: Stage, of: Ref, time: i64) -> Ref {
        let receipt = Receipt {
            stage,
            time,
            class: (stage == Stage::PassedOn).then(|| "checkpoints".to_owned()),
            words: None,
            promised: None,
            values: vec![],
        };
        self.put(Kind::Receipt, THEM, Some(of), time, &receipt.encode())
    }

    fn ahead(&self, now: i64) -> Vec<Standing> {
        self.notifications.ahead(now, &Templates::shipped())
    }

    fn only(&self, now: i64) -> Standing {
        let mut standing = self.ahead(now);
        assert_eq!(standing.len(), 1, "{standing:?}");
        standing.remove(0)
    }

    fn outcomes(&self, now: i64) -> Vec<Outcome> {
        self.only(now).due.iter().map(|due| due.outcome).collect()
    }
}

fn message(form: Form, filled: &Filled) -> Vec<u8> {
    Message {
        form,
        precedence: if form.supersedes() {
            Precedence::Flash
        } else {
            filled.precedence
        },
        to: vec![Address {
            party: THEM,
            post: "watch".to_owned(),
        }],
        info: vec![],
        info_precedence: None,
        subject: Some(filled.subject.clone()),
        texts: vec![Text {
            language: "en".to_owned(),
            is_authoritative: true,
            text: filled.text.clone(),
        }],
        number: None,
        attachments: vec![],
        own_reference: None,
        authority: None,
        validity: filled.validity,
        claimed: vec![],
        class: filled.class.clone(),
        template: Some(filled.template.clone()),
        fields: filled.fields.clone(),
    }
    .encode()
}

#[test]
fn what_is_due_again_comes_goes_is_overdue_and_missed() {
    let mut record = Record::default();
    let movement = filled(&[]);
    let first = record.notify(&movement, None, GIVEN);
    assert_eq!(record.only(GIVEN).event.begins, BEGINS);
    assert_eq!(record.outcomes(GIVEN), [Outcome::Ahead, Outcome::Ahead]);
    let standing = record.only(GIVEN);
    assert_eq!(standing.next().map(|due| due.at), Some(BEGINS - 24 * HOUR));
    let now = BEGINS - 23 * HOUR;
    assert_eq!(record.outcomes(now), [Outcome::Overdue, Outcome::Ahead]);
    let again = record.notify(&movement, Some(first), now);
    assert_eq!(record.outcomes(now), [Outcome::Went(again), Outcome::Ahead]);
    assert_eq!(record.only(now).latest(), again);
    let last = BEGINS - HOUR / 2;
    assert_eq!(
        record.outcomes(last),
        [Outcome::Went(again), Outcome::Overdue]
    );
    let begun = record.only(BEGINS + HOUR);
    assert_eq!(begun.due[1].outcome, Outcome::Missed);
    assert_eq!(begun.next(), None);
    assert!(record.ahead(BEGINS + 12 * HOUR).is_empty(), "it is over");
}

#[test]
fn a_little_early_counts_and_what_was_given_late_needs_no_repetition_before() {
    let mut record = Record::default();
    let movement = filled(&[]);
    let first = record.notify(&movement, None, GIVEN);
    let early = record.notify(&movement, Some(first), BEGINS - 29 * HOUR);
    assert_eq!(record.outcomes(BEGINS - 28 * HOUR)[0], Outcome::Went(early));
    let mut late = Record::default();
    late.notify(&movement, None, BEGINS - 20 * HOUR);
    let outcomes = late.outcomes(BEGINS - 19 * HOUR);
    assert_eq!(outcomes, [Outcome::NotNeeded, Outcome::Ahead]);
    // Far too early for an offset, a repetition counts for none.
    let mut record = Record::default();
    let first = record.notify(&movement, None, GIVEN);
    record.notify(&movement, Some(first), GIVEN + HOUR);
    assert_eq!(
        record.outcomes(GIVEN + 2 * HOUR),
        [Outcome::Ahead, Outcome::Ahead]
    );
}

#[test]
fn receipts_are_told_apart_by_what_they_are_of_and_what_they_say() {
    let mut record = Record::default();
    let movement = filled(&[]);
    let first = record.notify(&movement, None, GIVEN);
    record.receipt(Stage::Shown, first, GIVEN + 1);
    assert!(record.only(GIVEN).heard.is_empty(), "shown is neither");
    record.receipt(Stage::ReadBack, first, GIVEN + 2);
    record.receipt(Stage::Acknowledged, first, GIVEN + 3);
    let again = record.notify(&movement, Some(first), BEGINS - 24 * HOUR);
    record.receipt(Stage::PassedOn, again, BEGINS - 23 * HOUR);
    let heard = record.only(BEGINS - 22 * HOUR).heard;
    assert_eq!(
        (heard[0].of, heard[0].acknowledged),
        (first, Some(GIVEN + 2)),
        "who has read it back has it"
    );
    assert!(heard[0].passed_on.is_empty());
    assert_eq!((heard[1].of, heard[1].acknowledged), (again, None));
    assert_eq!(
        heard[1].passed_on,
        [("checkpoints".to_owned(), BEGINS - 23 * HOUR)]
    );
}

#[test]
fn a_cancellation_takes_it_off_and_a_correction_moves_it() {
    let mut record = Record::default();
    let movement = filled(&[]);
    let first = record.notify(&movement, None, GIVEN);
    let moved = filled(&[("period", "2026-12-02 04:00 UTC to 2026-12-02 16:00 UTC")]);
    let body = message(Form::Correction, &moved);
    let correction = record.put(Kind::Message, US, Some(first), GIVEN + 1, &body);
    let standing = record.only(GIVEN + 2);
    assert_eq!(standing.event.begins, BEGINS + 24 * HOUR);
    assert_eq!(standing.corrected_by, Some(correction));
    assert_eq!(record.notifications.in_force(first), Some(correction));
    let again = record.notify(&moved, Some(first), BEGINS);
    assert_eq!(record.only(BEGINS).repeats, [again]);
    assert_eq!(record.notifications.original(again), first);
    let body = message(Form::Cancellation, &moved);
    record.put(Kind::Message, US, Some(again), BEGINS + 1, &body);
    assert!(record.ahead(BEGINS + 2).is_empty());
    assert_eq!(record.notifications.in_force(first), None);
}

#[test]
fn what_others_say_or_what_is_of_another_type_changes_nothing() {
    let mut record = Record::default();
    let movement = filled(&[]);
    let first = record.notify(&movement, None, GIVEN);
    let cancel = message(Form::Cancellation, &movement);
    record.put(Kind::Message, THEM, Some(first), GIVEN + 1, &cancel);
    let exercise = MessageType::Exercise;
    record.put_as(exercise, Kind::Message, US, Some(first), GIVEN + 1, &cancel);
    let again = message(Form::Notification, &movement);
    let drill = record.put_as(
        exercise,
        Kind::Message,
        US,
        Some(first),
        BEGINS - 24 * HOUR,
        &again,
    );
    let standing = record.ahead(BEGINS - 20 * HOUR);
    let places: Vec<Ref> = standing.iter().map(|standing| standing.place).collect();
    assert_eq!(places, [first, drill]);
    assert_eq!(standing[0].due[0].outcome, Outcome::Overdue);
    assert_eq!(standing[0].corrected_by, None);
    // Another event that refers to the first is a notification of its own.
    let next = filled(&[("period", "2026-12-05 04:00 UTC to 2026-12-05 16:00 UTC")]);
    let next = record.notify(&next, Some(first), GIVEN + 2);
    assert_eq!(record.notifications.original(next), next);
}

#[test]
fn without_the_template_the_validity_says_when_it_is() {
    let mut record = Record::default();
    let movement = filled(&[]);
    record.notify(&movement, None, GIVEN);
    let standing = record.notifications.ahead(GIVEN, &Templates::default());
    assert_eq!(standing[0].event.begins, BEGINS);
    assert!(standing[0].due.is_empty());
}

#[test]
fn a_repetition_says_what_it_repeats_and_how_long_it_is_until_the_event() {
    let now = BEGINS - HOUR - HOUR / 60;
    let subject = again_subject("Humanitarian movement", BEGINS, now);
    assert_eq!(
        subject,
        "Re-notification: Humanitarian movement, T minus 1 hour 1 minute"
    );
    assert_eq!(
        again_subject(&subject, BEGINS, now).matches(AGAIN).count(),
        1
    );
    assert!(again_subject(&"é".repeat(600), BEGINS, now).len() <= SUBJECT_MAX);
    let text = again_text("Words.", at(0, 12), BEGINS, now);
    assert_eq!(
        text,
        "This repeats the notification 0/12. The event begins on Tuesday, 2026-12-01 04:00 UTC: T minus 1 hour 1 minute.\n\nWords."
    );
}
