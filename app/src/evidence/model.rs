//! What is said of a clip, and who was around at a moment of it.

use super::texts;
use crate::texts::Words;
use castellan_domain::alarm::AlarmRefusal;
use castellan_domain::fact::AlarmClipKept;
use castellan_domain::geo::{LonLat, distance_m};
use castellan_domain::ids::PersonId;
use castellan_domain::refusal::{CommonRefusal, Refusal};
use castellan_domain::time::{Span, Timestamp};
use castellan_domain::wire::history::WhereOne;

/// Whoever was nearer is shown, and whoever was sent wherever they were.
const AROUND_M: f64 = 100.0;
/// People who are shown at most, the nearest ones.
pub const PAST_MAX: usize = 30;
/// A position that was older than this then says nothing of that moment.
const KNOWN_FOR: Span = Span::from_secs(60);

/// How far a clip is.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Playing {
    /// In seconds.
    pub second: f64,
    pub runs: bool,
    /// It cannot be played, and why.
    pub failed: Option<Words>,
}

/// Somebody, where they were.
#[derive(Debug, Clone, PartialEq)]
pub struct Past {
    pub person: PersonId,
    pub at: LonLat,
    /// What they are called.
    pub name: String,
}

/// The moment that is seen.
#[expect(clippy::cast_possible_truncation, reason = "seconds of a clip are few")]
pub fn moment(clip: &AlarmClipKept, second: f64) -> Timestamp {
    let after = Span::from_micros((second * 1e6) as i64);
    (clip.from + after).min(clip.to)
}

/// Which second the clip goes to.
pub fn step(second: f64, by: f64, duration: f64) -> f64 {
    (second + by).clamp(0.0, if duration.is_finite() { duration } else { 0.0 })
}

/// Why a clip is not shown, by the answer.
pub const fn failure(refusal: Option<&Refusal>) -> Words {
    match refusal {
        Some(
            Refusal::Alarm(AlarmRefusal::ClipNotShown) | Refusal::Common(CommonRefusal::NotAllowed),
        ) => texts::ONLY_OWNER,
        Some(Refusal::Alarm(AlarmRefusal::ClipGone)) => texts::GONE,
        _ => texts::FAILED,
    }
}

/// Who was around a place at a moment, and where those were who were sent.
pub fn around(
    people: Vec<WhereOne>,
    moment: Timestamp,
    place: Option<LonLat>,
    is_sent: impl Fn(&PersonId) -> bool,
    name: impl Fn(&PersonId) -> String,
) -> Vec<Past> {
    let known = people
        .into_iter()
        .filter(|one| moment.since(one.fix.occurred_at) <= KNOWN_FOR);
    let mut near: Vec<_> = known
        .map(|one| {
            let distance_m = place.map_or(f64::INFINITY, |place| distance_m(place, one.fix.at));
            (distance_m, one)
        })
        .filter(|(distance_m, one)| *distance_m <= AROUND_M || is_sent(&one.person))
        .collect();
    near.sort_by(|(one, _), (other, _)| one.total_cmp(other));
    near.truncate(PAST_MAX);
    let past = near.into_iter().map(|(_, one)| Past {
        name: name(&one.person),
        at: one.fix.at,
        person: one.person,
    });
    past.collect()
}
