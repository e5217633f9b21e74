//! Charters: drawing them up, proposals on their way to being signed by all, and how they are shown.

use std::time::Duration;

use openline_core::charter::{
    Charter, CharterTerms, Clock, Instrument, Member, Receipts, SealBeat, TestSchedule,
};
use openline_core::credential::VerifiedCredential;
use openline_core::{LineId, PartyIndex, Rule};

use crate::error::ServiceError;
use crate::view::{CharterPartyView, CharterView, MemberRequest, ProposeRequest, TermsView};

/// A charter that not every member has signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    instrument: Instrument,
}

impl Proposal {
    /// Takes an instrument.
    #[must_use]
    pub fn new(instrument: Instrument) -> Self {
        Self { instrument }
    }

    /// The instrument with the signatures so far.
    #[must_use]
    pub fn instrument(&self) -> &Instrument {
        &self.instrument
    }

    /// The line that it would found.
    #[must_use]
    pub fn line(&self) -> LineId {
        self.instrument.charter().line()
    }

    /// Adds another's signatures; both are of one charter.
    ///
    /// # Errors
    /// The rule that the other breaks.
    pub fn merged(mut self, other: &Instrument) -> Result<Self, Rule> {
        self.instrument.merge(other)?;
        Ok(self)
    }

    /// From the store.
    ///
    /// # Errors
    /// The rule that the bytes break.
    pub fn decode(bytes: &[u8]) -> Result<Self, Rule> {
        Instrument::decode(bytes).map(Self::new)
    }

    /// For the façade.
    #[must_use]
    pub fn view(&self) -> CharterView {
        view_of(&self.instrument)
    }
}

/// An instrument as people see it.
#[must_use]
pub fn view_of(instrument: &Instrument) -> CharterView {
    let charter = instrument.charter();
    let missing: Vec<PartyIndex> = instrument.missing().collect();
    let party = |(at, member): (usize, &Member)| CharterPartyView {
        index: u8::try_from(at).unwrap_or(u8::MAX),
        name: member.name().to_owned(),
        id: member.party_id().to_string(),
        posts: member.posts.clone(),
        zone: member.zone.clone(),
        has_signed: !missing.iter().any(|index| index.at() == at),
    };
    CharterView {
        id: charter.line().to_string(),
        terms: terms_view(charter.terms()),
        parties: charter.members().iter().enumerate().map(party).collect(),
        is_founded: instrument.is_founded(),
    }
}

/// Draws up a charter from a request.
///
/// # Errors
/// The rule that it would break; [`ServiceError::Unusable`] for terms that can't be read.
pub fn draw_up(
    own: VerifiedCredential,
    others: Vec<(VerifiedCredential, Option<MemberRequest>)>,
    request: &ProposeRequest,
    nonce: [u8; 16],
) -> Result<Charter, ServiceError> {
    let own = Member {
        credential: own,
        posts: request.posts.clone(),
        zone: request.zone.clone(),
    };
    let others = others.into_iter().map(|(credential, member)| match member {
        Some(member) => Member {
            credential,
            posts: member.posts,
            zone: member.zone,
        },
        None => Member {
            credential,
            posts: vec!["watch".to_owned()],
            zone: "UTC".to_owned(),
        },
    });
    let members = std::iter::once(own).chain(others).collect();
    Ok(Charter::new(terms(&request.terms)?, members, nonce)?)
}

fn terms(view: &TermsView) -> Result<CharterTerms, ServiceError> {
    let seconds = Duration::from_secs;
    let clock = |[stored, shown, acknowledged]: [u64; 3]| Clock {
        stored: seconds(stored),
        shown: seconds(shown),
        acknowledged: seconds(acknowledged),
    };
    let clocks: Vec<Clock> = view.clocks_s.iter().copied().map(clock).collect();
    let clocks = <[Clock; 4]>::try_from(clocks).map_err(|_| {
        ServiceError::Unusable(
            "clocks_s holds four triples: flash, immediate, priority, routine".to_owned(),
        )
    })?;
    Ok(CharterTerms {
        title: view.title.clone(),
        level: view.level.clone(),
        contact_interval: seconds(view.contact_interval_s),
        schedule: TestSchedule {
            zone: view.test_zone.clone(),
            times: view.test_times.clone(),
        },
        clocks,
        languages: view.languages.clone(),
        receipts: if view.batched_receipts {
            Receipts::RoutineBatched
        } else {
            Receipts::EachMessage
        },
        open_classes: view.open_classes.clone(),
        retention_days: view.retention_days,
        seal_beat: SealBeat {
            entries: view.seal_entries,
            interval: seconds(view.seal_interval_s),
        },
        attachment_limit: view.attachment_limit,
        tolerance: seconds(view.tolerance_s),
        settle_delay: Duration::from_millis(view.settle_delay_ms),
    })
}

fn terms_view(terms: &CharterTerms) -> TermsView {
    let clock = |c: &Clock| {
        [
            c.stored.as_secs(),
            c.shown.as_secs(),
            c.acknowledged.as_secs(),
        ]
    };
    TermsView {
        title: terms.title.clone(),
        level: terms.level.clone(),
        contact_interval_s: terms.contact_interval.as_secs(),
        test_zone: terms.schedule.zone.clone(),
        test_times: terms.schedule.times.clone(),
        clocks_s: terms.clocks.iter().map(clock).collect(),
        languages: terms.languages.clone(),
        batched_receipts: terms.receipts == Receipts::RoutineBatched,
        open_classes: terms.open_classes.clone(),
        retention_days: terms.retention_days,
        seal_entries: terms.seal_beat.entries,
        seal_interval_s: terms.seal_beat.interval.as_secs(),
        attachment_limit: terms.attachment_limit,
        tolerance_s: terms.tolerance.as_secs(),
        settle_delay_ms: u64::try_from(terms.settle_delay.as_millis()).unwrap_or(u64::MAX),
    }
}

impl Default for TermsView {
    fn default() -> Self {
        terms_view(&CharterTerms::default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_survive_being_shown_and_read() {
        let default = CharterTerms::default();
        assert_eq!(terms(&terms_view(&default)).expect("in range"), default);
        let short = TermsView {
            clocks_s: vec![[1, 1, 1]],
            ..TermsView::default()
        };
        assert!(matches!(terms(&short), Err(ServiceError::Unusable(_))));
    }
}
