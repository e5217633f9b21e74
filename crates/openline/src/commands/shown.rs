//! Saying that a message was shown: only once it really was on a terminal, and only for a post that is on watch.

use openline_node::view::{EntryView, LineView, PostView, ReceiptView, ShownRequest, WatchView};

use crate::client::{Client, part};
use crate::failure::Failure;
use crate::output::Output;

/// A person's terminal has just printed the message: says so to the record, unless that is said already.
pub(super) fn say_shown(client: &Client, view: &EntryView, output: Output) -> Result<(), Failure> {
    let Some(message) = view.message.as_ref().filter(|_| output.is_rendered()) else {
        return Ok(());
    };
    let line: LineView = client.get(&format!("/v1/lines/{}", part(&view.brief.line)))?;
    let own = line.parties.iter().find(|party| party.index == line.me);
    let own = own.map_or("", |party| party.name.as_str());
    let is_said = view
        .ladder
        .iter()
        .any(|rung| rung.stage == "shown" && rung.party == line.me);
    if view.brief.party == line.me || is_said {
        return Ok(());
    }
    let watch: WatchView = client.get(&format!("/v1/watch?line={}", part(&line.id)))?;
    let attended = || watch.posts.iter().filter(|post| post.who.is_some());
    let is_addressed = |post: &&PostView| {
        let ours = format!("{own}:{}", post.post);
        message.to.contains(&ours) || message.info.contains(&ours)
    };
    let Some(post) = attended().find(is_addressed).or_else(|| attended().next()) else {
        output.note("note: not recorded as shown: no post of ours has the watch on this line (openline watch take)");
        return Ok(());
    };
    let texts = message.texts.iter();
    let request = ShownRequest {
        line: line.id.clone(),
        of: view.brief.place.clone(),
        post: post.post.clone(),
        languages: texts.map(|text| text.language.clone()).collect(),
        time_ms: None,
        words: None,
    };
    let given: ReceiptView = client.post("/v1/shown", &request)?;
    output.note(&match &given.place {
        Some(place) => format!("Recorded: shown to {}, entry {place}.", post.post),
        None => format!(
            "Kept: shown to {}; it is written when it can be.",
            post.post
        ),
    });
    Ok(())
}
