//! What stands in alarm: told to the library, to our layer and to the plates, once for each change.

use super::{Running, Styled};
use crate::map::badges::{BADGES_MAX, Badge};
use crate::map::things::{FloorAt, THINGS, Things};
use castellan_domain::ids::BuildingId;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use wasm_bindgen::JsValue;

impl Running {
    /// Lights the floor that is looked at.
    pub(in crate::map) fn look_at(&self, floor: Option<FloorAt>) {
        if *self.looked_at.borrow() != floor {
            *self.looked_at.borrow_mut() = floor;
            self.alarms_told.set(None);
            self.map.trigger_repaint();
        }
    }

    /// Tells all of it anew. Plates stand where a frame puts them: without one they would keep the other language.
    pub(super) fn tell_things_again(&self) {
        self.alarms_told.set(None);
        self.tell_things();
        self.map.trigger_repaint();
    }

    /// After a frame: an alarm that changed asked for it.
    pub(super) fn tell_things(&self) {
        let told = self.scene.read(crate::map::Scene::alarms_told);
        if self.alarms_told.get() == Some(told) || self.styled.get() != Styled::AsShown {
            return;
        }
        self.alarms_told.set(Some(told));
        let (estate, language) = {
            let shown = self.shown.borrow();
            (Arc::clone(&shown.estate), shown.language)
        };
        let places = self.scene.read(crate::map::Scene::places);
        let things = Things::of(&estate, &places, self.looked_at.borrow().as_ref());
        let feet = || places.iter().zip(&things.feet);
        let badges = feet().take(BADGES_MAX + 1);
        let badges = badges.map(|(place, foot)| Badge::of(&estate, place, *foot, language));
        self.above.tell_badges(badges.collect());
        let mut up_m = BTreeMap::new();
        for (place, foot) in feet() {
            up_m.extend(place.alarms().map(|alarm| (alarm, foot.up_m)));
        }
        let named: Vec<BuildingId> = places
            .iter()
            .filter_map(|p| p.place.building.clone())
            .collect();
        let drawn = self.lay(THINGS, things.data());
        let drawn = drawn.and_then(|()| self.hide_houses(&things.glass, &named));
        debug_assert!(drawn.is_ok(), "the map refused what is in alarm");
        self.scene
            .update(|scene| scene.set_things(things.edges, up_m));
        (self.events.places)(places);
    }

    /// Houses of glass are not drawn twice, and what a plate names has no second name.
    fn hide_houses(&self, glass: &[BuildingId], named: &[BuildingId]) -> Result<(), JsValue> {
        let hidden = (glass.to_vec(), named.to_vec());
        if *self.hidden.borrow() == hidden {
            return Ok(());
        }
        *self.hidden.borrow_mut() = hidden;
        let not_of =
            |ids: &[BuildingId]| -> Value { json!(["!", ["in", ["get", "id"], ["literal", ids]]]) };
        for (layer, part) in [("building", 0), ("roof", 2)] {
            let is_part = json!(["==", ["get", "part"], part]);
            self.map
                .filter(layer, &json!(["all", is_part, not_of(glass)]))?;
        }
        let is_house = json!(["==", ["get", "kind"], "building"]);
        self.map
            .filter("building-name", &json!(["all", is_house, not_of(named)]))
    }
}
