//! The desk as views see it.

use super::beside::Beside;
use super::drafts::{self, Drafts};
use super::failure::Failure;
use super::hand::Hand;
use super::offer::Standing;
use super::picked::{Picked, Pointed};
use super::theme::Theme;
use super::under_way::UnderWay;
use crate::browser::{
    parameter, remember, remembered, remembered_in_tab, set_cookie, set_parameter,
};
use crate::copy::SiteCopy;
use crate::layout::Layout;
use crate::texts::Words;
use castellan_domain::access::{Actor, Right};
use castellan_domain::ids::{AlarmId, DeviceId, PersonId};
use castellan_domain::text::Language;
use castellan_domain::wire::api::PERSON_COOKIE;
use leptos::prelude::*;

/// Where somebody works on what the copy shows. There is one for as long as the page lives.
pub struct Desk {
    pub(super) copy: &'static SiteCopy,
    /// Who works here.
    pub person: RwSignal<Option<PersonId>>,
    /// What is selected.
    pub selected: RwSignal<Option<Picked>>,
    /// Whose picture lies large over the map, until something else is selected.
    pub enlarged: RwSignal<Option<DeviceId>>,
    /// Something asks for a place: a click on the map is its answer, and selects nothing.
    pub asks_place: RwSignal<bool>,
    /// The answer.
    pub pointed: RwSignal<Option<Pointed>>,
    /// Which list stands open below the queue.
    pub beside: RwSignal<Option<Beside>>,
    /// The cameras whose pictures stand beside the map for what is selected, as they are numbered there.
    pub pictured: RwSignal<Vec<DeviceId>>,
    hand: Hand,
    /// The language of this page.
    pub language: RwSignal<Language>,
    /// Dark or light.
    pub theme: RwSignal<Theme>,
    /// What the keyboard prints on its keys.
    pub layout: RwSignal<Layout>,
    /// What was typed and not sent.
    pub(super) drafts: RwSignal<Drafts>,
    /// What just came to nothing.
    pub failure: RwSignal<Option<Failure>>,
    /// What follows from what was just done, while it can be taken back.
    pub(super) offered: RwSignal<Standing>,
    /// Whether a command is under way.
    pub sending: RwSignal<bool>,
    pub(super) under_way: StoredValue<UnderWay>,
}

impl Desk {
    /// A desk at which nobody sits yet.
    pub fn open(copy: &'static SiteCopy, language: Language, theme: Theme) -> &'static Self {
        Box::leak(Box::new(Self {
            copy,
            person: RwSignal::new(None),
            selected: RwSignal::new(None),
            enlarged: RwSignal::new(None),
            asks_place: RwSignal::new(false),
            pointed: RwSignal::new(None),
            beside: RwSignal::new(parameter("list").and_then(|name| Beside::from_address(&name))),
            pictured: RwSignal::new(Vec::new()),
            hand: Hand::new(),
            language: RwSignal::new(language),
            theme: RwSignal::new(theme),
            layout: RwSignal::new(Layout::default()),
            drafts: RwSignal::new(
                remembered_in_tab(drafts::NAME)
                    .map_or_else(Drafts::default, |kept| Drafts::read(&kept)),
            ),
            failure: RwSignal::new(None),
            offered: RwSignal::new(Standing::default()),
            sending: RwSignal::new(false),
            under_way: StoredValue::default(),
        }))
    }

    /// Whoever worked here last works here again, or the one that the address names.
    pub fn seat_again(&self) {
        let known = |name: Option<String>| name.and_then(|id| PersonId::new(id).ok());
        self.seat(known(remembered("castellan.person")));
        if let Some(person) = known(parameter("as")) {
            self.seat(Some(person));
        }
    }

    /// A text in the language of this page.
    pub fn t(&self, words: Words) -> &'static str {
        words.get(self.language.get())
    }

    /// What this person's keyboard prints on the key that means a letter; nothing where none does.
    pub fn key(&self, letter: char) -> Option<char> {
        self.layout.with(|layout| layout.label(letter))
    }

    /// A text that names the key of a letter.
    pub fn t_key(&self, words: Words, letter: char) -> String {
        let key = self.key(letter).unwrap_or(letter).to_string();
        words.fill(self.language.get(), &[&key])
    }

    /// Chinese becomes English, and the other way round.
    pub fn switch_language(&self) {
        let (next, name) = match self.language.get_untracked() {
            Language::Zh => (Language::En, "en"),
            Language::En => (Language::Zh, "zh"),
        };
        remember("castellan.language", Some(name));
        // Or the one in the address would come back with the next reload.
        set_parameter("lang", None);
        self.language.set(next);
    }

    /// Dark becomes light, and the other way round.
    pub fn switch_theme(&self) {
        let next = self.theme.get_untracked().other();
        remember("castellan.theme", Some(next.name()));
        set_parameter("theme", None);
        self.theme.set(next);
    }

    /// Gives a window of this page its theme and its language.
    pub fn dress(&self, window: &web_sys::Window) {
        let (language, theme) = (self.language.get(), self.theme.get());
        let language = match language {
            Language::Zh => "zh-CN",
            Language::En => "en",
        };
        if let Some(root) = window.document().and_then(|d| d.document_element()) {
            let _ = root.set_attribute("data-theme", theme.name());
            let _ = root.set_attribute("lang", language);
        }
    }

    /// Says who works here from now on.
    pub fn set_person(&self, person: Option<PersonId>) {
        remember("castellan.person", person.as_ref().map(PersonId::as_str));
        // Or the name in the address would come back with the next reload.
        set_parameter("as", None);
        self.seat(person);
    }

    /// Seats somebody in this tab only. Sockets and pictures carry no header of ours, so what they
    /// are for goes by a cookie; the browser has one for all its tabs, and the last one counts. What was
    /// said to the one before is not said to the next.
    pub fn seat(&self, person: Option<PersonId>) {
        set_cookie(PERSON_COOKIE, person.as_ref().map(PersonId::as_str));
        if person != self.person.get_untracked() {
            self.offered.update(Standing::end);
            self.failure.set(None);
        }
        self.person.set(person);
    }

    /// Ends what one person began before another one goes on with it.
    pub fn for_one_person(&'static self, end: impl Fn() + 'static) {
        Effect::new(move |before: Option<_>| {
            let now = self.person.get();
            if before.is_some_and(|before| before != now) {
                end();
            }
            now
        });
    }

    /// Whoever works here, with what they may do; nobody before the estate is here.
    pub fn actor(&self) -> Option<Actor> {
        let person = self.person.get()?;
        // What somebody may do is decided by what is known of them.
        self.copy.estate.track();
        self.copy.changes.people.track(&person);
        self.copy.known(|known| Actor::of(known, person))
    }

    /// Whether whoever works here has a right.
    pub fn may(&self, right: Right) -> bool {
        self.actor()
            .is_some_and(|actor| actor.rights.contains(right))
    }

    /// Whoever works here, as long as they may work at a console.
    pub fn operator(&self) -> Option<PersonId> {
        let actor = self.actor()?;
        let may = actor.rights.contains(Right::HandleAlarms);
        may.then_some(actor.person)
    }

    /// Selects something, and writes it into the page's address.
    pub fn select(&self, what: Option<Picked>) {
        if self.selected.get_untracked() == what {
            return;
        }
        self.hand.selects();
        self.failure.set(None);
        self.enlarged.set(None);
        let address = what.as_ref().map(Picked::address);
        set_parameter("selected", address.as_deref());
        self.selected.set(what);
    }

    /// A place on the map was clicked.
    pub fn point_at(&self, pointed: Pointed) {
        if self.asks_place.get_untracked() {
            self.pointed.set(Some(pointed));
        } else {
            self.select(pointed.what);
        }
    }

    /// Whether just this is selected.
    pub fn has_selected(&self, what: &Picked) -> bool {
        self.selected
            .with(|selected| selected.as_ref() == Some(what))
    }

    /// Whether just this list stands open.
    pub fn has_beside(&self, list: Beside) -> bool {
        self.beside.with(|open| *open == Some(list))
    }

    /// Opens a list below the queue, in the place of another one; or closes it.
    pub fn show_beside(&self, list: Option<Beside>) {
        set_parameter("list", list.map(Beside::address));
        self.beside.set(list);
    }

    /// Opens a list, or closes it if it is open.
    pub fn toggle_beside(&self, list: Beside) {
        let is_open = self.beside.get_untracked() == Some(list);
        self.show_beside((!is_open).then_some(list));
    }

    /// The selected alarm.
    pub fn selected_alarm(&self) -> Option<AlarmId> {
        match self.selected.get_untracked() {
            Some(Picked::Alarm(id)) => Some(id),
            _ => None,
        }
    }

    /// The selected alarm, if it has been selected long enough for a key to act on it.
    pub fn settled_alarm(&self) -> Option<AlarmId> {
        self.selected_alarm().filter(|_| self.hand.has_settled())
    }

    /// Another step of the selected alarm is the next one.
    pub fn come_to_step(&self) {
        self.hand.comes_to_step();
    }

    /// Whether it has been the next one long enough for a key to act on it.
    pub fn step_has_settled(&self) -> bool {
        self.hand.step_has_settled()
    }

    /// Another stage is the next one.
    pub fn come_to_stage(&self) {
        self.hand.comes_to_stage();
    }

    /// Whether it has been the next one long enough for a key to act on it.
    pub fn stage_has_settled(&self) -> bool {
        self.hand.stage_has_settled()
    }

    /// Whether a hand is on the queue, so that it must not move.
    pub fn holds_queue(&self) -> bool {
        self.hand.holds()
    }

    /// The pointer came onto the queue, or left it.
    pub fn point_at_queue(&self, on: bool) {
        self.hand.points(on);
    }

    /// A row of the queue was focused, or focus left the queue.
    pub fn focus_queue(&self, on: bool) {
        self.hand.focuses(on);
    }
}
