//! An officer's own passkeys: made, listed, removed.

use axum::Json;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use openline_node::view::{PasskeyOffer, PasskeyView};
use openline_node::webauthn::{Made, from_base64url};

use crate::failure::{Failed, OrFail as _, Page};
use crate::fields::Form;
use crate::visit::Visit;
use crate::{kit, shell, signing};

/// The page.
pub(crate) async fn page(visit: Visit) -> Page {
    let title = visit.say("passkeys");
    let body = match &visit.session.officer {
        Some(officer) => {
            let all = visit.service.passkeys(officer).await.or_fail(&visit)?;
            html! {
                section {
                    h1 { (title) }
                    p { (visit.say("passkeys-hint")) }
                    @if all.is_empty() { (kit::nothing(&visit.say("passkeys-none"))) } @else { (table(&visit, &all)) }
                }
                section {
                    h2 { (visit.say("passkey-make")) }
                    p.hint { (visit.say("passkey-make-hint")) }
                    (making(&visit))
                }
            }
        }
        None => html! { section { h1 { (title) } p { (visit.say("passkeys-officers")) } } },
    };
    Ok(shell::page(&visit, &title, &body))
}

fn making(visit: &Visit) -> Markup {
    html! {
        form.act method="post" action="/passkeys" enctype="multipart/form-data" data-passkey="make" data-offer="/passkeys/offer" {
            (kit::hidden("mark", &visit.mark))
            (kit::needed(&visit.say("passkey-label"), "label", "text", ""))
            (kit::hidden("attestation", ""))
            (signing::parts(visit))
            (kit::button(&visit.say("passkey-make")))
        }
    }
}

fn table(visit: &Visit, all: &[PasskeyView]) -> Markup {
    html! {
        div.scroll tabindex="0" role="region" aria-label=(visit.say("passkeys")) {
            table {
                thead { tr {
                    th scope="col" { (visit.say("passkey-label")) } th scope="col" { (visit.say("passkey-made")) }
                    th scope="col" { (visit.say("passkey-used")) } th scope="col" { (visit.say("passkey-copies")) } th scope="col" { (visit.say("passkey-remove")) }
                } }
                tbody { @for passkey in all { tr {
                    th scope="row" { bdi { (passkey.label) } }
                    td { (kit::moment(visit, passkey.made_ms)) }
                    td { @if let Some(at) = passkey.used_ms { (kit::moment(visit, at)) } @else { (visit.say("passkey-never")) } }
                    td { (visit.say(if passkey.is_portable { "passkey-portable" } else { "passkey-bound" })) }
                    td { form.act method="post" action="/passkeys/remove" enctype="multipart/form-data" {
                        (kit::hidden("mark", &visit.mark)) (kit::hidden("id", &passkey.id))
                        button.quiet type="submit" aria-label={ (visit.say("passkey-remove")) ": " (passkey.label) } { (visit.say("passkey-remove")) }
                    } }
                } } }
            }
        }
    }
}

/// What the browser needs to make one.
pub(crate) async fn offer(form: Form) -> Result<Json<PasskeyOffer>, Failed> {
    let visit = form.visit;
    let offer = visit.service.begin_passkey(&visit.token).await;
    Ok(Json(offer.or_fail(&visit)?))
}

/// Keeps what the browser has made.
pub(crate) async fn make(form: Form) -> Result<Response, Failed> {
    let (visit, fields) = (form.visit, form.fields);
    let given = |name| fields.get(name);
    let parts = given("client_data").zip(given("attestation"));
    let challenge = given("challenge").and_then(from_base64url);
    let Some(((client_data, attestation), challenge)) = parts.zip(challenge) else {
        return Err(signing::no_script()).or_fail(&visit);
    };
    let made = Made {
        client_data: client_data.to_owned(),
        attestation: attestation.to_owned(),
    };
    let label = given("label").unwrap_or_default();
    let party = visit.console.origin.relying_party();
    let kept = visit
        .service
        .finish_passkey(&visit.token, party, &challenge, label, made);
    kept.await.or_fail(&visit)?;
    Ok(Redirect::to("/passkeys?done=make-passkey").into_response())
}

/// Removes one.
pub(crate) async fn remove(form: Form) -> Result<Response, Failed> {
    let (visit, fields) = (form.visit, form.fields);
    let officer = visit.session.officer.clone().unwrap_or_default();
    let id = fields.get("id").unwrap_or_default();
    let removed = visit
        .service
        .remove_passkey(&officer, id, Some(&visit.token));
    removed.await.or_fail(&visit)?;
    Ok(Redirect::to("/passkeys?done=remove-passkey").into_response())
}
