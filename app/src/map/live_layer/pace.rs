//! How often what moves by itself may be drawn: as often as this machine can afford.
//!
//! What a frame costs is measured, not guessed from the name of a graphics card: a processor that
//! draws, an old tablet and a machine that is busy with something else all show in the same number.

use castellan_domain::time::Span;

/// Of frames that nobody's hand asks for, at most ten in a second. More would draw the whole map for
/// people who walk three pixels in one.
const PAUSE_MIN: Span = Span::from_millis(100);
/// And at least two in a second, however slow the machine: people are seen to walk.
const PAUSE_MAX: Span = Span::from_millis(500);
/// The pause is so many times the cost: such frames take a quarter of the time.
const COST_TIMES: i64 = 4;
/// The cost is the median of so many frames: one may have met a neighbour.
const COSTS_KEPT: usize = 5;
/// A frame that costs more than this is not drawn as smoothly as the screen could …
const SMOOTH_BELOW: Span = Span::from_millis(12);
/// … and one between the two changes nothing, or it would flicker from one to the other.
const ROUGH_ABOVE: Span = Span::from_millis(25);

/// What the latest frames cost.
#[derive(Debug, Default)]
pub struct Pace {
    /// At most [`COSTS_KEPT`], the latest last.
    costs: Vec<Span>,
    smooth: bool,
}

impl Pace {
    /// Takes what a frame cost, from its beginning until it was drawn.
    pub fn record(&mut self, cost: Span) {
        if self.costs.len() == COSTS_KEPT {
            self.costs.remove(0);
        }
        self.costs.push(cost);
        match self.cost() {
            Some(cost) if cost < SMOOTH_BELOW => self.smooth = true,
            Some(cost) if cost > ROUGH_ABOVE => self.smooth = false,
            Some(_) | None => {}
        }
    }

    /// What a frame costs; nothing until enough were measured.
    fn cost(&self) -> Option<Span> {
        let mut sorted = self.costs.clone();
        sorted.sort_unstable();
        (sorted.len() == COSTS_KEPT).then(|| sorted.get(COSTS_KEPT / 2).copied())?
    }

    /// Between two frames that nobody's hand asked for.
    pub fn pause(&self) -> Span {
        self.cost().map_or(PAUSE_MAX, |cost| {
            Span::from_micros(cost.as_micros() * COST_TIMES).clamp(PAUSE_MIN, PAUSE_MAX)
        })
    }

    /// Whether the machine draws so quickly that what pulses may move with each frame of the screen.
    pub fn is_smooth(&self) -> bool {
        self.smooth
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(costs_ms: &[i64]) -> Pace {
        let mut pace = Pace::default();
        for cost in costs_ms {
            pace.record(Span::from_millis(*cost));
        }
        pace
    }

    fn pause_ms(costs_ms: &[i64]) -> i64 {
        after(costs_ms).pause().as_millis()
    }

    #[test]
    fn a_graphics_card_draws_ten_times_a_second_and_a_processor_twice() {
        assert_eq!(pause_ms(&[4; 5]), 100);
        assert_eq!(pause_ms(&[60; 5]), 240);
        assert_eq!(pause_ms(&[180; 5]), 500);
        assert_eq!(pause_ms(&[1; 4]), 500, "nothing is known yet");
    }

    #[test]
    fn one_slow_frame_changes_nothing_and_what_is_long_ago_neither() {
        assert_eq!(pause_ms(&[5, 5, 900, 5, 5]), 100);
        assert_eq!(pause_ms(&[900, 900, 900, 900, 900, 5, 5, 5]), 100);
    }

    #[test]
    fn a_pulse_is_smooth_where_frames_are_cheap_and_does_not_flicker_in_between() {
        assert!(!after(&[]).is_smooth());
        let mut pace = after(&[5; 5]);
        assert!(pace.is_smooth());
        for (cost_ms, smooth) in [(18, true), (40, false), (18, false), (5, true)] {
            for _ in 0..COSTS_KEPT {
                pace.record(Span::from_millis(cost_ms));
            }
            assert_eq!(pace.is_smooth(), smooth, "{cost_ms} ms");
        }
    }
}
