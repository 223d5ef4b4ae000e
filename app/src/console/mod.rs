//! The console: queue and lists, the map, and what is selected. Here operators work.

pub mod texts;

#[cfg(target_arch = "wasm32")]
pub mod beside;
#[cfg(target_arch = "wasm32")]
pub mod offered;
#[cfg(target_arch = "wasm32")]
pub mod rail;
#[cfg(target_arch = "wasm32")]
mod view;

#[cfg(target_arch = "wasm32")]
pub use view::view;
