//! 远程开门: doors that may be released for a moment, and what came of it.

pub mod model;
pub mod texts;

#[cfg(target_arch = "wasm32")]
pub mod view;

#[cfg(target_arch = "wasm32")]
pub use view::{OpenDoor, OpenDoors};
