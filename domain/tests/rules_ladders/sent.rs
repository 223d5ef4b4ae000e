//! The ladders of incidents and of those who were sent for them: what begins each, what ends it, and what
//! does not.

use super::world::{climbed, climbed_about, duty, everybody, ladders};
use crate::rules_common::{World, estate, id, list, secs};
use castellan_domain::alarm::Located;
use castellan_domain::alarm::{AlarmCommand, Verdict};
use castellan_domain::command::Command;
use castellan_domain::dispatch::{
    DeclineReason, DispatchCommand, Matter as SentFor, Stage as Part,
};
use castellan_domain::engine::Input;
use castellan_domain::estate::Priority;
use castellan_domain::ids::{AlarmId, AssignmentId, IncidentId};
use castellan_domain::incident::{IncidentCommand, NextStage};
use castellan_domain::matter::{Matter, Unanswered};
use castellan_domain::notify::{CalledAbout, CalledAssignment, LadderCall, Message};
use castellan_domain::observation::ReportedState::Active;
use serde_json::json;

/// A panic alarm wants two guards within a minute; a fight wants one, whenever. Four people can be sent:
/// two guards, an engineer and his deputy.
fn world() -> World {
    let mut document = estate();
    ladders(&mut document);
    let kinds = list(&mut document, "alarm_types");
    for kind in kinds.iter_mut().filter(|kind| kind["id"] == "panic") {
        kind["dispatch_s_max"] = json!(60);
        kind["dispatch_guards"] = json!(2);
    }
    for (of, seconds) in [("smoke", 30), ("fire", 60)] {
        let kind = kinds.iter_mut().find(|kind| kind["id"] == of);
        let kind = kind.expect("that type");
        kind["ladder"] = json!("e1");
        kind["dispatch_s_max"] = json!(seconds);
        kind["dispatch_guards"] = json!(2);
    }
    list(&mut document, "people").push(json!({"id": "xu-bo", "name": {"zh": "x", "en": "x"},
        "role": "engineer", "rungs": ["engineer"], "deputy_of": "tan-wei"}));
    let mut world = World::of(&document);
    for person in [
        "li-na",
        "zhao-min",
        "wang-qiang",
        "sun-lei",
        "tan-wei",
        "xu-bo",
    ] {
        duty(&mut world, person, true);
    }
    for person in ["zhou-jie", "chen-hui", "he-ping"] {
        duty(&mut world, person, true);
    }
    world.give(everybody());
    world
}

/// Plays a script, one deed a line. What goes wrong there is the test's own mistake.
pub(super) fn play(script: &str) -> World {
    let mut world = world();
    let deeds = script.split([';', '\n']).map(str::trim);
    for deed in deeds.filter(|deed| !deed.is_empty()) {
        let words: Vec<_> = deed.split_whitespace().collect();
        do_one(&mut world, &words);
    }
    world
}

fn do_one(world: &mut World, words: &[&str]) {
    let number = |word: &str| word.parse::<u32>().expect("a number");
    let part = |word: &str| AssignmentId(number(word));
    let (incident, alarm) = (IncidentId(1), AlarmId(1));
    let (who, command) = match *words {
        ["raise", kind] => {
            world.raise("hall", kind);
            return;
        }
        ["report", device, kind] => {
            world.report(device, kind, Active);
            return;
        }
        ["wait", seconds] => return world.wait(secs(i64::from(number(seconds)))),
        ["crash", seconds] => {
            world.crash(secs(i64::from(number(seconds))));
            return world.wait(secs(0));
        }
        ["on", who] => return duty(world, who, true),
        ["off", who] => {
            duty(world, who, false);
            return world.wait(secs(0));
        }
        ["gone", who] => {
            let person = id(who);
            world.give(Input::SessionOpened { person });
            let person = id(who);
            world.give(Input::SessionGone { person });
            return;
        }
        ["claim", who] => (who, Command::Alarm(AlarmCommand::Claim { alarm })),
        ["note", who] => {
            world.note(who, alarm);
            return;
        }
        ["judge" | "real", who] => {
            let is_real = words[0] == "real";
            let verdict = if is_real {
                Verdict::Genuine
            } else {
                Verdict::Test
            };
            let basis = None;
            let judge = AlarmCommand::Judge {
                alarm,
                verdict,
                basis,
            };
            (who, Command::Alarm(judge))
        }
        ["release", who] => (who, incident_command(IncidentCommand::Release { incident })),
        ["contain", who] => {
            let to = NextStage::Contained;
            (
                who,
                incident_command(IncidentCommand::Move { incident, to }),
            )
        }
        ["send", person, "by", who] => {
            let matter = SentFor::Alarm(alarm);
            let person = id(person);
            (
                who,
                part_command(DispatchCommand::Dispatch { matter, person }),
            )
        }
        ["accept", one, "by", who] => {
            let assignment = part(one);
            (who, part_command(DispatchCommand::Accept { assignment }))
        }
        ["decline", one, "by", who] => {
            let (assignment, reason) = (part(one), DeclineReason::Busy);
            (
                who,
                part_command(DispatchCommand::Decline { assignment, reason }),
            )
        }
        ["go", one, "by", who] => {
            let assignment = part(one);
            (who, part_command(DispatchCommand::SetOut { assignment }))
        }
        ["arrive", one, "by", who] => {
            let assignment = part(one);
            (who, part_command(DispatchCommand::Arrive { assignment }))
        }
        ["finish", one, "by", who] => {
            let assignment = part(one);
            (who, part_command(DispatchCommand::Finish { assignment }))
        }
        ["recall", one, "by", who] => {
            let assignment = part(one);
            (who, part_command(DispatchCommand::Recall { assignment }))
        }
        _ => panic!("no such deed: {words:?}"),
    };
    world.done(who, command);
    world.wait(secs(0));
}

const fn incident_command(command: IncidentCommand) -> Command {
    Command::Incident(command)
}

const fn part_command(command: DispatchCommand) -> Command {
    Command::Dispatch(command)
}

/// What is told of the ladder about one thing, and of nothing else.
pub(super) fn told_of(world: &World, about: &str) -> Vec<String> {
    let about = about.to_uppercase().parse().expect("a matter");
    let all = climbed_about(world).into_iter();
    all.filter_map(|(of, told)| (of == about).then_some(told))
        .collect()
}

/// Each beginning, with what ends it and what does not, by the table in `rules/unanswered.rs`.
const LAW: [(&str, &str, &str, &[&str]); 20] = [
    (
        "too few are sent in time: the shift leader at once; enough of them end it",
        "raise panic; claim li-na; send wang-qiang by li-na; accept 1 by wang-qiang; wait 100;
         send sun-lei by li-na",
        "i-1",
        &["60 i-1 undispatched", "60 step 1", "60 zhou-jie sms", "100 stopped by li-na"],
    ),
    (
        "nothing but that ends it",
        "raise panic; claim li-na; send wang-qiang by li-na; wait 10; accept 1 by wang-qiang;
         wait 50; arrive 1 by wang-qiang; wait 30; finish 1 by wang-qiang; wait 600",
        "i-1",
        &["60 i-1 undispatched", "60 step 1", "60 zhou-jie sms"],
    ),
    (
        "enough are sent in time: nobody is called",
        "raise panic; claim li-na; send wang-qiang by li-na; send sun-lei by li-na; wait 19",
        "i-1",
        &[],
    ),
    (
        "whoever says that it is under control needs nobody",
        "raise panic; claim li-na; send wang-qiang by li-na; wait 70; contain li-na",
        "i-1",
        &["60 i-1 undispatched", "60 step 1", "60 zhou-jie sms", "70 stopped by li-na"],
    ),
    (
        "nobody is called who acts now",
        "raise panic; claim li-na; wait 1; send wang-qiang by li-na; wait 50; recall 1 by zhou-jie;
         wait 60",
        "i-1",
        &["60 i-1 undispatched", "60 step 1 spared:zhou-jie"],
    ),
    (
        "whoever is recalled after enough were sent makes no deadline pass again",
        "raise panic; claim li-na; send wang-qiang by li-na; accept 1 by wang-qiang; wait 61;
         send sun-lei by li-na; wait 9; recall 1 by li-na; wait 100",
        "i-1",
        &["60 i-1 undispatched", "60 step 1", "60 zhou-jie sms", "61 stopped by li-na"],
    ),
    (
        "what becomes worse has its time anew, and once that has passed its ladder begins anew",
        "raise smoke; send wang-qiang by li-na; accept 1 by wang-qiang; wait 40;
         report stairs smoke; wait 70",
        "i-1",
        &[
            "30 i-1 undispatched", "30 step 1", "30 zhou-jie sms",
            "100 i-1 undispatched", "100 step 1", "100 zhou-jie sms",
        ],
    ),
    (
        "the owner's console is gone: one ladder for the incident, and a claim of its alarm ends it",
        "raise panic; send wang-qiang by li-na; send sun-lei by li-na; wait 5; gone li-na; wait 100;
         claim zhao-min",
        "i-1",
        &[
            "65 i-1 returned", "95 step 1", "95 zhou-jie voice", "95 chen-hui voice",
            "105 stopped by zhao-min",
        ],
    ),
    (
        "too few were sent and the owner is gone, and both were noticed late: one ladder, from its begin",
        "raise panic; claim li-na; send wang-qiang by li-na; accept 1 by wang-qiang; wait 30;
         gone li-na; crash 1000; wait 40",
        "i-1",
        &[
            "1030 i-1 undispatched",
            "1030 i-1 returned",
            "1060 step 1",
            "1060 zhou-jie voice",
            "1060 chen-hui voice",
        ],
    ),
    (
        "what an owner gives back is climbed, and begins anew each time",
        "raise panic; send wang-qiang by li-na; send sun-lei by li-na; release li-na; wait 9;
         claim zhao-min; release zhao-min",
        "i-1",
        &["0 i-1 returned", "9 stopped by zhao-min", "9 i-1 returned"],
    ),
    (
        "whoever accepted has his time, and arrives",
        "raise panic; send wang-qiang by li-na; wait 5; accept 1 by wang-qiang; wait 9;
         go 1 by wang-qiang; wait 100; arrive 1 by wang-qiang; wait 600",
        "d-1",
        &["5 d-1 notonscene", "114 stopped by wang-qiang"],
    ),
    (
        "whoever is not there in time is missed by the duty manager, and setting out is no arrival",
        "raise panic; send wang-qiang by li-na; wait 5; accept 1 by wang-qiang; wait 100;
         go 1 by wang-qiang; wait 200; recall 1 by li-na",
        "d-1",
        &[
            "5 d-1 notonscene", "185 step 1", "185 chen-hui sms", "305 stopped by li-na",
        ],
    ),
    (
        "after a power cut it comes once and says how late",
        "raise panic; send wang-qiang by li-na; accept 1 by wang-qiang; wait 10; crash 1000; crash 9;
         finish 1 by li-na",
        "d-1",
        &[
            "0 d-1 notonscene", "1010 step 1 late:830", "1010 chen-hui sms", "1019 stopped by li-na",
        ],
    ),
    (
        "whoever goes home has answered by that, and the next is asked",
        "raise panic; send wang-qiang by li-na; accept 1 by wang-qiang; wait 10; off wang-qiang",
        "d-1",
        &["0 d-1 notonscene", "10 stopped by wang-qiang"],
    ),
    (
        "who is silent gives the slot to the next after as many seconds as the ladder says, and after the
         last one the shift leader is called; whoever accepts at last ends it",
        "raise panic; send wang-qiang by li-na; wait 40; wait 9; accept 1 by wang-qiang",
        "d-2",
        &["40 d-2 unaccepted", "40 step 1", "40 zhou-jie sms", "49 stopped by wang-qiang"],
    ),
    (
        "a ladder of its own has its own seconds",
        "raise fight; send wang-qiang by li-na; wait 90",
        "d-2",
        &["90 d-2 unaccepted", "90 step 1", "90 zhou-jie sms"],
    ),
    (
        "whoever declines after another was silent gives the slot on as well",
        "raise panic; send wang-qiang by li-na; wait 20; wait 5; decline 2 by sun-lei; wait 9",
        "d-2",
        &["25 d-2 unaccepted", "25 step 1", "25 zhou-jie sms"],
    ),
    (
        "whoever sends somebody else has answered it",
        "raise panic; send wang-qiang by li-na; wait 45; send tan-wei by li-na; wait 9",
        "d-2",
        &["40 d-2 unaccepted", "40 step 1", "40 zhou-jie sms", "45 stopped by li-na"],
    ),
    (
        "whoever recalls one of a slot gives it up",
        "raise panic; send wang-qiang by li-na; wait 20; decline 2 by sun-lei; wait 25;
         recall 1 by li-na; wait 9",
        "d-2",
        &["20 d-2 unaccepted", "20 step 1", "20 zhou-jie sms", "45 stopped by li-na"],
    ),
    (
        "what is closed is climbed no more",
        "raise panic; send wang-qiang by li-na; wait 45; judge li-na; contain li-na",
        "d-2",
        &["40 d-2 unaccepted", "40 step 1", "40 zhou-jie sms", "45 stopped by li-na"],
    ),
];

#[test]
fn each_ladder_begins_with_what_nobody_did_and_ends_with_a_persons_answer() {
    let broken = LAW.iter().filter_map(|(law, script, about, expected)| {
        let told = told_of(&play(script), about);
        (told != *expected).then(|| format!("{law}: {told:?}"))
    });
    assert_eq!(broken.collect::<Vec<_>>(), [""; 0]);
}

#[test]
fn where_nobody_is_left_to_be_asked_a_row_says_so() {
    let world = play("raise panic; send wang-qiang by li-na; wait 40");
    assert_eq!(world.rows("nobody_reachable").len(), 1);
    let before = play("raise panic; send wang-qiang by li-na; wait 39");
    assert_eq!(before.rows("nobody_reachable").len(), 0);
}

#[test]
fn a_call_that_waits_is_answered_once_its_own_ladder_is_over_though_another_one_is_climbed() {
    let about = Matter::Assignment(AssignmentId(2));
    let world = play("raise panic; send wang-qiang by li-na; wait 40");
    let run = &world.view().ladders[&about];
    let call = &run.calls[0];
    let message = Message::LadderCall {
        call: LadderCall {
            person: call.person.clone(),
            rung: call.rung,
            channel: call.channel,
            step: call.step,
            why: run.why,
            since: run.since,
            discreet: false,
            about: CalledAbout::Assignment(CalledAssignment {
                assignment: AssignmentId(2),
                incident: IncidentId(1),
                kind: id("panic"),
                priority: Priority::P1,
                place: Located::Unknown,
                sent: Vec::new(),
            }),
        },
    };
    assert!(!message.is_answered(call.seq, world.view()));
    // A display that has not come so far knows an older ladder, and cannot say so.
    let then = play("raise panic; send wang-qiang by li-na; wait 40; accept 2 by sun-lei");
    let run = &then.view().ladders[&about];
    assert!(run.is_open() && run.why == Unanswered::NotOnScene);
    assert!(message.is_answered(call.seq, then.view()));
    assert!(!message.is_answered(then.view().seq.next(), then.view()));
}

#[test]
fn an_engineer_has_a_minute_and_then_his_deputy_is_asked_and_no_guard() {
    let world = play("raise panic; send tan-wei by li-na; wait 59");
    assert_eq!(world.view().assignments.len(), 1);
    let world = play("raise panic; send tan-wei by li-na; wait 60");
    let next = &world.view().assignments[&AssignmentId(2)];
    assert_eq!((&next.person, &next.stage), (&id("xu-bo"), &Part::Offered));
    let world = play("raise panic; send tan-wei by li-na; wait 120; wait 0");
    assert_eq!(world.view().assignments.len(), 2, "guards know no valve");
    assert_eq!(told_of(&world, "d-2")[0], "120 d-2 unaccepted");
}

#[test]
fn an_alarm_that_joins_what_somebody_has_is_climbed_no_more() {
    let mut world = world();
    let first = world.raise("hall", "fight");
    world.wait(secs(1));
    world.done(
        "li-na",
        Command::Alarm(AlarmCommand::Claim { alarm: first }),
    );
    let (matter, person) = (SentFor::Alarm(first), id("wang-qiang"));
    world.done(
        "li-na",
        part_command(DispatchCommand::Dispatch { matter, person }),
    );
    world.raise("stairs", "fight");
    world.wait(secs(200));
    assert_eq!(
        told_of(&world, "a-2"),
        ["1 a-2 unclaimed", "1 stopped by li-na"]
    );
    assert_eq!(world.view().incidents.len(), 1);
}

#[test]
fn many_alarms_that_come_back_together_call_people_once() {
    let mut world = world();
    let first = world.raise("hall", "fight");
    let (matter, person) = (SentFor::Alarm(first), id("wang-qiang"));
    world.done(
        "li-na",
        part_command(DispatchCommand::Dispatch { matter, person }),
    );
    for device in ["stairs", "roof"] {
        world.report(device, "fight", Active);
        world.wait(secs(0));
    }
    let before = climbed(&world).len();
    let incident = IncidentId(1);
    assert_eq!(world.view().incidents[&incident].alarms.len(), 3);
    world.done(
        "li-na",
        incident_command(IncidentCommand::Release { incident }),
    );
    world.wait(secs(89));
    assert_eq!(climbed(&world).split_off(before), ["0 i-1 returned"]);
}

#[test]
fn an_incident_that_nobody_has_is_climbed_when_its_alarms_are_not() {
    let mut document = estate();
    ladders(&mut document);
    let kinds = list(&mut document, "alarm_types");
    for kind in kinds.iter_mut().filter(|kind| kind["id"] == "panic") {
        kind["incident"] = json!("at_once");
    }
    let mut world = World::of(&document);
    for person in ["li-na", "zhou-jie", "chen-hui"] {
        duty(&mut world, person, true);
    }
    world.give(everybody());
    let alarm = world.raise("hall", "panic");
    world.wait(secs(40));
    assert_eq!(world.view().incidents[&IncidentId(1)].alarms, [alarm]);
    assert_eq!(told_of(&world, "i-1"), [""; 0], "its alarm is climbed");
    let (to, incident) = (NextStage::Contained, IncidentId(1));
    world.done(
        "li-na",
        incident_command(IncidentCommand::Claim { incident }),
    );
    world.done(
        "li-na",
        Command::Alarm(AlarmCommand::Judge {
            alarm,
            verdict: Verdict::Test,
            basis: None,
        }),
    );
    world.done(
        "li-na",
        incident_command(IncidentCommand::Move { incident, to }),
    );
    world.done(
        "li-na",
        incident_command(IncidentCommand::Release { incident }),
    );
    assert_eq!(
        told_of(&world, "i-1"),
        ["40 i-1 returned"],
        "no alarm of it waits"
    );
}
