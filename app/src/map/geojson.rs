//! GeoJSON, and the way to it from metres and back.

use super::outline::Point;
use castellan_domain::estate::Estate;
use castellan_domain::geo::{Anchor, LonLat, Offset};
use serde_json::{Value, json};

#[derive(Clone, Copy)]
pub(super) struct Projection(Anchor);

impl Projection {
    pub(super) fn of(estate: &Estate) -> Self {
        Self(Anchor::new(estate.anchor))
    }

    /// Of one point.
    pub(super) fn metres_of(self, at: LonLat) -> Point {
        self.0.metres(at)
    }

    /// Of several.
    pub(super) fn metres(self, points: &[LonLat]) -> Vec<Point> {
        points.iter().map(|at| self.0.metres(*at)).collect()
    }

    pub(super) fn degrees(self, point: Point) -> LonLat {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "an estate reaches 20 km from its anchor: 2,000,000 cm fit"
        )]
        let cm = |metres: f64| (metres * 100.0).round() as i32;
        self.0
            .position(Offset {
                x_cm: cm(point.0),
                y_cm: cm(point.1),
            })
            .unwrap_or(self.0.origin())
    }
}

pub(super) fn collection(features: &[Value]) -> Value {
    json!({ "type": "FeatureCollection", "features": features })
}

pub(super) fn feature(kind: &str, coordinates: &Value, properties: &Value) -> Value {
    json!({
        "type": "Feature",
        "geometry": { "type": kind, "coordinates": coordinates },
        "properties": properties,
    })
}

/// A closed ring, as GeoJSON wants it.
pub(super) fn ring(outline: &[LonLat]) -> Vec<LonLat> {
    let mut ring = outline.to_vec();
    if let (Some(first), Some(last)) = (outline.first(), outline.last())
        && first != last
    {
        ring.push(*first);
    }
    ring
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::map) fn estate() -> Estate {
        let text = r#"{
            "site": "jinxiu", "name": {"zh": "锦绣花园", "en": "Jinxiu Garden"},
            "time_zone": "Asia/Shanghai", "datum": "WGS-84", "anchor": [120.0, 30.0],
            "home": {"centre": [120.0, 30.0], "zoom": 17.0, "bearing_deg": 0.0, "pitch_deg": 40.0},
            "grounds": [{"kind": "water", "name": {"zh": "镜湖", "en": "Mirror Lake"},
                "outline": [[120.001, 30.0], [120.002, 30.0], [120.002, 30.001]]}],
            "buildings": [{"id": "b3", "name": {"zh": "3号楼", "en": "Building 3"}, "height_m": 54.0,
                "outline": [[120.0, 30.0], [120.0004, 30.0], [120.0004, 30.0002], [120.0, 30.0002]]}],
            "lines": [{"kind": "perimeter", "course": [[119.999, 29.999], [120.003, 29.999]]}],
            "paths": {"nodes": [{"id": 1, "at": [120.0, 29.9995]}, {"id": 2, "at": [120.002, 29.9995]}],
                "edges": [{"from": 1, "to": 2, "via": [[120.001, 29.9996]], "width_m": 3.5}]},
            "devices": [
                {"id": "d1", "kind": "door", "name": {"zh": "东门", "en": "East gate"},
                 "place": {"spot": {"zh": "东门", "en": "East gate"}, "at": [120.002, 29.999]}},
                {"id": "c1", "kind": "camera", "name": {"zh": "东门", "en": "East gate"},
                 "place": {"spot": {"zh": "东门", "en": "East gate"}, "at": [120.0021, 29.99902]}},
                {"id": "g1", "kind": "detector", "name": {"zh": "燃气", "en": "Gas"},
                 "place": {"building": "b3", "spot": {"zh": "走道", "en": "corridor"}, "at": [120.0002, 30.0001]}},
                {"id": "h1", "kind": "help_point", "name": {"zh": "求助柱", "en": "Help point"},
                 "place": {"spot": {"zh": "镜湖", "en": "Mirror Lake"}, "at": [120.0011, 29.9999]}}]
        }"#;
        Estate::parse(text.as_bytes()).unwrap()
    }
}
