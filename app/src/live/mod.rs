//! The link to the server: [`model`] says how it stands, `socket` keeps it, `console` is what the
//! screen holds of the site.

pub mod model;

#[cfg(target_arch = "wasm32")]
mod console;
#[cfg(target_arch = "wasm32")]
mod light;
#[cfg(target_arch = "wasm32")]
mod socket;

#[cfg(target_arch = "wasm32")]
pub use console::{Console, SelectionGuard};
#[cfg(target_arch = "wasm32")]
pub use light::{LinkLight, StaleCover};
#[cfg(target_arch = "wasm32")]
pub use socket::connect;
