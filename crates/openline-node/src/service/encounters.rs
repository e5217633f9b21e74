//! Encounters: asked for, scheduled, held, read out, declined or put off; and the return visits that they oblige.

use openline_core::encounter::{Encounter, Moment, Participant, Step, TimeClaim};
use openline_core::entry::{Kind, MessageType, Ref};
use openline_core::glossary::Accord;
use openline_core::{LineId, PartyIndex};
use openline_desk::encounter::Encounters;
use openline_desk::reciprocity;
use openline_proto::DraftContent;

use super::entries::{Looking, place_text};
use super::{Answer, Service, names};
use crate::engine::acts::Outgoing;
use crate::error::ServiceError;
use crate::view::{
    AccordRequest, EncounterRequest, EncounterView, MomentView, OwedView, ReleasedView,
    SettingView, StepRequest, TimeClaimView,
};

mod calendar;
mod views;

pub(super) use views::assent_view;

/// Kinds that are one side's claim until the others agree.
const CLAIMS: [Kind; 5] = [
    Kind::Encounter,
    Kind::Step,
    Kind::Contact,
    Kind::Topic,
    Kind::Undertaking,
];

/// Who, where and in which languages, resolved.
struct Setting {
    participants: Vec<Participant>,
    place: Option<String>,
    languages: Vec<String>,
    interpreter: Option<String>,
}

impl Service {
    /// Asks for a call, a meeting or a visit.
    ///
    /// # Errors
    /// The rule that it would break; [`ServiceError::NotFound`] for a party or an entry that is not there.
    pub async fn ask_encounter(&self, request: EncounterRequest) -> Answer<ReleasedView> {
        let line = self.resolve_line(&request.line).await?;
        let me = self.engine(move |engine| engine.me(&line)).await?;
        let setting = self.setting(line, request.setting).await?;
        let within = self.place_of(line, request.within.as_deref()).await?;
        let returns = self.place_of(line, request.returns.as_deref()).await?;
        let body = Encounter {
            kind: names::encounter(&request.kind)?,
            subject: request.subject,
            level: request.level,
            asked: self.party(line, request.asked).await?.unwrap_or(me),
            host: self.party(line, request.host).await?,
            participants: setting.participants,
            place: setting.place,
            languages: setting.languages,
            interpreter: setting.interpreter,
            within,
            returns,
            words: request.words,
        }
        .encode();
        let refs = within.into_iter().chain(returns).collect();
        let message_type = names::message_type(&request.message_type)?;
        self.release_kind(
            line,
            request.post,
            message_type,
            refs,
            (Kind::Encounter, body),
        )
        .await
    }

    /// Puts on the record what is done about an encounter, or what is said of it.
    ///
    /// # Errors
    /// The rule that it would break; [`ServiceError::Unusable`] when the entry is no encounter.
    pub async fn encounter_step(&self, request: StepRequest) -> Answer<ReleasedView> {
        let (line, of) = self.resolve(&request.line, &request.of).await?;
        let message_type = self.type_of(line, of, &[Kind::Encounter]).await?;
        let setting = self.setting(line, request.setting).await?;
        let readout = self.place_of(line, request.readout.as_deref()).await?;
        let pair = |[from, to]: [i64; 2]| (from, to);
        let body = Step {
            act: names::step(&request.act)?,
            window: request.window_ms.map(pair),
            claims: request.claims.into_iter().map(claim).collect(),
            next: request.next_ms.map(pair),
            party: self.party(line, request.party).await?,
            participants: setting.participants,
            place: setting.place,
            languages: setting.languages,
            interpreter: setting.interpreter,
            words: request.words,
        }
        .encode();
        Step::decode(&body)?;
        let refs = std::iter::once(of).chain(readout).collect();
        self.release_kind(line, request.post, message_type, refs, (Kind::Step, body))
            .await
    }

    /// Agrees to what another party claims of an encounter, a contact, a topic or an undertaking, or declines. A party's last word
    /// counts.
    ///
    /// # Errors
    /// [`ServiceError::Unusable`] when the entry is no such claim of another party.
    pub async fn answer_claim(
        &self,
        line: &str,
        place: &str,
        request: AccordRequest,
    ) -> Answer<ReleasedView> {
        let (line, about) = self.resolve(line, place).await?;
        let message_type = self.type_of(line, about, &CLAIMS).await?;
        let me = self.engine(move |engine| engine.me(&line)).await?;
        if about.party == me {
            let words = format!(
                "the entry {} is our own; the other parties agree to it or decline",
                place_text(about)
            );
            return Err(ServiceError::Unusable(words));
        }
        let body = Accord {
            stance: names::stance(&request.stance)?,
            words: request.words,
        }
        .encode();
        self.release_kind(
            line,
            request.post,
            message_type,
            vec![about],
            (Kind::Accord, body),
        )
        .await
    }

    /// Every encounter of a line, in the record's order.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`]
    pub async fn encounters(&self, line: &str) -> Answer<Vec<EncounterView>> {
        let line = self.resolve_line(line).await?;
        self.read(move |reader| {
            let looking = Looking::at(reader, line)?;
            let all = folded(&looking)?.all();
            Ok(all
                .iter()
                .map(|state| views::view(&looking, state))
                .collect())
        })
        .await
    }

    /// One encounter of a line.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] if the entry asks for none.
    pub async fn encounter(&self, line: &str, place: &str) -> Answer<EncounterView> {
        let (line, place) = self.resolve(line, place).await?;
        self.read(move |reader| {
            let looking = Looking::at(reader, line)?;
            let all = folded(&looking)?.all();
            let found = all.iter().find(|state| state.place == place);
            let none = || ServiceError::NotFound(format!("{} is no encounter", place_text(place)));
            Ok(views::view(&looking, found.ok_or_else(none)?))
        })
        .await
    }

    /// The ledger of return visits: what is or was owed.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`]
    pub async fn returns(&self, line: &str) -> Answer<Vec<OwedView>> {
        let line = self.resolve_line(line).await?;
        self.read(move |reader| {
            let looking = Looking::at(reader, line)?;
            let all = folded(&looking)?.all();
            let rows = reciprocity::ledger(&all);
            Ok(rows
                .iter()
                .map(|owed| views::owed_view(&looking, owed, &all))
                .collect())
        })
        .await
    }

    /// Releases an entry with a body of its own kind.
    pub(super) async fn release_kind(
        &self,
        line: LineId,
        post: String,
        message_type: MessageType,
        refs: Vec<Ref>,
        (kind, body): (Kind, Vec<u8>),
    ) -> Answer<ReleasedView> {
        self.release_other(Outgoing {
            line,
            post,
            message_type,
            time: None,
            refs,
            content: DraftContent::Other { kind, body },
        })
        .await
    }

    /// The type of an entry that must be of one of these kinds.
    pub(super) async fn type_of(
        &self,
        line: LineId,
        of: Ref,
        kinds: &'static [Kind],
    ) -> Answer<MessageType> {
        let header = self
            .read(move |reader| Ok(Looking::at(reader, line)?.entry(of)?.header))
            .await?;
        if kinds.contains(&header.kind) {
            return Ok(header.message_type);
        }
        let allowed: Vec<&str> = kinds.iter().map(|kind| kind.word()).collect();
        Err(ServiceError::Unusable(format!(
            "{} is a {}; what is asked for here is of kind {}",
            place_text(of),
            header.kind.word(),
            allowed.join(", ")
        )))
    }

    /// A party by its name, if one is given.
    pub(super) async fn party(
        &self,
        line: LineId,
        name: Option<String>,
    ) -> Answer<Option<PartyIndex>> {
        let Some(name) = name else { return Ok(None) };
        self.read(move |reader| {
            names::party_of(&Looking::at(reader, line)?.founded, &name).map(Some)
        })
        .await
    }

    /// An entry by its place or joint number, if one is given.
    pub(super) async fn place_of(&self, line: LineId, name: Option<&str>) -> Answer<Option<Ref>> {
        let Some(name) = name else { return Ok(None) };
        let found = self.places(line, &[name.to_owned()]).await?;
        Ok(found.first().copied())
    }

    async fn setting(&self, line: LineId, view: SettingView) -> Answer<Setting> {
        self.read(move |reader| {
            let founded = Looking::at(reader, line)?.founded;
            let participants = view.participants.iter().map(|text| {
                let (party, office) = text.split_once(':').ok_or_else(|| {
                    ServiceError::Unusable(format!(
                        "\"{text}\" is not a participant: give PARTY:OFFICE"
                    ))
                })?;
                Ok(Participant {
                    party: names::party_of(&founded, party)?,
                    office: office.trim().to_owned(),
                })
            });
            Ok(Setting {
                participants: participants.collect::<Answer<_>>()?,
                place: view.location,
                languages: view.languages,
                interpreter: view.interpreter,
            })
        })
        .await
    }
}

/// Everything said of encounters on a line, and every accord.
pub(super) fn folded(looking: &Looking<'_>) -> Answer<Encounters> {
    let mut encounters = Encounters::new(looking.founded.party_count());
    for kind in [Kind::Encounter, Kind::Step, Kind::Accord] {
        looking.each_of(kind, |entry, body| {
            encounters.follow(entry.place, entry.lamport, &entry.header, body)
        })?;
    }
    Ok(encounters)
}

fn claim(view: TimeClaimView) -> TimeClaim {
    let moment = |view: MomentView| Moment {
        civil: view.civil,
        zone: view.zone,
        utc: view.utc_ms,
        weekday: view.weekday,
    };
    TimeClaim {
        source: view.source,
        begin: view.begin.map(moment),
        end: view.end.map(moment),
        minutes: view.minutes,
    }
}
