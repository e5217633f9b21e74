//! Texts: brackets drawn as brackets, drafts compared, languages side by side, initialled and signed.

use axum::extract::{Path, Query};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use maud::{Markup, html};
use openline_node::view::{AssentView, JointTextView, LineView, TextDiffView, TextSummaryView};
use serde::Deserialize;

use super::claims::{link, posts};
use crate::failure::{Failed, OrFail as _, Page};
use crate::locale::direction_of;
use crate::visit::Visit;
use crate::{kit, shell};

pub(super) async fn list(visit: Visit, Path(line): Path<String>) -> Page {
    let line = visit.service.line(&line).await.or_fail(&visit)?;
    let texts = visit.service.texts(&line.id).await.or_fail(&visit)?;
    let back = format!("{}/texts", kit::line_path(&line.id));
    let body = html! {
        section {
            h1 { (visit.say("line-texts")) }
            @if texts.is_empty() { (kit::nothing(&visit.say("no-texts"))) }
            ul.waiting { @for text in &texts { li {
                a href={ (back) "/" (text.place) } { @if let Some(number) = text.number { "T" (number) " " } bdi { (text.title) } } " " (kit::type_mark(&visit, &text.message_type)) " "
                strong { (visit.words().term("text-standing", &text.standing)) }
                p.exchange { (counts(&visit, text)) }
            } } }
        }
        section {
            h2 { (visit.say("text-propose")) }
            p.hint { (visit.say("notation-hint")) }
            (kit::act_form(&visit, "propose-text", &back, &html! {
                (kit::hidden("line", &line.id))
                div.row {
                    (kit::choice(&visit.say("post"), "post", "", &posts(&line)))
                    (kit::choice(&visit.say("type"), "message_type", "real", &kit::terms(&visit, "type", &["real", "exercise"])))
                    (kit::field(&visit.say("text-language"), "language", "text", "en"))
                }
                (kit::field(&visit.say("title"), "title", "text", ""))
                (kit::area(&visit.say("text-markdown"), "markdown", 10, "", false))
                label.field { span { (visit.say("text-file")) } input type="file" name="markdown@text" accept=".md,text/markdown"; }
                (kit::field(&visit.say("other-languages"), "languages:list", "text", ""))
                (kit::button(&visit.say("review")))
            }))
        }
    };
    Ok(shell::line_page(
        &visit,
        &line,
        "/texts",
        &visit.say("line-texts"),
        &body,
    ))
}

fn counts(visit: &Visit, text: &TextSummaryView) -> String {
    visit.words().with(
        "text-counts",
        &[
            ("draft", text.draft.into()),
            ("paragraphs", (text.paragraphs as u64).into()),
            ("brackets", (text.brackets as u64).into()),
            ("missing", (text.missing as u64).into()),
        ],
    )
}

/// Which drafts are looked at.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Asked {
    draft: Option<u64>,
    from: Option<u64>,
}

pub(super) async fn page(
    visit: Visit,
    Path((line, party, index)): Path<(String, u8, u64)>,
    Query(asked): Query<Asked>,
) -> Page {
    let line = visit.service.line(&line).await.or_fail(&visit)?;
    let place = format!("{party}/{index}");
    let text = visit
        .service
        .text(&line.id, &place, asked.draft)
        .await
        .or_fail(&visit)?;
    let summary = &text.summary;
    let back = format!("{}/texts/{place}", kit::line_path(&line.id));
    let latest = summary.draft;
    let diff = match asked.from {
        Some(from) => Some(
            visit
                .service
                .text_diff(&line.id, &place, Some(from), asked.draft)
                .await
                .or_fail(&visit)?,
        ),
        None if latest > 1 => Some(
            visit
                .service
                .text_diff(&line.id, &place, None, asked.draft)
                .await
                .or_fail(&visit)?,
        ),
        None => None,
    };
    let body = html! {
        section.joint-text {
            h1 { @if let Some(number) = summary.number { "T" (number) " " } bdi { (summary.title) } }
            p { (kit::type_mark(&visit, &summary.message_type)) " " strong { (visit.words().term("text-standing", &summary.standing)) } " · " (counts(&visit, summary)) " · " (visit.say("proposed-by")) " " bdi { (summary.proposed_by) } }
            p { (visit.say("content-hash")) " " code { (summary.hash) } }
            @if text.is_incomplete { p.warning { (visit.say("text-incomplete")) } }
            @for disagreement in &text.disagreements { p.warning { (disagreement.paragraph) " (" (disagreement.language) "): " (kit::facade(&visit, &disagreement.words)) } }
            (paragraphs(&visit, &text))
            p.buttons {
                a.button-like download href={ (back) "/file?format=markdown" } { "Markdown" }
                a.button-like download href={ (back) "/file?format=html" } { "HTML" }
                button.quiet type="button" data-prints hidden { (visit.say("print")) }
            }
        }
        @if let Some(diff) = &diff { (compared(&visit, diff, latest)) }
        @if summary.standing != "signed" { (amend(&visit, &line, &text, &place, &back)) }
        (assents(&visit, &line, &text, &place, &back))
        (amendments(&visit, &line, &text))
    };
    Ok(shell::line_page(
        &visit,
        &line,
        "/texts",
        &summary.title,
        &body,
    ))
}

/// Paragraph by paragraph, the languages side by side; brackets stand in the words, and once more as a list for who can't see them.
fn paragraphs(visit: &Visit, text: &JointTextView) -> Markup {
    html! {
        ol.paragraphs {
            @for paragraph in &text.paragraphs {
                li value=(paragraph.number) {
                    div.texts { @for version in &paragraph.versions {
                        div.text { p.language { (visit.words().term("language", &version.language)) } div.body lang=(version.language) dir=(direction_of(&version.language)) { (bracketed(&version.text)) } }
                    } }
                    @if !paragraph.brackets.is_empty() {
                        (kit::folded(&visit.words().with("brackets-left", &[("count", paragraph.brackets.len().into())]), &html! {
                            ul { @for bracket in &paragraph.brackets { li {
                                (paragraph.number) "." (bracket.number)
                                ul { @for alternative in &bracket.alternatives { li {
                                    "=" (alternative.number) " " @if !alternative.wanted_by.is_empty() { strong { bdi { (alternative.wanted_by.join(", ")) } } ": " } span dir="auto" { (alternative.text) }
                                } } }
                            } } }
                        }))
                    }
                }
            }
        }
    }
}

/// The words with their brackets and bars made strong.
fn bracketed(text: &str) -> Markup {
    html! {
        @for part in text.split_inclusive(['[', ']', '/']) {
            @let mark = part.chars().last().filter(|c| matches!(c, '[' | ']' | '/'));
            @match mark {
                Some(mark) => { (part[..part.len() - mark.len_utf8()]) b.bracket { (mark) } }
                None => { (part) }
            }
        }
    }
}

fn compared(visit: &Visit, diff: &TextDiffView, latest: u64) -> Markup {
    html! {
        section.diff {
            h2 { (visit.words().with("diff-of", &[("from", diff.from.into()), ("to", diff.to.into())])) }
            form.row method="get" {
                (kit::field(&visit.say("diff-from"), "from", "number", &diff.from.to_string()))
                (kit::field(&visit.say("diff-to"), "draft", "number", &diff.to.min(latest).to_string()))
                (kit::button(&visit.say("compare")))
            }
            @for paragraph in diff.paragraphs.iter().filter(|paragraph| paragraph.change != "same") {
                div.item {
                    p { strong { (visit.words().term("change", &paragraph.change)) } " " @if let Some(at) = paragraph.after.or(paragraph.before) { (at) } }
                    @for version in &paragraph.versions {
                        p lang=(version.language) dir=(direction_of(&version.language)) {
                            @for run in &version.runs { @match run.run.as_str() { "gone" => del { (run.words) }, "new" => ins { (run.words) }, _ => { (run.words) } } }
                        }
                        @for flag in &version.flags { p.warning { (kit::facade(visit, flag)) } }
                    }
                }
            }
        }
    }
}

fn amend(visit: &Visit, line: &LineView, text: &JointTextView, place: &str, back: &str) -> Markup {
    let about = html! { (kit::hidden("line", &line.id)) (kit::hidden("of", place)) (kit::hidden("draft:number", &text.summary.draft.to_string())) };
    let amend = |title: &str, change: &str, fields: &Markup| {
        kit::folded(
            &visit.say(title),
            &kit::act_form(
                visit,
                "amend-text",
                back,
                &html! {
                    (about) (kit::hidden("changes/0/change", change))
                    (kit::choice(&visit.say("post"), "post", "", &posts(line)))
                    (fields)
                    (kit::field(&visit.say("why"), "words", "text", ""))
                    (kit::button(&visit.say("review")))
                },
            ),
        )
    };
    let number = |label: &str, name: &str| {
        kit::needed(
            &visit.say(label),
            &format!("changes/0/{name}:number"),
            "number",
            "",
        )
    };
    let versions = html! {
        @for (at, language) in text.languages.iter().enumerate() {
            (kit::hidden(&format!("changes/0/versions/{at}/language"), language))
            (kit::area(&visit.words().term("language", language), &format!("changes/0/versions/{at}/text"), 3, "", at == 0))
        }
    };
    html! {
        section.acts {
            h2 { (visit.say("text-amend")) }
            (amend("amend-choose", "choose", &html! { div.row { (number("paragraph", "paragraph")) (number("bracket", "bracket")) (kit::field(&visit.say("alternative"), "changes/0/alternative:number", "number", "")) } }))
            (amend("amend-replace", "replace", &html! { (number("paragraph", "paragraph")) (versions) }))
            (amend("amend-insert", "insert", &html! { (number("after-paragraph", "after")) (versions) }))
            (amend("amend-bracket", "bracket", &html! { (number("paragraph", "paragraph")) (kit::field(&visit.say("wanted-by"), "changes/0/wanted_by:list", "text", "")) }))
            (amend("amend-delete", "delete", &number("paragraph", "paragraph")))
        }
    }
}

fn assents(
    visit: &Visit,
    line: &LineView,
    text: &JointTextView,
    place: &str,
    back: &str,
) -> Markup {
    let given = |all: &[AssentView]| {
        html! {
            ul { @for one in all { li {
                bdi { (one.party) } ", " bdi { (one.post) } ", " (kit::moment(visit, one.time_ms)) " " (link(line, &one.place))
                @if one.ad_referendum { " " em { (visit.say("ad-referendum")) } }
                @if !one.counts { " " strong.bad { (kit::facade(visit, &one.counting)) } }
                @if let Some(words) = &one.words { " – " span dir="auto" { (words) } }
            } } }
        }
    };
    let form = |act: &str, label: &str, with_referendum: bool| {
        kit::act_form(
            visit,
            act,
            back,
            &html! {
                (kit::hidden("line", &line.id)) (kit::hidden("of", place)) (kit::hidden("hash", &text.summary.hash))
                (kit::choice(&visit.say("post"), "post", "", &posts(line)))
                @if with_referendum { (kit::tick(&visit.say("ad-referendum"), "ad_referendum:yes", false)) }
                (kit::button(&visit.say(label)))
            },
        )
    };
    html! {
        section {
            h2 { (visit.say("initials")) }
            @if text.initials.is_empty() { (kit::nothing(&visit.say("no-initials"))) } @else { (given(&text.initials)) }
            @if matches!(text.summary.standing.as_str(), "clean" | "initialled") { (form("initial-text", "text-initial", true)) }
            h2 { (visit.say("signatures")) }
            @if text.signatures.is_empty() { (kit::nothing(&visit.say("no-signatures"))) } @else { (given(&text.signatures)) }
            @if text.summary.standing == "initialled" { (form("sign-text", "text-sign", false)) }
        }
    }
}

fn amendments(visit: &Visit, line: &LineView, text: &JointTextView) -> Markup {
    html! {
        @if !text.amendments.is_empty() {
            section {
                h2 { (visit.say("amendments")) }
                ol { @for amendment in &text.amendments { li {
                    bdi { (amendment.party) } ", " (kit::moment(visit, amendment.time_ms)) " " (link(line, &amendment.place)) ": " (visit.words().term("amendment", &amendment.outcome))
                    ul { @for change in &amendment.changes { li { (kit::facade(visit, change)) } } }
                    @if let Some(words) = &amendment.words { p dir="auto" { (words) } }
                    @if let Some(reason) = &amendment.reason { p.warning { (kit::facade(visit, reason)) } }
                } } }
            }
        }
    }
}

/// In which form a text is taken out.
#[derive(Debug, Deserialize)]
pub(super) struct Format {
    format: String,
}

pub(super) async fn file(
    visit: Visit,
    Path((line, party, index)): Path<(String, u8, u64)>,
    Query(format): Query<Format>,
) -> Result<Response, Failed> {
    let place = format!("{party}/{index}");
    let made = visit
        .service
        .export_text(&line, &place, &format.format, None)
        .await
        .or_fail(&visit)?;
    let name = if format.format == "html" {
        "text.html"
    } else {
        "text.md"
    };
    let headers = [
        (CONTENT_TYPE, made.media_type),
        (
            CONTENT_DISPOSITION,
            format!("attachment; filename=\"{name}\""),
        ),
    ];
    Ok((headers, made.content).into_response())
}
