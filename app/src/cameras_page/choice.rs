//! The estate's cameras by place, to choose among.

use super::model::{CHOSEN_MAX, Chosen, found};
use super::texts;
use crate::copy::SiteCopy;
use crate::desk::Desk;
use castellan_domain::estate::TYPED_MAX;
use castellan_domain::ids::DeviceId;
use leptos::prelude::*;

/// All cameras, or those that were looked for; a press takes one in or out.
#[component]
pub fn Choice(
    copy: &'static SiteCopy,
    desk: &'static Desk,
    chosen: RwSignal<Chosen>,
    toggle: Callback<DeviceId>,
) -> impl IntoView {
    let typed = RwSignal::new(String::new());
    let listed = Memo::new(move |_| {
        let language = desk.language.get();
        let of = |estate: &_| typed.with(|typed| found(estate, typed, language));
        copy.estate
            .with(|estate| estate.as_deref().map(of).unwrap_or_default())
    });
    let is_full = Memo::new(move |_| chosen.with(Chosen::is_full));
    let row = move |(camera, place): (DeviceId, String)| {
        let (id, data) = (camera.clone(), camera.to_string());
        let is_in = Memo::new(move |_| chosen.with(|chosen| chosen.has(&id)));
        view! {
            <li>
                <button class="place" class:selected=is_in aria-pressed=move || is_in.get().to_string()
                    data-choose=data disabled=move || is_full.get() && !is_in.get()
                    on:click=move |_| toggle.run(camera.clone())>{place}</button>
            </li>
        }
    };
    let said = move || {
        let most = CHOSEN_MAX.to_string();
        let words = texts::FULL.fill(desk.language.get(), &[&most]);
        is_full
            .get()
            .then(|| view! { <p role="status">{words}</p> })
    };
    view! {
        <aside class="choice">
            <input type="search" maxlength=TYPED_MAX aria-label=move || desk.t(texts::FIND)
                placeholder=move || desk.t(texts::FIND) prop:value=typed
                on:input=move |event| typed.set(event_target_value(&event)) />
            {said}
            {move || listed.with(Vec::is_empty).then(|| view! { <p class="quiet">{desk.t(texts::NONE_FOUND)}</p> })}
            <ul class="rows">
                <For each=move || listed.get() key=Clone::clone children=row />
            </ul>
        </aside>
    }
}
