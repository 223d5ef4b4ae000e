//! What was closed leaves the live site after a day, or when too many are closed.

use crate::common::{START, World, fact, is_done, secs};
use castellan_domain::alarm::{AlarmFact, AlarmRefusal, CLOSED_ALARMS_MAX, Verdict};
use castellan_domain::fact::{AlarmCleared, FactBody};
use castellan_domain::ids::AlarmId;
use castellan_domain::observation::ReportedState;
use castellan_domain::refusal::Refusal;
use castellan_domain::time::Span;
use castellan_domain::view::View;

const DAY: Span = secs(24 * 3_600);

/// A world in which this many alarms were closed, one second apart.
fn closed(count: usize) -> World {
    let mut world = World::new();
    for _ in 0..count {
        let alarm = world.raise("button-1", "panic", ReportedState::Momentary);
        assert!(is_done(&world.claim("li-na", alarm)));
        assert!(is_done(&world.judge("li-na", alarm, Verdict::Test)));
        world.wait(secs(1));
    }
    world
}

#[test]
fn what_was_closed_a_day_ago_leaves_with_the_next_fact_and_not_before() {
    let mut world = closed(2);
    world.raise("gas-1", "gas_low", ReportedState::Active);
    world.claim("li-na", AlarmId(3)).unwrap();
    world.now = START + DAY;
    world.note("li-na", AlarmId(3)).unwrap();
    assert_eq!(world.view().alarms.len(), 3, "exactly a day is still live");
    world.now = world.now + Span::from_micros(1);
    let before = world.alarm(AlarmId(1)).clone();
    let one_more = fact(
        world.view().seq.0 + 1,
        world.now,
        FactBody::Alarm(AlarmFact::Cleared(AlarmCleared {
            alarm: AlarmId(99),
            source: None,
            ended: Vec::new(),
        })),
    );
    let touched = world.engine.apply(&one_more);
    let gone: Vec<_> = touched.alarms.iter().map(|change| change.id).collect();
    assert_eq!(gone, [AlarmId(1)]);
    assert_eq!(touched.alarms[0].before.as_ref(), Some(&before));
    let alarm = AlarmId(1);
    assert_eq!(
        world.note("li-na", alarm),
        Err(Refusal::Alarm(AlarmRefusal::UnknownAlarm { alarm }))
    );
    world.now = world.now + secs(30 * 24 * 3_600);
    world.note("li-na", AlarmId(3)).unwrap();
    let live: Vec<_> = world.view().alarms.keys().copied().collect();
    assert_eq!(live, [AlarmId(3)], "what is open stays, however old");
}

#[test]
fn one_closed_alarm_too_many_lets_the_first_one_go() {
    let mut world = closed(CLOSED_ALARMS_MAX);
    assert_eq!(world.view().alarms.len(), CLOSED_ALARMS_MAX);
    let first = *world.view().alarms.keys().next().unwrap();
    assert_eq!(first, AlarmId(1));
    let late: View = serde_json::from_str(&serde_json::to_string(world.view()).unwrap()).unwrap();
    let from = world.facts.len();
    let alarm = world.raise("button-1", "panic", ReportedState::Momentary);
    world.claim("li-na", alarm).unwrap();
    world.judge("li-na", alarm, Verdict::Test).unwrap();
    assert_eq!(world.view().alarms.len(), CLOSED_ALARMS_MAX);
    assert!(!world.view().alarms.contains_key(&first));
    let mut replica = late;
    for stamped in &world.facts[from..] {
        replica.apply(&stamped.fact);
    }
    assert_eq!(&replica, world.view(), "a replica lets go of the same");
}
