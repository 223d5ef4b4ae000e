//! The queue as rows, and the lists of what is not in it.

use super::located::place;
use super::model::{class, sign, what};
use super::queue::Queue;
use super::row::{Row, Within};
use super::texts;
use crate::copy::SiteCopy;
use crate::desk::{Desk, Picked};
use crate::stale::AsOf;
use crate::texts::Words;
use castellan_domain::ids::AlarmId;
use leptos::ev::FocusEvent;
use leptos::prelude::*;
use wasm_bindgen::JsCast as _;
use web_sys::Node;

/// The queue as it is shown: in order, but for the time that a hand is on it.
pub fn arranged(copy: &'static SiteCopy, desk: &'static Desk) -> Memo<Queue> {
    Memo::new(move |shown: Option<&Queue>| {
        let held = desk.holds_queue();
        copy.alarms(|view| match shown {
            Some(shown) => shown.updated(view, held),
            None => Queue::default().updated(view, held),
        })
    })
}

/// The left column: what needs somebody, in the order of urgency.
#[component]
pub fn AlarmQueue(
    copy: &'static SiteCopy,
    desk: &'static Desk,
    queue: Memo<Queue>,
) -> impl IntoView {
    let rows = move || queue.with(|queue| queue.rows.clone());
    let arrivals = move || queue.with(|queue| queue.arrivals.clone());
    let list = move |of: fn(&Queue) -> &Vec<AlarmId>| {
        Signal::derive(move || queue.with(|queue| of(queue).clone()))
    };
    let focus_left = move |event: FocusEvent| {
        let inside = event
            .current_target()
            .and_then(|list| list.dyn_into::<Node>().ok())
            .is_some_and(|list| {
                let to = event
                    .related_target()
                    .and_then(|to| to.dyn_into::<Node>().ok());
                to.is_some_and(|to| list.contains(Some(&to)))
            });
        if !inside {
            desk.focus_queue(false);
        }
    };
    // Said by screen readers as it comes; on screen the row itself says it.
    let newest = Memo::new(move |_| queue.with(Queue::newest));
    let announcement = move || {
        let (id, language) = (newest.get()?, desk.language.get());
        let alarm = copy.with(|replica| replica.view().alarms.get(&id).cloned())?;
        // Said once: neither its age nor another call sign says it anew.
        let (now, person) = (copy.now_untracked(), alarm.source.person());
        let state = copy.with(|replica| person.map(|id| replica.view().person(id)));
        copy.estate.with(|estate| {
            let (estate, state) = (estate.as_deref(), state.unwrap_or_default());
            let (what, place) = (
                what(estate, &alarm, language),
                place(estate, &alarm, &state, now, language),
            );
            let drill = if alarm.drill {
                texts::DRILL.get(language)
            } else {
                ""
            };
            let new = texts::NEW_ARRIVALS.get(language);
            Some(format!("{new} {drill} {what} {place}"))
        })
    };
    view! {
        <section class="queue" aria-label=move || desk.t(texts::QUEUE)>
            <p class="unseen" role="status">{announcement}</p>
            <div
                class="open-alarms"
                on:mouseenter=move |_| desk.point_at_queue(true)
                on:mouseleave=move |_| desk.point_at_queue(false)
            >
                // Always there: a bar that came and went would push the rows about.
                <div class="queue-head">
                    {move || {
                        let arrivals = arrivals();
                        if arrivals.is_empty() {
                            view! { <h2>{move || desk.t(texts::QUEUE)}</h2> }.into_any()
                        } else {
                            view! { <Arrivals copy desk ids=arrivals /> }.into_any()
                        }
                    }}
                    <AsOf copy desk />
                </div>
                <ol
                    class="rows"
                    on:focusin=move |_| desk.focus_queue(true)
                    on:focusout=focus_left
                >
                    <For each=rows key=|id| *id let:id>
                        <Row copy desk queue id within=Within::Queue />
                    </For>
                </ol>
            </div>
            {move || (copy.ready.get() && rows().is_empty()).then(|| view! {
                <div class="empty">
                    <p>{move || desk.t(match copy.link.stale_since() {
                        None => texts::QUEUE_EMPTY,
                        Some(_) => texts::QUEUE_WAS_EMPTY,
                    })}</p>
                    {move || copy.link.stale_since().is_none().then(|| view! {
                        <p class="quiet">{desk.t_key(texts::QUEUE_EMPTY_HINT, 'G')}</p>
                    })}
                </div>
            })}
            <Folded copy desk queue title=texts::SHELVED open=false within=Within::Shelf ids=list(|queue| &queue.shelved) />
            <Folded copy desk queue title=texts::JUDGED_ACTIVE open=true within=Within::Done ids=list(|queue| &queue.judged_active) />
            <Folded copy desk queue title=texts::CLOSED open=false within=Within::Done ids=list(|queue| &queue.closed) />
        </section>
    }
}

/// What came while the queue was held still.
#[component]
fn Arrivals(copy: &'static SiteCopy, desk: &'static Desk, ids: Vec<AlarmId>) -> impl IntoView {
    let newest = ids.last().copied();
    let signs = copy.with(|replica| {
        castellan_domain::estate::Priority::ALL
            .into_iter()
            .filter_map(|priority| {
                let alarms = &replica.view().alarms;
                let is_of = |id: &&AlarmId| alarms.get(id).is_some_and(|a| a.priority == priority);
                let count = ids.iter().filter(is_of).count();
                (count > 0).then_some((priority, count))
            })
            .collect::<Vec<_>>()
    });
    view! {
        <button
            class="arrivals"
            on:click=move |_| desk.select(newest.map(Picked::Alarm))
        >
            <span>{move || desk.t(texts::NEW_ARRIVALS)}</span>
            {signs.into_iter().map(|(priority, count)| view! {
                <span class=format!("sign {}", class(priority))>{sign(priority)}{count}</span>
            }).collect_view()}
            <span class="quiet">{move || desk.t_key(texts::JUMP_KEY, 'G')}</span>
        </button>
    }
}

/// A list beside the queue. `open`: in sight from the start, because its conditions still exist.
#[component]
fn Folded(
    copy: &'static SiteCopy,
    desk: &'static Desk,
    queue: Memo<Queue>,
    title: Words,
    open: bool,
    within: Within,
    ids: Signal<Vec<AlarmId>>,
) -> impl IntoView {
    let any = Memo::new(move |_| !ids.with(Vec::is_empty));
    view! {
        {move || any.get().then(|| view! {
            <details class="folded" class:still=open open=open>
                <summary>{move || desk.t(title)}" "<span class="count">{move || ids.with(Vec::len)}</span><AsOf copy desk /></summary>
                <ol class="rows">
                    <For each=move || ids.get() key=|id| *id let:id>
                        <Row copy desk queue id within />
                    </For>
                </ol>
            </details>
        })}
    }
}
