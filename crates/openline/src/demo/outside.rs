//! Something outside that a side asks whether its own way out is well: a listener of the demo's own, which can really fall silent.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;

use crate::failure::Failure;

/// A connection over loopback that takes longer than this gets no answer.
const SILENCE: Duration = Duration::from_millis(400);
/// More than any system queues for a listener that asked for one.
const QUEUE_MAX: usize = 64;

/// The listener: its address, and a way to make it fall silent or answer again.
#[derive(Debug)]
pub struct Outside {
    pub address: SocketAddr,
    orders: mpsc::Sender<(Order, oneshot::Sender<bool>)>,
}

#[derive(Debug, Clone, Copy)]
enum Order {
    FallSilent,
    Answer,
}

impl Outside {
    /// Starts to listen, and answers.
    pub fn start() -> std::io::Result<Self> {
        let socket = TcpSocket::new_v4()?;
        socket.bind(SocketAddr::from(([127, 0, 0, 1], 0)))?;
        let listener = socket.listen(1)?;
        let address = listener.local_addr()?;
        let (orders, inbox) = mpsc::channel(1);
        tokio::spawn(answer(listener, inbox));
        Ok(Self { address, orders })
    }

    /// From here on nothing answers at its address, and nothing refuses either.
    pub async fn fall_silent(&self) -> Result<(), Failure> {
        self.order(Order::FallSilent).await
    }

    /// It answers again.
    pub async fn answer(&self) -> Result<(), Failure> {
        self.order(Order::Answer).await
    }

    async fn order(&self, order: Order) -> Result<(), Failure> {
        let (done, is_done) = oneshot::channel();
        let sent = self.orders.send((order, done)).await;
        if sent.is_ok() && is_done.await.unwrap_or(false) {
            return Ok(());
        }
        Err(Failure::unreachable(
            "this machine answers for a listener whose queue is full, so a broken way out can't be played on it",
            "play it on Linux",
        ))
    }
}

async fn answer(listener: TcpListener, mut inbox: mpsc::Receiver<(Order, oneshot::Sender<bool>)>) {
    let Ok(address) = listener.local_addr() else {
        return;
    };
    let mut filling = Vec::new();
    loop {
        let order = if filling.is_empty() {
            tokio::select! {
                order = inbox.recv() => order,
                _ = listener.accept() => continue,
            }
        } else {
            inbox.recv().await
        };
        let Some((order, done)) = order else { return };
        let is_done = match order {
            Order::FallSilent => fill(address, &mut filling).await,
            Order::Answer => {
                filling.clear();
                true
            }
        };
        let _ = done.send(is_done);
    }
}

/// Fills the listener's queue, until further connections get no answer. Nobody takes any out of it.
async fn fill(address: SocketAddr, filling: &mut Vec<TcpStream>) -> bool {
    let mut unanswered = 0;
    while unanswered < 2 && filling.len() < QUEUE_MAX {
        match timeout(SILENCE, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => {
                unanswered = 0;
                filling.push(stream);
            }
            Ok(Err(_)) => return false,
            // Once may be a machine that is busy.
            Err(_) => unanswered += 1,
        }
    }
    unanswered == 2
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn answers(outside: &Outside) -> bool {
        let asked = timeout(SILENCE, TcpStream::connect(outside.address)).await;
        asked.is_ok()
    }

    #[tokio::test]
    async fn it_answers_falls_silent_and_answers_again() {
        let outside = Outside::start().expect("a listener");
        assert!(answers(&outside).await);
        outside.fall_silent().await.expect("a queue that fills");
        assert!(!answers(&outside).await);
        outside.answer().await.expect("it answers");
        let again = timeout(Duration::from_secs(10), TcpStream::connect(outside.address));
        assert!(again.await.is_ok_and(|stream| stream.is_ok()));
    }
}
