//! The figures are those of the record, however many facts are written at a time.

use super::figures::since;
use super::{Progress, Rows, Tables};
use castellan_domain::fact::Fact;
use castellan_domain::ids::{JournalId, Seq};
use castellan_domain::site::Site;
use castellan_domain::time::{Span, Timestamp};
use castellan_domain::wire::api::Figures;

const START_US: i64 = 1_795_000_000_000_000;

/// Seconds after the start, kind, whether it is a drill, and body.
type Told = (i64, &'static str, bool, String);

fn raised(second: i64, alarm: u32, kind: &str, drill: bool) -> Told {
    let due = START_US + (second + 60) * 1_000_000;
    let body = format!(
        r#"{{"alarm":"A-{alarm}","type":"{kind}","family":"{kind}","tier":0,"priority":1,"source":{{"device":"d-{alarm}"}},"place":{{"at":[120.1,30.2]}},"state":"momentary","claim_due_at":{due}}}"#
    );
    (second, "alarm_raised", drill, body)
}

fn claimed(second: i64, alarm: u32, drill: bool) -> Told {
    let due = START_US + (second + 60) * 1_000_000;
    let body = format!(r#"{{"alarm":"A-{alarm}","by":"li-na","follow_up_due_at":{due}}}"#);
    (second, "alarm_claimed", drill, body)
}

fn overdue(second: i64, alarm: u32) -> Told {
    let due = START_US + (second + 60) * 1_000_000;
    let body = format!(r#"{{"alarm":"A-{alarm}","times":1,"claim_due_at":{due}}}"#);
    (second, "alarm_overdue", false, body)
}

fn other(second: i64, kind: &'static str, body: &str) -> Told {
    (second, kind, false, body.to_owned())
}

fn a_shift() -> Vec<Told> {
    let due = START_US + 600_000_000;
    let mut told = vec![
        raised(-100, 8, "panic", false),
        raised(0, 1, "panic", false),
        raised(0, 2, "panic", false),
        raised(0, 3, "panic", false),
        raised(0, 4, "panic", false),
        raised(0, 5, "panic", false),
        raised(0, 6, "panic", true),
        raised(0, 7, "duress", false),
        claimed(1, 6, true),
        claimed(1, 7, false),
        claimed(10, 1, false),
        other(
            30,
            "alarm_acknowledged",
            &format!(r#"{{"alarm":"A-3","by":"li-na","due_at":{due}}}"#),
        ),
        claimed(35, 3, false),
        other(
            40,
            "alarm_judged",
            &format!(r#"{{"alarm":"A-3","by":"li-na","verdict":"test","review_due_at":{due}}}"#),
        ),
        other(
            50,
            "alarm_returned",
            &format!(r#"{{"alarm":"A-1","why":"no_follow_up","claim_due_at":{due}}}"#),
        ),
        overdue(60, 2),
        overdue(60, 4),
        claimed(70, 2, false),
        other(
            75,
            "incident_opened",
            &format!(
                r#"{{"incident":"I-1","why":"dispatch","type":"panic","priority":1,"place":{{"at":[120.1,30.2]}},"alarms":["A-2"],"owner":"li-na","claim_due_at":{due},"guards":1}}"#
            ),
        ),
        other(
            75,
            "assignment_offered",
            &format!(
                r#"{{"assignment":"D-1","incident":"I-1","person":"wang-qiang","slot":1,"priority":1,"by":"li-na","answer_due_at":{due}}}"#
            ),
        ),
        other(
            80,
            "assignment_accepted",
            &format!(r#"{{"assignment":"D-1","by":"wang-qiang","arrive_due_at":{due}}}"#),
        ),
        overdue(90, 1),
        other(
            226,
            "assignment_arrived",
            r#"{"assignment":"D-1","how":"position"}"#,
        ),
        other(
            300,
            "assignment_done",
            r#"{"assignment":"D-1","by":"wang-qiang"}"#,
        ),
        claimed(400, 1, false),
    ];
    told.sort_by_key(|(second, ..)| *second);
    told
}

/// The figures of the shift, of which so many facts are written at a time.
async fn counted(at_a_time: usize) -> Figures {
    let folder = tempfile::tempdir().unwrap();
    let mut tables = Tables::open(&folder.path().join("tables.db"))
        .await
        .unwrap();
    let progress = Progress::none(JournalId(uuid::Uuid::nil()));
    let mut site = Site::default();
    let facts: Vec<Fact> = (1..)
        .zip(a_shift())
        .map(|(seq, (second, kind, drill, body))| {
            let at = START_US + second * 1_000_000;
            let bytes = format!(
                r#"{{"site":"test-1","seq":{seq},"kind":"{kind}","v":1,"recorded_at":{at},"occurred_at":{at},"cause":"estate","actor":null,"drill":{drill},"body":{body}}}"#
            );
            Fact::decode(&bytes).unwrap_or_else(|why| panic!("{bytes}: {why}"))
        })
        .collect();
    for some in facts.chunks(at_a_time) {
        let mut rows = Rows::default();
        for fact in some {
            let touched = site.apply(fact);
            rows.take(fact, &touched, &site);
        }
        tables.write(&rows, &progress).await.unwrap();
    }
    let start = Timestamp::from_micros(START_US);
    let before_all = start - Span::from_secs(3_600);
    let all = since(&mut tables.db, before_all, Seq(0)).await.unwrap();
    assert_eq!(all.alarms, 6, "with the one before the shift");
    since(&mut tables.db, start, Seq(9)).await.unwrap()
}

#[tokio::test]
async fn the_figures_of_a_shift_are_those_of_its_record() {
    let expected = Figures {
        projected_seq: Seq(9),
        since: Timestamp::from_micros(START_US),
        alarms: 5,
        handled: 1,
        answered: 3,
        // The fifth still has time.
        due: 4,
        in_time: 2,
        answer_median_ms: Some(30_000),
        arrived: 1,
        arrival_median_ms: Some(151_000),
    };
    assert_eq!(expected.in_time_percent(), Some(50));
    for at_a_time in [1, 2, 3, 7, 100] {
        assert_eq!(counted(at_a_time).await, expected, "{at_a_time} at a time");
    }
}

#[tokio::test]
async fn a_shift_without_alarms_has_no_median() {
    let folder = tempfile::tempdir().unwrap();
    let mut tables = Tables::open(&folder.path().join("tables.db"))
        .await
        .unwrap();
    let none = since(&mut tables.db, Timestamp::default(), Seq(0))
        .await
        .unwrap();
    assert_eq!((none.alarms, none.due, none.arrived), (0, 0, 0));
    assert_eq!(
        (none.answer_median_ms, none.arrival_median_ms),
        (None, None)
    );
    assert_eq!(none.in_time_percent(), None);
}
