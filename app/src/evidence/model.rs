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

#[cfg(test)]
mod tests {
    use super::*;
    use castellan_domain::ids::{AlarmId, ClipId};
    use castellan_domain::text::Text;
    use castellan_domain::wire::history::TrackFix;

    fn clip() -> AlarmClipKept {
        AlarmClipKept {
            alarm: AlarmId(1),
            clip: ClipId {
                alarm: AlarmId(1),
                nth: 1,
            },
            camera: "cam-1".parse().unwrap(),
            from: Timestamp::from_secs(1_000),
            to: Timestamp::from_secs(1_050),
            bytes: 1,
            sha256: Text::constant("-"),
            codec: Text::constant("avc1"),
        }
    }

    fn was(person: &str, north: f64, occurred_at: i64) -> WhereOne {
        let at = Timestamp::from_secs(occurred_at);
        WhereOne {
            person: person.parse().unwrap(),
            fix: TrackFix {
                occurred_at: at,
                received_at: at,
                at: LonLat::new(120.0, 30.0 + north).unwrap(),
                accuracy_dm: None,
                battery_percent: None,
            },
        }
    }

    #[test]
    fn the_moment_that_is_seen_is_never_after_the_clip() {
        let at = |second| moment(&clip(), second);
        assert_eq!(at(0.0), Timestamp::from_secs(1_000));
        assert_eq!(at(17.5), Timestamp::from_millis(1_017_500));
        assert_eq!(at(50.4), Timestamp::from_secs(1_050));
    }

    #[test]
    fn keys_stay_within_the_clip() {
        for (at, by, length, to) in [
            (3.0, -5.0, 50.0, 0.0),
            (3.0, 5.0, 50.0, 8.0),
            (48.0, 5.0, 50.0, 50.0),
            (1.0, 5.0, f64::NAN, 0.0),
        ] {
            let gone = step(at, by, length);
            assert!((gone - to).abs() < 1e-9, "{gone} for {to}");
        }
    }

    #[test]
    fn whoever_was_near_or_sent_is_shown_the_nearest_first_and_nobody_of_whom_nothing_was_known() {
        let people = vec![
            was("sent", 0.01, 990),
            was("far", 0.01, 990),
            was("near", 0.0005, 990),
            was("here", 0.0, 990),
            was("long-ago", 0.0, 900),
        ];
        let place = LonLat::new(120.0, 30.0).ok();
        let is_sent = |person: &PersonId| person.as_str() == "sent";
        let past = around(
            people,
            Timestamp::from_secs(1_000),
            place,
            is_sent,
            ToString::to_string,
        );
        let names: Vec<_> = past.iter().map(|one| one.name.as_str()).collect();
        assert_eq!(names, ["here", "near", "sent"]);
    }

    #[test]
    fn a_clip_that_does_not_come_says_why() {
        let why = |refusal: AlarmRefusal| failure(Some(&refusal.into()));
        assert_eq!(why(AlarmRefusal::ClipNotShown), texts::ONLY_OWNER);
        assert_eq!(why(AlarmRefusal::ClipGone), texts::GONE);
        assert_eq!(failure(None), texts::FAILED);
    }
}
