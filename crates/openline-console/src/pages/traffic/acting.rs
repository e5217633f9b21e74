//! Which of our posts acts on a line, and the form that says that a text was shown.

use maud::{Markup, html};
use openline_node::view::{EntryView, LineView, PostView};

use crate::failure::{Failed, OrFail as _};
use crate::kit;
use crate::visit::Visit;

/// Our side of a line: who we are there, and which of our posts has its watch.
pub(super) struct Ours {
    pub(super) name: String,
    pub(super) posts: Vec<String>,
    watched: Vec<PostView>,
}

impl Ours {
    pub(super) async fn on(visit: &Visit, line: &LineView) -> Result<Self, Failed> {
        let watch = visit.service.watch(Some(&line.id)).await.or_fail(visit)?;
        let own = line.parties.iter().find(|party| party.index == line.me);
        Ok(Self {
            name: own.map_or_else(String::new, |own| own.name.clone()),
            posts: own.map_or_else(Vec::new, |own| own.posts.clone()),
            watched: watch
                .posts
                .into_iter()
                .filter(|post| post.who.is_some())
                .collect(),
        })
    }

    /// The post that acts about a message: one that has its watch, an addressed one before others; else the first we have.
    pub(super) fn post_for(&self, view: &EntryView) -> String {
        self.on_watch_for(view)
            .or(self.posts.first().map(String::as_str))
            .unwrap_or_default()
            .to_owned()
    }

    /// The post on watch to which a message is shown.
    fn on_watch_for(&self, view: &EntryView) -> Option<&str> {
        let message = view.message.as_ref()?;
        let is_addressed = |post: &&PostView| {
            let ours = format!("{}:{}", self.name, post.post);
            message.to.contains(&ours) || message.info.contains(&ours)
        };
        let found = self
            .watched
            .iter()
            .find(is_addressed)
            .or(self.watched.first());
        found.map(|post| post.post.as_str())
    }
}

/// Says *shown* once the text is in view, for a post that has the watch, if that is not said yet.
pub(super) fn shown_form(visit: &Visit, line: &LineView, ours: &Ours, view: &EntryView) -> Markup {
    let is_said = view
        .ladder
        .iter()
        .any(|rung| rung.stage == "shown" && rung.party == line.me);
    let Some(message) = view
        .message
        .as_ref()
        .filter(|_| view.brief.party != line.me && !is_said)
    else {
        return html! {};
    };
    let Some(post) = ours.on_watch_for(view) else {
        return html! { p.note { (visit.say("shown-nobody")) } };
    };
    let text = format!("text-{}", view.brief.place.replace('/', "-"));
    let languages: Vec<&str> = message
        .texts
        .iter()
        .map(|text| text.language.as_str())
        .collect();
    html! {
        form.act method="post" action="/act/shown" data-shown=(text) {
            (kit::hidden("mark", &visit.mark))
            (kit::hidden("back", &visit.setting.path))
            (kit::hidden("line", &line.id))
            (kit::hidden("of", &view.brief.place))
            (kit::hidden("post", post))
            (kit::hidden("languages:list", &languages.join(",")))
            button.quiet type="submit" { (visit.say("shown-button")) }
        }
    }
}
