//! What stands still on the map, as rows and as something that is selected: buildings, watched areas
//! and devices.

pub mod model;

#[cfg(target_arch = "wasm32")]
pub mod details;
#[cfg(target_arch = "wasm32")]
pub mod list;

#[cfg(target_arch = "wasm32")]
pub use details::{SelectedArea, SelectedBuilding, SelectedDevice};
#[cfg(target_arch = "wasm32")]
pub use list::PlaceList;
