//! What stands where a way leaves the ground: by what, and to which floor. A fixed set of page elements, moved
//! with each frame.

use super::camera::Camera;
use super::labels::{self, Around, Candidate, Rank};
use super::outline::Point;
use super::overlay::stand;
use super::scale::scale_for_height;
use std::cell::RefCell;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::HtmlElement;

/// Ends of ways that are named at most; the row of whoever goes says the same.
const WAY_ENDS_MAX: usize = 8;
/// Ends no further apart than this that say the same are one.
const SAME_M: f64 = 8.0;
/// As wide as the sign of stairs before the words, with its margins.
const STAIRS_WIDE: &str = "楼楼";

/// Where a way leaves the ground, in metres from the anchor, and what is said there.
pub(super) type WayEnd = (Point, String);

struct Slot {
    element: HtmlElement,
    words: HtmlElement,
    said: String,
}

/// The ends of ways on one map.
pub(super) struct WayEnds {
    ends: RefCell<Vec<WayEnd>>,
    slots: RefCell<Vec<Slot>>,
}

impl WayEnds {
    /// Adds hidden elements to `container`, once and for all.
    pub(super) fn new(container: &HtmlElement) -> Result<Self, JsValue> {
        let document = container.owner_document().ok_or("no document")?;
        let mut slots = Vec::with_capacity(WAY_ENDS_MAX);
        for _ in 0..WAY_ENDS_MAX {
            let element: HtmlElement = document.create_element("div")?.dyn_into()?;
            element.set_class_name("map-way-end");
            element.set_hidden(true);
            let words: HtmlElement = document.create_element("span")?.dyn_into()?;
            element.append_child(&words)?;
            container.append_child(&element)?;
            slots.push(Slot {
                element,
                words,
                said: String::new(),
            });
        }
        Ok(Self {
            ends: RefCell::default(),
            slots: RefCell::new(slots),
        })
    }

    /// Where ways leave the ground now. They are seen with the next frame.
    pub(super) fn set(&self, ends: impl Iterator<Item = WayEnd>) {
        let mut kept: Vec<WayEnd> = Vec::new();
        for (at, words) in ends {
            let is_same = |(other, said): &WayEnd| {
                *said == words && (other.0 - at.0).hypot(other.1 - at.1) <= SAME_M
            };
            if kept.len() < WAY_ENDS_MAX && !kept.iter().any(is_same) {
                kept.push((at, words));
            }
        }
        *self.ends.borrow_mut() = kept;
    }

    /// Puts them where they are in this frame, where there is room: a name says more.
    pub(super) fn place(&self, camera: &Camera, around: &Around) {
        let scale = scale_for_height(camera.size_px().1);
        let ends = self.ends.borrow();
        let seen = ends.iter().filter_map(|(at, words)| {
            let at = camera.project(*at)?;
            camera.shows(at, 0.0).then_some(Candidate {
                at,
                title: STAIRS_WIDE,
                detail: words,
                figure: "",
                rank: Rank::Asked,
            })
        });
        let candidates: Vec<Candidate> = seen.collect();
        let mut shown = labels::place(&candidates, around, scale).into_iter();
        for slot in self.slots.borrow_mut().iter_mut() {
            let Some(one) = shown.next() else {
                slot.element.set_hidden(true);
                continue;
            };
            let candidate = &candidates[one.index];
            if slot.said != candidate.detail {
                slot.words.set_text_content(Some(candidate.detail));
                candidate.detail.clone_into(&mut slot.said);
            }
            slot.element.set_hidden(false);
            stand(&slot.element, candidate.at, one.side, scale);
        }
    }
}
