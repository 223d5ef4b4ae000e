//! Words that may name a member of the public never stand in a fact.

use crate::text::Text;
use serde::{Deserialize, Serialize};

/// Points to content that may name a member of the public. The content lives beside the journal
/// and can be erased; the commitment proves what it was while it exists.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonalRef {
    /// Key of the content.
    pub id: uuid::Uuid,
    /// HMAC-SHA-256 of the content under the record's salt, in hexadecimal.
    pub commitment: Text<64>,
}
