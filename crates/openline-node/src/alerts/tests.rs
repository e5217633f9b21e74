//! Alerts from end to end: real servers on loopback, a real store, a clock that the test moves.

mod delivery;
mod servers;
mod waiting;
mod ways;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use openline_store::Store;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::queue::{Change, Memory};
use super::sender::{Alerts, Sender, Shelf, writes};
use crate::config::{Config, FILE};
use crate::error::ServiceError;

/// Longer than anything takes on a loaded machine, by the clock on the wall.
const PATIENCE: Duration = Duration::from_secs(60);

/// A home with a store and a configuration.
struct Place {
    folder: tempfile::TempDir,
    store: Arc<Mutex<Store>>,
}

/// A task that sends alerts.
struct Running {
    alerts: Alerts,
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

#[derive(Clone)]
struct Shelves(Arc<Mutex<Store>>);

impl Shelf for Shelves {
    async fn keep(&self, changes: Vec<Change>) -> Result<(), ServiceError> {
        let mut store = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        store.commit(&writes(&changes))?;
        Ok(())
    }
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open_in_memory().expect("a store");
        Self {
            folder,
            store: Arc::new(Mutex::new(store)),
        }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a file that nobody else reads.
    fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path().join(name);
        std::fs::write(&path, text).expect("written");
        path
    }

    fn script(&self, name: &str, text: &str) -> PathBuf {
        use std::os::unix::fs::PermissionsExt as _;
        let path = self.file(name, text);
        let mode = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(&path, mode).expect("a mode");
        path
    }

    /// Starts with this configuration and what the store kept.
    fn start(&self, config: &str) -> Running {
        self.file(FILE, config);
        let config = Config::read(self.path()).expect("a configuration");
        let memory = Memory::read(&self.store.lock().expect("no panic"));
        let (alerts, inbox) = Alerts::new(self.path().to_owned());
        let (stop, stopped) = watch::channel(false);
        let shelf = Shelves(self.store.clone());
        let sender = Sender::new(config.alerting, memory, self.path().to_owned(), shelf);
        Running {
            alerts,
            stop,
            task: tokio::spawn(sender.run(inbox, stopped)),
        }
    }

    /// Everything that is kept of alerts and channels.
    fn kept(&self) -> String {
        let store = self.store.lock().expect("no panic");
        ["alert", "alert-channel"]
            .into_iter()
            .flat_map(|kind| store.documents(kind).expect("documents"))
            .map(|document| String::from_utf8(document.value).expect("JSON"))
            .collect()
    }
}

impl Running {
    async fn stop(self) {
        self.stop.send(true).expect("the task runs");
        self.task.await.expect("it ends");
    }

    /// Looks again whenever the clock has moved.
    async fn until(&self, what: &str, done: impl Fn(&crate::view::AlertsView) -> bool) {
        let began = Instant::now();
        loop {
            let view = self.alerts.list().await.expect("a list");
            if done(&view) {
                return;
            }
            assert!(
                began.elapsed() < PATIENCE,
                "waited in vain for {what}: {view:#?}"
            );
            pass().await;
        }
    }
}

/// Lets a second pass on the clock that the alerts go by, and a moment on that of the servers, whose threads are no tasks.
async fn pass() {
    std::thread::sleep(Duration::from_millis(1));
    tokio::time::sleep(Duration::from_secs(1)).await;
}
