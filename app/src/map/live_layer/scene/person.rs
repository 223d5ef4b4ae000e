//! Somebody on the map: where they are seen, and what of a new fix would show.

use castellan_domain::time::Timestamp;

/// Seconds that a marker takes to glide to its new place.
pub const GLIDE_S: f64 = 1.0;
/// A jump this far is not glided: nobody ran through the buildings in between.
const JUMP_M: f64 = 80.0;
/// A step this long tells where somebody is heading.
const STEP_M: f64 = 0.8;
/// Whoever has not taken a step for this long is standing.
const STANDING_S: f64 = 20.0;
/// A phone that trembles by less than this is drawn where it was: no eye would see it move.
const STILL_M: f64 = 0.2;
/// A circle that would be larger or smaller by less is drawn as it was.
const CIRCLE_STEP_M: f64 = 1.0;

#[derive(Debug, Clone)]
pub(super) struct Person {
    pub(super) from: (f64, f64),
    pub(super) to: (f64, f64),
    pub(super) set_out_s: f64,
    stepped_s: f64,
    pub(super) heading: Option<f64>,
    pub(super) received_at: Timestamp,
    /// Radius of the circle of uncertainty, if it has one.
    pub(super) circle_m: Option<f64>,
}

impl Person {
    /// Somebody who has just been heard of, and stands there.
    pub(super) fn new(
        at: (f64, f64),
        circle_m: Option<f64>,
        received_at: Timestamp,
        now: f64,
    ) -> Self {
        Self {
            from: at,
            to: at,
            set_out_s: now - GLIDE_S,
            stepped_s: now,
            heading: None,
            received_at,
            circle_m,
        }
    }

    pub(super) fn seen_at(&self, now: f64) -> (f64, f64) {
        let along = ((now - self.set_out_s) / GLIDE_S).clamp(0.0, 1.0);
        (
            self.from.0 + (self.to.0 - self.from.0) * along,
            self.from.1 + (self.to.1 - self.from.1) * along,
        )
    }

    /// Takes a new fix: sets out for its place, gliding if it is near. Whether any of it shows.
    pub(super) fn take(
        &mut self,
        to: (f64, f64),
        circle_m: Option<f64>,
        glides: bool,
        now: f64,
    ) -> bool {
        let (east, north) = (to.0 - self.to.0, to.1 - self.to.1);
        let step_m = east.hypot(north);
        let heading = self.heading;
        if step_m >= STEP_M {
            self.heading = (step_m < JUMP_M).then(|| east.atan2(north));
            self.stepped_s = now;
        } else if now - self.stepped_s > STANDING_S {
            self.heading = None;
        }
        let moves = step_m >= STILL_M;
        if moves {
            let seen = self.seen_at(now);
            self.from = if glides && step_m < JUMP_M { seen } else { to };
            self.to = to;
            self.set_out_s = now;
        }
        let resized = match (self.circle_m, circle_m) {
            (Some(drawn), Some(new)) => (drawn - new).abs() >= CIRCLE_STEP_M,
            (None, None) => false,
            (Some(_), None) | (None, Some(_)) => true,
        };
        if resized {
            self.circle_m = circle_m;
        }
        moves || resized || self.heading != heading
    }

    /// When its glide is over, in the display's seconds.
    pub(super) fn arrives_s(&self) -> f64 {
        if self.from == self.to {
            self.set_out_s
        } else {
            self.set_out_s + GLIDE_S
        }
    }
}
