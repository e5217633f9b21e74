//! A way out for alerts, and which alerts take it.

use std::path::Path;

use super::alert::Alert;
use super::command::Command;
use super::kind::{AlertClass, AlertKind};
use super::mail::Mail;
use super::webhook::Webhook;

/// Longest reason that is kept, characters.
const REASON_MAX: usize = 300;

/// Alerts that a channel is asked to take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    All,
    Class(AlertClass),
    Kind(AlertKind),
}

/// How a channel reaches people.
#[derive(Debug, Clone)]
pub(super) enum Way {
    Webhook(Webhook),
    Mail(Mail),
    Command(Command),
}

/// A channel of `openline.toml`.
#[derive(Debug, Clone)]
pub(super) struct Channel {
    pub(super) name: String,
    /// The post it calls; every post without one.
    pub(super) post: Option<String>,
    pub(super) on: Vec<Wanted>,
    pub(super) way: Way,
}

/// What became of one try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Outcome {
    /// Handed over in whole.
    Delivered,
    /// Handed over to some of those it should reach; the reason concerns the others.
    InPart(Reason),
    /// Not handed over.
    Failed(Reason),
}

/// Why something did not work, in plain words on one line. It names no secret, and stays on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reason(String);

impl Reason {
    /// Takes words, some of which a server or a program may have chosen.
    pub(super) fn new(words: impl AsRef<str>) -> Self {
        let is_turning = |c: char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        let clean = |c: char| {
            if c.is_control() || is_turning(c) {
                ' '
            } else {
                c
            }
        };
        let words = words.as_ref().trim().chars().take(REASON_MAX);
        Self(words.map(clean).collect())
    }

    pub(super) fn words(&self) -> &str {
        &self.0
    }
}

impl Channel {
    /// Whether an alert goes out here. A failing channel is told over all others, and traffic that concerns lives rings every post.
    pub(super) fn takes(&self, alert: &Alert) -> bool {
        let is_own = alert.channel.as_ref() == Some(&self.name);
        match alert.kind {
            AlertKind::ChannelFailing => return !is_own,
            AlertKind::ChannelTest => return is_own,
            _ => {}
        }
        let is_wanted = self.on.iter().any(|wanted| match wanted {
            Wanted::All => true,
            Wanted::Class(class) => *class == alert.kind.class(),
            Wanted::Kind(kind) => *kind == alert.kind,
        });
        let is_post = match (&self.post, &alert.post) {
            (Some(own), Some(called)) => own == called,
            _ => true,
        };
        is_wanted && (is_post || alert.kind == AlertKind::SafetyOfLife)
    }

    /// The word for its way out.
    pub(super) fn kind(&self) -> &'static str {
        match &self.way {
            Way::Webhook(_) => "webhook",
            Way::Mail(_) => "mail",
            Way::Command(_) => "command",
        }
    }

    /// Where it leads, without anything that may be secret.
    pub(super) fn target(&self) -> String {
        match &self.way {
            Way::Webhook(webhook) => webhook.host.clone(),
            Way::Mail(mail) => format!("{}:{}", mail.server, mail.port),
            Way::Command(command) => command.program.display().to_string(),
        }
    }

    /// Sends an alert, and returns when it is handed over or has failed. Blocks, for a bounded time.
    pub(super) fn deliver(&self, home: &Path, alert: &Alert) -> Outcome {
        let sent = match &self.way {
            Way::Webhook(webhook) => webhook.deliver(home, alert),
            Way::Mail(mail) => mail.deliver(home, alert),
            Way::Command(command) => command.deliver(alert),
        };
        sent.unwrap_or_else(Outcome::Failed)
    }
}
