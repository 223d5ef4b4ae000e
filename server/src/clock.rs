//! Site time: the wall clock at start, advanced by a clock that counts sleep and never jumps.
//!
//! It never runs backwards and never lies before the journal's last fact, whatever somebody does
//! to the machine's wall clock meanwhile. It never stands still either, or no deadline would pass:
//! where the wall clock lies behind the journal, site time runs at half its rate until they meet.

use castellan_domain::time::{Span, Timestamp};
use rustix::time::{ClockId, clock_gettime};
use std::sync::atomic::{AtomicI64, Ordering};

/// The only clock of the server.
#[derive(Debug)]
pub(crate) struct Clock {
    wall_at_start: Timestamp,
    boot_at_start: Span,
    /// The time of the journal's last fact.
    not_before: Timestamp,
    /// The latest time given out, in microseconds.
    last: AtomicI64,
}

impl Clock {
    /// A clock that continues after `not_before`, the time of the last fact.
    pub(crate) fn start(not_before: Timestamp) -> Self {
        let wall = micros_of(ClockId::Realtime);
        Self {
            wall_at_start: Timestamp::from_micros(wall),
            boot_at_start: Span::from_micros(micros_of(ClockId::Boottime)),
            not_before,
            last: AtomicI64::new(not_before.as_micros()),
        }
    }

    /// Site time now.
    pub(crate) fn now(&self) -> Timestamp {
        let since_start = micros_of(ClockId::Boottime) - self.boot_at_start.as_micros();
        let wall = self.wall_at_start + Span::from_micros(since_start);
        let held_back = self.not_before + Span::from_micros(since_start / 2);
        let now = wall.max(held_back).as_micros();
        let before = self.last.fetch_max(now, Ordering::AcqRel);
        Timestamp::from_micros(before.max(now))
    }
}

fn micros_of(clock: ClockId) -> i64 {
    let time = clock_gettime(clock);
    time.tv_sec * 1_000_000 + time.tv_nsec / 1_000
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::{Duration, Instant};

    #[test]
    fn a_machine_set_back_to_last_year_does_not_turn_site_time_back() {
        let next_year =
            Timestamp::from_micros(micros_of(ClockId::Realtime)) + Span::from_secs(30_000_000);
        let clock = Clock::start(next_year);
        assert!(clock.now() >= next_year);
        let (first, end) = (clock.now(), Instant::now() + Duration::from_secs(5));
        while clock.now() <= first {
            assert!(
                Instant::now() < end,
                "it stands still, and no deadline would pass"
            );
        }
        assert!(clock.now() < next_year + Span::from_secs(60));
    }

    #[test]
    fn it_starts_with_the_wall_clock_and_moves() {
        let clock = Clock::start(Timestamp::default());
        let first = clock.now();
        let wall = Timestamp::from_micros(micros_of(ClockId::Realtime));
        assert!(wall.since(first).as_secs().abs() <= 5);
        assert!(clock.now() >= first);
    }
}
