//! The alarm queue and the selected alarm: [`queue`] and [`model`] are pure, the views draw them.

pub mod model;
pub mod queue;

#[cfg(target_arch = "wasm32")]
pub mod details;
#[cfg(target_arch = "wasm32")]
pub mod list;

#[cfg(target_arch = "wasm32")]
pub use details::SelectedAlarm;
#[cfg(target_arch = "wasm32")]
pub use list::AlarmQueue;
