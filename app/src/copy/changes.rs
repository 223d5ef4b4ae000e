//! Which signals a message of the server sets off.

use super::watched::Watched;
use castellan_domain::ids::{AlarmId, DeviceId, PersonId, PhoneId, ZoneId};
use castellan_domain::stream::{Change, Replica};
use castellan_domain::subject::Change as ChangeOf;
use castellan_domain::view::Touched;
use leptos::prelude::*;
use leptos::reactive::signal::Trigger;

/// A signal for each thing of the site, for each list, and for what is there once.
pub struct Changes {
    /// Alarms.
    pub alarms: Watched<AlarmId>,
    /// What facts said of people.
    pub people: Watched<PersonId>,
    /// Whose a phone is.
    pub phones: Watched<PhoneId>,
    /// Armed zones.
    pub zones: Watched<ZoneId>,
    /// Doors.
    pub doors: Watched<DeviceId>,
    /// What was last wanted of a device.
    pub actuations: Watched<DeviceId>,
    /// 报警激增
    pub flood: Trigger,
    /// Of how many people there is a position. Positions themselves go past the signals.
    pub heard: RwSignal<usize>,
    /// What could not be recorded.
    pub unrecorded: Trigger,
}

impl Changes {
    pub(super) fn new() -> Self {
        Self {
            alarms: Watched::new(),
            people: Watched::new(),
            phones: Watched::new(),
            zones: Watched::new(),
            doors: Watched::new(),
            actuations: Watched::new(),
            flood: Trigger::new(),
            heard: RwSignal::new(0),
            unrecorded: Trigger::new(),
        }
    }

    /// Sets off what a message changed. `replica` is the copy after it.
    pub(super) fn tell(&self, change: &Change, replica: &Replica) {
        if change.unrecorded {
            self.unrecorded.notify();
        }
        if change.reset {
            self.tell_all();
        } else {
            self.tell_touched(&change.touched);
        }
        let heard = replica.tracked().len();
        // Who came makes them more; who went may have been replaced in the same moment.
        if change.reset || !change.gone.is_empty() || self.heard.get_untracked() != heard {
            self.heard.set(heard);
        }
        for alarm in &change.touched.alarms {
            if !replica.view().alarms.contains_key(&alarm.id) {
                self.alarms.forget(&alarm.id);
            }
        }
    }

    fn tell_touched(&self, touched: &Touched) {
        let Touched {
            alarms,
            people,
            zones,
            doors,
            actuations,
            phones,
            flood,
            // The document that counts is a signal of its own, set once it is here.
            estate: _,
        } = touched;
        self.alarms.changed(ids(alarms));
        self.people.changed(ids(people));
        self.zones.changed(ids(zones));
        self.doors.changed(ids(doors));
        self.actuations.changed(ids(actuations));
        self.phones.changed(ids(phones));
        if *flood {
            self.flood.notify();
        }
    }

    /// After a snapshot anything may be another.
    fn tell_all(&self) {
        let Self {
            alarms,
            people,
            phones,
            zones,
            doors,
            actuations,
            flood,
            // These are no part of a snapshot.
            heard: _,
            unrecorded: _,
        } = self;
        alarms.all_changed();
        people.all_changed();
        phones.all_changed();
        zones.all_changed();
        doors.all_changed();
        actuations.all_changed();
        flood.notify();
    }
}

fn ids<K, V>(changes: &[ChangeOf<K, V>]) -> impl ExactSizeIterator<Item = &K> {
    changes.iter().map(|change| &change.id)
}
