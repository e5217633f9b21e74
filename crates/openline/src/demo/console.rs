//! A side's console in a story: it looks on while the story is told, and stays as long as its node runs.

use std::net::SocketAddr;

use openline_console::{Console, Origin};
use openline_node::service::Service;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::side::failed;
use crate::failure::Failure;

/// A console and the address it keeps while its node is stopped and started.
#[derive(Debug)]
pub struct SideConsole {
    address: SocketAddr,
    serving: Option<JoinHandle<()>>,
}

impl SideConsole {
    /// Serves the console of a node on a port that the system picks.
    pub async fn start(service: &Service) -> Result<Self, Failure> {
        let any = SocketAddr::from(([127, 0, 0, 1], 0));
        let listener = TcpListener::bind(any).await.map_err(failed)?;
        let mut console = Self {
            address: listener.local_addr().map_err(failed)?,
            serving: None,
        };
        console.serve(listener, service)?;
        Ok(console)
    }

    /// The node has been started again: its console is where it was. Sessions have ended.
    pub async fn start_again(&mut self, service: &Service) -> Result<(), Failure> {
        let listener = TcpListener::bind(self.address).await.map_err(failed)?;
        self.serve(listener, service)
    }

    fn serve(&mut self, listener: TcpListener, service: &Service) -> Result<(), Failure> {
        let origin = Origin::local(self.address.port());
        let console = Console::new(service.clone(), origin, None).map_err(failed)?;
        let token = openline_core::id::hex(&openline_node::identity::random::<32>());
        let service = service.clone();
        self.serving = Some(tokio::spawn(async move {
            // What the listener fails with ends the console, and not the story.
            drop(openline_web::serve(listener, service, &token, console).await);
        }));
        Ok(())
    }

    /// The node stops.
    pub fn stop(&mut self) {
        if let Some(serving) = self.serving.take() {
            serving.abort();
        }
    }

    /// A link that signs in once.
    pub async fn link(&self, service: &Service) -> Result<String, Failure> {
        let link = service.make_link(None).await?;
        Ok(format!(
            "{}{}",
            Origin::local(self.address.port()).as_str(),
            link.path
        ))
    }
}
