//! The duty officer's console: pages of a running node, rendered on the server.
//!
//! It shows what the façade knows and adds no logic of its own: roles, the release policy and the record's rules are checked
//! below it. Every page can be read without JavaScript; one script makes pages live, and rings.
//!
//! A page is a function in `pages/` from a [`Visit`](visit) to markup. What a person does is an act: a form that names one of
//! the table in `acts.rs`, with fields that become the façade's request (`fields.rs`). What a page says is in `locales/`.

mod acts;
mod alarms;
mod assets;
mod cookies;
mod door;
mod drafted;
mod failure;
mod fields;
mod kit;
mod limiter;
mod live;
mod locale;
mod pages;
mod passkeys;
mod read_back;
mod shell;
mod signing;
mod terms;
mod times;
mod visit;

use std::path::Path;
use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{get, post};
use openline_node::service::Service;

use limiter::Limiter;
use locale::Locales;

pub use door::Origin;
pub use locale::LocaleError;

/// Longest form with its files, bytes.
const FORM_MAX: usize = 64 << 20;

/// What every page has at hand.
#[derive(Debug, Clone)]
pub struct Console {
    pub(crate) service: Service,
    pub(crate) origin: Arc<Origin>,
    pub(crate) locales: Arc<Locales>,
    pub(crate) limiter: Arc<Limiter>,
    pub(crate) streams: live::Streams,
    pub(crate) waiting: Arc<acts::Waiting>,
}

impl Console {
    /// Joins the façade with the address under which browsers reach it and the words of all languages; a party's corrections of
    /// them are read from `corrections`, a folder of Fluent files named by language, if it is there.
    ///
    /// # Errors
    /// [`LocaleError`] for a correction that can't be read.
    pub fn new(
        service: Service,
        origin: Origin,
        corrections: Option<&Path>,
    ) -> Result<Self, LocaleError> {
        Ok(Self {
            service,
            origin: Arc::new(origin),
            locales: Arc::new(Locales::load(corrections)?),
            limiter: Arc::default(),
            streams: live::Streams::default(),
            waiting: Arc::default(),
        })
    }
}

/// Every page, act and file of the console. Requests that name another host than the console's are refused.
pub fn router(console: Console) -> Router {
    let guarded = pages::routes()
        .route("/act/{act}", post(acts::act))
        .route("/sign-out", post(signing::sign_out))
        .route("/passkeys", get(passkeys::page).post(passkeys::make))
        .route("/passkeys/offer", post(passkeys::offer))
        .route("/passkeys/remove", post(passkeys::remove))
        .route("/live", get(live::live))
        .layer(DefaultBodyLimit::max(FORM_MAX));
    let open = Router::new()
        .route(
            "/sign-in",
            get(signing::page).post(signing::open_with_passkey),
        )
        .route("/sign-in/challenge", post(signing::challenge))
        .route(
            "/sign-in/{token}",
            get(signing::link).post(signing::open_link),
        )
        .route("/settings", post(signing::settings))
        .route("/assets/{name}", get(assets::file));
    open.merge(guarded)
        .layer(from_fn(door::headers))
        .layer(from_fn_with_state(console.clone(), door::check))
        .with_state(console)
}

/// The page that says that there is no such page.
pub async fn not_found(
    axum::extract::State(console): axum::extract::State<Console>,
    request: axum::extract::Request,
) -> axum::response::Response {
    failure::no_page(&console, request).await
}
