//! The bar, and the help that it opens.

use super::texts;
use crate::alarms::model::{class, sign};
use crate::alarms::queue::counts;
use crate::copy::SiteCopy;
use crate::desk::{Desk, Theme};
use crate::guards::OnDuty;
use crate::live::LinkLight;
use crate::names::person_name;
use crate::stale::AsOf;
use crate::ui::Modal;
use castellan_domain::estate::Priority;
use leptos::prelude::*;

/// What stands above everything.
#[component]
pub fn TopBar(
    copy: &'static SiteCopy,
    desk: &'static Desk,
    help: RwSignal<bool>,
    who: Memo<bool>,
) -> impl IntoView {
    let name = move || {
        copy.estate.with(|e| {
            e.as_ref()
                .map(|e| e.name.get(desk.language.get()).to_owned())
        })
    };
    let clock = move || copy.time_of_day(copy.now());
    let totals =
        move || {
            let counts = copy.alarms(counts);
            Priority::ALL
            .into_iter()
            .zip(counts)
            .map(|(priority, count)| view! {
                <span class=format!("total {}", class(priority)) class:zero=move || count == 0>
                    <span class="sign">{sign(priority)}</span>{count}
                </span>
            })
            .collect_view()
        };
    let person = move || {
        let person = desk.operator()?;
        Some(
            copy.estate
                .with(|e| person_name(e.as_deref(), &person, desk.language.get())),
        )
    };
    view! {
        <header class="top" inert=move || who.get()>
            <h1 class="site">{name}</h1>
            <div class="totals" aria-label=move || desk.t(texts::ALARMS)>{totals}</div>
            <FloodLight copy desk />
            <OnDuty copy desk />
            <div class="gap"></div>
            <LinkLight copy desk />
            // A clock that stands still is none.
            {move || copy.link.stale_since().is_none().then(|| view! {
                <time class="clock num">{clock}</time>
            })}
            <AsOf copy desk />
            <button class="plain" on:click=move |_| desk.switch_theme()>
                {move || match desk.theme.get() {
                    Theme::Dark => desk.t(texts::THEME_LIGHT),
                    Theme::Light => desk.t(texts::THEME_DARK),
                }}
            </button>
            <button class="plain" on:click=move |_| desk.switch_language()>{move || desk.t(crate::texts::OTHER_LANGUAGE)}</button>
            <button class="plain" on:click=move |_| help.set(true)>{move || desk.t(texts::HELP)}<kbd>"?"</kbd></button>
            {move || person().map(|name| view! {
                <button
                    class="plain person"
                    title=desk.t(texts::SWITCH_PERSON)
                    on:click=move |_| desk.set_person(None)
                >{name}</button>
            })}
        </header>
    }
}

/// The keys, shown on demand.
#[component]
pub fn Help(desk: &'static Desk, open: RwSignal<bool>) -> impl IntoView {
    let keys = [
        (None, "Enter · F2", texts::KEY_CLAIM),
        (Some('X'), "F4", texts::KEY_VERDICT),
        (Some('Q'), "Shift+F2", texts::KEY_ACKNOWLEDGE),
        (Some('M'), "Shift+F8", texts::KEY_MUTE),
        (Some('H'), "Shift+F4", texts::KEY_SHELVE),
        (Some('T'), "F9", texts::KEY_NOTE),
        (Some('O'), "Shift+F9", texts::KEY_FOLLOW_UP),
        (Some('G'), "F8", texts::KEY_NEWEST),
        (None, "↑ ↓", texts::KEY_MOVE),
        (None, "Esc", texts::KEY_BACK),
        (None, "⌫", texts::KEY_TAKE_BACK),
        (None, "?", texts::KEY_HELP),
    ];
    let label = move |letter: Option<char>, more: &str| match letter.and_then(|l| desk.key(l)) {
        Some(key) => format!("{key} · {more}"),
        None => more.to_owned(),
    };
    view! {
        <Modal
            open
            title=Signal::derive(move || desk.t(texts::HELP_KEYS))
            close=Signal::derive(move || desk.t(crate::texts::CLOSE))
        >
            <dl class="keys">
                {keys.into_iter().map(|(letter, more, text)| view! {
                    <div><dt><kbd>{move || label(letter, more)}</kbd></dt><dd>{move || desk.t(text)}</dd></div>
                }).collect_view()}
            </dl>
        </Modal>
    }
}

/// 报警激增, while it lasts. What came is what is shown and what was folded: the domain counts every
/// one of them, so none is lost.
#[component]
fn FloodLight(copy: &'static SiteCopy, desk: &'static Desk) -> impl IntoView {
    let folded = Memo::new(move |_| {
        copy.changes.flood.track();
        copy.with(|replica| replica.view().flood.as_ref().map(|flood| flood.folded))
    });
    view! {
        {move || folded.get().map(|folded| view! {
            <strong class="flood" role="status">
                {texts::FLOOD.fill(desk.language.get(), &[&folded.to_string()])}
            </strong>
        })}
    }
}
