//! The list that stands open below the queue.

use super::texts;
use crate::alarms::queue::Queue;
use crate::alarms::{ClosedList, ShelvedList};
use crate::copy::SiteCopy;
use crate::desk::{Beside, Desk};
use crate::devices::{DeviceList, Which};
use crate::guards::GuardList;
use crate::places::PlaceList;
use crate::stale::AsOf;
use crate::texts::Words;
use crate::zones::ZoneList;
use leptos::prelude::*;

const fn title(list: Beside) -> Words {
    match list {
        Beside::Shelved => texts::LIST_SHELVED,
        Beside::Closed => texts::LIST_CLOSED,
        Beside::People => texts::LIST_PEOPLE,
        Beside::Zones => texts::LIST_ZONES,
        Beside::Cameras => texts::LIST_CAMERAS,
        Beside::Devices => texts::LIST_DEVICES,
        Beside::Places => texts::LIST_PLACES,
    }
}

/// The open list, with its name and the way out.
#[component]
pub fn BesideList(
    copy: &'static SiteCopy,
    desk: &'static Desk,
    queue: Memo<Queue>,
) -> impl IntoView {
    move || {
        let list = desk.beside.get()?;
        Some(view! {
            <section class="beside" data-list=list.address() aria-label=move || desk.t(title(list))>
                <header>
                    <h2>{move || desk.t(title(list))}</h2>
                    <AsOf copy desk />
                    <button class="plain" data-action="close-list" on:click=move |_| desk.show_beside(None)>
                        {move || desk.t(crate::texts::CLOSE)}
                    </button>
                </header>
                <div class="scrolls">
                    {match list {
                        Beside::Shelved => view! { <ShelvedList copy desk queue /> }.into_any(),
                        Beside::Closed => view! { <ClosedList copy desk queue /> }.into_any(),
                        Beside::People => view! { <GuardList copy desk /> }.into_any(),
                        Beside::Zones => view! { <ZoneList copy desk /> }.into_any(),
                        Beside::Cameras => view! { <DeviceList copy desk which=Which::Cameras /> }.into_any(),
                        Beside::Devices => view! { <DeviceList copy desk which=Which::Others /> }.into_any(),
                        Beside::Places => view! { <PlaceList copy desk /> }.into_any(),
                    }}
                </div>
            </section>
        })
    }
}
