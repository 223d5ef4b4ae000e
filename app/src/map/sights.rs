//! What cameras see, as GeoJSON and as layers: the cones of those whose pictures are looked at, and 覆盖率.

use super::estate_layers::{CONES, COVERAGE};
use super::geojson::{Projection, collection, feature, ring};
use super::outline::Point;
use super::palette::Palette;
use castellan_domain::estate::{Estate, Sights, Stripe, Stripes};
use castellan_domain::geo::LonLat;
use castellan_domain::ids::DeviceId;
use serde_json::{Value, json};

/// How far below its spot a number is read beside the mark of an alarm, in pixels: half of the ring around
/// what is selected, half of the number, and a gap.
const BELOW_MARK: f64 = 40.0;

/// The cones of cameras. Several are numbered in their order, as their pictures are.
pub fn cones(sights: &Sights, estate: &Estate, cameras: &[DeviceId]) -> Value {
    let ground = Projection::of(estate);
    let mut features = Vec::new();
    for (index, camera) in cameras.iter().enumerate() {
        let Some(cone) = sights.cone(estate, camera) else {
            continue;
        };
        let is_indoors = cone.is_indoors;
        let properties = json!({ "camera": camera, "indoors": is_indoors });
        let line = |line: &Vec<Point>| degrees(ground, line);
        let areas: Vec<_> = cone.areas.iter().map(|area| [ring(&line(area))]).collect();
        let rims: Vec<_> = cone.rims.iter().map(line).collect();
        features.push(feature("MultiPolygon", &json!(areas), &properties));
        features.push(feature("MultiLineString", &json!(rims), &properties));
        if cameras.len() > 1 {
            let number = (index + 1).to_string();
            let number = json!({ "camera": camera, "number": number, "indoors": is_indoors });
            features.push(feature(
                "Point",
                &json!(ground.degrees(cone.middle)),
                &number,
            ));
        }
    }
    collection(&features)
}

/// The areas of coverage; nothing where it is not wanted.
pub fn coverage(estate: &Estate, stripes: Option<&Stripes>) -> Value {
    let ground = Projection::of(estate);
    let boxed = |one: &Stripe| {
        let (from, to) = (one.from, one.to);
        [ring(&degrees(
            ground,
            &[from, (to.0, from.1), to, (from.0, to.1)],
        ))]
    };
    let kind = |kind: &str, stripes: &[Stripe]| {
        let areas: Vec<_> = stripes.iter().map(boxed).collect();
        feature("MultiPolygon", &json!(areas), &json!({ "kind": kind }))
    };
    let features = stripes.map(|(watched, lost)| [kind("watched", watched), kind("lost", lost)]);
    collection(features.as_ref().map_or(&[], |features| features))
}

fn degrees(ground: Projection, points: &[Point]) -> Vec<LonLat> {
    points.iter().map(|point| ground.degrees(*point)).collect()
}

/// Coverage lies on the ground, below the ways.
pub(super) fn coverage_layers(p: &Palette) -> Vec<Value> {
    let fill = |id: &str, kind: &str, colour: String, opacity: f64| {
        json!({
            "id": id, "type": "fill", "source": COVERAGE, "filter": ["==", ["get", "kind"], kind],
            "paint": { "fill-color": colour, "fill-opacity": opacity, "fill-antialias": false },
        })
    };
    vec![
        fill("coverage-watched", "watched", p.select.css(), 0.22),
        // Somebody is to see to these.
        fill("coverage-lost", "lost", p.priority[1].css(), 0.4),
    ]
}

/// Cones out of doors, below the buildings; or those of floors, which would not be seen there.
pub(super) fn cone_layers(p: &Palette, scale: f64, indoors: bool) -> Vec<Value> {
    let id = if indoors { "cone-indoors" } else { "cone" };
    let is = |kind: &str| {
        json!([
            "all",
            ["==", ["geometry-type"], kind],
            ["==", ["get", "indoors"], indoors]
        ])
    };
    vec![
        json!({
            "id": id, "type": "fill", "source": CONES, "filter": is("Polygon"),
            "paint": { "fill-color": p.select.css(), "fill-opacity": 0.14, "fill-antialias": false },
        }),
        json!({
            "id": format!("{id}-rim"), "type": "line", "source": CONES, "filter": is("LineString"),
            "layout": { "line-join": "round" },
            "paint": { "line-color": p.select.css(), "line-opacity": 0.45, "line-width": scale },
        }),
    ]
}

/// The numbers of pictures, above everything that the map draws. The marks of alarms lie above the map: a camera
/// indoors is where its alarm is, so its number stands below the mark.
pub(super) fn number_layers(p: &Palette, scale: f64, font: [&str; 2]) -> Vec<Value> {
    let layers = |(id, indoors, below)| number_of(p, scale, font, (id, indoors, below));
    let both = [("cone", false, 0.0), ("cone-indoors", true, BELOW_MARK)];
    both.into_iter().flat_map(layers).collect()
}

fn number_of(
    p: &Palette,
    scale: f64,
    font: [&str; 2],
    (id, indoors, below): (&str, bool, f64),
) -> Vec<Value> {
    let is_point = json!([
        "all",
        ["==", ["geometry-type"], "Point"],
        ["==", ["get", "indoors"], indoors]
    ]);
    let moved = [0.0, below * scale];
    vec![
        json!({
            "id": format!("{id}-mark"), "type": "circle", "source": CONES, "filter": is_point,
            "paint": {
                "circle-translate": moved, "circle-translate-anchor": "viewport",
                "circle-radius": 9.0 * scale, "circle-color": p.text_halo.css(), "circle-opacity": 0.85,
                "circle-stroke-color": p.select.css(), "circle-stroke-width": scale,
            },
        }),
        json!({
            "id": format!("{id}-number"), "type": "symbol", "source": CONES, "filter": is_point,
            "layout": {
                "text-field": ["get", "number"], "text-font": font, "text-size": 13.0 * scale,
                "text-allow-overlap": true, "text-ignore-placement": true,
            },
            "paint": {
                "text-color": p.text.css(),
                "text-translate": moved, "text-translate-anchor": "viewport",
            },
        }),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::map::geojson::tests::estate as without_pose;

    fn estate() -> Estate {
        let mut document = serde_json::to_value(without_pose()).unwrap();
        document["devices"][1]["camera"] = json!({
            "height_m": 4, "heading_deg": 270, "tilt_deg": 10, "view_deg": 80, "range_m": 30,
        });
        document["grounds"] = json!([{
            "kind": "land", "outline": [[120.0, 29.999], [120.003, 29.999], [120.003, 30.0], [120.0, 30.0]],
        }]);
        Estate::parse(document.to_string().as_bytes()).unwrap()
    }

    fn ids(names: &[&str]) -> Vec<DeviceId> {
        names
            .iter()
            .map(|name| DeviceId::new(*name).unwrap())
            .collect()
    }

    #[test]
    fn several_cones_are_numbered_as_their_pictures_and_one_is_not() {
        let estate = estate();
        let sights = Sights::of(&estate);
        let drawn = |cameras: &[&str]| {
            let cones = cones(&sights, &estate, &ids(cameras));
            let features = cones["features"].as_array().unwrap().clone();
            let said = features.iter().map(|one| {
                let number = one["properties"]["number"].as_str().unwrap_or_default();
                format!("{} {number}", one["geometry"]["type"].as_str().unwrap())
            });
            said.collect::<Vec<_>>()
        };
        assert_eq!(drawn(&["c1"]), ["MultiPolygon ", "MultiLineString "]);
        // A door sees nothing; the picture after it keeps its number.
        assert_eq!(
            drawn(&["d1", "c1"]),
            ["MultiPolygon ", "MultiLineString ", "Point 2"]
        );
        assert_eq!(drawn(&[]), [] as [&str; 0]);
    }

    #[test]
    fn the_number_of_a_camera_indoors_stands_below_the_mark_of_an_alarm_there() {
        let palette = Palette::of(crate::desk::Theme::Dark);
        let layers = number_layers(&palette, 2.0, ["a", "b"]);
        let said = layers.iter().map(|layer| {
            let paint = &layer["paint"];
            let moved = [&paint["circle-translate"], &paint["text-translate"]];
            let down = moved.iter().find_map(|moved| moved[1].as_f64());
            (layer["filter"][2][2].as_bool(), down)
        });
        let (out, indoors) = ((Some(false), Some(0.0)), (Some(true), Some(80.0)));
        assert_eq!(said.collect::<Vec<_>>(), [out, out, indoors, indoors]);
    }

    #[test]
    fn an_area_is_a_closed_ring_beside_its_camera() {
        let estate = estate();
        let cones = cones(&Sights::of(&estate), &estate, &ids(&["c1"]));
        let ring = cones["features"][0]["geometry"]["coordinates"][0][0]
            .as_array()
            .unwrap()
            .clone();
        assert!(ring.len() > 60);
        assert_eq!(ring.first(), ring.last());
        let lon = |at: &Value| at[0].as_f64().unwrap();
        assert!(
            ring.iter()
                .all(|at| (120.0017..=120.0021).contains(&lon(at))),
            "it looks west"
        );
    }

    #[test]
    fn coverage_has_what_is_watched_and_what_was_lost_or_nothing() {
        let estate = estate();
        let whole = castellan_domain::estate::Coverage::of(&Sights::of(&estate), &estate).unwrap();
        let of = |value: &Value, index: usize| {
            let areas = value["features"][index]["geometry"]["coordinates"].as_array();
            areas.map(Vec::len)
        };
        let now = coverage(&estate, Some(&whole.stripes(|_| true)));
        assert!(of(&now, 0) > Some(10));
        assert_eq!(of(&now, 1), Some(0));
        let lost = coverage(&estate, Some(&whole.stripes(|_| false)));
        assert_eq!((of(&lost, 0), of(&lost, 1)), (Some(0), of(&now, 0)));
        assert_eq!(of(&coverage(&estate, None), 0), None);
    }
}
