//! Readouts: drafted on one's own, checked, released, and put side by side.

use openline_core::entry::{Kind, MessageType, Ref};
use openline_core::message::Text;
use openline_core::readout::{Quote, Readout};
use openline_core::{Hash, LineId, PartyIndex};
use openline_desk::brief;
use openline_desk::readout::{Accounts, Comparison};
use openline_proto::DraftContent;
use openline_store::Write;
use serde::{Deserialize, Serialize};

use super::entries::{Looking, place_text};
use super::names::PlaceName;
use super::statements::{check, is_confirmed};
use super::{Answer, Service};
use crate::audit::{Act, Deed};
use crate::engine::acts::{Outgoing, documents};
use crate::error::ServiceError;
use crate::identity::wall_ms;
use crate::officers::Role;
use crate::view::{
    AccountsView, CheckView, ComparisonView, QuoteView, ReadoutDraftView, ReadoutReleaseRequest,
    ReadoutRequest, ReadoutView, ReleasedView, RowView, TextView,
};

/// Most drafts of readouts kept.
const DRAFTS_MAX: usize = 4096;
/// Fewest digits of a draft's hash that name it.
const CONTENT_MIN: usize = 8;

/// A draft as the store keeps it.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Kept {
    request: ReadoutRequest,
    by: String,
    at_ms: i64,
}

impl Kept {
    fn content(&self) -> Answer<Hash> {
        let request = serde_json::to_vec(&self.request).map_err(unreadable)?;
        Ok(Hash::of(&[b"openline/readout-draft/v1\n", &request]))
    }
}

impl Service {
    /// Keeps one's own account of a contact as a draft, in place of the one there was. It stays here until it is released.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`], [`ServiceError::Forbidden`] without the role; the rule that it would break.
    pub async fn draft_readout(&self, mut request: ReadoutRequest) -> Answer<ReadoutDraftView> {
        let (line, of) = self.resolve(&request.line, &request.of).await?;
        (request.line, request.of) = (line.to_string(), place_text(of));
        let kept = Kept {
            request,
            by: self.actor.to_string(),
            at_ms: wall_ms(),
        };
        let me = self.engine(move |engine| engine.me(&line)).await?;
        let wanted = kept.clone();
        let (view, is_full) = self
            .read(move |reader| {
                let count = reader.documents(documents::READOUT)?.len();
                let looking = Looking::at(reader, line)?;
                Ok((draft_view(&looking, me, &wanted)?, count >= DRAFTS_MAX))
            })
            .await?;
        if is_full {
            return Err(ServiceError::Conflict(format!(
                "{DRAFTS_MAX} drafts of readouts are kept already; release or delete some first"
            )));
        }
        let (key, value) = (
            key(line, of),
            serde_json::to_vec(&kept).map_err(unreadable)?,
        );
        let deed = Deed::new(Act::KeepDraft)
            .on(line)
            .to(format!("readout of {}", place_text(of)));
        self.act(
            &[Role::Drafter, Role::Releaser],
            deed.content(kept.content()?),
            move |engine| {
                engine.commit(&[Write::Document {
                    kind: documents::READOUT,
                    key: &key,
                    value: &value,
                    updated_ms: kept.at_ms,
                }])?;
                Ok(())
            },
        )
        .await?;
        Ok(view)
    }

    /// One's own draft for a contact.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`]
    pub async fn readout_draft(&self, line: &str, of: &str) -> Answer<ReadoutDraftView> {
        let (line, of) = self.resolve(line, of).await?;
        let me = self.engine(move |engine| engine.me(&line)).await?;
        self.read(move |reader| {
            let kept = kept(reader, line, of)?;
            draft_view(&Looking::at(reader, line)?, me, &kept)
        })
        .await
    }

    /// Deletes a draft.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`]
    pub async fn delete_readout_draft(&self, line: &str, of: &str) -> Answer<()> {
        let (line, of) = self.resolve(line, of).await?;
        self.read(move |reader| kept(reader, line, of).map(drop))
            .await?;
        let deed = Deed::new(Act::DeleteDraft)
            .on(line)
            .to(format!("readout of {}", place_text(of)));
        let key = key(line, of);
        self.act(&[Role::Drafter, Role::Releaser], deed, move |engine| {
            engine.commit(&[Write::DeleteDocument {
                kind: documents::READOUT,
                key: &key,
            }])?;
            Ok(())
        })
        .await
    }

    /// Releases the draft, if it gives away nothing that may not be; the draft is gone then.
    ///
    /// # Errors
    /// [`ServiceError::Conflict`] when the draft is another than was looked at, or gives away what was not confirmed or can't be;
    /// the rule that it would break.
    pub async fn release_readout(&self, request: ReadoutReleaseRequest) -> Answer<ReleasedView> {
        let (line, of) = self.resolve(&request.line, &request.of).await?;
        let me = self.engine(move |engine| engine.me(&line)).await?;
        let (kept, message_type, refs, body, found) = self
            .read(move |reader| {
                let kept = kept(reader, line, of)?;
                let looking = Looking::at(reader, line)?;
                let (refs, readout) = readout_of(&looking, &kept.request)?;
                let found = check_readout(&looking, me, &readout)?;
                let message_type = looking.entry(of)?.header.message_type;
                Ok((kept, message_type, refs, readout.encode(), found))
            })
            .await?;
        let content = kept.content()?.to_string();
        if request.content.len() < CONTENT_MIN || !content.starts_with(&request.content) {
            return Err(ServiceError::Conflict(format!(
                "the draft is not the one that was looked at: it is {content} now; openline readout show, then release that"
            )));
        }
        is_confirmed(&found, &request.confirm)?;
        self.note_confirmed(line, &request.confirm).await?;
        let released = self
            .release_other(Outgoing {
                line,
                post: kept.request.post,
                message_type,
                time: None,
                refs,
                content: DraftContent::Other {
                    kind: Kind::Readout,
                    body,
                },
            })
            .await?;
        let key = key(line, of);
        self.engine(move |engine| {
            engine.commit(&[Write::DeleteDocument {
                kind: documents::READOUT,
                key: &key,
            }])?;
            Ok(())
        })
        .await?;
        Ok(released)
    }

    /// Contacts of a line that somebody has released a readout of, in the order of places.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`]
    pub async fn readouts(&self, line: &str) -> Answer<Vec<AccountsView>> {
        let line = self.resolve_line(line).await?;
        let me = self.engine(move |engine| engine.me(&line)).await?;
        self.read(move |reader| {
            let looking = Looking::at(reader, line)?;
            let mut subjects = std::collections::BTreeSet::new();
            for place in reader.of_kind(line, Some(Kind::Readout))? {
                subjects.extend(looking.entry(place)?.header.refs.first().copied());
            }
            let views = subjects.into_iter();
            views.map(|of| accounts_view(&looking, me, of)).collect()
        })
        .await
    }

    /// The readouts of one contact, side by side once one's own is released.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`]
    pub async fn accounts(&self, line: &str, of: &str) -> Answer<AccountsView> {
        let (line, of) = self.resolve(line, of).await?;
        let me = self.engine(move |engine| engine.me(&line)).await?;
        self.read(move |reader| accounts_view(&Looking::at(reader, line)?, me, of))
            .await
    }
}

fn unreadable(why: impl std::fmt::Display) -> ServiceError {
    ServiceError::Unavailable(format!(
        "a draft of a readout can't be read: {why} (openline check)"
    ))
}

fn key(line: LineId, of: Ref) -> String {
    format!("{line}/{}", place_text(of))
}

fn kept(reader: &openline_store::Reader, line: LineId, of: Ref) -> Answer<Kept> {
    let document = reader.document(documents::READOUT, &key(line, of))?;
    let document = document.ok_or_else(|| {
        ServiceError::NotFound(format!(
            "there is no draft of a readout of {}; openline readout draft makes one",
            place_text(of)
        ))
    })?;
    serde_json::from_slice(&document.value).map_err(unreadable)
}

fn draft_view(looking: &Looking<'_>, me: PartyIndex, kept: &Kept) -> Answer<ReadoutDraftView> {
    let (_, readout) = readout_of(looking, &kept.request)?;
    Ok(ReadoutDraftView {
        line: kept.request.line.clone(),
        of: kept.request.of.clone(),
        by: kept.by.clone(),
        drafted_ms: kept.at_ms,
        post: kept.request.post.clone(),
        texts: kept.request.texts.clone(),
        quotes: kept.request.quotes.clone(),
        content: kept.content()?.to_string(),
        check: check_readout(looking, me, &readout)?,
    })
}

fn check_readout(looking: &Looking<'_>, me: PartyIndex, readout: &Readout) -> Answer<CheckView> {
    let texts: Vec<&str> = readout
        .texts
        .iter()
        .map(|text| text.text.as_str())
        .collect();
    check(looking, me, &texts)
}

/// The references and the body of a readout, which reads back as what it says.
fn readout_of(looking: &Looking<'_>, request: &ReadoutRequest) -> Answer<(Vec<Ref>, Readout)> {
    let find = |name: &str| -> Answer<Ref> {
        let place = PlaceName::parse(name)?.find(looking.reader, looking.line)?;
        Ok(looking.entry(place)?.place)
    };
    let mut refs = vec![find(&request.of)?];
    let mut quotes = Vec::new();
    for quote in &request.quotes {
        let place = find(&quote.of)?;
        let at = refs
            .iter()
            .position(|known| *known == place)
            .unwrap_or_else(|| {
                refs.push(place);
                refs.len() - 1
            });
        quotes.push(Quote {
            reference: at as u64,
            words: quote.words.clone(),
        });
    }
    let readout = Readout {
        texts: texts_of(&request.texts),
        quotes,
    };
    Ok((refs, Readout::decode(&readout.encode())?))
}

/// Texts as a body has them: the first is authoritative.
pub(super) fn texts_of(texts: &[TextView]) -> Vec<Text> {
    let text = |(at, view): (usize, &TextView)| Text {
        language: view.language.clone(),
        is_authoritative: at == 0,
        text: view.text.clone(),
    };
    texts.iter().enumerate().map(text).collect()
}

pub(super) fn text_views(texts: &[Text]) -> Vec<TextView> {
    let view = |text: &Text| TextView {
        language: text.language.clone(),
        text: text.text.clone(),
    };
    texts.iter().map(view).collect()
}

/// Folds the readouts whose first reference is the contact.
fn accounts(looking: &Looking<'_>, of: Ref, message_type: MessageType) -> Answer<Accounts> {
    let mut accounts = Accounts::new(of, message_type);
    for place in looking.reader.referring(looking.line, of)? {
        let entry = looking.entry(place)?;
        let is_of_it = entry.header.kind == Kind::Readout && entry.header.refs.first() == Some(&of);
        if let Some((_, body)) = entry.raw.body.as_ref().filter(|_| is_of_it) {
            accounts.follow(place, entry.header.message_type, Readout::decode(body)?);
        }
    }
    Ok(accounts)
}

fn accounts_view(looking: &Looking<'_>, me: PartyIndex, of: Ref) -> Answer<AccountsView> {
    let subject = looking.entry(of)?;
    let accounts = accounts(looking, of, subject.header.message_type)?;
    let is_ours_released = accounts.readouts.contains_key(&me);
    let readout = |(party, (place, readout)): (&PartyIndex, &(Ref, Readout))| {
        let header = looking.entry(*place)?.header;
        let quote = |quote: &Quote| {
            let at = usize::try_from(quote.reference).ok();
            Some(QuoteView {
                of: place_text(*at.and_then(|at| header.refs.get(at))?),
                words: quote.words.clone(),
            })
        };
        let is_shown = is_ours_released || *party == me;
        Ok(ReadoutView {
            party: looking.name(*party),
            place: place_text(*place),
            time_ms: header.time,
            texts: if is_shown {
                text_views(&readout.texts)
            } else {
                Vec::new()
            },
            quotes: readout
                .quotes
                .iter()
                .filter(|_| is_shown)
                .filter_map(quote)
                .collect(),
        })
    };
    let body = subject.raw.body.as_ref().map(|(_, body)| body.as_slice());
    let waits = looking.founded.parties();
    Ok(AccountsView {
        of: place_text(of),
        summary: brief::brief(&subject.header, body),
        message_type: subject.header.message_type.word().to_owned(),
        readouts: accounts
            .readouts
            .iter()
            .map(readout)
            .collect::<Answer<_>>()?,
        waits_for: waits
            .filter(|party| !accounts.readouts.contains_key(party))
            .map(|party| looking.name(party))
            .collect(),
        comparisons: if is_ours_released {
            let all = accounts.comparisons().into_iter();
            all.map(|one| comparison_view(looking, one)).collect()
        } else {
            Vec::new()
        },
    })
}

fn comparison_view(looking: &Looking<'_>, comparison: Comparison) -> ComparisonView {
    ComparisonView {
        left: looking.name(comparison.left),
        right: looking.name(comparison.right),
        language: comparison.language,
        rows: comparison
            .rows
            .into_iter()
            .map(|row| RowView {
                left: row.left,
                right: row.right,
                likeness: row.likeness,
                left_only: row.left_only,
                right_only: row.right_only,
            })
            .collect(),
    }
}
