//! What has become of the steps of a procedure, told as stories.

use crate::common::{World, id, is_done, secs};
use crate::incidents::{accept, guarded, incident, send};
use castellan_domain::answer::Answer;
use castellan_domain::command::Command;
use castellan_domain::dispatch::DispatchCommand;
use castellan_domain::estate::Estate;
use castellan_domain::ids::{AssignmentId, IncidentId, ProcedureId, StepId};
use castellan_domain::incident::{IncidentCommand, IncidentRefusal, SkipReason, StepRecord};
use castellan_domain::observation::ReportedState::Active;
use castellan_domain::procedure::Outcome;
use castellan_domain::refusal::{CommonRefusal, Refusal};
use castellan_domain::site::Site;

const GAS: &str = r#"{"id": "gas", "name": {"zh": "燃气", "en": "Gas"}, "steps": [
    {"id": "verify", "words": {"zh": "核实", "en": "Verify"}, "deadline_s": 60,
     "answers": [{"id": "real", "label": {"zh": "真", "en": "Real"}, "to": "cordon"},
                 {"id": "none", "label": {"zh": "无", "en": "Nothing"}, "to": "end"}]},
    {"id": "cordon", "words": {"zh": "警戒", "en": "Cordon"}, "who": "guard", "deadline_s": 180},
    {"id": "residents", "words": {"zh": "告知", "en": "Tell"}, "optional": true, "deadline_s": 120},
    {"id": "valves", "words": {"zh": "关阀", "en": "Valves"}, "optional": true, "who": "engineer"},
    {"id": "call", "words": {"zh": "报警", "en": "Call"}, "deadline_s": 240}]}"#;

fn drawn() -> Estate {
    let mut estate = guarded();
    estate.procedures = vec![serde_json::from_str(GAS).expect("a procedure")];
    for kind in &mut estate.alarm_types {
        kind.procedure = Some(ProcedureId::constant("gas"));
    }
    estate
}

/// Somebody is sent: there is an incident, and its owner has it since now.
fn world() -> World {
    let mut world = World::with(Site::default(), drawn());
    let alarm = world.raise("gas-1", "gas_low", Active);
    send(&mut world, "li-na", alarm, "wang-qiang").expect("he can be sent");
    world
}

fn give(world: &mut World, who: &str, command: IncidentCommand) -> Answer {
    world.command(who, None, Command::Incident(command))
}

fn take(world: &mut World, who: &str, step: &'static str, answer: Option<&'static str>) -> Answer {
    let (incident, step) = (IncidentId(1), StepId::constant(step));
    let answer = answer.map(id);
    let command = IncidentCommand::TakeStep {
        incident,
        step,
        answer,
    };
    give(world, who, command)
}

fn skip(world: &mut World, step: &'static str, reason: Option<SkipReason>) -> Answer {
    let (incident, step) = (IncidentId(1), StepId::constant(step));
    let command = IncidentCommand::SkipStep {
        incident,
        step,
        reason,
    };
    give(world, "li-na", command)
}

fn record<'a>(world: &'a World, step: &'static str) -> Option<&'a StepRecord> {
    let step = StepId::constant(step);
    incident(world, 1)
        .steps
        .of(&ProcedureId::constant("gas"), &step)
}

/// The step that is waited for, and in how many seconds.
fn waited(world: &World) -> Option<(&str, i64)> {
    let wait = incident(world, 1).step_wait.as_ref()?;
    Some((wait.step.as_str(), wait.due_at.since(world.now).as_secs()))
}

fn refused(answer: Answer) -> IncidentRefusal {
    match answer {
        Err(Refusal::Incident(refusal)) => refusal,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_step_is_taken_answered_left_out_and_taken_back_and_the_last_word_holds() {
    let mut world = world();
    let step = StepId::constant;
    assert_eq!(
        refused(take(&mut world, "li-na", "verify", None)),
        IncidentRefusal::NotItsAnswer {
            step: step("verify")
        }
    );
    assert_eq!(
        refused(take(&mut world, "li-na", "call", Some("real"))),
        IncidentRefusal::NotItsAnswer { step: step("call") }
    );
    assert_eq!(
        refused(take(&mut world, "li-na", "nothing", None)),
        IncidentRefusal::UnknownStep {
            incident: IncidentId(1),
            step: step("nothing")
        }
    );
    assert_eq!(
        refused(skip(&mut world, "call", None)),
        IncidentRefusal::ReasonWanted { step: step("call") }
    );
    let undo = IncidentCommand::UndoStep {
        incident: IncidentId(1),
        step: step("call"),
    };
    assert_eq!(
        refused(give(&mut world, "li-na", undo.clone())),
        IncidentRefusal::StepNotTaken { step: step("call") }
    );
    assert!(is_done(&take(&mut world, "li-na", "verify", Some("none"))));
    assert!(is_done(&take(
        &mut world,
        "zhao-min",
        "verify",
        Some("real")
    )));
    let taken = record(&world, "verify").and_then(|known| known.taken.clone());
    let taken = taken.expect("taken");
    assert_eq!(taken.outcome, Outcome::Answered(id("real")));
    assert_eq!(taken.by, id("zhao-min"), "the last word holds");
    assert!(
        is_done(&skip(&mut world, "residents", None)),
        "it is optional"
    );
    assert!(is_done(&skip(
        &mut world,
        "call",
        Some(SkipReason::DoneByOthers)
    )));
    assert!(is_done(&give(&mut world, "li-na", undo)));
    assert_eq!(
        record(&world, "call").and_then(|known| known.taken.clone()),
        None
    );
}

#[test]
fn the_first_required_step_ahead_is_waited_for_from_when_its_owner_took_it() {
    let mut world = World::with(Site::default(), drawn());
    // At once an incident, and nobody's.
    world.raise("gas-1", "gas_high", Active);
    world.wait(secs(1));
    assert_eq!(waited(&world), None, "the ladder of the claim climbs");
    world.wait(secs(30));
    let claim = IncidentCommand::Claim {
        incident: IncidentId(1),
    };
    give(&mut world, "li-na", claim).unwrap();
    assert_eq!(waited(&world), Some(("verify", 60)));
    take(&mut world, "li-na", "verify", Some("real")).unwrap();
    assert_eq!(waited(&world), Some(("cordon", 180)));
    skip(&mut world, "cordon", Some(SkipReason::NotSafe)).unwrap();
    assert_eq!(
        waited(&world),
        Some(("call", 240)),
        "what is optional is not waited for"
    );
    take(&mut world, "li-na", "verify", Some("none")).unwrap();
    assert_eq!(waited(&world), None, "that way ends here");
}

#[test]
fn a_step_that_nobody_takes_is_late_once_and_the_next_one_is_waited_for() {
    let mut world = world();
    take(&mut world, "li-na", "verify", Some("real")).unwrap();
    let before = world.facts.len();
    world.wait(secs(181));
    let late = record(&world, "cordon").and_then(|known| known.late_at);
    assert!(late.is_some());
    assert_eq!(waited(&world), Some(("call", 59)));
    world.wait(secs(30));
    let kinds = world.history().skip(before).map(|fact| fact.body.kind().0);
    let late = kinds.filter(|kind| *kind == "incident_step_late");
    assert_eq!(late.count(), 1);
    take(&mut world, "li-na", "cordon", None).unwrap();
    let known = record(&world, "cordon").expect("known");
    assert!(
        known.late_at.is_some() && known.taken.is_some(),
        "late, and done"
    );
}

#[test]
fn whoever_is_sent_speaks_of_their_own_steps_alone_and_only_while_they_go_or_are_there() {
    let mut world = world();
    take(&mut world, "li-na", "verify", Some("real")).unwrap();
    let early = take(&mut world, "wang-qiang", "cordon", None);
    assert_eq!(early, Err(CommonRefusal::NotAllowed.into()), "only asked");
    accept(&mut world, "wang-qiang", 1).unwrap();
    for other in ["call", "valves"] {
        let step = StepId::constant(other);
        assert_eq!(
            refused(take(&mut world, "wang-qiang", other, None)),
            IncidentRefusal::NotTheirStep { step }
        );
    }
    assert!(is_done(&take(&mut world, "wang-qiang", "cordon", None)));
    let recall = DispatchCommand::Recall {
        assignment: AssignmentId(1),
    };
    world
        .command("li-na", None, Command::Dispatch(recall))
        .unwrap();
    let after = take(&mut world, "wang-qiang", "cordon", None);
    assert_eq!(after, Err(CommonRefusal::NotAllowed.into()));
}
