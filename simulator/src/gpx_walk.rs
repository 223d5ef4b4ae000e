//! Reads a recorded walk out of a GPX file, or says in one sentence why there is none.

use castellan_domain::geo::{CoordinateError, LonLat};
use gpx::errors::GpxError;
use gpx::{Gpx, Waypoint};
use std::io::Read as _;
use std::path::Path;
use time::OffsetDateTime;

/// Bytes of a file at most.
const FILE_BYTES_MAX: usize = 32 * 1024 * 1024;
/// Points of a walk at most: a day and a half at one a second.
const POINTS_MAX: usize = 130_000;
/// Elements within each other at most. GPX needs six; the XML reader takes quadratic time here.
const DEPTH_MAX: usize = 64;
/// The mark that some editors put before UTF-8.
const BOM: &[u8] = b"\xEF\xBB\xBF";

/// One point of a recorded walk.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    pub at: LonLat,
    /// Metres above the sea, where recorded.
    pub altitude_m: Option<f64>,
    /// Milliseconds since 1970, where recorded.
    pub at_ms: Option<i64>,
}

/// Why a file is not a walk.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// It cannot be opened or read.
    #[error("the file cannot be read: {0}")]
    Io(#[from] std::io::Error),
    /// Longer than [`FILE_BYTES_MAX`].
    #[error("the file is larger than {} MiB", FILE_BYTES_MAX / 1024 / 1024)]
    TooLarge,
    /// No bytes, or nothing but white space.
    #[error("the file is empty")]
    Empty,
    /// More than [`DEPTH_MAX`] elements within each other.
    #[error("the XML is nested more than {DEPTH_MAX} deep: this is not a recording")]
    TooDeep,
    /// XML or GPX that does not hold together.
    #[error("{0}")]
    Broken(String),
    /// Good GPX, but nobody walks in it.
    #[error(
        "the file has no point in any track or route ({waypoints} single waypoints): nothing to walk"
    )]
    NoPoints {
        /// Points that belong to no track or route.
        waypoints: usize,
    },
    /// One point is a place, not a walk.
    #[error("the file has only one point: at least two are needed for a walk")]
    OnePoint,
    /// More than [`POINTS_MAX`].
    #[error("the file has {0} points; at most {POINTS_MAX} are replayed")]
    TooManyPoints(usize),
    /// A point that the map does not reach.
    #[error("point {number} cannot be on the map: {error}")]
    Coordinate {
        /// Its number, from 1.
        number: usize,
        /// What is wrong with it.
        error: CoordinateError,
    },
}

/// Reads the walk in a file.
pub fn read_file(path: &Path) -> Result<Vec<Point>, Refusal> {
    let limit = u64::try_from(FILE_BYTES_MAX).unwrap_or(u64::MAX);
    let mut bytes = Vec::new();
    std::fs::File::open(path)?
        .take(limit + 1)
        .read_to_end(&mut bytes)?;
    read(&bytes)
}

/// Reads the walk in a file's bytes: all tracks, then all routes, in the order of the file.
pub fn read(bytes: &[u8]) -> Result<Vec<Point>, Refusal> {
    if bytes.len() > FILE_BYTES_MAX {
        return Err(Refusal::TooLarge);
    }
    let bytes = bytes.strip_prefix(BOM).unwrap_or(bytes);
    if bytes
        .iter()
        .all(|byte| byte.is_ascii_whitespace() || *byte == 0)
    {
        return Err(Refusal::Empty);
    }
    if deepest(bytes) > DEPTH_MAX {
        return Err(Refusal::TooDeep);
    }
    let gpx = gpx::read(bytes).map_err(|error| Refusal::Broken(sentence(&error)))?;
    let count = points(&gpx).count();
    match count {
        0 => {
            return Err(Refusal::NoPoints {
                waypoints: gpx.waypoints.len(),
            });
        }
        1 => return Err(Refusal::OnePoint),
        _ if count > POINTS_MAX => return Err(Refusal::TooManyPoints(count)),
        _ => {}
    }
    points(&gpx)
        .enumerate()
        .map(|(index, waypoint)| {
            let (lon, lat) = waypoint.point().x_y();
            let at = LonLat::new(lon, lat).map_err(|error| Refusal::Coordinate {
                number: index + 1,
                error,
            })?;
            Ok(Point {
                at,
                altitude_m: waypoint.elevation.filter(|metres| metres.is_finite()),
                at_ms: waypoint.time.and_then(milliseconds),
            })
        })
        .collect()
}

/// How deep elements are nested, at a glance: the XML itself is judged by its reader later.
fn deepest(bytes: &[u8]) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    let mut rest = bytes;
    while let Some(start) = rest.iter().position(|byte| *byte == b'<') {
        rest = &rest[start + 1..];
        let end: &[u8] = if rest.starts_with(b"!--") {
            b"-->"
        } else if rest.starts_with(b"![CDATA[") {
            b"]]>"
        } else {
            b">"
        };
        let length = rest.windows(end.len()).position(|window| window == end);
        let (tag, after) = rest.split_at(length.unwrap_or(rest.len()));
        match tag.first() {
            Some(b'!' | b'?') | None => {}
            Some(b'/') => depth = depth.saturating_sub(1),
            Some(_) if tag.ends_with(b"/") => {}
            Some(_) => depth += 1,
        }
        deepest = deepest.max(depth);
        rest = after;
    }
    deepest
}

fn points(gpx: &Gpx) -> impl Iterator<Item = &Waypoint> {
    let tracks = gpx
        .tracks
        .iter()
        .flat_map(|track| &track.segments)
        .flat_map(|s| &s.points);
    tracks.chain(gpx.routes.iter().flat_map(|route| &route.points))
}

fn milliseconds(time: gpx::Time) -> Option<i64> {
    i64::try_from(OffsetDateTime::from(time).unix_timestamp_nanos() / 1_000_000).ok()
}

/// What the library means, in words for the person who chose the file.
fn sentence(error: &GpxError) -> String {
    match error {
        GpxError::MissingOpeningTag(_) => "this is not GPX: no <gpx> element is found".to_owned(),
        GpxError::MissingClosingTag(tag) => format!("the file ends in the middle of a {tag}"),
        GpxError::InvalidElementLacksAttribute(attribute, "gpx") => {
            format!("the <gpx> element has no {attribute}: only GPX 1.0 and 1.1 are read")
        }
        GpxError::InvalidElementLacksAttribute(attribute, element) => {
            format!("a {element} has no {attribute}")
        }
        GpxError::UnknownVersionError(_) => {
            "the GPX version is unknown: only 1.0 and 1.1 are read".to_owned()
        }
        GpxError::InvalidChildElement(found, "gpx") if found != "gpx" && found.len() < 40 => {
            format!("this is not GPX: {found:?} is found where <gpx> or a part of it should be")
        }
        GpxError::InvalidChildElement(found, parent) => {
            let found: String = found.trim().chars().take(40).collect();
            format!("the GPX reader does not know <{found}> in a {parent}")
        }
        GpxError::LonLatOutOfBoundsError(what, range, value) => {
            format!(
                "a {} of {value} degrees is outside {range}",
                what.to_lowercase()
            )
        }
        GpxError::ParseFloatError(_) | GpxError::ParseIntegerError(_) => {
            "a number in the file cannot be read".to_owned()
        }
        GpxError::Iso8601Error(_) => "a time in the file cannot be read".to_owned(),
        GpxError::EventParsingError(_)
        | GpxError::TrackSegmentError()
        | GpxError::MetadataParsingError()
        | GpxError::InvalidClosingTag(..) => {
            "the XML is broken: it cannot be read to its end".to_owned()
        }
        GpxError::XmlParseError(error) => format!("the XML is broken: {error}"),
        other => format!("the GPX is broken: {other}"),
    }
}
