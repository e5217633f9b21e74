//! Arguments of `language` and `glossary`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::PlaceArgs;

#[derive(Args, Debug)]
pub struct LanguageArgs {
    /// The line: its title, its id, or the beginning of its id.
    #[arg(long)]
    pub line: String,
    /// Language of the authoritative text.
    #[arg(long, default_value = "en")]
    pub lang: String,
    /// Form, as for openline send.
    #[arg(long, default_value = "message")]
    pub form: String,
    /// Precedence: flash, immediate, priority or routine.
    #[arg(long, default_value = "routine")]
    pub precedence: String,
    /// Subject.
    #[arg(long)]
    pub subject: Option<String>,
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
pub enum GlossaryCommand {
    /// Propose terms: one by --term and --in, or many from a file.
    #[command(
        after_help = "A file holds one [[term]] for each:\n  [[term]]\n  concept = \"ceasefire\"\n  note = \"Of limited time and place.\"\n  in = { en = \"ceasefire\", fr = \"cessez-le-feu\" }\n\nExample:\n  openline glossary propose --line \"Watch line\" terms.toml\n  openline glossary propose --line \"Watch line\" --term ceasefire --in en=ceasefire --in fr=cessez-le-feu"
    )]
    Propose(TermsArgs),
    /// Agree to a proposal of another party.
    #[command(after_help = "Example:\n  openline glossary agree --line \"Watch line\" 0/12")]
    Agree(AccordArgs),
    /// Decline a proposal, or withdraw what was agreed: the last word counts.
    #[command(
        after_help = "Example:\n  openline glossary decline --line \"Watch line\" 0/12 --words \"We say armistice.\""
    )]
    Decline(AccordArgs),
    /// The agreed terms, or with --open the proposals that are not agreed.
    #[command(after_help = "Example:\n  openline glossary list --line \"Watch line\" --open")]
    List {
        /// The line: its title, its id, or the beginning of its id.
        #[arg(long)]
        line: String,
        /// Proposals that are not agreed, and who has said what.
        #[arg(long)]
        open: bool,
    },
}

#[derive(Args, Debug)]
pub struct AccordArgs {
    #[command(flatten)]
    pub place: PlaceArgs,
    /// The post that says it.
    #[arg(long, default_value = "watch")]
    pub post: String,
    /// Words.
    #[arg(long)]
    pub words: Option<String>,
}

#[derive(Args, Debug)]
pub struct TermsArgs {
    /// The line: its title, its id, or the beginning of its id.
    #[arg(long)]
    pub line: String,
    /// The post that proposes them.
    #[arg(long, default_value = "watch")]
    pub post: String,
    /// Type: real, exercise or test.
    #[arg(long = "type", default_value = "real")]
    pub message_type: String,
    /// A TOML file with terms, or - for standard input.
    #[arg(conflicts_with = "term", required_unless_present = "term")]
    pub file: Option<PathBuf>,
    /// What the term is known by on this line.
    #[arg(long, requires = "equivalents")]
    pub term: Option<String>,
    /// The term in a language, as LANG=TEXT. May be given more than once.
    #[arg(long = "in", value_name = "LANG=TEXT", requires = "term")]
    pub equivalents: Vec<String>,
    /// What it means, or how it is to be used.
    #[arg(long, requires = "term")]
    pub note: Option<String>,
}
