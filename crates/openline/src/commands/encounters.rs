//! Encounters, the return visits that they oblige, and the contact history.

use openline_node::view::{
    AccordRequest, ClaimAssentView, ContactsRequest, EncounterRequest, EncounterView, HistoryView,
    OwedView, ReleasedView, SettingView, StepRequest,
};

use super::{read_text, time_of};
use crate::cli::{
    ClaimArgs, EncounterAskArgs, EncounterCommand, EncounterEndArgs, EncounterHeldArgs,
    EncounterScheduleArgs, HistoryArgs, SettingArgs, StepArgs,
};
use crate::client::{Client, part};
use crate::failure::Failure;
use crate::output::{Output, time};
use crate::words::type_mark;

mod calendar;
mod claim;

pub(crate) use claim::parse as claimed_times;

pub(super) fn encounter(
    client: &Client,
    command: &EncounterCommand,
    output: Output,
) -> Result<(), Failure> {
    match command {
        EncounterCommand::Ask(args) => ask(client, args, output),
        EncounterCommand::Accept(args) => put(client, &step(args, "accepted in principle"), output),
        EncounterCommand::Schedule(args) => put(client, &schedule(args)?, output),
        EncounterCommand::Held(args) => put(client, &held(args)?, output),
        EncounterCommand::ReadOut {
            step: args,
            readout,
        } => {
            let mut request = step(args, "read out");
            request.readout = Some(readout.clone());
            put(client, &request, output)
        }
        EncounterCommand::Decline(args) => put(client, &ended(args, "declined")?, output),
        EncounterCommand::Postpone(args) => put(client, &ended(args, "postponed")?, output),
        EncounterCommand::AskedBy { step: args, party } => {
            put(client, &of_party(args, "asked by", party), output)
        }
        EncounterCommand::Owes { step: args, party } => {
            put(client, &of_party(args, "return owed", party), output)
        }
        EncounterCommand::Agree(args) => answer(client, args, "agrees", output),
        EncounterCommand::Disagree(args) => answer(client, args, "declines", output),
        EncounterCommand::List { line } => {
            let all: Vec<EncounterView> =
                client.get(&format!("/v1/lines/{}/encounters", part(line)))?;
            output.print(&all, |all| encounters_text(all));
            Ok(())
        }
        EncounterCommand::Export(args) => calendar::export(client, args, output),
        EncounterCommand::Import(args) => calendar::import(client, args, output),
        EncounterCommand::Returns { line } => {
            let all: Vec<OwedView> = client.get(&format!("/v1/lines/{}/returns", part(line)))?;
            output.print(&all, |all| returns_text(all));
            Ok(())
        }
    }
}

fn ask(client: &Client, args: &EncounterAskArgs, output: Output) -> Result<(), Failure> {
    let request = EncounterRequest {
        line: args.line.clone(),
        post: args.post.clone(),
        message_type: args.message_type.clone(),
        kind: args.kind.clone(),
        subject: args.subject.clone(),
        level: args.level.clone(),
        asked: args.asked_by.clone(),
        host: args.host.clone(),
        within: args.within.clone(),
        returns: args.returns.clone(),
        words: args.words.clone(),
        setting: setting(&args.setting),
    };
    let released: ReleasedView = client.post("/v1/encounters", &request)?;
    said(&released, output);
    Ok(())
}

fn setting(args: &SettingArgs) -> SettingView {
    SettingView {
        participants: args.participants.clone(),
        location: args.location.clone(),
        languages: args.languages.clone(),
        interpreter: args.interpreter.clone(),
    }
}

fn step(args: &StepArgs, act: &str) -> StepRequest {
    StepRequest {
        line: args.place.line.clone(),
        of: args.place.place.clone(),
        post: args.post.clone(),
        act: act.to_owned(),
        window_ms: None,
        claims: Vec::new(),
        next_ms: None,
        party: None,
        readout: None,
        words: args.words.clone(),
        setting: SettingView::default(),
    }
}

fn of_party(args: &StepArgs, act: &str, party: &str) -> StepRequest {
    let mut request = step(args, act);
    request.party = Some(party.to_owned());
    request
}

fn schedule(args: &EncounterScheduleArgs) -> Result<StepRequest, Failure> {
    let mut request = step(&args.step, "scheduled");
    request.window_ms = Some([time_of(&args.from)?, time_of(&args.to)?]);
    request.setting = setting(&args.setting);
    Ok(request)
}

fn held(args: &EncounterHeldArgs) -> Result<StepRequest, Failure> {
    let mut request = step(&args.step, "held");
    let claims = args.claims.iter().map(|text| claim::parse(text));
    request.claims = claims.collect::<Result<_, _>>()?;
    request.setting = setting(&args.setting);
    Ok(request)
}

fn ended(args: &EncounterEndArgs, act: &str) -> Result<StepRequest, Failure> {
    let next_ms = match (&args.next_from, &args.next_to) {
        (Some(from), Some(to)) => Some([time_of(from)?, time_of(to)?]),
        _ => None,
    };
    Ok(StepRequest {
        line: args.place.line.clone(),
        of: args.place.place.clone(),
        post: args.post.clone(),
        act: act.to_owned(),
        window_ms: None,
        claims: Vec::new(),
        next_ms,
        party: None,
        readout: None,
        words: Some(args.reason.clone()),
        setting: SettingView::default(),
    })
}

fn put(client: &Client, request: &StepRequest, output: Output) -> Result<(), Failure> {
    let released: ReleasedView = client.post("/v1/encounter-steps", request)?;
    said(&released, output);
    Ok(())
}

/// Agreeing goes by the claim's place; a joint number is resolved first.
fn answer(client: &Client, args: &ClaimArgs, stance: &str, output: Output) -> Result<(), Failure> {
    let path = super::record::entry_path(client, &args.place)?.replace("/entries/", "/claims/");
    let request = AccordRequest {
        post: args.post.clone(),
        stance: stance.to_owned(),
        words: args.words.clone(),
    };
    let released: ReleasedView = client.post(&path, &request)?;
    said(&released, output);
    Ok(())
}

pub(super) fn said(released: &ReleasedView, output: Output) {
    output.print(released, |released| {
        format!("On the record as entry {}.", released.place)
    });
}

fn encounters_text(all: &[EncounterView]) -> String {
    if all.is_empty() {
        return "No encounter has been asked for: openline encounter ask --help".to_owned();
    }
    all.iter()
        .map(encounter_text)
        .collect::<Vec<_>>()
        .join("\n")
}

fn encounter_text(view: &EncounterView) -> String {
    let mut lines = vec![format!(
        "{}{} {} ({}), {}: {}",
        type_mark(&view.message_type),
        view.place,
        view.kind,
        view.level,
        view.stage.to_uppercase(),
        view.subject
    )];
    let mut add = |text: String| lines.push(format!("    {text}"));
    match &view.asked_agreed {
        Some(asked) => add(format!("asked for by {asked}, as all agree")),
        None => view.asked.iter().for_each(|claim| {
            add(format!(
                "asked for by {}, as {} has it ({})",
                claim.asked, claim.party_name, claim.place
            ));
        }),
    }
    for schedule in &view.schedules {
        let stands = if view.fixed.as_ref() == Some(&schedule.place) {
            "STANDS".to_owned()
        } else {
            assent_text(&schedule.assent)
        };
        add(format!(
            "schedule {} by {}: {} ({stands})",
            schedule.place, schedule.party_name, schedule.rendered
        ));
    }
    for held in &view.held {
        add(format!(
            "held, says {} ({}; {})",
            held.party_name,
            held.place,
            assent_text(&held.assent)
        ));
        let claims = held.claims.iter();
        claims.for_each(|one| add(format!("  {}", claim::text(one))));
    }
    for contradiction in &view.contradictions {
        add(format!(
            "CONTRADICTION ({}): {}",
            contradiction.sources.join(" and "),
            contradiction.words
        ));
    }
    for ended in &view.ended {
        let next = ended.next_ms.map_or_else(String::new, |[from, to]| {
            format!("; next window {} to {}", time(from), time(to))
        });
        add(format!(
            "{} by {} ({}): {}{next}",
            ended.act, ended.party_name, ended.place, ended.reason
        ));
    }
    for readout in &view.readouts {
        add(format!(
            "read out by {}: {}",
            readout.party_name, readout.act
        ));
    }
    if !view.programme.is_empty() {
        add(format!("programme: {}", view.programme.join(", ")));
    }
    lines.join("\n")
}

pub(super) fn assent_text(assent: &ClaimAssentView) -> String {
    if assent.is_agreed {
        return "agreed by all".to_owned();
    }
    let said = assent
        .said
        .iter()
        .map(|said| format!("{} {}", said.party_name, said.stance));
    let awaited = assent
        .awaited
        .iter()
        .map(|party| format!("waits for {party}"));
    said.chain(awaited).collect::<Vec<_>>().join(", ")
}

fn returns_text(all: &[OwedView]) -> String {
    if all.is_empty() {
        return "Nobody says that a return visit is owed.".to_owned();
    }
    let row = |owed: &OwedView| {
        let says: Vec<&str> = owed.claims.iter().map(|c| c.party_name.as_str()).collect();
        let standing = match (&owed.closed_by, owed.is_agreed) {
            (Some(place), _) => format!("returned by {place}"),
            (None, true) => "owed, as all agree".to_owned(),
            (None, false) => format!("owed, as {} says", says.join(" and ")),
        };
        let proposed: Vec<String> = owed
            .proposed
            .iter()
            .map(|visit| format!("{} {}", visit.place, visit.stage))
            .collect();
        let proposed = if proposed.is_empty() {
            "nothing proposed yet".to_owned()
        } else {
            format!("proposed: {}", proposed.join(", "))
        };
        format!(
            "{}{} a return by {} for: {}\n    {standing}, since {}; {proposed}",
            type_mark(&owed.message_type),
            owed.visit,
            owed.debtor,
            owed.subject,
            time(owed.since_ms)
        )
    };
    all.iter().map(row).collect::<Vec<_>>().join("\n")
}

pub(super) fn history(client: &Client, args: &HistoryArgs, output: Output) -> Result<(), Failure> {
    if let Some(file) = &args.import {
        let request = ContactsRequest {
            post: args.post.clone(),
            message_type: args.message_type.clone(),
            csv: read_text(file)?,
        };
        let path = format!("/v1/lines/{}/contacts", part(&args.line));
        let released: Vec<ReleasedView> = client.post(&path, &request)?;
        output.print(&released, |released| {
            format!(
                "{} contacts are on the record as our claim; they count as agreed once the others agree: openline encounter agree",
                released.len()
            )
        });
        return Ok(());
    }
    let path = format!(
        "/v1/lines/{}/history?type={}",
        part(&args.line),
        part(&args.message_type)
    );
    let view: HistoryView = client.get(&path)?;
    if let Some(file) = &args.svg {
        std::fs::write(file, &view.svg).map_err(|error| Failure::file(file, &error))?;
    }
    output.print(&view, history_text);
    Ok(())
}

fn history_text(view: &HistoryView) -> String {
    if view.events.is_empty() {
        return "Nothing has been held, and no older contact is on the record.".to_owned();
    }
    let mut text = view.text.clone();
    for silence in &view.silences {
        let days = silence
            .days
            .map_or_else(String::new, |days| format!(", {days} days ago"));
        text.push_str(&format!(
            "Last {} at the level of {}: {}{days}.\n",
            silence.kind, silence.level, silence.date
        ));
    }
    text
}
