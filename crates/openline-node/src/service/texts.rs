//! Texts under negotiation: proposed, amended, initialled, signed, shown and exported.

mod brackets;
mod show;

use std::collections::BTreeSet;

use openline_core::entry::{Kind, Ref};
use openline_core::text::{
    Amendment, Assent, Operation, Paragraph, ParagraphId, TextProposal, Weight,
};
use openline_desk::text::{Draft, Negotiation, Standing, Texts, markdown, notation};
use openline_proto::DraftContent;

use brackets::Numbers;

use super::entries::{Looking, place_text};
use super::names::{self, PlaceName};
use super::{Answer, Service};
use crate::engine::acts::Outgoing;
use crate::error::ServiceError;
use crate::view::{
    AmendRequest, AssentRequest, ChangeRequest, ReleasedView, TextProposeRequest, TextView,
};

/// Hex digits that name a hash.
const HASH_DIGITS_MIN: usize = 8;

impl Service {
    /// Proposes a text, from paragraphs in bracket notation or from Markdown.
    ///
    /// # Errors
    /// [`ServiceError::Unusable`] for brackets that do not close; the rule that it would break.
    pub async fn propose_text(&self, request: TextProposeRequest) -> Answer<ReleasedView> {
        let line = self.resolve_line(&request.line).await?;
        let message_type = names::message_type(&request.message_type)?;
        let post = request.post.clone();
        let body = self
            .read(move |reader| {
                let names = party_names(&Looking::at(reader, line)?);
                let body = proposal(request, &names)?.encode();
                TextProposal::decode(&body)?;
                Ok(body)
            })
            .await?;
        self.release_other(Outgoing {
            line,
            post,
            message_type,
            time: None,
            refs: Vec::new(),
            content: DraftContent::Other {
                kind: Kind::TextProposal,
                body,
            },
        })
        .await
    }

    /// Amends a text. The numbers of a request are those of the draft that stands now, or that it names.
    ///
    /// # Errors
    /// [`ServiceError::Conflict`] when a later draft stands, or the text is fixed; [`ServiceError::Unusable`] for what can't be
    /// done to it; the rule that it would break.
    pub async fn amend_text(
        &self,
        line: &str,
        text: &str,
        request: AmendRequest,
    ) -> Answer<ReleasedView> {
        let (line, place) = self.resolve(line, text).await?;
        let post = request.post.clone();
        let (message_type, body) = self
            .read(move |reader| {
                let looking = Looking::at(reader, line)?;
                let text = text_at(&looking, place)?;
                let body = amendment(&looking, &text, request)?.encode();
                Amendment::decode(&body)?;
                Ok((text.message_type, body))
            })
            .await?;
        self.about(line, post, Kind::Amendment, place, message_type, body)
            .await
    }

    /// Initials a text of which nothing is left open.
    ///
    /// # Errors
    /// [`ServiceError::Conflict`] when it is not clean, is signed, or has another hash than the one looked at.
    pub async fn initial_text(
        &self,
        line: &str,
        text: &str,
        request: AssentRequest,
    ) -> Answer<ReleasedView> {
        self.assent(line, text, Kind::Initial, request).await
    }

    /// Signs a text that every party has initialled.
    ///
    /// # Errors
    /// [`ServiceError::Conflict`] when it is not initialled by all, or has another hash than the one looked at.
    pub async fn sign_text(
        &self,
        line: &str,
        text: &str,
        request: AssentRequest,
    ) -> Answer<ReleasedView> {
        self.assent(line, text, Kind::Signature, request).await
    }

    async fn assent(
        &self,
        line: &str,
        text: &str,
        kind: Kind,
        request: AssentRequest,
    ) -> Answer<ReleasedView> {
        let (line, place) = self.resolve(line, text).await?;
        let post = request.post.clone();
        let (message_type, body) = self
            .read(move |reader| {
                let text = text_at(&Looking::at(reader, line)?, place)?;
                may_assent(&text, kind)?;
                check_hash(&text, &request.hash)?;
                let body = Assent {
                    weight: if request.ad_referendum {
                        Weight::AdReferendum
                    } else {
                        Weight::Full
                    },
                    hash: text.hash,
                    words: request.words,
                }
                .encode();
                Assent::decode(&body)?;
                Ok((text.message_type, body))
            })
            .await?;
        self.about(line, post, kind, place, message_type, body)
            .await
    }
}

fn party_names(looking: &Looking<'_>) -> Vec<String> {
    let parties = looking.founded.parties();
    parties.map(|party| looking.name(party)).collect()
}

/// Every text of a line, in the record's order.
fn all(looking: &Looking<'_>) -> Answer<(Texts, Vec<Negotiation>)> {
    let mut texts = Texts::new(looking.founded.party_count());
    let mut settled = BTreeSet::new();
    for kind in [
        Kind::TextProposal,
        Kind::Amendment,
        Kind::Initial,
        Kind::Signature,
    ] {
        for place in looking.reader.of_kind(looking.line, Some(kind))? {
            let entry = looking.entry(place)?;
            let body = entry.raw.body.as_ref().map(|(_, body)| &body[..]);
            texts.follow(place, entry.lamport, &entry.header, body)?;
            if entry.number.is_some() {
                settled.insert(place);
            }
        }
    }
    let all = texts.all(|place| settled.contains(&place));
    Ok((texts, all))
}

fn text_at(looking: &Looking<'_>, place: Ref) -> Answer<Negotiation> {
    let (_, all) = all(looking)?;
    all.into_iter()
        .find(|text| text.place == place)
        .ok_or_else(|| {
            ServiceError::NotFound(format!(
                "{} is no text; openline text list shows those",
                place_text(place)
            ))
        })
}

pub(super) fn by_number(looking: &Looking<'_>, number: u64) -> Answer<Ref> {
    let (_, all) = all(looking)?;
    let is_it = |text: &&Negotiation| {
        text.number == Some(number) && text.message_type == openline_core::entry::MessageType::Real
    };
    all.iter()
        .find(is_it)
        .map(|text| text.place)
        .ok_or_else(|| {
            ServiceError::NotFound(format!(
                "no text was signed as number {number}; openline text list shows the numbers"
            ))
        })
}

fn proposal(request: TextProposeRequest, names: &[String]) -> Answer<TextProposal> {
    let mut proposal = match &request.markdown {
        Some(markdown) => {
            if !request.paragraphs.is_empty() {
                let words = "give paragraphs or markdown, not both";
                return Err(ServiceError::Unusable(words.to_owned()));
            }
            let language = request.language.as_deref().unwrap_or("en");
            markdown::read(markdown, language, names).map_err(unusable)?
        }
        None => TextProposal {
            title: String::new(),
            languages: Vec::new(),
            paragraphs: request
                .paragraphs
                .iter()
                .map(|paragraph| paragraph_of(&paragraph.versions, names))
                .collect::<Answer<_>>()?,
        },
    };
    if let Some(title) = request.title {
        proposal.title = title;
    }
    if proposal.title.is_empty() {
        let words = "the text has no title: give one, or begin the Markdown with \"# Title\"";
        return Err(ServiceError::Unusable(words.to_owned()));
    }
    let used = proposal.paragraphs.iter().flat_map(|p| &p.versions);
    let used: Vec<String> = used.map(|(language, _)| language.clone()).collect();
    for language in used.into_iter().chain(request.languages) {
        if !proposal.languages.contains(&language) {
            proposal.languages.push(language);
        }
    }
    Ok(proposal)
}

fn unusable(error: impl std::fmt::Display) -> ServiceError {
    ServiceError::Unusable(error.to_string())
}

fn paragraph_of(versions: &[TextView], names: &[String]) -> Answer<Paragraph> {
    let version = |view: &TextView| {
        let pieces = notation::parse(&view.text, names).map_err(unusable)?;
        Ok((view.language.clone(), pieces))
    };
    let versions = versions.iter().map(version).collect::<Answer<_>>()?;
    Ok(Paragraph { versions })
}

/// The operations of a request, tried on the draft that stands.
fn amendment(
    looking: &Looking<'_>,
    text: &Negotiation,
    request: AmendRequest,
) -> Answer<Amendment> {
    if text.standing >= Standing::Initialled {
        return Err(ServiceError::Conflict(format!(
            "the text is {}: it can't be amended any more; propose a new one",
            text.standing.word()
        )));
    }
    if let Some(draft) = request.draft.filter(|draft| *draft != text.drafts) {
        return Err(ServiceError::Conflict(format!(
            "overtaken: you looked at draft {draft}, and draft {} stands; openline text diff {} shows what changed",
            text.drafts,
            place_text(text.place)
        )));
    }
    let mut trying = Trying {
        looking,
        names: party_names(looking),
        text,
        draft: text.draft.clone(),
        numbers: Numbers::default(),
    };
    let operations = request
        .changes
        .iter()
        .map(|change| trying.operation(change))
        .collect::<Answer<_>>()?;
    Ok(Amendment {
        operations,
        words: request.words,
    })
}

struct Trying<'a> {
    looking: &'a Looking<'a>,
    names: Vec<String>,
    text: &'a Negotiation,
    /// With the operations so far.
    draft: Draft,
    numbers: Numbers,
}

impl Trying<'_> {
    fn operation(&mut self, change: &ChangeRequest) -> Answer<Operation> {
        let operation = match change {
            ChangeRequest::Insert { after, versions } => Operation::Insert {
                after: match after {
                    0 => None,
                    after => Some(self.named(*after)?),
                },
                paragraph: paragraph_of(versions, &self.names)?,
            },
            ChangeRequest::Delete { paragraph } => {
                let (id, now) = self.standing(*paragraph)?;
                let was = now.hash();
                Operation::Delete { id, was }
            }
            ChangeRequest::Replace {
                paragraph,
                versions,
            } => self.replace(*paragraph, versions)?,
            ChangeRequest::Bracket {
                paragraph,
                wanted_by,
            } => self.bracket(*paragraph, wanted_by)?,
            ChangeRequest::Choose {
                paragraph,
                bracket,
                alternative,
            } => {
                let (id, now) = self.standing(*paragraph)?;
                let kept = alternative.map(from_one).transpose()?;
                let by_now = self.numbers.now(id, from_one(*bracket)?).ok_or_else(|| {
                    ServiceError::Unusable(format!(
                        "bracket {paragraph}.{bracket} is taken away by an earlier change of the same amendment"
                    ))
                })?;
                self.numbers.take(id, &now, by_now, kept);
                Operation::Choose {
                    id,
                    was: now.hash(),
                    bracket: by_now,
                    alternative: kept,
                }
            }
            ChangeRequest::PassOver { amendment } => Operation::PassOver {
                amendment: PlaceName::parse(amendment)?
                    .find(self.looking.reader, self.looking.line)?,
            },
        };
        // Whatever place the amendment will have, no entry stands there yet.
        let ahead = Ref {
            party: self.text.place.party,
            index: u64::MAX,
        };
        self.draft
            .amend(ahead, std::slice::from_ref(&operation))
            .map_err(|obstacle| ServiceError::Unusable(obstacle.words().to_owned()))?;
        Ok(operation)
    }

    /// The paragraph that has a number in the draft before the first change.
    fn named(&self, number: usize) -> Answer<ParagraphId> {
        let found = self.text.draft.numbered(number);
        found.map(|(id, _)| id).ok_or_else(|| {
            ServiceError::Unusable(format!(
                "there is no paragraph {number}: draft {} has {}",
                self.text.drafts,
                self.text.draft.paragraphs().count()
            ))
        })
    }

    /// The same, as it is after the changes so far.
    fn standing(&self, number: usize) -> Answer<(ParagraphId, Paragraph)> {
        let id = self.named(number)?;
        let found = self.draft.paragraphs().find(|(other, _)| *other == id);
        let gone = || {
            ServiceError::Unusable(format!(
                "paragraph {number} is taken out by an earlier change of the same amendment"
            ))
        };
        found.map(|(id, p)| (id, p.clone())).ok_or_else(gone)
    }

    fn replace(&mut self, number: usize, versions: &[TextView]) -> Answer<Operation> {
        let (id, now) = self.standing(number)?;
        self.numbers.forget(id);
        let was = now.hash();
        let mut paragraph = now;
        for (language, pieces) in paragraph_of(versions, &self.names)?.versions {
            let mut old = paragraph.versions.iter_mut();
            match old.find(|(other, _)| *other == language) {
                Some((_, old)) => *old = pieces,
                None => paragraph.versions.push((language, pieces)),
            }
        }
        Ok(Operation::Replace { id, was, paragraph })
    }

    fn bracket(&self, number: usize, wanted_by: &[String]) -> Answer<Operation> {
        let (id, now) = self.standing(number)?;
        let mut wanted = wanted_by
            .iter()
            .map(|name| names::party_of(&self.looking.founded, name))
            .collect::<Answer<Vec<_>>>()?;
        wanted.sort_unstable();
        wanted.dedup();
        Ok(Operation::Bracket {
            id,
            was: now.hash(),
            wanted_by: wanted,
        })
    }
}

fn from_one(number: u64) -> Answer<u64> {
    let counted = || ServiceError::Unusable("brackets and alternatives count from 1".to_owned());
    number.checked_sub(1).ok_or_else(counted)
}

fn may_assent(text: &Negotiation, kind: Kind) -> Answer<()> {
    let words = match (kind, text.standing) {
        _ if text.is_incomplete => {
            "an entry of this text was purged: its hash can't be computed any more".to_owned()
        }
        (_, Standing::Signed) => "every party has signed this text already".to_owned(),
        (_, Standing::Open) => {
            let counts = text.draft.counts();
            format!(
                "the text is not clean: {} brackets, {} language versions missing, {} crossed amendments; openline text show {} says where",
                counts.brackets,
                counts.missing,
                show::crossed(text),
                place_text(text.place)
            )
        }
        (Kind::Signature, Standing::Clean) => {
            "not every party has initialled this text in full: initial first, then sign".to_owned()
        }
        (Kind::Initial, Standing::Initialled) => {
            "every party has initialled this text: sign it".to_owned()
        }
        _ => return Ok(()),
    };
    Err(ServiceError::Conflict(words))
}

fn check_hash(text: &Negotiation, given: &str) -> Answer<()> {
    let hash = text.hash.to_string();
    if given.len() < HASH_DIGITS_MIN {
        return Err(ServiceError::Unusable(format!(
            "give the hash of the text that you looked at, or its first {HASH_DIGITS_MIN} digits; openline text show {} prints it",
            place_text(text.place)
        )));
    }
    if hash.starts_with(&given.to_ascii_lowercase()) {
        return Ok(());
    }
    Err(ServiceError::Conflict(format!(
        "the text has the hash {hash} now: it is not the one that you looked at; openline text diff {} shows what changed",
        place_text(text.place)
    )))
}
