//! The browser app: a replica of the site, the live map, and the queue that people work from.
//!
//! Each folder is a screen or a part of one: `model.rs` (pure, tested natively) beside the views
//! (only in the browser). `live` holds the link to the server; `start` puts the parts together.

pub mod ages;
pub mod alarms;
pub mod guards;
pub mod keys;
pub mod live;
pub mod map;
pub mod texts;

#[cfg(test)]
mod fixture;

#[cfg(target_arch = "wasm32")]
mod api;
#[cfg(target_arch = "wasm32")]
mod browser;
#[cfg(target_arch = "wasm32")]
mod devices;
#[cfg(target_arch = "wasm32")]
mod operator;
#[cfg(target_arch = "wasm32")]
mod start;
#[cfg(target_arch = "wasm32")]
mod ui;
