//! The floors of what is selected: a switcher at the map's edge, one floor as a plan, all of them one above the other.

#![expect(
    unreachable_pub,
    reason = "the component macro writes its inner function as `pub`"
)]

use super::floor_pictures;
use super::floors::{self, Around, Plan, Worst};
use super::live_layer::scene::places::AlarmPlace;
use super::texts;
use super::things::FloorAt;
use crate::desk::Picked;
use crate::dispatch::errands::Errand;
use castellan_domain::estate::{Building, Estate, Label, Place};
use castellan_domain::ids::BuildingId;
use castellan_domain::text::Language;
use leptos::prelude::*;
use std::sync::Arc;
use wasm_bindgen::JsCast as _;

/// How large an inset is, in pixels of a desk.
const INSET_PX: (f64, f64) = (248.0, 176.0);

/// What of a building is looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
enum LookedAt {
    /// All floors.
    All,
    /// One of them.
    One(Label),
}

/// What the switcher needs to know.
#[derive(Clone, Copy)]
pub(super) struct Known {
    pub(super) estate: Signal<Option<Arc<Estate>>>,
    pub(super) language: Signal<Language>,
    pub(super) selected: Signal<Option<Picked>>,
    pub(super) places: Signal<Vec<AlarmPlace>>,
    pub(super) errands: Signal<Vec<Errand>>,
}

impl Known {
    /// The building of what is selected, and its floor if that is known.
    fn at(self) -> Option<(BuildingId, Option<Label>)> {
        let of = |place: &Place| Some((place.building.clone()?, place.floor.clone()));
        match self.selected.get()? {
            Picked::Building(id) => Some((id, None)),
            Picked::Device(id) => self.estate.with(|e| of(&e.as_ref()?.device(&id)?.place)),
            Picked::Alarm(id) => self.places.with(|places| {
                let place = places.iter().find(|place| place.has(id))?;
                of(&place.place)
            }),
            Picked::Person(_) | Picked::Area(_) => None,
        }
    }

    fn with<T>(
        self,
        building: &BuildingId,
        see: impl FnOnce(&Estate, &Building, Around<'_>) -> T,
    ) -> Option<T> {
        self.estate.with(|estate| {
            let estate = estate.as_ref()?;
            let building = estate.building(building).filter(|b| !b.floors.is_empty())?;
            self.places.with(|places| {
                self.errands.with(|errands| {
                    let language = self.language.get();
                    let around = Around {
                        places,
                        errands,
                        language,
                    };
                    Some(see(estate, building, around))
                })
            })
        })
    }
}

/// As a floor is said: `B1层`, `floor 15`.
fn floor_name(estate: &Estate, label: &Label, language: Language) -> String {
    let place = Place {
        building: None,
        floor: Some(label.clone()),
        spot: None,
        at: estate.anchor,
    };
    estate.place_name(&place, language)
}

/// One floor from above with its name: what a wall shows beside its map, too.
pub fn floor_inset(estate: &Estate, at: &FloorAt, around: Around<'_>) -> Option<AnyView> {
    let building = estate.building(&at.building)?;
    let floor = building.floor(&at.floor)?;
    let plan = floors::plan(estate, building, floor, around);
    let language = around.language;
    let name = building.name.get(language);
    let title = format!("{name} {}", floor_name(estate, &at.floor, language));
    let class = format!("map-inset {}", Worst::class(plan.worst));
    let picture = floor_pictures::inset(&plan, INSET_PX);
    Some(
        view! {
            <figure class=class data-floor-inset=at.floor.to_string()>
                <figcaption>{title}</figcaption>
                <div inner_html=picture></div>
            </figure>
        }
        .into_any(),
    )
}

/// The switcher with what it shows. `on_look` hears which floor is looked at on the map.
#[component]
pub(super) fn Floors(
    known: Known,
    on_look: Callback<Option<FloorAt>>,
    size_px: Callback<(), (f64, f64)>,
) -> impl IntoView {
    let at = Memo::new(move |_| known.at());
    let looked_at = RwSignal::new(None::<LookedAt>);
    Effect::new(move |_| {
        let floor = at.get().and_then(|(_, floor)| floor);
        looked_at.set(floor.map(LookedAt::One));
    });
    Effect::new(move |_| {
        let floor = at.get().and_then(|(building, _)| match looked_at.get() {
            Some(LookedAt::One(floor)) => Some(FloorAt { building, floor }),
            Some(LookedAt::All) | None => None,
        });
        on_look.run(floor);
    });
    let named = Memo::new(move |_| {
        let (building, _) = at.get()?;
        known.with(&building, |estate, building, around| {
            floors::named(estate, building, around.places)
        })
    });
    let is = move |wanted: &LookedAt| looked_at.with(|shown| shown.as_ref() == Some(wanted));
    let turn_to = move |wanted: LookedAt| {
        looked_at.update(|shown| *shown = (shown.as_ref() != Some(&wanted)).then_some(wanted));
    };
    let button = move |wanted: LookedAt, class: String, words: String| {
        let (pressed, data) = (
            wanted.clone(),
            match &wanted {
                LookedAt::All => String::new(),
                LookedAt::One(label) => label.to_string(),
            },
        );
        view! {
            <button type="button" class=format!("floor-button {class}") data-floor-button=data
                aria-pressed=move || is(&pressed).to_string() on:click=move |_| turn_to(wanted.clone())>
                {words}
            </button>
        }
        .into_any()
    };
    let switcher = move || {
        let named = named.get()?;
        let all = texts::ALL_FLOORS.get(known.language.get()).to_owned();
        let floors = named.into_iter().map(|floor| {
            let words = floor.label.to_string();
            button(LookedAt::One(floor.label), Worst::class(floor.worst), words)
        });
        let buttons = std::iter::once(button(LookedAt::All, String::new(), all)).chain(floors);
        Some(view! {
            <div class="map-floors" role="group" aria-label=move || texts::FLOORS.get(known.language.get())>
                {buttons.collect_view()}
            </div>
        }
        .into_any())
    };
    let picture = move || {
        let (building, _) = at.get()?;
        match looked_at.get()? {
            LookedAt::One(floor) => known.with(&building.clone(), |estate, _, around| {
                floor_inset(estate, &FloorAt { building, floor }, around)
            })?,
            LookedAt::All => known.with(&building, |estate, building, around| {
                let plans = floors::plans(estate, building, around);
                let name = |plan: &Plan| floor_name(estate, &plan.label, around.language);
                let title = building.name.get(around.language);
                let picture = floor_pictures::stack(&plans, size_px.run(()), title, name);
                let open = move |event: web_sys::MouseEvent| {
                    if let Some(floor) = floor_of(&event) {
                        turn_to(LookedAt::One(floor));
                    }
                };
                view! { <div class="map-stack" inner_html=picture on:click=open></div> }.into_any()
            }),
        }
    };
    view! {
        {picture}
        {switcher}
    }
}

/// The floor that was clicked in the picture of all of them.
fn floor_of(event: &web_sys::MouseEvent) -> Option<Label> {
    let target: web_sys::Element = event.target()?.dyn_into().ok()?;
    let floor = target.closest("[data-floor]").ok()??;
    Label::new(floor.get_attribute("data-floor")?).ok()
}
