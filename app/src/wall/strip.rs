//! The top strip: which site, what time it is, who is on duty, what is open, and how old all of it is.

use super::heard::is_heard;
use super::model::{on_duty, waits_since};
use super::texts;
use crate::ages;
use crate::alarms::model::{class, sign};
use crate::alarms::queue::counts;
use crate::copy::SiteCopy;
use crate::desk::Desk;
use crate::guards::model::leader_on_duty;
use crate::live::LinkLight;
use crate::top_bar::texts::{ALARMS, LEADER, LEADER_OFF, LEADER_ON};
use castellan_domain::estate::Priority;
use leptos::prelude::*;

/// What stands above everything.
#[component]
pub fn Strip(copy: &'static SiteCopy, desk: &'static Desk) -> impl IntoView {
    let counts = Memo::new(move |_| copy.alarms(counts));
    let is_heard = is_heard(copy);
    let waits = Memo::new(move |_| copy.matters(waits_since));
    let total = move |(priority, count): (Priority, usize)| {
        // What is only a hint is counted where there is one.
        (count > 0 || priority != Priority::P4).then(|| {
            view! {
                <span class=format!("total {}", class(priority)) class:zero=count == 0>
                    <span class="sign">{sign(priority)}</span>{count}
                </span>
            }
        })
    };
    let longest = move || {
        let Some(since) = waits.get() else {
            return view! { <span class="kv">{desk.t(texts::NOBODY_WAITS)}</span> }.into_any();
        };
        let age = move || ages::age(since, copy.now());
        view! {
            <span class="kv longest">{desk.t(texts::WAITS_LONGEST)}<b class="num">{age}</b></span>
        }
        .into_any()
    };
    view! {
        <header class="top">
            <div>
                <h1 class="site">{move || site_name(copy, desk)}</h1>
                <Clock copy />
                <People copy desk />
            </div>
            <div>
                <div class="totals" aria-label=move || desk.t(ALARMS)>
                    {move || Priority::ALL.into_iter().zip(counts.get()).map(total).collect_view()}
                </div>
                {longest}
                <span class="gap"></span>
                {move || (!is_heard.get()).then(|| view! {
                    <strong class="kv wall-unheard" role="status">{desk.t(texts::UNHEARD)}</strong>
                })}
                <LinkLight copy desk says_age=true />
            </div>
        </header>
    }
}

/// What the site is called.
pub fn site_name(copy: &'static SiteCopy, desk: &'static Desk) -> Option<String> {
    let language = desk.language.get();
    copy.estate
        .with(|estate| Some(estate.as_ref()?.name.get(language).to_owned()))
}

/// The site's time with its seconds. A clock that stands still is none.
#[component]
pub fn Clock(copy: &'static SiteCopy) -> impl IntoView {
    move || {
        let runs = copy.link.stale_since().is_none() && copy.ready.get();
        runs.then(
            || view! { <time class="clock num">{move || copy.time_of_day(copy.now())}</time> },
        )
    }
}

/// Who is on duty, where the estate keeps it.
#[component]
fn People(copy: &'static SiteCopy, desk: &'static Desk) -> impl IntoView {
    let named = Memo::new(move |_| {
        let language = desk.language.get();
        copy.estate.with(|estate| {
            let estate = estate.as_ref()?;
            let (people, more) = copy.people(|view| on_duty(estate, view));
            let mut names: Vec<_> = people
                .into_iter()
                .map(|one| one.name.get(language).to_owned())
                .collect();
            if more > 0 {
                names.push(texts::MORE_PEOPLE.fill(language, &[&more.to_string()]));
            }
            (!names.is_empty()).then(|| names.join(" "))
        })
    });
    let leader = Memo::new(move |_| {
        copy.estate
            .with(|estate| copy.people(|view| leader_on_duty(estate.as_deref()?, view)))
    });
    view! {
        {move || named.get().map(|names| view! {
            <span class="kv wall-people">{desk.t(texts::ON_DUTY)}<b>{names}</b></span>
        })}
        {move || leader.get().map(|on| view! {
            <span class="kv">{desk.t(LEADER)}<b>{desk.t(if on { LEADER_ON } else { LEADER_OFF })}</b></span>
        })}
    }
}
