//! The note that somebody writes about an alarm. Leaving it keeps the words: as a draft, which the
//! alarm then shows.

use super::texts;
use super::typed::{NOTE_CHARS_MAX, is_too_long, opening};
use crate::desk::Desk;
use crate::keys::Press;
use castellan_domain::alarm::NoteWords;
use castellan_domain::ids::AlarmId;
use leptos::html::Textarea;
use leptos::prelude::*;
use web_sys::KeyboardEvent;

/// The note while it is being written, else the draft that was left, if there is one.
#[component]
pub fn Note(desk: &'static Desk, id: AlarmId, noting: RwSignal<bool>) -> impl IntoView {
    move || {
        if noting.get() {
            view! { <NoteForm desk id noting /> }.into_any()
        } else {
            view! { <DraftChip desk id noting /> }.into_any()
        }
    }
}

/// That there is a draft, how it begins, and the way back to it.
#[component]
fn DraftChip(desk: &'static Desk, id: AlarmId, noting: RwSignal<bool>) -> impl IntoView {
    let begins = Memo::new(move |_| opening(&desk.draft(id)));
    move || {
        let begins = begins.get()?;
        Some(view! {
            <button class="draft" data-action="resume-note" on:click=move |_| noting.set(true)>
                <strong>{move || desk.t(texts::DRAFT)}</strong>
                <span>{begins}</span>
                {move || desk.key('T').map(|key| view! { <kbd>{key}</kbd> })}
            </button>
        })
    }
}

#[component]
fn NoteForm(desk: &'static Desk, id: AlarmId, noting: RwSignal<bool>) -> impl IntoView {
    let field = NodeRef::<Textarea>::new();
    Effect::new(move |_| {
        if let Some(field) = field.get() {
            // Set once: what is being composed in it must not be set anew.
            let draft = desk.draft_untracked(id);
            let end = u32::try_from(draft.encode_utf16().count()).unwrap_or(u32::MAX);
            field.set_value(&draft);
            let _ = field.focus();
            let _ = field.set_selection_range(end, end);
        }
    });
    let written = move || {
        let field = field.get_untracked();
        field.map(|field| field.value()).unwrap_or_default()
    };
    let send = move || {
        desk.keep_draft(id, &written());
        if let Ok(text) = NoteWords::new(written()) {
            // By then another alarm's note may be open.
            let close = move || {
                if desk.selected_alarm() == Some(id) {
                    noting.set(false);
                }
            };
            desk.send_draft(id, text, close);
        }
    };
    let on_key = move |event: KeyboardEvent| {
        // The key that ends or leaves a Chinese composition is the input method's.
        if Press::composes(&event) {
            return;
        }
        match event.key().as_str() {
            "Escape" => noting.set(false),
            "Enter" if !event.shift_key() => {
                event.prevent_default();
                if !event.repeat() {
                    send();
                }
            }
            _ => {}
        }
    };
    let too_long = Memo::new(move |_| is_too_long(&desk.draft(id)));
    let count = move || {
        let over = too_long.get()?.to_string();
        let max = NOTE_CHARS_MAX.to_string();
        Some(texts::NOTE_TOO_LONG.fill(desk.language.get(), &[&max, &over]))
    };
    view! {
        <form class="note-form" on:submit=move |event| { event.prevent_default(); send(); }>
            // A browser that checks the spelling may send the words to its maker.
            <textarea
                node_ref=field
                rows="3"
                spellcheck="false"
                autocomplete="off"
                aria-label=move || desk.t(texts::NOTE)
                aria-invalid=move || too_long.get().is_some().to_string()
                placeholder=move || desk.t(texts::NOTE_PLACEHOLDER)
                on:input=move |_| desk.keep_draft(id, &written())
                on:keydown=on_key
            ></textarea>
            {move || count().map(|words| view! { <p class="sentence" role="status">{words}</p> })}
            <button type="submit" data-action="send-note" disabled=move || desk.sending.get()>
                {move || desk.t(texts::NOTE_SEND)}
            </button>
        </form>
    }
}
