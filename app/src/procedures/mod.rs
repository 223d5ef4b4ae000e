//! 处置流程: what is done about the selected alarm, and the cards that people read from on the telephone.

pub mod model;
pub mod texts;

#[cfg(target_arch = "wasm32")]
pub mod record;
#[cfg(target_arch = "wasm32")]
pub mod step;
#[cfg(target_arch = "wasm32")]
pub mod view;

#[cfg(target_arch = "wasm32")]
pub use step::Choosing;
#[cfg(target_arch = "wasm32")]
pub use view::{Prohibitions, Steps};
