//! Where the time of a message went: between the stages of its ladder, and on the way.

use openline_core::PartyId;

use super::entries::{Looking, utc_text};
use super::names::PlaceName;
use super::{Answer, Service};
use crate::engine::Engine;
use crate::error::ServiceError;
use crate::identity::wall_ms;
use crate::view::{DelayStepView, DelayView, EntryView, LineView, RungView, SaidView};

/// A receipt that took longer than this to reach us is said to have been on its way, ms.
const ON_ITS_WAY_MS: i64 = 2000;

impl Service {
    /// Why a message took as long as it did, stage by stage, as far as this node can know.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`]; [`ServiceError::Unusable`] for an entry that is no message.
    pub async fn explain(&self, line: &str, place: &str) -> Answer<DelayView> {
        let entry = self.entry(line, place).await?;
        if entry.message.is_none() {
            return Err(ServiceError::Unusable(format!(
                "{} is no message: only messages have stages",
                entry.brief.place
            )));
        }
        let line = self.line(line).await?;
        let arrivals = self.arrivals(&line, &entry).await?;
        self.engine(move |engine| Ok(explained(engine, &line, &entry, &arrivals)))
            .await
    }

    /// When the receipt behind each rung reached us, ms; none where a rung has no entry of its own.
    async fn arrivals(&self, line: &LineView, entry: &EntryView) -> Answer<Vec<Option<i64>>> {
        let id = line
            .id
            .parse()
            .map_err(|_| ServiceError::Unavailable("the line's id can't be read".to_owned()))?;
        let proofs: Vec<String> = entry.ladder.iter().map(|rung| rung.proof.clone()).collect();
        self.read(move |reader| {
            let looking = Looking::at(reader, id)?;
            let arrival = |proof: &String| {
                let place = proof.split(' ').next_back().unwrap_or_default();
                let found = PlaceName::parse(place)
                    .ok()?
                    .find(looking.reader, id)
                    .ok()?;
                Some(looking.entry(found).ok()?.arrived_ms)
            };
            Ok(proofs.iter().map(arrival).collect())
        })
        .await
    }
}

fn explained(
    engine: &Engine,
    line: &LineView,
    entry: &EntryView,
    arrivals: &[Option<i64>],
) -> DelayView {
    let released_ms = entry.brief.time_ms;
    let mut rungs: Vec<(&RungView, Option<i64>)> =
        entry.ladder.iter().zip(arrivals.iter().copied()).collect();
    rungs.retain(|(rung, _)| rung.stage != "released");
    rungs.sort_by_key(|(rung, _)| rung.time_ms);
    let mut before = released_ms;
    let mut steps = Vec::with_capacity(rungs.len());
    for (rung, arrived) in rungs {
        let after_ms = rung.time_ms - before;
        let said = words(engine, line, rung, before, arrived);
        steps.push(DelayStepView {
            stage: rung.stage.clone(),
            by: rung.by.clone(),
            at_ms: rung.time_ms,
            after_ms,
            words: said.words,
            phrases: said.phrases,
        });
        before = before.max(rung.time_ms);
    }
    let now = wall_ms();
    let open = entry
        .exchanges
        .iter()
        .filter(|exchange| !exchange.is_closed);
    let waits = open.map(|exchange| {
        let said = SaidView {
            words: exchange.words.clone(),
            phrases: exchange.phrases.clone(),
        };
        let since = now - before;
        let words = format!(", for {} now", length(since));
        said.and(Some(
            SaidView::new("delay-waiting", words).with("since_length", since),
        ))
    });
    DelayView {
        place: entry.brief.place.clone(),
        released_ms,
        steps,
        waits: waits.collect(),
    }
}

fn words(
    engine: &Engine,
    line: &LineView,
    rung: &RungView,
    before: i64,
    arrived: Option<i64>,
) -> SaidView {
    let party = line.parties.iter().find(|party| {
        // A post stands after a comma.
        let rest = rung.by.strip_prefix(party.name.as_str());
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(", "))
    });
    let id: Option<PartyId> = party
        .filter(|party| party.index != line.me)
        .and_then(|party| party.id.parse().ok());
    let Some(id) = id else {
        return SaidView::new("delay-own", "that is this side's own time");
    };
    let name = engine.name_of(&id);
    let of = |id: &str, words: String| SaidView::new(id, words).with("party", &name);
    let without = engine.ways.without_bearer_ms(&id, before, rung.time_ms);
    if rung.stage == "stored" {
        return match (rung.time_ms - before, without) {
            (all, _) if all <= 0 => of(
                "delay-clock-behind",
                format!("{name}'s clock is behind the author's"),
            ),
            (_, 0) => of(
                "delay-stood",
                format!("a bearer to {name} stood all the while"),
            ),
            (all, gone) if gone >= all => of(
                "delay-none-stood",
                format!("no bearer to {name} stood, as far as this node has noted"),
            ),
            (_, gone) => of(
                "delay-partly-stood",
                format!("for {} of it no bearer to {name} stood", length(gone)),
            )
            .with("gone_length", gone),
        };
    }
    let late = arrived.map_or(0, |arrived| arrived - rung.time_ms);
    if late > ON_ITS_WAY_MS {
        let came = rung.time_ms + late;
        let words = format!(
            "that is {name}'s own time; its word of it reached us {} later, {}",
            length(late),
            utc_text(came)
        );
        return of("delay-late", words)
            .with("late_length", late)
            .with("came_ms", came);
    }
    of(
        "delay-lay-there",
        format!("that is {name}'s own time: the message lay there already"),
    )
}

/// A length of time for a sentence.
fn length(ms: i64) -> String {
    let seconds = ms / 1000;
    match (seconds / 86_400, seconds / 3600, seconds / 60) {
        (0, 0, 0) if seconds < 10 => format!("{}.{} s", seconds, ms % 1000 / 100),
        (0, 0, 0) => format!("{seconds} s"),
        (0, 0, minutes) => format!("{minutes} min {} s", seconds % 60),
        (0, hours, _) => format!("{hours} h {} min", seconds / 60 % 60),
        (days, _, _) => format!("{days} d {} h", seconds / 3600 % 24),
    }
}

#[cfg(test)]
mod tests {
    use super::length;

    #[test]
    fn lengths_have_two_parts_at_most() {
        let said = [350, 12_000, 250_000, 7_260_000, 90_000_000].map(length);
        assert_eq!(
            said,
            ["0.3 s", "12 s", "4 min 10 s", "2 h 1 min", "1 d 1 h"]
        );
    }
}
