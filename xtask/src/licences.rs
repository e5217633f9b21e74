//! Licences of everything that is linked: the same list as `deny.toml` gives to `cargo deny`, checked without it.

use std::process::Command;

use serde::Deserialize;

/// Licences that ask for no more than attribution, by their SPDX names.
const ALLOWED: &[&str] = &[
    "0BSD",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BlueOak-1.0.0",
    "CC0-1.0",
    "ISC",
    "MIT",
    "MIT-0",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    license: Option<String>,
    source: Option<String>,
}

/// Every package from outside with a licence beyond the list, or from elsewhere than the public registry.
pub(crate) fn wrong() -> Vec<String> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--locked", "--format-version", "1"])
        .output()
        .expect("cargo runs");
    let metadata: Metadata =
        serde_json::from_slice(&output.stdout).expect("cargo metadata is JSON");
    let outside = metadata
        .packages
        .iter()
        .filter_map(|package| Some((package, package.source.as_ref()?)));
    let mut wrong = Vec::new();
    for (package, source) in outside {
        let licence = package.license.as_deref().unwrap_or("none");
        if !is_allowed(licence) {
            wrong.push(format!("{}: licence {licence}", package.name));
        }
        if !source.starts_with("registry+") {
            wrong.push(format!("{}: from {source}", package.name));
        }
    }
    wrong
}

/// Whether an SPDX expression can be met by the list.
fn is_allowed(expression: &str) -> bool {
    let spaced = expression
        .replace('(', " ( ")
        .replace(')', " ) ")
        .replace('/', " OR ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut rest = words.as_slice();
    any(&mut rest) && rest.is_empty()
}

/// Alternatives; AND binds closer than OR.
fn any(rest: &mut &[&str]) -> bool {
    let mut holds = all(rest);
    while let ["OR", after @ ..] = *rest {
        *rest = after;
        holds |= all(rest);
    }
    holds
}

fn all(rest: &mut &[&str]) -> bool {
    let mut holds = one(rest);
    while let ["AND", after @ ..] = *rest {
        *rest = after;
        holds &= one(rest);
    }
    holds
}

fn one(rest: &mut &[&str]) -> bool {
    match *rest {
        ["(", after @ ..] => {
            *rest = after;
            let holds = any(rest);
            let is_closed = rest.first() == Some(&")");
            *rest = rest.get(1..).unwrap_or_default();
            holds && is_closed
        }
        // An exception only permits more.
        [name, "WITH", _, after @ ..] | [name, after @ ..] => {
            *rest = after;
            ALLOWED.contains(name)
        }
        [] => false,
    }
}

#[cfg(test)]
mod tests {
    use super::is_allowed;

    #[test]
    fn expressions_are_met_by_any_alternative_of_every_part() {
        for right in [
            "MIT",
            "MIT/Apache-2.0",
            "GPL-3.0-only OR MIT",
            "Apache-2.0 WITH LLVM-exception OR GPL-2.0-only",
            "ISC AND (Apache-2.0 OR GPL-3.0-only) AND MIT",
            "(MIT OR Apache-2.0) AND Unicode-3.0",
        ] {
            assert!(is_allowed(right), "{right}");
        }
        for wrong in [
            "none",
            "",
            "GPL-3.0-only",
            "MIT AND GPL-3.0-only",
            "ISC AND (GPL-2.0-only OR GPL-3.0-only)",
            "(MIT",
            "MIT)",
        ] {
            assert!(!is_allowed(wrong), "{wrong}");
        }
    }

    #[test]
    fn everything_that_is_linked_is_on_the_list() {
        assert_eq!(super::wrong(), Vec::<String>::new());
    }
}
