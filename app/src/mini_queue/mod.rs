//! 置顶小窗: what nobody has, in a small window over every other program, for whoever works in one beside the
//! console. Enter claims there. Where the browser has no such window, the system's notifications stand for it.

pub mod model;
pub mod texts;

#[cfg(target_arch = "wasm32")]
pub mod notices;
#[cfg(target_arch = "wasm32")]
pub mod state;
#[cfg(target_arch = "wasm32")]
pub mod view;
#[cfg(target_arch = "wasm32")]
pub mod window;

#[cfg(target_arch = "wasm32")]
pub use state::MiniQueue;
