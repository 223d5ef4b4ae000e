//! One camera's picture, with its name and its age, or with what covers it.

use super::model::{Cover, Glass, Tile, clock_words, cover_words};
use super::player::play;
use super::still::Still;
use super::stills::follow;
use super::texts;
use crate::copy::SiteCopy;
use crate::desk::Desk;
use castellan_domain::estate::Estate;
use castellan_domain::ids::DeviceId;
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
        let (camera, playing) = (id.clone(), playing.clone());
        spawn_local(play(copy, camera, video.clone(), tile, move || {
            playing.load(Ordering::Relaxed)
        }));
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
        <figure class="picture" class:unset=is_unset data-camera=said_id>
            <video node_ref=video muted playsinline disablepictureinpicture></video>
            {move || match cover.get() {
                Cover::None => caption().into_any(),
                Cover::NotPlayable(_) if has_still.get() => {
                    view! { <StillPicture desk still name is_beside /> }.into_any()
                }
                cover => covered(&cover, name.get(), copy, desk).into_any(),
            }}
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
