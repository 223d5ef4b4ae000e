//! What facts say about self-tests.

use crate::ids::Seq;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

facts! {
    /// What came of testing the way from a device to the walls.
    pub enum SelfTestFact {
        /// A test is under way: this fact is what walls have to paint.
        Began(SelfTestBegan) = "self_test_began", 1;
        /// It has ended.
        Ended(SelfTestEnded) = "self_test_ended", 1;
    }
}

/// A test is under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SelfTestBegan {
    /// Walls that were connected, and so have to paint it.
    pub walls: u16,
}

/// A test has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SelfTestEnded {
    /// The fact with which it began.
    pub began: Seq,
    /// Walls that painted it.
    pub walls: u16,
    /// Milliseconds until the last of them had, or until it was on the disk where there is no wall.
    pub took_ms: u32,
    /// What was wrong, if anything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<SelfTestFault>,
    /// When the next one is to begin.
    pub next_at: Timestamp,
}

/// Why a test was not passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SelfTestFault {
    /// The server did not answer at its own address, where devices report.
    NoAnswer,
    /// So many walls did not paint it in time.
    NotPainted {
        /// How many.
        walls: u16,
    },
}
