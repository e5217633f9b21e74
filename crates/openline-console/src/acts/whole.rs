//! The whole of what an act is about, where its form names it by a place or an id only: nobody releases what he has not seen.

use maud::{Markup, html};
use openline_node::error::ServiceError;
use openline_node::view::{CharterPartyView, LineView};
use serde_json::Value;

use super::review::About;
use crate::locale::direction_of;
use crate::visit::Visit;
use crate::{drafted, read_back, terms};

/// What is to be seen before an act.
pub(super) struct Whole {
    pub(super) shown: Markup,
    /// Whether what the form itself says needs not be shown beside it.
    pub(super) is_all: bool,
    /// Names of the parties that will be able to read it.
    pub(super) readers: Vec<String>,
}

impl Whole {
    pub(super) async fn of(
        visit: &Visit,
        about: &About<'_>,
        line: Option<&LineView>,
    ) -> Result<Self, ServiceError> {
        match (about.act, line) {
            ("sign-charter", _) => signed_charter(visit, about).await,
            ("propose-charter", _) => proposed_charter(visit, about).await,
            ("release-draft", Some(line)) => draft(visit, about, line).await,
            ("release-readout", Some(line)) => readout(visit, about, line).await,
            ("confirm", Some(line)) => confirmed(visit, about, line).await,
            (_, line) => Ok(Self::beside(line, html! {})),
        }
    }

    /// What the form says belongs beside it.
    fn beside(line: Option<&LineView>, shown: Markup) -> Self {
        let parties = line.iter().flat_map(|line| &line.parties);
        Self {
            shown,
            is_all: false,
            readers: parties.map(|party| party.name.clone()).collect(),
        }
    }

    fn charter(parties: &[CharterPartyView], terms: &Markup) -> Self {
        Self {
            shown: html! { (terms::parties(parties)) (terms) },
            is_all: true,
            readers: parties.iter().map(|party| party.name.clone()).collect(),
        }
    }
}

/// What a form says under a name.
fn said<'a>(about: &About<'a>, name: &str) -> &'a str {
    let said = about.request.get(name).and_then(Value::as_str);
    said.unwrap_or_default()
}

async fn signed_charter(visit: &Visit, about: &About<'_>) -> Result<Whole, ServiceError> {
    let charter = visit.service.charter(said(about, "id")).await?;
    let terms = terms::all(visit, &charter.terms);
    Ok(Whole::charter(&charter.parties, &terms))
}

async fn proposed_charter(visit: &Visit, about: &About<'_>) -> Result<Whole, ServiceError> {
    let own = visit.service.status().await?.party;
    let request = super::charter_request(about.request.clone())?;
    let party = |index, name: &str, posts: &[String], zone: &str| CharterPartyView {
        index,
        name: name.to_owned(),
        id: String::new(),
        posts: posts.to_vec(),
        zone: zone.to_owned(),
        has_signed: false,
    };
    let mut parties = vec![party(0, &own, &request.posts, &request.zone)];
    for (index, other) in (1..).zip(&request.others) {
        parties.push(party(index, &other.party, &other.posts, &other.zone));
    }
    Ok(Whole::charter(&parties, &terms::all(visit, &request.terms)))
}

async fn draft(visit: &Visit, about: &About<'_>, line: &LineView) -> Result<Whole, ServiceError> {
    let draft = visit.service.draft(said(about, "id")).await?;
    let charter = visit.service.charter(&line.id).await?;
    let limit = drafted::word_limit(&charter, &draft.request.precedence);
    Ok(Whole {
        is_all: true,
        ..Whole::beside(Some(line), drafted::whole(visit, line, &draft, limit))
    })
}

async fn readout(visit: &Visit, about: &About<'_>, line: &LineView) -> Result<Whole, ServiceError> {
    let draft = visit
        .service
        .readout_draft(&line.id, said(about, "of"))
        .await?;
    let shown = html! {
        @for text in &draft.texts {
            div.text { div.body lang=(text.language) dir=(direction_of(&text.language)) { (text.text) } }
        }
    };
    Ok(Whole::beside(Some(line), shown))
}

async fn confirmed(
    visit: &Visit,
    about: &About<'_>,
    line: &LineView,
) -> Result<Whole, ServiceError> {
    let of = said(about, "of");
    let read_back = visit.service.entry(&line.id, of).await?;
    let message = read_back.refs.first().cloned().unwrap_or_default();
    let message = visit.service.entry(&line.id, &message).await?;
    let this = message.read_backs.iter().filter(|back| back.place == of);
    let shown = html! {
        @for back in this {
            (read_back::differing(visit, back))
            (read_back::all(visit, std::slice::from_ref(back)))
        }
    };
    Ok(Whole::beside(Some(line), shown))
}
