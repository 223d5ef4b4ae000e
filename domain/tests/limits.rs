//! Limits that no other test reaches: what happens at each, and just before it. And latest values that are
//! not for everybody.

use crate::common::{START, World, estate, id, secs, text};
use castellan_domain::alarm::AlarmFact;
use castellan_domain::audience::Audience;
use castellan_domain::fact::{Fact, FactBody};
use castellan_domain::geo::Anchor;
use castellan_domain::ids::{AlarmId, JournalId, PersonId, Seq};
use castellan_domain::observation::ReportedState;
use castellan_domain::site::Site;
use castellan_domain::stream::{
    AUDIENCE_KEPT_TURNS, Backlog, SiteStream, VALUES_ENTITIES_MAX, VALUES_GONE_MAX, Values,
};
use castellan_domain::time::Span;
use castellan_domain::view::View;
use castellan_domain::wire::live::{
    Hello, Latest, LatestOf, PROTOCOL_VERSION, Readings, Resume, ResumeBy, ServerMessage,
};

const JOURNAL: JournalId = JournalId(uuid::Uuid::from_u128(1));

fn phone(n: usize) -> LatestOf {
    LatestOf::Person(id::<PersonId>(&format!("p-{n}")))
}

fn charge(percent: u8) -> Readings {
    Readings {
        battery_percent: Some(percent),
        last_seen_at: None,
    }
}

/// What a display that stands at `tick` is told.
fn told(values: &Values, tick: u64) -> Latest {
    let text = values.since(tick, true).expect("JSON").expect("news");
    match serde_json::from_str(&text).expect("a message") {
        ServerMessage::Latest(latest) => latest,
        other => panic!("{other:?}"),
    }
}

#[test]
fn one_more_than_20000_with_latest_values_is_not_shown_and_costs_the_others_nothing() {
    let mut values = Values::default();
    for n in 0..VALUES_ENTITIES_MAX {
        assert!(values.set(&phone(n), charge(50)));
    }
    assert!(!values.set(&phone(VALUES_ENTITIES_MAX), charge(50)), "full");
    assert!(values.set(&phone(7), charge(49)), "who is there goes on");
    values.advance().unwrap();
    assert_eq!(told(&values, 0).values.len(), VALUES_ENTITIES_MAX);
    assert!(values.remove(&phone(7)));
    assert!(
        values.set(&phone(VALUES_ENTITIES_MAX), charge(50)),
        "a place"
    );
    assert!(!values.set(&phone(7), charge(50)));
}

#[test]
fn more_removals_than_are_remembered_cost_the_whole_table_once_and_leave_nobody_behind() {
    let mut values = Values::default();
    for n in 0..VALUES_GONE_MAX + 2 {
        values.set(&phone(n), charge(50));
    }
    values.advance().unwrap();
    let tick = values.tick();
    for n in 0..VALUES_GONE_MAX {
        values.remove(&phone(n));
    }
    values.advance().unwrap();
    let latest = told(&values, tick);
    assert!(!latest.whole);
    assert_eq!(latest.gone.len(), VALUES_GONE_MAX, "each by its name");
    values.remove(&phone(VALUES_GONE_MAX));
    values.advance().unwrap();
    for behind in [tick, tick + 1] {
        let latest = told(&values, behind);
        assert!(latest.whole && latest.gone.is_empty());
        let left: Vec<_> = latest.values.into_iter().map(|row| row.of).collect();
        assert_eq!(left, [phone(VALUES_GONE_MAX + 1)]);
    }
    values.set(&phone(1), charge(9));
    values.advance().unwrap();
    assert!(!told(&values, tick + 2).whole, "once");
}

/// A fact that raises alarm 1, to be made into others.
fn raised() -> Fact {
    let mut world = World::new();
    world.raise("gas-1", "gas_low", ReportedState::Active);
    let mut facts = world.history();
    let raised = facts.find(|fact| matches!(fact.body, FactBody::Alarm(AlarmFact::Raised(_))));
    raised.expect("raised").clone()
}

#[test]
fn of_more_than_50000_conditions_in_ten_minutes_the_newest_count_towards_the_flood() {
    const KEPT: u32 = 50_000;
    let mut fact = raised();
    let mut site = Site::default();
    for n in 1..=KEPT + 3 {
        fact.seq = Seq(n.into());
        fact.recorded_at = START + Span::from_micros(n.into());
        if let FactBody::Alarm(AlarmFact::Raised(raised)) = &mut fact.body {
            raised.alarm = AlarmId(n);
        }
        site.apply(&fact);
    }
    let control = &site.control().alarms;
    let (kept, now) = (usize::try_from(KEPT).unwrap(), fact.recorded_at);
    assert_eq!((control.recent().count(), control.came(now)), (kept, kept));
    assert_eq!(
        control.recent().next().unwrap().1,
        AlarmId(4),
        "the oldest left"
    );
    assert_eq!(control.recent().next_back().unwrap().1, AlarmId(KEPT + 3));
    assert_eq!(site.view().alarms.len(), kept + 3, "no alarm is lost by it");
}

fn hello(resume: Option<u64>) -> Hello {
    Hello {
        protocol: PROTOCOL_VERSION,
        build: text("app-1"),
        site: id("test-1"),
        audience: text("wall"),
        resume: resume.map(|seq| Resume {
            journal: JOURNAL,
            seq: Seq(seq),
            hash: text(&format!("h{seq}")),
        }),
    }
}

#[test]
fn an_audience_without_displays_is_kept_for_a_thousand_turns_and_then_takes_a_snapshot() {
    for (turns, kept) in [(AUDIENCE_KEPT_TURNS, 1), (AUDIENCE_KEPT_TURNS + 1, 0)] {
        let mut stream = SiteStream::new(
            id("test-1"),
            text("web-1"),
            Backlog::new(JOURNAL, Seq(0), "h0"),
            View::default(),
            Anchor::new(estate().anchor),
            1,
        );
        let (session, _) = stream.open(&hello(None), START).unwrap();
        stream.close(&session);
        assert_eq!(stream.audiences_kept(), 1);
        let mut fact = raised();
        for seq in 1..=u64::from(turns) {
            fact.seq = Seq(seq);
            fact.recorded_at = START + secs(i64::try_from(seq).unwrap());
            let bytes = fact.encode().unwrap();
            let hash = format!("h{seq}");
            stream.publish([bytes.as_str()], Seq(seq), &hash).unwrap();
        }
        assert_eq!(stream.audiences_kept(), kept, "after {turns} turns");
        let (_, welcome) = stream.open(&hello(Some(0)), START).unwrap();
        let expected = if kept == 1 {
            ResumeBy::Facts
        } else {
            ResumeBy::Snapshot
        };
        assert_eq!(welcome.resume, expected, "after {turns} turns");
    }
    assert!(Audience::named("wall").is_some_and(|wall| !wall.gets_facts()));
}

/// Even an empty table would tell visitors the moment at which the first phone or door spoke.
#[test]
fn of_values_that_an_audience_may_not_see_it_is_told_nothing_not_even_that_there_are_none() {
    let mut values = Values::default();
    values.set(&phone(1), charge(50));
    let spoke = Readings {
        battery_percent: None,
        last_seen_at: Some(START),
    };
    let device = LatestOf::Device(id("gas-1"));
    values.set(&device, spoke);
    values.advance().unwrap();
    assert_eq!(values.since(0, false).unwrap(), None);
    assert_eq!(told(&values, 0).values.len(), 2, "the others are");
    values.set(&device, charge(9));
    values.advance().unwrap();
    let seen = values.since(0, false).unwrap().expect("the charge");
    assert!(
        !seen.contains("last_seen_at") && seen.contains("gas-1"),
        "{seen}"
    );
}
