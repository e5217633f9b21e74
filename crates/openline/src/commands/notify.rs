//! Notifications from templates: filled in at a terminal or from a file, shown whole, released; and due again.

mod ask;
mod due;
mod values;

use std::io::{BufRead, IsTerminal as _, Write};

use openline_desk::template::{Around, Seat, Template};
use openline_node::view::{
    FillRequest, FilledView, LineView, NotifiedView, NotifyRequest, TemplateView,
};

use super::messages::{released_text, wait};
use crate::cli::{FormArgs, NotifyArgs, NotifyCommand};
use crate::client::{Client, part};
use crate::failure::Failure;
use crate::output::{Output, time};
use ask::Terminal;
use values::Given;

pub(super) fn notify(client: &Client, args: &NotifyArgs, output: Output) -> Result<(), Failure> {
    let form = &args.form;
    let is_form = form.template.is_some() || form.file.is_some() || !form.set.is_empty();
    if args.command.is_some() && is_form {
        return Err(Failure::unusable(
            "again and due fill in no form",
            "see openline notify again --help and openline notify due --help",
        ));
    }
    match &args.command {
        Some(NotifyCommand::Again { place, post, wait }) => {
            due::again(client, place, post, *wait, output)
        }
        Some(NotifyCommand::Due { line }) => due::due(
            client,
            line.as_ref().or(form.line.as_ref()).map(String::as_str),
            output,
        ),
        None => fill_in(client, form, output),
    }
}

fn fill_in(client: &Client, args: &FormArgs, output: Output) -> Result<(), Failure> {
    let (Some(id), Some(line)) = (&args.template, &args.line) else {
        return Err(Failure::unusable(
            "neither a template nor a command is given",
            "see openline notify --help",
        ));
    };
    let template = template(client, id)?;
    let line: LineView = client.get(&format!("/v1/lines/{}", part(line)))?;
    let mut given = Given::read(args, &template)?;
    let input = std::io::stdin();
    let is_terminal = input.is_terminal() && std::io::stderr().is_terminal();
    let (filled, is_draft) = if is_terminal {
        let mut terminal = Terminal::new(input.lock(), std::io::stderr());
        at_terminal(client, args, &template, &line, &mut given, &mut terminal)?
    } else {
        let filled = fill(client, &template, &line, &given)?;
        check(&filled, &template)?;
        check_notice(&filled, args)?;
        if !args.yes && !args.draft {
            return Err(Failure::unusable(
                "there is no terminal to show the notification and ask for a yes; nothing was released",
                "give --yes to release it unseen, or --draft to keep it and look at it",
            ));
        }
        (filled, args.draft)
    };
    let form = Form {
        args,
        given: &given,
        filled: &filled,
        is_draft,
    };
    form.release(client, &line, output)
}

/// The template as the node has it.
fn template(client: &Client, id: &str) -> Result<Template, Failure> {
    let view: TemplateView = client.get(&format!("/v1/templates/{}", part(id)))?;
    Template::parse(&view.text).map_err(|faults| {
        Failure::unusable(
            format!("the node's template can't be read here: {faults}"),
            "use the same version on both sides",
        )
    })
}

fn fill(
    client: &Client,
    template: &Template,
    line: &LineView,
    given: &Given,
) -> Result<FilledView, Failure> {
    let request = FillRequest {
        line: Some(line.id.clone()),
        values: given.values.clone(),
        releasable: given.releasable.clone(),
        languages: given.languages.clone(),
    };
    let path = format!("/v1/templates/{}/fill", part(template.id()));
    client.post(&path, &request)
}

/// Every bad field at once.
fn check(filled: &FilledView, template: &Template) -> Result<(), Failure> {
    if filled.problems.is_empty() {
        return Ok(());
    }
    let words: Vec<&str> = filled.problems.iter().map(|p| p.words.as_str()).collect();
    Err(Failure::unusable(
        format!(
            "the form {} is not right; nothing was released:\n  {}",
            template.name(),
            words.join("\n  ")
        ),
        format!(
            "put right what the lines name; openline template show {} explains each field",
            template.id()
        ),
    ))
}

fn check_notice(filled: &FilledView, args: &FormArgs) -> Result<(), Failure> {
    match &filled.lead {
        Some(lead) if lead.is_short && !args.short_notice && !args.draft => Err(Failure::refused(
            "short-notice",
            format!(
                "the notice is too short: {}. Nothing was released",
                lead.words
            ),
            "choose a later time, or give --short-notice if it must go all the same",
        )),
        _ => Ok(()),
    }
}

/// Asks field by field until the form is right, shows the whole, and asks for a yes; true if it is to be kept as a draft.
fn at_terminal<I: BufRead, O: Write>(
    client: &Client,
    args: &FormArgs,
    template: &Template,
    line: &LineView,
    given: &mut Given,
    terminal: &mut Terminal<I, O>,
) -> Result<(FilledView, bool), Failure> {
    let around = around(line);
    terminal.introduce(template)?;
    let asks_all = args.file.is_none() && !args.yes;
    terminal.ask_missing(template, &around, given, asks_all)?;
    let filled = loop {
        let filled = fill(client, template, line, given)?;
        let keys: Vec<&str> = filled.problems.iter().map(|p| p.key.as_str()).collect();
        if keys.is_empty() {
            break filled;
        }
        if keys.iter().any(|key| template.field(key).is_none()) {
            check(&filled, template)?;
        }
        let words: Vec<&str> = filled.problems.iter().map(|p| p.words.as_str()).collect();
        terminal.say(&words.join("\n"))?;
        terminal.ask_again(template, &around, given, &keys)?;
    };
    terminal.say(&preview(args, line, &filled))?;
    if args.draft {
        return Ok((filled, true));
    }
    let refusal = match check_notice(&filled, args) {
        Ok(()) if args.yes || terminal.is_released()? => return Ok((filled, false)),
        Ok(()) => Failure::refused(
            "not-released",
            "nothing was released or kept",
            "run the command again",
        ),
        Err(short) => {
            terminal.say(&short.title)?;
            short
        }
    };
    // What has been typed in is not lost because it can't go now.
    if terminal.is_kept()? {
        Ok((filled, true))
    } else {
        Err(refusal)
    }
}

fn around(line: &LineView) -> Around {
    let seat = |party: &openline_node::view::LinePartyView| Seat {
        party: party.name.clone(),
        posts: party.posts.clone(),
    };
    Around {
        now: openline_node::identity::wall_ms(),
        seats: line.parties.iter().map(seat).collect(),
    }
}

/// The whole message as it will be released.
fn preview(args: &FormArgs, line: &LineView, filled: &FilledView) -> String {
    let precedence = args.precedence.as_ref().or(filled.precedence.as_ref());
    let to = if args.to.is_empty() {
        "the first post of every other party".to_owned()
    } else {
        args.to.join(", ")
    };
    let mut text = format!(
        "\n--- {} {}, precedence {}{}\n--- Line \"{}\", from post {}, to {to}\n",
        args.message_type.to_uppercase(),
        filled.form.as_deref().unwrap_or("notification"),
        precedence.map_or("routine", String::as_str),
        filled
            .class
            .as_ref()
            .map_or_else(String::new, |class| format!(", class {class}")),
        line.title,
        args.post,
    );
    if !args.info.is_empty() {
        text.push_str(&format!("--- Info: {}\n", args.info.join(", ")));
    }
    if let Some(subject) = &filled.subject {
        text.push_str(&format!("--- Subject: {subject}\n"));
    }
    if let Some([from, to]) = filled.validity_ms {
        text.push_str(&format!("--- Valid: {} to {}\n", time(from), time(to)));
    }
    for shown in &filled.texts {
        text.push_str(&format!("--- Text, {}\n\n{}\n", shown.language, shown.text));
    }
    text.push_str(&format!(
        "--- Typed again when read back: {}\n",
        named(filled, |f| f.is_critical)
    ));
    text.push_str(&format!(
        "--- May be published: {}\n",
        named(filled, |f| f.is_releasable)
    ));
    if let Some(lead) = &filled.lead {
        let warning = if lead.is_short {
            "SHORT NOTICE: "
        } else {
            "Notice: "
        };
        text.push_str(&format!("--- {warning}{}\n", lead.words));
    }
    for again in &filled.again_ms {
        text.push_str(&format!("--- Due again: {}\n", time(*again)));
    }
    text
}

fn named(filled: &FilledView, is: impl Fn(&openline_node::view::FieldView) -> bool) -> String {
    let names: Vec<&str> = filled
        .fields
        .iter()
        .filter(|field| is(field))
        .map(|field| field.name.as_str())
        .collect();
    if names.is_empty() {
        "nothing".to_owned()
    } else {
        names.join(", ")
    }
}

/// A form that is right, and what is to become of it.
struct Form<'a> {
    args: &'a FormArgs,
    given: &'a Given,
    filled: &'a FilledView,
    is_draft: bool,
}

impl Form<'_> {
    /// The values as they were read, so that the node makes the text of them that was shown.
    fn request(&self, line: &LineView) -> NotifyRequest {
        let (args, given) = (self.args, self.given);
        let values = self.filled.fields.iter();
        NotifyRequest {
            line: line.id.clone(),
            post: args.post.clone(),
            template: self.filled.template.clone(),
            values: values
                .map(|field| (field.name.clone(), field.value.clone()))
                .collect(),
            releasable: given.releasable.clone(),
            languages: given.languages.clone(),
            message_type: args.message_type.clone(),
            precedence: args.precedence.clone(),
            to: args.to.clone(),
            info: args.info.clone(),
            own_reference: args.reference.clone(),
            authority: args.authority.clone(),
            short_notice: args.short_notice,
            is_draft: self.is_draft,
        }
    }

    /// Releases it, or keeps it as a draft.
    fn release(&self, client: &Client, line: &LineView, output: Output) -> Result<(), Failure> {
        let notified: NotifiedView = client.post("/v1/notifications", &self.request(line))?;
        let stored_at = match (&notified.released, self.args.wait) {
            (Some(released), Some(seconds)) => Some(wait(client, released, seconds)?),
            _ => None,
        };
        let value = serde_json::json!({
            "released": notified.released,
            "draft": notified.draft,
            "stored_at": stored_at,
            "filled": notified.filled,
        });
        output.print(&value, |_| notified_text(&notified, stored_at.as_deref()));
        Ok(())
    }
}

fn notified_text(notified: &NotifiedView, stored_at: Option<&[String]>) -> String {
    let mut text = match (&notified.released, &notified.draft) {
        (Some(released), _) => released_text(released, stored_at),
        (None, Some(id)) => {
            format!("Kept as draft {id}. Release it with: openline draft release {id}")
        }
        (None, None) => String::new(),
    };
    if let Some(lead) = notified.filled.lead.as_ref().filter(|lead| lead.is_short) {
        text.push_str(&format!("\nShort notice: {}.", lead.words));
    }
    if let Some(again) = notified.filled.again_ms.first() {
        text.push_str(&format!(
            "\nDue again {}; openline notify due lists what is.",
            time(*again)
        ));
    }
    text
}
