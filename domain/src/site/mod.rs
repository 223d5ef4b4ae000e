//! The whole state of a site: the fold of its facts.
//!
//! [`View`] is what displays replicate. [`Control`] is what only the server needs to decide:
//! counters, running deadlines, which row a repeat goes to.

mod context;
mod control;
mod state;

pub use context::Context;
pub use control::Control;
pub use state::{FOLD_VERSION, Site};
