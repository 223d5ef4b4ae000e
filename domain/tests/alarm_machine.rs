//! The alarm machine against a small model of it that knows nothing of facts, folds or indexes:
//! random nights of reports, claims, verdicts, notes and passing time, compared after every step.

mod common;
#[path = "alarm_machine/model.rs"]
mod model;

use castellan_domain::alarm::{Alarm, Judgement, Ownership, Verdict};
use castellan_domain::engine::{Command, Input};
use castellan_domain::fact::FactBody;
use castellan_domain::ids::{AlarmId, Seq};
use castellan_domain::observation::ReportedState;
use castellan_domain::rules::claim_overdue::SETTLED_PER_INPUT_MAX;
use castellan_domain::time::Span;
use castellan_domain::wire::api::Answer;
use common::{DEVICES, PEOPLE, START, TYPES, World, cases, estate, id, secs, words};
use model::{Model, Row, Seen, Step, number};
use proptest_state_machine::{StateMachineTest, prop_state_machine};
use std::collections::BTreeSet;

/// The engine with its turn loop.
struct Machine {
    world: World,
}

impl Machine {
    fn seen(&self, row: usize, seen: Seen) -> Option<Seq> {
        let alarm = self.world.view().alarms.get(&number(row));
        let version = alarm.map_or(0, |alarm| alarm.version.0);
        match seen {
            Seen::Nothing => None,
            Seen::Present => Some(Seq(version)),
            Seen::Past(back) => Some(Seq(version.saturating_sub(back))),
        }
    }

    fn step(&mut self, step: &Step) -> Option<Answer> {
        let world = &mut self.world;
        match *step {
            Step::Report(device, kind, state) => {
                Some(world.report(DEVICES[device], TYPES[kind].0, state))
            }
            Step::Claim(who, row) => Some(world.claim(PEOPLE[who], number(row))),
            Step::Judge(who, row, verdict, seen) => {
                let alarm = number(row);
                let expected = self.seen(row, seen);
                let judge = Command::Judge { alarm, verdict };
                Some(self.world.command(PEOPLE[who], expected, judge))
            }
            Step::Note(who, row, seen) => {
                let (alarm, note) = (number(row), words(1));
                let expected = self.seen(row, seen);
                let note = Command::Note { alarm, note };
                Some(self.world.command(PEOPLE[who], expected, note))
            }
            Step::Wait(seconds) => {
                world.wait(secs(seconds));
                None
            }
            Step::Sleep(seconds) => {
                world.now = world.now + secs(seconds);
                world.wait(Span::ZERO);
                None
            }
        }
    }
}

impl StateMachineTest for Machine {
    type SystemUnderTest = Self;
    type Reference = Model;

    fn init_test(_: &Model) -> Self {
        let world = World::new();
        Self { world }
    }

    fn apply(mut machine: Self, model: &Model, step: Step) -> Self {
        let before = machine.world.engine.site().clone();
        let answer = machine.step(&step);
        assert_eq!(answer, model.answer, "the answer to {step:?}");
        if matches!(answer, Some(Err(_))) {
            let after = machine.world.engine.site();
            assert_eq!(&before, after, "a refusal changes nothing: {step:?}");
        }
        machine
    }

    fn check_invariants(machine: &Self, model: &Model) {
        let world = &machine.world;
        let next = world.engine.next_deadline();
        let mut open = BTreeSet::new();
        let mut deadlines = Vec::new();
        for alarm in world.view().alarms.values() {
            if !alarm.is_closed() {
                let once = open.insert((alarm.device.clone(), alarm.kind.clone()));
                assert!(once, "{} is a second open row", alarm.id);
            }
            if alarm.is_judged() || alarm.owner().is_some() {
                continue;
            }
            let due_at = alarm.claim_due_at().expect("nobody's, and no deadline");
            assert!(due_at > world.now, "{} waits in the past", alarm.id);
            deadlines.push(due_at);
        }
        assert_eq!(next, deadlines.iter().min().copied(), "the shell sleeps on");
        assert_eq!(world.now, Model::at(model.now));
        assert_eq!(world.view().seq, Seq(model.facts));
        let rows: Vec<_> = world.view().alarms.values().map(shape).collect();
        let expected: Vec<_> = (0..)
            .zip(&model.rows)
            .map(|(n, row)| told(n, row))
            .collect();
        assert_eq!(rows, expected);
    }

    fn teardown(mut machine: Self, _: Model) {
        let claims = machine.world.history().filter_map(|fact| match &fact.body {
            FactBody::AlarmClaimed(body) => Some(body.alarm),
            _ => None,
        });
        let claims: Vec<_> = claims.collect();
        let winners: BTreeSet<_> = claims.iter().collect();
        assert_eq!(claims.len(), winners.len(), "one winner for each alarm");
        // However long nobody comes, nobody is forgotten.
        let before = machine.world.view().clone();
        machine.world.wait(secs(4 * 3_600));
        for (alarm, before) in &before.alarms {
            if let Ownership::Unclaimed { times_overdue, .. } = before.ownership {
                let Ownership::Unclaimed {
                    times_overdue: now, ..
                } = machine.world.alarm(*alarm).ownership
                else {
                    panic!("{alarm} was claimed by nobody");
                };
                assert!(now >= times_overdue + 15, "{alarm} rang {now} times");
            }
        }
    }
}

/// What can be seen of a row, as the engine has it.
fn shape(alarm: &Alarm) -> String {
    let owner = match &alarm.ownership {
        Ownership::Claimed { by, at } => format!("{by} since {}", at.as_micros()),
        Ownership::Unclaimed {
            due_at,
            times_overdue,
        } => format!("due {} {times_overdue}", due_at.as_micros()),
    };
    let verdict = match &alarm.judgement {
        Judgement::Open => "open".to_owned(),
        Judgement::Judged { verdict, by, at } => format!("{verdict:?} {by} {}", at.as_micros()),
    };
    format!(
        "{} {} {} lasts:{} raised:{} {owner} {verdict} notes:{} repeats:{} v{}",
        alarm.id,
        alarm.device,
        alarm.kind,
        alarm.is_active(),
        alarm.raised_at.as_micros(),
        alarm.notes.len(),
        alarm.repeats,
        alarm.version
    )
}

/// The same, as the model has it.
fn told(row: usize, model: &Row) -> String {
    let micros = |seconds| Model::at(seconds).as_micros();
    let owner = match model.owner {
        Some((by, at)) => format!("{} since {}", PEOPLE[by], micros(at)),
        None => format!("due {} {}", micros(model.due_at), model.times_overdue),
    };
    let verdict = match model.verdict {
        None => "open".to_owned(),
        Some((verdict, by, at)) => format!("{verdict:?} {} {}", PEOPLE[by], micros(at)),
    };
    format!(
        "{} {} {} lasts:{} raised:{} {owner} {verdict} notes:{} repeats:{} v{}",
        number(row),
        DEVICES[model.source.0],
        TYPES[model.source.1].0,
        model.lasts,
        micros(model.raised_at),
        model.notes,
        model.repeats,
        model.version
    )
}

prop_state_machine! {
    #![proptest_config(cases(96, "tests/regressions/alarm_machine.txt"))]

    #[test]
    fn the_machine_agrees_with_its_model_through_any_night(sequential 1..60 => Machine);
}

#[test]
fn an_alarm_that_is_judged_and_still_active_comes_back_only_as_a_new_row() {
    use ReportedState::{Active, Cleared, Momentary};
    let mut world = World::new();
    let first = world.raise("gas-1", "gas_low", Active);
    world.claim("li-na", first).unwrap();
    world.judge("li-na", first, Verdict::Environment).unwrap();
    for state in [Active, Momentary, Active] {
        assert_eq!(world.raise("gas-1", "gas_low", state), first);
        assert_eq!(world.engine.next_deadline(), None, "it rings no more");
        assert!(!world.alarm(first).is_closed());
    }
    world.report("gas-1", "gas_low", Cleared).unwrap();
    assert!(world.alarm(first).is_closed());
    let second = world.raise("gas-1", "gas_low", Active);
    assert_eq!(second, AlarmId(2));
    assert_eq!(world.alarm(second).owner(), None);
    assert_eq!(world.engine.next_deadline(), Some(START + secs(60)));
}

#[test]
fn the_wait_for_an_owner_grows_to_its_limit_and_never_ends() {
    let mut world = World::new();
    world.raise("gas-1", "gas_low", ReportedState::Active);
    world.wait(secs(7_200));
    let rings: Vec<_> = world
        .history()
        .filter(|fact| matches!(fact.body, FactBody::AlarmOverdue(_)))
        .map(|fact| fact.recorded_at.since(START).as_secs())
        .collect();
    // Each time the alarm is twice as old as at the last, until 15 minutes lie between.
    let mut expected = vec![60, 120, 240, 480, 960];
    while let Some(next) = expected
        .last()
        .map(|last| last + 900)
        .filter(|at| *at <= 7_200)
    {
        expected.push(next);
    }
    assert_eq!(rings, expected);
}

#[test]
fn after_a_sleep_deadlines_are_met_oldest_first_at_a_bounded_rate() {
    let mut wide = estate();
    let model = wide.devices[0].clone();
    wide.devices = (0..150)
        .map(|n| castellan_domain::estate::Device {
            id: id(&format!("d{n}")),
            ..model.clone()
        })
        .collect();
    let mut world = World::with(castellan_domain::site::Site::default(), wide);
    for n in 0..150 {
        world.raise(&format!("d{n}"), "gas_low", ReportedState::Active);
        world.now = world.now + Span::from_millis(100);
    }
    world.now = world.now + secs(3_600);
    let mut settled = Vec::new();
    for _ in 0..10 {
        let facts = world.facts.len();
        world.give(Input::DeadlineReached);
        settled.push(world.facts.len() - facts);
        let due = world
            .engine
            .next_deadline()
            .is_some_and(|at| at <= world.now);
        let left = settled.iter().sum::<usize>() < 150;
        assert_eq!(due, left, "the rest stays due, and nothing else");
    }
    let most = SETTLED_PER_INPUT_MAX;
    assert_eq!(settled[..4], [most, most, 150 - 2 * most, 0]);
    let order: Vec<_> = world
        .history()
        .filter_map(|fact| match &fact.body {
            FactBody::AlarmOverdue(body) => Some(body.alarm.0),
            _ => None,
        })
        .collect();
    assert_eq!(
        order,
        (1..=150).collect::<Vec<_>>(),
        "each once, oldest first"
    );
}
