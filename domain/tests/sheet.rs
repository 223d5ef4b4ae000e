//! Case sheets: what belongs on them, and which deadlines they tell of.

use crate::common::{World, id, secs};
use crate::incidents::{accept, send, world};
use castellan_domain::alarm::Verdict;
use castellan_domain::answer::Answer;
use castellan_domain::command::Command;
use castellan_domain::fact::Fact;
use castellan_domain::ids::{AlarmId, IncidentId, Seq};
use castellan_domain::incident::IncidentCommand;
use castellan_domain::matter::Matter;
use castellan_domain::observation::ReportedState::Active;
use castellan_domain::sheet::{Ended, Gathered, What, deadlines};
use std::collections::BTreeSet;

const FIRST: IncidentId = IncidentId(1);
const SECOND: IncidentId = IncidentId(2);

fn does(world: &mut World, command: IncidentCommand) -> Answer {
    world.command("li-na", None, Command::Incident(command))
}

fn gathered(world: &World, incident: IncidentId) -> Gathered {
    let bytes = world.history().map(|fact| fact.encode().expect("a fact"));
    let bytes: Vec<_> = bytes.collect();
    Gathered::from(incident, bytes.iter().map(String::as_str))
}

/// The facts of which the live state tells about an incident, its alarms and those who were sent.
fn told(world: &World, incident: IncidentId) -> BTreeSet<Seq> {
    let view = world.view();
    let row = &view.incidents[&incident];
    let steps = row.history.steps().iter().map(|step| step.seq);
    let alarms = row.alarms.iter().map(|alarm| &view.alarms[alarm].history);
    let of_alarms = alarms.flat_map(|history| history.steps().iter().map(|step| step.seq));
    let sent = view.assignments.values();
    let sent = sent.filter(|one| one.incident == incident);
    let of_sent = sent.flat_map(|one| one.history.steps().iter().map(|step| step.seq));
    steps.chain(of_alarms).chain(of_sent).collect()
}

/// A gas alarm that is claimed, for which two are sent, one of whom answers and comes.
fn story() -> (World, AlarmId) {
    let mut world = world();
    let alarm = world.raise("gas-1", "gas_high", Active);
    world.wait(secs(3));
    send(&mut world, "li-na", alarm, "wang-qiang").expect("it is done");
    send(&mut world, "li-na", alarm, "li-min").expect("it is done");
    world.wait(secs(4));
    accept(&mut world, "wang-qiang", 1).expect("it is done");
    world.wait(secs(20));
    (world, alarm)
}

#[test]
fn a_sheet_has_each_fact_that_its_rows_tell_of_and_none_of_another_matter() {
    let (mut world, _) = story();
    let other = world.raise("door-1", "door_held", Active);
    world.claim("zhao-min", other).unwrap();
    world
        .judge("zhao-min", other, Verdict::Environment)
        .unwrap();
    let gathered = gathered(&world, FIRST);
    assert!(gathered.is_whole());
    let told = told(&world, FIRST);
    assert!(told.is_subset(gathered.facts()), "{told:?}");
    for fact in world
        .history()
        .filter(|fact| gathered.facts().contains(&fact.seq))
    {
        let bytes = fact.encode().expect("a fact");
        assert!(!bytes.contains(&format!("\"{other}\"")), "{bytes}");
    }
}

#[test]
fn what_joins_is_told_from_its_beginning_and_what_left_until_then() {
    let mut world = world();
    let door = world.raise("door-1", "door_held", Active);
    let gas = world.raise("gas-1", "gas_high", Active);
    send(&mut world, "li-na", gas, "wang-qiang").unwrap();
    world.claim("li-na", door).unwrap();
    does(
        &mut world,
        IncidentCommand::Join {
            incident: FIRST,
            alarm: door,
        },
    )
    .unwrap();
    let raised = world
        .history()
        .find(|fact| fact.body.kind().0 == "alarm_raised");
    let raised = raised.expect("a fact").seq;
    assert!(gathered(&world, FIRST).facts().contains(&raised));
    does(
        &mut world,
        IncidentCommand::Leave {
            incident: FIRST,
            alarm: door,
        },
    )
    .unwrap();
    world.judge("li-na", door, Verdict::Environment).unwrap();
    let sheet = gathered(&world, FIRST);
    let kinds = |kind: &str| {
        let found = world.history().filter(|fact| fact.body.kind().0 == kind);
        found.map(|fact| fact.seq).collect::<Vec<_>>()
    };
    assert!(sheet.facts().contains(&raised));
    assert!(sheet.facts().contains(&kinds("incident_left")[0]));
    assert!(!sheet.facts().contains(&kinds("alarm_judged")[0]));
}

#[test]
fn what_became_part_of_an_incident_is_on_its_sheet_and_a_sheet_from_the_middle_is_not_whole() {
    let (mut world, _) = story();
    let panic = world.raise("button-1", "panic", Active);
    send(&mut world, "li-na", panic, "zhao-jun").unwrap();
    let merge = IncidentCommand::Merge {
        incident: SECOND,
        into: FIRST,
    };
    does(&mut world, merge).unwrap();
    let sheet = gathered(&world, FIRST);
    assert!(sheet.is_whole());
    let of_second = told(&world, FIRST);
    assert!(of_second.is_subset(sheet.facts()));
    let opened = world
        .history()
        .filter(|fact| fact.body.kind().0 == "incident_opened");
    assert!(
        opened
            .map(|fact| fact.seq)
            .all(|seq| sheet.facts().contains(&seq))
    );

    let bytes = world
        .history()
        .skip(1)
        .map(|fact| fact.encode().expect("a fact"));
    let bytes: Vec<_> = bytes
        .skip_while(|bytes| !bytes.contains("alarm_claimed"))
        .collect();
    assert!(!Gathered::from(FIRST, bytes.iter().map(String::as_str)).is_whole());
    assert!(!Gathered::from(IncidentId(9), []).is_whole());
}

#[test]
fn each_deadline_is_told_with_how_it_ended() {
    let (world, alarm) = story();
    let sheet = gathered(&world, FIRST);
    let facts: Vec<Fact> = world.history().cloned().collect();
    let facts = facts
        .iter()
        .filter(|fact| sheet.facts().contains(&fact.seq));
    let all = deadlines(facts);
    let ended = |what: &What| {
        let one = all.iter().find(|one| one.what == *what);
        one.unwrap_or_else(|| panic!("{what:?} of {all:?}")).ended
    };
    let alarm = ended(&What::Claim(Matter::Alarm(alarm)));
    assert!(
        matches!(alarm, Ended::Dropped { .. }),
        "its incident has it"
    );
    let incident = ended(&What::Claim(Matter::Incident(FIRST)));
    assert!(matches!(incident, Ended::Kept { .. }));
    assert!(matches!(
        ended(&What::Answer(id("wang-qiang"))),
        Ended::Kept { .. }
    ));
    assert_eq!(
        ended(&What::Answer(id("li-min"))),
        Ended::Missed { at: None }
    );
    assert_eq!(ended(&What::Arrival(id("wang-qiang"))), Ended::Running);
    let sent = all
        .iter()
        .find(|one| matches!(one.what, What::Dispatch { .. }));
    let sent = sent.expect("a time to send people");
    assert!(matches!(sent.ended, Ended::Kept { .. }), "{sent:?}");
}
