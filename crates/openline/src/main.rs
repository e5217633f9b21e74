//! The `openline` command: arguments in, text or JSON and an exit code out.

mod ahead;
mod bench;
mod cli;
mod client;
mod commands;
mod demo;
mod failure;
mod output;
mod when;
mod words;

use std::process::ExitCode;

use clap::Parser as _;

fn main() -> ExitCode {
    let cli = cli::Cli::parse();
    let output = output::Output::new(cli.json);
    match commands::run(&cli, &output) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            output.failure(&failure);
            failure.exit_code()
        }
    }
}
