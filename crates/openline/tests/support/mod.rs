//! Runs the built program as a shell would: arguments and files in, text and an exit code out.
#![allow(dead_code, unreachable_pub, reason = "each test file uses a part")]

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

pub mod node;
pub mod small_disk;

/// What a run of the program printed, and its exit code.
#[derive(Debug, PartialEq, Eq)]
pub struct Ran {
    pub exit: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Ran {
    /// Its standard output, if it has done what it was asked.
    #[track_caller]
    pub fn ok(self) -> String {
        assert_eq!(self.exit, 0, "{}{}", self.stdout, self.stderr);
        self.stdout
    }

    /// Its standard output as JSON, if it has done what it was asked.
    #[track_caller]
    pub fn json(self) -> serde_json::Value {
        let text = self.ok();
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
    }

    /// Its standard error, if it has ended with this exit code.
    #[track_caller]
    pub fn refused(self, exit: i32) -> String {
        assert_eq!(self.exit, exit, "{}{}", self.stdout, self.stderr);
        self.stderr
    }
}

/// The program in a folder, with nothing of the tester's own environment.
pub fn openline(folder: &Path, args: &[&str]) -> Command {
    openline_by(&[], folder, args)
}

/// The same, started by another program that changes what it finds: who it is, how long its files may get, what the
/// clock says.
pub fn openline_by(starter: &[String], folder: &Path, args: &[&str]) -> Command {
    let program = env!("CARGO_BIN_EXE_openline").to_owned();
    let mut line = starter.iter().cloned().chain([program]);
    let mut command = Command::new(line.next().expect("a program"));
    command
        .current_dir(folder)
        .args(line)
        .args(args)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", folder)
        .env("TZ", "UTC")
        // The local API is on this machine: no proxy may come between.
        .env("http_proxy", "http://127.0.0.1:9");
    command
}

/// Runs a command to its end.
pub fn run(command: &mut Command, stdin: &[u8]) -> Ran {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut input = child.stdin.take().expect("it was piped");
    // A program that does not read its input may be gone already.
    drop(input.write_all(stdin));
    drop(input);
    let output = child.wait_with_output().expect("the program ends");
    let text = |bytes| String::from_utf8(bytes).expect("the program prints UTF-8");
    Ran {
        exit: output.status.code().unwrap_or(-1),
        stdout: text(output.stdout),
        stderr: text(output.stderr),
    }
}
