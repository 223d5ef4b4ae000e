//! What follows from what was just done, and the button that takes it back.

use super::texts;
use crate::desk::Desk;
use leptos::prelude::*;

/// The sentence and the button, while they stand.
#[component]
pub fn Offered(desk: &'static Desk) -> impl IntoView {
    let sentence = move |offer: &crate::desk::Offer| {
        let language = desk.language.get();
        offer.follows(language).to_owned()
    };
    view! {
        <div role="status" class="offered">
            {move || desk.offer().map(|offer| {
                let (words, may) = (offer.words, offer.inverse.is_some());
                let shown = offer.clone();
                view! {
                    <p>{move || sentence(&shown)}</p>
                    {may.then(|| view! {
                        <button data-action="take-back" disabled=move || desk.sending.get()
                            title=move || desk.t(texts::OFFERED_FOR)
                            on:click=move |_| desk.take_back()>
                            {move || desk.t(words)}<kbd>"⌫"</kbd>
                        </button>
                    })}
                }
            })}
        </div>
    }
}
