//! Search, for the façade: the store's hits with their entries.

use std::path::Path;

use openline_core::LineId;
use openline_store::Reader;
use openline_store::search::{self, SearchError};

use crate::error::ServiceError;
use crate::service::entries::Looking;
use crate::view::HitView;

impl From<SearchError> for ServiceError {
    fn from(error: SearchError) -> Self {
        match error {
            SearchError::Query(_) => Self::Unusable(error.to_string()),
            _ => Self::Unavailable(error.to_string()),
        }
    }
}

pub(crate) fn search(
    home: &Path,
    reader: &Reader,
    query: &str,
    lines: &[LineId],
    limit: usize,
) -> Result<Vec<HitView>, ServiceError> {
    let hits = search::search(home, reader, query, lines, limit)?;
    let mut views = Vec::new();
    for hit in hits {
        let looking = Looking::at(reader, hit.line)?;
        let entry = looking.entry(hit.place)?;
        // A text that was purged after it had been indexed is not shown.
        if entry.raw.body.is_some() {
            views.push(HitView {
                entry: looking.brief(&entry)?,
                snippet: hit.snippet,
            });
        }
    }
    Ok(views)
}
