//! The link to the server: [`model`] says how it stands, `socket` keeps it and feeds the copy
//! and the map's scene.

pub mod model;
pub mod texts;

#[cfg(target_arch = "wasm32")]
pub mod light;
#[cfg(target_arch = "wasm32")]
pub mod reload;
#[cfg(target_arch = "wasm32")]
pub mod site;
#[cfg(target_arch = "wasm32")]
pub mod socket;

#[cfg(target_arch = "wasm32")]
pub use light::{LinkLight, StaleCover};
#[cfg(target_arch = "wasm32")]
pub use reload::{reload, reload_if_older, reload_once_for};
#[cfg(target_arch = "wasm32")]
pub use site::find_site;
#[cfg(target_arch = "wasm32")]
pub use socket::Line;
