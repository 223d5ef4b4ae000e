//! 登记: what somebody tells on the telephone, by radio or at the desk, written down in seconds by the keyboard alone.

pub mod model;
pub mod refusals;
pub mod texts;

#[cfg(target_arch = "wasm32")]
pub mod view;

#[cfg(target_arch = "wasm32")]
pub use view::Registering;
