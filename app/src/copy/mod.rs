//! The copy: what this page holds of the site, and the signals by which views learn of change.
//!
//! A view that reads an alarm, a zone or a list of them through [`SiteCopy`] is called again when
//! just that changes. Nothing asks by the second whether something changed: with the second ages
//! grow, and what changes at a moment waits for that moment. Positions go past the signals, straight
//! to the map's scene; a row reads how old its own is together with the clock.

mod changes;
mod clock;
mod link;
mod watched;

pub use changes::Changes;
pub use link::{Fault, LinkSigns};
pub use watched::Watched;

use crate::ages::Now;
use crate::api;
use crate::browser::{clock_text, mono, sleep};
use castellan_domain::alarm::Alarm;
use castellan_domain::audience::Audience;
use castellan_domain::estate::Estate;
use castellan_domain::ids::{AlarmId, EstateHash, PersonId, SiteId};
use castellan_domain::staff::PersonState;
use castellan_domain::stream::{Change, Link, Replica, Tracked};
use castellan_domain::time::{Span, Timestamp};
use castellan_domain::view::{Known, View};
use castellan_domain::wire::live::LatestOf;
use clock::Clock;
use leptos::prelude::*;
use std::sync::Arc;
use wasm_bindgen_futures::spawn_local;

/// The page's copy of its site. There is one for as long as the page lives.
pub struct SiteCopy {
    replica: StoredValue<Replica, LocalStorage>,
    clock: Clock,
    /// What views can wait for.
    pub changes: Changes,
    /// How the copy stands to the server.
    pub link: LinkSigns,
    /// Which site this page shows.
    pub site: RwSignal<Option<SiteId>>,
    /// The estate document that counts.
    pub estate: RwSignal<Option<Arc<Estate>>>,
    /// The estate document that is being fetched, or was last.
    loading: StoredValue<Option<EstateHash>, LocalStorage>,
    /// Whether the first state has come.
    pub ready: RwSignal<bool>,
}

impl SiteCopy {
    /// A copy of nothing yet, of what this audience may see. It lives as long as the page.
    pub fn open(audience: Audience) -> &'static Self {
        Box::leak(Box::new(Self {
            replica: StoredValue::new_local(Replica::new(audience)),
            clock: Clock::new(),
            changes: Changes::new(),
            link: LinkSigns::new(),
            site: RwSignal::new(None),
            estate: RwSignal::new(None),
            loading: StoredValue::new_local(None),
            ready: RwSignal::new(false),
        }))
    }

    /// Reads from the replica, without a promise to be called again.
    pub fn with<T>(&self, read: impl FnOnce(&Replica) -> T) -> T {
        self.replica.with_value(read)
    }

    /// Reads what commands are decided on; nothing before the estate is here. Whoever reads is called
    /// again when another estate comes, and like [`Self::with`] it promises no further call.
    pub fn known<T>(&self, read: impl FnOnce(&Known<'_>) -> T) -> Option<T> {
        let now = self.now_untracked();
        self.estate.with(|estate| {
            let estate = estate.as_ref()?;
            self.with(|replica| {
                Some(read(&Known {
                    view: replica.view(),
                    estate,
                    now,
                }))
            })
        })
    }

    /// Changes the replica. What came of it is then [shown](Self::show).
    pub fn update<T>(&self, change: impl FnOnce(&mut Replica) -> T) -> Option<T> {
        self.replica.try_update_value(change)
    }

    /// A thing by its id.
    pub fn one<K: Ord + Clone, V: Clone>(&self, kind: &Watched<K, V>, id: &K) -> Option<V> {
        kind.track(id);
        self.with(|replica| kind.find(replica.view(), id).cloned())
    }

    /// Reads all things of a kind.
    pub fn all<K: Ord + Clone, V, T>(
        &self,
        kind: &Watched<K, V>,
        read: impl FnOnce(&View) -> T,
    ) -> T {
        kind.track_any();
        self.with(|replica| read(replica.view()))
    }

    /// An alarm.
    pub fn alarm(&self, id: AlarmId) -> Option<Alarm> {
        self.one(&self.changes.alarms, &id)
    }

    /// Reads the alarms.
    pub fn alarms<T>(&self, read: impl FnOnce(&View) -> T) -> T {
        self.all(&self.changes.alarms, read)
    }

    /// Reads the alarms and their incidents.
    pub fn matters<T>(&self, read: impl FnOnce(&View) -> T) -> T {
        self.changes.incidents.track_any();
        self.alarms(read)
    }

    /// What facts said of a person.
    pub fn person(&self, id: &PersonId) -> PersonState {
        self.one(&self.changes.people, id).unwrap_or_default()
    }

    /// Reads what facts said of people.
    pub fn people<T>(&self, read: impl FnOnce(&View) -> T) -> T {
        self.all(&self.changes.people, read)
    }

    /// Somebody's latest position, as it is at this second.
    pub fn tracked(&self, person: &PersonId) -> Option<Tracked> {
        self.clock.now();
        self.with(|replica| replica.tracked().get(person).copied())
    }

    /// When somebody or something was last heard, as it is at this second.
    pub fn last_seen(&self, of: &LatestOf) -> Option<Timestamp> {
        self.clock.now();
        self.with(|replica| replica.latest().get(of)?.last_seen_at)
    }

    /// Server time; whoever reads it is called again with each second.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Server time.
    pub fn now_untracked(&self) -> Timestamp {
        self.clock.now_untracked()
    }

    /// Server time to the millisecond, for what is looked at more often than each second; nothing before
    /// the server has said anything.
    pub fn server_now(&self) -> Option<Timestamp> {
        self.with(|replica| replica.server_now(mono()))
    }

    /// How old this copy is at this second; nothing before there is one.
    pub fn age(&self) -> Option<Span> {
        self.clock.now();
        self.with(|replica| Some(replica.age(mono())?.0))
    }

    /// Server time as things are shown by it, and whether it stands still.
    pub fn shown_at(&self) -> Now {
        Now {
            at: self.now(),
            stands_still: self.link.stale_since().is_some(),
        }
    }

    /// A moment as the clocks of the site show it.
    pub fn time_of_day(&self, at: Timestamp) -> String {
        self.estate.with(|estate| {
            let zone = estate.as_ref().map(|estate| estate.time_zone.to_string());
            clock_text(at, zone.as_deref().unwrap_or("UTC"))
        })
    }

    /// Whoever reads now is called again once this moment has passed.
    pub fn wait_for(&self, at: Timestamp) {
        self.clock.wait_for(at);
    }

    /// project: what a message changed goes to the signals.
    pub fn show(&self, change: &Change) {
        self.with(|replica| self.changes.tell(change, replica));
        if let Some(round_trip) = change.round_trip {
            let ms = u32::try_from(round_trip.as_micros() / 1_000).ok();
            self.link.measured_ms.set_value(ms);
        }
        set(
            self.link.not_recording_since,
            self.with(Replica::not_recording_since),
        );
        if (change.reset || change.touched.estate) && self.with(Replica::is_ready) {
            set(self.ready, true);
            self.load_estate();
        }
    }

    /// The time, and how old the copy is. Gives the time while it runs.
    pub fn tick(&self) -> Option<Timestamp> {
        let mono = mono();
        let (link, now) = self.with(|replica| (replica.link(mono), replica.server_now(mono)));
        set(self.link.stands, link);
        // With the second, like all that changes by itself: each moment of its own would be one more
        // picture of the whole screen.
        set(self.link.round_trip_ms, self.link.measured_ms.get_value());
        // While the link is dead, time on screen stops with it.
        let now = now.filter(|_| !matches!(link, Link::Stale { .. }))?;
        self.clock.set(now);
        Some(now)
    }

    fn load_estate(&self) {
        let hash = self.with(|replica| replica.view().estate.clone());
        let (Some(hash), Some(site)) = (hash, self.site.get_untracked()) else {
            return;
        };
        let (loading, estate) = (self.loading, self.estate);
        let counts = move |hash: &EstateHash| loading.with_value(|now| now.as_ref() == Some(hash));
        if counts(&hash) {
            return;
        }
        loading.set_value(Some(hash.clone()));
        spawn_local(async move {
            loop {
                let fetched = api::estate(&site, &hash).await;
                // Another one may count by now.
                if !counts(&hash) {
                    return;
                }
                if let Ok(document) = fetched {
                    estate.set(Some(Arc::new(document)));
                    return;
                }
                sleep(1_000).await;
            }
        });
    }
}

/// Sets a signal off only if its value is another.
fn set<T: PartialEq + Send + Sync + 'static>(signal: RwSignal<T>, value: T) {
    if signal.with_untracked(|shown| *shown != value) {
        signal.set(value);
    }
}
