//! The names beside people's markers: a fixed set of page elements, moved with each frame.

use super::camera::Camera;
use super::estate_layers;
use super::labels::{self, Area, Around, Candidate, LABELS_MAX, Rank, Side};
use super::live_layer::scene::{Scene, Seen};
use super::scale::scale_for_height;
use crate::desk::Picked;
use crate::dispatch::errands::Doing;
use castellan_domain::estate::Estate;
use castellan_domain::ids::PersonId;
use castellan_domain::text::{CallSign, Language};
use castellan_domain::time::Span;
use std::cell::RefCell;
use std::collections::BTreeMap;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Document, HtmlElement};

/// Letters of a building's name on a desk, as large as they are ever drawn.
const BUILDING_NAME_PX: f64 = 17.0;
/// People on the screen that are looked at when names are placed.
const CANDIDATES_MAX: usize = 512;

/// A building's name, which the map library draws on its roof.
struct House {
    middle: (f64, f64),
    height_m: f64,
    name: String,
}

struct Name {
    title: String,
    detail: String,
}

struct Slot {
    element: HtmlElement,
    title: HtmlElement,
    detail: HtmlElement,
    figure: HtmlElement,
    said: String,
    person: Option<PersonId>,
    lost: bool,
}

/// The names of one map.
pub(super) struct Overlay {
    names: RefCell<BTreeMap<PersonId, Name>>,
    call_signs: RefCell<BTreeMap<PersonId, CallSign>>,
    /// Beside the names of those who were sent: how long they still take.
    figures: RefCell<BTreeMap<PersonId, String>>,
    houses: RefCell<Vec<House>>,
    slots: RefCell<Vec<Slot>>,
}

impl Overlay {
    /// Fills `container` with hidden elements, once and for all.
    pub(super) fn new(container: &HtmlElement) -> Result<Self, JsValue> {
        let document = container.owner_document().ok_or("no document")?;
        container.set_text_content(None);
        let mut slots = Vec::with_capacity(LABELS_MAX);
        for _ in 0..LABELS_MAX {
            let element = part(&document, "div", "map-name")?;
            let title = part(&document, "b", "map-name-title")?;
            let detail = part(&document, "span", "map-name-detail")?;
            let figure = part(&document, "em", "map-name-figure num")?;
            element.set_hidden(true);
            for part in [&title, &detail, &figure] {
                element.append_child(part)?;
            }
            container.append_child(&element)?;
            slots.push(Slot {
                element,
                title,
                detail,
                figure,
                said: String::new(),
                person: None,
                lost: false,
            });
        }
        Ok(Self {
            names: RefCell::default(),
            call_signs: RefCell::default(),
            figures: RefCell::default(),
            houses: RefCell::default(),
            slots: RefCell::new(slots),
        })
    }

    /// Call signs that were given, and so come before the estate's. The next
    /// [`set_names`](Self::set_names) uses them.
    pub(super) fn set_call_signs(&self, call_signs: BTreeMap<PersonId, CallSign>) {
        *self.call_signs.borrow_mut() = call_signs;
    }

    /// Who is called what.
    pub(super) fn set_names(&self, estate: &Estate, language: Language) {
        let given = self.call_signs.borrow();
        let names = estate.people.iter().map(|person| {
            let name = person.name.get(language).to_owned();
            let name = match given.get(&person.id).or(person.call_sign.as_ref()) {
                Some(sign) => Name {
                    title: sign.get(language).to_owned(),
                    detail: name,
                },
                None => Name {
                    title: name,
                    detail: String::new(),
                },
            };
            (person.id.clone(), name)
        });
        *self.names.borrow_mut() = names.collect();
        let houses = estate.buildings.iter().filter_map(|building| {
            let picked = Picked::Building(building.id.clone());
            Some(House {
                middle: estate_layers::middle(estate, &picked)?,
                height_m: building.height_m,
                name: building.name.get(language).to_owned(),
            })
        });
        *self.houses.borrow_mut() = houses.collect();
        for slot in self.slots.borrow_mut().iter_mut() {
            slot.person = None;
        }
    }

    /// How long those who were sent still take. A figure that grows or shrinks is no frame of the map.
    pub(super) fn set_figures(&self, figures: BTreeMap<PersonId, String>) {
        for slot in self.slots.borrow_mut().iter_mut() {
            let figure = slot.person.as_ref().and_then(|person| figures.get(person));
            slot.say(figure.map_or("", String::as_str));
        }
        *self.figures.borrow_mut() = figures;
    }

    /// Puts the names where their markers are in this frame; answers what is on the screen with them.
    /// No name lies over a plate.
    pub(super) fn place(
        &self,
        scene: &Scene,
        camera: &Camera,
        (zoom, mono): (f64, Span),
        plates: Vec<Area>,
    ) -> Around {
        let (names, figures) = (self.names.borrow(), self.figures.borrow());
        let scale = scale_for_height(camera.size_px().1);
        let mut seen = Vec::new();
        let mut candidates = Vec::new();
        for (person, rank) in named(scene, zoom - scale.log2(), mono) {
            let at = camera.project(person.at);
            let at = at.filter(|at| camera.shows(*at, 0.0));
            let (Some(name), Some(at)) = (names.get(person.id), at) else {
                continue;
            };
            candidates.push(Candidate {
                at,
                title: &name.title,
                detail: &name.detail,
                figure: figures.get(person.id).map_or("", String::as_str),
                rank,
            });
            seen.push(person);
            if seen.len() >= CANDIDATES_MAX {
                break;
            }
        }
        let half = labels::MARKER_HALF_PX * scale;
        let mut around = self.around(scene, camera, scale);
        let people = candidates.iter().map(|c| Area::around(c.at, half));
        around.marks.extend(people);
        around.marks.extend(plates);

        let shown = labels::place(&candidates, &around, scale);
        let mut slots = self.slots.borrow_mut();
        let mut free = assign(&mut slots, shown.iter().map(|one| seen[one.index].id));
        for one in shown {
            around.marks.push(one.area);
            let (person, candidate) = (seen[one.index], &candidates[one.index]);
            let kept = slots
                .iter()
                .position(|slot| slot.person.as_ref() == Some(person.id));
            let Some(slot) = kept.or_else(|| free.pop()).and_then(|at| slots.get_mut(at)) else {
                continue;
            };
            slot.show(person.id, candidate, person.lost);
            slot.stand(candidate.at, one.side, scale);
        }
        for index in free {
            if let Some(slot) = slots.get_mut(index) {
                slot.hide();
            }
        }
        around
    }

    /// What is there before any name.
    fn around(&self, scene: &Scene, camera: &Camera, scale: f64) -> Around {
        let half = labels::MARKER_HALF_PX * scale * 1.4;
        let alarms = scene.alarm_positions().filter_map(|at| camera.project(at));
        let letters = BUILDING_NAME_PX * scale;
        let houses = self.houses.borrow();
        let houses = houses.iter().filter_map(|house| {
            let at = camera.project_above(house.middle, house.height_m)?;
            Some(Area::of_name(at, &house.name, letters))
        });
        Around {
            frame: Area::of_screen(camera.size_px()),
            marks: alarms.map(|at| Area::around(at, half)).collect(),
            places: houses.collect(),
        }
    }
}

/// Whose names are wanted: of those who are selected, sent or asked, and from near of everybody.
fn named(scene: &Scene, zoom: f64, mono: Span) -> impl Iterator<Item = (Seen<'_>, Rank)> {
    let near = zoom >= labels::LABELS_ZOOM_MIN;
    let is_selected =
        |id: &PersonId| matches!(scene.selected(), Some(Picked::Person(it)) if it == id);
    scene.people(mono).filter_map(move |person| {
        let rank = match scene.doing(person.id) {
            _ if is_selected(person.id) => Rank::Selected,
            Some(Doing::OnTask) => Rank::OnTask,
            Some(Doing::Asked) => Rank::Asked,
            None if near => Rank::AtRest,
            None => return None,
        };
        Some((person, rank))
    })
}

/// Puts an element beside a point.
pub(super) fn stand(element: &HtmlElement, (x, y): (f64, f64), side: Side, scale: f64) {
    let beside = match side {
        Side::Right => "16px,-50%",
        Side::Left => "calc(-100% - 16px),-50%",
        Side::Above => "-50%,calc(-100% - 16px)",
        Side::Below => "-50%,16px",
    };
    let transform = format!("translate({x:.1}px,{y:.1}px) scale({scale:.3}) translate({beside})");
    // A name that cannot be moved is on a page that is going away.
    let _moved = element.style().set_property("transform", &transform);
}

/// The slots that nobody in `shown` has.
fn assign<'a>(slots: &mut [Slot], shown: impl Iterator<Item = &'a PersonId>) -> Vec<usize> {
    let shown: std::collections::BTreeSet<&PersonId> = shown.collect();
    let mut free = Vec::new();
    for (index, slot) in slots.iter_mut().enumerate() {
        if !slot.person.as_ref().is_some_and(|id| shown.contains(id)) {
            slot.person = None;
            free.push(index);
        }
    }
    free
}

impl Slot {
    fn show(&mut self, person: &PersonId, candidate: &Candidate, lost: bool) {
        if self.person.as_ref() != Some(person) {
            self.person = Some(person.clone());
            self.title.set_text_content(Some(candidate.title));
            self.detail.set_text_content(Some(candidate.detail));
            self.element.set_hidden(false);
        }
        self.say(candidate.figure);
        if self.lost != lost {
            self.lost = lost;
            self.element
                .set_class_name(if lost { "map-name lost" } else { "map-name" });
        }
    }

    fn say(&mut self, figure: &str) {
        if self.said != figure {
            self.figure.set_text_content(Some(figure));
            figure.clone_into(&mut self.said);
        }
    }

    fn stand(&self, at: (f64, f64), side: Side, scale: f64) {
        stand(&self.element, at, side, scale);
    }

    fn hide(&mut self) {
        if !self.element.hidden() {
            self.element.set_hidden(true);
        }
    }
}

fn part(document: &Document, tag: &str, class: &str) -> Result<HtmlElement, JsValue> {
    let element: HtmlElement = document.create_element(tag)?.unchecked_into();
    element.set_class_name(class);
    Ok(element)
}
