//! `openline serve`: the node, its API, and its end.

use std::io::IsTerminal as _;
use std::path::Path;

use openline_console::{Console, Origin};
use openline_node::home::{ApiFile, Home};
use openline_node::service::Service;
use openline_node::{Node, NodeOptions, StartError};
use tokio::signal::unix::{SignalKind, signal};

use super::passphrase;
use crate::cli::ServeArgs;
use crate::failure::Failure;
use crate::output::Output;

pub(super) fn serve(home: &Path, args: &ServeArgs, output: Output) -> Result<(), Failure> {
    start_log(args.log_json);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::unreachable(error.to_string(), "free some memory or threads"))?;
    let done = runtime.block_on(run(home, args, output));
    // An alert that is being sent is kept, and sent again after the next start; nobody waits for it.
    runtime.shutdown_background();
    done
}

/// Log lines hold no message content, no keys and no addresses of people.
fn start_log(is_json: bool) {
    let filter = tracing_subscriber::EnvFilter::try_from_env("OPENLINE_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info"));
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
    if is_json {
        log.json().init()
    } else {
        log.with_target(false).init()
    }
}

async fn run(path: &Path, args: &ServeArgs, output: Output) -> Result<(), Failure> {
    let home = Home::open(path)?;
    let options = NodeOptions {
        passphrase: node_passphrase(&home, args)?,
        ..NodeOptions::default()
    };
    let node = Node::start(path, options).map_err(start_failure)?;
    let service = node.service();
    let listener = tokio::net::TcpListener::bind(home.config().listen.api)
        .await
        .map_err(|error| {
            Failure::unreachable(
                format!("the API can't listen: {error}"),
                "change listen.api in openline.toml",
            )
        })?;
    let address = listener
        .local_addr()
        .map_err(|error| Failure::unreachable(error.to_string(), "try again"))?;
    let token = openline_core::id::hex(&openline_node::identity::random::<32>());
    home.write_api(&ApiFile {
        address,
        token: token.clone(),
        pid: std::process::id(),
    })?;
    let origin = origin(&home, address.port())?.as_str().to_owned();
    let console = console(&home, &service, address.port())?;
    let api = tokio::spawn({
        let service = service.clone();
        async move { openline_web::serve(listener, service, &token, console).await }
    });
    let status = service.status().await?;
    if let Some(doubt) = &status.clock_doubt {
        tracing::warn!("{doubt}");
    }
    let value = serde_json::json!({ "party": status.party, "listening": status.listening, "api": address.to_string(), "console": origin });
    // Whoever started the node may have stopped listening; the node runs all the same.
    output
        .try_print(&value, |_| {
            format!(
                "{} listens on {}; local API at {address}. Stop with Ctrl-C.\nConsole at {origin}: openline console prints a link that signs you in.",
                status.party,
                status.listening.join(", ")
            )
        })
        .unwrap_or_else(|error| tracing::warn!(%error, "standard output can't be written to"));
    let stopped = node.stopped();
    tokio::pin!(stopped);
    let signal_failed =
        |error: std::io::Error| Failure::unreachable(error.to_string(), "try again");
    let mut terminate = signal(SignalKind::terminate()).map_err(signal_failed)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(signal_failed)?;
    let mut hangup = signal(SignalKind::hangup()).map_err(signal_failed)?;
    loop {
        tokio::select! {
            () = &mut stopped => break,
            _ = terminate.recv() => drop(service.shutdown().await),
            _ = interrupt.recv() => drop(service.shutdown().await),
            _ = hangup.recv() => drop(service.network_changed().await),
        }
    }
    api.abort();
    home.remove_api();
    Ok(())
}

/// The console, with the words that the home's folder `locales` corrects.
fn console(home: &Home, service: &Service, port: u16) -> Result<Console, Failure> {
    let corrections = home.path().join("locales");
    Console::new(service.clone(), origin(home, port)?, Some(&corrections)).map_err(|error| {
        Failure::unusable(
            error.to_string(),
            "correct the file, or take it away: the program's own words are used then",
        )
    })
}

/// Where browsers find the console.
pub(super) fn origin(home: &Home, port: u16) -> Result<Origin, Failure> {
    let Some(text) = &home.config().console.origin else {
        return Ok(Origin::local(port));
    };
    Origin::behind_proxy(text).ok_or_else(|| {
        Failure::unusable(
            format!(
                "console.origin in openline.toml is \"{text}\", which is no address of a console"
            ),
            "give https:// and a name, such as https://console.example",
        )
    })
}

/// Asked for only where the node key is sealed.
fn node_passphrase(home: &Home, args: &ServeArgs) -> Result<Option<String>, Failure> {
    use openline_node::home::HomeError;
    match home.node_keys(None) {
        Err(HomeError::NeedsPassphrase) => passphrase(&args.passphrase, false).map(Some),
        Ok(_) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// A word for programs and what to do about a store that can't be opened.
fn after_store(error: &openline_store::OpenError) -> (&'static str, &'static str) {
    use openline_store::OpenError as E;
    match error {
        E::InUse { .. } => ("in-use", "stop the node that runs on this home"),
        E::NotWritable { .. } => (
            "read-only",
            "let the node's user write the home: look at its owner and permissions, and how its file system is mounted",
        ),
        E::Gone { .. } => ("gone", "openline restore FOLDER, with the newest backup"),
        _ => ("can't-start", "run: openline check"),
    }
}

fn start_failure(error: StartError) -> Failure {
    match error {
        StartError::Home(error) => error.into(),
        StartError::Store(ref why) => {
            let (code, next) = after_store(why);
            Failure::refused(code, error.to_string(), next)
        }
        StartError::Policy(_) => Failure::unusable(
            error.to_string(),
            "change what the sentence names, and try it with: openline policy check FILE",
        ),
        StartError::Bearers(_) => Failure::unreachable(
            error.to_string(),
            "change [listen] in openline.toml, or stop what uses the port",
        ),
        error => Failure::refused("can't-start", error.to_string(), "run: openline check"),
    }
}
