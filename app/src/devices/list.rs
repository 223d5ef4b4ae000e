//! Devices as rows: whatever the map draws can also be reached by keyboard.

use super::model::{door_words, row_words};
use super::texts;
use crate::copy::SiteCopy;
use crate::desk::{Desk, Picked};
use crate::stale::AsOf;
use castellan_domain::estate::Device;
use castellan_domain::wire::live::LatestOf;
use leptos::prelude::*;

/// Devices, folded away until somebody asks.
#[component]
pub fn DeviceList(copy: &'static SiteCopy, desk: &'static Desk) -> impl IntoView {
    let (open, set_open) = signal(false);
    let count = move || {
        copy.estate
            .with(|e| e.as_ref().map_or(0, |e| e.devices.len()))
    };
    let rows = move || {
        copy.estate
            .with(|e| e.as_ref().map(|e| e.devices.clone()).unwrap_or_default())
            .into_iter()
            .map(|device| view! { <DeviceRow copy desk device /> })
            .collect_view()
    };
    view! {
        <details class="folded devices" on:toggle=move |_| set_open.update(|open| *open = !*open)>
            <summary>{move || desk.t(texts::DEVICES)}" "<span class="count">{count}</span><AsOf copy desk /></summary>
            <ul class="rows">{move || open.get().then(rows)}</ul>
        </details>
    }
}

#[component]
fn DeviceRow(copy: &'static SiteCopy, desk: &'static Desk, device: Device) -> impl IntoView {
    let picked = Picked::Device(device.id.clone());
    let data = picked.address();
    let is_selected = {
        let picked = picked.clone();
        move || desk.has_selected(&picked)
    };
    let pressed = is_selected.clone();
    let name = {
        let name = device.name.clone();
        move || name.get(desk.language.get()).to_owned()
    };
    let of = LatestOf::Device(device.id.clone());
    // A door says what it is; of the others the place, where the name does not say it already.
    let beside = Memo::new(move |_| {
        let language = desk.language.get();
        if device.door.is_some() {
            let state = copy.one(&copy.changes.doors, &device.id);
            return Some(door_words(state.as_ref(), copy.shown_at(), language));
        }
        let place = copy
            .estate
            .with_untracked(|e| e.as_ref().map(|e| e.place_name(&device.place, language)));
        place.filter(|place| !device.name.get(language).contains(place.as_str()))
    });
    let words = Memo::new(move |_| {
        let seen_at = copy.last_seen(&of);
        let shown = (copy.now(), desk.language.get());
        row_words(beside.get(), seen_at, shown)
    });
    view! {
        <li>
            <button class="place" class:selected=is_selected aria-pressed=move || pressed().to_string()
                data-place=data on:click=move |_| desk.select(Some(picked.clone()))>
                <span class="name">{name}</span>
                <span class="quiet num">{move || words.get()}</span>
            </button>
        </li>
    }
}
