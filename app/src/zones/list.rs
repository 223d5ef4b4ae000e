//! Armed zones as rows. Only an estate that has any shows the list.

use super::model::state;
use crate::alarms::actions::is_operator;
use crate::live::Console;
use crate::texts::Key;
use castellan_domain::estate::Zone;
use castellan_domain::wire::api::CommandBody;
use leptos::prelude::*;

/// The zones, in the estate's order.
#[component]
pub fn ZoneList(console: Console) -> impl IntoView {
    let zones = Memo::new(move |_| {
        console
            .estate
            .with(|estate| estate.as_ref().map(|e| e.zones.clone()).unwrap_or_default())
    });
    let armed = move || {
        console.now.track();
        let is_armed = |zone: &&Zone| console.with(|replica| replica.view().is_armed(&zone.id));
        zones.with(|zones| zones.iter().filter(is_armed).count())
    };
    view! {
        {move || (!zones.with(Vec::is_empty)).then(|| view! {
            <details class="folded zones">
                <summary>
                    {move || console.t(Key::Zones)}" "
                    <span class="count">{armed}"/"{zones.with(Vec::len)}</span>
                    " "{move || console.t(Key::Armed)}
                </summary>
                <ul class="rows">
                    {zones.get().into_iter().map(|zone| view! { <ZoneRow console zone /> }).collect_view()}
                </ul>
            </details>
        })}
    }
}

#[component]
fn ZoneRow(console: Console, zone: Zone) -> impl IntoView {
    let id = zone.id.clone();
    let known = Memo::new(move |_| {
        console.now.track();
        console.with(|replica| replica.view().zones.get(&id).cloned())
    });
    let armed = Memo::new(move |_| known.with(|zone| zone.as_ref().is_some_and(|z| z.armed)));
    let words = move || {
        let (now, language) = (console.now.get(), console.language.get());
        console.estate.with(|estate| {
            known.with(|zone| state(estate.as_deref(), zone.as_ref(), now, language))
        })
    };
    let id = zone.id.clone();
    let switch = move || {
        let zone = id.clone();
        let command = if armed.get_untracked() {
            CommandBody::Disarm { zone }
        } else {
            CommandBody::Arm { zone }
        };
        console.command(command, || {});
    };
    let data = zone.id.to_string();
    let name = move || zone.name.get(console.language.get()).to_owned();
    let (label, consequence) = (
        move || console.t(if armed.get() { Key::Disarm } else { Key::Arm }),
        move || {
            console.t(if armed.get() {
                Key::DisarmConsequence
            } else {
                Key::ArmConsequence
            })
        },
    );
    view! {
        <li class="zone" class:armed=move || armed.get() data-zone=data>
            <span class="name">{name.clone()}</span>
            <span class="quiet num">{words}</span>
            {move || {
                let (switch, name) = (switch.clone(), name.clone());
                is_operator(console).then(|| view! {
                    <button data-action="arm" title=consequence disabled=move || console.sending.get()
                        on:click=move |_| switch()>
                        {label}<span class="unseen">" "{name}</span>
                    </button>
                })
            }}
        </li>
    }
}
