//! Arguments of readouts, public statements and publishing.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::PlaceArgs;

#[derive(Subcommand, Debug)]
pub enum ReadoutCommand {
    /// Draft our account of a contact; it stays here until it is released.
    #[command(
        after_help = "Example:\n  openline readout draft --line \"Watch line\" 0/12 --file readout.txt --translation fr=readout-fr.txt"
    )]
    Draft(ReadoutDraftArgs),
    /// Put the draft on the record, if it gives away nothing that may not be.
    #[command(
        after_help = "Example:\n  openline readout release --line \"Watch line\" 0/12 --content 3fa2c01b"
    )]
    Release(ReadoutReleaseArgs),
    /// Our draft for a contact, and who has released an account of it.
    #[command(after_help = "Example:\n  openline readout show --line \"Watch line\" 0/12")]
    Show(PlaceArgs),
    /// The accounts of a contact side by side: what one says and the other does not.
    #[command(after_help = "Example:\n  openline readout compare --line \"Watch line\" 0/12")]
    Compare(PlaceArgs),
    /// Contacts with readouts.
    #[command(after_help = "Example:\n  openline readout list --line \"Watch line\"")]
    List {
        /// The line: its title, its id, or the beginning of its id.
        #[arg(long)]
        line: String,
    },
    /// Delete our draft for a contact.
    #[command(after_help = "Example:\n  openline readout delete --line \"Watch line\" 0/12")]
    Delete(PlaceArgs),
}

#[derive(Args, Debug)]
pub struct ReadoutDraftArgs {
    #[command(flatten)]
    pub place: PlaceArgs,
    #[command(flatten)]
    pub words: AccountArgs,
    /// The post that will release it.
    #[arg(long, default_value = "watch")]
    pub post: String,
    /// Words of the text that are taken over from an entry, such as a joint text.
    #[arg(long = "quote", value_name = "PLACE=WORDS")]
    pub quotes: Vec<String>,
}

#[derive(Args, Debug)]
pub struct ReadoutReleaseArgs {
    #[command(flatten)]
    pub place: PlaceArgs,
    /// The draft that was looked at: the beginning of its hash, as draft and show print it.
    #[arg(long, value_name = "HASH")]
    pub content: String,
    /// Something of our own that it gives away, confirmed by its name.
    #[arg(long, value_name = "PLACE:NAME")]
    pub confirm: Vec<String>,
}

#[derive(Args, Debug)]
pub struct AccountArgs {
    /// Language of the authoritative text.
    #[arg(long, default_value = "en")]
    pub lang: String,
    /// The authoritative text.
    #[arg(long, conflicts_with = "file")]
    pub text: Option<String>,
    /// Read the authoritative text from a file, or from standard input with -.
    #[arg(long)]
    pub file: Option<PathBuf>,
    /// A courtesy translation, as LANG=FILE.
    #[arg(long = "translation", value_name = "LANG=FILE")]
    pub translations: Vec<String>,
}

#[derive(Subcommand, Debug)]
pub enum StatementCommand {
    /// Make a public statement, which says what of the record it discloses.
    #[command(
        after_help = "Example:\n  openline statement make --line \"Watch line\" --title \"On the talks\" --file statement.txt --cite 7 --whole 0/12"
    )]
    Make(StatementArgs),
    /// What a statement would give away, without making it.
    #[command(
        after_help = "Example:\n  openline statement check --line \"Watch line\" --title \"On the talks\" --file statement.txt"
    )]
    Check(StatementArgs),
    /// Public statements on a line.
    #[command(after_help = "Example:\n  openline statement list --line \"Watch line\"")]
    List {
        /// The line: its title, its id, or the beginning of its id.
        #[arg(long)]
        line: String,
    },
}

#[derive(Args, Debug)]
pub struct StatementArgs {
    /// The line: its title, its id, or the beginning of its id.
    #[arg(long)]
    pub line: String,
    /// The post that releases it.
    #[arg(long, default_value = "watch")]
    pub post: String,
    /// Title.
    #[arg(long)]
    pub title: String,
    #[command(flatten)]
    pub words: AccountArgs,
    /// An entry that the statement cites: that it is there is disclosed, not what it says.
    #[arg(long, value_name = "PLACE")]
    pub cite: Vec<String>,
    /// An entry of which the statement quotes words.
    #[arg(long, value_name = "PLACE")]
    pub quote: Vec<String>,
    /// An entry that is disclosed whole, with its body.
    #[arg(long, value_name = "PLACE")]
    pub whole: Vec<String>,
    /// Something of our own that it gives away, confirmed by its name.
    #[arg(long, value_name = "PLACE:NAME")]
    pub confirm: Vec<String>,
    /// Type: real, exercise or test.
    #[arg(long = "type", default_value = "real")]
    pub message_type: String,
}

#[derive(Args, Debug)]
pub struct PublishArgs {
    /// The line: its title, its id, or the beginning of its id.
    #[arg(long)]
    pub line: String,
    /// Our public statements and readouts, in the order of the page: PARTY/INDEX, or a joint number.
    #[arg(required = true)]
    pub places: Vec<String>,
    /// The folder to write: one that is empty or not there yet.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
}
