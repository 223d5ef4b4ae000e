//! The alarm machine against a small model of it that knows nothing of facts, folds or indexes:
//! random nights of reports, claims, verdicts, notes and passing time, compared after every step.

mod model;
mod reach;

use crate::common::{DEVICES, PEOPLE, START, World, cases, estate, id, secs, words};
use castellan_domain::alarm::{
    Alarm, AlarmCommand, AlarmFact, Due, Judged, NoteCommand, Ownership, Returned, Source, Verdict,
};
use castellan_domain::answer::Answer;
use castellan_domain::command::Command;
use castellan_domain::engine::Input;
use castellan_domain::estate::Priority;
use castellan_domain::fact::FactBody;
use castellan_domain::ids::{AlarmId, PersonId};
use castellan_domain::observation::ReportedState;
use castellan_domain::rules::claim_overdue::SETTLED_PER_INPUT_MAX;
use castellan_domain::site::Site;
use castellan_domain::time::{Span, Timestamp};
use model::{Back, KINDS, Model, Owner, Row, Step, number};
use proptest_state_machine::{StateMachineTest, prop_state_machine};
use std::collections::BTreeSet;

/// The engine with its turn loop.
struct Machine {
    world: World,
}

fn command(step: &Step) -> Command {
    let person = |who: usize| id(PEOPLE[who]);
    match *step {
        Step::Claim(_, row) => Command::Alarm(AlarmCommand::Claim { alarm: number(row) }),
        Step::Note(_, row, Some(what), _) => Command::Alarm(AlarmCommand::FollowUp {
            alarm: number(row),
            what,
        }),
        Step::Note(_, row, None, _) => Command::Note(NoteCommand::Note {
            alarm: number(row),
            text: words(1),
        }),
        Step::Judge(_, row, verdict, basis, _) => Command::Alarm(AlarmCommand::Judge {
            alarm: number(row),
            verdict,
            basis: basis.said(),
        }),
        Step::Correct(_, row, verdict, basis, _) => Command::Alarm(AlarmCommand::CorrectVerdict {
            alarm: number(row),
            verdict,
            basis: basis.said(),
        }),
        Step::Acknowledge(_, row, _) => {
            Command::Alarm(AlarmCommand::Acknowledge { alarm: number(row) })
        }
        Step::Mute(_, row) => Command::Alarm(AlarmCommand::Mute { alarm: number(row) }),
        Step::Shelve(_, row, for_s, reason) => Command::Alarm(AlarmCommand::Shelve {
            alarm: number(row),
            for_s,
            reason,
        }),
        Step::Unshelve(_, row) => Command::Alarm(AlarmCommand::Unshelve { alarm: number(row) }),
        Step::Release(_, row) => Command::Alarm(AlarmCommand::Release { alarm: number(row) }),
        Step::Transfer(_, row, to, _) => Command::Alarm(AlarmCommand::Transfer {
            alarm: number(row),
            to: person(to),
        }),
        Step::Report(..) | Step::Session(..) | Step::Wait(_) | Step::Sleep(_) => {
            unreachable!("{step:?} is no command")
        }
    }
}

impl Machine {
    fn step(&mut self, step: &Step) -> Option<Answer> {
        let world = &mut self.world;
        match *step {
            Step::Report(device, kind, state, true) => {
                Some(world.drill(DEVICES[device], KINDS[kind].name, state))
            }
            Step::Report(device, kind, state, false) => {
                Some(world.report(DEVICES[device], KINDS[kind].name, state))
            }
            Step::Session(who, opened) => {
                let person: PersonId = id(PEOPLE[who]);
                world.give(if opened {
                    Input::SessionOpened { person }
                } else {
                    Input::SessionGone { person }
                })
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
            ref step => {
                let (who, row) = step.command()?;
                let alarm = world.view().alarms.get(&number(row));
                let expected = step.expected(alarm.map_or(0, |alarm| alarm.version.0));
                Some(world.command(PEOPLE[who], expected, command(step)))
            }
        }
    }
}

impl StateMachineTest for Machine {
    type SystemUnderTest = Self;
    type Reference = Model;

    fn init_test(_: &Model) -> Self {
        let mut world = World::with(Site::default(), model::estate());
        for who in &PEOPLE[..4] {
            let person = id(who);
            world.give(Input::SessionOpened { person });
        }
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
        // A new row is looked at for a flood at once, and what came off the shelf may be due.
        machine.world.wait(Span::ZERO);
        machine
    }

    fn check_invariants(machine: &Self, model: &Model) {
        let world = &machine.world;
        nobody_is_forgotten(world);
        assert_eq!(world.now, Model::at(model.now));
        assert_eq!(world.view().seq.0, model.facts);
        let next = model.next_due().map(Model::at);
        assert_eq!(world.engine.next_deadline(), next, "the shell sleeps on");
        let rows: Vec<_> = world.view().alarms.values().map(shape).collect();
        let expected: Vec<_> = (0..)
            .zip(&model.rows)
            .map(|(n, row)| told(n, row))
            .collect();
        assert_eq!(rows, expected);
    }

    fn teardown(mut machine: Self, _: Model) {
        one_owner_at_a_time(&machine.world);
        // However long nobody comes, whatever nobody has rings at least every quarter of an hour
        // (but what may wait for the end of the shift), and what somebody took and left is back.
        machine.world.wait(secs(26 * 3_600));
        nobody_is_forgotten(&machine.world);
        for alarm in machine.world.view().alarms.values() {
            if let Some((due_at, Due::Claim)) = alarm.next_due() {
                let most = if alarm.priority == Priority::P4 {
                    secs(12 * 3_600)
                } else {
                    secs(900)
                };
                assert!(due_at <= machine.world.now + most, "{} sleeps", alarm.id);
            }
            let left = alarm.next_due().is_some_and(|(_, due)| {
                matches!(
                    due,
                    Due::FollowUp | Due::OwnerAbsent | Due::Shelf | Due::Review
                )
            });
            assert!(!left, "{} was taken and left", alarm.id);
        }
    }
}

/// The invariants that hold whatever happens.
fn nobody_is_forgotten(world: &World) {
    let (view, control) = (world.view(), world.engine.site().control());
    let mut open = BTreeSet::new();
    let mut deadlines = BTreeSet::new();
    let mut shelved = 0;
    for alarm in view.alarms.values() {
        if !alarm.is_closed() {
            let key = (alarm.source.clone(), alarm.family.clone(), alarm.drill);
            let row = control.alarms.row_of(&key.0, &key.1, key.2);
            assert_eq!(row, Some(alarm.id), "its repeats come here");
            assert!(open.insert(key), "{} is a second open row", alarm.id);
        }
        let due = alarm.next_due();
        let needs_one = match alarm.owner() {
            _ if alarm.is_judged() => alarm.is_active(),
            owner => owner.is_none(),
        };
        assert!(due.is_some() || !needs_one, "{} is forgotten", alarm.id);
        match due {
            Some((_, Due::Shelf)) => shelved += 1,
            Some((at, _)) => {
                assert!(at > world.now, "{} waits in the past", alarm.id);
                deadlines.insert((at, alarm.id));
            }
            None => {}
        }
    }
    let watched: Vec<_> = control
        .alarms
        .due(Timestamp::from_micros(i64::MAX))
        .collect();
    let expected: Vec<_> = deadlines.iter().map(|(_, alarm)| *alarm).collect();
    assert_eq!(watched, expected, "every deadline is watched, in order");
    assert_eq!(control.alarms.shelved(), shelved);
}

/// Nobody claims what somebody has.
fn one_owner_at_a_time(world: &World) {
    let (mut owned, mut judged) = (BTreeSet::new(), BTreeSet::new());
    for fact in world.history() {
        match &fact.body {
            FactBody::Alarm(AlarmFact::Claimed(body)) => {
                assert!(owned.insert(body.alarm), "{} was claimed twice", body.alarm);
            }
            FactBody::Alarm(AlarmFact::Released(body)) => {
                assert!(owned.remove(&body.alarm), "{} had no owner", body.alarm);
            }
            FactBody::Alarm(AlarmFact::Transferred(body)) => {
                assert!(owned.contains(&body.alarm), "{} had no owner", body.alarm);
            }
            FactBody::Alarm(AlarmFact::Judged(body)) => {
                assert!(judged.insert(body.alarm), "{} was judged twice", body.alarm);
            }
            FactBody::Alarm(AlarmFact::Returned(body)) => {
                judged.remove(&body.alarm);
                owned.remove(&body.alarm);
            }
            // What had its verdict rises into nobody's hands; its owner keeps the rest.
            FactBody::Alarm(AlarmFact::Risen(body)) if judged.remove(&body.alarm) => {
                owned.remove(&body.alarm);
            }
            _ => {}
        }
    }
}

fn second(at: Timestamp) -> i64 {
    at.since(START).as_secs()
}

/// What can be seen of a row, as the engine has it.
fn shape(alarm: &Alarm) -> String {
    let owner = match &alarm.ownership {
        Ownership::Claimed {
            by,
            at,
            follow_up_due_at,
            absent_due_at,
            dispatch_due_at,
            undispatched_at,
        } => format!(
            "{by} since {} follow-up:{:?} absent:{:?} send:{:?} unsent:{:?}",
            second(*at),
            follow_up_due_at.map(second),
            absent_due_at.map(second),
            dispatch_due_at.map(second),
            undispatched_at.map(second)
        ),
        Ownership::Unclaimed {
            since,
            due_at,
            times_overdue,
            late_s,
            returned,
        } => {
            let back = returned.as_ref();
            let from = |b: &Returned| b.from.as_ref().map(PersonId::to_string);
            let back = back.map(|b| (b.why, from(b), second(b.at), b.late_s));
            format!(
                "nobody since {} due {} {times_overdue} late:{late_s} {back:?}",
                second(*since),
                second(*due_at)
            )
        }
    };
    let seen = alarm.acknowledged.as_ref();
    let seen = seen.map(|s| (s.by.as_str(), second(s.at), second(s.due_at), s.followed_up));
    let mute = alarm.mute.as_ref();
    let mute = mute.map(|m| (m.by.as_str(), second(m.until), m.times));
    let shelf = alarm.shelf.as_ref();
    let shelf = shelf.map(|s| (s.by.as_str(), second(s.at), second(s.until), s.reason));
    let judged = |judged: &Judged| {
        let review = judged.review_due_at.map(second);
        format!(
            "{:?} {:?} {} {} {review:?}",
            judged.verdict,
            judged.basis,
            judged.by,
            second(judged.at)
        )
    };
    let rises: Vec<_> = alarm
        .rises
        .iter()
        .map(|rise| (rise.from.as_str(), second(rise.at)))
        .collect();
    let unheard = alarm.unheard;
    let unheard = unheard.map(|one| (second(one.at), i64::from(one.for_s)));
    let exists: BTreeSet<_> = alarm.exists.iter().map(|one| one.kind.as_str()).collect();
    format!(
        "{} {:?} {} {} {} {:?} drill:{} lasts:{} {exists:?} unheard:{unheard:?} raised:{} {owner} seen:{seen:?} \
         mute:{mute:?} shelf:{shelf:?} {:?} rises:{rises:?} notes:{} repeats:{} v{}",
        alarm.id,
        alarm.source,
        alarm.kind,
        alarm.family,
        alarm.tier,
        u8::from(alarm.priority),
        alarm.drill,
        alarm.is_active(),
        second(alarm.raised_at),
        alarm.judged().map(judged),
        alarm.notes.len(),
        alarm.repeats,
        alarm.version
    )
}

/// The same, as the model has it.
fn told(row: usize, model: &Row) -> String {
    let name = |who: usize| PEOPLE[who];
    let owner = match &model.owner {
        Owner::Somebody {
            who,
            at,
            follow_up,
            absent,
            send,
            unsent,
        } => format!(
            "{} since {at} follow-up:{follow_up:?} absent:{absent:?} send:{send:?} unsent:{unsent:?}",
            name(*who)
        ),
        Owner::Nobody {
            since,
            due,
            times,
            late,
            back,
        } => {
            let from = |b: &Back| b.from.map(|who| name(who).to_owned());
            let back = back.as_ref().map(|b| (b.why, from(b), b.at, b.late));
            format!("nobody since {since} due {due} {times} late:{late} {back:?}")
        }
    };
    let seen = model
        .seen
        .as_ref()
        .map(|s| (name(s.who), s.at, s.due, s.done));
    let mute = model
        .mute
        .map(|(who, until, times)| (name(who), until, times));
    let shelf = model
        .shelf
        .map(|(who, at, until, reason)| (name(who), at, until, reason));
    let judged = |judged: &model::Judged| {
        let review = Some(judged.review);
        format!(
            "{:?} {:?} {} {} {review:?}",
            judged.verdict,
            judged.basis.said(),
            name(judged.who),
            judged.at
        )
    };
    let (exists, unheard) = (&model.exists, model.unheard);
    format!(
        "{} {:?} {} {} {} {:?} drill:{} lasts:{} {exists:?} unheard:{unheard:?} raised:{} {owner} seen:{seen:?} \
         mute:{mute:?} shelf:{shelf:?} {:?} rises:{:?} notes:{} repeats:{} v{}",
        number(row),
        Source::Device(id(DEVICES[model.device])),
        model.kind.name,
        model.kind.family,
        model.kind.tier,
        model.kind.priority,
        model.drill,
        model.lasts(),
        model.raised_at,
        model.judged.as_ref().map(judged),
        model.rises,
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
fn an_alarm_that_is_judged_and_still_active_stays_judged_until_the_shift_ends() {
    use ReportedState::{Active, Cleared};
    let mut world = World::new();
    let first = world.raise("gas-1", "gas_low", Active);
    world.claim("li-na", first).unwrap();
    world.judge("li-na", first, Verdict::Environment).unwrap();
    for _ in 0..3 {
        assert_eq!(world.raise("gas-1", "gas_low", Active), first);
        assert!(world.alarm(first).is_judged() && !world.alarm(first).is_closed());
    }
    // 20:00, and the night shift finds it.
    world.wait(secs(53 * 60 + 20));
    assert_eq!(world.now, START + secs(3_200));
    assert!(!world.alarm(first).is_judged());
    assert_eq!(world.alarm(first).owner(), None);
    world.claim("zhao-min", first).unwrap();
    world
        .judge("zhao-min", first, Verdict::Environment)
        .unwrap();
    world.report("gas-1", "gas_low", Cleared).unwrap();
    assert!(world.alarm(first).is_closed());
    let second = world.raise("gas-1", "gas_low", Active);
    assert_eq!(second, AlarmId(2));
    assert_eq!(world.alarm(second).owner(), None);
}

#[test]
fn the_wait_for_an_owner_grows_to_its_limit_and_never_ends() {
    let mut world = World::new();
    world.raise("gas-1", "gas_low", ReportedState::Active);
    world.wait(secs(7_200));
    let rings: Vec<_> = world
        .history()
        .filter(|fact| matches!(fact.body, FactBody::Alarm(AlarmFact::Overdue(_))))
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
            FactBody::Alarm(AlarmFact::Overdue(body)) => Some(body.alarm.0),
            _ => None,
        })
        .collect();
    assert_eq!(
        order,
        (1..=150).collect::<Vec<_>>(),
        "each once, oldest first"
    );
}
