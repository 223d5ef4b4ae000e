//! The field, and what was found as rows.

use super::model::{Leads, Result, moved, results};
use super::texts;
use crate::copy::SiteCopy;
use crate::desk::Desk;
use crate::keys::InField;
use crate::ui::Modal;
use leptos::ev::KeyboardEvent;
use leptos::html::Input;
use leptos::prelude::*;

/// The search, which a key opens.
#[component]
pub fn Search(copy: &'static SiteCopy, desk: &'static Desk, open: RwSignal<bool>) -> impl IntoView {
    view! {
        <Modal
            open
            title=Signal::derive(move || desk.t(texts::TITLE))
            close=Signal::derive(move || desk.t(crate::texts::CLOSE))
        >
            <Field copy desk open />
        </Modal>
    }
}

#[component]
fn Field(copy: &'static SiteCopy, desk: &'static Desk, open: RwSignal<bool>) -> impl IntoView {
    let typed = RwSignal::new(String::new());
    let at = RwSignal::new(0_usize);
    let found = Memo::new(move |_| {
        let (typed, language) = (typed.get(), desk.language.get());
        copy.changes.alarms.track_any();
        copy.changes.incidents.track_any();
        copy.changes.assignments.track_any();
        let found = copy.known(|known| results(known, &typed, language));
        found.unwrap_or_default()
    });
    let pick = move |result: Result| {
        open.set(false);
        match result.leads {
            Leads::To(picked) => desk.select(Some(picked)),
            Leads::List(list) => desk.show_beside(Some(list)),
        }
    };
    let press = move |event: KeyboardEvent| match InField::of_event(&event) {
        InField::Left | InField::Held => {}
        InField::Move(step) => {
            let count = found.with_untracked(Vec::len);
            at.update(|at| *at = moved(*at, step, count));
        }
        InField::Done => {
            let marked = found.with_untracked(|found| found.get(at.get_untracked()).cloned());
            if let Some(marked) = marked {
                pick(marked);
            }
        }
    };
    let field = NodeRef::<Input>::new();
    Effect::new(move |_| {
        if let Some(field) = field.get() {
            // A field that is gone has no focus to take.
            let _ = field.focus();
        }
    });
    let row = move |(index, result): (usize, Result)| {
        let marked = move || at.get() == index;
        let shown = result.clone();
        view! {
            <li>
                <button type="button" class="found" class:marked=marked tabindex="-1" role="option"
                    aria-selected=move || marked().to_string() on:click=move |_| pick(result.clone())>
                    <span class="kind">{move || desk.t(shown.kind)}</span>
                    <span class="name">{shown.name}</span>
                    <span class="detail">{shown.detail}</span>
                </button>
            </li>
        }
    };
    let nothing = move || !typed.with(|typed| typed.trim().is_empty()) && found.with(Vec::is_empty);
    view! {
        <div class="search">
            <input node_ref=field type="text" autocomplete="off" spellcheck="false"
                aria-label=move || desk.t(texts::TITLE) placeholder=move || desk.t(texts::HINT)
                on:keydown=press
                on:input=move |event| {
                    typed.set(event_target_value(&event));
                    at.set(0);
                } />
            <ul role="listbox" aria-label=move || desk.t(texts::TITLE)>
                {move || found.get().into_iter().enumerate().map(row).collect_view()}
            </ul>
            {move || nothing().then(|| view! { <p class="none" role="status">{desk.t(texts::NOTHING)}</p> })}
        </div>
    }
}
