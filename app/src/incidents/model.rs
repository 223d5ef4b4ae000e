//! What is said of an incident.

use super::texts;
use crate::texts::Words;
use castellan_domain::incident::{NextStage, OpenedBy, Stage};
use castellan_domain::text::Language;

/// How far it is.
pub fn stage_name(stage: &Stage, language: Language) -> String {
    let words = match stage {
        Stage::Open => texts::OPEN,
        Stage::Dispatched => texts::DISPATCHED,
        Stage::Handling => texts::HANDLING,
        Stage::Contained => texts::CONTAINED,
        Stage::Resolved => texts::RESOLVED,
        Stage::Closed { .. } => texts::CLOSED,
        Stage::Merged { into, .. } => return texts::MERGED.fill(language, &[&into.to_string()]),
    };
    words.get(language).to_owned()
}

/// Where a person moves it.
pub const fn stage_words(to: NextStage) -> Words {
    match to {
        NextStage::Contained => texts::CONTAINED,
        NextStage::Resolved => texts::RESOLVED,
        NextStage::Closed => texts::CLOSED,
        NextStage::Reopened => texts::OPEN,
    }
}

/// Where a person can move it from there, in that order.
pub const fn steps(stage: &Stage) -> &'static [NextStage] {
    match stage {
        Stage::Open | Stage::Dispatched | Stage::Handling => {
            &[NextStage::Contained, NextStage::Closed]
        }
        Stage::Contained => &[NextStage::Resolved, NextStage::Closed],
        Stage::Resolved => &[NextStage::Closed],
        Stage::Closed { .. } => &[NextStage::Reopened],
        Stage::Merged { .. } => &[],
    }
}

/// What the button says that moves it there.
pub const fn move_words(to: NextStage) -> Words {
    match to {
        NextStage::Contained => texts::CONTAIN,
        NextStage::Resolved => texts::RESOLVE,
        NextStage::Closed => texts::CLOSE,
        NextStage::Reopened => texts::REOPEN,
    }
}

/// Why it was opened.
pub const fn why_words(why: OpenedBy) -> Words {
    match why {
        OpenedBy::AtOnce => texts::OPENED_AT_ONCE,
        OpenedBy::Registration => texts::OPENED_BY_REGISTRATION,
        OpenedBy::Dispatch => texts::OPENED_BY_DISPATCH,
        OpenedBy::Verdict => texts::OPENED_BY_VERDICT,
        OpenedBy::Split => texts::OPENED_BY_SPLIT,
    }
}
