//! What is said of a command that came to nothing. Each subject has its own sentences; here are those
//! that are about none.

use crate::desk::{FailedBy, Failure};
use crate::texts::{Words, texts};
use crate::{alarms, devices, dispatch, guards, incidents, registration, zones};
use castellan_domain::estate::Estate;
use castellan_domain::refusal::{CommonRefusal, Refusal};
use castellan_domain::text::Language;
use castellan_domain::time::Timestamp;
use castellan_domain::wire::api::ErrorDetail;

/// What is said of a command that came to nothing.
pub fn failure_sentence(failure: &Failure, estate: Option<&Estate>, language: Language) -> String {
    match &failure.by {
        FailedBy::Unreachable => SEND_FAILED.get(language).to_owned(),
        FailedBy::Stale => STALE.get(language).to_owned(),
        FailedBy::Server(ErrorDetail {
            refusal: Some(refusal),
            ..
        })
        | FailedBy::Refusal(refusal) => sentence(refusal, estate, failure.at, language),
        FailedBy::Server(error) => {
            let words = error_name(&error.code).map(|words| words.get(language).to_owned());
            words.unwrap_or_else(|| error.message.clone())
        }
    }
}

/// What is said of an error of the API, where it can be said better than the server does.
fn error_name(code: &str) -> Option<Words> {
    match code {
        "not_recorded" => Some(NOT_RECORDED),
        "busy" | "no_answer" => Some(BUSY),
        "unknown_person" | "no_name" => Some(UNKNOWN_PERSON),
        _ => None,
    }
}

fn sentence(
    refusal: &Refusal,
    estate: Option<&Estate>,
    now: Option<Timestamp>,
    language: Language,
) -> String {
    match refusal {
        Refusal::Common(refusal) => common_name(refusal).get(language).to_owned(),
        Refusal::Alarm(refusal) => alarms::refusals::sentence(refusal, estate, now, language),
        Refusal::Incident(refusal) => incidents::refusals::sentence(refusal, estate, language),
        Refusal::Dispatch(refusal) => dispatch::refusals::sentence(refusal, estate, language),
        Refusal::Staff(refusal) => guards::refusals::sentence(refusal, estate, language),
        Refusal::Registration(refusal) => {
            registration::refusals::sentence(refusal, estate, language)
        }
        Refusal::Zone(refusal) => zones::refusals::sentence(refusal, language),
        Refusal::Door(refusal) => devices::refusals::door_sentence(refusal, language),
        Refusal::Actuation(refusal) => {
            devices::refusals::actuation_sentence(refusal, estate, language)
        }
    }
}

const fn common_name(refusal: &CommonRefusal) -> Words {
    match refusal {
        CommonRefusal::NothingToDo => NOTHING_TO_DO,
        CommonRefusal::NotAllowed => NOT_ALLOWED,
        CommonRefusal::NotInEstate => NOT_IN_ESTATE,
    }
}

texts! {
    NOT_IN_ESTATE: "园区资料里没有这台设备。", "The estate has no such device.";
    SEND_FAILED: "没有发出去：服务器连不上。请再试一次，或用对讲机。", "Not sent: the server cannot be reached. Try again, or use the radio.";
    STALE: "没有发出去：画面已停止更新，列表可能已变。请等恢复后再试，或用对讲机。", "Not sent: the screen is out of date and the list may have changed. Try again once it is live, or use the radio.";
    NOT_RECORDED: "没有记录成功。服务器正在恢复，请看清列表后再试。", "It could not be recorded. The server is recovering; look at the list, then try again.";
    BUSY: "服务器繁忙，没有生效。请几秒后再试。", "Too much is waiting; nothing happened. Try again in a few seconds.";
    UNKNOWN_PERSON: "服务器不认识当前身份，请重新选择值班人员。", "The server does not know you. Choose again who is on duty.";
    NOTHING_TO_DO: "已经是这样，没有变化。", "It is so already; nothing was changed.";
    NOT_ALLOWED: "当前身份无权操作，请找值班员。", "Your role may not do this. Ask an operator.";
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{START, li_na};
    use castellan_domain::actuation::ActuationRefusal;
    use castellan_domain::alarm::AlarmRefusal;
    use castellan_domain::time::Span;

    fn refused(refusal: Option<Refusal>, code: &str, language: Language) -> String {
        let error = ErrorDetail {
            code: code.into(),
            message: "as the server says it".into(),
            refusal,
        };
        let failure = Failure {
            by: FailedBy::Server(error),
            at: Some(START + Span::from_millis(230)),
        };
        failure_sentence(&failure, None, language)
    }

    #[test]
    fn the_loser_of_a_race_reads_who_was_first_and_by_how_much() {
        let read = |ahead_ms, language| {
            let first = Refusal::Alarm(AlarmRefusal::AlreadyClaimed {
                by: li_na(),
                at: START,
                ahead: Span::from_millis(ahead_ms),
            });
            refused(Some(first), "refused", language)
        };
        assert_eq!(read(99, Language::Zh), "几乎同时，li-na 先接。");
        assert_eq!(
            read(0, Language::En),
            "li-na was first, at almost the same time."
        );
        assert_eq!(read(100, Language::Zh), "li-na 早 0.1 秒接警。");
        assert_eq!(read(499, Language::Zh), "li-na 早 0.4 秒接警。");
        assert_eq!(read(9_999, Language::En), "li-na was first, by 9.9 s.");
        assert_eq!(read(95_300, Language::En), "li-na claimed it 01:35 ago.");
    }

    #[test]
    fn a_refusal_names_whom_to_ask_and_how_long_to_wait() {
        let until = START + Span::from_secs(42);
        let muted = Refusal::Alarm(AlarmRefusal::AlreadyMuted { by: li_na(), until });
        assert_eq!(
            refused(Some(muted), "refused", Language::Zh),
            "li-na 已静音，剩余 00:41。"
        );
        assert_eq!(
            refused(
                Some(Refusal::Alarm(AlarmRefusal::MutedTooOften)),
                "refused",
                Language::En
            ),
            "A P1 alarm is muted 2 times at most; claim it."
        );
    }

    #[test]
    fn whoever_cannot_open_a_door_reads_why() {
        let under_way = Refusal::Actuation(ActuationRefusal::AlreadyUnderWay {
            by: Some(li_na()),
            at: START,
        });
        let read = |refusal, language| refused(Some(refusal), "refused", language);
        assert_eq!(
            read(under_way.clone(), Language::En),
            "li-na is opening this door already; wait for the outcome."
        );
        assert!(read(under_way, Language::Zh).contains("li-na"));
        assert!(
            read(Refusal::Actuation(ActuationRefusal::NoDriver), Language::En)
                .contains("on the spot")
        );
    }

    #[test]
    fn what_only_devices_are_refused_is_said_as_the_server_says_it() {
        assert_eq!(
            refused(None, "refused", Language::Zh),
            "as the server says it"
        );
        let by_rule = Refusal::Alarm(AlarmRefusal::RaisedByRule);
        assert_eq!(
            refused(Some(by_rule.clone()), "refused", Language::Zh),
            by_rule.to_string()
        );
        assert!(refused(None, "busy", Language::Zh).starts_with("服务器繁忙"));
    }
}
