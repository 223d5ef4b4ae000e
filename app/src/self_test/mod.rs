//! 自检: whether what comes in still gets as far as the walls, in words.

pub mod model;
pub mod texts;

#[cfg(target_arch = "wasm32")]
pub mod view;

#[cfg(target_arch = "wasm32")]
pub use view::SelfTestLines;
