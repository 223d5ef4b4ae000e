//! The shape of a guard's view.

use crate::dispatch::{PlannedWay, Stage};
use crate::estate::{Person, Priority};
use crate::geo::LonLat;
use crate::ids::{AssignmentId, IncidentId, PersonId, StepId};
use crate::procedure::{PROHIBITION_CHARS_MAX, STEP_CHARS_MAX};
use crate::text::{CallSign, Localized};
use crate::time::Timestamp;
use crate::view::Owned;
use serde::{Deserialize, Serialize};

/// Raised whenever an old page could misunderstand a new view.
pub const GUARD_VIEW_VERSION: u32 = 1;

/// All that the phone of one guard shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GuardView {
    /// [`GUARD_VIEW_VERSION`] of the server.
    pub version: u32,
    /// Whose it is.
    pub person: PersonId,
    /// What they are called.
    #[serde(flatten)]
    pub named: Named,
    pub duty: GuardDuty,
    /// Their own call for help, while nobody has judged it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call: Option<GuardCall>,
    /// What they are asked and sent to: what waits for an answer first, then the more urgent. At most
    /// [`super::GUARD_TASKS_MAX`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tasks: Vec<GuardTask>,
    /// How many found no room.
    #[serde(default, skip_serializing_if = "crate::serial::is_default")]
    pub left_out: u32,
    /// What is in their name, and nobody else gets by their going off duty.
    #[serde(default, skip_serializing_if = "crate::serial::is_default")]
    pub owned: Owned,
}

/// What somebody is called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Named {
    pub name: Localized,
    /// On the radio.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call_sign: Option<CallSign>,
}

impl Named {
    pub(super) fn of(person: &Person, call_sign: Option<&CallSign>) -> Self {
        Self {
            name: person.name.clone(),
            call_sign: call_sign.cloned(),
        }
    }
}

/// Whether somebody is on duty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GuardDuty {
    /// Everybody is: the estate keeps no duty.
    Assumed,
    /// They are not.
    Off,
    /// They are.
    On { since: Timestamp },
    /// 休息: they are, and no rule sends them.
    Break { since: Timestamp },
}

/// Somebody's own call for help.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GuardCall {
    /// Nobody beside them may notice.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub silent: bool,
    /// When it was recorded.
    pub at: Timestamp,
    /// Who takes care of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taken_by: Option<Named>,
}

/// One assignment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GuardTask {
    pub assignment: AssignmentId,
    pub incident: IncidentId,
    /// What it is. Absent of a silent call for help.
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<Localized>,
    pub priority: Priority,
    /// Part of a silent call for help: no colour, sound or word may tell so.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub discreet: bool,
    /// Part of a drill.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub drill: bool,
    /// Whom of the staff it is about. Absent of a silent call for help.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<Named>,
    /// Where; nothing where nobody knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<GuardPlace>,
    /// How they get there; nothing where no way is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub way: Option<PlannedWay>,
    pub stage: Stage,
    /// Since when it is in this stage.
    pub since: Timestamp,
    /// Answered or there by then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_at: Option<Timestamp>,
    /// It was due and is still awaited.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub late: bool,
    /// 静默作业: until then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quiet_until: Option<Timestamp>,
    /// 求增援: since when they ask.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub support_asked_at: Option<Timestamp>,
    /// What nobody may do there, as the procedure has it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub prohibitions: Vec<Localized<PROHIBITION_CHARS_MAX>>,
    /// The steps of the procedure that people of their role take.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<GuardStep>,
    /// Who else is asked, going or there, at most [`super::GUARD_OTHERS_MAX`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<GuardOther>,
    /// What is drawn of the place and the way; nothing where no place is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<Plan>,
}

/// Where somebody is sent, in words and on the map.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GuardPlace {
    /// Building and floor, or the spot where there is no building; nothing where it has no name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Localized<120>>,
    /// The spot within it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spot: Option<Localized>,
    pub at: LonLat,
    /// It is where somebody was then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub as_of: Option<Timestamp>,
}

/// A step of a procedure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GuardStep {
    pub id: StepId,
    /// Its number on the card.
    pub number: u8,
    pub words: Localized<STEP_CHARS_MAX>,
    /// It asks something: an operator records the answer.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub asks: bool,
    /// It was done, or left out.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub taken: bool,
}

/// Somebody else who was sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GuardOther {
    #[serde(flatten)]
    pub named: Named,
    pub stage: Stage,
}

/// What is drawn around a way. Points are decimetres east and north of the place.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Plan {
    /// The way from where they were last to the place.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub course: Vec<[i32; 2]>,
    /// The building that the place is in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub goal: Vec<[i32; 2]>,
    /// The buildings around.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub buildings: Vec<Vec<[i32; 2]>>,
    /// Where one can walk outdoors.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub paths: Vec<Vec<[i32; 2]>>,
}
