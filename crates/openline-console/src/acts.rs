//! What a person can do: one table of acts. A form names an act; its fields become the façade's request.
//!
//! Every act runs on a façade that asks before it puts an entry on the record in a releaser's name (`waiting`): what is about to go is
//! then shown once more, exactly as it would, and goes when he says so, or signs it with his passkey (`review`).

mod review;
mod waiting;
mod whole;

use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use openline_node::error::ServiceError;
use openline_node::service::Service;
use openline_node::view::{ProposeRequest, ReceiptView, ReleasedView};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::failure::{Failed, Failure, OrFail as _};
use crate::fields::Form;
use crate::kit::query;
use crate::visit::Visit;

pub(crate) use waiting::Waiting;
use waiting::{Stage, Underway};

/// What came of an act.
#[derive(Debug)]
enum Outcome {
    /// An entry is on the record.
    Entry(ReleasedView),
    /// A receipt was given, or is kept until it can be written.
    Receipt(ReceiptView),
    /// Several entries.
    Entries(Vec<ReleasedView>),
    /// It is done on this machine.
    Done,
    /// It is done, and this page shows what came of it.
    At(String),
    /// Something to be shown this once.
    Secret(String),
}

/// Acts that put nothing on the record and bind all the same: they are shown once more by the console itself.
const BINDING: &[&str] = &["propose-charter", "send-non-paper", "sign-charter"];

/// Does what a form asks for, and goes back to where it came from.
pub(crate) async fn act(Path(name): Path<String>, form: Form) -> Response {
    match run(&name, form).await {
        Ok(response) => response,
        Err(failed) => failed.into_response(),
    }
}

async fn run(name: &str, form: Form) -> Result<Response, Failed> {
    let Form { visit, mut fields } = form;
    let back = fields.take_back();
    let is_reviewed = fields.take("reviewed").is_some();
    let answer = review::Answer::take(&mut fields, &visit);
    let request = fields.request(&visit.zone()).or_fail(&visit)?;
    let about = review::About {
        act: name,
        back: &back,
        fields: &fields,
        request: &request,
    };
    if BINDING.contains(&name) && !is_reviewed {
        let page = review::page(&visit, &about, &review::Going::Plain).await?;
        return Ok(page.into_response());
    }
    let waiting = &visit.console.waiting;
    let answered =
        answer.and_then(|answer| waiting.answer(&answer.id, &visit.mark, name, answer.approval));
    let underway =
        answered.unwrap_or_else(|| Underway::begin(&visit.service, name, request.clone()));
    let outcome = match underway.stage().await {
        Stage::Ended(ended) => ended.or_fail(&visit)?,
        Stage::Asks(underway, asked) => {
            let (id, question) = waiting.put(&visit.mark, name, underway, asked);
            let going = review::Going::Asked(id, question);
            let page = review::page(&visit, &about, &going).await?;
            return Ok(page.into_response());
        }
    };
    Ok(ended(&visit, name, &back, outcome))
}

/// Goes back, and says there what has come of the act.
fn ended(visit: &Visit, name: &str, back: &str, outcome: Outcome) -> Response {
    match outcome {
        Outcome::Secret(secret) => review::secret(visit, name, back, &secret).into_response(),
        Outcome::At(path) => Redirect::to(&with_done(&path, name, None)).into_response(),
        Outcome::Entry(released) => {
            Redirect::to(&with_done(back, name, Some(&released.place))).into_response()
        }
        Outcome::Receipt(given) => {
            let name = if given.is_waiting {
                "receipt-waits"
            } else {
                name
            };
            Redirect::to(&with_done(back, name, given.place.as_deref())).into_response()
        }
        Outcome::Entries(released) => {
            let place = released.first().map(|first| first.place.as_str());
            Redirect::to(&with_done(back, name, place)).into_response()
        }
        Outcome::Done => Redirect::to(&with_done(back, name, None)).into_response(),
    }
}

/// The page to go back to, told what was done.
fn with_done(path: &str, act: &str, place: Option<&str>) -> String {
    let (path, fragment) = path
        .split_once('#')
        .map_or((path, ""), |(path, rest)| (path, rest));
    let (page, before) = path.split_once('?').unwrap_or((path, ""));
    let kept = before.split('&').filter(|pair| {
        !pair.is_empty() && !pair.starts_with("done=") && !pair.starts_with("place=")
    });
    let mut pairs: Vec<String> = kept.map(str::to_owned).collect();
    pairs.push(format!("done={}", query(act)));
    pairs.extend(place.map(|place| format!("place={}", query(place))));
    let fragment = if fragment.is_empty() {
        String::new()
    } else {
        format!("#{fragment}")
    };
    format!("{page}?{}{fragment}", pairs.join("&"))
}

fn unusable(error: impl std::fmt::Display) -> ServiceError {
    ServiceError::Unusable(format!("the form does not say all that is needed: {error}"))
}

/// A charter with one other party, whose posts and clock stand beside ours in the form.
fn charter_request(mut request: Value) -> Result<ProposeRequest, ServiceError> {
    let party = request.pointer("/with/0").cloned().unwrap_or_default();
    if let Some(Value::Object(other)) = request.pointer_mut("/others/0") {
        other.insert("party".to_owned(), party);
    }
    read(request)
}

/// The façade's request out of the fields.
fn read<T: DeserializeOwned>(request: Value) -> Result<T, ServiceError> {
    serde_json::from_value(request).map_err(unusable)
}

/// Takes a text out of the fields: a part of the path in the façade's own API.
fn take(request: &mut Value, name: &str) -> Result<String, ServiceError> {
    let taken = request
        .as_object_mut()
        .and_then(|fields| fields.remove(name));
    match taken {
        Some(Value::String(text)) => Ok(text),
        _ => Err(unusable(format!("{name} is missing"))),
    }
}

fn take_optional(request: &mut Value, name: &str) -> Option<String> {
    take(request, name).ok()
}

/// A language of the line in which nothing was written is no text.
fn leave_out_unsaid(request: &mut Value) {
    if let Some(Value::Array(texts)) = request.get_mut("texts") {
        texts.retain(|text| text.get("text").is_some());
    }
}

/// The table.
async fn perform(service: &Service, act: &str, request: Value) -> Result<Outcome, Failure> {
    Ok(closed_loop(service, act, request).await?)
}

/// Messages, drafts and the closed loop.
async fn closed_loop(
    service: &Service,
    act: &str,
    mut request: Value,
) -> Result<Outcome, ServiceError> {
    let request = &mut request;
    Ok(match act {
        "save-draft" => {
            let id = take_optional(request, "id");
            leave_out_unsaid(request);
            let kept = service.save_draft(id, read(request.take())?).await?;
            Outcome::At(format!("/drafts/{}", kept.id))
        }
        "delete-draft" => {
            service.delete_draft(&take(request, "id")?).await?;
            Outcome::Done
        }
        "clear-draft" => {
            let (id, content) = (take(request, "id")?, take(request, "content")?);
            let words = take_optional(request, "words");
            service.clear_draft(&id, &content, words).await?;
            Outcome::Done
        }
        "refuse-draft" => {
            let (id, content) = (take(request, "id")?, take(request, "content")?);
            service
                .refuse_draft(&id, &content, &take(request, "words")?)
                .await?;
            Outcome::Done
        }
        "release-draft" => {
            let (id, content) = (take(request, "id")?, take(request, "content")?);
            let is_anyway = request.get("anyway").is_some();
            Outcome::Entry(
                service
                    .release_draft(&id, Some(&content), is_anyway)
                    .await?,
            )
        }
        "prepare-superseding" => {
            let prepared = service.prepare_superseding(read(request.take())?).await?;
            let kept = service.save_draft(None, prepared).await?;
            Outcome::At(format!("/drafts/{}", kept.id))
        }
        "receipt" => Outcome::Receipt(service.receipt(read(request.take())?).await?),
        "shown" => Outcome::Receipt(service.shown(read(request.take())?).await?),
        "confirm" => Outcome::Entry(service.confirm(read(request.take())?).await?),
        "answer" => Outcome::Entry(service.answer(read(request.take())?).await?),
        "silence-alarm" => {
            let id = take(request, "id")?;
            service.silence_alarm(&id, read(request.take())?).await?;
            Outcome::Done
        }
        "test-now" => Outcome::Entry(service.test_now(&take(request, "line")?).await?),
        _ => return watch(service, act, request.take()).await,
    })
}

/// The watch, notices, and what each side takes.
async fn watch(service: &Service, act: &str, mut request: Value) -> Result<Outcome, ServiceError> {
    let request = &mut request;
    Ok(match act {
        "take-watch" => {
            service.take_watch(read(request.take())?).await?;
            Outcome::Done
        }
        "hand-over-watch" => {
            service.hand_over_watch(read(request.take())?).await?;
            Outcome::Done
        }
        "stand-down" => {
            service.stand_down(read(request.take())?).await?;
            Outcome::Done
        }
        "import-rota" => {
            service.import_rota(read(request.take())?).await?;
            Outcome::Done
        }
        "remove-rota" => {
            service.remove_rota().await?;
            Outcome::Done
        }
        "give-notice" => {
            service.give_notice(read(request.take())?).await?;
            Outcome::Done
        }
        "withdraw-notice" => {
            let line = take(request, "line")?;
            service
                .withdraw_notice(&line, &take(request, "kind")?)
                .await?;
            Outcome::Done
        }
        "set-status" => Outcome::Entry(service.set_status(read(request.take())?).await?),
        "open-pouch" => {
            let base64 = take(
                request.get_mut("pouch").unwrap_or(&mut Value::Null),
                "base64",
            )?;
            let bytes = STANDARD.decode(base64).map_err(unusable)?;
            service.open_pouch(bytes).await?;
            Outcome::Done
        }
        "network-changed" => {
            service.network_changed().await?;
            Outcome::Done
        }
        _ => return language(service, act, request.take()).await,
    })
}

/// The glossary, "is this from you?", notifications, non-papers.
async fn language(
    service: &Service,
    act: &str,
    mut request: Value,
) -> Result<Outcome, ServiceError> {
    let request = &mut request;
    Ok(match act {
        "propose-terms" => {
            let line = take(request, "line")?;
            Outcome::Entry(service.propose_terms(&line, read(request.take())?).await?)
        }
        "answer-terms" => {
            let (line, place) = (take(request, "line")?, take(request, "of")?);
            Outcome::Entry(
                service
                    .answer_terms(&line, &place, read(request.take())?)
                    .await?,
            )
        }
        "ask-origin" => Outcome::Entry(service.ask_origin(read(request.take())?).await?),
        "find-origin" => Outcome::Entry(service.find_origin(read(request.take())?).await?),
        "announce" => {
            service.announce(read(request.take())?).await?;
            Outcome::Done
        }
        "notify-again" => Outcome::Entry(service.notify_again(read(request.take())?).await?),
        "send-non-paper" => {
            service.send_non_paper(read(request.take())?).await?;
            Outcome::Done
        }
        "discard-non-paper" => {
            service
                .discard_non_paper(number(request, "number")?)
                .await?;
            Outcome::Done
        }
        "file-non-paper" => {
            service.file_non_paper(number(request, "number")?).await?;
            Outcome::Done
        }
        "non-paper-shown" => {
            service
                .note_non_paper_shown(number(request, "number")?)
                .await?;
            Outcome::Done
        }
        _ => return substance(service, act, request.take()).await,
    })
}

fn number(request: &Value, name: &str) -> Result<u64, ServiceError> {
    let number = request.get(name).and_then(Value::as_u64);
    number.ok_or_else(|| unusable(format!("{name} is missing")))
}

/// Texts, topics, undertakings, encounters.
async fn substance(
    service: &Service,
    act: &str,
    mut request: Value,
) -> Result<Outcome, ServiceError> {
    let request = &mut request;
    Ok(match act {
        "propose-text" => Outcome::Entry(service.propose_text(read(request.take())?).await?),
        "amend-text" | "initial-text" | "sign-text" => {
            let (line, text) = (take(request, "line")?, take(request, "of")?);
            let rest = request.take();
            Outcome::Entry(match act {
                "amend-text" => service.amend_text(&line, &text, read(rest)?).await?,
                "initial-text" => service.initial_text(&line, &text, read(rest)?).await?,
                _ => service.sign_text(&line, &text, read(rest)?).await?,
            })
        }
        "raise-topic" => Outcome::Entry(service.raise_topic(read(request.take())?).await?),
        "state-position" => Outcome::Entry(service.state_position(read(request.take())?).await?),
        "note-undertaking" => {
            Outcome::Entry(service.note_undertaking(read(request.take())?).await?)
        }
        "give-account" => Outcome::Entry(service.give_account(read(request.take())?).await?),
        "ask-encounter" => Outcome::Entry(service.ask_encounter(read(request.take())?).await?),
        "encounter-step" => Outcome::Entry(service.encounter_step(read(request.take())?).await?),
        "answer-claim" => {
            let (line, place) = (take(request, "line")?, take(request, "of")?);
            Outcome::Entry(
                service
                    .answer_claim(&line, &place, read(request.take())?)
                    .await?,
            )
        }
        "import-contacts" => {
            let line = take(request, "line")?;
            Outcome::Entries(
                service
                    .import_contacts(&line, read(request.take())?)
                    .await?,
            )
        }
        _ => return readouts(service, act, request.take()).await,
    })
}

/// Readouts, statements, private scheduling.
async fn readouts(
    service: &Service,
    act: &str,
    mut request: Value,
) -> Result<Outcome, ServiceError> {
    let request = &mut request;
    Ok(match act {
        "draft-readout" => {
            service.draft_readout(read(request.take())?).await?;
            Outcome::Done
        }
        "delete-readout-draft" => {
            let line = take(request, "line")?;
            service
                .delete_readout_draft(&line, &take(request, "of")?)
                .await?;
            Outcome::Done
        }
        "release-readout" => Outcome::Entry(service.release_readout(read(request.take())?).await?),
        "make-statement" => Outcome::Entry(service.make_statement(read(request.take())?).await?),
        "set-availability" => {
            if let Value::Object(fields) = &mut *request {
                fields
                    .entry("stretches")
                    .or_insert_with(|| Value::Array(Vec::new()));
            }
            service.set_availability(read(request.take())?).await?;
            Outcome::Done
        }
        "forget-availability" => {
            service.forget_availability().await?;
            Outcome::Done
        }
        "propose-slots" => Outcome::Entry(service.propose_slots(read(request.take())?).await?),
        "approve-slots" => Outcome::Entry(service.approve_slots(read(request.take())?).await?),
        "run-slots" => {
            service.run_slots(read(request.take())?).await?;
            Outcome::Done
        }
        "open-slots" => Outcome::Entry(service.open_slots(read(request.take())?).await?),
        "confirm-slot" => Outcome::Entry(service.confirm_slot(read(request.take())?).await?),
        "withdraw-slots" => Outcome::Entry(service.withdraw_slots(read(request.take())?).await?),
        _ => return administration(service, act, request.take()).await,
    })
}

/// Relations, charters, officers, the record's keeping.
async fn administration(
    service: &Service,
    act: &str,
    mut request: Value,
) -> Result<Outcome, ServiceError> {
    let request = &mut request;
    Ok(match act {
        "add-relation" => {
            service.add_relation(&take(request, "card")?).await?;
            Outcome::Done
        }
        "confirm-relation" => {
            let party = take(request, "party")?;
            service
                .confirm_relation(&party, &take(request, "phrase")?)
                .await?;
            Outcome::Done
        }
        "forget-relation" => {
            service.forget_relation(&take(request, "party")?).await?;
            Outcome::Done
        }
        "propose-charter" => {
            service.propose(charter_request(request.take())?).await?;
            Outcome::Done
        }
        "sign-charter" => {
            service.sign_charter(&take(request, "id")?).await?;
            Outcome::Done
        }
        "propose-purge" => {
            let line = take(request, "line")?;
            let (reason, post) = (take(request, "reason")?, take(request, "post")?);
            let places: Vec<String> = read(
                request
                    .get_mut("places")
                    .map(Value::take)
                    .unwrap_or_default(),
            )?;
            Outcome::Entry(service.propose_purge(&line, places, &reason, &post).await?)
        }
        "consent-purge" => {
            let (line, place) = (take(request, "line")?, take(request, "of")?);
            let post = take(request, "post")?;
            Outcome::Entry(service.consent_purge(&line, &place, &post).await?)
        }
        "add-officer" => {
            let made = service.add_officer(read(request.take())?).await?;
            let link = service.make_link(Some(made.officer.name)).await?;
            Outcome::Secret(link.path)
        }
        "change-officer" => {
            service.change_officer(read(request.take())?).await?;
            Outcome::Done
        }
        "remove-passkey" => {
            let (officer, id) = (take(request, "officer")?, take(request, "id")?);
            service.remove_passkey(&officer, &id, None).await?;
            Outcome::Done
        }
        "revoke-officer" => {
            service.revoke_officer(&take(request, "name")?).await?;
            Outcome::Done
        }
        "make-link" => {
            let link = service.make_link(take_optional(request, "officer")).await?;
            Outcome::Secret(link.path)
        }
        "test-alerts" => {
            service.test_alerts(&read(request.take())?).await?;
            Outcome::Done
        }
        other => {
            return Err(ServiceError::NotFound(format!(
                "there is no act \"{other}\""
            )));
        }
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{leave_out_unsaid, with_done};

    #[test]
    fn a_language_without_words_is_left_out() {
        let mut request =
            json!({ "texts": [{ "language": "en", "text": "Yes." }, { "language": "zh" }] });
        leave_out_unsaid(&mut request);
        let said = json!({ "texts": [{ "language": "en", "text": "Yes." }] });
        assert_eq!(request, said);
    }

    #[test]
    fn the_page_is_told_what_was_done_once() {
        assert_eq!(
            with_done("/lines/a", "receipt", Some("0/3")),
            "/lines/a?done=receipt&place=0%2F3"
        );
        assert_eq!(
            with_done("/lines/a?type=real&done=x&place=1#end", "answer", None),
            "/lines/a?type=real&done=answer#end"
        );
    }
}
