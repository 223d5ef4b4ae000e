//! The right column while a guard is selected.

use super::duty::{DutyButton, duty_of, duty_words};
use super::model::{Freshness, age_text, call_sign};
use crate::live::Console;
use crate::texts::Key;
use crate::ui::Sentence;
use castellan_domain::ids::PersonId;
use leptos::prelude::*;

/// What is known of a guard's position, and how old it is.
#[component]
pub fn SelectedGuard(console: Console, id: PersonId) -> impl IntoView {
    let tracked = {
        let id = id.clone();
        Memo::new(move |_| {
            console.now.track();
            console.tracked(&id)
        })
    };
    let data = id.to_string();
    let duty = {
        let id = id.clone();
        Memo::new(move |_| duty_of(console, &id))
    };
    let button_of = id.clone();
    let person = Memo::new(move |_| console.estate.with(|e| e.as_ref()?.person(&id).cloned()));
    let age = move || {
        age_text(tracked.get().as_ref(), console.now.get())
            .unwrap_or_else(|| console.t(Key::NeverHeard).to_owned())
    };
    let accuracy = move || {
        let metres = f64::from(tracked.get()?.accuracy_dm?) / 10.0;
        Some(format!("± {metres:.0} m"))
    };
    let freshness = move || Freshness::of(tracked.get().as_ref(), console.now.get()).class();
    view! {
        <article class="selected-guard" data-selected=data>
            <header>
                <p class="kicker">{move || console.t(Key::Guards)}</p>
                <h2>{move || person.with(|p| p.as_ref().map(|p| console.with(|r| call_sign(p, r.view(), console.language.get()))))}</h2>
                <p class="where">{move || person.with(|p| p.as_ref().map(|p| p.name.get(console.language.get()).to_owned()))}</p>
            </header>
            <dl class="facts">
                <div>
                    <dt>{move || console.t(Key::LastHeard)}</dt>
                    <dd class=move || format!("num {}", freshness())>{age}</dd>
                </div>
                {move || accuracy().map(|metres| view! {
                    <div><dt>{console.t(Key::Accuracy)}</dt><dd class="num">{metres}</dd></div>
                })}
                {move || duty.get().map(|since| view! {
                    <div>
                        <dt>{console.t(Key::Duty)}</dt>
                        <dd class="num" data-duty="">{move || duty_words(console, since)}</dd>
                    </div>
                })}
            </dl>
            <div class="actions"><DutyButton console person=button_of /></div>
            <Sentence words=console.sentence />
        </article>
    }
}
