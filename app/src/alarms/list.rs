//! The queue as rows. A row is drawn again when its own alarm changes, or with the second.

use super::model::{class, condition_name, place, priority_name, sign, state, what};
use crate::ages;
use crate::live::Console;
use crate::map::Picked;
use crate::texts::Key;
use castellan_domain::alarm::Alarm;
use castellan_domain::ids::AlarmId;
use leptos::ev::FocusEvent;
use leptos::prelude::*;
use wasm_bindgen::JsCast as _;
use web_sys::Node;

/// The left column: what needs somebody, in the order of urgency.
#[component]
pub fn AlarmQueue(console: Console) -> impl IntoView {
    let rows = move || console.queue.with(|queue| queue.rows.clone());
    let arrivals = move || console.queue.with(|queue| queue.arrivals.clone());
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
            console.focus_queue(false);
        }
    };
    // Said by screen readers as it comes; on screen the row itself says it.
    let newest = Memo::new(move |_| console.queue.with(crate::alarms::queue::Queue::newest));
    let announcement = move || {
        let (id, language) = (newest.get()?, console.language.get());
        let alarm = console.with(|replica| replica.view().alarms.get(&id).cloned())?;
        console.estate.with(|estate| {
            let estate = estate.as_deref();
            let (what, place) = (
                what(estate, &alarm, language),
                place(estate, &alarm, language),
            );
            Some(format!("{} {what} {place}", Key::NewArrivals.get(language)))
        })
    };
    view! {
        <section class="queue" aria-label=move || console.t(Key::Queue)>
            <p class="unseen" role="status">{announcement}</p>
            <div
                class="open-alarms"
                on:mouseenter=move |_| console.hold_queue(true)
                on:mouseleave=move |_| console.hold_queue(false)
            >
                // Always there: a bar that came and went would push the rows about.
                <div class="queue-head">
                    {move || {
                        let arrivals = arrivals();
                        if arrivals.is_empty() {
                            view! { <h2>{move || console.t(Key::Queue)}</h2> }.into_any()
                        } else {
                            view! { <Arrivals console ids=arrivals /> }.into_any()
                        }
                    }}
                </div>
                <ol
                    class="rows"
                    on:focusin=move |_| console.focus_queue(true)
                    on:focusout=focus_left
                >
                    <For each=rows key=|id| *id let:id>
                        <Row console id />
                    </For>
                </ol>
            </div>
            {move || (console.ready.get() && rows().is_empty()).then(|| view! {
                <div class="empty">
                    <p>{console.t(Key::QueueEmpty)}</p>
                    <p class="quiet">{console.t(Key::QueueEmptyHint)}</p>
                </div>
            })}
            <Folded console title=Key::JudgedActive open=true ids=Signal::derive(move || console.queue.with(|q| q.judged_active.clone())) />
            <Folded console title=Key::Closed open=false ids=Signal::derive(move || console.queue.with(|q| q.closed.clone())) />
        </section>
    }
}

/// What came while the queue was held still.
#[component]
fn Arrivals(console: Console, ids: Vec<AlarmId>) -> impl IntoView {
    let newest = ids.last().copied();
    let signs = console.with(|replica| {
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
            on:click=move |_| console.select(newest.map(Picked::Alarm))
        >
            <span>{move || console.t(Key::NewArrivals)}</span>
            {signs.into_iter().map(|(priority, count)| view! {
                <span class=format!("sign {}", class(priority))>{sign(priority)}{count}</span>
            }).collect_view()}
            <span class="quiet">{move || console.t(Key::JumpKey)}</span>
        </button>
    }
}

/// A list beside the queue. `open`: in sight from the start, because its conditions still exist.
#[component]
fn Folded(console: Console, title: Key, open: bool, ids: Signal<Vec<AlarmId>>) -> impl IntoView {
    let any = Memo::new(move |_| !ids.with(Vec::is_empty));
    view! {
        {move || any.get().then(|| view! {
            <details class="folded" class:still=open open=open>
                <summary>{move || console.t(title)}" "<span class="count">{move || ids.with(Vec::len)}</span></summary>
                <ol class="rows">
                    <For each=move || ids.get() key=|id| *id let:id>
                        <Row console id />
                    </For>
                </ol>
            </details>
        })}
    }
}

/// One alarm.
#[component]
fn Row(console: Console, id: AlarmId) -> impl IntoView {
    let alarm = Memo::new(move |_| console.alarm(id));
    let selected = move || console.selected.get() == Some(Picked::Alarm(id));
    let text = move |say: fn(
        Option<&castellan_domain::estate::Estate>,
        &Alarm,
        castellan_domain::text::Language,
    ) -> String| {
        let language = console.language.get();
        console.estate.with(|estate| {
            alarm.with(|alarm| {
                alarm
                    .as_ref()
                    .map(|alarm| say(estate.as_deref(), alarm, language))
            })
        })
    };
    let owner = move || {
        let (now, language) = (console.now.get(), console.language.get());
        console.estate.with(|estate| {
            alarm.with(|alarm| {
                alarm
                    .as_ref()
                    .map(|a| state(estate.as_deref(), a, now, language))
            })
        })
    };
    let age = move || {
        let now = console.now.get();
        alarm.with(|alarm| alarm.as_ref().map(|alarm| ages::age(alarm.raised_at, now)))
    };
    let of = move |read: fn(&Alarm) -> String| {
        alarm.with(|alarm| alarm.as_ref().map(read).unwrap_or_default())
    };
    view! {
        <li>
            <button
                class=move || of(|alarm| format!("row {}", class(alarm.priority)))
                class:selected=selected
                class:unclaimed=move || alarm.with(|a| a.as_ref().is_some_and(|a| a.owner().is_none() && !a.is_judged()))
                class:overdue=move || alarm.with(|a| a.as_ref().is_some_and(is_overdue))
                class:judged=move || alarm.with(|a| a.as_ref().is_some_and(Alarm::is_judged))
                aria-pressed=move || selected().to_string()
                data-alarm=id.to_string()
                on:click=move |_| console.select(Some(Picked::Alarm(id)))
            >
                <span class="sign" title=move || {
                    let language = console.language.get();
                    alarm.with(|a| a.as_ref().map(|a| priority_name(a.priority).get(language)))
                }>{move || of(|alarm| sign(alarm.priority).to_owned())}</span>
                <span class="what">{move || text(what)}</span>
                <span class="age">{age}</span>
                <span class="place">{move || text(place)}</span>
                <span class="owner">{owner}</span>
                <span class="more">
                    {move || alarm.with(|a| a.as_ref().filter(|a| a.repeats > 0).map(|a| {
                        format!("×{}", a.repeats.saturating_add(1))
                    }))}
                    <span class="condition" class:active=move || alarm.with(|a| a.as_ref().is_some_and(Alarm::is_active))>{move || {
                        let language = console.language.get();
                        alarm.with(|a| a.as_ref().map(|a| condition_name(a).get(language)))
                    }}</span>
                    <span class="number">{id.to_string()}</span>
                </span>
            </button>
        </li>
    }
}

fn is_overdue(alarm: &Alarm) -> bool {
    use castellan_domain::alarm::Ownership;
    !alarm.is_judged()
        && matches!(alarm.ownership, Ownership::Unclaimed { times_overdue, .. } if times_overdue > 0)
}
