//! Something that is held for two seconds: a call for help is no slip of a finger.

use super::call::HOLD_MS;
use super::phone::Phone;
use crate::browser::sleep;
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

/// What is held, by finger or key. The silent form shows nothing of it, and no key finds it.
#[component]
pub fn Hold(
    phone: &'static Phone,
    silent: bool,
    class: &'static str,
    children: Children,
) -> impl IntoView {
    let holding = RwSignal::new(false);
    let turn = StoredValue::new(0_u32);
    let begin = move || {
        if turn.with_value(|turn| turn % 2 == 1) {
            return;
        }
        turn.update_value(|turn| *turn += 1);
        let this = turn.get_value();
        if !silent {
            // It may sound by this touch, and not before.
            phone.speaker();
            holding.set(true);
        }
        spawn_local(async move {
            sleep(HOLD_MS).await;
            // The page may be nobody's by now.
            if turn.try_get_value() == Some(this) {
                turn.update_value(|turn| *turn += 1);
                holding.set(false);
                phone.call(silent);
            }
        });
    };
    let end = move || {
        if turn.with_value(|turn| turn % 2 == 1) {
            turn.update_value(|turn| *turn += 1);
            holding.set(false);
        }
    };
    if silent {
        return view! {
            <div class=class on:pointerdown=move |_| begin() on:pointerup=move |_| end()
                on:pointercancel=move |_| end() on:pointerleave=move |_| end()>{children()}</div>
        }
        .into_any();
    }
    let is_key = |key: &str| key == " " || key == "Enter";
    let key = move |event: KeyboardEvent| {
        if is_key(&event.key()) {
            event.prevent_default();
            // A key that stays down after its call is no second one.
            if !event.repeat() {
                begin();
            }
        }
    };
    view! {
        <button class=class class:holding=move || holding.get()
            on:pointerdown=move |_| begin() on:pointerup=move |_| end()
            on:pointercancel=move |_| end() on:pointerleave=move |_| end() on:blur=move |_| end()
            on:keydown=key
            on:keyup=move |event| if is_key(&event.key()) { end(); }>
            <span class="g-fill" aria-hidden="true"></span>
            <span class="g-words">{children()}</span>
        </button>
    }
    .into_any()
}
