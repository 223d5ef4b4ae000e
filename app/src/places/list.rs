//! Buildings and watched areas as rows.

use super::model::area_kind;
use crate::desk::Picked;
use crate::live::Console;
use crate::texts::Key;
use castellan_domain::text::Localized;
use leptos::prelude::*;

/// Buildings, then areas, folded away until somebody asks.
#[component]
pub fn PlaceList(console: Console) -> impl IntoView {
    let (open, set_open) = signal(false);
    let places = Memo::new(move |_| {
        console.estate.with(|estate| {
            let Some(estate) = estate else {
                return Vec::new();
            };
            let buildings = estate.buildings.iter();
            let buildings = buildings.map(|b| {
                let picked = Picked::Building(b.id.clone());
                (picked, b.name.clone(), Key::BuildingKind)
            });
            let areas = estate.areas.iter();
            let areas = areas.map(|a| {
                (
                    Picked::Area(a.id.clone()),
                    a.name.clone(),
                    area_kind(a.kind),
                )
            });
            buildings.chain(areas).collect::<Vec<_>>()
        })
    });
    let rows = move || {
        let places = places.get().into_iter();
        let rows =
            places.map(|(picked, name, kind)| view! { <PlaceRow console picked name kind /> });
        rows.collect_view()
    };
    view! {
        <details class="folded places" on:toggle=move |_| set_open.update(|open| *open = !*open)>
            <summary>
                {move || console.t(Key::PlaceTitle)}" "
                <span class="count">{move || places.with(Vec::len)}</span>
            </summary>
            <ul class="rows">{move || open.get().then(rows)}</ul>
        </details>
    }
}

/// A row that selects what stands still.
#[component]
fn PlaceRow(console: Console, picked: Picked, name: Localized, kind: Key) -> impl IntoView {
    let data = picked.address();
    let is_selected = {
        let picked = picked.clone();
        move || console.selected.get().as_ref() == Some(&picked)
    };
    let pressed = is_selected.clone();
    view! {
        <li>
            <button class="place" class:selected=is_selected aria-pressed=move || pressed().to_string()
                data-place=data on:click=move |_| console.select(Some(picked.clone()))>
                <span class="name">{move || name.get(console.language.get()).to_owned()}</span>
                <span class="quiet">{move || console.t(kind)}</span>
            </button>
        </li>
    }
}
