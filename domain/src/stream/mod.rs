//! The machines between the engine and its displays, without IO: what is sent to whom, what a
//! slow display misses, how a browser picks up the thread again.
//!
//! [`Turn`] numbers what the engine decided. [`Backlog`] keeps the latest facts and [`Lane`] the
//! latest positions, both shared by all displays. A [`Session`] is one display's two cursors into
//! them: memory for each display does not grow, however slow it is. [`Replica`] is the other end.

mod backlog;
mod lane;
mod replica;
mod session;
mod turn;

pub use backlog::{BACKLOG_BYTES_MAX, Backlog, FactFrame, Gap};
pub use lane::{LANE_ENTITIES_MAX, Lane};
pub use replica::{Change, Link, Replica, ReplicaError, STALE_AFTER, Tracked, UNSURE_AFTER};
pub use session::{Outgoing, Session};
pub use turn::{Broken, Done, Machine, Ran, RepeatKey, Stamped, Turn, TurnError, fold, run};
