//! Arguments of what closes the loop.

use clap::Args;

use super::PlaceArgs;

#[derive(Args, Debug)]
pub struct ConfirmArgs {
    #[command(flatten)]
    pub place: PlaceArgs,
    /// The post that confirms.
    #[arg(long, default_value = "watch")]
    pub post: String,
    /// It was read back wrongly: say how it is to be understood, with --words or --value.
    #[arg(long)]
    pub corrected: bool,
    /// Confirms a read-back in which a field differs from what was sent.
    #[arg(long, conflicts_with = "corrected")]
    pub anyway: bool,
    /// Words; with --corrected, how it is to be understood.
    #[arg(long)]
    pub words: Option<String>,
    /// A field put right, as NAME=VALUE. May be given more than once.
    #[arg(long = "value", value_name = "NAME=VALUE")]
    pub values: Vec<String>,
}

#[derive(Args, Debug)]
pub struct AnswerArgs {
    #[command(flatten)]
    pub place: PlaceArgs,
    /// The post that answers.
    #[arg(long, default_value = "watch")]
    pub post: String,
    /// The answer: "will comply", unable, "takes note" or rejects. To reply in words: openline send --form reply --ref PLACE.
    #[arg(long)]
    pub outcome: String,
    /// Words.
    #[arg(long)]
    pub words: Option<String>,
}

#[derive(Args, Debug)]
pub struct CorrectArgs {
    #[command(flatten)]
    pub place: PlaceArgs,
    /// The releasing post; that of the message if left out.
    #[arg(long)]
    pub post: Option<String>,
    /// Language of the authoritative text.
    #[arg(long, default_value = "en")]
    pub lang: String,
    /// The corrected text, whole.
    #[arg(long, conflicts_with = "file", required_unless_present = "file")]
    pub text: Option<String>,
    /// Read the corrected text from a file, or from standard input with -.
    #[arg(long)]
    pub file: Option<std::path::PathBuf>,
    /// A field as it is now, as NAME=VALUE; the others stay as they were. May be given more than once.
    #[arg(long = "value", value_name = "NAME=VALUE")]
    pub values: Vec<String>,
    /// Keep it as a draft; do not release it.
    #[arg(long)]
    pub draft: bool,
}

#[derive(Args, Debug)]
pub struct CancelArgs {
    #[command(flatten)]
    pub place: PlaceArgs,
    /// The releasing post; that of the message if left out.
    #[arg(long)]
    pub post: Option<String>,
    /// Words to put after the prepared ones.
    #[arg(long)]
    pub words: Option<String>,
    /// Keep it as a draft; do not release it.
    #[arg(long)]
    pub draft: bool,
}

#[derive(Args, Debug)]
pub struct AwaitedArgs {
    /// The line: its title, its id, or the beginning of its id.
    #[arg(long)]
    pub line: String,
}

#[derive(Args, Debug)]
pub struct OpenArgs {
    /// The line: its title, its id, or the beginning of its id.
    #[arg(long)]
    pub line: String,
    /// At most this many.
    #[arg(long, default_value_t = 50)]
    pub limit: usize,
}
