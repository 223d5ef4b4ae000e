//! What stands beside every fact's body.

use crate::ids::{PersonId, Seq};
use crate::time::Timestamp;

/// What is known of a fact beside its body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp<'a> {
    pub seq: Seq,
    /// Site time at which it was recorded.
    pub at: Timestamp,
    /// When it happened in the world.
    pub occurred_at: Timestamp,
    /// Who did it, if a person did.
    pub actor: Option<&'a PersonId>,
    pub drill: bool,
}
