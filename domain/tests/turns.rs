//! One turn of several inputs: repeats inside it, and an input that breaks the engine.

use crate::common::{START, World, estate, id, secs};
use castellan_domain::alarm::{AlarmFact, Ownership, Source};
use castellan_domain::answer::Accepted;
use castellan_domain::command::Command;
use castellan_domain::dispatch::{DispatchCommand, Matter};
use castellan_domain::engine::{Engine, Input, Output};
use castellan_domain::estate::EstateIndex;
use castellan_domain::fact::{Fact, FactBody, InputSetAside};
use castellan_domain::ids::{AlarmId, CommandId};
use castellan_domain::incident::IncidentRefusal;
use castellan_domain::observation::{Doubts, Observation, Report, ReportedState};
use castellan_domain::refusal::Refusal;
use castellan_domain::rules::claim_overdue::SETTLED_PER_INPUT_MAX;
use castellan_domain::site::Site;
use castellan_domain::stream::{Broken, Machine, Ran, fold, run};
use castellan_domain::time::Timestamp;
use std::panic::{set_hook, take_hook};
use std::sync::{Arc, Once};

/// An engine with a fault: a report with this event id breaks it halfway, with its fact recorded
/// and folded and the rest undone.
struct Fragile {
    engine: Engine,
    halfway: bool,
}

const BOOM: &str = "boom";

impl Machine for Fragile {
    fn of(site: Site) -> Self {
        Self {
            engine: Engine::of(site),
            halfway: false,
        }
    }

    fn handle(&mut self, input: Input, now: Timestamp) {
        self.halfway = matches!(
            &input,
            Input::Observed(Observation::Report(report)) if report.event.as_str() == BOOM
        );
        self.engine.handle(input, now);
    }

    fn poll_output(&mut self) -> Option<Output> {
        let output = self.engine.poll_output();
        assert!(
            !(self.halfway && matches!(output, Some(Output::Answer(_)))),
            "a rule divided by zero"
        );
        output
    }

    fn apply(&mut self, fact: &Fact) {
        self.engine.apply(fact);
    }

    fn site(&self) -> &Site {
        self.engine.site()
    }

    fn next_deadline(&self) -> Option<Timestamp> {
        self.engine.next_deadline()
    }
}

/// The panics of these tests are meant: they need no backtrace on the screen.
fn quietly<T>(run: impl FnOnce() -> T) -> T {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let others = take_hook();
        set_hook(Box::new(move |info| {
            if !info.to_string().contains("divided by zero") {
                others(info);
            }
        }));
    });
    run()
}

fn report(device: &str, event: &str) -> Input {
    Input::Observed(Observation::Report(Report {
        device: id(device),
        kind: id("gas_low"),
        state: ReportedState::Active,
        event: id(event),
        claimed_at: None,
        received_at: START,
        drill: false,
        doubts: Doubts::default(),
    }))
}

fn loaded() -> Input {
    Input::EstateLoaded {
        hash: id("estate-1"),
        estate: Arc::new(EstateIndex::new(Arc::new(estate())).expect("a calendar")),
    }
}

fn turn<M: Machine>(machine: &mut M, inputs: &[Input]) -> Result<Ran, Broken> {
    quietly(|| run(machine, &id("test-1"), inputs, || START))
}

fn kinds(ran: &Ran) -> Vec<&str> {
    ran.turn
        .facts
        .iter()
        .map(|stamped| stamped.fact.body.kind().0)
        .collect()
}

#[test]
fn an_input_that_breaks_the_engine_is_named_and_the_rest_runs_as_if_it_had_never_come() {
    let mut inputs = vec![
        loaded(),
        report("gas-1", "e-1"),
        report("gas-2", BOOM),
        report("door-1", "e-2"),
    ];
    let mut machine = Fragile::of(Site::default());
    let broken = turn(&mut machine, &inputs).expect_err("it breaks");
    assert_eq!(
        broken,
        Broken {
            index: 2,
            why: "a rule divided by zero".to_owned()
        }
    );
    assert_eq!(
        machine.site().view().alarms.len(),
        2,
        "the broken engine holds what was never recorded: it must be thrown away"
    );
    inputs.remove(broken.index);
    let mut rebuilt = Fragile::of(Site::default());
    let ran = turn(&mut rebuilt, &inputs).expect("the rest runs");
    assert!(ran.done.iter().skip(1).all(|done| done.answer.is_some()));

    let mut never = Fragile::of(Site::default());
    let expected = turn(&mut never, &inputs).expect("it runs");
    assert_eq!(ran.turn.facts, expected.turn.facts);
    assert_eq!(rebuilt.site(), never.site());
}

#[test]
fn a_fact_that_breaks_the_fold_is_told_and_not_a_panic() {
    struct Brittle(Site);
    impl Machine for Brittle {
        fn of(site: Site) -> Self {
            Self(site)
        }
        fn handle(&mut self, _: Input, _: Timestamp) {}
        fn poll_output(&mut self) -> Option<Output> {
            None
        }
        fn apply(&mut self, _: &Fact) {
            panic!("{}", "divided by zero".repeat(100));
        }
        fn site(&self) -> &Site {
            &self.0
        }
        fn next_deadline(&self) -> Option<Timestamp> {
            None
        }
    }
    let mut world = World::new();
    world.raise("gas-1", "gas_low", ReportedState::Active);
    let fact = world.facts[0].fact.clone();
    let why = quietly(|| fold(&mut Brittle(Site::default()), &fact)).expect_err("it breaks");
    assert_eq!(why.len(), 500, "shortened: {why}");
    assert_eq!(fold(&mut Engine::of(Site::default()), &fact), Ok(()));
}

#[test]
fn a_repeat_in_the_same_turn_gets_the_first_answer_and_a_refused_report_another_chance() {
    let mut engine = Engine::of(Site::default());
    let stranger = report("nobody", "e-1");
    let inputs = [
        stranger.clone(),
        loaded(),
        report("gas-1", "e-1"),
        report("gas-1", "e-1"),
        stranger,
    ];
    let ran = turn(&mut engine, &inputs).expect("it runs");
    assert_eq!(kinds(&ran), ["estate_published", "alarm_raised"]);
    let repeats: Vec<_> = ran.done.iter().map(|done| done.is_repeat).collect();
    assert_eq!(repeats, [false, false, false, true, false]);
    assert_eq!(ran.done[2].answer, ran.done[3].answer);
    assert!(ran.done[2].answer.as_ref().is_some_and(Result::is_ok));
}

#[test]
fn every_input_has_its_own_time_and_the_turn_that_of_the_last() {
    let mut engine = Engine::of(Site::default());
    let mut now = START;
    let clock = || {
        now = now + secs(1);
        now
    };
    let inputs = [loaded(), report("gas-1", "e-1"), report("gas-1", "e-1")];
    let ran = run(&mut engine, &id("test-1"), &inputs, clock).expect("it runs");
    assert_eq!(ran.at, START + secs(2), "a repeat asks no clock");
    assert_eq!(ran.turn.facts[1].fact.recorded_at, START + secs(2));
}

#[test]
fn what_was_set_aside_stands_in_the_record_by_its_names_only() {
    let mut world = World::new();
    let input = report("gas-1", BOOM).name();
    world.give(Input::SetAside(InputSetAside { input }));
    let bytes = &world.facts.last().expect("a fact").bytes;
    assert!(
        bytes.ends_with(
            r#""body":{"input":{"report":{"device":"gas-1","type":"gas_low","event":"boom"}}}}"#
        ),
        "{bytes}"
    );
}

/// The machine slept for six hours: every deadline fires once, the longest overdue first, no matter
/// how many turns it takes, and says in the record and in its row by how much it comes too late.
#[test]
fn five_thousand_deadlines_fire_once_each_oldest_first_and_say_how_late() {
    const ALARMS: u32 = 5_000;
    let mut world = World::new();
    let first = world.raise("gas-1", "gas_low", ReportedState::Active);
    let seed = world.facts.last().expect("a fact").fact.clone();
    for n in 1..ALARMS {
        let mut fact = seed.clone();
        fact.seq = world.view().seq.next();
        if let FactBody::Alarm(AlarmFact::Raised(body)) = &mut fact.body {
            body.alarm = castellan_domain::ids::AlarmId(first.0 + n);
            body.source = Source::Device(id(&format!("d{n}")));
            // Later numbers are due earlier.
            body.claim_due_at = START + secs(60 + i64::from(ALARMS - n));
        }
        world.engine.apply(&fact);
    }
    let morning = START + secs(6 * 3_600);
    let mut fired = Vec::new();
    let mut turns = 0;
    while world
        .engine
        .next_deadline()
        .is_some_and(|due| due <= morning)
    {
        let ran = run(
            &mut world.engine,
            &id("test-1"),
            &[Input::DeadlineReached],
            || morning,
        )
        .expect("it runs");
        assert!(ran.turn.facts.len() <= SETTLED_PER_INPUT_MAX);
        for stamped in ran.turn.facts {
            let read = Fact::decode(&stamped.bytes).expect("as it is stored");
            assert_eq!(read, stamped.fact);
            fired.push(read);
        }
        turns += 1;
        assert!(turns < 1_000, "it never ends");
    }
    assert_eq!(fired.len(), ALARMS as usize);
    let mut alarms: Vec<_> = fired
        .iter()
        .map(|fact| match &fact.body {
            FactBody::Alarm(AlarmFact::Overdue(body)) => body.alarm,
            other => panic!("{other:?}"),
        })
        .collect();
    let view = world.engine.site().view();
    for fact in &fired {
        let FactBody::Alarm(AlarmFact::Overdue(body)) = &fact.body else {
            panic!("only deadlines fire here");
        };
        // 61 to 5,060 s after START they were due.
        let late = morning.since(fact.occurred_at).as_secs();
        assert!(
            (6 * 3_600 - 5_060..=6 * 3_600 - 60).contains(&late),
            "{late}"
        );
        assert_eq!(i64::from(body.late_s), late);
        match view.alarms[&body.alarm].ownership {
            Ownership::Unclaimed { late_s, .. } => assert_eq!(late_s, body.late_s),
            Ownership::Claimed { .. } => panic!("nobody has it"),
        }
    }
    assert!(
        fired
            .windows(2)
            .all(|pair| pair[0].occurred_at <= pair[1].occurred_at),
        "the longest overdue comes first"
    );
    alarms.sort();
    alarms.dedup();
    assert_eq!(alarms.len(), ALARMS as usize, "once each");
}

#[test]
fn of_two_who_press_d_in_one_turn_one_sends_and_the_other_hears_who() {
    let send = |n: u128, who: &str, person: &str| Input::Commanded {
        command_id: CommandId(uuid::Uuid::from_u128(n)),
        by: id(who),
        expected: None,
        command: Command::Dispatch(DispatchCommand::Dispatch {
            matter: Matter::Alarm(AlarmId(1)),
            person: id(person),
        }),
    };
    for (first, second) in [("li-na", "zhao-min"), ("zhao-min", "li-na")] {
        let mut world = crate::incidents::world();
        world.raise("gas-1", "gas_low", ReportedState::Active);
        let both = [send(901, first, "wang-qiang"), send(902, second, "li-min")];
        let ran = turn(&mut world.engine, &both).expect("nothing breaks");
        let heard: Vec<_> = ran.done.into_iter().map(|done| done.answer).collect();
        assert!(
            matches!(heard[0], Some(Ok(Accepted::Done { .. }))),
            "{heard:?}"
        );
        let Some(Err(Refusal::Incident(IncidentRefusal::IncidentOwned { by, ahead, .. }))) =
            &heard[1]
        else {
            panic!("{heard:?}");
        };
        assert_eq!((by, ahead.as_millis()), (&id(first), 0));
        let view = world.engine.site().view();
        assert_eq!(view.incidents.len(), 1);
        let asked: Vec<_> = view.assignments.values().map(|one| &one.person).collect();
        assert_eq!(asked, [&id("wang-qiang")], "one is asked");
    }
}
