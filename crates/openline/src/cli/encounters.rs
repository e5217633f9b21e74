//! Arguments of encounters, topics, undertakings and the contact history.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::PlaceArgs;

#[derive(Subcommand, Debug)]
pub enum EncounterCommand {
    /// Ask for a call, a meeting or a visit.
    Ask(Box<EncounterAskArgs>),
    /// Accept in principle; the time comes later.
    Accept(StepArgs),
    /// Propose when and where. It stands once the others agree: openline encounter agree.
    Schedule(EncounterScheduleArgs),
    /// Say that it was held, with its times as sources state them.
    Held(EncounterHeldArgs),
    /// Say where its readout stands.
    ReadOut {
        #[command(flatten)]
        step: StepArgs,
        /// The entry of the readout.
        #[arg(long, value_name = "PLACE")]
        readout: String,
    },
    /// Decline it, with a reason and perhaps a next window.
    Decline(EncounterEndArgs),
    /// Put it off, with a reason and perhaps a next window.
    Postpone(EncounterEndArgs),
    /// Say who asked for it, as we have it.
    AskedBy {
        #[command(flatten)]
        step: StepArgs,
        /// The party that asked.
        #[arg(long)]
        party: String,
    },
    /// Say that it obliges a return visit.
    Owes {
        #[command(flatten)]
        step: StepArgs,
        /// The party that owes the return.
        #[arg(long)]
        party: String,
    },
    /// Agree to what another party claims: a schedule, that it was held, who asked, an older contact, a topic, an undertaking.
    Agree(ClaimArgs),
    /// Decline such a claim. A party's last word counts.
    Disagree(ClaimArgs),
    /// Every encounter, and how far it has got.
    List {
        /// The line: its title, its id, or the beginning of its id.
        #[arg(long)]
        line: String,
    },
    /// Write encounters as an iCalendar file for calendar programs.
    Export(EncounterExportArgs),
    /// Say what acts a calendar program's file stands for; with --yes make them.
    Import(EncounterImportArgs),
    /// The return visits that are owed, and what has been proposed.
    Returns {
        /// The line: its title, its id, or the beginning of its id.
        #[arg(long)]
        line: String,
    },
}

#[derive(Args, Debug)]
pub struct EncounterAskArgs {
    /// The line: its title, its id, or the beginning of its id.
    #[arg(long)]
    pub line: String,
    /// The post that asks.
    #[arg(long, default_value = "watch")]
    pub post: String,
    /// What kind: call, meeting or visit.
    #[arg(long)]
    pub kind: String,
    /// What it is about.
    #[arg(long)]
    pub subject: String,
    /// At which level, such as "foreign minister".
    #[arg(long)]
    pub level: String,
    /// The party that asked for it; our own if left out.
    #[arg(long, value_name = "PARTY")]
    pub asked_by: Option<String>,
    /// The party whose guests the others are.
    #[arg(long, value_name = "PARTY")]
    pub host: Option<String>,
    /// The visit in whose programme it is.
    #[arg(long, value_name = "PLACE")]
    pub within: Option<String>,
    /// The visit that it returns.
    #[arg(long, value_name = "PLACE")]
    pub returns: Option<String>,
    #[command(flatten)]
    pub setting: SettingArgs,
    /// Words.
    #[arg(long)]
    pub words: Option<String>,
    /// Type: real, exercise or test.
    #[arg(long = "type", default_value = "real")]
    pub message_type: String,
}

#[derive(Args, Debug, Default)]
pub struct SettingArgs {
    /// A participant by office. May be given more than once.
    #[arg(long = "with", value_name = "PARTY:OFFICE")]
    pub participants: Vec<String>,
    /// Where.
    #[arg(long, value_name = "WHERE")]
    pub location: Option<String>,
    /// A language that is spoken, such as en. May be given more than once.
    #[arg(long = "language", value_name = "TAG")]
    pub languages: Vec<String>,
    /// Who interprets.
    #[arg(long)]
    pub interpreter: Option<String>,
}

#[derive(Args, Debug)]
pub struct StepArgs {
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
pub struct EncounterScheduleArgs {
    #[command(flatten)]
    pub step: StepArgs,
    /// From when, such as 2026-12-01T09:00Z.
    #[arg(long, value_name = "TIME")]
    pub from: String,
    /// Until when.
    #[arg(long, value_name = "TIME")]
    pub to: String,
    #[command(flatten)]
    pub setting: SettingArgs,
}

#[derive(Args, Debug)]
pub struct EncounterHeldArgs {
    #[command(flatten)]
    pub step: StepArgs,
    /// Times as one source states them; a moment is a clock time, a zone, a weekday and a UTC time, as far as stated. May be given more than once.
    #[arg(
        long = "claim",
        value_name = "source=NAME; begin=MOMENT; end=MOMENT; minutes=N"
    )]
    pub claims: Vec<String>,
    #[command(flatten)]
    pub setting: SettingArgs,
}

#[derive(Args, Debug)]
pub struct EncounterEndArgs {
    #[command(flatten)]
    pub place: PlaceArgs,
    /// The post that says it.
    #[arg(long, default_value = "watch")]
    pub post: String,
    /// The reason, for the record.
    #[arg(long)]
    pub reason: String,
    /// Beginning of the next window.
    #[arg(long, value_name = "TIME", requires = "next_to")]
    pub next_from: Option<String>,
    /// End of the next window.
    #[arg(long, value_name = "TIME", requires = "next_from")]
    pub next_to: Option<String>,
}

#[derive(Args, Debug)]
pub struct EncounterExportArgs {
    /// The line: its title, its id, or the beginning of its id.
    #[arg(long)]
    pub line: String,
    /// One encounter: PARTY/INDEX, or a joint number. Every one of the line if left out.
    pub place: Option<String>,
    /// Write what this party answered, as a reply to the invitation.
    #[arg(long, value_name = "PARTY", requires = "place")]
    pub reply: Option<String>,
    /// The file; printed if left out.
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub struct EncounterImportArgs {
    /// The line: its title, its id, or the beginning of its id.
    #[arg(long)]
    pub line: String,
    /// An iCalendar file with an invitation, an answer, a counter-proposal or a cancellation.
    pub file: PathBuf,
    /// The post that acts.
    #[arg(long, default_value = "watch")]
    pub post: String,
    /// The zone of times that name none.
    #[arg(long, default_value = "UTC")]
    pub zone: String,
    /// At which level an encounter is asked for that is new, such as "foreign minister".
    #[arg(long)]
    pub level: Option<String>,
    /// Type of an encounter that is new: real, exercise or test.
    #[arg(long = "type", default_value = "real")]
    pub message_type: String,
    /// The reason for declining or putting off, where the file gives none.
    #[arg(long)]
    pub reason: Option<String>,
    /// Make the acts that are shown.
    #[arg(long)]
    pub yes: bool,
}

#[derive(Args, Debug)]
pub struct ClaimArgs {
    #[command(flatten)]
    pub place: PlaceArgs,
    /// The post that says it.
    #[arg(long, default_value = "watch")]
    pub post: String,
    /// Words.
    #[arg(long)]
    pub words: Option<String>,
}

#[derive(Subcommand, Debug)]
pub enum TopicCommand {
    /// Put an issue or an opportunity on the record.
    Raise(TopicRaiseArgs),
    /// Put our position on it, or how it stands as we see it.
    Position(TopicPositionArgs),
    /// Every topic with each side's position, and when it was last discussed.
    List {
        /// The line: its title, its id, or the beginning of its id.
        #[arg(long)]
        line: String,
    },
}

#[derive(Args, Debug)]
pub struct TopicRaiseArgs {
    /// The line: its title, its id, or the beginning of its id.
    #[arg(long)]
    pub line: String,
    /// The post.
    #[arg(long, default_value = "watch")]
    pub post: String,
    /// What kind: issue or opportunity.
    #[arg(long)]
    pub kind: String,
    /// Its title.
    #[arg(long)]
    pub title: String,
    /// The party that raised it; our own if left out.
    #[arg(long, value_name = "PARTY")]
    pub raised_by: Option<String>,
    /// An encounter or message in which it was raised. May be given more than once.
    #[arg(long = "in", value_name = "PLACE")]
    pub raised_in: Vec<String>,
    /// Words.
    #[arg(long)]
    pub words: Option<String>,
    /// Type: real, exercise or test.
    #[arg(long = "type", default_value = "real")]
    pub message_type: String,
}

#[derive(Args, Debug)]
pub struct TopicPositionArgs {
    #[command(flatten)]
    pub step: StepArgs,
    /// As we see it: open, under discussion, agreed, set aside or closed.
    #[arg(long)]
    pub status: Option<String>,
    /// An encounter or message in which it was put. May be given more than once.
    #[arg(long = "in", value_name = "PLACE")]
    pub put_in: Vec<String>,
}

#[derive(Subcommand, Debug)]
pub enum UndertakingCommand {
    /// Put on the record who will do what, by reference to what it is taken from.
    Note(UndertakingNoteArgs),
    /// Say whether it was kept, as we have it.
    Account {
        #[command(flatten)]
        step: StepArgs,
        /// As we have it: kept, "kept in part", "not kept" or "under way".
        #[arg(long)]
        kept: String,
    },
    /// Every undertaking with each side's account.
    List {
        /// The line: its title, its id, or the beginning of its id.
        #[arg(long)]
        line: String,
    },
}

#[derive(Args, Debug)]
pub struct UndertakingNoteArgs {
    /// The text, readout, message or encounter that it is taken from.
    #[command(flatten)]
    pub from: PlaceArgs,
    /// The post.
    #[arg(long, default_value = "watch")]
    pub post: String,
    /// Who will do it: a party.
    #[arg(long, value_name = "PARTY")]
    pub who: String,
    /// Which office.
    #[arg(long)]
    pub office: Option<String>,
    /// What.
    #[arg(long)]
    pub what: String,
    /// By when.
    #[arg(long, value_name = "TIME")]
    pub by: Option<String>,
    /// A topic that it belongs to. May be given more than once.
    #[arg(long = "topic", value_name = "PLACE")]
    pub topics: Vec<String>,
}

#[derive(Args, Debug)]
pub struct HistoryArgs {
    /// The line: its title, its id, or the beginning of its id.
    #[arg(long)]
    pub line: String,
    /// Write the drawing into a file.
    #[arg(long, value_name = "FILE")]
    pub svg: Option<PathBuf>,
    /// Put older contacts on the record from a CSV with the columns date, kind, level, what, and perhaps host, place, words.
    #[arg(long, value_name = "CSV")]
    pub import: Option<PathBuf>,
    /// The post that imports.
    #[arg(long, default_value = "watch")]
    pub post: String,
    /// Type: real, exercise or test.
    #[arg(long = "type", default_value = "real")]
    pub message_type: String,
}
