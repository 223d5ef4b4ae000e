//! 派单: whom to send, how long they walk, what to say on the radio, and what became of it.

pub mod errands;
pub mod model;
pub mod onward;
pub mod radio;
pub mod refusals;
pub mod texts;

#[cfg(target_arch = "wasm32")]
pub mod hands;
#[cfg(target_arch = "wasm32")]
pub mod ranked;
#[cfg(target_arch = "wasm32")]
pub mod sent;
#[cfg(target_arch = "wasm32")]
pub mod view;

#[cfg(target_arch = "wasm32")]
pub use hands::Hands;
#[cfg(target_arch = "wasm32")]
pub use view::Response;
