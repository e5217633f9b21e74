//! Connections of the listener: only so many at once, and none that says nothing. Files that the process may open are shared with the
//! bearers: whoever holds connections here must not keep another party out.

use std::convert::Infallible;
use std::io::ErrorKind;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;

/// Connections at once; more wait until one has ended.
const CONNECTIONS_MAX: usize = 256;
/// Within this time a connection says the whole head of its first or next request, or is closed.
const HEAD_MAX: Duration = Duration::from_secs(20);
/// After the system could not give a connection.
const PAUSE: Duration = Duration::from_secs(1);

/// Serves until the task is dropped.
pub(crate) async fn serve(listener: TcpListener, router: Router) -> std::io::Result<Infallible> {
    let free = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    loop {
        let held = free.clone().acquire_owned().await;
        let held = held.map_err(std::io::Error::other)?;
        let Some(stream) = accept(&listener).await else {
            continue;
        };
        let router = router.clone();
        tokio::spawn(async move {
            let served = http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(HEAD_MAX)
                .serve_connection(TokioIo::new(stream), TowerToHyperService::new(router))
                .await;
            // That the other end went away, or said nothing, concerns nobody here.
            drop(served);
            drop(held);
        });
    }
}

async fn accept(listener: &TcpListener) -> Option<TcpStream> {
    match listener.accept().await {
        Ok((stream, _)) => Some(stream),
        Err(error) => {
            let is_of_one = matches!(
                error.kind(),
                ErrorKind::ConnectionRefused
                    | ErrorKind::ConnectionAborted
                    | ErrorKind::ConnectionReset
            );
            // The process may be out of files: what is open now ends by and by.
            if !is_of_one {
                tokio::time::sleep(PAUSE).await;
            }
            None
        }
    }
}
