//! Bodies of requests: who sends one so slowly that nobody would wait for it holds a connection, and is refused.

use std::io::{Error, ErrorKind};
use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use tokio::time::Instant;
use tokio_stream::StreamExt as _;

/// A body that stands still for so long is given up.
const QUIET_MAX: Duration = Duration::from_secs(20);
/// A body that is not there after so long is given up: the largest, 64 MiB, may come with 220 kB a second.
const WHOLE_MAX: Duration = Duration::from_secs(300);

/// Bounds the time that a request's body may take; what reads it is told by an error, never by an end that looks whole.
pub(crate) async fn in_time(request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let body = bounded(body, QUIET_MAX, WHOLE_MAX);
    next.run(Request::from_parts(parts, body)).await
}

fn bounded(body: Body, quiet: Duration, whole: Duration) -> Body {
    let end = Instant::now() + whole;
    let parts = body.into_data_stream().timeout(quiet);
    Body::from_stream(parts.map(move |part| match part {
        Ok(part) if Instant::now() < end => part.map_err(Error::other),
        _ => Err(Error::new(ErrorKind::TimedOut, "the body came too slowly")),
    }))
}

#[cfg(test)]
mod tests {
    use axum::body::{Bytes, to_bytes};

    use super::*;

    const SHORT: Duration = Duration::from_millis(20);
    const LONG: Duration = Duration::from_secs(600);

    type Part = Result<Bytes, Error>;

    fn part() -> Part {
        Ok(Bytes::from_static(b"part"))
    }

    async fn read(body: Body) -> Result<Bytes, axum::Error> {
        to_bytes(body, usize::MAX).await
    }

    #[tokio::test]
    async fn a_body_that_stands_still_fails_and_does_not_end() {
        let still = tokio_stream::iter([part()]).chain(tokio_stream::pending::<Part>());
        let read = read(bounded(Body::from_stream(still), SHORT, LONG)).await;
        assert!(read.is_err());
    }

    #[tokio::test]
    async fn a_body_that_trickles_fails_once_its_time_is_over() {
        let (send, parts) = tokio::sync::mpsc::channel(1);
        let trickling = tokio::spawn(async move { while send.send(part()).await.is_ok() {} });
        let parts = tokio_stream::wrappers::ReceiverStream::new(parts);
        let read = read(bounded(Body::from_stream(parts), LONG, SHORT)).await;
        assert!(read.is_err());
        trickling.await.expect("it ends when nobody reads on");
    }

    #[tokio::test]
    async fn a_body_in_time_is_whole() {
        let parts = tokio_stream::iter([part(), part()]);
        let read = read(bounded(Body::from_stream(parts), LONG, LONG)).await;
        assert_eq!(read.expect("whole"), "partpart");
        assert_eq!(
            self::read(bounded(Body::empty(), LONG, LONG))
                .await
                .expect("empty"),
            ""
        );
    }
}
