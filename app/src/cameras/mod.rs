//! Cameras' pictures beside the map. A picture says how old it is, and is covered when it stands still.

pub mod figures;
pub mod follow;
pub mod model;
pub mod still;
pub mod texts;

#[cfg(target_arch = "wasm32")]
pub mod coverage;
#[cfg(target_arch = "wasm32")]
mod followed;
#[cfg(target_arch = "wasm32")]
mod media;
#[cfg(target_arch = "wasm32")]
pub mod pictures;
#[cfg(target_arch = "wasm32")]
mod player;
#[cfg(target_arch = "wasm32")]
mod presented;
#[cfg(target_arch = "wasm32")]
mod sights;
#[cfg(target_arch = "wasm32")]
mod stills;
#[cfg(target_arch = "wasm32")]
pub mod tile;

#[cfg(target_arch = "wasm32")]
pub use coverage::{CoverageLayer, CoverageTool};
#[cfg(target_arch = "wasm32")]
pub use pictures::Pictures;
#[cfg(target_arch = "wasm32")]
pub use sights::{linked_to, sights_of};
#[cfg(target_arch = "wasm32")]
pub use tile::CameraTile;
