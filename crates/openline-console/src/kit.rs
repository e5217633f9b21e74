//! Pieces that many pages are made of.

use fluent_bundle::FluentValue;
use jiff::tz::TimeZone;
use maud::{Markup, html};
use openline_node::view::{PhraseArg, PhraseView, TemplateBrief, TemplateFieldView, TemplateView};
use serde::Deserialize;

use crate::locale::direction_of;
use crate::times;
use crate::visit::Visit;

/// A text made safe for a query's value or a part of a path.
pub(crate) fn query(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// A moment in the zone of this machine, which says its UTC when pointed at and to programs.
pub(crate) fn moment(visit: &Visit, ms: i64) -> Markup {
    moment_in(visit, ms, &visit.zone())
}

/// A moment in a zone.
pub(crate) fn moment_in(visit: &Visit, ms: i64, zone: &TimeZone) -> Markup {
    let text = times::moment(ms, zone, visit.words());
    let utc = format!("{} UTC", times::moment(ms, &TimeZone::UTC, visit.words()));
    html! { time datetime=(times::machine(ms)) title=(utc) { (text) } }
}

/// How long ago something was, or how long until it is; the script keeps it running.
pub(crate) fn counting(visit: &Visit, ms: i64) -> Markup {
    let away = ms - visit.setting.now_ms;
    let id = if away < 0 { "ago" } else { "in-time" };
    let length = times::length(away.abs(), visit.words());
    let text = visit
        .words()
        .with(id, &[("length", length.as_str().into())]);
    html! { time.counting datetime=(times::machine(ms)) { (text) } }
}

/// Words in a language of their own, with its direction.
pub(crate) fn in_language(tag: &str, words: &str) -> Markup {
    html! { span lang=(tag) dir=(direction_of(tag)) { (words) } }
}

/// A sentence that the façade has made: they are in English.
pub(crate) fn sentence(visit: &Visit, words: &str) -> Markup {
    facade(visit, &crate::failure::sentence(words))
}

/// What the façade says, in the visitor's language; in English where it is not said in parts that all have their words.
pub(crate) fn said(visit: &Visit, words: &str, phrases: &[PhraseView]) -> Markup {
    translated(visit, phrases).map_or_else(|| facade(visit, words), |text| html! { (text) })
}

/// The same as a sentence: with a capital and a full stop.
pub(crate) fn said_sentence(visit: &Visit, words: &str, phrases: &[PhraseView]) -> Markup {
    let Some(text) = translated(visit, phrases) else {
        return sentence(visit, words);
    };
    match visit.words().language().tag() {
        "zh" => html! { (text) "。" },
        _ => html! { (crate::failure::sentence(&text)) },
    }
}

/// The parts of a sentence, one after the other; none where one of them has no words.
fn translated(visit: &Visit, phrases: &[PhraseView]) -> Option<String> {
    let space = match visit.words().language().tag() {
        "zh" => "",
        _ => " ",
    };
    let mut text = String::new();
    for part in phrases {
        let part = phrase(visit, part)?;
        let is_joint = part.starts_with([',', ';', '\u{a0}', '،', '؛']);
        if !text.is_empty() && !is_joint {
            text.push_str(space);
        }
        text.push_str(&part);
    }
    Some(text).filter(|text| !text.is_empty())
}

/// One part of a sentence: moments in the zone of this machine, states by their names.
fn phrase(visit: &Visit, part: &PhraseView) -> Option<String> {
    let words = visit.words();
    let mut given: Vec<(&str, FluentValue<'_>)> = Vec::new();
    for (name, value) in &part.args {
        let value = match value {
            PhraseArg::Number(ms) if name.ends_with("_ms") => {
                let moment = times::moment(*ms, &visit.zone(), words);
                // Set apart within a sentence, a date has no letter by which its direction would be found.
                match words.language().direction() {
                    "rtl" => format!("\u{200f}{moment}").into(),
                    _ => moment.into(),
                }
            }
            PhraseArg::Number(ms) if name.ends_with("_length") => times::length(*ms, words).into(),
            PhraseArg::Number(number) => (*number).into(),
            PhraseArg::Text(word) if name == "state" => words.term("state", word).into(),
            PhraseArg::Text(text) => text.as_str().into(),
        };
        given.push((name, value));
    }
    words.said(&part.id, &given)
}

/// Words that the façade has made: they are in English.
pub(crate) fn facade(visit: &Visit, words: &str) -> Markup {
    if visit.words().language().tag() == "en" {
        return html! { (words) };
    }
    in_language("en", words)
}

/// What a template in a list is called: in the visitor's language if it is called so by us, in its own words otherwise.
pub(crate) fn template_title(visit: &Visit, template: &TemplateBrief) -> Markup {
    let words = visit.words();
    let ours = words.of_template(&template.id, None, &template.title);
    ours.map_or_else(|| facade(visit, &template.title), |words| html! { (words) })
}

/// What a field of a template is called: as the template's file says in the visitor's language, then as we say.
pub(crate) fn template_label(
    visit: &Visit,
    template: &TemplateView,
    field: &TemplateFieldView,
) -> Markup {
    let words = visit.words();
    let own = template.labels.get(words.language().tag());
    let own = own.and_then(|labels| labels.get(&field.key)).cloned();
    let ours = || words.of_template(&template.brief.id, Some(&field.key), &field.label);
    own.or_else(ours)
        .map_or_else(|| facade(visit, &field.label), |words| html! { (words) })
}

/// The mark of a type; nothing for real traffic.
pub(crate) fn type_mark(visit: &Visit, message_type: &str) -> Markup {
    html! {
        @if message_type != "real" {
            strong class={ "type type-" (message_type) } { (visit.words().term("type", message_type)) }
        }
    }
}

/// The mark of a precedence.
pub(crate) fn precedence_mark(visit: &Visit, precedence: &str) -> Markup {
    html! {
        span class={ "precedence precedence-" (precedence) } { (visit.words().term("precedence", precedence)) }
    }
}

/// A form that does an act of the table in `acts.rs`, and comes back to `back`.
pub(crate) fn act_form(visit: &Visit, act: &str, back: &str, body: &Markup) -> Markup {
    html! {
        form.act method="post" action={ "/act/" (act) } enctype="multipart/form-data" {
            input type="hidden" name="mark" value=(visit.mark);
            input type="hidden" name="back" value=(back);
            (body)
        }
    }
}

/// A field that is not seen.
pub(crate) fn hidden(name: &str, value: &str) -> Markup {
    html! { input type="hidden" name=(name) value=(value); }
}

/// A field with its label; `kind` is an input's type.
pub(crate) fn field(label: &str, name: &str, kind: &str, value: &str) -> Markup {
    html! { label.field { span { (label) } input type=(kind) name=(name) value=(value); } }
}

/// A field that must be filled in.
pub(crate) fn needed(label: &str, name: &str, kind: &str, value: &str) -> Markup {
    html! { label.field { span { (label) } input type=(kind) name=(name) value=(value) required; } }
}

/// A time by the clock of this machine, whose zone stands beside the label; `value` is as [`times::field`] has it.
pub(crate) fn time(visit: &Visit, label: &str, name: &str, value: &str) -> Markup {
    time_field(visit, label, name, value, false)
}

/// A time that must be given.
pub(crate) fn needed_time(visit: &Visit, label: &str, name: &str, value: &str) -> Markup {
    time_field(visit, label, name, value, true)
}

fn time_field(visit: &Visit, label: &str, name: &str, value: &str, is_needed: bool) -> Markup {
    html! {
        label.field {
            span { (label) " " small.zone { "(" bdi { (zone_name(visit)) } ")" } }
            input type="datetime-local" name=(name) value=(value) required[is_needed];
        }
    }
}

/// Lines of text with their label.
pub(crate) fn area(label: &str, name: &str, rows: u8, value: &str, is_needed: bool) -> Markup {
    html! { label.field { span { (label) } textarea name=(name) rows=(rows) required[is_needed] dir="auto" { (value) } } }
}

/// A choice: values, each with what is shown for it.
pub(crate) fn choice(
    label: &str,
    name: &str,
    chosen: &str,
    options: &[(String, String)],
) -> Markup {
    html! {
        label.field {
            span { (label) }
            select name=(name) {
                @for (value, shown) in options {
                    option value=(value) selected[value == chosen] { (shown) }
                }
            }
        }
    }
}

/// Words of the record as options, each shown in the visitor's language.
pub(crate) fn terms(visit: &Visit, kind: &str, words: &[&str]) -> Vec<(String, String)> {
    words
        .iter()
        .map(|word| ((*word).to_owned(), visit.words().term(kind, word)))
        .collect()
}

/// A box to tick.
pub(crate) fn tick(label: &str, name: &str, is_ticked: bool) -> Markup {
    html! { label.tick { input type="checkbox" name=(name) value="yes" checked[is_ticked]; span { (label) } } }
}

/// The button of a form.
pub(crate) fn button(label: &str) -> Markup {
    html! { button type="submit" { (label) } }
}

/// A part of a page that opens when its summary is pressed.
pub(crate) fn folded(summary: &str, body: &Markup) -> Markup {
    html! { details { summary { (summary) } (body) } }
}

/// Says by which clock a form's times are read: this machine's.
pub(crate) fn zone_hint(visit: &Visit) -> Markup {
    let name = zone_name(visit);
    html! { p.hint { (visit.words().with("times-by", &[("zone", name.as_str().into())])) } }
}

fn zone_name(visit: &Visit) -> String {
    times::zone_name(&visit.zone(), visit.setting.now_ms)
}

/// The id of a part of a page that is about an entry.
pub(crate) fn part_id(kind: &str, place: &str) -> String {
    format!("{kind}-{}", place.replace('/', "-"))
}

/// Which part of a list is asked for: how many are passed over.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
pub(crate) struct Part {
    #[serde(default)]
    skip: usize,
}

impl Part {
    /// The part of a list, and where the next one begins, if there is more.
    pub(crate) fn of<T>(
        self,
        list: impl ExactSizeIterator<Item = T>,
        size: usize,
    ) -> (impl Iterator<Item = T>, Option<usize>) {
        let next = self.skip.saturating_add(size);
        let older = (next < list.len()).then_some(next);
        (list.skip(self.skip).take(size), older)
    }
}

/// The way to what came before.
pub(crate) fn older(visit: &Visit, path: &str, skip: Option<usize>) -> Markup {
    html! { @if let Some(skip) = skip { p { a.button-like href={ (path) "?skip=" (skip) } { (visit.say("older")) } } } }
}

/// Says that a list is empty.
pub(crate) fn nothing(words: &str) -> Markup {
    html! { p.nothing { (words) } }
}

/// The path of a line's page.
pub(crate) fn line_path(line: &str) -> String {
    format!("/lines/{}", query(line))
}

/// The path of an entry's page: its place is `PARTY/INDEX`.
pub(crate) fn entry_path(line: &str, place: &str) -> String {
    format!("/lines/{}/entries/{place}", query(line))
}
