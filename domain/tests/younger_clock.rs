//! A phone whose clock falls back does not freeze its guard, and what a phone kept and sends late
//! does not pull its guard back: on the map, and in what the rules remember.

use crate::common::cases;
use crate::rules_common::{NOON, World, at, id};
use castellan_domain::command::Command;
use castellan_domain::geo::Anchor;
use castellan_domain::observation::{Fix, Observation, PhoneFix};
use castellan_domain::staff::StaffCommand;
use castellan_domain::stream::Lane;
use castellan_domain::time::{Span, Timestamp};
use proptest::prelude::*;

const DAY_S: i64 = 24 * 3_600;

fn millis(ms: i64) -> Span {
    Span::from_millis(ms)
}

/// A guard on the map and in the memory of the rules.
struct Guard {
    world: World,
    lane: Lane,
    fixes: u32,
}

impl Guard {
    fn new() -> Self {
        Self {
            world: World::new(),
            lane: Lane::new(Anchor::new(at(0.0, 0.0)), 1),
            fixes: 0,
        }
    }

    /// Whether a fix becomes where the guard is now.
    fn goes(&mut self, occurred_at: Timestamp, received_at: Timestamp) -> bool {
        self.fixes += 1;
        // Each at a place of its own, none so far that nobody could be there.
        let place = at(f64::from(self.fixes) / 10.0, 0.0);
        let fix = PhoneFix {
            phone: id("guard-01"),
            occurred_at,
            received_at,
            at: place,
            accuracy_dm: None,
            battery_percent: None,
        };
        self.world.now = received_at;
        let shown: Fix = fix.clone().of(id("wang-qiang"));
        let answer = self.world.observe(Observation::PhoneFix(fix));
        assert!(answer.is_ok(), "{answer:?}");
        let remembered = self.world.engine.last_place(&id("wang-qiang"));
        let remembered = remembered.map(|last| last.at) == Some(place);
        let shown = self.lane.update(&shown);
        assert_eq!(shown, remembered, "map and memory agree");
        shown
    }
}

proptest! {
    #![proptest_config(cases(200, "tests/regressions/younger_clock.txt"))]

    #[test]
    fn a_clock_that_fell_back_is_believed_after_half_a_minute(
        back_s in 600..6 * DAY_S,
        every_s in 1_i64..=60,
        late_ms in prop::collection::vec(0_i64..900, 60),
    ) {
        let mut guard = Guard::new();
        prop_assert!(guard.goes(NOON, NOON));
        let mut first = None;
        for (n, late) in (1_i64..).zip(&late_ms) {
            let true_time = NOON + millis(n * every_s * 1_000 + late);
            if true_time.since(NOON) > Span::from_secs(300) {
                break;
            }
            let own = Timestamp::from_secs(true_time.as_micros() / 1_000_000 - back_s);
            let begun = *first.get_or_insert(true_time);
            let believed = n >= 3 && true_time.since(begun) >= Span::from_secs(30);
            prop_assert_eq!(guard.goes(own, true_time), believed, "fix {}", n);
        }
        // Its owner sets it right: that is newer at once.
        let later = NOON + Span::from_secs(400);
        prop_assert!(guard.goes(later, later));
    }

    #[test]
    fn what_was_kept_never_pulls_a_guard_back(
        back_s in 4 * 3_600..6 * DAY_S,
        kept_every_s in 1_i64..=60,
        // In percent of the pace at which it was made: slower, or faster.
        pace in prop_oneof![10_i64..=66, 150_i64..=20_000],
        count in 3_usize..100,
        said_again in prop::bool::weighted(0.2),
    ) {
        let mut guard = Guard::new();
        prop_assert!(guard.goes(NOON, NOON));
        let mut received_at = NOON;
        let mut own = NOON - Span::from_secs(back_s);
        for _ in 0..count {
            received_at = received_at + millis((kept_every_s * 100_000 / pace).max(1));
            if !said_again {
                own = own + Span::from_secs(kept_every_s);
            }
            prop_assert!(!guard.goes(own, received_at), "pulled back to {own:?}");
        }
        prop_assert!(guard.goes(received_at, received_at), "and on it goes");
    }
}

#[test]
fn a_fix_of_now_in_between_ends_every_doubt() {
    let mut guard = Guard::new();
    let seconds = |n| NOON + Span::from_secs(n);
    assert!(guard.goes(seconds(0), seconds(0)));
    for n in 1..60 {
        let now = seconds(n * 10);
        let kept = now - Span::from_secs(3_600);
        assert!(
            !guard.goes(kept, now),
            "it keeps pace, and is old all the same"
        );
        if n % 2 == 0 {
            assert!(guard.goes(now, now));
        }
    }
}

#[test]
fn somebody_whose_clock_fell_back_is_still_found_where_they_should_not_be() {
    let mut world = World::new();
    let person = id("sun-lei");
    world.done("sun-lei", Command::Staff(StaffCommand::GoOnDuty { person }));
    let fix = |world: &mut World, east: f64, own: Timestamp| {
        let fix = PhoneFix {
            phone: id("guard-02"),
            occurred_at: own,
            received_at: world.now,
            at: at(east, 5.0),
            accuracy_dm: Some(50),
            battery_percent: None,
        };
        world.observe(Observation::PhoneFix(fix)).unwrap();
    };
    fix(&mut world, 250.0, NOON);
    // An hour back, and into the tank.
    for n in 1..=12 {
        world.now = NOON + Span::from_secs(n * 10);
        let own = world.now - Span::from_secs(3_600);
        fix(&mut world, 305.0, own);
    }
    let row = world.row("area_breach");
    assert!(row.is_active());
}
