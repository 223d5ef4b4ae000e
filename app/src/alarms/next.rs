//! What waits while somebody works on another alarm: it is told beside the map and takes nobody's place.

use super::members::Named;
use super::queue::next_unowned;
use super::texts;
use crate::ages;
use crate::browser::window;
use crate::cameras::{CameraTile, linked_to};
use crate::copy::SiteCopy;
use crate::desk::{Desk, Picked};
use castellan_domain::access::Right;
use leptos::prelude::*;

/// Where it has room on the map. What is not seen streams no picture.
const HAS_ROOM: &str = "(width >= 800px)";

/// The most urgent alarm that nobody has, beside the selected one, with the best picture of its place.
#[component]
pub fn Next(copy: &'static SiteCopy, desk: &'static Desk) -> impl IntoView {
    let next = Memo::new(move |_| {
        let selected = match desk.selected.get()? {
            Picked::Alarm(id) => Some(id),
            _ => None,
        };
        copy.matters(|view| next_unowned(view, selected))
    });
    let has_room = RwSignal::new(has_room_now());
    let resized = window_event_listener(leptos::ev::resize, move |_| {
        if has_room.get_untracked() != has_room_now() {
            has_room.update(|has_room| *has_room = !*has_room);
        }
    });
    on_cleanup(move || resized.remove());
    move || {
        let id = next.get().filter(|_| has_room.get())?;
        let age = move || {
            let alarm = copy.alarm(id)?;
            Some(ages::age(alarm.raised_at, copy.now()))
        };
        let camera = Memo::new(move |_| {
            let best = linked_to(copy, id).into_iter().next();
            best.filter(|_| desk.may(Right::SeeCameras))
                .map(|linked| linked.camera)
        });
        let picture = move || {
            let camera = camera.get()?;
            Some(view! { <CameraTile copy desk camera is_small=true /> })
        };
        Some(view! {
            <div class="next-tile" role="status">
                {picture}
                <span class="quiet">{move || desk.t(texts::NEXT)}</span>
                <Named copy desk alarm=id is_selected=false />
                <span class="age num">{age}</span>
            </div>
        })
    }
}

/// A browser that cannot tell shows it.
fn has_room_now() -> bool {
    let query = window().match_media(HAS_ROOM).ok().flatten();
    query.is_none_or(|query| query.matches())
}
