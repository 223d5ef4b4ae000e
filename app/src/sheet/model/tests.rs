//! A gas alarm as a case sheet: who did what when, and what was missed.

use super::*;
use crate::fixture::{START, estate, li_na, person};
use castellan_domain::alarm::Verdict;
use castellan_domain::dispatch::Arrival;
use castellan_domain::fact::{
    AlarmClaimed, AlarmJudged, AlarmRaised, AssignmentAccepted, AssignmentArrived,
    AssignmentOffered, Cause, IncidentClaimed, IncidentOpened,
};
use castellan_domain::ids::{AssignmentId, Seq};
use castellan_domain::incident::OpenedBy;
use castellan_domain::observation::{Doubts, ReportedState};

const INCIDENT: IncidentId = IncidentId(1);
const ALARM: AlarmId = AlarmId(7);
const ASSIGNMENT: AssignmentId = AssignmentId(3);

/// A fact's body, who did it, and after how many seconds.
type Deed = (i64, Option<PersonId>, FactBody);

fn due(seconds: i64) -> Timestamp {
    START + Span::from_secs(seconds)
}

/// A gas alarm that is an incident at once, claimed after 3 s and found genuine.
fn matter() -> Vec<Deed> {
    let raised = crate::fixture::raised(7, 1);
    let by = || Some(li_na());
    let began = AlarmFact::Raised(AlarmRaised {
        alarm: ALARM,
        kind: raised.kind.clone(),
        family: raised.family,
        tier: 0,
        priority: Priority::P1,
        source: raised.source,
        place: raised.place.clone(),
        state: ReportedState::Active,
        active_s_max: None,
        claim_due_at: due(30),
        doubts: Doubts::default(),
        silence: None,
    });
    let opened = IncidentFact::Opened(IncidentOpened {
        incident: INCIDENT,
        why: OpenedBy::AtOnce,
        kind: raised.kind,
        priority: Priority::P1,
        place: raised.place,
        alarms: vec![ALARM],
        owner: None,
        claim_due_at: due(30),
        guards: 1,
        dispatch_due_at: None,
        people_of: None,
        after: None,
    });
    let claimed = AlarmFact::Claimed(AlarmClaimed {
        alarm: ALARM,
        by: li_na(),
        follow_up_due_at: due(60),
        dispatch_due_at: None,
    });
    let owned = IncidentFact::Claimed(IncidentClaimed {
        incident: INCIDENT,
        by: li_na(),
        dispatch_due_at: None,
    });
    let judged = AlarmFact::Judged(AlarmJudged {
        alarm: ALARM,
        by: li_na(),
        verdict: Verdict::Genuine,
        basis: None,
        review_due_at: due(900),
    });
    vec![
        (0, None, began.into()),
        (0, None, opened.into()),
        (3, by(), claimed.into()),
        (3, by(), owned.into()),
        (300, by(), judged.into()),
    ]
}

/// A guard is sent who answers after 12 s, 2 s too late, and comes.
fn sent() -> Vec<Deed> {
    let guard = person("wang-qiang");
    let offered = DispatchFact::Offered(AssignmentOffered {
        assignment: ASSIGNMENT,
        incident: INCIDENT,
        person: guard.clone(),
        slot: 1,
        priority: Priority::P1,
        discreet: false,
        by: Some(li_na()),
        way: None,
        answer_due_at: Some(due(15)),
        after: None,
    });
    let accepted = DispatchFact::Accepted(AssignmentAccepted {
        assignment: ASSIGNMENT,
        by: guard.clone(),
        arrive_due_at: due(200),
    });
    let arrived = DispatchFact::Arrived(AssignmentArrived {
        assignment: ASSIGNMENT,
        how: Arrival::Position,
        by: None,
    });
    vec![
        (5, Some(li_na()), offered.into()),
        (17, Some(guard), accepted.into()),
        (87, None, arrived.into()),
    ]
}

fn facts() -> Vec<Fact> {
    let mut deeds = [matter(), sent()].concat();
    deeds.sort_by_key(|(after, ..)| *after);
    let numbered = deeds.into_iter().zip(10..);
    let facts = numbered.map(|((after, actor, body), seq)| Fact {
        site: "test-1".parse().expect("an id"),
        seq: Seq(seq),
        recorded_at: due(after),
        occurred_at: due(after),
        cause: Cause::Server,
        actor,
        drill: false,
        body,
    });
    facts.collect()
}

fn told(language: Language) -> Told {
    let estate = estate();
    let clock = |at: Timestamp, _| format!("+{}", at.since(START).as_secs());
    let writer = Writer {
        estate: &estate,
        language,
        clock: &clock,
    };
    writer
        .tell(INCIDENT, &facts())
        .expect("the facts tell of it")
}

#[test]
fn a_sheet_says_who_did_what_when_and_which_deadlines_were_missed() {
    let told = told(Language::Zh);
    let [number, _, _, raised, claimed, verdict] = &told.alarms[0];
    assert_eq!((number.as_str(), raised.as_str()), ("A-7", "+0"));
    assert!(claimed.contains("（3 s 后）"), "{claimed}");
    assert_eq!(verdict, "真警");
    let [_, asked, accepted, there, outcome] = &told.people[0];
    assert_eq!([asked, accepted, there], ["+5", "+17", "+87"]);
    assert_eq!(outcome, "已到场");
    let missed: Vec<_> = told.deadlines.iter().filter(|one| one.is_missed).collect();
    assert_eq!(missed.len(), 1, "{:?}", told.deadlines);
    assert_eq!(
        (missed[0].allowed.as_str(), missed[0].result.as_str()),
        ("10 s", "超时，12 s 才完成")
    );
    assert_eq!(told.kept, "3 项时限，超时 1 项");
}

#[test]
fn its_story_goes_from_the_alarm_to_the_verdict_and_names_no_alarm_where_there_is_one() {
    let told = told(Language::En);
    let times: Vec<_> = told.story.iter().map(|(_, line)| line.at).collect();
    assert!(times.is_sorted() && times.len() >= 6, "{times:?}");
    assert!(told.story.iter().all(|(alarm, _)| alarm.is_none()));
    let words: Vec<_> = told
        .story
        .iter()
        .flat_map(|(_, line)| &line.parts)
        .collect();
    let words: Vec<_> = words.iter().map(|part| part.what.en).collect();
    for expected in [
        "Raised",
        "Incident opened",
        "Claimed",
        "Accepted",
        "On scene",
        "Judged",
    ] {
        assert!(words.contains(&expected), "{expected} in {words:?}");
    }
}

#[test]
fn facts_of_another_incident_are_no_sheet() {
    let estate = estate();
    let writer = Writer {
        estate: &estate,
        language: Language::Zh,
        clock: &|_, _| String::new(),
    };
    assert_eq!(writer.tell(IncidentId(2), &facts()), None);
    assert_eq!(writer.tell(INCIDENT, &[]), None);
}
