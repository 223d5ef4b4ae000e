//! The case sheet of an incident, documented in `docs/protocols/http.md`.

use crate::ids::{IncidentId, JournalId, Seq, SiteId};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// The shape that is written today.
pub const SHEET_VERSION: u16 = 1;

/// `GET /api/v1/sites/{site}/incidents/{incident}/sheet`: what happened to an incident, as it was recorded. All of it
/// follows from the record, so that it can be written again and compared.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaseSheet {
    /// [`SHEET_VERSION`].
    pub sheet: u16,
    pub site: SiteId,
    /// Whose facts they are.
    pub journal: JournalId,
    pub incident: IncidentId,
    /// The facts about it, in the order of the journal, at most [`crate::sheet::SHEET_FACTS_MAX`].
    pub facts: Vec<SheetFact>,
    /// The journal's last fact when it was written: later ones are not on it.
    pub upto: Seq,
    /// The chain's hash there, in hexadecimal. All facts before it stand behind it, those of the sheet among them.
    pub hash: String,
}

/// A fact as it is stored, and the chain's hash behind it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SheetFact {
    pub seq: Seq,
    pub hash: String,
    /// Exactly the stored bytes.
    pub fact: Box<RawValue>,
}
