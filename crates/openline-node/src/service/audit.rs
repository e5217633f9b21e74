//! Reading the audit log.

use std::collections::BTreeSet;

use openline_store::{AuditItem, Reader};

use super::{Answer, Service};
use crate::audit::{self, Act, Deed, Said};
use crate::officers::{Actor, Role};
use crate::view::{AuditVerifiedView, AuditView};

/// Most items of one list.
const LIST_MAX: usize = 1000;
/// Items read at a time.
const READ: usize = 1024;
/// Who reads the audit log.
const READERS: &[Role] = &[Role::Auditor, Role::Administrator];

/// What part of the audit log to list.
#[derive(Debug, Clone, Default)]
pub struct AuditQuery {
    /// From this number on; the last ones if left out.
    pub from: Option<u64>,
    /// At most this many, and never more than 1000.
    pub limit: usize,
    /// Only what this officer did.
    pub officer: Option<String>,
    /// Only this line.
    pub line: Option<String>,
}

impl Service {
    /// Items of the audit log, oldest first: those on the reader's lines, and those about no line.
    ///
    /// # Errors
    /// [`crate::error::ServiceError::Forbidden`] for who is neither auditor nor administrator.
    pub async fn audit_log(&self, query: AuditQuery) -> Answer<Vec<AuditView>> {
        self.may_read_audit().await?;
        let line = match &query.line {
            Some(name) => Some(self.resolve_line(name).await?.to_string()),
            None => None,
        };
        let seen = self.seen_lines().await?;
        self.read(move |reader| list(reader, &query, line.as_deref(), seen.as_ref()))
            .await
    }

    /// Ids of the lines that the reader may look at; `None` for all.
    async fn seen_lines(&self) -> Answer<Option<BTreeSet<String>>> {
        if self.actor == Actor::Administrator {
            return Ok(None);
        }
        let actor = self.actor.clone();
        self.engine(move |engine| {
            let seen = engine.seen_lines(&actor);
            Ok(Some(seen.map(|line| line.to_string()).collect()))
        })
        .await
    }

    /// Computes the whole chain anew.
    ///
    /// # Errors
    /// As [`Service::audit_log`]. A chain that is broken is no error but an answer.
    pub async fn verify_audit(&self) -> Answer<AuditVerifiedView> {
        self.may_read_audit().await?;
        let found = self.read(|reader| Ok(audit::verify(reader)?)).await?;
        Ok(AuditVerifiedView::from(&found))
    }

    async fn may_read_audit(&self) -> Answer<()> {
        let actor = self.actor.clone();
        self.engine(move |engine| {
            let allowed = engine.require(&actor, READERS, None);
            if let Err(error) = &allowed {
                engine.note_failure(&actor, &Deed::new(Act::ReadAudit), error);
            }
            allowed
        })
        .await
    }
}

fn list(
    reader: &Reader,
    query: &AuditQuery,
    line: Option<&str>,
    seen: Option<&BTreeSet<String>>,
) -> Answer<Vec<AuditView>> {
    let limit = query.limit.clamp(1, LIST_MAX);
    let is_seen = |line: &String| seen.is_none_or(|seen| seen.contains(line));
    let is_wanted = |view: &AuditView| {
        view.line.as_ref().is_none_or(is_seen)
            && query.officer.as_ref().is_none_or(|name| *name == view.by)
            && line.is_none_or(|line| view.line.as_deref() == Some(line))
    };
    match query.from {
        Some(from) => oldest(reader, from, limit, &is_wanted),
        None => newest(reader, limit, &is_wanted),
    }
}

fn oldest(
    reader: &Reader,
    mut from: u64,
    limit: usize,
    is_wanted: &dyn Fn(&AuditView) -> bool,
) -> Answer<Vec<AuditView>> {
    let mut found = Vec::new();
    loop {
        let items = reader.audit(from, READ)?;
        let Some(last) = items.last().map(|item| item.number) else {
            return Ok(found);
        };
        found.extend(items.iter().map(view).filter(is_wanted));
        if found.len() >= limit {
            found.truncate(limit);
            return Ok(found);
        }
        from = last + 1;
    }
}

fn newest(
    reader: &Reader,
    limit: usize,
    is_wanted: &dyn Fn(&AuditView) -> bool,
) -> Answer<Vec<AuditView>> {
    let mut found: Vec<AuditView> = Vec::new();
    let mut end = reader.last_audit()?.map_or(0, |last| last.number);
    while end > 0 && found.len() < limit {
        let from = end.saturating_sub(READ as u64) + 1;
        let count = usize::try_from(end - from + 1).unwrap_or(READ);
        let items = reader.audit(from, count)?;
        let wanted = items.iter().filter(|item| item.number <= end).map(view);
        found.splice(0..0, wanted.filter(is_wanted));
        end = from - 1;
    }
    Ok(found.split_off(found.len().saturating_sub(limit)))
}

fn view(item: &AuditItem) -> AuditView {
    let said: Said = match &item.text {
        None => Said {
            outcome: "lost to damage".to_owned(),
            ..Said::default()
        },
        Some(text) => serde_json::from_str(text).unwrap_or_default(),
    };
    let hex = |hash: &openline_core::Hash| openline_core::id::hex(&hash.0);
    AuditView {
        number: item.number,
        at_ms: item.at_ms,
        by: said.by,
        act: said.act,
        line: said.line,
        object: said.object,
        detail: said.detail,
        draft: said.draft,
        content: said.content,
        leaf: said.leaf,
        outcome: said.outcome,
        text: item.text.clone(),
        previous: hex(&item.previous),
        hash: hex(&item.hash),
    }
}

impl From<&audit::Verified> for AuditVerifiedView {
    fn from(found: &audit::Verified) -> Self {
        Self {
            is_sound: found.broken.is_none() && found.approvals.wrong.is_none(),
            items: found.items,
            broken: found.broken,
            last: found.last.map(|(number, _)| number),
            last_hash: found.last.map(|(_, hash)| openline_core::id::hex(&hash.0)),
            signed: found.approvals.signed,
            signed_gone: found.approvals.gone,
            unproven: found.approvals.wrong,
        }
    }
}
