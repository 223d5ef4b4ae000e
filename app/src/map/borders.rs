//! Lines around what has a border: watched areas, and whatever is selected and stands still.

use super::palette::Palette;
use serde_json::{Value, json};

/// Watched borders, quietly: they are there every second of the night.
pub(super) fn areas(p: &Palette, scale: f64) -> Vec<Value> {
    let border = |id: &str, kind: &str, dash: [f64; 2], opacity: f64| {
        json!({
            "id": id, "type": "line", "source": "areas", "filter": ["==", ["get", "kind"], kind],
            "layout": { "line-join": "round" },
            "paint": {
                "line-color": p.device.css(), "line-opacity": opacity,
                "line-width": scale, "line-dasharray": dash,
            },
        })
    };
    vec![
        border("area-responsibility", "responsibility", [6.0, 6.0], 0.3),
        border("area-forbidden", "forbidden", [2.0, 2.0], 0.6),
    ]
}

/// What is selected and stands still.
pub(super) fn selection(p: &Palette, scale: f64) -> Vec<Value> {
    vec![
        json!({
            "id": "selected-outline", "type": "line", "source": "selected",
            "filter": ["==", ["geometry-type"], "LineString"],
            "layout": { "line-join": "round" },
            "paint": { "line-color": p.select.css(), "line-width": 2.5 * scale },
        }),
        json!({
            "id": "selected-point", "type": "circle", "source": "selected",
            "filter": ["==", ["geometry-type"], "Point"],
            "paint": {
                "circle-radius": 11.0 * scale, "circle-opacity": 0,
                "circle-stroke-color": p.select.css(), "circle-stroke-width": 2.5 * scale,
            },
        }),
    ]
}
