//! The watch and the rota.

use std::path::Path;

use openline_node::view::{
    HandOverRequest, HandoverNoteView, PastWatchView, PostView, PostsRequest, RotaRequest,
    RotaView, ShiftView, StandDownRequest, TakeWatchRequest, WatchView,
};

use super::{read_text, write_bytes};
use crate::cli::{PostsArgs, RotaCommand, TakeArgs, WatchCommand};
use crate::client::{Client, part};
use crate::failure::Failure;
use crate::output::{Output, table, time};
use crate::when;

pub(super) fn watch(
    client: &Client,
    command: &WatchCommand,
    output: Output,
) -> Result<(), Failure> {
    match command {
        WatchCommand::Show { line } => {
            let view = show(client, line.as_deref())?;
            output.print(&view, watch_text);
        }
        WatchCommand::Take(args) => take(client, args, output)?,
        WatchCommand::HandOver { posts, to, note } => {
            let request = HandOverRequest {
                posts: posts_request(posts),
                to: to.clone(),
                note: words(note)?,
            };
            let view: WatchView = client.post("/v1/watch/hand-over", &request)?;
            output.print(&view, |view| {
                format!(
                    "{}\nYou have the watch until {to} takes it: openline watch take",
                    watch_text(view)
                )
            });
        }
        WatchCommand::StandDown { posts, note } => {
            let request = StandDownRequest {
                posts: posts_request(posts),
                note: note.as_deref().map(words).transpose()?,
            };
            let view: WatchView = client.post("/v1/watch/stand-down", &request)?;
            output.print(&view, |view| {
                format!("You have stood down.\n\n{}", watch_text(view))
            });
        }
        WatchCommand::History { line, post, limit } => {
            let query = [("line", line), ("post", post)]
                .iter()
                .filter_map(|(name, value)| value.as_ref().map(|v| format!("&{name}={}", part(v))))
                .collect::<String>();
            let list: Vec<PastWatchView> =
                client.get(&format!("/v1/watch/history?limit={limit}{query}"))?;
            output.print(&list, |list| history_text(list));
        }
    }
    Ok(())
}

fn show(client: &Client, line: Option<&str>) -> Result<WatchView, Failure> {
    let query = line.map_or_else(String::new, |line| format!("?line={}", part(line)));
    client.get(&format!("/v1/watch{query}"))
}

/// The notes that wait are printed before the watch is taken: whoever takes it has been given them.
fn take(client: &Client, args: &TakeArgs, output: Output) -> Result<(), Failure> {
    let until_ms = match &args.until {
        Some(text) => Some(when::coming(text, &when::now())?),
        None => None,
    };
    let notes = notes_for(client, args)?;
    let request = TakeWatchRequest {
        posts: posts_request(&args.posts),
        who: officer(args)?,
        until_ms,
        languages: args.languages.clone(),
        notes_read: notes.iter().map(|note| note.id.clone()).collect(),
        relieve: args.relieve,
    };
    for note in &notes {
        output.say(&note_text(note));
    }
    let view: WatchView = client.post("/v1/watch/take", &request)?;
    let value = serde_json::json!({ "notes": notes, "watch": view });
    output.print(&value, |_| {
        format!("{} has the watch.\n\n{}", request.who, watch_text(&view))
    });
    Ok(())
}

fn notes_for(client: &Client, args: &TakeArgs) -> Result<Vec<HandoverNoteView>, Failure> {
    let mut notes = Vec::new();
    let lines: Vec<Option<&str>> = if args.posts.lines.is_empty() {
        vec![None]
    } else {
        args.posts
            .lines
            .iter()
            .map(|line| Some(line.as_str()))
            .collect()
    };
    for line in lines {
        let view = show(client, line)?;
        let posts = view
            .posts
            .into_iter()
            .filter(|view| view.post == args.posts.post);
        notes.extend(posts.filter_map(|view| view.note));
    }
    // One note is often left on several lines.
    notes.sort_by(|one, other| (one.at_ms, &one.id).cmp(&(other.at_ms, &other.id)));
    notes.dedup_by(|one, other| one.id == other.id);
    Ok(notes)
}

fn officer(args: &TakeArgs) -> Result<String, Failure> {
    let user = || {
        std::env::var("USER")
            .or_else(|_| std::env::var("LOGNAME"))
            .ok()
    };
    let name = args
        .name
        .clone()
        .or_else(user)
        .filter(|name| !name.is_empty());
    name.ok_or_else(|| {
        Failure::unusable(
            "it is not said who takes the watch",
            "give --name NAME: a name or an office, which stays on this machine",
        )
    })
}

fn posts_request(args: &PostsArgs) -> PostsRequest {
    PostsRequest {
        post: args.post.clone(),
        lines: args.lines.clone(),
        all_lines: args.all_lines,
    }
}

/// Words as given, or from standard input for `-`.
fn words(text: &str) -> Result<String, Failure> {
    if text == "-" {
        return Ok(read_text(Path::new("-"))?.trim_end().to_owned());
    }
    Ok(text.to_owned())
}

fn note_text(note: &HandoverNoteView) -> String {
    let to = note
        .to
        .as_ref()
        .map_or_else(String::new, |to| format!(" to {to}"));
    let words = note.text.lines().map(|line| format!("  {line}"));
    let words = words.collect::<Vec<_>>().join("\n");
    format!(
        "Handover note of {}{to}, {}:\n{words}\n",
        note.from,
        time(note.at_ms)
    )
}

fn watch_text(view: &WatchView) -> String {
    if view.posts.is_empty() {
        return "No posts yet: a charter gives them. openline charter propose --help".to_owned();
    }
    let heading = [
        "LINE",
        "POST",
        "WATCH",
        "SINCE",
        "UNTIL",
        "LANGUAGES",
        "ROTA",
    ];
    let mut rows = vec![heading.map(String::from).to_vec()];
    rows.extend(view.posts.iter().map(post_row));
    let mut text = table(&rows);
    let mut notes: Vec<&HandoverNoteView> = view
        .posts
        .iter()
        .filter_map(|post| post.note.as_ref())
        .collect();
    notes.dedup_by(|one, other| one.id == other.id);
    for note in notes {
        text.push_str(&format!("\n{}", note_text(note)));
    }
    for finding in &view.findings {
        text.push_str(&format!("\nNOT AS IT SHOULD BE: {}.\n", finding.words));
    }
    text
}

fn post_row(post: &PostView) -> Vec<String> {
    let optional = |ms: Option<i64>| ms.map_or_else(|| "-".to_owned(), time);
    let rota = match (&post.rota, &post.next) {
        (Some(now), _) => format!("{} until {}", now.who, time(now.until_ms)),
        (None, Some(next)) => format!("nobody; next {} from {}", next.who, time(next.from_ms)),
        (None, None) => "-".to_owned(),
    };
    let (who, since) = match &post.who {
        Some(who) => (who.clone(), optional(post.since_ms)),
        None => ("UNATTENDED".to_owned(), optional(post.ended_ms)),
    };
    let languages = if post.languages.is_empty() {
        "-".to_owned()
    } else {
        post.languages.join(", ")
    };
    vec![
        post.title.clone(),
        post.post.clone(),
        who,
        since,
        optional(post.until_ms),
        languages,
        rota,
    ]
}

fn history_text(list: &[PastWatchView]) -> String {
    if list.is_empty() {
        return "Nobody has had the watch yet.".to_owned();
    }
    let heading = ["FROM", "UNTIL", "LINE", "POST", "WATCH", "ENDED"];
    let mut rows = vec![heading.map(String::from).to_vec()];
    for past in list {
        rows.push(vec![
            time(past.from_ms),
            past.until_ms.map_or_else(|| "now".to_owned(), time),
            past.title.clone(),
            past.post.clone(),
            past.who.clone(),
            past.ending
                .as_ref()
                .map_or_else(|| "has it".to_owned(), |ending| ending.words.clone()),
        ]);
    }
    let mut text = table(&rows);
    for past in list {
        if let (Some(note), Some(until)) = (&past.note, past.until_ms) {
            text.push_str(&format!(
                "\n{} at {}:\n  {}\n",
                past.who,
                time(until),
                note.replace('\n', "\n  ")
            ));
        }
    }
    text
}

pub(super) fn rota(client: &Client, command: &RotaCommand, output: Output) -> Result<(), Failure> {
    match command {
        RotaCommand::Import { file, zone, post } => {
            let request = RotaRequest {
                calendar: read_text(file)?,
                zone: zone.clone(),
                post: post.clone(),
            };
            let view: RotaView = client.post("/v1/rota", &request)?;
            output.print(&view, |view| {
                format!(
                    "The rota is taken. The next 31 days:\n\n{}",
                    rota_text(view)
                )
            });
        }
        RotaCommand::Export { days, out } => {
            let query = days.map_or_else(String::new, |days| format!("?days={days}"));
            let bytes = client.get_bytes(&format!("/v1/rota/file{query}"))?;
            match out {
                Some(path) => {
                    write_bytes(path, &bytes)?;
                    let value = serde_json::json!({ "file": path, "bytes": bytes.len() });
                    output.print(&value, |_| format!("The rota is in {}.", path.display()));
                }
                None => output.raw(&bytes),
            }
        }
        RotaCommand::Show { days, post } => {
            let post = post
                .as_ref()
                .map_or_else(String::new, |p| format!("&post={}", part(p)));
            let view: RotaView = client.get(&format!("/v1/rota?days={days}{post}"))?;
            output.print(&view, rota_text);
        }
        RotaCommand::Next { post } => {
            let shift: ShiftView = client.get(&format!("/v1/rota/next?post={}", part(post)))?;
            output.print(&shift, |shift| {
                format!(
                    "{} is to have the watch of {} from {} until {}.",
                    shift.who,
                    shift.post,
                    time(shift.from_ms),
                    time(shift.until_ms)
                )
            });
        }
        RotaCommand::Remove => {
            client.delete("/v1/rota")?;
            output.print(&serde_json::json!({ "done": true }), |_| {
                "The rota is removed.".to_owned()
            });
        }
    }
    Ok(())
}

fn rota_text(view: &RotaView) -> String {
    if view.imported_ms.is_none() {
        return "There is no rota: openline rota import FILE.ics".to_owned();
    }
    let mut rows = vec![
        ["FROM", "UNTIL", "POST", "WATCH"]
            .map(String::from)
            .to_vec(),
    ];
    rows.extend(view.shifts.iter().map(|shift| {
        vec![
            time(shift.from_ms),
            time(shift.until_ms),
            shift.post.clone(),
            shift.who.clone(),
        ]
    }));
    let mut text = table(&rows);
    for hole in &view.holes {
        text.push_str(&format!(
            "\nNOBODY for {} from {} until {}",
            hole.post,
            time(hole.from_ms),
            time(hole.until_ms)
        ));
    }
    for post in &view.unknown_posts {
        text.push_str(&format!(
            "\nThe rota names the post \"{post}\", which we have on no line."
        ));
    }
    text
}
