//! What only the server needs in order to decide. Follows the view, fact by fact.

use crate::alarm::control::AlarmControl;
use crate::area::control::AreaControl;
use crate::door::control::DoorControl;
use crate::fact::Fact;
use crate::view::{Touched, View};
use serde::{Deserialize, Serialize};

/// Counters, running deadlines and the rows that repeats go to, by subject.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Control {
    pub alarms: AlarmControl,
    pub doors: DoorControl,
    pub areas: AreaControl,
}

impl Control {
    pub(super) fn follow(&mut self, fact: &Fact, touched: &Touched, view: &View) {
        self.alarms.follow(fact, touched, view);
        self.doors.follow(fact, touched, view, &self.alarms);
        self.areas.follow(fact);
    }
}
