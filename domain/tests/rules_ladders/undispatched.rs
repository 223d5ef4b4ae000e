//! The time to send somebody starts with the claim, long before there is an incident: what ends it, and that an
//! incident takes it over.

use super::sent::{play, told_of};
use crate::rules_common::secs;
use crate::rules_common::{NOON, World};
use castellan_domain::alarm::Alarm;
use castellan_domain::ids::{AlarmId, IncidentId};

fn alarm(world: &World) -> &Alarm {
    world.alarm(AlarmId(1))
}

/// What is told of the ladder about the alarm, of that about its incident, and when the latter has to have people.
const LAW: [(&str, &str, &[&str], &[&str]); 9] = [
    (
        "a note keeps it with whoever has it, and sends nobody",
        "raise panic; wait 5; claim li-na; wait 1; note li-na; wait 100",
        &["0 a-1 unclaimed", "5 stopped by li-na", "65 a-1 undispatched", "65 step 1", "65 zhou-jie sms"],
        &[],
    ),
    (
        "whoever judges it needs nobody",
        "raise panic; claim li-na; note li-na; wait 50; judge li-na; wait 100",
        &["0 a-1 unclaimed", "0 stopped by li-na"],
        &[],
    ),
    (
        "a verdict ends it late, too",
        "raise panic; claim li-na; note li-na; wait 70; judge li-na; wait 100",
        &[
            "0 a-1 unclaimed", "0 stopped by li-na", "60 a-1 undispatched", "60 step 1", "60 zhou-jie sms",
            "70 stopped by li-na",
        ],
        &[],
    ),
    (
        "an incident takes its time over: the second one still has to be sent by then",
        "raise panic; claim li-na; note li-na; wait 50; send wang-qiang by li-na; accept 1 by wang-qiang; wait 30",
        &["0 a-1 unclaimed", "0 stopped by li-na"],
        &["60 i-1 undispatched", "60 step 1", "60 zhou-jie sms"],
    ),
    (
        "one that is real likewise",
        "raise panic; claim li-na; note li-na; wait 50; real li-na; wait 30",
        &["0 a-1 unclaimed", "0 stopped by li-na"],
        &["60 i-1 undispatched", "60 step 1", "60 zhou-jie sms"],
    ),
    (
        "what was late as an alarm is late as an incident, until enough are sent",
        "raise panic; claim li-na; note li-na; wait 70; send wang-qiang by li-na; accept 1 by wang-qiang; wait 30;
         send sun-lei by li-na",
        &[
            "0 a-1 unclaimed", "0 stopped by li-na", "60 a-1 undispatched", "60 step 1", "60 zhou-jie sms",
            "70 stopped by li-na",
        ],
        &["70 i-1 undispatched", "70 step 1", "70 zhou-jie sms", "100 stopped by li-na"],
    ),
    (
        "what comes back is called for as such, and has its time anew with the next claim",
        "raise panic; claim li-na; wait 60; wait 10; claim zhao-min; wait 1; note zhao-min; wait 59; wait 0",
        &[
            "0 a-1 unclaimed", "0 stopped by li-na", "60 a-1 returned", "70 stopped by zhao-min",
            "130 a-1 undispatched", "130 step 1", "130 zhou-jie sms",
        ],
        &[],
    ),
    (
        "after a power cut it comes once and says how late",
        "raise panic; claim li-na; note li-na; wait 5; crash 1000; crash 9",
        &[
            "0 a-1 unclaimed", "0 stopped by li-na", "1005 a-1 undispatched", "1005 step 1", "1005 zhou-jie sms",
        ],
        &[],
    ),
    (
        "what rises has its time anew, and is not answered by that",
        "raise smoke; claim li-na; note li-na; wait 40; report stairs smoke; note li-na; wait 59; wait 9",
        &[
            "0 a-1 unclaimed", "0 stopped by li-na", "30 a-1 undispatched", "30 step 1", "30 zhou-jie sms",
            "100 a-1 undispatched", "100 step 1", "100 zhou-jie sms",
        ],
        &[],
    ),
];

#[test]
fn the_time_to_send_somebody_starts_with_the_claim_and_an_incident_takes_it_over() {
    let broken = LAW
        .iter()
        .filter_map(|(law, script, of_alarm, of_incident)| {
            let world = play(script);
            let told = (told_of(&world, "a-1"), told_of(&world, "i-1"));
            let is_so = told.0 == *of_alarm && told.1 == *of_incident;
            (!is_so).then(|| format!("{law}: {told:?}"))
        });
    assert_eq!(broken.collect::<Vec<_>>(), [""; 0]);
}

#[test]
fn an_alarm_of_an_incident_has_no_such_time_and_one_that_is_taken_out_has_it_anew() {
    let world = play("raise panic; wait 7; claim li-na");
    let due_at = Some(NOON + secs(67));
    assert_eq!(alarm(&world).dispatch_due_at(), due_at);
    let world = play("raise panic; wait 7; claim li-na; wait 9; send wang-qiang by li-na");
    assert_eq!(alarm(&world).dispatch_due_at(), None);
    let incident = &world.view().incidents[&IncidentId(1)];
    assert_eq!(incident.dispatch_due_at, due_at, "two are wanted");
}
