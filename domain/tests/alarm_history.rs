//! What a row tells of itself: the record of what was done, not what became of it.

use crate::common::bodies::alarm_bodies;
use crate::common::{START, World, cases, fact, id, is_done, secs};
use castellan_domain::alarm::{
    Alarm, AlarmCommand, AlarmFact, ReturnedBy, ShelfReason, Source, Verdict,
};
use castellan_domain::audience::Audience;
use castellan_domain::command::Command;
use castellan_domain::engine::Input;
use castellan_domain::estate::Priority;
use castellan_domain::fact::{AlarmOverdue, AlarmRepeated, AlarmViewed, Fact, FactBody};
use castellan_domain::ids::{AlarmId, PersonId, Seq};
use castellan_domain::observation::ReportedState::{Active, Cleared, Momentary};
use castellan_domain::observation::{Doubts, TimeDoubt};
use castellan_domain::refusal::CommonRefusal;
use castellan_domain::subject::{Again, HISTORY_STEPS_MAX, Step};
use castellan_domain::time::Timestamp;
use castellan_domain::view::{Shown, View};
use proptest::prelude::*;
use std::collections::BTreeMap;

fn with(kind: &str) -> (World, AlarmId) {
    let mut world = World::new();
    let alarm = world.raise("gas-1", kind, Active);
    (world, alarm)
}

#[track_caller]
fn does(world: &mut World, who: &str, command: AlarmCommand) {
    let answer = world.command(who, None, Command::Alarm(command));
    assert!(is_done(&answer), "{answer:?}");
}

/// Kind of fact, who, seconds since the start, how often.
type Told = (&'static str, Option<String>, i64, u32);

fn told(world: &World, alarm: AlarmId) -> Vec<Told> {
    let steps = world.alarm(alarm).history.steps().iter();
    steps
        .map(|step| {
            let who = step.actor.as_ref().map(PersonId::to_string);
            let at = step.at.since(START).as_secs();
            (step.fact.kind().0, who, at, step.times())
        })
        .collect()
}

fn by(kind: &'static str, who: &str, at: i64) -> Told {
    (kind, Some(who.to_owned()), at, 1)
}

const fn itself(kind: &'static str, at: i64, times: u32) -> Told {
    (kind, None, at, times)
}

#[test]
fn a_claim_stays_its_makers_after_the_alarm_was_handed_on() {
    let (mut world, alarm) = with("gas_low");
    world.wait(secs(5));
    world.claim("li-na", alarm).unwrap();
    world.wait(secs(5));
    let to: PersonId = id("zhao-min");
    let handed_on = AlarmCommand::Transfer { alarm, to };
    does(&mut world, "li-na", handed_on);
    let expected = [
        itself("alarm_raised", 0, 1),
        by("alarm_claimed", "li-na", 5),
        by("alarm_transferred", "li-na", 10),
    ];
    assert_eq!(told(&world, alarm), expected);
    assert_eq!(world.alarm(alarm).owner(), Some(&id("zhao-min")));
}

#[test]
fn who_looks_at_the_pictures_of_an_alarm_is_told_and_has_done_nothing_by_that() {
    let (mut world, alarm) = with("gas_low");
    world.claim("li-na", alarm).unwrap();
    let before = world.alarm(alarm).clone();
    let mut look = |by: &str, camera: &str| {
        let (from, to) = (world.now, world.now + secs(10));
        world.wait(secs(20));
        let (by, camera) = (id(by), id(camera));
        let looked = AlarmViewed {
            alarm,
            camera,
            by,
            from,
            to,
        };
        let answer = world.give(Input::Viewed(looked));
        assert!(is_done(&answer.expect("an answer")));
    };
    look("zhao-min", "cam-1");
    look("zhao-min", "cam-2");
    look("zhao-min", "cam-1");
    look("li-na", "cam-1");
    let expected = [
        itself("alarm_raised", 0, 1),
        by("alarm_claimed", "li-na", 0),
        itself("alarm_viewed", 20, 2),
        itself("alarm_viewed", 40, 1),
        itself("alarm_viewed", 80, 1),
    ];
    assert_eq!(told(&world, alarm), expected);
    let after = world.alarm(alarm);
    assert_eq!(
        (after.version, after.next_due()),
        (before.version, before.next_due())
    );

    let unknown = AlarmViewed {
        alarm: AlarmId(9_999),
        camera: id("cam-1"),
        by: id("li-na"),
        from: world.now,
        to: world.now,
    };
    let answer = world.give(Input::Viewed(unknown)).expect("an answer");
    assert_eq!(answer, Err(CommonRefusal::NothingToDo.into()));
}

#[test]
fn what_was_given_back_and_what_came_back_stand_in_it_with_who_and_when() {
    let (mut world, alarm) = with("gas_low");
    world.claim("li-na", alarm).unwrap();
    world.wait(secs(5));
    does(&mut world, "li-na", AlarmCommand::Release { alarm });
    world.wait(secs(5));
    world.claim("zhao-min", alarm).unwrap();
    // Nothing is done for three minutes.
    world.wait(secs(185));
    let expected = [
        itself("alarm_raised", 0, 1),
        by("alarm_claimed", "li-na", 0),
        by("alarm_released", "li-na", 5),
        by("alarm_claimed", "zhao-min", 10),
        itself("alarm_returned", 190, 1),
    ];
    assert_eq!(told(&world, alarm), expected);
    let last = world.alarm(alarm).history.steps().last().unwrap();
    assert!(
        matches!(&last.fact, AlarmFact::Returned(back) if back.why == ReturnedBy::NoFollowUp),
        "{last:?}"
    );
}

#[test]
fn what_was_muted_and_put_aside_stands_in_it_with_who_and_why() {
    let (mut world, alarm) = with("door_held");
    does(&mut world, "li-na", AlarmCommand::Mute { alarm });
    let (for_s, reason) = (600, ShelfReason::Works);
    let aside = AlarmCommand::Shelve {
        alarm,
        for_s,
        reason,
    };
    does(&mut world, "li-na", aside.clone());
    world.wait(secs(10));
    does(&mut world, "zhao-min", AlarmCommand::Unshelve { alarm });
    does(&mut world, "zhou-jie", aside);
    world.wait(secs(600));
    let expected = [
        itself("alarm_raised", 0, 1),
        by("alarm_muted", "li-na", 0),
        by("alarm_shelved", "li-na", 0),
        by("alarm_unshelved", "zhao-min", 10),
        by("alarm_shelved", "zhou-jie", 10),
        itself("alarm_unshelved", 610, 1),
    ];
    assert_eq!(told(&world, alarm), expected);
}

#[test]
fn what_devices_and_deadlines_say_again_is_counted_until_a_person_does_something() {
    let (mut world, alarm) = with("gas_low");
    for _ in 0..3 {
        world.wait(secs(100));
        world.report("gas-1", "gas_low", Active).unwrap();
        world.report("gas-1", "gas_low", Cleared).unwrap();
        world.report("gas-1", "gas_low", Active).unwrap();
    }
    world.claim("li-na", alarm).unwrap();
    world.report("gas-1", "gas_low", Active).unwrap();
    let told = told(&world, alarm);
    let overdue = told[1].3;
    assert!(overdue > 1, "{told:?}");
    let expected = [
        itself("alarm_raised", 0, 1),
        itself("alarm_overdue", 60, overdue),
        itself("alarm_repeated", 100, 6),
        itself("alarm_cleared", 100, 3),
        by("alarm_claimed", "li-na", 300),
        itself("alarm_repeated", 300, 1),
    ];
    assert_eq!(told, expected);
    let again = world.alarm(alarm).history.steps()[2].again;
    assert_eq!(again.unwrap().at, START + secs(300), "the last time");
}

#[test]
fn what_brings_something_new_is_a_step_of_its_own() {
    let (mut world, alarm) = with("gas_low");
    let repeated = |source: Option<&str>, kind: &str| AlarmRepeated {
        active_s_max: None,
        alarm,
        source: source.map(|source| Source::Device(id(source))),
        kind: id(kind),
        family: id("gas"),
        state: Momentary,
        doubts: Doubts::default(),
        place: None,
        silence: None,
    };
    let overdue = |late_s| AlarmOverdue {
        alarm,
        times: 1,
        claim_due_at: START,
        late_s,
    };
    let doubtful = |time| AlarmRepeated {
        doubts: Doubts {
            time,
            ..Doubts::default()
        },
        ..repeated(None, "gas_low")
    };
    let wrong = |s| {
        Some(TimeDoubt::Unbelievable {
            said: START + secs(s),
        })
    };
    let bodies = [
        AlarmFact::Repeated(repeated(None, "gas_low")),
        AlarmFact::Repeated(doubtful(wrong(1))),
        AlarmFact::Repeated(doubtful(wrong(2))),
        AlarmFact::Repeated(doubtful(Some(TimeDoubt::Unreadable))),
        AlarmFact::Repeated(repeated(Some("gas-2"), "gas_low")),
        AlarmFact::Repeated(repeated(None, "gas_mid")),
        AlarmFact::Overdue(overdue(0)),
        AlarmFact::Overdue(overdue(40)),
        AlarmFact::Overdue(overdue(40)),
    ];
    let first = world.view().seq.0 + 1;
    for (seq, body) in (first..).zip(bodies) {
        let fact = fact(seq, world.now, FactBody::Alarm(body));
        world.engine.apply(&fact);
    }
    let told = told(&world, alarm);
    assert_eq!(
        told.len(),
        9,
        "that nobody noticed is told each time: {told:?}"
    );
}

#[test]
fn a_drill_is_one_in_every_step() {
    let mut world = World::new();
    world.drill("gas-1", "gas_low", Active).unwrap();
    let (&alarm, _) = world.view().alarms.first_key_value().unwrap();
    world.wait(secs(70));
    world.claim("li-na", alarm).unwrap();
    let steps = world.alarm(alarm).history.steps();
    assert_eq!(steps.len(), 3);
    assert!(steps.iter().all(|step| step.drill));
}

#[test]
fn what_was_split_off_begins_with_that_and_the_rest_tells_it_too() {
    let mut world = World::new();
    let alarm = world.raise("gas-1", "gas_low", Active);
    let joined = castellan_domain::fact::AlarmJoined {
        active_s_max: None,
        alarm,
        source: Source::Device(id("gas-2")),
        kind: id("gas_low"),
        family: id("gas"),
        state: Active,
        why: castellan_domain::alarm::JoinedBy::Flood,
        doubts: Doubts::default(),
        place: castellan_domain::alarm::Located::Unknown,
        silence: None,
    };
    let seq = world.view().seq.0 + 1;
    let joined = fact(seq, world.now, FactBody::Alarm(AlarmFact::Joined(joined)));
    world.engine.apply(&joined);
    let source = Source::Device(id("gas-2"));
    does(&mut world, "li-na", AlarmCommand::Split { alarm, source });
    let (&alone, _) = world.view().alarms.last_key_value().unwrap();
    assert_ne!(alone, alarm);
    assert_eq!(told(&world, alone), [by("alarm_split", "li-na", 0)]);
    let of_rest = told(&world, alarm);
    assert_eq!(of_rest.last(), Some(&by("alarm_split", "li-na", 0)));
}

#[test]
fn a_row_keeps_how_it_began_and_what_came_last_and_counts_the_rest() {
    let (mut world, alarm) = with("gas_low");
    world.claim("li-na", alarm).unwrap();
    for _ in 0..HISTORY_STEPS_MAX {
        world.note("li-na", alarm).unwrap();
    }
    let row = world.alarm(alarm);
    let told = told(&world, alarm);
    assert_eq!((told.len(), row.history.left_out()), (HISTORY_STEPS_MAX, 2));
    assert_eq!(told[0].0, "alarm_raised");
    assert!(told[1..].iter().all(|step| step.0 == "alarm_noted"));
    let last = row.history.steps().last().unwrap();
    assert_eq!(last.seq, world.view().seq);
}

#[test]
fn what_is_refused_is_no_step() {
    let (mut world, alarm) = with("gas_low");
    world.claim("li-na", alarm).unwrap();
    let before = told(&world, alarm);
    world.claim("zhao-min", alarm).unwrap_err();
    world.judge("zhao-min", alarm, Verdict::Test).unwrap_err();
    assert_eq!(told(&world, alarm), before);
}

#[test]
fn walls_are_shown_the_row_and_not_its_history() {
    let (mut world, alarm) = with("gas_low");
    world.claim("li-na", alarm).unwrap();
    let row = world.alarm(alarm);
    for audience in Audience::WITH_COPY {
        let shown = row.seen_by(&alarm, &audience).unwrap();
        let is_told = !shown.history.is_empty();
        assert_eq!(is_told, audience == Audience::Staff, "{audience:?}");
        assert_eq!((shown.id, shown.priority), (alarm, Priority::P2));
    }
}

/// The steps of one row, kept the naive way.
#[derive(Default)]
struct Kept(Vec<(Fact, u32, Seq, Timestamp)>);

impl Kept {
    fn add(&mut self, fact: &Fact) {
        let is_chatter = |fact: &Fact| match &fact.body {
            FactBody::Alarm(AlarmFact::Repeated(body)) => body.place.is_none(),
            body => ["alarm_cleared", "alarm_overdue", "alarm_viewed"].contains(&body.kind().0),
        };
        let what = |fact: &Fact| {
            let body = match &fact.body {
                FactBody::Alarm(AlarmFact::Overdue(body)) if body.late_s == 0 => "in time".into(),
                FactBody::Alarm(AlarmFact::Overdue(_)) => format!("late {}", fact.seq),
                FactBody::Alarm(AlarmFact::Repeated(body)) => {
                    let mut body = body.clone();
                    if let Some(TimeDoubt::Unbelievable { said }) = &mut body.doubts.time {
                        *said = START;
                    }
                    format!("{body:?}")
                }
                FactBody::Alarm(AlarmFact::Viewed(body)) => format!("{} {}", body.camera, body.by),
                body => format!("{body:?}"),
            };
            (fact.drill, fact.actor.clone(), fact.body.kind(), body)
        };
        let others = self.0.iter().rposition(|(kept, ..)| !is_chatter(kept));
        let remembered = self.0.len().saturating_sub(HISTORY_STEPS_MAX - 1);
        let stretch = others.map_or(0, |others| others + 1).max(remembered);
        let stretch = &mut self.0[stretch..];
        let told = stretch
            .iter_mut()
            .find(|(kept, ..)| is_chatter(fact) && what(kept) == what(fact));
        match told {
            Some((_, times, seq, at)) => {
                (*times, *seq, *at) = (*times + 1, fact.seq, fact.recorded_at);
            }
            None => self.0.push((fact.clone(), 1, fact.seq, fact.recorded_at)),
        }
    }

    fn shown(&self) -> Vec<Step<AlarmFact>> {
        let left_out = self.0.len().saturating_sub(HISTORY_STEPS_MAX);
        let shown = self
            .0
            .iter()
            .take(1)
            .chain(self.0.iter().skip(1 + left_out));
        shown
            .map(|(fact, times, seq, at)| {
                let FactBody::Alarm(body) = &fact.body else {
                    panic!("{fact:?} is about no alarm");
                };
                let mut step = Step::of(body.clone(), &fact.stamp());
                step.again = (*times > 1).then(|| Again {
                    times: times - 1,
                    seq: *seq,
                    at: *at,
                });
                step
            })
            .collect()
    }
}

/// Which rows a fact changes: those that it fits.
fn told_of(view: &View, fact: &Fact) -> Vec<AlarmId> {
    let FactBody::Alarm(body) = &fact.body else {
        return Vec::new();
    };
    let row = view.alarms.get(&body.alarm());
    match body {
        AlarmFact::Raised(_) if row.is_some() => Vec::new(),
        AlarmFact::Raised(raised) => vec![raised.alarm],
        AlarmFact::Split(split) if view.alarms.contains_key(&split.into) => Vec::new(),
        _ => {
            let fits = |row: &Alarm| row.clone().apply(body, &fact.stamp()).is_ok();
            let mut told = Vec::new();
            if row.is_some_and(fits) {
                told.push(body.alarm());
                if let AlarmFact::Split(split) = body {
                    told.push(split.into);
                }
            }
            told
        }
    }
}

proptest! {
    #![proptest_config(cases(64, "tests/regressions/alarm_history.txt"))]

    #[test]
    fn a_rows_history_is_its_facts_with_who_and_when(
        bodies in prop::collection::vec((alarm_bodies(), 0i64..400, any::<[bool; 2]>()), 1..300),
    ) {
        let (mut view, mut kept) = (View::default(), BTreeMap::<AlarmId, Kept>::new());
        let mut now = START;
        for (seq, (body, pause, [person, drill])) in (1..).zip(bodies) {
            now = now + secs(pause);
            let mut fact = fact(seq, now, body);
            fact.actor = person.then(|| id("li-na"));
            fact.drill = drill;
            fact.occurred_at = now + secs(-7);
            for alarm in told_of(&view, &fact) {
                // A number that was let go can come again.
                if !view.alarms.contains_key(&alarm) {
                    kept.insert(alarm, Kept::default());
                }
                kept.entry(alarm).or_default().add(&fact);
            }
            view.apply(&fact);
        }
        for (alarm, row) in &view.alarms {
            let steps: Vec<_> = row.history.steps().iter().map(|step| (**step).clone()).collect();
            let kept = &kept[alarm];
            prop_assert_eq!(&steps, &kept.shown(), "{}", alarm);
            let left_out = kept.0.len() - steps.len();
            prop_assert_eq!(row.history.left_out() as usize, left_out);
        }
    }
}
