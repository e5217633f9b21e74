//! Completions and man pages.

use std::path::Path;

use clap::CommandFactory as _;

use crate::cli::Cli;
use crate::failure::Failure;

pub(super) fn completions(shell: clap_complete::Shell) -> Result<(), Failure> {
    clap_complete::generate(
        shell,
        &mut Cli::command(),
        "openline",
        &mut std::io::stdout(),
    );
    Ok(())
}

pub(super) fn man(dir: Option<&Path>) -> Result<(), Failure> {
    match dir {
        Some(dir) => {
            std::fs::create_dir_all(dir).map_err(|error| Failure::file(dir, &error))?;
            clap_mangen::generate_to(Cli::command(), dir)
                .map_err(|error| Failure::file(dir, &error))
        }
        None => clap_mangen::Man::new(Cli::command())
            .render(&mut std::io::stdout())
            .map_err(|error| Failure::unusable(error.to_string(), "try again")),
    }
}
