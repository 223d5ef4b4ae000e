//! What the screen holds of the site: the replica, and the signals by which views learn of change.
//!
//! One signal for each alarm and one for each list, so that a row is drawn again when its own alarm
//! changes and not otherwise. Positions go straight to the map's scene, past all of this.

use crate::alarms::queue::Queue;
use crate::alarms::refusals::refusal_sentence;
use crate::api::{self, ApiError};
use crate::browser::{mono, remember, remembered, set_parameter, sleep};
use crate::desk::{Picked, Theme};
use crate::map::SceneHandle;
use crate::texts::Key;
use castellan_domain::alarm::Alarm;
use castellan_domain::estate::{Estate, Role};
use castellan_domain::geo::Anchor;
use castellan_domain::ids::{AlarmId, CommandId, EstateHash, PersonId, SiteId};
use castellan_domain::stream::{Change, Link, Replica, Tracked};
use castellan_domain::text::Language;
use castellan_domain::time::{Span, Timestamp};
use castellan_domain::wire::api::{CommandBody, CommandRequest};
use leptos::prelude::*;
use std::collections::BTreeMap;
use std::sync::Arc;
use wasm_bindgen_futures::spawn_local;

/// A row must have been selected this long before a key acts on it, so that a key meant for the
/// row before does not hit the one that just came.
const SELECTED_FOR_MIN: Span = Span::from_millis(400);
/// The queue stays still this long after a row was focused.
const FOCUS_HOLDS: Span = Span::from_secs(10);
/// Attempts to send a command before its person is told that it did not work.
const SEND_ATTEMPTS_MAX: u32 = 3;
/// Wait between two of them.
const SEND_AGAIN_MS: u32 = 700;
/// How long a sentence about a failed command stays.
const SENTENCE_MS: u32 = 8_000;

/// Everything that views share. Cheap to copy.
#[derive(Clone, Copy)]
pub struct Console {
    replica: StoredValue<Replica, LocalStorage>,
    /// One for each alarm that the replica holds, at most.
    versions: StoredValue<BTreeMap<AlarmId, ArcRwSignal<u64>>, LocalStorage>,
    /// Which site this page shows.
    pub site: RwSignal<Option<SiteId>>,
    /// The estate document that counts.
    pub estate: RwSignal<Option<Arc<Estate>>>,
    /// How the link stands.
    pub link: RwSignal<Link>,
    /// The way to the server and back, last measured.
    pub round_trip_ms: RwSignal<Option<u32>>,
    /// Server time, once a second.
    pub now: RwSignal<Timestamp>,
    /// Since when the server cannot record, if so.
    pub not_recording_since: RwSignal<Option<Timestamp>>,
    /// The queue as it is shown.
    pub queue: RwSignal<Queue>,
    /// Changes with every change of any alarm: for totals.
    pub any_alarm: RwSignal<u64>,
    /// Whether the first state has come.
    pub ready: RwSignal<bool>,
    /// What is selected.
    pub selected: RwSignal<Option<Picked>>,
    private: StoredValue<Private, LocalStorage>,
    /// Who works here.
    pub person: RwSignal<Option<PersonId>>,
    /// The language of this screen.
    pub language: RwSignal<Language>,
    /// Dark or light.
    pub theme: RwSignal<Theme>,
    /// A sentence about what just failed.
    pub sentence: RwSignal<Option<String>>,
    /// Commands under way.
    pub sending: RwSignal<bool>,
    scene: StoredValue<SceneHandle, LocalStorage>,
    /// What keeps the whole screen from working, if anything does.
    pub fault: RwSignal<Option<Key>>,
}

/// What only the console itself needs to remember.
#[derive(Debug, Default)]
struct Private {
    hand: Hand,
    /// The estate document that is being fetched, or was last.
    loading: Option<EstateHash>,
}

/// What the operator's hand is doing, by the display's own clock.
#[derive(Debug, Clone, Copy, Default)]
struct Hand {
    selected_at: Span,
    on_queue: bool,
    focused_at: Option<Span>,
}

/// Proof that a row has been selected long enough for a key to act on it.
#[derive(Debug, Clone, Copy)]
pub struct SelectionGuard(pub AlarmId);

impl Console {
    /// An empty console.
    pub fn new(scene: SceneHandle, language: Language, theme: Theme) -> Self {
        Self {
            replica: StoredValue::new_local(Replica::default()),
            versions: StoredValue::new_local(BTreeMap::new()),
            site: RwSignal::new(None),
            estate: RwSignal::new(None),
            link: RwSignal::new(Link::Connecting),
            round_trip_ms: RwSignal::new(None),
            now: RwSignal::new(Timestamp::default()),
            not_recording_since: RwSignal::new(None),
            queue: RwSignal::new(Queue::default()),
            any_alarm: RwSignal::new(0),
            ready: RwSignal::new(false),
            selected: RwSignal::new(None),
            private: StoredValue::new_local(Private::default()),
            person: RwSignal::new(
                remembered("castellan.person").and_then(|id| PersonId::new(id).ok()),
            ),
            language: RwSignal::new(language),
            theme: RwSignal::new(theme),
            sentence: RwSignal::new(None),
            sending: RwSignal::new(false),
            scene: StoredValue::new_local(scene),
            fault: RwSignal::new(None),
        }
    }

    /// Where moving things are drawn.
    pub fn scene(&self) -> SceneHandle {
        self.scene.get_value()
    }

    /// A text in the language of this screen.
    pub fn t(&self, key: Key) -> &'static str {
        key.get(self.language.get())
    }

    /// Goes on in the other language, and remembers it in this browser.
    pub fn switch_language(&self) {
        let (next, name) = match self.language.get_untracked() {
            Language::Zh => (Language::En, "en"),
            Language::En => (Language::Zh, "zh"),
        };
        remember("castellan.language", Some(name));
        self.language.set(next);
    }

    /// Reads from the replica.
    pub fn with<T>(&self, read: impl FnOnce(&Replica) -> T) -> T {
        self.replica.with_value(read)
    }

    /// Changes the replica.
    pub fn update<T>(&self, change: impl FnOnce(&mut Replica) -> T) -> Option<T> {
        self.replica.try_update_value(change)
    }

    /// An alarm, and a promise to be called again when it changes.
    pub fn alarm(&self, id: AlarmId) -> Option<Alarm> {
        self.version(id).track();
        self.with(|replica| replica.view().alarms.get(&id).cloned())
    }

    fn version(&self, id: AlarmId) -> ArcRwSignal<u64> {
        self.versions
            .try_update_value(|versions| versions.entry(id).or_default().clone())
            .unwrap_or_default()
    }

    /// Somebody's latest position.
    pub fn tracked(&self, person: &PersonId) -> Option<Tracked> {
        self.with(|replica| replica.tracked().get(person).copied())
    }

    /// apply → project: what a message changed goes to the signals and to the map.
    pub fn show(&self, change: &Change) {
        if change.reset {
            self.show_everything();
        } else {
            for touched in &change.touched.alarms {
                self.show_alarm(touched.id);
            }
        }
        if change.reset || !change.touched.alarms.is_empty() {
            self.any_alarm.update(|n| *n += 1);
            self.arrange();
        }
        if !change.gone.is_empty() || !change.moved.is_empty() {
            let now = mono();
            self.scene().update(|scene| {
                for person in &change.gone {
                    scene.remove_person(person);
                }
                self.with(|replica| {
                    for person in &change.moved {
                        if let Some(tracked) = replica.tracked().get(person) {
                            scene.set_person(person, *tracked, now);
                        }
                    }
                });
            });
        }
        if (change.reset || change.touched.estate) && self.with(Replica::is_ready) {
            self.ready.set(true);
            self.load_estate();
        }
    }

    fn show_alarm(&self, id: AlarmId) {
        let alarm = self.with(|replica| replica.view().alarms.get(&id).cloned());
        self.scene().update(|scene| match &alarm {
            Some(alarm) if !alarm.is_closed() => scene.set_alarm(alarm),
            _ => scene.remove_alarm(id),
        });
        if alarm.is_none() {
            self.versions.update_value(|versions| {
                if let Some(version) = versions.remove(&id) {
                    version.update(|n| *n += 1);
                }
            });
        } else {
            self.version(id).update(|n| *n += 1);
        }
    }

    /// Draws everything anew: after a snapshot, or once the estate's anchor is known.
    fn show_everything(&self) {
        let now = mono();
        let selected = self.selected.get_untracked();
        self.scene().update(|scene| {
            scene.clear();
            scene.select(selected);
            self.with(|replica| {
                for alarm in replica.view().alarms.values() {
                    if !alarm.is_closed() {
                        scene.set_alarm(alarm);
                    }
                }
                for (person, tracked) in replica.tracked() {
                    scene.set_person(person, *tracked, now);
                }
            });
        });
        let versions = self
            .versions
            .with_value(|v| v.values().cloned().collect::<Vec<_>>());
        for version in versions {
            version.update(|n| *n += 1);
        }
    }

    fn load_estate(&self) {
        let hash = self.with(|replica| replica.view().estate.clone());
        let (Some(hash), Some(site)) = (hash, self.site.get_untracked()) else {
            return;
        };
        if self
            .private
            .with_value(|private| private.loading == Some(hash.clone()))
        {
            return;
        }
        self.private
            .update_value(|private| private.loading = Some(hash.clone()));
        let console = *self;
        spawn_local(async move {
            loop {
                if let Ok(estate) = api::estate(&site, &hash).await {
                    let anchor = Anchor::new(estate.anchor);
                    console.scene().update(|scene| scene.set_anchor(anchor));
                    console.estate.set(Some(Arc::new(estate)));
                    console.show_everything();
                    return;
                }
                sleep(1_000).await;
                if console
                    .private
                    .with_value(|private| private.loading != Some(hash.clone()))
                {
                    return;
                }
            }
        });
    }

    /// Once a second: clocks, ages, link, and a queue that nobody holds any more.
    pub fn tick(&self) {
        let mono = mono();
        let (link, now, silent) = self.with(|replica| {
            (
                replica.link(mono),
                replica.server_now(mono),
                replica.not_recording_since(),
            )
        });
        self.link.set(link);
        if self.not_recording_since.get_untracked() != silent {
            self.not_recording_since.set(silent);
        }
        if let Some(now) = now {
            // While the link is dead, time on screen stops with it.
            if !matches!(link, Link::Stale { .. }) {
                self.now.set(now);
                self.scene().update(|scene| scene.set_clock(now, mono));
            }
        }
        self.arrange();
    }

    /// Puts the queue in order, unless a hand is on it.
    pub fn arrange(&self) {
        let held = self.is_held();
        let queue = self
            .queue
            .with_untracked(|queue| self.with(|replica| queue.updated(replica.view(), held)));
        if self.queue.with_untracked(|shown| *shown != queue) {
            self.queue.set(queue);
        }
    }

    fn is_held(&self) -> bool {
        let hand = self.private.with_value(|private| private.hand);
        let since = |at: Span| mono().as_micros() - at.as_micros();
        hand.on_queue
            || hand
                .focused_at
                .is_some_and(|at| since(at) < FOCUS_HOLDS.as_micros())
    }

    /// The pointer came onto the queue, or left it.
    pub fn hold_queue(&self, on: bool) {
        self.private
            .update_value(|private| private.hand.on_queue = on);
        if !on {
            self.arrange();
        }
    }

    /// A row of the queue was focused, or focus left the queue.
    pub fn focus_queue(&self, on: bool) {
        self.private
            .update_value(|private| private.hand.focused_at = on.then(mono));
        if !on {
            self.arrange();
        }
    }

    /// Selects something, and writes it into the page's address.
    pub fn select(&self, what: Option<Picked>) {
        if self.selected.get_untracked() == what {
            return;
        }
        self.private
            .update_value(|private| private.hand.selected_at = mono());
        self.sentence.set(None);
        let address = what.as_ref().map(Picked::address);
        set_parameter("selected", address.as_deref());
        let picked = what.clone();
        self.scene().update(|scene| scene.select(picked));
        self.selected.set(what);
    }

    /// The selected alarm, if it has been selected long enough to act on.
    pub fn settled_selection(&self) -> Option<SelectionGuard> {
        let Some(Picked::Alarm(id)) = self.selected.get_untracked() else {
            return None;
        };
        let for_us = mono().as_micros()
            - self
                .private
                .with_value(|private| private.hand)
                .selected_at
                .as_micros();
        (for_us >= SELECTED_FOR_MIN.as_micros()).then_some(SelectionGuard(id))
    }

    /// Says who works here from now on.
    pub fn set_person(&self, person: Option<PersonId>) {
        remember("castellan.person", person.as_ref().map(PersonId::as_str));
        // Or the name in the address would come back with the next reload.
        set_parameter("as", None);
        self.person.set(person);
    }

    /// Whoever works here, as long as the estate has them on the staff.
    pub fn operator(&self) -> Option<PersonId> {
        let person = self.person.get()?;
        self.estate.with(|estate| {
            let estate = estate.as_ref()?;
            let known = estate.person(&person)?;
            (known.role >= Role::Operator).then(|| person.clone())
        })
    }

    /// Sends a command; says in a sentence if it came to nothing. `then` runs after success.
    pub fn command(&self, command: CommandBody, then: impl FnOnce() + 'static) {
        let (Some(site), Some(person)) = (self.site.get_untracked(), self.person.get_untracked())
        else {
            return;
        };
        if self.sending.get_untracked() {
            return;
        }
        self.sending.set(true);
        let console = *self;
        let request = CommandRequest {
            command_id: CommandId(uuid::Uuid::new_v4()),
            expected: None,
            command,
        };
        spawn_local(async move {
            let mut result = api::command(&site, &person, &request).await;
            for _ in 1..SEND_ATTEMPTS_MAX {
                if !result.as_ref().is_err_and(ApiError::is_passing) {
                    break;
                }
                sleep(SEND_AGAIN_MS).await;
                // The same id: should the first one have been done, its answer comes back.
                result = api::command(&site, &person, &request).await;
            }
            console.sending.set(false);
            match result {
                Ok(_) => {
                    console.sentence.set(None);
                    then();
                }
                Err(error) => console.say(&error).await,
            }
        });
    }

    async fn say(&self, error: &ApiError) {
        let language = self.language.get_untracked();
        let words = match error {
            ApiError::Unreachable => Key::SendFailed.get(language).to_owned(),
            ApiError::Refused(detail) => {
                let estate = self.estate.get_untracked();
                let now = self.with(|replica| replica.server_now(mono()));
                refusal_sentence(detail, estate.as_deref(), now, language)
            }
        };
        self.sentence.set(Some(words.clone()));
        sleep(SENTENCE_MS).await;
        if self.sentence.get_untracked().as_ref() == Some(&words) {
            self.sentence.set(None);
        }
    }
}
