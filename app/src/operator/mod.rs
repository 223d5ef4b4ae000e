//! Who works at this screen. Until sign-in exists one picks oneself, and the screen says so.

use crate::copy::SiteCopy;
use crate::desk::Desk;
use crate::texts::Key;
use castellan_domain::access::{Right, Rights};
use castellan_domain::estate::{Person, Role};
use leptos::html::Div;
use leptos::prelude::*;

/// A role in words.
pub const fn role_name(role: Role) -> Key {
    match role {
        Role::Guard => Key::RoleGuard,
        Role::Engineer => Key::RoleEngineer,
        Role::Operator => Key::RoleOperator,
        Role::ShiftLeader => Key::RoleShiftLeader,
        Role::DutyManager => Key::RoleDutyManager,
        Role::ProjectManager => Key::RoleProjectManager,
    }
}

/// Tiles with everybody who may work at a console.
#[component]
pub fn OperatorTiles(copy: &'static SiteCopy, desk: &'static Desk) -> impl IntoView {
    let people = move || {
        copy.estate.with(|estate| {
            let mut people: Vec<Person> = estate
                .iter()
                .flat_map(|estate| estate.people.iter())
                .filter(|person| Rights::of_role(person.role).contains(Right::HandleAlarms))
                .cloned()
                .collect();
            people.sort_by_key(|person| person.role.place());
            people
        })
    };
    let tile = move |person: Person| {
        let language = desk.language.get();
        let id = person.id.clone();
        view! {
            <button
                class="tile"
                data-person=person.id.to_string()
                on:click=move |_| desk.set_person(Some(id.clone()))
            >
                <span class="name">{person.name.get(language).to_owned()}</span>
                <span class="quiet">{role_name(person.role).get(language)}</span>
            </button>
        }
    };
    // Whoever uses the keyboard goes on from here.
    let card = NodeRef::<Div>::new();
    Effect::new(move |_| {
        if let Some(card) = card.get() {
            let _ = card.focus();
        }
    });
    view! {
        <div class="who" role="dialog" aria-modal="true" aria-labelledby="who-title">
            <div class="who-card" node_ref=card tabindex="-1">
                <h1 id="who-title">{move || desk.t(Key::WhoAreYou)}</h1>
                <div class="tiles">{move || people().into_iter().map(tile).collect_view()}</div>
                <p class="quiet">{move || desk.t(Key::NoSignIn)}</p>
                <button class="plain" on:click=move |_| desk.switch_language()>
                    {move || desk.t(Key::OtherLanguage)}
                </button>
            </div>
        </div>
    }
}
