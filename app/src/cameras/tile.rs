//! One camera's picture, with its name and its age, or with what covers it.

use super::model::{Cover, Glass, Look, Tile, clock_words, cover_words};
use super::player::{Subject, play};
use super::still::Still;
use super::stills::follow;
use super::texts;
use crate::browser::mono;
use crate::copy::SiteCopy;
use crate::desk::Desk;
use castellan_domain::alarm::{Alarm, AlarmCommand, FollowUp};
use castellan_domain::estate::Estate;
use castellan_domain::ids::{AlarmId, DeviceId};
use castellan_domain::wire::camera::FeedFault;
use leptos::html::Video;
use leptos::prelude::*;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use wasm_bindgen_futures::spawn_local;

/// A camera's picture.
#[component]
pub fn CameraTile(
    copy: &'static SiteCopy,
    desk: &'static Desk,
    camera: DeviceId,
    /// It shows what is beside the place, and not the place itself.
    #[prop(optional)]
    is_beside: bool,
    /// For which alarm it is looked at.
    #[prop(optional, into)]
    alarm: Option<AlarmId>,
    /// The number of its cone on the map.
    #[prop(optional, into)]
    number: Option<Signal<Option<usize>>>,
    /// Who is seen walking in it.
    #[prop(optional, into)]
    guard: Option<Signal<Option<String>>>,
    /// It is shown so small that the smaller picture does, where the camera has one.
    #[prop(optional)]
    is_small: bool,
) -> impl IntoView {
    let tile = RwSignal::new(Tile::default());
    let video = NodeRef::<Video>::new();
    let wanted = Arc::new(AtomicBool::new(true));
    let (id, said_id) = (camera.clone(), camera.to_string());
    let playing = wanted.clone();
    Effect::new(move |begun: Option<bool>| {
        let Some(video) = video.get().filter(|_| begun != Some(true)) else {
            return begun.unwrap_or(false);
        };
        // Without sound it plays before anybody has touched the page.
        video.set_muted(true);
        // Else `ManagedMediaSource` does not open.
        let _ = video.set_attribute("disableremoteplayback", "");
        let subject = Subject {
            camera: id.clone(),
            alarm,
            is_small,
        };
        let playing = playing.clone();
        let wanted = move || playing.load(Ordering::Relaxed);
        spawn_local(play(copy, subject, video.clone(), tile, wanted));
        true
    });
    on_cleanup(move || wanted.store(false, Ordering::Relaxed));
    let cover = Memo::new(move |_| tile.with(Tile::cover));
    let still = stills(copy, desk, camera.clone(), cover);
    let age = move || {
        let tenths = tile.with(|tile| tile.glass)?.age.as_micros() / 100_000;
        let seconds = format!("{}.{}", tenths / 10, tenths % 10);
        Some(texts::AGE.fill(desk.language.get(), &[&seconds]))
    };
    let (large, own) = (camera.clone(), camera.clone());
    let is_large = Memo::new(move |_| desk.enlarged.with(|camera| camera.as_ref() == Some(&large)));
    let toggle = move |_| {
        let next = (!is_large.get_untracked()).then(|| own.clone());
        desk.enlarged.set(next);
    };
    if let Some(alarm) = alarm {
        follow_up(copy, desk, alarm, tile, is_large);
    }
    let named = camera;
    let name = Signal::derive(move || {
        let language = desk.language.get();
        let said = |estate: &Estate| {
            let device = estate.device(&named)?;
            Some(estate.place_name(&device.place, language))
        };
        let said = copy.estate.with(|estate| said(estate.as_deref()?));
        said.unwrap_or_else(|| named.to_string())
    });
    let is_late = Memo::new(move |_| tile.with(|tile| tile.glass.is_some_and(Glass::is_late)));
    let is_unset = Memo::new(move |_| {
        cover.with(|cover| matches!(cover, Cover::Lost(_, FeedFault::NoAddress)))
    });
    let has_still = Memo::new(move |_| still.with(Option::is_some));
    let clock_ahead_s = Memo::new(move |_| tile.with(|tile| tile.clock_ahead_s));
    let clock = move || {
        let words = clock_words(clock_ahead_s.get()?, desk.language.get());
        Some(view! { <p class="wrong-clock num" role="status">{words}</p> })
    };
    let caption = move || {
        view! {
            <figcaption>
                <i class="dot" class:behind=is_late></i>
                <span>{name}</span>
                {is_beside.then(|| view! { <small>{move || desk.t(texts::BESIDE)}</small> })}
                <time class="num" class:behind=is_late>{age}</time>
            </figcaption>
            {clock}
        }
    };
    view! {
        <figure class="picture" class:unset=is_unset class:enlarged=is_large data-camera=said_id>
            <div class="glass">
                <video node_ref=video muted playsinline disablepictureinpicture></video>
                {marks(number, guard)}
                {move || match cover.get() {
                    Cover::None => caption().into_any(),
                    Cover::NotPlayable(_) if has_still.get() => {
                        view! { <StillPicture desk still name is_beside /> }.into_any()
                    }
                    cover => covered(&cover, name.get(), copy, desk).into_any(),
                }}
                // Whoever points at it keeps the focus on their row.
                <button type="button" class="enlarge" aria-pressed=move || is_large.get().to_string()
                    aria-label=move || format!("{} {}", desk.t(texts::ENLARGE), name.get())
                    on:mousedown=|event| event.prevent_default() on:click=toggle></button>
            </div>
        </figure>
    }
}

/// Stills of what this browser cannot play, while that is so.
fn stills(
    copy: &'static SiteCopy,
    desk: &'static Desk,
    camera: DeviceId,
    cover: Memo<Cover>,
) -> RwSignal<Option<Still>> {
    let still = RwSignal::new(None);
    let is_wanted = Memo::new(move |_| cover.with(|cover| matches!(cover, Cover::NotPlayable(_))));
    Effect::new(move |_| {
        if is_wanted.get() {
            let wanted = move || is_wanted.try_get_untracked() == Some(true);
            spawn_local(follow(copy, desk, camera.clone(), still, wanted));
        }
    });
    still
}

/// A still with its age; one that is old is grey.
#[component]
fn StillPicture(
    desk: &'static Desk,
    still: RwSignal<Option<Still>>,
    name: Signal<String>,
    is_beside: bool,
) -> impl IntoView {
    let url = Memo::new(move |_| still.with(|still| Some(still.as_ref()?.url.clone())));
    let is_old = Memo::new(move |_| still.with(|still| still.as_ref().is_some_and(Still::is_old)));
    let age = move || {
        let seconds = still.with(|still| Some(still.as_ref()?.age.as_secs()))?;
        Some(texts::AGE.fill(desk.language.get(), &[&seconds.to_string()]))
    };
    view! {
        <img class="still" class:old=is_old src=move || url.get().unwrap_or_default() alt=name />
        <figcaption>
            {move || is_old.get().then(|| view! { <i class="dot behind"></i> })}
            <span>{name}</span>
            <small>{move || desk.t(texts::STILL)}</small>
            {is_beside.then(|| view! { <small>{move || desk.t(texts::BESIDE)}</small> })}
            <time class="num" class:behind=is_old>{age}</time>
        </figcaption>
    }
}

/// Who has the alarm, and looked at its place, has done something about it. That it is beside the map proves nothing: it
/// is there by itself.
fn follow_up(
    copy: &'static SiteCopy,
    desk: &'static Desk,
    alarm: AlarmId,
    tile: RwSignal<Tile>,
    is_large: Memo<bool>,
) {
    let look = StoredValue::new(Look::default());
    Effect::new(move |_| {
        let is_seen = tile.with(|tile| tile.cover() == Cover::None) && is_large.get();
        let has_looked = look.try_update_value(|look| look.goes_on(is_seen, mono()));
        let person = desk.person.get_untracked();
        let (Some(true), Some(person)) = (has_looked, person) else {
            return;
        };
        let row = untrack(|| copy.alarm(alarm));
        if row.is_some_and(|row: Alarm| row.awaits_follow_up_of(&person)) {
            let what = FollowUp::PictureLooked;
            desk.mention(AlarmCommand::FollowUp { alarm, what });
        }
    });
}

/// What ties a picture to the map: the number of its cone, and who is seen walking in it.
fn marks(
    number: Option<Signal<Option<usize>>>,
    guard: Option<Signal<Option<String>>>,
) -> impl IntoView {
    let number = move || number.and_then(|number| number.get());
    let guard = move || guard.and_then(|guard| guard.get());
    view! {
        <p class="marks">
            {move || number().map(|number| view! { <b class="num">{number}</b> })}
            {move || guard().map(|guard| view! { <span>{guard}</span> })}
        </p>
    }
}

/// What lies over a picture that does not move.
fn covered(
    cover: &Cover,
    name: String,
    copy: &'static SiteCopy,
    desk: &'static Desk,
) -> impl IntoView {
    let since = match cover {
        Cover::StandsStill(since) | Cover::Lost(since, _) => Some(*since),
        _ => None,
    };
    let language = desk.language.get();
    let since = since.map(|since| texts::SINCE.fill(language, &[&copy.time_of_day(since)]));
    let beside: Vec<_> = [name].into_iter().chain(since).collect();
    view! {
        <figcaption class="cover" role="status">
            <b>{cover_words(cover, language)}</b>
            <small class="num">{beside.join(" · ")}</small>
        </figcaption>
    }
}
