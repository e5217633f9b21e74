//! One file for each group of commands.

mod alarm;
mod alerts;
mod audit;
mod charters;
mod check;
mod closing;
mod console;
mod doctor;
mod drafts;
mod encounters;
mod explain;
mod home;
mod language;
mod messages;
mod node;
mod non_paper;
mod notice;
mod notify;
mod officers;
mod origin;
mod parts;
mod policy;
mod readout;
mod record;
mod relations;
mod scheduling;
mod serve;
mod shell;
mod shown;
mod standing;
mod templates;
mod testing;
mod text;
mod topics;
mod verify;
mod watch;

pub(crate) use encounters::claimed_times;
pub use verify::verify_bytes;

use std::io::Read as _;
use std::path::Path;

use crate::cli::{Cli, Command, PassphraseArgs};
use crate::client::Client;
use crate::failure::Failure;
use crate::output::Output;
use crate::{bench, demo};

/// Longest file that is read at once, bytes: a bundle.
const FILE_MAX: u64 = 64 << 20;

/// Runs the command that was given.
pub fn run(cli: &Cli, output: &Output) -> Result<(), Failure> {
    let home = cli.home();
    let client = || Client::connect_as(&home, cli.officer_token_file.as_deref());
    match &cli.command {
        Command::Init(args) => home::init(&home, args, *output),
        Command::Card(command) => relations::card(&home, command, *output),
        Command::Relation(command) => relations::relation(&client()?, command, *output),
        Command::Charter(command) => charters::charter(&client()?, command, *output),
        Command::Line(command) => node::line(&client()?, command, *output),
        Command::Watch(command) => watch::watch(&client()?, command, *output),
        Command::Rota(command) => watch::rota(&client()?, command, *output),
        Command::Test(command) => testing::test(&client()?, command, *output),
        Command::Serve(args) => serve::serve(&home, args, *output),
        Command::Send(args) => messages::send(&client()?, args, *output),
        Command::Notify(args) => notify::notify(&client()?, args, *output),
        Command::Template(command) => templates::template(&home, command, *output),
        Command::Language(args) => language::language(&client()?, args, *output),
        Command::Glossary(command) => language::glossary(&client()?, command, *output),
        Command::Draft(command) => drafts::draft(&client()?, command, *output),
        Command::Console { officer } => {
            console::console(&home, &client()?, officer.clone(), *output)
        }
        Command::Officer(command) => officers::officer(&client()?, command, *output),
        Command::Policy(command) => policy::policy(client, command, *output),
        Command::Audit(command) => audit::audit(client, &home, command, *output),
        Command::Inbox(args) => messages::inbox(&client()?, args, *output),
        Command::Receipt(args) => messages::receipt(&client()?, args, *output),
        Command::Confirm(args) => closing::confirm(&client()?, args, *output),
        Command::Answer(args) => closing::answer(&client()?, args, *output),
        Command::Correct(args) => closing::correct(&client()?, args, *output),
        Command::Cancel(args) => closing::cancel(&client()?, args, *output),
        Command::Open(args) => closing::open(&client()?, args, *output),
        Command::Awaited(args) => closing::awaited(&client()?, args, *output),
        Command::Alarm(command) => alarm::alarm(&client()?, command, *output),
        Command::Notice(command) => notice::notice(&client()?, command, *output),
        Command::Encounter(command) => encounters::encounter(&client()?, command, *output),
        Command::Topic(command) => topics::topic(&client()?, command, *output),
        Command::Undertaking(command) => topics::undertaking(&client()?, command, *output),
        Command::History(args) => encounters::history(&client()?, args, *output),
        Command::Schedule(command) => scheduling::run(&client()?, command, *output),
        Command::Origin(command) => origin::origin(&client()?, command, *output),
        Command::Text(command) => text::text(&client()?, command, *output),
        Command::Announce(command) => origin::announce(&client()?, command, *output),
        Command::Readout(command) => readout::readout(&client()?, command, *output),
        Command::Statement(command) => readout::statement(&client()?, command, *output),
        Command::Publish(args) => readout::publish(&client()?, args, *output),
        Command::Show(args) => record::show(&client()?, args, *output),
        Command::Explain(args) => explain::explain(&client()?, args, *output),
        Command::Log(args) => record::log(&client()?, args, *output),
        Command::Search(args) => record::search(&client()?, args, *output),
        Command::Attachment(args) => record::attachment(&client()?, args, *output),
        Command::Export(args) => record::export(&client()?, args, *output),
        Command::Disclose(args) => record::disclose(&client()?, args, *output),
        Command::Purge(command) => record::purge(&client()?, command, *output),
        Command::Pouch(command) => record::pouch(&client()?, command, *output),
        Command::NonPaper(command) => non_paper::non_paper(&client()?, command, *output),
        Command::Backup { folder } => record::backup(&client()?, folder, *output),
        Command::Verify(args) => verify::verify(&args.file, *output),
        Command::Key(command) => home::key(&home, command, *output),
        Command::Check => check::check(&home, *output),
        Command::Restore { folder } => check::restore(folder, &home, *output),
        Command::Status => node::status(&client()?, *output),
        Command::Doctor => doctor::doctor(&home, *output),
        Command::Alert(command) => alerts::alert(&client()?, command, *output),
        Command::Events => node::events(&client()?, *output),
        Command::Demo(args) => demo::run(args, *output),
        Command::Bench(args) => bench::run(args, *output),
        Command::Completions { shell } => shell::completions(*shell, *output),
        Command::Man { dir } => shell::man(dir.as_deref(), *output),
    }
}

/// Reads a file, or standard input for `-`.
fn read_bytes(path: &Path) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let read = if path == Path::new("-") {
        std::io::stdin().take(FILE_MAX + 1).read_to_end(&mut bytes)
    } else {
        std::fs::File::open(path).and_then(|file| file.take(FILE_MAX + 1).read_to_end(&mut bytes))
    };
    read.map_err(|error| Failure::file(path, &error))?;
    if bytes.len() as u64 > FILE_MAX {
        return Err(Failure::unusable(
            format!("{} is longer than {FILE_MAX} bytes", path.display()),
            "give a smaller file",
        ));
    }
    Ok(bytes)
}

fn read_text(path: &Path) -> Result<String, Failure> {
    String::from_utf8(read_bytes(path)?).map_err(|_| {
        Failure::unusable(
            format!("{} is not UTF-8 text", path.display()),
            "save it as UTF-8",
        )
    })
}

/// A time that was given: RFC 3339, or a date and time with Z, such as 2026-11-25T06:00Z. A time without a zone is refused.
fn time_of(text: &str) -> Result<i64, Failure> {
    let at: Result<jiff::Timestamp, _> = text.parse();
    at.map(jiff::Timestamp::as_millisecond).map_err(|_| {
        Failure::unusable(
            format!("\"{text}\" is not a time with its zone"),
            "give UTC, such as 2026-11-25T06:00Z",
        )
    })
}

fn write_bytes(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    std::fs::write(path, bytes).map_err(|error| Failure::file(path, &error))
}

/// The passphrase: from a file, from the environment, or asked for. A new one is asked for twice.
fn passphrase(args: &PassphraseArgs, is_new: bool) -> Result<String, Failure> {
    if let Some(path) = &args.passphrase_file {
        let text = read_text(path)?;
        return Ok(text.lines().next().unwrap_or_default().to_owned());
    }
    if let Ok(passphrase) = std::env::var("OPENLINE_PASSPHRASE") {
        return Ok(passphrase);
    }
    let no_terminal = |_| {
        let next = "give --passphrase-file FILE, or set OPENLINE_PASSPHRASE";
        Failure::unusable("there is no terminal to ask for the passphrase", next)
    };
    let first = rpassword::prompt_password("Passphrase: ").map_err(no_terminal)?;
    if is_new && first != rpassword::prompt_password("Again: ").map_err(no_terminal)? {
        return Err(Failure::unusable(
            "the two passphrases differ",
            "type the same one twice",
        ));
    }
    Ok(first)
}
