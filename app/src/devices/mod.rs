//! The estate's devices as rows: whatever the map draws can also be reached by keyboard.

use crate::live::Console;
use crate::texts::Key;
use castellan_domain::estate::Device;
use leptos::prelude::*;

/// Devices, folded away until somebody asks.
#[component]
pub fn DeviceList(console: Console) -> impl IntoView {
    let (open, set_open) = signal(false);
    let count = move || {
        console
            .estate
            .with(|e| e.as_ref().map_or(0, |e| e.devices.len()))
    };
    let row = move |device: Device| {
        let language = console.language.get();
        let place = console
            .estate
            .with_untracked(|e| e.as_ref().map(|e| e.place_name(&device.place, language)))
            // A name that says the place already needs no second one.
            .filter(|place| !device.name.get(language).contains(place.as_str()));
        view! {
            <li class="device">
                <span class="name">{device.name.get(language).to_owned()}</span>
                <span class="quiet">{place}</span>
            </li>
        }
    };
    let rows = move || {
        console
            .estate
            .with(|e| e.as_ref().map(|e| e.devices.clone()).unwrap_or_default())
            .into_iter()
            .map(row)
            .collect_view()
    };
    view! {
        <details class="folded devices" on:toggle=move |_| set_open.update(|open| *open = !*open)>
            <summary>{move || console.t(Key::Devices)}" "<span class="count">{count}</span></summary>
            <ul class="rows" tabindex="0">{move || open.get().then(rows)}</ul>
        </details>
    }
}
