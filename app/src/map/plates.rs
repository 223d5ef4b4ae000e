//! The plates of [`super::badges`] and the arrows at the rim as page elements: a fixed set, moved with each frame.
//! The glyph of the most urgent alarm that nobody has pulses by the style sheet; the map below is not drawn for it.

use super::badges::{ARROWS_MAX, Arrow, BADGES_MAX, Badge, Laid, Plate, lay};
use super::camera::Camera;
use super::labels::Area;
use super::outline::Point;
use super::scale::scale_for_height;
use crate::names::sign;
use castellan_domain::estate::Priority;
use castellan_domain::ids::AlarmId;
use js_sys::{Array, Function, Reflect};
use std::cell::RefCell;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Document, HtmlElement};

/// The stem's length in the style sheet; it is drawn out from that.
const STEM_PX: f64 = 100.0;

/// One plate or arrow.
struct Slot {
    element: HtmlElement,
    glyph: HtmlElement,
    words: HtmlElement,
    more: HtmlElement,
    /// Of a plate its stem, of an arrow its tip.
    stem: HtmlElement,
    said: String,
}

/// The plates of one map.
pub(super) struct Plates {
    container: HtmlElement,
    slots: Vec<RefCell<Slot>>,
    arrows: Vec<RefCell<Slot>>,
    badges: RefCell<Vec<Badge>>,
    laid: RefCell<Laid>,
}

impl Plates {
    /// Puts hidden elements below the names that are in `above` already, once and for all.
    pub(super) fn new(above: &HtmlElement) -> Result<Self, JsValue> {
        let document = above.owner_document().ok_or("no document")?;
        let container = part(&document, "div", "map-plates")?;
        above.insert_before(&container, above.first_child().as_ref())?;
        let slots = |count: usize, stem: &str| {
            let slots = (0..count).map(|_| Slot::new(&document, &container, stem));
            slots.collect::<Result<Vec<_>, _>>()
        };
        // The most urgent lies on top.
        let mut plates = slots(BADGES_MAX, "map-stem")?;
        plates.reverse();
        Ok(Self {
            arrows: slots(ARROWS_MAX, "map-tip")?,
            slots: plates,
            badges: RefCell::default(),
            laid: RefCell::default(),
            container,
        })
    }

    /// What is said. It is seen with the next frame.
    pub(super) fn set(&self, badges: Vec<Badge>) {
        // Where they stand waits for a frame; what they say does not.
        for plate in &self.slots {
            plate.borrow_mut().say_again(&badges, true);
        }
        // What an arrow says beside its place, how far it is, has no language.
        for arrow in &self.arrows {
            arrow.borrow_mut().say_again(&badges, false);
        }
        *self.badges.borrow_mut() = badges;
    }

    /// Puts them where they are in this frame. `smooth`: the machine can move them with each frame of the screen.
    /// Answers what they take of the screen.
    pub(super) fn place(&self, camera: &Camera, smooth: bool) -> Vec<Area> {
        let pace = if smooth { "smooth" } else { "stepped" };
        if self.container.get_attribute("data-pace").as_deref() != Some(pace) {
            let _set = self.container.set_attribute("data-pace", pace);
        }
        let badges = self.badges.borrow();
        let (size_px, scale) = (camera.size_px(), scale_for_height(camera.size_px().1));
        let middle = middle_of(camera);
        let project = |at: Point, up_m: f64| camera.project_above(at, up_m);
        let laid = lay(&badges, project, (size_px, scale), middle);
        let calls = badges
            .iter()
            .position(|b| b.is_open && b.priority == Priority::P1);
        for (nth, slot) in self.slots.iter().enumerate() {
            let mut slot = slot.borrow_mut();
            match laid.plates.get(nth) {
                Some(plate) => {
                    slot.say(&badges[plate.index], calls == Some(plate.index), None);
                    slot.stand(plate, scale);
                }
                None => slot.hide(),
            }
        }
        for (nth, slot) in self.arrows.iter().enumerate() {
            let mut slot = slot.borrow_mut();
            match laid.arrows.get(nth) {
                Some(arrow) => {
                    slot.say(
                        &badges[arrow.index],
                        calls == Some(arrow.index),
                        Some(arrow),
                    );
                    slot.point(arrow, scale);
                }
                None => slot.hide(),
            }
        }
        let areas = laid.plates.iter().map(|plate| plate.area).collect();
        *self.laid.borrow_mut() = laid;
        areas
    }

    /// The alarm whose plate or arrow is at a point of the screen.
    pub(super) fn pick(&self, at: (f64, f64)) -> Option<AlarmId> {
        let (laid, badges) = (self.laid.borrow(), self.badges.borrow());
        let plate = laid.plates.iter().find(|plate| plate.area.holds(at));
        let arrow = || {
            let near =
                |arrow: &&Arrow| (arrow.at.0 - at.0).hypot(arrow.at.1 - at.1) < ARROW_REACH_PX;
            laid.arrows.iter().find(near).map(|arrow| arrow.index)
        };
        let index = plate.map(|plate| plate.index).or_else(arrow)?;
        badges.get(index).map(|badge| badge.first)
    }
}

/// How far from an arrow's middle a click still means it.
const ARROW_REACH_PX: f64 = 28.0;

/// The ground in the middle of the frame, found by halves of what is a straight map near there.
fn middle_of(camera: &Camera) -> Point {
    let (width, height) = camera.size_px();
    let wanted = (width / 2.0, height / 2.0);
    let mut at = (0.0, 0.0);
    for _ in 0..4 {
        let (Some(here), Some(east), Some(north)) = (
            camera.project(at),
            camera.project((at.0 + 1.0, at.1)),
            camera.project((at.0, at.1 + 1.0)),
        ) else {
            return at;
        };
        let (east, north) = (
            (east.0 - here.0, east.1 - here.1),
            (north.0 - here.0, north.1 - here.1),
        );
        let size = east.0 * north.1 - north.0 * east.1;
        if size.abs() < 1e-9 {
            return at;
        }
        let missing = (wanted.0 - here.0, wanted.1 - here.1);
        at = (
            at.0 + (north.1 * missing.0 - north.0 * missing.1) / size,
            at.1 + (east.0 * missing.1 - east.1 * missing.0) / size,
        );
    }
    at
}

impl Slot {
    fn new(
        document: &Document,
        container: &HtmlElement,
        stem: &str,
    ) -> Result<RefCell<Self>, JsValue> {
        let stem = part(document, "div", stem)?;
        let element = part(document, "div", "map-plate")?;
        let glyph = part(document, "i", "glyph")?;
        let words = part(document, "b", "words")?;
        let more = part(document, "span", "more num")?;
        for part in [&glyph, &words, &more] {
            element.append_child(part)?;
        }
        for part in [&stem, &element] {
            part.set_hidden(true);
            container.append_child(part)?;
        }
        if stem.class_name() == "map-tip" {
            element.append_child(&stem)?;
            stem.set_hidden(false);
        }
        Ok(RefCell::new(Self {
            element,
            glyph,
            words,
            more,
            stem,
            said: String::new(),
        }))
    }

    /// Says the words of its place anew, as they are now.
    fn say_again(&mut self, badges: &[Badge], and_more: bool) {
        let place = self.element.get_attribute("data-badge");
        let is_here = |badge: &&Badge| place.as_ref() == Some(&badge.first.to_string());
        if let Some(badge) = badges.iter().find(is_here) {
            self.words.set_text_content(Some(&badge.words));
            if and_more {
                self.more.set_text_content(Some(&badge.more));
            }
            self.said.clear();
        }
    }

    fn say(&mut self, badge: &Badge, calls: bool, arrow: Option<&Arrow>) {
        let more = match arrow {
            None => badge.more.clone(),
            Some(arrow) if arrow.count > 1 => arrow.count.to_string(),
            Some(arrow) => format!("{:.0} m", (arrow.away_m / 10.0).round() * 10.0),
        };
        let class = format!(
            "map-plate p{}{}{}{}",
            u8::from(badge.priority),
            if badge.is_open { " open" } else { "" },
            if badge.drill { " drill" } else { "" },
            if arrow.is_some() { " arrow" } else { "" },
        );
        let said = format!("{class} {} {} {more} {calls}", badge.first, badge.words);
        self.element.set_hidden(false);
        if self.said != said {
            self.element.set_class_name(&class);
            let stem = if arrow.is_some() {
                "map-tip"
            } else {
                "map-stem"
            };
            self.stem
                .set_class_name(&format!("{stem} p{}", u8::from(badge.priority)));
            self.glyph.set_text_content(Some(sign(badge.priority)));
            self.words.set_text_content(Some(&badge.words));
            self.more.set_text_content(Some(&more));
            // What cannot be said on it is on a page that is going away.
            let _named = self
                .element
                .set_attribute("data-badge", &badge.first.to_string());
            let _marked = if calls {
                let marked = self
                    .glyph
                    .set_attribute("data-pulse", &badge.first.to_string());
                // A glyph that pulses out of step costs frames of its own, and still pulses.
                marked.and_then(|()| fall_into_step(&self.glyph))
            } else {
                self.glyph.remove_attribute("data-pulse")
            };
            self.said = said;
        }
    }

    fn stand(&self, plate: &Plate, scale: f64) {
        let ((x, bottom), foot) = (plate.at, plate.foot);
        move_to(
            &self.element,
            &format!("translate({x:.1}px,{bottom:.1}px) scale({scale:.3}) translate(-50%,-100%)"),
        );
        self.stem.set_hidden(false);
        let long = ((foot.1 - bottom) / STEM_PX).max(0.0);
        move_to(
            &self.stem,
            &format!(
                "translate({:.1}px,{bottom:.1}px) scale({scale:.3},{long:.4})",
                foot.0 - scale
            ),
        );
    }

    fn point(&self, arrow: &Arrow, scale: f64) {
        let ((x, y), turn) = (arrow.at, arrow.turn_deg);
        move_to(
            &self.element,
            &format!("translate({x:.1}px,{y:.1}px) scale({scale:.3}) translate(-50%,-50%)"),
        );
        move_to(&self.stem, &format!("rotate({turn:.0}deg)"));
    }

    fn hide(&mut self) {
        if !self.element.hidden() {
            self.element.set_hidden(true);
            let _gone = self.glyph.remove_attribute("data-pulse");
            self.said.clear();
            if self.stem.class_name().starts_with("map-stem") {
                self.stem.set_hidden(true);
            }
        }
    }
}

/// Lets an element's animations begin when the page did: so a machine that draws in steps draws all that changes by
/// itself in one frame.
fn fall_into_step(glyph: &HtmlElement) -> Result<(), JsValue> {
    let ask: Function = Reflect::get(glyph, &"getAnimations".into())?.dyn_into()?;
    for animation in Array::from(&ask.call0(glyph)?).iter() {
        Reflect::set(&animation, &"startTime".into(), &0.into())?;
    }
    Ok(())
}

fn move_to(element: &HtmlElement, transform: &str) {
    // What cannot be moved is on a page that is going away.
    let _moved = element.style().set_property("transform", transform);
}

fn part(document: &Document, tag: &str, class: &str) -> Result<HtmlElement, JsValue> {
    let element: HtmlElement = document.create_element(tag)?.unchecked_into();
    element.set_class_name(class);
    Ok(element)
}
