//! A small file system in a mount namespace of its own, which ends with the test.

use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::MetadataExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use super::node::Party;

/// Copies a home onto a file system of so many KiB, mounts that in the home's place, and waits for its input to end.
const MOUNT: &str = r#"set -e
cp -a "$2" "$2.copy"
mount -t tmpfs -o "size=$1k,mode=0700" tmpfs "$2"
cp -a "$2.copy/." "$2"
echo ready
exec cat"#;
/// Writes until nothing more fits, and says why it ended.
const FILL: &str =
    r#"LC_ALL=C; export LC_ALL; cat /dev/zero > "$1/filler" || true; test -s "$1/filler""#;

/// The file system of a party's home.
pub struct SmallDisk {
    holder: Child,
    enter: Vec<String>,
    home: PathBuf,
}

impl SmallDisk {
    /// Puts a party's home on it. `None` where neither root nor a user namespace may mount.
    pub fn below(party: &mut Party, kib: u64) -> Option<Self> {
        let is_root = std::fs::metadata("/proc/self").expect("a process").uid() == 0;
        let (spaces, enter): (&[&str], &[&str]) = if is_root {
            (&["--mount"], &["--mount"])
        } else {
            (
                &["--mount", "--map-root-user"],
                &["--user", "--preserve-credentials", "--mount"],
            )
        };
        let mut holder = Command::new("unshare")
            .args(spaces)
            .args(["sh", "-c", MOUNT, "sh", &kib.to_string()])
            .arg(party.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .ok()?;
        let mut line = String::new();
        let out = holder.stdout.take().expect("it was piped");
        BufReader::new(out).read_line(&mut line).expect("its words");
        if line != "ready\n" {
            holder.wait().expect("it ends");
            return None;
        }
        let pid = holder.id().to_string();
        let start = ["nsenter".to_owned(), "--target".to_owned(), pid.clone()];
        let enter: Vec<String> = start
            .into_iter()
            .chain(enter.iter().map(ToString::to_string))
            .collect();
        party.starter.clone_from(&enter);
        party.root = PathBuf::from(format!("/proc/{pid}/root"));
        Some(Self {
            holder,
            enter,
            home: party.path(),
        })
    }

    fn run(&self, command: &[&str]) {
        let status = Command::new(&self.enter[0])
            .args(&self.enter[1..])
            .args(command)
            .arg(&self.home)
            .stderr(Stdio::null())
            .status();
        assert!(status.expect("it runs").success(), "{command:?}");
    }

    /// Fills it to the last byte.
    pub fn fill(&self) {
        self.run(&["sh", "-c", FILL, "sh"]);
    }

    /// Frees what [`SmallDisk::fill`] has filled.
    pub fn free(&self) {
        self.run(&["sh", "-c", r#"rm "$1/filler""#, "sh"]);
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        drop(self.holder.stdin.take());
        drop(self.holder.wait());
    }
}
