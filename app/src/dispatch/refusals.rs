//! What is said of a refused command about assignments.

use super::model::stage_name;
use crate::names::person_name;
use crate::texts::{Words, texts};
use castellan_domain::dispatch::DispatchRefusal;
use castellan_domain::estate::Estate;
use castellan_domain::text::Language;

/// The sentence.
pub fn sentence(refusal: &DispatchRefusal, estate: Option<&Estate>, language: Language) -> String {
    let fill = |words: Words, parts: &[&str]| words.fill(language, parts);
    let name = |person| person_name(estate, person, language);
    match refusal {
        DispatchRefusal::AlreadySent { person, stage, .. } => fill(
            ALREADY_SENT,
            &[&name(person), stage_name(stage).get(language)],
        ),
        DispatchRefusal::SlotTaken { by, .. } => fill(TAKEN, &[&name(by)]),
        DispatchRefusal::AssignmentOver {
            assignment, stage, ..
        } => fill(
            OVER,
            &[&assignment.to_string(), stage_name(stage).get(language)],
        ),
        DispatchRefusal::NotNow { assignment, stage } => fill(
            NOT_NOW,
            &[&assignment.to_string(), stage_name(stage).get(language)],
        ),
        DispatchRefusal::UnknownAssignment { assignment } => {
            fill(UNKNOWN, &[&assignment.to_string()])
        }
        DispatchRefusal::NotTheirs { person, .. } => fill(NOT_THEIRS, &[&name(person)]),
        DispatchRefusal::CannotBeSent { person } => fill(CANNOT_BE_SENT, &[&name(person)]),
        DispatchRefusal::TooManyAssignments => TOO_MANY.get(language).to_owned(),
        DispatchRefusal::QuietTime => QUIET_TIME.get(language).to_owned(),
    }
}

texts! {
    ALREADY_SENT: "{0} 已在这起事件里（{1}）。", "{0} is part of this incident already ({1}).";
    TAKEN: "{0} 先接单，此派单已撤回。", "{0} accepted first; this offer is withdrawn.";
    OVER: "派单 {0} 已结束（{1}）。", "Assignment {0} is over ({1}).";
    NOT_NOW: "派单 {0} 现在不能这样操作（{1}）。", "Assignment {0} cannot do this now ({1}).";
    UNKNOWN: "近 24 小时内没有派单 {0}。", "There is no assignment {0} within the last 24 hours.";
    NOT_THEIRS: "这是给 {0} 的派单，只有本人或值班员可以代答。", "This is for {0}; only they or an operator may answer for it.";
    CANNOT_BE_SENT: "{0} 不能派单，请选安保员或工程值班。", "{0} is not sent to incidents; choose a guard or an engineer.";
    TOO_MANY: "这起事件的派单已满 64 个。", "The incident has 64 assignments already.";
    QUIET_TIME: "静默作业须在 1 到 30 分钟之间。", "Silence is declared for 1 to 30 minutes.";
}
