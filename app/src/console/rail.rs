//! What is healthy, in counts: people, zones, devices, places. Each opens its list.

use super::texts;
use crate::copy::SiteCopy;
use crate::desk::{Beside, Desk};
use crate::devices::{Which, online};
use crate::guards::PeopleSummary;
use crate::stale::AsOf;
use crate::texts::Words;
use crate::zones::armed;
use leptos::prelude::*;

/// The foot of the left column.
#[component]
pub fn Rail(copy: &'static SiteCopy, desk: &'static Desk) -> impl IntoView {
    let has_zones = Memo::new(move |_| {
        copy.estate
            .with(|e| e.as_ref().is_some_and(|e| !e.zones.is_empty()))
    });
    let of = |(some, all): (usize, usize)| format!("{some}/{all}");
    let zones = Memo::new(move |_| of(armed(copy)));
    let cameras = Memo::new(move |_| of(online(copy, Which::Cameras)));
    let devices = Memo::new(move |_| of(online(copy, Which::Others)));
    let places = Memo::new(move |_| {
        let count = copy.estate.with(|estate| {
            let estate = estate.as_ref()?;
            Some(estate.buildings.len() + estate.areas.len())
        });
        count.unwrap_or_default().to_string()
    });
    view! {
        <footer class="rail">
            <div class="people-line"><PeopleSummary copy desk /></div>
            <div class="cells">
                {move || has_zones.get().then(|| view! {
                    <Cell desk list=Beside::Zones words=texts::CELL_ZONES count=zones />
                })}
                <Cell desk list=Beside::Cameras words=texts::CELL_CAMERAS count=cameras />
                <Cell desk list=Beside::Devices words=texts::CELL_DEVICES count=devices />
                <Cell desk list=Beside::Places words=texts::CELL_PLACES count=places />
                <AsOf copy desk />
            </div>
        </footer>
    }
}

#[component]
fn Cell(desk: &'static Desk, list: Beside, words: Words, count: Memo<String>) -> impl IntoView {
    view! {
        <button class="cell" data-opens=list.address()
            aria-expanded=move || desk.has_beside(list).to_string()
            on:click=move |_| desk.toggle_beside(list)>
            <span class="title">{move || desk.t(words)}</span>
            <b class="num">{count}</b>
        </button>
    }
}
