//! What is known of the staff beside the estate document: duty, consoles, call signs.

use crate::text::CallSign;
use crate::time::{Span, Timestamp};
use serde::{Deserialize, Serialize};

/// How long a person's consoles may be gone before what they own comes back.
pub const ABSENT_MAX: Span = Span::from_secs(60);

/// What facts said of a person.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PersonState {
    /// Whether they are on duty.
    #[serde(default)]
    pub duty: Duty,
    /// 休息: since when, while it lasts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub break_since: Option<Timestamp>,
    /// Whether they have a console.
    #[serde(default)]
    pub console: Console,
    /// The call sign that they were given, where it is not the estate's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call_sign: Option<CallSign>,
}

/// Whether somebody is on duty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Duty {
    /// They are not.
    Off {
        /// Since when; nothing if they never were.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        since: Option<Timestamp>,
    },
    /// They are.
    On { since: Timestamp },
}

impl Default for Duty {
    fn default() -> Self {
        Self::Off { since: None }
    }
}

/// Whether somebody has a console, as far as consoles say whose they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Console {
    /// None was ever seen.
    #[default]
    Never,
    /// At least one.
    Here { since: Timestamp },
    /// The last one is gone.
    Gone { since: Timestamp },
}
