//! What holds of incidents and their alarms in any order of what devices say and people do: raise, clear, resolve,
//! close, open again, merge, split, join, take out.

use crate::common::{World, cases, id, secs};
use crate::incidents::{guarded, incident, send};
use castellan_domain::alarm::{Alarm, Verdict};
use castellan_domain::command::Command;
use castellan_domain::dispatch::{DispatchCommand, Matter};
use castellan_domain::estate::{Estate, Opens};
use castellan_domain::ids::{AlarmId, IncidentId};
use castellan_domain::incident::{Incident, IncidentCommand, LINK_S_MAX, NextStage, Stage};
use castellan_domain::observation::ReportedState::{Active, Cleared};
use castellan_domain::site::Site;
use proptest::prelude::*;
use std::collections::BTreeMap;

const DEVICES: [&str; 4] = ["gas-1", "gas-2", "button-1", "door-1"];
const TYPES: [&str; 3] = ["gas_low", "gas_high", "panic"];

/// One thing that happens, by numbers.
#[derive(Debug, Clone, Copy)]
enum Deed {
    Raise(usize, usize),
    Clear(usize, usize),
    Send(u32),
    Claim(u32),
    Judge(u32, bool),
    Move(u32, NextStage),
    Merge(u32, u32),
    Split(u32, u32),
    Join(u32, u32),
    Leave(u32, u32),
    Wait(i64),
}

fn deeds() -> impl Strategy<Value = Vec<Deed>> {
    let device = || 0..DEVICES.len();
    let kind = || 0..TYPES.len();
    let incident = || 1u32..5;
    let alarm = || 1u32..9;
    let stage = prop::sample::select(vec![
        NextStage::Contained,
        NextStage::Resolved,
        NextStage::Closed,
        NextStage::Closed,
        NextStage::Reopened,
    ]);
    let deed = prop_oneof![
        6 => (device(), kind()).prop_map(|(device, kind)| Deed::Raise(device, kind)),
        4 => (device(), kind()).prop_map(|(device, kind)| Deed::Clear(device, kind)),
        4 => alarm().prop_map(Deed::Send),
        2 => alarm().prop_map(Deed::Claim),
        6 => (alarm(), any::<bool>()).prop_map(|(alarm, genuine)| Deed::Judge(alarm, genuine)),
        6 => (incident(), stage).prop_map(|(incident, to)| Deed::Move(incident, to)),
        2 => (incident(), incident()).prop_map(|(one, into)| Deed::Merge(one, into)),
        2 => (incident(), alarm()).prop_map(|(incident, alarm)| Deed::Split(incident, alarm)),
        2 => (incident(), alarm()).prop_map(|(incident, alarm)| Deed::Join(incident, alarm)),
        2 => (incident(), alarm()).prop_map(|(incident, alarm)| Deed::Leave(incident, alarm)),
        3 => (0i64..400).prop_map(Deed::Wait),
    ];
    prop::collection::vec(deed, 1..50)
}

fn world() -> World {
    World::with(Site::default(), estate())
}

fn estate() -> Estate {
    let mut estate = guarded();
    for kind in &mut estate.alarm_types {
        kind.dispatch_s_max = Some(60);
    }
    estate
}

/// A leader does it, so that only what is possible decides.
fn command(deed: Deed) -> Option<Command> {
    let of = |command| Some(Command::Incident(command));
    match deed {
        Deed::Move(incident, to) => {
            let incident = IncidentId(incident);
            of(IncidentCommand::Move { incident, to })
        }
        Deed::Merge(one, into) => of(IncidentCommand::Merge {
            incident: IncidentId(one),
            into: IncidentId(into),
        }),
        Deed::Split(incident, alarm) => of(IncidentCommand::Split {
            incident: IncidentId(incident),
            alarms: vec![AlarmId(alarm)],
        }),
        Deed::Join(incident, alarm) => of(IncidentCommand::Join {
            incident: IncidentId(incident),
            alarm: AlarmId(alarm),
        }),
        Deed::Leave(incident, alarm) => of(IncidentCommand::Leave {
            incident: IncidentId(incident),
            alarm: AlarmId(alarm),
        }),
        Deed::Send(alarm) => Some(Command::Dispatch(DispatchCommand::Dispatch {
            matter: Matter::Alarm(AlarmId(alarm)),
            person: id("wang-qiang"),
        })),
        Deed::Raise(..) | Deed::Clear(..) | Deed::Claim(_) | Deed::Judge(..) | Deed::Wait(_) => {
            None
        }
    }
}

fn act(world: &mut World, deed: Deed) {
    if let Some(command) = command(deed) {
        drop(world.command("zhou-jie", None, command));
        return;
    }
    match deed {
        Deed::Raise(device, kind) => drop(world.report(DEVICES[device], TYPES[kind], Active)),
        Deed::Clear(device, kind) => drop(world.report(DEVICES[device], TYPES[kind], Cleared)),
        Deed::Claim(alarm) => drop(world.claim("zhou-jie", AlarmId(alarm))),
        Deed::Judge(alarm, is_genuine) => {
            let false_one = Verdict::DeviceFault;
            let verdict = if is_genuine {
                Verdict::Genuine
            } else {
                false_one
            };
            drop(world.judge("zhou-jie", AlarmId(alarm), verdict));
        }
        Deed::Wait(seconds) => world.wait(secs(seconds)),
        _ => {}
    }
}

type Rows = (BTreeMap<AlarmId, Alarm>, BTreeMap<IncidentId, Incident>);

fn rows(world: &World) -> Rows {
    let view = world.view();
    (view.alarms.clone(), view.incidents.clone())
}

/// What must hold after a deed, before anything is due.
fn holds(deed: Deed, (alarms, incidents): &Rows, world: &World) -> Result<(), TestCaseError> {
    let view = world.view();
    if let Deed::Move(..) = deed {
        prop_assert_eq!(&view.alarms, alarms, "an incident's stage touches no alarm");
    }
    if let Deed::Clear(..) = deed {
        let now = view.incidents.keys();
        prop_assert!(now.eq(incidents.keys()), "a clear opens nothing");
        for (number, before) in incidents {
            let now = &view.incidents[number];
            let stages = (&now.stage, &now.alarms);
            prop_assert_eq!(
                stages,
                (&before.stage, &before.alarms),
                "and closes nothing"
            );
        }
    }
    for (number, before) in incidents.iter().filter(|(_, one)| !one.is_open()) {
        let now = &view.incidents[number];
        let is_reopened = matches!(deed, Deed::Move(_, NextStage::Reopened));
        prop_assert!(is_reopened || now == before, "{} is closed", number);
    }
    for one in view.incidents.values().filter(|one| one.is_open()) {
        for alarm in &one.alarms {
            let of = view.alarms.get(alarm).and_then(|row| row.incident);
            prop_assert_eq!(of, Some(one.id), "{} is listed", alarm);
        }
        let kind = estate()
            .alarm_types
            .into_iter()
            .find(|kind| kind.id == one.kind);
        let wanted = kind.expect("a type of the estate").dispatch_guards;
        prop_assert!(
            one.guards >= wanted,
            "{} wants {wanted}: {:?}",
            one.id,
            one.guards
        );
    }
    for row in view.alarms.values() {
        let open = row.incident.and_then(|id| view.incidents.get(&id));
        if let Some(open) = open.filter(|one| one.is_open()) {
            prop_assert!(open.alarms.contains(&row.id), "{} is in none", row.id);
            prop_assert!(
                row.is_judged() || row.owner() == open.owner(),
                "{} is another's",
                row.id
            );
            prop_assert_eq!(row.dispatch_due_at(), None, "its incident has that time");
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(cases(192, "tests/regressions/incident_orders.txt"))]

    #[test]
    fn an_incidents_stage_touches_no_alarm_and_a_clear_opens_and_closes_nothing(deeds in deeds()) {
        let mut world = world();
        for deed in deeds {
            let before = rows(&world);
            act(&mut world, deed);
            if !matches!(deed, Deed::Wait(_)) {
                holds(deed, &before, &world)?;
            }
            world.wait(secs(0));
        }
    }
}

#[test]
fn what_comes_after_a_closed_incident_is_a_new_one_that_says_after_which() {
    let mut estate = estate();
    for kind in &mut estate.alarm_types {
        kind.incident = Opens::ByHand;
    }
    let mut world = World::with(Site::default(), estate);
    let after = |world: &World, number| {
        let told = incident(world, number).history.steps().first();
        match &told.expect("its opening").fact {
            castellan_domain::incident::IncidentFact::Opened(body) => body.after,
            other => panic!("{other:?}"),
        }
    };
    let close = |world: &mut World, number| {
        let (incident, to) = (IncidentId(number), NextStage::Closed);
        let close = Command::Incident(IncidentCommand::Move { incident, to });
        world.command("li-na", None, close).expect("all is judged");
    };
    let open = |world: &mut World, device: &str, kind: &str| {
        let alarm = world.raise(device, kind, Active);
        send(world, "li-na", alarm, "wang-qiang").expect("he can go");
        world.judge("li-na", alarm, Verdict::Test).expect("hers");
        world.report(device, kind, Cleared).expect("it clears");
    };
    open(&mut world, "gas-1", "gas_low");
    close(&mut world, 1);
    assert!(matches!(incident(&world, 1).stage, Stage::Closed { .. }));
    world.wait(secs(LINK_S_MAX));
    open(&mut world, "gas-2", "gas_low");
    assert_eq!(after(&world, 2), Some(IncidentId(1)), "the same house");
    assert_eq!(incident(&world, 1).alarms.len(), 1, "it takes nothing in");
    open(&mut world, "button-1", "panic");
    assert_eq!(after(&world, 3), None, "another matter");
    close(&mut world, 2);
    world.wait(secs(LINK_S_MAX + 1));
    open(&mut world, "gas-1", "gas_low");
    assert_eq!(after(&world, 4), None, "long ago");
}
