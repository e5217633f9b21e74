//! Clear language: texts are checked against the agreed glossary and the charter of their line, before they are released.

use openline_core::limits::{BODY_MAX, TEXTS_MAX};
use openline_desk::language::{self, Draft, DraftText, Part, Warning};

use super::entries::Looking;
use super::{Answer, Service, glossary, names};
use crate::error::ServiceError;
use crate::view::{LanguageRequest, WarningView};

impl Service {
    /// What in a draft may be misread. Nothing is kept, and nothing is hindered.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`]; [`ServiceError::Unusable`] for texts that no message could hold.
    pub async fn check_language(
        &self,
        line: &str,
        request: LanguageRequest,
    ) -> Answer<Vec<WarningView>> {
        check_size(&request)?;
        let (form, precedence) = (
            names::form(&request.form)?,
            names::precedence(&request.precedence)?,
        );
        let line = self.resolve_line(line).await?;
        self.read(move |reader| {
            let looking = Looking::at(reader, line)?;
            let agreed = glossary::glossaries(&looking)?.agreed();
            let terms = looking.founded.terms();
            let texts: Vec<DraftText<'_>> = request.texts.iter().map(draft_text).collect();
            let word_limit = terms.word_limits.get(precedence as usize);
            let warnings = language::check(&Draft {
                subject: request.subject.as_deref(),
                texts: &texts,
                languages: &terms.languages,
                agreed: &agreed,
                precedence,
                word_limit: word_limit.copied().unwrap_or_default(),
                form,
            });
            Ok(warnings
                .into_iter()
                .map(|warning| view(warning, &request))
                .collect())
        })
        .await
    }
}

fn draft_text(view: &crate::view::TextView) -> DraftText<'_> {
    DraftText {
        language: &view.language,
        text: &view.text,
    }
}

/// Refuses what no message could hold.
fn check_size(request: &LanguageRequest) -> Answer<()> {
    let bytes: usize = request.texts.iter().map(|text| text.text.len()).sum();
    let bytes = bytes + request.subject.as_ref().map_or(0, String::len);
    if request.texts.is_empty() || request.texts.len() > TEXTS_MAX {
        return Err(ServiceError::Unusable(format!(
            "give 1 to {TEXTS_MAX} texts, the authoritative one first"
        )));
    }
    if bytes > BODY_MAX {
        return Err(ServiceError::Unusable(format!(
            "the texts have {bytes} bytes together, and a message holds at most {BODY_MAX}: divide it, or attach the rest as a file"
        )));
    }
    Ok(())
}

fn view(warning: Warning, request: &LanguageRequest) -> WarningView {
    let text = match warning.part {
        Part::Subject => None,
        Part::Text(number) => Some(number),
    };
    let of = request.texts.get(text.unwrap_or_default());
    WarningView {
        kind: warning.kind.word().to_owned(),
        text,
        language: of.map_or_else(String::new, |text| text.language.clone()),
        start: warning.range.start,
        end: warning.range.end,
        words: warning.words,
        sentence: warning.sentence,
    }
}
