//! The link to the server: [`model`] says how it stands, `socket` keeps it, `console` is what the
//! screen holds of the site.

pub mod model;

#[cfg(target_arch = "wasm32")]
pub mod console;
#[cfg(target_arch = "wasm32")]
pub mod light;
#[cfg(target_arch = "wasm32")]
pub mod socket;

#[cfg(target_arch = "wasm32")]
pub use console::Console;
#[cfg(target_arch = "wasm32")]
pub use light::{LinkLight, StaleCover};
#[cfg(target_arch = "wasm32")]
pub use socket::connect;
