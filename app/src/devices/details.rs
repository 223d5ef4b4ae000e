//! The right column while a device is selected.

use super::model::{alarms_of_device, device_lines, kind_name};
use crate::cameras::CameraTile;
use crate::copy::SiteCopy;
use crate::desk::{Desk, Picked};
use crate::doors::OpenDoor;
use crate::places::details::Details;
use castellan_domain::access::Right;
use castellan_domain::estate::DeviceKind;
use castellan_domain::ids::DeviceId;
use castellan_domain::view::View;
use castellan_domain::wire::live::LatestOf;
use leptos::prelude::*;

/// What is known of a device, and how old that is.
#[component]
pub fn SelectedDevice(
    copy: &'static SiteCopy,
    desk: &'static Desk,
    id: DeviceId,
    sentence: Signal<Option<String>>,
) -> impl IntoView {
    let address = Picked::Device(id.clone()).address();
    let found = {
        let id = id.clone();
        Memo::new(move |_| copy.estate.with(|e| e.as_ref()?.device(&id).cloned()))
    };
    let lines = {
        let id = id.clone();
        move || {
            let seen_at = copy.last_seen(&LatestOf::Device(id.clone()));
            let shown = (copy.shown_at(), desk.language.get());
            copy.changes.doors.track(&id);
            copy.estate.with(|estate| {
                let (estate, device) = (estate.as_ref()?, found.get()?);
                let lines = |view: &View| device_lines(estate, view, &device, seen_at, shown);
                Some(copy.all(&copy.changes.zones, lines))
            })
        }
    };
    let kicker = move || found.with(|d| d.as_ref().map(|d| desk.t(kind_name(d.kind))));
    let name = move || {
        let language = desk.language.get();
        found.with(|d| d.as_ref().map(|d| d.name.get(language).to_owned()))
    };
    let door = id.clone();
    let camera = id.clone();
    let is_shown = Memo::new(move |_| {
        let is_camera = found.with(|d| d.as_ref().is_some_and(|d| d.kind == DeviceKind::Camera));
        is_camera && desk.may(Right::SeeCameras)
    });
    let alarms = Memo::new(move |_| copy.alarms(|view| alarms_of_device(view, &id)));
    view! {
        <Details copy desk sentence address kicker=Signal::derive(kicker) name=Signal::derive(name)
            lines=Signal::derive(move || lines().unwrap_or_default()) alarms>
            <OpenDoor copy desk door />
            {move || is_shown.get().then(|| view! {
                <section class="pictures large"><CameraTile copy desk camera=camera.clone() /></section>
            })}
        </Details>
    }
}
