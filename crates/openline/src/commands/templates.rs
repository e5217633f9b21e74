//! Templates: list, show, export, check. All of it works without a node.

use std::path::Path;

use openline_desk::template::{Kept, Source, Template, span_words};
use openline_node::service::template_view;
use openline_node::templates::HomeTemplates;
use openline_node::view::{TemplateFieldView, TemplateView};

use super::read_text;
use crate::cli::TemplateCommand;
use crate::failure::Failure;
use crate::output::{Output, table};

pub(super) fn template(
    home: &Path,
    command: &TemplateCommand,
    output: Output,
) -> Result<(), Failure> {
    match command {
        TemplateCommand::List => list(home, output),
        TemplateCommand::Show { id } => {
            let all = HomeTemplates::read(home);
            let view = template_view(find(&all, id)?);
            output.print(&view, show_text);
            Ok(())
        }
        TemplateCommand::Export { id } => {
            let all = HomeTemplates::read(home);
            let text = &find(&all, id)?.text;
            if output.is_json() {
                output.print(&serde_json::json!({ "text": text }), |_| String::new());
            } else {
                output.raw(text.as_bytes());
            }
            Ok(())
        }
        TemplateCommand::Check { file } => check(file, output),
    }
}

fn find<'a>(all: &'a HomeTemplates, id: &str) -> Result<&'a Kept, Failure> {
    all.find(id)
        .map_err(|why| Failure::unusable(why, "choose one of: openline template list"))
}

fn list(home: &Path, output: Output) -> Result<(), Failure> {
    let all = HomeTemplates::read(home);
    let briefs: Vec<_> = all
        .templates
        .iter()
        .map(|kept| template_view(kept).brief)
        .collect();
    let unusable: Vec<_> = all
        .unusable
        .iter()
        .map(|unusable| {
            serde_json::json!({ "file": unusable.path.display().to_string(), "words": unusable.words })
        })
        .collect();
    let value = serde_json::json!({ "templates": briefs, "unusable": unusable });
    output.print(&value, |_| list_text(&all));
    Ok(())
}

fn list_text(all: &HomeTemplates) -> String {
    let mut rows = vec![
        ["TEMPLATE", "TITLE", "NOTICE", ""]
            .map(String::from)
            .to_vec(),
    ];
    rows.extend(all.templates.iter().map(|kept| {
        let template = &kept.template;
        let notice = template.lead_time().map_or_else(
            || "-".to_owned(),
            |lead| span_words(i64::try_from(lead.as_millis()).unwrap_or(i64::MAX)),
        );
        let mut marks = Vec::new();
        if kept.source == Source::Own {
            marks.push(Source::Own.words());
        }
        if template.is_unverified() {
            marks.push("fields not checked at the instrument");
        }
        vec![
            template.name(),
            template.title().to_owned(),
            notice,
            marks.join("; "),
        ]
    }));
    let mut text = table(&rows);
    for unusable in &all.unusable {
        text.push_str(&format!(
            "\nNot used: {}: {}\n",
            unusable.path.display(),
            unusable.words
        ));
    }
    text
}

fn show_text(view: &TemplateView) -> String {
    let brief = &view.brief;
    let unverified = if brief.is_unverified {
        "\nThe fields were not checked at the instrument's text."
    } else {
        ""
    };
    let seconds = |seconds: u64| span_words(i64::try_from(seconds).unwrap_or(0) * 1000);
    let mut text = format!(
        "{}\n{}/{}, {}\n\n{}\n\nInstrument: {}\n{}{unverified}\nFor: {}\nForm: {}, precedence {}{}\n",
        brief.title,
        brief.id,
        brief.version,
        brief.source,
        brief.purpose,
        brief.instrument,
        view.claim,
        view.needed_by,
        view.form,
        view.precedence,
        view.class
            .as_ref()
            .map_or_else(String::new, |class| format!(", class {class}"))
    );
    if let Some(lead) = view.lead_time_s {
        text.push_str(&format!("Least notice: {}\n", seconds(lead)));
    }
    if !view.renotify_s.is_empty() {
        let offsets: Vec<String> = view.renotify_s.iter().map(|s| seconds(*s)).collect();
        text.push_str(&format!("Due again: {} before\n", offsets.join(" and ")));
    }
    if !view.translations.is_empty() {
        text.push_str(&format!(
            "Labels also in: {}\n",
            view.translations.join(", ")
        ));
    }
    for group in &view.one_of {
        text.push_str(&format!("At least one of: {}\n", group.join(", ")));
    }
    for field in &view.fields {
        text.push_str(&field_text(field));
    }
    text
}

fn field_text(field: &TemplateFieldView) -> String {
    format!(
        "\n{}  {}{}\n    {}\n    {}: {}\n    Example: {}\n",
        field.key,
        field.label,
        marks(field),
        field.help,
        field.kind,
        field.shape,
        field.example.replace('\n', "\n             ")
    )
}

fn marks(field: &TemplateFieldView) -> String {
    let marks = [
        (field.is_required, "required"),
        (field.is_critical, "typed again when read back"),
        (field.is_releasable, "may be published"),
        (field.is_event, "the event's time"),
    ];
    let marks: Vec<&str> = marks
        .into_iter()
        .filter(|(applies, _)| *applies)
        .map(|(_, mark)| mark)
        .collect();
    if marks.is_empty() {
        String::new()
    } else {
        format!(" ({})", marks.join(", "))
    }
}

fn check(file: &Path, output: Output) -> Result<(), Failure> {
    let text = read_text(file)?;
    let template = Template::parse(&text).map_err(|faults| {
        Failure::refused(
            "template",
            format!(
                "{} is not a template that can be used:\n  {}",
                file.display(),
                faults.0.join("\n  ")
            ),
            "put right what the lines name; docs/templates.md describes the file",
        )
    })?;
    let value = serde_json::json!({
        "template": template.name(),
        "title": template.title(),
        "fields": template.fields().len(),
    });
    output.print(&value, |_| {
        format!(
            "{}: {}, {} fields. It can be used: keep it as templates/{}.toml in the home.",
            template.name(),
            template.title(),
            template.fields().len(),
            template.id()
        )
    });
    Ok(())
}
