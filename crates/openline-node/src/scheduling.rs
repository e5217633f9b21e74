//! What private scheduling keeps at home: one's own availability, and the secret and picks of each run.
//!
//! In a folder of its own and never in the store: what copies the record (exports, backups, pouches, healing) can't take what is not
//! there.

use std::path::{Path, PathBuf};

use openline_core::scheduling::{Picks, SECRET_LEN};
use openline_core::{Hash, PartyIndex};
use openline_desk::scheduling::Private;
use openline_desk::scheduling::availability::{Availability, PREFERENCE_MAX, Stretch};
use serde::{Deserialize, Serialize};

use crate::error::ServiceError;
use crate::home::{make_folder, read_private, write};
use crate::watch::calendar::Calendar;

/// Most stretches that are typed.
pub(crate) const STRETCHES_MAX: usize = 1000;
/// Most calendars of holidays.
pub(crate) const HOLIDAY_CALENDARS_MAX: usize = 16;

const FOLDER: &str = "scheduling";
const AVAILABILITY: &str = "availability.json";

/// An iCalendar file and the zone of its events that name none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct KeptCalendar {
    pub(crate) text: String,
    pub(crate) zone: String,
}

/// One's own availability, as it was given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct KeptAvailability {
    pub(crate) calendar: Option<KeptCalendar>,
    pub(crate) holidays: Vec<KeptCalendar>,
    /// From, until, preference.
    pub(crate) stretches: Vec<(i64, i64, u8)>,
    pub(crate) otherwise: u8,
    pub(crate) kept_ms: i64,
}

impl KeptAvailability {
    /// What it comes to in a window.
    ///
    /// # Errors
    /// [`ServiceError::Unusable`] with what is wrong with which event or stretch.
    pub(crate) fn within(&self, from: i64, until: i64) -> Result<Availability, ServiceError> {
        let unusable = |words: &str| Err(ServiceError::Unusable(words.to_owned()));
        if self.stretches.len() > STRETCHES_MAX || self.holidays.len() > HOLIDAY_CALENDARS_MAX {
            return unusable("give at most 1000 stretches and 16 calendars of holidays");
        }
        let is_right = |(from, until, preference): &(i64, i64, u8)| {
            from < until && *preference <= PREFERENCE_MAX
        };
        if !self.stretches.iter().all(is_right) || self.otherwise > PREFERENCE_MAX {
            return unusable(
                "a stretch ends after it begins, and its preference is 0 (no) to 3 (best)",
            );
        }
        let typed = self.stretches.iter().copied();
        let mut stretches: Vec<_> = typed
            .map(|(from, until, preference)| Stretch {
                from,
                until,
                preference,
            })
            .collect();
        for kept in self.calendar.iter().chain(&self.holidays) {
            let calendar = Calendar::busy(&kept.text, &kept.zone)?;
            let busy = calendar.shifts(from, until)?;
            stretches.extend(busy.into_iter().map(|busy| Stretch {
                from: busy.from,
                until: busy.until,
                preference: 0,
            }));
        }
        Ok(Availability {
            stretches,
            otherwise: self.otherwise,
        })
    }
}

/// The secret and picks of one run, by what they commit to.
#[derive(Serialize, Deserialize)]
struct KeptRun {
    party: u8,
    secret: [u8; SECRET_LEN],
    count: usize,
    picks: Vec<u16>,
}

/// The folder.
#[derive(Debug, Clone)]
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn of(home: &Path) -> Self {
        Self(home.join(FOLDER))
    }

    pub(crate) fn availability(&self) -> Result<Option<KeptAvailability>, ServiceError> {
        self.read(AVAILABILITY)
    }

    pub(crate) fn keep_availability(&self, kept: &KeptAvailability) -> Result<(), ServiceError> {
        self.write(AVAILABILITY, kept)
    }

    pub(crate) fn forget_availability(&self) -> Result<(), ServiceError> {
        match std::fs::remove_file(self.0.join(AVAILABILITY)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(ServiceError::Unavailable(error.to_string()))
            }
            _ => Ok(()),
        }
    }

    /// Keeps what a commitment opens to, durably, before the commitment leaves.
    pub(crate) fn keep_run(&self, private: &Private) -> Result<(), ServiceError> {
        let kept = KeptRun {
            party: private.party.0,
            secret: private.secret,
            count: private.picks.count(),
            picks: private.picks.slots().to_vec(),
        };
        self.write(&run_name(&private.commitment()), &kept)
    }

    /// What was kept for a commitment of a run.
    pub(crate) fn run(
        &self,
        run: Hash,
        commitment: &Hash,
    ) -> Result<Option<Private>, ServiceError> {
        let kept: Option<KeptRun> = self.read(&run_name(commitment))?;
        let private = kept.and_then(|kept| {
            Some(Private {
                party: PartyIndex(kept.party),
                run,
                secret: kept.secret,
                picks: Picks::new(&kept.picks, kept.count)?,
            })
        });
        Ok(private.filter(|private| private.commitment() == *commitment))
    }

    fn read<T: serde::de::DeserializeOwned>(&self, name: &str) -> Result<Option<T>, ServiceError> {
        let path = self.0.join(name);
        if !path.exists() {
            return Ok(None);
        }
        let bytes = read_private(&path).map_err(unavailable)?;
        serde_json::from_slice(&bytes).map(Some).map_err(|error| {
            ServiceError::Unavailable(format!("{} can't be read: {error}", path.display()))
        })
    }

    fn write<T: Serialize>(&self, name: &str, kept: &T) -> Result<(), ServiceError> {
        make_folder(&self.0).map_err(unavailable)?;
        let bytes = serde_json::to_vec(kept).map_err(unavailable)?;
        write(&self.0.join(name), &bytes, 0o600).map_err(unavailable)
    }
}

fn run_name(commitment: &Hash) -> String {
    format!("run-{commitment}.json")
}

fn unavailable(error: impl std::fmt::Display) -> ServiceError {
    ServiceError::Unavailable(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> i64 {
        text.parse::<jiff::Timestamp>()
            .expect("a time")
            .as_millisecond()
    }

    fn kept(events: &str, holidays: &str) -> KeptAvailability {
        let calendar = |events: &str, zone: &str| KeptCalendar {
            text: format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{events}END:VCALENDAR\r\n"),
            zone: zone.to_owned(),
        };
        KeptAvailability {
            calendar: Some(calendar(events, "Europe/Vienna")),
            holidays: vec![calendar(holidays, "America/New_York")],
            stretches: vec![],
            otherwise: 1,
            kept_ms: 0,
        }
    }

    #[test]
    fn a_calendar_and_holidays_say_when_it_does_not_suit() {
        let kept = kept(
            "BEGIN:VEVENT\r\nUID:1\r\nDTSTART:20261102T100000\r\nDTEND:20261102T113000\r\nRRULE:FREQ=DAILY;COUNT=2\r\nEND:VEVENT\r\n\
             BEGIN:VEVENT\r\nUID:2\r\nTRANSP:TRANSPARENT\r\nSUMMARY:Birthday\r\nDTSTART:20261104T100000\r\nDTEND:20261104T113000\r\nEND:VEVENT\r\n",
            "BEGIN:VEVENT\r\nUID:3\r\nSUMMARY:Thanksgiving\r\nDTSTART;VALUE=DATE:20261126\r\nEND:VEVENT\r\n",
        );
        let (from, until) = (at("2026-11-01T00:00Z"), at("2026-12-01T00:00Z"));
        let availability = kept.within(from, until).expect("right calendars");
        let suits = |text: &str| availability.preference(at(text), at(text) + 3_600_000);
        assert_eq!(suits("2026-11-02T08:00Z"), 1);
        assert_eq!(suits("2026-11-02T09:00Z"), 0, "10:00 in Vienna");
        assert_eq!(suits("2026-11-03T10:00Z"), 0, "the second day of two");
        assert_eq!(suits("2026-11-04T09:00Z"), 1, "shown as free");
        assert_eq!(suits("2026-11-26T03:00Z"), 1, "still the 25th in New York");
        assert_eq!(suits("2026-11-26T15:00Z"), 0, "a holiday there");
        assert_eq!(suits("2026-11-27T04:30Z"), 0, "still the 26th in New York");
        assert_eq!(suits("2026-11-27T05:00Z"), 1);
    }

    #[test]
    fn a_run_is_kept_by_what_it_commits_to() {
        let home = tempfile::tempdir().expect("a folder");
        let folder = Folder::of(home.path());
        let private = Private {
            party: PartyIndex(1),
            run: Hash([3; 32]),
            secret: [4; 32],
            picks: Picks::new(&[7, 9], 12).expect("ascending"),
        };
        folder.keep_run(&private).expect("kept");
        let commitment = private.commitment();
        let read = |run| folder.run(run, &commitment).expect("read");
        assert_eq!(read(Hash([3; 32])), Some(private));
        assert_eq!(read(Hash([5; 32])), None, "of another run");
    }
}
