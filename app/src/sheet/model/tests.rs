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

const INCIDENT: IncidentId = IncidentId(1);
const ALARM: AlarmId = AlarmId(7);
const ASSIGNMENT: AssignmentId = AssignmentId(3);

/// A gas alarm that is claimed after 3 s, to which a guard comes who answers after 12 s, 2 s too late.
fn facts() -> Vec<Fact> {
    let raised = crate::fixture::raised(7, 1);
    let guard = person("wang-qiang");
    let due = |seconds| START + Span::from_secs(seconds);
    let by = li_na();
    let bodies: [(i64, Option<&PersonId>, FactBody); 8] = [
        (
            0,
            None,
            alarm(AlarmFact::Raised(AlarmRaised {
                alarm: ALARM,
                kind: raised.kind.clone(),
                family: raised.family.clone(),
                tier: 0,
                priority: Priority::P1,
                source: raised.source.clone(),
                place: raised.place.clone(),
                state: castellan_domain::observation::ReportedState::Active,
                active_s_max: None,
                claim_due_at: due(30),
                doubts: castellan_domain::observation::Doubts::default(),
                silence: None,
            })),
        ),
        (
            0,
            None,
            incident(IncidentFact::Opened(IncidentOpened {
                incident: INCIDENT,
                why: OpenedBy::AtOnce,
                kind: raised.kind.clone(),
                priority: Priority::P1,
                place: raised.place.clone(),
                alarms: vec![ALARM],
                owner: None,
                claim_due_at: due(30),
                guards: 1,
                dispatch_due_at: None,
                people_of: None,
                after: None,
            })),
        ),
        (
            3,
            Some(&by),
            alarm(AlarmFact::Claimed(AlarmClaimed {
                alarm: ALARM,
                by: li_na(),
                follow_up_due_at: due(60),
                dispatch_due_at: None,
            })),
        ),
        (
            3,
            Some(&by),
            incident(IncidentFact::Claimed(IncidentClaimed {
                incident: INCIDENT,
                by: li_na(),
                dispatch_due_at: None,
            })),
        ),
        (
            5,
            Some(&by),
            FactBody::Dispatch(DispatchFact::Offered(AssignmentOffered {
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
            })),
        ),
        (
            17,
            Some(&guard),
            FactBody::Dispatch(DispatchFact::Accepted(AssignmentAccepted {
                assignment: ASSIGNMENT,
                by: guard.clone(),
                arrive_due_at: due(200),
            })),
        ),
        (
            87,
            None,
            FactBody::Dispatch(DispatchFact::Arrived(AssignmentArrived {
                assignment: ASSIGNMENT,
                how: Arrival::Position,
                by: None,
            })),
        ),
        (
            300,
            Some(&by),
            alarm(AlarmFact::Judged(AlarmJudged {
                alarm: ALARM,
                by: li_na(),
                verdict: Verdict::Genuine,
                basis: None,
                review_due_at: due(900),
            })),
        ),
    ];
    let numbered = bodies.into_iter().zip(10..);
    let facts = numbered.map(|((after, actor, body), seq)| Fact {
        site: "test-1".parse().expect("an id"),
        seq: Seq(seq),
        recorded_at: due(after),
        occurred_at: due(after),
        cause: Cause::Server,
        actor: actor.cloned(),
        drill: false,
        body,
    });
    facts.collect()
}

fn alarm(fact: AlarmFact) -> FactBody {
    FactBody::Alarm(fact)
}

fn incident(fact: IncidentFact) -> FactBody {
    FactBody::Incident(fact)
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
