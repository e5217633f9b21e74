//! Arguments of private scheduling.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::PlaceArgs;

#[derive(Subcommand, Debug)]
pub enum ScheduleCommand {
    /// Say when this side could. It stays on this machine.
    #[command(
        after_help = "Example:\n  openline schedule availability --calendar minister.ics --zone Europe/Vienna --holidays us.ics@America/New_York\n  openline schedule availability --caldav https://dav.example/minister/calendar/ --caldav-user minister --caldav-password-file pw"
    )]
    Availability(AvailabilityArgs),
    /// Propose a blind match of two calendars.
    #[command(
        after_help = "Example: openline schedule propose --line Watch --from 2026-11-02T00:00Z --until 2026-11-14T00:00Z --purpose \"The return visit\""
    )]
    Propose(ProposeSlotsArgs),
    /// Propose an offer: every party names slots by hand, sealed until all have.
    #[command(
        after_help = "Example: openline schedule offer --line Watch --from 2026-11-02T00:00Z --until 2026-11-14T00:00Z --purpose \"A call of three\""
    )]
    Offer(ProposeSlotsArgs),
    /// Approve a run as its duty officer: commits to this side's picks, which nobody can read.
    #[command(after_help = "Example: openline schedule approve --line Watch 0/12")]
    Approve(ApproveSlotsArgs),
    /// Say all that this side has to say in a run by now.
    #[command(after_help = "Example: openline schedule run --line Watch 0/12")]
    Run(SlotStepArgs),
    /// Where the runs of a line stand, or one of them.
    #[command(
        after_help = "Example:\n  openline schedule show --line Watch\n  openline schedule show --line Watch 0/12"
    )]
    Show {
        /// The line: its title, its id, or the beginning of its id.
        #[arg(long)]
        line: String,
        /// One run: its request, PARTY/INDEX or a joint number.
        run: Option<String>,
    },
    /// Confirm the slot that was found, word for word.
    #[command(
        after_help = "Example: openline schedule confirm --line Watch 0/12 --slot \"Monday 26 October 2026 15:00 to 16:00 UTC; ...\""
    )]
    Confirm(ConfirmSlotArgs),
    /// Open what this side committed to, when results differ. It shows this side's picks of the run.
    #[command(after_help = "Example: openline schedule open --line Watch 0/12")]
    Open(SlotStepArgs),
    /// End a run.
    #[command(after_help = "Example: openline schedule withdraw --line Watch 0/12")]
    Withdraw(WithdrawSlotsArgs),
}

#[derive(Args, Debug)]
pub struct AvailabilityArgs {
    /// An iCalendar file; what is in it is busy.
    #[arg(long, value_name = "FILE")]
    pub calendar: Option<PathBuf>,
    /// In place of a file: the address of a calendar on a CalDAV server, which is read once; what is in it is busy.
    #[arg(
        long,
        value_name = "URL",
        requires = "caldav_user",
        conflicts_with = "calendar"
    )]
    pub caldav: Option<String>,
    /// Who may read it.
    #[arg(long, value_name = "NAME", requires = "caldav")]
    pub caldav_user: Option<String>,
    /// Read the password from a file's first line; it is asked for otherwise. It is kept nowhere.
    #[arg(long, value_name = "FILE", requires = "caldav")]
    pub caldav_password_file: Option<PathBuf>,
    /// Certificates that the server's own may be signed by: a file in the home.
    #[arg(long, value_name = "FILE", requires = "caldav")]
    pub caldav_ca_file: Option<String>,
    /// The zone of its events that name none.
    #[arg(long, default_value = "UTC")]
    pub zone: String,
    /// An iCalendar file of holidays, here or there, and its zone; may be repeated.
    #[arg(long, value_name = "FILE@ZONE")]
    pub holidays: Vec<String>,
    /// A stretch and how well it suits, 0 (no) to 3 (best); may be repeated.
    #[arg(long, value_name = "FROM/UNTIL=PREFERENCE")]
    pub stretch: Vec<String>,
    /// How well a time suits of which nothing is said.
    #[arg(long)]
    pub otherwise: Option<u8>,
    /// Forget what is kept.
    #[arg(long, conflicts_with_all = ["calendar", "caldav", "holidays", "stretch", "otherwise"])]
    pub forget: bool,
}

#[derive(Args, Debug)]
pub struct ProposeSlotsArgs {
    /// The line: its title, its id, or the beginning of its id.
    #[arg(long)]
    pub line: String,
    /// The post that proposes.
    #[arg(long, default_value = "watch")]
    pub post: String,
    /// When the first slot begins.
    #[arg(long, value_name = "TIME")]
    pub from: String,
    /// When the last one must have ended.
    #[arg(long, value_name = "TIME")]
    pub until: String,
    /// How long a slot is, minutes.
    #[arg(long, default_value_t = 60)]
    pub minutes: u16,
    /// From one slot's beginning to the next one's, minutes.
    #[arg(long, default_value_t = 60)]
    pub step: u16,
    /// When a party works, in its own zone; Monday to Friday from 09:00 to 18:00 if left out.
    #[arg(long, value_name = "PARTY=mon,tue/09:00-18:00")]
    pub working: Vec<String>,
    /// Which of the common slots is taken: earliest or latest.
    #[arg(long, default_value = "earliest")]
    pub rule: String,
    /// What it is for.
    #[arg(long)]
    pub purpose: String,
    /// The request that this one widens.
    #[arg(long, value_name = "PLACE")]
    pub widens: Option<String>,
    /// Type: real, exercise or test.
    #[arg(long = "type", default_value = "real")]
    pub message_type: String,
}

#[derive(Args, Debug)]
pub struct SlotStepArgs {
    #[command(flatten)]
    pub place: PlaceArgs,
    /// The post that does it.
    #[arg(long, default_value = "watch")]
    pub post: String,
}

#[derive(Args, Debug)]
pub struct ApproveSlotsArgs {
    #[command(flatten)]
    pub step: SlotStepArgs,
    /// The beginning of a slot picked by hand; may be repeated. From the availability if left out.
    #[arg(long, value_name = "TIME")]
    pub slot: Vec<String>,
}

#[derive(Args, Debug)]
pub struct ConfirmSlotArgs {
    #[command(flatten)]
    pub step: SlotStepArgs,
    /// The slot as it is written out.
    #[arg(long)]
    pub slot: String,
}

#[derive(Args, Debug)]
pub struct WithdrawSlotsArgs {
    #[command(flatten)]
    pub step: SlotStepArgs,
    /// Words.
    #[arg(long)]
    pub words: Option<String>,
}
