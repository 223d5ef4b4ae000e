//! A place by the name that a registration has for it: what the search finds, or a point of the map.

use super::document::Estate;
use super::place::Place;
use crate::geo::{Anchor, LonLat};
use crate::text::{Localized, Text};

/// Things that are looked through for the one of that name: the search puts exact ones first.
const LOOKED_AT_MAX: usize = 20;
/// Before the coordinates of a point. No thing of an estate is called so.
const POINT: char = '@';

/// What a point of the map is called: `@120.110600,30.287200`, to some ten centimetres.
pub fn point_name(at: LonLat) -> String {
    format!("{POINT}{:.6},{:.6}", at.lon(), at.lat())
}

impl Estate {
    /// The place of that name: of a thing that the search finds by its id, or of a point of the map. A person is no
    /// place, and what is far from the estate is none either.
    pub fn place_named(&self, name: &str) -> Option<Place> {
        if let Some(point) = name.strip_prefix(POINT) {
            return self.place_of_point(point_of(point)?);
        }
        let found = self.find(name, LOOKED_AT_MAX).into_iter();
        let mut found = found.filter(|found| found.id() == name);
        found.find_map(|found| found.place(self))
    }

    /// A point is in the building or the area around it; where there is none, it is its coordinates.
    fn place_of_point(&self, at: LonLat) -> Option<Place> {
        let anchor = Anchor::new(self.anchor);
        anchor.offset(at)?;
        let mut buildings = self.buildings.iter();
        let building = buildings.find(|one| anchor.encloses(&one.outline, at));
        let mut areas = self.areas.iter();
        let area = areas.find(|one| anchor.encloses(&one.outline, at));
        let outside = || area.map_or_else(|| coordinates(at), |area| area.name.clone());
        Some(Place {
            building: building.map(|building| building.id.clone()),
            floor: None,
            spot: building.is_none().then(outside),
            at,
        })
    }
}

fn point_of(text: &str) -> Option<LonLat> {
    let (lon, lat) = text.split_once(',')?;
    LonLat::new(lon.parse().ok()?, lat.parse().ok()?).ok()
}

fn coordinates(at: LonLat) -> Localized {
    let words = format!("{:.5}, {:.5}", at.lat(), at.lon());
    let words = Text::new(words).unwrap_or_else(|_| Text::constant("-"));
    Localized {
        zh: words.clone(),
        en: words,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Language;

    #[test]
    fn a_point_of_the_map_is_its_building_its_area_or_its_coordinates_and_nothing_beyond() {
        let demo = include_bytes!("../../../assets/demo/estate.json");
        let estate = Estate::parse(demo).expect("the demo estate");
        let place = |at: LonLat| estate.place_named(&point_name(at));
        let device = |id: &str| {
            let mut all = estate.devices.iter();
            let device = all.find(|one| one.id.as_str() == id);
            device.expect("it is there").place.clone()
        };
        let inside = device("gas-3-b1");
        let found = place(inside.at).expect("a place");
        assert_eq!(found.building, inside.building);
        assert_eq!(
            (found.floor, found.spot),
            (None, None),
            "no floor is guessed"
        );
        let area = &estate.areas[0];
        let at = area.outline[0];
        let within = |lon: f64, lat: f64| {
            let at = LonLat::new(lon, lat).expect("on earth");
            Anchor::new(estate.anchor)
                .encloses(&area.outline, at)
                .then_some(at)
        };
        let near = [(1e-5, 1e-5), (1e-5, -1e-5), (-1e-5, 1e-5), (-1e-5, -1e-5)];
        let mut near = near.into_iter();
        let at = near.find_map(|(east, north)| within(at.lon() + east, at.lat() + north));
        let found = place(at.expect("a point of the area")).expect("a place");
        assert_eq!(found.spot, Some(area.name.clone()));
        let (lon, lat) = (estate.anchor.lon() + 0.01, estate.anchor.lat());
        let outside = LonLat::new(lon, lat).expect("on earth");
        let named = place(outside).expect("a place");
        let words = estate.place_name(&named, Language::Zh);
        assert_eq!(words, format!("{lat:.5}, {lon:.5}"));
        let beyond = LonLat::new(lon + 1.0, lat).expect("on earth");
        assert_eq!(place(beyond), None);
        assert_eq!(estate.place_named("@here"), None);
        assert_eq!(estate.place_named("gas-3-b1"), Some(device("gas-3-b1")));
    }
}
