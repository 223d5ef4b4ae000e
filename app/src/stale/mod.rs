//! What is said of a list while the picture is old: of which moment it is.

pub mod texts;

#[cfg(target_arch = "wasm32")]
pub mod view;

#[cfg(target_arch = "wasm32")]
pub use view::AsOf;
