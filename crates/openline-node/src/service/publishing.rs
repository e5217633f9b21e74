//! Publishing: statements and readouts as a page and a feed, with the proofs that both are made from.

use std::collections::BTreeMap;

use openline_core::PartyIndex;
use openline_core::entry::{Kind, Ref};
use openline_core::readout::{Extent, PublicStatement};

use super::entries::{Looking, place_text};
use super::record::disclose;
use super::{Answer, Service};
use crate::audit::{Act, Deed};
use crate::error::ServiceError;
use crate::officers::Role;
use crate::publication::{self, PublicationError};
use crate::view::{PublicationView, PublishRequest, PublishedFile};

impl Service {
    /// Makes a publication of one's own public statements and readouts, in this order.
    ///
    /// # Errors
    /// [`ServiceError::Forbidden`] without the role; [`ServiceError::Conflict`] for what can't be published.
    pub async fn publish(&self, request: PublishRequest) -> Answer<PublicationView> {
        let line = self.resolve_line(&request.line).await?;
        let places = self.places(line, &request.places).await?;
        let me = self.engine(move |engine| engine.me(&line)).await?;
        let names: Vec<String> = places.iter().map(|place| place_text(*place)).collect();
        let deed = Deed::new(Act::Publish).on(line).detail(names.join(", "));
        self.act(&[Role::Releaser], deed, |_| Ok(())).await?;
        self.read(move |reader| files(&Looking::at(reader, line)?, me, &places))
            .await
    }
}

fn files(looking: &Looking<'_>, me: PartyIndex, places: &[Ref]) -> Answer<PublicationView> {
    let proofs = proofs(looking, me, places)?;
    let (files, _) = publication::make(places, &mut |name| proofs.get(name).cloned())
        .map_err(|error: PublicationError| ServiceError::Conflict(error.to_string()))?;
    let file = |(name, bytes): publication::File| {
        let text = String::from_utf8(bytes);
        text.map(|text| PublishedFile { name, text })
            .map_err(|error| ServiceError::Unavailable(error.to_string()))
    };
    Ok(PublicationView {
        files: files.into_iter().map(file).collect::<Answer<_>>()?,
    })
}

/// The proofs by name: of each item with its body, of what is disclosed with or without. Whole goes before cited.
fn proofs(
    looking: &Looking<'_>,
    me: PartyIndex,
    places: &[Ref],
) -> Answer<BTreeMap<String, Vec<u8>>> {
    let mut with_body: BTreeMap<Ref, bool> = BTreeMap::new();
    for place in places {
        let entry = looking.entry(*place)?;
        let kind = entry.header.kind;
        let is_fit = place.party == me && matches!(kind, Kind::PublicStatement | Kind::Readout);
        let body = entry.raw.body.as_ref().filter(|_| is_fit);
        let (_, body) = body.ok_or_else(|| {
            ServiceError::Conflict(format!(
                "{} can't be published: only public statements and readouts of one's own, whose text is held, can",
                place_text(*place)
            ))
        })?;
        with_body.insert(*place, true);
        if kind == Kind::PublicStatement {
            let extents = PublicStatement::decode(body)?.disclosed;
            for (cited, extent) in entry.header.refs.iter().zip(extents) {
                let is_whole = with_body.entry(*cited).or_default();
                *is_whole |= extent == Extent::Whole;
            }
        }
    }
    with_body
        .into_iter()
        .map(|(place, with_body)| {
            let proof = disclose(looking, place, with_body)?;
            Ok((publication::proof_name(place), proof))
        })
        .collect()
}
