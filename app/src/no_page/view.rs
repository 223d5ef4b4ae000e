//! A sentence, and the way home.

use super::texts;
use crate::console;
use crate::page::Parts;
use leptos::prelude::*;

/// That there is no page, and where to go on.
pub fn view(parts: &Parts) -> AnyView {
    let Parts { desk, drawn, .. } = *parts;
    drawn.set(true);
    view! {
        <h2>{move || desk.t(texts::TITLE)}</h2>
        <p>{move || desk.t(texts::ADVICE)}</p>
        <p><a href="/">{move || desk.t(console::texts::TITLE)}</a></p>
    }
    .into_any()
}
