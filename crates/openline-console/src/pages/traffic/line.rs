//! A line: how it stands, and its record as a conversation, newest first.

use axum::extract::{Path, Query};
use maud::{Markup, html};
use openline_node::service::LogQuery;
use openline_node::view::{EntryBrief, LineView, NoticeView, OtherLineView, StandingView};
use serde::Deserialize;

use super::acting::{Ours, shown_form};
use super::message;
use crate::failure::{Failed, OrFail as _, Page};
use crate::visit::Visit;
use crate::{kit, shell};

/// Entries of a page.
const PAGE: usize = 20;
/// Texts longer than this, in characters, are read on the message's own page.
const LONG: usize = 2000;

/// What of the record is shown.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Filter {
    /// `message` if left out, or `all`.
    kind: Option<String>,
    /// `real`, `exercise` or `test`.
    #[serde(rename = "type")]
    message_type: Option<String>,
    /// A party's name.
    party: Option<String>,
    /// From which joint number back.
    from: Option<String>,
    /// A place or joint number to go to.
    go: Option<String>,
}

pub(super) async fn page(
    visit: Visit,
    Path(line): Path<String>,
    Query(filter): Query<Filter>,
) -> Page {
    let line = visit.service.line(&line).await.or_fail(&visit)?;
    if let Some(place) = filter
        .go
        .as_deref()
        .filter(|place| !place.trim().is_empty())
    {
        let found = visit
            .service
            .entry(&line.id, place.trim())
            .await
            .or_fail(&visit)?;
        return super::entry::show(&visit, &line, &found).await;
    }
    let (state, others) = visit.service.line_state(&line.id).await.or_fail(&visit)?;
    let notices = visit.service.notices(&line.id).await.or_fail(&visit)?;
    let standings = visit.service.standings(&line.id).await.or_fail(&visit)?;
    let ours = Ours::on(&visit, &line).await?;
    let (entries, older) = entries(&visit, &line, &filter).await?;
    let mut shown = Vec::new();
    for brief in &entries {
        shown.push(row(&visit, &line, &ours, brief).await?);
    }
    let body = html! {
        section.line-state id="line-state" data-live {
            h1 { (visit.say("line-messages")) }
            p.words { (kit::said_sentence(&visit, &state.words, &state.phrases)) }
            (evidence(&visit, &state.findings))
            (given(&visit, &line.id, &notices, &standings))
            (relation(&visit, &others))
        }
        (filters(&visit, &line, &filter))
        p { a.button-like href={ (kit::line_path(&line.id)) "/compose" } { (visit.say("compose")) } " "
            a.button-like href={ (kit::line_path(&line.id)) "/notifications" } { (visit.say("notifications")) } }
        div.conversation id="conversation" data-live {
            @if shown.is_empty() { (kit::nothing(&visit.say("no-messages"))) }
            @for row in &shown { (row) }
            @if let Some(from) = older { (way_back(&visit, &line, &filter, from)) }
        }
    };
    Ok(shell::line_page(
        &visit,
        &line,
        "",
        &visit.say("line-messages"),
        &body,
    ))
}

async fn entries(
    visit: &Visit,
    line: &LineView,
    filter: &Filter,
) -> Result<(Vec<EntryBrief>, Option<u64>), Failed> {
    let kind = filter.kind.as_deref().unwrap_or("message");
    let query = LogQuery {
        line: line.id.clone(),
        from: filter.from.as_deref().and_then(|from| from.parse().ok()),
        limit: PAGE,
        newest_first: true,
        kind: (kind != "all").then(|| kind.to_owned()),
        party: filter.party.clone().filter(|party| !party.is_empty()),
        message_type: filter.message_type.clone().filter(|word| !word.is_empty()),
    };
    visit.service.log_part(query).await.or_fail(visit)
}

async fn row(
    visit: &Visit,
    line: &LineView,
    ours: &Ours,
    brief: &EntryBrief,
) -> Result<Markup, Failed> {
    let mut view = visit
        .service
        .entry(&line.id, &brief.place)
        .await
        .or_fail(visit)?;
    let length = |text: &openline_node::view::TextView| text.text.chars().count();
    let is_long = view
        .message
        .as_ref()
        .is_some_and(|message| message.texts.iter().map(length).sum::<usize>() > LONG);
    if is_long && let Some(message) = &mut view.message {
        for text in &mut message.texts {
            text.text = text.text.chars().take(LONG / 4).chain(['…']).collect();
        }
    }
    // Only who has read it to its end has been shown it.
    let shown = if is_long {
        html! {}
    } else {
        shown_form(visit, line, ours, &view)
    };
    let more = html! {
        (shown)
        p.buttons { a.button-like href=(kit::entry_path(&line.id, &brief.place)) { (visit.say("open-entry")) } }
    };
    Ok(message::article(
        visit,
        &view,
        brief.party == line.me,
        &more,
    ))
}

fn evidence(visit: &Visit, findings: &[openline_node::view::StateFindingView]) -> Markup {
    html! {
        @if !findings.is_empty() {
            ul.findings {
                @for finding in findings {
                    li {
                        strong { (visit.words().term("state", &finding.state)) } " – " bdi { (finding.party) } ": "
                        (kit::said(visit, &finding.words, &finding.phrases)) " "
                        em { (visit.say(if finding.is_signed { "evidence-signed" } else { "evidence-inferred" })) }
                    }
                }
            }
        }
    }
}

/// Notices, and what each side takes.
fn given(visit: &Visit, line: &str, notices: &[NoticeView], standings: &[StandingView]) -> Markup {
    html! {
        @for notice in notices {
            p.warning {
                strong { bdi { (notice.party) } ": " (visit.words().term("notice", &notice.kind)) } " "
                (visit.say("since")) " " (kit::moment(visit, notice.from_ms))
                @if let Some(until) = notice.until_ms { " " (visit.say("until")) " " (kit::moment(visit, until)) }
                @if let Some(words) = &notice.words { ": " span dir="auto" { (words) } }
            }
        }
        @for standing in standings {
            p.warning { (kit::said_sentence(visit, &standing.words, &standing.phrases)) " "
                    @if let Some(reason) = &standing.reason { span dir="auto" { (reason) } " " }
                    a href=(kit::entry_path(line, &standing.place)) { (standing.place) } }
        }
    }
}

fn relation(visit: &Visit, others: &[OtherLineView]) -> Markup {
    html! {
        @if !others.is_empty() {
            h2 { (visit.say("other-lines")) }
            ul.plain {
                @for other in others {
                    li { a href=(kit::line_path(&other.id)) { bdi { (other.title) } } " " (shell::state_mark(visit, &other.state)) " " bdi { (other.level) } }
                }
            }
        }
    }
}

fn filters(visit: &Visit, line: &LineView, filter: &Filter) -> Markup {
    let any = (String::new(), visit.say("any"));
    let mut types = vec![any.clone()];
    types.extend(kit::terms(visit, "type", &["real", "exercise", "test"]));
    let mut parties = vec![any];
    parties.extend(
        line.parties
            .iter()
            .map(|party| (party.name.clone(), party.name.clone())),
    );
    let kinds = [
        ("message".to_owned(), visit.say("only-messages")),
        ("all".to_owned(), visit.say("all-entries")),
    ];
    let chosen = |value: &Option<String>| value.clone().unwrap_or_default();
    html! {
        form.filters.row method="get" action=(kit::line_path(&line.id)) {
            (kit::choice(&visit.say("filter-kind"), "kind", filter.kind.as_deref().unwrap_or("message"), &kinds))
            (kit::choice(&visit.say("filter-type"), "type", &chosen(&filter.message_type), &types))
            (kit::choice(&visit.say("filter-party"), "party", &chosen(&filter.party), &parties))
            (kit::field(&visit.say("filter-go"), "go", "text", ""))
            (kit::button(&visit.say("filter")))
        }
    }
}

/// The way to what came before, by the joint number at which it begins.
fn way_back(visit: &Visit, line: &LineView, filter: &Filter, from: u64) -> Markup {
    html! {
        p { a.button-like href={
            (kit::line_path(&line.id)) "?kind=" (kit::query(filter.kind.as_deref().unwrap_or("message")))
            "&type=" (kit::query(filter.message_type.as_deref().unwrap_or_default()))
            "&party=" (kit::query(filter.party.as_deref().unwrap_or_default())) "&from=" (from)
        } { (visit.say("older")) } }
    }
}
