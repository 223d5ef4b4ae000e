//! The estate's devices, as rows and as something that is selected.

pub mod model;
pub mod refusals;
pub mod texts;

#[cfg(target_arch = "wasm32")]
pub mod details;
#[cfg(target_arch = "wasm32")]
pub mod list;

#[cfg(target_arch = "wasm32")]
pub use details::SelectedDevice;
#[cfg(target_arch = "wasm32")]
pub use list::{DeviceList, Which, online};
