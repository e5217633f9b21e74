//! A line's state in words for a tired person: what it is, why, and who has signed what that rests on.

use openline_core::watch::Notice;
use openline_core::{LineId, PartyIndex};
use openline_proto::state::{Assessment, Cause, Closure, Finding, State};

use crate::engine::Engine;
use crate::service::entries::{place_text, utc_text};
use crate::view::{StateFindingView, StateView};

/// The state of a line, with its evidence; `None` before it has been looked at.
pub(crate) fn view(engine: &Engine, line: &LineId) -> Option<StateView> {
    let (assessment, watcher) = engine.knowledge.assessed.get(line)?;
    let findings = assessment
        .findings
        .iter()
        .map(|finding| StateFindingView {
            state: finding.state.word().to_owned(),
            party: engine.name_on(line, finding.party),
            words: words(engine, line, finding),
            is_signed: finding.is_signed,
        })
        .collect();
    Some(StateView {
        state: assessment.state.word().to_owned(),
        words: said(engine, line, assessment),
        since_ms: watcher.since(),
        findings,
    })
}

/// The state in one sentence.
pub(crate) fn sentence(engine: &Engine, line: &LineId) -> String {
    let assessed = engine.knowledge.assessed.get(line);
    assessed.map_or_else(
        || "the line has not been looked at yet".to_owned(),
        |(assessment, _)| said(engine, line, assessment),
    )
}

/// The word, and what speaks for it.
fn said(engine: &Engine, line: &LineId, assessment: &Assessment) -> String {
    let own: Vec<String> = assessment
        .findings
        .iter()
        .filter(|finding| finding.state == assessment.state)
        .map(|finding| {
            let signed = if finding.is_signed { " (signed)" } else { "" };
            format!("{}{signed}", words(engine, line, finding))
        })
        .collect();
    let word = assessment.state.word();
    if own.is_empty() {
        word.to_owned()
    } else {
        format!("{word}: {}", own.join("; "))
    }
}

/// What one finding says.
fn words(engine: &Engine, line: &LineId, finding: &Finding) -> String {
    let is_ours = engine.machine.me(line) == Some(finding.party);
    let name = engine.name_on(line, finding.party);
    let here_or = |here: &str, there: String| if is_ours { here.to_owned() } else { there };
    match &finding.cause {
        Cause::Closed(closure) => closed(&name, closure),
        Cause::OwnUplink => {
            "our own way out is down: nothing outside answers, so this says nothing of the other side".to_owned()
        }
        Cause::NothingAnswers => format!(
            "nothing answers at any address of {name}; our own way out is not what is broken as far as we can tell. A machine that is switched off looks the same"
        ),
        Cause::HeardElsewhere { by, ago } => format!(
            "we can't reach {name}, and {} heard it {} s ago: its node runs, the way between us is cut",
            other(engine, line, *by),
            ago.as_secs()
        ),
        Cause::Refused => {
            format!("the machine of {name} answers, and its node does not")
        }
        Cause::Farewell => format!("the node of {name} said that it stops"),
        Cause::FaultNotice(notice) => here_or(
            &format!("we have told of a technical fault here{}", tail(notice)),
            format!("{name} has told of a technical fault at its side{}", tail(notice)),
        ),
        Cause::NotProved => format!(
            "something answers at an address of {name} that does not prove its key; do not trust it"
        ),
        Cause::Silent => format!(
            "a bearer to {name} stands, and nothing about this line has come over it for longer than agreed"
        ),
        Cause::NotReachable if has_address(engine, line, finding.party) => format!(
            "{name} is not heard, and no attempt to reach it has ended yet"
        ),
        Cause::NotReachable => format!(
            "{name} is not heard, and there is no address at which this node could try it"
        ),
        Cause::Declining(notice) => here_or(
            &format!("we take no contact for now{}", window(notice)),
            format!("{name} takes no contact for now{}", window(notice)),
        ),
        Cause::OffWatch(notice) => here_or(
            &format!("we are off watch{}", tail(notice)),
            format!("{name} is off watch{}", tail(notice)),
        ),
        Cause::NobodyOnWatch => here_or(
            "nobody here has the watch: take it with openline watch take",
            format!("nobody is on watch at {name}"),
        ),
        Cause::BearerDown(bearer) => format!("no {bearer} bearer to {name} stands"),
        Cause::CannotStore => {
            "what arrives here can't be stored: see openline status".to_owned()
        }
        Cause::Drill(notice) => here_or(
            &format!("a drill is on here{}", tail(notice)),
            format!("a drill is on at {name}{}", tail(notice)),
        ),
        Cause::Contact(contact) => {
            format!("{name} was heard {}", utc_text(contact.wall_ms))
        }
    }
}

fn other(engine: &Engine, line: &LineId, party: PartyIndex) -> String {
    engine.name_on(line, party)
}

/// Whether a party's card names an address that can be dialled.
fn has_address(engine: &Engine, line: &LineId, party: PartyIndex) -> bool {
    let founded = engine.founded.get(line);
    let relation = founded.and_then(|founded| engine.relations.get(&founded.party_id(party)));
    relation.is_some_and(|relation| !relation.endpoints.is_empty())
}

fn closed(name: &str, closure: &Closure) -> String {
    let what = if closure.is_narrowed {
        "has narrowed"
    } else {
        "has suspended"
    };
    let until = closure
        .until
        .map_or_else(String::new, |ms| format!(" until {}", utc_text(ms)));
    format!(
        "{name} {what} the line since {}{until} (entry {})",
        utc_text(closure.since),
        place_text(closure.place)
    )
}

/// Until when, and in which words.
fn tail(notice: &Notice) -> String {
    let until = notice
        .until
        .map_or_else(String::new, |ms| format!(" until {}", utc_text(ms)));
    format!("{until}{}", quoted(notice))
}

fn window(notice: &Notice) -> String {
    let next = notice
        .until
        .map_or_else(String::new, |ms| format!("; next window {}", utc_text(ms)));
    format!("{next}{}", quoted(notice))
}

fn quoted(notice: &Notice) -> String {
    notice
        .words
        .as_ref()
        .map_or_else(String::new, |words| format!(": \"{}\"", one_line(words)))
}

/// Another's words within a sentence of ours stay in its line.
fn one_line(words: &str) -> String {
    words
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect()
}

/// The word of a line's state.
pub(crate) fn word(engine: &Engine, line: &LineId) -> &'static str {
    let assessed = engine.knowledge.assessed.get(line);
    assessed.map_or(State::Unknown.word(), |(assessment, _)| {
        assessment.state.word()
    })
}
