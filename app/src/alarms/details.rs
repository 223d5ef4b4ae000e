//! The right column: the selected alarm, what can be done about it, and what happened to it.

use super::model::{
    Moment, class, condition_name, device_name, person_name, place, priority_name, sign, state,
    timeline, verdict_name, what,
};
use crate::ages;
use crate::api;
use crate::browser::{clock_text, sleep};
use crate::live::Console;
use crate::texts::Key;
use castellan_domain::alarm::{Alarm, Verdict};
use castellan_domain::estate::Estate;
use castellan_domain::ids::AlarmId;
use castellan_domain::text::Text;
use castellan_domain::wire::api::{CommandBody, NoteText};
use leptos::html::Textarea;
use leptos::prelude::*;
use std::sync::Arc;
use wasm_bindgen_futures::spawn_local;

/// Attempts to read notes before giving up until the alarm changes again.
const NOTE_ATTEMPTS_MAX: u32 = 5;

/// The selected alarm. `judging` opens the choice of a verdict, `noting` the note.
#[component]
pub fn SelectedAlarm(
    console: Console,
    id: AlarmId,
    judging: RwSignal<bool>,
    noting: RwSignal<bool>,
) -> impl IntoView {
    let alarm = Memo::new(move |_| console.alarm(id));
    view! {
        {move || match alarm.get() {
            None => view! { <p class="empty">{console.t(Key::GoneError)}</p> }.into_any(),
            Some(alarm) => {
                let look = format!("selected-alarm {}", class(alarm.priority));
                view! {
                <article
                    class=look
                    data-selected=id.to_string()
                >
                    <Heading console alarm=alarm.clone() />
                    <Actions console alarm=alarm.clone() judging noting />
                    <Story console alarm />
                </article>
                }.into_any()
            }
        }}
    }
}

fn estate(console: Console) -> Option<Arc<Estate>> {
    console.estate.get()
}

#[component]
fn Heading(console: Console, alarm: Alarm) -> impl IntoView {
    let language = console.language.get();
    let estate = estate(console);
    let estate = estate.as_deref();
    let (shown, row) = (alarm.clone(), alarm.clone());
    let state_text = move || {
        let now = console.now.get();
        console
            .estate
            .with(|estate| state(estate.as_deref(), &row, now, language))
    };
    let age = move || ages::age(shown.raised_at, console.now.get());
    let owner = alarm.owner().map(|by| person_name(estate, by, language));
    view! {
        <header>
            <p class="kicker">
                <span class="sign">{sign(alarm.priority)}</span>
                {priority_name(alarm.priority).get(language)}
                <span class="number">{alarm.id.to_string()}</span>
            </p>
            <h2>{what(estate, &alarm, language)}</h2>
            <p class="where">{place(estate, &alarm, language)}</p>
        </header>
        <dl class="facts">
            <div><dt>{console.t(Key::Device)}</dt><dd>{device_name(estate, &alarm, language)}</dd></div>
            <div><dt>{condition_name(&alarm).get(language)}</dt><dd class="num">{age}</dd></div>
            {(alarm.repeats > 0).then(|| view! {
                <div>
                    <dt>{console.t(Key::TimelineRepeated)}</dt>
                    <dd class="num">{alarm.repeats}" "{console.t(Key::Times)}</dd>
                </div>
            })}
            <div>
                <dt>{console.t(Key::Owner)}</dt>
                <dd data-owner="">{owner.unwrap_or_else(|| console.t(Key::Nobody).to_owned())}</dd>
            </div>
        </dl>
        <p class="state" data-state="">{state_text}</p>
    }
}

#[component]
fn Actions(
    console: Console,
    alarm: Alarm,
    judging: RwSignal<bool>,
    noting: RwSignal<bool>,
) -> impl IntoView {
    let id = alarm.id;
    let busy = move || console.sending.get();
    let can_claim = alarm.owner().is_none() && !alarm.is_judged();
    let can_judge = alarm.owner().is_some() && !alarm.is_judged();
    let judge = move |verdict| {
        judging.set(false);
        console.command(CommandBody::Judge { alarm: id, verdict }, || {});
    };
    view! {
        <div class="actions">
            {can_claim.then(|| view! {
                <button class="main" disabled=busy data-action="claim"
                    on:click=move |_| console.command(CommandBody::Claim { alarm: id }, || {})>
                    {console.t(Key::Claim)}<kbd>"Enter"</kbd>
                </button>
            })}
            {can_judge.then(|| view! {
                <button class="main" disabled=busy data-action="judge"
                    aria-expanded=move || judging.get().to_string()
                    on:click=move |_| judging.update(|open| *open = !*open)>
                    {console.t(Key::Verdict)}<kbd>"X"</kbd>
                </button>
            })}
            <button disabled=busy data-action="note" on:click=move |_| noting.update(|open| *open = !*open)>
                {console.t(Key::Note)}<kbd>"T"</kbd>
            </button>
        </div>
        {move || (can_judge && judging.get()).then(|| view! {
            <div class="verdicts" role="group" aria-label=console.t(Key::Verdict)>
                <p class="quiet">{console.t(Key::VerdictPrompt)}</p>
                {Verdict::ALL.into_iter().zip(1..).map(|(verdict, digit)| view! {
                    <button data-verdict=digit on:click=move |_| judge(verdict)>
                        <kbd>{digit}</kbd>{verdict_name(verdict).get(console.language.get())}
                    </button>
                }).collect_view()}
            </div>
        })}
        {move || noting.get().then(|| view! { <NoteForm console id noting /> })}
        {move || console.sending.get().then(|| view! { <p class="quiet" role="status">{console.t(Key::Sending)}</p> })}
        {move || console.sentence.get().map(|words| view! { <p class="sentence" role="alert">{words}</p> })}
    }
}

#[component]
fn NoteForm(console: Console, id: AlarmId, noting: RwSignal<bool>) -> impl IntoView {
    let field = NodeRef::<Textarea>::new();
    Effect::new(move |_| {
        if let Some(field) = field.get() {
            let _ = field.focus();
        }
    });
    let send = move || {
        let written = field
            .get_untracked()
            .map(|field| field.value())
            .unwrap_or_default();
        if let Ok(text) = Text::new(&written) {
            console.command(CommandBody::Note { alarm: id, text }, move || {
                noting.set(false)
            });
        }
    };
    view! {
        <form class="note-form" on:submit=move |event| { event.prevent_default(); send(); }>
            <textarea
                node_ref=field
                rows="3"
                maxlength="500"
                aria-label=console.t(Key::Note)
                placeholder=console.t(Key::NotePlaceholder)
                on:keydown=move |event| {
                    event.stop_propagation();
                    if event.key() == "Escape" { noting.set(false); }
                    // Enter that ends a Chinese composition is not Enter.
                    if event.key() == "Enter" && !event.shift_key() && !event.is_composing() {
                        event.prevent_default();
                        send();
                    }
                }
            ></textarea>
            <button type="submit" data-action="send-note">{console.t(Key::NoteSend)}</button>
        </form>
    }
}

#[component]
fn Story(console: Console, alarm: Alarm) -> impl IntoView {
    let language = console.language.get();
    let notes = RwSignal::new(Vec::<NoteText>::new());
    if !alarm.notes.is_empty()
        && let Some(site) = console.site.get_untracked()
    {
        let id = alarm.id;
        spawn_local(async move {
            for attempt in 0..NOTE_ATTEMPTS_MAX {
                if let Ok(texts) = api::notes(&site, id).await {
                    // The view may be gone by now; then nobody needs the words.
                    let _ = notes.try_set(texts);
                    return;
                }
                sleep(500 << attempt).await;
            }
        });
    }
    let zone = estate(console).map_or("UTC".to_owned(), |e| e.time_zone.to_string());
    let line = move |moment: Moment| {
        let by = moment.by.as_ref().map(|by| {
            console
                .estate
                .with_untracked(|estate| person_name(estate.as_deref(), by, language))
        });
        let words = move || {
            let id = moment.note?;
            Some(notes.with(|notes| {
                match notes.iter().find(|note| note.id == id) {
                    None => Key::NoteLoading.get(language).to_owned(),
                    Some(note) => note
                        .text
                        .clone()
                        .unwrap_or_else(|| Key::NoteErased.get(language).to_owned()),
                }
            }))
        };
        view! {
            <li>
                <time class="num">{clock_text(moment.at, &zone)}</time>
                <span class="step">{moment.what.get(language)}</span>
                <span class="by">{by}</span>
                <span class="detail">{moment.detail}</span>
                <span class="words">{words}</span>
            </li>
        }
    };
    view! {
        <section class="story" aria-label=console.t(Key::Timeline)>
            <h3>{console.t(Key::Timeline)}</h3>
            <ol>{timeline(&alarm, language).into_iter().map(line).collect_view()}</ol>
        </section>
    }
}
