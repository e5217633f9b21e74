//! The rota: a calendar in, a calendar out, and who is to have the watch when.

use openline_core::charter::is_post;
use openline_desk::rota::{self, Shift};

use super::{Answer, Service};
use crate::audit::{Act, Deed};
use crate::error::ServiceError;
use crate::identity::wall_ms;
use crate::officers::Role;
use crate::view::{HoleView, RotaRequest, RotaView, ShiftView};
use crate::watch::calendar::{CalendarError, ROTA_DAYS_MAX, write};
use crate::watch::{KeptRota, Rota};

const DAY_MS: i64 = 86_400_000;
/// Zone of events that name none.
const ZONE: &str = "UTC";
/// Who plans the watch.
const ROTA_ROLES: &[Role] = &[Role::DutyOfficer, Role::Administrator];

impl From<CalendarError> for ServiceError {
    fn from(error: CalendarError) -> Self {
        Self::Unusable(error.to_string())
    }
}

impl Service {
    /// Imports a calendar as the rota, in place of the one that is there.
    ///
    /// # Errors
    /// [`ServiceError::Unusable`] with what is wrong with which event; the rota stays as it was then.
    pub async fn import_rota(&self, request: RotaRequest) -> Answer<RotaView> {
        if let Some(post) = request.post.as_ref().filter(|post| !is_post(post)) {
            return Err(ServiceError::Unusable(format!(
                "\"{post}\" is not a post; a post has small letters, digits and hyphens"
            )));
        }
        let now = wall_ms();
        let kept = KeptRota {
            text: request.calendar,
            zone: request.zone.unwrap_or_else(|| ZONE.to_owned()),
            post: request.post,
            imported_ms: now,
        };
        // A calendar can take a while to work out; the engine does not wait for it.
        let rota = tokio::task::spawn_blocking(move || Rota::new(kept, now))
            .await
            .map_err(|error| ServiceError::Unavailable(error.to_string()))??;
        self.act(ROTA_ROLES, Deed::new(Act::ImportRota), move |engine| {
            engine.keep_rota(Some(rota))
        })
        .await?;
        self.rota(None, 31).await
    }

    /// Removes the rota.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] if there is none.
    pub async fn remove_rota(&self) -> Answer<()> {
        let deed = Deed::new(Act::RemoveRota);
        self.act(ROTA_ROLES, deed, |engine| match engine.watches.rota() {
            Some(_) => engine.keep_rota(None),
            None => Err(no_rota()),
        })
        .await
    }

    /// The rota for the days to come, of one post or of all.
    ///
    /// # Errors
    /// [`ServiceError::Unusable`] for too many days.
    pub async fn rota(&self, post: Option<&str>, days: u16) -> Answer<RotaView> {
        check_days(days)?;
        let post = post.map(str::to_owned);
        self.engine(move |engine| {
            let now = wall_ms();
            let until = now + i64::from(days) * DAY_MS;
            let is_wanted = |name: &str| post.as_deref().is_none_or(|post| post == name);
            let mut own: Vec<String> = engine
                .founded
                .keys()
                .flat_map(|line| engine.own_posts(line))
                .collect();
            own.sort_unstable();
            own.dedup();
            let Some(rota) = engine.watches.rota().cloned() else {
                return Ok(RotaView {
                    from_ms: now,
                    until_ms: until,
                    imported_ms: None,
                    shifts: Vec::new(),
                    holes: Vec::new(),
                    unknown_posts: Vec::new(),
                });
            };
            let mut unknown: Vec<String> = rota.shifts.iter().map(|s| s.post.clone()).collect();
            unknown.sort_unstable();
            unknown.dedup();
            // A post of which the rota says nothing at all is not what it is about.
            own.retain(|post| unknown.contains(post));
            unknown.retain(|post| !own.contains(post));
            let is_shown = |s: &&Shift| s.until > now && s.from < until && is_wanted(&s.post);
            Ok(RotaView {
                from_ms: now,
                until_ms: until,
                imported_ms: Some(rota.kept.imported_ms),
                shifts: rota
                    .shifts
                    .iter()
                    .filter(is_shown)
                    .map(shift_view)
                    .collect(),
                holes: own
                    .iter()
                    .filter(|post| is_wanted(post))
                    .flat_map(|post| holes_of(&rota.shifts, post, now, until))
                    .collect(),
                unknown_posts: unknown,
            })
        })
        .await
    }

    /// To whom the rota gives the watch of a post next.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] if it gives it to nobody within the days that it is worked out for.
    pub async fn rota_next(&self, post: &str) -> Answer<ShiftView> {
        let post = post.to_owned();
        self.engine(move |engine| {
            let rota = engine.watches.rota().ok_or_else(no_rota)?;
            let next = rota::next_after(&rota.shifts, &post, wall_ms()).map(shift_view);
            next.ok_or_else(|| {
                ServiceError::NotFound(format!(
                    "the rota gives the watch of \"{post}\" to nobody in the next {ROTA_DAYS_MAX} days; openline rota show shows what it has"
                ))
            })
        })
        .await
    }

    /// The rota as a calendar file: as it was imported, or as single shifts for so many days.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] if there is none.
    pub async fn rota_file(&self, days: Option<u16>) -> Answer<String> {
        if let Some(days) = days {
            check_days(days)?;
        }
        let rota = self
            .engine(|engine| engine.watches.rota().cloned().ok_or_else(no_rota))
            .await?;
        let Some(days) = days else {
            return Ok(rota.kept.text.clone());
        };
        let now = wall_ms();
        let until = now + i64::from(days) * DAY_MS;
        let is_within = |shift: &&Shift| shift.until > now && shift.from < until;
        let shifts: Vec<Shift> = rota.shifts.iter().filter(is_within).cloned().collect();
        Ok(write(&shifts, rota.kept.imported_ms))
    }
}

fn check_days(days: u16) -> Answer<()> {
    if (1..ROTA_DAYS_MAX).contains(&days) {
        return Ok(());
    }
    Err(ServiceError::Unusable(format!(
        "give a number of days from 1 to {}",
        ROTA_DAYS_MAX - 1
    )))
}

fn no_rota() -> ServiceError {
    ServiceError::NotFound("there is no rota; import one: openline rota import FILE.ics".to_owned())
}

fn holes_of(shifts: &[Shift], post: &str, from: i64, until: i64) -> Vec<HoleView> {
    let hole = |(from_ms, until_ms)| HoleView {
        post: post.to_owned(),
        from_ms,
        until_ms,
    };
    rota::holes(shifts, post, from, until)
        .into_iter()
        .map(hole)
        .collect()
}

pub(super) fn shift_view(shift: &Shift) -> ShiftView {
    ShiftView {
        post: shift.post.clone(),
        who: shift.who.clone(),
        from_ms: shift.from,
        until_ms: shift.until,
    }
}
