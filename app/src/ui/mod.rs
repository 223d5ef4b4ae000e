//! Parts that know nothing of alarms or guards.

use leptos::html::Dialog;
use leptos::prelude::*;

/// A native dialog that follows a signal.
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
    children: ChildrenFn,
) -> impl IntoView {
    let dialog = NodeRef::<Dialog>::new();
    Effect::new(move |_| {
        let Some(dialog) = dialog.get() else { return };
        if open.get() && !dialog.open() {
            let _ = dialog.show_modal();
        } else if !open.get() && dialog.open() {
            dialog.close();
        }
    });
    // The browser tells of it a moment later, when it may be open again.
    let closed = move |_| {
        if dialog.get_untracked().is_none_or(|dialog| !dialog.open()) {
            open.set(false);
        }
    };
    view! {
        <dialog node_ref=dialog class="modal" on:close=closed>
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
