//! 多画面: up to nine chosen pictures, for a second monitor. Nobody works at it.

pub mod model;
pub mod texts;

#[cfg(target_arch = "wasm32")]
pub mod choice;
#[cfg(target_arch = "wasm32")]
mod view;

#[cfg(target_arch = "wasm32")]
pub use view::view;
