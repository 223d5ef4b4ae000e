//! The top bar: how many alarms wait, whether it is a flood, who is on duty, the link, the time, and
//! who works here.

pub mod texts;

#[cfg(target_arch = "wasm32")]
pub mod menu;
#[cfg(target_arch = "wasm32")]
pub mod view;

#[cfg(target_arch = "wasm32")]
pub use menu::menu_is_open;
#[cfg(target_arch = "wasm32")]
pub use view::{Audible, Help, TopBar};
