//! What facts say about the estate document.

use crate::ids::EstateHash;
use serde::{Deserialize, Serialize};

facts! {
    /// What was decided about the estate.
    pub enum EstateFact {
        /// Another estate document counts from here on.
        Published(EstatePublished) = "estate_published", 1;
    }
}

/// Another estate document counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EstatePublished {
    /// Which document.
    pub hash: EstateHash,
}
