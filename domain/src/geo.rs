//! Points on the ground: longitude and latitude, and centimetres from the site's anchor.

use geo::{Contains as _, Coord, LineString, Point, Polygon};
use serde::{Deserialize, Deserializer, Serialize, de::Error as _};

/// Metres along one degree of a meridian on the sphere that the anchor formula uses
/// (mean earth radius of 6,371,008.8 m, IUGG).
const METRES_PER_DEGREE: f64 = 111_195.080_23;

/// The furthest that anything may be from its site's anchor. Beyond this the flat formula
/// is off by more than a fix is anyway, and a "fix" is more likely to be a mistake.
pub const SITE_RADIUS_M_MAX: f64 = 20_000.0;

/// Why a coordinate was refused.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum CoordinateError {
    /// NaN or infinite.
    #[error("a coordinate must be a finite number")]
    NotFinite,
    /// Outside −180 to 180 degrees.
    #[error("longitude {0} is outside -180 to 180 degrees")]
    Longitude(f64),
    /// Outside −85 to 85 degrees, the reach of the Mercator map.
    #[error("latitude {0} is outside -85 to 85 degrees")]
    Latitude(f64),
}

/// A checked position in degrees: WGS-84 unless its source says otherwise.
///
/// Written as `[lon, lat]`, the order of GeoJSON; `{"lon": …, "lat": …}` is read as well.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LonLat {
    lon: f64,
    lat: f64,
}

impl LonLat {
    /// Checks a pair of degrees.
    pub fn new(lon: f64, lat: f64) -> Result<Self, CoordinateError> {
        if !lon.is_finite() || !lat.is_finite() {
            return Err(CoordinateError::NotFinite);
        }
        if !(-180.0..=180.0).contains(&lon) {
            return Err(CoordinateError::Longitude(lon));
        }
        if !(-85.0..=85.0).contains(&lat) {
            return Err(CoordinateError::Latitude(lat));
        }
        Ok(Self { lon, lat })
    }

    /// Degrees east.
    pub const fn lon(self) -> f64 {
        self.lon
    }

    /// Degrees north.
    pub const fn lat(self) -> f64 {
        self.lat
    }
}

impl Serialize for LonLat {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        [self.lon, self.lat].serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for LonLat {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Raw {
            Pair([f64; 2]),
            Named { lon: f64, lat: f64 },
        }
        let (lon, lat) = match Raw::deserialize(deserializer)? {
            Raw::Pair([lon, lat]) | Raw::Named { lon, lat } => (lon, lat),
        };
        Self::new(lon, lat).map_err(D::Error::custom)
    }
}

/// Centimetres east (`x_cm`) and north (`y_cm`) of the site's anchor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Offset {
    /// Centimetres to the east.
    pub x_cm: i32,
    /// Centimetres to the north.
    pub y_cm: i32,
}

/// The site's origin. Server and browser turn degrees into offsets with this one formula.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Anchor {
    origin: LonLat,
    metres_per_degree_east: f64,
}

impl Anchor {
    /// An anchor at a position.
    pub fn new(origin: LonLat) -> Self {
        Self {
            origin,
            metres_per_degree_east: METRES_PER_DEGREE * origin.lat.to_radians().cos(),
        }
    }

    /// Where the anchor stands.
    pub const fn origin(self) -> LonLat {
        self.origin
    }

    /// Metres east and north of the anchor.
    pub fn metres(self, at: LonLat) -> (f64, f64) {
        (
            (at.lon - self.origin.lon) * self.metres_per_degree_east,
            (at.lat - self.origin.lat) * METRES_PER_DEGREE,
        )
    }

    /// Centimetres east and north, or nothing when `at` is further than [`SITE_RADIUS_M_MAX`].
    pub fn offset(self, at: LonLat) -> Option<Offset> {
        let (east_m, north_m) = self.metres(at);
        if east_m.hypot(north_m) > SITE_RADIUS_M_MAX {
            return None;
        }
        Some(Offset {
            x_cm: rounded_cm(east_m),
            y_cm: rounded_cm(north_m),
        })
    }

    /// An outline on the flat grid, in metres.
    pub fn polygon(self, outline: &[LonLat]) -> Polygon<f64> {
        let points = outline.iter().map(|at| Coord::from(self.metres(*at)));
        Polygon::new(points.collect::<LineString>(), Vec::new())
    }

    /// Whether a position lies inside an outline.
    pub fn encloses(self, outline: &[LonLat], at: LonLat) -> bool {
        self.polygon(outline)
            .contains(&Point::from(self.metres(at)))
    }

    /// The degrees of an offset.
    pub fn position(self, offset: Offset) -> Result<LonLat, CoordinateError> {
        LonLat::new(
            self.origin.lon + f64::from(offset.x_cm) / 100.0 / self.metres_per_degree_east,
            self.origin.lat + f64::from(offset.y_cm) / 100.0 / METRES_PER_DEGREE,
        )
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "bounded by SITE_RADIUS_M_MAX: 2,000,000 cm fits i32"
)]
fn rounded_cm(metres: f64) -> i32 {
    (metres * 100.0).round() as i32
}

/// Metres between two positions, by the haversine formula.
pub fn distance_m(a: LonLat, b: LonLat) -> f64 {
    let (lat_a, lat_b) = (a.lat.to_radians(), b.lat.to_radians());
    let half_lat = ((lat_b - lat_a) / 2.0).sin();
    let half_lon = ((b.lon - a.lon).to_radians() / 2.0).sin();
    let h = half_lat * half_lat + lat_a.cos() * lat_b.cos() * half_lon * half_lon;
    2.0 * METRES_PER_DEGREE.to_degrees() * h.sqrt().min(1.0).asin()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn nan_infinity_and_the_wrong_hemisphere_are_refused() {
        assert_eq!(LonLat::new(f64::NAN, 0.0), Err(CoordinateError::NotFinite));
        assert_eq!(
            LonLat::new(0.0, f64::INFINITY),
            Err(CoordinateError::NotFinite)
        );
        assert_eq!(
            LonLat::new(200.0, 0.0),
            Err(CoordinateError::Longitude(200.0))
        );
        assert_eq!(LonLat::new(0.0, 86.0), Err(CoordinateError::Latitude(86.0)));
        assert!(serde_json::from_str::<LonLat>("[181.0, 0.0]").is_err());
        assert!(serde_json::from_str::<LonLat>(r#"{"lon":120.1,"lat":30.2}"#).is_ok());
    }

    #[test]
    fn a_degree_of_latitude_is_a_hundred_and_eleven_kilometres() {
        let a = LonLat::new(120.0, 30.0).unwrap();
        let b = LonLat::new(120.0, 31.0).unwrap();
        assert!((distance_m(a, b) - 111_195.0).abs() < 1.0);
    }

    #[test]
    fn what_lies_beyond_the_site_has_no_offset() {
        let anchor = Anchor::new(LonLat::new(120.0, 30.0).unwrap());
        assert_eq!(anchor.offset(LonLat::new(120.3, 30.0).unwrap()), None);
    }

    proptest! {
        #[test]
        fn an_offset_comes_back_to_the_same_place_within_a_centimetre(
            lat0 in -60.0..60.0f64, east in -8_000.0..8_000.0f64, north in -8_000.0..8_000.0f64,
        ) {
            let anchor = Anchor::new(LonLat::new(120.0, lat0).unwrap());
            let offset = Offset { x_cm: rounded_cm(east), y_cm: rounded_cm(north) };
            let back = anchor.offset(anchor.position(offset).unwrap()).unwrap();
            prop_assert!((back.x_cm - offset.x_cm).abs() <= 1 && (back.y_cm - offset.y_cm).abs() <= 1);
        }

        #[test]
        fn the_flat_formula_agrees_with_the_sphere_on_an_estate(
            lat0 in -60.0..60.0f64, east in -1_000.0..1_000.0f64, north in -1_000.0..1_000.0f64,
        ) {
            let anchor = Anchor::new(LonLat::new(120.0, lat0).unwrap());
            let at = anchor.position(Offset { x_cm: rounded_cm(east), y_cm: rounded_cm(north) }).unwrap();
            let true_m = distance_m(anchor.origin(), at);
            prop_assert!((true_m - east.hypot(north)).abs() < 1.0);
        }
    }
}
