//! The queue as rows, and the lists of what is not in it.

use super::filter::Filter;
use super::filters::{Filters, sieve};
use super::located::place;
use super::model::{class, sign, what};
use super::queue::Queue;
use super::row::{Row, Within};
use super::texts;
use crate::copy::SiteCopy;
use crate::desk::{Desk, Picked};
use crate::stale::AsOf;
use castellan_domain::ids::AlarmId;
use leptos::ev::FocusEvent;
use leptos::prelude::*;
use wasm_bindgen::JsCast as _;
use web_sys::Node;

/// The queue as it is shown: in order, but for the time that a hand is on it.
pub fn arranged(
    copy: &'static SiteCopy,
    desk: &'static Desk,
    filter: RwSignal<Filter>,
) -> Memo<Queue> {
    Memo::new(move |shown: Option<&Queue>| {
        let (held, sieve) = (desk.holds_queue(), sieve(desk, filter));
        // An incident that is closed lets go of its rows, and touches no alarm.
        copy.matters(|view| match shown {
            Some(shown) => shown.updated(view, sieve, held),
            None => Queue::default().updated(view, sieve, held),
        })
    })
}

/// What needs somebody, in the order of urgency.
#[component]
pub fn AlarmQueue(
    copy: &'static SiteCopy,
    desk: &'static Desk,
    queue: Memo<Queue>,
    filter: RwSignal<Filter>,
) -> impl IntoView {
    let rows = Memo::new(move |_| queue.with(|queue| queue.rows.clone()));
    let arrivals = Memo::new(move |_| queue.with(|queue| queue.arrivals.clone()));
    let nothing = Memo::new(move |_| {
        copy.ready.get() && queue.with(|q| q.rows.is_empty() && q.left_out.is_empty())
    });
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
                // Arrivals and the age of the list stand over the counts: a bar that came and went
                // would push the rows about.
                <div class="queue-head">
                    <Filters copy desk queue filter />
                    {move || (!arrivals.with(Vec::is_empty)).then(|| view! {
                        <Arrivals copy desk ids=arrivals.get() />
                    })}
                    <AsOf copy desk />
                </div>
                <ol
                    class="rows"
                    on:focusin=move |_| desk.focus_queue(true)
                    on:focusout=focus_left
                >
                    <For each=move || rows.get() key=|id| *id let:id>
                        <Row copy desk id within=Within::Queue />
                    </For>
                </ol>
            </div>
            {move || nothing.get().then(|| view! { <Nothing copy desk /> })}
            <JudgedActive copy desk queue />
        </section>
    }
}

/// What to expect where nothing is.
#[component]
fn Nothing(copy: &'static SiteCopy, desk: &'static Desk) -> impl IntoView {
    let stale = move || copy.link.stale_since().is_some();
    view! {
        <div class="nothing">
            {move || if stale() {
                view! { <p>{desk.t(texts::QUEUE_WAS_EMPTY)}</p> }.into_any()
            } else {
                view! {
                    <h2>{desk.t(texts::QUEUE_EMPTY)}</h2>
                    <p>{desk.t_key(texts::QUEUE_EMPTY_HINT, 'G')}</p>
                }.into_any()
            }}
        </div>
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

/// 已判定·未恢复: in sight, because the conditions still exist.
#[component]
fn JudgedActive(copy: &'static SiteCopy, desk: &'static Desk, queue: Memo<Queue>) -> impl IntoView {
    let ids = Memo::new(move |_| queue.with(|queue| queue.judged_active.clone()));
    let any = Memo::new(move |_| !ids.with(Vec::is_empty));
    view! {
        {move || any.get().then(|| view! {
            <details class="folded still" open>
                <summary>
                    {move || desk.t(texts::JUDGED_ACTIVE)}" "
                    <span class="count">{move || ids.with(Vec::len)}</span>
                    <AsOf copy desk />
                </summary>
                <Rows copy desk ids=ids within=Within::Done />
            </details>
        })}
    }
}

/// 挂起: what is put aside, the one that comes back first on top.
#[component]
pub fn ShelvedList(
    copy: &'static SiteCopy,
    desk: &'static Desk,
    queue: Memo<Queue>,
) -> impl IntoView {
    let ids = Memo::new(move |_| queue.with(|queue| queue.shelved.clone()));
    view! {
        {move || ids.with(Vec::is_empty).then(|| view! { <p class="none">{desk.t(texts::SHELVED_NONE)}</p> })}
        <Rows copy desk ids within=Within::Shelf />
    }
}

/// 已结: what is over, the last one first.
#[component]
pub fn ClosedList(
    copy: &'static SiteCopy,
    desk: &'static Desk,
    queue: Memo<Queue>,
) -> impl IntoView {
    let ids = Memo::new(move |_| queue.with(|queue| queue.closed.clone()));
    view! {
        {move || ids.with(Vec::is_empty).then(|| view! { <p class="none">{desk.t(texts::CLOSED_NONE)}</p> })}
        <Rows copy desk ids within=Within::Done />
    }
}

#[component]
fn Rows(
    copy: &'static SiteCopy,
    desk: &'static Desk,
    ids: Memo<Vec<AlarmId>>,
    within: Within,
) -> impl IntoView {
    view! {
        <ol class="rows">
            <For each=move || ids.get() key=|id| *id let:id>
                <Row copy desk id within />
            </For>
        </ol>
    }
}
