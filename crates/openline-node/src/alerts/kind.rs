//! What an alert can be about.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// What has happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "&'static str")]
pub enum AlertKind {
    /// Traffic that concerns lives has arrived; it rings every post.
    SafetyOfLife,
    /// A message of precedence flash has arrived.
    FlashArrived,
    /// The clock for *stored* has run out.
    NotStored,
    /// The clock for *shown* has run out.
    NotShown,
    /// The clock for *acknowledged* has run out.
    NotAcknowledged,
    /// It was not answered by the time that was promised.
    NotAnswered,
    /// A line is in another state.
    LineState,
    /// A post that should be on watch is not.
    WatchUnattended,
    /// A scheduled test was not sent, or not answered.
    TestMissed,
    /// Alerts do not get out over a channel; told over the others.
    ChannelFailing,
    /// A channel is tried out.
    ChannelTest,
    /// People are called as if it were real, to see whether they come.
    Drill,
}

/// Kinds that are asked for together in `openline.toml`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AlertClass {
    /// What concerns one message.
    Messages,
    /// What concerns a line as a whole.
    Lines,
    /// What concerns the people on watch.
    Watch,
    /// What concerns the channels; every channel takes these.
    Channels,
    /// Drills.
    Drills,
}

impl AlertClass {
    const ALL: [Self; 5] = [
        Self::Messages,
        Self::Lines,
        Self::Watch,
        Self::Channels,
        Self::Drills,
    ];

    /// The word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Messages => "messages",
            Self::Lines => "lines",
            Self::Watch => "watch",
            Self::Channels => "channels",
            Self::Drills => "drills",
        }
    }

    /// The class of a word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.word() == word)
    }
}

impl AlertKind {
    /// Every kind, the most urgent first.
    pub const ALL: [Self; 12] = [
        Self::SafetyOfLife,
        Self::FlashArrived,
        Self::NotStored,
        Self::NotShown,
        Self::NotAcknowledged,
        Self::NotAnswered,
        Self::LineState,
        Self::WatchUnattended,
        Self::TestMissed,
        Self::ChannelFailing,
        Self::ChannelTest,
        Self::Drill,
    ];

    /// The word for it, in configuration, payloads and lists.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::SafetyOfLife => "safety of life",
            Self::FlashArrived => "flash arrived",
            Self::NotStored => "not stored in time",
            Self::NotShown => "not shown in time",
            Self::NotAcknowledged => "not acknowledged in time",
            Self::NotAnswered => "not answered as promised",
            Self::LineState => "line state changed",
            Self::WatchUnattended => "watch unattended",
            Self::TestMissed => "test missed",
            Self::ChannelFailing => "alert channel failing",
            Self::ChannelTest => "alert channel test",
            Self::Drill => "drill",
        }
    }

    /// The kind of a word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }

    /// The class that it belongs to.
    #[must_use]
    pub fn class(self) -> AlertClass {
        match self {
            Self::SafetyOfLife
            | Self::FlashArrived
            | Self::NotStored
            | Self::NotShown
            | Self::NotAcknowledged
            | Self::NotAnswered => AlertClass::Messages,
            Self::LineState | Self::TestMissed => AlertClass::Lines,
            Self::WatchUnattended => AlertClass::Watch,
            Self::ChannelFailing | Self::ChannelTest => AlertClass::Channels,
            Self::Drill => AlertClass::Drills,
        }
    }

    /// What has happened, in a sentence.
    #[must_use]
    pub fn sentence(self) -> &'static str {
        match self {
            Self::SafetyOfLife => "Traffic that concerns the safety of life has arrived.",
            Self::FlashArrived => "A message of precedence flash has arrived.",
            Self::NotStored => "A message has not reached the other side's node in time.",
            Self::NotShown => "A message was not shown to anybody on watch in time.",
            Self::NotAcknowledged => "A message was not acknowledged in time.",
            Self::NotAnswered => "A message was not answered by the time that was promised.",
            Self::LineState => "The state of a line has changed.",
            Self::WatchUnattended => "A post that should be on watch is unattended.",
            Self::TestMissed => "A scheduled test of a line was missed.",
            Self::ChannelFailing => "Alerts do not get out over one of this node's channels.",
            Self::ChannelTest => "This node tries out whether its alerts get through.",
            Self::Drill => "A drill: come as if it were real.",
        }
    }

    /// What whoever gets the alert shall do.
    #[must_use]
    pub fn what_to_do(self) -> &'static str {
        match self {
            Self::SafetyOfLife
            | Self::FlashArrived
            | Self::NotStored
            | Self::NotShown
            | Self::NotAcknowledged
            | Self::NotAnswered
            | Self::Drill => "open the console or run: openline inbox",
            Self::LineState | Self::WatchUnattended | Self::TestMissed => {
                "open the console or run: openline status"
            }
            Self::ChannelFailing => "open the console or run: openline alert list",
            Self::ChannelTest => "nothing, if you can read this",
        }
    }

    /// How long an alert is tried on each channel before it counts as not delivered.
    pub(super) fn deadline(self) -> Duration {
        const HOUR: u64 = 3600;
        let seconds = match self {
            Self::SafetyOfLife
            | Self::FlashArrived
            | Self::NotStored
            | Self::NotShown
            | Self::NotAcknowledged
            | Self::NotAnswered
            | Self::ChannelFailing => 24 * HOUR,
            Self::LineState | Self::WatchUnattended | Self::TestMissed => 6 * HOUR,
            Self::Drill => HOUR,
            Self::ChannelTest => 600,
        };
        Duration::from_secs(seconds)
    }

    /// The longest wait between two tries.
    pub(super) fn retry_max(self) -> Duration {
        match self {
            Self::SafetyOfLife
            | Self::FlashArrived
            | Self::NotStored
            | Self::NotShown
            | Self::NotAcknowledged
            | Self::NotAnswered => Duration::from_secs(30),
            Self::LineState
            | Self::WatchUnattended
            | Self::TestMissed
            | Self::ChannelFailing
            | Self::ChannelTest
            | Self::Drill => Duration::from_secs(300),
        }
    }
}

impl TryFrom<String> for AlertKind {
    type Error = String;

    fn try_from(word: String) -> Result<Self, String> {
        Self::from_word(&word).ok_or_else(|| format!("\"{word}\" is no kind of alert"))
    }
}

impl From<AlertKind> for &'static str {
    fn from(kind: AlertKind) -> Self {
        kind.word()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_kind_and_no_class_share_a_word() {
        for kind in AlertKind::ALL {
            assert_eq!(AlertKind::from_word(kind.word()), Some(kind));
            assert_eq!(AlertClass::from_word(kind.word()), None);
        }
        for class in AlertClass::ALL {
            assert_eq!(AlertClass::from_word(class.word()), Some(class));
        }
    }
}
