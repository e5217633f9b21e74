//! Arguments of `openline non-paper`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

#[derive(Subcommand, Debug)]
pub enum NonPaperCommand {
    /// Send a non-paper. It is kept here until the other node has it, then erased.
    #[command(
        after_help = "Example:\n  openline non-paper send --line \"Watch line\" --to \"Ministry B\" --text \"We could live with Tuesday.\" --off-the-record"
    )]
    Send(NonPaperSendArgs),
    /// Non-papers that are kept, and how far ours have got. No text is shown.
    #[command(after_help = "Example:\n  openline non-paper list")]
    List,
    /// Read one. Its sender is told that it was shown; it is erased some days later.
    #[command(after_help = "Example:\n  openline non-paper read 3")]
    Read {
        /// Its number, as the list has it.
        number: u64,
    },
    /// Erase one that came, or withdraw one of ours that waits.
    #[command(after_help = "Example:\n  openline non-paper discard 3")]
    Discard {
        /// Its number, as the list has it.
        number: u64,
    },
    /// File a copy of your own, marked as unauthenticated, outside the record and every backup.
    #[command(after_help = "Example:\n  openline non-paper file 3")]
    File {
        /// Its number, as the list has it.
        number: u64,
    },
    /// Pack what waits for a party into a sealed file for a courier.
    #[command(
        after_help = "Example:\n  openline non-paper pack \"Ministry B\" --out for-b.non-paper"
    )]
    Pack {
        /// The party's name or id.
        party: String,
        /// Where to write it.
        #[arg(long)]
        out: PathBuf,
    },
    /// Open such a file.
    #[command(after_help = "Example:\n  openline non-paper open from-b.non-paper")]
    Open {
        /// The file, or - for standard input.
        file: PathBuf,
    },
}

#[derive(Args, Debug)]
pub struct NonPaperSendArgs {
    /// The line: its title, its id, or the beginning of its id.
    #[arg(long)]
    pub line: String,
    /// The party: its name, its id, or its position.
    #[arg(long)]
    pub to: String,
    /// The text. Others on this machine may see it while the command runs; --file keeps it from them.
    #[arg(long, conflicts_with = "file", required_unless_present = "file")]
    pub text: Option<String>,
    /// Read the text from a file, or from standard input with -.
    #[arg(long)]
    pub file: Option<PathBuf>,
    /// Say that you mean it: it will not be on the record, and proves nothing to anyone.
    #[arg(long, required = true)]
    pub off_the_record: bool,
}
