//! Parties with homes below one folder, and their nodes in processes of their own.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _};
use std::net::{SocketAddr, TcpListener, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use openline_node::home::{ApiFile, Cost, Home, InitOptions};
use serde_json::Value;

use super::{Ran, openline_by, run};

/// Longer than anything takes on a loaded machine; nothing waits for it to pass.
pub const PATIENCE: Duration = Duration::from_secs(60);
/// A condition is looked at again after this time, if nothing has happened that brings it on.
const LOOK_AGAIN: Duration = Duration::from_millis(100);

/// A party: its home, and its node while it runs.
pub struct Party {
    folder: PathBuf,
    /// The home, as a path within the folder.
    pub home: String,
    /// What starts this party's programs, if they are not started straight away.
    pub starter: Vec<String>,
    /// The root directory of the world that this party's programs see.
    pub root: PathBuf,
    node: Option<(Child, BufReader<ChildStdout>)>,
}

impl Party {
    /// A party that has, or will have, its home below `folder`.
    pub fn new(folder: &Path, home: &str) -> Self {
        Self {
            folder: folder.to_owned(),
            home: home.to_owned(),
            starter: Vec::new(),
            root: PathBuf::from("/"),
            node: None,
        }
    }

    /// Makes a home whose passphrase is cheap to guess. `endpoints` are where it listens and what its card says;
    /// without them it dials only.
    pub fn make(
        folder: &Path,
        home: &str,
        name: &str,
        endpoints: Option<(SocketAddr, SocketAddr)>,
    ) -> Self {
        let any: SocketAddr = "127.0.0.1:0".parse().expect("an address");
        let (quic, tls) = endpoints.unwrap_or((any, any));
        let options = InitOptions {
            name: name.to_owned(),
            passphrase: "a passphrase".to_owned(),
            seals_node_key: false,
            listen_quic: vec![quic],
            listen_tls: vec![tls],
            endpoints: endpoints.map_or_else(Vec::new, |_| {
                vec![format!("quic://{quic}"), format!("tls://{tls}")]
            }),
            cost: Cost {
                memory_kib: 64,
                passes: 1,
            },
        };
        Home::init(&folder.join(home), &options).expect("a home");
        let party = Self::new(folder, home);
        party.reconnect_soon();
        party
    }

    /// Lets the node dial again at once after the other side has come back.
    pub fn reconnect_soon(&self) {
        let path = self.path().join("openline.toml");
        let text = std::fs::read_to_string(&path).expect("a configuration");
        std::fs::write(&path, format!("{text}reconnect_max_ms = 200\n")).expect("written");
    }

    /// The home.
    pub fn path(&self) -> PathBuf {
        self.folder.join(&self.home)
    }

    /// What the node has logged, in all its runs.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.log_path()).unwrap_or_default()
    }

    fn log_path(&self) -> PathBuf {
        self.folder
            .join(format!("{}.log", self.home.replace('/', "-")))
    }

    /// The command that starts the node.
    pub fn serve(&self) -> Command {
        let mut command = self.command(&["--json", "serve"]);
        let log = File::options()
            .create(true)
            .append(true)
            .open(self.log_path());
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log.expect("a log file"));
        command
    }

    /// Starts the node, and returns when it says that it listens.
    pub fn start(&mut self) {
        let command = self.serve();
        self.start_as(command);
    }

    /// Starts the node by a command of the caller's making.
    pub fn start_as(&mut self, mut command: Command) {
        let mut child = command.spawn().expect("the node's process");
        let mut out = BufReader::new(child.stdout.take().expect("it was piped"));
        let mut line = String::new();
        out.read_line(&mut line).expect("the node's first words");
        assert!(
            line.contains("\"api\""),
            "the node did not start: {}",
            self.log()
        );
        self.node = Some((child, out));
    }

    /// The node's process.
    pub fn pid(&self) -> u32 {
        self.node.as_ref().expect("the node runs").0.id()
    }

    /// Ends the node's process with SIGKILL, in the midst of whatever it does.
    pub fn kill(&mut self) {
        let (mut child, _) = self.node.take().expect("the node runs");
        child.kill().expect("killed");
        child.wait().expect("gone");
    }

    /// Asks the node to stop, and waits until it has.
    pub fn stop(&mut self) {
        let pid = self.pid().to_string();
        let (mut child, mut out) = self.node.take().expect("the node runs");
        let asked = Command::new("kill").arg(pid).status().expect("kill runs");
        assert!(asked.success());
        let mut rest = String::new();
        // Ends when the process does.
        out.read_to_string(&mut rest)
            .expect("the node's last words");
        let status = child.wait().expect("the node ends");
        assert!(status.success(), "{status}: {}", self.log());
    }

    /// Runs a command of this party.
    pub fn run(&self, args: &[&str]) -> Ran {
        run(&mut self.command(args), b"")
    }

    /// Runs a command on a terminal, and gives what it showed.
    pub fn rendered(&self, args: &[&str]) -> Ran {
        let on_pipe = self.command(args);
        let words = std::iter::once(on_pipe.get_program()).chain(on_pipe.get_args());
        let line: Vec<String> = words
            .map(|word| format!("'{}'", word.to_string_lossy().replace('\'', "'\\''")))
            .collect();
        let mut command = Command::new("script");
        command
            .current_dir(&self.folder)
            .args([
                "--quiet",
                "--return",
                "--command",
                &line.join(" "),
                "/dev/null",
            ])
            .env("HOME", &self.folder)
            .env("TZ", "UTC");
        run(&mut command, b"")
    }

    fn command(&self, args: &[&str]) -> Command {
        let home = self.path();
        let args = [args, &["--home", home.to_str().expect("a plain path")]].concat();
        openline_by(&self.starter, &self.folder, &args)
    }

    /// Runs a command with --json, which must do what it is asked.
    #[track_caller]
    pub fn json(&self, args: &[&str]) -> Value {
        self.run(&[&["--json"], args].concat()).json()
    }

    /// The running node's API.
    pub fn api(&self) -> ApiFile {
        let path = self.path();
        let seen = path.strip_prefix("/").expect("an absolute path");
        Home::read_api(&self.root.join(seen))
            .expect("readable")
            .expect("the node runs")
    }

    /// What happens at the node from now on.
    pub fn events(&self) -> Receiver<String> {
        let api = self.api();
        let config = ureq::Agent::config_builder().proxy(None).build();
        let answer = ureq::Agent::new_with_config(config)
            .get(format!("http://{}/v1/events", api.address))
            .header("Authorization", format!("Bearer {}", api.token))
            .call()
            .expect("the node tells its events");
        let (tell, told) = channel();
        std::thread::spawn(move || {
            let lines = BufReader::new(answer.into_body().into_reader()).lines();
            for line in lines.map_while(Result::ok) {
                if tell.send(line).is_err() {
                    break;
                }
            }
        });
        told
    }

    /// Waits until `done`, which is asked again whenever something happens at this node.
    #[track_caller]
    pub fn wait(&self, what: &str, done: impl Fn() -> bool) {
        let began = Instant::now();
        let events = self.events();
        while !done() {
            assert!(
                began.elapsed() < PATIENCE,
                "waited in vain for {what}: {}",
                self.log()
            );
            // A node that has stopped tells no more events; the condition is looked at all the same.
            if events.recv_timeout(LOOK_AGAIN).is_err() {
                std::thread::yield_now();
            }
        }
    }
}

impl Drop for Party {
    fn drop(&mut self) {
        if let Some((mut child, _)) = self.node.take() {
            // A test that has failed leaves no process behind.
            drop(child.kill());
            drop(child.wait());
        }
        if !std::thread::panicking() {
            let log = self.log();
            assert!(!log.contains("panicked"), "{log}");
        }
    }
}

/// Addresses that were free a moment ago, for QUIC and TLS.
pub fn free_addresses() -> (SocketAddr, SocketAddr) {
    let quic = UdpSocket::bind("127.0.0.1:0").and_then(|socket| socket.local_addr());
    let tls = TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr());
    (quic.expect("a port"), tls.expect("a port"))
}

/// Each takes the other's card from a file and confirms the phrase.
pub fn relate(a: &Party, b: &Party) {
    let (ours, theirs) = (write_card(a), write_card(b));
    let at_a = a.json(&["relation", "add", &theirs]);
    let at_b = b.json(&["relation", "add", &ours]);
    assert_eq!(
        at_a["phrase"], at_b["phrase"],
        "both sides read the same words"
    );
    for (party, view) in [(a, &at_a), (b, &at_b)] {
        let words = |key: &str| view[key].as_str().expect("a text").to_owned();
        let confirmed = party.json(&[
            "relation",
            "confirm",
            &words("name"),
            "--phrase",
            &words("phrase"),
        ]);
        assert_eq!(confirmed["state"], "confirmed");
    }
}

/// Writes a party's card into a file, and returns its path.
pub fn write_card(party: &Party) -> String {
    let path = party.folder.join(format!("{}.card", party.home));
    let card = party.run(&["card", "file"]).ok();
    std::fs::write(&path, card).expect("written");
    path.to_str().expect("a plain path").to_owned()
}

/// Founds a line between two confirmed parties.
pub fn found(a: &Party, b: &Party, with: &str, title: &str) {
    a.json(&["charter", "propose", "--with", with, "--title", title]);
    b.wait("the proposal", || {
        let charters = b.json(&["charter", "list"]);
        charters.as_array().is_some_and(|list| !list.is_empty())
    });
    b.json(&["charter", "sign", title]);
    for party in [a, b] {
        party.wait("the line", || {
            let lines = party.json(&["line", "list"]);
            lines.as_array().is_some_and(|list| !list.is_empty())
        });
    }
}

/// Waits until both hold one record and each has signed for all of the other's log.
pub fn one_record(a: &Party, b: &Party, title: &str) -> String {
    let view = |party: &Party| party.json(&["line", "show", title]);
    let holds_all = |line: &Value| {
        let parties = line["parties"].as_array().expect("parties");
        let me = usize::try_from(line["me"].as_u64().expect("a position")).expect("small");
        parties
            .iter()
            .all(|p| p["index"] == line["me"] || p["holds_of_ours"] == parties[me]["size"])
    };
    a.wait("one record", || {
        let (at_a, at_b) = (view(a), view(b));
        at_a["record_root"] == at_b["record_root"] && holds_all(&at_a) && holds_all(&at_b)
    });
    view(a)["record_root"].as_str().expect("a root").to_owned()
}
