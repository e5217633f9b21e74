//! One entry in full: its words, its ladder with proofs, and what can be done about it.

use axum::extract::Path;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, HeaderValue};
use axum::response::{IntoResponse as _, Response};
use maud::{Markup, html};
use openline_node::view::{EntryView, LineView, MessageView};

use super::acting::{Ours, shown_form};
use super::message;
use crate::failure::{OrFail as _, Page};
use crate::visit::Visit;
use crate::{kit, read_back, shell};

pub(super) async fn page(
    visit: Visit,
    Path((line, party, index)): Path<(String, u8, u64)>,
) -> Page {
    let line = visit.service.line(&line).await.or_fail(&visit)?;
    let view = visit
        .service
        .entry(&line.id, &format!("{party}/{index}"))
        .await
        .or_fail(&visit)?;
    show(&visit, &line, &view).await
}

pub(super) async fn show(visit: &Visit, line: &LineView, view: &EntryView) -> Page {
    let ours = Ours::on(visit, line).await?;
    let is_own = view.brief.party == line.me;
    let title = format!(
        "{} {}",
        visit.words().term(
            "form",
            view.brief.form.as_deref().unwrap_or(&view.brief.kind)
        ),
        view.brief.place
    );
    let base = kit::entry_path(&line.id, &view.brief.place);
    let body = html! {
        section.entry id="entry" {
            h1 { (title) }
            div id="entry-live" data-live {
                (message::head(visit, &view.brief))
                @match &view.message {
                    Some(message) => { (content(visit, line, view, message)) }
                    None => { p.summary dir="auto" { (view.brief.summary) } }
                }
                h2 { (visit.say("ladder")) }
                p.hint { (visit.say("received-is-not-agreed")) }
                (message::ladder(visit, &line.id, &view.ladder))
                (message::exchanges(visit, &view.exchanges))
                (read_back::all(visit, &view.read_backs))
            }
            (shown_form(visit, line, &ours, view))
            p.buttons {
                a.button-like href={ (base) "/certificate" } { (visit.say("certificate")) }
                @if view.message.is_some() { a.button-like href={ (base) "/note" } { (visit.say("print-note")) } }
                @if view.message.is_some() { a.button-like href={ (base) "/delay" } { (visit.say("delay-explain")) } }
                button.quiet type="button" data-prints hidden { (visit.say("print")) }
            }
        }
        // A correction closes nothing: what it takes the place of is still to be acknowledged.
        @if view.message.is_some() && !view.brief.successor.as_ref().is_some_and(|by| by.is_cancelled) {
            @if !is_own { (on_theirs(visit, line, &ours, view)) }
            @else if view.brief.successor.is_none() { (on_own(visit, line, &ours, view)) }
        }
        (facts(visit, line, view))
    };
    Ok(shell::line_page(visit, line, "", &title, &body))
}

fn content(visit: &Visit, line: &LineView, view: &EntryView, message: &MessageView) -> Markup {
    let id = format!("text-{}", view.brief.place.replace('/', "-"));
    html! {
        dl.facts {
            dt { (visit.say("to")) } dd { bdi { (message.to.join(", ")) } }
            @if !message.info.is_empty() { dt { (visit.say("info")) } dd { bdi { (message.info.join(", ")) } } }
            @if let Some(authority) = &message.authority { dt { (visit.say("authority")) } dd { bdi { (authority) } } }
            @if let Some(own) = &message.own_reference { dt { (visit.say("own-reference")) } dd { bdi { (own) } } }
            @if let Some([from, to]) = message.validity_ms {
                dt { (visit.say("validity")) } dd { (kit::moment(visit, from)) " – " (kit::moment(visit, to)) }
            }
            @if !view.refs.is_empty() {
                dt { (visit.say("refers-to")) }
                dd { @for place in &view.refs { a href=(kit::entry_path(&line.id, place)) { (place) } " " } }
            }
        }
        (message::texts(visit, message, &id))
        (message::fields(visit, message))
        @if !message.attachments.is_empty() {
            h2 { (visit.say("attachments")) }
            ul {
                @for (at, attachment) in message.attachments.iter().enumerate() {
                    li {
                        a download href={ (kit::entry_path(&line.id, &view.brief.place)) "/attachments/" (at) } { bdi { (attachment.name) } }
                        " " (attachment.media_type) ", " (attachment.length) " B, SHA-256 " code { (attachment.sha256) }
                    }
                }
            }
        }
    }
}

fn about(line: &LineView, of: &str, post: &str) -> Markup {
    html! {
        (kit::hidden("line", &line.id))
        (kit::hidden("of", of))
        (kit::hidden("post", post))
    }
}

/// What the addressee's side does about a message.
fn on_theirs(visit: &Visit, line: &LineView, ours: &Ours, view: &EntryView) -> Markup {
    let place = &view.brief.place;
    let post = ours.post_for(view);
    let back = kit::entry_path(&line.id, place);
    let about = about(line, place, &post);
    let receipt = |stage: &str, more: &Markup| {
        kit::act_form(
            visit,
            "receipt",
            &back,
            &html! {
                (about) (kit::hidden("stage", stage)) (more)
                (kit::button(&visit.words().term("give", stage)))
            },
        )
    };
    let critical = view
        .message
        .iter()
        .flat_map(|message| &message.fields)
        .filter(|field| field.is_critical);
    let outcomes = kit::terms(
        visit,
        "outcome",
        &["will comply", "unable", "takes note", "rejects"],
    );
    html! {
        section.acts {
            h2 { (visit.say("acts-receipts")) }
            p.hint { (visit.words().with("acting-as", &[("post", post.as_str().into())])) }
            div.row {
                (receipt("acknowledged", &html! {}))
                (receipt("stand by", &kit::needed_time(visit, &visit.say("promised"), "promised_ms:time", "")))
                (receipt("passed on", &kit::needed(&visit.say("class-of-people"), "class", "text", "")))
            }
            (kit::folded(&visit.say("acts-translation"), &html! { div.row {
                @for stage in ["sight translation", "rough translation", "official translation"] {
                    (receipt(stage, &kit::needed(&visit.say("into-language"), "class", "text", "")))
                }
            } }))
            h2 { (visit.say("acts-read-back")) }
            p.hint { (visit.say("read-back-hint")) }
            (kit::act_form(visit, "receipt", &back, &html! {
                (about) (kit::hidden("stage", "read back"))
                @for (at, field) in critical.enumerate() {
                    (kit::hidden(&format!("values/{at}/name"), &field.name))
                    (kit::needed(&field.name, &format!("values/{at}/value"), "text", ""))
                }
                (kit::area(&visit.say("in-own-words"), "words", 3, "", false))
                (kit::button(&visit.words().term("give", "read back")))
            }))
            h2 { (visit.say("acts-answer")) }
            (kit::act_form(visit, "answer", &back, &html! {
                (about)
                (kit::choice(&visit.say("outcome"), "outcome", "", &outcomes))
                (kit::area(&visit.say("words"), "words", 3, "", false))
                (kit::button(&visit.say("answer")))
            }))
            p { a.button-like href={ (kit::line_path(&line.id)) "/compose?reply=" (kit::query(place)) } { (visit.say("reply")) } }
        }
    }
}

/// What the author's side does: confirm or correct a read-back, put another message in its place, withdraw it.
fn on_own(visit: &Visit, line: &LineView, ours: &Ours, view: &EntryView) -> Markup {
    let place = &view.brief.place;
    let back = kit::entry_path(&line.id, place);
    let about = about(line, place, &view.brief.post);
    let waiting = view.read_backs.last().filter(|back| back.verdict.is_none());
    let posts = ours
        .posts
        .iter()
        .map(|post| (post.clone(), post.clone()))
        .collect::<Vec<_>>();
    html! {
        section.acts {
            @if let Some(waiting) = waiting {
                h2 { (visit.say("acts-confirm")) }
                (read_back::differing(visit, waiting))
                @let correct = kit::act_form(visit, "confirm", &back, &html! {
                    (kit::hidden("line", &line.id)) (kit::hidden("of", &waiting.place)) (kit::hidden("post", &view.brief.post))
                    (kit::hidden("verdict", "corrected"))
                    @for (at, field) in waiting.fields.iter().filter(|field| !field.agrees).enumerate() {
                        (kit::hidden(&format!("values/{at}/name"), &field.name))
                        (kit::needed(&field.name, &format!("values/{at}/value"), "text", &field.sent))
                    }
                    (kit::area(&visit.say("how-understood"), "words", 3, "", true))
                    (kit::button(&visit.say("correct")))
                });
                @let confirm = kit::act_form(visit, "confirm", &back, &html! {
                    (kit::hidden("line", &line.id)) (kit::hidden("of", &waiting.place)) (kit::hidden("post", &view.brief.post))
                    (kit::hidden("verdict", "confirmed"))
                    @if read_back::differs(waiting) {
                        label.tick { input type="checkbox" name="anyway:yes" value="yes" required; span { (visit.say("confirm-anyway")) } }
                    }
                    (kit::button(&visit.say("confirm")))
                });
                // What differs is put right first; to confirm it all the same is the exception.
                @if read_back::differs(waiting) {
                    (correct) (kit::folded(&visit.say("confirm-differing"), &confirm))
                } @else {
                    (confirm) (kit::folded(&visit.say("correct-read-back"), &correct))
                }
            }
            h2 { (visit.say("acts-supersede")) }
            p.hint { (visit.say("supersede-hint")) }
            (kit::folded(&visit.say("correct-message"), &kit::act_form(visit, "prepare-superseding", &back, &html! {
                (about)
                (kit::choice(&visit.say("post"), "post", &view.brief.post, &posts))
                @for (at, text) in view.message.iter().flat_map(|message| message.texts.iter().enumerate()) {
                    (kit::hidden(&format!("texts/{at}/language"), &text.language))
                    (kit::area(&visit.words().term("language", &text.language), &format!("texts/{at}/text"), 5, &text.text, true))
                }
                (kit::button(&visit.say("prepare")))
            })))
            (kit::folded(&visit.say("cancel-message"), &kit::act_form(visit, "prepare-superseding", &back, &html! {
                (about)
                (kit::area(&visit.say("words"), "words", 3, "", false))
                (kit::button(&visit.say("prepare")))
            })))
        }
    }
}

/// What is proven about the entry.
fn facts(visit: &Visit, line: &LineView, view: &EntryView) -> Markup {
    let seen: Vec<String> = line
        .parties
        .iter()
        .zip(&view.seen)
        .map(|(party, seen)| format!("{} {seen}", party.name))
        .collect();
    kit::folded(
        &visit.say("entry-facts"),
        &html! {
            dl.facts {
                dt { (visit.say("leaf")) } dd { code { (view.leaf) } }
                dt { (visit.say("author-had-seen")) } dd { (seen.join(", ")) }
                dt { (visit.say("arrived-here")) } dd { (kit::moment(visit, view.brief.arrived_ms)) }
                dt { (visit.say("held-durably-by")) } dd { bdi { (view.brief.stored_at.join(", ")) } }
            }
        },
    )
}

/// An attachment, to be kept as a file: a browser shows none of it.
pub(super) async fn attachment(
    visit: Visit,
    Path((line, party, index, number)): Path<(String, u8, u64, usize)>,
) -> Result<Response, crate::failure::Failed> {
    let place = format!("{party}/{index}");
    let (view, bytes) = visit
        .service
        .attachment(&line, &place, number)
        .await
        .or_fail(&visit)?;
    let plain: String = view
        .name
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || "._-".contains(*c))
        .collect();
    let name = format!(
        "attachment; filename=\"{plain}\"; filename*=UTF-8''{}",
        kit::query(&view.name)
    );
    let name = HeaderValue::from_str(&name).unwrap_or(HeaderValue::from_static("attachment"));
    let kind = HeaderValue::from_static("application/octet-stream");
    Ok(([(CONTENT_TYPE, kind), (CONTENT_DISPOSITION, name)], bytes).into_response())
}
