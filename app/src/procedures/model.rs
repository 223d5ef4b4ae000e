//! What a procedure says beside an alarm: what comes next, and what is read out on the telephone.

use super::texts;
use crate::texts::Words;
use castellan_domain::alarm::{Alarm, Verdict};
use castellan_domain::estate::Estate;
use castellan_domain::ids::{AlarmId, AnswerId, IncidentId, PersonId, StepId};
use castellan_domain::incident::{Incident, IncidentCommand, SkipReason, StepRecord};
use castellan_domain::procedure::{Hotline, Lead, Outcome, Procedure, Step};
use castellan_domain::text::Language;
use castellan_domain::time::Timestamp;
use castellan_domain::view::Known;

/// What is to be done about an alarm, or about the incident that it is part of. Of an alarm that was
/// judged to be none and is alone, nothing is left.
pub fn procedure_of<'a>(
    estate: Option<&'a Estate>,
    alarm: &Alarm,
    incident: Option<&Incident>,
) -> Option<&'a Procedure> {
    let judged = alarm.judged().map(|judged| judged.verdict);
    let is_over = judged.is_some_and(|verdict| verdict != Verdict::Genuine);
    let kind = incident.map_or(&alarm.kind, |incident| &incident.kind);
    let procedure = estate?.procedure_of(kind);
    procedure.filter(|_| !is_over || incident.is_some())
}

/// What nobody may do.
pub fn prohibitions(procedure: &Procedure, language: Language) -> Vec<String> {
    let all = procedure.prohibitions().iter();
    all.map(|words| words.get(language).to_owned()).collect()
}

/// A step as the list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Its id within the procedure.
    pub step: StepId,
    /// Its number on the card, to which answers lead.
    pub number: usize,
    /// What is done.
    pub words: String,
    /// It is the next one.
    pub is_next: bool,
    /// Its time has passed.
    pub is_late: bool,
    /// By when it has to be taken, if it is the one that is waited for.
    pub due_at: Option<Timestamp>,
    /// Who, until when, and what else it wants, in a line.
    pub about: String,
    /// What it asks, and where each answer leads.
    pub answers: Vec<(AnswerId, String)>,
    /// What comes after it, where that is not the step below.
    pub then: Option<String>,
    /// So many people are sent by it.
    pub guards: Option<u8>,
    /// Whom a person calls.
    pub numbers: Vec<Hotline>,
    /// Doors are opened at it.
    pub opens_doors: bool,
}

/// What is left to be done: the next step first, then what is known to follow, then what may follow by
/// an answer that nobody has given.
pub fn rows(procedure: &Procedure, incident: Option<&Incident>, language: Language) -> Vec<Row> {
    let outcome = |step: &StepId| incident?.steps.outcome(procedure.id(), step);
    let way = procedure.way(outcome);
    let next = procedure.next(outcome);
    let is_open = way
        .last()
        .is_some_and(|step| outcome(&step.id).is_none() && step.asks());
    let may_follow = |step: &&Step| is_open && !way.iter().any(|known| known.id == step.id);
    let later = procedure.steps().iter().filter(may_follow);
    let later = later.filter(|step| outcome(&step.id).is_none());
    let first = next.first().map(|step| &step.id);
    let left = next.iter().copied().chain(later);
    left.map(|step| {
        let mut row = row(procedure, step, language);
        row.is_next = first == Some(&step.id);
        let known = incident.and_then(|incident| incident.steps.of(procedure.id(), &step.id));
        row.is_late = known.is_some_and(|known| known.late_at.is_some());
        let wait = incident.and_then(|incident| incident.step_wait.as_ref());
        let wait = wait.filter(|wait| wait.procedure == *procedure.id() && wait.step == step.id);
        row.due_at = wait.map(|wait| wait.due_at);
        row
    })
    .collect()
}

/// A step that somebody took or left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// Its id within the procedure.
    pub step: StepId,
    /// What was done.
    pub words: String,
    /// The answer, or why it was left out.
    pub said: Option<String>,
    /// It was left out.
    pub is_skipped: bool,
    /// Who said so.
    pub by: PersonId,
    /// When.
    pub at: Timestamp,
}

/// What was done, in the order in which it was.
pub fn ended(procedure: &Procedure, incident: &Incident, language: Language) -> Vec<Ended> {
    let taken = |step: &Step| {
        let StepRecord { taken, .. } = incident.steps.of(procedure.id(), &step.id)?;
        let taken = taken.as_ref()?;
        let said = match &taken.outcome {
            Outcome::Done => None,
            Outcome::Answered(given) => {
                let mut answers = step.answers.iter();
                let answer = answers.find(|answer| answer.id == *given);
                answer.map(|answer| answer.label.get(language).to_owned())
            }
            Outcome::Skipped => Some(match taken.reason {
                Some(reason) => {
                    texts::SKIPPED_FOR.fill(language, &[skip_name(reason).get(language)])
                }
                None => texts::SKIPPED.get(language).to_owned(),
            }),
        };
        Some(Ended {
            step: step.id.clone(),
            words: step.words.get(language).to_owned(),
            said,
            is_skipped: taken.outcome == Outcome::Skipped,
            by: taken.by.clone(),
            at: taken.at,
        })
    };
    let mut ended: Vec<_> = procedure.steps().iter().filter_map(taken).collect();
    ended.sort_by_key(|one| one.at);
    ended
}

/// Why a step is left out.
pub const fn skip_name(reason: SkipReason) -> Words {
    match reason {
        SkipReason::NotNeeded => texts::NOT_NEEDED,
        SkipReason::DoneByOthers => texts::DONE_BY_OTHERS,
        SkipReason::NotPossible => texts::NOT_POSSIBLE,
        SkipReason::NotSafe => texts::NOT_SAFE,
    }
}

/// What is being chosen about the next step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepChoice {
    /// Its answer.
    Answer,
    /// Why it is left out.
    Skip,
}

/// The next step of the open incident that an alarm is part of.
pub fn next_step<'a>(known: &Known<'a>, alarm: AlarmId) -> Option<(IncidentId, &'a Step)> {
    let incident = known.open_incident_of(known.view.alarms.get(&alarm)?)?;
    let procedure = known.estate.procedure_of(&incident.kind)?;
    let id = procedure.id();
    let next = procedure.next(|step| incident.steps.outcome(id, step));
    Some((incident.id, next.into_iter().next()?))
}

/// What picking the answer or the reason of this index means.
pub fn picked(
    incident: IncidentId,
    step: &Step,
    choice: StepChoice,
    index: usize,
) -> Option<IncidentCommand> {
    let name = step.id.clone();
    Some(match choice {
        StepChoice::Answer => IncidentCommand::TakeStep {
            incident,
            step: name,
            answer: Some(step.answers.get(index)?.id.clone()),
        },
        StepChoice::Skip => IncidentCommand::SkipStep {
            incident,
            step: name,
            reason: Some(*SkipReason::ALL.get(index)?),
        },
    })
}

fn row(procedure: &Procedure, step: &Step, language: Language) -> Row {
    let led = |lead: &Lead| {
        let number = match lead {
            Lead::To(step) => procedure.number(step),
            Lead::End => None,
        };
        number.map_or_else(
            || texts::END.get(language).to_owned(),
            |number| texts::STEP.fill(language, &[&number.to_string()]),
        )
    };
    let answers = step.answers.iter();
    let answers = answers.map(|answer| {
        let label = answer.label.get(language);
        (answer.id.clone(), format!("{label} → {}", led(&answer.to)))
    });
    let then = step.then.as_ref();
    Row {
        step: step.id.clone(),
        number: procedure.number(&step.id).unwrap_or_default(),
        words: step.words.get(language).to_owned(),
        is_next: false,
        is_late: false,
        due_at: None,
        about: about(step, language),
        answers: answers.collect(),
        then: then.map(|then| format!("→ {}", led(then))),
        guards: step.dispatch_guards,
        numbers: step.read_aloud.clone(),
        opens_doors: step.release_doors,
    }
}

fn about(step: &Step, language: Language) -> String {
    let said = |wanted: bool, words: Words| wanted.then(|| words.get(language).to_owned());
    let deadline = step
        .deadline_s
        .map(|s| texts::DEADLINE.fill(language, &[&s.to_string()]));
    let parts = [
        step.who.map(|who| who.name(language).to_owned()),
        deadline,
        step.dispatch_guards
            .map(|count| texts::SEND_COUNT.fill(language, &[&count.to_string()])),
        said(step.optional, texts::OPTIONAL),
        said(step.release_doors, texts::RELEASE_DOORS),
        said(step.note, texts::NOTE_WANTED),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

/// What an alarm itself says on the telephone.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Told {
    /// What it is.
    pub what: String,
    /// Where, within the estate.
    pub place: String,
    /// Nobody is called.
    pub drill: bool,
}

/// 报警要点卡: what is said, in this order, and the step that asked for the call. It is made of the estate's, the alarm's and the step's own
/// words, and no others.
pub fn read_aloud(
    estate: &Estate,
    told: &Told,
    step: &str,
    language: Language,
) -> [(Words, String); 4] {
    let name = estate.name.get(language);
    let callback = estate.callback.as_ref().map_or_else(
        || texts::NO_CALLBACK.get(language).to_owned(),
        |number| number.as_str().to_owned(),
    );
    [
        (texts::PLACE, format!("{name} {}", told.place)),
        (texts::WHAT, told.what.clone()),
        (texts::CALLBACK, callback),
        (texts::ASKED_FOR, step.to_owned()),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{START, estate, judged, kind, li_na, raised, stamp};
    use castellan_domain::estate::Priority;
    use castellan_domain::fact::{IncidentOpened, StepTaken};
    use castellan_domain::ids::ProcedureId;
    use castellan_domain::incident::{IncidentFact, OpenedBy};
    use castellan_domain::text::Text;
    use castellan_domain::time::Span;

    const FIRE: &str = r#"{"id": "fire", "name": {"zh": "火警", "en": "Fire"},
        "prohibitions": [{"zh": "禁乘电梯", "en": "Do not use lifts"}],
        "steps": [
            {"id": "verify", "words": {"zh": "核实", "en": "Verify"}, "who": "guard", "deadline_s": 60,
             "answers": [{"id": "real", "label": {"zh": "真火", "en": "Real fire"}, "to": "call"},
                         {"id": "false", "label": {"zh": "误报", "en": "False alarm"}, "to": "cause"},
                         {"id": "none", "label": {"zh": "没有", "en": "Nothing"}, "to": "end"}]},
            {"id": "call", "words": {"zh": "同时119", "en": "Call 119"}, "read_aloud": ["119"], "release_doors": true},
            {"id": "protect", "words": {"zh": "保护现场", "en": "Protect"}, "optional": true, "then": "end"},
            {"id": "cause", "words": {"zh": "查因", "en": "Find the cause"}, "note": true}]}"#;

    fn fire() -> Procedure {
        serde_json::from_str(FIRE).expect("a procedure")
    }

    fn with_fire() -> Estate {
        let mut estate = estate();
        let kind = r#"{"id": "gas_low", "name": {"zh": "燃气", "en": "Gas"}, "priority": 2, "procedure": "fire"}"#;
        estate
            .alarm_types
            .push(serde_json::from_str(kind).expect("a type"));
        estate.procedures.push(fire());
        estate
    }

    #[test]
    fn an_alarm_has_the_procedure_of_its_type_until_it_was_judged_to_be_none() {
        let estate = with_fire();
        let of = |alarm: &Alarm| procedure_of(Some(&estate), alarm, None).is_some();
        assert!(of(&raised(1, 2)));
        assert!(!of(&judged(raised(1, 2))), "environment");
        assert!(procedure_of(None, &raised(1, 2), None).is_none());
        let bare = crate::fixture::estate();
        assert!(procedure_of(Some(&bare), &raised(1, 2), None).is_none());
    }

    #[test]
    fn steps_say_who_until_when_and_where_answers_lead() {
        let rows = rows(&fire(), None, Language::Zh);
        let numbers: Vec<_> = rows.iter().map(|row| (row.number, row.is_next)).collect();
        assert_eq!(numbers, [(1, true), (2, false), (3, false), (4, false)]);
        assert_eq!(rows[0].about, "安保员 · 开始后 60 秒内");
        assert_eq!(
            words_of(&rows[0]),
            ["真火 → 第 2 步", "误报 → 第 4 步", "没有 → 结束"]
        );
        assert_eq!(
            (rows[1].about.as_str(), &rows[1].numbers),
            ("开门", &vec![Hotline::Fire])
        );
        assert_eq!(
            (rows[2].about.as_str(), rows[2].then.as_deref()),
            ("视情况", Some("→ 结束"))
        );
        assert_eq!(rows[3].about, "要记录");
        let english = super::rows(&fire(), None, Language::En);
        assert_eq!(english[0].about, "guard · within 60 s from the start");
        assert_eq!(english[0].answers[0].1, "Real fire → step 2");
        assert_eq!(prohibitions(&fire(), Language::En), ["Do not use lifts"]);
    }

    fn words_of(row: &Row) -> Vec<&str> {
        let answers = row.answers.iter();
        answers.map(|(_, words)| words.as_str()).collect()
    }

    /// An incident in which these steps were taken, a second after each other.
    fn told(steps: &[(&'static str, Outcome)]) -> Incident {
        let place = raised(1, 2).place;
        let opened = IncidentOpened {
            incident: IncidentId(1),
            why: OpenedBy::Dispatch,
            kind: kind("gas_low"),
            priority: Priority::P2,
            place,
            alarms: vec![AlarmId(1)],
            owner: Some(li_na()),
            claim_due_at: START,
            guards: 1,
            dispatch_due_at: None,
            people_of: None,
            after: None,
        };
        let incident = Incident::opened(&opened, &stamp(START, 1));
        let seconds = 1i64..;
        steps
            .iter()
            .zip(seconds)
            .fold(incident, |incident, (told, s)| {
                let (step, outcome) = told.clone();
                let reason = (outcome == Outcome::Skipped).then_some(SkipReason::NotSafe);
                let taken = IncidentFact::StepTaken(StepTaken {
                    incident: incident.id,
                    procedure: ProcedureId::constant("fire"),
                    step: StepId::constant(step),
                    outcome,
                    reason,
                    required: false,
                    by: li_na(),
                });
                let stamp = stamp(START + Span::from_secs(s), 2);
                incident.apply(&taken, &stamp).expect("it fits")
            })
    }

    #[test]
    fn the_next_step_comes_first_and_what_an_answer_ruled_out_is_gone() {
        let left = |steps: &[(&'static str, Outcome)]| {
            let rows = rows(&fire(), Some(&told(steps)), Language::En);
            let next = rows.iter().position(|row| row.is_next);
            (rows.iter().map(|row| row.number).collect::<Vec<_>>(), next)
        };
        let answered = |id: &'static str| ("verify", Outcome::Answered(AnswerId::constant(id)));
        assert_eq!(left(&[answered("real")]), (vec![2, 3], Some(0)));
        assert_eq!(
            left(&[answered("real"), ("call", Outcome::Done)]),
            (vec![3], Some(0))
        );
        assert_eq!(left(&[answered("false")]), (vec![4], Some(0)));
        assert_eq!(left(&[("call", Outcome::Done)]), (vec![1, 3, 4], Some(0)));
        assert_eq!(left(&[answered("none")]), (vec![], None));
    }

    #[test]
    fn what_was_done_stands_in_its_order_with_the_answer_or_the_reason() {
        let verify = ("verify", Outcome::Answered(AnswerId::constant("real")));
        let incident = told(&[("call", Outcome::Skipped), verify]);
        let ended = ended(&fire(), &incident, Language::Zh);
        let said: Vec<_> = ended
            .iter()
            .map(|one| (one.words.as_str(), one.said.as_deref(), one.is_skipped))
            .collect();
        assert_eq!(
            said,
            [
                ("同时119", Some("跳过：做了有危险"), true),
                ("核实", Some("真火"), false)
            ]
        );
    }

    #[test]
    fn a_card_says_place_matter_and_callback_and_nothing_that_is_not_known() {
        let told = Told {
            what: "可燃气体高限报警".to_owned(),
            place: "3号楼 B1层".to_owned(),
            drill: false,
        };
        let mut estate = with_fire();
        let said = |estate: &Estate| {
            read_aloud(estate, &told, "同时119", Language::Zh).map(|(_, words)| words)
        };
        let [place, what, callback, step] = said(&estate);
        assert_eq!(
            (place.as_str(), what.as_str()),
            ("园 3号楼 B1层", "可燃气体高限报警")
        );
        assert_eq!(step, "同时119");
        assert_eq!(callback, "园区资料没有回拨号码，请报正在使用的号码。");
        estate.callback = Some(Text::constant("0571-0000-1200"));
        assert_eq!(said(&estate)[2], "0571-0000-1200");
    }
}
