//! What the program prints, word for word, and its exit codes: one `.toml` file below `golden/` for each case.
//!
//! Run with `OPENLINE_REWRITE=1` to write the files anew, and look at the change.

mod support;
#[path = "../../openline-core/tests/support/vectors.rs"]
mod vectors;
mod world;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use support::{Ran, openline, run};
use world::World;

/// One run of the program: what it is given, and what it answers.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Case {
    args: Vec<String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    env: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    stdin: String,
    #[serde(default)]
    exit: i32,
    #[serde(default)]
    stdout: String,
    #[serde(default)]
    stderr: String,
}

impl Case {
    fn new(args: Vec<String>) -> Self {
        Self {
            args,
            env: BTreeMap::new(),
            stdin: String::new(),
            exit: 0,
            stdout: String::new(),
            stderr: String::new(),
        }
    }

    fn run(&self, world: &World) -> Ran {
        let args: Vec<&str> = self.args.iter().map(String::as_str).collect();
        let mut command = openline(world.folder(), &args);
        command.envs(&self.env);
        let ran = run(&mut command, self.stdin.as_bytes());
        Ran {
            exit: ran.exit,
            stdout: world.plain(&ran.stdout),
            stderr: world.plain(&ran.stderr),
        }
    }

    fn expected(&self) -> Ran {
        Ran {
            exit: self.exit,
            stdout: self.stdout.clone(),
            stderr: self.stderr.clone(),
        }
    }
}

fn golden() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden")
}

fn is_rewriting() -> bool {
    std::env::var_os("OPENLINE_REWRITE").is_some()
}

fn read(path: &Path) -> Case {
    let text = std::fs::read_to_string(path).expect("a case");
    toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Runs a case; what differs from its file, or nothing.
fn differs(path: &Path, case: &Case, world: &World) -> Option<String> {
    let ran = case.run(world);
    if ran == case.expected() && path.exists() {
        return None;
    }
    if is_rewriting() {
        let case = Case {
            exit: ran.exit,
            stdout: ran.stdout,
            stderr: ran.stderr,
            ..case.clone()
        };
        let text = toml::to_string_pretty(&case).expect("a case has a text");
        std::fs::write(path, text).expect("written");
        return None;
    }
    let name = path.strip_prefix(golden()).unwrap_or(path).display();
    Some(format!(
        "{name}\n--- expected: exit {}\n{}{}--- got: exit {}\n{}{}",
        case.exit, case.stdout, case.stderr, ran.exit, ran.stdout, ran.stderr
    ))
}

#[track_caller]
fn none_differs(found: &[String]) {
    assert!(
        found.is_empty(),
        "{}\nlook at the change, then run this test with OPENLINE_REWRITE=1",
        found.join("\n")
    );
}

#[test]
fn every_case_is_answered_as_its_file_says() {
    let world = World::make();
    let mut found = Vec::new();
    let mut count = 0;
    for folder in ["usage", "home", "verify", "json"] {
        for item in std::fs::read_dir(golden().join(folder)).expect("a folder of cases") {
            let path = item.expect("an item").path();
            found.extend(differs(&path, &read(&path), &world));
            count += 1;
        }
    }
    assert!(count > 50, "the cases were found");
    none_differs(&found);
}

#[test]
fn the_help_of_every_command_is_on_file() {
    let world = World::make();
    let (mut found, mut files) = (Vec::new(), Vec::new());
    let mut open = vec![Vec::<String>::new()];
    while let Some(command) = open.pop() {
        let mut args = command.clone();
        args.push("--help".to_owned());
        let name = if command.is_empty() {
            "openline".to_owned()
        } else {
            command.join("-")
        };
        let path = golden().join("help").join(format!("{name}.toml"));
        let case = if path.exists() {
            read(&path)
        } else {
            Case::new(args.clone())
        };
        assert_eq!(case.args, args, "{} is of another command", path.display());
        open.extend(
            commands(&case.run(&world).stdout).map(|sub| [command.clone(), vec![sub]].concat()),
        );
        found.extend(differs(&path, &case, &world));
        files.push(path);
    }
    assert!(files.len() > 50, "the commands were found");
    for item in std::fs::read_dir(golden().join("help")).expect("a folder of cases") {
        let path = item.expect("an item").path();
        assert!(files.contains(&path), "{} is of no command", path.display());
    }
    none_differs(&found);
}

/// The commands that a help text lists.
fn commands(help: &str) -> impl Iterator<Item = String> {
    help.lines()
        .skip_while(|line| *line != "Commands:")
        .skip(1)
        .take_while(|line| !line.is_empty())
        // A line that goes on with the description of the one before is indented further.
        .filter_map(|line| {
            line.strip_prefix("  ")
                .filter(|line| !line.starts_with(' '))
        })
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| *name != "help")
        .map(str::to_owned)
        .collect::<Vec<_>>()
        .into_iter()
}
