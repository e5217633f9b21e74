//! The rounds: what a node does by itself at set times, without being asked. What there is to do, [`Service::round`] says.

use std::time::Duration;

use tokio::sync::watch;

use crate::identity::wall_ms;
use crate::service::Service;

/// A timer does not notice that the machine's clock was set, or that it slept: it is looked at again after this time at the latest.
const LOOK_AGAIN: Duration = Duration::from_secs(60);
/// Between two rounds.
const PAUSE: Duration = Duration::from_millis(100);

/// Goes round until the node stops.
pub(crate) async fn run(service: Service, mut stopped: watch::Receiver<bool>) {
    let woken = service.round_wanted();
    loop {
        let next = match service.round(wall_ms()).await {
            Ok(round) => round.next_ms,
            Err(error) => {
                tracing::debug!(%error, "a round was broken off");
                None
            }
        };
        let wait = next.map_or(LOOK_AGAIN, |next| {
            let ms = u64::try_from(next - wall_ms()).unwrap_or(0);
            Duration::from_millis(ms).min(LOOK_AGAIN)
        });
        tokio::select! {
            _ = stopped.changed() => return,
            () = woken.notified() => {}
            () = tokio::time::sleep(wait) => {}
        }
        tokio::select! {
            _ = stopped.changed() => return,
            () = tokio::time::sleep(PAUSE) => {}
        }
    }
}
