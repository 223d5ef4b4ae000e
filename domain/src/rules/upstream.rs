//! One switch, one row: devices that fall silent behind the same device of the network are one
//! matter, and it is the device in between.

use super::annunciate::{Decision, Seen};
use super::context::Context;

/// What becomes of a silence that shares its cause with others.
pub(super) fn decide(_context: &Context<'_>, _seen: &Seen<'_>) -> Option<Decision> {
    None
}
