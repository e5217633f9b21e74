//! Administration: where everything is, the release policy, alerts, the audit log.

use axum::extract::Query;
use maud::{Markup, html};
use openline_node::service::AuditQuery;
use openline_node::view::{AlertsView, AuditView, PolicyView};
use serde::Deserialize;

use crate::failure::{OrFail as _, Page};
use crate::visit::Visit;
use crate::{kit, shell};

/// Items of the audit log on a page.
const PAGE: usize = 50;

pub(super) async fn page(visit: Visit) -> Page {
    let status = visit.service.status().await.or_fail(&visit)?;
    let policy = visit.service.policy().await.or_fail(&visit)?;
    let alerts = visit.service.alert_channels().await.or_fail(&visit)?;
    let body = html! {
        section {
            h1 { (visit.say("to-administration")) }
            dl.facts {
                dt { (visit.say("this-party")) } dd { bdi { (status.party) } " " code { (status.id) } }
                dt { (visit.say("version")) } dd { (status.version) }
                dt { (visit.say("store")) } dd { (visit.words().term("store", &status.store.state)) @if let Some(reason) = &status.store.reason { ": " (kit::facade(&visit, reason)) } }
                dt { (visit.say("entries")) } dd { (status.store.entries) }
            }
            ul {
                li { a href="/administration/officers" { (visit.say("officers")) } }
                li { a href="/administration/relations" { (visit.say("relations")) } }
                li { a href="/administration/audit" { (visit.say("audit-log")) } }
            }
        }
        (rules(&visit, &policy))
        (channels(&visit, &alerts))
        section {
            h2 { (visit.say("keys")) }
            p.hint { (visit.say("keys-hint")) }
            ul.plain {
                li { code { "openline key change" } " – " (visit.say("key-change")) }
                li { code { "openline backup DIR" } " – " (visit.say("backup")) }
            }
        }
    };
    Ok(shell::page(&visit, &visit.say("to-administration"), &body))
}

fn rules(visit: &Visit, policy: &PolicyView) -> Markup {
    html! {
        section {
            h2 { (visit.say("release-policy")) }
            @if !policy.has_officers { p.warning { (visit.say("no-officers")) } }
            @if !policy.is_from_file { p { (visit.say("no-policy")) } }
            @if !policy.rules.is_empty() {
                ol { @for rule in &policy.rules { li { strong { (kit::facade(visit, &rule.about)) } ": " (kit::facade(visit, &rule.words)) } } }
            }
            p.hint { (visit.say("policy-hint")) " " code { "openline policy explain" } }
        }
    }
}

fn channels(visit: &Visit, alerts: &AlertsView) -> Markup {
    html! {
        section {
            h2 id="alerts" { (visit.say("alerts")) }
            @if alerts.channels.is_empty() { (kit::nothing(&visit.say("no-channels"))) } @else {
                div.scroll tabindex="0" role="region" aria-labelledby="alerts" {
                    table {
                        thead { tr { th scope="col" { (visit.say("name")) } th scope="col" { (visit.say("kind")) } th scope="col" { (visit.say("post")) }
                            th scope="col" { (visit.say("state")) } th scope="col" { (visit.say("last-success")) } th scope="col" { (visit.say("waiting-count")) } } }
                        tbody { @for channel in &alerts.channels { tr {
                            th scope="row" { bdi { (channel.name) } } td { (channel.kind) } td { bdi { (channel.post.as_deref().unwrap_or("–")) } }
                            td { (visit.words().term("channel", &channel.state)) @if let Some(error) = &channel.last_error { " " (kit::facade(visit, error)) } }
                            td { @if let Some(at) = channel.last_success_ms { (kit::moment(visit, at)) } @else { "–" } }
                            td.figure { (channel.waiting) }
                        } } }
                    }
                }
                (kit::act_form(visit, "test-alerts", "/administration", &kit::button(&visit.say("test-alerts"))))
            }
        }
    }
}

/// What of the audit log is shown.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Asked {
    from: Option<u64>,
    officer: Option<String>,
}

pub(super) async fn audit(visit: Visit, Query(asked): Query<Asked>) -> Page {
    let officer = asked.officer.clone().filter(|name| !name.is_empty());
    let query = AuditQuery {
        from: asked.from,
        limit: PAGE,
        officer: officer.clone(),
        line: None,
    };
    let items = visit.service.audit_log(query).await.or_fail(&visit)?;
    let verified = visit.service.verify_audit().await.or_fail(&visit)?;
    let body = html! {
        section {
            h1 { (visit.say("audit-log")) }
            @if verified.is_sound { p.good { (visit.words().with("audit-sound", &[("items", verified.items.into())])) } }
            @else { p.warning role="alert" { (visit.words().with("audit-broken", &[("number", verified.broken.unwrap_or(0).into())])) } }
            @if let Some(hash) = &verified.last_hash { p.hint { (visit.say("audit-hash")) " " code { (hash) } } }
            form.row method="get" action="/administration/audit" {
                (kit::field(&visit.say("officer"), "officer", "text", officer.as_deref().unwrap_or_default()))
                (kit::button(&visit.say("filter")))
            }
            (log(&visit, &items))
            @if let Some(first) = items.first().filter(|first| first.number > 1) {
                p { a.button-like href={ "/administration/audit?from=" (first.number.saturating_sub(PAGE as u64).max(1)) "&officer=" (kit::query(officer.as_deref().unwrap_or_default())) } { (visit.say("older")) } }
            }
        }
    };
    Ok(shell::page(&visit, &visit.say("audit-log"), &body))
}

fn log(visit: &Visit, items: &[AuditView]) -> Markup {
    html! {
        div.scroll tabindex="0" role="region" aria-label=(visit.say("audit-log")) {
            table {
                thead { tr { th scope="col" { (visit.say("number")) } th scope="col" { (visit.say("when")) } th scope="col" { (visit.say("who")) }
                    th scope="col" { (visit.say("what")) } th scope="col" { (visit.say("object")) } th scope="col" { (visit.say("outcome-col")) } } }
                tbody { @for item in items.iter().rev() { tr {
                    td.figure { (item.number) } td { (kit::moment(visit, item.at_ms)) } td { bdi { (item.by) } }
                    td { (visit.words().term("audit", &item.act)) @if let Some(detail) = &item.detail { " (" bdi { (detail) } ")" } }
                    td { bdi { (item.object.as_deref().unwrap_or("–")) } }
                    td { @if item.outcome == "done" { (visit.say("audit-done")) } @else { strong.bad { (visit.say("audit-refused")) } " " code { (item.outcome) } } }
                } } }
            }
        }
    }
}
