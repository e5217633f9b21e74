//! `openline demo`: two nodes and a story between them. Two homes, two identities, two stores, real sockets.

mod acts;
mod console;
mod ladder;
mod outside;
mod play;
mod python;
mod relay;
mod show;
mod side;
mod story;
mod times;

use std::path::{Path, PathBuf};

use openline_node::view::LineView;
use serde::Serialize;

use crate::commands::verify_bytes;
use crate::failure::Failure;
use crate::output::Output;

use show::Show;
use side::{Side, wait_for};
use story::Story;

/// The stories that are built into the program.
const BUILT_IN: &[(&str, &str)] = &[
    (
        "june-2023",
        include_str!("../../../scenarios/june-2023.toml"),
    ),
    (
        "hotline-1967",
        include_str!("../../../scenarios/hotline-1967.toml"),
    ),
    (
        "bad-night",
        include_str!("../../../scenarios/bad-night.toml"),
    ),
];

/// The calendars of the built-in stories.
const CALENDARS: &[(&str, &str)] = &[
    (
        "calendars/washington.ics",
        include_str!("../../../scenarios/calendars/washington.ics"),
    ),
    (
        "calendars/washington-holidays.ics",
        include_str!("../../../scenarios/calendars/washington-holidays.ics"),
    ),
    (
        "calendars/beijing.ics",
        include_str!("../../../scenarios/calendars/beijing.ics"),
    ),
    (
        "calendars/beijing-holidays.ics",
        include_str!("../../../scenarios/calendars/beijing-holidays.ics"),
    ),
];

/// Arguments of `openline demo`.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// june-2023, hotline-1967, bad-night, or a file (docs/scenarios.md).
    #[arg(long, default_value = "june-2023")]
    story: String,
    /// No pauses, no colours, no consoles.
    #[arg(long)]
    headless: bool,
    /// Keep the consoles open at the end, until Ctrl-C; so it does when somebody watches on a terminal.
    #[arg(long, conflicts_with = "headless")]
    stay: bool,
    /// Keep homes, exports and pouches in this folder.
    #[arg(long, value_name = "DIR")]
    keep: Option<PathBuf>,
}

/// What the demo shows at its end; with --json the last line printed.
#[derive(Debug, Serialize)]
struct Summary {
    story: String,
    parties: Vec<String>,
    messages: u64,
    entries: u64,
    settled: u64,
    record_root: Vec<String>,
    identical: bool,
    verified: bool,
    verifiers: Vec<(String, bool)>,
}

/// Runs the demo. Exit 0 only if every export holds the same record and both verifiers accept each.
pub fn run(args: &Args, output: Output) -> Result<(), Failure> {
    let story = load(&args.story)?;
    let kept = match &args.keep {
        Some(folder) => {
            std::fs::create_dir_all(folder).map_err(|error| Failure::file(folder, &error))?;
            None
        }
        None => Some(
            tempfile::tempdir()
                .map_err(|error| Failure::unusable(error.to_string(), "free some space"))?,
        ),
    };
    let folder = match (&args.keep, &kept) {
        (Some(folder), _) => folder.clone(),
        (None, Some(temporary)) => temporary.path().to_owned(),
        (None, None) => PathBuf::from("."),
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::unreachable(error.to_string(), "free some memory or threads"))?;
    let show = Show::new(output, args.headless);
    let summary = runtime.block_on(tell(&story, args, &folder, &show))?;
    if output.is_json() {
        output.print(&summary, |_| String::new());
    }
    if summary.identical && summary.verified {
        return Ok(());
    }
    Err(Failure::refused(
        "demo",
        "the demo did not end with one record that both verifiers accept",
        "run it again with --keep DIR and look at the exports there",
    ))
}

fn load(name: &str) -> Result<Story, Failure> {
    if let Some((name, text)) = BUILT_IN.iter().find(|(built_in, _)| *built_in == name) {
        return Story::parse(name, text)?.with_calendars(|name| {
            let found = CALENDARS.iter().find(|(known, _)| *known == name);
            found.map(|(_, text)| (*text).to_owned()).ok_or_else(|| {
                Failure::unusable(
                    format!("{name} is no calendar of a built-in story"),
                    "give a story as a file, with its calendars beside it",
                )
            })
        });
    }
    let path = Path::new(name);
    let text = std::fs::read_to_string(path).map_err(|error| {
        Failure::unusable(
            format!("{name} is no built-in story, and can't be read as a file: {error}"),
            "give june-2023, hotline-1967, bad-night or a file",
        )
    })?;
    // A story's calendars lie beside it.
    let folder = path.parent().unwrap_or(Path::new(""));
    Story::parse(name, &text)?.with_calendars(|name| {
        let file = folder.join(name);
        std::fs::read_to_string(&file).map_err(|error| Failure::file(&file, &error))
    })
}

async fn tell(story: &Story, args: &Args, folder: &Path, show: &Show) -> Result<Summary, Failure> {
    show.title(&story.title, &story.source);
    show.heading("Two homes, two identities, two stores");
    let mut sides = side::start(story, folder).await?;
    for side in &sides {
        let status = side.service.status().await?;
        show.line(&format!(
            "{:<12} {}  listens on {}",
            side.party.name,
            &status.id[..16],
            status.listening.join(" and ")
        ));
    }
    if !args.headless {
        open_consoles(&mut sides, show).await?;
    }
    show.heading("Cards are exchanged and the phrase is read aloud");
    for (a, b, phrase) in side::relate(&sides).await? {
        show.line(&format!("{a} and {b}: {phrase}"));
    }
    show.heading("A charter is proposed and signed by every party");
    let charter = side::found(story, &sides).await?;
    show.line(&format!(
        "\"{}\", level {}: founded as {}",
        charter.terms.title,
        charter.terms.level,
        &charter.id[..16]
    ));
    for side in &sides {
        wait_for(&side.service, "both bearers", async |s| {
            play::bearers(s).await.len() >= 2
        })
        .await?;
        show.line(&format!(
            "{:<12} over {}",
            side.party.name,
            play::bearers(&side.service).await.join(" and ")
        ));
    }
    show.heading("Traffic");
    let played = play::steps(story, &mut sides, &charter.id, folder, show).await?;
    if story.ladder {
        show.heading("The ladder of each message: then, and on the line today");
        ladder::print(&sides, &charter.id, &played, show).await?;
    }
    show.heading("One record");
    let summary = close(&args.story, &sides, &charter.id, folder, show).await?;
    if args.stay || show.is_watched() {
        stay(&mut sides, show).await?;
    }
    side::stop(&mut sides).await?;
    Ok(summary)
}

/// A console for each side, with a link for whoever watches.
async fn open_consoles(sides: &mut [Side], show: &Show) -> Result<(), Failure> {
    show.heading("A console for each side: open its link in a browser; it signs in once");
    for side in sides {
        let link = side.open_console().await?;
        show.line(&format!("{:<12} {link}", side.party.name));
    }
    Ok(())
}

/// The story is told; whoever watches may look around.
async fn stay(sides: &mut [Side], show: &Show) -> Result<(), Failure> {
    show.heading("The consoles stay open; Ctrl-C ends the demonstration");
    for side in sides {
        let link = side.open_console().await?;
        show.line(&format!("{:<12} {link}", side.party.name));
    }
    tokio::signal::ctrl_c().await.map_err(side::failed)
}

/// Waits until every side holds the same, exports on every side, and verifies each export with both programs.
async fn close(
    name: &str,
    sides: &[Side],
    line: &str,
    folder: &Path,
    show: &Show,
) -> Result<Summary, Failure> {
    let views = settle(sides, line).await?;
    let mut exports = Vec::new();
    for side in sides {
        let path = folder.join(format!("{}.export", side.party.key));
        let made = side.service.export(line).await?;
        std::fs::copy(&made, &path).map_err(|error| Failure::file(&path, &error))?;
        exports.push(path);
    }
    let mut roots = Vec::new();
    let mut verifiers = Vec::new();
    let (mut messages, mut entries, mut settled) = (0, 0, 0);
    for (side, path) in sides.iter().zip(&exports) {
        let bytes = std::fs::read(path).map_err(|error| Failure::file(path, &error))?;
        let verified = verify_bytes(&bytes)?;
        let root = verified.record_root.clone().unwrap_or_default();
        show.line(&format!(
            "{:<12} {} entries, {} messages, {} settled; record root {root}",
            side.party.name, verified.entries, verified.messages, verified.settled
        ));
        if !verified.doubts.is_empty() {
            show.line(&format!("{:<12} {} marks of doubt, as must be in a replay: claimed times are years from when they were signed for", "", verified.doubts.len()));
        }
        (messages, entries, settled) = (verified.messages, verified.entries, verified.settled);
        verifiers.push((format!("openline verify {}.export", side.party.key), true));
        roots.push(root);
    }
    for (side, path) in sides.iter().zip(&exports) {
        let root = python::verify(path, show)?;
        let agrees = root.as_ref().is_some_and(|root| roots.contains(root));
        verifiers.push((
            format!("python -m openline_verify verify {}.export", side.party.key),
            agrees,
        ));
    }
    for (what, accepted) in &verifiers {
        show.line(&format!(
            "{what}: {}",
            if *accepted {
                "accepted"
            } else {
                "NOT accepted"
            }
        ));
    }
    let identical = roots.windows(2).all(|pair| pair[0] == pair[1])
        && views.iter().all(|v| v.record_root == roots[0]);
    let verified = verifiers.iter().all(|(_, accepted)| *accepted);
    show.verdict(identical && verified);
    Ok(Summary {
        story: name.to_owned(),
        parties: sides.iter().map(|side| side.party.name.clone()).collect(),
        messages,
        entries,
        settled,
        record_root: roots,
        identical,
        verified,
        verifiers,
    })
}

/// Waits until the sides hold the same entries and nothing but marks waits to be settled.
async fn settle(sides: &[Side], line: &str) -> Result<Vec<LineView>, Failure> {
    let first = &sides[0];
    wait_for(&first.service, "one record on every side", async |_| {
        let Ok(views) = views(sides, line).await else {
            return false;
        };
        let same = views.windows(2).all(|pair| {
            pair[0].record_root == pair[1].record_root && pair[0].settled == pair[1].settled
        });
        let tail = views[0].entries - views[0].settled;
        let confirmed = views.iter().all(|v| {
            v.parties
                .iter()
                .all(|p| p.index == v.me || p.holds_of_ours == v.parties[usize::from(v.me)].size)
        });
        same && confirmed && tail < sides.len() as u64
    })
    .await?;
    views(sides, line).await
}

async fn views(sides: &[Side], line: &str) -> Result<Vec<LineView>, Failure> {
    let mut views = Vec::new();
    for side in sides {
        views.push(side.service.line(line).await?);
    }
    Ok(views)
}
