//! From one frame to the next.

use super::frames::{Belief, Due};
use super::{Batch, EPOCH_S, Scene, seconds};
use castellan_domain::time::Span;

impl Scene {
    /// When the next frame is due: never while all is still.
    pub fn next_frame(&mut self, mono: Span) -> Option<Due> {
        let glides = !self.reduced_motion;
        let mut frames = std::mem::take(&mut self.frames);
        let due = frames.next(seconds(mono), glides, |after_s| self.next_fade_s(after_s));
        self.frames = frames;
        due
    }

    /// Everything is drawn as it is at this moment.
    pub fn begin_frame(&mut self, mono: Span) {
        let now = seconds(mono);
        if now - self.epoch_s > EPOCH_S {
            self.epoch_s = now;
            self.changed = [true; Batch::ALL.len()];
        }
        let mut frames = std::mem::take(&mut self.frames);
        if frames.have_glided() {
            self.changed[Batch::Ways as usize] = true;
        }
        if frames.draw(now, |after_s| self.next_fade_s(after_s)) {
            for batch in [Batch::Accuracy, Batch::Ways, Batch::People] {
                self.changed[batch as usize] = true;
            }
        }
        self.frames = frames;
    }

    /// When the first position fades after a moment.
    fn next_fade_s(&self, after_s: f64) -> f64 {
        let fades = self.people.values().map(|person| {
            let heard_s = self.heard_s(person.received_at, after_s);
            Belief::fades_at_s(heard_s, after_s)
        });
        fades.fold(f64::INFINITY, f64::min)
    }
}
