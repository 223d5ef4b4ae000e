//! What is known of self-tests.

use super::fact::SelfTestFault;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// The test that runs, and the last one that ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SelfTest {
    /// When the newest one began.
    pub began_at: Timestamp,
    /// How the last one that ended went.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<Ended>,
}

/// How a test went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    pub at: Timestamp,
    /// Walls that painted it.
    pub walls: u16,
    /// Milliseconds until the last of them had.
    pub took_ms: u32,
    /// What was wrong, if anything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<SelfTestFault>,
    /// When the next one is to begin.
    pub next_at: Timestamp,
}

impl Ended {
    /// Whether all was well.
    pub const fn is_passed(&self) -> bool {
        self.fault.is_none()
    }
}
