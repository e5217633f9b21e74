//! The audit log: who did what, when and with which outcome. Local, chained by hashes, and without any content of messages.
//!
//! The store keeps the chain ([`openline_store::AuditItem`]); an item's text is the JSON written here, whose keys have one order.

mod approvals;

use openline_core::entry::Ref;
use openline_core::{Hash, LineId};
use openline_store::{At, ReadError, Reader};
use serde::{Deserialize, Serialize};

use crate::officers::Actor;
use crate::webauthn::Assertion;

/// Items read at a time.
const READ: usize = 1024;

/// What can be done, for the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Act {
    /// An officer registered.
    AddOfficer,
    /// Roles or lines of an officer changed.
    ChangeOfficer,
    /// An officer's proof made void.
    RevokeOfficer,
    /// An officer's proof made anew.
    RenewOfficer,
    /// The node has started with another policy than before.
    TakePolicy,
    /// A draft kept or changed.
    KeepDraft,
    /// A draft deleted.
    DeleteDraft,
    /// A draft cleared.
    ClearDraft,
    /// A draft refused by a clearer.
    RefuseDraft,
    /// An entry put on the record.
    Release,
    /// A line looked at.
    Look,
    /// Another party's card taken.
    AddRelation,
    /// A relation confirmed.
    ConfirmRelation,
    /// A relation forgotten.
    ForgetRelation,
    /// A charter proposed.
    ProposeCharter,
    /// A charter signed.
    SignCharter,
    /// A charter taken from a file.
    TakeCharter,
    /// A new node key taken up.
    TakeKey,
    /// A pouch packed.
    PackPouch,
    /// A pouch opened.
    OpenPouch,
    /// A backup made.
    MakeBackup,
    /// The audit log read.
    ReadAudit,
    /// The node stopped.
    StopNode,
    /// Something that a role is needed for.
    Attempt,
    /// The bearers told that the network has changed.
    RetryBearers,
    /// A notice given.
    GiveNotice,
    /// A notice withdrawn.
    WithdrawNotice,
    /// The watch taken.
    TakeWatch,
    /// The watch handed over.
    HandOverWatch,
    /// The watch given up.
    StandDown,
    /// A rota imported.
    ImportRota,
    /// The rota removed.
    RemoveRota,
    /// An alarm silenced.
    SilenceAlarm,
    /// A receipt kept until it can be written.
    KeepReceipt,
    /// A releaser has confirmed what an account gives away of its own side's.
    ConfirmRelease,
    /// Statements published, with proofs.
    Publish,
    /// One side's availability kept.
    KeepAvailability,
    /// A one-time link into the console made.
    MakeLink,
    /// Somebody has signed in at the console.
    SignIn,
    /// A passkey made.
    AddPasskey,
    /// A passkey removed.
    RemovePasskey,
    /// What is to be released, signed with a passkey.
    Approve,
}

impl Act {
    /// The words for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::AddOfficer => "add officer",
            Self::ChangeOfficer => "change officer",
            Self::RevokeOfficer => "revoke officer",
            Self::RenewOfficer => "renew officer",
            Self::TakePolicy => "take policy",
            Self::KeepDraft => "keep draft",
            Self::DeleteDraft => "delete draft",
            Self::ClearDraft => "clear draft",
            Self::RefuseDraft => "refuse draft",
            Self::Release => "release",
            Self::Look => "look",
            Self::AddRelation => "add relation",
            Self::ConfirmRelation => "confirm relation",
            Self::ForgetRelation => "forget relation",
            Self::ProposeCharter => "propose charter",
            Self::SignCharter => "sign charter",
            Self::TakeCharter => "take charter",
            Self::TakeKey => "take key",
            Self::PackPouch => "pack pouch",
            Self::OpenPouch => "open pouch",
            Self::MakeBackup => "make backup",
            Self::ReadAudit => "read audit log",
            Self::StopNode => "stop node",
            Self::Attempt => "attempt",
            Self::RetryBearers => "retry bearers",
            Self::GiveNotice => "give notice",
            Self::WithdrawNotice => "withdraw notice",
            Self::TakeWatch => "take watch",
            Self::HandOverWatch => "hand over watch",
            Self::StandDown => "stand down",
            Self::ImportRota => "import rota",
            Self::RemoveRota => "remove rota",
            Self::SilenceAlarm => "silence alarm",
            Self::KeepReceipt => "keep receipt",
            Self::ConfirmRelease => "confirm release",
            Self::Publish => "publish",
            Self::KeepAvailability => "keep availability",
            Self::MakeLink => "make link",
            Self::SignIn => "sign in",
            Self::AddPasskey => "add passkey",
            Self::RemovePasskey => "remove passkey",
            Self::Approve => "approve",
        }
    }
}

/// An act, and what it was done to.
#[derive(Debug, Clone)]
pub(crate) struct Deed {
    act: Act,
    pub(crate) line: Option<LineId>,
    object: Option<String>,
    detail: Option<String>,
    content: Option<Hash>,
    draft: Option<String>,
    leaf: Option<Hash>,
    approval: Option<Hash>,
    signed: Option<SignedApproval>,
}

impl Deed {
    pub(crate) fn new(act: Act) -> Self {
        Self {
            act,
            line: None,
            object: None,
            detail: None,
            content: None,
            draft: None,
            leaf: None,
            approval: None,
            signed: None,
        }
    }

    /// On which line.
    pub(crate) fn on(mut self, line: LineId) -> Self {
        self.line = Some(line);
        self
    }

    /// What it is done to: an officer, a draft, a party.
    pub(crate) fn to(mut self, object: impl Into<String>) -> Self {
        self.object = Some(object.into());
        self
    }

    /// Kind, form, stage: never words of a message.
    pub(crate) fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// Who gave what the node writes for him.
    pub(crate) fn given_by(mut self, who: &str) -> Self {
        let detail = self.detail.take().unwrap_or_default();
        self.detail = Some(format!("{detail}, given by {who}"));
        self
    }

    /// The hash of exactly what was approved.
    pub(crate) fn content(mut self, content: Hash) -> Self {
        self.content = Some(content);
        self
    }

    /// The approval that it rests on: the hash of all that its passkey has signed.
    pub(crate) fn approved(mut self, approval: Option<Hash>) -> Self {
        self.approval = approval;
        self
    }

    /// What a passkey has signed.
    pub(crate) fn signed(mut self, signed: SignedApproval) -> Self {
        self.signed = Some(signed);
        self
    }

    /// The draft that it comes from.
    pub(crate) fn draft(mut self, id: impl Into<String>) -> Self {
        self.draft = Some(id.into());
        self
    }

    /// The entry that came of it.
    pub(crate) fn entry(mut self, place: Ref, leaf: Hash) -> Self {
        self.object = Some(crate::service::entries::place_text(place));
        self.leaf = Some(leaf);
        self
    }

    /// The item's text: `done`, or the word for why it was refused.
    pub(crate) fn text(&self, actor: &Actor, outcome: &str) -> String {
        let hex = |hash: Hash| openline_core::id::hex(&hash.0);
        let said = Said {
            by: actor.to_string(),
            act: self.act.word().to_owned(),
            line: self.line.map(|line| line.to_string()),
            object: self.object.clone(),
            detail: self.detail.clone(),
            draft: self.draft.clone(),
            content: self.content.map(hex),
            leaf: self.leaf.map(hex),
            approval: self.approval.map(hex),
            signed: self.signed.clone(),
            outcome: outcome.to_owned(),
        };
        serde_json::to_string(&said).expect("plain text has a JSON form")
    }
}

/// The outcome of what was done.
pub(crate) const DONE: &str = "done";

/// What an item of the log says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    /// Who.
    pub by: String,
    /// What.
    pub act: String,
    /// Line id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<String>,
    /// Place, officer, draft or party.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub object: Option<String>,
    /// Kind, form, stage.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// The draft that was released.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub draft: Option<String>,
    /// Hash of exactly what was approved, hex.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<String>,
    /// Leaf hash of the entry that came of it, hex.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub leaf: Option<String>,
    /// The approval that a release rests on: the hash of all that a passkey has signed, hex.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approval: Option<String>,
    /// What a passkey has signed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signed: Option<SignedApproval>,
    /// `done`, or the word for why it was refused.
    pub outcome: String,
}

/// What a releaser's passkey has signed: enough to check it again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedApproval {
    /// Hashes of what was to be released, hex, in its order.
    pub contents: Vec<String>,
    /// What the authenticator gave.
    pub assertion: Assertion,
}

/// What verifying the chain has found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// Items that are right and in their chain, up to the first that is not.
    pub items: u64,
    /// The first that is not right, or was lost to damage.
    pub broken: Option<u64>,
    /// Number and hash of the last item, if all is right.
    pub last: Option<(u64, Hash)>,
    /// What passkeys have signed, if the chain is right.
    pub approvals: Approvals,
}

pub use approvals::Approvals;

/// Computes the whole chain anew, and what it says of passkeys.
///
/// # Errors
/// [`ReadError`] when the store can't be read; an item that is not right is no error but an answer.
pub fn verify(reader: &Reader) -> Result<Verified, ReadError> {
    let mut found = Verified {
        items: 0,
        broken: None,
        last: None,
        approvals: Approvals::default(),
    };
    let mut last: Option<openline_store::AuditItem> = None;
    loop {
        let from = last.as_ref().map_or(1, |last| last.number);
        let read = match reader.audit(from, READ) {
            Ok(read) => read,
            Err(ReadError::Rot(At::Audit(number))) => return Ok(broken(number)),
            Err(error) => return Err(error),
        };
        // Each answer after the first begins with the item that the one before has ended with.
        let fresh = match &last {
            None => read.first().is_none_or(|first| first.follows(None)),
            Some(last) => read.first() == Some(last),
        };
        if !fresh {
            return Ok(broken(from));
        }
        if let Some(lost) = read.iter().find(|item| item.text.is_none()) {
            return Ok(broken(lost.number));
        }
        let is_first = last.is_none();
        let Some(end) = read.last().filter(|_| is_first || read.len() > 1) else {
            found.last = last.map(|last| (last.number, last.hash));
            found.approvals = approvals::check(reader)?;
            return Ok(found);
        };
        found.items += read.len() as u64 - u64::from(!is_first);
        last = Some(end.clone());
    }
}

fn broken(number: u64) -> Verified {
    Verified {
        items: number.saturating_sub(1),
        broken: Some(number),
        last: None,
        approvals: Approvals::default(),
    }
}
