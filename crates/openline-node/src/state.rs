//! A line's state in words for a tired person: what it is, why, and who has signed what that rests on.

use openline_core::watch::Notice;
use openline_core::{LineId, PartyIndex};
use openline_proto::state::{Assessment, Cause, Closure, Finding, State};

use crate::engine::Engine;
use crate::service::entries::{place_text, utc_text};
use crate::view::{SaidView, StateFindingView, StateView};

/// The state of a line, with its evidence; `None` before it has been looked at.
pub(crate) fn view(engine: &Engine, line: &LineId) -> Option<StateView> {
    let (assessment, watcher) = engine.knowledge.assessed.get(line)?;
    let findings = assessment
        .findings
        .iter()
        .map(|finding| {
            let said = finding_said(engine, line, finding);
            StateFindingView {
                state: finding.state.word().to_owned(),
                party: engine.name_on(line, finding.party),
                words: said.words,
                phrases: said.phrases,
                is_signed: finding.is_signed,
            }
        })
        .collect();
    let said = said(engine, line, assessment);
    Some(StateView {
        state: assessment.state.word().to_owned(),
        words: said.words,
        phrases: said.phrases,
        since_ms: watcher.since(),
        findings,
    })
}

/// The state in one sentence.
pub(crate) fn sentence(engine: &Engine, line: &LineId) -> String {
    let assessed = engine.knowledge.assessed.get(line);
    assessed.map_or_else(
        || "the line has not been looked at yet".to_owned(),
        |(assessment, _)| said(engine, line, assessment).words,
    )
}

/// The word, and what speaks for it.
pub(crate) fn said(engine: &Engine, line: &LineId, assessment: &Assessment) -> SaidView {
    let word = assessment.state.word();
    let speaking = assessment
        .findings
        .iter()
        .filter(|finding| finding.state == assessment.state);
    let told = speaking.map(|finding| {
        let signed = finding
            .is_signed
            .then(|| SaidView::new("signed", " (signed)"));
        finding_said(engine, line, finding).and(signed)
    });
    let joint = || SaidView::new("also", "; ");
    let Some(told) = told.reduce(|said, more| said.and(Some(joint())).and(Some(more))) else {
        return SaidView::new("state-alone", word).with("state", word);
    };
    SaidView::new("state", format!("{word}: "))
        .with("state", word)
        .and(Some(told))
}

/// What one finding says.
fn finding_said(engine: &Engine, line: &LineId, finding: &Finding) -> SaidView {
    let is_ours = engine.machine.me(line) == Some(finding.party);
    let name = engine.name_on(line, finding.party);
    let of = |id: &str, words: String| SaidView::new(id, words).with("party", &name);
    let here_or = |here: SaidView, there: SaidView| if is_ours { here } else { there };
    match &finding.cause {
        Cause::Closed(closure) => closed(&name, closure),
        Cause::OwnUplink => SaidView::new(
            "own-uplink",
            "our own way out is down: nothing outside answers, so this says nothing of the other side",
        ),
        Cause::NothingAnswers => of(
            "nothing-answers",
            format!(
                "nothing answers at any address of {name}; our own way out is not what is broken as far as we can tell. A machine that is switched off looks the same"
            ),
        ),
        Cause::HeardElsewhere { by, ago } => {
            let by = engine.name_on(line, *by);
            let words = format!(
                "we can't reach {name}, and {by} heard it {} s ago: its node runs, the way between us is cut",
                ago.as_secs()
            );
            of("heard-elsewhere", words)
                .with("by", by)
                .with("seconds", i64::try_from(ago.as_secs()).unwrap_or(i64::MAX))
        }
        Cause::Refused => of(
            "node-refuses",
            format!("the machine of {name} answers, and its node does not"),
        ),
        Cause::Farewell => of("farewell", format!("the node of {name} said that it stops")),
        Cause::FaultNotice(notice) => here_or(
            SaidView::new("fault-here", "we have told of a technical fault here"),
            of(
                "fault-there",
                format!("{name} has told of a technical fault at its side"),
            ),
        )
        .and(until(notice))
        .and(quoted(notice)),
        Cause::NotProved => of(
            "not-proved",
            format!(
                "something answers at an address of {name} that does not prove its key; do not trust it"
            ),
        ),
        Cause::Silent => of(
            "silent",
            format!(
                "a bearer to {name} stands, and nothing about this line has come over it for longer than agreed"
            ),
        ),
        Cause::NotReachable if has_address(engine, line, finding.party) => of(
            "not-heard",
            format!("{name} is not heard, and no attempt to reach it has ended yet"),
        ),
        Cause::NotReachable => of(
            "no-address",
            format!("{name} is not heard, and there is no address at which this node could try it"),
        ),
        Cause::Declining(notice) => here_or(
            SaidView::new("declining-here", "we take no contact for now"),
            of(
                "declining-there",
                format!("{name} takes no contact for now"),
            ),
        )
        .and(next_window(notice))
        .and(quoted(notice)),
        Cause::OffWatch(notice) => here_or(
            SaidView::new("off-watch-here", "we are off watch"),
            of("off-watch-there", format!("{name} is off watch")),
        )
        .and(until(notice))
        .and(quoted(notice)),
        Cause::NobodyOnWatch => here_or(
            SaidView::new(
                "nobody-here",
                "nobody here has the watch: take it with openline watch take",
            ),
            of("nobody-there", format!("nobody is on watch at {name}")),
        ),
        Cause::BearerDown(bearer) => of(
            "bearer-down",
            format!("no {bearer} bearer to {name} stands"),
        )
        .with("bearer", bearer.to_string()),
        Cause::CannotStore => SaidView::new(
            "cannot-store",
            "what arrives here can't be stored: see openline status",
        ),
        Cause::Drill(notice) => here_or(
            SaidView::new("drill-here", "a drill is on here"),
            of("drill-there", format!("a drill is on at {name}")),
        )
        .and(until(notice))
        .and(quoted(notice)),
        Cause::Contact(contact) => of(
            "contact",
            format!("{name} was heard {}", utc_text(contact.wall_ms)),
        )
        .with("at_ms", contact.wall_ms),
    }
}

/// Whether a party's card names an address that can be dialled.
fn has_address(engine: &Engine, line: &LineId, party: PartyIndex) -> bool {
    let founded = engine.founded.get(line);
    let relation = founded.and_then(|founded| engine.relations.get(&founded.party_id(party)));
    relation.is_some_and(|relation| !relation.endpoints.is_empty())
}

fn closed(name: &str, closure: &Closure) -> SaidView {
    let (id, what) = if closure.is_narrowed {
        ("narrowed", "has narrowed")
    } else {
        ("suspended", "has suspended")
    };
    let since = utc_text(closure.since);
    let place = place_text(closure.place);
    let entry = SaidView::new("by-entry", format!(" (entry {place})")).with("place", place);
    SaidView::new(id, format!("{name} {what} the line since {since}"))
        .with("party", name)
        .with("since_ms", closure.since)
        .and(closure.until.map(until_said))
        .and(Some(entry))
}

/// Until when something holds.
pub(crate) fn until_said(ms: i64) -> SaidView {
    SaidView::new("until", format!(" until {}", utc_text(ms))).with("until_ms", ms)
}

fn until(notice: &Notice) -> Option<SaidView> {
    notice.until.map(until_said)
}

fn next_window(notice: &Notice) -> Option<SaidView> {
    let said = |ms| SaidView::new("next-window", format!("; next window {}", utc_text(ms)));
    notice.until.map(|ms| said(ms).with("from_ms", ms))
}

/// The words that a notice brings.
fn quoted(notice: &Notice) -> Option<SaidView> {
    let words = one_line(notice.words.as_deref()?);
    Some(SaidView::new("quoted", format!(": \"{words}\"")).with("words", words))
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
