//! One camera's picture, with its name and its age, or with what covers it.

use super::model::{Cover, Tile, fault_words};
use super::player::play;
use super::texts;
use crate::copy::SiteCopy;
use crate::desk::Desk;
use castellan_domain::ids::DeviceId;
use castellan_domain::wire::camera::FeedFault;
use leptos::html::Video;
use leptos::prelude::*;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use wasm_bindgen_futures::spawn_local;

/// A camera's picture.
#[component]
pub fn CameraTile(copy: &'static SiteCopy, desk: &'static Desk, camera: DeviceId) -> impl IntoView {
    let tile = RwSignal::new(Tile::default());
    let video = NodeRef::<Video>::new();
    let wanted = Arc::new(AtomicBool::new(true));
    let id = camera.clone();
    let playing = wanted.clone();
    Effect::new(move |begun: Option<bool>| {
        let Some(video) = video.get().filter(|_| begun != Some(true)) else {
            return begun.unwrap_or(false);
        };
        // Without sound it plays before anybody has touched the page.
        video.set_muted(true);
        let (camera, playing) = (id.clone(), playing.clone());
        spawn_local(play(copy, camera, (*video).clone(), tile, move || playing.load(Ordering::Relaxed)));
        true
    });
    on_cleanup(move || wanted.store(false, Ordering::Relaxed));
    let cover = Memo::new(move |_| tile.with(Tile::cover));
    let age = move || {
        let tenths = tile.with(|tile| tile.glass)?.age.as_micros() / 100_000;
        let seconds = format!("{}.{}", tenths / 10, tenths % 10);
        Some(texts::AGE.fill(desk.language.get(), &[&seconds]))
    };
    let named = camera.clone();
    let name = move || {
        let device = copy.estate.with(|estate| estate.as_ref()?.device(&named).cloned());
        device.map_or_else(|| named.to_string(), |device| device.name.get(desk.language.get()).to_owned())
    };
    let is_live = Memo::new(move |_| cover.with(|cover| *cover == Cover::None));
    view! {
        <figure class="tile" class:live=is_live data-camera=camera.to_string()>
            <video node_ref=video muted playsinline disablepictureinpicture></video>
            {move || covered(&cover.get(), copy, desk)}
            <figcaption>
                <i class="dot" class:on=is_live></i>
                <span>{name}</span>
                <time class="num">{age}</time>
            </figcaption>
        </figure>
    }
}

/// What lies over a picture that does not move.
fn covered(cover: &Cover, copy: &'static SiteCopy, desk: &'static Desk) -> Option<impl IntoView> {
    let language = desk.language.get();
    let (words, since) = match cover {
        Cover::None => return None,
        Cover::Connecting => (desk.t(texts::CONNECTING).to_owned(), None),
        Cover::StandsStill(since) => (desk.t(texts::STANDS_STILL).to_owned(), Some(*since)),
        Cover::NotPlayable(codec) => (texts::NOT_PLAYABLE.fill(language, &[codec]), None),
        Cover::Lost(since, why) => {
            let offered = match why {
                FeedFault::Denied { offered } => offered.join(" / "),
                _ => String::new(),
            };
            let words = fault_words(why).fill(language, &[&offered]);
            (words, Some(*since))
        }
    };
    let since = since.map(|since| texts::SINCE.fill(language, &[&copy.time_of_day(since)]));
    Some(view! {
        <p class="cover" role="status">{words} <small class="num">{since}</small></p>
    })
}
