//! The pictures that belong to an alarm.

use super::model::{Linked, linked};
use super::texts;
use super::tile::CameraTile;
use crate::copy::SiteCopy;
use crate::desk::Desk;
use castellan_domain::access::Right;
use castellan_domain::estate::Estate;
use castellan_domain::ids::AlarmId;
use leptos::prelude::*;

/// The best pictures of an alarm's place. They come by themselves, and take no focus.
#[component]
pub fn Pictures(
    copy: &'static SiteCopy,
    desk: &'static Desk,
    id: AlarmId,
    /// Nobody has the alarm: there is nothing else to look at yet, so they are large.
    large: Memo<bool>,
) -> impl IntoView {
    let cameras = Memo::new(move |_| {
        if !desk.may(Right::SeeCameras) {
            return Vec::new();
        }
        let linked = |estate: &Estate| Some(linked(estate, &copy.alarm(id)?));
        copy.estate
            .with(|estate| estate.as_deref().and_then(linked))
            .unwrap_or_default()
    });
    view! {
        <section class="pictures" class:large=large aria-label=move || desk.t(texts::PICTURES)>
            <For
                each=move || cameras.get()
                key=|linked| linked.camera.clone()
                children=move |Linked { camera, is_beside }| view! {
                    <CameraTile copy desk camera is_beside alarm=id />
                }
            />
        </section>
    }
}
