//! What people call whoever does a step, and whoever answers a number.

use super::types::{Doer, Hotline};
use crate::text::Language;

impl Doer {
    /// Such as `工程`, `engineer`.
    pub const fn name(self, language: Language) -> &'static str {
        let (zh, en) = match self {
            Self::Operator => ("值班员", "operator"),
            Self::Guard => ("安保员", "guard"),
            Self::Engineer => ("工程", "engineer"),
            Self::ShiftLeader => ("班长", "shift leader"),
            Self::DutyManager => ("值班主管", "duty manager"),
            Self::ProjectManager => ("项目经理", "project manager"),
            Self::Steward => ("管家", "steward"),
            Self::Outside => ("外单位", "outside party"),
        };
        match language {
            Language::Zh => zh,
            Language::En => en,
        }
    }
}

impl Hotline {
    /// Such as `火警`, `fire`.
    pub const fn name(self, language: Language) -> &'static str {
        let (zh, en) = match self {
            Self::Fire => ("火警", "fire"),
            Self::Police => ("公安", "police"),
            Self::Ambulance => ("急救", "ambulance"),
            Self::Lift => ("电梯应急", "lift emergency"),
        };
        match language {
            Language::Zh => zh,
            Language::En => en,
        }
    }
}

/// What holds in every procedure: it stands on each card, and in no file.
pub const fn everywhere(language: Language) -> [&'static str; 2] {
    match language {
        Language::Zh => [
            "报警电话由人打，系统只给要点卡。",
            "保安员不限制他人人身自由。",
        ],
        Language::En => [
            "People make the emergency call; the system only gives the card to read from.",
            "Guards do not restrict anybody's freedom.",
        ],
    }
}
