//! The gateway's own time of a picture, which never goes back, whatever a camera's clock does.
//!
//! RTP says when a frame is shown. A browser drops everything up to the next key frame if the time of
//! decoding goes back, or leaps by more than twice the duration of a frame; a late frame, a lost one
//! or one that is shown before its predecessor would do that. So decoding follows showing in steps of
//! one tick to 1.9 durations, and the rest is said beside it, with its sign.

use super::fmp4::{Sample, TIMESCALE};

/// A camera's clock that goes back further has begun anew.
const BACK_MAX: i64 = TIMESCALE as i64;
/// One that leaps further ahead has been set.
const AHEAD_MAX: i64 = 4 * TIMESCALE as i64;
/// Durations that are believed: 100 frames a second to one in a second.
const DURATION: (u32, u32) = (TIMESCALE / 100, TIMESCALE);
/// What is believed of a camera before it has shown two frames: 10 a second.
const DURATION_FIRST: u32 = TIMESCALE / 10;
/// A frame is shown at most this much after or before it is decoded.
const APART_MAX: i64 = 10 * TIMESCALE as i64;

/// No camera's clock is believed beyond this, 400,000 years.
const CLOCK_MAX: i128 = 1 << 60;

/// Where the next frame stands.
#[derive(Debug)]
pub(super) struct Timeline {
    /// Where everything ends that was placed.
    end: u64,
    /// A moment of the camera's clock, and of ours.
    base: Option<(i64, u64)>,
    /// The camera's clock at the last frame.
    last: i64,
    decoded_at: u64,
    /// From one frame to the next, smoothed.
    duration: u32,
}

/// A frame that has its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Placed {
    pub(super) sample: Sample,
    /// When it is shown, in ticks.
    pub(super) shown_at: u64,
    /// The camera's clock began anew here.
    pub(super) jumped: bool,
}

impl Timeline {
    pub(super) const fn new() -> Self {
        Self {
            end: TIMESCALE as u64,
            base: None,
            last: 0,
            decoded_at: 0,
            duration: DURATION_FIRST,
        }
    }

    /// A new session begins: its clock has nothing to do with the one before.
    pub(super) const fn begin(&mut self) {
        self.base = None;
    }

    /// Places a frame that the camera shows at `elapsed` of a clock with `rate` ticks a second.
    pub(super) fn place(&mut self, elapsed: i64, rate: u32, is_key: bool) -> Placed {
        let now = to_ticks(elapsed, rate);
        let step = now.saturating_sub(self.last);
        self.last = now;
        let goes_on = (-BACK_MAX..=AHEAD_MAX).contains(&step);
        let known = self.base.filter(|_| goes_on);
        let base = match known {
            Some(base) => {
                let step = u32::try_from(step.unsigned_abs()).unwrap_or(u32::MAX);
                let smoothed = self.duration / 8 * 7 + step / 8;
                self.duration = smoothed.clamp(DURATION.0, DURATION.1);
                base
            }
            None => (now, self.end.max(self.decoded_at + 1)),
        };
        let begins = known.is_none();
        self.base = Some(base);
        let shown_at = base.1.saturating_add_signed(now - base.0);
        let behind = shown_at.saturating_sub(self.decoded_at);
        let step_max = u64::from(self.duration) * 19 / 10;
        self.decoded_at += if begins {
            behind.max(1)
        } else {
            behind.clamp(1, step_max)
        };
        self.end = self.end.max(shown_at + u64::from(self.duration));
        Placed {
            sample: Sample {
                decoded_at: self.decoded_at,
                shown_after: apart(shown_at, self.decoded_at),
                duration: self.duration,
                is_key,
            },
            shown_at,
            jumped: begins,
        }
    }
}

fn to_ticks(elapsed: i64, rate: u32) -> i64 {
    let ticks = i128::from(elapsed) * i128::from(TIMESCALE) / i128::from(rate.max(1));
    i64::try_from(ticks.clamp(-CLOCK_MAX, CLOCK_MAX)).unwrap_or_default()
}

fn apart(shown_at: u64, decoded_at: u64) -> i32 {
    let apart = shown_at.wrapping_sub(decoded_at).cast_signed();
    i32::try_from(apart.clamp(-APART_MAX, APART_MAX)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const RATE: u32 = 90_000;
    const FRAME: i64 = 9_000;

    fn placed(clock: &[i64]) -> Vec<Placed> {
        let mut timeline = Timeline::new();
        clock
            .iter()
            .map(|at| timeline.place(*at, RATE, false))
            .collect()
    }

    fn shown(clock: &[i64]) -> Vec<i64> {
        let placed = placed(clock);
        let first = placed[0].shown_at;
        placed
            .iter()
            .map(|one| one.shown_at.wrapping_sub(first).cast_signed())
            .collect()
    }

    #[test]
    fn a_steady_camera_is_shown_as_steadily() {
        assert_eq!(shown(&[7, FRAME + 7, 2 * FRAME + 7]), [0, FRAME, 2 * FRAME]);
        assert!(placed(&[7, FRAME + 7])[0].jumped);
        assert!(!placed(&[7, FRAME + 7])[1].jumped);
    }

    #[test]
    fn a_clock_that_jumps_goes_on_where_it_was() {
        let hour = 3_600 * i64::from(RATE);
        for jump in [-hour, hour] {
            let clock = [0, FRAME, 2 * FRAME + jump, 3 * FRAME + jump];
            assert_eq!(shown(&clock), [0, FRAME, 2 * FRAME, 3 * FRAME], "{jump}");
            assert!(placed(&clock)[2].jumped, "{jump}");
        }
    }

    #[test]
    fn a_frame_that_is_shown_before_its_predecessor_is_decoded_after_it() {
        let placed = placed(&[0, 3 * FRAME, FRAME, 2 * FRAME, 6 * FRAME]);
        assert!(
            placed
                .windows(2)
                .all(|two| two[0].sample.decoded_at < two[1].sample.decoded_at)
        );
        assert!(placed[2].sample.shown_after < 0);
        assert!(placed.iter().skip(1).all(|one| !one.jumped));
    }

    #[test]
    fn another_session_goes_on_after_the_one_before() {
        let mut timeline = Timeline::new();
        let before = timeline.place(5_000_000, RATE, true);
        timeline.begin();
        let after = timeline.place(0, RATE, true);
        assert_eq!(after.shown_at, before.shown_at + u64::from(DURATION_FIRST));
        assert!(after.jumped);
    }

    proptest! {
        #[test]
        fn decoding_never_goes_back_and_leaps_at_a_new_beginning_only(
            steps in prop::collection::vec(prop_oneof![
                8 => -30_000_i64..40_000,
                1 => any::<i32>().prop_map(i64::from),
                1 => any::<i64>(),
            ], 1..200),
            rate in prop_oneof![Just(90_000_u32), Just(8_000), any::<u32>()],
        ) {
            let mut timeline = Timeline::new();
            let (mut clock, mut last) = (0_i64, None::<Placed>);
            for step in steps {
                clock = clock.saturating_add(step);
                let placed = timeline.place(clock, rate, false);
                if let Some(last) = last {
                    prop_assert!(placed.sample.decoded_at > last.sample.decoded_at);
                    let leap = placed.sample.decoded_at - last.sample.decoded_at;
                    prop_assert!(placed.jumped || leap <= u64::from(placed.sample.duration) * 19 / 10);
                }
                prop_assert!((DURATION.0..=DURATION.1).contains(&placed.sample.duration));
                last = Some(placed);
            }
        }
    }
}
