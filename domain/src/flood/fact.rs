//! What facts say about a flood of alarms.

use serde::{Deserialize, Serialize};

facts! {
    /// What was decided about a flood.
    pub enum FloodFact {
        /// More alarms came than people can take.
        Began(FloodBegan) = "flood_began", 1;
        /// They can take what comes again.
        Ended(FloodEnded) = "flood_ended", 1;
    }
}

/// 报警激增: more alarms came than people can take.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FloodBegan {
    /// Alarms within the last ten minutes.
    pub alarms: u32,
    /// Operators that they were measured against.
    pub operators: u32,
}

/// People can take what comes again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FloodEnded {
    /// Reports of new conditions while it lasted: each was shown or folded.
    pub came: u32,
    /// Those that got a row of their own.
    pub shown: u32,
    /// Those that joined a row.
    pub folded: u32,
}
