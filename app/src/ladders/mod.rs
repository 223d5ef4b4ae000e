//! 逐级上报: who is called while nobody answers, in words, and the strip of it beside an alarm.

pub mod model;
pub mod texts;

#[cfg(target_arch = "wasm32")]
pub mod view;

#[cfg(target_arch = "wasm32")]
pub use view::Ladder;
