//! How much of what a procedure may have. What is beyond is a fault.

/// Steps of a procedure at most.
pub const STEPS_MAX: usize = 40;
/// Prohibitions of a procedure at most.
pub const PROHIBITIONS_MAX: usize = 12;
/// Answers of a step at most.
pub const ANSWERS_MAX: usize = 6;
/// Seconds that a deadline may have at most.
pub const DEADLINE_S_MAX: u32 = 86_400;
/// Guards that a step may propose to dispatch at most.
pub const DISPATCH_GUARDS_MAX: u8 = 9;
/// Characters of a prohibition at most.
pub const PROHIBITION_CHARS_MAX: usize = 80;
/// Characters of what a step says at most.
pub const STEP_CHARS_MAX: usize = 200;
/// Characters of an answer's label at most.
pub const LABEL_CHARS_MAX: usize = 40;
/// Faults that are named of one procedure; whoever has mended so many asks again.
pub const FAULTS_MAX: usize = 100;
