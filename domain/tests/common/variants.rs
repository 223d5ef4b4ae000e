//! The files of commands and answers by their variants. A new variant does not compile here until
//! it is named, and fails in `wire.rs` until it has a file.

use castellan_domain::engine::Accepted;
use castellan_domain::refusal::Refusal;
use castellan_domain::rules::annunciate::Outcome;
use castellan_domain::wire::api::{Answer, CommandBody, CommandRequest};

/// Every variant that must have a file.
pub(crate) const COMMANDS_AND_ANSWERS: [&str; 61] = [
    "command_request.claim",
    "command_request.note",
    "command_request.judge",
    "command_request.correct_verdict",
    "command_request.acknowledge",
    "command_request.mute",
    "command_request.shelve",
    "command_request.unshelve",
    "command_request.release",
    "command_request.transfer",
    "command_request.split",
    "command_request.go_on_duty",
    "command_request.go_off_duty",
    "command_request.bind_phone",
    "command_request.unbind_phone",
    "command_request.give_call_sign",
    "command_request.arm",
    "command_request.disarm",
    "answer.done",
    "answer.reported",
    "answer.reported.repeated",
    "answer.reported.risen",
    "answer.reported.returned",
    "answer.reported.joined",
    "answer.reported.cleared",
    "answer.reported.nothing_to_clear",
    "answer.reported.not_armed",
    "answer.tracked",
    "answer.off_site",
    "answer.off_duty",
    "answer.already_claimed",
    "answer.already_judged",
    "answer.already_acknowledged",
    "answer.claim_instead",
    "answer.already_muted",
    "answer.muted_too_often",
    "answer.never_shelved",
    "answer.already_shelved",
    "answer.too_many_shelved",
    "answer.shelf_time",
    "answer.not_shelved",
    "answer.not_judged",
    "answer.not_joined",
    "answer.unknown_person",
    "answer.cannot_own",
    "answer.unknown_phone",
    "answer.unknown_zone",
    "answer.nothing_to_do",
    "answer.changed",
    "answer.unknown_alarm",
    "answer.not_claimed",
    "answer.not_owner",
    "answer.not_allowed",
    "answer.too_many_notes",
    "answer.not_in_estate",
    "answer.raised_by_rule",
    "answer.not_a_door",
    "answer.heard",
    "answer.reported.state_kept",
    "answer.reported.unchanged",
    "answer.too_many_open_alarms",
];

pub(crate) fn command_request(request: &CommandRequest) -> &str {
    match request.command {
        CommandBody::Claim { .. } => "command_request.claim",
        CommandBody::Note { .. } => "command_request.note",
        CommandBody::Judge { .. } => "command_request.judge",
        CommandBody::CorrectVerdict { .. } => "command_request.correct_verdict",
        CommandBody::Acknowledge { .. } => "command_request.acknowledge",
        CommandBody::Mute { .. } => "command_request.mute",
        CommandBody::Shelve { .. } => "command_request.shelve",
        CommandBody::Unshelve { .. } => "command_request.unshelve",
        CommandBody::Release { .. } => "command_request.release",
        CommandBody::Transfer { .. } => "command_request.transfer",
        CommandBody::Split { .. } => "command_request.split",
        CommandBody::GoOnDuty { .. } => "command_request.go_on_duty",
        CommandBody::GoOffDuty { .. } => "command_request.go_off_duty",
        CommandBody::BindPhone { .. } => "command_request.bind_phone",
        CommandBody::UnbindPhone { .. } => "command_request.unbind_phone",
        CommandBody::GiveCallSign { .. } => "command_request.give_call_sign",
        CommandBody::Arm { .. } => "command_request.arm",
        CommandBody::Disarm { .. } => "command_request.disarm",
    }
}

fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Raised => "answer.reported",
        Outcome::Repeated => "answer.reported.repeated",
        Outcome::Risen => "answer.reported.risen",
        Outcome::Returned => "answer.reported.returned",
        Outcome::Joined => "answer.reported.joined",
        Outcome::Cleared => "answer.reported.cleared",
        Outcome::NothingToClear => "answer.reported.nothing_to_clear",
        Outcome::NotArmed => "answer.reported.not_armed",
        Outcome::StateKept => "answer.reported.state_kept",
        Outcome::Unchanged => "answer.reported.unchanged",
    }
}

pub(crate) fn answer(answer: &Answer) -> &str {
    match answer {
        Ok(Accepted::Done { .. }) => "answer.done",
        Ok(Accepted::Reported { outcome: what, .. }) => outcome(*what),
        Ok(Accepted::Heard) => "answer.heard",
        Ok(Accepted::Tracked) => "answer.tracked",
        Ok(Accepted::OffSite) => "answer.off_site",
        Ok(Accepted::OffDuty) => "answer.off_duty",
        Err(refusal) => refused(refusal),
    }
}

fn refused(refusal: &Refusal) -> &'static str {
    match refusal {
        Refusal::AlreadyClaimed { .. } => "answer.already_claimed",
        Refusal::AlreadyJudged { .. } => "answer.already_judged",
        Refusal::AlreadyAcknowledged { .. } => "answer.already_acknowledged",
        Refusal::ClaimInstead => "answer.claim_instead",
        Refusal::AlreadyMuted { .. } => "answer.already_muted",
        Refusal::MutedTooOften => "answer.muted_too_often",
        Refusal::NeverShelved => "answer.never_shelved",
        Refusal::AlreadyShelved { .. } => "answer.already_shelved",
        Refusal::TooManyShelved => "answer.too_many_shelved",
        Refusal::ShelfTime => "answer.shelf_time",
        Refusal::NotShelved => "answer.not_shelved",
        Refusal::NotJudged => "answer.not_judged",
        Refusal::NotJoined { .. } => "answer.not_joined",
        Refusal::UnknownPerson { .. } => "answer.unknown_person",
        Refusal::CannotOwn { .. } => "answer.cannot_own",
        Refusal::UnknownPhone { .. } => "answer.unknown_phone",
        Refusal::UnknownZone { .. } => "answer.unknown_zone",
        Refusal::NothingToDo => "answer.nothing_to_do",
        Refusal::Changed { .. } => "answer.changed",
        Refusal::UnknownAlarm { .. } => "answer.unknown_alarm",
        Refusal::NotClaimed => "answer.not_claimed",
        Refusal::NotOwner { .. } => "answer.not_owner",
        Refusal::NotAllowed => "answer.not_allowed",
        Refusal::TooManyNotes => "answer.too_many_notes",
        Refusal::NotInEstate => "answer.not_in_estate",
        Refusal::RaisedByRule => "answer.raised_by_rule",
        Refusal::NotADoor => "answer.not_a_door",
        Refusal::TooManyOpenAlarms => "answer.too_many_open_alarms",
    }
}
