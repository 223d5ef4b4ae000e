//! 录像: clips of alarms, played beside the map, and where people were at the moment that is seen.

pub mod model;
pub mod texts;

#[cfg(target_arch = "wasm32")]
pub mod player;
#[cfg(target_arch = "wasm32")]
mod replay;

pub use model::{Past, Playing};
#[cfg(target_arch = "wasm32")]
pub use player::{ClipPlayer, PlayClip};
#[cfg(target_arch = "wasm32")]
pub use replay::Replay;
