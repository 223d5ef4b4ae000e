//! A door that may be opened. What follows is said before it is done.

use super::model::{doors_at, may_be_opened, said};
use super::texts;
use crate::copy::SiteCopy;
use crate::desk::Desk;
use crate::names::person_name;
use castellan_domain::access::Right;
use castellan_domain::actuation::ActuationCommand;
use castellan_domain::estate::Device;
use castellan_domain::ids::{DeviceId, IncidentId};
use leptos::prelude::*;

/// Opens a door, where the estate lets that be done from here.
#[component]
pub fn OpenDoor(copy: &'static SiteCopy, desk: &'static Desk, door: DeviceId) -> impl IntoView {
    let found = Memo::new(move |_| {
        let found = copy.estate.with(|e| e.as_ref()?.device(&door).cloned())?;
        may_be_opened(&found).then_some(found)
    });
    move || {
        let door = found.get()?;
        Some(view! { <div class="doors"><Door copy desk door is_named=false /></div> })
    }
}

/// The doors that may be opened where an incident is.
#[component]
pub fn OpenDoors(
    copy: &'static SiteCopy,
    desk: &'static Desk,
    incident: IncidentId,
) -> impl IntoView {
    let found = Memo::new(move |_| copy.one(&copy.changes.incidents, &incident));
    let place = Memo::new(move |_| found.with(|one| one.as_ref()?.place.place().cloned()));
    let is_drill = Memo::new(move |_| found.with(|one| one.as_ref().is_some_and(|one| one.drill)));
    let doors = move || {
        if is_drill.get() {
            return view! { <p class="quiet">{desk.t(texts::DRILL)}</p> }.into_any();
        }
        let doors = copy.estate.with(|estate| {
            let place = place.get()?;
            Some(doors_at(estate.as_deref()?, &place))
        });
        let doors = doors.unwrap_or_default();
        if doors.is_empty() {
            return view! { <p class="quiet">{desk.t(texts::NONE_HERE)}</p> }.into_any();
        }
        let door = |door| view! { <Door copy desk door is_named=true /> };
        doors.into_iter().map(door).collect_view().into_any()
    };
    view! { <div class="doors">{doors}</div> }
}

/// One door. `is_named`: its button says which.
#[component]
fn Door(
    copy: &'static SiteCopy,
    desk: &'static Desk,
    door: Device,
    is_named: bool,
) -> impl IntoView {
    let asks = RwSignal::new(false);
    desk.for_one_person(move || asks.set(false));
    let Device { id, name, .. } = door;
    let name = move || name.get(desk.language.get()).to_owned();
    let last = {
        let id = id.clone();
        move || {
            let last = copy.one(&copy.changes.actuations, &id)?;
            let language = desk.language.get();
            let by = last.by.as_ref().map(|by| {
                copy.estate
                    .with(|estate| person_name(estate.as_deref(), by, language))
            });
            let time = |at| copy.time_of_day(at);
            said(&last, &by.unwrap_or_default(), time, (copy.now(), language))
        }
    };
    let data = id.to_string();
    let open = move |_| {
        asks.set(false);
        desk.send(ActuationCommand::OpenDoor { door: id.clone() });
    };
    let follows = {
        let name = name.clone();
        move || texts::FOLLOWS.fill(desk.language.get(), &[&name()])
    };
    let label = move || {
        let about = is_named.then(|| format!(" {}", name()));
        (desk.t(texts::OPEN), about)
    };
    view! {
        <div class="door" data-door=data>
            {move || desk.may(Right::OpenDoors).then(|| view! {
                <button data-action="open-door" aria-expanded=move || asks.get().to_string()
                    on:click=move |_| asks.update(|asks| *asks = !*asks)>{label.clone()}</button>
            })}
            {move || asks.get().then(|| view! {
                <div class="consequence" role="group">
                    <p>{follows.clone()}</p>
                    <button data-action="open-door-now" disabled=move || desk.sending.get()
                        on:click=open.clone()>{move || desk.t(texts::OPEN_NOW)}</button>
                    <button on:click=move |_| asks.set(false)>{move || desk.t(texts::LEAVE)}</button>
                </div>
            })}
            {move || last().map(|said| view! {
                <p class="num" class:quiet=!said.is_open_question class:overdue=said.is_open_question
                    role="status">{said.words}</p>
            })}
        </div>
    }
}
