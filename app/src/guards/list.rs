//! Everybody on the map, as rows that the keyboard reaches.

use super::duty::duty_of;
use super::model::{Freshness, age_text, call_sign, guards};
use crate::desk::Picked;
use crate::live::Console;
use crate::texts::Key;
use castellan_domain::ids::PersonId;
use leptos::prelude::*;

/// The guards, those heard first.
#[component]
pub fn GuardList(console: Console) -> impl IntoView {
    // Who is heard for the first time appears with the next second.
    let ids = Memo::new(move |_| {
        console.now.track();
        console.estate.with(|estate| {
            let Some(estate) = estate else {
                return Vec::new();
            };
            console.with(|replica| {
                guards(estate, replica.view(), replica.tracked())
                    .into_iter()
                    .map(|person| person.id.clone())
                    .collect::<Vec<_>>()
            })
        })
    });
    let heard = move || {
        console.now.track();
        console.with(|replica| replica.tracked().len())
    };
    view! {
        <details class="folded guards" open>
            <summary>
                {move || console.t(Key::Guards)}" "
                <span class="count">{heard}"/"{move || ids.with(Vec::len)}</span>
            </summary>
            {move || (heard() == 0 && console.ready.get()).then(|| view! {
                <p class="empty quiet">{console.t(Key::GuardsEmpty)}</p>
            })}
            <ul class="rows">
                <For each=move || ids.get() key=PersonId::clone let:id>
                    <GuardRow console id />
                </For>
            </ul>
        </details>
    }
}

#[component]
fn GuardRow(console: Console, id: PersonId) -> impl IntoView {
    let tracked = {
        let id = id.clone();
        Memo::new(move |_| {
            console.now.track();
            console.tracked(&id)
        })
    };
    let person = {
        let id = id.clone();
        move || {
            console
                .estate
                .with(|estate| estate.as_ref()?.person(&id).cloned())
        }
    };
    let name = {
        let person = person.clone();
        move || person().map(|p| p.name.get(console.language.get()).to_owned())
    };
    let radio = move || {
        console.now.track();
        let language = console.language.get();
        person().map(|p| console.with(|replica| call_sign(&p, replica.view(), language)))
    };
    let duty = {
        let id = id.clone();
        Memo::new(move |_| duty_of(console, &id))
    };
    let off_duty = move || {
        let off = duty.get().is_some_and(|since| since.is_none());
        off.then(|| format!(" · {}", console.t(Key::OffDuty)))
    };
    let freshness = move || Freshness::of(tracked.get().as_ref(), console.now.get()).class();
    let age = move || {
        age_text(tracked.get().as_ref(), console.now.get())
            .unwrap_or_else(|| console.t(Key::NeverHeard).to_owned())
    };
    let (picked, data) = (Picked::Person(id.clone()), id.to_string());
    let is_selected = {
        let picked = picked.clone();
        move || console.selected.get().as_ref() == Some(&picked)
    };
    // In one: a class that is set anew takes with it what was set beside it.
    let look = {
        let is_selected = is_selected.clone();
        move || {
            let selected = if is_selected() { " selected" } else { "" };
            format!("guard {}{selected}", freshness())
        }
    };
    view! {
        <li>
            <button
                class=look
                aria-pressed=move || is_selected().to_string()
                data-guard=data
                on:click=move |_| console.select(Some(picked.clone()))
            >
                <span class="mark" aria-hidden="true"></span>
                <span class="call-sign">{radio}</span>
                <span class="name">{name}{off_duty}</span>
                <span class="age num">{age}</span>
            </button>
        </li>
    }
}
