//! Private scheduling: what goes on the record of a run, step by step, and where it stands.

mod show;

pub(super) use show::run;

use std::path::PathBuf;

use openline_core::entry::{MessageType, Ref};
use openline_core::scheduling::{Method, Picks, Scheduling, SlotConfirmation, SlotRequest};
use openline_core::{LineId, PartyIndex};
use openline_desk::scheduling::run::procedure;
use openline_desk::scheduling::{Need, Private, Run, Stage, grid};
use openline_proto::DraftContent;

use zeroize::Zeroizing;

use super::entries::Looking;
use super::{Answer, Service, names};
use crate::audit::{Act, Deed};
use crate::caldav::Source;
use crate::engine::acts::Outgoing;
use crate::error::ServiceError;
use crate::identity::{random, wall_ms};
use crate::officers::Role;
use crate::scheduling::{Folder, KeptAvailability, KeptCalendar};
use crate::view::{
    ApproveSlotsRequest, AvailabilityRequest, AvailabilityView, CalendarText, ConfirmSlotRequest,
    PreferenceView, ReleasedView, SlotRequestRequest, SlotRunView, SlotStepRequest,
    WithdrawSlotsRequest,
};

/// How far ahead a calendar is tried out when it is given, ms.
const TRIED_MS: i64 = 400 * 86_400_000;

/// A run of a line, with what it takes to go on with it.
pub(super) struct Known {
    pub(super) run: Run,
    pub(super) me: PartyIndex,
    /// What this side has kept for its own commitment.
    pub(super) private: Option<Private>,
    picks: usize,
    /// Blind matches that this party has approved in the last seven days, and how many it may.
    quota: (u64, u64),
    folder: Folder,
}

impl Service {
    /// Keeps when this side could; on this machine only, apart from the record.
    ///
    /// # Errors
    /// [`ServiceError::Unusable`] with what is wrong; what was kept before stays then.
    pub async fn set_availability(&self, request: AvailabilityRequest) -> Answer<AvailabilityView> {
        let request = self.with_server_read(request).await?;
        let kept = kept(request);
        let tried = kept.clone();
        let now = wall_ms();
        // A calendar can take a while to work out; the engine does not wait for it.
        tokio::task::spawn_blocking(move || tried.within(now, now + TRIED_MS))
            .await
            .map_err(|error| ServiceError::Unavailable(error.to_string()))??;
        let view = availability_view(&kept);
        self.act(
            &[Role::DutyOfficer],
            Deed::new(Act::KeepAvailability),
            move |engine| Folder::of(engine.home.path()).keep_availability(&kept),
        )
        .await?;
        Ok(view)
    }

    /// The request with the calendar's text in place of the server that has it.
    async fn with_server_read(
        &self,
        mut request: AvailabilityRequest,
    ) -> Answer<AvailabilityRequest> {
        let Some(server) = request.caldav.take() else {
            return Ok(request);
        };
        if request.calendar.is_some() {
            let words = "give a calendar as a file or on a server, not both";
            return Err(ServiceError::Unusable(words.to_owned()));
        }
        self.require(Role::DutyOfficer, None).await?;
        let ca_file = server.ca_file.map(PathBuf::from);
        let password = Zeroizing::new(server.password);
        let source = Source::new(&server.url, server.user, password, ca_file)?;
        let home = self
            .engine(|engine| Ok(engine.home.path().to_owned()))
            .await?;
        let reading = move || source.read(&home, wall_ms(), TRIED_MS);
        let read = tokio::task::spawn_blocking(reading).await;
        let text = read.map_err(|error| ServiceError::Unavailable(error.to_string()))??;
        request.calendar = text.map(|calendar| CalendarText {
            calendar,
            zone: server.zone,
        });
        // An empty calendar says that nothing is busy.
        request.otherwise = request.otherwise.or(Some(1));
        Ok(request)
    }

    /// What is kept of it.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] if nothing is.
    pub async fn availability(&self) -> Answer<AvailabilityView> {
        self.require(Role::DutyOfficer, None).await?;
        let folder = self.folder().await?;
        let kept = folder.availability()?.ok_or_else(no_availability)?;
        Ok(availability_view(&kept))
    }

    /// Forgets it.
    ///
    /// # Errors
    /// [`ServiceError::Unavailable`]
    pub async fn forget_availability(&self) -> Answer<()> {
        self.act(
            &[Role::DutyOfficer],
            Deed::new(Act::KeepAvailability),
            |engine| Folder::of(engine.home.path()).forget_availability(),
        )
        .await
    }

    /// Proposes a run. Nothing of anybody's calendar is in it.
    ///
    /// # Errors
    /// The rule that it would break; [`ServiceError::Conflict`] beyond the charter's quota of blind matches.
    pub async fn propose_slots(&self, request: SlotRequestRequest) -> Answer<ReleasedView> {
        let line = self.resolve_line(&request.line).await?;
        let mut refs = Vec::new();
        if let Some(place) = &request.widens {
            refs.push(self.resolve(&request.line, place).await?.1);
        }
        let message_type = names::message_type(&request.message_type)?;
        let post = request.post.clone();
        let me = self.engine(move |engine| engine.me(&line)).await?;
        let asked = self
            .read(move |reader| {
                let looking = Looking::at(reader, line)?;
                let asked = show::request(&looking, &request)?;
                if asked.method == Method::BlindMatch {
                    check_quota(show::quota(&looking, me, wall_ms())?)?;
                }
                let members = looking.founded.members();
                let candidates =
                    grid::candidates(&asked, members).map_err(show::unknown_zone)?;
                if candidates.is_empty() && asked.slots() > 0 {
                    let words = "no slot of that window lies in everybody's working hours: widen the window, or say when they work (openline schedule propose --working)";
                    return Err(ServiceError::Unusable(words.to_owned()));
                }
                Ok(asked)
            })
            .await?;
        self.say(line, post, message_type, refs, Scheduling::Request(asked))
            .await
    }

    /// Approves a run, as its duty officer: commits to this side's picks. Nobody can tell from it what they are.
    ///
    /// # Errors
    /// [`ServiceError::Conflict`] for what is no run that waits for it, and beyond the charter's quota of blind matches;
    /// [`ServiceError::Unusable`] without availability, or for slots that are not of the request.
    pub async fn approve_slots(&self, request: ApproveSlotsRequest) -> Answer<ReleasedView> {
        let (line, run) = self.resolve(&request.line, &request.run).await?;
        self.require(Role::DutyOfficer, Some(line)).await?;
        let slots_ms = request.slots_ms;
        let (private, run) = self
            .known(line, run, move |known, looking| {
                let private = known.draw(looking, slots_ms.as_deref())?;
                known.folder.keep_run(&private)?;
                Ok((private, known.run))
            })
            .await?;
        let said = match run.request.method {
            Method::BlindMatch => Scheduling::Commitment(private.commit()),
            Method::Offer => Scheduling::Seal(private.commitment()),
        };
        self.step(line, request.post, &run, said).await
    }

    /// Says all that this side has to say in a run by now, and tells where it stands.
    ///
    /// # Errors
    /// [`ServiceError::Conflict`] where what the other side sent can't be used; [`ServiceError::Unavailable`] where this side's secret
    /// of the run is gone.
    pub async fn run_slots(&self, request: SlotStepRequest) -> Answer<SlotRunView> {
        let (line, place) = self.resolve(&request.line, &request.run).await?;
        loop {
            let due = self
                .known(line, place, |known, _| Ok((known.due()?, known.run)))
                .await?;
            let (Some(said), run) = due else {
                return self.slot_run(&request.line, &request.run).await;
            };
            self.step(line, request.post.clone(), &run, said).await?;
        }
    }

    /// Confirms the slot that was found, as it is written out. It counts when all have confirmed the same.
    ///
    /// # Errors
    /// [`ServiceError::Conflict`] where no slot waits to be confirmed, or the words are not those of the slot.
    pub async fn confirm_slot(&self, request: ConfirmSlotRequest) -> Answer<ReleasedView> {
        let (line, place) = self.resolve(&request.line, &request.run).await?;
        let text = request.text;
        let (run, said) = self
            .known(line, place, move |known, looking| {
                let said = known.confirmation(looking, text)?;
                Ok((known.run, said))
            })
            .await?;
        self.step(line, request.post, &run, said).await
    }

    /// Opens what this side committed to, so that everybody can check that it kept to it. It shows this side's picks of the run.
    ///
    /// # Errors
    /// [`ServiceError::Conflict`] where nothing was committed to, or it is opened already.
    pub async fn open_slots(&self, request: SlotStepRequest) -> Answer<ReleasedView> {
        let (line, place) = self.resolve(&request.line, &request.run).await?;
        let (run, said) = self
            .known(line, place, |known, _| {
                if known.run.opening(known.me).is_some() {
                    return conflict(
                        "it is opened already; openline schedule show tells what it proves",
                    );
                }
                if known.run.request.method == Method::Offer {
                    return conflict(
                        "an offer opens by itself once all have committed: openline schedule run",
                    );
                }
                let private = known.kept()?;
                Ok((known.run, Scheduling::Opening(private.opening())))
            })
            .await?;
        self.step(line, request.post, &run, said).await
    }

    /// Ends a run, whatever has been found.
    ///
    /// # Errors
    /// The rule that it would break.
    pub async fn withdraw_slots(&self, request: WithdrawSlotsRequest) -> Answer<ReleasedView> {
        let (line, place) = self.resolve(&request.line, &request.run).await?;
        let run = self.known(line, place, |known, _| Ok(known.run)).await?;
        let said = Scheduling::Withdrawal(request.words);
        self.step(line, request.post, &run, said).await
    }

    /// Where a run stands.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`]; [`ServiceError::Conflict`] for what is no request.
    pub async fn slot_run(&self, line: &str, run: &str) -> Answer<SlotRunView> {
        let (line, place) = self.resolve(line, run).await?;
        self.known(line, place, |known, looking| show::view(&known, looking))
            .await
    }

    /// Every run of a line, newest first.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`]
    pub async fn slot_runs(&self, line: &str) -> Answer<Vec<SlotRunView>> {
        let line = self.resolve_line(line).await?;
        let (me, folder) = self.side(line).await?;
        self.read(move |reader| {
            let looking = Looking::at(reader, line)?;
            let places = show::requests(&looking)?;
            let of = |place| show::view(&Known::at(&looking, place, me, &folder)?, &looking);
            places.into_iter().map(of).collect()
        })
        .await
    }

    async fn folder(&self) -> Answer<Folder> {
        self.engine(|engine| Ok(Folder::of(engine.home.path())))
            .await
    }

    async fn side(&self, line: LineId) -> Answer<(PartyIndex, Folder)> {
        self.engine(move |engine| Ok((engine.me(&line)?, Folder::of(engine.home.path()))))
            .await
    }

    async fn known<T: Send + 'static>(
        &self,
        line: LineId,
        place: Ref,
        then: impl FnOnce(Known, &Looking<'_>) -> Answer<T> + Send + 'static,
    ) -> Answer<T> {
        let (me, folder) = self.side(line).await?;
        self.read(move |reader| {
            let looking = Looking::at(reader, line)?;
            then(Known::at(&looking, place, me, &folder)?, &looking)
        })
        .await
    }

    async fn step(
        &self,
        line: LineId,
        post: String,
        run: &Run,
        said: Scheduling,
    ) -> Answer<ReleasedView> {
        self.say(line, post, run.message_type, vec![run.place], said)
            .await
    }

    async fn say(
        &self,
        line: LineId,
        post: String,
        message_type: MessageType,
        refs: Vec<Ref>,
        said: Scheduling,
    ) -> Answer<ReleasedView> {
        let (kind, body) = (said.kind(), said.encode());
        self.release_other(Outgoing {
            line,
            post,
            message_type,
            time: None,
            refs,
            content: DraftContent::Other { kind, body },
        })
        .await
    }
}

impl Known {
    fn at(looking: &Looking<'_>, place: Ref, me: PartyIndex, folder: &Folder) -> Answer<Self> {
        let run = run(looking, place)?;
        let own = match run.request.method {
            Method::BlindMatch => run.commitment(me).map(|body| body.commitment),
            Method::Offer => run.seal(me),
        };
        let private = own.map(|own| folder.run(run.leaf, &own)).transpose()?;
        Ok(Self {
            me,
            private: private.flatten(),
            picks: usize::try_from(looking.founded.terms().matching.picks).unwrap_or(usize::MAX),
            quota: show::quota(looking, me, wall_ms())?,
            folder: folder.clone(),
            run,
        })
    }

    fn kept(&self) -> Answer<Private> {
        self.private.clone().ok_or_else(|| {
            ServiceError::Unavailable(
                "this side has committed to nothing in this run, or what it committed to is not on this machine any more: withdraw, and propose anew".to_owned(),
            )
        })
    }

    /// Draws the secret of this side for a run that waits for its approval.
    fn draw(&self, looking: &Looking<'_>, slots_ms: Option<&[i64]>) -> Answer<Private> {
        let waits = match self.run.stage() {
            Stage::Waits(Need::Commit, parties) => parties.contains(&self.me),
            _ => false,
        };
        if !waits {
            return conflict(
                "the run does not wait for this party's approval; openline schedule show tells where it stands",
            );
        }
        if self.run.request.method == Method::BlindMatch {
            check_quota(self.quota)?;
        }
        let slots = match slots_ms {
            Some(slots) => by_hand(&self.run.request, slots)?,
            None => self.suiting(looking)?,
        };
        let picks = Picks::new(&slots, self.picks).ok_or_else(|| {
            ServiceError::Unusable(format!(
                "the charter allows at most {} picks in a run",
                self.picks
            ))
        })?;
        Ok(Private {
            party: self.me,
            run: self.run.leaf,
            secret: random(),
            picks,
        })
    }

    fn suiting(&self, looking: &Looking<'_>) -> Answer<Vec<u16>> {
        let request = &self.run.request;
        if request.method == Method::Offer {
            let words =
                "an offer names its slots by hand: give them (openline schedule approve --slot)";
            return Err(ServiceError::Unusable(words.to_owned()));
        }
        let kept = self.folder.availability()?.ok_or_else(no_availability)?;
        let availability = kept.within(request.window.0, request.window.1)?;
        let members = looking.founded.members();
        let candidates = grid::candidates(request, members).map_err(show::unknown_zone)?;
        Ok(availability.picks(request, &self.run.leaf, &candidates, self.picks))
    }

    /// What this side has to say next without being asked again.
    fn due(&self) -> Answer<Option<Scheduling>> {
        let is_going = matches!(self.run.stage(), Stage::Waits(..));
        let Some(private) = self.private.as_ref().filter(|_| is_going) else {
            return Ok(None);
        };
        let next = procedure(self.run.request.method).next(&self.run, private);
        next.map_err(|fault| {
            ServiceError::Conflict(format!("the run can't go on: a party {}", fault.words()))
        })
    }

    fn confirmation(&self, looking: &Looking<'_>, text: String) -> Answer<Scheduling> {
        let waits = matches!(
            self.run.stage(),
            Stage::Waits(Need::Confirm | Need::ConfirmAlike, _)
        );
        let common = self.run.common().filter(|_| waits).unwrap_or_default();
        let Some(slot) = self.run.choose(&common) else {
            return conflict(
                "no slot waits to be confirmed; openline schedule show tells where the run stands",
            );
        };
        let written = grid::written_out(&self.run.request, slot, looking.founded.members())
            .map_err(show::unknown_zone)?;
        if written != text {
            return conflict(&format!(
                "these are not the words of the slot; read it, then confirm exactly this: {written}"
            ));
        }
        Ok(Scheduling::Confirmation(SlotConfirmation {
            start: self.run.request.start(slot),
            text,
        }))
    }
}

fn conflict<T>(words: &str) -> Answer<T> {
    Err(ServiceError::Conflict(words.to_owned()))
}

fn no_availability() -> ServiceError {
    ServiceError::NotFound(
        "no availability is kept on this machine: give it first (openline schedule availability)"
            .to_owned(),
    )
}

fn check_quota((used, allowed): (u64, u64)) -> Answer<()> {
    if used < allowed {
        return Ok(());
    }
    conflict(&format!(
        "the charter allows {allowed} blind matches in seven days, and this party has approved {used}: wait, or make an offer by hand"
    ))
}

/// Slots by their beginnings.
fn by_hand(request: &SlotRequest, starts: &[i64]) -> Answer<Vec<u16>> {
    let slot = |start: &i64| {
        let all = 0..u16::try_from(request.slots()).unwrap_or(u16::MAX);
        let mut all = all.into_iter();
        all.find(|slot| request.start(*slot) == *start).ok_or_else(|| {
            ServiceError::Unusable(
                "a slot does not begin where one of the request does; openline schedule show tells the window and the step".to_owned(),
            )
        })
    };
    let mut slots = starts.iter().map(slot).collect::<Answer<Vec<u16>>>()?;
    slots.sort_unstable();
    slots.dedup();
    Ok(slots)
}

fn kept(request: AvailabilityRequest) -> KeptAvailability {
    let calendar = |given: CalendarText| KeptCalendar {
        text: given.calendar,
        zone: given.zone,
    };
    let otherwise = u8::from(request.calendar.is_some());
    KeptAvailability {
        otherwise: request.otherwise.unwrap_or(otherwise),
        calendar: request.calendar.map(calendar),
        holidays: request.holidays.into_iter().map(calendar).collect(),
        stretches: request
            .stretches
            .iter()
            .map(|s| (s.from_ms, s.until_ms, s.preference))
            .collect(),
        kept_ms: wall_ms(),
    }
}

fn availability_view(kept: &KeptAvailability) -> AvailabilityView {
    let stretch = |&(from_ms, until_ms, preference): &(i64, i64, u8)| PreferenceView {
        from_ms,
        until_ms,
        preference,
    };
    AvailabilityView {
        has_calendar: kept.calendar.is_some(),
        events: kept
            .calendar
            .as_ref()
            .map_or(0, |calendar| calendar.text.matches("BEGIN:VEVENT").count()),
        holidays: kept.holidays.len(),
        stretches: kept.stretches.iter().map(stretch).collect(),
        otherwise: kept.otherwise,
        kept_ms: kept.kept_ms,
    }
}
