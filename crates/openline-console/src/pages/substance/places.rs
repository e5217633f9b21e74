//! What a form can refer to: entries of the line, each shown by what it is, and any other by its place.

use maud::{Markup, html};
use openline_node::view::{EncounterView, LineView};

use crate::failure::{Failed, OrFail as _};
use crate::kit;
use crate::visit::Visit;

/// Values, each with what is shown for it; the newest first.
pub(super) type Places = Vec<(String, String)>;

/// Entries that are offered by name.
const OFFERED: usize = 24;

/// An entry as a form shows it.
pub(super) fn shown(kind: &str, what: &str, place: &str) -> (String, String) {
    (place.to_owned(), format!("{kind}: {what} ({place})"))
}

/// The encounters of a kind, or of every kind.
pub(super) fn encounters(visit: &Visit, all: &[EncounterView], kind: Option<&str>) -> Places {
    let of_kind = all
        .iter()
        .rev()
        .filter(|one| kind.is_none_or(|kind| one.kind == kind));
    let shown = of_kind.map(|one| {
        let kind = visit.words().term("encounter", &one.kind);
        shown(&kind, &one.subject, &one.place)
    });
    shown.take(OFFERED).collect()
}

/// All that an undertaking can be taken from and that has a name: encounters, contacts, texts.
pub(super) async fn sources(
    visit: &Visit,
    line: &LineView,
    held: &[EncounterView],
) -> Result<Places, Failed> {
    let mut all = encounters(visit, held, None);
    for message_type in ["real", "exercise"] {
        let history = visit.service.history(&line.id, message_type).await;
        for event in history.or_fail(visit)?.events.iter().rev().take(OFFERED) {
            let kind = visit.words().term("encounter", &event.kind);
            all.push(shown(
                &kind,
                &format!("{}, {}", event.what, event.date),
                &event.place,
            ));
        }
    }
    for text in visit.service.texts(&line.id).await.or_fail(visit)? {
        all.push(shown(&visit.say("line-texts"), &text.title, &text.place));
    }
    let mut known = std::collections::BTreeSet::new();
    all.retain(|(place, _)| known.insert(place.clone()));
    Ok(all)
}

/// One of them, or none.
pub(super) fn one_or_none(label: &str, name: &str, places: &Places) -> Markup {
    let none = std::iter::once((String::new(), "–".to_owned()));
    let options: Places = none.chain(places.iter().cloned()).collect();
    kit::choice(label, name, "", &options)
}

/// One of them, or any other entry by its place.
pub(super) fn one(label: &str, name: &str, places: &Places) -> Markup {
    let list = format!("{}-places", name.replace(['/', ':'], "-"));
    html! {
        label.field { span { (label) } input type="text" name=(name) list=(list) required autocomplete="off"; }
        datalist id=(list) { @for (place, shown) in places { option value=(place) { (shown) } } }
    }
}

/// Any number of them, and others by their places. The field's kind is a list.
pub(super) fn several(visit: &Visit, label: &str, name: &str, places: &Places) -> Markup {
    html! {
        fieldset {
            legend { (label) }
            @for (place, shown) in places {
                label.tick { input type="checkbox" name=(name) value=(place); span dir="auto" { (shown) } }
            }
            (kit::field(&visit.say("other-entries"), name, "text", ""))
        }
    }
}
