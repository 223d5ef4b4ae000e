//! 录像: clips of alarms. Behind the turns, each alarm that wants pictures gets clips of the cameras that a display
//! would show with it: from before it came ([`crate::cameras`] keeps half a minute) until after it. A clip that is on
//! the disk becomes a fact of its alarm ([`keeper`]); whoever may see it is asked of the site; and what has had its
//! time is let go of ([`retention`]).

mod keeper;
mod prerecord;
mod retention;
mod shared;
mod store;

pub(crate) use keeper::{Keeper, Keeping};
pub(crate) use shared::Clips;
pub(crate) use store::{ClipsError, Reading, Store, clip_path};
