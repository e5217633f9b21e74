//! Steps about what is said outside the record: origin queries, announced calls, non-papers.

use std::time::Instant;

use openline_node::view::{AnnounceRequest, FindingRequest, NonPaperRequest, OriginRequest};
use openline_node::view::{AnnouncementView, NonPaperView, ReleasedView};

use super::super::acts::{Announce, Ask, Finding, NonPaper};
use super::super::show::ms;
use super::super::side::{failed, wait_for};
use super::{Stage, in_minutes, quoted};
use crate::failure::Failure;

impl Stage<'_> {
    pub(super) async fn ask(&mut self, act: &Ask) -> Result<(), Failure> {
        let at = self.at(&act.from);
        let going = self.going(at).await;
        let released = self
            .service(at)
            .ask_origin(OriginRequest {
                line: self.line.to_owned(),
                post: self.post(at, act.post.as_ref()),
                channel: act.ask.clone(),
                message_type: act.message_type.clone(),
                time_ms: None,
                what: act.what.clone(),
                sha256: None,
            })
            .await?;
        let what = format!(
            "{} is this {} from you? \"{}\"",
            act.message_type.to_uppercase(),
            act.ask,
            act.what
        );
        self.entered(at, going, &released.place, &what, Some(&act.label))
            .await
    }

    pub(super) async fn finding(&mut self, act: &Finding) -> Result<(), Failure> {
        let at = self.at(&act.from);
        let of = self.place(&act.of);
        self.arrived(at, &of).await?;
        let going = self.going(at).await;
        let released = self
            .service(at)
            .find_origin(FindingRequest {
                line: self.line.to_owned(),
                of: of.clone(),
                post: self.post(at, act.post.as_ref()),
                origin: act.finding.clone(),
                words: act.words.clone(),
            })
            .await?;
        let is_everywhere = !going.over.is_empty();
        let words = quoted(act.words.as_ref());
        let what = format!("says of {}: {}{words}", self.named(&act.of), act.finding);
        self.entered(at, going, &released.place, &what, None)
            .await?;
        for side in self.on(&[]) {
            if side != at && is_everywhere {
                self.show_finding(side, &of, &released.place).await?;
            }
        }
        Ok(())
    }

    /// What a side has in writing.
    async fn show_finding(&self, at: usize, of: &str, found: &str) -> Result<(), Failure> {
        self.arrived(at, found).await?;
        let inquiries = self.service(at).inquiries(self.line).await?;
        let inquiry = inquiries.into_iter().find(|view| view.place == of);
        let finding = inquiry.and_then(|view| view.findings.into_iter().find(|f| f.place == found));
        let finding = finding.ok_or_else(|| failed("the finding is not shown with its query"))?;
        let words = format!(
            "has it in writing, signed by {}: {} (entry {found})",
            finding.party, finding.origin
        );
        self.show.says(self.name(at), &words);
        Ok(())
    }

    pub(super) async fn announce(&mut self, act: &Announce) -> Result<(), Failure> {
        let at = self.at(&act.from);
        let from_ms = in_minutes(act.in_min);
        let going = self.going(at).await;
        let view = self
            .service(at)
            .announce(AnnounceRequest {
                line: self.line.to_owned(),
                post: self.post(at, act.post.as_ref()),
                channel: act.announce.clone(),
                message_type: act.message_type.clone(),
                from_ms,
                to_ms: from_ms + i64::from(act.for_min) * 60_000,
                who: act.who.clone(),
                whom: act.whom.clone(),
                words: act.words.clone(),
            })
            .await?;
        let released = ReleasedView {
            line: self.line.to_owned(),
            place: view.place.clone(),
            leaf: String::new(),
            number: None,
            took_us: 0,
        };
        let is_everywhere = !going.over.is_empty();
        let what = format!(
            "{} announces a {} by the {}, in {} min",
            act.message_type.to_uppercase(),
            act.announce,
            act.who,
            act.in_min
        );
        self.entered(at, going, &released.place, &what, None)
            .await?;
        let sides = if is_everywhere {
            self.on(&[])
        } else {
            vec![at]
        };
        for side in sides {
            self.show_codes(side, &view).await?;
        }
        Ok(())
    }

    /// The codes of an announced call, as a side computes them: the same as its author.
    async fn show_codes(&self, at: usize, own: &AnnouncementView) -> Result<(), Failure> {
        self.arrived(at, &own.place).await?;
        let all = self.service(at).announcements(self.line).await?;
        let same = all.into_iter().find(|view| {
            (&view.place, &view.first_code, &view.second_code)
                == (&own.place, &own.first_code, &own.second_code)
        });
        let view = same.ok_or_else(|| failed("the sides compute other codes for one call"))?;
        let words = format!(
            "the caller says \"{}\", the other answers \"{}\"",
            view.first_code, view.second_code
        );
        self.show.says(self.name(at), &words);
        Ok(())
    }

    pub(super) async fn non_paper(&mut self, act: &NonPaper) -> Result<(), Failure> {
        let (at, to) = (self.at(&act.from), self.at(&act.to));
        let started = Instant::now();
        let sent = self
            .service(at)
            .send_non_paper(NonPaperRequest {
                line: self.line.to_owned(),
                to: self.name(to).to_owned(),
                text: act.non_paper.clone(),
                off_the_record: true,
            })
            .await?;
        self.does(at, &format!("OFF THE RECORD: \"{}\"", act.non_paper));
        let unread = |view: &NonPaperView| !view.is_ours && view.state == "unread";
        let what = "the non-paper to arrive";
        wait_for(self.service(to), what, async |service| {
            let all = service.non_papers().await.unwrap_or_default();
            all.iter().any(unread)
        })
        .await?;
        let all = self.service(to).non_papers().await?;
        let came = all.into_iter().find(unread);
        let number = came.ok_or_else(|| failed("the non-paper is gone"))?.number;
        let read = self.service(to).non_paper(number).await?;
        if read.text != act.non_paper {
            return Err(failed("the non-paper has another text than was sent"));
        }
        self.service(to).note_non_paper_shown(number).await?;
        self.show.says(
            self.name(to),
            &format!(
                "has read it after {}; it is in no log, bears no signature and proves nothing to anyone",
                ms(started.elapsed())
            ),
        );
        wait_for(self.service(at), "word that it was read", async |service| {
            let all = service.non_papers().await.unwrap_or_default();
            all.iter()
                .any(|view| view.number == sent.number && view.is_ours && view.state == "shown")
        })
        .await
    }
}
