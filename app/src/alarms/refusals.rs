//! What is said of a refused command about alarms.

use super::model::verdict_name;
use super::texts::GONE;
use crate::ages;
use crate::evidence::texts as evidence;
use crate::names::person_name;
use crate::texts::{Words, texts};
use castellan_domain::alarm::{AlarmRefusal, P1_MUTES_MAX, SHELVED_MAX};
use castellan_domain::estate::Estate;
use castellan_domain::text::Language;
use castellan_domain::time::Timestamp;

/// The sentence. `now` is server time, where it is known.
pub fn sentence(
    refusal: &AlarmRefusal,
    estate: Option<&Estate>,
    now: Option<Timestamp>,
    language: Language,
) -> String {
    let name = |person| person_name(estate, person, language);
    let left = |until: Timestamp| ages::text(until.since(now.unwrap_or(until)));
    let fill = |words: Words, parts: &[&str]| words.fill(language, parts);
    let words = match refusal {
        AlarmRefusal::AlreadyClaimed { by, ahead, .. } => {
            let by = name(by);
            return match ahead.as_millis() {
                ..100 => fill(ALMOST_TOGETHER, &[&by]),
                ms @ 100..10_000 => {
                    let tenths = format!("{}.{}", ms / 1_000, ms % 1_000 / 100);
                    fill(LOST_RACE, &[&by, &tenths])
                }
                _ => fill(CLAIMED_BEFORE, &[&by, &ages::text(*ahead)]),
            };
        }
        AlarmRefusal::AlreadyJudged { by, verdict, .. } => {
            let verdict = verdict_name(*verdict).get(language);
            return fill(ALREADY_JUDGED, &[&name(by), verdict]);
        }
        AlarmRefusal::NotOwner { by } => return fill(NOT_OWNER, &[&name(by)]),
        AlarmRefusal::AlreadyAcknowledged { by, .. } => {
            return fill(ALREADY_ACKNOWLEDGED, &[&name(by)]);
        }
        AlarmRefusal::AlreadyMuted { by, until } => {
            return fill(ALREADY_MUTED, &[&name(by), &left(*until)]);
        }
        AlarmRefusal::AlreadyShelved { by, until } => {
            return fill(ALREADY_SHELVED, &[&name(by), &left(*until)]);
        }
        AlarmRefusal::CannotOwn { person } => return fill(CANNOT_OWN, &[&name(person)]),
        AlarmRefusal::MutedTooOften => return fill(MUTED_TOO_OFTEN, &[&P1_MUTES_MAX.to_string()]),
        AlarmRefusal::TooManyShelved => return fill(TOO_MANY_SHELVED, &[&SHELVED_MAX.to_string()]),
        // Only a device's report is refused like this.
        AlarmRefusal::RaisedByRule | AlarmRefusal::TooManyOpenAlarms => return refusal.to_string(),
        AlarmRefusal::ClaimInstead => CLAIM_INSTEAD,
        AlarmRefusal::NeverShelved => NEVER_SHELVED,
        AlarmRefusal::ShelfTime => SHELF_TIME,
        AlarmRefusal::NotShelved => NOT_SHELVED,
        AlarmRefusal::NotJudged => NOT_JUDGED,
        AlarmRefusal::NotVerified => NOT_VERIFIED,
        AlarmRefusal::NotJoined { .. } => NOT_JOINED,
        AlarmRefusal::Changed { .. } => CHANGED,
        AlarmRefusal::UnknownAlarm { .. } => GONE,
        AlarmRefusal::NotClaimed => NOT_CLAIMED,
        AlarmRefusal::TooManyNotes => NOTES_FULL,
        AlarmRefusal::ClipNotShown => evidence::ONLY_OWNER,
        AlarmRefusal::ClipGone => evidence::GONE,
    };
    words.get(language).to_owned()
}

texts! {
    ALMOST_TOGETHER: "几乎同时，{0} 先接。", "{0} was first, at almost the same time.";
    LOST_RACE: "{0} 早 {1} 秒接警。", "{0} was first, by {1} s.";
    CLAIMED_BEFORE: "{0} 在 {1} 前已接警。", "{0} claimed it {1} ago.";
    NOT_CLAIMED: "请先接警，再下结论。", "Claim the alarm first, then judge it.";
    NOT_OWNER: "这条报警由此人处理，只有本人、班长或主管可以操作： {0}", "Only its owner, a shift leader or a duty manager may do this. Owner: {0}";
    ALREADY_JUDGED: "已经判定过了： {0} ({1})", "Already judged by {0} ({1})";
    ALREADY_ACKNOWLEDGED: "{0} 已签收。", "{0} has acknowledged it already.";
    CLAIM_INSTEAD: "一、二级报警不能只签收，请接警（Enter）。", "P1 and P2 are not acknowledged but claimed (Enter).";
    ALREADY_MUTED: "{0} 已静音，剩余 {1}。", "{0} has muted it already; {1} left.";
    MUTED_TOO_OFTEN: "一级报警最多静音 {0} 次，请接警。", "A P1 alarm is muted {0} times at most; claim it.";
    NEVER_SHELVED: "一级报警不能挂起，请接警。", "A P1 alarm is never shelved; claim it.";
    ALREADY_SHELVED: "{0} 已挂起，剩余 {1}。", "{0} has shelved it already; {1} left.";
    TOO_MANY_SHELVED: "已挂起 {0} 条，请先取消一些。", "{0} alarms are shelved already; unshelve some first.";
    SHELF_TIME: "挂起时长须在 1 分钟到 12 小时之间。", "An alarm is shelved for one minute to twelve hours.";
    NOT_SHELVED: "这条报警没有挂起。", "This alarm is not shelved.";
    NOT_JUDGED: "还没有结论，不能更正。", "It has no verdict yet that could be corrected.";
    NOT_VERIFIED: "这类报警不能坐着排除。请说明核实方式：到场（谁）、画面或电话。", "An alarm like this is not dismissed from the chair. Say how it was verified: on scene and by whom, by picture or by phone.";
    NOT_JOINED: "该来源已不在这条报警里。", "That source is no longer part of this alarm.";
    CHANGED: "这条报警刚刚变化，请看清后再操作。", "The alarm has just changed. Look again, then repeat.";
    CANNOT_OWN: "{0} 不能接警，请选值班员或以上人员。", "{0} may not own alarms; choose an operator or above.";
    NOTES_FULL: "备注已满 200 条。", "The alarm has 200 notes already; no more fit.";
}
