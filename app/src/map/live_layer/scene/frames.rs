//! When a frame is needed. A map that shows what it showed before is not drawn again: a machine
//! without a graphics card pays a tenth of a second of its processor for each frame.

use castellan_domain::time::Span;

/// A position is fully believed for so many seconds.
const FADING_S: f64 = 30.0;
/// Older than this many seconds a position is no longer believed.
const LOST_S: f64 = 120.0;
/// In between it fades in steps of so many seconds: each step is a frame.
const FADE_STEP_S: f64 = 15.0;
/// Timers and the clock may miss each other by a little; a step is looked for when it is surely over.
const AFTER_STEP_S: f64 = 0.01;

/// When the next frame is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due {
    /// Now: an alarm, or a hand on the keyboard.
    AtOnce,
    /// After a time, and not before the machine can bear it: people walk, and ages grow.
    Paced(Span),
}

/// How much a change asks for a frame.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Ask {
    /// What is drawn is what there is.
    #[default]
    Nothing,
    /// As soon as the machine can bear it.
    Paced,
    /// Now.
    AtOnce,
}

/// How far a position is believed, as it is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Belief {
    Fresh,
    /// By the number of steps.
    Fading(u8),
    Lost,
}

impl Belief {
    pub(super) fn of(heard_s: f64, now: f64) -> Self {
        let age = now - heard_s;
        if age < FADING_S {
            return Self::Fresh;
        }
        if age >= LOST_S {
            return Self::Lost;
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "between 0 and 6"
        )]
        let steps = ((age - FADING_S) / FADE_STEP_S) as u8;
        Self::Fading(steps)
    }

    /// When it next becomes another after `now`, in the display's seconds; never once it is lost.
    pub(super) fn fades_at_s(heard_s: f64, now: f64) -> f64 {
        let steps = match Self::of(heard_s, now) {
            Self::Fresh => 0,
            Self::Fading(steps) => steps + 1,
            Self::Lost => return f64::INFINITY,
        };
        heard_s + FADING_S + f64::from(steps) * FADE_STEP_S + AFTER_STEP_S
    }

    /// As the shaders read it: from 1 down to 0, and less than 0 where it is lost.
    pub(super) fn number(self) -> f64 {
        match self {
            Self::Fresh => 1.0,
            Self::Fading(steps) => {
                let along = (f64::from(steps) + 0.5) * FADE_STEP_S / (LOST_S - FADING_S);
                1.0 - along * along * (3.0 - 2.0 * along)
            }
            Self::Lost => -1.0,
        }
    }
}

/// What was drawn when, and what has changed since.
#[derive(Debug)]
pub(super) struct Frames {
    asked: Ask,
    drawn_s: f64,
    gliding_until_s: f64,
    /// Nobody's position fades before this moment.
    fades_at_s: f64,
}

impl Default for Frames {
    fn default() -> Self {
        Self {
            asked: Ask::Nothing,
            drawn_s: 0.0,
            gliding_until_s: 0.0,
            fades_at_s: f64::INFINITY,
        }
    }
}

impl Frames {
    pub(super) fn ask(&mut self, ask: Ask) {
        self.asked = self.asked.max(ask);
    }

    pub(super) fn drawn_s(&self) -> f64 {
        self.drawn_s
    }

    pub(super) fn glide_until(&mut self, until_s: f64) {
        self.gliding_until_s = self.gliding_until_s.max(until_s);
    }

    /// Whether somebody has glided since the latest frame.
    pub(super) fn have_glided(&self) -> bool {
        self.drawn_s < self.gliding_until_s
    }

    pub(super) fn fades_before(&mut self, at_s: f64) {
        self.fades_at_s = self.fades_at_s.min(at_s);
    }

    /// When the next frame is due. `next_fade_s` says when the first position fades after a moment.
    pub(super) fn next(
        &mut self,
        now: f64,
        glides: bool,
        next_fade_s: impl FnOnce(f64) -> f64,
    ) -> Option<Due> {
        match self.asked {
            Ask::AtOnce => return Some(Due::AtOnce),
            Ask::Paced => return Some(Due::Paced(Span::ZERO)),
            Ask::Nothing => {}
        }
        // Where a glide ends has to be drawn, too.
        if glides && self.drawn_s < self.gliding_until_s {
            return Some(Due::Paced(Span::ZERO));
        }
        if now >= self.fades_at_s {
            // Whoever was to fade may have been heard again.
            self.fades_at_s = next_fade_s(self.drawn_s);
        }
        let wait_s = self.fades_at_s - now;
        #[expect(
            clippy::cast_possible_truncation,
            reason = "at most two minutes of microseconds"
        )]
        wait_s
            .is_finite()
            .then(|| Due::Paced(Span::from_micros((wait_s.max(0.0) * 1e6).ceil() as i64)))
    }

    /// A frame is drawn now; whether somebody fades in it.
    pub(super) fn draw(&mut self, now: f64, next_fade_s: impl FnOnce(f64) -> f64) -> bool {
        let fades = now >= self.fades_at_s;
        if fades {
            self.fades_at_s = next_fade_s(now);
        }
        self.asked = Ask::Nothing;
        self.drawn_s = now;
        fades
    }

    /// The clock is another: when somebody fades has to be found out again.
    pub(super) fn forget_fades(&mut self) {
        self.fades_at_s = f64::NEG_INFINITY;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_fades_in_steps_until_it_is_lost() {
        let numbers: Vec<f64> = (0..130)
            .map(|age| Belief::of(0.0, f64::from(age)).number())
            .collect();
        assert!(numbers[..30].iter().all(|number| *number >= 1.0));
        assert!(numbers[120..].iter().all(|number| *number < 0.0));
        assert!(numbers.windows(2).all(|two| two[1] <= two[0]));
        let mut forms = numbers;
        forms.dedup();
        assert_eq!(forms.len(), 8);
    }

    #[test]
    fn the_next_step_is_another_form_and_nothing_before_it_is() {
        let (mut now, mut steps) = (0.0, 0);
        while Belief::of(0.0, now) != Belief::Lost {
            let next = Belief::fades_at_s(0.0, now);
            assert_ne!(Belief::of(0.0, next), Belief::of(0.0, now));
            assert_eq!(Belief::of(0.0, next - 0.02), Belief::of(0.0, now));
            (now, steps) = (next, steps + 1);
        }
        assert_eq!(steps, 7);
        assert!(Belief::fades_at_s(0.0, now).is_infinite());
    }
}
