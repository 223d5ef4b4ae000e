//! The fold: a state is its facts and nothing else, on the server and in every browser, whatever
//! the facts are.

use crate::common::bodies::{alarm_bodies, bodies};
use crate::common::intents::settle_what_was_intended;
use crate::common::{
    DEVICES, PEOPLE, START, World, cases, estate, fact, id, is_done, secs, spot, text,
};
use castellan_domain::alarm::control::SHELF_RETURN_EVERY;
use castellan_domain::alarm::{AlarmFact, AlarmRefusal, Condition, Due, Verdict};
use castellan_domain::audience::Audience;
use castellan_domain::door::DoorState;
use castellan_domain::estate::Priority;
use castellan_domain::fact::{Cause, Fact, FactBody};
use castellan_domain::geo::Anchor;
use castellan_domain::ids::{JournalId, Seq};
use castellan_domain::observation::{Fix, ReportedState};
use castellan_domain::refusal::Refusal;
use castellan_domain::site::Site;
use castellan_domain::staff::StaffFact;
use castellan_domain::stream::{Backlog, Displays, Outgoing, Replica, SiteStream};
use castellan_domain::subject::Change;
use castellan_domain::time::{Span, Timestamp};
use castellan_domain::unrecorded::{Unrecorded, UnrecordedNotice};
use castellan_domain::view::{Touched, View, ViewFact, fold_told, project};
use castellan_domain::wire::live::{LatestOf, Presence, Readings};
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use std::collections::{BTreeMap, BTreeSet};

/// Any history: numbered, with time that never goes back but may jump by days.
fn histories() -> impl Strategy<Value = Vec<Fact>> {
    let pause = prop_oneof![6 => 0i64..600, 1 => 80_000i64..90_000];
    let one = (bodies(), pause, -300i64..300, any::<[bool; 2]>());
    prop::collection::vec(one, 1..80)
        .prop_map(|steps| {
            let mut now = START;
            (1..)
                .zip(steps)
                .map(|(seq, (body, pause, claimed, [person, drill]))| {
                    now = now + secs(pause);
                    Fact {
                        site: id("test-1"),
                        seq: Seq(seq),
                        recorded_at: now,
                        occurred_at: now + secs(claimed),
                        cause: Cause::Estate,
                        actor: person.then(|| id("li-na")),
                        drill,
                        body,
                    }
                })
                .collect()
        })
        .prop_map(|mut history: Vec<Fact>| {
            settle_what_was_intended(&mut history);
            history
        })
}

fn fold<'a>(mut view: View, facts: impl IntoIterator<Item = &'a Fact>) -> View {
    for fact in facts {
        view.apply(fact);
    }
    view
}

fn through_json(view: &View) -> View {
    let json = serde_json::to_string(view).expect("a view can be written");
    serde_json::from_str(&json).expect("and read")
}

/// Every text that a display of this audience hears in a full life: snapshots, what it is told of a
/// history in which everybody moves, sits somewhere and is reported on. Position frames as "frame".
fn everything_heard(audience: &Audience, history: &[Fact]) -> Vec<String> {
    let journal = JournalId(uuid::Uuid::from_u128(1));
    let mut stream = SiteStream::new(
        id("test-1"),
        text("web-1"),
        Backlog::new(journal, Seq(0), "h0"),
        View::default(),
        Anchor::new(estate().anchor),
        1,
    );
    let hello = Replica::new(audience.clone()).hello(id("test-1"), text("app-1"));
    let (mut session, welcome) = stream.open(&hello, START).expect("let in");
    let mut seated = Displays::default();
    let mut heard = vec![serde_json::to_string(&welcome).expect("JSON")];
    let mut lost = Unrecorded::default();
    for (fact, who) in history.iter().zip(PEOPLE.iter().cycle()) {
        let bytes = fact.encode().expect("a fact");
        let hash = format!("h{}", fact.seq);
        stream
            .publish([bytes.as_str()], fact.seq, &hash)
            .expect("read");
        stream.lane().update(&Fix {
            person: id(who),
            occurred_at: fact.recorded_at,
            received_at: fact.recorded_at,
            at: spot(1, 1),
            accuracy_dm: None,
            battery_percent: None,
        });
        let readings = Readings {
            battery_percent: u8::try_from(fact.seq.0).ok(),
            last_seen_at: Some(fact.recorded_at),
        };
        stream.values().set(&LatestOf::Person(id(who)), readings);
        stream
            .values()
            .set(&LatestOf::Device(id("gas-1")), readings);
        stream.remove_person(&id(PEOPLE[0]));
        let display = seated.open(Audience::Staff);
        let person = Some(id(who));
        seated.say(
            display,
            Presence {
                person,
                looking_at: None,
            },
        );
        stream
            .set_viewers(seated.changed_viewers().expect("somebody came"))
            .expect("JSON");
        lost.note(UnrecordedNotice {
            source: castellan_domain::alarm::Source::Device(id(DEVICES[0])),
            kind: id("duress"),
            priority: Priority::P1,
            place: castellan_domain::alarm::Located::Fixed(estate().devices[0].place.clone()),
            state: ReportedState::Active,
            first_received_at: fact.recorded_at,
            received_at: fact.recorded_at,
            count: 1,
            drill: false,
        });
        stream.set_unrecorded(&lost);
        stream.advance(fact.recorded_at).expect("JSON");
        while let Some(message) = session.next(&stream, fact.recorded_at).expect("JSON") {
            heard.push(match message {
                Outgoing::Text(text) => text.to_string(),
                Outgoing::Binary(_) => {
                    assert!(audience.sees_persons(), "a position before visitors");
                    "frame".to_owned()
                }
            });
        }
        if fact.seq.0.is_multiple_of(6) {
            let snapshot = stream.snapshot(audience).expect("known");
            heard.push(serde_json::to_string(&snapshot).expect("JSON"));
        }
    }
    stream.close(&session);
    heard
}

proptest! {
    #![proptest_config(cases(160, "tests/regressions/fold_laws.txt"))]

    #[test]
    fn a_snapshot_and_the_facts_after_it_are_the_whole_history(
        history in histories(), cut in any::<Index>(),
    ) {
        let (before, after) = history.split_at(cut.index(history.len() + 1));
        let snapshot = through_json(&fold(View::default(), before));
        prop_assert_eq!(fold(snapshot, after), fold(View::default(), &history));
    }

    /// The law that lets a start begin with a snapshot on disk: view and control alike.
    #[test]
    fn a_site_that_was_written_and_read_goes_on_as_if_nothing_had_been(
        history in histories(), cut in any::<Index>(),
    ) {
        let (before, after) = history.split_at(cut.index(history.len() + 1));
        let fold = |mut site: Site, facts: &[Fact]| {
            for fact in facts {
                site.apply(fact);
            }
            site
        };
        let saved = fold(Site::default(), before);
        let json = serde_json::to_string(&saved).unwrap();
        let saved: Site = serde_json::from_str(&json).unwrap();
        prop_assert_eq!(fold(saved, after), fold(Site::default(), &history));
    }

    #[test]
    fn folding_what_was_projected_is_projecting_what_was_folded(
        history in histories(), turn in 1..9usize, from in any::<Index>(),
    ) {
        for audience in Audience::WITH_COPY.into_iter().filter(|audience| !audience.gets_facts()) {
            let turns: Vec<_> = history.chunks(turn).collect();
            let (before, after) = turns.split_at(from.index(turns.len() + 1));
            let mut view = fold(View::default(), before.iter().copied().flatten());
            // What a snapshot says, and from there on nothing but what it is told.
            let mut shown = through_json(&view.seen_by(&audience));
            for facts in after {
                let mut touched = Touched::default();
                for fact in *facts {
                    touched.extend(view.apply(fact));
                }
                let told = serde_json::to_string(&project(&audience, &touched, &view)).unwrap();
                let told: Vec<ViewFact> = serde_json::from_str(&told).unwrap();
                let known = shown.clone();
                let changed = fold_told(&mut shown, told);
                for change in &changed.alarms {
                    prop_assert_eq!(&change.before, &known.alarms.get(&change.id).cloned());
                    let now = shown.alarms.get(&change.id);
                    prop_assert_ne!(now, change.before.as_ref(), "told of nothing new");
                }
                shown.seq = view.seq;
                prop_assert_eq!(&shown, &view.seen_by(&audience), "{:?}", audience);
            }
        }
    }

    #[test]
    fn no_wall_ever_hears_of_duress_and_no_visitor_of_a_person(history in histories()) {
        for audience in Audience::WITH_COPY {
            let heard = everything_heard(&audience, &history);
            let hears = |word: &str| heard.iter().any(|text| text.contains(word));
            // The staff does: there is always an unrecorded one.
            prop_assert_eq!(hears("duress"), audience == Audience::Staff);
            for person in PEOPLE {
                prop_assert!(
                    audience.sees_persons() || !hears(person), "{} before visitors", person
                );
            }
            prop_assert!(hears("gas-1"), "it is not just silent");
        }
    }

    #[test]
    fn stored_bytes_fold_to_what_the_facts_folded_to(history in histories()) {
        let stored: Vec<Fact> = history
            .iter()
            .map(|fact| Fact::decode(&fact.encode().unwrap()).unwrap())
            .collect();
        prop_assert_eq!(&stored, &history);
        prop_assert_eq!(fold(View::default(), &stored), fold(View::default(), &history));
    }

    #[test]
    fn a_fact_says_truly_what_it_touched(history in histories()) {
        let mut view = View::default();
        for fact in &history {
            let before = view.clone();
            let touched = view.apply(fact);
            let told: BTreeSet<_> = touched.alarms.iter().map(|change| change.id).collect();
            let ids = before.alarms.keys().chain(view.alarms.keys());
            let changed: BTreeSet<_> = ids
                .filter(|id| before.alarms.get(id) != view.alarms.get(id))
                .copied()
                .collect();
            prop_assert!(changed.is_subset(&told), "{:?} not told of {:?}", changed, fact);
            let gone = before.alarms.values().filter(|a| !view.alarms.contains_key(&a.id));
            for alarm in gone {
                prop_assert!(alarm.is_closed(), "{} left while it was open", alarm.id);
            }
            for change in &touched.alarms {
                let first = touched.alarms.iter().find(|c| c.id == change.id).unwrap();
                prop_assert_eq!(&first.before, &before.alarms.get(&change.id).cloned());
            }
            // A device that chatters, a deadline that passes and a console that goes do not make
            // out of date what a person is deciding.
            let quiet = matches!(fact.body, FactBody::Alarm(AlarmFact::Repeated(_) | AlarmFact::Overdue(_) | AlarmFact::Undispatched(_) | AlarmFact::Viewed(_) | AlarmFact::ClipKept(_) | AlarmFact::ClipViewed(_)) |
FactBody::Staff(StaffFact::Gone(_) | StaffFact::Back(_)));
            for id in &told {
                if let Some(alarm) = view.alarms.get(id) {
                    let was = before.alarms.get(id).map(|alarm| alarm.version);
                    let version = was.filter(|_| quiet).unwrap_or(fact.seq);
                    prop_assert_eq!(alarm.version, version, "{} was touched", id);
                }
            }
            prop_assert!(differ(&before.people, &view.people).is_subset(&told_of(&touched.people)));
            prop_assert!(differ(&before.zones, &view.zones).is_subset(&told_of(&touched.zones)));
            prop_assert!(differ(&before.doors, &view.doors).is_subset(&told_of(&touched.doors)));
            let changed = differ(&before.actuations, &view.actuations);
            prop_assert!(changed.is_subset(&told_of(&touched.actuations)));
            prop_assert!(!touched.phones.is_empty() || before.phones == view.phones);
            prop_assert!(touched.flood || before.flood == view.flood);
            prop_assert!(touched.self_test || before.self_test == view.self_test);
            prop_assert!(touched.estate || before.estate == view.estate);
            prop_assert_eq!(view.seq, fact.seq);
        }
    }

    #[test]
    fn a_source_is_active_as_long_as_something_is_left_of_what_it_said(history in histories()) {
        let mut view = View::default();
        for fact in &history {
            view.apply(fact);
            for alarm in view.alarms.values() {
                let says = |is: Condition, left: &[_]| is.is_active() != left.is_empty();
                prop_assert!(says(alarm.condition, &alarm.exists), "{:?}", alarm);
                prop_assert!(alarm.joined.iter().all(|one| says(one.condition, &one.exists)));
            }
        }
    }

    #[test]
    fn facts_about_alarms_that_are_not_there_change_nothing_but_the_number(
        body in alarm_bodies(),
    ) {
        prop_assume!(!matches!(body, FactBody::Alarm(AlarmFact::Raised(_))));
        let mut view = View::default();
        let touched = view.apply(&fact(7, START, body));
        prop_assert_eq!(touched, Touched::default());
        prop_assert_eq!(view.seq, Seq(7));
        view.seq = Seq(0);
        prop_assert_eq!(view, View::default());
    }

    #[test]
    fn the_servers_own_indexes_follow_any_facts(history in histories()) {
        let mut site = Site::default();
        let mut shelf_returned_at = None;
        for fact in &history {
            let touched = site.apply(fact);
            let fits = |alarm| touched.alarms.iter().any(|change| change.id == alarm);
            if matches!(&fact.body, FactBody::Alarm(AlarmFact::Unshelved(body))
                if body.by.is_none() && fits(body.alarm))
            {
                shelf_returned_at = Some(fact.recorded_at);
            }
            let (view, control) = (site.view(), site.control());
            let due = view.alarms.values().filter_map(|alarm| Some((alarm.id, alarm.next_due()?)));
            let (shelved, waiting): (Vec<_>, Vec<_>) =
                due.partition(|(_, (_, due))| *due == Due::Shelf);
            let mut waiting: Vec<_> = waiting.into_iter().map(|(id, (at, _))| (at, id)).collect();
            waiting.sort_unstable();
            let in_order: Vec<_> = waiting.iter().map(|(_, id)| *id).collect();
            let told: Vec<_> = control.alarms.due(Timestamp::from_micros(i64::MAX)).collect();
            prop_assert_eq!(told, in_order, "no deadline is left behind, and none is kept");
            prop_assert_eq!(control.alarms.shelved(), shelved.len());
            let shelf = shelved.into_iter().map(|(id, (until, _))| (until, id)).min();
            let earliest = shelf_returned_at.map(|at| at + SHELF_RETURN_EVERY);
            let shelf = shelf.map(|(until, id)| (earliest.map_or(until, |e| e.max(until)), id));
            prop_assert_eq!(control.alarms.next_shelf(), shelf, "one at a time, with time between");
            let held = view.doors.values().filter_map(|door| match door {
                DoorState::Open { held_due_at, .. } => Some(*held_due_at),
                DoorState::Closed { .. } => None,
            });
            let next = waiting.iter().map(|(at, _)| *at).min();
            prop_assert_eq!(control.alarms.next_due_at(), next);
            prop_assert_eq!(control.doors.next_due_at(), held.min());
            let open = view.alarms.values().filter(|alarm| !alarm.is_closed());
            let ids: Vec<_> = open.clone().map(|alarm| alarm.id).collect();
            prop_assert_eq!(control.alarms.open().collect::<Vec<_>>(), ids);
            prop_assert_eq!(control.alarms.open_count(), open.clone().count());
            for alarm in open {
                let row = control.alarms.row_of(&alarm.source, &alarm.family, alarm.drill);
                if let Some(row) = row.and_then(|id| view.alarms.get(&id)) {
                    prop_assert!(!row.is_closed() && row.drill == alarm.drill);
                }
            }
            prop_assert!(!view.alarms.contains_key(&control.alarms.next()));
        }
    }
}

/// Which things a fact is said to have changed.
fn told_of<K: Ord + Clone, V>(changes: &[Change<K, V>]) -> BTreeSet<K> {
    changes.iter().map(|change| change.id.clone()).collect()
}

/// Which things are not as they were.
fn differ<K: Ord + Clone, V: PartialEq>(
    before: &BTreeMap<K, V>,
    after: &BTreeMap<K, V>,
) -> BTreeSet<K> {
    let ids = before.keys().chain(after.keys());
    ids.filter(|id| before.get(id) != after.get(id))
        .cloned()
        .collect()
}

#[test]
fn these_laws_are_asked_of_every_kind_of_fact() {
    let mut runner = TestRunner::deterministic();
    let bodies = bodies();
    let met: BTreeSet<_> = (0..3_000)
        .map(|_| {
            bodies
                .new_tree(&mut runner)
                .expect("a body")
                .current()
                .kind()
        })
        .collect();
    let kinds: BTreeSet<_> = FactBody::kinds().collect();
    assert_eq!(met, kinds, "a new kind is added to tests/common/bodies.rs");
}

#[test]
fn a_number_is_given_once_and_a_second_row_of_it_is_not_taken() {
    let mut world = World::new();
    let alarm = world.raise("gas-1", "gas_low", ReportedState::Active);
    let raised = world.facts.last().unwrap().fact.clone();
    world.claim("li-na", alarm).unwrap();
    let before = world.alarm(alarm).clone();
    let mut again = raised;
    again.seq = world.view().seq.next();
    world.engine.apply(&again);
    assert_eq!(world.alarm(alarm), &before);
    let follow_up = START + secs(180);
    assert_eq!(
        world.engine.site().control().alarms.next_due_at(),
        Some(follow_up),
        "the deadline of its owner, and no second one to claim it"
    );
}

#[test]
fn a_claim_or_verdict_that_is_sent_twice_counts_once() {
    let mut world = World::new();
    let alarm = world.raise("gas-1", "gas_low", ReportedState::Momentary);
    assert!(is_done(&world.claim("li-na", alarm)));
    let claimed = world.engine.site().clone();
    let (by, at, ahead) = (id("li-na"), START, Span::ZERO);
    let refused = AlarmRefusal::AlreadyClaimed { by, at, ahead };
    let refused = Err(Refusal::Alarm(refused));
    assert_eq!(world.claim("li-na", alarm), refused);
    assert_eq!(world.engine.site(), &claimed);
    assert!(is_done(&world.judge("li-na", alarm, Verdict::Test)));
    let judged = world.engine.site().clone();
    assert!(world.judge("li-na", alarm, Verdict::Test).is_err());
    assert_eq!(world.engine.site(), &judged);
}
