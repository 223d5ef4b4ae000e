//! 逐级上报: who is called while nobody answers, in words, and the strip of it beside what it is about.

pub mod model;
pub mod texts;

#[cfg(target_arch = "wasm32")]
pub mod view;

pub use model::Climb;
#[cfg(target_arch = "wasm32")]
pub use view::{Ladder, NextCall, climb_of, strip_of};
