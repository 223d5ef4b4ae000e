//! What is known of who is reached how.

use crate::estate::Channel;
use serde::{Deserialize, Serialize};

/// By what somebody is reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reach {
    /// Best first; never empty. At most one of each kind.
    pub channels: Vec<Channel>,
}
