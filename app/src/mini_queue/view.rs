//! The rows of the small window, most urgent first, how old they are, and the one button.

use super::model::{Shown, Top};
use super::texts;
use crate::alarms::SmallRow;
use crate::alarms::actions::claim_it;
use crate::alarms::texts::CLAIM;
use crate::browser::mono;
use crate::copy::SiteCopy;
use crate::desk::Desk;
use crate::live::LinkLight;
use crate::live::texts::NOT_RECORDING;
use crate::stale::AsOf;
use leptos::prelude::*;

/// Claims what is on top, if it has been there long enough to be meant.
pub fn claim(copy: &'static SiteCopy, desk: &'static Desk, top: StoredValue<Top>) {
    if let Some(alarm) = top.with_value(|top| top.meant(mono())) {
        claim_it(copy, desk, alarm);
    }
}

/// All of the small window. What is on top is written into `top`.
#[component]
pub fn Rows(
    copy: &'static SiteCopy,
    desk: &'static Desk,
    sentence: Signal<Option<String>>,
    top: StoredValue<Top>,
) -> impl IntoView {
    let shown = Memo::new(move |_| copy.matters(Shown::of));
    let rows = Memo::new(move |_| shown.with(|shown| shown.rows.clone()));
    Effect::new(move |_| {
        let first = rows.with(|rows| rows.first().copied());
        top.update_value(|top| *top = top.updated(first, mono()));
    });
    let is_stale = move || copy.link.stale_since().is_some();
    let count = move || {
        let count = shown.with(Shown::count).to_string();
        texts::COUNT.fill(desk.language.get(), &[&count])
    };
    let more = move || {
        let more = shown.with(|shown| shown.more);
        let words = texts::MORE.fill(desk.language.get(), &[&more.to_string()]);
        (more > 0).then_some(words)
    };
    let none = move || {
        let words = if is_stale() {
            texts::NONE_THEN
        } else {
            texts::NONE
        };
        let is_known = copy.ready.get() && rows.with(Vec::is_empty);
        is_known.then(|| view! { <p class="none">{desk.t(words)}</p> })
    };
    let cannot = move || desk.sending.get() || rows.with(Vec::is_empty);
    view! {
        <div class="mini" data-stale=move || is_stale().then_some("")>
            <header>
                <h1 class="num">{count}</h1>
                <AsOf copy desk />
                <LinkLight copy desk />
            </header>
            {move || copy.link.not_recording_since.get().is_some().then(|| view! {
                <p class="mini-said" role="alert">{desk.t(NOT_RECORDING)}</p>
            })}
            <ol>
                <For each=move || rows.get() key=|id| *id let:id>
                    <SmallRow copy desk id />
                </For>
            </ol>
            {none}
            {move || sentence.get().map(|words| view! { <p class="mini-said" role="alert">{words}</p> })}
            <footer>
                <span class="num">{more}</span>
                <button class="main" data-action="claim" disabled=cannot on:click=move |_| claim(copy, desk, top)>
                    {move || desk.t(CLAIM)}<kbd>"Enter"</kbd>
                </button>
            </footer>
        </div>
    }
}
