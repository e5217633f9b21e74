//! Drafts that messages of others have overtaken.

use openline_core::LineId;
use openline_core::entry::Kind;

use crate::error::ServiceError;
use crate::service::entries::{Looking, place_text};
use crate::service::{Answer, Service};
use crate::view::{DraftView, SendRequest};

/// Most messages that are named when a draft is overtaken.
const OVERTAKING_MAX: usize = 8;

impl Service {
    /// Refuses a draft that messages of others have overtaken.
    pub(in crate::service) async fn check_overtaken(
        &self,
        line: LineId,
        request: &SendRequest,
    ) -> Answer<()> {
        let arrived = self.overtaking(line, request).await?;
        if arrived.is_empty() {
            return Ok(());
        }
        Err(ServiceError::Conflict(format!(
            "this draft is overtaken: since it was begun, {} arrived. Read that first; then change the draft, or release it all the same (openline draft release --anyway)",
            arrived.join(", ")
        )))
    }

    /// The draft, with the messages that have overtaken it.
    pub(super) async fn with_overtaking(&self, mut draft: DraftView) -> Answer<DraftView> {
        let line = self.resolve_line(&draft.request.line).await?;
        draft.overtaken_by = self.overtaking(line, &draft.request).await?;
        Ok(draft)
    }

    /// Messages of others that have arrived since the draft was begun, the first few.
    async fn overtaking(&self, line: LineId, request: &SendRequest) -> Answer<Vec<String>> {
        let Some(as_of) = request.as_of.clone() else {
            return Ok(Vec::new());
        };
        let me = self.engine(move |engine| engine.me(&line)).await?;
        self.read(move |reader| {
            let looking = Looking::at(reader, line)?;
            let mut arrived = Vec::new();
            for party in looking.founded.parties().filter(|party| *party != me) {
                let from = as_of.get(party.at()).copied().unwrap_or(0);
                looking.walk(party, from, |entry| {
                    if entry.header.kind == Kind::Message {
                        arrived.push(place_text(entry.place));
                    }
                    Ok(arrived.len() < OVERTAKING_MAX)
                })?;
            }
            Ok(arrived)
        })
        .await
    }
}
