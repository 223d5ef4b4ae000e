//! `/health`: whether all of it is there and works, for whoever keeps it running and whoever answers for the shift.

pub mod figures;
pub mod model;
pub mod reasons;
pub mod texts;

#[cfg(target_arch = "wasm32")]
mod view;

#[cfg(target_arch = "wasm32")]
pub use view::view;
