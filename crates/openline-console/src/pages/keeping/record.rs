//! The record: what is settled and what is not, export, verification, disclosure.

use axum::body::Body;
use axum::extract::{Path, Query};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use maud::{Markup, html};
use openline_node::error::ServiceError;
use openline_node::service::LogQuery;
use openline_node::view::{EntryBrief, LineView};
use serde::Deserialize;

use crate::failure::{Failed, OrFail as _, Page};
use crate::visit::Visit;
use crate::{kit, shell};

/// Entries of a page.
const PAGE: usize = 50;

/// From where on.
#[derive(Debug, Default, Deserialize)]
pub(super) struct From {
    from: Option<u64>,
}

pub(super) async fn page(visit: Visit, Path(line): Path<String>, Query(from): Query<From>) -> Page {
    let line = visit.service.line(&line).await.or_fail(&visit)?;
    let query = LogQuery {
        line: line.id.clone(),
        from: from.from,
        limit: PAGE,
        newest_first: true,
        kind: None,
        party: None,
        message_type: None,
    };
    let entries = visit.service.log(query).await.or_fail(&visit)?;
    let base = kit::line_path(&line.id);
    let body = html! {
        section {
            h1 { (visit.say("line-record")) }
            div id="sums" data-live { (sums(&visit, &line)) }
            p.buttons { a.button-like download href={ (base) "/record/export" } { (visit.say("export")) } " "
                a.button-like href={ (base) "/record/verification" } { (visit.say("verify-record")) } }
            p.hint { (visit.say("export-hint")) " " code { "openline verify watch.export" } }
        }
        section {
            h2 id="entries" { (visit.say("entries")) }
            div id="entries-table" data-live {
                (table(&visit, &entries))
                @if let Some(joint) = entries.last().and_then(|entry| entry.joint).filter(|joint| *joint > 1) {
                    p { a.button-like href={ (base) "/record?from=" (joint - 1) } { (visit.say("older")) } }
                }
            }
        }
        (purge(&visit, &line))
    };
    Ok(shell::line_page(
        &visit,
        &line,
        "/record",
        &visit.say("line-record"),
        &body,
    ))
}

/// The whole record, verified now, as it is stored here.
pub(super) async fn verification(visit: Visit, Path(line): Path<String>) -> Page {
    let line = visit.service.line(&line).await.or_fail(&visit)?;
    let verified = visit.service.verify_record(&line.id).await;
    let verified = verified.or_fail(&visit)?;
    let title = visit.say("verify-record");
    let body = html! {
        section {
            h1 { (title) }
            p.good { (visit.words().with("verified-holds", &[("entries", verified.entries.into())])) }
            dl.facts {
                dt { (visit.say("entries")) } dd { (verified.entries) }
                dt { (visit.say("settled")) } dd { (verified.settled) }
                dt { (visit.say("record-root")) } dd { code { (verified.record_root) } }
            }
            p.hint { (visit.say("export-hint")) " " code { "openline verify watch.export" } }
        }
    };
    Ok(shell::line_page(&visit, &line, "/record", &title, &body))
}

fn sums(visit: &Visit, line: &LineView) -> Markup {
    html! {
        dl.facts {
            dt { (visit.say("entries")) } dd { (line.entries) }
            dt { (visit.say("settled")) } dd { (line.settled) }
            dt { (visit.say("record-root")) } dd { code { (line.record_root) } }
            @for party in &line.parties {
                dt { bdi { (party.name) } }
                dd {
                    (visit.words().with("log-size", &[("size", party.size.into())]))
                    @if party.index != line.me { "; " (visit.words().with("holds-ours", &[("held", party.holds_of_ours.into())])) }
                    @if party.is_forked { " " strong.bad { (visit.say("forked")) } }
                }
            }
            @if line.missing_bodies > 0 { dt { (visit.say("missing-bodies")) } dd { strong.bad { (line.missing_bodies) } } }
            @if line.must_hear { dt { (visit.say("must-hear")) } dd { strong.bad { (visit.say("yes")) } } }
        }
    }
}

fn table(visit: &Visit, entries: &[EntryBrief]) -> Markup {
    html! {
        div.scroll tabindex="0" role="region" aria-labelledby="entries" {
            table {
                thead { tr {
                    th scope="col" { (visit.say("number")) } th scope="col" { (visit.say("place")) } th scope="col" { (visit.say("kind")) }
                    th scope="col" { (visit.say("author")) } th scope="col" { (visit.say("claimed-time")) } th scope="col" { (visit.say("stage")) } th scope="col" { (visit.say("held-by")) } th scope="col" { (visit.say("disclosure")) }
                } }
                tbody { @for entry in entries { tr {
                    td.figure { @if let Some(joint) = entry.joint { (joint) } @else { em { (visit.say("not-settled")) } } }
                    td { a href=(kit::entry_path(&entry.line, &entry.place)) { (entry.place) } }
                    td { (visit.words().term("kind", &entry.kind)) " " (kit::type_mark(visit, &entry.message_type)) }
                    td { bdi { (entry.party_name) } ", " bdi { (entry.post) } }
                    td { (kit::moment(visit, entry.time_ms)) }
                    td { (visit.words().term("stage", &entry.stage)) }
                    td { bdi { (entry.stored_at.join(", ")) } }
                    td { a download href={ (kit::entry_path(&entry.line, &entry.place)) "/disclosure" } aria-label={ (visit.say("disclosure")) " " (entry.place) } { (visit.say("file")) } }
                } } }
            }
        }
    }
}

fn purge(visit: &Visit, line: &LineView) -> Markup {
    let own = line.parties.iter().find(|party| party.index == line.me);
    let posts: Vec<(String, String)> = own
        .iter()
        .flat_map(|own| &own.posts)
        .map(|post| (post.clone(), post.clone()))
        .collect();
    let back = format!("{}/record", kit::line_path(&line.id));
    html! {
        section {
            h2 { (visit.say("purge")) }
            p.hint { (visit.say("purge-hint")) }
            (kit::folded(&visit.say("purge-propose"), &kit::act_form(visit, "propose-purge", &back, &html! {
                (kit::hidden("line", &line.id))
                (kit::choice(&visit.say("post"), "post", "", &posts))
                (kit::field(&visit.say("purge-places"), "places:list", "text", ""))
                (kit::area(&visit.say("reason"), "reason", 2, "", true))
                (kit::button(&visit.say("review")))
            })))
            (kit::folded(&visit.say("purge-consent"), &kit::act_form(visit, "consent-purge", &back, &html! {
                (kit::hidden("line", &line.id))
                (kit::choice(&visit.say("post"), "post", "", &posts))
                (kit::needed(&visit.say("purge-place"), "of", "text", ""))
                (kit::button(&visit.say("review")))
            })))
        }
    }
}

/// The whole record in one file, sent from where it was made, piece by piece.
pub(super) async fn export(visit: Visit, Path(line): Path<String>) -> Result<Response, Failed> {
    let made = visit.service.export(&line).await.or_fail(&visit)?;
    let opened = tokio::fs::File::open(&made).await;
    let file = opened
        .map_err(|error| ServiceError::Unavailable(error.to_string()))
        .or_fail(&visit)?;
    // The file goes when it has been opened; its bytes stay until they are sent.
    drop(made);
    let body = Body::from_stream(tokio_util::io::ReaderStream::new(file));
    Ok((download("record.export"), body).into_response())
}

/// One entry with its proof, for somebody who holds nothing else of the record.
pub(super) async fn disclosure(
    visit: Visit,
    Path((line, party, index)): Path<(String, u8, u64)>,
) -> Result<Response, Failed> {
    let bytes = visit
        .service
        .disclose(&line, &format!("{party}/{index}"), true)
        .await
        .or_fail(&visit)?;
    Ok((download("entry.disclosure"), bytes).into_response())
}

fn download(name: &str) -> [(axum::http::HeaderName, String); 2] {
    [
        (CONTENT_TYPE, "application/octet-stream".to_owned()),
        (
            CONTENT_DISPOSITION,
            format!("attachment; filename=\"{name}\""),
        ),
    ]
}
