//! Output that can't be printed: said where anybody can still hear it, and never a panic.

mod support;

use std::fs::File;
use std::process::{Command, Stdio};

use support::node::Party;
use support::openline;

/// Commands that need no node, by their arguments.
const COMMANDS: [&[&str]; 5] = [
    &["completions", "bash"],
    &["man"],
    &["check"],
    &["card", "show"],
    &["--json", "card", "show"],
];

fn of_a_party(folder: &std::path::Path, args: &[&str]) -> Command {
    openline(folder, &[args, &["--home", "a"]].concat())
}

#[test]
fn a_full_disk_below_standard_output_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let _a = Party::make(folder.path(), "a", "Ministry A", None);
    for args in COMMANDS {
        let full = File::options()
            .write(true)
            .open("/dev/full")
            .expect("the device");
        let output = of_a_party(folder.path(), args)
            .stdout(full)
            .output()
            .expect("it runs");
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{args:?}: {said}");
        assert!(
            said.contains("standard output can't be written to") && said.contains("\nnext: "),
            "{said}"
        );
    }
}

#[test]
fn a_reader_that_has_gone_is_no_failure() {
    let folder = tempfile::tempdir().expect("a folder");
    let _a = Party::make(folder.path(), "a", "Ministry A", None);
    for args in COMMANDS {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        let output = of_a_party(folder.path(), args)
            .stdout(writer)
            .output()
            .expect("it runs");
        assert_eq!(output.status.code(), Some(0), "{args:?}");
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{args:?}");
    }
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    let status = openline(folder.path(), &["verify", "no-such-file"])
        .stdout(Stdio::null())
        .stderr(writer)
        .status();
    assert_eq!(
        status.expect("it runs").code(),
        Some(2),
        "the exit code still tells"
    );
}
