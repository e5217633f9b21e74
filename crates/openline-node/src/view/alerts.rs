//! Alerts and the channels that they leave by.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Every channel, and every alert that is open or waits.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
pub struct AlertsView {
    /// The channels, in the configuration's order.
    pub channels: Vec<AlertChannelView>,
    /// The alerts, by id.
    pub alerts: Vec<AlertView>,
    /// Alerts that found no place since the node began to run, since too many waited.
    pub lost: u64,
}

/// A way out for alerts.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct AlertChannelView {
    /// Its name in the configuration.
    pub name: String,
    /// `webhook`, `mail` or `command`.
    pub kind: String,
    /// Host, server or program.
    pub target: String,
    /// The post it calls; every post without one.
    pub post: Option<String>,
    /// `works`, `failing` or `not tried`.
    pub state: String,
    /// When it last took something, ms.
    pub last_success_ms: Option<i64>,
    /// Since when it fails, ms.
    pub failing_since_ms: Option<i64>,
    /// Why, the last time.
    pub last_error: Option<String>,
    /// Alerts that wait for it.
    pub waiting: u64,
    /// Open alerts that it did not take until their time was over.
    pub given_up: u64,
}

/// An alert that is open or waits.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct AlertView {
    /// Its id; it does not leave the node.
    pub id: String,
    /// What the outside knows it by.
    pub reference: String,
    /// Type, kind and precedence.
    pub headline: String,
    /// The line's title.
    pub line: Option<String>,
    /// The post that is called.
    pub post: Option<String>,
    /// When it was last raised, ms.
    pub raised_ms: i64,
    /// Channels over which it went out.
    pub delivered: Vec<String>,
    /// Channels that are still tried.
    pub waiting: Vec<String>,
    /// Channels that were tried in vain until its time was over.
    pub given_up: Vec<String>,
}

/// Which channel to try out.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AlertTestRequest {
    /// Its name; all of them if left out.
    pub name: Option<String>,
}

/// How a channel did when it was tried out.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct AlertTestView {
    /// The channel.
    pub name: String,
    /// `webhook`, `mail` or `command`.
    pub kind: String,
    /// Whether it handed the test over to everybody it should reach.
    pub is_delivered: bool,
    /// In a sentence.
    pub words: String,
    /// How long it took, ms.
    pub took_ms: u64,
}
