//! Search over the lines that the visitor may look at.

use axum::extract::Query;
use maud::html;
use serde::Deserialize;

use super::message;
use crate::failure::{OrFail as _, Page};
use crate::visit::Visit;
use crate::{kit, shell};

/// Most hits shown.
const HITS: usize = 50;

/// What is looked for.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Asked {
    q: Option<String>,
}

pub(super) async fn page(visit: Visit, Query(asked): Query<Asked>) -> Page {
    let q = asked.q.unwrap_or_default();
    let hits = if q.trim().is_empty() {
        Vec::new()
    } else {
        visit.service.search(&q, None, HITS).await.or_fail(&visit)?
    };
    let body = html! {
        section {
            h1 { (visit.say("to-search")) }
            form.row role="search" method="get" action="/search" {
                (kit::field(&visit.say("search-words"), "q", "search", &q))
                (kit::button(&visit.say("to-search")))
            }
            @if !q.trim().is_empty() && hits.is_empty() { (kit::nothing(&visit.say("search-nothing"))) }
            ul.hits {
                @for hit in &hits {
                    li {
                        (message::head(&visit, &hit.entry))
                        p dir="auto" {
                            @for (at, part) in hit.snippet.split(['«', '»']).enumerate() {
                                @if at % 2 == 1 { mark { (part) } } @else { (part) }
                            }
                        }
                    }
                }
            }
        }
    };
    Ok(shell::page(&visit, &visit.say("to-search"), &body))
}
