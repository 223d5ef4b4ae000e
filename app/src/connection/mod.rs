//! A socket to the server, and how long to wait before there is another one.

#[cfg(target_arch = "wasm32")]
mod socket;

#[cfg(target_arch = "wasm32")]
pub use socket::{Connection, Incoming};

/// Longest wait between two attempts to connect, in milliseconds.
const WAIT_MS_MAX: u32 = 5_000;

/// Milliseconds to wait before attempt number `attempt` (from 0), doubled each time. `chance` from
/// 0 to 1 spreads the displays of a wall, so that they do not all come back in one instant.
pub fn wait_ms(attempt: u32, chance: f64) -> u32 {
    let longest = 250_u32
        .saturating_mul(2_u32.saturating_pow(attempt.min(16)))
        .min(WAIT_MS_MAX);
    let half = longest / 2;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "at most WAIT_MS_MAX, at least 0"
    )]
    let spread = (f64::from(half) * chance.clamp(0.0, 1.0)) as u32;
    half + spread
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_five_seconds_and_never_vanish() {
        assert_eq!(wait_ms(0, 0.0), 125);
        assert_eq!(wait_ms(0, 1.0), 250);
        assert_eq!(wait_ms(30, 1.0), 5_000);
        assert_eq!(wait_ms(u32::MAX, 0.0), 2_500);
    }
}
