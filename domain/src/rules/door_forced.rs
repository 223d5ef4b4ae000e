//! 强行开门: a door that opened though nobody was let through.
//!
//! Only a controller that reports every grant can tell. Where it does not, a door that opens while a
//! zone of it is armed is forced, and at all other times nobody knows. A door that an operator's order
//! may have opened is not forced.

use crate::door::GRANTED_FOR;
use crate::estate::DoorSettings;
use crate::ids::DeviceId;
use crate::site::Context;

/// What a forced door raises.
pub const TYPE: &str = "door_forced";

/// Whether a door would be forced that opened now, by what is on record.
pub(crate) fn would_be(context: &Context<'_>, door: &DeviceId, settings: DoorSettings) -> bool {
    let last = context.view().actuations.get(door);
    let released = last.and_then(|last| last.may_open_until(GRANTED_FOR));
    if released.is_some_and(|until| context.now <= until) {
        return false;
    }
    if settings.reports_grants {
        return !context.site.control().doors.is_granted(door, context.now);
    }
    let mut zones = context.estate.zones_of(door);
    zones.any(|zone| context.view().is_armed(&zone.id))
}
