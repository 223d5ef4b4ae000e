//! The pictures at the right: those of what is framed; before visitors those that the estate says are fit for them.

use super::model::Matters;
use super::texts;
use crate::cameras::{CameraTile, linked_to};
use crate::copy::SiteCopy;
use crate::desk::Desk;
use castellan_domain::alarm::Linked;
use castellan_domain::ids::AlarmId;
use leptos::prelude::*;

/// Pictures at most: two above the frames in the middle of four screens, two below.
pub const PICTURES_MAX: usize = 4;

/// What is seen of the framed place, then the best picture of each of the other matters.
pub(super) fn of_matters(
    copy: &'static SiteCopy,
    framed: Option<AlarmId>,
    matters: &Matters,
) -> Vec<Linked> {
    let mut seen = framed.map(|id| linked_to(copy, id)).unwrap_or_default();
    for id in matters.top.iter().chain(&matters.lines) {
        let best = linked_to(copy, *id).into_iter().next();
        let best = best.filter(|best| seen.iter().all(|one| one.camera != best.camera));
        seen.extend(best.filter(|_| Some(*id) != framed));
    }
    seen.truncate(PICTURES_MAX);
    seen
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
