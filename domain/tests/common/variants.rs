//! The files of commands and answers by their variants. A new variant does not compile here until
//! it is named, and fails in `wire.rs` until it has a file.

use castellan_domain::actuation::{ActuationCommand, ActuationRefusal};
use castellan_domain::alarm::{AlarmCommand, AlarmRefusal, NoteCommand};
use castellan_domain::answer::{Accepted, Answer, Outcome};
use castellan_domain::command::Command;
use castellan_domain::door::DoorRefusal;
use castellan_domain::refusal::{CommonRefusal, Refusal};
use castellan_domain::staff::{StaffCommand, StaffRefusal};
use castellan_domain::wire::api::CommandRequest;
use castellan_domain::zone::{ZoneCommand, ZoneRefusal};

/// Every variant that must have a file.
pub(crate) const COMMANDS_AND_ANSWERS: [&str; 69] = [
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
    "command_request.open_door",
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
    "answer.call_sign_taken",
    "answer.not_on_duty",
    "answer.not_verified",
    "command_request.follow_up",
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
    "answer.no_remote_release",
    "answer.already_under_way",
    "answer.no_driver",
    "answer.heard",
    "answer.reported.state_kept",
    "answer.reported.unchanged",
    "answer.too_many_open_alarms",
];

pub(crate) fn command_request(request: &CommandRequest) -> &str {
    match request.command {
        Command::Alarm(AlarmCommand::Claim { .. }) => "command_request.claim",
        Command::Note(NoteCommand::Note { .. }) => "command_request.note",
        Command::Alarm(AlarmCommand::Judge { .. }) => "command_request.judge",
        Command::Alarm(AlarmCommand::FollowUp { .. }) => "command_request.follow_up",
        Command::Alarm(AlarmCommand::CorrectVerdict { .. }) => "command_request.correct_verdict",
        Command::Alarm(AlarmCommand::Acknowledge { .. }) => "command_request.acknowledge",
        Command::Alarm(AlarmCommand::Mute { .. }) => "command_request.mute",
        Command::Alarm(AlarmCommand::Shelve { .. }) => "command_request.shelve",
        Command::Alarm(AlarmCommand::Unshelve { .. }) => "command_request.unshelve",
        Command::Alarm(AlarmCommand::Release { .. }) => "command_request.release",
        Command::Alarm(AlarmCommand::Transfer { .. }) => "command_request.transfer",
        Command::Alarm(AlarmCommand::Split { .. }) => "command_request.split",
        Command::Staff(StaffCommand::GoOnDuty { .. }) => "command_request.go_on_duty",
        Command::Staff(StaffCommand::GoOffDuty { .. }) => "command_request.go_off_duty",
        Command::Staff(StaffCommand::BindPhone { .. }) => "command_request.bind_phone",
        Command::Staff(StaffCommand::UnbindPhone { .. }) => "command_request.unbind_phone",
        Command::Staff(StaffCommand::GiveCallSign { .. }) => "command_request.give_call_sign",
        Command::Zone(ZoneCommand::Arm { .. }) => "command_request.arm",
        Command::Zone(ZoneCommand::Disarm { .. }) => "command_request.disarm",
        Command::Actuation(ActuationCommand::OpenDoor { .. }) => "command_request.open_door",
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
        Refusal::Alarm(AlarmRefusal::AlreadyClaimed { .. }) => "answer.already_claimed",
        Refusal::Alarm(AlarmRefusal::AlreadyJudged { .. }) => "answer.already_judged",
        Refusal::Alarm(AlarmRefusal::AlreadyAcknowledged { .. }) => "answer.already_acknowledged",
        Refusal::Alarm(AlarmRefusal::ClaimInstead) => "answer.claim_instead",
        Refusal::Alarm(AlarmRefusal::AlreadyMuted { .. }) => "answer.already_muted",
        Refusal::Alarm(AlarmRefusal::MutedTooOften) => "answer.muted_too_often",
        Refusal::Alarm(AlarmRefusal::NeverShelved) => "answer.never_shelved",
        Refusal::Alarm(AlarmRefusal::AlreadyShelved { .. }) => "answer.already_shelved",
        Refusal::Alarm(AlarmRefusal::TooManyShelved) => "answer.too_many_shelved",
        Refusal::Alarm(AlarmRefusal::ShelfTime) => "answer.shelf_time",
        Refusal::Alarm(AlarmRefusal::NotShelved) => "answer.not_shelved",
        Refusal::Alarm(AlarmRefusal::NotJudged) => "answer.not_judged",
        Refusal::Alarm(AlarmRefusal::NotJoined { .. }) => "answer.not_joined",
        Refusal::Staff(StaffRefusal::UnknownPerson { .. }) => "answer.unknown_person",
        Refusal::Staff(StaffRefusal::CallSignTaken { .. }) => "answer.call_sign_taken",
        Refusal::Staff(StaffRefusal::NotOnDuty { .. }) => "answer.not_on_duty",
        Refusal::Alarm(AlarmRefusal::NotVerified) => "answer.not_verified",
        Refusal::Alarm(AlarmRefusal::CannotOwn { .. }) => "answer.cannot_own",
        Refusal::Staff(StaffRefusal::UnknownPhone { .. }) => "answer.unknown_phone",
        Refusal::Zone(ZoneRefusal::UnknownZone { .. }) => "answer.unknown_zone",
        Refusal::Common(CommonRefusal::NothingToDo) => "answer.nothing_to_do",
        Refusal::Alarm(AlarmRefusal::Changed { .. }) => "answer.changed",
        Refusal::Alarm(AlarmRefusal::UnknownAlarm { .. }) => "answer.unknown_alarm",
        Refusal::Alarm(AlarmRefusal::NotClaimed) => "answer.not_claimed",
        Refusal::Alarm(AlarmRefusal::NotOwner { .. }) => "answer.not_owner",
        Refusal::Common(CommonRefusal::NotAllowed) => "answer.not_allowed",
        Refusal::Alarm(AlarmRefusal::TooManyNotes) => "answer.too_many_notes",
        Refusal::Common(CommonRefusal::NotInEstate) => "answer.not_in_estate",
        Refusal::Alarm(AlarmRefusal::RaisedByRule) => "answer.raised_by_rule",
        Refusal::Door(DoorRefusal::NotADoor) => "answer.not_a_door",
        Refusal::Actuation(ActuationRefusal::NoRemoteRelease { .. }) => "answer.no_remote_release",
        Refusal::Actuation(ActuationRefusal::AlreadyUnderWay { .. }) => "answer.already_under_way",
        Refusal::Actuation(ActuationRefusal::NoDriver) => "answer.no_driver",
        Refusal::Alarm(AlarmRefusal::TooManyOpenAlarms) => "answer.too_many_open_alarms",
    }
}
