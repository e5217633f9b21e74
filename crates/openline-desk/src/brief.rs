//! An entry in a line: what a list shows of it.

use openline_core::body::{Purge, Receipt};
use openline_core::closing::{Answer, Confirmation};
use openline_core::contact::Contact;
use openline_core::encounter::{Encounter, Step};
use openline_core::entry::{Header, Kind, Ref};
use openline_core::glossary::{Accord, Glossary};
use openline_core::message::Message;
use openline_core::origin::{Announcement, Finding, OriginQuery};
use openline_core::readout::{PublicStatement, Readout};
use openline_core::scheduling::Scheduling;
use openline_core::status::{Act, Status};
use openline_core::text::{Amendment, Assent, TextProposal, Weight};
use openline_core::topic::{Account, StatedPosition, Topic, Undertaking};

/// Characters of a text that stand for it.
pub const TEXT_CHARS_MAX: usize = 80;

/// What an admitted entry says, in a line; `body` is `None` where it was purged or is not held.
#[must_use]
pub fn brief(header: &Header, body: Option<&[u8]>) -> String {
    let Some(body) = body else {
        return "body purged by agreement or not held".to_owned();
    };
    match header.kind {
        Kind::Founding => "begins the log".to_owned(),
        Kind::Message => Message::decode(body).map_or_else(|_| "a message".to_owned(), of_message),
        Kind::Chunk => format!("{} bytes of an attachment", body.len()),
        Kind::Receipt => Receipt::decode(body).map_or_else(
            |_| "a receipt".to_owned(),
            |receipt| of_receipt(header, &receipt),
        ),
        Kind::Mark => "says what has been seen".to_owned(),
        Kind::KeyChange => "a new node key, certified by the root".to_owned(),
        Kind::Purge => Purge::decode(body).map_or_else(|_| "a purge".to_owned(), of_purge),
        Kind::Consent => format!("agrees to the purge {}", refs(header)),
        Kind::Confirmation => of(Confirmation::decode(body), header, |c: Confirmation| {
            format!("read-back {}", c.verdict.word())
        }),
        Kind::Answer => of(Answer::decode(body), header, |a: Answer| {
            a.outcome.word().to_owned()
        }),
        Kind::Status => Status::decode(body).map_or_else(|_| "a line status".to_owned(), of_status),
        Kind::Glossary => {
            Glossary::decode(body).map_or_else(|_| "a glossary".to_owned(), of_glossary)
        }
        Kind::Accord => of(Accord::decode(body), header, |a: Accord| {
            a.stance.word().to_owned()
        }),
        Kind::OriginQuery => OriginQuery::decode(body).map_or_else(
            |_| "an origin query".to_owned(),
            |query| format!("is this from you? {}", first_words(&query.what)),
        ),
        Kind::Finding => of(Finding::decode(body), header, |f: Finding| {
            f.origin.word().to_owned()
        }),
        Kind::Announcement => Announcement::decode(body)
            .map_or_else(|_| "an announcement".to_owned(), of_announcement),
        Kind::TextProposal => TextProposal::decode(body).map_or_else(
            |_| "a text".to_owned(),
            |text| first_words(&format!("proposes a text: {}", text.title)),
        ),
        Kind::Amendment => of(Amendment::decode(body), header, |a: Amendment| {
            format!("amends the text, {} changes", a.operations.len())
        }),
        Kind::Initial => of(Assent::decode(body), header, |a| of_assent("initials", &a)),
        Kind::Signature => of(Assent::decode(body), header, |a| of_assent("signs", &a)),
        Kind::Encounter => Encounter::decode(body).map_or_else(
            |_| "an encounter".to_owned(),
            |e| format!("{} asked for: {}", e.kind.word(), first_words(&e.subject)),
        ),
        Kind::Step => of(Step::decode(body), header, |s: Step| {
            s.act.word().to_owned()
        }),
        Kind::Contact => Contact::decode(body).map_or_else(
            |_| "a contact".to_owned(),
            |c| format!("{}, {}: {}", c.kind.word(), c.date, first_words(&c.what)),
        ),
        Kind::Topic => Topic::decode(body).map_or_else(
            |_| "a topic".to_owned(),
            |t| format!("{}: {}", t.kind.word(), first_words(&t.title)),
        ),
        Kind::Position => of(StatedPosition::decode(body), header, |p: StatedPosition| {
            let status = p.status.map(|status| status.word().to_owned());
            let words = p.words.as_deref().map(first_words);
            status
                .into_iter()
                .chain(words)
                .collect::<Vec<_>>()
                .join(", ")
        }),
        Kind::Undertaking => of(Undertaking::decode(body), header, |u: Undertaking| {
            format!("undertaking: {}", first_words(&u.what))
        }),
        Kind::Account => of(Account::decode(body), header, |a: Account| {
            a.kept.word().to_owned()
        }),
        Kind::Readout => of(Readout::decode(body), header, |r: Readout| {
            format!("readout: {}", first_words(&r.texts[0].text))
        }),
        Kind::PublicStatement => PublicStatement::decode(body).map_or_else(
            |_| "a public statement".to_owned(),
            |statement| format!("public statement: {}", first_words(&statement.title)),
        ),
        Kind::SlotRequest
        | Kind::SlotCommitment
        | Kind::SlotEvaluation
        | Kind::SlotResult
        | Kind::SlotSeal
        | Kind::SlotOpening
        | Kind::SlotConfirmation
        | Kind::SlotWithdrawal => of_scheduling(header, body),
        Kind::Other(number) => format!("kind {number}, which this version does not know"),
    }
}

/// A step of a scheduling run. The request says what it is for; the steps name it.
fn of_scheduling(header: &Header, body: &[u8]) -> String {
    let word = header.kind.word();
    match Scheduling::decode(header.kind, body) {
        Ok(Some(Scheduling::Request(request))) => format!(
            "{} by {}: {}",
            word,
            request.method.word(),
            first_words(&request.purpose)
        ),
        Ok(Some(Scheduling::Confirmation(said))) => {
            format!("{word} {}: {}", refs(header), said.text)
        }
        _ => format!("{word} {}", refs(header)),
    }
}

/// A place as people write it: party index, slash, position.
#[must_use]
pub fn place(place: Ref) -> String {
    format!("{}/{}", place.party, place.index)
}

/// What a body says, and of which entry it says so.
fn of<T>(
    body: Result<T, openline_core::Rule>,
    header: &Header,
    words: impl FnOnce(T) -> String,
) -> String {
    body.map_or_else(
        |_| header.kind.word().to_owned(),
        |body| format!("{}: {}", words(body), refs(header)),
    )
}

fn of_status(status: Status) -> String {
    let what = match status.act {
        Act::Suspend => "suspends the line".to_owned(),
        Act::Narrow => format!("narrows the line to {}", status.classes.join(", ")),
        Act::Resume => "resumes the line".to_owned(),
    };
    match status.reason {
        Some(reason) => format!("{what}: {}", first_words(&reason)),
        None => what,
    }
}

fn of_glossary(glossary: Glossary) -> String {
    let concepts: Vec<&str> = glossary
        .terms
        .iter()
        .map(|term| term.concept.as_str())
        .collect();
    first_words(&format!("proposes terms: {}", concepts.join(", ")))
}

fn of_announcement(announcement: Announcement) -> String {
    let Announcement {
        channel, who, whom, ..
    } = announcement;
    let whom = whom.map_or_else(String::new, |whom| format!(" to {whom}"));
    format!("announces a {} of {who}{whom}", channel.word())
}

fn of_assent(what: &str, assent: &Assent) -> String {
    let how = match assent.weight {
        Weight::Full => "",
        Weight::AdReferendum => " ad referendum",
    };
    format!(
        "{what} the text{how} over {}",
        &assent.hash.to_string()[..16]
    )
}

fn of_message(message: Message) -> String {
    let text = &message.authoritative().text;
    let words = first_words(text);
    message.subject.unwrap_or(words)
}

fn of_receipt(header: &Header, receipt: &Receipt) -> String {
    let class = receipt
        .class
        .as_ref()
        .map_or_else(String::new, |class| format!(" ({class})"));
    format!("{}{class}: {}", receipt.stage.word(), refs(header))
}

fn of_purge(purge: Purge) -> String {
    let count = purge.targets.len();
    format!("proposes to purge {count} entries: {}", purge.reason)
}

fn refs(header: &Header) -> String {
    let refs: Vec<String> = header.refs.iter().map(|r| place(*r)).collect();
    refs.join(", ")
}

/// A text in one line, cut to [`TEXT_CHARS_MAX`] characters.
#[must_use]
pub fn first_words(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(TEXT_CHARS_MAX) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{at, header, message};
    use openline_core::body::Stage;

    #[test]
    fn a_message_is_its_subject_or_its_first_words() {
        let head = header(Kind::Message, vec![]);
        let titled = message(Some("Return visit"), "Text");
        assert_eq!(brief(&head, Some(&titled)), "Return visit");
        let long = "word ".repeat(40);
        let cut = brief(&head, Some(&message(None, &long)));
        assert_eq!(cut.chars().count(), TEXT_CHARS_MAX + 1);
        assert!(cut.ends_with('…'));
        let lines = message(None, "One\n\n  line é");
        assert_eq!(brief(&head, Some(&lines)), "One line é");
    }

    #[test]
    fn other_kinds_say_what_they_do() {
        let receipt = Receipt {
            stage: Stage::PassedOn,
            time: 0,
            class: Some("the minister".to_owned()),
            words: None,
            promised: None,
            values: vec![],
        };
        let head = header(Kind::Receipt, vec![at(1, 7)]);
        assert_eq!(
            brief(&head, Some(&receipt.encode())),
            "passed on (the minister): 1/7"
        );
        let purge = Purge {
            targets: vec![at(0, 3), at(1, 4)],
            reason: "sent in error".to_owned(),
        };
        assert_eq!(
            brief(&header(Kind::Purge, vec![]), Some(&purge.encode())),
            "proposes to purge 2 entries: sent in error"
        );
        assert_eq!(
            brief(&header(Kind::Message, vec![]), None),
            "body purged by agreement or not held"
        );
        assert_eq!(
            brief(&header(Kind::Receipt, vec![]), Some(b"?")),
            "a receipt"
        );
    }
}
