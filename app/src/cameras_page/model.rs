//! Which pictures are chosen, how the address says so, and how the screen is divided among them.

use castellan_domain::estate::{Device, DeviceKind, Estate, Found};
use castellan_domain::ids::{BuildingId, DeviceId};
use castellan_domain::text::Language;

/// Pictures at most; one more is refused until another one is taken away.
pub const CHOSEN_MAX: usize = 9;
/// Things of the estate among which typed letters are looked for; of more the likeliest.
const FOUND_MAX: usize = 1_000;
/// From so many on each picture is so small that the smaller stream does.
const SMALL_FROM: usize = 5;

/// The chosen pictures, in the order in which they were chosen.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Chosen(
    /// At most [`CHOSEN_MAX`], each once.
    Vec<DeviceId>,
);

impl Chosen {
    /// What the address says, and how many of it that are not shown: too many, or no cameras of this estate.
    pub fn read(address: &str, estate: &Estate) -> (Self, usize) {
        let mut chosen = Self::default();
        let mut left_out = 0;
        for name in address.split(',').filter(|name| !name.is_empty()) {
            let id = DeviceId::new(name).ok();
            match id.filter(|id| estate.device(id).is_some_and(is_camera)) {
                Some(id) if chosen.has(&id) => {}
                Some(id) if !chosen.is_full() => chosen.0.push(id),
                _ => left_out += 1,
            }
        }
        (chosen, left_out)
    }

    /// How the address says it.
    pub fn address(&self) -> Option<String> {
        let names: Vec<_> = self.0.iter().map(DeviceId::as_str).collect();
        (!names.is_empty()).then(|| names.join(","))
    }

    /// Takes one in, or out. A full choice takes none in.
    pub fn toggle(&mut self, camera: &DeviceId) {
        if self.has(camera) {
            self.0.retain(|one| one != camera);
        } else if !self.is_full() {
            self.0.push(camera.clone());
        }
    }

    /// All of them.
    pub fn all(&self) -> &[DeviceId] {
        &self.0
    }

    /// Whether a picture is one of them.
    pub fn has(&self, camera: &DeviceId) -> bool {
        self.0.contains(camera)
    }

    /// Whether it takes none in any more.
    pub fn is_full(&self) -> bool {
        self.0.len() >= CHOSEN_MAX
    }

    /// Cells into which the screen is divided.
    pub fn cells(&self) -> usize {
        [1, 4, 6, CHOSEN_MAX]
            .into_iter()
            .find(|cells| self.0.len() <= *cells)
            .unwrap_or(CHOSEN_MAX)
    }

    /// Each picture, and whether it is so small that the smaller stream does. What is large is not.
    pub fn shown(&self, enlarged: Option<&DeviceId>) -> Vec<(DeviceId, bool)> {
        let are_small = self.0.len() >= SMALL_FROM;
        let all = self.0.iter().cloned();
        all.map(|camera| {
            let is_small = are_small && enlarged != Some(&camera);
            (camera, is_small)
        })
        .collect()
    }
}

fn is_camera(device: &Device) -> bool {
    device.kind == DeviceKind::Camera
}

/// The cameras that typed letters may mean, each with its place; without any letter all. What is outdoors comes first,
/// then building by building.
pub fn found(estate: &Estate, typed: &str, language: Language) -> Vec<(DeviceId, String)> {
    let wanted = typed.trim().to_lowercase();
    let found = estate.find(&wanted, FOUND_MAX);
    let in_building = |id: &Option<BuildingId>| {
        let is_it = |one: &Found<'_>| matches!(one, Found::Building(building) if Some(&building.id) == id.as_ref());
        found.iter().any(is_it)
    };
    let is_found = |device: &Device| {
        let is_it = |one: &Found<'_>| matches!(one, Found::Device(one) if one.id == device.id);
        let place = estate.place_name(&device.place, language).to_lowercase();
        place.contains(&wanted) || in_building(&device.place.building) || found.iter().any(is_it)
    };
    let all = estate.devices.iter();
    let mut all: Vec<&Device> = all.filter(|device| is_camera(device)).collect();
    let place_in_list = |device: &Device| {
        let building = device.place.building.as_ref();
        building.and_then(|id| estate.buildings.iter().position(|one| one.id == *id))
    };
    all.sort_by_key(|device| place_in_list(device));
    let all = all.into_iter().filter(|device| is_found(device));
    all.map(|device| {
        (
            device.id.clone(),
            estate.place_name(&device.place, language),
        )
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::estate;
    use proptest::prelude::*;

    fn with_cameras(count: usize) -> Estate {
        let mut estate = estate();
        let device = |nth: usize| {
            let kind = if nth == 0 { "door" } else { "camera" };
            let building = if nth.is_multiple_of(2) {
                r#""building": "3", "floor": "B1","#
            } else {
                ""
            };
            format!(
                r#"{{"id": "cam-{nth}", "kind": "{kind}", "name": {{"zh": "摄像机{nth}", "en": "Camera {nth}"}},
                "place": {{{building} "spot": {{"zh": "东门{nth}", "en": "East gate {nth}"}}, "at": [120.0, 30.0]}}}}"#
            )
        };
        let devices = (0..=count).map(|nth| serde_json::from_str(&device(nth)).expect("a device"));
        estate.devices = devices.collect();
        let building = r#"{"id": "3", "name": {"zh": "3号楼", "en": "Building 3"}, "outline": [], "height_m": 9.0}"#;
        estate.buildings = vec![serde_json::from_str(building).expect("a building")];
        estate
    }

    fn id(nth: usize) -> DeviceId {
        DeviceId::new(format!("cam-{nth}")).expect("an id")
    }

    #[test]
    fn the_address_names_nine_cameras_of_the_estate_at_most_and_says_what_it_leaves_out() {
        let estate = with_cameras(12);
        let read = |address: &str| {
            let (chosen, left_out) = Chosen::read(address, &estate);
            (chosen.all().to_vec(), left_out)
        };
        assert_eq!(read(""), (vec![], 0));
        assert_eq!(read("cam-2,,cam-1,cam-2"), (vec![id(2), id(1)], 0));
        // A door, one that is not there, and no id at all.
        assert_eq!(read("cam-0,cam-1,cam-99,!"), (vec![id(1)], 3));
        let all: Vec<_> = (1..=12).map(|nth| format!("cam-{nth}")).collect();
        assert_eq!(read(&all.join(",")), ((1..=9).map(id).collect(), 3));
    }

    #[test]
    fn the_screen_is_divided_into_one_four_six_or_nine_and_what_is_small_has_the_smaller_stream() {
        let estate = with_cameras(9);
        for (count, cells, is_small) in [
            (0, 1, false),
            (1, 1, false),
            (2, 4, false),
            (4, 4, false),
            (5, 6, true),
            (6, 6, true),
            (7, 9, true),
            (9, 9, true),
        ] {
            let names: Vec<_> = (1..=count).map(|nth| format!("cam-{nth}")).collect();
            let (chosen, _) = Chosen::read(&names.join(","), &estate);
            assert_eq!(chosen.cells(), cells, "{count}");
            let shown = chosen.shown(Some(&id(1)));
            assert!(
                shown
                    .iter()
                    .all(|(camera, small)| *small == (is_small && *camera != id(1)))
            );
        }
    }

    #[test]
    fn a_camera_is_found_by_its_place_in_either_way_of_writing_and_buildings_stand_together() {
        let estate = with_cameras(4);
        let named = |typed, language| {
            let found = found(&estate, typed, language).into_iter();
            found
                .map(|(id, place)| format!("{id} {place}"))
                .collect::<Vec<_>>()
        };
        let all = named(" ", Language::Zh);
        assert_eq!(all.len(), 4);
        assert!(
            all[0].starts_with("cam-1 ") && all[1].starts_with("cam-3 "),
            "{all:?}"
        );
        assert_eq!(named("EAST GATE 3", Language::En), ["cam-3 East gate 3"]);
        assert_eq!(named("东门3", Language::Zh), ["cam-3 东门3"]);
        assert_eq!(named("摄像机4", Language::Zh), ["cam-4 3号楼 B1层 东门4"]);
        assert_eq!(named("building 3", Language::Zh).len(), 2);
        assert_eq!(named("门外", Language::Zh), Vec::<String>::new());
    }

    proptest! {
        #[test]
        fn whatever_is_pressed_there_are_nine_at_most_each_once_and_the_address_brings_them_back(
            presses in prop::collection::vec(1_usize..13, 0..40),
        ) {
            let estate = with_cameras(12);
            let mut chosen = Chosen::default();
            for nth in presses {
                let before = chosen.clone();
                chosen.toggle(&id(nth));
                let had = before.has(&id(nth));
                prop_assert_eq!(chosen.has(&id(nth)), !had && !before.is_full());
                prop_assert!(chosen.all().len() <= CHOSEN_MAX);
            }
            let address = chosen.address().unwrap_or_default();
            prop_assert_eq!(Chosen::read(&address, &estate), (chosen, 0));
        }
    }
}
