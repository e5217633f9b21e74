//! Public statements, and the check of what an account gives away before it is released.

use openline_core::entry::{Kind, Ref};
use openline_core::message::Message;
use openline_core::readout::{Extent, PublicStatement, Readout};
use openline_core::{LineId, PartyIndex};
use openline_desk::releasability::{self, Flag, Held, What};
use openline_proto::DraftContent;
use openline_store::StoredEntry;

use super::entries::{Looking, place_text};
use super::readouts::{text_views, texts_of};
use super::{Answer, Service, names};
use crate::audit::{Act, Deed};
use crate::engine::acts::Outgoing;
use crate::error::ServiceError;
use crate::officers::Role;
use crate::view::{
    CheckView, DisclosedView, FlagView, ReleasedView, StatementRequest, StatementView,
};

impl Service {
    /// What a statement would give away, without releasing it.
    ///
    /// # Errors
    /// As [`Service::make_statement`], but for what it would give away.
    pub async fn check_statement(&self, request: StatementRequest) -> Answer<CheckView> {
        Ok(self.prepared(&request).await?.found)
    }

    /// Makes a public statement, if it gives away nothing that may not be.
    ///
    /// # Errors
    /// [`ServiceError::Conflict`] when it gives away what was not confirmed or can't be; the rule that it would break.
    pub async fn make_statement(&self, request: StatementRequest) -> Answer<ReleasedView> {
        let prepared = self.prepared(&request).await?;
        is_confirmed(&prepared.found, &request.confirm)?;
        self.note_confirmed(prepared.line, &request.confirm).await?;
        self.release_other(Outgoing {
            line: prepared.line,
            post: request.post,
            message_type: names::message_type(&request.message_type)?,
            time: None,
            refs: prepared.refs,
            content: DraftContent::Other {
                kind: Kind::PublicStatement,
                body: prepared.body,
            },
        })
        .await
    }

    /// Public statements on a line, newest first.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`]
    pub async fn statements(&self, line: &str) -> Answer<Vec<StatementView>> {
        let line = self.resolve_line(line).await?;
        self.read(move |reader| statements(&Looking::at(reader, line)?))
            .await
    }

    /// Notes in the audit log what a releaser confirms by name; nothing where there is nothing.
    pub(super) async fn note_confirmed(&self, line: LineId, confirm: &[String]) -> Answer<()> {
        if confirm.is_empty() {
            return Ok(());
        }
        let deed = Deed::new(Act::ConfirmRelease)
            .on(line)
            .detail(confirm.join(", "));
        self.act(&[Role::Releaser], deed, |_| Ok(())).await
    }

    async fn prepared(&self, request: &StatementRequest) -> Answer<Prepared> {
        let line = self.resolve_line(&request.line).await?;
        let of: Vec<String> = request.disclose.iter().map(|one| one.of.clone()).collect();
        let refs = self.places(line, &of).await?;
        let extents = request.disclose.iter().map(|one| extent(&one.extent));
        let disclosed = extents.collect::<Answer<Vec<_>>>()?;
        let statement = PublicStatement {
            title: request.title.clone(),
            texts: texts_of(&request.texts),
            disclosed,
        };
        let body = statement.encode();
        PublicStatement::decode(&body)?;
        let me = self.engine(move |engine| engine.me(&line)).await?;
        let message_type = names::message_type(&request.message_type)?;
        self.read(move |reader| {
            let looking = Looking::at(reader, line)?;
            let mut account: Vec<String> =
                statement.texts.into_iter().map(|text| text.text).collect();
            account.push(statement.title);
            let mut own = Vec::new();
            for (place, extent) in refs.iter().zip(&statement.disclosed) {
                let entry = looking.entry(*place)?;
                if entry.header.message_type != message_type {
                    return Err(ServiceError::Conflict(format!(
                        "{} is of type {}: a statement of another type can't disclose it",
                        place_text(*place),
                        entry.header.message_type.word()
                    )));
                }
                if *extent == Extent::Whole {
                    whole(&entry, me, &mut account, &mut own)?;
                }
            }
            let account: Vec<&str> = account.iter().map(String::as_str).collect();
            let mut found = check(&looking, me, &account)?;
            let missing: Vec<_> = own
                .into_iter()
                .map(|flag| flag_view(&looking, &flag))
                .collect();
            for flag in missing {
                if !found.flags.contains(&flag) {
                    found.flags.push(flag);
                }
            }
            Ok(Prepared {
                line,
                refs,
                body,
                found,
            })
        })
        .await
    }
}

/// A statement that is ready but for what it gives away.
struct Prepared {
    line: LineId,
    refs: Vec<Ref>,
    body: Vec<u8>,
    found: CheckView,
}

fn extent(text: &str) -> Answer<Extent> {
    Extent::from_word(text).ok_or_else(|| {
        ServiceError::Unusable(format!(
            "\"{text}\" is no extent: give cited, quoted or whole"
        ))
    })
}

/// What disclosing all of an entry adds to what is said: its texts and values, and a flag for each field that is not releasable.
fn whole(
    entry: &StoredEntry,
    me: PartyIndex,
    account: &mut Vec<String>,
    own: &mut Vec<Flag>,
) -> Answer<()> {
    let place = entry.place;
    let Some((_, body)) = &entry.raw.body else {
        return Err(ServiceError::Conflict(format!(
            "{} was purged by agreement: cite it, its body is gone",
            place_text(place)
        )));
    };
    match entry.header.kind {
        Kind::PublicStatement => Ok(()),
        Kind::Readout if place.party == me => {
            account.extend(
                Readout::decode(body)?
                    .texts
                    .into_iter()
                    .map(|text| text.text),
            );
            Ok(())
        }
        Kind::Message if place.party == me => {
            let message = Message::decode(body)?;
            for field in &message.fields {
                if !field.is_releasable {
                    own.push(Flag {
                        place,
                        what: What::Field(field.name.clone()),
                        is_own: true,
                    });
                }
            }
            account.extend(message.fields.into_iter().map(|field| field.value));
            account.extend(message.texts.into_iter().map(|text| text.text));
            account.extend(message.subject);
            Ok(())
        }
        kind => Err(ServiceError::Conflict(format!(
            "{} is a {} that can't be disclosed whole: only public statements, and messages and readouts of one's own, can; cite it",
            place_text(place),
            kind.word()
        ))),
    }
}

/// Checks an account against all messages of the line, and what each party has said in readouts and public statements.
pub(super) fn check(looking: &Looking<'_>, me: PartyIndex, account: &[&str]) -> Answer<CheckView> {
    let mut messages = Vec::new();
    for party in looking.founded.parties() {
        looking.walk(party, 0, |entry| {
            let body = entry
                .raw
                .body
                .as_ref()
                .filter(|_| entry.header.kind == Kind::Message);
            if let Some((_, body)) = body {
                messages.push(Held {
                    place: entry.place,
                    message: Message::decode(body)?,
                });
            }
            Ok(true)
        })?;
    }
    let found = releasability::check(me, account, &messages, &released(looking)?);
    Ok(CheckView {
        flags: found
            .flags
            .iter()
            .map(|flag| flag_view(looking, flag))
            .collect(),
        unsought: found
            .unsought
            .iter()
            .map(|(place, name)| format!("{}:{name}", place_text(*place)))
            .collect(),
    })
}

/// The texts of all readouts and public statements, by whose they are.
fn released(looking: &Looking<'_>) -> Answer<Vec<(PartyIndex, String)>> {
    let mut texts = Vec::new();
    for kind in [Kind::Readout, Kind::PublicStatement] {
        for place in looking.reader.of_kind(looking.line, Some(kind))? {
            let entry = looking.entry(place)?;
            let Some((_, body)) = &entry.raw.body else {
                continue;
            };
            let said = if kind == Kind::Readout {
                Readout::decode(body)?.texts
            } else {
                PublicStatement::decode(body)?.texts
            };
            texts.extend(said.into_iter().map(|text| (place.party, text.text)));
        }
    }
    Ok(texts)
}

fn flag_view(looking: &Looking<'_>, flag: &Flag) -> FlagView {
    let (place, party) = (place_text(flag.place), looking.name(flag.place.party));
    let (id, sentence) = match &flag.what {
        What::Field(name) => (
            format!("{place}:{name}"),
            format!(
                "it says the value of the field \"{name}\" of {place}, which {party} has not marked releasable"
            ),
        ),
        What::Words(words) => (
            format!("{place}:words"),
            format!("it quotes {place} of {party}, which {party} has not released: \"{words}\""),
        ),
    };
    FlagView {
        id,
        place,
        party,
        sentence,
        may_confirm: flag.is_own,
    }
}

/// Whether everything that is given away is one's own and confirmed by name.
pub(super) fn is_confirmed(found: &CheckView, confirm: &[String]) -> Answer<()> {
    let sentences = |flags: Vec<&FlagView>| {
        let all: Vec<_> = flags.iter().map(|flag| flag.sentence.as_str()).collect();
        all.join("; ")
    };
    let never: Vec<_> = found
        .flags
        .iter()
        .filter(|flag| !flag.may_confirm)
        .collect();
    if !never.is_empty() {
        return Err(ServiceError::Conflict(format!(
            "it can't be released: {}. Take it out; only its author can release it",
            sentences(never)
        )));
    }
    let open: Vec<_> = found
        .flags
        .iter()
        .filter(|flag| !confirm.contains(&flag.id))
        .collect();
    if open.is_empty() {
        return Ok(());
    }
    let named = open.iter().map(|flag| format!("--confirm \"{}\"", flag.id));
    let named = named.collect::<Vec<_>>().join(" ");
    let sentences = sentences(open);
    Err(ServiceError::Conflict(format!(
        "it is not released yet: {sentences}. Take it out, or confirm each by name (openline readout release, openline statement: {named})"
    )))
}

fn statements(looking: &Looking<'_>) -> Answer<Vec<StatementView>> {
    let places = looking
        .reader
        .of_kind(looking.line, Some(Kind::PublicStatement))?;
    let mut entries = places
        .into_iter()
        .map(|place| looking.entry(place))
        .collect::<Answer<Vec<_>>>()?;
    entries.sort_by_key(|entry| std::cmp::Reverse((entry.lamport, entry.place.party)));
    let mut views = Vec::new();
    for entry in entries {
        if let Some((_, body)) = &entry.raw.body {
            views.push(statement_view(
                looking,
                &entry,
                PublicStatement::decode(body)?,
            ));
        }
    }
    Ok(views)
}

fn statement_view(
    looking: &Looking<'_>,
    entry: &StoredEntry,
    statement: PublicStatement,
) -> StatementView {
    let disclosed = entry.header.refs.iter().zip(&statement.disclosed);
    StatementView {
        place: place_text(entry.place),
        joint: entry.number,
        party: looking.name(entry.place.party),
        message_type: entry.header.message_type.word().to_owned(),
        time_ms: entry.header.time,
        title: statement.title,
        texts: text_views(&statement.texts),
        disclosed: disclosed
            .map(|(place, extent)| DisclosedView {
                of: place_text(*place),
                extent: extent.word().to_owned(),
            })
            .collect(),
    }
}
