//! The watch: taking it, handing it over, giving it up, and who has it. All of it stays on this machine.

use openline_core::LineId;
use openline_core::body::is_language;
use openline_core::limits::LANGUAGES_MAX;
use openline_core::watch::PostWatch;
use openline_desk::rota;

use super::names::line_for;
use super::rota::shift_view;
use super::{Answer, Service};
use crate::audit::{Act, Deed};
use crate::engine::Engine;
use crate::error::ServiceError;
use crate::identity::wall_ms;
use crate::officers::{Actor, Role};
use crate::view::{
    HandOverRequest, HandoverNoteView, PastWatchView, PostView, PostsRequest, SaidView,
    StandDownRequest, TakeWatchRequest, WatchView,
};
use crate::watch::post::{
    Ending, HANDOVER_NOTE_MAX, HandoverNote, PastWatch, PostLog, Taking, WHO_MAX,
};

impl Service {
    /// Whether somebody has the watch of one of our posts now.
    ///
    /// # Errors
    /// [`ServiceError::Unavailable`]
    pub async fn is_on_watch(&self, line: LineId, post: &str) -> Answer<bool> {
        let post = post.to_owned();
        self.engine(move |engine| Ok(engine.is_on_watch(&line, &post)))
            .await
    }

    /// What the charter lets the other parties know of our posts on a line now; never who has the watch.
    ///
    /// # Errors
    /// [`ServiceError::Unavailable`]
    pub async fn posts_on_watch(&self, line: LineId) -> Answer<Vec<PostWatch>> {
        self.engine(move |engine| Ok(engine.posts_on_watch(&line)))
            .await
    }

    /// The watch of a post on this line has changed: whoever follows events is told, and so are the other parties as far as the
    /// charter lets them be. Called after every change, also when a watch is over by itself.
    pub(crate) async fn watch_changed(&self, line: LineId) {
        let told = self.engine(move |engine| {
            engine.watch_changed(&line);
            Ok(())
        });
        if let Err(error) = told.await {
            tracing::debug!(%error, "a change of the watch was not told");
        }
    }

    /// Who has the watch of our posts, on one line or on all, and where that is not as the rota says.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] for an unknown line.
    pub async fn watch(&self, line: Option<&str>) -> Answer<WatchView> {
        let (line, actor) = (line.map(str::to_owned), self.actor.clone());
        self.engine(move |engine| {
            let lines = match line {
                Some(name) => vec![line_for(engine, &actor, &name)?],
                None => seen_lines(engine, &actor),
            };
            Ok(watch_view(engine, &lines, wall_ms()))
        })
        .await
    }

    /// Takes the watch of a post, on all the lines named or on none.
    ///
    /// # Errors
    /// [`ServiceError::Conflict`] if somebody else has it, or a handover note has not been read.
    pub async fn take_watch(&self, request: TakeWatchRequest) -> Answer<WatchView> {
        check_taking(&request)?;
        let officer = self.officer_name();
        self.change(Act::TakeWatch, request.posts, move |log, now| {
            let taking = Taking {
                who: &request.who,
                officer: officer.as_deref(),
                until: request.until_ms,
                languages: &request.languages,
                notes_read: &request.notes_read,
                relieves: request.relieve,
            };
            log.take(&taking, now)
        })
        .await
    }

    /// Leaves a handover note; the watch is held until the other officer takes it.
    ///
    /// # Errors
    /// [`ServiceError::Conflict`] if nobody has it, or another officer does.
    pub async fn hand_over_watch(&self, request: HandOverRequest) -> Answer<WatchView> {
        check_who(&request.to)?;
        check_note(&request.note)?;
        let officer = self.officer_name();
        self.change(Act::HandOverWatch, request.posts, move |log, now| {
            log.hand_over(officer.as_deref(), &request.to, &request.note, now)
        })
        .await
    }

    /// Gives the watch up: the post is unattended then.
    ///
    /// # Errors
    /// [`ServiceError::Conflict`] if nobody has it, or another officer does.
    pub async fn stand_down(&self, request: StandDownRequest) -> Answer<WatchView> {
        if let Some(note) = &request.note {
            check_note(note)?;
        }
        let officer = self.officer_name();
        self.change(Act::StandDown, request.posts, move |log, now| {
            log.stand_down(officer.as_deref(), request.note.as_deref(), now)
        })
        .await
    }

    /// Who had the watch, newest first; at most `limit`.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] for an unknown line.
    pub async fn watch_history(
        &self,
        line: Option<&str>,
        post: Option<&str>,
        limit: usize,
    ) -> Answer<Vec<PastWatchView>> {
        let (line, post) = (line.map(str::to_owned), post.map(str::to_owned));
        let actor = self.actor.clone();
        self.engine(move |engine| {
            let lines: Vec<LineId> = match line {
                Some(name) => vec![line_for(engine, &actor, &name)?],
                None => seen_lines(engine, &actor),
            };
            let mut views = Vec::new();
            for line in lines {
                let posts = engine.own_posts(&line);
                let wanted = posts
                    .iter()
                    .filter(|own| post.as_ref().is_none_or(|p| p == *own));
                for post in wanted {
                    views.extend(history_of(engine, &line, post, wall_ms()));
                }
            }
            views.sort_by_key(|view| std::cmp::Reverse(view.from_ms));
            views.truncate(limit);
            Ok(views)
        })
        .await
    }

    /// The officer who acts; none for an administrator.
    fn officer_name(&self) -> Option<String> {
        match &self.actor {
            Actor::Officer(name) => Some(name.to_string()),
            Actor::Administrator | Actor::Node => None,
        }
    }

    /// Changes the watch on all the lines named or on none, tells of it, and shows what is then.
    async fn change(
        &self,
        act: Act,
        posts: PostsRequest,
        change: impl Fn(&mut PostLog, i64) -> Result<(), crate::watch::post::NotDone> + Send + 'static,
    ) -> Answer<WatchView> {
        let actor = self.actor.clone();
        let (lines, view) = self
            .engine(move |engine| {
                let lines = lines_of(engine, &actor, &posts)?;
                let deed = Deed::new(act).to(posts.post.as_str());
                let deed = match lines[..] {
                    [line] => deed.on(line),
                    _ => deed.detail(format!("on {} lines", lines.len())),
                };
                engine.act(&actor, &[Role::DutyOfficer], &deed, |engine| {
                    for line in &lines {
                        engine.require(&actor, &[Role::DutyOfficer], Some(line))?;
                    }
                    let now = wall_ms();
                    engine.change_watch(&lines, &posts.post, |log| change(log, now))?;
                    let mut view = watch_view(engine, &lines, now);
                    view.posts.retain(|view| view.post == posts.post);
                    Ok((lines, view))
                })
            })
            .await?;
        for line in lines {
            self.watch_changed(line).await;
        }
        Ok(view)
    }
}

fn seen_lines(engine: &Engine, actor: &Actor) -> Vec<LineId> {
    let all = engine.founded.keys().copied();
    all.filter(|line| engine.sees(actor, line)).collect()
}

/// The lines that are meant, each of which has the post.
fn lines_of(engine: &mut Engine, actor: &Actor, request: &PostsRequest) -> Answer<Vec<LineId>> {
    if request.all_lines {
        let mut lines = seen_lines(engine, actor);
        lines.retain(|line| engine.own_posts(line).contains(&request.post));
        if lines.is_empty() {
            return Err(ServiceError::NotFound(format!(
                "we have the post \"{}\" on no line; openline watch show lists our posts",
                request.post
            )));
        }
        return Ok(lines);
    }
    let mut lines = Vec::new();
    for name in &request.lines {
        let line = line_for(engine, actor, name)?;
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    if lines.is_empty() {
        let mut all = seen_lines(engine, actor).into_iter();
        match (all.next(), all.next()) {
            (Some(only), None) => lines.push(only),
            (None, _) => {
                return Err(ServiceError::NotFound(
                    "there are no lines yet: openline charter propose --help".to_owned(),
                ));
            }
            _ => {
                return Err(ServiceError::Unusable(
                    "there is more than one line: name them, or take all (openline watch take --all-lines)"
                        .to_owned(),
                ));
            }
        }
    }
    let lacks_post = |line: &&LineId| !engine.own_posts(line).contains(&request.post);
    match lines.iter().find(lacks_post) {
        None => Ok(lines),
        Some(line) => Err(ServiceError::NotFound(format!(
            "the charter of \"{}\" gives us no post \"{}\"; our posts there are {}",
            engine.title(line),
            request.post,
            engine.own_posts(line).join(", ")
        ))),
    }
}

fn check_taking(request: &TakeWatchRequest) -> Answer<()> {
    check_who(&request.who)?;
    if let Some(wrong) = request.languages.iter().find(|tag| !is_language(tag)) {
        return Err(ServiceError::Unusable(format!(
            "\"{wrong}\" is not a language; give tags such as en or pt-BR"
        )));
    }
    if request.languages.len() > LANGUAGES_MAX {
        return Err(ServiceError::Unusable(format!(
            "at most {LANGUAGES_MAX} languages can be on watch"
        )));
    }
    if request.until_ms.is_some_and(|until| until <= wall_ms()) {
        let words = "the watch would be over already; give a later time";
        return Err(ServiceError::Unusable(words.to_owned()));
    }
    Ok(())
}

fn check_who(who: &str) -> Answer<()> {
    let is_name =
        (1..=WHO_MAX).contains(&who.len()) && !who.contains(char::is_control) && who.trim() == who;
    if is_name {
        return Ok(());
    }
    Err(ServiceError::Unusable(format!(
        "give a name or an office, of at most {WHO_MAX} bytes, without line breaks and without space at its ends"
    )))
}

fn check_note(note: &str) -> Answer<()> {
    if (1..=HANDOVER_NOTE_MAX).contains(&note.len()) {
        return Ok(());
    }
    Err(ServiceError::Unusable(format!(
        "a handover note has at least one letter and at most {HANDOVER_NOTE_MAX} bytes"
    )))
}

fn watch_view(engine: &Engine, lines: &[LineId], now: i64) -> WatchView {
    let mut posts = Vec::new();
    for line in lines {
        let own = engine.own_posts(line);
        posts.extend(
            own.into_iter()
                .map(|post| post_view(engine, line, post, now)),
        );
    }
    let gaps = engine.watch_gaps(now).into_iter();
    let findings = gaps
        .filter(|(line, _, _)| lines.contains(line))
        .map(|(line, post, gap)| engine.gap_said(&line, &post, &gap));
    WatchView {
        posts,
        findings: findings.collect(),
    }
}

fn post_view(engine: &Engine, line: &LineId, post: String, now: i64) -> PostView {
    let log = engine.watches.of(line, &post);
    let holder = log.and_then(|log| log.holder(now));
    let shifts = engine.watches.rota().map_or(&[][..], |rota| &rota.shifts);
    PostView {
        line: line.to_string(),
        title: engine.title(line),
        who: holder.map(|holder| holder.who.clone()),
        since_ms: holder.map(|holder| holder.since),
        until_ms: holder.and_then(|holder| holder.until),
        languages: holder.map_or_else(Vec::new, |holder| holder.languages.clone()),
        ended_ms: log.and_then(|log| log.ended(now)),
        note: log.and_then(PostLog::note).map(note_view),
        rota: rota::on_at(shifts, &post, now).map(shift_view),
        next: rota::next_after(shifts, &post, now).map(shift_view),
        post,
    }
}

fn note_view(note: &HandoverNote) -> HandoverNoteView {
    HandoverNoteView {
        id: note.id.clone(),
        from: note.from.clone(),
        to: note.to.clone(),
        at_ms: note.at,
        text: note.text.clone(),
    }
}

fn history_of(engine: &Engine, line: &LineId, post: &str, now: i64) -> Vec<PastWatchView> {
    let Some(log) = engine.watches.of(line, post) else {
        return Vec::new();
    };
    let mut log = log.clone();
    log.settle(now);
    let title = engine.title(line);
    let view = |past: &PastWatch| PastWatchView {
        line: line.to_string(),
        title: title.clone(),
        post: post.to_owned(),
        who: past.holder.who.clone(),
        from_ms: past.holder.since,
        until_ms: Some(past.ended),
        languages: past.holder.languages.clone(),
        ending: Some(ending_said(&past.ending)),
        note: past.note.clone(),
    };
    let present = log.holder(now).map(|holder| PastWatchView {
        line: line.to_string(),
        title: title.clone(),
        post: post.to_owned(),
        who: holder.who.clone(),
        from_ms: holder.since,
        until_ms: None,
        languages: holder.languages.clone(),
        ending: None,
        note: None,
    });
    log.past().iter().map(view).chain(present).collect()
}

fn ending_said(ending: &Ending) -> SaidView {
    match ending {
        Ending::HandedOver { to } => {
            SaidView::new("handed-over", format!("handed over to {to}")).with("who", to)
        }
        Ending::Relieved { by } => {
            SaidView::new("relieved", format!("relieved by {by}")).with("who", by)
        }
        Ending::StoodDown => SaidView::new("stood-down", "stood down"),
        Ending::Over => SaidView::new("time-over", "its time was over"),
    }
}
