//! What is known about a site: the fold of its facts.
//!
//! [`View`] is what displays replicate, folded by this same code in every browser. [`Control`] is
//! what only the server needs to decide: counters, running deadlines, which row a repeat goes to.

mod control;
mod pairs;
mod people;
mod touched;
mod view;

pub use control::{Control, DOOR_HELD, FLOOD_WINDOW, SHELF_RETURN_EVERY};
pub use people::{Console, Duty, PersonState};
pub use touched::{Change, Touched, TouchedAlarm};
pub use view::{CLOSED_ALARMS_MAX, DoorState, Flood, View, ZoneState};

use crate::fact::Fact;
use serde::{Deserialize, Serialize};

/// Alarms that may be open at once; further ones are refused and must be sent again, but for those
/// of the first priority, of which there are never more than devices and their families.
pub const OPEN_ALARMS_MAX: usize = 20_000;

/// Raised whenever the same facts fold to another state, or the state is written in another shape:
/// what was folded before (snapshots on disk, projection tables) is then thrown away and folded
/// anew. `domain/tests/fold_version.rs` notices when it has to be raised.
pub const FOLD_VERSION: u32 = 2;

/// The whole state of a site. Written and read whole: everything that decides is in it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Site {
    view: View,
    control: Control,
}

impl Site {
    /// What displays replicate.
    pub fn view(&self) -> &View {
        &self.view
    }

    /// What only the server knows.
    pub fn control(&self) -> &Control {
        &self.control
    }

    /// Folds one fact. Total: a fact that does not fit changes nothing.
    pub fn apply(&mut self, fact: &Fact) -> Touched {
        let touched = self.view.apply(fact);
        self.control.follow(fact, &touched, &self.view);
        touched
    }
}
