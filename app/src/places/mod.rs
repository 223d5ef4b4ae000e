//! Buildings and watched areas, as rows and as something that is selected.

pub mod model;
pub mod texts;

#[cfg(target_arch = "wasm32")]
pub mod details;
#[cfg(target_arch = "wasm32")]
pub mod list;

#[cfg(target_arch = "wasm32")]
pub use details::{SelectedArea, SelectedBuilding};
#[cfg(target_arch = "wasm32")]
pub use list::PlaceList;
