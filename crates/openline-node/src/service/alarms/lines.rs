//! What rings of a line as a whole: lost contact, a post without its watch, a test that is lacking, a drill.

use openline_core::entry::MessageType;
use openline_core::watch::NoticeKind;
use openline_desk::alarm::Call;
use openline_desk::health::Lack;
use openline_desk::rota::Gap;
use openline_proto::state::State;

use crate::alarms::{About, Alarm};
use crate::engine::Engine;
use crate::service::entries::utc_text;
use crate::view::SaidView;

/// A line that loses contact for less than this rings nobody, ms.
const STATE_GRACE_MS: i64 = 60_000;

impl Engine {
    /// Rings for lines, and says when to look again.
    pub(super) fn ring_lines(&mut self, now: i64) -> Option<i64> {
        let mut next = Vec::new();
        let mut wanted = self.lost_lines(now, &mut next);
        wanted.extend(self.empty_posts(now));
        wanted.extend(self.lacking_tests());
        wanted.extend(self.own_drills(now, &mut next));
        let rung: Vec<About> = wanted.iter().map(|(about, _)| about.clone()).collect();
        for (about, alarm) in wanted {
            self.ring(about, alarm);
        }
        self.quiet(|about| !matches!(about, About::Message(..)) && !rung.contains(about));
        next.into_iter().min()
    }

    fn lost_lines(&self, now: i64, next: &mut Vec<i64>) -> Vec<(About, Alarm)> {
        let mut lost = Vec::new();
        for (line, (assessment, watcher)) in &self.knowledge.assessed {
            let rings = matches!(
                assessment.state,
                State::Cut | State::NodeDown | State::Unknown | State::Suspended
            );
            let Some(since) = watcher.since().filter(|_| rings) else {
                continue;
            };
            if now < since + STATE_GRACE_MS {
                next.push(since + STATE_GRACE_MS);
                continue;
            }
            let said = crate::state::said(self, line, assessment);
            lost.push((About::State(*line), alarm(since, MessageType::Real, said)));
        }
        lost
    }

    fn empty_posts(&self, now: i64) -> Vec<(About, Alarm)> {
        let gaps = self.watch_gaps(now).into_iter();
        gaps.filter_map(|(line, post, gap)| {
            let Gap::NotTaken { since, .. } = &gap else {
                return None;
            };
            let said = self.gap_said(&line, &post, &gap);
            let alarm = alarm(*since, MessageType::Real, said);
            Some((About::Gap(line, post), alarm))
        })
        .collect()
    }

    /// It rings until the next test of the schedule is as it should be.
    fn lacking_tests(&self) -> Vec<(About, Alarm)> {
        let lacking = self.alarms.lacking();
        lacking
            .filter_map(|(line, slot, party, lack)| {
                let me = self.machine.me(&line)?;
                let (test, at) = (self.name_on(&line, party), utc_text(slot));
                let said = match lack {
                    Lack::Test if party == me => SaidView::new(
                        "test-not-held",
                        format!("our own test that was due at {at} was not held"),
                    ),
                    Lack::Test => SaidView::new(
                        "test-not-come",
                        format!("the test of {test} that was due at {at} has not come"),
                    ),
                    Lack::Answer(by) => {
                        let by = self.name_on(&line, by);
                        let words = format!(
                            "the test of {test} at {at} was not answered by the node of {by}"
                        );
                        SaidView::new("test-not-answered", words).with("by", by)
                    }
                    Lack::Acknowledgement(by) => {
                        let by = self.name_on(&line, by);
                        let words = format!(
                            "the test of {test} at {at} was acknowledged by no person at {by}"
                        );
                        SaidView::new("test-not-acknowledged", words).with("by", by)
                    }
                };
                let said = said.with("party", test).with("at_ms", slot);
                let alarm = alarm(slot, MessageType::Test, said);
                Some((About::Test(line, party, lack), alarm))
            })
            .collect()
    }

    /// A drill calls our own people; the other side sees the signed notice, and is not called.
    fn own_drills(&self, now: i64, next: &mut Vec<i64>) -> Vec<(About, Alarm)> {
        let mut drills = Vec::new();
        for (line, notices) in &self.knowledge.notices {
            let of_drills = notices
                .iter()
                .filter(|notice| notice.kind == NoticeKind::Drill)
                .filter(|notice| notice.until.is_none_or(|until| until > now));
            for notice in of_drills {
                if notice.from > now {
                    next.push(notice.from);
                    continue;
                }
                next.extend(notice.until);
                let said = SaidView::new("alarm-drill", "a drill is on, come as if it were real")
                    .and(notice.until.map(crate::state::until_said));
                let alarm = alarm(notice.from, MessageType::Exercise, said);
                drills.push((About::Drill(*line), alarm));
            }
        }
        drills
    }
}

/// An alarm that is about no message.
fn alarm(since: i64, message_type: MessageType, said: SaidView) -> Alarm {
    Alarm {
        since,
        call: Call::OwnPost,
        message_type,
        precedence: None,
        is_for_life: false,
        said,
    }
}
