//! The life of one authenticated connection, in one task: `Up`, frames both ways, `Down`.

use std::io;
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep_until, timeout};

use crate::BearerKind;
use crate::event::{BearerEvent, BearerId, CloseReason, DownReason};
use crate::frame::{FrameDecoder, KEEP_ALIVE, encode};
use crate::link::{Link, Reader, Writer};
use crate::shared::{Seat, Shared};

/// Frames taken from the queue at a time.
const BATCH_FRAMES: usize = 256;

/// Frames are joined into one write up to about this size.
const BATCH_BYTES: usize = 64 << 10;

/// Time for a closing TLS stream to say so.
const FAREWELL_TIMEOUT: Duration = Duration::from_secs(1);

/// Runs a connection until it is down. The owner's slowness holds up reading and nothing else;
/// when the owner no longer listens, the connection is closed.
pub(crate) async fn run(shared: &Shared, link: Link, seat: Seat) {
    let Link {
        peer,
        kind,
        remote,
        mut reader,
        mut writer,
        control,
    } = link;
    let Seat {
        id,
        outbound,
        mut queue,
        queued_bytes,
        mut close,
        events,
    } = seat;
    let up = BearerEvent::Up {
        bearer: id,
        peer,
        kind,
        outbound,
        remote,
    };
    tracing::debug!(bearer = %id, %peer, %kind, outbound, "bearer up");
    let reason = if events.send(up).await.is_err() {
        DownReason::Closed(CloseReason::Done)
    } else {
        let mut sending = Sending {
            writer: &mut writer,
            queue: &mut queue,
            queued_bytes: &queued_bytes,
            // QUIC has keep-alives of its own.
            keep_alive: (kind == BearerKind::Tls).then_some(shared.timing.keep_alive),
        };
        drive(
            read_frames(&mut reader, id, &events),
            sending.run(),
            &mut close,
            kind,
            shared.timing.flush_timeout,
        )
        .await
    };
    shared.leave(id);
    control.close(said_to_peer(&reason));
    tracing::debug!(bearer = %id, %peer, %reason, "bearer down");
    let down = BearerEvent::Down {
        bearer: id,
        peer,
        reason,
    };
    // Nothing depends on the farewell arriving, and an owner that no longer listens needs no
    // notice.
    let _ = tokio::join!(
        events.send(down),
        timeout(FAREWELL_TIMEOUT, farewell(kind, &mut writer)),
    );
}

/// Ends a TLS stream properly; QUIC has done so by closing the connection.
async fn farewell(kind: BearerKind, writer: &mut Writer) -> io::Result<()> {
    match kind {
        BearerKind::Quic => Ok(()),
        BearerKind::Tls => writer.finish().await,
    }
}

/// Runs both directions until the connection has ended. Sending may end first, by failure or
/// because all is flushed; what the other side has sent before is still read then.
async fn drive(
    read: impl Future<Output = DownReason>,
    send: impl Future<Output = io::Result<()>>,
    close: &mut watch::Receiver<Option<CloseReason>>,
    kind: BearerKind,
    flush_timeout: Duration,
) -> DownReason {
    let mut read = pin!(read);
    let mut send = pin!(send);
    let mut sent: Option<DownReason> = None;
    let mut deadline = pin!(sleep_until(Instant::now()));
    loop {
        tokio::select! {
            reason = &mut read => return match sent {
                Some(DownReason::Closed(ours)) => DownReason::Closed(ours),
                Some(_) | None => reason,
            },
            result = &mut send, if sent.is_none() => {
                let reason = match result {
                    Ok(()) => DownReason::Closed(CloseReason::Shutdown),
                    Err(error) => DownReason::Transport(error.to_string()),
                };
                // A flushed QUIC stream is acknowledged to the last byte. A TCP socket must
                // stay open until the other side has read to the end: closing it with unread
                // input would take back what is still under way.
                if kind == BearerKind::Quic && matches!(reason, DownReason::Closed(_)) {
                    return reason;
                }
                sent = Some(reason);
                deadline.as_mut().reset(Instant::now() + flush_timeout);
            }
            () = &mut deadline, if sent.is_some() => {
                return sent.expect("the branch is open only then");
            }
            Ok(reason) = close.wait_for(Option::is_some) => {
                return DownReason::Closed(reason.unwrap_or(CloseReason::Done));
            }
        }
    }
}

/// Delivers frames in order. A frame that is waiting to be delivered holds up reading, and
/// through the transport's flow control the other side.
async fn read_frames(
    reader: &mut Reader,
    bearer: BearerId,
    events: &mpsc::Sender<BearerEvent>,
) -> DownReason {
    let mut decoder = FrameDecoder::default();
    loop {
        let mut bytes = match reader.read().await {
            Ok(bytes) => bytes,
            Err(reason) => return reason,
        };
        loop {
            match decoder.next_frame(&mut bytes) {
                Ok(Some(frame)) if frame.is_empty() => {}
                Ok(Some(frame)) => {
                    let event = BearerEvent::Frame { bearer, frame };
                    if events.send(event).await.is_err() {
                        return DownReason::Closed(CloseReason::Done);
                    }
                }
                Ok(None) => break,
                Err(error) => {
                    return DownReason::FrameTooLarge {
                        announced: error.announced,
                    };
                }
            }
        }
    }
}

struct Sending<'a> {
    writer: &'a mut Writer,
    queue: &'a mut mpsc::Receiver<Vec<u8>>,
    queued_bytes: &'a AtomicUsize,
    keep_alive: Option<Duration>,
}

impl Sending<'_> {
    /// Writes frames as they come, joined when several wait; ends the stream once the queue is
    /// closed and empty.
    async fn run(&mut self) -> io::Result<()> {
        let mut batch = Vec::with_capacity(BATCH_FRAMES);
        loop {
            let next = self.queue.recv_many(&mut batch, BATCH_FRAMES);
            let count = match self.keep_alive {
                None => next.await,
                Some(quiet) => match timeout(quiet, next).await {
                    Ok(count) => count,
                    Err(_) => {
                        self.writer.write(KEEP_ALIVE.to_vec()).await?;
                        continue;
                    }
                },
            };
            if count == 0 {
                return self.writer.finish().await;
            }
            self.write_batch(&mut batch).await?;
        }
    }

    async fn write_batch(&mut self, batch: &mut Vec<Vec<u8>>) -> io::Result<()> {
        let mut joined = Vec::new();
        let mut frames_bytes = 0;
        let last = batch.len() - 1;
        for (at, frame) in batch.drain(..).enumerate() {
            encode(&frame, &mut joined);
            frames_bytes += frame.len();
            if at == last || joined.len() >= BATCH_BYTES {
                self.writer.write(std::mem::take(&mut joined)).await?;
                self.queued_bytes.fetch_sub(frames_bytes, Ordering::AcqRel);
                frames_bytes = 0;
            }
        }
        Ok(())
    }
}

/// The reason that goes to the other side, which over QUIC it can read.
fn said_to_peer(reason: &DownReason) -> CloseReason {
    match reason {
        DownReason::Closed(reason) => *reason,
        DownReason::FrameTooLarge { .. } => CloseReason::FrameTooLarge,
        DownReason::BadFraming => CloseReason::BadFraming,
        DownReason::ClosedByPeer(_) | DownReason::Idle | DownReason::Transport(_) => {
            CloseReason::Done
        }
    }
}
