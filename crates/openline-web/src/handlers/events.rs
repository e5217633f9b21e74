//! What happens, as server-sent events.

use std::convert::Infallible;

use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use axum::response::sse::{Event, KeepAlive, Sse};
use openline_node::view::EventView;
use serde::Deserialize;
use tokio_stream::wrappers::BroadcastStream;
use tokio_stream::{Stream, StreamExt as _};
use utoipa::IntoParams;

use crate::State;
use crate::auth::Extract;
use crate::problem::Problem;

/// From where on.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct EventsQuery {
    /// Begin with events after this number, as far as they are kept.
    pub after: Option<u64>,
}

/// What happens, as it happens. Ids are sequence numbers; one may come twice.
#[utoipa::path(get, path = "/v1/events", params(EventsQuery), responses((status = 200, content_type = "text/event-stream", body = EventView), (status = "default", body = Problem)))]
pub(crate) async fn events(
    Extract(state): Extract<State>,
    query: Result<Query<EventsQuery>, QueryRejection>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    let Query(query) = query?;
    let (backlog, receiver) = state.service.events(query.after).await;
    // A watcher that lags misses events; the sequence numbers show it.
    let live = BroadcastStream::new(receiver).filter_map(Result::ok);
    let service = state.service;
    // Rights are looked at event by event: they can change while the stream stands.
    let stream = tokio_stream::iter(backlog)
        .chain(live)
        .then(move |view| {
            let service = service.clone();
            async move { service.hears(&view).await.then_some(view) }
        })
        .filter_map(|view| view.map(|view| Ok(event(&view))));
    Ok(Sse::new(stream).keep_alive(KeepAlive::default()))
}

fn event(view: &EventView) -> Event {
    let data = serde_json::to_string(view).unwrap_or_default();
    Event::default()
        .id(view.sequence.to_string())
        .event(view.what.clone())
        .data(data)
}
