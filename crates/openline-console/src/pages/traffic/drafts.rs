//! Drafts: what is written and not released, what the policy asks for, and what the checker of clear language says.

use axum::extract::Path;
use maud::{Markup, html};
use openline_node::service::PolicyQuestion;
use openline_node::view::{DraftView, ExplainView, LanguageRequest, LineView, WarningView};

use crate::failure::{OrFail as _, Page};
use crate::visit::Visit;
use crate::{drafted, kit, shell};

pub(super) async fn list(visit: Visit) -> Page {
    let drafts = visit.service.drafts().await.or_fail(&visit)?;
    let body = html! {
        section id="drafts" data-live {
            h1 { (visit.say("to-drafts")) }
            @if drafts.is_empty() { (kit::nothing(&visit.say("no-drafts"))) }
            ul.waiting {
                @for draft in &drafts {
                    li {
                        a href={ "/drafts/" (draft.id) } { span dir="auto" { (title(&visit, draft)) } } " "
                        (kit::type_mark(&visit, &draft.request.message_type)) " " (kit::precedence_mark(&visit, &draft.request.precedence))
                        @if !draft.overtaken_by.is_empty() { " " strong.bad { (visit.say("overtaken")) } }
                        p.exchange { (kit::said_sentence(&visit, &draft.next, &draft.next_phrases)) }
                        p.since { bdi { (draft.drafted_by.join(", ")) } ", " (kit::moment(&visit, draft.drafted_ms)) }
                    }
                }
            }
        }
    };
    Ok(shell::page(&visit, &visit.say("to-drafts"), &body))
}

fn title(visit: &Visit, draft: &DraftView) -> String {
    let first = || {
        draft
            .request
            .texts
            .first()
            .map(|text| text.text.chars().take(80).collect())
    };
    draft
        .request
        .subject
        .clone()
        .or_else(first)
        .unwrap_or_else(|| visit.say("no-subject"))
}

pub(super) async fn page(visit: Visit, Path(id): Path<String>) -> Page {
    let draft = visit.service.draft(&id).await.or_fail(&visit)?;
    let request = &draft.request;
    let line = visit.service.line(&request.line).await.or_fail(&visit)?;
    let question = PolicyQuestion {
        line: line.id.clone(),
        form: Some(request.form.clone()),
        precedence: Some(request.precedence.clone()),
        message_type: Some(request.message_type.clone()),
        class: request.class.clone(),
    };
    let asked = visit
        .service
        .explain_policy(question)
        .await
        .or_fail(&visit)?;
    let checked = LanguageRequest {
        subject: request.subject.clone(),
        texts: request.texts.clone(),
        form: request.form.clone(),
        precedence: request.precedence.clone(),
    };
    let warnings = visit
        .service
        .check_language(&line.id, checked)
        .await
        .or_fail(&visit)?;
    let charter = visit.service.charter(&line.id).await.or_fail(&visit)?;
    let limit = drafted::word_limit(&charter, &request.precedence);
    let title = title(&visit, &draft);
    let body = html! {
        section.draft {
            h1 dir="auto" { (title) }
            @if !draft.overtaken_by.is_empty() {
                p.warning role="alert" { strong { (visit.say("overtaken")) } " " (visit.say("overtaken-hint"))
                    @for place in &draft.overtaken_by { " " a href=(kit::entry_path(&line.id, place)) { (place) } } }
            }
            (drafted::whole(&visit, &line, &draft, limit))
            (warned(&visit, &warnings))
            (policy(&visit, &draft, &asked))
            (acts(&visit, &line, &draft))
        }
    };
    Ok(shell::line_page(&visit, &line, "", &title, &body))
}

fn warned(visit: &Visit, warnings: &[WarningView]) -> Markup {
    html! {
        h2 { (visit.say("clear-language")) }
        @if warnings.is_empty() { (kit::nothing(&visit.say("no-warnings"))) }
        ul { @for warning in warnings { li { strong { (visit.words().term("warning", &warning.kind)) } ": " @if !warning.words.is_empty() { q lang=(warning.language) dir="auto" { (warning.words) } " – " } (kit::facade(visit, &warning.sentence)) } } }
    }
}

/// What the release policy asks for, and who has done what.
fn policy(visit: &Visit, draft: &DraftView, asked: &ExplainView) -> Markup {
    html! {
        h2 { (visit.say("release-steps")) }
        p { (kit::sentence(visit, &asked.words)) }
        ul {
            li { (visit.say("drafted-by")) " " bdi { (draft.drafted_by.join(", ")) } ", " (kit::moment(visit, draft.drafted_ms)) }
            @for clearance in &draft.clearances {
                li { (visit.say("cleared-by")) " " bdi { (clearance.by) } ", " (kit::moment(visit, clearance.at_ms))
                    @if clearance.content != draft.content { " " strong.bad { (visit.say("cleared-other")) } }
                    @if let Some(words) = &clearance.words { ": " span dir="auto" { (words) } } }
            }
            @if let Some(refusal) = &draft.refusal {
                li.bad { (visit.say("refused-by")) " " bdi { (refusal.by) } @if let Some(words) = &refusal.words { ": " span dir="auto" { (words) } } }
            }
        }
        p { strong { (kit::said_sentence(visit, &draft.next, &draft.next_phrases)) } }
    }
}

fn acts(visit: &Visit, line: &LineView, draft: &DraftView) -> Markup {
    let back = format!("/drafts/{}", draft.id);
    let about = html! { (kit::hidden("id", &draft.id)) (kit::hidden("content", &draft.content)) };
    let to_line = kit::line_path(&line.id);
    html! {
        div.buttons {
            (kit::act_form(visit, "release-draft", &to_line, &html! {
                (about) (kit::hidden("line", &line.id)) (kit::hidden("reviewed", "yes"))
                @if !draft.overtaken_by.is_empty() { (kit::tick(&visit.say("release-anyway"), "anyway:yes", false)) }
                (kit::button(&visit.say("release")))
            }))
            a.button-like href={ (to_line) "/compose?draft=" (draft.id) } { (visit.say("edit")) }
        }
        (kit::folded(&visit.say("clear-or-refuse"), &html! {
            (kit::act_form(visit, "clear-draft", &back, &html! { (about) (kit::area(&visit.say("words"), "words", 2, "", false)) (kit::button(&visit.say("clear"))) }))
            (kit::act_form(visit, "refuse-draft", &back, &html! { (about) (kit::area(&visit.say("words"), "words", 2, "", true)) (kit::button(&visit.say("refuse"))) }))
        }))
        (kit::folded(&visit.say("delete-draft"), &kit::act_form(visit, "delete-draft", "/drafts", &html! { (kit::hidden("id", &draft.id)) (kit::button(&visit.say("delete-draft"))) })))
    }
}
