//! The clip that is open, beside the map.

use super::model::{Past, around, failure, moment, step};
use super::replay::Replay;
use super::texts;
use crate::api;
use crate::copy::SiteCopy;
use crate::desk::Desk;
use crate::names::{device_name, person_name};
use castellan_domain::access::shows_clips;
use castellan_domain::fact::AlarmClipKept;
use castellan_domain::ids::PersonId;
use castellan_domain::time::Timestamp;
use leptos::html::Video;
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::{HtmlVideoElement, KeyboardEvent};

/// Seconds of a clip after which people's places are asked for again.
const PLACES_EVERY_S: f64 = 2.0;
/// One key goes so many seconds back or ahead.
const STEP_S: f64 = 5.0;

/// Opens a clip in the timeline; that of whoever may not see it says so.
#[component]
pub fn PlayClip(
    copy: &'static SiteCopy,
    desk: &'static Desk,
    replay: Replay,
    clip: AlarmClipKept,
) -> impl IntoView {
    let alarm = clip.alarm;
    let may = Memo::new(move |_| {
        let actor = desk.actor()?;
        copy.alarm(alarm)?;
        copy.all(&copy.changes.incidents, |_| ());
        copy.known(|known| shows_clips(&actor, alarm, known.view).is_ok())
    });
    let id = clip.clip;
    let is_open = move || {
        let open = replay.clip.get();
        open.is_some_and(|open| open.clip == id)
    };
    let clip = StoredValue::new(clip);
    let play = move |_| {
        if !is_open() {
            replay.show(Some(clip.get_value()));
        } else if let Some(video) = video_on_page() {
            toggle(&video);
        }
    };
    move || match may.get() {
        Some(true) => view! {
            <button class="plain play-clip" type="button" data-clip=id.to_string()
                aria-label=move || texts::PLAY.fill(desk.language.get(), &[&id.to_string()])
                aria-pressed=move || is_open().to_string() on:click=play>
                "▶"
            </button>
        }
        .into_any(),
        _ => view! { <small class="quiet">{move || desk.t(texts::ONLY_OWNER)}</small> }.into_any(),
    }
}

/// The clip that is open, with the moment that is seen.
#[component]
pub fn ClipPlayer(copy: &'static SiteCopy, desk: &'static Desk, replay: Replay) -> impl IntoView {
    move || {
        let clip = replay.clip.get()?;
        Some(view! { <Player copy desk replay clip /> })
    }
}

#[component]
fn Player(
    copy: &'static SiteCopy,
    desk: &'static Desk,
    replay: Replay,
    clip: AlarmClipKept,
) -> impl IntoView {
    let video = NodeRef::<Video>::new();
    let Replay { playing, .. } = replay;
    let site = copy.site.get_untracked();
    let address = site.map(|site| api::clip_address(&site, clip.clip));
    let shown = clip.clone();
    let at = Memo::new(move |_| moment(&shown, playing.with(|playing| playing.second)));
    let places = Places::new(copy, desk, replay, clip.clone());
    let on_time = move |_| {
        if let Some(video) = video.get_untracked() {
            let second = video.current_time();
            playing.update(|playing| playing.second = second);
            places.follow(second, at.get_untracked());
        }
    };
    let runs = move |runs| move |_| playing.update(|playing| playing.runs = runs);
    let codec = clip.codec.to_string();
    let id = clip.clip;
    let on_error = move |_| {
        spawn_local(async move {
            let (site, person) = (copy.site.get_untracked(), desk.person.get_untracked());
            let (Some(site), Some(person)) = (site, person) else {
                return;
            };
            let failed = match api::clip_failure(&site, &person, id).await {
                Some(detail) => failure(detail.refusal.as_ref()),
                None => texts::NOT_PLAYABLE,
            };
            let _gone = playing.try_update(|playing| playing.failed = Some(failed));
        });
    };
    let by = move |seconds| {
        if let Some(video) = video.get_untracked() {
            video.set_current_time(step(video.current_time(), seconds, video.duration()));
        }
    };
    let on_key = move |event: KeyboardEvent| {
        match event.key().as_str() {
            "ArrowLeft" => by(-STEP_S),
            "ArrowRight" => by(STEP_S),
            _ => return,
        }
        event.prevent_default();
        event.stop_propagation();
    };
    let camera = clip.camera.clone();
    let name = move || {
        let language = desk.language.get();
        copy.estate
            .with(|estate| device_name(estate.as_deref(), &camera, language))
    };
    let time = move || texts::REPLAY.fill(desk.language.get(), &[&copy.time_of_day(at.get())]);
    let said = move || {
        let failed = playing.with(|playing| playing.failed)?;
        let words = failed.fill(desk.language.get(), &[&codec]);
        Some(view! { <p class="failed" role="status">{words}</p> })
    };
    let run = move || playing.with(|playing| playing.runs);
    view! {
        <section class="clip" aria-label=move || desk.t(texts::CLIP) data-clip-open=id.to_string() on:keydown=on_key>
            <header>
                <b class="num replay">{time}</b>
                <span>{name}</span>
                <button class="plain" type="button" data-action="close-clip" on:click=move |_| replay.show(None)>
                    {move || desk.t(crate::texts::CLOSE)}
                </button>
            </header>
            <video node_ref=video src=address autoplay muted playsinline disablepictureinpicture
                on:timeupdate=on_time on:seeked=on_time on:play=runs(true) on:pause=runs(false) on:error=on_error></video>
            {said}
            <footer>
                <button type="button" data-action="clip-back" on:click=move |_| by(-STEP_S)>{move || desk.t(texts::BACK_5)}</button>
                <button type="button" data-action="clip-toggle"
                    on:click=move |_| if let Some(video) = video.get_untracked() { toggle(&video) }>
                    {move || desk.t(if run() { texts::PAUSE } else { texts::GO_ON })}
                </button>
                <button type="button" data-action="clip-ahead" on:click=move |_| by(STEP_S)>{move || desk.t(texts::AHEAD_5)}</button>
                <small class="quiet">{move || replay.people.with(|people| !people.is_empty()).then(|| desk.t(texts::MAP_TOO))}</small>
            </footer>
        </section>
    }
}

/// The places of people at the moment that is seen.
#[derive(Clone, Copy)]
struct Places {
    copy: &'static SiteCopy,
    desk: &'static Desk,
    replay: Replay,
    clip: StoredValue<AlarmClipKept>,
    /// The second of the clip for which they were asked last, and whether an answer is awaited.
    asked: StoredValue<(Option<f64>, bool)>,
}

impl Places {
    fn new(
        copy: &'static SiteCopy,
        desk: &'static Desk,
        replay: Replay,
        clip: AlarmClipKept,
    ) -> Self {
        Self {
            copy,
            desk,
            replay,
            clip: StoredValue::new(clip),
            asked: StoredValue::new((None, false)),
        }
    }

    fn follow(&self, second: f64, at: Timestamp) {
        let (asked, waits) = self.asked.get_value();
        let is_near = asked.is_some_and(|asked| (second - asked).abs() < PLACES_EVERY_S);
        let (site, person) = (
            self.copy.site.get_untracked(),
            self.desk.person.get_untracked(),
        );
        let (Some(site), Some(person), false) = (site, person, waits || is_near) else {
            return;
        };
        self.asked.set_value((Some(second), true));
        let this = *self;
        spawn_local(async move {
            let all = api::where_all(&site, &person, at).await;
            let _gone = this.asked.try_update_value(|asked| asked.1 = false);
            let Some(clip) = this.clip.try_get_value() else {
                return;
            };
            let is_open = this
                .replay
                .clip
                .with_untracked(|open| open.as_ref() == Some(&clip));
            if let (Ok(all), true) = (all, is_open) {
                this.replay.people.set(this.past(all.people, at, &clip));
            }
        });
    }

    fn past(
        &self,
        people: Vec<castellan_domain::wire::history::WhereOne>,
        at: Timestamp,
        clip: &AlarmClipKept,
    ) -> Vec<Past> {
        let language = self.desk.language.get_untracked();
        let past = self.copy.known(|known| {
            let row = known.view.alarms.get(&clip.alarm);
            let incident = row.and_then(|row| row.incident);
            let is_sent = |person: &PersonId| {
                let mut all = known.view.assignments.values();
                all.any(|one| Some(one.incident) == incident && one.person == *person)
            };
            let name = |person: &PersonId| person_name(Some(known.estate), person, language);
            let place = row.and_then(|row| row.place.point());
            around(people, at, place, is_sent, name)
        });
        past.unwrap_or_default()
    }
}

fn toggle(video: &HtmlVideoElement) {
    if video.paused() {
        // It says itself when it runs, and when it cannot.
        drop(video.play());
    } else {
        drop(video.pause());
    }
}

/// The video of the open clip.
fn video_on_page() -> Option<HtmlVideoElement> {
    use wasm_bindgen::JsCast as _;
    let document = crate::browser::window().document()?;
    let found = document.query_selector(".clip video").ok().flatten()?;
    found.dyn_into().ok()
}
