//! What of the page lies above the map and moves with it: plates, rings, ends of ways, names.

use super::badges::Badge;
use super::camera::Camera;
use super::live_layer::scene::Scene;
use super::overlay::Overlay;
use super::past::PastRings;
use super::plates::Plates;
use super::way_ends::WayEnds;
use crate::ages::Now;
use crate::dispatch::errands::{Errand, Part, way_end};
use crate::evidence::Past;
use castellan_domain::estate::Estate;
use castellan_domain::geo::Anchor;
use castellan_domain::ids::{AlarmId, PersonId};
use castellan_domain::text::Language;
use castellan_domain::time::Span;
use std::collections::BTreeMap;
use wasm_bindgen::JsValue;
use web_sys::HtmlElement;

/// All of it, of one map.
pub(super) struct Above {
    pub(super) names: Overlay,
    plates: Plates,
    way_ends: WayEnds,
    past: PastRings,
}

impl Above {
    /// Fills `container` with hidden elements, once and for all.
    pub(super) fn new(container: &HtmlElement) -> Result<Self, JsValue> {
        Ok(Self {
            names: Overlay::new(container)?,
            plates: Plates::new(container)?,
            way_ends: WayEnds::new(container)?,
            past: PastRings::new(container)?,
        })
    }

    /// Puts all of it where it is in this frame. `smooth`: the machine draws quickly.
    pub(super) fn place(
        &self,
        scene: &Scene,
        camera: &Camera,
        zoom: f64,
        (mono, smooth): (Span, bool),
    ) {
        let plates = self.plates.place(camera, smooth);
        self.past.place(camera);
        let around = self.names.place(scene, camera, (zoom, mono), plates);
        self.way_ends.place(camera, &around);
    }

    /// What is said of places with alarms. It is seen with the next frame.
    pub(super) fn tell_badges(&self, badges: Vec<Badge>) {
        self.plates.set(badges);
    }

    /// The alarm whose plate is at a point of the screen.
    pub(super) fn pick(&self, at: (f64, f64)) -> Option<AlarmId> {
        self.plates.pick(at)
    }

    /// Where people were at the moment of a clip.
    pub(super) fn tell_past(&self, people: &[Past], estate: &Estate) {
        let anchor = Anchor::new(estate.anchor);
        let people = people.iter();
        let placed = people.map(|one| (anchor.metres(one.at), one.name.clone()));
        self.past.set(placed.collect());
    }

    /// What is said of everybody who was sent.
    pub(super) fn tell_errands(
        &self,
        errands: &[Errand],
        estate: &Estate,
        (now, language): (Now, Language),
    ) {
        let mut figures: BTreeMap<PersonId, String> = BTreeMap::new();
        // Of several errands the most urgent, unless another one binds them.
        let (asked, bound): (Vec<_>, Vec<_>) =
            (errands.iter()).partition(|errand| matches!(errand.part, Part::Asked { .. }));
        for errand in bound.into_iter().chain(asked) {
            let figure = || errand.part.figure(now, language);
            figures.entry(errand.person.clone()).or_insert_with(figure);
        }
        self.names.set_figures(figures);
        let anchor = Anchor::new(estate.anchor);
        let ends = errands.iter().filter_map(|errand| {
            let Part::Going { course, .. } = &errand.part else {
                return None;
            };
            let (at, words) = way_end(course.as_ref()?, estate, language)?;
            Some((anchor.metres(at), words))
        });
        self.way_ends.set(ends);
    }
}
