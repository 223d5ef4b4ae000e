//! What the phone of one guard shows: who they are, what they are sent to, and how they get there.
//!
//! A phone holds no copy of the site. The server makes this view of it ([`GuardView::of`]) and sends it whole
//! whenever it becomes another one. Nothing about other incidents is in it, and nothing about other people but
//! their names and how far they are. Of a silent call for help its guard is told where, how, and what nobody may
//! do there, and never what it is: whoever looks over their shoulder must not read it.

mod concerned;
mod limits;
mod made;
mod plan;
mod types;

pub use concerned::Concerned;
pub use limits::{
    GUARD_COURSE_MAX, GUARD_OTHERS_MAX, GUARD_OUTLINE_MAX, GUARD_OUTLINES_MAX, GUARD_PATHS_MAX,
    GUARD_TASKS_MAX, PLAN_MARGIN_M, PLAN_ROUGH_M,
};
pub use types::{
    GUARD_VIEW_VERSION, GuardCall, GuardDuty, GuardOther, GuardPlace, GuardStep, GuardTask,
    GuardView, Named, Plan,
};
