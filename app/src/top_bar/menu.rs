//! The menu of whoever works here: what is theirs and not the site's.

use super::texts;
use crate::copy::SiteCopy;
use crate::desk::{Desk, Theme};
use crate::guards::DutyButton;
use crate::mini_queue::MiniQueue;
use crate::names::person_name;
use leptos::prelude::*;

const ID: &str = "person-menu";

/// Whether the menu stands open: then it has the keys.
pub fn menu_is_open() -> bool {
    let found = document().query_selector(&format!("#{ID}:popover-open"));
    found.is_ok_and(|menu| menu.is_some())
}

/// The name, and what opens with it. Without anybody it is there all the same, for the language.
#[component]
pub fn PersonMenu(
    copy: &'static SiteCopy,
    desk: &'static Desk,
    help: RwSignal<bool>,
    mini: Option<MiniQueue>,
    is_desk: bool,
) -> impl IntoView {
    let name = move || {
        let person = desk.operator()?;
        let language = desk.language.get();
        let name = |estate: &Option<_>| person_name(estate.as_deref(), &person, language);
        Some(copy.estate.with(name))
    };
    let words = move || name().unwrap_or_else(|| desk.t(texts::MENU).to_owned());
    // It is read in somebody's name, and another tab may not know whose.
    let health = move || match desk.person.get() {
        Some(person) => format!("/health?as={person}"),
        None => "/health".to_owned(),
    };
    view! {
        <button class="plain person" popovertarget=ID aria-haspopup="true">{words}</button>
        <div class="menu" id=ID popover="auto">
            {move || desk.operator().map(|person| view! {
                <DutyButton copy desk person />
                <button data-action="change-person" on:click=move |_| desk.set_person(None)>
                    {move || desk.t(texts::SWITCH_PERSON)}
                </button>
            })}
            {mini.map(|mini| view! { <MiniQueueButton desk mini /> })}
            {is_desk.then(|| view! {
                <a data-action="cameras" href="/cameras" target="_blank">{move || desk.t(texts::CAMERAS)}</a>
            })}
            <a href=health target="_blank" data-action="health">{move || desk.t(texts::HEALTH)}</a>
            <button data-action="theme" on:click=move |_| desk.switch_theme()>
                {move || match desk.theme.get() {
                    Theme::Dark => desk.t(texts::THEME_LIGHT),
                    Theme::Light => desk.t(texts::THEME_DARK),
                }}
            </button>
            <button data-action="language" on:click=move |_| desk.switch_language()>
                {move || desk.t(crate::texts::OTHER_LANGUAGE)}
            </button>
            <button data-action="help" popovertarget=ID popovertargetaction="hide"
                on:click=move |_| help.set(true)>
                {move || desk.t(texts::HELP)}<kbd>"?"</kbd>
            </button>
        </div>
    }
}

/// Opens the mini queue, or what stands for it. Where the browser is asked first, the menu stays: it says what came
/// of that.
#[component]
fn MiniQueueButton(desk: &'static Desk, mini: MiniQueue) -> impl IntoView {
    move || {
        let words = mini.words().filter(|_| desk.operator().is_some())?;
        Some(view! {
            <button data-action="mini-queue" popovertarget=mini.has_window().then_some(ID)
                popovertargetaction="hide" on:click=move |_| mini.toggle()>
                {desk.t(words)}
            </button>
        })
    }
}
