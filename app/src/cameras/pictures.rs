//! The pictures that belong to an alarm.

use super::model::linked;
use super::texts;
use super::tile::CameraTile;
use crate::copy::SiteCopy;
use crate::desk::Desk;
use castellan_domain::ids::AlarmId;
use leptos::prelude::*;

/// The best pictures of an alarm's place. They come by themselves, and take no focus.
#[component]
pub fn Pictures(copy: &'static SiteCopy, desk: &'static Desk, id: AlarmId) -> impl IntoView {
    let cameras = Memo::new(move |_| {
        let alarm = copy.alarm(id)?;
        copy.estate.with(|estate| Some(linked(estate.as_ref()?, &alarm)))
    });
    view! {
        <section class="pictures" aria-label=move || desk.t(texts::PICTURES)>
            <For
                each=move || cameras.get().unwrap_or_default()
                key=Clone::clone
                children=move |camera| view! { <CameraTile copy desk camera /> }
            />
        </section>
    }
}
