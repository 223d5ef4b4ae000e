//! What a person reads when their command was refused.

use crate::ages;
use crate::alarms::model::verdict_name;
use crate::desk::{FailedBy, Failure};
use crate::names::person_name;
use crate::texts::Key;
use castellan_domain::actuation::ActuationRefusal;
use castellan_domain::alarm::{AlarmRefusal, P1_MUTES_MAX, SHELVED_MAX};
use castellan_domain::door::DoorRefusal;
use castellan_domain::estate::Estate;
use castellan_domain::refusal::{CommonRefusal, Refusal};
use castellan_domain::staff::StaffRefusal;
use castellan_domain::text::Language;
use castellan_domain::time::Timestamp;
use castellan_domain::wire::api::ErrorDetail;
use castellan_domain::zone::ZoneRefusal;

/// What is said of a command that came to nothing.
pub fn failure_sentence(failure: &Failure, estate: Option<&Estate>, language: Language) -> String {
    match &failure.by {
        FailedBy::Unreachable => Key::SendFailed.get(language).to_owned(),
        FailedBy::Server(error) => error_sentence(error, estate, failure.at, language),
        FailedBy::Refusal(refusal) => sentence(refusal, estate, failure.at, language),
    }
}

fn error_sentence(
    error: &ErrorDetail,
    estate: Option<&Estate>,
    now: Option<Timestamp>,
    language: Language,
) -> String {
    let t = |key: Key| key.get(language);
    match (&error.refusal, error.code.as_str()) {
        // No command of a person is refused like this, only a device's report.
        (
            None
            | Some(Refusal::Alarm(AlarmRefusal::RaisedByRule | AlarmRefusal::TooManyOpenAlarms)),
            code,
        ) => match code {
            "not_recorded" => t(Key::NotRecordedError).to_owned(),
            "busy" | "no_answer" => t(Key::BusyError).to_owned(),
            "unknown_person" | "no_name" => t(Key::UnknownPersonError).to_owned(),
            _ => error.message.clone(),
        },
        (Some(refusal), _) => sentence(refusal, estate, now, language),
    }
}

/// The sentence for a refusal. `now` is server time, where it is known.
fn sentence(
    refusal: &Refusal,
    estate: Option<&Estate>,
    now: Option<Timestamp>,
    language: Language,
) -> String {
    let t = |key: Key| key.get(language).to_owned();
    let name = |person| person_name(estate, person, language);
    let left = |until: Timestamp| ages::text(until.since(now.unwrap_or(until)));
    match refusal {
        Refusal::Alarm(AlarmRefusal::AlreadyClaimed { by, at }) => {
            lost_race(&name(by), *at, now, language)
        }
        Refusal::Alarm(AlarmRefusal::AlreadyJudged { by, verdict, .. }) => format!(
            "{} {} ({})",
            t(Key::AlreadyJudgedError),
            name(by),
            t(verdict_name(*verdict))
        ),
        Refusal::Alarm(AlarmRefusal::NotOwner { by }) => {
            format!("{} {}", t(Key::NotOwnerError), name(by))
        }
        Refusal::Alarm(AlarmRefusal::AlreadyAcknowledged { by, .. }) => {
            Key::AlreadyAcknowledgedError.fill(language, &[&name(by)])
        }
        Refusal::Alarm(AlarmRefusal::AlreadyMuted { by, until }) => {
            Key::AlreadyMutedError.fill(language, &[&name(by), &left(*until)])
        }
        Refusal::Alarm(AlarmRefusal::AlreadyShelved { by, until }) => {
            Key::AlreadyShelvedError.fill(language, &[&name(by), &left(*until)])
        }
        Refusal::Alarm(AlarmRefusal::MutedTooOften) => {
            Key::MutedTooOftenError.fill(language, &[&P1_MUTES_MAX.to_string()])
        }
        Refusal::Alarm(AlarmRefusal::TooManyShelved) => {
            Key::TooManyShelvedError.fill(language, &[&SHELVED_MAX.to_string()])
        }
        Refusal::Alarm(AlarmRefusal::CannotOwn { person }) => {
            Key::CannotOwnError.fill(language, &[&name(person)])
        }
        Refusal::Staff(StaffRefusal::UnknownPerson { person }) => {
            Key::PersonGoneError.fill(language, &[person.as_str()])
        }
        Refusal::Staff(StaffRefusal::UnknownPhone { phone }) => {
            Key::UnknownPhoneError.fill(language, &[phone.as_str()])
        }
        Refusal::Zone(ZoneRefusal::UnknownZone { zone }) => {
            Key::UnknownZoneError.fill(language, &[zone.as_str()])
        }
        Refusal::Actuation(ActuationRefusal::NoRemoteRelease { door }) => {
            Key::NoRemoteReleaseError.fill(language, &[door.as_str()])
        }
        Refusal::Actuation(ActuationRefusal::AlreadyUnderWay { by, .. }) => match by {
            Some(by) => Key::UnderWayByError.fill(language, &[&name(by)]),
            None => t(Key::UnderWayError),
        },
        Refusal::Actuation(ActuationRefusal::NoDriver) => t(Key::NoDriverError),
        Refusal::Door(DoorRefusal::NotADoor) => t(Key::NotADoorError),
        Refusal::Common(CommonRefusal::NotInEstate) => t(Key::NotInEstateError),
        Refusal::Alarm(AlarmRefusal::ClaimInstead) => t(Key::ClaimInsteadError),
        Refusal::Alarm(AlarmRefusal::NeverShelved) => t(Key::NeverShelvedError),
        Refusal::Alarm(AlarmRefusal::ShelfTime) => t(Key::ShelfTimeError),
        Refusal::Alarm(AlarmRefusal::NotShelved) => t(Key::NotShelvedError),
        Refusal::Alarm(AlarmRefusal::NotJudged) => t(Key::NotJudgedError),
        Refusal::Alarm(AlarmRefusal::NotJoined { .. }) => t(Key::NotJoinedError),
        Refusal::Common(CommonRefusal::NothingToDo) => t(Key::NothingToDoError),
        Refusal::Alarm(AlarmRefusal::Changed { .. }) => t(Key::ChangedError),
        Refusal::Alarm(AlarmRefusal::UnknownAlarm { .. }) => t(Key::GoneError),
        Refusal::Alarm(AlarmRefusal::NotClaimed) => t(Key::NotClaimedError),
        Refusal::Common(CommonRefusal::NotAllowed) => t(Key::NotAllowedError),
        Refusal::Alarm(AlarmRefusal::TooManyNotes) => t(Key::NotesFullError),
        Refusal::Alarm(AlarmRefusal::RaisedByRule | AlarmRefusal::TooManyOpenAlarms) => {
            refusal.to_string()
        }
    }
}

fn lost_race(name: &str, at: Timestamp, now: Option<Timestamp>, language: Language) -> String {
    let first = Key::LostRace.get(language);
    let ago = now.map(|now| now.since(at).as_millis().max(0));
    match (language, ago) {
        (_, None) => format!("{name} {first}"),
        (Language::Zh, Some(ms)) => format!("{name} {first}（早 {} 秒）", tenths(ms)),
        (Language::En, Some(ms)) => format!("{name} {first} (by {} s)", tenths(ms)),
    }
}

fn tenths(ms: i64) -> String {
    format!("{}.{}", ms / 1_000, ms % 1_000 / 100)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{START, li_na};
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
        let first = Refusal::Alarm(AlarmRefusal::AlreadyClaimed {
            by: li_na(),
            at: START,
        });
        let read = |language| refused(Some(first.clone()), "refused", language);
        assert_eq!(read(Language::Zh), "li-na 先接（早 0.2 秒）");
        assert_eq!(read(Language::En), "li-na was first (by 0.2 s)");
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
        for refusal in [None, Some(Refusal::Alarm(AlarmRefusal::RaisedByRule))] {
            assert_eq!(
                refused(refusal, "refused", Language::Zh),
                "as the server says it"
            );
        }
        assert!(refused(None, "busy", Language::Zh).starts_with("服务器繁忙"));
    }
}
