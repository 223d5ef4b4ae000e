//! Incidents and whoever is sent for them against a small model that knows nothing of facts, folds or queues:
//! operators who claim, send and move, guards who answer or keep silent, power cuts; compared after every deed.

mod model;

use crate::common::cases;
use crate::rules_common::{NOON, World, estate, id, list, secs};
use castellan_domain::alarm::{Alarm, AlarmCommand, Verdict};
use castellan_domain::command::Command;
use castellan_domain::dispatch::{
    Assignment, DeclineReason, DispatchCommand, Matter, Stage as Part,
};
use castellan_domain::engine::Input;
use castellan_domain::ids::{AssignmentId, IncidentId};
use castellan_domain::incident::{Incident, IncidentCommand, NextStage, Owner, Stage};
use castellan_domain::observation::ReportedState::Active;
use castellan_domain::staff::StaffCommand;
use castellan_domain::time::Timestamp;
use model::{DEVICES, Deed, GUARDS, Model, OPERATORS};
use proptest::prelude::*;
use serde_json::json;

/// Panic is an incident at once, wants two guards within a minute, and gives 20 s for an answer and 180 s for the
/// way. Nobody is missed by position, and nobody is called.
fn world() -> World {
    let mut document = estate();
    let staffing = document["staffing"].as_object_mut().expect("staffing");
    staffing.remove("position_every_s_max");
    let people = list(&mut document, "people");
    people.retain(|person| person["role"] != "guard");
    for (number, guard) in GUARDS.into_iter().enumerate() {
        people.push(
            json!({"id": guard, "name": {"zh": guard, "en": guard}, "role": "guard",
            "phone": format!("guard-0{number}")}),
        );
    }
    document["areas"] = json!([]);
    document["ladders"] = json!([{"id": "e1", "by_day": {"unaccepted_s_max": 20,
        "not_on_scene": [{"after_s": 180, "call": ["owner"]}]}}]);
    let kinds = list(&mut document, "alarm_types");
    for kind in kinds.iter_mut().filter(|kind| kind["id"] == "panic") {
        for (key, value) in [
            ("incident", json!("at_once")),
            ("dispatch_s_max", json!(60)),
            ("dispatch_guards", json!(2)),
            ("ladder", json!("e1")),
        ] {
            kind[key] = value;
        }
    }
    let mut world = World::of(&document);
    for person in OPERATORS.into_iter().chain(GUARDS) {
        let on = StaffCommand::GoOnDuty { person: id(person) };
        world.done(person, Command::Staff(on));
    }
    world
}

fn deeds() -> impl Strategy<Value = Vec<Deed>> {
    let incident = || 0usize..3;
    let who = || 0usize..OPERATORS.len();
    let guard = || 0usize..GUARDS.len();
    let part = || 0usize..8;
    let deed = prop_oneof![
        3 => (0usize..DEVICES.len()).prop_map(Deed::Raise),
        3 => (who(), incident()).prop_map(|(who, incident)| Deed::Claim(who, incident)),
        1 => (who(), incident()).prop_map(|(who, incident)| Deed::Transfer(who, incident)),
        1 => (who(), incident()).prop_map(|(who, incident)| Deed::Release(who, incident)),
        6 => (who(), guard(), incident()).prop_map(|(who, guard, i)| Deed::Send(who, guard, i)),
        5 => part().prop_map(Deed::Accept),
        2 => part().prop_map(Deed::Decline),
        2 => part().prop_map(Deed::SetOut),
        3 => part().prop_map(Deed::Arrive),
        2 => part().prop_map(Deed::Finish),
        2 => part().prop_map(Deed::Recall),
        1 => (who(), incident()).prop_map(|(who, incident)| Deed::Contain(who, incident)),
        1 => (who(), incident()).prop_map(|(who, incident)| Deed::Resolve(who, incident)),
        1 => (who(), incident()).prop_map(|(who, incident)| Deed::Judge(who, incident)),
        2 => (who(), incident()).prop_map(|(who, incident)| Deed::Close(who, incident)),
        2 => (guard(), any::<bool>()).prop_map(|(guard, on)| Deed::Duty(guard, on)),
        6 => (1i64..70).prop_map(Deed::Wait),
        1 => (1i64..2_000).prop_map(Deed::Crash),
    ];
    prop::collection::vec(deed, 1..60)
}

/// What a deed is as a command; nothing if it is none.
fn command(deed: Deed) -> Option<(&'static str, Command)> {
    let incident = |number: usize| IncidentId(u32::try_from(number + 1).expect("few"));
    let part = |number: usize| AssignmentId(u32::try_from(number + 1).expect("few"));
    let of_incident = |who: usize, command| (OPERATORS[who], Command::Incident(command));
    // Who says it does not matter here: on the radio the operator hears them.
    let of_part = |command| (OPERATORS[0], Command::Dispatch(command));
    let step = |who, number, to| {
        let incident = incident(number);
        of_incident(who, IncidentCommand::Move { incident, to })
    };
    Some(match deed {
        Deed::Claim(who, number) => {
            let incident = incident(number);
            of_incident(who, IncidentCommand::Claim { incident })
        }
        Deed::Transfer(who, number) => {
            let (incident, to) = (incident(number), id(OPERATORS[1 - who]));
            of_incident(who, IncidentCommand::Transfer { incident, to })
        }
        Deed::Release(who, number) => {
            let incident = incident(number);
            of_incident(who, IncidentCommand::Release { incident })
        }
        Deed::Send(who, guard, number) => {
            let (matter, person) = (Matter::Incident(incident(number)), id(GUARDS[guard]));
            let send = DispatchCommand::Dispatch { matter, person };
            (OPERATORS[who], Command::Dispatch(send))
        }
        Deed::Accept(number) => {
            let assignment = part(number);
            of_part(DispatchCommand::Accept { assignment })
        }
        Deed::Decline(number) => {
            let (assignment, reason) = (part(number), DeclineReason::TooFar);
            of_part(DispatchCommand::Decline { assignment, reason })
        }
        Deed::SetOut(number) => {
            let assignment = part(number);
            of_part(DispatchCommand::SetOut { assignment })
        }
        Deed::Arrive(number) => {
            let assignment = part(number);
            of_part(DispatchCommand::Arrive { assignment })
        }
        Deed::Finish(number) => {
            let assignment = part(number);
            of_part(DispatchCommand::Finish { assignment })
        }
        Deed::Recall(number) => {
            let assignment = part(number);
            of_part(DispatchCommand::Recall { assignment })
        }
        Deed::Contain(who, number) => step(who, number, NextStage::Contained),
        Deed::Resolve(who, number) => step(who, number, NextStage::Resolved),
        Deed::Close(who, number) => step(who, number, NextStage::Closed),
        Deed::Duty(guard, on) => {
            let person = id(GUARDS[guard]);
            let command = if on {
                StaffCommand::GoOnDuty { person }
            } else {
                StaffCommand::GoOffDuty { person }
            };
            (GUARDS[guard], Command::Staff(command))
        }
        Deed::Raise(_) | Deed::Judge(..) | Deed::Wait(_) | Deed::Crash(_) => return None,
    })
}

/// Does a deed, and says whether it was possible; what is no command always is.
fn act(world: &mut World, deed: Deed, devices: &[usize]) -> bool {
    if let Some((who, command)) = command(deed) {
        let input = world.commanded(who, command);
        return matches!(world.give(input), Some(Ok(_)));
    }
    match deed {
        Deed::Raise(device) => drop(world.report(DEVICES[device], "panic", Active)),
        Deed::Judge(who, _) => {
            for device in devices {
                // Rows of another sort may have come before: by its number it is not known.
                let rows = world.rows("panic");
                let of = |row: &&Alarm| row.source.device() == Some(&id(DEVICES[*device]));
                let row = rows.into_iter().find(of).expect("it was raised");
                let judge = AlarmCommand::Judge {
                    alarm: row.id,
                    verdict: Verdict::Test,
                    basis: None,
                };
                let input = world.commanded(OPERATORS[who], Command::Alarm(judge));
                world.give(input);
            }
        }
        Deed::Wait(seconds) => world.wait(secs(seconds)),
        Deed::Crash(seconds) => world.crash(secs(seconds)),
        _ => {}
    }
    true
}

fn after(at: Timestamp) -> i64 {
    at.since(NOON).as_secs()
}

/// An incident as people read it.
fn incident_words(incident: &Incident) -> String {
    let stage = match incident.stage {
        Stage::Open => "open",
        Stage::Dispatched => "dispatched",
        Stage::Handling => "handling",
        Stage::Contained => "contained",
        Stage::Resolved => "resolved",
        Stage::Closed { .. } => "closed",
        Stage::Merged { .. } => "merged",
    };
    let whose = match &incident.owner {
        Owner::Nobody { due_at, .. } => format!("nobody's, due {}", after(*due_at)),
        Owner::Person { by, .. } => by.to_string(),
    };
    format!(
        "{} {stage} {whose} alarms {} dispatch {:?} short {}",
        incident.id,
        incident.alarms.len(),
        incident.dispatch_due_at.map(after),
        incident.undispatched_at.is_some()
    )
}

/// An assignment as people read it.
fn part_words(one: &Assignment) -> String {
    let stage = match &one.stage {
        Part::Offered => "offered",
        Part::Unanswered => "unanswered",
        Part::Accepted => "accepted",
        Part::OnTheWay => "on the way",
        Part::OnScene { .. } => "on scene",
        Part::Done => "done",
        Part::Declined { .. } => "declined",
        Part::Withdrawn { .. } => "withdrawn",
    };
    format!(
        "{} of {} {} slot {} {stage} due {:?}",
        one.id,
        one.incident,
        one.person,
        one.slot,
        one.due_at.map(after)
    )
}

fn machine_words(world: &World) -> Vec<String> {
    let incidents = world.view().incidents.values().map(incident_words);
    let parts = world.view().assignments.values().map(part_words);
    incidents.chain(parts).collect()
}

proptest! {
    #![proptest_config(cases(128, "tests/regressions/response_machine.txt"))]

    #[test]
    fn incidents_and_assignments_agree_with_their_model_through_any_night(deeds in deeds()) {
        let mut world = world();
        let mut model = Model::new(after(world.now));
        for deed in deeds {
            let devices = model.devices_to_judge(deed);
            let was_possible = act(&mut world, deed, &devices);
            world.give(Input::DeadlineReached);
            world.wait(secs(0));
            let should_be = model.act(deed);
            prop_assert_eq!(was_possible, should_be, "{:?} of {:?}", deed, model.words());
            prop_assert_eq!(machine_words(&world), model.words(), "after {:?}", deed);
            model.balance();
        }
    }
}
