//! What happens, told to open pages: that something changed, never what it says. The script then reads the page again.

use std::convert::Infallible;

use axum::response::sse::{Event, KeepAlive, Sse};
use tokio_stream::wrappers::BroadcastStream;
use tokio_stream::{Stream, StreamExt as _};

use crate::visit::Visit;

/// One event for each thing that happens on a line the visitor may look at. The stream ends with the session.
pub(crate) async fn live(visit: Visit) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let (_, receiver) = visit.service.events(None).await;
    // A page that lags misses events; the next one makes it read everything again.
    let stream = BroadcastStream::new(receiver)
        .filter_map(Result::ok)
        .then(move |event| {
            let visit = visit.clone();
            async move {
                let session = visit.console.service.session(&visit.token).await;
                let is_signed_in = matches!(session, Ok(Some(_)));
                let hears = is_signed_in && visit.service.hears(&event).await;
                (is_signed_in, hears.then_some(event))
            }
        })
        .take_while(|(is_signed_in, _)| *is_signed_in)
        .filter_map(|(_, event)| event)
        .map(|event| Ok(Event::default().event("changed").data(event.what)));
    Sse::new(stream).keep_alive(KeepAlive::default())
}
