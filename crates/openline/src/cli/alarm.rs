//! Arguments of alarms.

use clap::Subcommand;

#[derive(Subcommand, Debug)]
pub enum AlarmCommand {
    /// What rings, why, since when, and whom it calls.
    List,
    /// Silence an alarm for a stated time; it rings again when that is over, unless somebody has acted.
    Silence {
        /// The alarm, as the list names it.
        id: String,
        /// For how many minutes, 1 to 1440.
        #[arg(long, default_value_t = 10)]
        minutes: u32,
    },
}
