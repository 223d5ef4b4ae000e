//! 自检: whether what comes in still gets as far as the walls.

pub mod fact;
pub(crate) mod fold;
mod state;

pub use fact::{SelfTestFact, SelfTestFault};
pub use state::{Ended, SelfTest};
