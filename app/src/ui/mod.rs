//! Parts that know nothing of alarms or guards.

use leptos::html::Dialog;
use leptos::prelude::*;

/// A native dialog that follows a signal. One that stands beside the page leaves the rest of it in use, and Esc
/// closes it wherever the focus is.
#[component]
pub fn Modal(
    /// Whether it is open.
    open: RwSignal<bool>,
    /// Its heading.
    #[prop(into)]
    title: Signal<&'static str>,
    /// The label of the button that closes it.
    #[prop(into)]
    close: Signal<&'static str>,
    /// It stands beside the page and not before it.
    #[prop(optional)]
    beside: bool,
    children: ChildrenFn,
) -> impl IntoView {
    let dialog = NodeRef::<Dialog>::new();
    Effect::new(move |_| {
        let Some(dialog) = dialog.get() else { return };
        if open.get() && !dialog.open() {
            if beside {
                dialog.show();
            } else {
                let _ = dialog.show_modal();
            }
        } else if !open.get() && dialog.open() {
            dialog.close();
        }
    });
    if beside {
        let escape = window_event_listener(leptos::ev::keydown, move |event| {
            // What an input method composes is not meant for us.
            let composes = event.is_composing() || event.key_code() == 229;
            if event.key() == "Escape" && !composes {
                open.set(false);
            }
        });
        on_cleanup(move || escape.remove());
    }
    // The browser tells of it a moment later, when it may be open again.
    let closed = move |_| {
        if dialog.get_untracked().is_none_or(|dialog| !dialog.open()) {
            open.set(false);
        }
    };
    view! {
        <dialog node_ref=dialog class="modal" class:beside-page=beside on:close=closed>
            <h2>{title}</h2>
            {move || open.get().then(|| children())}
            <form method="dialog"><button>{close}</button></form>
        </dialog>
    }
}

/// A sentence about what just failed, while there is one.
#[component]
pub fn Sentence(#[prop(into)] words: Signal<Option<String>>) -> impl IntoView {
    move || {
        words
            .get()
            .map(|words| view! { <p class="sentence" role="alert">{words}</p> })
    }
}
