//! Incidents, whoever is sent for them, the steps of their procedure and the ladders about all of these against a
//! small model that knows nothing of facts, folds or queues: operators who claim, send and move, guards who answer
//! or keep silent, people on rungs who come and go, channels that refuse, power cuts; compared after every deed.

mod model;

use crate::common::cases;
use crate::rules_common::{NOON, World, estate, id, kind, list, secs};
use crate::rules_ladders::world::{climbed_about, reach};
use castellan_domain::alarm::{Alarm, AlarmCommand, Verdict};
use castellan_domain::command::Command;
use castellan_domain::dispatch::{
    Assignment, DeclineReason, DispatchCommand, Matter, Stage as Part,
};
use castellan_domain::engine::Input;
use castellan_domain::estate::Channel;
use castellan_domain::fact::{FactBody, NotificationSettled};
use castellan_domain::ids::{AssignmentId, IncidentId, StepId};
use castellan_domain::incident::{Incident, IncidentCommand, NextStage, Owner, SkipReason, Stage};
use castellan_domain::ladder::LadderFact;
use castellan_domain::notify::Settlement;
use castellan_domain::observation::ReportedState::Active;
use castellan_domain::staff::StaffCommand;
use castellan_domain::time::Timestamp;
use model::{ACTORS, Call, DEVICES, Deed, GUARDS, Model, REACHED, STAFF, STEPS};
use proptest::prelude::*;
use serde_json::{Value, json};

/// Panic is an incident at once, wants two guards within a minute, gives 20 s for an answer and 180 s for the
/// way, and has a procedure. Nobody is missed by position.
fn world() -> World {
    let mut document = estate();
    let staffing = document["staffing"].as_object_mut().expect("staffing");
    staffing.remove("position_every_s_max");
    let people = list(&mut document, "people");
    people.retain(|person| person["role"] != "guard" && person["id"] != "zhou-jie");
    for (person, rung) in STAFF {
        let rung = ["shift_leader", "duty_manager", "project_manager"][rung];
        people.push(
            json!({"id": person, "name": {"zh": person, "en": person}, "role": "shift_leader",
            "rungs": [rung]}),
        );
    }
    for (number, guard) in GUARDS.into_iter().enumerate() {
        people.push(
            json!({"id": guard, "name": {"zh": guard, "en": guard}, "role": "guard",
            "phone": format!("guard-0{number}")}),
        );
    }
    (document["areas"], document["zones"]) = (json!([]), json!([]));
    let of_model = |device: &Value| DEVICES.iter().any(|one| device["id"] == *one);
    list(&mut document, "devices").retain(of_model);
    let steps = STEPS.map(|(step, deadline_s, optional)| {
        let words = json!({"zh": step, "en": step});
        let mut step = json!({"id": step, "words": words, "optional": optional});
        if let Some(deadline_s) = deadline_s {
            step["deadline_s"] = json!(deadline_s);
        }
        step
    });
    document["procedures"] =
        json!([{"id": "panic", "name": {"zh": "p", "en": "p"}, "steps": steps}]);
    let rung = |rung: &str| json!({"rung": rung});
    let (leader, manager, project) = (
        rung("shift_leader"),
        rung("duty_manager"),
        rung("project_manager"),
    );
    document["ladders"] = json!([{"id": "e1", "by_day": {
        "unclaimed": [{"after_s": 20, "call": [leader]}, {"after_s": 50, "call": [manager, project]}],
        "undispatched": [
            {"after_s": 0, "call": [leader], "repeat": {"every_s": 30, "times": 1}},
            {"after_s": 45, "call": [manager]}],
        "unaccepted_s_max": 20,
        "not_on_scene": [{"after_s": 180, "call": ["owner"]}, {"after_s": 240, "call": [manager]}]}}]);
    let kinds = list(&mut document, "alarm_types");
    kinds.push(kind(
        "nobody_reachable",
        2,
        60,
        &json!({"by_rule_only": true}),
    ));
    for kind in kinds.iter_mut().filter(|kind| kind["id"] == "panic") {
        for (key, value) in [
            ("incident", json!("at_once")),
            ("dispatch_s_max", json!(60)),
            ("dispatch_guards", json!(2)),
            ("ladder", json!("e1")),
            ("procedure", json!("panic")),
        ] {
            kind[key] = value;
        }
    }
    let mut world = World::of(&document);
    let staff = STAFF.map(|(person, _)| person);
    for person in ACTORS[..2].iter().copied().chain(GUARDS).chain(staff) {
        let on = StaffCommand::GoOnDuty { person: id(person) };
        world.done(person, Command::Staff(on));
    }
    let by: &[Channel] = &[Channel::Sms];
    let reached: Vec<_> = staff
        .into_iter()
        .chain([REACHED])
        .map(|person| (person, by))
        .collect();
    world.give(reach(&reached));
    world
}

fn deeds() -> impl Strategy<Value = Vec<Deed>> {
    let incident = || 0usize..3;
    let who = || 0usize..2;
    let anybody = || 0usize..ACTORS.len();
    let step = || 0usize..STEPS.len();
    let guard = || 0usize..GUARDS.len();
    let part = || 0usize..8;
    let deed = prop_oneof![
        3 => (0usize..DEVICES.len()).prop_map(Deed::Raise),
        3 => (who(), incident()).prop_map(|(who, incident)| Deed::Claim(who, incident)),
        1 => (who(), incident()).prop_map(|(who, incident)| Deed::Transfer(who, incident)),
        1 => (who(), incident()).prop_map(|(who, incident)| Deed::Release(who, incident)),
        6 => (anybody(), guard(), incident()).prop_map(|(who, guard, i)| Deed::Send(who, guard, i)),
        5 => part().prop_map(Deed::Accept),
        2 => part().prop_map(Deed::Decline),
        2 => part().prop_map(Deed::SetOut),
        3 => part().prop_map(Deed::Arrive),
        2 => part().prop_map(Deed::Finish),
        2 => (anybody(), part()).prop_map(|(who, part)| Deed::Recall(who, part)),
        1 => (who(), incident()).prop_map(|(who, incident)| Deed::Contain(who, incident)),
        1 => (who(), incident()).prop_map(|(who, incident)| Deed::Resolve(who, incident)),
        1 => (who(), incident()).prop_map(|(who, incident)| Deed::Judge(who, incident)),
        2 => (who(), incident()).prop_map(|(who, incident)| Deed::Close(who, incident)),
        2 => (anybody(), incident(), step()).prop_map(|(who, i, step)| Deed::Take(who, i, step)),
        2 => (anybody(), incident(), step()).prop_map(|(who, i, step)| Deed::Leave(who, i, step)),
        1 => (anybody(), incident(), step()).prop_map(|(who, i, step)| Deed::Undo(who, i, step)),
        2 => (guard(), any::<bool>()).prop_map(|(guard, on)| Deed::Duty(guard, on)),
        2 => (0usize..STAFF.len(), any::<bool>()).prop_map(|(who, on)| Deed::StaffDuty(who, on)),
        2 => (0usize..4).prop_map(Deed::Refuse),
        6 => (1i64..70).prop_map(Deed::Wait),
        1 => (1i64..2_000).prop_map(Deed::Crash),
    ];
    prop::collection::vec(deed, 1..60)
}

/// What a deed is as a command; nothing if it is none.
fn command(deed: Deed) -> Option<(&'static str, Command)> {
    let incident = |number: usize| IncidentId(u32::try_from(number + 1).expect("few"));
    let part = |number: usize| AssignmentId(u32::try_from(number + 1).expect("few"));
    let of_incident = |who: usize, command| (ACTORS[who], Command::Incident(command));
    // Who says it does not matter here: on the radio the operator hears them.
    let of_part = |command| (ACTORS[0], Command::Dispatch(command));
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
            let (incident, to) = (incident(number), id(ACTORS[1 - who]));
            of_incident(who, IncidentCommand::Transfer { incident, to })
        }
        Deed::Release(who, number) => {
            let incident = incident(number);
            of_incident(who, IncidentCommand::Release { incident })
        }
        Deed::Send(who, guard, number) => {
            let (matter, person) = (Matter::Incident(incident(number)), id(GUARDS[guard]));
            let send = DispatchCommand::Dispatch { matter, person };
            (ACTORS[who], Command::Dispatch(send))
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
        Deed::Recall(who, number) => {
            let assignment = part(number);
            let recall = DispatchCommand::Recall { assignment };
            (ACTORS[who], Command::Dispatch(recall))
        }
        Deed::Take(who, number, step) => {
            let (incident, step, answer) = (incident(number), step_id(step), None);
            let take = IncidentCommand::TakeStep {
                incident,
                step,
                answer,
            };
            of_incident(who, take)
        }
        Deed::Leave(who, number, step) => {
            let reason = (!STEPS[step].2).then_some(SkipReason::NotPossible);
            let (incident, step) = (incident(number), step_id(step));
            let leave = IncidentCommand::SkipStep {
                incident,
                step,
                reason,
            };
            of_incident(who, leave)
        }
        Deed::Undo(who, number, step) => {
            let (incident, step) = (incident(number), step_id(step));
            of_incident(who, IncidentCommand::UndoStep { incident, step })
        }
        Deed::Contain(who, number) => step(who, number, NextStage::Contained),
        Deed::Resolve(who, number) => step(who, number, NextStage::Resolved),
        Deed::Close(who, number) => step(who, number, NextStage::Closed),
        Deed::Duty(guard, on) => duty(GUARDS[guard], on),
        Deed::StaffDuty(who, on) => duty(STAFF[who].0, on),
        Deed::Raise(_) | Deed::Judge(..) | Deed::Refuse(_) | Deed::Wait(_) | Deed::Crash(_) => {
            return None;
        }
    })
}

fn duty(person: &'static str, on: bool) -> (&'static str, Command) {
    let whose = id(person);
    let command = if on {
        StaffCommand::GoOnDuty { person: whose }
    } else {
        StaffCommand::GoOffDuty { person: whose }
    };
    (person, Command::Staff(command))
}

fn step_id(step: usize) -> StepId {
    id(STEPS[step].0)
}

/// A call's channel says that it reached nobody.
fn refuse(world: &mut World, (of, who, before): Call) {
    let mut alike = world.facts.iter().filter_map(|fact| match &fact.body {
        FactBody::Ladder(LadderFact::Called(body)) => {
            let is_it = body.about.to_string() == of && body.person == id(who);
            is_it.then_some((fact.seq, body.about))
        }
        _ => None,
    });
    let (about, matter) = alike.nth(before).expect("it was called");
    world.give(Input::Notified(NotificationSettled {
        about,
        matter,
        channel: Channel::Sms,
        outcome: Settlement::Refused,
        attempts: 1,
    }));
}

/// Does a deed, and says whether it was possible; what is no command always is.
fn act(world: &mut World, deed: Deed, devices: &[usize], call: Option<Call>) -> bool {
    if let Some((who, command)) = command(deed) {
        let input = world.commanded(who, command);
        return matches!(world.give(input), Some(Ok(_)));
    }
    match deed {
        Deed::Raise(device) => drop(world.report(DEVICES[device], "panic", Active)),
        Deed::Judge(who, _) => {
            for device in devices {
                let rows = world.rows("panic");
                let of = |row: &&Alarm| row.source.device() == Some(&id(DEVICES[*device]));
                let row = rows.into_iter().find(of).expect("it was raised");
                let judge = AlarmCommand::Judge {
                    alarm: row.id,
                    verdict: Verdict::Test,
                    basis: None,
                };
                let input = world.commanded(ACTORS[who], Command::Alarm(judge));
                world.give(input);
            }
        }
        Deed::Refuse(_) => call.into_iter().for_each(|call| refuse(world, call)),
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
        "{} {stage} {whose} alarms {} dispatch {:?} short {} step {:?}",
        incident.id,
        incident.alarms.len(),
        incident.dispatch_due_at.map(after),
        incident.undispatched_at.is_some(),
        incident
            .step_wait
            .as_ref()
            .filter(|_| incident.is_open())
            .map(|wait| (wait.step.to_string(), after(wait.due_at)))
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

/// What ladders did, by what it was about, and how often a row said that nobody was there.
fn told(world: &World) -> Vec<String> {
    let mut all = climbed_about(world);
    all.sort_by_key(|(about, _)| *about);
    let told = all
        .into_iter()
        .map(|(about, told)| format!("{about}: {told}"));
    let rows = world.rows("nobody_reachable");
    let found = rows.first().map_or(0, |row| 1 + row.repeats);
    told.chain([format!("nobody {found}")]).collect()
}

proptest! {
    #![proptest_config(cases(128, "tests/regressions/response_machine.txt"))]

    #[test]
    fn incidents_assignments_steps_and_ladders_agree_with_their_model_through_any_night(deeds in deeds()) {
        let mut world = world();
        let mut model = Model::new(after(world.now));
        for deed in deeds {
            let devices = model.devices_to_judge(deed);
            let was_possible = act(&mut world, deed, &devices, model.call_of(deed));
            world.give(Input::DeadlineReached);
            world.wait(secs(0));
            let should_be = model.act(deed);
            prop_assert_eq!(was_possible, should_be, "{:?} of {:?}", deed, model.words());
            prop_assert_eq!(machine_words(&world), model.words(), "after {:?}", deed);
            prop_assert_eq!(told(&world), model.told(), "after {:?}", deed);
            model.balance();
        }
    }
}
