//! Who may do what. Decided inside the turn, against the state that the command meets.

use crate::commands::Command;
use crate::estate::Role;
use crate::ids::{AlarmId, PersonId};
use crate::refusal::Refusal;
use crate::site::View;

/// Who commands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// The person.
    pub person: PersonId,
    /// Their role at this moment.
    pub role: Role,
}

/// Whether `actor` may give `command` now.
pub fn decide(actor: &Actor, command: &Command, view: &View) -> Result<(), Refusal> {
    match command {
        // Everybody goes on and off duty themselves.
        Command::GoOnDuty { person } | Command::GoOffDuty { person } if *person == actor.person => {
            Ok(())
        }
        _ if actor.role < Role::Operator => Err(Refusal::NotAllowed),
        Command::Judge { alarm, .. }
        | Command::Transfer { alarm, .. }
        | Command::Shelve { alarm, .. } => owner_or_leader(actor, view, *alarm),
        Command::CorrectVerdict { alarm, .. } => {
            let judged = view.alarms.get(alarm).and_then(|alarm| alarm.judged());
            match judged.map(|judged| &judged.by) {
                Some(by) if *by != actor.person && actor.role < Role::ShiftLeader => {
                    Err(Refusal::NotOwner { by: by.clone() })
                }
                _ => Ok(()),
            }
        }
        Command::Claim { .. }
        | Command::Note { .. }
        | Command::Acknowledge { .. }
        | Command::Mute { .. }
        | Command::Unshelve { .. }
        | Command::Release { .. }
        | Command::Split { .. }
        | Command::GoOnDuty { .. }
        | Command::GoOffDuty { .. }
        | Command::BindPhone { .. }
        | Command::UnbindPhone { .. }
        | Command::GiveCallSign { .. }
        | Command::Arm { .. }
        | Command::Disarm { .. }
        | Command::OpenDoor { .. } => Ok(()),
    }
}

fn owner_or_leader(actor: &Actor, view: &View, alarm: AlarmId) -> Result<(), Refusal> {
    match view.alarms.get(&alarm).and_then(|alarm| alarm.owner()) {
        Some(owner) if *owner != actor.person && actor.role < Role::ShiftLeader => {
            Err(Refusal::NotOwner { by: owner.clone() })
        }
        _ => Ok(()),
    }
}
