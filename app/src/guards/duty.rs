//! Who is on duty, where the estate keeps it.

use super::model::{call_sign, on_duty, on_duty_since};
use crate::ages;
use crate::alarms::actions::is_operator;
use crate::live::Console;
use crate::texts::Key;
use castellan_domain::ids::PersonId;
use castellan_domain::time::Timestamp;
use castellan_domain::wire::api::CommandBody;
use leptos::prelude::*;

/// Names in the top bar at most; beyond it they are counted.
const NAMES_MAX: usize = 6;

/// Everybody on duty, and the button of whoever works here.
#[component]
pub fn OnDuty(console: Console) -> impl IntoView {
    let names = Memo::new(move |_| {
        console.now.track();
        let language = console.language.get();
        console.estate.with(|estate| {
            console.with(|replica| {
                let people = on_duty(estate.as_ref()?, replica.view())?.into_iter();
                let names = people.map(|person| call_sign(person, replica.view(), language));
                Some(names.collect::<Vec<_>>())
            })
        })
    });
    let words = move |names: Vec<String>| {
        let language = console.language.get();
        if names.is_empty() {
            return Key::NobodyOnDuty.get(language).to_owned();
        }
        let more = names.len().saturating_sub(NAMES_MAX);
        let mut shown: Vec<String> = names.into_iter().take(NAMES_MAX).collect();
        if more > 0 {
            shown.push(Key::MorePeople.fill(language, &[&more.to_string()]));
        }
        let shown = shown.join(" · ");
        format!("{} {shown}", Key::OnDuty.get(language))
    };
    view! {
        {move || names.get().map(|names| view! {
            <span class="on-duty" title=names.join(" · ")>{words(names.clone())}</span>
        })}
        {move || console.operator().map(|person| view! { <DutyButton console person /> })}
    }
}

/// Since when somebody is on duty, as in [`on_duty_since`]; told again with the second.
pub fn duty_of(console: Console, person: &PersonId) -> Option<Option<Timestamp>> {
    console.now.track();
    console.estate.with(|estate| {
        console.with(|replica| on_duty_since(estate.as_ref()?, replica.view(), person))
    })
}

/// Whether somebody is on duty, in words.
pub fn duty_words(console: Console, since: Option<Timestamp>) -> String {
    match since {
        Some(since) => {
            let age = ages::age(since, console.now.get());
            format!("{} {age}", console.t(Key::OnDuty))
        }
        None => console.t(Key::OffDuty).to_owned(),
    }
}

/// Puts somebody on duty, or takes them off it. Operators do it for everybody, everybody for
/// themselves.
#[component]
pub fn DutyButton(console: Console, person: PersonId) -> impl IntoView {
    let is_on = {
        let person = person.clone();
        Memo::new(move |_| duty_of(console, &person).map(|since| since.is_some()))
    };
    let may = {
        let person = person.clone();
        Memo::new(move |_| {
            is_operator(console) || console.person.with(|own| own.as_ref() == Some(&person))
        })
    };
    let send = move |on: bool| {
        let person = person.clone();
        let command = if on {
            CommandBody::GoOffDuty { person }
        } else {
            CommandBody::GoOnDuty { person }
        };
        console.command(command, || {});
    };
    move || {
        let on = is_on.get().filter(|_| may.get())?;
        let send = send.clone();
        let (words, name) = if on {
            (Key::GoOffDuty, "go-off-duty")
        } else {
            (Key::GoOnDuty, "go-on-duty")
        };
        Some(view! {
            <button class="duty" data-action=name disabled=move || console.sending.get()
                on:click=move |_| send(on)>{move || console.t(words)}</button>
        })
    }
}
