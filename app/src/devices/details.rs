//! The right column while a device is selected.

use super::model::{alarms_of_device, device_lines, kind_name};
use crate::desk::Picked;
use crate::live::Console;
use crate::places::details::Details;
use castellan_domain::ids::DeviceId;
use castellan_domain::wire::live::LatestOf;
use leptos::prelude::*;

/// What is known of a device, and how old that is.
#[component]
pub fn SelectedDevice(console: Console, id: DeviceId) -> impl IntoView {
    let address = Picked::Device(id.clone()).address();
    let found = {
        let id = id.clone();
        Memo::new(move |_| console.estate.with(|e| e.as_ref()?.device(&id).cloned()))
    };
    let lines = {
        let of = LatestOf::Device(id.clone());
        move || {
            let shown = (console.now.get(), console.language.get());
            console.estate.with(|estate| {
                let (estate, device) = (estate.as_ref()?, found.get()?);
                Some(console.with(|replica| {
                    let latest = replica.latest().get(&of);
                    let seen_at = latest.and_then(|latest| latest.last_seen_at);
                    device_lines(estate, replica.view(), &device, seen_at, shown)
                }))
            })
        }
    };
    let kicker = move || found.with(|d| d.as_ref().map(|d| console.t(kind_name(d.kind))));
    let name = move || {
        let language = console.language.get();
        found.with(|d| d.as_ref().map(|d| d.name.get(language).to_owned()))
    };
    let alarms = Memo::new(move |_| {
        console.any_alarm.track();
        console.with(|replica| alarms_of_device(replica.view(), &id))
    });
    view! {
        <Details console address kicker=Signal::derive(kicker) name=Signal::derive(name)
            lines=Signal::derive(move || lines().unwrap_or_default()) alarms />
    }
}
