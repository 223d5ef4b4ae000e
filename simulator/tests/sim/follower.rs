//! A second fold behind the turns, as the tables are: it lags, dies, catches up, and begins anew
//! where the record is another one.

use super::store::Store;
use super::totals::Totals;
use castellan_domain::alarm::Alarm;
use castellan_domain::door::DoorState;
use castellan_domain::ids::{AlarmId, DeviceId, PersonId, Seq, ZoneId};
use castellan_domain::site::Site;
use castellan_domain::staff::PersonState;
use castellan_domain::subject::Change;
use castellan_domain::view::View;
use castellan_domain::zone::ZoneState;
use fastrand::Rng;
use std::collections::BTreeMap;

/// Facts that it takes at once.
const BATCH_MAX: usize = 40;

/// Tables that follow what each fact touched, and nothing else.
#[derive(Clone, Default)]
struct Tables {
    site: Site,
    hash: String,
    alarms: BTreeMap<AlarmId, Alarm>,
    people: BTreeMap<PersonId, PersonState>,
    zones: BTreeMap<ZoneId, ZoneState>,
    doors: BTreeMap<DeviceId, DoorState>,
}

/// The follower, and what it has on disk.
#[derive(Default)]
pub(crate) struct Follower {
    tables: Tables,
    on_disk: Tables,
}

impl Follower {
    pub(crate) fn step(&mut self, store: &Store, rng: &mut Rng, totals: &mut Totals) {
        match rng.u8(..100) {
            0..30 => self.follow(store, rng.usize(1..=BATCH_MAX), totals),
            30..36 => self.on_disk = self.tables.clone(),
            36..38 => {
                self.tables = self.on_disk.clone();
                totals.follower_crashes += 1;
            }
            _ => {}
        }
        totals.follower_behind += store.head().0.saturating_sub(self.tables.site.view().seq.0);
    }

    /// Takes so many facts, and is then what the site was at that number.
    pub(crate) fn follow(&mut self, store: &Store, facts_max: usize, totals: &mut Totals) {
        let seq = self.tables.site.view().seq;
        if seq != Seq(0) && (seq > store.head() || store.hash(seq) != self.tables.hash) {
            self.tables = Tables::default();
            totals.follower_anew += 1;
        }
        let tables = &mut self.tables;
        let seq = tables.site.view().seq;
        for fact in store.facts_after(seq).take(facts_max) {
            let touched = tables.site.apply(&fact);
            let view = tables.site.view();
            put(&mut tables.alarms, &touched.alarms, &view.alarms);
            put(&mut tables.people, &touched.people, &view.people);
            put(&mut tables.zones, &touched.zones, &view.zones);
            put(&mut tables.doors, &touched.doors, &view.doors);
        }
        tables.hash = store.hash(tables.site.view().seq);
    }

    pub(crate) fn seq(&self) -> Seq {
        self.tables.site.view().seq
    }

    /// `truth` is the site at its number, as everybody else has it.
    pub(crate) fn check(&self, truth: &View) {
        let tables = &self.tables;
        assert_eq!(tables.site.view(), truth, "the follower folds another site");
        assert_eq!(tables.alarms, truth.alarms, "alarms of the follower");
        assert_eq!(tables.people, truth.people, "people of the follower");
        assert_eq!(tables.zones, truth.zones, "zones of the follower");
        assert_eq!(tables.doors, truth.doors, "doors of the follower");
    }

    /// Whether what it has is of this record.
    pub(crate) fn fits(&self, store: &Store) -> bool {
        let seq = self.seq();
        seq == Seq(0) || (seq <= store.head() && store.hash(seq) == self.tables.hash)
    }
}

fn put<K: Ord + Clone, V: Clone>(
    table: &mut BTreeMap<K, V>,
    touched: &[Change<K, V>],
    now: &BTreeMap<K, V>,
) {
    for change in touched {
        match now.get(&change.id) {
            Some(value) => table.insert(change.id.clone(), value.clone()),
            None => table.remove(&change.id),
        };
    }
}
