//! What a person wants of a zone becomes the fact that tells it, or a refusal.

use super::command::ZoneCommand;
use super::fact::{ZoneArmed, ZoneDisarmed, ZoneFact};
use super::refusal::ZoneRefusal;
use crate::ids::PersonId;
use crate::refusal::{Refusal, must_change};
use crate::view::Known;

pub(crate) fn decide(
    known: &Known<'_>,
    by: PersonId,
    command: ZoneCommand,
) -> Result<ZoneFact, Refusal> {
    let by = Some(by);
    match command {
        ZoneCommand::Arm { zone } => {
            if known.estate.zones.iter().all(|known| known.id != zone) {
                return Err(ZoneRefusal::UnknownZone { zone }.into());
            }
            must_change(!known.view.is_armed(&zone))?;
            Ok(ZoneFact::Armed(ZoneArmed { zone, by }))
        }
        ZoneCommand::Disarm { zone } => {
            must_change(known.view.is_armed(&zone))?;
            Ok(ZoneFact::Disarmed(ZoneDisarmed { zone, by }))
        }
    }
}
