//! Arguments of notices.

use clap::{Args, Subcommand};

#[derive(Subcommand, Debug)]
pub enum NoticeCommand {
    /// Give a notice; one of the same kind is replaced.
    Give(NoticeArgs),
    /// Withdraw our notice of a kind.
    Withdraw {
        /// The line: its title, its id, or the beginning of its id.
        #[arg(long)]
        line: String,
        /// The kind: "off watch", "technical fault", declining or drill.
        kind: String,
    },
    /// The notices of all parties that are in force or to come.
    List {
        /// The line: its title, its id, or the beginning of its id.
        #[arg(long)]
        line: String,
    },
}

#[derive(Args, Debug)]
pub struct NoticeArgs {
    /// The line: its title, its id, or the beginning of its id.
    #[arg(long)]
    pub line: String,
    /// The kind: "off watch", "technical fault", declining or drill.
    pub kind: String,
    /// From when, such as 2026-11-25T06:00Z; now if left out.
    #[arg(long, value_name = "TIME")]
    pub from: Option<String>,
    /// Until when; for declining, when the next window begins.
    #[arg(long, value_name = "TIME")]
    pub until: Option<String>,
    /// Words.
    #[arg(long)]
    pub words: Option<String>,
}
