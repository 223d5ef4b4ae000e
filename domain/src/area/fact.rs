//! What facts say about the borders of watched areas.

use crate::ids::{AreaId, PersonId};
use serde::{Deserialize, Serialize};

facts! {
    /// What was decided about a watched area.
    pub enum AreaFact {
        /// A person is inside a watched area.
        Entered(AreaEntered) = "area_entered", 1;
        /// A person is outside of it again.
        Left(AreaLeft) = "area_left", 1;
    }
}

/// A person is inside a watched area.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AreaEntered {
    pub area: AreaId,
    pub person: PersonId,
}

/// A person is outside of a watched area.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AreaLeft {
    pub area: AreaId,
    pub person: PersonId,
}
