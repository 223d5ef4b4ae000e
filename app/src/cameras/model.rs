//! What a tile shows, and what its player does next.

use super::texts;
use crate::texts::Words;
pub use castellan_domain::alarm::Linked;
use castellan_domain::ids::DeviceId;
use castellan_domain::text::Language;
use castellan_domain::time::{Span, Timestamp};
use castellan_domain::wire::camera::{FROZEN_AFTER_MS, FeedFault, FeedState, TICKS_PER_S};

/// Seconds that are buffered before a picture begins, and after it has run dry.
const BUFFERED_S: f64 = 0.25;
/// Behind the newest frame by more than this, the picture runs a little faster.
const BEHIND_S: f64 = 0.4;
/// Behind by more than this, it leaps.
const FAR_BEHIND_S: f64 = 1.5;
/// How much faster it runs.
const FASTER: f64 = 1.1;
/// Seconds that a browser keeps of what was shown, and when they are cut.
const KEPT_S: f64 = 4.0;
const CUT_AT_S: f64 = 10.0;

/// Who has had a live picture large before them for so long has looked at the place.
const LOOKED_MIN: Span = Span::from_secs(3);

/// A picture of now is younger than this.
const LATE_AFTER: Span = Span::from_millis(1_500);

/// Where a player stands, in seconds of its track.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Playback {
    /// The newest stretch that is buffered, and where the oldest begins.
    pub begins: f64,
    pub ends: f64,
    pub oldest: f64,
    pub now: f64,
    pub paused: bool,
}

/// What a player does.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Step {
    /// Goes to a second of the track.
    Seek(f64),
    /// Runs at this rate.
    Rate(f64),
    /// Begins, or goes on.
    Play,
    /// Throws away what was shown, up to a second of the track.
    Cut(f64),
}

/// What a player does next. A newcomer begins near the newest frame, or it would never play.
pub fn steps(at: Playback) -> Vec<Step> {
    let mut steps = Vec::new();
    let behind = at.ends - at.now;
    let begins = at.begins.max(at.ends - BUFFERED_S);
    if at.now < at.begins - 0.001 || !(-0.5..=FAR_BEHIND_S).contains(&behind) {
        steps.push(Step::Seek(begins));
    } else {
        steps.push(Step::Rate(if behind > BEHIND_S { FASTER } else { 1.0 }));
    }
    if at.paused && at.ends - at.begins >= BUFFERED_S - 0.01 {
        steps.push(Step::Play);
    }
    if at.ends - at.oldest > CUT_AT_S {
        steps.push(Step::Cut(at.ends - KEPT_S));
    }
    steps
}

/// The moment of a frame: where it stands in the track, and when the server had it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    pub ticks: u64,
    pub received_at: Timestamp,
}

impl Moment {
    /// How old the frame is that stands at this second of the track. What a clock that is behind would
    /// call younger than nothing is new.
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        reason = "seconds of a track are far from the limits of either"
    )]
    pub fn age(self, shown_s: f64, now: Timestamp) -> Span {
        let after_s = shown_s - self.ticks as f64 / f64::from(TICKS_PER_S);
        let shown = self.received_at.as_micros() + (after_s * 1e6) as i64;
        Span::from_micros((now.as_micros() - shown).max(0))
    }
}

/// What a tile knows of its picture.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Tile {
    /// What the server says of it; nothing before it has said anything.
    pub feed: Option<FeedState>,
    /// The codec that this browser cannot play.
    pub not_playable: Option<String>,
    /// The server says nothing of it: it closed the last connections without a word.
    pub is_turned_away: bool,
    /// The frame that is on the glass; nothing before the first.
    pub glass: Option<Glass>,
    /// Seconds by which the camera's own clock is ahead, where it is wrong.
    pub clock_ahead_s: Option<i64>,
}

/// A frame on the glass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Glass {
    /// When the server had it.
    pub at: Timestamp,
    /// How old it was when it was last looked at.
    pub age: Span,
}

impl Glass {
    /// Whether it is too old to be taken for the present.
    pub const fn stands_still(self) -> bool {
        self.age.as_micros() > FROZEN_AFTER_MS.cast_signed() * 1_000
    }

    /// Whether it is older than a picture of now should be.
    pub fn is_late(self) -> bool {
        self.age > LATE_AFTER
    }
}

/// What lies over a picture.
#[derive(Debug, Clone, PartialEq)]
pub enum Cover {
    /// Nothing: it moves.
    None,
    /// It is not there yet.
    Connecting,
    /// Since then nothing new was shown.
    StandsStill(Timestamp),
    /// This browser cannot play it.
    NotPlayable(String),
    /// The server says nothing of it.
    TurnedAway,
    /// There is none since then.
    Lost(Timestamp, FeedFault),
}

impl Tile {
    /// What covers the picture. A dead camera never shows an old one as if it were new.
    pub fn cover(&self) -> Cover {
        if let Some(codec) = &self.not_playable {
            return Cover::NotPlayable(codec.clone());
        }
        if self.is_turned_away {
            return Cover::TurnedAway;
        }
        match (&self.feed, self.glass) {
            (Some(FeedState::Lost { since, why }), _) => Cover::Lost(*since, why.clone()),
            (Some(FeedState::Live { .. }), Some(glass)) if glass.stands_still() => {
                Cover::StandsStill(glass.at)
            }
            (Some(FeedState::Live { .. }), Some(_)) => Cover::None,
            _ => Cover::Connecting,
        }
    }
}

/// What is wrong with a camera's clock.
pub fn clock_words(ahead_s: i64, language: Language) -> String {
    let words = if ahead_s < 0 {
        texts::CLOCK_BEHIND
    } else {
        texts::CLOCK_AHEAD
    };
    let by = Span::from_secs(ahead_s.saturating_abs());
    words.fill(language, &[&crate::ages::text(by)])
}

/// Why there is no picture.
pub fn cover_words(cover: &Cover, language: Language) -> String {
    let words = match cover {
        Cover::None => return String::new(),
        Cover::Connecting => texts::CONNECTING,
        Cover::StandsStill(_) => texts::STANDS_STILL,
        Cover::TurnedAway => texts::TURNED_AWAY,
        Cover::NotPlayable(codec) => return texts::NOT_PLAYABLE.fill(language, &[codec]),
        Cover::Lost(_, FeedFault::Denied { offered }) if !offered.is_empty() => {
            return texts::DENIED_OFFERS.fill(language, &[&offered.join(" / ")]);
        }
        Cover::Lost(_, why) => fault_words(why),
    };
    words.get(language).to_owned()
}

/// Why a camera gives no picture, and what to do.
const fn fault_words(why: &FeedFault) -> Words {
    match why {
        FeedFault::NoAddress => texts::NO_ADDRESS,
        FeedFault::Sealed => texts::SEALED,
        FeedFault::Unreachable => texts::UNREACHABLE,
        FeedFault::NoAnswer => texts::NO_ANSWER,
        FeedFault::NotACamera => texts::NOT_A_CAMERA,
        FeedFault::Denied { .. } => texts::DENIED,
        FeedFault::NoSuchStream => texts::NO_SUCH_STREAM,
        FeedFault::TooManyViewers => texts::TOO_MANY_VIEWERS,
        FeedFault::UdpOnly => texts::UDP_ONLY,
        FeedFault::NoPicture => texts::NO_PICTURE,
        FeedFault::Silent | FeedFault::HungUp => texts::SILENT,
        FeedFault::Unreadable => texts::UNREADABLE,
    }
}

/// Whose picture is large after V: the first one, then the next one, and none after the last.
pub fn next_enlarged(shown: &[DeviceId], now: Option<&DeviceId>) -> Option<DeviceId> {
    let place = shown.iter().position(|camera| Some(camera) == now);
    shown.get(place.map_or(0, |place| place + 1)).cloned()
}

/// Whose picture is large so many places on, round and round.
pub fn turned(shown: &[DeviceId], now: Option<&DeviceId>, step: isize) -> Option<DeviceId> {
    let place = shown.iter().position(|camera| Some(camera) == now)?;
    let next = place.checked_add_signed(step);
    let next = next.unwrap_or(shown.len().saturating_sub(1));
    shown.get(next).or_else(|| shown.first()).cloned()
}

/// Somebody who looks at a picture.
#[derive(Debug, Clone, Copy, Default)]
pub struct Look {
    since: Option<Span>,
}

impl Look {
    /// Whether they have been looking for [`LOOKED_MIN`] without a break; then it begins anew.
    pub fn goes_on(&mut self, is_seen: bool, now: Span) -> bool {
        let since = is_seen.then(|| self.since.unwrap_or(now));
        let has_looked = since
            .is_some_and(|since| now.as_micros() - since.as_micros() >= LOOKED_MIN.as_micros());
        self.since = if has_looked { Some(now) } else { since };
        has_looked
    }
}

/// These pictures, and after them the one of the camera that follows somebody, if it is none of them.
pub fn with_followed(mut linked: Vec<Linked>, followed: Option<&DeviceId>) -> Vec<Linked> {
    if let Some(camera) = followed
        && linked.iter().all(|one| one.camera != *camera)
    {
        linked.push(Linked {
            camera: camera.clone(),
            is_beside: false,
        });
    }
    linked
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: Playback = Playback {
        begins: 100.0,
        ends: 102.0,
        oldest: 100.0,
        now: 101.8,
        paused: false,
    };

    #[test]
    fn a_player_keeps_near_the_newest_frame() {
        for (at, expected) in [
            (AT, vec![Step::Rate(1.0)]),
            (Playback { now: 101.5, ..AT }, vec![Step::Rate(FASTER)]),
            (Playback { now: 100.2, ..AT }, vec![Step::Seek(101.75)]),
            (
                Playback {
                    now: 0.0,
                    paused: true,
                    ..AT
                },
                vec![Step::Seek(101.75), Step::Play],
            ),
            (Playback { now: 103.0, ..AT }, vec![Step::Seek(101.75)]),
            (
                Playback {
                    ends: 100.1,
                    now: 100.0,
                    paused: true,
                    ..AT
                },
                vec![Step::Rate(1.0)],
            ),
            (
                Playback { oldest: 91.0, ..AT },
                vec![Step::Rate(1.0), Step::Cut(98.0)],
            ),
        ] {
            assert_eq!(steps(at), expected, "{at:?}");
        }
    }

    #[test]
    fn the_age_of_a_picture_is_that_of_the_frame_on_the_glass() {
        let moment = Moment {
            ticks: 900_000,
            received_at: Timestamp::from_millis(50_000),
        };
        let age = |shown_s, now_ms| {
            moment
                .age(shown_s, Timestamp::from_millis(now_ms))
                .as_micros()
                / 1_000
        };
        assert_eq!(age(10.0, 50_200), 200);
        assert_eq!(age(11.0, 51_200), 200);
        assert_eq!(age(11.0, 58_000), 7_000);
        assert_eq!(age(11.0, 50_000), 0);
    }

    #[test]
    fn one_key_goes_through_the_pictures_and_arrows_go_round() {
        let [first, second]: [DeviceId; 2] = ["a", "b"].map(DeviceId::constant);
        let shown = [first.clone(), second.clone()];
        let (a, b) = (Some(&first), Some(&second));
        for (now, key, right, left) in [(None, a, None, None), (a, b, b, b), (b, None, a, a)] {
            assert_eq!(next_enlarged(&shown, now).as_ref(), key, "{now:?}");
            assert_eq!(turned(&shown, now, 1).as_ref(), right, "{now:?}");
            assert_eq!(turned(&shown, now, -1).as_ref(), left, "{now:?}");
        }
        assert_eq!((next_enlarged(&[], a), turned(&[], a, 1)), (None, None));
    }

    #[test]
    fn who_looks_for_three_seconds_without_a_break_has_looked() {
        let mut look = Look::default();
        let seen = [
            (true, 0, false),
            (true, 2_900, false),
            (false, 2_950, false),
            (true, 3_000, false),
            (true, 5_999, false),
            (true, 6_000, true),
            // Should it have come to nothing, it is said again.
            (true, 8_999, false),
            (true, 9_000, true),
        ];
        for (is_seen, now, has_looked) in seen {
            let now = Span::from_millis(now);
            assert_eq!(look.goes_on(is_seen, now), has_looked, "{now:?}");
        }
    }

    #[test]
    fn whoever_walks_is_followed_in_a_picture_of_their_own_unless_one_shows_them_already() {
        let id = |name: &str| DeviceId::new(name).unwrap();
        let linked = || {
            ["a", "b"]
                .map(|name| Linked {
                    camera: id(name),
                    is_beside: name == "b",
                })
                .to_vec()
        };
        assert_eq!(with_followed(linked(), None), linked());
        assert_eq!(with_followed(linked(), Some(&id("b"))), linked());
        let three = with_followed(linked(), Some(&id("c")));
        assert_eq!(three[..2], linked());
        assert_eq!(
            three[2..],
            [Linked {
                camera: id("c"),
                is_beside: false
            }]
        );
    }

    #[test]
    fn a_wrong_clock_is_said_with_how_much_and_what_to_do() {
        let said = |ahead_s| clock_words(ahead_s, Language::Zh);
        assert_eq!(said(75), "摄像机时钟快 01:15：请校时");
        assert_eq!(said(-3_600), "摄像机时钟慢 1:00:00：请校时");
        assert!(clock_words(i64::MIN, Language::En).contains("behind"));
    }

    #[test]
    fn what_stands_still_or_is_lost_is_covered() {
        let live = Some(FeedState::Live {
            since: Timestamp::from_millis(0),
        });
        let at = Timestamp::from_millis(10_000);
        let glass = |age_ms| {
            Some(Glass {
                at,
                age: Span::from_millis(age_ms),
            })
        };
        let tile = Tile {
            feed: live,
            glass: glass(3_000),
            ..Tile::default()
        };
        assert_eq!(tile.cover(), Cover::None);
        assert_eq!(
            Tile {
                glass: glass(3_001),
                ..tile.clone()
            }
            .cover(),
            Cover::StandsStill(at)
        );
        assert_eq!(
            Tile {
                glass: None,
                ..tile.clone()
            }
            .cover(),
            Cover::Connecting
        );
        assert_eq!(Tile::default().cover(), Cover::Connecting);
        let lost = FeedState::Lost {
            since: at,
            why: FeedFault::Silent,
        };
        let lost = Tile {
            feed: Some(lost),
            ..tile.clone()
        };
        assert_eq!(lost.cover(), Cover::Lost(at, FeedFault::Silent));
        let away = Tile {
            is_turned_away: true,
            ..tile.clone()
        };
        assert_eq!(away.cover(), Cover::TurnedAway);
        let no = Tile {
            not_playable: Some("hvc1".to_owned()),
            ..tile
        };
        assert_eq!(no.cover(), Cover::NotPlayable("hvc1".to_owned()));
    }
}
