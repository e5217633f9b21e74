//! Writing a message: what is written is kept as a draft, and looked at once more before it is released.

use axum::extract::{Path, Query};
use maud::{Markup, html};
use openline_core::message::{Form, Precedence};
use openline_node::view::{
    AgreedTermView, CharterView, FieldView, LineView, SendRequest, TermView,
};
use serde::Deserialize;

use super::acting::Ours;
use crate::failure::{OrFail as _, Page};
use crate::locale::direction_of;
use crate::visit::Visit;
use crate::{kit, shell, times};

/// Parties of a text's languages that are offered beside the charter's.
const LANGUAGES_MAX: usize = 4;

/// Agreed terms that are shown while somebody writes.
const TERMS_MAX: usize = 100;
/// Empty rows for facts.
const FACTS_MORE: usize = 2;

/// What the message is to be about, or which draft is to be changed.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Begin {
    /// The message that it replies to.
    reply: Option<String>,
    /// The draft that is changed.
    draft: Option<String>,
}

pub(super) async fn page(
    visit: Visit,
    Path(line): Path<String>,
    Query(begin): Query<Begin>,
) -> Page {
    let line = visit.service.line(&line).await.or_fail(&visit)?;
    let charter = visit.service.charter(&line.id).await.or_fail(&visit)?;
    let ours = Ours::on(&visit, &line).await?;
    let (id, request) = match &begin.draft {
        Some(id) => {
            let draft = visit.service.draft(id).await.or_fail(&visit)?;
            (Some(draft.id), Some(draft.request))
        }
        None => (None, None),
    };
    let glossary = visit.service.glossary(&line.id).await.or_fail(&visit)?;
    let rules = Rules {
        line: &line,
        charter: &charter,
        agreed: &glossary.agreed,
        ours: &ours,
    };
    let body = html! {
        section {
            h1 { (visit.say("compose")) }
            p.hint { (visit.say("compose-hint")) }
            (form(&visit, &rules, id.as_deref(), request.as_ref(), begin.reply.as_deref()))
        }
    };
    Ok(shell::line_page(
        &visit,
        &line,
        "",
        &visit.say("compose"),
        &body,
    ))
}

/// What a message on the line is written by.
struct Rules<'a> {
    line: &'a LineView,
    charter: &'a CharterView,
    agreed: &'a [AgreedTermView],
    ours: &'a Ours,
}

fn form(
    visit: &Visit,
    rules: &Rules<'_>,
    id: Option<&str>,
    request: Option<&SendRequest>,
    reply: Option<&str>,
) -> Markup {
    let Rules {
        line,
        charter,
        agreed,
        ours,
    } = *rules;
    let chosen =
        |of: fn(&SendRequest) -> &str, other: &'static str| request.map_or(other, of).to_owned();
    let forms: Vec<&str> = Form::ALL.iter().map(|form| form.word()).collect();
    let precedences: Vec<&str> = Precedence::ALL
        .iter()
        .map(|precedence| precedence.word())
        .collect();
    let posts: Vec<(String, String)> = ours
        .posts
        .iter()
        .map(|post| (post.clone(), post.clone()))
        .collect();
    let own_form = if reply.is_some() { "reply" } else { "message" };
    let refs = request.map_or_else(
        || reply.unwrap_or_default().to_owned(),
        |request| request.refs.join(", "),
    );
    let text = |of: fn(&SendRequest) -> &Option<String>| {
        request
            .and_then(|request| of(request).clone())
            .unwrap_or_default()
    };
    let classes = charter
        .terms
        .open_classes
        .iter()
        .map(|class| (class.clone(), class.clone()));
    let classes: Vec<(String, String)> = std::iter::once((String::new(), visit.say("no-class")))
        .chain(classes)
        .collect();
    let validity = |at: usize| {
        let ms = request
            .and_then(|request| request.validity_ms)
            .map(|both| both[at]);
        ms.map_or_else(String::new, |ms| times::field(ms, &visit.zone()))
    };
    kit::act_form(
        visit,
        "save-draft",
        &kit::line_path(&line.id),
        &html! {
            (kit::hidden("line", &line.id))
            @if let Some(id) = id { (kit::hidden("id", id)) }
            div.row {
                (kit::choice(&visit.say("post"), "post", &chosen(|r| &r.post, ""), &posts))
                (kit::choice(&visit.say("form"), "form", &chosen(|r| &r.form, own_form), &kit::terms(visit, "form", &forms)))
                (kit::choice(&visit.say("precedence"), "precedence", &chosen(|r| &r.precedence, "routine"), &kit::terms(visit, "precedence", &precedences)))
                (kit::choice(&visit.say("type"), "message_type", &chosen(|r| &r.message_type, "real"), &kit::terms(visit, "type", &["real", "exercise"])))
                (kit::choice(&visit.say("class"), "class", &text(|r| &r.class), &classes))
            }
            (limits(visit, charter))
            (kit::field(&visit.say("to-hint"), "to:list", "text", &request.map_or_else(String::new, |r| r.to.join(", "))))
            (kit::field(&visit.say("info-hint"), "info:list", "text", &request.map_or_else(String::new, |r| r.info.join(", "))))
            (kit::field(&visit.say("subject"), "subject", "text", &text(|r| &r.subject)))
            (texts(visit, charter, request))
            (terms(visit, charter, agreed))
            (facts(visit, request))
            (kit::field(&visit.say("refs-hint"), "refs:list", "text", &refs))
            (kit::folded(&visit.say("more-fields"), &html! {
                (kit::field(&visit.say("own-reference"), "own_reference", "text", &text(|r| &r.own_reference)))
                (kit::field(&visit.say("authority"), "authority", "text", &text(|r| &r.authority)))
                div.row {
                    (kit::time(visit, &visit.say("valid-from"), "validity_ms/0:time", &validity(0)))
                    (kit::time(visit, &visit.say("valid-until"), "validity_ms/1:time", &validity(1)))
                }
                @match request.filter(|request| !request.attachments.is_empty()) {
                    Some(request) => {
                        p { (visit.say("attachments")) ": "
                            @for attachment in &request.attachments { bdi { (attachment.name) } " " } }
                        (kit::hidden("attachments:json", &serde_json::to_string(&request.attachments).unwrap_or_default()))
                    }
                    None => { label.field { span { (visit.say("attachment")) } input type="file" name="attachments/0"; } }
                }
            }))
            (kit::button(&visit.say("save-draft")))
        },
    )
}

/// The agreed glossary, language beside language.
fn terms(visit: &Visit, charter: &CharterView, agreed: &[AgreedTermView]) -> Markup {
    if agreed.is_empty() {
        return html! {};
    }
    let languages = &charter.terms.languages;
    let said = |term: &TermView, language: &str| {
        let mut found = term
            .equivalents
            .iter()
            .filter(|text| text.language == language);
        found
            .next()
            .map_or_else(|| "–".to_owned(), |text| text.text.clone())
    };
    kit::folded(
        &visit.say("line-glossary"),
        &html! {
            div.scroll tabindex="0" role="region" aria-label=(visit.say("line-glossary")) {
                table {
                    thead { tr {
                        th scope="col" { (visit.say("concept")) }
                        @for language in languages { th scope="col" { (visit.words().term("language", language)) } }
                    } }
                    tbody { @for one in agreed.iter().take(TERMS_MAX) { tr {
                        th scope="row" dir="auto" { (one.term.concept) }
                        @for language in languages { td lang=(language) dir=(direction_of(language)) { (said(&one.term, language)) } }
                    } } }
                }
            }
        },
    )
}

/// Facts in fields of their own: those of the draft, and some more. A critical one is typed again when it is read back.
fn facts(visit: &Visit, request: Option<&SendRequest>) -> Markup {
    let known = request.map_or(&[][..], |request| &request.fields);
    let row = |at: usize, field: Option<&FieldView>| {
        let text = |of: fn(&FieldView) -> &str| field.map_or("", of);
        html! {
            div.row {
                (kit::field(&visit.say("fact-name"), &format!("fields/{at}/name"), "text", text(|f| &f.name)))
                (kit::field(&visit.say("fact-value"), &format!("fields/{at}/value"), "text", text(|f| &f.value)))
                (kit::tick(&visit.say("fact-critical"), &format!("fields/{at}/is_critical:yes"), field.is_some_and(|f| f.is_critical)))
                (kit::tick(&visit.say("fact-releasable"), &format!("fields/{at}/is_releasable:yes"), field.is_some_and(|f| f.is_releasable)))
            }
        }
    };
    html! {
        fieldset {
            legend { (visit.say("facts")) }
            p.hint { (visit.say("facts-hint")) }
            @for at in 0..known.len() + FACTS_MORE { (row(at, known.get(at))) }
        }
    }
}

/// How many words each precedence allows, from the charter.
fn limits(visit: &Visit, charter: &CharterView) -> Markup {
    let limited = Precedence::ALL
        .iter()
        .zip(&charter.terms.word_limits)
        .filter(|(_, limit)| **limit > 0);
    html! {
        p.hint {
            @for (precedence, limit) in limited {
                (visit.words().with("word-limit", &[
                    ("precedence", visit.words().term("precedence", precedence.word()).as_str().into()),
                    ("limit", (*limit).into()),
                ])) " "
            }
        }
    }
}

/// The authoritative text, then a courtesy translation in each other language of the charter.
fn texts(visit: &Visit, charter: &CharterView, request: Option<&SendRequest>) -> Markup {
    let mut languages: Vec<String> = request
        .iter()
        .flat_map(|request| request.texts.iter().map(|text| text.language.clone()))
        .collect();
    for language in &charter.terms.languages {
        if !languages.contains(language) {
            languages.push(language.clone());
        }
    }
    languages.truncate(LANGUAGES_MAX);
    let said = |language: &str| {
        let texts = request.iter().flat_map(|request| &request.texts);
        let mut found = texts.filter(|text| text.language == language);
        found.next().map_or("", |text| text.text.as_str())
    };
    html! {
        @for (at, language) in languages.iter().enumerate() {
            fieldset {
                legend { (visit.say(if at == 0 { "authoritative" } else { "courtesy" })) }
                (kit::field(&visit.say("text-language"), &format!("texts/{at}/language"), "text", language))
                (kit::area(&visit.say("text"), &format!("texts/{at}/text"), 8, said(language), at == 0))
            }
        }
    }
}
