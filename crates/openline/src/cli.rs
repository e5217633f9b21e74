//! The arguments.

mod alarm;
mod alerts;
mod closing;
mod encounters;
mod notice;
mod notify;
mod origin;
mod readout;
mod scheduling;
mod standing;
mod text;
mod watch;

pub use alerts::AlertCommand;
mod language;
mod non_paper;

pub use non_paper::*;

use std::net::SocketAddr;
use std::path::PathBuf;

pub use alarm::*;
use clap::{Args, Parser, Subcommand};
pub use closing::*;
pub use encounters::*;
pub use notice::*;
pub use origin::*;
pub use readout::*;
pub use scheduling::*;
pub use standing::*;
pub use text::*;

use crate::{bench, demo};
pub use language::{AccordArgs, GlossaryCommand, LanguageArgs, TermsArgs};

pub use notify::*;
pub use watch::{PostsArgs, RotaCommand, TakeArgs, TestCommand, WatchCommand};

mod officers;

pub use officers::{AuditCommand, OfficerCommand, PolicyCommand};

/// Lines of communication that stay open between parties who do not trust each other.
#[derive(Parser, Debug)]
#[command(name = "openline", version, propagate_version = true)]
#[command(
    after_help = "Exit codes: 0 done, 1 refused or invalid, 2 unusable input, 3 not reachable.\n\nStart here: openline demo"
)]
pub struct Cli {
    /// The party's home; ~/.openline if left out.
    #[arg(long, global = true, env = "OPENLINE_HOME", value_name = "DIR")]
    pub home: Option<PathBuf>,
    /// Print one JSON document in place of text.
    #[arg(long, global = true)]
    pub json: bool,
    /// Act as the officer whose access token is in this file; OPENLINE_OFFICER_TOKEN may hold the token itself.
    #[arg(long, global = true, value_name = "FILE")]
    pub officer_token_file: Option<PathBuf>,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

impl Cli {
    /// The home: what was given, or ~/.openline.
    pub fn home(&self) -> PathBuf {
        let default = || std::env::home_dir().unwrap_or_default().join(".openline");
        self.home.clone().unwrap_or_else(default)
    }
}

#[derive(Subcommand, Debug)]
pub enum Command {
    /// Make a party's home: root key, node key, configuration, empty store.
    #[command(
        after_help = "Example:\n  openline init --home ./ministry --name \"Ministry A\" --endpoint quic://line.example:7001"
    )]
    Init(InitArgs),
    /// Our card: show it, write it, draw it as a QR code; check another's.
    #[command(subcommand, after_help = "Example:\n  openline card file > ours.card")]
    Card(CardCommand),
    /// Other parties: take a card, compare the phrase, confirm.
    #[command(
        subcommand,
        visible_alias = "peer",
        after_help = "Example:\n  openline relation add theirs.card\n  openline relation confirm \"Ministry B\""
    )]
    Relation(RelationCommand),
    /// Charters: propose, sign, exchange as files.
    #[command(
        subcommand,
        after_help = "Example:\n  openline charter propose --with \"Ministry B\" --title \"Watch line\"\n  openline charter sign \"Watch line\""
    )]
    Charter(CharterCommand),
    /// Lines: list them, look at one.
    #[command(
        subcommand,
        after_help = "Example:\n  openline line show \"Watch line\""
    )]
    Line(LineCommand),
    /// The watch: who has it, taking it, handing it over. Names stay on this machine.
    #[command(
        subcommand,
        after_help = "Example:\n  openline watch take --post watch --all-lines --until 06:00"
    )]
    Watch(WatchCommand),
    /// The rota: who is to have the watch when, from a calendar program.
    #[command(
        subcommand,
        after_help = "Example:\n  openline rota import rota.ics --post watch"
    )]
    Rota(RotaCommand),
    /// Tests of the lines: hold one, list those of other parties.
    #[command(subcommand, after_help = "Example:\n  openline test list --open")]
    Test(TestCommand),
    /// Run the node.
    #[command(after_help = "Example:\n  openline serve --home ./ministry")]
    Serve(ServeArgs),
    /// Release a message, or keep it as a draft.
    #[command(
        after_help = "Example:\n  openline send --line \"Watch line\" --post watch --text \"Exercise begins 0800 UTC.\" --wait 30\n  openline send --line \"Watch line\" --post watch --form \"note verbale\" --file note.txt --translation fr=note.fr.txt"
    )]
    Send(Box<SendArgs>),
    /// Release a notification from a template, asked for field by field or read from a file.
    #[command(
        after_help = "Examples:\n  openline notify humanitarian-movement --line \"Watch line\"\n  openline notify area-warning --line \"Watch line\" --file warning.toml --yes\n  openline notify due"
    )]
    Notify(Box<NotifyArgs>),
    /// Templates of notifications: list, show, export to edit, check.
    #[command(
        subcommand,
        after_help = "Example:\n  openline template show humanitarian-movement"
    )]
    Template(TemplateCommand),
    /// Check a text before it is sent: idiom, acronyms, dates and times, alphabets, binding words, length.
    #[command(
        after_help = "It warns and never hinders: the exit code is 0 whatever is found.\n\nExample:\n  openline language --line \"Watch line\" --text \"We meet at 17:00.\"\n  openline language --line \"Watch line\" --file note.txt --form \"note verbale\" --translation fr=note.fr.txt"
    )]
    Language(LanguageArgs),
    /// The agreed glossary: propose terms, agree or decline, list.
    #[command(
        subcommand,
        after_help = "Example:\n  openline glossary propose --line \"Watch line\" --term ceasefire --in en=ceasefire --in fr=cessez-le-feu\n  openline glossary agree --line \"Watch line\" 0/12\n  openline glossary list --line \"Watch line\""
    )]
    Glossary(GlossaryCommand),
    /// Drafts: messages that are kept and not released.
    #[command(
        subcommand,
        after_help = "Example:\n  openline draft list\n  openline draft clear 4f2a9c0011223344\n  openline draft release 4f2a9c0011223344"
    )]
    Draft(DraftCommand),
    /// A link that signs you in at the console in a browser: it opens once, within 15 minutes.
    #[command(
        after_help = "Example:\n  openline console\n  openline console --officer watch-1\n\nWithout --officer it signs in the administrator of this machine."
    )]
    Console {
        /// The officer whom it signs in.
        #[arg(long, value_name = "NAME")]
        officer: Option<String>,
    },
    /// Officers of this node: register, change, revoke, renew.
    #[command(
        subcommand,
        after_help = "Example:\n  openline officer add watch-1 --role drafter --role \"duty officer\" --line \"Watch line\"\n  openline officer list"
    )]
    Officer(OfficerCommand),
    /// The release policy: what is in force, whether a file is right, what a message would need.
    #[command(
        subcommand,
        after_help = "Example:\n  openline policy explain --line \"Watch line\" --form notification --precedence flash"
    )]
    Policy(PolicyCommand),
    /// The audit log: who did what, and whether anything in it was changed.
    #[command(
        subcommand,
        after_help = "Example:\n  openline audit list --officer watch-1\n  openline audit verify"
    )]
    Audit(AuditCommand),
    /// Messages of other parties, newest first.
    #[command(after_help = "Example:\n  openline inbox --line \"Watch line\" --limit 20")]
    Inbox(InboxArgs),
    /// One entry in full, and how far it has got: stored, shown, acknowledged.
    ///
    /// A message of another party that is printed on a terminal is recorded as shown to the post of ours that is on watch.
    #[command(after_help = "Example:\n  openline show --line \"Watch line\" 0/12")]
    Show(PlaceArgs),
    /// Where the time of a message went: on the way, and between its stages.
    ///
    /// What this node can know: when bearers stood, by its own notes since it began to run, and what each side has signed.
    #[command(after_help = "Example:\n  openline explain --line \"Watch line\" 0/12")]
    Explain(PlaceArgs),
    /// The record of a line, entry by entry, in its order.
    #[command(
        after_help = "Example:\n  openline log --line \"Watch line\" --newest-first --limit 20"
    )]
    Log(LogArgs),
    /// Search subjects and texts.
    #[command(after_help = "Example:\n  openline search 'ceasefire AND corridor'")]
    Search(SearchArgs),
    /// Put a receipt on the record: a person's act.
    #[command(
        after_help = "Example:\n  openline receipt --line \"Watch line\" 0/12 --post watch --stage acknowledged"
    )]
    Receipt(ReceiptArgs),
    /// Confirm how a message of ours was read back, or correct it.
    #[command(
        after_help = "Example:\n  openline confirm --line \"Watch line\" 0/12 --post watch\n  openline confirm --line \"Watch line\" 0/12 --corrected --value from=\"06:00 UTC\""
    )]
    Confirm(ConfirmArgs),
    /// Answer a message: will comply, unable, takes note, rejects.
    #[command(
        after_help = "Example:\n  openline answer --line \"Watch line\" 0/12 --outcome \"will comply\""
    )]
    Answer(AnswerArgs),
    /// Put a corrected message in the place of one of ours, at flash.
    #[command(
        after_help = "Example:\n  openline correct --line \"Watch line\" 1/12 --text \"The exercise begins 0900 UTC, not 0800 UTC.\""
    )]
    Correct(CorrectArgs),
    /// Withdraw a message of ours, at flash, in prepared words.
    #[command(after_help = "Example:\n  openline cancel --line \"Watch line\" 1/12")]
    Cancel(CancelArgs),
    /// Messages that are not done: what waits for whom, and by when.
    #[command(after_help = "Example:\n  openline open --line \"Watch line\"")]
    Open(OpenArgs),
    /// Whose word is waited for beside answers to messages: on requests, times, claims, texts, dates to be found.
    #[command(after_help = "Example:\n  openline awaited --line \"Watch line\"")]
    Awaited(AwaitedArgs),
    /// What rings until a person acts: urgent arrivals, clocks that have run out, lines without contact.
    #[command(subcommand, after_help = "Example:\n  openline alarm list")]
    Alarm(AlarmCommand),
    /// Notices beside the record, signed: off watch, technical fault, declining, drill.
    #[command(
        subcommand,
        after_help = "Example:\n  openline notice give --line \"Watch line\" declining --until 2026-11-26T08:00Z --words \"Next window 0800 UTC\""
    )]
    Notice(NoticeCommand),
    /// Calls, meetings and visits: ask, accept, schedule, hold, read out, decline, put off; the return that is owed.
    #[command(
        subcommand,
        after_help = "Example:\n  openline encounter ask --line \"Watch line\" --kind visit --level \"foreign minister\" --subject \"Two days of talks\" --host \"Ministry B\"\n  openline encounter schedule --line \"Watch line\" 0/12 --from 2026-12-01T09:00Z --to 2026-12-01T12:00Z\n  openline encounter agree --line \"Watch line\" 0/13"
    )]
    Encounter(EncounterCommand),
    /// Topics: issues and opportunities, with each side's position.
    #[command(
        subcommand,
        after_help = "Example:\n  openline topic raise --line \"Watch line\" --kind issue --title \"Trade\" --in 0/12\n  openline topic position --line \"Watch line\" 0/14 --words \"Tariffs first\" --status open"
    )]
    Topic(TopicCommand),
    /// Undertakings: who will do what by when, and each side's account of it.
    #[command(
        subcommand,
        after_help = "Example:\n  openline undertaking note --line \"Watch line\" 0/12 --who \"Ministry B\" --what \"Keep the channels open\"\n  openline undertaking account --line \"Watch line\" 0/15 --kept \"under way\""
    )]
    Undertaking(UndertakingCommand),
    /// The contact history: what was held, the silences between, the first since when.
    #[command(
        after_help = "Example:\n  openline history --line \"Watch line\" --svg contacts.svg\n  openline history --line \"Watch line\" --import older.csv"
    )]
    History(HistoryArgs),
    /// "Is this from you?": ask about a call, letter or statement outside the line, and answer.
    #[command(
        subcommand,
        after_help = "Example:\n  openline origin ask --line \"Watch line\" --channel call --what \"A caller in your minister's name, 23:10 UTC\"\n  openline origin answer --line \"Watch line\" 0/12 --finding no"
    )]
    Origin(OriginCommand),
    /// Texts under negotiation: brackets, amendments, initials, signatures.
    #[command(
        subcommand,
        after_help = "Example:\n  openline text import --line \"Watch line\" minutes.md\n  openline text brackets --line \"Watch line\" 0/4\n  openline text amend --line \"Watch line\" 0/4 --choose 1.1=2"
    )]
    Text(TextCommand),
    /// Find a time that suits all without showing a calendar.
    #[command(subcommand)]
    Schedule(ScheduleCommand),
    /// Announce a call on the line before the phone rings, with codes that both sides read out.
    #[command(
        subcommand,
        after_help = "Example:\n  openline announce call --line \"Watch line\" --who \"Minister\" --whom \"Minister\" --minutes 30"
    )]
    Announce(AnnounceCommand),
    /// Our own account of a contact, beside the other side's.
    #[command(
        subcommand,
        after_help = "Example:\n  openline readout draft --line \"Watch line\" 0/12 --file readout.txt\n  openline readout compare --line \"Watch line\" 0/12"
    )]
    Readout(ReadoutCommand),
    /// Public statements that cite the record.
    #[command(
        subcommand,
        after_help = "Example:\n  openline statement make --line \"Watch line\" --title \"On the talks\" --file statement.txt --cite 7"
    )]
    Statement(StatementCommand),
    /// Write statements and readouts as a page and a feed, with proofs that anyone can check.
    #[command(
        after_help = "Example:\n  openline publish --line \"Watch line\" 0/14 --out public\n  openline verify public"
    )]
    Publish(PublishArgs),
    /// Save an attachment of a message.
    #[command(
        after_help = "Example:\n  openline attachment --line \"Watch line\" 0/12 --number 0 --out map.png"
    )]
    Attachment(AttachmentArgs),
    /// Write a whole record into a file that a stranger can verify.
    #[command(after_help = "Example:\n  openline export --line \"Watch line\" --out watch.export")]
    Export(ExportArgs),
    /// Verify an export, a disclosure, a card, a charter or the folder of a publication. Needs no node and no home.
    #[command(after_help = "Example:\n  openline verify watch.export")]
    Verify(VerifyArgs),
    /// Prove one entry to anybody.
    #[command(
        after_help = "Example:\n  openline disclose --line \"Watch line\" 0/12 --out 12.tlog-proof"
    )]
    Disclose(DiscloseArgs),
    /// Delete bodies on every side, by agreement.
    #[command(
        subcommand,
        after_help = "Example:\n  openline purge propose --line \"Watch line\" --post watch --reason \"Agreed on 3 May\" 0/12"
    )]
    Purge(PurgeCommand),
    /// The pouch: bundles carried by hand.
    #[command(
        subcommand,
        after_help = "Example:\n  openline pouch pack \"Ministry B\" --out for-b.pouch\n  openline pouch open from-b.pouch"
    )]
    Pouch(PouchCommand),
    /// Non-papers: off the record, between two parties, proof of nothing.
    #[command(
        subcommand,
        after_help = "Example:\n  openline non-paper send --line \"Watch line\" --to \"Ministry B\" --file note.txt --off-the-record\n  openline non-paper list\n  openline non-paper read 3"
    )]
    NonPaper(NonPaperCommand),
    /// The node key: change it with the root, take it up.
    #[command(
        subcommand,
        after_help = "Example:\n  openline key change\n  openline key adopt"
    )]
    Key(KeyCommand),
    /// Verify the whole store and say what was found.
    #[command(after_help = "Example:\n  openline check --home ./ministry")]
    Check,
    /// Make a backup of the store while the node runs; keys are not in it.
    #[command(after_help = "Example:\n  openline backup /mnt/backup/2026-11-23")]
    Backup {
        /// A folder without a backup in it.
        folder: PathBuf,
    },
    /// Restore a backup into a home that has no store.
    #[command(after_help = "Example:\n  openline restore /mnt/backup/2026-11-23 --home ./ministry")]
    Restore {
        /// The backup's folder.
        folder: PathBuf,
    },
    /// The node at a glance.
    #[command(after_help = "Example:\n  openline status")]
    Status,
    /// Examine home, store, clock, disk and peers, and say what to do.
    #[command(after_help = "Example:\n  openline doctor")]
    Doctor,
    /// Alerts that leave the node: how their channels do; try them out.
    #[command(
        subcommand,
        after_help = "Example:\n  openline alert list\n  openline alert test"
    )]
    Alert(AlertCommand),
    /// Follow what happens.
    #[command(after_help = "Example:\n  openline events")]
    Events,
    /// Two nodes and a story between them, on this machine.
    #[command(after_help = "Example:\n  openline demo --story hotline-1967")]
    Demo(demo::Args),
    /// Measure the program on this machine, beside the least work that could do the same.
    #[command(after_help = "Example:\n  openline bench --quick")]
    Bench(bench::Args),
    /// Completions for a shell.
    #[command(
        after_help = "Example:\n  openline completions bash > /etc/bash_completion.d/openline"
    )]
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
    /// Man pages.
    #[command(after_help = "Example:\n  openline man --dir ./man")]
    Man {
        /// Write one file for each command here; without it the first page is printed.
        #[arg(long)]
        dir: Option<PathBuf>,
    },
}

#[derive(Args, Debug)]
pub struct PassphraseArgs {
    /// Read the passphrase from a file's first line. It is asked for otherwise, unless OPENLINE_PASSPHRASE is set.
    #[arg(long, value_name = "FILE")]
    pub passphrase_file: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub struct InitArgs {
    /// The party's name, as others will see it.
    #[arg(long)]
    pub name: String,
    /// What others shall dial, such as quic://line.example:7001. May be given more than once.
    #[arg(long = "endpoint")]
    pub endpoints: Vec<String>,
    /// Where to listen for QUIC.
    #[arg(long = "listen-quic", default_values_t = ["[::]:7001".parse::<SocketAddr>().expect("an address")])]
    pub listen_quic: Vec<SocketAddr>,
    /// Where to listen for TLS over TCP.
    #[arg(long = "listen-tls", default_values_t = ["[::]:7002".parse::<SocketAddr>().expect("an address")])]
    pub listen_tls: Vec<SocketAddr>,
    /// Seal the node key with the passphrase too; the node then needs it to start.
    #[arg(long)]
    pub seal_node_key: bool,
    #[command(flatten)]
    pub passphrase: PassphraseArgs,
}

#[derive(Subcommand, Debug)]
pub enum CardCommand {
    /// Show our card's contents.
    Show,
    /// Print our card's file.
    File,
    /// Draw our card as a QR code.
    Qr,
    /// Check a card file and show what it says.
    Check {
        /// The file, or - for standard input.
        file: PathBuf,
    },
}

#[derive(Subcommand, Debug)]
pub enum RelationCommand {
    /// Take another party's card: a file, - for standard input, or the text of a QR code.
    Add {
        /// The card.
        card: String,
    },
    /// The other parties.
    List,
    /// Confirm a relation after the phrase was read aloud on both sides and was the same.
    Confirm {
        /// The party's name or id.
        party: String,
        /// The phrase that the other side read; it is asked for otherwise.
        #[arg(long)]
        phrase: Option<String>,
    },
    /// Forget a relation that carries no line.
    Forget {
        /// The party's name or id.
        party: String,
    },
}

#[derive(Subcommand, Debug)]
pub enum CharterCommand {
    /// Propose a charter and sign it.
    Propose(ProposeArgs),
    /// Charters, proposed and founded.
    List,
    /// One charter.
    Show {
        /// Its title, id, or the beginning of its id.
        charter: String,
    },
    /// Sign a charter. When every party has, the line is founded.
    Sign {
        /// Its title, id, or the beginning of its id.
        charter: String,
    },
    /// Take a charter file with the signatures it has.
    Import {
        /// The file, or - for standard input.
        file: PathBuf,
    },
    /// Print a charter's file, with the signatures it has.
    File {
        /// Its title, id, or the beginning of its id.
        charter: String,
    },
}

#[derive(Args, Debug)]
pub struct ProposeArgs {
    /// Another party, by name or id. May be given more than once.
    #[arg(long = "with", required = true)]
    pub with: Vec<String>,
    /// Title of the line.
    #[arg(long)]
    pub title: String,
    /// Level of the line, in your own words: leaders, ministers, officials, watch (the default).
    #[arg(long)]
    pub level: Option<String>,
    /// A post of ours. May be given more than once.
    #[arg(long = "post", default_values_t = ["watch".to_owned()])]
    pub posts: Vec<String>,
    /// Our time zone (IANA).
    #[arg(long, default_value = "UTC")]
    pub zone: String,
    /// Another party's posts and zone, as PARTY=POST,POST@ZONE; watch and UTC if left out.
    #[arg(long = "member", value_name = "PARTY=POSTS@ZONE")]
    pub members: Vec<String>,
    /// A language of the line, such as en (the default). May be given more than once.
    #[arg(long = "language")]
    pub languages: Vec<String>,
    /// All terms, from a TOML file; what it leaves out has its default, and what is said here goes before what it says.
    #[arg(long)]
    pub terms: Option<PathBuf>,
}

#[derive(Subcommand, Debug)]
pub enum LineCommand {
    /// Every line.
    List,
    /// One line.
    Show {
        /// Title, id, or the beginning of an id.
        line: String,
    },
    /// Take no more than what the charter keeps open, from a stated time.
    Suspend(SuspendArgs),
    /// Take only what the charter keeps open, and the classes named.
    Narrow(NarrowArgs),
    /// Take everything again.
    Resume(StandingArgs),
    /// How the tests of a line went: held, missed, answered. Both sides hold it alike.
    #[command(after_help = "Example:\n  openline line health \"Watch line\" --days 31")]
    Health {
        /// Title, id, or the beginning of an id.
        line: String,
        /// So many days back.
        #[arg(long, default_value_t = 7)]
        days: u16,
    },
    /// The yearly review of a line, made from the record: both sides get the same words.
    #[command(after_help = "Example:\n  openline line report \"Watch line\" --year 2026")]
    Report {
        /// Title, id, or the beginning of an id.
        line: String,
        /// The year, UTC; the present one if left out.
        #[arg(long)]
        year: Option<i16>,
    },
}

#[derive(Args, Debug)]
pub struct ServeArgs {
    /// Log as JSON.
    #[arg(long)]
    pub log_json: bool,
    #[command(flatten)]
    pub passphrase: PassphraseArgs,
}

#[derive(Args, Debug)]
pub struct SendArgs {
    /// The line: its title, its id, or the beginning of its id.
    #[arg(long)]
    pub line: String,
    /// The releasing post.
    #[arg(long, default_value = "watch")]
    pub post: String,
    /// Action addressees as PARTY:POST; everybody's first post if left out.
    #[arg(long)]
    pub to: Vec<String>,
    /// Info addressees as PARTY:POST.
    #[arg(long)]
    pub info: Vec<String>,
    /// Form: message, note verbale, first-person note, aide-mémoire, memorandum, démarche, protest, notification, query, reply, correction, cancellation.
    #[arg(long, default_value = "message")]
    pub form: String,
    /// Precedence: flash, immediate, priority or routine.
    #[arg(long, default_value = "routine")]
    pub precedence: String,
    /// Type: real, exercise or test.
    #[arg(long = "type", default_value = "real")]
    pub message_type: String,
    /// Subject.
    #[arg(long)]
    pub subject: Option<String>,
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
    /// An entry that this one refers to: PARTY/INDEX, or a joint number.
    #[arg(long = "ref", value_name = "PLACE")]
    pub refs: Vec<String>,
    /// A file to attach.
    #[arg(long = "attach", value_name = "FILE")]
    pub attach: Vec<PathBuf>,
    /// Our own reference.
    #[arg(long)]
    pub reference: Option<String>,
    /// Level of authority: watch, official, on instructions, minister, head of government.
    #[arg(long)]
    pub authority: Option<String>,
    /// Wait so many seconds for the other parties to hold it.
    #[arg(long, value_name = "SECONDS")]
    pub wait: Option<u64>,
    /// Keep it as a draft; do not release it.
    #[arg(long)]
    pub draft: bool,
}

#[derive(Subcommand, Debug)]
pub enum DraftCommand {
    /// Every draft that is kept.
    List,
    /// One draft.
    Show {
        /// Its id.
        id: String,
    },
    /// Delete a draft.
    Delete {
        /// Its id.
        id: String,
    },
    /// Clear a draft: it is printed first, and exactly that is cleared.
    #[command(
        after_help = "Example:\n  openline draft clear 4f2a9c0011223344 --words \"Agreed with the desk.\""
    )]
    Clear {
        /// Its id.
        id: String,
        /// Words to go with it; they stay on this side.
        #[arg(long)]
        words: Option<String>,
        /// Clear only what has this hash, or one that begins so, as openline draft show printed it.
        #[arg(long, value_name = "HASH")]
        content: Option<String>,
    },
    /// Refuse a draft: it does not go until it is changed.
    #[command(
        after_help = "Example:\n  openline draft refuse 4f2a9c0011223344 --words \"The time is wrong.\""
    )]
    Refuse {
        /// Its id.
        id: String,
        /// Why; the words stay on this side.
        #[arg(long)]
        words: String,
    },
    /// Release a draft.
    Release {
        /// Its id.
        id: String,
        /// Release only what has this hash, or one that begins so, as openline draft show printed it.
        #[arg(long, value_name = "HASH")]
        content: Option<String>,
        /// Release it even if messages of others have arrived since it was begun.
        #[arg(long)]
        anyway: bool,
    },
}

#[derive(Args, Debug)]
pub struct InboxArgs {
    /// Only this line: its title, its id, or the beginning of its id.
    #[arg(long)]
    pub line: Option<String>,
    /// At most this many.
    #[arg(long, default_value_t = 20)]
    pub limit: usize,
}

#[derive(Args, Debug)]
pub struct PlaceArgs {
    /// The line: its title, its id, or the beginning of its id.
    #[arg(long)]
    pub line: String,
    /// The entry: PARTY/INDEX, or a joint number.
    pub place: String,
}

#[derive(Args, Debug)]
pub struct LogArgs {
    /// The line: its title, its id, or the beginning of its id.
    #[arg(long)]
    pub line: String,
    /// First joint number.
    #[arg(long)]
    pub from: Option<u64>,
    /// At most this many.
    #[arg(long, default_value_t = 100)]
    pub limit: usize,
    /// From the newest back.
    #[arg(long)]
    pub newest_first: bool,
    /// Only this kind, such as message, receipt, answer or status; an unknown one is answered with all there are.
    #[arg(long)]
    pub kind: Option<String>,
    /// Only this party: its name, its id, or its position.
    #[arg(long)]
    pub party: Option<String>,
    /// Only this type: real, exercise or test.
    #[arg(long = "type")]
    pub message_type: Option<String>,
}

#[derive(Args, Debug)]
pub struct SearchArgs {
    /// Words; "quoted phrases", AND, OR, NOT and word* work too.
    pub query: String,
    /// Only this line: its title, its id, or the beginning of its id.
    #[arg(long)]
    pub line: Option<String>,
    /// At most this many.
    #[arg(long, default_value_t = 20)]
    pub limit: usize,
}

#[derive(Args, Debug)]
pub struct ReceiptArgs {
    #[command(flatten)]
    pub place: PlaceArgs,
    /// The post that gives it.
    #[arg(long, default_value = "watch")]
    pub post: String,
    /// The stage: acknowledged, stand by, passed on, sight translation, rough translation, official translation, read back.
    #[arg(long)]
    pub stage: String,
    /// The class of people it was passed to, or the language.
    #[arg(long)]
    pub class: Option<String>,
    /// Words, for instance a read-back.
    #[arg(long)]
    pub words: Option<String>,
    /// By when an answer is promised, with stand by, such as 2026-11-25T06:00Z.
    #[arg(long, value_name = "TIME")]
    pub promised: Option<String>,
    /// A critical field typed again, with read back, as NAME=VALUE. May be given more than once.
    #[arg(long = "value", value_name = "NAME=VALUE")]
    pub values: Vec<String>,
}

#[derive(Args, Debug)]
pub struct AttachmentArgs {
    #[command(flatten)]
    pub place: PlaceArgs,
    /// Which one, from 0.
    #[arg(long, default_value_t = 0)]
    pub number: usize,
    /// Where to save it.
    #[arg(long)]
    pub out: PathBuf,
}

#[derive(Args, Debug)]
pub struct ExportArgs {
    /// The line: its title, its id, or the beginning of its id.
    #[arg(long)]
    pub line: String,
    /// Where to write it.
    #[arg(long)]
    pub out: PathBuf,
}

#[derive(Args, Debug)]
pub struct VerifyArgs {
    /// The file, or - for standard input.
    pub file: PathBuf,
}

#[derive(Args, Debug)]
pub struct DiscloseArgs {
    #[command(flatten)]
    pub place: PlaceArgs,
    /// Where to write the proof.
    #[arg(long)]
    pub out: PathBuf,
    /// Leave the body out: proves that an entry is there, not what it says.
    #[arg(long)]
    pub without_body: bool,
}

#[derive(Subcommand, Debug)]
pub enum PurgeCommand {
    /// Propose to delete bodies.
    Propose {
        /// The line: its title, its id, or the beginning of its id.
        #[arg(long)]
        line: String,
        /// The post that proposes it.
        #[arg(long, default_value = "watch")]
        post: String,
        /// The reason, for the record.
        #[arg(long)]
        reason: String,
        /// The entries: PARTY/INDEX, or joint numbers.
        #[arg(required = true)]
        places: Vec<String>,
    },
    /// Agree to a purge.
    Consent {
        #[command(flatten)]
        place: PlaceArgs,
        /// The post that agrees.
        #[arg(long, default_value = "watch")]
        post: String,
    },
}

#[derive(Subcommand, Debug)]
pub enum PouchCommand {
    /// Pack what a party lacks into a sealed bundle.
    Pack {
        /// The party's name or id.
        party: String,
        /// Where to write it.
        #[arg(long)]
        out: PathBuf,
    },
    /// Open bundles: files, or folders with *.pouch files.
    Open {
        /// The files or folders.
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
}

#[derive(Subcommand, Debug)]
pub enum KeyCommand {
    /// Make a new node key, certified by the root. Needs the passphrase.
    Change {
        #[command(flatten)]
        passphrase: PassphraseArgs,
    },
    /// Let the running node take up the new key and put it on every line's record.
    Adopt,
    /// Make a new key for pouches; old ones are kept for 90 days.
    RotateSeal,
}
