//! Notifications: what is due, the templates, and a form for each. What is wrong with a field stands beside it; nothing that was typed is lost.

use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use openline_core::message::Precedence;
use openline_node::view::{
    DueView, FillRequest, LineView, NotifyRequest, ProblemView, TemplateBrief, TemplateFieldView,
    TemplateView,
};
use serde_json::Value;

use super::acting::Ours;
use crate::failure::{Failed, Failure, OrFail as _, Page};
use crate::fields::{Fields, Form};
use crate::visit::Visit;
use crate::{kit, shell};

const TAB: &str = "/notifications";

fn path(line: &LineView) -> String {
    format!("{}{TAB}", kit::line_path(&line.id))
}

/// What is due, and the templates.
pub(super) async fn list(visit: Visit, Path(line): Path<String>) -> Page {
    let line = visit.service.line(&line).await.or_fail(&visit)?;
    let due = visit
        .service
        .notifications_due(Some(&line.id))
        .await
        .or_fail(&visit)?;
    let all = visit.service.templates().await.or_fail(&visit)?;
    let body = html! {
        section id="due" data-live {
            h1 { (visit.say("notifications")) }
            @if due.is_empty() { (kit::nothing(&visit.say("notifications-none"))) }
            @for one in &due { (ahead(&visit, &line, one)) }
        }
        section {
            h2 { (visit.say("notification-give")) }
            p.hint { (visit.say("notification-hint")) }
            @for bad in &all.unusable { p.warning { code { (bad.file) } ": " (kit::facade(&visit, &bad.words)) } }
            ul.plain { @for template in &all.templates { (choice(&visit, &line, template)) } }
        }
    };
    let title = visit.say("notifications");
    Ok(shell::line_page(&visit, &line, "", &title, &body))
}

fn choice(visit: &Visit, line: &LineView, template: &TemplateBrief) -> Markup {
    html! {
        li.item {
            p { a href={ (path(line)) "/" (kit::query(&template.id)) } { (kit::template_title(visit, template)) } }
            p.hint { (kit::facade(visit, &template.purpose)) " " (kit::facade(visit, &template.instrument)) }
            @if template.is_unverified { p.hint { (visit.say("notification-unverified")) } }
        }
    }
}

/// A notification whose event is not over, with the way to repeat one's own. A cancellation is prepared at the entry.
fn ahead(visit: &Visit, line: &LineView, one: &DueView) -> Markup {
    let latest = one.repeats.last().unwrap_or(&one.place);
    html! {
        div.item {
            p { a href=(kit::entry_path(&line.id, &one.place)) { span dir="auto" { (one.subject) } } " " (kit::type_mark(visit, &one.message_type)) " · " bdi { (one.party_name) } }
            p {
                (visit.say("from")) " " (kit::moment(visit, one.begins_ms))
                @if let Some(ends) = one.ends_ms { " " (visit.say("until")) " " (kit::moment(visit, ends)) }
            }
            @if let Some(next) = one.next_ms {
                p { @if one.is_overdue { strong.bad { (visit.say("notification-overdue")) } } @else { (visit.say("notification-again-at")) } " " (kit::moment(visit, next)) }
            }
            @if one.is_ours {
                (kit::act_form(visit, "notify-again", &path(line), &html! {
                    (kit::hidden("line", &line.id)) (kit::hidden("of", latest)) (kit::hidden("post", &one.post))
                    (kit::button(&visit.say("notification-again")))
                }))
            }
        }
    }
}

/// An empty form.
pub(super) async fn form(visit: Visit, Path((line, template)): Path<(String, String)>) -> Page {
    let line = visit.service.line(&line).await.or_fail(&visit)?;
    let template = visit.service.template(&template).await.or_fail(&visit)?;
    page(&visit, &line, &template, &Fields::default(), &[]).await
}

/// Takes a form: kept as a draft if it is complete, else shown again with what is wrong beside each field.
pub(super) async fn take(
    Path((line, template)): Path<(String, String)>,
    form: Form,
) -> Result<Response, Failed> {
    let (visit, fields) = (form.visit, form.fields);
    let line = visit.service.line(&line).await.or_fail(&visit)?;
    let template = visit.service.template(&template).await.or_fail(&visit)?;
    let mut request = fields.request(&visit.zone()).or_fail(&visit)?;
    if let Value::Object(said) = &mut request {
        said.insert("line".to_owned(), Value::from(line.id.clone()));
        said.insert(
            "template".to_owned(),
            Value::from(template.brief.id.clone()),
        );
        said.insert("is_draft".to_owned(), Value::Bool(true));
        said.entry("values")
            .or_insert_with(|| Value::Object(serde_json::Map::new()));
    }
    let request: NotifyRequest = serde_json::from_value(request)
        .map_err(|error| Failure::unusable(error.to_string()))
        .or_fail(&visit)?;
    let fill = FillRequest {
        line: Some(line.id.clone()),
        values: request.values.clone(),
        ..FillRequest::default()
    };
    let filled = visit
        .service
        .fill(&template.brief.id, fill)
        .await
        .or_fail(&visit)?;
    let mut problems = filled.problems;
    let lead = filled
        .lead
        .filter(|lead| lead.is_short && !request.short_notice);
    problems.extend(lead.map(|lead| ProblemView {
        key: String::new(),
        words: lead.words,
    }));
    if !problems.is_empty() {
        let again = page(&visit, &line, &template, &fields, &problems).await?;
        return Ok(again.into_response());
    }
    let kept = visit.service.notify(request).await.or_fail(&visit)?;
    let draft = kept.draft.unwrap_or_default();
    Ok(Redirect::to(&format!("/drafts/{draft}?done=save-draft")).into_response())
}

async fn page(
    visit: &Visit,
    line: &LineView,
    template: &TemplateView,
    typed: &Fields,
    problems: &[ProblemView],
) -> Page {
    let ours = Ours::on(visit, line).await?;
    let posts: Vec<(String, String)> = ours
        .posts
        .iter()
        .map(|post| (post.clone(), post.clone()))
        .collect();
    let given = |name: &str, other: &str| typed.get(name).unwrap_or(other).to_owned();
    let precedences: Vec<&str> = Precedence::ALL
        .iter()
        .map(|precedence| precedence.word())
        .collect();
    let on_all = problems.iter().filter(|problem| problem.key.is_empty());
    let title = &template.brief.title;
    let body = html! {
        section {
            h1 { (kit::template_title(visit, &template.brief)) }
            p.hint { (kit::facade(visit, &template.brief.purpose)) " " (kit::facade(visit, &template.claim)) }
            @if !problems.is_empty() { p.warning role="alert" { (visit.words().with("notification-problems", &[("count", problems.len().into())])) } }
            @for problem in on_all { p.warning { (kit::sentence(visit, &problem.words)) } }
            form.act method="post" action={ (path(line)) "/" (kit::query(&template.brief.id)) } enctype="multipart/form-data" {
                (kit::hidden("mark", &visit.mark))
                div.row {
                    (kit::choice(&visit.say("post"), "post", &given("post", ""), &posts))
                    (kit::choice(&visit.say("type"), "message_type", &given("message_type", "real"), &kit::terms(visit, "type", &["real", "exercise"])))
                    (kit::choice(&visit.say("precedence"), "precedence", &given("precedence", &template.precedence), &kit::terms(visit, "precedence", &precedences)))
                }
                (kit::field(&visit.say("to-hint"), "to:list", "text", &given("to:list", "")))
                @for field in &template.fields { (filled(visit, template, field, typed, problems)) }
                @for group in &template.one_of { p.hint { (visit.say("notification-one-of")) " " (group.join(", ")) } }
                @if template.lead_time_s.is_some() { (kit::tick(&visit.say("notification-short"), "short_notice:yes", typed.get("short_notice:yes").is_some())) }
                (kit::button(&visit.say("save-draft")))
            }
        }
    };
    Ok(shell::line_page(visit, line, "", title, &body))
}

fn filled(
    visit: &Visit,
    template: &TemplateView,
    field: &TemplateFieldView,
    typed: &Fields,
    problems: &[ProblemView],
) -> Markup {
    let name = format!("values/{}", field.key);
    let value = typed.get(&name).unwrap_or_default();
    let hint = format!("hint-{}", field.key);
    let wrong: Vec<&ProblemView> = problems
        .iter()
        .filter(|problem| problem.key == field.key)
        .collect();
    html! {
        div.field {
            label for={ "field-" (field.key) } {
                (kit::template_label(visit, template, field))
                @if field.is_required { " " em { (visit.say("needed")) } }
                @if field.is_critical { " " em { (visit.say("fact-critical")) } }
            }
            @if field.is_list {
                textarea id={ "field-" (field.key) } name=(name) rows="3" dir="auto" aria-describedby=(hint) aria-invalid=[(!wrong.is_empty()).then_some("true")] { (value) }
            } @else {
                input id={ "field-" (field.key) } type="text" name=(name) value=(value) dir="auto" aria-describedby=(hint) aria-invalid=[(!wrong.is_empty()).then_some("true")];
            }
            p.hint id=(hint) {
                @for problem in &wrong { strong.bad { (kit::sentence(visit, &problem.words)) } " " }
                (kit::facade(visit, &field.help)) " " (kit::sentence(visit, &field.shape)) " "
                (visit.say("notification-example")) " " span lang="en" dir="ltr" { (field.example) }
                " · " (visit.say(if field.is_releasable { "notification-public" } else { "notification-kept" }))
            }
        }
    }
}
