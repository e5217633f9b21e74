//! What happens, told to open pages: that something changed, never what it says. The script then reads the page again.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};

use axum::http::StatusCode;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse as _, Response};
use tokio_stream::StreamExt as _;
use tokio_stream::wrappers::BroadcastStream;

use crate::visit::Visit;

/// Streams of one session at a time; a browser has one for each page that is open.
const STREAMS_MAX: usize = 16;

/// How many streams each session has, by its token.
#[derive(Debug, Clone, Default)]
pub(crate) struct Streams(Arc<Mutex<BTreeMap<String, usize>>>);

/// One stream of a session, counted while it lasts.
struct Stream {
    streams: Streams,
    token: String,
}

impl Streams {
    /// None if the session has as many as it may.
    fn begin(&self, token: &str) -> Option<Stream> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = all.entry(token.to_owned()).or_default();
        if *count >= STREAMS_MAX {
            return None;
        }
        *count += 1;
        Some(Stream {
            streams: self.clone(),
            token: token.to_owned(),
        })
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        let mut all = self
            .streams
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = all.get_mut(&self.token) {
            *count -= 1;
            if *count == 0 {
                all.remove(&self.token);
            }
        }
    }
}

/// One event for each thing that happens on a line the visitor may look at. The stream ends with the session.
pub(crate) async fn live(visit: Visit) -> Response {
    let Some(counted) = visit.console.streams.begin(&visit.token) else {
        return StatusCode::TOO_MANY_REQUESTS.into_response();
    };
    let (_, receiver) = visit.service.events(None).await;
    let (service, sessions) = (visit.service.clone(), visit.console.service.clone());
    let kept = Arc::new(counted);
    // A page that lags misses events; the next one makes it read everything again.
    let stream = BroadcastStream::new(receiver)
        .filter_map(Result::ok)
        .then(move |event| {
            let (service, sessions, kept) = (service.clone(), sessions.clone(), kept.clone());
            async move {
                let session = sessions.session(&kept.token).await;
                let is_signed_in = matches!(session, Ok(Some(_)));
                let hears = is_signed_in && service.hears(&event).await;
                (is_signed_in, hears.then_some(event))
            }
        })
        .take_while(|(is_signed_in, _)| *is_signed_in)
        .filter_map(|(_, event)| event)
        .map(|event| Ok::<_, Infallible>(Event::default().event("changed").data(event.what)));
    Sse::new(stream)
        .keep_alive(KeepAlive::default())
        .into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_has_only_so_many_streams_and_gets_back_those_that_end() {
        let streams = Streams::default();
        let mut held: Vec<Stream> = (0..STREAMS_MAX)
            .map(|_| streams.begin("a").expect("a stream"))
            .collect();
        assert!(streams.begin("a").is_none());
        assert!(streams.begin("b").is_some(), "another session has its own");
        held.pop();
        assert!(streams.begin("a").is_some());
        drop(held);
        let all = streams.0.lock().expect("no panic");
        assert!(all.is_empty(), "what has ended is forgotten");
    }
}
