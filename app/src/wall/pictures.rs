//! The pictures at the right: those of what is framed; before visitors those that the estate says are fit for them.

use super::texts;
use crate::cameras::{CameraTile, linked_to};
use crate::copy::SiteCopy;
use crate::desk::Desk;
use castellan_domain::alarm::Linked;
use castellan_domain::ids::AlarmId;
use leptos::prelude::*;

/// Pictures at most: two above the frames in the middle of four screens, two below.
pub const PICTURES_MAX: usize = 4;

/// What is seen of an alarm's place.
pub(super) fn of_alarm(copy: &'static SiteCopy, framed: Option<AlarmId>) -> Vec<Linked> {
    let mut linked = framed.map(|id| linked_to(copy, id)).unwrap_or_default();
    linked.truncate(PICTURES_MAX);
    linked
}

/// What visitors may see.
pub(super) fn for_visitors(copy: &'static SiteCopy) -> Vec<Linked> {
    copy.estate.with(|estate| {
        let devices = estate.iter().flat_map(|estate| &estate.devices);
        let fit = devices.filter(|device| device.camera.is_some() && device.for_visitors);
        let linked = fit.map(|device| Linked {
            camera: device.id.clone(),
            is_beside: false,
        });
        linked.take(PICTURES_MAX).collect()
    })
}

/// The column. It is not there where there is nothing to be seen.
#[component]
pub fn Pictures(
    copy: &'static SiteCopy,
    desk: &'static Desk,
    cameras: Memo<Vec<Linked>>,
) -> impl IntoView {
    let is_empty = Memo::new(move |_| cameras.with(Vec::is_empty));
    move || {
        (!is_empty.get()).then(|| {
            view! {
                <aside class="right" aria-label=move || desk.t(texts::PICTURES)>
                    <For
                        each=move || cameras.get()
                        key=|linked| linked.camera.clone()
                        children=move |Linked { camera, is_beside }| {
                            view! { <CameraTile copy desk camera is_beside is_small=true /> }
                        }
                    />
                </aside>
            }
            .into_any()
        })
    }
}
