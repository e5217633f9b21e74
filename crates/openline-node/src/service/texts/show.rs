//! Texts as views: lists, one in full, differences, files.

use openline_core::text::{Operation, Piece};
use openline_desk::text::diff::{self, Change, Disagreement, ParagraphDiff, Run};
use openline_desk::text::{
    Assented, Counting, Draft, Negotiation, Outcome, Slot, Step, html, markdown, notation,
};

use super::{all, party_names, text_at};
use crate::error::ServiceError;
use crate::service::entries::{Looking, place_text};
use crate::service::{Answer, Service};
use crate::view::{
    AlternativeView, AmendmentView, AssentView, BracketView, DisagreementView, JointParagraphView,
    JointTextView, ParagraphDiffView, RunView, TextDiffView, TextExportView, TextSummaryView,
    TextView, VersionDiffView,
};

impl Service {
    /// The texts of a line, in the record's order.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`]
    pub async fn texts(&self, line: &str) -> Answer<Vec<TextSummaryView>> {
        let line = self.resolve_line(line).await?;
        self.read(move |reader| {
            let looking = Looking::at(reader, line)?;
            let (_, all) = all(&looking)?;
            let view = |text: &Negotiation| summary(&looking, text, &text.draft, text.drafts);
            Ok(all.iter().map(view).collect())
        })
        .await
    }

    /// A text in full, as it stands or as an earlier draft had it.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`]
    pub async fn text(&self, line: &str, text: &str, draft: Option<u64>) -> Answer<JointTextView> {
        let (line, place) = self.resolve(line, text).await?;
        self.read(move |reader| {
            let looking = Looking::at(reader, line)?;
            let text = text_at(&looking, place)?;
            let number = draft.unwrap_or(text.drafts);
            let draft = draft_of(&looking, &text, number)?;
            Ok(full(&looking, &text, &draft, number))
        })
        .await
    }

    /// What changed between two drafts of a text: the last and the one before it, if none are named.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`]; [`ServiceError::Unusable`] unless the first is the earlier.
    pub async fn text_diff(
        &self,
        line: &str,
        text: &str,
        from: Option<u64>,
        to: Option<u64>,
    ) -> Answer<TextDiffView> {
        let (line, place) = self.resolve(line, text).await?;
        self.read(move |reader| {
            let looking = Looking::at(reader, line)?;
            let text = text_at(&looking, place)?;
            let to = to.unwrap_or(text.drafts);
            let from = from.unwrap_or(to.saturating_sub(1).max(1));
            if from > to {
                let words =
                    format!("draft {from} is later than draft {to}: give the earlier first");
                return Err(ServiceError::Unusable(words));
            }
            let earlier = draft_of(&looking, &text, from)?;
            let later = draft_of(&looking, &text, to)?;
            let names = party_names(&looking);
            let diffs = diff::drafts(&earlier, &later, &names);
            Ok(TextDiffView {
                from,
                to,
                paragraphs: diffs
                    .into_iter()
                    .filter(|diff| diff.change != Change::Same)
                    .map(paragraph_diff)
                    .collect(),
                disagreements: disagreements(&later, &names),
            })
        })
        .await
    }

    /// A text as a file: `markdown`, or `html` for a browser, for print and for word processors.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`]; [`ServiceError::Unusable`] for another format.
    pub async fn export_text(
        &self,
        line: &str,
        text: &str,
        format: &str,
        draft: Option<u64>,
    ) -> Answer<TextExportView> {
        let (line, place) = self.resolve(line, text).await?;
        let is_html = match format {
            "html" => true,
            "markdown" => false,
            other => {
                let words = format!("\"{other}\" is no format: give markdown or html");
                return Err(ServiceError::Unusable(words));
            }
        };
        self.read(move |reader| {
            let looking = Looking::at(reader, line)?;
            let text = text_at(&looking, place)?;
            let number = draft.unwrap_or(text.drafts);
            let draft = draft_of(&looking, &text, number)?;
            let names = party_names(&looking);
            let (media_type, content) = if is_html {
                let colophon = colophon(&looking, &text, &draft, number);
                ("text/html", html::write(&draft.text(), &names, &colophon))
            } else {
                ("text/markdown", markdown::write(&draft.text(), &names))
            };
            Ok(TextExportView {
                media_type: media_type.to_owned(),
                content,
            })
        })
        .await
    }
}

fn draft_of(looking: &Looking<'_>, text: &Negotiation, number: u64) -> Answer<Draft> {
    if number == text.drafts {
        return Ok(text.draft.clone());
    }
    let (texts, _) = all(looking)?;
    texts.draft(text.place, number).ok_or_else(|| {
        ServiceError::NotFound(format!(
            "there is no draft {number}: the text has {} drafts",
            text.drafts
        ))
    })
}

/// Amendments that are still to be dealt with.
pub(super) fn crossed(text: &Negotiation) -> usize {
    let is_crossed = |step: &&Step| matches!(step.outcome, Outcome::Crossed(_));
    text.steps.iter().filter(is_crossed).count()
}

fn summary(
    looking: &Looking<'_>,
    text: &Negotiation,
    draft: &Draft,
    number: u64,
) -> TextSummaryView {
    let counts = draft.counts();
    let title = if draft.title.is_empty() {
        "(purged)".to_owned()
    } else {
        draft.title.clone()
    };
    TextSummaryView {
        place: place_text(text.place),
        number: text.number,
        title,
        proposed_by: looking.name(text.place.party),
        message_type: text.message_type.word().to_owned(),
        time_ms: text.time,
        standing: text.standing.word().to_owned(),
        draft: number,
        paragraphs: counts.paragraphs,
        brackets: counts.brackets,
        options: counts.options,
        missing: counts.missing,
        crossed: crossed(text),
        hash: draft.hash().to_string(),
    }
}

fn full(looking: &Looking<'_>, text: &Negotiation, draft: &Draft, number: u64) -> JointTextView {
    let names = party_names(looking);
    let standing = draft.slots().iter().filter(|slot| slot.paragraph.is_some());
    let assents = |all: &[Assented]| {
        let view = |assented: &Assented| assent_view(looking, assented);
        all.iter().map(view).collect()
    };
    JointTextView {
        summary: summary(looking, text, draft, number),
        languages: draft.languages.clone(),
        paragraphs: (1..)
            .zip(standing)
            .map(|(number, slot)| paragraph_view(number, slot, &names))
            .collect(),
        amendments: text
            .steps
            .iter()
            .map(|step| amendment_view(looking, step))
            .collect(),
        initials: assents(&text.initials),
        signatures: assents(&text.signatures),
        disagreements: disagreements(draft, &names),
        is_incomplete: text.is_incomplete,
    }
}

fn paragraph_view(number: usize, slot: &Slot, names: &[String]) -> JointParagraphView {
    let versions = slot.paragraph.iter().flat_map(|p| &p.versions);
    let mut brackets = Vec::new();
    if let Some((_, pieces)) = versions.clone().next() {
        list_brackets(&mut brackets, pieces, 1, names);
    }
    let version = |(language, pieces): &(String, Vec<Piece>)| TextView {
        language: language.clone(),
        text: notation::write(pieces, names),
    };
    JointParagraphView {
        number,
        changed_by: place_text(slot.changed_by),
        versions: versions.map(version).collect(),
        brackets,
    }
}

fn list_brackets(list: &mut Vec<BracketView>, pieces: &[Piece], depth: usize, names: &[String]) {
    for piece in pieces {
        let Piece::Bracket(alternatives) = piece else {
            continue;
        };
        let number = list.len() as u64 + 1;
        let views = (1..).zip(alternatives).map(|(number, alternative)| {
            let wanted = alternative.wanted_by.iter();
            AlternativeView {
                number,
                wanted_by: wanted
                    .filter_map(|party| names.get(party.at()).cloned())
                    .collect(),
                text: notation::write(&alternative.pieces, names),
            }
        });
        list.push(BracketView {
            number,
            depth,
            alternatives: views.collect(),
        });
        for alternative in alternatives {
            list_brackets(list, &alternative.pieces, depth + 1, names);
        }
    }
}

fn amendment_view(looking: &Looking<'_>, step: &Step) -> AmendmentView {
    let place = place_text(step.place);
    let (outcome, draft, reason) = match step.outcome {
        Outcome::Made(draft) => ("made", Some(draft), None),
        Outcome::Crossed(obstacle) => {
            let words = format!(
                "{}: nothing of it was made; amend again, then pass it over: openline text amend --pass-over {place}",
                obstacle.words()
            );
            ("crossed", None, Some(words))
        }
        Outcome::PassedOver(obstacle, by) => {
            let words = format!("{}; passed over by {}", obstacle.words(), place_text(by));
            ("passed over", None, Some(words))
        }
        Outcome::TooLate => {
            let words = "every party had initialled the text".to_owned();
            ("too late", None, Some(words))
        }
    };
    AmendmentView {
        party: looking.name(step.place.party),
        place,
        time_ms: step.time,
        changes: step.operations.iter().map(change_words).collect(),
        words: step.words.clone(),
        outcome: outcome.to_owned(),
        draft,
        reason,
    }
}

/// A change in words. Paragraphs are named by the entry that brought them in, since their numbers change.
fn change_words(operation: &Operation) -> String {
    let name = |id: &openline_core::text::ParagraphId| {
        format!("paragraph {} of {}", id.nth + 1, place_text(id.entry))
    };
    match operation {
        Operation::Insert { after: None, .. } => "puts a paragraph in at the beginning".to_owned(),
        Operation::Insert {
            after: Some(id), ..
        } => format!("puts a paragraph in after {}", name(id)),
        Operation::Delete { id, .. } => format!("takes {} out", name(id)),
        Operation::Replace { id, .. } => format!("words {} anew", name(id)),
        Operation::Bracket { id, .. } => format!("puts {} in a bracket", name(id)),
        Operation::Choose {
            id,
            bracket,
            alternative: Some(alternative),
            ..
        } => format!(
            "keeps alternative {} of bracket {} in {}",
            alternative + 1,
            bracket + 1,
            name(id)
        ),
        Operation::Choose { id, bracket, .. } => {
            format!("takes bracket {} out of {}", bracket + 1, name(id))
        }
        Operation::PassOver { amendment } => format!("passes {} over", place_text(*amendment)),
    }
}

fn assent_view(looking: &Looking<'_>, assented: &Assented) -> AssentView {
    AssentView {
        place: place_text(assented.place),
        party: looking.name(assented.place.party),
        post: assented.post.clone(),
        time_ms: assented.time,
        hash: assented.hash.to_string(),
        ad_referendum: assented.weight == openline_core::text::Weight::AdReferendum,
        words: assented.words.clone(),
        counts: assented.counting == Counting::Counts,
        counting: assented.counting.words().to_owned(),
    }
}

fn disagreements(draft: &Draft, names: &[String]) -> Vec<DisagreementView> {
    let view = |found: Disagreement| DisagreementView {
        paragraph: found.number,
        language: found.language,
        words: found.words,
    };
    diff::languages(draft, names)
        .into_iter()
        .map(view)
        .collect()
}

fn paragraph_diff(diff: ParagraphDiff) -> ParagraphDiffView {
    let run = |(run, words): (Run, String)| RunView {
        run: match run {
            Run::Both => "both",
            Run::Out => "out",
            Run::In => "in",
        }
        .to_owned(),
        words,
    };
    ParagraphDiffView {
        before: diff.before,
        after: diff.after,
        change: diff.change.word().to_owned(),
        versions: diff
            .versions
            .into_iter()
            .map(|version| VersionDiffView {
                language: version.language,
                runs: version.runs.into_iter().map(run).collect(),
                flags: version.flags,
            })
            .collect(),
    }
}

fn colophon(
    looking: &Looking<'_>,
    text: &Negotiation,
    draft: &Draft,
    number: u64,
) -> html::Colophon {
    let counts = draft.counts();
    let mut standing = format!(
        "Text {}, draft {number} of {}: {}",
        place_text(text.place),
        text.drafts,
        if number == text.drafts {
            text.standing.word()
        } else {
            "overtaken"
        }
    );
    if let Some(number) = text.number {
        standing.push_str(&format!(" as number {number}"));
    }
    standing.push_str(&format!(
        ". {} paragraphs, {} brackets, {} options.",
        counts.paragraphs, counts.brackets, counts.options
    ));
    if text.message_type != openline_core::entry::MessageType::Real {
        standing = format!("{}. {standing}", text.message_type.word().to_uppercase());
    }
    let said = |verb: &'static str| {
        move |assented: &&Assented| {
            let how = match assented.weight {
                openline_core::text::Weight::Full => "",
                openline_core::text::Weight::AdReferendum => " ad referendum",
            };
            format!(
                "{verb}{how} by {} ({}), entry {}",
                looking.name(assented.place.party),
                assented.post,
                place_text(assented.place)
            )
        }
    };
    let hash = draft.hash();
    let counts =
        |assented: &&Assented| assented.counting == Counting::Counts && assented.hash == hash;
    let initials = text.initials.iter().filter(counts);
    let signatures = text.signatures.iter().filter(counts);
    let mut assents: Vec<String> = initials.map(|a| said("Initialled")(&a)).collect();
    assents.extend(signatures.map(|a| said("Signed")(&a)));
    html::Colophon {
        standing,
        hash: hash.to_string(),
        assents,
    }
}
