//! Buildings and watched areas as rows.

use super::model::area_kind;
use super::texts;
use crate::copy::SiteCopy;
use crate::desk::{Desk, Picked};
use crate::texts::Words;
use castellan_domain::text::Localized;
use leptos::prelude::*;

/// Buildings, then areas.
#[component]
pub fn PlaceList(copy: &'static SiteCopy, desk: &'static Desk) -> impl IntoView {
    let places = Memo::new(move |_| {
        copy.estate.with(|estate| {
            let Some(estate) = estate else {
                return Vec::new();
            };
            let buildings = estate.buildings.iter();
            let buildings = buildings.map(|b| {
                let picked = Picked::Building(b.id.clone());
                (picked, b.name.clone(), texts::BUILDING_KIND)
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
        let rows = places.map(|(picked, name, kind)| view! { <PlaceRow desk picked name kind /> });
        rows.collect_view()
    };
    view! { <ul class="rows">{rows}</ul> }
}

/// A row that selects what stands still.
#[component]
fn PlaceRow(desk: &'static Desk, picked: Picked, name: Localized, kind: Words) -> impl IntoView {
    let data = picked.address();
    let is_selected = {
        let picked = picked.clone();
        move || desk.has_selected(&picked)
    };
    let pressed = is_selected.clone();
    view! {
        <li>
            <button class="place" class:selected=is_selected aria-pressed=move || pressed().to_string()
                data-place=data on:click=move |_| desk.select(Some(picked.clone()))>
                <span class="name">{move || name.get(desk.language.get()).to_owned()}</span>
                <span class="quiet">{move || desk.t(kind)}</span>
            </button>
        </li>
    }
}
