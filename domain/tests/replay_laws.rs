//! What a site is after any night, after a restart, and after a journal that was damaged: the same,
//! the same, and still a site.

use crate::common::{
    DEVICES, PEOPLE, START, TYPES, World, cases, estate, id, secs, spot, text, words,
};
use castellan_domain::alarm::{AlarmCommand, AlarmFact, NoteCommand, ShelfReason, Verdict};
use castellan_domain::command::Command;
use castellan_domain::dispatch::{DeclineReason, DispatchCommand, Matter};
use castellan_domain::engine::{Engine, Input, Output};
use castellan_domain::estate::{
    Channel, Estate, EstateIndex, Ladder, LadderPlan, LadderStep, Opens, Priority, Repeat, Rung,
    Target,
};
use castellan_domain::fact::{
    Fact, FactBody, NotificationFailing, NotificationSettled, ReachPublished,
};
use castellan_domain::ids::{AlarmId, AssignmentId, CommandId, IncidentId, PersonId, Seq, StepId};
use castellan_domain::incident::{IncidentCommand, NextStage, SkipReason};
use castellan_domain::ladder::LadderFact;
use castellan_domain::notify::Settlement;
use castellan_domain::observation::{Doubts, Observation, PhoneFix, Report, ReportedState};
use castellan_domain::site::Site;
use castellan_domain::staff::StaffCommand;
use castellan_domain::text::CallSign;
use castellan_domain::time::{Span, Timestamp};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// One thing that people, devices or time do, by numbers that mean something to each.
type Deed = (u8, usize, Index, usize, u32);

fn deeds() -> impl Strategy<Value = Vec<Deed>> {
    let who = prop_oneof![3 => Just(2usize), 4 => 0..PEOPLE.len()];
    let deed = (0u8..44, who, any::<Index>(), 0..60usize, 0u32..2_000);
    prop::collection::vec(deed, 1..70)
}

/// What a deed gives to the engine; nothing if it is the passing of time.
fn input(world: &World, nth: u64, deed: Deed) -> Option<Input> {
    let (what, who, row, choice, amount) = deed;
    let rows: Vec<_> = world.view().alarms.keys().copied().collect();
    // The newest row more often than others, so that one thing leads to another.
    let row = match amount % 3 {
        0 => rows.get(row.index(rows.len() + 1)),
        _ => rows.last(),
    };
    let alarm = row.copied().unwrap_or(AlarmId(99));
    let row = world.view().alarms.get(&alarm);
    let is_judged = row.is_some_and(|row| row.is_judged() && choice % 4 != 0);
    let person: PersonId = id(PEOPLE[choice / 5 % PEOPLE.len()]);
    let verdict = Verdict::ALL[choice % 4];
    let command = match what {
        0..7 => return Some(report(world, nth, choice, amount)),
        7 => return Some(Input::SessionOpened { person }),
        8 => return Some(Input::SessionGone { person }),
        9 => return Some(fix(world, choice)),
        10 | 11 => return None,
        28 | 29 => return Some(told(world, choice)),
        12 | 13 => Command::Alarm(AlarmCommand::Claim { alarm }),
        14 => {
            let note = words(u128::from(nth));
            Command::Note(NoteCommand::Note { alarm, text: note })
        }
        15 | 16 if is_judged => Command::Alarm(AlarmCommand::CorrectVerdict {
            alarm,
            verdict,
            basis: None,
        }),
        15 | 16 => Command::Alarm(AlarmCommand::Judge {
            alarm,
            verdict,
            basis: None,
        }),
        17 => Command::Alarm(AlarmCommand::Acknowledge { alarm }),
        18 => Command::Alarm(AlarmCommand::Mute { alarm }),
        19 => Command::Alarm(AlarmCommand::Shelve {
            alarm,
            for_s: amount,
            reason: ShelfReason::Event,
        }),
        20 => Command::Alarm(AlarmCommand::Unshelve { alarm }),
        21 => Command::Alarm(AlarmCommand::Release { alarm }),
        22 => Command::Alarm(AlarmCommand::Transfer { alarm, to: person }),
        32..38 => about_incident(world, alarm, choice, person),
        38..44 => about_assignment(world, alarm, choice),
        _ => about_staff(choice, person),
    };
    Some(Input::Commanded {
        command_id: CommandId(uuid::Uuid::from_u128(u128::from(nth))),
        by: id(PEOPLE[who]),
        expected: None,
        command,
    })
}

fn about_incident(world: &World, alarm: AlarmId, choice: usize, to: PersonId) -> Command {
    let all: Vec<_> = world.view().incidents.keys().copied().collect();
    let incident = all.last().copied().unwrap_or(IncidentId(9));
    let other = all.first().copied().unwrap_or(IncidentId(9));
    let step = StepId::constant("verify");
    Command::Incident(match choice % 15 {
        0 => IncidentCommand::Claim { incident },
        1 => IncidentCommand::Transfer { incident, to },
        2 => IncidentCommand::Release { incident },
        3 => IncidentCommand::SetPriority {
            incident,
            priority: Priority::P3,
        },
        4 => IncidentCommand::Join { incident, alarm },
        5 => IncidentCommand::Leave { incident, alarm },
        6 => IncidentCommand::Split {
            incident,
            alarms: vec![alarm],
        },
        7 => IncidentCommand::Merge {
            incident,
            into: other,
        },
        12 => IncidentCommand::TakeStep {
            incident,
            step,
            answer: None,
        },
        13 => IncidentCommand::SkipStep {
            incident,
            step,
            reason: Some(SkipReason::NotSafe),
        },
        14 => IncidentCommand::UndoStep { incident, step },
        moved => IncidentCommand::Move {
            incident,
            to: [
                NextStage::Contained,
                NextStage::Resolved,
                NextStage::Closed,
                NextStage::Reopened,
            ][moved - 8],
        },
    })
}

fn about_assignment(world: &World, alarm: AlarmId, choice: usize) -> Command {
    let last = world.view().assignments.keys().last().copied();
    let assignment = last.unwrap_or(AssignmentId(9));
    let reason = DeclineReason::Busy;
    let for_s = 300;
    Command::Dispatch(match choice % 14 {
        8 => DispatchCommand::AskSupport { assignment },
        0 => DispatchCommand::Accept { assignment },
        1 => DispatchCommand::Decline { assignment, reason },
        2 => DispatchCommand::SetOut { assignment },
        3 => DispatchCommand::Arrive { assignment },
        4 => DispatchCommand::Finish { assignment },
        5 => DispatchCommand::Recall { assignment },
        6 => DispatchCommand::GoQuiet { assignment, for_s },
        7 => DispatchCommand::EndQuiet { assignment },
        _ => DispatchCommand::Dispatch {
            matter: Matter::Alarm(alarm),
            person: id(PEOPLE[4]),
        },
    })
}

fn about_staff(choice: usize, person: PersonId) -> Command {
    match choice % 7 {
        0 => Command::Staff(StaffCommand::GoOnDuty { person }),
        1 => Command::Staff(StaffCommand::GoOffDuty { person }),
        4 => Command::Staff(StaffCommand::TakeBreak { person }),
        5 => Command::Staff(StaffCommand::EndBreak { person }),
        2 => Command::Staff(StaffCommand::BindPhone {
            phone: id("guard-01"),
            person,
        }),
        3 => Command::Staff(StaffCommand::UnbindPhone {
            phone: id("guard-01"),
        }),
        _ => Command::Staff(StaffCommand::GiveCallSign {
            person,
            call_sign: CallSign {
                zh: text("猎鹰2"),
                en: text("Falcon 2"),
            },
        }),
    }
}

fn report(world: &World, nth: u64, choice: usize, amount: u32) -> Input {
    use ReportedState::{Active, Cleared, Momentary};
    Input::Observed(Observation::Report(Report {
        device: id(DEVICES[choice % DEVICES.len()]),
        kind: id(TYPES[choice / 4 % TYPES.len()].0),
        state: [Active, Cleared, Momentary][choice / 16 % 3],
        event: id(&format!("e{nth}")),
        claimed_at: Some(world.now - secs(i64::from(amount) - 1_000)),
        received_at: world.now,
        drill: amount.is_multiple_of(7),
        doubts: Doubts::default(),
    }))
}

fn fix(world: &World, choice: usize) -> Input {
    Input::Observed(Observation::PhoneFix(PhoneFix {
        phone: id(["guard-01", "guard-09"][choice % 2]),
        occurred_at: world.now,
        received_at: world.now,
        at: spot(i32::try_from(choice).unwrap_or(0), 1),
        accuracy_dm: None,
        battery_percent: None,
    }))
}

/// What became of the last call, or who is reached how.
fn told(world: &World, choice: usize) -> Input {
    let last = world.history().rev().find_map(|fact| match &fact.body {
        FactBody::Ladder(LadderFact::Called(body)) => Some((fact.seq, body)),
        _ => None,
    });
    match last {
        Some((about, call)) if !choice.is_multiple_of(3) => {
            let (matter, channel) = (call.about, call.channel);
            if choice % 3 == 1 {
                return Input::Failing(NotificationFailing {
                    about,
                    matter,
                    channel,
                });
            }
            Input::Notified(NotificationSettled {
                about,
                matter,
                channel,
                outcome: [Settlement::Refused, Settlement::Delivered][choice % 2],
                attempts: 1,
            })
        }
        _ => {
            let channels = [Channel::Chat, Channel::Mail];
            let people = PEOPLE.iter().skip(choice % 4);
            let people = people
                .map(|person| (id(person), channels.to_vec()))
                .collect();
            Input::ReachLoaded(ReachPublished { people })
        }
    }
}

/// An estate that wants to hear of its gas again, and that calls people by a ladder.
fn repeating() -> Estate {
    let mut estate = estate();
    estate.alarm_types[0].active_s_max = Some(500);
    let procedure = r#"{"id": "any", "name": {"zh": "任何", "en": "Any"}, "steps": [
        {"id": "verify", "words": {"zh": "核实", "en": "Verify"}, "deadline_s": 60}]}"#;
    estate.procedures = vec![serde_json::from_str(procedure).expect("a procedure")];
    for kind in &mut estate.alarm_types {
        kind.procedure = Some(id("any"));
    }
    for kind in &mut estate.alarm_types {
        kind.ladder = Some(id("e1"));
    }
    for (person, rung) in estate
        .people
        .iter_mut()
        .skip(2)
        .zip([Rung::ShiftLeader, Rung::DutyManager])
    {
        person.rungs.insert(rung);
    }
    let step = |after_s, target, repeat| LadderStep {
        after_s,
        call: vec![target],
        by: vec![Channel::Mail],
        repeat,
    };
    let twice = Repeat {
        every_s: 40,
        times: 2,
    };
    let by_day = LadderPlan {
        unclaimed: vec![
            step(30, Target::Rung(Rung::ShiftLeader), Some(twice)),
            step(100, Target::Owner, None),
            step(200, Target::Rung(Rung::DutyManager), None),
        ],
        ..LadderPlan::default()
    };
    estate.ladders.push(Ladder {
        id: id("e1"),
        by_day,
        by_night: None,
    });
    estate.alarm_types[3].incident = Opens::AtOnce;
    for kind in &mut estate.alarm_types {
        kind.dispatch_s_max = Some(40);
    }
    estate
}

/// A world in which all of this was done.
fn night(deeds: Vec<Deed>) -> World {
    let mut world = World::with(Site::default(), repeating());
    let everybody = told(&world, 0);
    world.give(everybody);
    for (nth, deed) in (0..).zip(deeds) {
        match input(&world, nth, deed) {
            Some(input) => drop(world.give(input)),
            None => world.wait(secs(i64::from(deed.4))),
        }
    }
    world
}

fn fold<'a>(facts: impl IntoIterator<Item = &'a Fact>) -> Site {
    let mut site = Site::default();
    for fact in facts {
        site.apply(fact);
    }
    site
}

fn started(site: Site, now: Timestamp) -> Engine {
    let mut engine = Engine::new(site);
    let estate = EstateIndex::new(Arc::new(repeating())).expect("an estate with a calendar");
    let (hash, estate) = (id("estate-1"), Arc::new(estate));
    engine.handle(Input::EstateLoaded { hash, estate }, now);
    while engine.poll_output().is_some() {}
    engine
}

fn outputs(engine: &mut Engine, input: Input, now: Timestamp) -> Vec<Output> {
    engine.handle(input, now);
    std::iter::from_fn(|| engine.poll_output()).collect()
}

proptest! {
    #![proptest_config(cases(64, "tests/regressions/replay_laws.txt"))]

    #[test]
    fn a_restart_from_the_stored_bytes_is_as_if_nothing_had_happened(deeds in deeds()) {
        let mut world = night(deeds);
        world.wait(Span::ZERO);
        let stored = world.facts.iter().map(|stamped| Fact::decode(&stamped.bytes).unwrap());
        let stored: Vec<_> = stored.collect();
        for (fact, stamped) in stored.iter().zip(&world.facts) {
            prop_assert_eq!(&fact.encode().unwrap(), &stamped.bytes);
        }
        let site = fold(&stored);
        prop_assert_eq!(&site, world.engine.site());
        let mut again = started(site, world.now);
        // It looks once whether what came before began a flood, and finds nothing.
        prop_assert!(outputs(&mut again, Input::DeadlineReached, world.now).is_empty());
        prop_assert_eq!(again.next_deadline(), world.engine.next_deadline());
    }

    #[test]
    fn the_same_question_to_the_same_state_has_the_same_answer(
        before in deeds(), deed in deeds(),
    ) {
        let world = night(before);
        let mut one = started(world.engine.site().clone(), world.now);
        let mut other = started(world.engine.site().clone(), world.now);
        for deed in deed {
            let input = input(&world, 1_000, deed).unwrap_or(Input::DeadlineReached);
            let first = outputs(&mut one, input.clone(), world.now);
            let second = outputs(&mut one, input.clone(), world.now);
            let third = outputs(&mut other, input, world.now);
            prop_assert_eq!(&first, &second, "a question that was not recorded changes nothing");
            prop_assert_eq!(first, third);
        }
        prop_assert_eq!(one.site(), world.engine.site());
    }

    #[test]
    fn a_site_survives_any_loss_and_any_order_of_its_facts(
        deeds in deeds(),
        fate in prop::collection::vec((any::<Index>(), select(vec![true, true, true, false])), 200),
    ) {
        let world = night(deeds);
        let facts: Vec<_> = world.history().cloned().collect();
        // Each fact is dropped, or comes at any place; some come twice.
        let mut damaged: Vec<Fact> = Vec::new();
        for (nth, (at, kept)) in fate.iter().enumerate() {
            if let Some(fact) = facts.get(nth % facts.len()).filter(|_| *kept) {
                damaged.insert(at.index(damaged.len() + 1), fact.clone());
            }
        }
        let mut site = Site::default();
        let mut first = BTreeMap::new();
        for fact in &damaged {
            site.apply(fact);
            if let FactBody::Alarm(AlarmFact::Raised(body)) = &fact.body {
                first.entry(body.alarm).or_insert((fact.seq, body.source.clone()));
            }
        }
        let alarms = &site.view().alarms;
        let raised: BTreeSet<_> = first.keys().collect();
        prop_assert!(alarms.keys().all(|id| raised.contains(id)), "no row without its beginning");
        for (number, alarm) in alarms {
            prop_assert_eq!(number, &alarm.id);
            prop_assert_eq!(&alarm.source, &first[number].1, "the first one has the number");
        }
        prop_assert!(site.control().alarms.next() > alarms.keys().copied().max().unwrap_or(AlarmId(0)));
        // And it goes on: every deadline is met, and nobody is forgotten.
        let mut world = World::with(site, repeating());
        world.now = START + secs(200_000);
        world.wait(secs(4_000));
        for alarm in world.view().alarms.values() {
            let needs_one = !alarm.is_judged() && alarm.owner().is_none();
            prop_assert!(!needs_one || alarm.next_due().is_some(), "{} is forgotten", alarm.id);
            let due = alarm.next_due();
            prop_assert!(due.is_none_or(|(at, _)| at > world.now), "{} waits in the past", alarm.id);
        }
    }
}

#[test]
fn the_nights_of_these_laws_know_every_step_of_an_alarm() {
    let mut runner = TestRunner::deterministic();
    let mut kinds = BTreeSet::new();
    for _ in 0..900 {
        let deeds = deeds().new_tree(&mut runner).expect("a night").current();
        kinds.extend(night(deeds).history().map(|fact| fact.body.kind().0));
    }
    // What this estate has no zone, area, door or second source for.
    // And what no person does, but the server notices about itself.
    let elsewhere = [
        "alarm_joined",
        "alarm_split",
        "alarm_viewed",
        "alarm_clip_kept",
        "alarm_clip_viewed",
        "self_test_began",
        "self_test_ended",
        "recording_resumed",
        "clock_stepped",
        "tracks_set_aside",
        "input_set_aside",
        "camera_viewed",
    ];
    let missing = FactBody::kinds().map(|(kind, _)| kind).filter(|kind| {
        let kinds_of_place = ["zone_", "door_", "area_", "flood_", "actuation_"];
        !elsewhere.contains(kind) && !kinds_of_place.iter().any(|of| kind.starts_with(of))
    });
    let missing: Vec<_> = missing.filter(|kind| !kinds.contains(kind)).collect();
    assert_eq!(
        missing, [""; 0],
        "a law that never meets these says nothing about them"
    );
}

#[test]
fn an_empty_journal_is_an_empty_site() {
    let site = fold([]);
    assert_eq!(site, Site::default());
    assert_eq!(site.view().seq, Seq(0));
    assert_eq!(started(site, START).next_deadline(), None);
}
