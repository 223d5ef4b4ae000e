//! The light that says whether this console can be heard, and what stands behind it.

use super::heard::Heard;
use super::model::{Plan, changes_at};
use super::speaker::{Speaker, VOLUME_MIN, Voice};
use super::texts;
use crate::browser::{remember, remembered};
use crate::copy::SiteCopy;
use crate::desk::Desk;
use crate::texts::Words;
use crate::ui::Modal;
use castellan_domain::estate::{Calendar, Sound};
use castellan_domain::time::Timestamp;
use leptos::prelude::*;

/// Lets this console sound as the facts want it.
pub fn sound_out(copy: &'static SiteCopy, speaker: &'static Speaker) {
    // Until when everything was heard; nothing before there was anything to hear.
    Effect::new(move |heard_until: Option<Option<Timestamp>>| {
        copy.changes.alarms.track_any();
        copy.changes.incidents.track_any();
        copy.estate.track();
        let now = copy.now_untracked();
        if !copy.ready.get() || now == Timestamp::default() {
            copy.now();
            return None;
        }
        let since = heard_until.flatten().unwrap_or(now);
        let (plan, next) = copy.known(|known| {
            let plan = Plan::of(known.estate, known.view, since, now);
            (plan, changes_at(known.estate, known.view, now))
        })?;
        if let Some(next) = next {
            copy.wait_for(next);
        }
        speaker.play(plan);
        Some(now)
    });
}

/// Whether whoever works here has heard the sound for life in this shift.
pub fn heard(copy: &'static SiteCopy, desk: &'static Desk) -> RwSignal<Option<Heard>> {
    let heard = RwSignal::new(None);
    let over = Memo::new(move |_| {
        let now = copy.now();
        heard.with(|heard: &Option<Heard>| heard.is_some_and(|heard| heard.until <= now))
    });
    Effect::new(move |_| {
        over.track();
        let kept = desk
            .person
            .get()
            .and_then(|person| remembered(&Heard::key(&person)));
        heard.set(kept.and_then(|text| Heard::read(&text, copy.now_untracked())));
    });
    heard
}

/// The light in the top bar: green once this tab has really played and somebody has heard it.
#[component]
pub fn SoundLight(
    copy: &'static SiteCopy,
    desk: &'static Desk,
    speaker: &'static Speaker,
    heard: RwSignal<Option<Heard>>,
    open: RwSignal<bool>,
) -> impl IntoView {
    let light = move || match (speaker.voice.get(), heard.get()) {
        (Voice::None, _) => "none",
        (Voice::Plays, Some(_)) => "heard",
        (Voice::Plays, None) => "plays",
        (Voice::Waits, _) => "waits",
    };
    let words = move || match (speaker.voice.get(), heard.get()) {
        (Voice::None, _) => desk.t(texts::SILENT).to_owned(),
        (Voice::Plays, Some(heard)) => {
            let at = hour_and_minute(copy, heard.at);
            texts::HEARD_AT.fill(desk.language.get(), &[&at])
        }
        (Voice::Plays | Voice::Waits, _) => desk.t(texts::UNTRIED).to_owned(),
    };
    let sounding = move || speaker.sounding.get().map(name);
    view! {
        <button class="sound-light" data-sound=light data-sounding=sounding
            title=move || desk.t(sentence(speaker.voice.get())) on:click=move |_| open.set(true)>
            <span class="dot" aria-hidden="true"></span>
            <span role="status">{words}</span>
        </button>
    }
}

const fn name(sound: Sound) -> &'static str {
    match sound {
        Sound::Life => "life",
        Sound::Pulses => "pulses",
        Sound::Chimes => "chimes",
        Sound::Tick => "tick",
    }
}

const fn sentence(voice: Voice) -> Words {
    match voice {
        Voice::Waits => texts::SENTENCE_WAITS,
        Voice::Plays => texts::SENTENCE_PLAYS,
        Voice::None => texts::SENTENCE_NONE,
    }
}

fn hour_and_minute(copy: &'static SiteCopy, at: Timestamp) -> String {
    let clock = copy.time_of_day(at);
    clock.get(..5).unwrap_or(&clock).to_owned()
}

/// What stands behind the light: the test, the confirmation, the volume and what each sound means.
#[component]
pub fn SoundSettings(
    copy: &'static SiteCopy,
    desk: &'static Desk,
    speaker: &'static Speaker,
    heard: RwSignal<Option<Heard>>,
    open: RwSignal<bool>,
) -> impl IntoView {
    // Whoever confirms has listened just now.
    let played = RwSignal::new(false);
    Effect::new(move |_| {
        if !open.get() {
            played.set(false);
        }
    });
    let play = move |_| {
        speaker.test(Sound::Life);
        played.set(true);
    };
    let confirm = move |_| {
        let (now, person) = (copy.now_untracked(), desk.person.get_untracked());
        let until = copy.estate.with_untracked(|estate| {
            let calendar = Calendar::new(estate.as_ref()?).ok()?;
            Some(calendar.shift_end(now))
        });
        let (Some(person), Some(until)) = (person, until) else {
            return;
        };
        let now_heard = Heard { at: now, until };
        remember(&Heard::key(&person), Some(&now_heard.write()));
        heard.set(Some(now_heard));
        open.set(false);
    };
    let words = move || match (speaker.voice.get(), heard.get()) {
        (Voice::Plays, Some(heard)) => {
            let at = hour_and_minute(copy, heard.at);
            texts::SENTENCE_HEARD.fill(desk.language.get(), &[&at])
        }
        (voice, _) => desk.t(sentence(voice)).to_owned(),
    };
    let can_confirm = move || played.get() && speaker.voice.get() == Voice::Plays;
    let turn = move |event: leptos::ev::Event| {
        if let Ok(volume) = event_target_value(&event).parse() {
            speaker.set_volume(volume);
        }
    };
    view! {
        <Modal
            open
            title=Signal::derive(move || desk.t(texts::TITLE))
            close=Signal::derive(move || desk.t(crate::texts::CLOSE))
        >
            <div class="sound-settings">
                <p role="status">{words}</p>
                <div class="actions">
                    <button class="main" data-action="play-life" on:click=play>{move || desk.t(texts::PLAY_LIFE)}</button>
                    <button data-action="heard" disabled=move || !can_confirm() on:click=confirm>
                        {move || desk.t(texts::I_HEARD_IT)}
                    </button>
                </div>
                <label class="volume">
                    {move || desk.t(texts::VOLUME)}
                    <input type="range" min=VOLUME_MIN.to_string() max="100" step="5"
                        prop:value=move || speaker.volume.get().to_string() on:input=turn />
                    <span class="num">{move || speaker.volume.get()}" %"</span>
                </label>
                <ul class="sounds">
                    {[
                        (Sound::Life, texts::SOUND_LIFE),
                        (Sound::Pulses, texts::SOUND_PULSES),
                        (Sound::Chimes, texts::SOUND_CHIMES),
                        (Sound::Tick, texts::SOUND_TICK),
                    ].into_iter().map(|(sound, words)| view! {
                        <li>
                            <span>{move || desk.t(words)}</span>
                            <button data-try=name(sound) on:click=move |_| speaker.test(sound)>
                                {move || desk.t(texts::TRY)}
                            </button>
                        </li>
                    }).collect_view()}
                </ul>
            </div>
        </Modal>
    }
}
