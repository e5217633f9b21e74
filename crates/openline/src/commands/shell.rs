//! Completions and man pages.

use std::path::Path;

use clap::CommandFactory as _;

use crate::cli::Cli;
use crate::failure::Failure;
use crate::output::Output;

pub(super) fn completions(shell: clap_complete::Shell, output: Output) -> Result<(), Failure> {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "openline", &mut text);
    output.raw(&text);
    Ok(())
}

pub(super) fn man(dir: Option<&Path>, output: Output) -> Result<(), Failure> {
    match dir {
        Some(dir) => {
            std::fs::create_dir_all(dir).map_err(|error| Failure::file(dir, &error))?;
            clap_mangen::generate_to(Cli::command(), dir)
                .map_err(|error| Failure::file(dir, &error))
        }
        None => {
            let mut text = Vec::new();
            clap_mangen::Man::new(Cli::command())
                .render(&mut text)
                .map_err(|error| Failure::unusable(error.to_string(), "try again"))?;
            output.raw(&text);
            Ok(())
        }
    }
}
