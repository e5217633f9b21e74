//! One alert, and the words that leave the node for it.

use std::borrow::Cow;
use std::time::Duration;

use openline_core::Hash;
use openline_core::charter::CharterTerms;
use openline_core::entry::MessageType;
use openline_core::message::{Message, Precedence};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::kind::AlertKind;

/// Longest id that is kept as it is, bytes.
const ID_MAX: usize = 256;
/// A failing channel is told again after this time.
const DAY: Duration = Duration::from_secs(86_400);

/// What makes an alert the same alert when it is raised again, such as `flash/LINE/1/12`. It does not leave the node.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct AlertId(String);

impl AlertId {
    /// An id of the caller's making. One that is too long is kept as its hash.
    #[must_use]
    pub fn new(id: impl Into<String>) -> Self {
        let id: String = id.into();
        if id.len() <= ID_MAX {
            return Self(id);
        }
        Self(Hash::of(&[b"openline/alert-id/v1\n", id.as_bytes()]).to_string())
    }

    /// The id.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What the outside is told in its place, so that a receiver knows a repetition.
    #[must_use]
    pub fn reference(&self) -> String {
        let hash = Hash::of(&[b"openline/alert/v1\n", self.0.as_bytes()]);
        openline_core::id::hex(&hash.0[..8])
    }
}

/// What has happened, without content: no subject, text, field, person, key or address has a place in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alert {
    /// What makes it the same alert when it is raised again.
    pub id: AlertId,
    /// What has happened.
    pub kind: AlertKind,
    /// The line's title.
    line: Option<String>,
    /// The line's level.
    level: Option<String>,
    /// The post that is called; without one, all are.
    pub post: Option<String>,
    #[serde(with = "precedence_word")]
    precedence: Option<Precedence>,
    #[serde(with = "type_word")]
    message_type: MessageType,
    /// A line's state, in one of the program's own words.
    state: Option<Cow<'static, str>>,
    /// The channel that fails or is tried out.
    pub(super) channel: Option<String>,
    /// Since when, ms since 1970 UTC.
    since_ms: i64,
    /// Raised again after this time while it is open, it is sent again.
    pub(super) repeat_after: Option<Duration>,
}

impl Alert {
    /// An alert of real traffic that concerns every post, unless the other methods say otherwise.
    #[must_use]
    pub fn new(kind: AlertKind, id: AlertId, since_ms: i64) -> Self {
        Self {
            id,
            kind,
            line: None,
            level: None,
            post: None,
            precedence: None,
            message_type: MessageType::Real,
            state: None,
            channel: None,
            since_ms,
            repeat_after: None,
        }
    }

    /// An alert about a message: takes its precedence and nothing else of it.
    #[must_use]
    pub fn of_message(
        kind: AlertKind,
        id: AlertId,
        terms: &CharterTerms,
        message: &Message,
        message_type: MessageType,
        since_ms: i64,
    ) -> Self {
        Self::new(kind, id, since_ms)
            .on_line(terms)
            .traffic(message.precedence, message_type)
    }

    /// The line that it is about.
    #[must_use]
    pub fn on_line(mut self, terms: &CharterTerms) -> Self {
        self.line = Some(plain(&terms.title));
        self.level = Some(plain(&terms.level));
        self
    }

    /// The post that is called.
    #[must_use]
    pub fn for_post(mut self, post: &str) -> Self {
        self.post = Some(plain(post));
        self
    }

    /// Precedence and type of the traffic that it is about.
    #[must_use]
    pub fn traffic(mut self, precedence: Precedence, message_type: MessageType) -> Self {
        self.precedence = Some(precedence);
        self.message_type = message_type;
        self
    }

    /// Type of what it is about, where there is no precedence.
    #[must_use]
    pub fn of_type(mut self, message_type: MessageType) -> Self {
        self.message_type = message_type;
        self
    }

    /// The line's state; a word of the program, since nothing else may leave.
    #[must_use]
    pub fn in_state(mut self, state: &'static str) -> Self {
        self.state = Some(Cow::Borrowed(state));
        self
    }

    /// Raised again after this time while it is still open, it is sent again.
    #[must_use]
    pub fn repeating(mut self, after: Duration) -> Self {
        self.repeat_after = Some(after);
        self
    }

    /// A channel that fails, told to the others.
    pub(super) fn channel_failing(channel: &str, since_ms: i64) -> Self {
        let id = AlertId::new(format!("channel/{channel}"));
        let mut alert = Self::new(AlertKind::ChannelFailing, id, since_ms).repeating(DAY);
        alert.channel = Some(channel.to_owned());
        alert
    }

    /// A channel that is tried out.
    pub(super) fn channel_test(channel: &str, now_ms: i64) -> Self {
        let id = AlertId::new(format!("channel-test/{channel}"));
        let mut alert = Self::new(AlertKind::ChannelTest, id, now_ms).of_type(MessageType::Test);
        alert.channel = Some(channel.to_owned());
        alert
    }

    /// The line's title.
    pub(super) fn line(&self) -> Option<&str> {
        self.line.as_deref()
    }

    /// The more urgent, the smaller. Exercises and tests come after what is real.
    pub(super) fn urgency(&self) -> (MessageType, AlertKind) {
        (self.message_type, self.kind)
    }

    /// Kind and precedence in one line. Its first word tells real, exercise and test apart.
    #[must_use]
    pub fn headline(&self) -> String {
        let first = match self.message_type {
            MessageType::Real => "ALERT",
            MessageType::Exercise => "EXERCISE",
            MessageType::Test => "TEST",
        };
        let precedence = self
            .precedence
            .map_or_else(String::new, |p| format!(" ({})", p.word()));
        let state = self
            .state
            .as_ref()
            .map_or_else(String::new, |state| format!(": {state}"));
        format!("{first}: {}{state}{precedence}", self.kind.word())
    }

    /// What leaves the node, in order: a name for programs, and the value.
    #[must_use]
    pub fn facts(&self) -> Vec<(&'static str, String)> {
        let mut facts = vec![
            ("reference", self.id.reference()),
            ("headline", self.headline()),
            ("kind", self.kind.word().to_owned()),
            ("type", self.message_type.word().to_owned()),
        ];
        let given = [
            ("precedence", self.precedence.map(|p| p.word().to_owned())),
            ("line", self.line.clone()),
            ("level", self.level.clone()),
            ("post", self.post.clone()),
            ("state", self.state.as_ref().map(ToString::to_string)),
            ("channel", self.channel.clone()),
        ];
        facts.extend(
            given
                .into_iter()
                .filter_map(|(name, value)| Some((name, value?))),
        );
        facts.push(("since", utc(self.since_ms)));
        facts.push(("do", self.kind.what_to_do().to_owned()));
        facts
    }

    /// What leaves the node, as JSON.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut object = json!({ "schema": "openline/alert/v1" });
        for (name, value) in self.facts() {
            object[name] = value.into();
        }
        object.to_string()
    }

    /// What leaves the node, as text for a person.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = format!("{}\n\n{}\n\n", self.headline(), self.kind.sentence());
        let labels = [
            ("line", "Line"),
            ("level", "Level"),
            ("post", "Post"),
            ("state", "State"),
            ("channel", "Channel"),
            ("precedence", "Precedence"),
            ("type", "Type"),
            ("since", "Since"),
            ("do", "Do"),
            ("reference", "Reference"),
        ];
        let facts = self.facts();
        for (name, label) in labels {
            if let Some((_, value)) = facts.iter().find(|(known, _)| *known == name) {
                text.push_str(&format!("{label}: {value}\n"));
            }
        }
        text
    }
}

/// A time as the outside reads it, to the second.
fn utc(ms: i64) -> String {
    jiff::Timestamp::from_millisecond(ms).map_or_else(
        |_| format!("{ms} ms"),
        |at| at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
    )
}

/// A name without characters that could break a line or turn the direction of reading.
fn plain(text: &str) -> String {
    let is_turning = |c: char| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    text.chars()
        .map(|c| {
            if c.is_control() || is_turning(c) {
                ' '
            } else {
                c
            }
        })
        .collect()
}

mod precedence_word {
    use openline_core::message::Precedence;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(super) fn serialize<S: Serializer>(
        value: &Option<Precedence>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        value.map(Precedence::word).serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Precedence>, D::Error> {
        let word = Option::<String>::deserialize(deserializer)?;
        word.map(|word| {
            Precedence::from_word(&word)
                .ok_or_else(|| serde::de::Error::custom("no such precedence"))
        })
        .transpose()
    }
}

mod type_word {
    use openline_core::entry::MessageType;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(
        value: &MessageType,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(value.word())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<MessageType, D::Error> {
        let word = String::deserialize(deserializer)?;
        [MessageType::Real, MessageType::Exercise, MessageType::Test]
            .into_iter()
            .find(|value| value.word() == word)
            .ok_or_else(|| serde::de::Error::custom("no such type"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn alert(message_type: MessageType) -> Alert {
        Alert::new(AlertKind::FlashArrived, AlertId::new("flash/a/1/2"), 0)
            .traffic(Precedence::Flash, message_type)
    }

    #[test]
    fn the_first_word_tells_real_exercise_and_test_apart() {
        assert_eq!(
            alert(MessageType::Real).headline(),
            "ALERT: flash arrived (flash)"
        );
        assert_eq!(
            alert(MessageType::Exercise).headline(),
            "EXERCISE: flash arrived (flash)"
        );
        assert_eq!(
            alert(MessageType::Test).headline(),
            "TEST: flash arrived (flash)"
        );
        let cut = Alert::new(AlertKind::LineState, AlertId::new("x"), 0).in_state("cut");
        assert_eq!(cut.headline(), "ALERT: line state changed: cut");
    }

    #[test]
    fn an_id_does_not_leave_and_a_reference_stays_the_same() {
        let alert = alert(MessageType::Real);
        let (json, text) = (alert.to_json(), alert.to_text());
        assert!(!json.contains("flash/a") && !text.contains("flash/a"));
        assert!(json.contains(&alert.id.reference()) && text.contains(&alert.id.reference()));
        let long = AlertId::new("x".repeat(ID_MAX + 1));
        assert_eq!(long.as_str().len(), 64);
    }

    #[test]
    fn a_title_breaks_no_line() {
        assert_eq!(plain("a\r\nBcc: x\u{202e}y"), "a  Bcc: x y");
    }

    #[test]
    fn what_is_kept_reads_back() {
        let alert = alert(MessageType::Exercise)
            .for_post("watch")
            .in_state("cut")
            .repeating(Duration::from_secs(5));
        let bytes = serde_json::to_vec(&alert).expect("plain data");
        let back: Alert = serde_json::from_slice(&bytes).expect("own output");
        assert_eq!(back, alert);
    }
}
