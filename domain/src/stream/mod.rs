//! The machines between the engine and its displays, without IO: what is sent to whom, what a
//! slow display misses, how a browser picks up the thread again.
//!
//! [`Turn`] numbers what the engine decided. [`SiteStream`] is what all displays share: for each
//! audience a [`Backlog`] of the latest facts or changes, the latest positions ([`Lane`]) and other
//! latest values ([`Values`]), a few short lists, the heartbeat. A [`Session`] is one display's
//! cursors into them: memory for each display does not grow, however slow it is. [`Replica`] is the
//! other end. A [`GuardSession`] is the phone of a guard, which holds no copy. [`Displays`] is what flows up: who sits where.

mod backlog;
mod board;
mod change;
mod guard_session;
mod guards_at;
mod lane;
mod link;
mod outgoing;
mod presence;
mod replica;
mod session;
mod site_stream;
mod turn;
mod values;

pub use backlog::{BACKLOG_BYTES_MAX, Backlog, FactFrame, Gap};
pub use change::Change;
pub use guard_session::{Connected, GuardSession};
pub use lane::{GONE_HANDLES_MAX, LANE_ENTITIES_MAX, Lane};
pub use link::{Link, STALE_AFTER, STALE_SEEN_WITHIN, UNSURE_AFTER};
pub use outgoing::Outgoing;
pub use presence::{BEHIND_MAX, DisplayId, Displays, PresenceChange, PresenceEvent};
pub use replica::{Replica, ReplicaError, Tracked};
pub use session::Session;
pub use site_stream::{AUDIENCE_KEPT_TURNS, SiteStream};
pub use turn::{
    Broken, Done, Machine, Ran, RepeatKey, Stamped, Turn, TurnError, caught, fold, run,
};
pub use values::{LAST_SEEN_STEP, VALUES_ENTITIES_MAX, VALUES_GONE_MAX, Values};
