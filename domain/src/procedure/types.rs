//! The shape of a procedure.

use super::limits::{LABEL_CHARS_MAX, PROHIBITION_CHARS_MAX, STEP_CHARS_MAX};
use crate::ids::{AnswerId, ProcedureId, StepId};
use crate::text::Localized;
use serde::{Serialize, Serializer};
use std::fmt;

/// A procedure that holds, see [`Procedure::read`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Procedure {
    pub(super) id: ProcedureId,
    pub(super) name: Localized,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) prohibitions: Vec<Localized<PROHIBITION_CHARS_MAX>>,
    pub(super) steps: Vec<Step>,
}

impl Procedure {
    /// Such as `gas`.
    pub fn id(&self) -> &ProcedureId {
        &self.id
    }

    /// What people call it.
    pub fn name(&self) -> &Localized {
        &self.name
    }

    /// 禁令: what nobody may do, pinned above the steps.
    pub fn prohibitions(&self) -> &[Localized<PROHIBITION_CHARS_MAX>] {
        &self.prohibitions
    }

    /// Every step, in the order of the card. There is one at least.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// The step with this id.
    pub fn step(&self, id: &StepId) -> Option<&Step> {
        self.steps.iter().find(|step| step.id == *id)
    }

    /// The number of a step on the card, from 1.
    pub fn number(&self, id: &StepId) -> Option<usize> {
        let at = self.steps.iter().position(|step| step.id == *id)?;
        Some(at + 1)
    }
}

/// A step: what is done, by whom, until when. The actions are proposed and never taken by the machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Step {
    /// Its id within the procedure.
    pub id: StepId,
    /// What is done.
    pub words: Localized<STEP_CHARS_MAX>,
    /// Who does it. Absent: whoever the words say, or whoever has the matter.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub who: Option<Doer>,
    /// Seconds from the start of the incident, 1 to 86,400, until it should be done. From the start and
    /// not from the step before: there is one clock, it needs no record of the way that was taken, and
    /// it runs on while a step is forgotten.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deadline_s: Option<u32>,
    /// It applies under a condition that its words name: leaving it out needs no reason.
    #[serde(skip_serializing_if = "crate::serial::is_default")]
    pub optional: bool,
    /// A note belongs to it.
    #[serde(skip_serializing_if = "crate::serial::is_default")]
    pub note: bool,
    /// Proposes to dispatch so many guards, 1 to 9.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dispatch_guards: Option<u8>,
    /// Proposes to release the doors.
    #[serde(skip_serializing_if = "crate::serial::is_default")]
    pub release_doors: bool,
    /// 报警要点卡: numbers that a person calls, reading from a card.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub read_aloud: Vec<Hotline>,
    /// What it asks, none or 2 to 6. What nobody answered goes the way of the first one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub answers: Vec<Answer>,
    /// What comes after it, where that is not the step below it on the card.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub then: Option<Lead>,
}

/// One of the answers to a step that asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Answer {
    /// Its id within the step.
    pub id: AnswerId,
    /// What is picked.
    pub label: Localized<LABEL_CHARS_MAX>,
    /// Where it leads.
    pub to: Lead,
}

/// Where a step or an answer leads. Written as the step's id, or as `end`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lead {
    /// To that step.
    To(StepId),
    /// Nothing comes after it.
    End,
}

/// How [`Lead::End`] is written. No step may be called so.
pub(super) const END: &str = "end";

impl fmt::Display for Lead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::To(id) => id.fmt(f),
            Self::End => f.write_str(END),
        }
    }
}

impl Serialize for Lead {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A kind of value that is written as one of a few words.
pub(super) trait Spelled: Sized + 'static {
    /// Every value with its word.
    const WORDS: &'static [(&'static str, Self)];
}

macro_rules! spelled {
    ($(#[$doc:meta])* $Name:ident { $($(#[$variant_doc:meta])* $Variant:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
        pub enum $Name {
            $($(#[$variant_doc])* #[serde(rename = $word)] $Variant,)*
        }

        impl Spelled for $Name {
            const WORDS: &'static [(&'static str, Self)] = &[$(($word, Self::$Variant)),*];
        }

        impl $Name {
            /// Every one, in the order in which it is explained.
            pub const ALL: &'static [Self] = &[$(Self::$Variant),*];

            /// How it is written.
            pub const fn word(self) -> &'static str {
                match self {
                    $(Self::$Variant => $word,)*
                }
            }
        }
    };
}

spelled! {
    /// Who does a step.
    Doer {
        /// 值班员
        Operator = "operator",
        /// 到场安保员
        Guard = "guard",
        /// 工程
        Engineer = "engineer",
        /// 班长
        ShiftLeader = "shift_leader",
        /// 值班主管
        DutyManager = "duty_manager",
        /// 项目经理
        ProjectManager = "project_manager",
        /// 管家
        Steward = "steward",
        /// 外单位: the gas company, the lift firm, police, fire brigade
        Outside = "outside",
    }
}

spelled! {
    /// A number that a person calls, reading from a card.
    Hotline {
        /// 火警
        Fire = "119",
        /// 公安
        Police = "110",
        /// 急救
        Ambulance = "120",
        /// 电梯应急
        Lift = "96333",
    }
}
