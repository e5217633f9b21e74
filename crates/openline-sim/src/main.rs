//! `openline-sim`: runs seeds, and says which one breaks what.

use std::io::{IsTerminal as _, Write as _};
use std::process::ExitCode;

use clap::Parser;

/// Runs the line's machines and stores in a simulated world.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// How many seeds to run.
    #[arg(long, default_value_t = 500)]
    seeds: u64,
    /// The first of them.
    #[arg(long, default_value_t = 0)]
    from: u64,
    /// Run this one seed only.
    #[arg(long, conflicts_with_all = ["seeds", "from"])]
    seed: Option<u64>,
    /// Tell everything that happens; with --seed.
    #[arg(long, requires = "seed")]
    trace: bool,
    /// How many seeds to run at once.
    #[arg(long, default_value_t = std::thread::available_parallelism().map_or(1, usize::from))]
    threads: usize,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let failures = match arguments.seed {
        Some(seed) => openline_sim::run(seed, arguments.trace)
            .err()
            .into_iter()
            .collect(),
        None => run_many(&arguments),
    };
    for failure in &failures {
        say(&format!("{failure}\n"));
    }
    if failures.is_empty() {
        let count = if arguments.seed.is_some() {
            1
        } else {
            arguments.seeds
        };
        say(&format!(
            "openline-sim: {count} seeds, every invariant held\n"
        ));
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn run_many(arguments: &Arguments) -> Vec<openline_sim::Failure> {
    let is_terminal = std::io::stderr().is_terminal();
    let progress = |done: u64| {
        if is_terminal {
            // Nobody is hurt if a progress line can't be shown.
            let _ = write!(std::io::stderr(), "\r{done} of {} seeds", arguments.seeds);
        }
    };
    let failures = openline_sim::run_all(
        arguments.from..arguments.from + arguments.seeds,
        arguments.threads,
        &progress,
    );
    if is_terminal {
        let _ = writeln!(std::io::stderr());
    }
    failures
}

/// Prints; a reader that has gone away wants no more.
fn say(text: &str) {
    let _ = std::io::stdout().write_all(text.as_bytes());
}
