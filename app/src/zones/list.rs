//! Armed zones as rows.

use super::model::{disarmed, state};
use super::texts;
use crate::copy::SiteCopy;
use crate::desk::Desk;
use castellan_domain::access::Right;
use castellan_domain::estate::Zone;
use castellan_domain::view::View;
use castellan_domain::zone::ZoneCommand;
use leptos::prelude::*;

/// The zones, in the estate's order.
#[component]
pub fn ZoneList(copy: &'static SiteCopy, desk: &'static Desk) -> impl IntoView {
    let zones = move || {
        let zones = copy
            .estate
            .with(|estate| estate.as_ref().map(|e| e.zones.clone()));
        let row = |zone| view! { <ZoneRow copy desk zone /> };
        zones
            .unwrap_or_default()
            .into_iter()
            .map(row)
            .collect_view()
    };
    view! { <ul class="rows">{zones}</ul> }
}

/// How many zones are armed, of how many.
pub fn armed(copy: &'static SiteCopy) -> (usize, usize) {
    copy.estate.with(|estate| {
        let Some(estate) = estate else { return (0, 0) };
        let is_armed = |view: &View| {
            let zones = estate.zones.iter();
            zones.filter(|zone| view.is_armed(&zone.id)).count()
        };
        (copy.all(&copy.changes.zones, is_armed), estate.zones.len())
    })
}

#[component]
fn ZoneRow(copy: &'static SiteCopy, desk: &'static Desk, zone: Zone) -> impl IntoView {
    let id = zone.id.clone();
    let known = Memo::new(move |_| copy.one(&copy.changes.zones, &id));
    let armed = Memo::new(move |_| known.with(|zone| zone.as_ref().is_some_and(|z| z.armed)));
    let words = move || {
        let (now, language) = (copy.now(), desk.language.get());
        copy.estate.with(|estate| {
            known.with(|zone| state(estate.as_deref(), zone.as_ref(), now, language))
        })
    };
    let own = zone.clone();
    let switch = move || {
        let zone = own.id.clone();
        if armed.get_untracked() {
            desk.send_and_offer(ZoneCommand::Disarm { zone }, disarmed(&own));
        } else {
            desk.send(ZoneCommand::Arm { zone });
        }
    };
    let data = zone.id.to_string();
    let name = move || zone.name.get(desk.language.get()).to_owned();
    let (label, consequence) = (
        move || {
            desk.t(if armed.get() {
                texts::DISARM
            } else {
                texts::ARM
            })
        },
        move || {
            desk.t(if armed.get() {
                texts::DISARM_CONSEQUENCE
            } else {
                texts::ARM_CONSEQUENCE
            })
        },
    );
    view! {
        <li class="zone" class:armed=move || armed.get() data-zone=data>
            <span class="name">{name.clone()}</span>
            <span class="quiet num">{words}</span>
            {move || {
                let (switch, name) = (switch.clone(), name.clone());
                desk.may(Right::ArmZones).then(|| view! {
                    <button data-action="arm" title=consequence disabled=move || desk.sending.get()
                        on:click=move |_| switch()>
                        {label}<span class="unseen">" "{name}</span>
                    </button>
                })
            }}
        </li>
    }
}
