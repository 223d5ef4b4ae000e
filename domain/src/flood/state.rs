//! What is known of a flood.

use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// 报警激增: what came while it lasts. What came is what is shown and what was folded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flood {
    pub since: Timestamp,
    /// New conditions that got a row of their own.
    pub shown: u32,
    /// New conditions that joined a row.
    pub folded: u32,
}
