//! The agreed glossary of a line: proposals of terms, accords, and what they amount to.

use openline_core::entry::Kind;
use openline_core::glossary::{Accord, Glossary, Term};
use openline_desk::glossary::{AgreedTerm, Glossaries, Proposal, Said};
use openline_proto::DraftContent;

use super::entries::{Looking, place_text};
use super::{Answer, Service, names};
use crate::engine::acts::Outgoing;
use crate::error::ServiceError;
use crate::view::{
    AccordRequest, AccordView, AgreedTermView, GlossaryView, ReleasedView, TermView,
    TermsProposalView, TermsRequest, TextView,
};

impl Service {
    /// The glossary of a line: what is agreed, and what is proposed.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`]
    pub async fn glossary(&self, line: &str) -> Answer<GlossaryView> {
        let line = self.resolve_line(line).await?;
        self.read(move |reader| {
            let looking = Looking::at(reader, line)?;
            let glossaries = glossaries(&looking)?;
            Ok(GlossaryView {
                agreed: glossaries.agreed().into_iter().map(agreed_view).collect(),
                open: glossaries
                    .open()
                    .into_iter()
                    .map(|proposal| proposal_view(&looking, proposal))
                    .collect(),
            })
        })
        .await
    }

    /// Proposes terms. They are agreed when every other party has agreed.
    ///
    /// # Errors
    /// The rule that it would break.
    pub async fn propose_terms(&self, line: &str, request: TermsRequest) -> Answer<ReleasedView> {
        let line = self.resolve_line(line).await?;
        let body = Glossary {
            terms: request.terms.into_iter().map(term).collect(),
        }
        .encode();
        Glossary::decode(&body)?;
        self.release_other(Outgoing {
            line,
            post: request.post,
            message_type: names::message_type(&request.message_type)?,
            time: None,
            refs: Vec::new(),
            content: DraftContent::Other {
                kind: Kind::Glossary,
                body,
            },
        })
        .await
    }

    /// Agrees to a proposal of terms by another party, or declines it. A party's last word counts.
    ///
    /// # Errors
    /// [`ServiceError::Unusable`] when the entry is no proposal of another party; the rule that it would break.
    pub async fn answer_terms(
        &self,
        line: &str,
        place: &str,
        request: AccordRequest,
    ) -> Answer<ReleasedView> {
        let (line, about) = self.resolve(line, place).await?;
        let me = self.engine(move |engine| engine.me(&line)).await?;
        let header = self
            .read(move |reader| Ok(Looking::at(reader, line)?.entry(about)?.header))
            .await?;
        if header.kind != Kind::Glossary || about.party == me {
            return Err(ServiceError::Unusable(format!(
                "the entry {} is no proposal of terms by another party; openline glossary list --open shows those",
                place_text(about)
            )));
        }
        let body = Accord {
            stance: names::stance(&request.stance)?,
            words: request.words,
        }
        .encode();
        Accord::decode(&body)?;
        self.release_other(Outgoing {
            line,
            post: request.post,
            message_type: header.message_type,
            time: None,
            refs: vec![about],
            content: DraftContent::Other {
                kind: Kind::Accord,
                body,
            },
        })
        .await
    }
}

/// Everything that was said of terms on a line.
pub(super) fn glossaries(looking: &Looking<'_>) -> Answer<Glossaries> {
    let mut glossaries = Glossaries::new(looking.founded.party_count());
    for kind in [Kind::Glossary, Kind::Accord] {
        looking.each_of(kind, |entry, body| {
            glossaries.follow(entry.place, entry.lamport, &entry.header, body)
        })?;
    }
    Ok(glossaries)
}

fn term(view: TermView) -> Term {
    let pair = |text: TextView| (text.language, text.text);
    Term {
        concept: view.concept,
        equivalents: view.equivalents.into_iter().map(pair).collect(),
        note: view.note,
    }
}

fn term_view(term: Term) -> TermView {
    let text = |(language, text): (String, String)| TextView { language, text };
    TermView {
        concept: term.concept,
        equivalents: term.equivalents.into_iter().map(text).collect(),
        note: term.note,
    }
}

fn agreed_view(agreed: AgreedTerm) -> AgreedTermView {
    AgreedTermView {
        term: term_view(agreed.term),
        proposal: place_text(agreed.proposal),
        since: place_text(agreed.since),
    }
}

fn proposal_view(looking: &Looking<'_>, proposal: Proposal) -> TermsProposalView {
    TermsProposalView {
        place: place_text(proposal.place),
        party_name: looking.name(proposal.place.party),
        post: proposal.post,
        message_type: proposal.message_type.word().to_owned(),
        time_ms: proposal.time,
        terms: proposal.terms.into_iter().map(term_view).collect(),
        said: proposal
            .said
            .into_iter()
            .map(|said| accord_view(looking, said))
            .collect(),
        awaited: proposal
            .awaited
            .into_iter()
            .map(|party| looking.name(party))
            .collect(),
    }
}

fn accord_view(looking: &Looking<'_>, said: Said) -> AccordView {
    AccordView {
        place: place_text(said.place),
        party_name: looking.name(said.place.party),
        post: said.post,
        time_ms: said.time,
        stance: said.stance.word().to_owned(),
        words: said.words,
    }
}
