//! A certificate of receipt, to be printed: what is proven of a message, and a code with what a stranger needs to find it.

use axum::extract::Path;
use maud::{Markup, PreEscaped, html};
use qrcode::QrCode;

use super::message;
use crate::failure::{OrFail as _, Page};
use crate::visit::Visit;
use crate::{kit, shell, times};

pub(super) async fn page(
    visit: Visit,
    Path((line, party, index)): Path<(String, u8, u64)>,
) -> Page {
    let line = visit.service.line(&line).await.or_fail(&visit)?;
    let place = format!("{party}/{index}");
    let view = visit
        .service
        .entry(&line.id, &place)
        .await
        .or_fail(&visit)?;
    let utc = |ms| {
        format!(
            "{} UTC",
            times::moment(ms, &jiff::tz::TimeZone::UTC, visit.words())
        )
    };
    let code = format!("openline:{}/{place}?leaf={}", line.id, view.leaf);
    let held: Vec<&openline_node::view::RungView> = view
        .ladder
        .iter()
        .filter(|rung| rung.stage == "stored")
        .collect();
    let body = html! {
        section.certificate {
            h1 { (visit.say("certificate")) }
            (kit::type_mark(&visit, &view.brief.message_type))
            dl.facts {
                dt { (visit.say("line")) } dd { bdi { (line.title) } " " code { (line.id) } }
                dt { (visit.say("entry")) } dd { (place) @if let Some(joint) = view.brief.joint { ", No. " (joint) } }
                dt { (visit.say("author")) } dd { bdi { (view.brief.party_name) } ", " bdi { (view.brief.post) } }
                dt { (visit.say("claimed-time")) } dd { (utc(view.brief.time_ms)) }
                dt { (visit.say("leaf")) } dd { code { (view.leaf) } }
            }
            h2 { (visit.say("certificate-proven")) }
            @if held.is_empty() { (kit::nothing(&visit.say("certificate-nothing"))) }
            ul {
                @for rung in held {
                    li { bdi { (rung.by) } " " (visit.say("certificate-holds")) " " (utc(rung.time_ms)) }
                }
            }
            h2 { (visit.say("certificate-claimed")) }
            (message::ladder(&visit, &line.id, &view.ladder))
            div.code { (drawn(&visit, &code)) p { code { (code) } } }
            p { (visit.say("certificate-check")) }
            p { code { "openline disclose --line " (line.id) " " (place) " --out entry.disclosure" } }
            p { code { "openline verify entry.disclosure" } }
            p.buttons { button.quiet type="button" data-prints hidden { (visit.say("print")) } }
        }
    };
    Ok(shell::line_page(
        &visit,
        &line,
        "",
        &visit.say("certificate"),
        &body,
    ))
}

/// A QR code, as squares.
fn drawn(visit: &Visit, text: &str) -> Markup {
    let Ok(code) = QrCode::new(text.as_bytes()) else {
        return html! {};
    };
    let width = code.width();
    let mut path = String::new();
    for (at, colour) in code.to_colors().iter().enumerate() {
        if *colour == qrcode::Color::Dark {
            path.push_str(&format!("M{} {}h1v1h-1z", at % width + 4, at / width + 4));
        }
    }
    let side = width + 8;
    html! {
        (PreEscaped(format!("<svg class=\"qr\" role=\"img\" aria-label=\"{}\" viewBox=\"0 0 {side} {side}\" xmlns=\"http://www.w3.org/2000/svg\"><rect width=\"{side}\" height=\"{side}\" fill=\"#fff\"/><path d=\"{path}\" fill=\"#000\"/></svg>", html! { (visit.say("qr-code")) }.into_string())))
    }
}
