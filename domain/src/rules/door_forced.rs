//! 强行开门: a door that opened though nobody was let through.
//!
//! Only a controller that reports every grant can tell. Where it does not, a door that opens while a
//! zone of it is armed is forced, and at all other times nobody knows.

use super::context::Context;
use super::door_state::About;

/// What a forced door raises.
pub const TYPE: &str = "door_forced";

/// Whether a door that just opened was forced.
pub(super) fn is_forced(context: &Context<'_>, about: &About<'_>) -> bool {
    let door = &about.device.id;
    if about.settings.reports_grants {
        return !context.site.control().is_granted(door, context.now);
    }
    let mut zones = context.estate.zones_of(door);
    zones.any(|zone| context.view().is_armed(&zone.id))
}
