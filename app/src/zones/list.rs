//! Armed zones as rows. Only an estate that has any shows the list.

use super::model::{disarmed, state};
use super::texts;
use crate::copy::SiteCopy;
use crate::desk::Desk;
use crate::stale::AsOf;
use castellan_domain::access::Right;
use castellan_domain::estate::Zone;
use castellan_domain::view::View;
use castellan_domain::zone::ZoneCommand;
use leptos::prelude::*;

/// The zones, in the estate's order.
#[component]
pub fn ZoneList(copy: &'static SiteCopy, desk: &'static Desk) -> impl IntoView {
    let zones = Memo::new(move |_| {
        copy.estate
            .with(|estate| estate.as_ref().map(|e| e.zones.clone()).unwrap_or_default())
    });
    let armed = move || {
        let count = |view: &View| {
            let is_armed = |zone: &&Zone| view.is_armed(&zone.id);
            zones.with(|zones| zones.iter().filter(is_armed).count())
        };
        copy.all(&copy.changes.zones, count)
    };
    view! {
        {move || (!zones.with(Vec::is_empty)).then(|| view! {
            <details class="folded zones">
                <summary>
                    {move || desk.t(texts::ZONES)}" "
                    <span class="count">{armed}"/"{zones.with(Vec::len)}</span>
                    " "{move || desk.t(texts::ARMED)}
                    <AsOf copy desk />
                </summary>
                <ul class="rows">
                    {zones.get().into_iter().map(|zone| view! { <ZoneRow copy desk zone /> }).collect_view()}
                </ul>
            </details>
        })}
    }
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
