//! The second verifier: a Python program that shares no code with this one.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::show::Show;
use crate::failure::Failure;

/// Where the verifier is: in the source tree that this program was built from, or below the working folder.
fn interop() -> Option<PathBuf> {
    let built = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../interop");
    [built, PathBuf::from("interop")]
        .into_iter()
        .find(|path| path.join("requirements.txt").exists())
}

/// A Python with the packages that the verifier needs; made on first use, in a virtual environment below `target/`.
fn python(interop: &Path, show: &Show) -> Option<PathBuf> {
    let venv = interop.parent()?.join("target/venv");
    let python = venv.join("bin/python");
    if has_packages(&python) {
        return Some(python);
    }
    show.line("setting up the second verifier: a Python environment in target/venv (once)");
    run(Command::new("python3").arg("-m").arg("venv").arg(&venv))?;
    let requirements = interop.join("requirements.txt");
    run(Command::new(&python)
        .args(["-m", "pip", "install", "--quiet", "--requirement"])
        .arg(requirements))?;
    has_packages(&python).then_some(python)
}

fn has_packages(python: &Path) -> bool {
    run(Command::new(python).args(["-c", "import cbor2, cryptography"])).is_some()
}

fn run(command: &mut Command) -> Option<()> {
    command
        .output()
        .ok()
        .filter(|output| output.status.success())
        .map(|_| ())
}

/// Verifies an export with the second verifier; gives the record root that it computed, if it accepts.
pub fn verify(export: &Path, show: &Show) -> Result<Option<String>, Failure> {
    let Some(interop) = interop() else {
        show.line("the second verifier is not here: run the demo from the source tree (interop/)");
        return Ok(None);
    };
    let Some(python) = python(&interop, show) else {
        show.line("the second verifier can't run: python3 with the packages of interop/requirements.txt is needed");
        return Ok(None);
    };
    let output = Command::new(python)
        .args(["-m", "openline_verify", "verify", "--json"])
        .arg(std::path::absolute(export).map_err(|error| Failure::file(export, &error))?)
        .current_dir(&interop)
        .output()
        .map_err(|error| Failure::unreachable(error.to_string(), "install python3"))?;
    let answer: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
    if !output.status.success() {
        show.line(&format!(
            "the second verifier says: {}",
            String::from_utf8_lossy(&output.stdout).trim()
        ));
        return Ok(None);
    }
    Ok(answer["record_root"].as_str().map(str::to_owned))
}
