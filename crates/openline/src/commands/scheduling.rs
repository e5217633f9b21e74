//! Private scheduling.

use std::path::Path;

use openline_node::view::{
    ApproveSlotsRequest, AvailabilityRequest, AvailabilityView, CalendarServer, CalendarText,
    ConfirmSlotRequest, PreferenceView, ReleasedView, SlotRequestRequest, SlotRunView,
    SlotStepRequest, WithdrawSlotsRequest, WorkingView,
};

use super::record::entry_path;
use super::{read_text, time_of};
use crate::cli::{AvailabilityArgs, PlaceArgs, ProposeSlotsArgs, ScheduleCommand, SlotStepArgs};
use crate::client::{Client, part};
use crate::failure::Failure;
use crate::output::Output;
use crate::words::type_mark;

pub(super) fn run(
    client: &Client,
    command: &ScheduleCommand,
    output: Output,
) -> Result<(), Failure> {
    let released: ReleasedView = match command {
        ScheduleCommand::Availability(args) => return availability(client, args, output),
        ScheduleCommand::Propose(args) => {
            client.post("/v1/slots/propose", &request(args, "blind match")?)?
        }
        ScheduleCommand::Offer(args) => {
            client.post("/v1/slots/propose", &request(args, "offer")?)?
        }
        ScheduleCommand::Approve(args) => {
            let slots = args.slot.iter().map(|slot| time_of(slot));
            let slots = slots.collect::<Result<Vec<_>, _>>()?;
            let step = step(&args.step);
            let request = ApproveSlotsRequest {
                line: step.line,
                run: step.run,
                post: step.post,
                slots_ms: (!slots.is_empty()).then_some(slots),
            };
            client.post("/v1/slots/approve", &request)?
        }
        ScheduleCommand::Run(args) => {
            let view: SlotRunView = client.post("/v1/slots/run", &step(args))?;
            output.print(&view, run_text);
            return Ok(());
        }
        ScheduleCommand::Show {
            line,
            run: Some(run),
        } => {
            let args = PlaceArgs {
                line: line.clone(),
                place: run.clone(),
            };
            let path = entry_path(client, &args)?.replacen("/entries/", "/slots/", 1);
            let view: SlotRunView = client.get(&path)?;
            output.print(&view, run_text);
            return Ok(());
        }
        ScheduleCommand::Show { line, run: None } => {
            let path = format!("/v1/lines/{}/slots", part(line));
            let list: Vec<SlotRunView> = client.get(&path)?;
            output.print(&list, |list| runs_text(list));
            return Ok(());
        }
        ScheduleCommand::Confirm(args) => {
            let step = step(&args.step);
            let request = ConfirmSlotRequest {
                line: step.line,
                run: step.run,
                post: step.post,
                text: args.slot.clone(),
            };
            client.post("/v1/slots/confirm", &request)?
        }
        ScheduleCommand::Open(args) => client.post("/v1/slots/open", &step(args))?,
        ScheduleCommand::Withdraw(args) => {
            let step = step(&args.step);
            let request = WithdrawSlotsRequest {
                line: step.line,
                run: step.run,
                post: step.post,
                words: args.words.clone(),
            };
            client.post("/v1/slots/withdraw", &request)?
        }
    };
    output.print(&released, |released| {
        format!(
            "On the record: entry {}. openline schedule show --line {} tells what comes next.",
            released.place,
            &released.line[..16]
        )
    });
    Ok(())
}

fn step(args: &SlotStepArgs) -> SlotStepRequest {
    SlotStepRequest {
        line: args.place.line.clone(),
        run: args.place.place.clone(),
        post: args.post.clone(),
    }
}

fn availability(client: &Client, args: &AvailabilityArgs, output: Output) -> Result<(), Failure> {
    if args.forget {
        client.delete("/v1/availability")?;
        output.print(&(), |()| "Forgotten.".to_owned());
        return Ok(());
    }
    let request = AvailabilityRequest {
        calendar: match &args.calendar {
            Some(file) => Some(CalendarText {
                calendar: read_text(file)?,
                zone: args.zone.clone(),
            }),
            None => None,
        },
        caldav: args
            .caldav
            .as_ref()
            .map(|url| server(args, url))
            .transpose()?,
        holidays: args
            .holidays
            .iter()
            .map(|text| holidays(text))
            .collect::<Result<_, _>>()?,
        stretches: args
            .stretch
            .iter()
            .map(|text| stretch(text))
            .collect::<Result<_, _>>()?,
        otherwise: args.otherwise,
    };
    let view: AvailabilityView = client.post("/v1/availability", &request)?;
    output.print(&view, |view| {
        format!(
            "Kept on this machine alone: {}, {} calendars of holidays, {} stretches; otherwise {}.",
            if view.has_calendar {
                format!("a calendar with {} events", view.events)
            } else {
                "no calendar".to_owned()
            },
            view.holidays,
            view.stretches.len(),
            view.otherwise
        )
    });
    Ok(())
}

/// The password stands on no command line, where others of this machine could read it.
fn server(args: &AvailabilityArgs, url: &str) -> Result<CalendarServer, Failure> {
    let password = match &args.caldav_password_file {
        Some(file) => read_text(file)?
            .lines()
            .next()
            .unwrap_or_default()
            .to_owned(),
        None => rpassword::prompt_password("Password of the calendar: ").map_err(|_| {
            let next = "give --caldav-password-file FILE";
            Failure::unusable("there is no terminal to ask for the password", next)
        })?,
    };
    Ok(CalendarServer {
        url: url.to_owned(),
        user: args.caldav_user.clone().unwrap_or_default(),
        password,
        ca_file: args.caldav_ca_file.clone(),
        zone: args.zone.clone(),
    })
}

fn holidays(text: &str) -> Result<CalendarText, Failure> {
    let (file, zone) = text.rsplit_once('@').unwrap_or((text, "UTC"));
    Ok(CalendarText {
        calendar: read_text(Path::new(file))?,
        zone: zone.to_owned(),
    })
}

fn stretch(text: &str) -> Result<PreferenceView, Failure> {
    let parts = || {
        let (times, preference) = text.rsplit_once('=')?;
        let (from, until) = times.split_once('/')?;
        Some((from, until, preference.parse().ok()?))
    };
    let (from, until, preference) = parts().ok_or_else(|| {
        Failure::unusable(
            format!("\"{text}\" is no stretch"),
            "give FROM/UNTIL=PREFERENCE, such as 2026-11-02T09:00Z/2026-11-02T12:00Z=3",
        )
    })?;
    Ok(PreferenceView {
        from_ms: time_of(from)?,
        until_ms: time_of(until)?,
        preference,
    })
}

fn working(text: &str) -> Result<WorkingView, Failure> {
    let parts = || {
        let (party, rest) = text.rsplit_once('=')?;
        let (days, hours) = rest.split_once('/')?;
        let (from, until) = hours.split_once('-')?;
        Some(WorkingView {
            party: party.to_owned(),
            days: days.split(',').map(str::to_owned).collect(),
            from: from.to_owned(),
            until: until.to_owned(),
        })
    };
    parts().ok_or_else(|| {
        Failure::unusable(
            format!("\"{text}\" says not when a party works"),
            "give PARTY=mon,tue,wed,thu,fri/09:00-18:00",
        )
    })
}

fn request(args: &ProposeSlotsArgs, method: &str) -> Result<SlotRequestRequest, Failure> {
    Ok(SlotRequestRequest {
        line: args.line.clone(),
        post: args.post.clone(),
        method: method.to_owned(),
        message_type: args.message_type.clone(),
        rule: args.rule.clone(),
        from_ms: time_of(&args.from)?,
        until_ms: time_of(&args.until)?,
        length_minutes: args.minutes,
        step_minutes: args.step,
        working: args
            .working
            .iter()
            .map(|text| working(text))
            .collect::<Result<_, _>>()?,
        purpose: args.purpose.clone(),
        widens: args.widens.clone(),
    })
}

fn runs_text(list: &[SlotRunView]) -> String {
    if list.is_empty() {
        return "Nothing has been proposed.".to_owned();
    }
    let texts: Vec<String> = list.iter().map(run_text).collect();
    texts.join("\n")
}

fn run_text(view: &SlotRunView) -> String {
    let kind = type_mark(&view.message_type);
    let mut lines = vec![format!(
        "{kind}{} {} proposed by {}: {}",
        view.place, view.method, view.proposed_by, view.purpose
    )];
    match &view.waits {
        Some(waits) => lines.push(format!("waits for {waits}: {}", view.waits_for.join(", "))),
        None => lines.push(view.stage.clone()),
    }
    if let Some(slot) = view.agreed.as_ref().or(view.chosen.as_ref()) {
        lines.push(slot.text.clone());
    }
    let faults = view.faults.iter();
    lines.extend(faults.map(|fault| format!("{} {}", fault.party, fault.words)));
    let beyond = view.beyond_quota.iter();
    lines.extend(
        beyond.map(|party| format!("{party} has approved more runs than the charter allows")),
    );
    lines.push(format!(
        "blind matches in seven days: {} of {}",
        view.runs_used, view.runs_allowed
    ));
    lines.push(view.next.clone());
    lines.join("\n    ")
}
