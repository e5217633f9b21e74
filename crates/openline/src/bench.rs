//! `openline bench`.

use crate::failure::Failure;
use crate::output::Output;

/// Arguments of `openline bench`.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// A smaller run.
    #[arg(long)]
    pub quick: bool,
}

pub fn run(_args: &Args, _output: Output) -> Result<(), Failure> {
    Err(Failure::unreachable(
        "not measured",
        "see docs/performance.md",
    ))
}
