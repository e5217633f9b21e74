//! Officers: who may do what on which lines, and how they come in.

use maud::{Markup, html};
use openline_node::officers::Role;
use openline_node::view::{OfficerView, PasskeyView};

use crate::failure::{OrFail as _, Page};
use crate::visit::Visit;
use crate::{kit, shell};

const BACK: &str = "/administration/officers";

pub(super) async fn page(visit: Visit) -> Page {
    let officers = visit.service.officers().await.or_fail(&visit)?;
    let may = visit.has_role("administrator");
    let mut active = Vec::new();
    for officer in officers
        .iter()
        .filter(|officer| may && officer.revoked_ms.is_none())
    {
        let passkeys = visit
            .service
            .passkeys(&officer.name)
            .await
            .or_fail(&visit)?;
        active.push((officer, passkeys));
    }
    let body = html! {
        section {
            h1 { (visit.say("officers")) }
            @if officers.is_empty() { p.warning { (visit.say("no-officers")) } } @else { (table(&visit, &officers)) }
        }
        @if may {
            section {
                h2 { (visit.say("officer-add")) }
                p.hint { (visit.say("officer-add-hint")) }
                (kit::act_form(&visit, "add-officer", BACK, &html! {
                    (kit::needed(&visit.say("name"), "name", "text", ""))
                    (rights(&visit, &[], "*"))
                    (kit::button(&visit.say("officer-add")))
                }))
            }
            @for (officer, passkeys) in &active { (changes(&visit, officer, passkeys)) }
            section {
                h2 { (visit.say("link-for-administrator")) }
                (kit::act_form(&visit, "make-link", BACK, &kit::button(&visit.say("make-link"))))
            }
        } @else { p.hint { (visit.say("needs-administrator")) } }
    };
    Ok(shell::page(&visit, &visit.say("officers"), &body))
}

fn table(visit: &Visit, officers: &[OfficerView]) -> Markup {
    html! {
        div.scroll tabindex="0" role="region" aria-label=(visit.say("officers")) {
            table {
                thead { tr { th scope="col" { (visit.say("name")) } th scope="col" { (visit.say("roles")) } th scope="col" { (visit.say("lines")) } th scope="col" { (visit.say("state")) } } }
                tbody { @for officer in officers { tr {
                    th scope="row" { bdi { (officer.name) } }
                    td { @for (at, role) in officer.roles.iter().enumerate() { @if at > 0 { ", " } (visit.words().term("role", role)) } }
                    td { bdi { (officer.lines.join(", ")) } }
                    td { @if let Some(at) = officer.revoked_ms { strong.bad { (visit.say("revoked")) } " " (kit::moment(visit, at)) } @else { (visit.say("active")) } }
                } } }
            }
        }
    }
}

fn rights(visit: &Visit, held: &[String], lines: &str) -> Markup {
    html! {
        fieldset {
            legend { (visit.say("roles")) }
            @for role in Role::ALL {
                label.tick {
                    input type="checkbox" name="roles:list" value=(role.word()) checked[held.iter().any(|known| known == role.word())];
                    span { (visit.words().term("role", role.word())) }
                }
            }
        }
        (kit::needed(&visit.say("officer-lines"), "lines:list", "text", lines))
    }
}

fn changes(visit: &Visit, officer: &OfficerView, passkeys: &[PasskeyView]) -> Markup {
    let name = kit::hidden("name", &officer.name);
    html! {
        section {
            h2 { bdi { (officer.name) } }
            (kit::folded(&visit.say("officer-change"), &kit::act_form(visit, "change-officer", BACK, &html! {
                (name) (rights(visit, &officer.roles, &officer.lines.join(", "))) (kit::button(&visit.say("officer-change")))
            })))
            div.buttons {
                (kit::act_form(visit, "make-link", BACK, &html! { (kit::hidden("officer", &officer.name)) (kit::button(&visit.say("make-link"))) }))
            }
            @if !passkeys.is_empty() { (kit::folded(&visit.say("passkeys"), &html! {
                ul { @for passkey in passkeys { li {
                    bdi { (passkey.label) } " (" (visit.say("passkey-made")) " " (kit::moment(visit, passkey.made_ms)) ") "
                    (kit::act_form(visit, "remove-passkey", BACK, &html! {
                        (kit::hidden("officer", &officer.name)) (kit::hidden("id", &passkey.id))
                        button.quiet type="submit" aria-label={ (visit.say("passkey-remove")) ": " (officer.name) ", " (passkey.label) } { (visit.say("passkey-remove")) }
                    }))
                } } }
            })) }
            (kit::folded(&visit.say("officer-revoke"), &kit::act_form(visit, "revoke-officer", BACK, &html! {
                (name) p.hint { (visit.say("officer-revoke-hint")) } (kit::button(&visit.say("officer-revoke")))
            })))
        }
    }
}
