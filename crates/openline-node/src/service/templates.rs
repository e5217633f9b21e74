//! Templates and the forms made of them.

use openline_core::LineId;
use openline_desk::template::{
    Around, Filled, Kept, Lead, Problem, Seat, Template, TemplateField, Wishes,
};

use super::{Answer, Service};
use crate::error::ServiceError;
use crate::identity::wall_ms;
use crate::templates::HomeTemplates;
use crate::view::{
    FieldView, FillRequest, FilledView, LeadView, ProblemView, TemplateBrief, TemplateFieldView,
    TemplateListView, TemplateView, TextView, UnusableView,
};

impl Service {
    /// Every template, and own files that can't be used.
    ///
    /// # Errors
    /// [`ServiceError::Unavailable`]
    pub async fn templates(&self) -> Answer<TemplateListView> {
        let all = self.home_templates().await?;
        let unusable = all.unusable.iter().map(|unusable| UnusableView {
            file: unusable.path.display().to_string(),
            words: unusable.words.clone(),
        });
        Ok(TemplateListView {
            templates: all.templates.iter().map(brief).collect(),
            unusable: unusable.collect(),
        })
    }

    /// One template, by id or `id/version`.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`]
    pub async fn template(&self, name: &str) -> Answer<TemplateView> {
        let all = self.home_templates().await?;
        all.find(name).map(view).map_err(ServiceError::NotFound)
    }

    /// Reads a form, and says everything that is wrong with it or what would be released.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] for an unknown template or line. A bad value is no error, but named in the answer.
    pub async fn fill(&self, name: &str, request: FillRequest) -> Answer<FilledView> {
        let all = self.home_templates().await?;
        let kept = all.find(name).map_err(ServiceError::NotFound)?;
        let seats = match &request.line {
            Some(line) => self.seats(self.resolve_line(line).await?).await?,
            None => Vec::new(),
        };
        let wishes = Wishes {
            releasable: request.releasable,
            languages: request.languages,
        };
        let around = Around {
            now: wall_ms(),
            seats,
        };
        let filled = kept.template.fill(&request.values, &wishes, &around);
        Ok(filled_view(&kept.template, filled))
    }

    /// The templates of the home, read anew: a file that was edited counts at once.
    pub(super) async fn home_templates(&self) -> Answer<HomeTemplates> {
        let home = self
            .engine(|engine| Ok(engine.home.path().to_owned()))
            .await?;
        tokio::task::spawn_blocking(move || HomeTemplates::read(&home))
            .await
            .map_err(|error| ServiceError::Unavailable(format!("a read was broken off: {error}")))
    }

    /// The parties of a line and their posts.
    async fn seats(&self, line: LineId) -> Answer<Vec<Seat>> {
        self.engine(move |engine| {
            let founded = engine.founded.get(&line);
            let members = founded.into_iter().flat_map(|founded| founded.members());
            let seat = |member: &openline_core::charter::Member| Seat {
                party: member.name().to_owned(),
                posts: member.posts.clone(),
            };
            Ok(members.map(seat).collect())
        })
        .await
    }
}

fn brief(kept: &Kept) -> TemplateBrief {
    let template = &kept.template;
    TemplateBrief {
        id: template.id().to_owned(),
        version: template.version(),
        title: template.title().to_owned(),
        purpose: template.purpose().to_owned(),
        instrument: template.instrument(),
        source: kept.source.words().to_owned(),
        is_unverified: template.is_unverified(),
    }
}

/// A template in full.
#[must_use]
pub fn view(kept: &Kept) -> TemplateView {
    let template = &kept.template;
    TemplateView {
        brief: brief(kept),
        claim: template.claim().to_owned(),
        needed_by: template.needed_by().to_owned(),
        language: template.language().to_owned(),
        translations: template.translations().map(str::to_owned).collect(),
        labels: template.labels().clone(),
        lead_time_s: template.lead_time().map(|lead| lead.as_secs()),
        renotify_s: template.renotify().iter().map(|o| o.as_secs()).collect(),
        class: template.class().map(str::to_owned),
        precedence: template.precedence().word().to_owned(),
        form: template.form().word().to_owned(),
        one_of: template.one_of().to_vec(),
        fields: template.fields().iter().map(field_view).collect(),
        text: kept.text.clone(),
    }
}

fn field_view(field: &TemplateField) -> TemplateFieldView {
    TemplateFieldView {
        key: field.key.clone(),
        label: field.label.clone(),
        help: field.help.clone(),
        example: field.example.clone(),
        kind: field.kind.word().to_owned(),
        shape: field.kind.shape(),
        is_list: field.kind.is_list(),
        is_required: field.is_required,
        is_critical: field.is_critical,
        is_releasable: field.is_releasable,
        is_event: field.is_event,
    }
}

fn filled_view(template: &Template, filled: Result<Filled, Vec<Problem>>) -> FilledView {
    match filled {
        Ok(filled) => complete(filled),
        Err(problems) => FilledView {
            template: template.name(),
            problems: problems
                .iter()
                .map(|problem| ProblemView {
                    key: problem.key.clone(),
                    words: problem.to_string(),
                })
                .collect(),
            subject: None,
            texts: Vec::new(),
            fields: Vec::new(),
            validity_ms: None,
            class: None,
            precedence: None,
            form: None,
            begins_ms: None,
            lead: None,
            again_ms: Vec::new(),
        },
    }
}

fn complete(filled: Filled) -> FilledView {
    let own = TextView {
        language: filled.language,
        text: filled.text,
    };
    let others = filled.translations.into_iter();
    let others = others.map(|(language, text)| TextView { language, text });
    let lead = |lead: Lead| LeadView {
        is_short: lead.is_short(),
        words: lead.words(),
    };
    FilledView {
        template: filled.template,
        problems: Vec::new(),
        subject: Some(filled.subject),
        texts: std::iter::once(own).chain(others).collect(),
        fields: filled
            .fields
            .into_iter()
            .map(|field| FieldView {
                name: field.name,
                value: field.value,
                is_critical: field.is_critical,
                is_releasable: field.is_releasable,
            })
            .collect(),
        validity_ms: filled.validity.map(|(from, to)| [from, to]),
        class: filled.class,
        precedence: Some(filled.precedence.word().to_owned()),
        form: Some(filled.form.word().to_owned()),
        begins_ms: filled.event.map(|event| event.begins),
        lead: filled.lead.map(lead),
        again_ms: filled.again,
    }
}
