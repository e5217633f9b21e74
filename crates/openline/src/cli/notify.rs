//! Arguments of notifications and templates.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::PlaceArgs;

#[derive(Args, Debug)]
#[command(subcommand_negates_reqs = true)]
pub struct NotifyArgs {
    #[command(subcommand)]
    pub command: Option<NotifyCommand>,
    #[command(flatten)]
    pub form: FormArgs,
}

#[derive(Subcommand, Debug)]
pub enum NotifyCommand {
    /// Release a notification again before its event, with the time that is left.
    #[command(after_help = "Example:\n  openline notify again --line \"Watch line\" 0/12")]
    Again {
        #[command(flatten)]
        place: PlaceArgs,
        /// The releasing post.
        #[arg(long, default_value = "watch")]
        post: String,
        /// Wait so many seconds for the other parties to hold it.
        #[arg(long, value_name = "SECONDS")]
        wait: Option<u64>,
    },
    /// Notifications whose event lies ahead: when each is due again, and who has had it.
    #[command(after_help = "Example:\n  openline notify due --line \"Watch line\"")]
    Due {
        /// Only this line: its title, its id, or the beginning of its id.
        #[arg(long)]
        line: Option<String>,
    },
}

#[derive(Args, Debug)]
pub struct FormArgs {
    /// The template, as openline template list names it.
    #[arg(required = true)]
    pub template: Option<String>,
    /// The line: its title, its id, or the beginning of its id.
    #[arg(long, required = true)]
    pub line: Option<String>,
    /// The releasing post.
    #[arg(long, default_value = "watch")]
    pub post: String,
    /// Read the fields from a TOML or JSON file, or from standard input with -.
    #[arg(long)]
    pub file: Option<PathBuf>,
    /// A field, as KEY=VALUE; a list has one --set for each of its items.
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub set: Vec<String>,
    /// Allow that a field is published, whatever the template says.
    #[arg(long, value_name = "KEY")]
    pub publish: Vec<String>,
    /// Don't allow that a field is published, whatever the template says.
    #[arg(long, value_name = "KEY")]
    pub withhold: Vec<String>,
    /// Add a courtesy translation of the labels, in a language that the template has.
    #[arg(long = "labels", value_name = "LANG")]
    pub labels: Vec<String>,
    /// Type: real, exercise or test.
    #[arg(long = "type", default_value = "real")]
    pub message_type: String,
    /// Precedence: flash, immediate, priority or routine; the template's if left out.
    #[arg(long)]
    pub precedence: Option<String>,
    /// Action addressees as PARTY:POST; everybody's first post if left out.
    #[arg(long)]
    pub to: Vec<String>,
    /// Info addressees as PARTY:POST.
    #[arg(long)]
    pub info: Vec<String>,
    /// Our own reference.
    #[arg(long)]
    pub reference: Option<String>,
    /// Level of authority: watch, official, on instructions, minister, head of government.
    #[arg(long)]
    pub authority: Option<String>,
    /// Release it although the notice is shorter than the template asks for.
    #[arg(long)]
    pub short_notice: bool,
    /// Wait so many seconds for the other parties to hold it.
    #[arg(long, value_name = "SECONDS")]
    pub wait: Option<u64>,
    /// Keep it as a draft; do not release it.
    #[arg(long)]
    pub draft: bool,
    /// Release it without asking for a yes; without a terminal it is not released otherwise.
    #[arg(long)]
    pub yes: bool,
}

#[derive(Subcommand, Debug)]
pub enum TemplateCommand {
    /// Every template: those that come with the program, and own files.
    #[command(after_help = "Example:\n  openline template list")]
    List,
    /// One template: what it is for, its source, and each field with help and example.
    #[command(after_help = "Example:\n  openline template show humanitarian-movement")]
    Show {
        /// The template.
        id: String,
    },
    /// Print a template's file, so that it can be edited and kept below the home's templates folder.
    #[command(
        after_help = "Example:\n  openline template export area-warning > ~/.openline/templates/area-warning.toml"
    )]
    Export {
        /// The template.
        id: String,
    },
    /// Check a template file; needs no node and no home.
    #[command(after_help = "Example:\n  openline template check area-warning.toml")]
    Check {
        /// The file, or - for standard input.
        file: PathBuf,
    },
}
