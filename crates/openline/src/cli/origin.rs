//! Arguments of "is this from you?" and of announced calls.

use clap::{Args, Subcommand};

use super::PlaceArgs;

#[derive(Subcommand, Debug)]
pub enum OriginCommand {
    /// Ask whether a call, letter or statement outside the line was theirs.
    Ask(OriginAskArgs),
    /// Answer such a question: yes, no, or looking into it.
    Answer(OriginAnswerArgs),
    /// What was asked, and what was found.
    List {
        /// The line: its title, its id, or the beginning of its id.
        #[arg(long)]
        line: String,
    },
}

#[derive(Args, Debug)]
pub struct OriginAskArgs {
    /// The line: its title, its id, or the beginning of its id.
    #[arg(long)]
    pub line: String,
    /// The post that asks.
    #[arg(long, default_value = "watch")]
    pub post: String,
    /// What kind of act: call, letter, statement or other.
    #[arg(long)]
    pub channel: String,
    /// What it was, and who it said it was from.
    #[arg(long)]
    pub what: String,
    /// When it came, such as 2026-11-25T23:10Z; now if left out.
    #[arg(long, value_name = "TIME")]
    pub at: Option<String>,
    /// The letter or recording: its SHA-256 goes on the record, not the file.
    #[arg(long, value_name = "FILE")]
    pub file: Option<std::path::PathBuf>,
    /// Type: real, exercise or test.
    #[arg(long = "type", default_value = "real")]
    pub message_type: String,
}

#[derive(Args, Debug)]
pub struct OriginAnswerArgs {
    #[command(flatten)]
    pub place: PlaceArgs,
    /// The post that answers.
    #[arg(long, default_value = "watch")]
    pub post: String,
    /// The answer: yes, no, or "looking into it".
    #[arg(long)]
    pub finding: String,
    /// Words.
    #[arg(long)]
    pub words: Option<String>,
}

#[derive(Subcommand, Debug)]
pub enum AnnounceCommand {
    /// Announce a call before the phone rings, and get the codes that both sides read out.
    Call(AnnounceArgs),
    /// What has been announced, with the codes.
    List {
        /// The line: its title, its id, or the beginning of its id.
        #[arg(long)]
        line: String,
    },
}

#[derive(Args, Debug)]
pub struct AnnounceArgs {
    /// The line: its title, its id, or the beginning of its id.
    #[arg(long)]
    pub line: String,
    /// The post that announces.
    #[arg(long, default_value = "watch")]
    pub post: String,
    /// What kind of act: call, letter, statement or other.
    #[arg(long, default_value = "call")]
    pub channel: String,
    /// Who calls, by office.
    #[arg(long)]
    pub who: String,
    /// Whom, by office.
    #[arg(long)]
    pub whom: Option<String>,
    /// From when it is to be expected; now if left out.
    #[arg(long, value_name = "TIME")]
    pub from: Option<String>,
    /// For how many minutes it is to be expected.
    #[arg(long, default_value_t = 60)]
    pub minutes: u32,
    /// Words, such as the subject or the interpreter.
    #[arg(long)]
    pub words: Option<String>,
    /// Type: real, exercise or test.
    #[arg(long = "type", default_value = "real")]
    pub message_type: String,
}
