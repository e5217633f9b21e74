//! Alarms.

use openline_node::view::{AlarmView, SilenceRequest};

use crate::cli::AlarmCommand;
use crate::client::{Client, part};
use crate::failure::Failure;
use crate::output::{Output, time};
use crate::words::alarm_mark;

pub(super) fn alarm(
    client: &Client,
    command: &AlarmCommand,
    output: Output,
) -> Result<(), Failure> {
    match command {
        AlarmCommand::List => {
            let list: Vec<AlarmView> = client.get("/v1/alarms")?;
            output.print(&list, |list| {
                if list.is_empty() {
                    "Nothing rings.".to_owned()
                } else {
                    list.iter().map(alarm_text).collect::<Vec<_>>().join("\n")
                }
            });
        }
        AlarmCommand::Silence { id, minutes } => {
            let path = format!("/v1/alarms/{}/silence", part(id));
            let request = SilenceRequest { minutes: *minutes };
            let alarm: AlarmView = client.post(&path, &request)?;
            output.print(&alarm, |alarm| {
                format!(
                    "Silenced, not done: it rings again {}.",
                    alarm.silenced_until_ms.map_or_else(String::new, time)
                )
            });
        }
    }
    Ok(())
}

fn alarm_text(alarm: &AlarmView) -> String {
    let kind = alarm_mark(&alarm.message_type, alarm.is_for_life);
    let precedence = alarm
        .precedence
        .as_ref()
        .map_or_else(String::new, |precedence| {
            format!("{} ", precedence.to_uppercase())
        });
    let silenced = alarm.silenced_until_ms.map_or_else(String::new, |until| {
        format!("\n    silenced until {}", time(until))
    });
    let offers = if alarm.offers.is_empty() {
        String::new()
    } else {
        format!("\n    it can be taken to: {}", alarm.offers.join(", "))
    };
    format!(
        "{kind}{precedence}\"{}\": {}\n    since {}; calls {}{offers}{silenced}\n    {}",
        alarm.title,
        alarm.words,
        time(alarm.since_ms),
        alarm.calls,
        alarm.id
    )
}
