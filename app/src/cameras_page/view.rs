//! The pictures in their cells, and above them how many are chosen.

use super::choice::Choice;
use super::model::{CHOSEN_MAX, Chosen};
use super::texts;
use crate::browser::{parameter, set_parameter};
use crate::cameras::CameraTile;
use crate::page::Parts;
use castellan_domain::access::Right;
use castellan_domain::ids::DeviceId;
use leptos::prelude::*;

/// The chosen pictures.
pub fn view(parts: &Parts) -> AnyView {
    let Parts {
        copy, desk, drawn, ..
    } = *parts;
    let (chosen, left_out) = (RwSignal::new(Chosen::default()), RwSignal::new(0));
    let open = RwSignal::new(parameter("show").is_none());
    // Another estate document may know other cameras.
    Effect::new(move |_| {
        let address = parameter("show").unwrap_or_default();
        let read = copy.estate.with(|estate| {
            let estate = estate.as_ref()?;
            Some(Chosen::read(&address, estate))
        });
        if let Some((read, more)) = read {
            chosen.set(read);
            left_out.set(more);
        }
    });
    let toggle = Callback::new(move |camera: DeviceId| {
        chosen.update(|chosen| chosen.toggle(&camera));
        left_out.set(0);
        desk.enlarged.set(None);
        set_parameter("show", chosen.with_untracked(Chosen::address).as_deref());
    });
    let escape = window_event_listener(leptos::ev::keydown, move |event| {
        if event.key() == "Escape" {
            desk.enlarged.set(None);
        }
    });
    on_cleanup(move || escape.remove());
    let shown = Memo::new(move |_| {
        let shown = |chosen: &Chosen| desk.enlarged.with(|large| chosen.shown(large.as_ref()));
        let may = desk.may(Right::SeeCameras);
        if may { chosen.with(shown) } else { Vec::new() }
    });
    let count = move || {
        let count = chosen.with(|chosen| chosen.all().len()).to_string();
        texts::CHOOSE.fill(desk.language.get(), &[&count, &CHOSEN_MAX.to_string()])
    };
    let said = move || {
        let left_out = left_out.get();
        let most = CHOSEN_MAX.to_string();
        let words = texts::LEFT_OUT.fill(desk.language.get(), &[&left_out.to_string(), &most]);
        (left_out > 0).then(|| view! { <p role="status">{words}</p> })
    };
    // Whoever is not known yet is asked first.
    let none = move || {
        let words = match desk.operator() {
            Some(_) if !desk.may(Right::SeeCameras) => texts::MAY_NOT,
            Some(_) if shown.with(Vec::is_empty) => texts::NONE_CHOSEN,
            _ => return None,
        };
        Some(view! { <p class="empty quiet">{desk.t(words)}</p> })
    };
    drawn.set(true);
    view! {
        <header>
            <button data-action="choose" aria-expanded=move || open.get().to_string()
                on:click=move |_| open.update(|open| *open = !*open)>{count}</button>
            {said}
        </header>
        <section class="chosen" data-cells=move || chosen.with(Chosen::cells)
            aria-label=move || desk.t(texts::TITLE)>
            {none}
            <For each=move || shown.get() key=Clone::clone children=move |(camera, is_small)| {
                view! { <CameraTile copy desk camera is_small /> }
            } />
        </section>
        {move || open.get().then(|| view! { <Choice copy desk chosen toggle /> })}
    }
    .into_any()
}
