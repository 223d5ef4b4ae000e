//! Guards: where they are, as rows that say the same as the map.

pub mod model;
pub mod people;
pub mod refusals;
pub mod texts;

#[cfg(target_arch = "wasm32")]
pub mod details;
#[cfg(target_arch = "wasm32")]
pub mod duty;
#[cfg(target_arch = "wasm32")]
pub mod list;
#[cfg(target_arch = "wasm32")]
pub mod summary;

#[cfg(target_arch = "wasm32")]
pub use details::SelectedGuard;
#[cfg(target_arch = "wasm32")]
pub use duty::DutyButton;
#[cfg(target_arch = "wasm32")]
pub use list::GuardList;
#[cfg(target_arch = "wasm32")]
pub use summary::PeopleSummary;
