//! What stands beside the console: a small window, or notifications.

use super::model::{NOTICES_MAX, Notices, Top, notice};
use super::notices::{Raised, are_allowed, are_there};
use super::texts;
use super::view::{Rows, claim};
use super::window::{Small, is_there};
use crate::alarms::located::place;
use crate::browser::keep_time_by;
use crate::copy::SiteCopy;
use crate::desk::{Desk, Picked};
use crate::keys::Press;
use crate::live::texts::{STALE, STALE_ADVICE};
use crate::texts::Words;
use castellan_domain::ids::AlarmId;
use leptos::prelude::*;
use std::collections::BTreeMap;
use wasm_bindgen_futures::spawn_local;
use web_sys::KeyboardEvent;

/// What of it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stands {
    Nothing,
    Window,
    Notices,
    /// Notifications were asked for, and the browser said no.
    Forbidden,
}

/// What nobody has, beside other programs.
#[derive(Clone, Copy)]
pub struct MiniQueue {
    copy: &'static SiteCopy,
    desk: &'static Desk,
    /// What is said of a command that came to nothing.
    sentence: Signal<Option<String>>,
    stands: RwSignal<Stands>,
    small: StoredValue<Option<Small>, LocalStorage>,
    /// How often one was opened, so that the end of one does not close the next.
    opened: StoredValue<u32>,
    top: StoredValue<Top>,
    /// At most [`NOTICES_MAX`].
    raised: StoredValue<BTreeMap<AlarmId, Raised>, LocalStorage>,
    /// That the link is dead.
    stale: StoredValue<Option<Raised>, LocalStorage>,
}

impl MiniQueue {
    /// Of what the copy shows to whoever works at this desk. Nothing stands yet.
    pub fn new(
        copy: &'static SiteCopy,
        desk: &'static Desk,
        sentence: Signal<Option<String>>,
    ) -> Self {
        let mini = Self {
            copy,
            desk,
            sentence,
            stands: RwSignal::new(Stands::Nothing),
            small: StoredValue::new_local(None),
            opened: StoredValue::new(0),
            top: StoredValue::new(Top::default()),
            raised: StoredValue::new_local(BTreeMap::new()),
            stale: StoredValue::new_local(None),
        };
        // What one person opened does not stay open for the next.
        Effect::new(move |before: Option<_>| {
            let now = desk.person.get();
            if before.is_some_and(|before| before != now) {
                mini.close();
            }
            now
        });
        Effect::new(move |_| mini.dress());
        Effect::new(move |_| mini.notify());
        Effect::new(move |_| mini.notify_stale());
        mini
    }

    /// Whether the browser has the window, and needs no notifications.
    pub fn has_window(self) -> bool {
        is_there()
    }

    /// What the button says that opens or closes it; nothing where the browser has neither.
    pub fn words(self) -> Option<Words> {
        match self.stands.get() {
            Stands::Window => Some(texts::CLOSE),
            Stands::Notices => Some(texts::NOTIFY_OFF),
            Stands::Nothing if is_there() => Some(texts::OPEN),
            Stands::Nothing if are_there() => Some(texts::NOTIFY),
            Stands::Nothing => None,
            Stands::Forbidden => Some(texts::FORBIDDEN),
        }
    }

    /// Opens what the browser has, or closes it.
    pub fn toggle(self) {
        match self.stands.get_untracked() {
            Stands::Window | Stands::Notices => self.close(),
            Stands::Nothing | Stands::Forbidden if is_there() => self.open(),
            Stands::Nothing | Stands::Forbidden => spawn_local(async move {
                let allowed = are_there() && are_allowed().await;
                self.stands.set(if allowed {
                    Stands::Notices
                } else {
                    Stands::Forbidden
                });
            }),
        }
    }

    fn open(self) {
        // Asked in the very moment of the touch: later the browser says no.
        let Some(asked) = Small::ask() else {
            return;
        };
        self.opened.update_value(|count| *count += 1);
        let this = self.opened.get_value();
        let gone = move || {
            if self.opened.get_value() == this {
                self.close();
            }
        };
        spawn_local(async move {
            let Self {
                copy,
                desk,
                sentence,
                top,
                ..
            } = self;
            let view = move || view! { <Rows copy desk sentence top /> };
            let keys = move |event: &KeyboardEvent| self.on_key(event);
            if let Some(small) = Small::show(asked, view, keys, gone).await {
                keep_time_by(Some(small.window().clone()));
                self.small.set_value(Some(small));
                self.stands.set(Stands::Window);
            }
        });
    }

    /// Theme, language and title, which follow the console's.
    fn dress(self) {
        self.stands.track();
        let window = self
            .small
            .with_value(|small| small.as_ref().map(|small| small.window().clone()));
        if let Some(window) = window {
            self.desk.dress(&window);
            if let Some(document) = window.document() {
                document.set_title(self.desk.t(texts::TITLE));
            }
        }
    }

    fn close(self) {
        self.stands.set(Stands::Nothing);
        keep_time_by(None);
        self.top.set_value(Top::default());
        drop(self.small.try_update_value(Option::take));
    }

    fn on_key(self, event: &KeyboardEvent) {
        if event.key() == "Enter" && !Press::composes(event) {
            event.prevent_default();
            // A key that stays down claims one and not the next.
            if !event.repeat() {
                claim(self.copy, self.desk, self.top);
            }
        }
    }

    /// Raises and closes notifications as alarms come and are claimed.
    fn notify(self) {
        if self.stands.get() != Stands::Notices {
            self.raised.update_value(BTreeMap::clear);
            return;
        }
        let standing = self
            .raised
            .with_value(|raised| raised.keys().copied().collect());
        let todo = self.copy.matters(|view| Notices::of(view, &standing));
        self.raised.update_value(|raised| {
            raised.retain(|id, _| !todo.close.contains(id));
            for id in todo.raise.into_iter().take(NOTICES_MAX) {
                let Some(one) = self.raise(id) else {
                    // Some browsers have notifications for other pages only.
                    self.stands.set(Stands::Forbidden);
                    return;
                };
                raised.insert(id, one);
            }
        });
    }

    fn raise(self, id: AlarmId) -> Option<Raised> {
        let Self { copy, desk, .. } = self;
        // Said once: neither its age nor another call sign says it anew.
        let (language, now) = (desk.language.get_untracked(), copy.now_untracked());
        let (alarm, state) = copy.with(|replica| {
            let alarm = replica.view().alarms.get(&id)?;
            let person = alarm.source.person();
            let state = person.map(|person| replica.view().person(person));
            Some((alarm.clone(), state.unwrap_or_default()))
        })?;
        let words = copy.estate.with_untracked(|estate| {
            let estate = estate.as_deref();
            let place = place(estate, &alarm, &state, now, language);
            notice(estate, &alarm, &place, language)
        });
        Raised::new(&format!("castellan-{id}"), &words, move || {
            desk.select(Some(Picked::Alarm(id)));
        })
    }

    /// Says that nothing more is told while the link is dead: no notification is no peace.
    fn notify_stale(self) {
        let is_stale = self.copy.link.stale_since().is_some();
        let told = is_stale && self.stands.get() == Stands::Notices;
        let words = (
            self.desk.t(STALE).to_owned(),
            self.desk.t(STALE_ADVICE).to_owned(),
        );
        let raised = told.then(|| Raised::new("castellan-link", &words, || {}));
        self.stale.set_value(raised.flatten());
    }
}
