//! How much a guard's view holds.

/// Assignments of one view; further ones are counted.
pub const GUARD_TASKS_MAX: usize = 4;
/// People of one incident that a view names; further ones are left out.
pub const GUARD_OTHERS_MAX: usize = 8;
/// Points of a way that is drawn; beyond it every second one is left out.
pub const GUARD_COURSE_MAX: usize = 160;
/// Buildings that are drawn around a way; further ones are left out, those further away first.
pub const GUARD_OUTLINES_MAX: usize = 12;
/// Points of one building that is drawn; beyond it every second one is left out.
pub const GUARD_OUTLINE_MAX: usize = 48;
/// Paths that are drawn around a way; further ones are left out, those further away first.
pub const GUARD_PATHS_MAX: usize = 40;
/// Metres around the way and the place that are drawn.
pub const PLAN_MARGIN_M: f64 = 30.0;
/// Metres by which what is drawn may lie beside where it is.
pub const PLAN_ROUGH_M: f64 = 1.0;
