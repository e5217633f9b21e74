//! Readouts: each side's own account, side by side; and what is said in public.

use axum::extract::Path;
use maud::{Markup, html};
use openline_node::error::ServiceError;
use openline_node::view::{
    AccountsView, ComparisonView, LineView, ReadoutDraftView, StatementView,
};

use super::claims::{link, posts};
use crate::failure::{OrFail as _, Page};
use crate::visit::Visit;
use crate::{kit, shell};

pub(super) async fn list(visit: Visit, Path(line): Path<String>) -> Page {
    let line = visit.service.line(&line).await.or_fail(&visit)?;
    let all = visit.service.readouts(&line.id).await.or_fail(&visit)?;
    let statements = visit.service.statements(&line.id).await.or_fail(&visit)?;
    let back = format!("{}/readouts", kit::line_path(&line.id));
    let body = html! {
        section id="readouts" data-live {
            h1 { (visit.say("line-readouts")) }
            p.hint { (visit.say("readouts-hint")) }
            @if all.is_empty() { (kit::nothing(&visit.say("no-readouts"))) }
            ul.waiting { @for one in &all { li {
                a href={ (back) "/" (one.of) } { span dir="auto" { (one.summary) } } " " (kit::type_mark(&visit, &one.message_type))
                @if !one.waits_for.is_empty() { p.exchange { (visit.say("awaited")) " " bdi { (one.waits_for.join(", ")) } } }
            } } }
        }
        section {
            h2 { (visit.say("statements")) }
            div id="statements" data-live {
                @if statements.is_empty() { (kit::nothing(&visit.say("no-statements"))) }
                @for statement in &statements { (public(&visit, &line, statement)) }
            }
            (kit::folded(&visit.say("statement-make"), &kit::act_form(&visit, "make-statement", &back, &html! {
                (kit::hidden("line", &line.id))
                div.row {
                    (kit::choice(&visit.say("post"), "post", "", &posts(&line)))
                    (kit::choice(&visit.say("type"), "message_type", "real", &kit::terms(&visit, "type", &["real", "exercise"])))
                    (kit::needed(&visit.say("text-language"), "texts/0/language", "text", "en"))
                }
                (kit::needed(&visit.say("title"), "title", "text", ""))
                (kit::area(&visit.say("text"), "texts/0/text", 6, "", true))
                div.row {
                    (kit::field(&visit.say("discloses-entry"), "disclose/0/of", "text", ""))
                    (kit::choice(&visit.say("extent"), "disclose/0/extent", "", &extents(&visit)))
                }
                (kit::field(&visit.say("confirm-hint"), "confirm:list", "text", ""))
                (kit::button(&visit.say("review")))
            })))
        }
    };
    Ok(shell::line_page(
        &visit,
        &line,
        "/readouts",
        &visit.say("line-readouts"),
        &body,
    ))
}

fn extents(visit: &Visit) -> Vec<(String, String)> {
    let none = (String::new(), "–".to_owned());
    std::iter::once(none)
        .chain(kit::terms(visit, "extent", &["cited", "quoted", "whole"]))
        .collect()
}

fn public(visit: &Visit, line: &LineView, statement: &StatementView) -> Markup {
    html! {
        div.item {
            h3 { bdi { (statement.title) } " " (kit::type_mark(visit, &statement.message_type)) }
            p { bdi { (statement.party) } ", " (kit::moment(visit, statement.time_ms)) " " (link(line, &statement.place)) }
            @for text in &statement.texts { p lang=(text.language) dir="auto" { (text.text) } }
            @for disclosed in &statement.disclosed { p { (visit.say("discloses")) " " (link(line, &disclosed.of)) ": " (visit.words().term("extent", &disclosed.extent)) } }
        }
    }
}

pub(super) async fn page(
    visit: Visit,
    Path((line, party, index)): Path<(String, u8, u64)>,
) -> Page {
    let line = visit.service.line(&line).await.or_fail(&visit)?;
    let place = format!("{party}/{index}");
    let accounts = visit
        .service
        .accounts(&line.id, &place)
        .await
        .or_fail(&visit)?;
    let draft = match visit.service.readout_draft(&line.id, &place).await {
        Ok(draft) => Some(draft),
        Err(ServiceError::NotFound(_) | ServiceError::Forbidden(_)) => None,
        Err(error) => return Err(error).or_fail(&visit),
    };
    let back = format!("{}/readouts/{place}", kit::line_path(&line.id));
    let title = visit.say("line-readouts");
    let body = html! {
        div id="accounts" data-live {
            section {
                h1 dir="auto" { (accounts.summary) }
                p { (kit::type_mark(&visit, &accounts.message_type)) " " (link(&line, &place)) }
                (released(&visit, &line, &accounts))
            }
            @for comparison in &accounts.comparisons { (beside(&visit, comparison)) }
        }
        (drafting(&visit, &line, &place, draft.as_ref(), &back))
    };
    Ok(shell::line_page(&visit, &line, "/readouts", &title, &body))
}

fn released(visit: &Visit, line: &LineView, accounts: &AccountsView) -> Markup {
    html! {
        @for readout in &accounts.readouts {
            h2 { bdi { (readout.party) } " " (link(line, &readout.place)) }
            @if readout.texts.is_empty() { p { em { (visit.say("shown-after-ours")) } } }
            @for text in &readout.texts { p lang=(text.language) dir="auto" { (text.text) } }
        }
        @if !accounts.waits_for.is_empty() { p { (visit.say("awaited")) " " bdi { (accounts.waits_for.join(", ")) } } }
    }
}

/// Sentence by sentence: what one says and the other does not says so in words.
fn beside(visit: &Visit, comparison: &ComparisonView) -> Markup {
    html! {
        section {
            h2 { (visit.say("side-by-side")) }
            div.scroll tabindex="0" role="region" aria-label=(visit.say("side-by-side")) {
                table.beside {
                    thead { tr { th scope="col" { bdi { (comparison.left) } } th scope="col" { bdi { (comparison.right) } } th scope="col" { (visit.say("note")) } } }
                    tbody { @for row in &comparison.rows { tr {
                        td dir="auto" { (row.left.as_deref().unwrap_or("–")) }
                        td dir="auto" { (row.right.as_deref().unwrap_or("–")) }
                        td {
                            @match (&row.left, &row.right) {
                                (Some(left), Some(right)) if left == right => { span.good { (visit.say("said-by-both")) } },
                                (Some(_), Some(_)) => {
                                    (visit.say("said-otherwise"))
                                    @if !row.left_only.is_empty() { p { bdi { (comparison.left) } ": " (row.left_only.join(", ")) } }
                                    @if !row.right_only.is_empty() { p { bdi { (comparison.right) } ": " (row.right_only.join(", ")) } }
                                },
                                _ => { strong.bad { (visit.say("said-by-one")) } }
                            }
                        }
                    } } }
                }
            }
        }
    }
}

fn drafting(
    visit: &Visit,
    line: &LineView,
    place: &str,
    draft: Option<&ReadoutDraftView>,
    back: &str,
) -> Markup {
    let first = draft.and_then(|draft| draft.texts.first());
    html! {
        section {
            h2 { (visit.say("readout-own")) }
            @if let Some(draft) = draft {
                p { bdi { (draft.by) } ", " (kit::moment(visit, draft.drafted_ms)) " · " (visit.say("content-hash")) " " code { (draft.content) } }
                @for flag in &draft.check.flags { p.warning { (kit::sentence(visit, &flag.sentence)) } }
                @for unsought in &draft.check.unsought { p.hint { (visit.say("not-sought")) " " (unsought) } }
                (kit::act_form(visit, "release-readout", back, &html! {
                    (kit::hidden("line", &line.id)) (kit::hidden("of", place)) (kit::hidden("content", &draft.content))
                    @for flag in draft.check.flags.iter().filter(|flag| flag.may_confirm) {
                        label.tick { input type="checkbox" name="confirm:list" value=(flag.id); span { (visit.say("release-of")) " " (flag.id) } }
                    }
                    (kit::button(&visit.say("review")))
                }))
                (kit::act_form(visit, "delete-readout-draft", back, &html! { (kit::hidden("line", &line.id)) (kit::hidden("of", place)) (kit::button(&visit.say("delete-draft"))) }))
            }
            (kit::act_form(visit, "draft-readout", back, &html! {
                (kit::hidden("line", &line.id)) (kit::hidden("of", place))
                div.row {
                    (kit::choice(&visit.say("post"), "post", draft.map_or("", |draft| draft.post.as_str()), &posts(line)))
                    (kit::needed(&visit.say("text-language"), "texts/0/language", "text", first.map_or("en", |text| text.language.as_str())))
                }
                (kit::area(&visit.say("text"), "texts/0/text", 8, first.map_or("", |text| text.text.as_str()), true))
                (kit::button(&visit.say("save-draft")))
            }))
        }
    }
}
