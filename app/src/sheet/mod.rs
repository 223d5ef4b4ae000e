//! `/sheet`: the case sheet of one incident, to be read, printed and given away.

pub mod model;
pub mod texts;

#[cfg(target_arch = "wasm32")]
mod view;

#[cfg(target_arch = "wasm32")]
pub use view::view;
