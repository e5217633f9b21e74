//! Steps about encounters, topics, undertakings, readouts and statements.

use openline_node::view::{
    AccordRequest, ContactsRequest, DisclosedView, EncounterRequest, PositionRequest,
    ReadoutReleaseRequest, ReadoutRequest, SettingView, StatementRequest, StepRequest, TextView,
    TopicRequest, UndertakingRequest,
};

use super::super::acts::{
    Agree, Contacts, Encounter, Position, Proceed, Readout, Setting, Statement, Topic, Undertaking,
};
use super::super::side::failed;
use super::{Stage, quoted};
use crate::commands::claimed_times;
use crate::failure::Failure;

impl Stage<'_> {
    pub(super) async fn contacts(&mut self, act: &Contacts) -> Result<(), Failure> {
        let at = self.at(&act.from);
        let request = ContactsRequest {
            post: self.post(at, act.post.as_ref()),
            message_type: act.message_type.clone(),
            csv: act.contacts.clone(),
        };
        let going = self.going(at).await;
        let made = self.service(at).import_contacts(self.line, request).await?;
        let last = made.last().ok_or_else(|| failed("no contact is in it"))?;
        let rows = act.contacts.trim().lines().skip(1);
        let rows: Vec<&str> = rows.map(str::trim).collect();
        let what = format!("imports older contacts, as its claim: {}", rows.join(" | "));
        let first = made
            .first()
            .map_or_else(String::new, |first| first.place.clone());
        self.entered(at, going, &last.place, &what, None).await?;
        if let Some(label) = &act.label {
            self.places.insert(label.clone(), first);
        }
        Ok(())
    }

    pub(super) async fn encounter(&mut self, act: &Encounter) -> Result<(), Failure> {
        let at = self.at(&act.from);
        self.arrived_all(at, act.within.iter().chain(&act.returns))
            .await?;
        let request = EncounterRequest {
            line: self.line.to_owned(),
            post: self.post(at, act.post.as_ref()),
            message_type: act.message_type.clone(),
            kind: act.encounter.clone(),
            subject: act.subject.clone(),
            level: act.level.clone(),
            asked: act.asked_by.as_ref().map(|key| self.party(key)),
            host: act.host.as_ref().map(|key| self.party(key)),
            within: act.within.as_ref().map(|label| self.place(label)),
            returns: act.returns.as_ref().map(|label| self.place(label)),
            words: act.words.clone(),
            setting: self.setting(&act.setting),
        };
        let going = self.going(at).await;
        let released = self.service(at).ask_encounter(request).await?;
        let what = format!("asks for a {}: {}", act.encounter, act.subject);
        self.entered(at, going, &released.place, &what, Some(&act.label))
            .await
    }

    pub(super) async fn proceed(&mut self, act: &Proceed) -> Result<(), Failure> {
        let at = self.at(&act.from);
        self.arrived_all(at, std::iter::once(&act.of).chain(&act.cites))
            .await?;
        let window_ms = match (&act.window, &act.found) {
            (Some((from, to)), _) => Some([from.as_millisecond(), to.as_millisecond()]),
            (None, Some(label)) => Some(self.date_of(label)),
            (None, None) => None,
        };
        let claims = act.claims.iter().map(|text| claimed_times(text));
        let request = StepRequest {
            line: self.line.to_owned(),
            of: self.place(&act.of),
            post: self.post(at, act.post.as_ref()),
            act: act.proceed.clone(),
            window_ms,
            claims: claims.collect::<Result<_, _>>()?,
            next_ms: None,
            party: act.party.as_ref().map(|key| self.party(key)),
            readout: act.cites.as_ref().map(|label| self.place(label)),
            words: act.words.clone(),
            setting: self.setting(&act.setting),
        };
        let going = self.going(at).await;
        let released = self.service(at).encounter_step(request).await?;
        let mut what = format!(
            "{}: {}{}",
            act.proceed,
            self.named(&act.of),
            quoted(act.words.as_ref())
        );
        for claim in &act.claims {
            what = format!("{what}\n       {:<12} {claim}", "");
        }
        self.entered(at, going, &released.place, &what, act.label.as_ref())
            .await
    }

    pub(super) async fn agree(&mut self, act: &Agree) -> Result<(), Failure> {
        let at = self.at(&act.from);
        let of = self.place(&act.agree);
        self.arrived(at, &of).await?;
        let request = AccordRequest {
            post: self.post(at, act.post.as_ref()),
            stance: "agrees".to_owned(),
            words: act.words.clone(),
        };
        let going = self.going(at).await;
        let released = self
            .service(at)
            .answer_claim(self.line, &of, request)
            .await?;
        let words = quoted(act.words.as_ref());
        let what = format!(
            "agrees to what is said in {}{words}",
            self.named(&act.agree)
        );
        self.entered(at, going, &released.place, &what, None).await
    }

    pub(super) async fn topic(&mut self, act: &Topic) -> Result<(), Failure> {
        let at = self.at(&act.from);
        self.arrived_all(at, act.raised_in.iter()).await?;
        let request = TopicRequest {
            line: self.line.to_owned(),
            post: self.post(at, act.post.as_ref()),
            message_type: act.message_type.clone(),
            kind: act.topic.clone(),
            title: act.title.clone(),
            raised_by: None,
            raised_in: act
                .raised_in
                .iter()
                .map(|label| self.place(label))
                .collect(),
            words: act.words.clone(),
        };
        let going = self.going(at).await;
        let released = self.service(at).raise_topic(request).await?;
        let words = quoted(act.words.as_ref());
        let what = format!("raises an {}: {}{words}", act.topic, act.title);
        self.entered(at, going, &released.place, &what, Some(&act.label))
            .await
    }

    pub(super) async fn position(&mut self, act: &Position) -> Result<(), Failure> {
        let at = self.at(&act.from);
        self.arrived_all(at, std::iter::once(&act.of).chain(&act.put_in))
            .await?;
        let request = PositionRequest {
            line: self.line.to_owned(),
            of: self.place(&act.of),
            post: self.post(at, act.post.as_ref()),
            words: Some(act.position.clone()),
            status: act.stands.clone(),
            put_in: act.put_in.iter().map(|label| self.place(label)).collect(),
        };
        let going = self.going(at).await;
        let released = self.service(at).state_position(request).await?;
        let status = act.stands.as_ref();
        let status =
            status.map_or_else(String::new, |status| format!(" ({status}, as it sees it)"));
        let what = format!(
            "position on {}: \"{}\"{status}",
            self.named(&act.of),
            act.position
        );
        self.entered(at, going, &released.place, &what, None).await
    }

    pub(super) async fn undertaking(&mut self, act: &Undertaking) -> Result<(), Failure> {
        let at = self.at(&act.from);
        self.arrived_all(at, std::iter::once(&act.taken_from).chain(&act.topics))
            .await?;
        let request = UndertakingRequest {
            line: self.line.to_owned(),
            from: self.place(&act.taken_from),
            post: self.post(at, act.post.as_ref()),
            who: self.party(&act.who),
            office: act.office.clone(),
            what: act.undertaking.clone(),
            by_ms: None,
            topics: act.topics.iter().map(|label| self.place(label)).collect(),
        };
        let going = self.going(at).await;
        let released = self.service(at).note_undertaking(request).await?;
        let what = format!(
            "undertaking of {}, from {}: {}",
            self.party(&act.who),
            self.named(&act.taken_from),
            act.undertaking
        );
        self.entered(at, going, &released.place, &what, Some(&act.label))
            .await
    }

    /// A side's own account: drafted, looked at for what it gives away, released.
    pub(super) async fn readout(&mut self, act: &Readout) -> Result<(), Failure> {
        let at = self.at(&act.from);
        let of = self.place(&act.of);
        self.arrived(at, &of).await?;
        let text = TextView {
            language: act.language.clone(),
            text: act.readout.clone(),
        };
        let drafted = self
            .service(at)
            .draft_readout(ReadoutRequest {
                line: self.line.to_owned(),
                of: of.clone(),
                post: self.post(at, act.post.as_ref()),
                texts: vec![text],
                quotes: Vec::new(),
            })
            .await?;
        if let Some(flag) = drafted.check.flags.first() {
            return Err(failed(format!("the readout gives away: {}", flag.sentence)));
        }
        let request = ReadoutReleaseRequest {
            line: self.line.to_owned(),
            of,
            content: drafted.content,
            confirm: Vec::new(),
        };
        let going = self.going(at).await;
        let released = self.service(at).release_readout(request).await?;
        let what = format!(
            "its own account of {}: \"{}\"",
            self.named(&act.of),
            act.readout
        );
        self.entered(at, going, &released.place, &what, Some(&act.label))
            .await
    }

    pub(super) async fn statement(&mut self, act: &Statement) -> Result<(), Failure> {
        let at = self.at(&act.from);
        let cited = act.discloses.iter().map(|(label, _)| label);
        self.arrived_all(at, cited).await?;
        let request = StatementRequest {
            line: self.line.to_owned(),
            post: self.post(at, act.post.as_ref()),
            message_type: act.message_type.clone(),
            title: act.title.clone(),
            texts: vec![TextView {
                language: act.language.clone(),
                text: act.statement.clone(),
            }],
            disclose: act
                .discloses
                .iter()
                .map(|(label, extent)| DisclosedView {
                    of: self.place(label),
                    extent: extent.clone(),
                })
                .collect(),
            confirm: Vec::new(),
        };
        let going = self.going(at).await;
        let released = self.service(at).make_statement(request).await?;
        let cites: Vec<String> = act
            .discloses
            .iter()
            .map(|(label, extent)| format!("{} {extent}", self.named(label)))
            .collect();
        let what = format!(
            "in public, \"{}\": \"{}\" [{}]",
            act.title,
            act.statement,
            cites.join(", ")
        );
        self.entered(at, going, &released.place, &what, Some(&act.label))
            .await
    }

    fn party(&self, key: &str) -> String {
        self.name(self.at(key)).to_owned()
    }

    fn setting(&self, setting: &Setting) -> SettingView {
        let participants = setting.participants.iter();
        SettingView {
            participants: participants
                .map(|(key, office)| format!("{}:{office}", self.party(key)))
                .collect(),
            location: setting.location.clone(),
            languages: setting.languages.clone(),
            interpreter: setting.interpreter.clone(),
        }
    }

    /// Waits until a side holds all that a step refers to.
    async fn arrived_all(
        &self,
        at: usize,
        labels: impl Iterator<Item = &String>,
    ) -> Result<(), Failure> {
        for label in labels {
            self.arrived(at, &self.place(label)).await?;
        }
        Ok(())
    }
}
