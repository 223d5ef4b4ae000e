//! Site time: the wall clock, carried on by a clock that counts sleep and never jumps.
//!
//! It never runs backwards and never lies before the journal's last fact, whatever somebody does
//! to the machine's wall clock. It never stands still either, or no deadline would pass. The wall
//! clock is compared with the boot-time clock at every reading: a small difference is slewed, a
//! jump is noted. Forward is adopted at once. Backward, site time runs at half its rate until the
//! two meet.

use castellan_domain::system::ClockStepped;
use castellan_domain::time::{Span, Timestamp};
use castellan_domain::wire::api::ClockHealth;
use rustix::time::{ClockId, clock_gettime};
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A difference between two readings beyond this is a step, and told.
const STEP: i64 = 2_000_000;
/// Of the time that passes, the part by which a small difference is made good: one twentieth.
const SLEW: i64 = 20;
/// The same while the wall clock lies behind after a step: a half.
const HOLD: i64 = 2;
/// Steps that wait to be recorded; further ones are added to the last of them.
const STEPS_MAX: usize = 16;
/// Two readings further apart than this were torn apart by the scheduler or by sleep.
const READING_WITHIN: i64 = 1_000;
/// Attempts to read both clocks at the same moment.
const READINGS_MAX: usize = 10;

/// What the machine's clocks say at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Readings {
    /// What people believe the time to be; anybody may set it.
    pub(crate) wall: Timestamp,
    /// Time since the machine was started, sleep included.
    pub(crate) boot: Span,
}

/// Where readings come from.
type Source = Box<dyn Fn() -> Readings + Send + Sync>;

/// The only clock of the server.
pub(crate) struct Clock {
    source: Source,
    course: Mutex<Course>,
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Clock").finish_non_exhaustive()
    }
}

/// Site time as a function of readings. All numbers are microseconds.
#[derive(Debug)]
struct Course {
    /// Site time is the boot-time clock plus this.
    applied: i64,
    /// What the wall clock was ahead of the boot-time clock at the last reading.
    target: i64,
    boot: i64,
    /// The latest time given out.
    last: i64,
    /// The wall clock was set back and has not been met yet.
    is_holding: bool,
    /// Time that passed and was not used for slewing, because it was too short for a microsecond.
    unused: i64,
    /// Steps that nobody has taken yet.
    /// At most [`STEPS_MAX`]; more are added to the last.
    steps: Vec<ClockStepped>,
    steps_seen: u64,
    last_step: Option<ClockStepped>,
}

impl Course {
    fn start(readings: Readings, not_before: Timestamp) -> Self {
        let boot = readings.boot.as_micros();
        let target = readings.wall.as_micros() - boot;
        let applied = target.max(not_before.as_micros() - boot);
        let mut course = Self {
            applied,
            target,
            boot,
            last: boot + applied,
            is_holding: applied > target,
            unused: 0,
            steps: Vec::new(),
            steps_seen: 0,
            last_step: None,
        };
        if applied - target > STEP {
            course.note(target - applied);
        }
        course
    }

    fn advance(&mut self, readings: Readings) -> Timestamp {
        let boot = readings.boot.as_micros().max(self.boot);
        self.unused += boot - self.boot;
        self.boot = boot;
        let target = readings.wall.as_micros() - boot;
        let by = target - self.target;
        self.target = target;
        let ahead = self.applied - target;
        let has_stepped = by.abs() > STEP;
        if has_stepped {
            // Until it was noticed, time ran as ever.
            self.unused = 0;
        }
        if ahead == 0 {
            self.unused = 0;
        } else if -ahead > STEP || (has_stepped && ahead < 0) {
            self.applied = target;
            self.unused = 0;
        } else {
            self.is_holding |= ahead > STEP;
            let part = if self.is_holding { HOLD } else { SLEW };
            let good = self.unused / part;
            self.unused -= good * part;
            self.applied -= ahead.signum() * good.min(ahead.abs());
        }
        self.is_holding &= self.applied > target;
        self.last = self.last.max(boot + self.applied);
        if has_stepped {
            self.note(by);
        }
        Timestamp::from_micros(self.last)
    }

    fn note(&mut self, by: i64) {
        let step = ClockStepped {
            by: Span::from_micros(by),
            at: Timestamp::from_micros(self.last),
        };
        self.steps_seen += 1;
        self.last_step = Some(step);
        keep_step(&mut self.steps, step);
    }
}

/// Puts a step on a list of those that nobody has taken yet, or that are not on the record.
pub(crate) fn keep_step(steps: &mut Vec<ClockStepped>, step: ClockStepped) {
    if steps.len() < STEPS_MAX {
        steps.push(step);
    } else if let Some(last) = steps.last_mut() {
        let sum = last.by.as_micros().saturating_add(step.by.as_micros());
        last.by = Span::from_micros(sum);
    }
}

impl Clock {
    /// This machine's clock, going on after `not_before`, the time of the last fact.
    pub(crate) fn start(not_before: Timestamp) -> Self {
        Self::with(Box::new(machine), not_before)
    }

    /// A clock that follows any source of readings.
    pub(crate) fn with(source: Source, not_before: Timestamp) -> Self {
        let course = Mutex::new(Course::start(source(), not_before));
        Self { source, course }
    }

    fn course(&self) -> MutexGuard<'_, Course> {
        self.course.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Site time now.
    pub(crate) fn now(&self) -> Timestamp {
        // Read under the lock: two threads must not bring their readings in the wrong order.
        let mut course = self.course();
        course.advance((self.source)())
    }

    /// Steps since the last call, for the record.
    pub(crate) fn take_steps(&self) -> Vec<ClockStepped> {
        let mut course = self.course();
        course.advance((self.source)());
        std::mem::take(&mut course.steps)
    }

    /// What is shown under health.
    pub(crate) fn health(&self) -> ClockHealth {
        let mut course = self.course();
        course.advance((self.source)());
        ClockHealth {
            ahead_of_wall: Span::from_micros(course.applied - course.target),
            steps: course.steps_seen,
            last_step: course.last_step,
        }
    }
}

/// Both clocks of this machine, as nearly at the same moment as it allows.
fn machine() -> Readings {
    let mut before = micros_of(ClockId::Boottime);
    for _ in 1..READINGS_MAX {
        let wall = micros_of(ClockId::Realtime);
        let boot = micros_of(ClockId::Boottime);
        if boot - before <= READING_WITHIN {
            return readings(wall, boot);
        }
        before = boot;
    }
    // A machine that never gets there is overloaded; then a few milliseconds are not its worry.
    readings(micros_of(ClockId::Realtime), micros_of(ClockId::Boottime))
}

fn readings(wall: i64, boot: i64) -> Readings {
    Readings {
        wall: Timestamp::from_micros(wall),
        boot: Span::from_micros(boot),
    }
}

fn micros_of(clock: ClockId) -> i64 {
    let time = clock_gettime(clock);
    time.tv_sec * 1_000_000 + time.tv_nsec / 1_000
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::sync::Arc;
    use std::time::{Duration, Instant};

    const SECOND: i64 = 1_000_000;
    const HOUR: i64 = 3_600 * SECOND;
    const START: i64 = 1_795_000_000 * SECOND;

    /// Clocks that move only when a test says so.
    #[derive(Debug, Clone)]
    pub(crate) struct Hands(Arc<Mutex<(i64, i64)>>);

    impl Hands {
        pub(crate) fn new() -> Self {
            Self(Arc::new(Mutex::new((START, 77 * SECOND))))
        }

        /// Time passes, asleep or awake.
        pub(crate) fn pass(&self, micros: i64) {
            let mut hands = self.0.lock().unwrap();
            hands.0 += micros;
            hands.1 += micros;
        }

        /// Somebody sets the wall clock.
        pub(crate) fn set(&self, by: i64) {
            self.0.lock().unwrap().0 += by;
        }

        pub(crate) fn clock(&self, not_before: i64) -> Clock {
            let hands = self.clone();
            let source = move || {
                let (wall, boot) = *hands.0.lock().unwrap();
                readings(wall, boot)
            };
            Clock::with(Box::new(source), Timestamp::from_micros(not_before))
        }
    }

    fn since_start(clock: &Clock) -> i64 {
        clock.now().as_micros() - START
    }

    #[test]
    fn an_hour_forward_is_adopted_at_once_and_told_once() {
        let hands = Hands::new();
        let clock = hands.clock(0);
        hands.pass(SECOND);
        hands.set(HOUR);
        assert_eq!(since_start(&clock), SECOND + HOUR);
        let told = ClockStepped {
            by: Span::from_micros(HOUR),
            at: Timestamp::from_micros(START + SECOND + HOUR),
        };
        assert_eq!(clock.health().last_step, Some(told));
        assert_eq!(clock.take_steps(), [told]);
        hands.pass(SECOND);
        assert_eq!(since_start(&clock), 2 * SECOND + HOUR);
        assert_eq!(clock.take_steps(), []);
        assert_eq!(clock.health().ahead_of_wall, Span::ZERO);
    }

    #[test]
    fn an_hour_back_is_run_at_half_rate_until_the_two_meet() {
        let hands = Hands::new();
        let clock = hands.clock(0);
        hands.pass(SECOND);
        hands.set(-HOUR);
        assert_eq!(since_start(&clock), SECOND, "it does not go back");
        hands.pass(HOUR);
        assert_eq!(since_start(&clock), SECOND + HOUR / 2);
        assert_eq!(clock.health().ahead_of_wall, Span::from_micros(HOUR / 2));
        hands.pass(HOUR);
        assert_eq!(since_start(&clock), SECOND + HOUR, "here they meet");
        hands.pass(HOUR);
        assert_eq!(
            since_start(&clock),
            SECOND + 2 * HOUR,
            "and it runs on as ever"
        );
        let told: Vec<_> = clock.take_steps().iter().map(|step| step.by).collect();
        assert_eq!(told, [Span::from_micros(-HOUR)]);
    }

    #[test]
    fn half_rate_is_kept_however_often_the_clock_is_read() {
        let hands = Hands::new();
        let clock = hands.clock(0);
        hands.set(-HOUR);
        clock.now();
        for _ in 0..100_000 {
            hands.pass(3);
            clock.now();
        }
        assert_eq!(since_start(&clock), 150_000);
    }

    #[test]
    fn drift_is_made_good_without_a_jump_and_without_a_word() {
        for by in [1_500_000, -1_500_000] {
            let hands = Hands::new();
            let clock = hands.clock(0);
            hands.set(by);
            assert_eq!(since_start(&clock), 0, "nothing jumps");
            hands.pass(10 * SECOND);
            assert_eq!(since_start(&clock), 10 * SECOND + by.signum() * SECOND / 2);
            hands.pass(20 * SECOND);
            assert_eq!(since_start(&clock), 30 * SECOND + by);
            hands.pass(SECOND);
            assert_eq!(since_start(&clock), 31 * SECOND + by);
            assert_eq!(clock.take_steps(), []);
        }
    }

    #[test]
    fn six_hours_of_sleep_are_no_step() {
        let hands = Hands::new();
        let clock = hands.clock(0);
        hands.pass(6 * HOUR);
        assert_eq!(since_start(&clock), 6 * HOUR);
        assert_eq!(clock.take_steps(), []);
    }

    #[test]
    fn a_wall_clock_found_behind_the_record_at_a_start_is_told_and_met_at_half_rate() {
        let hands = Hands::new();
        let clock = hands.clock(START + HOUR);
        assert_eq!(since_start(&clock), HOUR);
        assert_eq!(clock.take_steps()[0].by, Span::from_micros(-HOUR));
        hands.pass(SECOND);
        assert_eq!(
            since_start(&clock),
            HOUR + SECOND / 2,
            "it never stands still"
        );
    }

    #[test]
    fn somebody_who_plays_with_the_clock_fills_no_list() {
        let hands = Hands::new();
        let clock = hands.clock(0);
        for _ in 0..100 {
            hands.set(HOUR);
            clock.now();
        }
        let told = clock.take_steps();
        assert_eq!(told.len(), STEPS_MAX);
        let sum: i64 = told.iter().map(|step| step.by.as_micros()).sum();
        assert_eq!(sum, 100 * HOUR, "what does not fit is added, not lost");
        assert_eq!(clock.health().steps, 100);
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn whatever_happens_it_never_goes_back_and_moves_at_half_rate_at_least(
            moves in prop::collection::vec((0i64..HOUR, -2 * HOUR..2 * HOUR, any::<bool>()), 1..60),
        ) {
            let hands = Hands::new();
            let clock = hands.clock(0);
            let mut before = clock.now();
            for (pass, set, is_set) in moves {
                hands.pass(pass);
                if is_set {
                    hands.set(set);
                }
                let now = clock.now();
                prop_assert!(now.since(before).as_micros() >= pass / 2 - 1);
                before = now;
            }
            // Left alone for long enough, it is the wall clock again.
            hands.pass(1_000 * HOUR);
            clock.now();
            prop_assert_eq!(clock.health().ahead_of_wall, Span::ZERO);
        }
    }

    #[test]
    fn this_machines_clock_starts_with_the_wall_clock_and_moves() {
        let clock = Clock::start(Timestamp::default());
        let first = clock.now();
        let wall = Timestamp::from_micros(micros_of(ClockId::Realtime));
        assert!(wall.since(first).as_secs().abs() <= 5);
        let end = Instant::now() + Duration::from_secs(5);
        while clock.now() <= first {
            assert!(Instant::now() < end, "it stands still");
        }
    }
}
