//! Arguments for the watch, the rota and the tests.

use std::path::PathBuf;

use clap::{Args, Subcommand};

#[derive(Subcommand, Debug)]
pub enum WatchCommand {
    /// Who has the watch, what was left for the next officer, whom the rota names.
    #[command(after_help = "Example:\n  openline watch show --line \"Watch line\"")]
    Show {
        /// Only this line: its title, its id, or the beginning of its id.
        #[arg(long)]
        line: Option<String>,
    },
    /// Take the watch of a post; a handover note that waits is shown first.
    #[command(
        after_help = "Example:\n  openline watch take --post watch --all-lines --name \"Night officer\" --until 06:00 --languages en,ru"
    )]
    Take(TakeArgs),
    /// Leave a note for the next officer; you have the watch until it is taken over.
    #[command(
        after_help = "Example:\n  openline watch hand-over --to \"Day officer\" --note \"Ministry B answers slowly since 02:00 UTC; tests were all held.\""
    )]
    HandOver {
        #[command(flatten)]
        posts: PostsArgs,
        /// To whom: a name or an office.
        #[arg(long)]
        to: String,
        /// What the next officer must know; - reads it from standard input.
        #[arg(long)]
        note: String,
    },
    /// Give the watch up: the post is unattended then.
    ///
    /// The other side sees that as far as the charter lets it.
    #[command(
        after_help = "Example:\n  openline watch stand-down --post minister --note \"The office opens again on Monday.\""
    )]
    StandDown {
        #[command(flatten)]
        posts: PostsArgs,
        /// What the next officer must know; - reads it from standard input.
        #[arg(long)]
        note: Option<String>,
    },
    /// Who had the watch, newest first, with the notes that were left.
    #[command(after_help = "Example:\n  openline watch history --post watch --limit 10")]
    History {
        /// Only this line: its title, its id, or the beginning of its id.
        #[arg(long)]
        line: Option<String>,
        /// Only this post.
        #[arg(long)]
        post: Option<String>,
        /// At most this many.
        #[arg(long, default_value_t = 20)]
        limit: usize,
    },
}

#[derive(Args, Debug)]
pub struct PostsArgs {
    /// The post.
    #[arg(long, default_value = "watch")]
    pub post: String,
    /// A line: its title, its id, or the beginning of its id. May be given more than once; may be left out when there is only one.
    #[arg(long = "line", conflicts_with = "all_lines")]
    pub lines: Vec<String>,
    /// Every line on which we have the post.
    #[arg(long)]
    pub all_lines: bool,
}

#[derive(Args, Debug)]
pub struct TakeArgs {
    #[command(flatten)]
    pub posts: PostsArgs,
    /// Who takes it: a name or an office. It stays on this machine. The user's name if left out.
    #[arg(long, env = "OPENLINE_OFFICER")]
    pub name: Option<String>,
    /// When the watch is over by itself: 06:00 (the next time that it is so here), 2026-11-24T06:00, or with a zone as 2026-11-24T06:00Z.
    #[arg(long)]
    pub until: Option<String>,
    /// Languages on watch, such as en,ru.
    #[arg(long, value_delimiter = ',')]
    pub languages: Vec<String>,
    /// Take it even if somebody else has it who has not handed it over.
    #[arg(long)]
    pub relieve: bool,
}

#[derive(Subcommand, Debug)]
pub enum RotaCommand {
    /// Take a calendar as the rota, in place of the one that is there.
    ///
    /// An event is a shift: its title says who, its category which post.
    #[command(
        after_help = "Example:\n  openline rota import rota.ics --zone Europe/Vienna --post watch"
    )]
    Import {
        /// The iCalendar file, or - for standard input.
        file: PathBuf,
        /// The IANA zone of events that name none; UTC if left out.
        #[arg(long)]
        zone: Option<String>,
        /// The post of events that name none.
        #[arg(long)]
        post: Option<String>,
    },
    /// Write the rota as a calendar: as it was imported, or as single shifts.
    #[command(after_help = "Example:\n  openline rota export --days 31 --out shifts.ics")]
    Export {
        /// As single shifts, with times in UTC, for so many days.
        #[arg(long)]
        days: Option<u16>,
        /// Where to write it; it is printed otherwise.
        #[arg(long)]
        out: Option<PathBuf>,
    },
    /// Who is to have the watch in the days to come, and when nobody is.
    #[command(after_help = "Example:\n  openline rota show --days 14")]
    Show {
        /// So many days.
        #[arg(long, default_value_t = 7)]
        days: u16,
        /// Only this post.
        #[arg(long)]
        post: Option<String>,
    },
    /// Who is to have the watch of a post next.
    #[command(after_help = "Example:\n  openline rota next --post watch")]
    Next {
        /// The post.
        #[arg(long, default_value = "watch")]
        post: String,
    },
    /// Remove the rota.
    #[command(after_help = "Example:\n  openline rota remove")]
    Remove,
}

#[derive(Subcommand, Debug)]
pub enum TestCommand {
    /// Test a line at once, beside the charter's schedule.
    ///
    /// The words are chosen by the program.
    #[command(after_help = "Example:\n  openline test now --line \"Watch line\"")]
    Now {
        /// The line: its title, its id, or the beginning of its id.
        #[arg(long)]
        line: String,
    },
    /// Tests of other parties, newest first.
    #[command(after_help = "Example:\n  openline test list --open")]
    List {
        /// Only this line: its title, its id, or the beginning of its id.
        #[arg(long)]
        line: Option<String>,
        /// Only those that a person has still to acknowledge, as the charter says.
        #[arg(long)]
        open: bool,
        /// At most this many.
        #[arg(long, default_value_t = 20)]
        limit: usize,
    },
}
