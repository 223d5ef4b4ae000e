//! How far a phone's belief is from the truth: errors that drift, as those of satellites do.
//!
//! White noise would make a standing guard tremble. Real errors last: here for half a minute.

use fastrand::Rng;

/// Metres that a fix may be off at most.
pub const NOISE_M_MAX: f64 = 8.0;

/// Seconds over which an error of position forgets itself.
const ERROR_LASTS_S: f64 = 30.0;
/// Seconds over which the reported accuracy forgets itself.
const ACCURACY_LASTS_S: f64 = 90.0;
const ACCURACY_M_MIN: f64 = 4.0;
const ACCURACY_M_MAX: f64 = 12.0;

/// The error of one receiver.
#[derive(Debug, Clone)]
pub struct Noise {
    /// Metres east and north of the truth.
    error_m: (f64, f64),
    accuracy_m: f64,
}

impl Noise {
    /// A receiver that has just found its satellites.
    pub fn new(rng: &mut Rng) -> Self {
        Self {
            error_m: (gauss(rng) * 1.5, gauss(rng) * 1.5),
            accuracy_m: 5.0 + 3.0 * rng.f64(),
        }
    }

    /// Lets time pass.
    pub fn step(&mut self, seconds: f64, rng: &mut Rng) {
        let keep = (-seconds.max(0.0) / ACCURACY_LASTS_S).exp();
        let wander = (1.0 - keep * keep).sqrt();
        self.accuracy_m = (6.5 + (self.accuracy_m - 6.5) * keep + 1.8 * wander * gauss(rng))
            .clamp(ACCURACY_M_MIN, ACCURACY_M_MAX);

        let keep = (-seconds.max(0.0) / ERROR_LASTS_S).exp();
        let wander = (1.0 - keep * keep).sqrt() * self.accuracy_m / 3.0;
        let (east_m, north_m) = self.error_m;
        let east_m = east_m * keep + wander * gauss(rng);
        let north_m = north_m * keep + wander * gauss(rng);
        let shorten = (NOISE_M_MAX / east_m.hypot(north_m).max(NOISE_M_MAX)).min(1.0);
        self.error_m = (east_m * shorten, north_m * shorten);
    }

    /// Metres east and north between belief and truth.
    pub const fn error_m(&self) -> (f64, f64) {
        self.error_m
    }

    /// What the phone gives as its accuracy.
    pub const fn accuracy_m(&self) -> f64 {
        self.accuracy_m
    }
}

/// Roughly normal, never beyond ±6, without transcendental functions: the same on every machine.
fn gauss(rng: &mut Rng) -> f64 {
    (0..12).map(|_| rng.f64()).sum::<f64>() - 6.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_error_drifts_instead_of_jumping_and_stays_within_its_bound() {
        let mut rng = Rng::with_seed(7);
        let mut noise = Noise::new(&mut rng);
        let (mut steps_m, mut sizes_m) = (0.0, 0.0);
        for _ in 0..5_000 {
            let before = noise.error_m();
            noise.step(1.0, &mut rng);
            let now = noise.error_m();
            assert!(now.0.hypot(now.1) <= NOISE_M_MAX + 1e-9);
            assert!((4.0..=12.0).contains(&noise.accuracy_m()));
            steps_m += (now.0 - before.0).hypot(now.1 - before.1);
            sizes_m += now.0.hypot(now.1);
        }
        assert!(
            sizes_m / 5_000.0 > 1.0,
            "a few metres: {}",
            sizes_m / 5_000.0
        );
        assert!(
            steps_m < sizes_m / 2.0,
            "one second moves the error by much less than its size"
        );
    }
}
