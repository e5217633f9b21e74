//! What stands between a person and the record: the role, and the release policy.

use openline_core::LineId;
use openline_core::body::Receipt;
use openline_core::entry::{Kind, MessageType, Ref};
use openline_core::message::{Form, Message, Precedence};
use openline_proto::DraftContent;
use tokio::sync::oneshot;

use super::approving::{Approved, Passed, check_signed};
use super::drafts::{self, FromDraft};
use super::entries::place_text;
use super::messages::{Cut, cut_attachments, number, prepare};
use super::names::{self, PlaceName};
use super::{Answer, Service, receipts};
use crate::approval::{content_of, hash_of};
use crate::audit::{Act, Deed};
use crate::engine::acts::{Outgoing, documents};
use crate::engine::office::{Aside, Kept};
use crate::engine::{Engine, Released};
use crate::error::ServiceError;
use crate::officers::{Actor, Role};
use crate::policy::{Asks, Rule, Subject};
use crate::view::{ReleasedView, SendRequest};

/// The number of a note verbale, and who waits for the entry.
type Going = (
    Option<[u64; 2]>,
    oneshot::Receiver<Result<Released, ServiceError>>,
);

/// What became of a request to release.
enum Queued {
    Going(Going),
    /// It may not go: the request is given back, with the reason.
    Held(Box<SendRequest>, ServiceError),
}

/// What a policy looks at in a message.
#[derive(Debug, Clone)]
pub(super) struct Traits {
    pub(super) form: Form,
    pub(super) precedence: Precedence,
    pub(super) message_type: MessageType,
    pub(super) class: Option<String>,
    /// The first reference: what a correction or cancellation takes the place of.
    pub(super) first: Option<Ref>,
}

impl Traits {
    /// Those of a message that is still a request.
    pub(super) fn of_request(engine: &Engine, line: LineId, request: &SendRequest) -> Answer<Self> {
        let first = request.refs.first();
        let first =
            first.and_then(|name| PlaceName::parse(name).ok()?.find(&engine.store, line).ok());
        Ok(Self {
            form: names::form(&request.form)?,
            precedence: names::precedence(&request.precedence)?,
            message_type: names::message_type(&request.message_type)?,
            class: request.class.clone(),
            first,
        })
    }

    fn of_message(message: &Message, outgoing: &Outgoing) -> Self {
        Self {
            form: message.form,
            precedence: message.precedence,
            message_type: outgoing.message_type,
            class: message.class.clone(),
            first: outgoing.refs.first().copied(),
        }
    }

    fn words(&self) -> String {
        format!(
            "message: {}, {}, {}",
            self.form.word(),
            self.precedence.word(),
            self.message_type.word()
        )
    }
}

/// What is asked of a message on a line, and by which rule of the file.
///
/// A correction or cancellation of a message of our own needs one releaser, whatever the file says: what was wrong must be put right
/// faster than it was said.
pub(super) fn asks(engine: &Engine, line: LineId, traits: &Traits) -> Answer<(Asks, Option<Rule>)> {
    let tag = engine
        .tag(&line)
        .ok_or_else(|| ServiceError::NotFound("the line is gone".to_owned()))?;
    if supersedes_own(engine, line, traits)? {
        return Ok((Asks::of_superseding(), None));
    }
    let (asks, rule) = engine.office.policy.asks(&Subject {
        line: &tag,
        form: traits.form,
        precedence: traits.precedence,
        message_type: traits.message_type,
        class: traits.class.as_deref(),
    });
    Ok((asks, rule.cloned()))
}

fn supersedes_own(engine: &Engine, line: LineId, traits: &Traits) -> Answer<bool> {
    let Some(first) = traits.first.filter(|_| traits.form.supersedes()) else {
        return Ok(false);
    };
    if first.party != engine.me(&line)? {
        return Ok(false);
    }
    let original = engine.store.entry(line, first)?;
    Ok(original.is_some_and(|entry| {
        entry.header.kind == Kind::Message && entry.header.message_type == traits.message_type
    }))
}

/// Who may write an entry that is not a message.
pub(super) fn roles_for(kind: Kind, body: &[u8]) -> &'static [Role] {
    match kind {
        Kind::Receipt => match Receipt::decode(body).map(|receipt| receipt.stage) {
            Ok(stage) => receipts::roles_of(stage),
            Err(_) => &[Role::DutyOfficer],
        },
        Kind::KeyChange => &[Role::Administrator],
        Kind::SlotCommitment | Kind::SlotSeal => &[Role::DutyOfficer],
        Kind::SlotRequest | Kind::SlotEvaluation | Kind::SlotResult | Kind::SlotOpening => {
            &[Role::DutyOfficer, Role::Releaser]
        }
        Kind::SlotConfirmation | Kind::SlotWithdrawal => &[Role::Releaser],
        Kind::Founding
        | Kind::Message
        | Kind::Chunk
        | Kind::Mark
        | Kind::Purge
        | Kind::Consent
        | Kind::Confirmation
        | Kind::Answer
        | Kind::Status
        | Kind::Glossary
        | Kind::Accord
        | Kind::OriginQuery
        | Kind::Finding
        | Kind::Announcement
        | Kind::TextProposal
        | Kind::Amendment
        | Kind::Initial
        | Kind::Signature
        | Kind::Encounter
        | Kind::Step
        | Kind::Contact
        | Kind::Topic
        | Kind::Position
        | Kind::Undertaking
        | Kind::Account
        | Kind::Readout
        | Kind::PublicStatement
        | Kind::Other(_) => &[Role::Releaser],
    }
}

/// Refuses unless the actor alone may draft and release such a message.
fn may_release_alone(engine: &Engine, actor: &Actor, line: LineId, traits: &Traits) -> Answer<()> {
    if *actor == Actor::Node {
        return node_may_release(traits.message_type);
    }
    let (asks, _) = asks(engine, line, traits)?;
    if asks.is_for_one() {
        engine.require(actor, &asks.release_roles, Some(&line))?;
        return engine.require(actor, &asks.draft_roles, Some(&line));
    }
    let parts = [&asks.draft_roles[..], &asks.release_roles].concat();
    engine.require(actor, &parts, Some(&line))?;
    Err(ServiceError::NeedsOthers(format!(
        "the release policy asks for more than one person: {}",
        asks.words()
    )))
}

/// A person puts no words of his own under the type test: nobody would know them from the program's.
pub(super) fn check_is_no_test(actor: &Actor, request: &SendRequest) -> Answer<()> {
    let is_test = names::message_type(&request.message_type)? == MessageType::Test;
    if !is_test || *actor == Actor::Node {
        return Ok(());
    }
    let words = "the text of a test is chosen by the program (openline test now). To try something out with a text of your own, send it as an exercise";
    Err(ServiceError::Unusable(words.to_owned()))
}

fn node_may_release(message_type: MessageType) -> Answer<()> {
    if message_type == MessageType::Test {
        return Ok(());
    }
    let words = "the node releases messages of type test by itself, and nothing else";
    Err(ServiceError::Forbidden(words.to_owned()))
}

fn may_release(engine: &Engine, actor: &Actor, outgoing: &Outgoing) -> Answer<()> {
    match &outgoing.content {
        DraftContent::Message { message, .. } => {
            let traits = Traits::of_message(message, outgoing);
            may_release_alone(engine, actor, outgoing.line, &traits)
        }
        DraftContent::Other { kind, body } => {
            engine.require(actor, roles_for(*kind, body), Some(&outgoing.line))
        }
    }
}

/// What the audit log says of an entry that is to be released.
fn deed_of(outgoing: &Outgoing) -> Deed {
    let detail = match &outgoing.content {
        DraftContent::Message { message, .. } => Traits::of_message(message, outgoing).words(),
        DraftContent::Other { kind, body } => match (kind, Receipt::decode(body)) {
            (Kind::Receipt, Ok(receipt)) => format!("receipt: {}", receipt.stage.word()),
            (kind, _) => kind.word().to_owned(),
        },
    };
    Deed::new(Act::Release).on(outgoing.line).detail(detail)
}

impl Service {
    /// Releases an entry of any kind, if the actor's role allows it. The roles by kind stand in one table.
    ///
    /// # Errors
    /// [`ServiceError::Forbidden`]; the rule that the entry would break.
    pub(super) async fn release_other(&self, outgoing: Outgoing) -> Answer<ReleasedView> {
        let mut released = self.release_all(vec![outgoing]).await?;
        let one = released.pop();
        one.ok_or_else(|| ServiceError::Unavailable("nothing was released".to_owned()))
    }

    /// Releases entries one after another; whoever must approve them does so once, for all.
    ///
    /// # Errors
    /// As [`Self::release_other`]; those before the one that is refused are on the record.
    pub(super) async fn release_all(&self, all: Vec<Outgoing>) -> Answer<Vec<ReleasedView>> {
        let (all, approved) = if self.is_asking() {
            let all = self.looked_at(all).await?;
            let approved = self.approve(&all).await?;
            (all, approved)
        } else {
            (all, Approved::Plain)
        };
        let mut released = Vec::with_capacity(all.len());
        for outgoing in all {
            released.push(self.release_approved(outgoing, approved).await?);
        }
        Ok(released)
    }

    /// Refuses before anybody is asked what would be refused after.
    async fn looked_at(&self, all: Vec<Outgoing>) -> Answer<Vec<Outgoing>> {
        let actor = self.actor.clone();
        self.engine(move |engine| {
            for outgoing in &all {
                if let Err(error) = may_release(engine, &actor, outgoing) {
                    engine.note_failure(&actor, &deed_of(outgoing), &error);
                    return Err(error);
                }
            }
            Ok(all)
        })
        .await
    }

    async fn release_approved(
        &self,
        outgoing: Outgoing,
        approved: Approved,
    ) -> Answer<ReleasedView> {
        let actor = self.actor.clone();
        let passed = Passed::by(self, approved);
        let release = move |engine: &mut Engine, reply: oneshot::Sender<Answer<Released>>| {
            let deed = deed_of(&outgoing).approved(passed.hash());
            let allowed = may_release(engine, &actor, &outgoing)
                .and_then(|()| check_signed(engine, &actor, &outgoing, passed));
            match allowed {
                Ok(()) => {
                    let from = None;
                    engine.release(outgoing, Aside { actor, deed, from }, reply);
                }
                Err(error) => {
                    engine.note_failure(&actor, &deed, &error);
                    let _ = reply.send(Err(error));
                }
            }
        };
        let released = self.handle.call_later(release).await?;
        Ok(view(&released, None))
    }

    /// Releases an entry that `by` was allowed to write before, and that had to wait as a document, which goes when the entry comes.
    pub(super) async fn release_kept(
        &self,
        outgoing: Outgoing,
        by: String,
        from: Kept,
    ) -> Answer<ReleasedView> {
        let actor = Actor::Node;
        let release = move |engine: &mut Engine, reply: oneshot::Sender<Answer<Released>>| {
            let deed = deed_of(&outgoing).given_by(&by);
            let from = Some(from);
            engine.release(outgoing, Aside { actor, deed, from }, reply);
        };
        let released = self.handle.call_later(release).await?;
        Ok(view(&released, None))
    }

    /// Releases a message. One that needs more persons, or another, is kept as a draft if the actor may draft, and the error says so.
    pub(super) async fn release_request(
        &self,
        request: SendRequest,
        draft: Option<FromDraft>,
    ) -> Answer<ReleasedView> {
        check_is_no_test(&self.actor, &request)?;
        let line = self.resolve_line(&request.line).await?;
        let refs = self.places(line, &request.refs).await?;
        self.check_refs(line, &request, refs.first().copied())
            .await?;
        self.check_overtaken(line, &request).await?;
        let chunks = cut_attachments(&request.attachments)?;
        let is_fresh = draft.is_none();
        let mut going = GoingRequest {
            actor: self.actor.clone(),
            line,
            request,
            refs,
            cut: chunks,
            draft,
            passed: Passed::by(self, Approved::Plain),
        };
        if self.is_asking() {
            let looked = going.clone();
            let outgoing = match self
                .engine(move |engine| look_first(engine, looked))
                .await?
            {
                Ok(outgoing) => outgoing,
                Err((_, error)) if !is_fresh => return Err(error),
                Err((request, error)) => return Err(self.keep_held(*request, error).await),
            };
            going.passed = Passed::by(self, self.approve(&[outgoing]).await?);
            // A person has looked at it meanwhile, and others may have written.
            self.check_overtaken(line, &going.request).await?;
        }
        match self.engine(move |engine| queue(engine, going)).await? {
            Queued::Going((number, waiting)) => {
                let released = waiting
                    .await
                    .map_err(|_| ServiceError::Unavailable("the node is stopping".to_owned()))??;
                Ok(view(&released, number))
            }
            Queued::Held(request, error) if is_fresh => Err(self.keep_held(*request, error).await),
            Queued::Held(_, error) => Err(error),
        }
    }

    /// What may not go is kept, so that nobody types it twice; the error says how it goes on.
    async fn keep_held(&self, request: SendRequest, error: ServiceError) -> ServiceError {
        let Ok(kept) = self.save_draft(None, request).await else {
            return error;
        };
        let words = format!(
            "{error}. Nothing was released; it is kept as draft {}: {}",
            kept.id, kept.next
        );
        match error {
            ServiceError::Forbidden(_) => ServiceError::Forbidden(words),
            _ => ServiceError::NeedsOthers(words),
        }
    }
}

/// A message on its way to the record.
#[derive(Clone)]
struct GoingRequest {
    actor: Actor,
    line: LineId,
    request: SendRequest,
    refs: Vec<Ref>,
    cut: Cut,
    draft: Option<FromDraft>,
    passed: Passed,
}

impl GoingRequest {
    /// Refuses what the actor may not release; gives what the audit log will say of it.
    fn allowed(&self, engine: &mut Engine) -> Answer<Result<Deed, ServiceError>> {
        let traits = Traits::of_request(engine, self.line, &self.request)?;
        let mut deed = Deed::new(Act::Release)
            .on(self.line)
            .detail(traits.words())
            .approved(self.passed.hash());
        let allowed = match &self.draft {
            None => may_release_alone(engine, &self.actor, self.line, &traits),
            Some(from) => {
                deed = deed.draft(from.id.as_str()).content(from.content);
                drafts::may_release(engine, &self.actor, from, &traits)
            }
        };
        if let Err(error) = &allowed {
            engine.note_failure(&self.actor, &deed, error);
        }
        Ok(allowed.map(|()| deed))
    }
}

/// What would go, for whoever must approve it; a request that may not go is given back, with the reason.
type Looked = Result<Outgoing, (Box<SendRequest>, ServiceError)>;

fn look_first(engine: &mut Engine, going: GoingRequest) -> Answer<Looked> {
    if let Err(error) = going.allowed(engine)? {
        return Ok(Err((Box::new(going.request), error)));
    }
    let (line, request) = (going.line, &going.request);
    prepare(engine, line, request, going.refs, going.cut).map(Ok)
}

fn queue(engine: &mut Engine, going: GoingRequest) -> Answer<Queued> {
    let deed = match going.allowed(engine)? {
        Ok(deed) => deed,
        Err(error) => return Ok(Queued::Held(Box::new(going.request), error)),
    };
    let (line, request) = (going.line, &going.request);
    let mut outgoing = prepare(engine, line, request, going.refs, going.cut)?;
    if let Err(error) = check_approved(engine, &going.actor, &outgoing, going.passed) {
        engine.note_failure(&going.actor, &deed, &error);
        return Err(error);
    }
    let number = number(engine, request, &mut outgoing)?;
    let (reply, waiting) = oneshot::channel();
    let from = going.draft.map(|from| Kept {
        kind: documents::DRAFT,
        key: from.id,
    });
    let actor = going.actor;
    engine.release(outgoing, Aside { actor, deed, from }, reply);
    Ok(Queued::Going((number, waiting)))
}

/// Refuses what is not what was signed, and what is to be signed and is not.
fn check_approved(
    engine: &Engine,
    actor: &Actor,
    outgoing: &Outgoing,
    passed: Passed,
) -> Answer<()> {
    let now = hash_of(&[content_of(outgoing)]);
    if passed.hash().is_some_and(|signed| signed != now) {
        let words = "what would go now is not what was signed; look at it again";
        return Err(ServiceError::Conflict(words.to_owned()));
    }
    check_signed(engine, actor, outgoing, passed)
}

fn view(released: &Released, number: Option<[u64; 2]>) -> ReleasedView {
    ReleasedView {
        line: released.line.to_string(),
        place: place_text(released.place),
        leaf: released.leaf.to_string(),
        number,
        took_us: u64::try_from(released.took.as_micros()).unwrap_or(u64::MAX),
    }
}
