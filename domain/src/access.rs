//! Who may do what. Decided inside the turn, against the state that the command meets.

use crate::engine::Command;
use crate::estate::Role;
use crate::ids::PersonId;
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
    if actor.role < Role::Operator {
        return Err(Refusal::NotAllowed);
    }
    match command {
        Command::Claim { .. } | Command::Note { .. } => Ok(()),
        Command::Judge { alarm, .. } => {
            match view.alarms.get(alarm).and_then(|alarm| alarm.owner()) {
                Some(owner) if *owner != actor.person && actor.role < Role::ShiftLeader => {
                    Err(Refusal::NotOwner { by: owner.clone() })
                }
                _ => Ok(()),
            }
        }
    }
}
