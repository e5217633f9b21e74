//! Arguments of suspending, narrowing and resuming a line.

use clap::Args;

#[derive(Args, Debug)]
pub struct StandingArgs {
    /// The line: its title, its id, or the beginning of its id.
    pub line: String,
    /// The post that does it.
    #[arg(long, default_value = "watch")]
    pub post: String,
    /// From when, such as 2026-11-25T06:00Z; now if left out.
    #[arg(long, value_name = "TIME")]
    pub from: Option<String>,
    /// The reason, for the record.
    #[arg(long)]
    pub reason: Option<String>,
    /// Type: real is about all traffic; exercise and test about their own only.
    #[arg(long = "type", default_value = "real")]
    pub message_type: String,
}

#[derive(Args, Debug)]
pub struct SuspendArgs {
    #[command(flatten)]
    pub standing: StandingArgs,
    /// Until when.
    #[arg(long, value_name = "TIME")]
    pub until: Option<String>,
}

#[derive(Args, Debug)]
pub struct NarrowArgs {
    #[command(flatten)]
    pub standing: StandingArgs,
    /// Until when.
    #[arg(long, value_name = "TIME")]
    pub until: Option<String>,
    /// A class of traffic that is still taken beside the charter's. May be given more than once.
    #[arg(long = "class", required = true)]
    pub classes: Vec<String>,
}
