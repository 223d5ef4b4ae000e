//! What a person wants of a device becomes the fact that tells it, or a refusal.

use super::command::ActuationCommand;
use super::fact::{Act, ActuationFact, ActuationIntended};
use super::refusal::ActuationRefusal;
use super::state::SEND_WITHIN;
use crate::door::DoorRefusal;
use crate::refusal::{CommonRefusal, Refusal};
use crate::view::Known;

pub(crate) fn decide(
    known: &Known<'_>,
    command: ActuationCommand,
) -> Result<ActuationFact, Refusal> {
    let ActuationCommand::OpenDoor { door } = command;
    let device = known.estate.device(&door);
    let device = device.ok_or(CommonRefusal::NotInEstate)?;
    let settings = device.door.ok_or(DoorRefusal::NotADoor)?;
    if !settings.remote_release {
        return Err(ActuationRefusal::NoRemoteRelease { door }.into());
    }
    let last = known.view.actuations.get(&door);
    if let Some(open) = last.filter(|last| last.settled.is_none()) {
        let (by, at) = (open.by.clone(), open.at);
        return Err(ActuationRefusal::AlreadyUnderWay { by, at }.into());
    }
    Ok(ActuationFact::Intended(ActuationIntended {
        device: door,
        what: Act::OpenDoor,
        send_by: known.now + SEND_WITHIN,
    }))
}
