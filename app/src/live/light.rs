//! The link light, and the cover that lies over the map while what it shows is old.

use super::console::Console;
use super::model::{class, words};
use crate::browser::clock_text;
use crate::texts::Key;
use castellan_domain::stream::Link;
use leptos::prelude::*;

/// The small light in the top bar.
#[component]
pub fn LinkLight(console: Console) -> impl IntoView {
    let light = move || class(console.link.get());
    let text = move || {
        words(
            console.link.get(),
            console.round_trip_ms.get(),
            console.language.get(),
        )
    };
    view! {
        <span class="link-light" data-link=light role="status" aria-live="off">
            <span class="dot" aria-hidden="true"></span>
            <span>{text}</span>
        </span>
    }
}

/// Says since when the picture is old, over everything that could be taken for the present.
#[component]
pub fn StaleCover(console: Console) -> impl IntoView {
    let zone = move || {
        console.estate.with(|estate| {
            estate
                .as_ref()
                .map_or("UTC".to_owned(), |e| e.time_zone.to_string())
        })
    };
    let stale = move || match console.link.get() {
        Link::Stale { since } => Some(since),
        _ => None,
    };
    view! {
        {move || stale().map(|since| view! {
            <div class="stale-cover" role="alert">
                <p class="stale-title">
                    {console.t(Key::Stale)}" "
                    <span class="since">{console.t(Key::Since)}" "{clock_text(since, &zone())}</span>
                </p>
                <p>{console.t(Key::StaleAdvice)}</p>
            </div>
        })}
        {move || console.fault.get().map(|fault| view! {
            <div class="stale-cover" role="alert"><p class="stale-title">{console.t(fault)}</p></div>
        })}
        {move || console.not_recording_since.get().map(|since| view! {
            <div class="not-recording" role="alert">
                <strong>{console.t(Key::NotRecording)}" "</strong>
                <span class="since">{console.t(Key::Since)}" "{clock_text(since, &zone())}</span>
                " · "{console.t(Key::NotRecordingAdvice)}
            </div>
        })}
    }
}
