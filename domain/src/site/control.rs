//! What only the server needs in order to decide. Follows the view, fact by fact.

use crate::alarm::control::AlarmControl;
use crate::area::control::AreaControl;
use crate::dispatch::control::DispatchControl;
use crate::door::control::DoorControl;
use crate::fact::Fact;
use crate::incident::control::IncidentControl;
use crate::ladder::control::LadderControl;
use crate::view::{Touched, View};
use serde::{Deserialize, Serialize};

/// Counters, running deadlines and the rows that repeats go to, by subject.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Control {
    pub alarms: AlarmControl,
    pub doors: DoorControl,
    pub areas: AreaControl,
    pub ladders: LadderControl,
    pub incidents: IncidentControl,
    pub dispatch: DispatchControl,
}

impl Control {
    pub(super) fn follow(&mut self, fact: &Fact, touched: &Touched, view: &View) {
        self.alarms.follow(fact, touched, view);
        self.doors.follow(fact, touched, view, &self.alarms);
        self.areas.follow(fact);
        self.ladders.follow(touched, view);
        self.incidents.follow(fact, touched, view);
        self.dispatch.follow(fact, touched, view);
    }
}
