//! `/g`: the phone of a guard. It holds no copy of the site: the server sends what its person needs, whole, and
//! the page draws that, with what was tapped and is not answered yet.

pub mod duty;
pub mod fix;
pub mod model;
pub mod pulse;
pub mod sketch;
pub mod taps;
pub mod texts;

#[cfg(target_arch = "wasm32")]
pub mod call;
#[cfg(target_arch = "wasm32")]
pub mod hold;
#[cfg(target_arch = "wasm32")]
pub mod locate;
#[cfg(target_arch = "wasm32")]
pub mod parts;
#[cfg(target_arch = "wasm32")]
pub mod phone;
#[cfg(target_arch = "wasm32")]
pub mod socket;
#[cfg(target_arch = "wasm32")]
pub mod state;
#[cfg(target_arch = "wasm32")]
pub mod view;

#[cfg(target_arch = "wasm32")]
pub use view::view;
