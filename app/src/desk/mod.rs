//! The desk: who works at this page, what they have selected and sent, and how it looks to them.

mod beside;
pub mod drafts;
mod failure;
mod offer;
mod picked;
mod settled;
mod theme;
pub mod under_way;

#[cfg(target_arch = "wasm32")]
mod commands;
#[cfg(target_arch = "wasm32")]
mod hand;
#[cfg(target_arch = "wasm32")]
mod state;
#[cfg(target_arch = "wasm32")]
mod writing;

pub use beside::Beside;
pub use failure::{FailedBy, Failure};
pub use offer::{OFFERED_MS, Offer, Standing};
pub use picked::{Picked, Pointed};
pub use settled::has_settled;
pub use theme::Theme;

#[cfg(target_arch = "wasm32")]
pub use state::Desk;
