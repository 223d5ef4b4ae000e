//! The right column while a guard is selected.

use super::duty::{DutyButton, duty_of, duty_words};
use super::model::{Freshness, age_text, call_sign};
use super::texts;
use crate::copy::SiteCopy;
use crate::desk::Desk;
use crate::ui::Sentence;
use castellan_domain::estate::Person;
use castellan_domain::ids::PersonId;
use leptos::prelude::*;

/// What is known of a guard's position, and how old it is.
#[component]
pub fn SelectedGuard(
    copy: &'static SiteCopy,
    desk: &'static Desk,
    id: PersonId,
    sentence: Signal<Option<String>>,
) -> impl IntoView {
    let tracked = {
        let id = id.clone();
        Memo::new(move |_| copy.tracked(&id))
    };
    let data = id.to_string();
    let duty = {
        let id = id.clone();
        Memo::new(move |_| duty_of(copy, &id))
    };
    let state = {
        let id = id.clone();
        Memo::new(move |_| copy.person(&id))
    };
    let button_of = id.clone();
    let person = Memo::new(move |_| copy.estate.with(|e| e.as_ref()?.person(&id).cloned()));
    let radio = move || {
        let language = desk.language.get();
        let sign = |p: &Person| state.with(|state| call_sign(p, state, language));
        person.with(|p| p.as_ref().map(sign))
    };
    let age = move || {
        age_text(tracked.get().as_ref(), copy.now())
            .unwrap_or_else(|| desk.t(texts::NEVER_HEARD).to_owned())
    };
    let accuracy = move || {
        let metres = f64::from(tracked.get()?.accuracy_dm?) / 10.0;
        Some(format!("± {metres:.0} m"))
    };
    let freshness = move || Freshness::of(tracked.get().as_ref(), copy.now()).class();
    view! {
        <article class="selected-guard" data-selected=data>
            <header>
                <p class="kicker">{move || desk.t(texts::GUARDS)}</p>
                <h2>{radio}</h2>
                <p class="where">{move || person.with(|p| p.as_ref().map(|p| p.name.get(desk.language.get()).to_owned()))}</p>
            </header>
            <dl class="facts">
                <div>
                    <dt>{move || desk.t(texts::LAST_HEARD)}</dt>
                    <dd class=move || format!("num {}", freshness())>{age}</dd>
                </div>
                {move || accuracy().map(|metres| view! {
                    <div><dt>{desk.t(texts::ACCURACY)}</dt><dd class="num">{metres}</dd></div>
                })}
                {move || duty.get().map(|since| view! {
                    <div>
                        <dt>{desk.t(texts::DUTY)}</dt>
                        <dd class="num" data-duty="">{move || duty_words(copy, desk, since)}</dd>
                    </div>
                })}
            </dl>
            <div class="actions"><DutyButton copy desk person=button_of /></div>
            <Sentence words=sentence />
        </article>
    }
}
