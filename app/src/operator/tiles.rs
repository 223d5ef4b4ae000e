//! A tile for everybody who may work at a console.

use super::texts;
use crate::copy::SiteCopy;
use crate::desk::Desk;
use crate::texts::Words;
use castellan_domain::access::{Right, rights_of};
use castellan_domain::estate::{Person, Role};
use leptos::html::Div;
use leptos::prelude::*;

/// A role in words.
const fn role_name(role: Role) -> Words {
    match role {
        Role::Guard => texts::ROLE_GUARD,
        Role::Engineer => texts::ROLE_ENGINEER,
        Role::Steward => texts::ROLE_STEWARD,
        Role::Operator => texts::ROLE_OPERATOR,
        Role::ShiftLeader => texts::ROLE_SHIFT_LEADER,
        Role::DutyManager => texts::ROLE_DUTY_MANAGER,
        Role::ProjectManager => texts::ROLE_PROJECT_MANAGER,
    }
}

/// Tiles with everybody who may work at a console.
#[component]
pub fn OperatorTiles(copy: &'static SiteCopy, desk: &'static Desk) -> impl IntoView {
    let people = move || {
        copy.estate.track();
        copy.changes.people.track_any();
        let people = copy.known(|known| {
            let may = |person: &&Person| {
                let rights = rights_of(known, &person.id);
                rights.contains(Right::HandleAlarms)
            };
            let mut people: Vec<_> = known.estate.people.iter().filter(may).cloned().collect();
            people.sort_by_key(|person| person.role.place());
            people
        });
        people.unwrap_or_default()
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
                <h1 id="who-title">{move || desk.t(texts::WHO_ARE_YOU)}</h1>
                <div class="tiles">{move || people().into_iter().map(tile).collect_view()}</div>
                <p class="quiet">{move || desk.t(texts::NO_SIGN_IN)}</p>
                <button class="plain" on:click=move |_| desk.switch_language()>
                    {move || desk.t(crate::texts::OTHER_LANGUAGE)}
                </button>
            </div>
        </div>
    }
}
