//! 核实方式: how it was established what an alarm was. Nobody dismisses a fire from the chair alone.

use super::state::Alarm;
use crate::estate::Estate;
use crate::ids::{AlarmTypeId, PersonId};
use serde::{Deserialize, Serialize};

/// How it was established what an alarm was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VerdictBasis {
    /// 到场: somebody looked on the spot.
    OnScene { by: PersonId },
    /// 画面: a camera showed it.
    Picture,
    /// 电话: whoever is there said so.
    Phone,
}

impl VerdictBasis {
    /// Who looked, if somebody did.
    pub const fn person(&self) -> Option<&PersonId> {
        match self {
            Self::OnScene { by } => Some(by),
            Self::Picture | Self::Phone => None,
        }
    }
}

/// Whether a false verdict needs its basis: if anything that this row is, was or has taken in is of
/// a family that does.
pub fn needs_basis(estate: &Estate, alarm: &Alarm) -> bool {
    let family_of = |kind: &AlarmTypeId| estate.alarm_type(kind).map(|kind| kind.family().clone());
    let joined = alarm.joined.iter();
    let exists = joined.clone().flat_map(|joined| &joined.exists);
    let said = exists.chain(&alarm.exists).map(|one| &one.family);
    let families = joined.map(|joined| &joined.family).chain(said);
    let mut families = families
        .chain([&alarm.family])
        .cloned()
        .chain(alarm.rises.iter().filter_map(|rise| family_of(&rise.from)));
    families.any(|family| estate.verifies(&family))
}
