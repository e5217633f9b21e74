//! Steps that put something about a message on the record.

use std::collections::BTreeMap;

use openline_node::view::{
    AnswerRequest, ClaimedView, ConfirmRequest, FieldView, NotifyRequest, ReceiptRequest,
    ReceiptView, ReleasedView, SendRequest, ShownRequest, StatusRequest, SupersedeRequest,
    TextView, ValueView,
};

use super::super::acts::{
    Answer, Cancel, Confirm, Correct, FieldOf, Message, Notify, Receipt, Status,
};
use super::super::side::{failed, wait_for};
use super::super::times;
use super::{Going, Played, Stage, in_minutes, now_ms, quoted};
use crate::failure::Failure;

impl Stage<'_> {
    pub(super) async fn message(&mut self, act: &Message) -> Result<(), Failure> {
        let at = self.at(&act.from);
        let request = self.request(at, act);
        let going = self.going(at).await;
        let sent = self.service(at).send(request.clone()).await;
        match (&act.refused, sent) {
            (None, released) => {
                let label = act.label.clone();
                self.sent(at, going, &released?, &request, label).await
            }
            (Some(words), Err(error)) if error.to_string().contains(words.as_str()) => {
                self.does(
                    at,
                    &format!(
                        "{}\n       {:<12} NOT released: {error}",
                        headline(&request),
                        ""
                    ),
                );
                Ok(())
            }
            (Some(words), Err(error)) => Err(failed(format!(
                "it was refused without the words \"{words}\": {error}"
            ))),
            (Some(_), Ok(released)) => Err(failed(format!(
                "it was to be refused, and was released as {}",
                released.place
            ))),
        }
    }

    /// Shows a message that was released, once it is stored, and keeps it for the ladder.
    async fn sent(
        &mut self,
        at: usize,
        going: Going,
        released: &ReleasedView,
        request: &SendRequest,
        label: Option<String>,
    ) -> Result<(), Failure> {
        let times = self.stored(at, going, &released.place).await?;
        let mut what = headline(request);
        for text in request.texts.iter().take(1) {
            let words: Vec<&str> = text.text.split_whitespace().collect();
            what = format!("{what}\n       {:<12} \"{}\"", "", words.join(" "));
        }
        for field in &request.fields {
            let critical = if field.is_critical { " (critical)" } else { "" };
            what = format!(
                "{what}\n       {:<12} {}{critical}: {}",
                "", field.name, field.value
            );
        }
        self.does(
            at,
            &format!(
                "{what}\n       {:<12} entry {}, {}",
                "",
                released.place,
                times.words()
            ),
        );
        let label = label.unwrap_or_else(|| released.place.clone());
        self.places.insert(label.clone(), released.place.clone());
        let played = Played {
            side: at,
            place: released.place.clone(),
            times,
        };
        self.played.push((label, played));
        Ok(())
    }

    fn request(&self, at: usize, act: &Message) -> SendRequest {
        let text = TextView {
            language: act.language.clone(),
            text: act.text.clone(),
        };
        let translations = act.translations.iter().map(|(language, text)| TextView {
            language: language.clone(),
            text: text.clone(),
        });
        SendRequest {
            line: self.line.to_owned(),
            post: self.post(at, act.post.as_ref()),
            message_type: act.message_type.clone(),
            form: act.form.clone(),
            precedence: act.precedence.clone(),
            to: Vec::new(),
            info: Vec::new(),
            info_precedence: None,
            subject: act.subject.clone(),
            texts: std::iter::once(text).chain(translations).collect(),
            refs: act.refs.iter().map(|label| self.place(label)).collect(),
            attachments: Vec::new(),
            own_reference: None,
            authority: act.authority.clone(),
            validity_ms: None,
            time_ms: act.at.map(jiff::Timestamp::as_millisecond),
            claimed: act
                .claimed
                .iter()
                .map(|(stage, at)| ClaimedView {
                    stage: stage.clone(),
                    time_ms: at.as_millisecond(),
                })
                .collect(),
            number: None,
            class: act.class.clone(),
            template: None,
            fields: fields(&act.fields),
            as_of: None,
        }
    }

    pub(super) async fn receipt(&mut self, act: &Receipt) -> Result<(), Failure> {
        let at = self.at(&act.from);
        let of = self.place(&act.of);
        // A receipt is about something that is here: the message may still be under way.
        self.arrived(at, &of).await?;
        let promised_ms = act.within_min.map(in_minutes);
        let going = self.going(at).await;
        let given = if act.receipt == "shown" {
            self.show_text(at, act, of).await?
        } else {
            let request = ReceiptRequest {
                line: self.line.to_owned(),
                of,
                post: self.post(at, act.post.as_ref()),
                stage: act.receipt.clone(),
                message_type: None,
                time_ms: act.at.map(jiff::Timestamp::as_millisecond),
                class: act.class.clone(),
                words: act.words.clone(),
                promised_ms,
                values: values(&act.values),
            };
            self.service(at).receipt(request).await?
        };
        let place = given.place.ok_or_else(|| failed("a receipt had to wait"))?;
        let class = act.class.as_ref();
        let class = class.map_or_else(String::new, |class| format!(" ({class})"));
        let within = act.within_min.map_or_else(String::new, |minutes| {
            format!(", an answer within {minutes} min")
        });
        let what = format!(
            "{}{class}: {}{within}{}{}",
            act.receipt,
            self.named(&act.of),
            typed(&act.values),
            quoted(act.words.as_ref())
        );
        self.entered(at, going, &place, &what, act.label.as_ref())
            .await
    }

    /// Prints the text at a side, and has its node say so.
    async fn show_text(
        &self,
        at: usize,
        act: &Receipt,
        of: String,
    ) -> Result<ReceiptView, Failure> {
        let entry = self.service(at).entry(self.line, &of).await?;
        let texts = entry.message.map_or_else(Vec::new, |message| message.texts);
        for text in &texts {
            let (name, language) = (self.name(at), &text.language);
            let first = text.text.lines().next().unwrap_or_default();
            self.show
                .line(&format!("       {name} reads, in {language}: {first}"));
        }
        let request = ShownRequest {
            line: self.line.to_owned(),
            of,
            post: self.post(at, act.post.as_ref()),
            languages: texts.into_iter().map(|text| text.language).collect(),
            time_ms: act.at.map(jiff::Timestamp::as_millisecond),
            words: act.words.clone(),
        };
        Ok(self.service(at).shown(request).await?)
    }

    pub(super) async fn confirm(&mut self, act: &Confirm) -> Result<(), Failure> {
        let at = self.at(&act.from);
        let of = self.place(&act.of);
        let what = format!("the read-back of {} to arrive", act.of);
        wait_for(self.service(at), &what, async |service| {
            let view = service.entry(self.line, &of).await;
            view.is_ok_and(|view| {
                view.message.is_none()
                    || view.read_backs.last().is_some_and(|r| r.verdict.is_none())
            })
        })
        .await?;
        self.show_read_back(at, &of).await?;
        let going = self.going(at).await;
        let released = self
            .service(at)
            .confirm(ConfirmRequest {
                anyway: false,
                line: self.line.to_owned(),
                of,
                post: self.post(at, act.post.as_ref()),
                verdict: act.confirm.clone(),
                words: act.words.clone(),
                values: values(&act.values),
            })
            .await?;
        let what = format!(
            "{}: the read-back of {}{}{}",
            act.confirm,
            self.named(&act.of),
            typed(&act.values),
            quoted(act.words.as_ref())
        );
        self.entered(at, going, &released.place, &what, None).await
    }

    /// Shows what was typed again beside what was sent.
    async fn show_read_back(&self, at: usize, of: &str) -> Result<(), Failure> {
        let view = self.service(at).entry(self.line, of).await?;
        let Some(last) = view.read_backs.last() else {
            return Ok(());
        };
        for field in &last.fields {
            let typed = field.typed.as_deref().unwrap_or("nothing");
            let verdict = if field.agrees { "agrees" } else { "DIFFERS" };
            let words = format!(
                "{}: sent \"{}\", read back \"{typed}\": {verdict}",
                field.name, field.sent
            );
            self.show.says(self.name(at), &words);
        }
        Ok(())
    }

    pub(super) async fn answer(&mut self, act: &Answer) -> Result<(), Failure> {
        let at = self.at(&act.from);
        let of = self.place(&act.of);
        self.arrived(at, &of).await?;
        let going = self.going(at).await;
        let released = self
            .service(at)
            .answer(AnswerRequest {
                line: self.line.to_owned(),
                of,
                post: self.post(at, act.post.as_ref()),
                outcome: act.answer.clone(),
                words: act.words.clone(),
            })
            .await?;
        let words = quoted(act.words.as_ref());
        let what = format!("answers {}: {}{words}", self.named(&act.of), act.answer);
        self.entered(at, going, &released.place, &what, None).await
    }

    pub(super) async fn correct(&mut self, act: &Correct) -> Result<(), Failure> {
        let at = self.at(&act.from);
        let text = TextView {
            language: act.language.clone(),
            text: act.reads.clone(),
        };
        let request = SupersedeRequest {
            line: self.line.to_owned(),
            of: self.place(&act.correct),
            post: Some(self.post(at, act.post.as_ref())),
            texts: vec![text],
            fields: act.fields.as_deref().map(fields),
            words: None,
        };
        self.supersede(at, request, act.label.clone()).await
    }

    pub(super) async fn cancel(&mut self, act: &Cancel) -> Result<(), Failure> {
        let at = self.at(&act.from);
        let request = SupersedeRequest {
            line: self.line.to_owned(),
            of: self.place(&act.cancel),
            post: Some(self.post(at, act.post.as_ref())),
            texts: Vec::new(),
            fields: None,
            words: act.words.clone(),
        };
        self.supersede(at, request, act.label.clone()).await
    }

    async fn supersede(
        &mut self,
        at: usize,
        request: SupersedeRequest,
        label: Option<String>,
    ) -> Result<(), Failure> {
        let of = request.of.clone();
        let prepared = self.service(at).prepare_superseding(request).await?;
        let going = self.going(at).await;
        let released = self.service(at).send(prepared.clone()).await?;
        let is_everywhere = !going.over.is_empty();
        self.sent(at, going, &released, &prepared, label).await?;
        let sides = if is_everywhere {
            self.on(&[])
        } else {
            vec![at]
        };
        for side in sides {
            self.arrived(side, &released.place).await?;
            let view = self.service(side).entry(self.line, &of).await?;
            let successor = view.brief.successor.ok_or_else(|| {
                failed(format!(
                    "{of} is not shown as superseded at {}",
                    self.name(side)
                ))
            })?;
            let what = if successor.is_cancelled {
                "withdrawn by"
            } else {
                "replaced by"
            };
            let words = format!("{of} is {what} {}; both stay in sight", successor.place);
            self.show.says(self.name(side), &words);
        }
        Ok(())
    }

    pub(super) async fn notify(&mut self, act: &Notify) -> Result<(), Failure> {
        let at = self.at(&act.from);
        let filled = |(key, value): (&String, &String)| {
            times::filled(value, now_ms()).map(|value| (key.clone(), value))
        };
        let values: Result<BTreeMap<String, String>, String> =
            act.values.iter().map(filled).collect();
        let request = NotifyRequest {
            line: self.line.to_owned(),
            post: self.post(at, act.post.as_ref()),
            template: act.notify.clone(),
            values: values.map_err(failed)?,
            releasable: BTreeMap::new(),
            languages: Vec::new(),
            message_type: act.message_type.clone(),
            precedence: act.precedence.clone(),
            to: Vec::new(),
            info: Vec::new(),
            own_reference: None,
            authority: None,
            short_notice: act.short_notice,
            is_draft: false,
        };
        let going = self.going(at).await;
        let view = self.service(at).notify(request).await?;
        let released = view.released.ok_or_else(|| failed("it was not released"))?;
        let subject = view.filled.subject.unwrap_or_else(|| act.notify.clone());
        let what = format!(
            "{} {subject} (template {})",
            act.message_type.to_uppercase(),
            view.filled.template
        );
        self.entered(at, going, &released.place, &what, act.label.as_ref())
            .await?;
        if let Some(lead) = view.filled.lead {
            self.show
                .says(self.name(at), &format!("notice given: {}", lead.words));
        }
        Ok(())
    }

    pub(super) async fn status(&mut self, act: &Status) -> Result<(), Failure> {
        let at = self.at(&act.from);
        let until_ms = act.for_min.map(in_minutes);
        self.caused_ms = now_ms();
        let going = self.going(at).await;
        let released = self
            .service(at)
            .set_status(StatusRequest {
                line: self.line.to_owned(),
                post: self.post(at, act.post.as_ref()),
                act: act.status.clone(),
                message_type: act.message_type.clone(),
                effective_ms: None,
                until_ms,
                classes: act.classes.clone(),
                reason: act.reason.clone(),
            })
            .await?;
        let is_everywhere = !going.over.is_empty();
        let traffic = match act.message_type.as_str() {
            "real" => "all".to_owned(),
            other => other.to_uppercase(),
        };
        let what = format!(
            "{}s the line for {traffic} traffic{}",
            act.status,
            quoted(act.reason.as_ref())
        );
        self.entered(at, going, &released.place, &what, None)
            .await?;
        let sides = if is_everywhere {
            self.on(&[])
        } else {
            vec![at]
        };
        for side in sides {
            self.arrived(side, &released.place).await?;
            self.show_standing(side, at, &released.place, &act.message_type)
                .await?;
        }
        Ok(())
    }

    /// What each party takes now, as a side has it: the entry, or that all is taken again.
    async fn show_standing(
        &self,
        at: usize,
        by: usize,
        place: &str,
        message_type: &str,
    ) -> Result<(), Failure> {
        let standings = self.service(at).standings(self.line).await?;
        let own = standings.into_iter().find(|view| view.place == place);
        let resumed = || {
            let message_type = message_type.to_uppercase();
            format!("{message_type}: {} takes all of it again", self.name(by))
        };
        let words = own.map_or_else(resumed, |view| view.words);
        self.show.says(self.name(at), &words);
        Ok(())
    }
}

/// Type, precedence and subject of a message.
fn headline(request: &SendRequest) -> String {
    let class = request.class.as_ref();
    let class = class.map_or_else(String::new, |class| format!(", {class}"));
    let subject = request.subject.as_deref();
    format!(
        "{} {} ({}{class}): {}",
        request.message_type.to_uppercase(),
        request.form,
        request.precedence,
        subject.unwrap_or("no subject")
    )
}

fn fields(fields: &[FieldOf]) -> Vec<FieldView> {
    let view = |field: &FieldOf| FieldView {
        name: field.name.clone(),
        value: field.value.clone(),
        is_critical: field.critical,
        is_releasable: field.releasable,
    };
    fields.iter().map(view).collect()
}

fn values(values: &BTreeMap<String, String>) -> Vec<ValueView> {
    let view = |(name, value): (&String, &String)| ValueView {
        name: name.clone(),
        value: value.clone(),
    };
    values.iter().map(view).collect()
}

/// Values that were typed again, after a comma.
fn typed(values: &BTreeMap<String, String>) -> String {
    let all = values.iter();
    all.map(|(name, value)| format!(", {name} \"{value}\""))
        .collect()
}
