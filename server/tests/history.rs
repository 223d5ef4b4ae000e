//! What happened to an alarm or an incident, read step by step, also when its row has let go of it,
//! after a restart, and when the alarm itself is long gone from the live state.

use crate::common::{CALM_TYPES, Castellan, SITE, alter, database, doctor, eventually};
use castellan_domain::alarm::{AlarmCommand, AlarmFact, CLOSED_ALARMS_MAX, NoteCommand, Verdict};
use castellan_domain::command::Command;
use castellan_domain::estate::Priority;
use castellan_domain::ids::{AlarmId, IncidentId};
use castellan_domain::incident::{IncidentCommand, IncidentFact};
use castellan_domain::subject::{HISTORY_STEPS_MAX, Step};
use castellan_domain::text::Written;
use castellan_domain::wire::api::StepPage;
use serde::de::DeserializeOwned;

const NOTES: usize = 70;
/// Senders at once.
const SENDERS: usize = 8;
const DEVICES: usize = 40;

fn path(alarm: &str, query: &str) -> String {
    path_of("alarms", alarm, query)
}

fn path_of(noun: &str, id: &str, query: &str) -> String {
    format!("/api/v1/sites/{SITE}/{noun}/{id}/history{query}")
}

async fn does(server: &Castellan, who: &str, command: AlarmCommand) {
    let answer = server.command(who, Command::Alarm(command)).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
}

/// All steps of an alarm, newest first.
async fn steps(server: &Castellan, alarm: AlarmId) -> Vec<Step<AlarmFact>> {
    steps_of(server, "alarms", &alarm.to_string()).await
}

/// All steps of something, newest first, by pages of twenty.
async fn steps_of<F: DeserializeOwned>(server: &Castellan, noun: &str, id: &str) -> Vec<Step<F>> {
    let head = server.recorded().await.seq;
    let (mut query, mut steps) = ("?limit=20".to_owned(), Vec::new());
    loop {
        let page = eventually("the steps follow", async || {
            let answer = server.get_as("li-na", &path_of(noun, id, &query)).await;
            let page: Option<StepPage<F>> = (answer.status == 200).then(|| answer.json());
            page.filter(|page| page.projected_seq >= head)
        })
        .await;
        assert!(page.steps.len() <= 20);
        steps.extend(page.steps);
        let Some(before) = page.before else {
            return steps;
        };
        query = format!("?limit=20&before={before}");
    }
}

/// Raises an alarm of a device, and closes it.
async fn closed(server: &Castellan, device: usize, kind: &str, n: usize) -> AlarmId {
    let (device, event) = (format!("d-{device:03}"), format!("{kind}-{n}"));
    let alarm = server.raise(&device, &event, kind).await;
    let cleared = server
        .event(&device, &format!("{event}-over"), kind, "cleared")
        .await;
    assert_eq!(cleared.status, 200);
    does(server, "li-na", AlarmCommand::Claim { alarm }).await;
    let verdict = Verdict::Test;
    does(
        server,
        "li-na",
        AlarmCommand::Judge {
            alarm,
            verdict,
            basis: None,
        },
    )
    .await;
    alarm
}

/// Closes so many others that the one closed first is not live any more.
async fn push_out(server: &Castellan) {
    let rounds = CLOSED_ALARMS_MAX / (DEVICES * CALM_TYPES.len()) + 1;
    let send = async |part: usize| {
        for device in (part..DEVICES).step_by(SENDERS) {
            for n in 0..rounds {
                for kind in CALM_TYPES {
                    closed(server, device, kind, n).await;
                }
            }
        }
    };
    futures_util::future::join_all((0..SENDERS).map(&send)).await;
}

#[tokio::test]
async fn every_step_can_be_read_after_a_restart_and_when_the_alarm_is_long_gone() {
    let data = tempfile::tempdir().unwrap();
    let mut server = Castellan::start(data.path());
    let alarm = server.raise("d-000", "e", "loitering").await;
    does(&server, "li-na", AlarmCommand::Claim { alarm }).await;
    let to = "zhao-min".parse().unwrap();
    does(&server, "li-na", AlarmCommand::Transfer { alarm, to }).await;
    for _ in 0..NOTES {
        let text = Written::new("words").unwrap();
        let note = Command::Note(NoteCommand::Note { alarm, text });
        assert_eq!(server.command("zhao-min", note).await.status, 200);
    }
    let told = steps(&server, alarm).await;
    let names: Vec<_> = told.iter().map(|step| step.fact.kind().0).rev().collect();
    assert_eq!(
        names[..3],
        ["alarm_raised", "alarm_claimed", "alarm_transferred"]
    );
    assert_eq!(names.len(), 3 + NOTES);
    let claimed = &told[told.len() - 2];
    let actor = claimed.actor.as_ref().map(ToString::to_string);
    assert_eq!(actor.as_deref(), Some("li-na"), "and not who has it now");
    // What the row still tells is the newest of them, and the first.
    let view = server.recorded().await.view;
    let live = &view.alarms[&alarm].history;
    assert_eq!(live.left_out() as usize, told.len() - HISTORY_STEPS_MAX);
    let of_row = live.steps()[1..].iter().rev().map(|step| (**step).clone());
    let of_row: Vec<_> = of_row.collect();
    assert_eq!(of_row, told[..HISTORY_STEPS_MAX - 1]);
    assert_eq!(told.last(), Some(&*live.steps()[0]));

    server.kill();
    let server = Castellan::start(data.path());
    assert_eq!(steps(&server, alarm).await, told);
    let verdict = Verdict::Environment;
    does(
        &server,
        "zhao-min",
        AlarmCommand::Judge {
            alarm,
            verdict,
            basis: None,
        },
    )
    .await;
    assert_eq!(
        server
            .event("d-000", "over", "loitering", "cleared")
            .await
            .status,
        200
    );
    let whole = steps(&server, alarm).await;
    assert_eq!(whole[2..], told);
    push_out(&server).await;
    assert!(!server.recorded().await.view.alarms.contains_key(&alarm));
    assert_eq!(steps(&server, alarm).await, whole);
}

#[tokio::test]
async fn every_step_of_an_incident_can_be_read_as_well() {
    let data = tempfile::tempdir().unwrap();
    let server = Castellan::start(data.path());
    let alarm = server.raise("d-000", "e", "loitering").await;
    does(&server, "li-na", AlarmCommand::Claim { alarm }).await;
    let (verdict, basis) = (Verdict::Genuine, None);
    let judge = AlarmCommand::Judge {
        alarm,
        verdict,
        basis,
    };
    does(&server, "li-na", judge).await;
    let incident = IncidentId(1);
    let urgent = [Priority::P1, Priority::P2];
    for priority in urgent.into_iter().cycle().take(NOTES) {
        let command = IncidentCommand::SetPriority { incident, priority };
        let answer = server.command("li-na", Command::Incident(command)).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
    }
    let told: Vec<Step<IncidentFact>> = steps_of(&server, "incidents", "I-1").await;
    let names: Vec<_> = told.iter().map(|step| step.fact.kind().0).rev().collect();
    assert_eq!((names[0], names.len()), ("incident_opened", 1 + NOTES));
    assert!(
        names[1..]
            .iter()
            .all(|name| *name == "incident_priority_set")
    );
    let view = server.recorded().await.view;
    let live = &view.incidents[&incident].history;
    assert_eq!(live.left_out() as usize, told.len() - HISTORY_STEPS_MAX);
    for unknown in ["I-7", "A-1", "D-1", "x"] {
        let path = path_of("incidents", unknown, "");
        assert_eq!(server.get_as("li-na", &path).await.status, 404, "{unknown}");
    }
    server.stop();
    let (whole, said) = doctor(data.path());
    assert!(whole && said.contains("the tables hold 1 alarms"), "{said}");
    let gone = "DELETE FROM steps WHERE matter = 'I-1' AND seq = (SELECT MAX(seq) FROM steps)";
    alter(&database(data.path(), "tables.db"), gone).await;
    let (whole, said) = doctor(data.path());
    assert!(!whole && said.contains("do not say of I-1"), "{said}");
}

#[tokio::test]
async fn what_a_device_says_again_is_one_step_there_too() {
    let data = tempfile::tempdir().unwrap();
    let server = Castellan::start(data.path());
    let alarm = server.raise("d-000", "e", "loitering").await;
    for n in 0..9 {
        let event = format!("e-{n}");
        let again = server.event("d-000", &event, "loitering", "active").await;
        assert_eq!(again.status, 200);
    }
    let told = steps(&server, alarm).await;
    let told: Vec<_> = told
        .iter()
        .map(|step| (step.fact.kind().0, step.times()))
        .collect();
    assert_eq!(told, [("alarm_repeated", 9), ("alarm_raised", 1)]);
}

#[tokio::test]
async fn steps_are_for_operators_and_a_wrong_question_is_refused() {
    let data = tempfile::tempdir().unwrap();
    let server = Castellan::start(data.path());
    let alarm = server.raise("d-000", "e", "loitering").await;
    assert_eq!(steps(&server, alarm).await.len(), 1);
    let alarm = alarm.to_string();
    let fine = path(&alarm, "");
    let unnamed = server.get(&fine).await;
    assert_eq!(
        (unnamed.status, unnamed.error().code.as_str()),
        (401, "no_name")
    );
    let guard = server.get_as("guard-1", &fine).await;
    assert_eq!(
        (guard.status, guard.error().code.as_str()),
        (403, "refused")
    );
    assert_eq!(server.get_as("nobody", &fine).await.status, 403);
    for query in [
        "?limit=0",
        "?limit=201",
        "?limit=x",
        "?before=A-1",
        "?before=-1",
        "?befor=7",
        "?before=7&before=8",
    ] {
        let answer = server.get_as("li-na", &path(&alarm, query)).await;
        let code = answer.error().code;
        assert_eq!(
            (answer.status, code.as_str()),
            (400, "malformed"),
            "{query}"
        );
    }
    for unknown in ["A-7", "7", "x"] {
        let answer = server.get_as("li-na", &path(unknown, "")).await;
        let code = answer.error().code;
        assert_eq!(
            (answer.status, code.as_str()),
            (404, "not_found"),
            "{unknown}"
        );
    }
    let elsewhere = fine.replace(SITE, "other");
    assert_eq!(server.get_as("li-na", &elsewhere).await.status, 404);
    // Before the first step there is none.
    let answer = server.get_as("li-na", &path(&alarm, "?before=1")).await;
    let page: StepPage<AlarmFact> = answer.json();
    assert_eq!((page.steps.len(), page.before), (0, None));
}
