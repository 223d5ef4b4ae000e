//! The alarms of the selected one's incident, and what is put together or apart by hand.

use super::located::place;
use super::model::{class, priority_name, sign, what};
use super::texts;
use crate::copy::SiteCopy;
use crate::desk::{Desk, Picked};
use crate::incidents::belongs::Belongs;
use crate::incidents::by_hand::{offer, offer_of_split};
use castellan_domain::estate::Priority;
use castellan_domain::ids::{AlarmId, IncidentId};
use castellan_domain::incident::IncidentCommand;
use leptos::prelude::*;
use std::collections::BTreeSet;

/// What belongs to the incident of an alarm. It is out of the way until somebody asks for it, unless the
/// incident has more alarms than the one that is selected.
#[component]
pub fn Members(copy: &'static SiteCopy, desk: &'static Desk, id: AlarmId) -> impl IntoView {
    let belongs = Memo::new(move |_| {
        let incident = copy.alarm(id)?.incident?;
        copy.one(&copy.changes.incidents, &incident)?;
        copy.changes.alarms.track_any();
        copy.changes.incidents.track_any();
        let actor = desk.actor()?;
        let belongs = copy.known(|known| Belongs::of(known, incident, &actor));
        belongs.flatten().map(|belongs| (incident, belongs))
    });
    // What is chosen for a split stays so while the list changes around it.
    let ticked = RwSignal::new(BTreeSet::new());
    // So does whether it is open, once somebody has opened or closed it: what is taken back is looked at.
    let is_open = RwSignal::new(None);
    let toggled = move |event: web_sys::Event| {
        is_open.set(Some(
            event_target::<web_sys::Element>(&event).has_attribute("open"),
        ));
    };
    move || {
        let (incident, belongs) = belongs.get()?;
        let has_more = belongs.alarms.len() > 1;
        if !has_more && !belongs.is_mine {
            return None;
        }
        let count = belongs.alarms.len().to_string();
        let title = texts::MEMBERS.fill(desk.language.get(), &[&count]);
        Some(view! {
            <details class="members" open=is_open.get_untracked().unwrap_or(has_more) on:toggle=toggled
                data-members=incident.to_string()>
                <summary>{title}</summary>
                <List copy desk id incident belongs ticked />
            </details>
        })
    }
}

#[component]
fn List(
    copy: &'static SiteCopy,
    desk: &'static Desk,
    id: AlarmId,
    incident: IncidentId,
    belongs: Belongs,
    ticked: RwSignal<BTreeSet<AlarmId>>,
) -> impl IntoView {
    let Belongs {
        alarms,
        joinable,
        mergeable,
        is_mine,
    } = belongs;
    let busy = move || desk.sending.get();
    let can_leave = is_mine && alarms.len() > 1;
    let has_tick = move |alarm: AlarmId| ticked.with(|ticked| ticked.contains(&alarm));
    let tick = move |alarm: AlarmId| {
        ticked.update(|ticked| {
            if !ticked.remove(&alarm) {
                ticked.insert(alarm);
            }
        });
    };
    let all = alarms.clone();
    let chosen = Memo::new(move |_| {
        let chosen = all.iter().copied().filter(|alarm| has_tick(*alarm));
        let chosen: Vec<AlarmId> = chosen.collect();
        // One stays, or there would be nothing to split from.
        if chosen.len() < all.len() {
            chosen
        } else {
            Vec::new()
        }
    });
    let split = move |_| {
        let alarms = chosen.get_untracked();
        ticked.set(BTreeSet::new());
        let command = IncidentCommand::Split {
            incident,
            alarms: alarms.clone(),
        };
        desk.send_and_offer_what(command, move || {
            copy.known(|known| offer_of_split(known, incident, &alarms))
                .flatten()
        });
    };
    let member = move |alarm: AlarmId| {
        view! {
            <li>
                {can_leave.then(|| view! {
                    <button class="chip tick" data-tick=alarm.to_string()
                        aria-label=move || desk.t(texts::TICK)
                        aria-pressed=move || has_tick(alarm).to_string() on:click=move |_| tick(alarm)>
                        {move || if has_tick(alarm) { "☑" } else { "☐" }}
                    </button>
                })}
                <Named copy desk alarm is_selected=alarm == id />
                {can_leave.then(|| view! {
                    <button class="chip" data-leave=alarm.to_string() disabled=busy
                        on:click=move |_| by_hand(copy, desk, IncidentCommand::Leave { incident, alarm })>
                        {move || desk.t(texts::LEAVE_INCIDENT)}
                    </button>
                })}
            </li>
        }
    };
    let other = move |alarm: AlarmId| {
        view! {
            <li>
                <Named copy desk alarm is_selected=false />
                <button class="chip" data-join=alarm.to_string() disabled=busy
                    on:click=move |_| by_hand(copy, desk, IncidentCommand::Join { incident, alarm })>
                    {move || desk.t(texts::JOIN_INCIDENT)}
                </button>
            </li>
        }
    };
    let merge = move |into: IncidentId| {
        view! {
            <button data-merge=into.to_string() disabled=busy
                on:click=move |_| by_hand(copy, desk, IncidentCommand::Merge { incident, into })>
                {move || texts::MERGE_INTO.fill(desk.language.get(), &[&into.to_string()])}
            </button>
        }
    };
    let priority = move |priority: Priority| {
        let is_so = move || {
            let now = copy.one(&copy.changes.incidents, &incident);
            now.is_some_and(|now| now.priority == priority)
        };
        view! {
            <button class="chip" data-priority=class(priority) disabled=busy
                aria-pressed=move || is_so().to_string()
                on:click=move |_| by_hand(copy, desk, IncidentCommand::SetPriority { incident, priority })>
                <span class=format!("sign {}", class(priority))>{sign(priority)}</span>
                {move || desk.t(priority_name(priority))}
            </button>
        }
    };
    view! {
        <ul>{alarms.into_iter().map(member).collect_view()}</ul>
        {move || {
            let count = chosen.with(Vec::len);
            (count > 0).then(|| view! {
                <button data-split=incident.to_string() disabled=busy on:click=split>
                    {move || texts::SPLIT_INCIDENT.fill(desk.language.get(), &[&count.to_string()])}
                </button>
            })
        }}
        {(!joinable.is_empty()).then(|| view! {
            <p class="quiet">{move || desk.t(texts::JOINABLE)}</p>
            <ul>{joinable.into_iter().map(other).collect_view()}</ul>
        })}
        {(!mergeable.is_empty()).then(|| view! {
            <div class="choices">{mergeable.into_iter().map(merge).collect_view()}</div>
        })}
        {is_mine.then(|| view! {
            <div class="priorities" role="group" aria-label=move || desk.t(texts::SET_PRIORITY)>
                <span class="quiet">{move || desk.t(texts::SET_PRIORITY)}</span>
                {Priority::ALL.into_iter().map(priority).collect_view()}
            </div>
        })}
    }
}

/// Does it, and offers to take it back.
fn by_hand(copy: &'static SiteCopy, desk: &'static Desk, command: IncidentCommand) {
    let back = copy.known(|known| offer(known, &command)).flatten();
    match back {
        Some(back) => desk.send_and_offer(command, back),
        None => desk.send(command),
    }
}

/// An alarm as one line: how urgent, where, what, and its number.
#[component]
pub fn Line(copy: &'static SiteCopy, desk: &'static Desk, alarm: AlarmId) -> impl IntoView {
    move || {
        let row = copy.alarm(alarm)?;
        let language = desk.language.get();
        let about = row.source.person().map(|person| copy.person(person));
        let state = about.unwrap_or_default();
        let (where_, what) = copy.estate.with(|estate| {
            let estate = estate.as_deref();
            let now = copy.now_untracked();
            (
                place(estate, &row, &state, now, language),
                what(estate, &row, language),
            )
        });
        Some(view! {
            <span class=format!("sign {}", class(row.priority))>{sign(row.priority)}</span>
            <b>{where_}</b>" "{what}
            <span class="number">{alarm.to_string()}</span>
        })
    }
}

/// The same, and it selects the alarm.
#[component]
pub fn Named(
    copy: &'static SiteCopy,
    desk: &'static Desk,
    alarm: AlarmId,
    is_selected: bool,
) -> impl IntoView {
    view! {
        <button class="named" data-member=alarm.to_string() aria-pressed=is_selected.to_string()
            on:click=move |_| desk.select(Some(Picked::Alarm(alarm)))><Line copy desk alarm /></button>
    }
}
