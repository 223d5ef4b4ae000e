//! Buildings: as GeoJSON, as layers, and the edges of their roofs. The map library has no line that runs in the
//! air, and its walls have jagged edges where a processor draws them: our own layer draws the edges.

use super::footprint;
use super::geojson::{Projection, feature, ring};
use super::live_layer::vertices::Edge;
use super::outline::{self, Point};
use super::palette::Palette;
use crate::desk::Theme;
use castellan_domain::estate::{Building, Estate};
use castellan_domain::geo::LonLat;
use serde_json::{Value, json};

/// Length of a shadow per metre of height, and at most. Long ones would darken half the estate.
const SHADOW_PER_M: f64 = 0.36;
const SHADOW_M_MAX: f64 = 30.0;
/// Where shadows fall: north-east, away from the light of [`light`].
const SHADOW_DIRECTION: Point = (0.84, 0.54);
/// A roof lies this much above the walls, so that it has a colour of its own.
const ROOF_M: f64 = 0.15;

/// The light that falls on the buildings.
pub(super) fn light(theme: Theme) -> Value {
    let intensity = match theme {
        Theme::Dark => 0.5,
        Theme::Light => 0.2,
    };
    json!({ "anchor": "map", "color": "#ffffff", "intensity": intensity, "position": [1.2, 215, 42] })
}

/// The footprint of a building as it is drawn.
pub(super) fn drawn_outline(building: &Building, ground: Projection) -> Vec<LonLat> {
    let drawn = footprint::closed(&ground.metres(&building.outline));
    drawn.into_iter().map(|p| ground.degrees(p)).collect()
}

/// For each building its body (`part` 0), its roof (2) and its shadow (3).
pub(super) fn features(estate: &Estate, ground: Projection) -> Vec<Value> {
    let mut features = Vec::with_capacity(estate.buildings.len() * 3);
    for building in &estate.buildings {
        let drawn = footprint::closed(&ground.metres(&building.outline));
        let part = |part: u8, points: &[Point]| {
            let points: Vec<LonLat> = points.iter().map(|p| ground.degrees(*p)).collect();
            feature(
                "Polygon",
                &json!([ring(&points)]),
                &json!({ "part": part, "height_m": building.height_m, "id": building.id }),
            )
        };
        let length_m = (building.height_m * SHADOW_PER_M).min(SHADOW_M_MAX);
        let shift = (SHADOW_DIRECTION.0 * length_m, SHADOW_DIRECTION.1 * length_m);
        features.push(part(0, &drawn));
        features.push(part(3, &outline::swept(&drawn, shift)));
        features.push(part(2, &drawn));
    }
    features
}

/// The edges of all roofs.
pub fn roof_edges(estate: &Estate) -> Vec<Edge> {
    let ground = Projection::of(estate);
    let roofs = estate.buildings.iter().flat_map(|building| {
        let corners = footprint::closed(&ground.metres(&building.outline));
        let height_m = building.height_m + ROOF_M;
        let edges = outline::sides(&corners).map(|(from, to)| Edge { from, to, height_m });
        edges.collect::<Vec<_>>()
    });
    roofs.collect()
}

/// The layers, from the ground up.
pub(super) fn layers(p: &Palette, theme: Theme) -> Vec<Value> {
    let height = json!(["get", "height_m"]);
    let part = |id: &str, part: u8, colour: String, base: Value, top: Value| {
        json!({
            "id": id, "type": "fill-extrusion", "source": "buildings",
            "filter": ["==", ["get", "part"], part],
            "paint": {
                "fill-extrusion-color": colour,
                "fill-extrusion-base": base,
                "fill-extrusion-height": top,
                "fill-extrusion-vertical-gradient": part == 0,
            },
        })
    };
    let shade = match theme {
        Theme::Dark => 0.42,
        Theme::Light => 0.2,
    };
    vec![
        json!({
            "id": "building-shade", "type": "fill", "source": "buildings",
            "filter": ["==", ["get", "part"], 3],
            "paint": { "fill-color": p.shade.css(), "fill-opacity": shade },
        }),
        part("building", 0, p.building.css(), json!(0), height.clone()),
        part(
            "roof",
            2,
            p.roof.css(),
            height.clone(),
            json!(["+", height, ROOF_M]),
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::map::geojson::tests::estate;

    #[test]
    fn a_building_has_a_body_a_shadow_and_a_roof_of_its_height() {
        let estate = estate();
        let features = features(&estate, Projection::of(&estate));
        let parts: Vec<u64> = features
            .iter()
            .map(|f| f["properties"]["part"].as_u64().unwrap())
            .collect();
        assert_eq!(parts, [0, 3, 2]);
        assert_eq!(features[0]["properties"]["height_m"], 54.0);
    }

    #[test]
    fn a_roofs_edge_runs_all_around_it_in_the_air() {
        let edges = roof_edges(&estate());
        assert_eq!(edges.len(), 4);
        assert!(edges.iter().all(|edge| edge.height_m > 54.0));
        for (edge, next) in edges.iter().zip(edges.iter().cycle().skip(1)) {
            assert_eq!(edge.to, next.from);
        }
    }
}
