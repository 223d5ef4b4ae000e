//! The counts at the top of the queue. Each is a filter; what is not in the queue opens beside it.

use super::filter::{Counts, Filter, Somewhere, State, Whose, toggled};
use super::model::{class, priority_name, sign, type_name};
use super::queue::{Queue, Sieve};
use super::texts;
use crate::browser::{parameter, set_parameter};
use crate::copy::SiteCopy;
use crate::desk::{Beside, Desk};
use crate::incidents::model::stage_name;
use crate::texts::Words;
use castellan_domain::estate::Priority;
use castellan_domain::ids::AlarmTypeId;
use leptos::prelude::*;

/// What the address filters by; from now on the address says what is filtered by.
pub fn filtered() -> RwSignal<Filter> {
    let filter = RwSignal::new(Filter::from_parameters(parameter));
    Effect::new(move |_| {
        for (name, value) in filter.get().parameters() {
            set_parameter(name, value.as_deref());
        }
    });
    filter
}

/// Who filters by what.
pub fn sieve(desk: &'static Desk, filter: RwSignal<Filter>) -> Sieve {
    Sieve {
        filter: filter.get(),
        me: desk.person.get(),
    }
}

/// Both rows of counts, and what takes the place of the second one for a while.
#[component]
pub fn Filters(
    copy: &'static SiteCopy,
    desk: &'static Desk,
    queue: Memo<Queue>,
    filter: RwSignal<Filter>,
) -> impl IntoView {
    let counts = Memo::new(move |_| {
        let me = desk.person.get();
        copy.matters(|view| Counts::of(view, me.as_ref()))
    });
    view! {
        <div class="filters" role="group" aria-label=move || desk.t(texts::FILTERS)>
            <Priorities desk counts filter />
            <span class="gap"></span>
            <WhoseChips desk counts filter />
        </div>
        <div class="filters two" role="group" aria-label=move || desk.t(texts::FILTERS)>
            <Kinds copy desk counts filter />
            <Places copy desk counts filter />
            <States desk counts filter />
            <span class="gap"></span>
            <Opens desk beside=Beside::Shelved words=texts::LIST_SHELVED
                count=Signal::derive(move || queue.with(|queue| queue.shelved.len())) />
            <Returned desk counts filter />
            <Opens desk beside=Beside::Closed words=texts::LIST_CLOSED
                count=Signal::derive(move || queue.with(|queue| queue.closed.len())) />
        </div>
        <LeftOut copy desk queue filter />
    }
}

#[component]
fn Priorities(
    desk: &'static Desk,
    counts: Memo<Counts>,
    filter: RwSignal<Filter>,
) -> impl IntoView {
    let chip = move |(at, priority): (usize, Priority)| {
        let count = Memo::new(move |_| counts.with(|counts| counts.priorities[at]));
        let on = Memo::new(move |_| filter.with(|filter| filter.priority == Some(priority)));
        let pick = move |_| {
            filter.update(|filter| filter.priority = toggled(filter.priority.as_ref(), priority));
        };
        view! {
            <button class=format!("chip {}", class(priority)) class:zero=move || count.get() == 0
                data-filter=class(priority) aria-pressed=move || on.get().to_string()
                title=move || desk.t(priority_name(priority)) on:click=pick>
                <span class="sign">{sign(priority)}</span><b>{count}</b>
            </button>
        }
    };
    let chips = Priority::ALL.into_iter().enumerate().map(chip);
    chips.collect_view()
}

#[component]
fn WhoseChips(
    desk: &'static Desk,
    counts: Memo<Counts>,
    filter: RwSignal<Filter>,
) -> impl IntoView {
    const NAMES: [(&str, Words); 3] = [
        ("nobodys", texts::FILTER_NOBODYS),
        ("mine", texts::FILTER_MINE),
        ("others", texts::FILTER_OTHERS),
    ];
    let chip = move |(at, whose): (usize, Whose)| {
        let (name, words) = NAMES[at];
        let count = Memo::new(move |_| counts.with(|counts| counts.whose[at]));
        let on = Memo::new(move |_| filter.with(|filter| filter.whose == Some(whose)));
        let pick =
            move |()| filter.update(|filter| filter.whose = toggled(filter.whose.as_ref(), whose));
        view! { <Chip desk name words count=count.into() on=on.into() on_click=Callback::new(pick) /> }
    };
    let chips = Whose::ALL.into_iter().enumerate().map(chip);
    chips.collect_view()
}

#[component]
fn Returned(desk: &'static Desk, counts: Memo<Counts>, filter: RwSignal<Filter>) -> impl IntoView {
    let count = Memo::new(move |_| counts.with(|counts| counts.returned));
    let on = Memo::new(move |_| filter.with(|filter| filter.returned));
    let pick = move |()| filter.update(|filter| filter.returned = !filter.returned);
    view! {
        <Chip desk name="returned" words=texts::LIST_RETURNED count=count.into() on=on.into()
            on_click=Callback::new(pick) />
    }
}

/// Opens a list of what is not in the queue.
#[component]
fn Opens(desk: &'static Desk, beside: Beside, words: Words, count: Signal<usize>) -> impl IntoView {
    view! {
        <button class="chip" class:zero=move || count.get() == 0 data-opens=beside.address()
            aria-expanded=move || desk.has_beside(beside).to_string()
            on:click=move |_| desk.toggle_beside(beside)>
            {move || desk.t(words)}<b>{count}</b>
        </button>
    }
}

#[component]
fn Chip(
    desk: &'static Desk,
    name: &'static str,
    words: Words,
    count: Signal<usize>,
    on: Signal<bool>,
    on_click: Callback<()>,
) -> impl IntoView {
    view! {
        <button class="chip" class:zero=move || count.get() == 0 data-filter=name
            aria-pressed=move || on.get().to_string() on:click=move |_| on_click.run(())>
            {move || desk.t(words)}<b>{count}</b>
        </button>
    }
}

/// A native choice: nothing, or one of what there is. The keyboard goes back to the rows at once.
#[component]
fn Choice(
    desk: &'static Desk,
    name: &'static str,
    words: Words,
    /// What there is: how it is called in the address, and how it reads.
    options: Signal<Vec<(String, String)>>,
    chosen: Signal<Option<String>>,
    on_choice: Callback<Option<String>>,
) -> impl IntoView {
    let change = move |event: leptos::ev::Event| {
        let value = event_target_value(&event);
        on_choice.run((!value.is_empty()).then_some(value));
        let _ = event_target::<web_sys::HtmlElement>(&event).blur();
    };
    // What is chosen stays in the list when the last alarm of it is gone.
    let options = move || {
        let mut options = options.get();
        let chosen = chosen.get();
        if let Some(gone) = &chosen
            && options.iter().all(|(name, _)| name != gone)
        {
            options.push((gone.clone(), gone.clone()));
        }
        let option = |(value, words): (String, String)| {
            let selected = chosen.as_ref() == Some(&value);
            view! { <option value=value selected=selected>{words}</option> }
        };
        options.into_iter().map(option).collect_view()
    };
    view! {
        <select class="chip drop" class:on=move || chosen.with(Option::is_some) data-filter=name
            aria-label=move || desk.t(words) on:change=change>
            <option value="" selected=move || chosen.with(Option::is_none)>{move || desk.t(words)}</option>
            {options}
        </select>
    }
}

#[component]
fn Kinds(
    copy: &'static SiteCopy,
    desk: &'static Desk,
    counts: Memo<Counts>,
    filter: RwSignal<Filter>,
) -> impl IntoView {
    let kinds = Memo::new(move |_| counts.with(|counts| counts.kinds.clone()));
    let options = move || {
        let language = desk.language.get();
        copy.estate.with(|estate| {
            let option = |(kind, count): (AlarmTypeId, usize)| {
                let name = type_name(estate.as_deref(), &kind, language);
                let words = format!("{name} {count}");
                (kind.to_string(), words)
            };
            kinds.get().into_iter().map(option).collect()
        })
    };
    let chosen = move || filter.with(|filter| filter.kind.as_ref().map(ToString::to_string));
    let pick = move |picked: Option<String>| {
        let kind = picked.and_then(|id| AlarmTypeId::new(id).ok());
        filter.update(|filter| filter.kind = kind);
    };
    view! {
        <Choice desk name="type" words=texts::FILTER_KIND options=Signal::derive(options)
            chosen=Signal::derive(chosen) on_choice=Callback::new(pick) />
    }
}

#[component]
fn Places(
    copy: &'static SiteCopy,
    desk: &'static Desk,
    counts: Memo<Counts>,
    filter: RwSignal<Filter>,
) -> impl IntoView {
    let places = Memo::new(move |_| counts.with(|counts| counts.places.clone()));
    let options = move || {
        let language = desk.language.get();
        copy.estate.with(|estate| {
            let option = |(place, count): (Somewhere, usize)| {
                let name = match &place {
                    Somewhere::Outside => texts::FILTER_OUTSIDE.get(language).to_owned(),
                    Somewhere::Building(id) => {
                        let building = estate.as_ref().and_then(|estate| estate.building(id));
                        let name = building.map(|one| one.name.get(language).to_owned());
                        name.unwrap_or_else(|| id.to_string())
                    }
                };
                let words = format!("{name} {count}");
                (place.address(), words)
            };
            places.get().into_iter().map(option).collect()
        })
    };
    let chosen = move || filter.with(|filter| filter.place.as_ref().map(Somewhere::address));
    let pick = move |picked: Option<String>| {
        let place = picked.and_then(|text| Somewhere::from_address(&text));
        filter.update(|filter| filter.place = place);
    };
    view! {
        <Choice desk name="place" words=texts::FILTER_PLACE options=Signal::derive(options)
            chosen=Signal::derive(chosen) on_choice=Callback::new(pick) />
    }
}

#[component]
fn States(desk: &'static Desk, counts: Memo<Counts>, filter: RwSignal<Filter>) -> impl IntoView {
    let states = Memo::new(move |_| counts.with(|counts| counts.states.clone()));
    let options = move || {
        let language = desk.language.get();
        let option = |(state, count): (State, usize)| {
            let name = match state.stage() {
                Some(stage) => stage_name(&stage, language),
                None => texts::FILTER_ALONE.get(language).to_owned(),
            };
            (state.address().to_owned(), format!("{name} {count}"))
        };
        states.get().into_iter().map(option).collect()
    };
    let chosen = move || filter.with(|filter| filter.state.map(|state| state.address().to_owned()));
    let pick = move |picked: Option<String>| {
        let state = picked.and_then(|text| State::from_address(&text));
        filter.update(|filter| filter.state = state);
    };
    view! {
        <Choice desk name="state" words=texts::FILTER_STATE options=Signal::derive(options)
            chosen=Signal::derive(chosen) on_choice=Callback::new(pick) />
    }
}

/// While anything is filtered: what is not shown, and the way back to all of it.
#[component]
fn LeftOut(
    copy: &'static SiteCopy,
    desk: &'static Desk,
    queue: Memo<Queue>,
    filter: RwSignal<Filter>,
) -> impl IntoView {
    let any = Memo::new(move |_| filter.with(Filter::is_any));
    let left_out = Memo::new(move |_| {
        let ids = queue.with(|queue| queue.left_out.clone());
        copy.alarms(|view| {
            Priority::ALL.map(|priority| {
                let of = |id: &&_| view.alarms.get(*id).is_some_and(|a| a.priority == priority);
                ids.iter().filter(of).count()
            })
        })
    });
    let signs = move || {
        let counts = Priority::ALL.into_iter().zip(left_out.get());
        let counts = counts.filter(|(_, count)| *count > 0);
        let counts = counts.map(|(priority, count)| {
            view! { <span class=format!("sign {}", class(priority))>{sign(priority)}{count}</span> }
        });
        counts.collect_view()
    };
    let hides = move || left_out.get().iter().any(|count| *count > 0);
    view! {
        {move || any.get().then(|| view! {
            <div class="left-out" role="status">
                <span>{desk.t(texts::FILTERED)}</span>
                {signs}
                {move || hides().then(|| view! { <span>{desk.t(texts::FILTERED_OUT)}</span> })}
                <button data-action="show-all" on:click=move |_| filter.set(Filter::default())>
                    {desk.t(texts::FILTER_OFF)}
                </button>
            </div>
        })}
    }
}
