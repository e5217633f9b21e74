//! The release policy as the node runs with it.

use super::names::{self, line_for};
use super::releasing::{Traits, asks};
use super::{Answer, Service};
use crate::engine::Engine;
use crate::officers::Role;
use crate::policy::{Asks, Hand, Rule};
use crate::view::{AsksView, ExplainView, PolicyView, RuleView};

/// A message that nobody has written yet, for asking what it would need.
#[derive(Debug, Clone, Default)]
pub struct PolicyQuestion {
    /// The line.
    pub line: String,
    /// The form; a plain message if left out.
    pub form: Option<String>,
    /// The precedence; routine if left out.
    pub precedence: Option<String>,
    /// The message type; real if left out.
    pub message_type: Option<String>,
    /// The class of traffic.
    pub class: Option<String>,
}

impl Service {
    /// The rules in force, in order.
    ///
    /// # Errors
    /// [`crate::error::ServiceError::Unavailable`]
    pub async fn policy(&self) -> Answer<PolicyView> {
        self.engine(|engine| {
            let policy = &engine.office.policy;
            Ok(PolicyView {
                is_from_file: policy.source.is_some(),
                administrator_may_act: policy.administrator_may_act,
                passkey_required: policy.passkey_required,
                has_officers: engine.office.roster.len() > 0,
                rules: policy.rules.iter().map(rule_view).collect(),
                idle_rules: policy.idle_rules().iter().map(|at| *at as u64).collect(),
            })
        })
        .await
    }

    /// What a message would need, by which rule, and who could give it.
    ///
    /// # Errors
    /// [`crate::error::ServiceError::NotFound`] for an unknown line; [`crate::error::ServiceError::Unusable`] for an unknown word.
    pub async fn explain_policy(&self, question: PolicyQuestion) -> Answer<ExplainView> {
        let actor = self.actor.clone();
        self.engine(move |engine| {
            let line = line_for(engine, &actor, &question.line)?;
            let or = |given: &Option<String>, word: &str| given.clone().unwrap_or(word.to_owned());
            let traits = Traits {
                form: names::form(&or(&question.form, "message"))?,
                precedence: names::precedence(&or(&question.precedence, "routine"))?,
                message_type: names::message_type(&or(&question.message_type, "real"))?,
                class: question.class,
                first: None,
            };
            let (asked, rule) = asks(engine, line, &traits)?;
            let is_superseding = traits.form.supersedes();
            let asked = if is_superseding {
                Asks::of_superseding()
            } else {
                asked
            };
            let who = |roles: &[Role]| holders(engine, roles, &line);
            Ok(ExplainView {
                rule_line: rule.filter(|_| !is_superseding).map(|rule| rule.at as u64),
                is_superseding,
                words: asked.words(),
                drafters: who(&asked.draft_roles),
                clearers: who(&asked.clear_roles),
                releasers: who(&asked.release_roles),
                asks: asks_view(&asked),
            })
        })
        .await
    }
}

fn holders(engine: &Engine, roles: &[Role], line: &openline_core::LineId) -> Vec<String> {
    let tag = engine.tag(line);
    let names = engine.office.roster.holders(roles, tag.as_ref());
    names.into_iter().map(str::to_owned).collect()
}

fn rule_view(rule: &Rule) -> RuleView {
    RuleView {
        at: rule.at as u64,
        about: rule.when.words(),
        words: rule.asks.words(),
        asks: asks_view(&rule.asks),
    }
}

fn asks_view(asks: &Asks) -> AsksView {
    let words = |roles: &[Role]| roles.iter().map(|role| role.word().to_owned()).collect();
    AsksView {
        clearers: asks.clearers as u64,
        different_persons: asks
            .different
            .iter()
            .copied()
            .map(Hand::word)
            .map(str::to_owned)
            .collect(),
        draft_roles: words(&asks.draft_roles),
        clear_roles: words(&asks.clear_roles),
        release_roles: words(&asks.release_roles),
    }
}
