//! `/wall`: 大屏, a display without hands. [`model`] says what it shows and what it leaves to a count; the views
//! draw it. Nobody sits at it: it sends no commands and needs neither keyboard nor pointer.

pub mod attention;
pub mod figures;
pub mod model;
pub mod nightly;
pub mod texts;

#[cfg(target_arch = "wasm32")]
pub mod column;
#[cfg(target_arch = "wasm32")]
pub mod foot;
#[cfg(target_arch = "wasm32")]
mod heard;
#[cfg(target_arch = "wasm32")]
mod line;
#[cfg(target_arch = "wasm32")]
mod mending;
#[cfg(target_arch = "wasm32")]
pub mod pictures;
#[cfg(target_arch = "wasm32")]
pub mod proof;
#[cfg(target_arch = "wasm32")]
pub mod strip;
#[cfg(target_arch = "wasm32")]
pub mod view;

#[cfg(target_arch = "wasm32")]
pub use view::{audience, view};
