//! Non-papers, for the façade: written on purpose, read, discarded, filed by hand, carried by courier.

use openline_bearer::pouch::{self, SealPublicKey};
use openline_core::{LineId, PartyId, Rule};

use super::names::party_of;
use super::{Answer, Service};
use crate::engine::Engine;
use crate::error::{ServiceError, rule_of_sealed};
use crate::identity::wall_ms;
use crate::non_paper::{Arrived, Brought, Error, INFO, Sent, ShareIs, Taken, is_text, outgoing};
use crate::officers::{Actor, Role};
use crate::view::{
    NonPaperBrought, NonPaperFiled, NonPaperPack, NonPaperRequest, NonPaperText, NonPaperView,
};

impl From<Error> for ServiceError {
    fn from(error: Error) -> Self {
        match error {
            Error::Rule(rule) => rule.into(),
            Error::Folder(error) => Self::Unavailable(error.to_string()),
        }
    }
}

/// Who reads non-papers.
pub(super) const NON_PAPER_ROLES: &[Role] = &[Role::DutyOfficer, Role::Releaser];

impl Service {
    /// Sends a non-paper: it is kept here, apart from the record, until the other node has confirmed it.
    ///
    /// # Errors
    /// [`ServiceError::Unusable`] unless `off_the_record` is said, and for a text that can't be one; [`ServiceError::Conflict`] when too
    /// many wait.
    pub async fn send_non_paper(&self, request: NonPaperRequest) -> Answer<NonPaperView> {
        let line = self.resolve_line(&request.line).await?;
        self.require(Role::Releaser, Some(line)).await?;
        self.engine(move |engine| send(engine, line, request)).await
    }

    /// Every non-paper that is kept, and the fate of ours, oldest first.
    ///
    /// # Errors
    /// [`ServiceError::Unavailable`]
    pub async fn non_papers(&self) -> Answer<Vec<NonPaperView>> {
        let actor = self.actor.clone();
        self.engine(move |engine| {
            let mut views = views(engine);
            views.retain(|view| may_read(engine, &actor, view.number).is_ok());
            Ok(views)
        })
        .await
    }

    /// One non-paper with its text. Once it really was on a person's screen, say so with [`Service::note_non_paper_shown`].
    ///
    /// # Errors
    /// [`ServiceError::NotFound`], also for one of ours that was confirmed: its text is erased.
    pub async fn non_paper(&self, number: u64) -> Answer<NonPaperText> {
        let actor = self.actor.clone();
        self.engine(move |engine| {
            may_read(engine, &actor, number)?;
            let about = view(engine, number)?;
            let text = engine.off_the_record.papers.text(number)?;
            let text = text.ok_or_else(|| {
                let words = format!(
                    "the text of non-paper {number} is erased here: {} has received it",
                    about.party
                );
                ServiceError::NotFound(words)
            })?;
            let text = text.to_string();
            Ok(NonPaperText { about, text })
        })
        .await
    }

    /// A non-paper that came was on a person's screen. Its sender is told so, with the key that both share.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`]
    pub async fn note_non_paper_shown(&self, number: u64) -> Answer<NonPaperView> {
        let actor = self.actor.clone();
        self.engine(move |engine| {
            may_read(engine, &actor, number)?;
            if view(engine, number)?.is_ours {
                return view(engine, number);
            }
            let papers = &mut engine.off_the_record.papers;
            if let Some(from) = papers.note_shown(number, wall_ms())? {
                engine.send_receipts(&from);
                let name = engine.name_of(&from);
                let words = format!("non-paper {number} from {name} was read");
                engine.tell_non_paper(name, words);
            }
            view(engine, number)
        })
        .await
    }

    /// Erases a non-paper that came; withdraws one of ours that is not confirmed, though it may have arrived.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`]
    pub async fn discard_non_paper(&self, number: u64) -> Answer<()> {
        let actor = self.actor.clone();
        self.engine(move |engine| {
            may_read(engine, &actor, number)?;
            let about = view(engine, number)?;
            engine.off_the_record.papers.discard(number)?;
            engine.tell_non_paper(about.party, format!("non-paper {number} is discarded"));
            Ok(())
        })
        .await
    }

    /// Files a copy of one's own of a non-paper, outside the record and every backup that this program makes.
    ///
    /// # Errors
    /// As [`Service::non_paper`].
    pub async fn file_non_paper(&self, number: u64) -> Answer<NonPaperFiled> {
        let NonPaperText { about, text } = self.non_paper(number).await?;
        self.engine(move |engine| {
            let note = own_copy(&about, &text);
            let path = engine.off_the_record.papers.file(number, &note)?;
            engine.tell_non_paper(
                about.party,
                format!("a copy of non-paper {number} is filed"),
            );
            Ok(NonPaperFiled {
                file: path.display().to_string(),
            })
        })
        .await
    }

    /// Packs what waits for a party into a file that is sealed to it and signed by nobody.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] for a party without a line in common; [`ServiceError::Conflict`] while only its short card is known.
    pub async fn pack_non_papers(&self, party: &str) -> Answer<NonPaperPack> {
        self.require(Role::DutyOfficer, None).await?;
        let party = party.to_owned();
        self.engine(move |engine| pack(engine, &party)).await
    }

    /// Opens such a file. What it brings is confirmed in the next file back, and over any bearer that stands.
    ///
    /// # Errors
    /// Which rule it breaks.
    pub async fn open_non_papers(&self, bytes: Vec<u8>) -> Answer<NonPaperBrought> {
        self.require(Role::DutyOfficer, None).await?;
        self.engine(move |engine| open(engine, &bytes)).await
    }
}

fn send(engine: &mut Engine, line: LineId, request: NonPaperRequest) -> Answer<NonPaperView> {
    if !request.off_the_record {
        let words = "a non-paper goes off the record and proves nothing: say that it is to, or send a message, which is on the record \
                     (openline non-paper send --off-the-record)";
        return Err(ServiceError::Unusable(words.to_owned()));
    }
    if !is_text(&request.text) {
        let words = format!(
            "a non-paper has 1 to {} bytes of plain text, with no control characters but line ends and tabs",
            openline_proto::limits::NON_PAPER_MAX
        );
        return Err(ServiceError::Unusable(words));
    }
    let to = other_party(engine, &line, &request.to)?;
    let content = outgoing(request.text, wall_ms());
    let papers = &mut engine.off_the_record.papers;
    let number = papers.write(to, line, &content).map_err(|error| match error {
        Error::Rule(Rule::NonPaperNumber) => {
            let words = format!(
                "{} non-papers to {} wait to be confirmed; discard one, or wait until a bearer stands",
                openline_proto::limits::NON_PAPERS_WAITING_MAX, request.to
            );
            ServiceError::Conflict(words)
        }
        error => error.into(),
    })?;
    engine.send_non_papers(&to);
    let name = engine.name_of(&to);
    let words = format!("non-paper {number} to {name} was sent, off the record");
    engine.tell_non_paper(name, words);
    view(engine, number)
}

fn other_party(engine: &Engine, line: &LineId, name: &str) -> Answer<PartyId> {
    let founded = engine
        .founded
        .get(line)
        .ok_or(ServiceError::Refused(Rule::LineUnknown.into()))?;
    let party = founded.party_id(party_of(founded, name)?);
    if party == engine.home.party_id() {
        let words = format!("\"{name}\" is this party itself; name another party of the line");
        return Err(ServiceError::Unusable(words));
    }
    Ok(party)
}

/// A non-paper is for those who speak or have the watch on its line. Who asked is in no log: it is off the record.
fn may_read(engine: &Engine, actor: &Actor, number: u64) -> Answer<()> {
    let papers = &engine.off_the_record.papers;
    let arrived = papers.arrived().map(|(known, one)| (known, one.line));
    let sent = papers.sent().map(|(_, one)| (one.local, one.line));
    match arrived.chain(sent).find(|(known, _)| *known == number) {
        Some((_, line)) => engine.require(actor, NON_PAPER_ROLES, Some(&line)),
        None => view(engine, number).map(|_| ()),
    }
}

fn views(engine: &Engine) -> Vec<NonPaperView> {
    let papers = &engine.off_the_record.papers;
    let arrived = papers
        .arrived()
        .map(|(number, one)| arrived_view(engine, number, one));
    let sent = papers.sent().map(|(to, one)| sent_view(engine, to, one));
    let mut views: Vec<_> = arrived.chain(sent).collect();
    views.sort_by_key(|view| view.number);
    views
}

fn view(engine: &Engine, number: u64) -> Answer<NonPaperView> {
    let found = views(engine).into_iter().find(|view| view.number == number);
    found.ok_or_else(|| {
        ServiceError::NotFound(format!(
            "there is no non-paper {number}, or it is erased; openline non-paper list shows all"
        ))
    })
}

fn arrived_view(engine: &Engine, number: u64, one: &Arrived) -> NonPaperView {
    let state = if one.shown_ms.is_some() {
        "read"
    } else {
        "unread"
    };
    NonPaperView {
        number,
        is_ours: false,
        party: engine.name_of(&one.from),
        line: engine.title(&one.line),
        sent_ms: one.sent_ms,
        received_ms: Some(one.arrived_ms),
        shown_ms: one.shown_ms,
        state: state.to_owned(),
    }
}

fn sent_view(engine: &Engine, to: &PartyId, one: &Sent) -> NonPaperView {
    let state = match (one.received_ms, one.shown_ms) {
        (_, Some(_)) => "shown",
        (Some(_), None) => "received",
        (None, None) => "waiting",
    };
    NonPaperView {
        number: one.local,
        is_ours: true,
        party: engine.name_of(to),
        line: engine.title(&one.line),
        sent_ms: one.sent_ms,
        received_ms: one.received_ms,
        shown_ms: one.shown_ms,
        state: state.to_owned(),
    }
}

/// A copy for one's own files says what it is, whoever finds it.
fn own_copy(about: &NonPaperView, text: &str) -> String {
    let direction = if about.is_ours { "to" } else { "from" };
    let time = |ms| match jiff::Timestamp::from_millisecond(ms) {
        Ok(at) => at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string(),
        Err(_) => format!("{ms} ms"),
    };
    format!(
        "OWN COPY, UNAUTHENTICATED\n\
         A non-paper {direction} {}, off the record, beside the line \"{}\", sent {}.\n\
         This copy was made here by hand on {}. It proves nothing: whoever holds it could have written it.\n\n{text}\n",
        about.party,
        about.line,
        time(about.sent_ms),
        time(wall_ms()),
    )
}

fn pack(engine: &mut Engine, name: &str) -> Answer<NonPaperPack> {
    use base64::Engine as _;
    let relation = engine
        .relations
        .values()
        .find(|r| r.is_confirmed() && (r.name == name || r.party.to_string().starts_with(name)));
    let relation = relation.ok_or_else(|| {
        ServiceError::NotFound(format!(
            "there is no confirmed relation with \"{name}\"; openline relation list shows all"
        ))
    })?;
    let party = relation.party;
    let seal_key = relation.seal_key().ok_or_else(|| {
        ServiceError::Conflict(
            "only the short form of that party's card is known; add its card file first".to_owned(),
        )
    })?;
    let recipient = SealPublicKey::from_bytes(&seal_key)
        .map_err(|error| ServiceError::Conflict(error.to_string()))?;
    if engine.share_for(&party)?.is_none() {
        let words = format!("there is no line in common with \"{name}\"; found one first");
        return Err(ServiceError::NotFound(words));
    }
    let papers = &engine.off_the_record.papers;
    let packed = papers.pack(&party)?;
    let packed = packed.ok_or(ServiceError::Refused(Rule::NonPaperKey.into()))?;
    let sealed = pouch::seal(&recipient, INFO, &packed.contents)
        .map_err(|error| ServiceError::Unavailable(error.to_string()))?;
    Ok(NonPaperPack {
        base64: base64::engine::general_purpose::STANDARD.encode(sealed),
        has_key: papers.has_key(&party),
        non_papers: packed.non_papers,
        waiting: papers.waiting(&party),
    })
}

fn open(engine: &mut Engine, bytes: &[u8]) -> Answer<NonPaperBrought> {
    let opened = pouch::open(&engine.keys.seal_keys, INFO, bytes).map_err(|error| {
        ServiceError::Unusable(format!("{error} ({})", rule_of_sealed(&error).id()))
    })?;
    let contents = zeroize::Zeroizing::new(opened.plaintext);
    let (relations, machine) = (&engine.relations, &engine.machine);
    let brought = engine.off_the_record.papers.unpack(
        &contents,
        &engine.keys.seal_keys,
        |party| relations.get(party).is_some_and(|r| r.is_confirmed()),
        |party, tag| machine.common_line(party, tag),
        wall_ms(),
    )?;
    let Some(from) = brought.from else {
        return Err(ServiceError::Refused(Rule::NonPaperParty.into()));
    };
    tell_brought(engine, &from, &brought);
    let key = match brought.share {
        Some(ShareIs::Proved) => "proved",
        Some(ShareIs::First) => "first",
        Some(ShareIs::Unproved) | None => "unproved",
    };
    Ok(NonPaperBrought {
        from: engine.name_of(&from),
        key: key.to_owned(),
        new: brought.new,
        is_full: brought.is_full,
        received: brought.received,
        shown: brought.shown,
    })
}

/// Those who watch hear of it, and so does the other side, if a bearer stands.
fn tell_brought(engine: &mut Engine, from: &PartyId, brought: &Brought) {
    for local in &brought.new {
        engine.tell_taken(from, Taken::New(*local));
    }
    engine.tell_confirmed(from, &brought.received, &brought.shown);
    engine.send_receipts(from);
}
