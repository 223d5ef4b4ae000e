//! An estate as GeoJSON: one feature collection per source of the map's style.
//!
//! Names travel in both languages, so that a change of language is a change of style only.

use super::geojson::{Projection, collection, feature, ring};
use super::houses;
use super::outline::{self, Point};
use super::things::THINGS;
use crate::desk::Picked;
use castellan_domain::estate::{
    Area, AreaKind, Building, Device, DeviceKind, Estate, GroundKind, LineKind, Place,
};
use castellan_domain::geo::{Anchor, LonLat};
use castellan_domain::ids::AreaId;
use castellan_domain::text::Localized;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// What the cameras of the shown pictures see.
pub const CONES: &str = "cones";
/// What of the public area is watched.
pub const COVERAGE: &str = "coverage";
/// The style's sources, each with one feature collection.
pub const SOURCES: [&str; 11] = [
    "ground",
    "areas",
    "lines",
    "paths",
    "buildings",
    "devices",
    "labels",
    "selected",
    CONES,
    COVERAGE,
    THINGS,
];

/// What is lower is a hut: from afar its name would be larger than it.
const HUT_M: f64 = 6.0;
/// How far from its place the wall is looked for that a door lies in.
const DOOR_WALL_M: f64 = 4.0;
/// Half the length of a door's bar.
const DOOR_HALF_M: f64 = 1.1;
/// Half the length of a barrier's bar.
const BARRIER_HALF_M: f64 = 2.4;

/// The feature collection of each of [`SOURCES`].
pub fn sources(estate: &Estate) -> [(&'static str, Value); SOURCES.len()] {
    let ground = Projection::of(estate);
    [
        ("ground", collection(&grounds(estate))),
        ("areas", collection(&areas(estate))),
        ("lines", collection(&lines(estate))),
        ("paths", collection(&paths(estate))),
        ("buildings", collection(&houses::features(estate, ground))),
        ("devices", collection(&devices(estate, ground))),
        ("labels", collection(&labels(estate, ground))),
        ("selected", selected(estate, None)),
        (CONES, collection(&[])),
        (COVERAGE, collection(&[])),
        (THINGS, collection(&[])),
    ]
}

/// What of the estate is selected, if it stands still: a device's point, or an outline.
pub fn selected(estate: &Estate, picked: Option<&Picked>) -> Value {
    let outline = |points: &[LonLat]| feature("LineString", &json!(ring(points)), &json!({}));
    let found = picked.and_then(|picked| match picked {
        Picked::Device(id) => {
            let device = estate.device(id)?;
            Some(feature("Point", &json!(device.place.at), &json!({})))
        }
        Picked::Building(id) => {
            let ground = Projection::of(estate);
            Some(outline(&houses::drawn_outline(
                estate.building(id)?,
                ground,
            )))
        }
        Picked::Area(id) => Some(outline(&area(estate, id)?.outline)),
        Picked::Alarm(_) | Picked::Person(_) => None,
    });
    collection(&found.into_iter().collect::<Vec<_>>())
}

/// Where something that stands still is, in metres from the anchor.
pub fn middle(estate: &Estate, picked: &Picked) -> Option<Point> {
    let ground = Projection::of(estate);
    let of = |points: &[LonLat]| outline::centroid(outline::open(&ground.metres(points)));
    match picked {
        Picked::Device(id) => Some(ground.metres_of(estate.device(id)?.place.at)),
        Picked::Building(id) => Some(of(&estate.building(id)?.outline)),
        Picked::Area(id) => Some(of(&area(estate, id)?.outline)),
        Picked::Alarm(_) | Picked::Person(_) => None,
    }
}

fn area<'a>(estate: &'a Estate, id: &AreaId) -> Option<&'a Area> {
    estate.areas.iter().find(|area| area.id == *id)
}

fn areas(estate: &Estate) -> Vec<Value> {
    let areas = estate.areas.iter().map(|area| {
        let kind = match area.kind {
            AreaKind::Responsibility => "responsibility",
            AreaKind::Forbidden => "forbidden",
        };
        let rings = json!([ring(&area.outline)]);
        feature("Polygon", &rings, &json!({ "kind": kind, "id": area.id }))
    });
    areas.collect()
}

/// Every character that a label can show, each once, so that the font's slices can be loaded.
pub fn label_characters(estate: &Estate) -> String {
    let mut characters: BTreeSet<char> = BTreeSet::new();
    let mut take = |name: &Localized| {
        characters.extend(name.zh.as_str().chars());
        characters.extend(name.en.as_str().chars());
    };
    estate.buildings.iter().for_each(|b| take(&b.name));
    estate
        .grounds
        .iter()
        .filter_map(|g| g.name.as_ref())
        .for_each(&mut take);
    for device in &estate.devices {
        device.place.spot.iter().for_each(&mut take);
    }
    for person in &estate.people {
        take(&person.name);
        let sign = person.call_sign.as_ref().map(Localized::from);
        sign.iter().for_each(&mut take);
    }
    characters.into_iter().collect()
}

/// Pieces of ground, from below. `out` is what lies beyond the estate's land.
fn grounds(estate: &Estate) -> Vec<Value> {
    let anchor = Anchor::new(estate.anchor);
    let land = estate.grounds.iter().find(|g| g.kind == GroundKind::Land);
    let is_out = |outline: &[LonLat]| {
        let on_land = |at: &&LonLat| land.is_none_or(|land| anchor.encloses(&land.outline, **at));
        let looked_at = || outline.iter().step_by(outline.len() / 12 + 1);
        looked_at().filter(on_land).count() * 2 < looked_at().count()
    };
    estate
        .grounds
        .iter()
        .map(|ground| {
            let kind = match ground.kind {
                GroundKind::Land => "land",
                GroundKind::Green => "green",
                GroundKind::Water => "water",
                GroundKind::Square => "square",
                GroundKind::Sport => "sport",
                GroundKind::Road => "road",
                GroundKind::Parking => "parking",
            };
            feature(
                "Polygon",
                &json!([ring(&ground.outline)]),
                &json!({ "kind": kind, "out": is_out(&ground.outline) }),
            )
        })
        .collect()
}

fn lines(estate: &Estate) -> Vec<Value> {
    estate
        .lines
        .iter()
        .map(|line| {
            let kind = match line.kind {
                LineKind::Perimeter => "perimeter",
                LineKind::Hedge => "hedge",
            };
            feature("LineString", &json!(line.course), &json!({ "kind": kind }))
        })
        .collect()
}

fn paths(estate: &Estate) -> Vec<Value> {
    // What lies on a floor is no path on the ground.
    let outdoors = estate.paths.nodes.iter().filter(|n| n.inside.is_none());
    let nodes: BTreeMap<u32, LonLat> = outdoors.map(|n| (n.id, n.at)).collect();
    estate
        .paths
        .edges
        .iter()
        .filter_map(|edge| {
            let mut course = vec![*nodes.get(&edge.from)?];
            course.extend_from_slice(&edge.via);
            course.push(*nodes.get(&edge.to)?);
            Some(feature(
                "LineString",
                &json!(course),
                &json!({ "width_m": edge.width_m }),
            ))
        })
        .collect()
}

fn devices(estate: &Estate, ground: Projection) -> Vec<Value> {
    let walls: Vec<Vec<Point>> = estate
        .buildings
        .iter()
        .map(|b| ground.metres(&ring(&houses::drawn_outline(b, ground))))
        .chain(estate.lines.iter().map(|l| ground.metres(&l.course)))
        .collect();
    estate
        .devices
        .iter()
        .map(|device| device_feature(device, &walls, ground))
        .collect()
}

fn device_feature(device: &Device, walls: &[Vec<Point>], ground: Projection) -> Value {
    let (kind, half_m) = match device.kind {
        DeviceKind::Door => ("door", Some(DOOR_HALF_M)),
        DeviceKind::Barrier => ("barrier", Some(BARRIER_HALF_M)),
        DeviceKind::Camera => ("camera", None),
        DeviceKind::Detector
        | DeviceKind::Panel
        | DeviceKind::FirePanel
        | DeviceKind::ManualCallPoint
        | DeviceKind::PanicButton
        | DeviceKind::HelpPoint
        | DeviceKind::Lift
        | DeviceKind::Network => ("point", None),
    };
    let properties = json!({ "kind": kind, "id": device.id });
    let at = ground.metres_of(device.place.at);
    let bar = half_m.and_then(|half_m| {
        let courses = walls.iter().map(Vec::as_slice);
        // In the wall as it is drawn: behind it nobody would see the door.
        let (at, (x, y)) = outline::wall_near(courses, at, DOOR_WALL_M)?;
        let end = |by: f64| ground.degrees((at.0 + x * by, at.1 + y * by));
        Some([end(-half_m), end(half_m)])
    });
    match bar {
        Some(bar) => feature("LineString", &json!(bar), &properties),
        None => feature("Point", &json!(device.place.at), &properties),
    }
}

fn labels(estate: &Estate, ground: Projection) -> Vec<Value> {
    let mut features: Vec<Value> = estate
        .buildings
        .iter()
        .map(|building| building_label(building, ground))
        .collect();
    for piece in &estate.grounds {
        let Some(name) = &piece.name else { continue };
        let kind = match piece.kind {
            GroundKind::Land => "land",
            GroundKind::Water => "water",
            GroundKind::Green => "green",
            _ => "paved",
        };
        let middle = outline::centroid(outline::open(&ground.metres(&piece.outline)));
        features.push(label(kind, name, ground.degrees(middle), 0.0));
    }
    // A spot that is named like the building or the pond it is at needs no second name.
    let mut seen: BTreeSet<&str> = (estate.buildings.iter().map(|b| &b.name))
        .chain(estate.grounds.iter().filter_map(|g| g.name.as_ref()))
        .map(|name| name.zh.as_str())
        .collect();
    for device in &estate.devices {
        if let Some(spot) = outdoor_spot(&device.place)
            && seen.insert(spot.zh.as_str())
        {
            let kind = match device.kind {
                DeviceKind::Door | DeviceKind::Barrier => "gate",
                _ => "spot",
            };
            features.push(label(kind, spot, device.place.at, 0.0));
        }
    }
    features
}

fn outdoor_spot(place: &Place) -> Option<&Localized> {
    place.spot.as_ref().filter(|_| place.building.is_none())
}

fn building_label(building: &Building, ground: Projection) -> Value {
    let middle = outline::centroid(outline::open(&ground.metres(&building.outline)));
    let kind = if building.height_m < HUT_M {
        "hut"
    } else {
        "building"
    };
    let at = ground.degrees(middle);
    let mut label = label(kind, &building.name, at, building.height_m);
    label["properties"]["id"] = json!(building.id);
    label
}

fn label(kind: &str, name: &Localized, at: LonLat, height_m: f64) -> Value {
    feature(
        "Point",
        &json!(at),
        &json!({ "kind": kind, "zh": name.zh, "en": name.en, "height_m": height_m }),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::map::geojson::tests::estate;

    fn features(name: &str) -> Vec<Value> {
        let (_, value) = sources(&estate())
            .into_iter()
            .find(|(source, _)| *source == name)
            .unwrap();
        value["features"].as_array().unwrap().clone()
    }

    #[test]
    fn sources_come_in_the_order_that_their_list_promises() {
        assert_eq!(sources(&estate()).map(|(name, _)| name), SOURCES);
    }

    #[test]
    fn what_stands_still_is_found_and_marked_and_what_is_unknown_is_not() {
        let estate = estate();
        let marked = |picked: Option<&Picked>| {
            let features = selected(&estate, picked)["features"].clone();
            features[0]["geometry"]["type"].as_str().map(str::to_owned)
        };
        let door = Picked::from_address("device:d1").unwrap();
        let house = Picked::from_address("building:b3").unwrap();
        assert_eq!(marked(Some(&door)).as_deref(), Some("Point"));
        assert_eq!(marked(Some(&house)).as_deref(), Some("LineString"));
        assert!(middle(&estate, &door).is_some() && middle(&estate, &house).is_some());
        for unknown in ["device:gone", "building:gone", "area:gone", "A-1", "wang"] {
            let unknown = Picked::from_address(unknown).unwrap();
            assert_eq!(marked(Some(&unknown)), None);
            assert_eq!(middle(&estate, &unknown), None);
        }
        assert_eq!(marked(None), None);
    }

    #[test]
    fn rings_are_closed_as_geojson_demands() {
        let water = &features("ground")[0];
        let ring = water["geometry"]["coordinates"][0].as_array().unwrap();
        assert_eq!(ring.len(), 4);
        assert_eq!(ring.first(), ring.last());
    }

    #[test]
    fn a_path_runs_through_its_bends() {
        let path = &features("paths")[0];
        assert_eq!(path["geometry"]["coordinates"].as_array().unwrap().len(), 3);
        assert_eq!(path["properties"]["width_m"], 3.5);
    }

    #[test]
    fn a_door_is_a_bar_in_its_wall_and_a_camera_a_point() {
        let devices = features("devices");
        assert_eq!(devices[0]["geometry"]["type"], "LineString");
        let bar = devices[0]["geometry"]["coordinates"].as_array().unwrap();
        assert_eq!(
            bar[0][1], bar[1][1],
            "the wall there runs from west to east"
        );
        assert_eq!(devices[1]["geometry"]["type"], "Point");
    }

    #[test]
    fn a_spot_is_named_once_unless_it_is_inside_a_building_or_named_like_the_pond_it_is_at() {
        let names: Vec<_> = features("labels")
            .iter()
            .map(|f| f["properties"]["zh"].as_str().unwrap().to_owned())
            .collect();
        assert_eq!(names, ["3号楼", "镜湖", "东门"]);
    }

    #[test]
    fn the_font_is_asked_for_each_character_once() {
        let characters = label_characters(&estate());
        assert_eq!(characters.matches('门').count(), 1);
        assert!(characters.contains('锦') || !characters.is_empty());
        assert!(characters.contains('湖') && characters.contains('B'));
    }
}
