//! Devices as rows: whatever the map draws can also be reached by keyboard.

use super::model::{door_words, row_words};
use crate::copy::SiteCopy;
use crate::desk::{Desk, Picked};
use crate::silent::silent;
use castellan_domain::estate::{Device, DeviceKind};
use castellan_domain::wire::live::LatestOf;
use leptos::prelude::*;
use std::sync::Arc;

/// Which devices a list has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// 摄像机
    Cameras,
    /// All others.
    Others,
}

impl Which {
    /// Whether a device is one of them.
    pub fn has(self, device: &Device) -> bool {
        (self == Self::Cameras) == (device.kind == DeviceKind::Camera)
    }
}

/// Devices, those that are silent first.
#[component]
pub fn DeviceList(copy: &'static SiteCopy, desk: &'static Desk, which: Which) -> impl IntoView {
    let devices = Memo::new(move |_| {
        let silent = copy.alarms(silent);
        let mut devices = copy.estate.with(|estate| {
            let all = estate.iter().flat_map(|estate| &estate.devices);
            let these = all.filter(|device| which.has(device));
            // Another document may call the same device something else.
            let document = estate
                .as_ref()
                .map_or(0, |estate| Arc::as_ptr(estate).addr());
            these
                .map(|device| (document, device.clone()))
                .collect::<Vec<_>>()
        });
        devices.sort_by_key(|(_, device)| !silent.contains(&device.id));
        devices
    });
    let name_of = |(document, device): &(usize, Device)| (*document, device.id.clone());
    view! {
        <ul class="rows">
            <For each=move || devices.get() key=name_of let:device>
                <DeviceRow copy desk device=device.1 />
            </For>
        </ul>
    }
}

/// How many of them there are, and how many nobody calls silent.
pub fn online(copy: &'static SiteCopy, which: Which) -> (usize, usize) {
    let silent = copy.alarms(silent);
    copy.estate.with(|estate| {
        let all = estate.iter().flat_map(|estate| &estate.devices);
        let all: Vec<_> = all.filter(|device| which.has(device)).collect();
        let heard = all.iter().filter(|device| !silent.contains(&device.id));
        (heard.count(), all.len())
    })
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
