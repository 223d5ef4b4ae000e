//! The fold: what each fact changes.

use super::control::Control;
use crate::alarm;
use crate::fact::{Fact, FactBody};
use crate::view::{Touched, View};
use serde::{Deserialize, Serialize};

/// Raised whenever the same facts fold to another state, or the state is written in another shape:
/// what was folded before (snapshots on disk, projection tables) is then thrown away and folded
/// anew. `domain/tests/fold_version.rs` notices when it has to be raised.
pub const FOLD_VERSION: u32 = 1;

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

impl View {
    /// Folds one fact. Total: a fact that does not fit changes nothing.
    pub fn apply(&mut self, fact: &Fact) -> Touched {
        let mut touched = Touched::default();
        let (stamp, told) = (fact.stamp(), &mut touched);
        self.seq = fact.seq;
        match &fact.body {
            FactBody::Estate(fact) => crate::estate::fold::fold(self, fact, told),
            FactBody::Alarm(fact) => {
                crate::alarm::fold::fold(self, fact, &stamp, told);
                crate::ladder::fold::risen(self, fact, told);
            }
            FactBody::Incident(fact) => {
                crate::incident::fold::fold(self, fact, &stamp, told);
                crate::dispatch::fold::follow(self, fact, told);
            }
            FactBody::Dispatch(fact) => crate::dispatch::fold::fold(self, fact, &stamp, told),
            FactBody::Staff(fact) => crate::staff::fold::fold(self, fact, &stamp, told),
            FactBody::Zone(fact) => crate::zone::fold::fold(self, fact, &stamp, told),
            FactBody::Door(fact) => crate::door::fold::fold(self, fact, &stamp, told),
            FactBody::Flood(fact) => crate::flood::fold::fold(self, fact, &stamp, told),
            FactBody::Actuation(fact) => crate::actuation::fold::fold(self, fact, &stamp, told),
            FactBody::Ladder(fact) => crate::ladder::fold::fold(self, fact, &stamp, told),
            FactBody::Notification(fact) => {
                crate::notify::fold::fold(self, fact, told);
                crate::ladder::fold::notified(self, fact, &stamp, told);
            }
            FactBody::SelfTest(fact) => crate::self_test::fold::fold(self, fact, &stamp, told),
            // Only the server needs to know who crossed a border; the others stand in the record.
            FactBody::Area(_) | FactBody::System(_) => {}
        }
        crate::incident::fold::follow(self, &stamp, told);
        alarm::fold::let_go(self, fact.recorded_at, told);
        crate::incident::fold::let_go(self, fact.recorded_at, told);
        crate::ladder::fold::let_go(self, told);
        touched
    }
}
