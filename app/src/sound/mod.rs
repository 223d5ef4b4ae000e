//! What a console sounds like. Which sound belongs to the present follows from the facts alone, so
//! that a claim silences every console in its turn.

#[cfg(target_arch = "wasm32")]
mod audio;
pub mod heard;
pub mod model;
pub mod texts;
pub mod tones;

#[cfg(target_arch = "wasm32")]
pub mod speaker;
#[cfg(target_arch = "wasm32")]
pub mod view;

#[cfg(target_arch = "wasm32")]
pub use speaker::Speaker;
#[cfg(target_arch = "wasm32")]
pub use view::{SoundLight, SoundSettings, heard, sound_out};
