//! The map's own quiet buttons and its scale bar.

#![expect(
    unreachable_pub,
    reason = "the component macro writes its inner function as `pub`"
)]

use super::camera::scale_bar;
use super::running::Pose;
use super::texts;
use crate::texts::Words;
use castellan_domain::text::Language;
use leptos::prelude::*;

/// What a button asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Move {
    Closer,
    Further,
    Home,
    Plan,
    Tilt,
}

impl Move {
    /// By which the keyboard finds its button.
    const fn name(self) -> &'static str {
        match self {
            Self::Closer => "closer",
            Self::Further => "further",
            Self::Home => "whole",
            Self::Plan => "plan",
            Self::Tilt => "tilt",
        }
    }
}

/// The scale bar is at most this long.
const BAR_PX: f64 = 120.0;

/// Zoom, resting view, compass and scale.
#[component]
pub(super) fn Controls(
    language: Signal<Language>,
    pose: Signal<Pose>,
    on_move: Callback<Move>,
) -> impl IntoView {
    let turn = move || format!("rotate({:.1}deg)", -pose.get().bearing_deg);
    let bar = Memo::new(move |_| scale_bar(pose.get().metres_per_pixel.max(1e-6), BAR_PX));
    let length = move || {
        let (metres, _) = bar.get();
        if metres >= 1_000.0 {
            format!("{} km", metres / 1_000.0)
        } else {
            format!("{metres} m")
        }
    };
    let button = move |what: Move, words: Words, icon: AnyView| {
        view! {
            <button
                type="button"
                class="map-button"
                data-see=what.name()
                title=move || words.get(language.get())
                aria-label=move || words.get(language.get())
                on:click=move |_| on_move.run(what)
            >
                {icon}
            </button>
        }
    };
    view! {
        <div class="map-controls" role="group" aria-label=move || texts::CONTROLS.get(language.get())>
            {button(Move::Closer, texts::CLOSER, view! {
                <svg viewBox="0 0 20 20" aria-hidden="true"><path d="M10 4v12M4 10h12" /></svg>
            }.into_any())}
            {button(Move::Further, texts::FURTHER, view! {
                <svg viewBox="0 0 20 20" aria-hidden="true"><path d="M4 10h12" /></svg>
            }.into_any())}
            {button(Move::Plan, texts::PLAN, view! {
                <svg class="map-compass" viewBox="0 0 20 20" aria-hidden="true" style:transform=turn>
                    <path class="map-needle" d="M10 1.5 13.5 10h-7z" />
                    <path d="M6.5 10h7L10 18.5z" />
                </svg>
            }.into_any())}
            {button(Move::Tilt, texts::TILT, view! {
                <svg viewBox="0 0 20 20" aria-hidden="true"><path d="M3 14 7 6h6l4 8z" /></svg>
            }.into_any())}
            {button(Move::Home, texts::HOME, view! {
                <svg viewBox="0 0 20 20" aria-hidden="true"><path d="M3 8V3h5M12 3h5v5M17 12v5h-5M8 17H3v-5" /></svg>
            }.into_any())}
        </div>
        <div class="map-scale" aria-hidden="true" style:width=move || format!("{:.1}px", bar.get().1)>
            {length}
        </div>
    }
}
