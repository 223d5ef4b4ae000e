//! Which signals a message of the server sets off.

use super::watched::Watched;
use castellan_domain::actuation::ActuationState;
use castellan_domain::alarm::Alarm;
use castellan_domain::dispatch::Assignment;
use castellan_domain::door::DoorState;
use castellan_domain::ids::{
    AlarmId, AssignmentId, DeviceId, IncidentId, PersonId, PhoneId, ZoneId,
};
use castellan_domain::incident::Incident;
use castellan_domain::ladder::LadderRun;
use castellan_domain::matter::Matter;
use castellan_domain::notify::Reach;
use castellan_domain::staff::PersonState;
use castellan_domain::stream::{Change, Replica};
use castellan_domain::view::{Touched, View};
use castellan_domain::zone::ZoneState;
use leptos::prelude::*;
use leptos::reactive::signal::Trigger;

macro_rules! watched {
    ($($(#[$doc:meta])* $name:ident: $id:ty => $thing:ty;)+) => {
        /// A signal for each thing of the site, for each list, and for what is there once.
        pub struct Changes {
            $($(#[$doc])* pub $name: Watched<$id, $thing>,)+
            /// 报警激增
            pub flood: Trigger,
            /// 自检
            pub self_test: Trigger,
            /// Of how many people there is a position. Positions themselves go past the signals.
            pub heard: RwSignal<usize>,
            /// What could not be recorded.
            pub unrecorded: Trigger,
        }

        impl Changes {
            pub(super) fn new() -> Self {
                Self {
                    $($name: Watched::new(|view| &view.$name),)+
                    flood: Trigger::new(),
                    self_test: Trigger::new(),
                    heard: RwSignal::new(0),
                    unrecorded: Trigger::new(),
                }
            }

            fn tell_touched(&self, touched: &Touched, view: &View) {
                // The document that counts is a signal of its own, set once it is here.
                let Touched { $($name,)+ flood, self_test, estate: _ } = touched;
                $(self.$name.changed($name, view);)+
                if *flood {
                    self.flood.notify();
                }
                if *self_test {
                    self.self_test.notify();
                }
            }

            /// After a snapshot anything may be another.
            fn tell_all(&self, view: &View) {
                $(self.$name.all_changed(view);)+
                self.flood.notify();
                self.self_test.notify();
            }
        }
    };
}

watched! {
    /// Alarms.
    alarms: AlarmId => Alarm;
    /// Incidents.
    incidents: IncidentId => Incident;
    /// Who was sent.
    assignments: AssignmentId => Assignment;
    /// What facts said of people.
    people: PersonId => PersonState;
    /// Whose a phone is.
    phones: PhoneId => Option<PersonId>;
    /// Armed zones.
    zones: ZoneId => ZoneState;
    /// Doors.
    doors: DeviceId => DoorState;
    /// What was last wanted of a device.
    actuations: DeviceId => ActuationState;
    /// Who is called about what.
    ladders: Matter => LadderRun;
    /// By what people are reached.
    reach: PersonId => Reach;
}

impl Changes {
    /// Sets off what a message changed. `replica` is the copy after it.
    pub(super) fn tell(&self, change: &Change, replica: &Replica) {
        if change.unrecorded {
            self.unrecorded.notify();
        }
        if change.reset {
            self.tell_all(replica.view());
        } else {
            self.tell_touched(&change.touched, replica.view());
        }
        let heard = replica.tracked().len();
        // Who came makes them more; who went may have been replaced in the same moment.
        if change.reset || !change.gone.is_empty() || self.heard.get_untracked() != heard {
            self.heard.set(heard);
        }
    }
}
