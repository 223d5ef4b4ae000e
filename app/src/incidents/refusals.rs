//! What is said of a refused command about incidents.

use super::model::stage_words;
use crate::ages;
use crate::names::person_name;
use crate::texts::{Words, texts};
use castellan_domain::estate::Estate;
use castellan_domain::incident::{IncidentRefusal, NextStage};
use castellan_domain::text::Language;

/// The sentence.
pub fn sentence(refusal: &IncidentRefusal, estate: Option<&Estate>, language: Language) -> String {
    let fill = |words: Words, parts: &[&str]| words.fill(language, parts);
    match refusal {
        IncidentRefusal::IncidentOwned { by, ahead, .. } => {
            let by = person_name(estate, by, language);
            match ahead.as_millis() {
                ..100 => fill(ALMOST_TOGETHER, &[&by]),
                ms @ 100..10_000 => {
                    let tenths = format!("{}.{}", ms / 1_000, ms % 1_000 / 100);
                    fill(LOST_RACE, &[&by, &tenths])
                }
                _ => fill(CLAIMED_BEFORE, &[&by, &ages::text(*ahead)]),
            }
        }
        IncidentRefusal::NotIncidentOwner { incident, by } => {
            let by = person_name(estate, by, language);
            fill(NOT_OWNER, &[&incident.to_string(), &by])
        }
        IncidentRefusal::IncidentNotClaimed { incident } => {
            fill(NOT_CLAIMED, &[&incident.to_string()])
        }
        IncidentRefusal::UnknownIncident { incident } => fill(UNKNOWN, &[&incident.to_string()]),
        IncidentRefusal::IncidentClosed { incident } => fill(CLOSED, &[&incident.to_string()]),
        IncidentRefusal::WrongStage { incident, to } => {
            let to = match to {
                NextStage::Reopened => REOPENED,
                NextStage::Contained | NextStage::Resolved | NextStage::Closed => stage_words(*to),
            };
            fill(WRONG_STAGE, &[&incident.to_string(), to.get(language)])
        }
        IncidentRefusal::AlarmsUnjudged { alarms } => {
            let named: Vec<_> = alarms.iter().take(3).map(ToString::to_string).collect();
            let separator = match language {
                Language::Zh => "、",
                Language::En => ", ",
            };
            fill(
                UNJUDGED,
                &[&alarms.len().to_string(), &named.join(separator)],
            )
        }
        IncidentRefusal::InIncident { alarm, incident } => {
            fill(IN_INCIDENT, &[&alarm.to_string(), &incident.to_string()])
        }
        IncidentRefusal::NotInIncident { alarm, incident } => fill(
            NOT_IN_INCIDENT,
            &[&alarm.to_string(), &incident.to_string()],
        ),
        IncidentRefusal::LastAlarm { incident } => fill(LAST_ALARM, &[&incident.to_string()]),
        IncidentRefusal::DoesNotFit => DOES_NOT_FIT.get(language).to_owned(),
        IncidentRefusal::IncidentFull => FULL.get(language).to_owned(),
        IncidentRefusal::UnknownStep { incident, .. } => {
            fill(UNKNOWN_STEP, &[&incident.to_string()])
        }
        IncidentRefusal::NotItsAnswer { .. } => NOT_ITS_ANSWER.get(language).to_owned(),
        IncidentRefusal::ReasonWanted { .. } => REASON_WANTED.get(language).to_owned(),
        IncidentRefusal::StepNotTaken { .. } => STEP_NOT_TAKEN.get(language).to_owned(),
        IncidentRefusal::NotTheirStep { .. } => NOT_THEIR_STEP.get(language).to_owned(),
        IncidentRefusal::TooManyIncidents => TOO_MANY.get(language).to_owned(),
    }
}

texts! {
    NOT_OWNER: "{0} 由 {1} 处理，只有本人或班长以上可以操作。", "{1} has {0}; only they or a shift leader may do this.";
    ALMOST_TOGETHER: "几乎同时，{0} 先处理。", "{0} was first, at almost the same time.";
    LOST_RACE: "{0} 先处理（早 {1} 秒）。", "{0} was first, by {1} s.";
    CLAIMED_BEFORE: "{0} 在 {1} 前已接手。", "{0} took it {1} ago.";
    NOT_CLAIMED: "{0} 还没有人接手，请先接警（Enter）。", "Nobody has {0}; claim it first (Enter).";
    UNKNOWN: "近 24 小时内没有事件 {0}。", "There is no incident {0} within the last 24 hours.";
    CLOSED: "{0} 已结案，需班长重新打开。", "{0} is closed; a shift leader can open it again.";
    WRONG_STAGE: "{0} 不能转到“{1}”，请看清当前状态。", "{0} cannot become “{1}” from where it is; look at its stage.";
    REOPENED: "重新打开", "open again";
    UNJUDGED: "还有 {0} 条报警没有结论（{1}），请先核实再结案。", "{0} of its alarms have no verdict ({1}); judge them, then close it.";
    IN_INCIDENT: "{0} 属于事件 {1}，请在事件里操作。", "{0} is part of {1}; do it with the incident.";
    NOT_IN_INCIDENT: "{0} 不在事件 {1} 里。", "{0} is no part of {1}.";
    LAST_ALARM: "{0} 只剩这些报警，不能再移出；请直接结案。", "{0} would be left without an alarm; close it instead.";
    DOES_NOT_FIT: "这两者不能合并：演练与真实、胁迫报警必须分开。", "These two are kept apart: a drill from what is real, and duress from everything.";
    FULL: "事件里的报警已满 200 条。", "The incident has 200 alarms already; no more fit.";
    UNKNOWN_STEP: "{0} 的流程已变，没有这一步，请重看流程。", "The procedure of {0} has changed and has no such step; look at its steps again.";
    NOT_ITS_ANSWER: "这一步要选它列出的结果之一。", "That step is settled by one of its own answers.";
    REASON_WANTED: "必做步骤，跳过要选原因。", "This step is required; pick why it is left out.";
    STEP_NOT_TAKEN: "这一步还没有记录，无可撤销。", "Nothing was recorded of that step.";
    NOT_THEIR_STEP: "这一步由值班员记录。", "An operator records that step.";
    TOO_MANY: "未结案事件已有 500 起，请先结案一些。", "500 incidents are open; close some first.";
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{START, li_na};
    use castellan_domain::ids::{AlarmId, IncidentId};
    use castellan_domain::time::Span;

    #[test]
    fn the_second_to_send_somebody_reads_who_was_first() {
        let read = |ahead_ms| {
            let refusal = IncidentRefusal::IncidentOwned {
                incident: IncidentId(17),
                by: li_na(),
                at: START,
                ahead: Span::from_millis(ahead_ms),
            };
            sentence(&refusal, None, Language::Zh)
        };
        assert_eq!(read(230), "li-na 先处理（早 0.2 秒）。");
        assert_eq!(read(95_000), "li-na 在 01:35 前已接手。");
        assert_eq!(read(0), "几乎同时，li-na 先处理。");
    }

    #[test]
    fn what_has_to_be_judged_first_is_named() {
        let alarms = (1..6).map(AlarmId).collect();
        let refusal = IncidentRefusal::AlarmsUnjudged { alarms };
        assert_eq!(
            sentence(&refusal, None, Language::En),
            "5 of its alarms have no verdict (A-1, A-2, A-3); judge them, then close it."
        );
    }
}
