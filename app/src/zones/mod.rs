//! 防区: armed zones as rows, and the buttons that arm and disarm them.

pub mod model;
pub mod refusals;
pub mod texts;

#[cfg(target_arch = "wasm32")]
pub mod list;

#[cfg(target_arch = "wasm32")]
pub use list::{ZoneList, armed};
