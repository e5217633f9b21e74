//! Alerts by a program of the operator's: no shell, a clean environment, and an end after a while.

use std::fs::File;
use std::io::{Read as _, Seek as _, Write as _};
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Child, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};

use super::alert::Alert;
use super::channel::{Outcome, Reason};

/// What a program's environment keeps of this node's; anything else could be a secret.
const KEPT: [&str; 6] = ["PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR"];
/// What is read of what a program complains about, bytes.
const COMPLAINT_MAX: u64 = 1024;
/// A running program is looked at again after this time.
const LOOK_AGAIN: Duration = Duration::from_millis(10);

/// A program that takes alerts: as JSON on standard input, and as `OPENLINE_ALERT_…` in its environment.
#[derive(Debug, Clone)]
pub(super) struct Command {
    pub(super) program: PathBuf,
    pub(super) args: Vec<String>,
    pub(super) timeout: Duration,
}

impl Command {
    pub(super) fn deliver(&self, alert: &Alert) -> Result<Outcome, Reason> {
        let failed = |error: std::io::Error| self.reason(&format!("can't be started: {error}"));
        let mut complaints = tempfile::tempfile().map_err(failed)?;
        let mut child = self
            .prepare(alert, &complaints)
            .and_then(|mut command| command.spawn())
            .map_err(failed)?;
        let Some(status) = self.wait(&mut child).map_err(failed)? else {
            return Err(self.reason(&format!(
                "did not end within {} s and was killed",
                self.timeout.as_secs()
            )));
        };
        if status.success() {
            return Ok(Outcome::Delivered);
        }
        let complaint = read_again(&mut complaints).unwrap_or_default();
        Err(self.reason(&format!("ended with {status}: {complaint}")))
    }

    /// Files in place of pipes: nobody has to wait until the other reads or writes.
    fn prepare(&self, alert: &Alert, complaints: &File) -> std::io::Result<std::process::Command> {
        let mut input = tempfile::tempfile()?;
        input.write_all(alert.to_json().as_bytes())?;
        input.write_all(b"\n")?;
        input.rewind()?;
        let mut command = std::process::Command::new(&self.program);
        command
            .args(&self.args)
            .env_clear()
            .envs(
                KEPT.iter()
                    .filter_map(|name| Some((name, std::env::var_os(name)?))),
            )
            .envs(
                alert.facts().into_iter().map(|(name, value)| {
                    (format!("OPENLINE_ALERT_{}", name.to_uppercase()), value)
                }),
            )
            .current_dir("/")
            .stdin(Stdio::from(input))
            .stdout(Stdio::null())
            .stderr(Stdio::from(complaints.try_clone()?))
            .process_group(0);
        Ok(command)
    }

    /// `None` if the time is over first; the program and all that it has started are killed then.
    fn wait(&self, child: &mut Child) -> std::io::Result<Option<ExitStatus>> {
        let started = Instant::now();
        while started.elapsed() < self.timeout {
            if let Some(status) = child.try_wait()? {
                return Ok(Some(status));
            }
            std::thread::sleep(LOOK_AGAIN);
        }
        if let Some(group) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) {
            // It may have ended this very moment.
            let _ = kill_process_group(group, Signal::KILL);
        }
        child.wait()?;
        Ok(None)
    }

    fn reason(&self, words: &str) -> Reason {
        Reason::new(format!("{} {words}", self.program.display()))
    }
}

fn read_again(file: &mut File) -> std::io::Result<String> {
    let mut bytes = Vec::new();
    file.rewind()?;
    file.take(COMPLAINT_MAX).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
