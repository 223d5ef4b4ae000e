//! Who works at this screen. Until sign-in exists one picks oneself, and the screen says so.

pub mod texts;

#[cfg(target_arch = "wasm32")]
pub mod tiles;

#[cfg(target_arch = "wasm32")]
pub use tiles::OperatorTiles;
