//! `[alerts]` and `[[alert]]` in `openline.toml`: which channels there are, and what each takes.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;
use toml::Spanned;

use super::CHANNELS_MAX;
use super::channel::{Channel, Wanted, Way};
use super::command::Command;
use super::kind::{AlertClass, AlertKind};
use super::mail::{Login, Mail, Security};
use super::schedule::SelfTest;
use super::webhook::Webhook;

/// Longest name of a channel, bytes.
const NAME_MAX: usize = 64;
/// Recipients of one mail channel.
const RECIPIENTS_MAX: usize = 16;
/// Longest address, bytes (RFC 5321, 4.5.3.1.3).
const ADDRESS_MAX: usize = 254;
/// Arguments of a command.
const ARGS_MAX: usize = 64;
/// Longest time a command may take, seconds.
const COMMAND_SECONDS_MAX: u64 = 60;
/// How long a command may take if nothing is said, seconds.
const COMMAND_SECONDS: u64 = 10;

/// What holds for all channels.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AlertsConfig {
    /// When every channel is tried out, UTC: `HH:MM`, or `off`. 09:00 if left out.
    pub self_test: Option<Spanned<String>>,
}

/// One channel as the file has it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChannelConfig {
    name: Spanned<String>,
    post: Option<Spanned<String>>,
    on: Option<Vec<Spanned<String>>>,
    webhook: Option<Spanned<WebhookConfig>>,
    mail: Option<Spanned<MailConfig>>,
    command: Option<Spanned<CommandConfig>>,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct WebhookConfig {
    url: Spanned<String>,
    token_file: Option<PathBuf>,
    ca_file: Option<PathBuf>,
}

impl std::fmt::Debug for WebhookConfig {
    /// Without the address, which may hold a secret in its path.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WebhookConfig").finish_non_exhaustive()
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct MailConfig {
    server: Spanned<String>,
    port: Option<u16>,
    security: Spanned<String>,
    user: Option<Spanned<String>>,
    password_file: Option<PathBuf>,
    ca_file: Option<PathBuf>,
    from: Spanned<String>,
    to: Spanned<Vec<Spanned<String>>>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct CommandConfig {
    program: Spanned<PathBuf>,
    #[serde(default)]
    args: Vec<String>,
    timeout_s: Option<Spanned<u64>>,
}

/// Where something is wrong, as an offset into the file, and what.
type Wrong = (usize, String);

/// What the file says about alerts, checked.
#[derive(Debug, Clone, Default)]
pub struct Alerting {
    pub(super) channels: Vec<Channel>,
    pub(super) self_test: SelfTest,
}

impl Alerting {
    /// Checks what the types can't say. On failure the line, the key and what is allowed.
    pub(crate) fn read(
        alerts: &AlertsConfig,
        channels: &[ChannelConfig],
        text: &str,
    ) -> Result<Self, String> {
        check(alerts, channels).map_err(|(offset, why)| {
            let before = text.as_bytes().iter().take(offset);
            let line = before.filter(|byte| **byte == b'\n').count() + 1;
            format!("line {line}: {why}")
        })
    }
}

fn check(alerts: &AlertsConfig, configs: &[ChannelConfig]) -> Result<Alerting, Wrong> {
    let self_test = match &alerts.self_test {
        None => SelfTest::default(),
        Some(given) => SelfTest::parse(given.get_ref()).ok_or_else(|| {
            let words = "alerts.self_test: give a time of day in UTC such as \"09:00\", or \"off\"";
            wrong(given, words)
        })?,
    };
    let mut names = BTreeSet::new();
    let mut channels = Vec::new();
    for config in configs {
        if !names.insert(config.name.get_ref().clone()) {
            let words = format!("alert.name: \"{}\" is given twice", config.name.get_ref());
            return Err(wrong(&config.name, words));
        }
        if channels.len() == CHANNELS_MAX {
            let words = format!("alert: there are more than {CHANNELS_MAX} channels");
            return Err(wrong(&config.name, words));
        }
        channels.push(channel(config)?);
    }
    Ok(Alerting {
        channels,
        self_test,
    })
}

fn channel(config: &ChannelConfig) -> Result<Channel, Wrong> {
    let name = config.name.get_ref();
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if name.is_empty() || name.len() > NAME_MAX || !name.chars().all(is_plain) {
        let words = format!(
            "alert.name: give at most {NAME_MAX} letters, digits, dots, hyphens or underscores"
        );
        return Err(wrong(&config.name, words));
    }
    let way = match (&config.webhook, &config.mail, &config.command) {
        (Some(webhook), None, None) => Way::Webhook(webhook_of(webhook.get_ref())?),
        (None, Some(mail), None) => Way::Mail(mail_of(mail.get_ref())?),
        (None, None, Some(command)) => Way::Command(command_of(command.get_ref())?),
        _ => {
            let words = format!(
                "alert \"{name}\": give exactly one of webhook, mail and command; for two ways out make two [[alert]] tables"
            );
            return Err(wrong(&config.name, words));
        }
    };
    Ok(Channel {
        name: name.clone(),
        post: post_of(config)?,
        on: wanted(config)?,
        way,
    })
}

fn post_of(config: &ChannelConfig) -> Result<Option<String>, Wrong> {
    match &config.post {
        None => Ok(None),
        Some(post) if post.get_ref() == "all" => Ok(None),
        Some(post) if openline_core::charter::is_post(post.get_ref()) => {
            Ok(Some(post.get_ref().clone()))
        }
        Some(post) => Err(wrong(
            post,
            "alert.post: give the name of a post as the charter has it, or \"all\"",
        )),
    }
}

fn wanted(config: &ChannelConfig) -> Result<Vec<Wanted>, Wrong> {
    let Some(on) = &config.on else {
        return Ok(vec![Wanted::All]);
    };
    on.iter()
        .map(|word| {
            let text = word.get_ref().as_str();
            let class = AlertClass::from_word(text).map(Wanted::Class);
            let kind = AlertKind::from_word(text).map(Wanted::Kind);
            let all = (text == "all").then_some(Wanted::All);
            all.or(class).or(kind).ok_or_else(|| {
                let kinds: Vec<&str> = AlertKind::ALL.iter().map(|kind| kind.word()).collect();
                let words = format!(
                    "alert.on: \"{text}\" is no kind of alert; give all, messages, lines, watch, drills, or some of: {}",
                    kinds.join(", ")
                );
                wrong(word, words)
            })
        })
        .collect()
}

fn webhook_of(config: &WebhookConfig) -> Result<Webhook, Wrong> {
    let refused = |why: &str| wrong(&config.url, format!("alert.webhook.url {why}"));
    let uri: ureq::http::Uri = config
        .url
        .get_ref()
        .parse()
        .map_err(|_| refused("is not an address; give https://HOST/PATH"))?;
    let authority = uri.authority().map_or("", |authority| authority.as_str());
    if authority.contains('@') {
        return Err(refused(
            "has a password in it; put a token into a file and name it with token_file",
        ));
    }
    let host = uri.host().unwrap_or_default().to_owned();
    let is_secure = match uri.scheme_str() {
        Some("https") => true,
        Some("http") if crate::https::is_loopback(&host) => false,
        Some("http") => {
            return Err(refused(
                "is plain http, which others could read: give https, or a loopback address such as http://127.0.0.1:8080/",
            ));
        }
        _ => return Err(refused("must begin with https://")),
    };
    Ok(Webhook {
        url: config.url.get_ref().clone(),
        host,
        is_secure,
        token_file: config.token_file.clone(),
        ca_file: config.ca_file.clone(),
    })
}

fn mail_of(config: &MailConfig) -> Result<Mail, Wrong> {
    let server = config.server.get_ref();
    let security = Security::from_word(config.security.get_ref()).ok_or_else(|| {
        let words = "alert.mail.security: give \"starttls\", \"tls\" or \"none-loopback-only\"";
        wrong(&config.security, words)
    })?;
    if server.is_empty() || rustls::pki_types::ServerName::try_from(server.as_str()).is_err() {
        let words = "alert.mail.server: give the server's name, without a port";
        return Err(wrong(&config.server, words));
    }
    if security == Security::None && !crate::https::is_loopback(server) {
        let words = "alert.mail.security is none, which others could read: give \"starttls\" or \"tls\", or let server be a loopback address such as 127.0.0.1";
        return Err(wrong(&config.security, words));
    }
    let recipients = config.to.get_ref();
    if recipients.is_empty() || recipients.len() > RECIPIENTS_MAX {
        let words = format!("alert.mail.to: give 1 to {RECIPIENTS_MAX} addresses");
        return Err(wrong(&config.to, words));
    }
    for (key, address) in std::iter::once(("from", &config.from))
        .chain(recipients.iter().map(|address| ("to", address)))
    {
        if !is_address(address.get_ref()) {
            let words = format!("alert.mail.{key}: give an address such as watch@ministry.example");
            return Err(wrong(address, words));
        }
    }
    Ok(Mail {
        server: server.clone(),
        port: config.port.unwrap_or(security.port()),
        security,
        login: login_of(config)?,
        ca_file: config.ca_file.clone(),
        from: config.from.get_ref().clone(),
        to: recipients.iter().map(|to| to.get_ref().clone()).collect(),
    })
}

fn login_of(config: &MailConfig) -> Result<Option<Login>, Wrong> {
    match (&config.user, &config.password_file) {
        (None, None) => Ok(None),
        (Some(user), Some(password_file)) if !user.get_ref().contains(char::is_control) => {
            Ok(Some(Login {
                user: user.get_ref().clone(),
                password_file: password_file.clone(),
            }))
        }
        (Some(user), _) => Err(wrong(
            user,
            "alert.mail.user: give a plain name, and the file with its password as password_file",
        )),
        (None, Some(_)) => Err(wrong(
            &config.server,
            "alert.mail.password_file is given without user",
        )),
    }
}

fn command_of(config: &CommandConfig) -> Result<Command, Wrong> {
    let program = config.program.get_ref();
    if !program.is_absolute() {
        let words = "alert.command.program: give the program's whole path, such as /usr/local/bin/page; no shell looks for it";
        return Err(wrong(&config.program, words));
    }
    if config.args.len() > ARGS_MAX || config.args.iter().any(|arg| arg.contains('\0')) {
        let words = format!("alert.command.args: give at most {ARGS_MAX} plain arguments");
        return Err(wrong(&config.program, words));
    }
    let seconds = match &config.timeout_s {
        None => COMMAND_SECONDS,
        Some(given) if (1..=COMMAND_SECONDS_MAX).contains(given.get_ref()) => *given.get_ref(),
        Some(given) => {
            let words = format!("alert.command.timeout_s: give 1 to {COMMAND_SECONDS_MAX} seconds");
            return Err(wrong(given, words));
        }
    };
    Ok(Command {
        program: program.clone(),
        args: config.args.clone(),
        timeout: Duration::from_secs(seconds),
    })
}

fn wrong<T>(at: &Spanned<T>, words: impl Into<String>) -> Wrong {
    (at.span().start, words.into())
}

/// An address without anything that could end a command or a header field.
fn is_address(text: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_graphic() && !"<>()[]\\,;:\"".contains(c);
    let parts = text.split_once('@');
    text.len() <= ADDRESS_MAX
        && text.chars().all(is_plain)
        && parts.is_some_and(|(local, domain)| {
            !local.is_empty() && !domain.is_empty() && !domain.contains('@')
        })
}

#[cfg(test)]
mod tests {
    use crate::config::{Config, FILE};

    fn read(text: &str) -> Result<Config, String> {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join(FILE), text).expect("written");
        Config::read(folder.path()).map_err(|error| error.to_string())
    }

    #[track_caller]
    fn refused(channel: &str, line: usize, words: &str) {
        let text = format!(
            "[alerts]\nself_test = \"23:59\"\n\n[[alert]]\nname = \"first\"\ncommand = {{ program = \"/bin/true\" }}\n\n[[alert]]\n{channel}"
        );
        let why = read(&text).expect_err("not right");
        assert!(
            why.contains(&format!("line {line}: alert")) && why.contains(words),
            "{why}"
        );
    }

    const MAIL: &str = "server = \"mail.example\"\nsecurity = \"tls\"\nfrom = \"a@b.example\"\nto = [\"c@d.example\"]\n";

    #[test]
    fn every_way_out_is_read() {
        let text = format!(
            "[[alert]]\nname = \"a\"\npost = \"all\"\non = [\"messages\", \"watch unattended\"]\nwebhook = {{ url = \"https://pager.example/in\" }}\n\
             [[alert]]\nname = \"b\"\n[alert.mail]\n{MAIL}[[alert]]\nname = \"c\"\npost = \"watch\"\ncommand = {{ program = \"/bin/true\", args = [\"x\"], timeout_s = 60 }}\n\
             [[alert]]\nname = \"d\"\nwebhook = {{ url = \"http://[::1]:8080/\" }}\n"
        );
        let config = read(&text).expect("right");
        assert_eq!(config.alerting.channels.len(), 4);
        let mail = &config.alerting.channels[1];
        assert_eq!(
            (mail.kind(), mail.target().as_str()),
            ("mail", "mail.example:465")
        );
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line() {
        let hook = |url: &str| format!("name = \"x\"\nwebhook = {{ url = \"{url}\" }}");
        let mail = |more: &str| format!("name = \"x\"\n[alert.mail]\n{more}");
        let program = "command = { program = \"/bin/true\" }";
        refused(&format!("name = \"first\"\n{program}"), 9, "given twice");
        refused(&format!("name = \"a b\"\n{program}"), 9, "alert.name");
        refused("name = \"x\"", 9, "exactly one of");
        refused(
            &format!("name = \"x\"\npost = \"\"\n{program}"),
            10,
            "alert.post",
        );
        refused(
            &format!("name = \"x\"\non = [\n\"drill\",\n\"fire\"]\n{program}"),
            12,
            "\"fire\" is no kind",
        );
        refused(&hook("http://pager.example/"), 10, "plain http");
        refused(&hook("http://localhost/"), 10, "plain http");
        refused(&hook("ftp://pager.example/"), 10, "https://");
        refused(
            &hook("https://me:pw@pager.example/"),
            10,
            "has a password in it",
        );
        refused(
            "name = \"x\"\ncommand = { program = \"page\" }",
            10,
            "whole path",
        );
        refused(
            "name = \"x\"\ncommand = { program = \"/p\", timeout_s = 61 }",
            10,
            "1 to 60",
        );
        refused(
            &mail(&MAIL.replace("tls", "ssl")),
            12,
            "alert.mail.security",
        );
        refused(
            &mail(&MAIL.replace("tls", "none-loopback-only")),
            12,
            "others could read",
        );
        refused(
            &mail(&MAIL.replace("mail.example", "mail.example:25")),
            11,
            "without a port",
        );
        refused(
            &mail(&MAIL.replace("c@d", "c>\\r\\nRCPT TO:<x@d")),
            14,
            "alert.mail.to",
        );
        refused(
            &mail(&MAIL.replace("[\"c@d.example\"]", "[]")),
            14,
            "1 to 16",
        );
        refused(&mail(&format!("{MAIL}user = \"u\"\n")), 15, "password_file");
    }

    #[test]
    fn a_wrong_time_and_a_wrong_key_are_named() {
        let why = read("[alerts]\n\nself_test = \"9\"").expect_err("no time");
        assert!(why.contains("line 3: alerts.self_test"), "{why}");
        let why = read("[[alert]]\nname = \"x\"\nwebhok = {}").expect_err("no key");
        assert!(why.contains("line 3") && why.contains("webhok"), "{why}");
    }

    #[test]
    fn what_is_logged_of_it_holds_no_secret() {
        let config =
            read("[[alert]]\nname = \"a\"\nwebhook = { url = \"https://pager.example/secret\" }");
        assert!(!format!("{:?}", config.expect("right")).contains("secret"));
    }
}
