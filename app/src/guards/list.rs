//! Everybody on the map, as rows that the keyboard reaches.

use super::duty::duty_of;
use super::model::{Freshness, age_text, call_sign, guards};
use super::texts;
use crate::copy::SiteCopy;
use crate::desk::{Desk, Picked};
use castellan_domain::ids::PersonId;
use leptos::prelude::*;

/// The guards, those heard first.
#[component]
pub fn GuardList(copy: &'static SiteCopy, desk: &'static Desk) -> impl IntoView {
    let heard = copy.changes.heard;
    let ids = Memo::new(move |_| {
        heard.track();
        copy.changes.people.track_any();
        copy.estate.with(|estate| {
            let Some(estate) = estate else {
                return Vec::new();
            };
            copy.with(|replica| {
                guards(estate, replica.view(), replica.tracked())
                    .into_iter()
                    .map(|person| person.id.clone())
                    .collect::<Vec<_>>()
            })
        })
    });
    view! {
        {move || (heard.get() == 0 && copy.ready.get()).then(|| view! {
            <p class="none">{desk.t(texts::GUARDS_EMPTY)}</p>
        })}
        <ul class="rows">
            <For each=move || ids.get() key=PersonId::clone let:id>
                <GuardRow copy desk id />
            </For>
        </ul>
    }
}

#[component]
fn GuardRow(copy: &'static SiteCopy, desk: &'static Desk, id: PersonId) -> impl IntoView {
    let tracked = {
        let id = id.clone();
        Memo::new(move |_| copy.tracked(&id))
    };
    let person = {
        let id = id.clone();
        move || {
            copy.estate
                .with(|estate| estate.as_ref()?.person(&id).cloned())
        }
    };
    let name = {
        let person = person.clone();
        move || person().map(|p| p.name.get(desk.language.get()).to_owned())
    };
    let radio = {
        let id = id.clone();
        move || {
            let (state, language) = (copy.person(&id), desk.language.get());
            person().map(|p| call_sign(&p, &state, language))
        }
    };
    let duty = {
        let id = id.clone();
        Memo::new(move |_| duty_of(copy, &id))
    };
    let off_duty = move || {
        let off = duty.get().is_some_and(|since| since.is_none());
        off.then(|| format!(" · {}", desk.t(texts::OFF_DUTY)))
    };
    let freshness = move || Freshness::of(tracked.get().as_ref(), copy.now()).class();
    let age = move || {
        age_text(tracked.get().as_ref(), copy.now())
            .unwrap_or_else(|| desk.t(texts::NEVER_HEARD).to_owned())
    };
    let (picked, data) = (Picked::Person(id.clone()), id.to_string());
    let is_selected = {
        let picked = picked.clone();
        move || desk.has_selected(&picked)
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
                on:click=move |_| desk.select(Some(picked.clone()))
            >
                <span class="mark" aria-hidden="true"></span>
                <span class="call-sign">{radio}</span>
                <span class="name">{name}{off_duty}</span>
                <span class="age num">{age}</span>
            </button>
        </li>
    }
}
