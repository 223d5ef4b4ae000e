//! What an estate looks like: the MapLibre style of a theme, in a language, at a scale.
//!
//! Layers are the same for every theme and language, only their properties differ: a change of
//! theme sets properties and never rebuilds the map. `glyphs` is left out on purpose: the map
//! library then draws every label with the page's own font, Chinese included.

use super::home::EQUATOR_M;
use super::palette::{Colour, Palette};
use super::{borders, estate_layers, houses, sights, things};
use crate::desk::Theme;
use castellan_domain::estate::Estate;
use castellan_domain::text::Language;
use serde_json::{Map, Value, json};

/// The family that the page's font style sheet declares. Its slices are loaded by the characters
/// that the labels need, before the labels are drawn.
pub const FONT_FAMILY: &str = "Noto Sans SC Variable";

/// Doors, cameras and detectors show from here on, on a desk.
const DEVICES_ZOOM: f64 = 17.8;

/// The same where everything is drawn so much larger: a wall shows no more than a desk does.
pub(super) fn devices_zoom(scale: f64) -> f64 {
    DEVICES_ZOOM + scale.max(1.0).log2()
}

/// The map library reads a weight out of the first name of a font stack. No such font exists, so
/// the characters come from the second.
const MEDIUM: [&str; 2] = ["Castellan Medium", FONT_FAMILY];
const REGULAR: [&str; 2] = ["Castellan Regular", FONT_FAMILY];

/// How an estate is to be drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Look {
    /// The theme.
    pub theme: Theme,
    /// The language of every label.
    pub language: Language,
    /// How much larger than on a desk labels and lines are.
    pub scale: f64,
}

/// The whole style with the estate in it.
pub fn style(estate: &Estate, look: Look) -> Value {
    let sources: Map<String, Value> = estate_layers::sources(estate)
        .into_iter()
        .map(|(name, data)| {
            let source = json!({ "type": "geojson", "data": data, "tolerance": 0.1 });
            (name.to_owned(), source)
        })
        .collect();
    json!({
        "version": 8,
        // A change of theme is one frame, not a fade that a slow wall cannot draw.
        "transition": { "duration": 0 },
        "light": houses::light(look.theme),
        "sources": sources,
        "layers": layers(estate, look),
    })
}

/// The layers, from the ground up.
pub fn layers(estate: &Estate, look: Look) -> Vec<Value> {
    let palette = Palette::of(look.theme);
    let pen = Pen {
        palette: Palette::of(look.theme),
        look,
        latitude: estate.anchor.lat(),
    };
    let mut layers = pen.grounds();
    layers.extend(borders::areas(&palette, look.scale));
    layers.extend(sights::coverage_layers(&palette));
    layers.extend(pen.ways());
    // Below the buildings: what stands behind a wall is not drawn on it.
    layers.extend(pen.devices());
    layers.extend(sights::cone_layers(&palette, look.scale, false));
    layers.extend(houses::layers(&palette, look.theme));
    layers.extend(things::layers(&palette));
    layers.extend(sights::cone_layers(&palette, look.scale, true));
    layers.extend(borders::selection(&palette, look.scale));
    layers.extend(pen.labels());
    layers.extend(sights::number_layers(&palette, look.scale, MEDIUM));
    layers
}

struct Pen {
    palette: Palette,
    look: Look,
    latitude: f64,
}

impl Pen {
    /// Pixels per metre at a zoom level.
    fn pixels_per_metre(&self, zoom: f64) -> f64 {
        512.0 * zoom.exp2() / (EQUATOR_M * self.latitude.to_radians().cos())
    }

    /// A width in metres, never thinner than `least_px`.
    fn metres(&self, width_m: &Value, least_px: f64) -> Value {
        let mut curve = vec![
            json!("interpolate"),
            json!(["exponential", 2]),
            json!(["zoom"]),
        ];
        for zoom in [13.0, 15.0, 16.0, 17.0, 18.0, 20.0, 24.0] {
            let width = json!(["*", width_m, self.pixels_per_metre(zoom)]);
            curve.push(json!(zoom));
            curve.push(json!(["max", least_px * self.look.scale, width]));
        }
        Value::Array(curve)
    }

    /// `beyond` is its colour outside the estate.
    fn fill(id: &str, kind: &str, [colour, beyond]: [Colour; 2]) -> Value {
        json!({
            "id": id, "type": "fill", "source": "ground", "filter": ["==", ["get", "kind"], kind],
            "paint": {
                "fill-color": ["case", ["get", "out"], beyond.css(), colour.css()],
                "fill-antialias": true,
            },
        })
    }

    fn rim(&self, id: &str, kind: &str, colour: &str, width_px: f64) -> Value {
        json!({
            "id": id, "type": "line", "source": "ground",
            "filter": ["all", ["==", ["get", "kind"], kind], ["!", ["get", "out"]]],
            "layout": { "line-join": "round" },
            "paint": { "line-color": colour, "line-width": width_px * self.look.scale },
        })
    }

    fn grounds(&self) -> Vec<Value> {
        let p = &self.palette;
        let rim = p.rim.css();
        vec![
            json!({ "id": "beyond", "type": "background", "paint": { "background-color": p.ground.css() } }),
            Self::fill("land", "land", [p.land, p.beyond]),
            self.rim("land-edge", "land", &p.land_edge.css(), 1.0),
            Self::fill("road", "road", [p.road, p.beyond_road]),
            Self::fill("parking", "parking", [p.parking, p.beyond]),
            self.rim("parking-rim", "parking", &rim, 0.75),
            Self::fill("green", "green", [p.green, p.beyond]),
            self.rim("green-edge", "green", &p.green_edge.css(), 1.0),
            Self::fill("water", "water", [p.water, p.beyond]),
            self.rim("shore", "water", &p.shore.css(), 1.25),
            Self::fill("square", "square", [p.square, p.beyond]),
            self.rim("square-rim", "square", &rim, 0.75),
            Self::fill("sport", "sport", [p.sport, p.beyond]),
            self.rim("sport-rim", "sport", &rim, 0.75),
        ]
    }

    fn ways(&self) -> Vec<Value> {
        let p = &self.palette;
        let width_m = json!(["get", "width_m"]);
        let line = |id: &str, source: &str, kind: Option<&str>, colour: String, width: Value| {
            let mut layer = json!({
                "id": id, "type": "line", "source": source,
                "layout": { "line-join": "round", "line-cap": "round" },
                "paint": { "line-color": colour, "line-width": width },
            });
            if let Some(kind) = kind {
                layer["filter"] = json!(["==", ["get", "kind"], kind]);
            }
            layer
        };
        let mut shade = line(
            "perimeter-shade",
            "lines",
            Some("perimeter"),
            p.shade.css(),
            self.metres(&json!(5.0), 5.0),
        );
        shade["paint"]["line-blur"] = self.metres(&json!(4.0), 4.0);
        shade["paint"]["line-opacity"] = json!(self.shade_opacity());
        vec![
            line(
                "path-edge",
                "paths",
                None,
                p.path_edge.css(),
                self.metres(&json!(["+", width_m, 0.7]), 2.25),
            ),
            line(
                "path",
                "paths",
                None,
                p.path.css(),
                self.metres(&width_m, 1.25),
            ),
            line(
                "hedge",
                "lines",
                Some("hedge"),
                p.hedge.css(),
                self.metres(&json!(1.1), 1.25),
            ),
            shade,
            line(
                "perimeter",
                "lines",
                Some("perimeter"),
                p.perimeter.css(),
                self.metres(&json!(0.45), 1.5),
            ),
        ]
    }

    fn shade_opacity(&self) -> f64 {
        match self.look.theme {
            Theme::Dark => 0.6,
            Theme::Light => 0.35,
        }
    }

    fn devices(&self) -> Vec<Value> {
        let p = &self.palette;
        let from = devices_zoom(self.look.scale);
        let fade = json!([
            "interpolate",
            ["linear"],
            ["zoom"],
            from,
            0,
            from + 0.4,
            0.9
        ]);
        let growing = |near: f64, far: f64| {
            let (near, far) = (near * self.look.scale, far * self.look.scale);
            json!([
                "interpolate",
                ["linear"],
                ["zoom"],
                from,
                near,
                from + 2.2,
                far
            ])
        };
        let is_point = json!(["==", ["geometry-type"], "Point"]);
        vec![
            json!({
                "id": "door", "type": "line", "source": "devices", "minzoom": from,
                "filter": ["==", ["geometry-type"], "LineString"],
                "paint": { "line-color": p.device.css(), "line-opacity": fade, "line-width": growing(2.0, 4.0) },
            }),
            json!({
                "id": "camera", "type": "circle", "source": "devices", "minzoom": from,
                "filter": ["all", is_point, ["==", ["get", "kind"], "camera"]],
                "paint": {
                    "circle-radius": growing(2.2, 5.0), "circle-color": p.land.css(),
                    "circle-stroke-color": p.device.css(), "circle-stroke-width": growing(1.0, 1.75),
                    "circle-opacity": fade, "circle-stroke-opacity": fade,
                },
            }),
            json!({
                "id": "point", "type": "circle", "source": "devices", "minzoom": from + 0.4,
                "filter": ["all", is_point, ["!=", ["get", "kind"], "camera"]],
                "paint": {
                    "circle-radius": growing(1.4, 3.0), "circle-color": p.device.css(), "circle-opacity": fade,
                },
            }),
        ]
    }

    fn labels(&self) -> Vec<Value> {
        let p = &self.palette;
        vec![
            self.label(&Lettering {
                id: "ground-name",
                kinds: &["land", "green", "paved"],
                font: REGULAR,
                sizes: [11.0, 13.0],
                colour: p.text_quiet.css(),
                minzoom: 16.2,
            }),
            self.label(&Lettering {
                id: "water-name",
                kinds: &["water"],
                font: REGULAR,
                sizes: [11.0, 14.0],
                colour: p.text_quiet.css(),
                minzoom: 15.6,
            }),
            self.label(&Lettering {
                id: "spot-name",
                kinds: &["spot", "hut"],
                font: REGULAR,
                sizes: [11.0, 13.0],
                colour: p.text_quiet.css(),
                minzoom: devices_zoom(self.look.scale) + 0.2,
            }),
            // The last are placed first: where names meet, a building keeps its own.
            self.label(&Lettering {
                id: "gate-name",
                kinds: &["gate"],
                font: MEDIUM,
                sizes: [12.0, 15.0],
                colour: p.text.css(),
                minzoom: 15.0,
            }),
            self.label(&Lettering {
                id: "building-name",
                kinds: &["building"],
                font: MEDIUM,
                sizes: [12.0, 17.0],
                colour: p.text.css(),
                minzoom: 15.2,
            }),
        ]
    }

    fn label(&self, lettering: &Lettering) -> Value {
        let language = match self.look.language {
            Language::Zh => "zh",
            Language::En => "en",
        };
        let [far, near] = lettering.sizes.map(|size| size * self.look.scale);
        let beside = matches!(lettering.id, "gate-name" | "spot-name");
        let (anchors, distance) = if beside {
            (json!(["top", "bottom", "left", "right"]), 0.7)
        } else {
            (json!(["center"]), 0.0)
        };
        json!({
            "id": lettering.id, "type": "symbol", "source": "labels", "minzoom": lettering.minzoom,
            "filter": ["in", ["get", "kind"], ["literal", lettering.kinds]],
            "layout": {
                "text-field": ["get", language],
                "text-font": lettering.font,
                "text-size": ["interpolate", ["linear"], ["zoom"], 15.5, far, 18.5, near],
                "text-max-width": 8,
                "text-padding": 4,
                "text-variable-anchor": anchors,
                "text-radial-offset": distance,
                "text-justify": "auto",
                "symbol-height-offset": ["get", "height_m"],
            },
            "paint": {
                "text-color": lettering.colour,
                "text-halo-color": self.palette.text_halo.css(),
                "text-halo-width": 1.4 * self.look.scale,
                "text-halo-blur": 0.6,
            },
        })
    }
}

struct Lettering {
    id: &'static str,
    kinds: &'static [&'static str],
    font: [&'static str; 2],
    /// From afar and from near.
    sizes: [f64; 2],
    colour: String,
    minzoom: f64,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::map::geojson::tests::estate;
    use std::collections::BTreeSet;

    fn look(theme: Theme, language: Language) -> Look {
        Look {
            theme,
            language,
            scale: 1.0,
        }
    }

    fn ids(layers: &[Value]) -> Vec<&str> {
        layers.iter().filter_map(|l| l["id"].as_str()).collect()
    }

    #[test]
    fn themes_and_languages_differ_in_properties_only() {
        let estate = estate();
        let dark = layers(&estate, look(Theme::Dark, Language::Zh));
        let light = layers(&estate, look(Theme::Light, Language::En));
        assert_eq!(ids(&dark), ids(&light));
        for (a, b) in dark.iter().zip(&light) {
            assert_eq!(a["filter"], b["filter"]);
            assert_eq!(a["type"], b["type"]);
            for part in ["layout", "paint"] {
                let names = |layer: &Value| {
                    layer[part]
                        .as_object()
                        .map(|o| o.keys().cloned().collect::<BTreeSet<_>>())
                };
                assert_eq!(names(a), names(b));
            }
        }
    }

    #[test]
    fn layers_have_names_of_their_own_and_sources_that_exist() {
        let style = style(&estate(), look(Theme::Dark, Language::Zh));
        let layers = style["layers"].as_array().unwrap();
        let unique: BTreeSet<_> = ids(layers).into_iter().collect();
        assert_eq!(unique.len(), layers.len());
        for layer in layers {
            if let Some(source) = layer["source"].as_str() {
                assert!(style["sources"].get(source).is_some(), "{source}");
            }
        }
    }

    #[test]
    fn no_address_of_anywhere_is_in_the_style() {
        let style = style(&estate(), look(Theme::Dark, Language::Zh));
        assert!(style.get("glyphs").is_none() && style.get("sprite").is_none());
        assert!(!style.to_string().contains("://"));
    }

    #[test]
    fn labels_follow_the_language_and_grow_with_the_wall() {
        let estate = estate();
        let label = |look: Look| {
            layers(&estate, look)
                .into_iter()
                .find(|l| l["id"] == "building-name")
                .unwrap()
        };
        let small = label(look(Theme::Dark, Language::En));
        assert_eq!(small["layout"]["text-field"], json!(["get", "en"]));
        let mut wall = look(Theme::Dark, Language::Zh);
        wall.scale = 2.0;
        assert_eq!(label(wall)["layout"]["text-size"][4], json!(24.0));
    }

    #[test]
    fn a_metre_is_as_wide_as_the_map_library_says() {
        let pen = Pen {
            palette: Palette::of(Theme::Dark),
            look: look(Theme::Dark, Language::Zh),
            latitude: 60.0,
        };
        // 78,271.5 m per pixel at zoom 0 on the equator, half of it at 60 degrees.
        assert!((pen.pixels_per_metre(16.0) - 65_536.0 / 39_135.758).abs() < 1e-4);
    }
}
