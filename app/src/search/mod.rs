//! 查找: the estate and everything open, found by a few letters and picked by the keyboard alone.

pub mod model;
pub mod texts;

#[cfg(target_arch = "wasm32")]
pub mod view;

#[cfg(target_arch = "wasm32")]
pub use view::Search;
