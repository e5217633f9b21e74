//! Arguments of texts under negotiation.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::PlaceArgs;

#[derive(Subcommand, Debug)]
pub enum TextCommand {
    /// Propose a text, paragraph by paragraph.
    #[command(
        after_help = "Brackets hold what is not agreed; / parts alternatives, and a party's name says who wants one.\n\nExample:\n  openline text propose --line \"Watch line\" --title \"Agreed minutes\" \\\n    --paragraph \"The Parties [Alpha: shall / Beta: should] meet [every 20 days].\""
    )]
    Propose(TextProposeArgs),
    /// Propose a text from a Markdown file.
    #[command(
        after_help = "An empty line parts paragraphs. A line \"Languages: en, fr\" under the title and headings \"## en\", \"## fr\" make language versions.\n\nExample:\n  openline text import --line \"Watch line\" minutes.md"
    )]
    Import(TextImportArgs),
    /// Change a text: all that is given, or nothing of it.
    #[command(
        after_help = "Numbers are those that openline text show and openline text brackets print.\n\nExample:\n  openline text amend --line \"Watch line\" 0/4 --choose 1.2=1 --replace \"2=They shall meet.\"\n  openline text amend --line \"Watch line\" 0/4 --insert \"2:en=New words.\" --insert \"2:fr=Mots nouveaux.\" --delete 5"
    )]
    Amend(TextAmendArgs),
    /// A text as it stands, or as an earlier draft had it.
    #[command(
        after_help = "Example:\n  openline text show --line \"Watch line\" 0/4\n  openline text show --line \"Watch line\" T1"
    )]
    Show(TextShowArgs),
    /// What changed between two drafts, with shall, should, may, must and numbers flagged.
    #[command(
        after_help = "Example:\n  openline text diff --line \"Watch line\" 0/4 --from 1 --to 3"
    )]
    Diff(TextDiffArgs),
    /// The brackets that are left, with their numbers.
    #[command(after_help = "Example:\n  openline text brackets --line \"Watch line\" 0/4")]
    Brackets(TextShowArgs),
    /// Initial a text in which no bracket is left.
    #[command(
        after_help = "Example:\n  openline text initial --line \"Watch line\" 0/4 --hash 3fa9c0de --ad-referendum"
    )]
    Initial(TextAssentArgs),
    /// Sign a text that every party has initialled.
    #[command(
        after_help = "Example:\n  openline text sign --line \"Watch line\" 0/4 --hash 3fa9c0de"
    )]
    Sign(TextAssentArgs),
    /// The texts of a line.
    #[command(after_help = "Example:\n  openline text list --line \"Watch line\"")]
    List {
        /// The line: its title, its id, or the beginning of its id.
        #[arg(long)]
        line: String,
    },
    /// Write a text to a file: Markdown, or HTML for print and word processors.
    #[command(
        after_help = "Example:\n  openline text export --line \"Watch line\" 0/4 --format html --out minutes.html"
    )]
    Export(TextExportArgs),
}

#[derive(Args, Debug)]
pub struct TextProposeArgs {
    /// The line: its title, its id, or the beginning of its id.
    #[arg(long)]
    pub line: String,
    /// The post that proposes it.
    #[arg(long, default_value = "watch")]
    pub post: String,
    /// What the text is called.
    #[arg(long)]
    pub title: String,
    /// A paragraph; once for each.
    #[arg(long = "paragraph", required = true, value_name = "WORDS")]
    pub paragraphs: Vec<String>,
    /// Their language.
    #[arg(long, default_value = "en")]
    pub lang: String,
    /// A language that the text is to have too; once for each.
    #[arg(long = "also", value_name = "LANG")]
    pub also: Vec<String>,
    /// Type: real, exercise or test.
    #[arg(long = "type", default_value = "real")]
    pub message_type: String,
}

#[derive(Args, Debug)]
pub struct TextImportArgs {
    /// The line: its title, its id, or the beginning of its id.
    #[arg(long)]
    pub line: String,
    /// The post that proposes it.
    #[arg(long, default_value = "watch")]
    pub post: String,
    /// What the text is called; the title in the file if left out.
    #[arg(long)]
    pub title: Option<String>,
    /// The language, where the file names none.
    #[arg(long, default_value = "en")]
    pub lang: String,
    /// Type: real, exercise or test.
    #[arg(long = "type", default_value = "real")]
    pub message_type: String,
    /// The file, or - for standard input.
    pub file: PathBuf,
}

#[derive(Args, Debug)]
pub struct TextAmendArgs {
    #[command(flatten)]
    pub place: PlaceArgs,
    /// The post that amends.
    #[arg(long, default_value = "watch")]
    pub post: String,
    /// The language of words that name none.
    #[arg(long, default_value = "en")]
    pub lang: String,
    /// The draft that you looked at: refused if a later one stands.
    #[arg(long)]
    pub draft: Option<u64>,
    /// Deal with an amendment that could not be made, by its place.
    #[arg(long, value_name = "PLACE")]
    pub pass_over: Vec<String>,
    /// Keep an alternative of a bracket and take the bracket away; none takes all of it out.
    #[arg(long, value_name = "PARAGRAPH.BRACKET=ALTERNATIVE")]
    pub choose: Vec<String>,
    /// Word a paragraph anew, in one language.
    #[arg(long, value_name = "PARAGRAPH[:LANG]=WORDS")]
    pub replace: Vec<String>,
    /// Put a whole paragraph in a bracket, wanted by these parties.
    #[arg(long, value_name = "PARAGRAPH[=PARTY,...]")]
    pub bracket: Vec<String>,
    /// Take a paragraph out.
    #[arg(long, value_name = "PARAGRAPH")]
    pub delete: Vec<usize>,
    /// Put a paragraph in after another, or after 0 at the beginning.
    #[arg(long, value_name = "PARAGRAPH[:LANG]=WORDS")]
    pub insert: Vec<String>,
    /// Why.
    #[arg(long)]
    pub words: Option<String>,
}

#[derive(Args, Debug)]
pub struct TextShowArgs {
    #[command(flatten)]
    pub place: PlaceArgs,
    /// An earlier draft, from 1.
    #[arg(long)]
    pub draft: Option<u64>,
}

#[derive(Args, Debug)]
pub struct TextDiffArgs {
    #[command(flatten)]
    pub place: PlaceArgs,
    /// The earlier draft; the one before the later if left out.
    #[arg(long)]
    pub from: Option<u64>,
    /// The later draft; the one that stands if left out.
    #[arg(long)]
    pub to: Option<u64>,
}

#[derive(Args, Debug)]
pub struct TextAssentArgs {
    #[command(flatten)]
    pub place: PlaceArgs,
    /// The post.
    #[arg(long, default_value = "watch")]
    pub post: String,
    /// The hash of the text that you have read, or its first 8 digits.
    #[arg(long)]
    pub hash: String,
    /// Agreed at the table, subject to your own side's concurrence, which you give later by the same command without this.
    #[arg(long)]
    pub ad_referendum: bool,
    /// Words, such as who initials in what capacity.
    #[arg(long)]
    pub words: Option<String>,
}

#[derive(Args, Debug)]
pub struct TextExportArgs {
    #[command(flatten)]
    pub place: PlaceArgs,
    /// The format: markdown or html.
    #[arg(long, default_value = "markdown")]
    pub format: String,
    /// An earlier draft, from 1.
    #[arg(long)]
    pub draft: Option<u64>,
    /// The file to write; standard output if left out.
    #[arg(long)]
    pub out: Option<PathBuf>,
}
