//! The people in one line, and a row for each who is no ordinary case.

use super::model::age_text;
use super::people::{EXCEPTIONS_MAX, Exception, People};
use super::texts;
use crate::ages;
use crate::alarms::model::{class, sign, type_name};
use crate::copy::SiteCopy;
use crate::desk::{Beside, Desk, Picked};
use crate::dispatch::texts::{QUIET_ENDS, QUIET_LEFT};
use crate::names::{person_name, radio_name};
use crate::stale::AsOf;
use castellan_domain::ids::PersonId;
use leptos::prelude::*;

/// The line opens the list of everybody.
#[component]
pub fn PeopleSummary(copy: &'static SiteCopy, desk: &'static Desk) -> impl IntoView {
    let people = Memo::new(move |_| {
        let now = copy.now();
        copy.changes.people.track_any();
        copy.changes.phones.track_any();
        copy.changes.alarms.track_any();
        copy.changes.assignments.track_any();
        copy.estate.with(|estate| {
            let Some(estate) = estate else {
                return People::default();
            };
            copy.with(|replica| People::of(estate, replica.view(), replica.tracked(), now))
        })
    });
    let count = move |words, of: fn(&People) -> usize| {
        let count = Memo::new(move |_| people.with(of));
        view! {
            <span class="count" class:zero=move || count.get() == 0>
                {move || desk.t(words)}<b>{count}</b>
            </span>
        }
    };
    let rests = Memo::new(move |_| people.with(|people| people.on_break > 0));
    let named = Memo::new(move |_| {
        let named = people.with(|people| people.exceptions.clone());
        named.into_iter().take(EXCEPTIONS_MAX).collect::<Vec<_>>()
    });
    let key = |(person, why): &(PersonId, Exception)| match why {
        Exception::Alarm(_, alarm) => (person.clone(), Some(*alarm)),
        Exception::Silent | Exception::Quiet(_) => (person.clone(), None),
    };
    let more = Memo::new(move |_| {
        people.with(|people| people.exceptions.len().saturating_sub(EXCEPTIONS_MAX))
    });
    view! {
        <button class="people" data-opens=Beside::People.address()
            aria-expanded=move || desk.has_beside(Beside::People).to_string()
            on:click=move |_| desk.toggle_beside(Beside::People)>
            <span class="title">{move || desk.t(texts::PEOPLE)}</span>
            {count(texts::COUNT_ON_DUTY, |people| people.on_duty)}
            {count(texts::COUNT_ON_TASK, |people| people.on_task)}
            {move || rests.get().then(|| count(texts::COUNT_ON_BREAK, |people| people.on_break))}
            {count(texts::SILENT, |people| people.silent)}
            {count(texts::RADIO_ONLY, |people| people.radio_only)}
        </button>
        <AsOf copy desk />
        <ul class="exceptions">
            <For each=move || named.get() key=key let:named>
                <ExceptionRow copy desk person=named.0 why=named.1 />
            </For>
        </ul>
        {move || (more.get() > 0).then(|| view! {
            <button class="more-exceptions" on:click=move |_| desk.show_beside(Some(Beside::People))>
                {texts::MORE_EXCEPTIONS.fill(desk.language.get(), &[&more.get().to_string()])}
            </button>
        })}
    }
}

#[component]
fn ExceptionRow(
    copy: &'static SiteCopy,
    desk: &'static Desk,
    person: PersonId,
    why: Exception,
) -> impl IntoView {
    let picked = match why {
        Exception::Alarm(_, alarm) => Picked::Alarm(alarm),
        Exception::Silent | Exception::Quiet(_) => Picked::Person(person.clone()),
    };
    let (look, mark) = match why {
        Exception::Alarm(priority, _) => (class(priority), sign(priority)),
        Exception::Silent => ("silent", "?"),
        Exception::Quiet(_) => ("quiet-work", "…"),
    };
    let radio = {
        let person = person.clone();
        move || {
            let (state, language) = (copy.person(&person), desk.language.get());
            copy.estate
                .with(|estate| radio_name(estate.as_deref(), &person, &state, language))
        }
    };
    let name = {
        let person = person.clone();
        move || {
            let language = desk.language.get();
            copy.estate
                .with(|estate| person_name(estate.as_deref(), &person, language))
        }
    };
    let data = person.to_string();
    let words = move || match why {
        Exception::Alarm(_, alarm) => {
            let language = desk.language.get();
            let kind = copy.alarm(alarm).map(|alarm| alarm.kind);
            copy.estate.with(|estate| {
                let name = |kind| type_name(estate.as_deref(), &kind, language);
                kind.map(name).unwrap_or_default()
            })
        }
        Exception::Silent => {
            let age = age_text(copy.tracked(&person).as_ref(), copy.now());
            format!("{} {}", desk.t(texts::SILENT), age.unwrap_or_default())
        }
        Exception::Quiet(until) => {
            let (now, language) = (copy.shown_at(), desk.language.get());
            ages::until(QUIET_LEFT, QUIET_ENDS, until, now, language)
        }
    };
    view! {
        <li>
            <button class=format!("exception {look}") data-exception=data
                on:click=move |_| desk.select(Some(picked.clone()))>
                <span class="sign" aria-hidden="true">{mark}</span>
                <span class="call-sign">{radio}</span>
                <span class="name">{name}</span>
                <span class="why num">{words}</span>
            </button>
        </li>
    }
}
