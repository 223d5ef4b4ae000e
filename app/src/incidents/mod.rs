//! 事件: what people handle together, its stage, its owner, and who was sent.

pub mod belongs;
pub mod by_hand;
pub mod closing;
pub mod model;
pub mod refusals;
pub mod texts;
