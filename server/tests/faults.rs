//! Faults while running: disks that refuse, senders that repeat, people who race, deadlines that a
//! restart must not lose.

use crate::common::display::{Display, Heard};
use crate::common::{Answer, Castellan, alter, database, doctor, eventually, now_s, open};
use castellan_domain::alarm::{
    AlarmCommand, AlarmRefusal, NoteCommand, Ownership, Source, Verdict,
};
use castellan_domain::answer::{Accepted, Outcome};
use castellan_domain::command::Command;
use castellan_domain::ids::{PersonId, Seq};
use castellan_domain::refusal::Refusal;
use castellan_domain::wire::live::ServerMessage;
use sqlx::Row as _;
use std::path::Path;
use std::time::Duration;

async fn count(path: &Path, query: &'static str) -> i64 {
    let row = sqlx::query(query).fetch_one(&mut open(path).await).await;
    row.expect("the query runs").get(0)
}

/// The last fact of a kind, as it lies on disk.
async fn last_fact(journal: &Path, kind: &'static str) -> serde_json::Value {
    let row = sqlx::query("SELECT bytes FROM facts WHERE bytes LIKE $1 ORDER BY seq DESC LIMIT 1")
        .bind(format!("%\"kind\":\"{kind}\"%"))
        .fetch_one(&mut open(journal).await)
        .await
        .expect("such a fact");
    serde_json::from_str(&row.get::<String, _>(0)).expect("JSON")
}

fn refusal(answer: &Answer) -> Refusal {
    answer.error().refusal.expect("a refusal with its data")
}

/// A journal that takes no more facts: what is sent is answered 503 and did not happen, everybody
/// is told, and all is well again by itself.
async fn facts_cannot_be_written(trigger: &'static str) {
    let data = tempfile::tempdir().expect("a folder");
    let journal = database(data.path(), "journal.db");
    let server = Castellan::start(data.path());
    let alarm = server.raise("d-000", "e-1", "loitering").await;
    let mut display = Display::open(&server).await;
    display.reach(&server, Seq(2)).await;

    alter(&journal, trigger).await;
    let answer = server.event("d-001", "e-2", "loitering", "active").await;
    assert_eq!(
        (answer.status, answer.header("retry-after")),
        (503, Some("2"))
    );
    assert_eq!(answer.error().code, "not_recorded");
    let claim = Command::Alarm(AlarmCommand::Claim { alarm });
    assert_eq!(server.command("li-na", claim.clone()).await.status, 503);
    let snapshot = server.snapshot().await;
    assert_eq!(
        (snapshot.seq, snapshot.view.alarms.len()),
        (Seq(2), 1),
        "what is on disk, and nothing of the turn that was lost"
    );
    // As long as it lasts, every heartbeat says so, with the moment of the first failure.
    let since = server
        .health()
        .await
        .not_recording_since
        .expect("it says so at once");
    let mut told = 0;
    while told < 3 {
        if let Heard::Text(ServerMessage::Heartbeat(beat), text) = display.socket.hear().await
            && beat.server_time > since
        {
            assert_eq!(beat.not_recording_since, Some(since), "{text}");
            assert_eq!(beat.upto, Seq(2));
            told += 1;
        }
    }
    assert_eq!(
        server.event("d-002", "e-3", "panic", "active").await.status,
        503
    );
    assert!(server.refusals("events", "not_recorded").await >= 2);

    alter(&journal, "DROP TRIGGER fail").await;
    eventually("it records again", async || {
        server
            .health()
            .await
            .not_recording_since
            .is_none()
            .then_some(())
    })
    .await;
    let first: Accepted = server
        .event("d-001", "e-2", "loitering", "active")
        .await
        .json();
    let again: Accepted = server
        .event("d-001", "e-2", "loitering", "active")
        .await
        .json();
    let resumed = last_fact(&journal, "recording_resumed").await;
    assert_eq!(resumed["body"]["since"], since.as_micros());
    assert_eq!(
        resumed["body"]["unrecorded"], 2,
        "the gap stands in the record"
    );
    let Accepted::Reported {
        outcome: Outcome::Raised,
        alarm: Some(_),
    } = first
    else {
        panic!("the resend is the first that counts, not {first:?}");
    };
    assert_eq!(again, first);
    assert_eq!(server.command("li-na", claim).await.status, 200);
    display.reach(&server, Seq(6)).await;
    assert_eq!(*display.replica.view(), server.snapshot().await.view);
    let alarms = &display.replica.view().alarms;
    let kinds: Vec<_> = alarms.values().map(|alarm| alarm.kind.as_str()).collect();
    assert_eq!(
        kinds,
        ["loitering", "not_recording", "loitering"],
        "nobody saw what was lost, and everybody sees the gap"
    );
    let gap = alarms.values().nth(1).expect("the gap");
    assert_eq!(
        (&gap.source, gap.occurred_at, gap.is_active()),
        (&Source::System, since, false)
    );
    assert_eq!(
        gap.raised_at.as_micros(),
        resumed["recorded_at"].as_i64().expect("a time")
    );
    let raised = "SELECT COUNT(*) FROM facts WHERE bytes LIKE '%\"event\":\"e-2\"%'";
    assert_eq!(count(&journal, raised).await, 1);
    drop(server);
    let (whole, said) = doctor(data.path());
    assert!(whole && said.contains("6 facts"), "{said}");
}

#[tokio::test]
async fn a_statement_that_fails_is_told_and_recovered_from() {
    facts_cannot_be_written(
        "CREATE TRIGGER fail BEFORE INSERT ON facts BEGIN SELECT RAISE(ABORT, 'disk full'); END",
    )
    .await;
}

/// As SQLite itself does when the disk is full or broken.
#[tokio::test]
async fn a_transaction_that_the_database_ends_is_told_and_recovered_from() {
    facts_cannot_be_written(
        "CREATE TRIGGER fail BEFORE INSERT ON facts BEGIN SELECT RAISE(ROLLBACK, 'disk full'); END",
    )
    .await;
}

/// Somebody calls for help while the disk refuses: it is not on record, and everybody sees it.
#[tokio::test]
async fn a_call_for_help_is_shown_with_its_name_while_nothing_can_be_recorded() {
    let data = tempfile::tempdir().unwrap();
    let journal = database(data.path(), "journal.db");
    let server = Castellan::start(data.path());
    let mut display = Display::open(&server).await;
    let fail =
        "CREATE TRIGGER fail BEFORE INSERT ON facts BEGIN SELECT RAISE(ABORT, 'disk full'); END";
    alter(&journal, fail).await;
    let event = server.event("d-000", "e-1", "panic", "active").await;
    assert_eq!(event.status, 503);
    let call = r#"{"phone":"phone-1","event_id":"c-1","kind":"sos"}"#;
    for _ in 0..2 {
        let answer = server.post("/ingest/v1/calls", &[], call).await;
        assert_eq!(answer.status, 503, "{}", answer.body);
    }
    let again = server.event("d-001", "e-2", "panic", "active").await;
    assert_eq!(again.status, 503);
    display
        .until(&server, |display| {
            let notices = &display.replica.unrecorded().notices;
            notices.len() == 3 && notices[0].count == 2
        })
        .await;
    let notices = &display.replica.unrecorded().notices;
    assert_eq!(
        notices[0].source,
        Source::Person("guard-1".parse().expect("an id")),
        "before what is as urgent and came later"
    );
    assert_eq!(notices[0].kind.as_str(), "guard_sos");

    alter(&journal, "DROP TRIGGER fail").await;
    display
        .until(&server, |display| display.replica.unrecorded().is_empty())
        .await;
    let answer = server.post("/ingest/v1/calls", &[], call).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let resumed = last_fact(&journal, "recording_resumed").await;
    assert_eq!(resumed["body"]["unrecorded"], 4);
}

/// The machine's clock was set back while the server was down: what it finds at its start is a step.
#[tokio::test]
async fn a_clock_that_lies_behind_the_record_is_a_row() {
    let data = tempfile::tempdir().unwrap();
    let mut server = Castellan::start(data.path());
    server.raise("d-000", "e-1", "loitering").await;
    server.kill();
    let ahead = "UPDATE facts SET bytes = \
        replace(bytes, '\"recorded_at\":1', '\"recorded_at\":3') WHERE seq = 2";
    alter(&database(data.path(), "journal.db"), ahead).await;
    let server = Castellan::start(data.path());
    let row = eventually("it is noticed", async || {
        let alarms = server.snapshot().await.view.alarms.into_values();
        let mut rows = alarms.filter(|alarm| alarm.kind.as_str() == "clock_step");
        rows.next()
    })
    .await;
    assert_eq!((&row.source, row.is_active()), (&Source::System, false));
    let stepped = last_fact(&database(data.path(), "journal.db"), "clock_stepped").await;
    assert!(stepped["body"]["by"].as_i64().expect("a span") < -1_000_000);
}

#[tokio::test]
async fn positions_that_cannot_be_stored_cost_no_fact() {
    let data = tempfile::tempdir().unwrap();
    let tracks = database(data.path(), "tracks.db");
    let server = Castellan::start(data.path());
    let mut display = Display::open(&server).await;
    let fail = "CREATE TRIGGER fail BEFORE INSERT ON tail_0 BEGIN SELECT RAISE(ABORT, 'full'); END";
    alter(&tracks, fail).await;
    let start = now_s() - 100;
    let phones = async {
        for n in 0..40 {
            let answer = server.position("phone-1", start + n, 100).await;
            assert_eq!(
                (answer.status, answer.header("retry-after")),
                (503, Some("2"))
            );
        }
    };
    let events = async |part: usize| {
        for n in (part..40).step_by(2) {
            let answer = server
                .event(&format!("d-{n:03}"), "e", "loitering", "active")
                .await;
            assert_eq!(answer.status, 200, "{}", answer.body);
        }
    };
    tokio::join!(phones, events(0), events(1));
    assert_eq!(server.refusals("owntracks", "not_recorded").await, 40);
    assert_eq!(
        server.health().await.not_recording_since,
        None,
        "facts are recorded"
    );
    // What is shown is the latest value, kept or not.
    display
        .until(&server, |display| display.replica.tracked().len() == 1)
        .await;

    alter(&tracks, "DROP TRIGGER fail").await;
    for _ in 0..2 {
        let answer = server.position("phone-1", start, 100).await;
        assert_eq!((answer.status, answer.body.as_str()), (200, "[]"));
    }
    assert_eq!(count(&tracks, "SELECT COUNT(*) FROM tail_0").await, 1);
    display.reach(&server, Seq(41)).await;
    display.agree(&server).await;
}

#[tokio::test]
async fn a_command_repeated_gets_its_first_answer_for_ever() {
    let data = tempfile::tempdir().unwrap();
    let mut server = Castellan::start(data.path());
    let alarm = server.raise("d-000", "e-1", "loitering").await;
    let (claim, judge) = (uuid::Uuid::new_v4(), uuid::Uuid::new_v4());
    let judging = Command::Alarm(AlarmCommand::Judge {
        alarm,
        verdict: Verdict::Test,
        basis: None,
    });
    let refused = server.command_as("li-na", judge, judging.clone()).await;
    assert_eq!(
        (refused.status, refusal(&refused)),
        (422, Refusal::Alarm(AlarmRefusal::NotClaimed))
    );
    let claiming = Command::Alarm(AlarmCommand::Claim { alarm });
    let give = async || server.command_as("li-na", claim, claiming.clone()).await;
    let (first, second) = tokio::join!(give(), give());
    let done: Accepted = first.json();
    assert_eq!(
        (&done, &second.body),
        (&Accepted::Done { seq: Seq(3) }, &first.body)
    );
    // By now the verdict would be possible: the first answer stands all the same.
    let note = Command::Note(NoteCommand::Note {
        alarm,
        text: "only the id counts".parse_text(),
    });
    for round in 0..2 {
        for (id, person, command, expected) in [
            (judge, "li-na", judging.clone(), &refused),
            (claim, "li-na", claiming.clone(), &first),
            (claim, "zhao-min", note.clone(), &first),
        ] {
            let answer = server.command_as(person, id, command).await;
            assert_eq!(
                (answer.status, &answer.body),
                (expected.status, &expected.body),
                "{round}"
            );
        }
        server.kill();
        server = Castellan::start(data.path());
    }
    assert_eq!(server.snapshot().await.seq, Seq(3));
    assert_eq!(
        server.command("li-na", judging).await.status,
        200,
        "another id, another command"
    );
    let notes = server
        .get_as(
            "li-na",
            &format!("/api/v1/sites/test-1/alarms/{alarm}/notes"),
        )
        .await;
    assert_eq!(notes.body, "[]", "words of a repeated command are not kept");
}

trait ParseText {
    fn parse_text<const MAX: usize>(&self) -> castellan_domain::text::Written<MAX>;
}
impl ParseText for str {
    fn parse_text<const MAX: usize>(&self) -> castellan_domain::text::Written<MAX> {
        castellan_domain::text::Written::new(self).expect("a text written in a test")
    }
}

#[tokio::test]
async fn of_twenty_claims_at_once_one_wins_and_the_others_learn_who() {
    let data = tempfile::tempdir().unwrap();
    let server = Castellan::start(data.path());
    for round in 0..5 {
        let alarm = server
            .raise(&format!("d-{round:03}"), "e-1", "loitering")
            .await;
        let claims: Vec<_> = (0..20)
            .map(|n| {
                let person = if n % 2 == 0 { "li-na" } else { "zhao-min" };
                server.command(person, Command::Alarm(AlarmCommand::Claim { alarm }))
            })
            .collect();
        let answers = futures_util::future::join_all(claims).await;
        let (won, lost): (Vec<_>, Vec<_>) = answers.iter().partition(|a| a.status == 200);
        assert_eq!((won.len(), lost.len()), (1, 19));
        let view = server.snapshot().await.view;
        let Ownership::Claimed { by, at, .. } = view.alarms[&alarm].ownership.clone() else {
            panic!("somebody owns it");
        };
        for answer in lost {
            assert_eq!(answer.status, 409);
            assert!(
                matches!(
                    refusal(answer),
                    Refusal::Alarm(AlarmRefusal::AlreadyClaimed { by: first, at: when, .. })
                        if first == by && when == at
                ),
                "{answer:?}"
            );
            assert!(
                answer
                    .error()
                    .message
                    .contains("has claimed this alarm already")
            );
        }
    }
}

#[tokio::test]
async fn a_deadline_that_passed_while_the_server_was_down_is_kept_after_its_start() {
    let data = tempfile::tempdir().unwrap();
    let mut server = Castellan::start(data.path());
    let open_one = server.raise("d-000", "e-1", "quick").await;
    let claimed = server.raise("d-001", "e-1", "quick").await;
    let answer = server
        .command(
            "li-na",
            Command::Alarm(AlarmCommand::Claim { alarm: claimed }),
        )
        .await;
    assert_eq!(answer.status, 200);
    server.kill();
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    let server = Castellan::start(data.path());
    let alarms = eventually("the alarm becomes overdue", async || {
        let alarms = server.snapshot().await.view.alarms;
        match alarms[&open_one].ownership {
            Ownership::Unclaimed { times_overdue, .. } if times_overdue > 0 => Some(alarms),
            _ => None,
        }
    })
    .await;
    let li_na = PersonId::new("li-na").unwrap();
    assert_eq!(
        alarms[&claimed].owner(),
        Some(&li_na),
        "an owner ends the deadline"
    );
    let facts = sqlx::query("SELECT bytes FROM facts WHERE bytes LIKE '%alarm_overdue%'")
        .fetch_all(&mut open(&database(data.path(), "journal.db")).await)
        .await
        .unwrap();
    let fact: serde_json::Value = serde_json::from_str(&facts[0].get::<String, _>(0)).unwrap();
    let raised_at = alarms[&open_one].raised_at.as_micros();
    assert_eq!(fact["body"]["alarm"], open_one.to_string());
    assert_eq!(
        fact["occurred_at"],
        raised_at + 1_000_000,
        "it was due then"
    );
    assert!(
        fact["recorded_at"].as_i64() > fact["occurred_at"].as_i64(),
        "and noticed later"
    );
    assert!(fact["body"]["claim_due_at"].as_i64() > fact["recorded_at"].as_i64());
}

#[tokio::test]
async fn a_record_that_another_program_holds_is_waited_for_a_while() {
    let data = tempfile::tempdir().unwrap();
    let server = Castellan::start(data.path());
    let mut backup = open(&database(data.path(), "journal.db")).await;
    sqlx::query("BEGIN IMMEDIATE")
        .execute(&mut backup)
        .await
        .unwrap();
    let release = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        sqlx::query("ROLLBACK").execute(&mut backup).await.unwrap();
    };
    let (answer, ()) = tokio::join!(server.event("d-000", "e-1", "panic", "active"), release);
    assert_eq!(answer.status, 200, "{}", answer.body);
}

/// A disk that hangs for a while: nobody is answered, everybody is told, and then it was recorded
/// after all.
#[tokio::test]
async fn a_commit_that_hangs_is_told_before_it_ends() {
    let data = tempfile::tempdir().unwrap();
    let journal = database(data.path(), "journal.db");
    let server = Castellan::start(data.path());
    let mut other = open(&journal).await;
    sqlx::query("BEGIN IMMEDIATE")
        .execute(&mut other)
        .await
        .unwrap();
    let told = async {
        eventually("it is told", async || {
            server.health().await.not_recording_since
        })
        .await;
        sqlx::query("ROLLBACK").execute(&mut other).await.unwrap();
    };
    let (answer, ()) = tokio::join!(server.event("d-000", "e-1", "panic", "active"), told);
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(server.health().await.not_recording_since, None);
    let gaps = "SELECT COUNT(*) FROM facts WHERE bytes LIKE '%recording_resumed%'";
    assert_eq!(count(&journal, gaps).await, 0, "nothing was lost");
}
