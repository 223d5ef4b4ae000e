//! The top bar: how many alarms wait, whether it is a flood, who is on duty, the link, the time, and
//! who works here.

use crate::alarms::model::{class, sign};
use crate::alarms::queue::counts;
use crate::browser::{clock_text, remember};
use crate::desk::Theme;
use crate::guards::OnDuty;
use crate::live::{Console, LinkLight};
use crate::names::person_name;
use crate::texts::Key;
use crate::ui::Modal;
use castellan_domain::estate::Priority;
use leptos::prelude::*;

/// What stands above everything.
#[component]
pub fn TopBar(console: Console, help: RwSignal<bool>, who: Memo<bool>) -> impl IntoView {
    let name = move || {
        console.estate.with(|e| {
            e.as_ref()
                .map(|e| e.name.get(console.language.get()).to_owned())
        })
    };
    let zone = move || {
        console.estate.with(|e| {
            e.as_ref()
                .map_or("UTC".to_owned(), |e| e.time_zone.to_string())
        })
    };
    let clock = move || clock_text(console.now.get(), &zone());
    let totals =
        move || {
            console.any_alarm.track();
            let counts = console.with(|replica| counts(replica.view()));
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
        let person = console.operator()?;
        Some(
            console
                .estate
                .with(|e| person_name(e.as_deref(), &person, console.language.get())),
        )
    };
    let toggle_theme = move |_| {
        let next = match console.theme.get_untracked() {
            Theme::Dark => Theme::Light,
            Theme::Light => Theme::Dark,
        };
        remember(
            "castellan.theme",
            Some(if next == Theme::Light {
                "light"
            } else {
                "dark"
            }),
        );
        console.theme.set(next);
    };
    view! {
        <header class="top" inert=move || who.get()>
            <h1 class="site">{name}</h1>
            <div class="totals" aria-label=move || console.t(Key::Alarms)>{totals}</div>
            <FloodLight console />
            <OnDuty console />
            <div class="gap"></div>
            <LinkLight console />
            <time class="clock num">{clock}</time>
            <button class="plain" on:click=toggle_theme>
                {move || match console.theme.get() {
                    Theme::Dark => console.t(Key::ThemeLight),
                    Theme::Light => console.t(Key::ThemeDark),
                }}
            </button>
            <button class="plain" on:click=move |_| console.switch_language()>{move || console.t(Key::OtherLanguage)}</button>
            <button class="plain" on:click=move |_| help.set(true)>{move || console.t(Key::Help)}<kbd>"?"</kbd></button>
            {move || person().map(|name| view! {
                <button
                    class="plain person"
                    title=console.t(Key::SwitchPerson)
                    on:click=move |_| console.set_person(None)
                >{name}</button>
            })}
        </header>
    }
}

/// The keys, shown on demand.
#[component]
pub fn Help(console: Console, open: RwSignal<bool>) -> impl IntoView {
    let keys = [
        ("Enter · F2", Key::KeyClaim),
        ("X · F4", Key::KeyVerdict),
        ("Q · Shift+F2", Key::KeyAcknowledge),
        ("M · Shift+F8", Key::KeyMute),
        ("H · Shift+F4", Key::KeyShelve),
        ("T · F9", Key::KeyNote),
        ("G · F8", Key::KeyNewest),
        ("↑ ↓", Key::KeyMove),
        ("Esc", Key::KeyBack),
    ];
    view! {
        <Modal
            open
            title=Signal::derive(move || console.t(Key::HelpKeys))
            close=Signal::derive(move || console.t(Key::Close))
        >
            <dl class="keys">
                {keys.into_iter().map(|(key, text)| view! {
                    <div><dt><kbd>{key}</kbd></dt><dd>{move || console.t(text)}</dd></div>
                }).collect_view()}
            </dl>
        </Modal>
    }
}

/// 报警激增, while it lasts. What came is what is shown and what was folded: the domain counts every
/// one of them, so none is lost.
#[component]
fn FloodLight(console: Console) -> impl IntoView {
    let folded = Memo::new(move |_| {
        console.now.track();
        console.any_alarm.track();
        console.with(|replica| replica.view().flood.as_ref().map(|flood| flood.folded))
    });
    view! {
        {move || folded.get().map(|folded| view! {
            <strong class="flood" role="status">
                {Key::Flood.fill(console.language.get(), &[&folded.to_string()])}
            </strong>
        })}
    }
}
