//! What a procedure says beside an alarm: what comes next, and what is read out on the telephone.

use super::texts;
use crate::texts::Words;
use castellan_domain::alarm::{Alarm, Verdict};
use castellan_domain::estate::Estate;
use castellan_domain::ids::StepId;
use castellan_domain::procedure::{Hotline, Lead, Outcome, Procedure, Step};
use castellan_domain::text::Language;

/// What is to be done about an alarm. Of one that was judged to be none, nothing is left.
pub fn procedure_of<'a>(estate: Option<&'a Estate>, alarm: &Alarm) -> Option<&'a Procedure> {
    let judged = alarm.judged().map(|judged| judged.verdict);
    let is_over = judged.is_some_and(|verdict| verdict != Verdict::Genuine);
    let procedure = estate?.procedure_of(&alarm.kind);
    procedure.filter(|_| !is_over)
}

/// What nobody may do.
pub fn prohibitions(procedure: &Procedure, language: Language) -> Vec<String> {
    let all = procedure.prohibitions().iter();
    all.map(|words| words.get(language).to_owned()).collect()
}

/// A step as the list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Its number on the card, to which answers lead.
    pub number: usize,
    /// What is done.
    pub words: String,
    /// It is the next one.
    pub is_next: bool,
    /// Who, until when, and what else it wants, in a line.
    pub about: String,
    /// What it asks, and where each answer leads.
    pub answers: Vec<String>,
    /// Whom a person calls.
    pub numbers: Vec<Hotline>,
}

/// What is left to be done: the next step first, then what is known to follow, then what may follow by
/// an answer that nobody has given.
pub fn rows<'o>(
    procedure: &Procedure,
    outcome: impl Fn(&StepId) -> Option<&'o Outcome>,
    language: Language,
) -> Vec<Row> {
    let way = procedure.way(&outcome);
    let next = procedure.next(&outcome);
    let is_open = way
        .last()
        .is_some_and(|step| outcome(&step.id).is_none() && step.asks());
    let may_follow = |step: &&Step| is_open && !way.iter().any(|known| known.id == step.id);
    let later = procedure.steps().iter().filter(may_follow);
    let later = later.filter(|step| outcome(&step.id).is_none());
    let first = next.first().map(|step| &step.id);
    let left = next.iter().copied().chain(later);
    left.map(|step| row(procedure, step, first == Some(&step.id), language))
        .collect()
}

fn row(procedure: &Procedure, step: &Step, is_next: bool, language: Language) -> Row {
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
        format!("{label} → {}", led(&answer.to))
    });
    let then = step.then.iter().map(|then| format!("→ {}", led(then)));
    Row {
        number: procedure.number(&step.id).unwrap_or_default(),
        words: step.words.get(language).to_owned(),
        is_next,
        about: about(step, language),
        answers: answers.chain(then).collect(),
        numbers: step.read_aloud.clone(),
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
    use crate::fixture::{estate, judged, raised};
    use castellan_domain::ids::AnswerId;
    use castellan_domain::text::Text;
    use std::collections::BTreeMap;

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
        let of = |alarm: &Alarm| procedure_of(Some(&estate), alarm).is_some();
        assert!(of(&raised(1, 2)));
        assert!(!of(&judged(raised(1, 2))), "environment");
        assert!(procedure_of(None, &raised(1, 2)).is_none());
        let bare = crate::fixture::estate();
        assert!(procedure_of(Some(&bare), &raised(1, 2)).is_none());
    }

    #[test]
    fn steps_say_who_until_when_and_where_answers_lead() {
        let rows = rows(&fire(), |_| None, Language::Zh);
        let numbers: Vec<_> = rows.iter().map(|row| (row.number, row.is_next)).collect();
        assert_eq!(numbers, [(1, true), (2, false), (3, false), (4, false)]);
        assert_eq!(rows[0].about, "安保员 · 开始后 60 秒内");
        assert_eq!(
            rows[0].answers,
            ["真火 → 第 2 步", "误报 → 第 4 步", "没有 → 结束"]
        );
        assert_eq!(
            (rows[1].about.as_str(), &rows[1].numbers),
            ("开门", &vec![Hotline::Fire])
        );
        assert_eq!(
            (rows[2].about.as_str(), rows[2].answers.join("")),
            ("视情况", "→ 结束".to_owned())
        );
        assert_eq!(rows[3].about, "要记录");
        let english = super::rows(&fire(), |_| None, Language::En);
        assert_eq!(english[0].about, "guard · within 60 s from the start");
        assert_eq!(english[0].answers[0], "Real fire → step 2");
        assert_eq!(prohibitions(&fire(), Language::En), ["Do not use lifts"]);
    }

    #[test]
    fn the_next_step_comes_first_and_what_an_answer_ruled_out_is_gone() {
        let left = |told: &[(&'static str, Outcome)]| {
            let known: BTreeMap<StepId, Outcome> = told
                .iter()
                .map(|(step, outcome)| (StepId::constant(step), outcome.clone()))
                .collect();
            let procedure = fire();
            let rows = rows(&procedure, |id| known.get(id), Language::En);
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
