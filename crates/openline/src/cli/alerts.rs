//! `openline alert`.

use clap::Subcommand;

#[derive(Subcommand, Debug)]
pub enum AlertCommand {
    /// The channels and how they do, and every alert that is open or waits.
    List,
    /// Send a test over every channel, or over one, and say how each did.
    #[command(after_help = "Example:\n  openline alert test pager")]
    Test {
        /// The channel's name in openline.toml; all of them if left out.
        name: Option<String>,
    },
}
