//! Steps about who is there and which ways stand: the watch, notices, nodes, uplinks, bearers, pouches.

use std::time::Instant;

use openline_node::service::Service;
use openline_node::view::{NoticeRequest, PostsRequest, StandDownRequest, TakeWatchRequest};

use super::super::acts::{
    Bearers, Notice, Pouch, Start, Stop, Uplink, UplinkAct, Watch, WatchAct, Withdraw,
};
use super::super::show::ms;
use super::super::side::wait_for;
use super::{Stage, bearers, in_minutes, now_ms, quoted};
use crate::failure::Failure;

impl Stage<'_> {
    pub(super) async fn watch(&mut self, act: &Watch) -> Result<(), Failure> {
        let at = self.at(&act.from);
        self.caused_ms = now_ms();
        let post = self.post(at, act.post.as_ref());
        let posts = PostsRequest {
            post: post.clone(),
            lines: vec![self.line.to_owned()],
            all_lines: false,
        };
        let service = self.service(at);
        match act.watch {
            WatchAct::Take => {
                let request = TakeWatchRequest {
                    posts,
                    who: act.who.clone(),
                    until_ms: None,
                    languages: act.languages.clone(),
                    notes_read: Vec::new(),
                    relieve: false,
                };
                service.take_watch(request).await?;
                self.does(at, &format!("takes the watch of the post {post}"));
            }
            WatchAct::StandDown => {
                let request = StandDownRequest { posts, note: None };
                service.stand_down(request).await?;
                self.does(at, &format!("stands down: the post {post} is unattended"));
            }
        }
        Ok(())
    }

    pub(super) async fn notice(&mut self, act: &Notice) -> Result<(), Failure> {
        let at = self.at(&act.from);
        self.caused_ms = now_ms();
        let request = NoticeRequest {
            line: self.line.to_owned(),
            kind: act.notice.clone(),
            from_ms: None,
            until_ms: act.for_min.map(in_minutes),
            words: act.words.clone(),
        };
        self.service(at).give_notice(request).await?;
        let words = quoted(act.words.as_ref());
        self.does(at, &format!("gives notice, signed: {}{words}", act.notice));
        Ok(())
    }

    pub(super) async fn withdraw(&mut self, act: &Withdraw) -> Result<(), Failure> {
        let at = self.at(&act.from);
        self.caused_ms = now_ms();
        let service = self.service(at);
        service.withdraw_notice(self.line, &act.withdraw).await?;
        self.does(at, &format!("withdraws its notice: {}", act.withdraw));
        Ok(())
    }

    pub(super) async fn stop(&mut self, act: &Stop) -> Result<(), Failure> {
        let at = self.at(&act.stop);
        self.caused_ms = now_ms();
        if act.unheard {
            self.carry(Bearers::All, false);
            self.until_fallen(Bearers::All).await?;
        }
        let started = Instant::now();
        self.sides[at].stop().await?;
        let name = self.name(at).to_owned();
        for side in self.on(&[]) {
            let what = format!(
                "{} to notice that the node of {name} is gone",
                self.name(side)
            );
            wait_for(self.service(side), &what, async |service| {
                !has_bearer_to(service, &name).await
            })
            .await?;
        }
        // The ways stand; it is the node that does not.
        if act.unheard {
            self.carry(Bearers::All, true);
        }
        let how = if act.unheard {
            "fell without a word"
        } else {
            "is stopped in order"
        };
        let took = ms(started.elapsed());
        self.show.line(&format!(
            "═══ the node of {name} {how}; noticed after {took}"
        ));
        Ok(())
    }

    pub(super) async fn start(&mut self, act: &Start) -> Result<(), Failure> {
        let at = self.at(&act.start);
        self.caused_ms = now_ms();
        let started = Instant::now();
        self.sides[at].start_again().await?;
        self.until_standing(&[at]).await?;
        let name = self.name(at);
        // A node that was away first hears how much of its own log the others hold.
        let what = format!("{name} to be able to write");
        wait_for(self.service(at), &what, async |service| {
            service
                .line(self.line)
                .await
                .is_ok_and(|view| !view.must_hear)
        })
        .await?;
        let took = ms(started.elapsed());
        self.show.line(&format!(
            "═══ the node of {name} runs again; in contact after {took}"
        ));
        Ok(())
    }

    pub(super) async fn uplink(&mut self, act: &Uplink) -> Result<(), Failure> {
        let at = self.at(&act.from);
        self.caused_ms = now_ms();
        let name = self.name(at).to_owned();
        match act.uplink {
            UplinkAct::Break => {
                self.sides[at].outside.fall_silent().await?;
                self.show.line(&format!(
                    "═══ the way out of {name} breaks: nothing outside answers it any more"
                ));
                self.cut(Bearers::All).await
            }
            UplinkAct::Mend => {
                self.sides[at].outside.answer().await?;
                self.show
                    .line(&format!("═══ the way out of {name} is mended"));
                self.restore(Bearers::All).await
            }
        }
    }

    pub(super) async fn cut(&mut self, which: Bearers) -> Result<(), Failure> {
        self.caused_ms = now_ms();
        let started = Instant::now();
        self.carry(which, false);
        self.until_fallen(which).await?;
        self.show.line(&format!(
            "─╳─ {} is cut: noticed on every side after {}",
            words(which),
            ms(started.elapsed())
        ));
        Ok(())
    }

    pub(super) async fn restore(&mut self, which: Bearers) -> Result<(), Failure> {
        self.caused_ms = now_ms();
        let started = Instant::now();
        self.carry(which, true);
        let sides = self.on(&[]);
        // As a machine tells its node when its network comes back.
        for at in &sides {
            self.service(*at).network_changed().await?;
        }
        self.until_standing(&sides).await?;
        self.show.line(&format!(
            "─── {} carries again: stands on every side after {}",
            words(which),
            ms(started.elapsed())
        ));
        Ok(())
    }

    /// Lets the relays of these bearers carry, or not.
    fn carry(&self, which: Bearers, carries: bool) {
        for relay in self.sides.iter().flat_map(|side| side.relays(which)) {
            if carries {
                relay.restore();
            } else {
                relay.cut();
            }
        }
    }

    async fn until_fallen(&self, which: Bearers) -> Result<(), Failure> {
        for at in self.on(&[]) {
            let what = format!("{} to notice the cut", self.name(at));
            wait_for(self.service(at), &what, async |service| {
                !bearers(service).await.iter().any(|kind| which.covers(kind))
            })
            .await?;
        }
        Ok(())
    }

    /// Waits until a bearer of every kind that is carried stands at these sides.
    async fn until_standing(&self, sides: &[usize]) -> Result<(), Failure> {
        for at in sides {
            let carried = self.sides[*at].relays(Bearers::All);
            let wanted = carried.filter(|relay| relay.is_carrying()).count();
            let what = format!("the bearers of {} to stand", self.name(*at));
            wait_for(self.service(*at), &what, async |service| {
                bearers(service).await.len() >= wanted
            })
            .await?;
        }
        Ok(())
    }

    /// Carries a pouch there, and one with the receipts back.
    pub(super) async fn pouch(&mut self, act: &Pouch) -> Result<(), Failure> {
        let (from, to) = &act.pouch;
        for (from, to) in [(from, to), (to, from)] {
            self.pouches += 1;
            let path = self
                .folder
                .join(format!("{}-{from}-to-{to}.pouch", self.pouches));
            let (at, to) = (self.at(from), self.at(to));
            let bytes = self.service(at).pack_pouch(self.name(to)).await?;
            openline_bearer::pouch::write_file(&path, &bytes)
                .map_err(|error| Failure::unusable(error.to_string(), "free some space"))?;
            let carried = openline_bearer::pouch::read_file(&path)
                .map_err(|error| Failure::unusable(error.to_string(), "run it again"))?;
            let view = self.service(to).open_pouch(carried).await?;
            self.does(
                at,
                &format!(
                    "pouch No. {}, {} bytes, carried to {}: {} new entries, {} new cosignatures",
                    view.number,
                    bytes.len(),
                    self.name(to),
                    view.entries,
                    view.cosignatures
                ),
            );
        }
        Ok(())
    }
}

fn words(which: Bearers) -> &'static str {
    match which {
        Bearers::Quic => "quic",
        Bearers::Tls => "tls",
        Bearers::All => "every bearer",
    }
}

async fn has_bearer_to(service: &Service, name: &str) -> bool {
    let status = service.status().await;
    let peers = status.map(|status| status.peers).unwrap_or_default();
    let mut peers = peers.iter().filter(|peer| peer.name == name);
    peers.any(|peer| !peer.bearers.is_empty())
}
