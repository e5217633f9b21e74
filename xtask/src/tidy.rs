//! Style that a program can check: arrows, licences, banned words, unfinished marks, pure crates' clippy files.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

/// Crates without clock, randomness, threads, environment or I/O; each has a `clippy.toml` that forbids them.
const PURE: &[&str] = &["openline-core", "openline-proto", "openline-desk"];

/// Marks of unfinished work, and paths of somebody's machine. Written in two parts so that this file passes.
const BANNED: &[(&str, &str)] = &[
    ("TO", "DO"),
    ("FIX", "ME"),
    ("unimple", "mented!("),
    ("to", "do!("),
    ("/ro", "ot/"),
];

/// Runs every check and prints what it finds.
pub(crate) fn run() -> ExitCode {
    let mut findings = super::arrows::wrong();
    findings.extend(super::licences::wrong());
    findings.extend(impure());
    findings.extend(banned());
    for finding in &findings {
        println!("{finding}");
    }
    println!("tidy: {} findings", findings.len());
    if findings.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("xtask stands in the workspace")
        .to_owned()
}

fn impure() -> Vec<String> {
    let lacks = |name: &&&str| {
        let text = std::fs::read_to_string(root().join("crates").join(name).join("clippy.toml"))
            .unwrap_or_default();
        ![
            "SystemTime::now",
            "Instant::now",
            "std::env::var",
            "HashMap",
        ]
        .iter()
        .all(|word| text.contains(word))
    };
    PURE.iter()
        .filter(lacks)
        .map(|name| format!("crates/{name}/clippy.toml does not keep the crate pure"))
        .collect()
}

fn banned() -> Vec<String> {
    let listed = Command::new("git")
        .args(["ls-files"])
        .current_dir(root())
        .output()
        .expect("git runs");
    let files = String::from_utf8_lossy(&listed.stdout).into_owned();
    let is_text = |name: &&str| !name.ends_with(".lock") && !name.starts_with("fuzz/corpus");
    files.lines().filter(is_text).flat_map(banned_in).collect()
}

fn banned_in(name: &str) -> Vec<String> {
    let Ok(text) = std::fs::read_to_string(root().join(name)) else {
        return Vec::new();
    };
    let hits = |(a, b): &(&str, &str)| {
        let word = format!("{a}{b}");
        text.lines()
            .position(|line| line.contains(&word))
            .map(|at| format!("{name}:{}: {word}", at + 1))
    };
    BANNED.iter().filter_map(hits).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_tree_is_tidy() {
        assert_eq!(super::banned(), Vec::<String>::new());
        assert_eq!(super::impure(), Vec::<String>::new());
    }
}
