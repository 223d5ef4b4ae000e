//! The right column: the selected alarm, what can be done about it, and what happened to it.

use super::actions::{Actions, can_do};
use super::located::place;
use super::marks::{Mark, marks};
use super::model::{
    basis_name, class, condition_name, priority_name, sign, source_name, state, what,
};
use super::note::Note;
use super::open::Open;
use super::sources::Sources;
use super::texts;
use super::timeline::Story;
use crate::browser::sleep;
use crate::copy::SiteCopy;
use crate::desk::Desk;
use crate::names::person_name;
use crate::texts::Words;
use crate::ui::Sentence;
use crate::{ages, api};
use castellan_domain::alarm::{Alarm, NoteContent};
use castellan_domain::estate::Estate;
use castellan_domain::ids::AlarmId;
use castellan_domain::text::Language;
use castellan_domain::wire::api::NoteText;
use leptos::prelude::*;
use std::sync::Arc;
use wasm_bindgen_futures::spawn_local;

/// Attempts to read notes before giving up until the next note comes.
const NOTE_ATTEMPTS_MAX: u32 = 5;

/// What a part of the details is drawn from. It is drawn again when any of it changes.
#[derive(Clone)]
struct Shown {
    alarm: Alarm,
    estate: Option<Arc<Estate>>,
    language: Language,
}

impl Shown {
    fn t(&self, words: Words) -> &'static str {
        words.get(self.language)
    }
}

/// The selected alarm, and what is `open` beside it.
#[component]
pub fn SelectedAlarm(
    copy: &'static SiteCopy,
    desk: &'static Desk,
    id: AlarmId,
    open: Open,
    sentence: Signal<Option<String>>,
) -> impl IntoView {
    let alarm = Memo::new(move |_| copy.alarm(id));
    let shown = move || {
        Some(Shown {
            alarm: alarm.get()?,
            estate: copy.estate.get(),
            language: desk.language.get(),
        })
    };
    let can = Memo::new(move |_| can_do(copy, desk, id));
    let can_split = Memo::new(move |_| can.with(|can| can.is_some_and(|can| can.split)));
    let joined = Memo::new(move |_| {
        alarm.with(|alarm| {
            alarm
                .as_ref()
                .map(|alarm| alarm.joined.clone())
                .unwrap_or_default()
        })
    });
    let look = move || {
        let look = alarm.with(|alarm| {
            let alarm = alarm.as_ref()?;
            let drill = if alarm.drill { " drill" } else { "" };
            Some(format!("{}{drill}", class(alarm.priority)))
        });
        format!("selected-alarm {}", look.unwrap_or_default())
    };
    let notes = notes_of(copy, alarm);
    view! {
        <article class=look data-selected=id.to_string()>
            {move || match shown() {
                Some(shown) => view! { <Heading copy shown /> }.into_any(),
                // Before the first state has come, nothing is known to be gone.
                None if !copy.ready.get() => ().into_any(),
                None => view! { <p class="empty">{desk.t(texts::GONE)}</p> }.into_any(),
            }}
            <Actions copy desk id can open />
            <Note desk id noting=open.noting />
            {move || desk.sending.get().then(|| view! {
                <p class="quiet" role="status">{desk.t(texts::SENDING)}</p>
            })}
            <Sentence words=sentence />
            <Sources copy desk id joined can_split />
            <Story copy desk id alarm notes />
        </article>
    }
}

/// The words of an alarm's notes, read again whenever there are more of them.
fn notes_of(copy: &'static SiteCopy, alarm: Memo<Option<Alarm>>) -> RwSignal<Vec<NoteText>> {
    let notes = RwSignal::new(Vec::new());
    let written = Memo::new(move |_| {
        alarm.with(|alarm| {
            alarm.as_ref().map(|alarm| {
                let contents = alarm.notes.iter().map(|note| &note.content);
                (alarm.id, contents.filter_map(NoteContent::words).count())
            })
        })
    });
    Effect::new(move |_| {
        let (Some((id, count)), Some(site)) = (written.get(), copy.site.get()) else {
            return;
        };
        if count == 0 {
            return;
        }
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
    });
    notes
}

#[component]
fn Heading(copy: &'static SiteCopy, shown: Shown) -> impl IntoView {
    let alarm = &shown.alarm;
    let estate = shown.estate.as_deref();
    let language = shown.language;
    let raised_at = alarm.raised_at;
    let state_text = {
        let shown = shown.clone();
        move || {
            state(
                shown.estate.as_deref(),
                &shown.alarm,
                copy.shown_at(),
                language,
            )
        }
    };
    let marked = {
        let shown = shown.clone();
        move || {
            let now = copy.shown_at();
            marks(shown.estate.as_deref(), &shown.alarm, now, language)
                .into_iter()
                .map(|Mark { class, words }| view! { <li class=class>{words}</li> })
                .collect_view()
        }
    };
    let whereabouts = {
        let shown = shown.clone();
        move || {
            let (alarm, now) = (&shown.alarm, copy.now());
            let about = alarm.source.person().map(|person| copy.person(person));
            let state = about.unwrap_or_default();
            place(shown.estate.as_deref(), alarm, &state, now, language)
        }
    };
    let basis = alarm.judged().and_then(|judged| judged.basis.as_ref());
    let basis = basis.map(|basis| basis_name(estate, basis, language));
    let says_more = alarm.owner().is_none() || !alarm.is_annunciated();
    let shelved = alarm.shelf.is_some() && !alarm.is_judged();
    let owner = alarm.owner().map_or_else(
        || shown.t(texts::NOBODY).to_owned(),
        |by| person_name(estate, by, language),
    );
    view! {
        <header>
            <p class="kicker">
                <span class="sign">{sign(alarm.priority)}</span>
                {priority_name(alarm.priority).get(language)}
                {alarm.drill.then(|| view! { <span class="drill-tag">{shown.t(texts::DRILL)}</span> })}
                <span class="number">{alarm.id.to_string()}</span>
            </p>
            <h2>{what(estate, alarm, language)}</h2>
            <p class="where">{whereabouts}</p>
        </header>
        <dl class="facts">
            <div>
                <dt>{shown.t(texts::SINCE_ALARM)}</dt>
                <dd class="num">{move || ages::age(raised_at, copy.now())}</dd>
            </div>
            <div><dt>{shown.t(texts::CONDITION)}</dt><dd>{condition_name(alarm.condition).get(language)}</dd></div>
            <div><dt>{shown.t(texts::SOURCE)}</dt><dd>{source_name(estate, &alarm.source, language)}</dd></div>
            {(alarm.repeats > 0).then(|| view! {
                <div>
                    <dt>{shown.t(texts::TIMELINE_REPEATED)}</dt>
                    <dd class="num">{alarm.repeats}" "{shown.t(texts::TIMES)}</dd>
                </div>
            })}
            {basis.map(|basis| view! {
                <div><dt>{shown.t(texts::BASIS)}</dt><dd data-basis="">{basis}</dd></div>
            })}
            <div><dt>{shown.t(texts::OWNER)}</dt><dd data-owner="">{owner}</dd></div>
        </dl>
        // Who has it stands above already; what is left to say is a deadline or a verdict.
        {says_more.then(|| view! {
            <p class="state" data-state="">
                {shelved.then(|| format!("{} ", shown.t(texts::SHELVED)))}
                {state_text}
            </p>
        })}
        <ul class="marks-list num">{marked}</ul>
    }
}
