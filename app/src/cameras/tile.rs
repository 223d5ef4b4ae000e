//! One camera's picture, with its name and its age, or with what covers it.

use super::model::{Cover, Glass, Tile, cover_words};
use super::player::play;
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
        let (camera, playing) = (id.clone(), playing.clone());
        let wanted = move || playing.load(Ordering::Relaxed);
        spawn_local(play(copy, (camera, is_small), video.clone(), tile, wanted));
        true
    });
    on_cleanup(move || wanted.store(false, Ordering::Relaxed));
    let cover = Memo::new(move |_| tile.with(Tile::cover));
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
    let caption = move || {
        view! {
            <figcaption>
                <i class="dot" class:behind=is_late></i>
                <span>{name}</span>
                {is_beside.then(|| view! { <small>{move || desk.t(texts::BESIDE)}</small> })}
                <time class="num" class:behind=is_late>{age}</time>
            </figcaption>
        }
    };
    view! {
        <figure class="picture" class:unset=is_unset data-camera=said_id>
            <video node_ref=video muted playsinline disablepictureinpicture></video>
            {marks(number, guard)}
            {move || match cover.get() {
                Cover::None => caption().into_any(),
                cover => covered(&cover, name.get(), copy, desk).into_any(),
            }}
        </figure>
    }
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
