//! The arrows between crates, as `ARCHITECTURE.md` draws them: down only.

use std::process::Command;

use serde::Deserialize;

/// For each crate, the crates of this workspace that it may use.
const ALLOWED: &[(&str, &[&str])] = &[
    ("openline-core", &[]),
    ("openline-proto", &["openline-core"]),
    ("openline-desk", &["openline-core"]),
    ("openline-store", &["openline-core"]),
    ("openline-bearer", &[]),
    (
        "openline-keeper",
        &["openline-core", "openline-proto", "openline-store"],
    ),
    (
        "openline-node",
        &[
            "openline-core",
            "openline-keeper",
            "openline-proto",
            "openline-desk",
            "openline-store",
            "openline-bearer",
        ],
    ),
    ("openline-console", &["openline-core", "openline-node"]),
    (
        "openline-web",
        &["openline-core", "openline-node", "openline-console"],
    ),
    (
        "openline",
        &[
            "openline-core",
            "openline-proto",
            "openline-desk",
            "openline-store",
            "openline-bearer",
            "openline-node",
            "openline-console",
            "openline-web",
        ],
    ),
    (
        "openline-sim",
        &[
            "openline-core",
            "openline-proto",
            "openline-desk",
            "openline-keeper",
            "openline-store",
        ],
    ),
    ("openline-benches", &["openline-core", "openline-store"]),
    ("xtask", &[]),
];

/// Crates that only these may pull in: the pure crates stay free of runtimes, sockets and HTTP.
const WRAPPERS: &[(&str, &[&str])] = &[
    (
        "tokio",
        &[
            "openline-bearer",
            "openline-node",
            "openline-console",
            "openline-web",
            "openline",
        ],
    ),
    ("axum", &["openline-web", "openline-console"]),
    ("maud", &["openline-console"]),
    ("quinn", &["openline-bearer", "openline"]),
    ("rustls", &["openline-bearer", "openline-node", "openline"]),
    ("rusqlite", &["openline-store"]),
];

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    dependencies: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    name: String,
    kind: Option<String>,
}

/// Every arrow that the drawing does not have.
pub(crate) fn wrong() -> Vec<String> {
    let output = Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--no-deps",
            "--offline",
            "--format-version",
            "1",
        ])
        .output()
        .expect("cargo runs");
    let metadata: Metadata =
        serde_json::from_slice(&output.stdout).expect("cargo metadata is JSON");
    let mut wrong = Vec::new();
    for package in &metadata.packages {
        let Some((_, allowed)) = ALLOWED.iter().find(|(name, _)| *name == package.name) else {
            wrong.push(format!("{} is not in the drawing", package.name));
            continue;
        };
        for dependency in package
            .dependencies
            .iter()
            .filter(|d| d.kind.as_deref() != Some("dev"))
        {
            wrong.extend(check(&package.name, &dependency.name, allowed));
        }
    }
    wrong
}

fn check(package: &str, dependency: &str, allowed: &[&str]) -> Option<String> {
    let is_ours = ALLOWED.iter().any(|(name, _)| *name == dependency);
    if is_ours && !allowed.contains(&dependency) {
        return Some(format!("{package} must not use {dependency}"));
    }
    let (_, users) = WRAPPERS.iter().find(|(name, _)| *name == dependency)?;
    (!users.contains(&package)).then(|| format!("{package} must not pull in {dependency}"))
}

#[cfg(test)]
mod tests {
    #[test]
    fn arrows_point_down_only() {
        assert_eq!(super::wrong(), Vec::<String>::new());
    }

    #[test]
    fn an_arrow_that_points_up_is_noticed() {
        assert!(super::check("openline-core", "openline-node", &[]).is_some());
        assert!(super::check("openline-proto", "tokio", &["openline-core"]).is_some());
        assert!(super::check("openline-proto", "openline-core", &["openline-core"]).is_none());
    }
}
