//! The watch and the rota. Local: nothing of it goes to another party but what the charter lets be told of a post.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::SaidView;

/// Who has the watch, and where that is not as it should be.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct WatchView {
    /// Our posts, by line.
    pub posts: Vec<PostView>,
    /// Where the watch is not as the rota says, in sentences.
    pub findings: Vec<SaidView>,
}

/// The watch of one of our posts on one line.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct PostView {
    /// Line id.
    pub line: String,
    /// The line's title.
    pub title: String,
    /// The post.
    pub post: String,
    /// Who has the watch; none when the post is unattended.
    pub who: Option<String>,
    /// Since when, ms.
    pub since_ms: Option<i64>,
    /// When it is over by itself, ms.
    pub until_ms: Option<i64>,
    /// Languages on watch.
    pub languages: Vec<String>,
    /// When the post was last attended, ms, if it is not and ever was.
    pub ended_ms: Option<i64>,
    /// The note that waits for the next officer.
    pub note: Option<HandoverNoteView>,
    /// To whom the rota gives the watch now.
    pub rota: Option<ShiftView>,
    /// To whom it gives it next.
    pub next: Option<ShiftView>,
}

/// What an officer leaves for the next one.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct HandoverNoteView {
    /// Names the note: who takes the watch names it as read.
    pub id: String,
    /// Who wrote it.
    pub from: String,
    /// For whom.
    pub to: Option<String>,
    /// When, ms.
    pub at_ms: i64,
    /// The words.
    pub text: String,
}

/// Which of our posts is meant.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PostsRequest {
    /// The post.
    pub post: String,
    /// Lines: ids, beginnings of ids, or titles. May be left out when there is only one.
    #[serde(default)]
    pub lines: Vec<String>,
    /// Every line on which we have the post.
    #[serde(default)]
    pub all_lines: bool,
}

/// Taking the watch.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TakeWatchRequest {
    /// Which posts.
    pub posts: PostsRequest,
    /// A name or an office; it stays on this machine.
    pub who: String,
    /// When the watch is over by itself, ms.
    #[serde(default)]
    pub until_ms: Option<i64>,
    /// Languages on watch.
    #[serde(default)]
    pub languages: Vec<String>,
    /// Ids of the handover notes that have been read.
    #[serde(default)]
    pub notes_read: Vec<String>,
    /// Take it even if somebody else has it who has not handed it over.
    #[serde(default)]
    pub relieve: bool,
}

/// Handing the watch over. It is held until the other takes it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HandOverRequest {
    /// Which posts.
    pub posts: PostsRequest,
    /// To whom.
    pub to: String,
    /// What the next officer must know.
    pub note: String,
}

/// Giving the watch up.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StandDownRequest {
    /// Which posts.
    pub posts: PostsRequest,
    /// What the next officer must know.
    #[serde(default)]
    pub note: Option<String>,
}

/// A watch that has been had, or is.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct PastWatchView {
    /// Line id.
    pub line: String,
    /// The line's title.
    pub title: String,
    /// The post.
    pub post: String,
    /// Who had it.
    pub who: String,
    /// From when, ms.
    pub from_ms: i64,
    /// Until when, ms; none while it lasts.
    pub until_ms: Option<i64>,
    /// Languages on watch.
    pub languages: Vec<String>,
    /// How it ended, in words.
    pub ending: Option<SaidView>,
    /// The note left at its end.
    pub note: Option<String>,
}

/// A calendar to import as the rota, in place of the one that is there.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RotaRequest {
    /// The iCalendar file's text.
    pub calendar: String,
    /// The zone of events that name none; UTC if left out.
    #[serde(default)]
    pub zone: Option<String>,
    /// The post of events that name none.
    #[serde(default)]
    pub post: Option<String>,
}

/// The rota for a stretch of time.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct RotaView {
    /// From when, ms.
    pub from_ms: i64,
    /// Until when, ms.
    pub until_ms: i64,
    /// When the calendar was imported, ms; none if there is no rota.
    pub imported_ms: Option<i64>,
    /// The shifts, by their beginnings.
    pub shifts: Vec<ShiftView>,
    /// Stretches in which a post of ours is given to nobody.
    pub holes: Vec<HoleView>,
    /// Posts of the rota that we have on no line.
    pub unknown_posts: Vec<String>,
}

/// Somebody is to have the watch of a post for a time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ShiftView {
    /// The post.
    pub post: String,
    /// A person or a team.
    pub who: String,
    /// From when, ms.
    pub from_ms: i64,
    /// Until when, ms.
    pub until_ms: i64,
}

/// A stretch in which the rota gives a post to nobody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HoleView {
    /// The post.
    pub post: String,
    /// From when, ms.
    pub from_ms: i64,
    /// Until when, ms.
    pub until_ms: i64,
}
