//! The pictures that belong to an alarm.

use super::followed::followed;
use super::model::{Linked, with_followed};
use super::sights::linked_to;
use super::texts;
use super::tile::CameraTile;
use crate::copy::SiteCopy;
use crate::desk::Desk;
use crate::names::sign_and_name;
use castellan_domain::access::Right;
use castellan_domain::ids::AlarmId;
use leptos::prelude::*;

/// The best pictures of an alarm's place, and the one in which whoever was sent walks. They come by themselves, and
/// take no focus.
#[component]
pub fn Pictures(
    copy: &'static SiteCopy,
    desk: &'static Desk,
    id: AlarmId,
    /// Nobody has the alarm: there is nothing else to look at yet, so they are large.
    large: Memo<bool>,
) -> impl IntoView {
    let followed = followed(copy, id);
    let cameras = Memo::new(move |_| {
        if !desk.may(Right::SeeCameras) {
            return Vec::new();
        }
        followed.with(|followed| {
            let camera = followed.as_ref().map(|(camera, _)| camera);
            with_followed(linked_to(copy, id), camera)
        })
    });
    let pictured = Memo::new(move |_| {
        let all = cameras.get().into_iter();
        all.map(|linked| linked.camera).collect::<Vec<_>>()
    });
    Effect::new(move |_| desk.pictured.set(pictured.get()));
    on_cleanup(move || desk.pictured.set(Vec::new()));
    view! {
        <section class="pictures" class:large=large aria-label=move || desk.t(texts::PICTURES)>
            <For
                each=move || cameras.get()
                key=|linked| linked.camera.clone()
                children=move |Linked { camera, is_beside }| {
                    let of = camera.clone();
                    let number = Memo::new(move |_| pictured.with(|all| {
                        let at = all.iter().position(|one| *one == of)?;
                        (all.len() > 1).then_some(at + 1)
                    }));
                    let of = camera.clone();
                    let guard = Memo::new(move |_| {
                        let (_, guard) = followed.get().filter(|(camera, _)| *camera == of)?;
                        copy.people(|_| ());
                        copy.known(|known| sign_and_name(known, &guard, desk.language.get()))
                    });
                    view! { <CameraTile copy desk camera is_beside alarm=id number guard /> }
                }
            />
        </section>
    }
}
