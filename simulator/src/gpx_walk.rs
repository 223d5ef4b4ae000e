//! Reads a recorded walk out of a GPX file, or says in one sentence why there is none.
//!
//! Of GPX 1.0 and 1.1 only points, their times and heights are read. Recorders write much else, and
//! not always as the schema wants it: whatever is not read here costs nothing, and a time or a height
//! that means nothing costs its point that one value.

use castellan_domain::geo::{CoordinateError, LonLat};
use std::io::Read as _;
use std::path::Path;
use time::format_description::well_known::Iso8601;
use time::{OffsetDateTime, PrimitiveDateTime};
use xml::attribute::OwnedAttribute;
use xml::reader::{EventReader, ParserConfig, XmlEvent};

/// Bytes of a file at most.
const FILE_BYTES_MAX: usize = 32 * 1024 * 1024;
/// Points of a walk at most: a day and a half at one a second.
const POINTS_MAX: usize = 130_000;
/// Elements within each other at most. GPX needs six; the XML reader takes quadratic time here.
const DEPTH_MAX: usize = 64;
/// The mark that some editors put before UTF-8.
const BOM: &[u8] = b"\xEF\xBB\xBF";

/// A recorded walk.
#[derive(Debug, Clone, PartialEq)]
pub struct Walk {
    /// At least two, at most [`POINTS_MAX`]: of all tracks, then of all routes, as in the file.
    pub points: Vec<Point>,
    /// Times and heights that mean nothing; empty ones are as good as none.
    pub unreadable: usize,
}

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
    /// XML that does not hold together.
    #[error("the XML is broken: {0}")]
    Broken(String),
    /// Another kind of document.
    #[error("this is not GPX: it begins with <{0}>")]
    NotGpx(String),
    /// No XML at all.
    #[error("this is not GPX: no <gpx> element is found")]
    NoElement,
    /// A point without its place.
    #[error("point {number} has no {attribute}")]
    NoAttribute {
        /// Its number, from 1.
        number: usize,
        /// What it lacks.
        attribute: &'static str,
    },
    /// A point whose place is no number.
    #[error("the {attribute} of point {number} is no number")]
    NoNumber {
        /// Its number, from 1.
        number: usize,
        /// What is none.
        attribute: &'static str,
    },
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
    #[error("the file has more than {POINTS_MAX} points")]
    TooManyPoints,
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
pub fn read_file(path: &Path) -> Result<Walk, Refusal> {
    let limit = u64::try_from(FILE_BYTES_MAX).unwrap_or(u64::MAX);
    let mut bytes = Vec::new();
    std::fs::File::open(path)?
        .take(limit + 1)
        .read_to_end(&mut bytes)?;
    read(&bytes)
}

/// Reads the walk in a file's bytes.
pub fn read(bytes: &[u8]) -> Result<Walk, Refusal> {
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
    let mut file = File::default();
    for event in EventReader::new_with_config(bytes, ParserConfig::new().cdata_to_characters(true))
    {
        match event {
            Ok(event) => file.take(event)?,
            Err(_) if file.path.is_empty() && !file.has_begun => return Err(Refusal::NoElement),
            Err(error) => return Err(Refusal::Broken(shortened(error.msg()))),
        }
    }
    file.walk()
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

/// What has been read of a file.
#[derive(Debug, Default)]
struct File {
    has_begun: bool,
    /// The elements around what is read, at most [`DEPTH_MAX`].
    path: Vec<String>,
    tracks: Vec<Point>,
    routes: Vec<Point>,
    waypoints: usize,
    unreadable: usize,
    /// The words in the element that is read.
    words: String,
}

/// What an element is to a walk.
enum Part {
    TrackPoint,
    RoutePoint,
    Waypoint,
    Time,
    Height,
    Other,
}

impl Part {
    fn of(path: &[String]) -> Self {
        let path: Vec<&str> = path.iter().map(String::as_str).collect();
        match *path.as_slice() {
            ["gpx", "trk", "trkseg", "trkpt"] => Self::TrackPoint,
            ["gpx", "rte", "rtept"] => Self::RoutePoint,
            ["gpx", "wpt"] => Self::Waypoint,
            ["gpx", "trk", "trkseg", "trkpt", "time"] | ["gpx", "rte", "rtept", "time"] => {
                Self::Time
            }
            ["gpx", "trk", "trkseg", "trkpt", "ele"] | ["gpx", "rte", "rtept", "ele"] => {
                Self::Height
            }
            _ => Self::Other,
        }
    }
}

impl File {
    fn take(&mut self, event: XmlEvent) -> Result<(), Refusal> {
        match event {
            XmlEvent::StartElement {
                name, attributes, ..
            } => {
                if self.path.is_empty() && name.local_name != "gpx" {
                    return Err(Refusal::NotGpx(shortened(&name.local_name)));
                }
                self.has_begun = true;
                self.path.push(name.local_name);
                self.words.clear();
                match Part::of(&self.path) {
                    Part::TrackPoint => self.tracks.push(self.point(&attributes)?),
                    Part::RoutePoint => self.routes.push(self.point(&attributes)?),
                    Part::Waypoint => self.waypoints += 1,
                    Part::Time | Part::Height | Part::Other => {}
                }
            }
            XmlEvent::Characters(words) => self.words.push_str(&words),
            XmlEvent::EndElement { .. } => {
                self.end();
                self.path.pop();
                self.words.clear();
            }
            XmlEvent::StartDocument { .. }
            | XmlEvent::EndDocument
            | XmlEvent::ProcessingInstruction { .. }
            | XmlEvent::CData(_)
            | XmlEvent::Comment(_)
            | XmlEvent::Whitespace(_) => {}
        }
        Ok(())
    }

    /// The point that begins.
    fn point(&self, attributes: &[OwnedAttribute]) -> Result<Point, Refusal> {
        let number = self.tracks.len() + self.routes.len() + 1;
        if number > POINTS_MAX {
            return Err(Refusal::TooManyPoints);
        }
        let degrees = |name: &str, attribute: &'static str| {
            let found = attributes.iter().find(|a| a.name.local_name == name);
            let found = found.ok_or(Refusal::NoAttribute { number, attribute })?;
            let number_of = found.value.trim().parse();
            number_of.map_err(|_| Refusal::NoNumber { number, attribute })
        };
        let (lon, lat) = (degrees("lon", "longitude")?, degrees("lat", "latitude")?);
        let at = LonLat::new(lon, lat).map_err(|error| Refusal::Coordinate { number, error })?;
        Ok(Point {
            at,
            altitude_m: None,
            at_ms: None,
        })
    }

    /// The element that is read ends: its words may belong to the point around it.
    fn end(&mut self) {
        let words = self.words.trim();
        let points = match self.path.get(1).map(String::as_str) {
            Some("rte") => &mut self.routes,
            _ => &mut self.tracks,
        };
        let Some(point) = points.last_mut().filter(|_| !words.is_empty()) else {
            return;
        };
        match Part::of(&self.path) {
            Part::Time => match milliseconds(words) {
                Some(at_ms) => point.at_ms = Some(at_ms),
                None => self.unreadable += 1,
            },
            Part::Height => match words.parse::<f64>().ok().filter(|m| m.is_finite()) {
                Some(metres) => point.altitude_m = Some(metres),
                None => self.unreadable += 1,
            },
            Part::TrackPoint | Part::RoutePoint | Part::Waypoint | Part::Other => {}
        }
    }

    fn walk(mut self) -> Result<Walk, Refusal> {
        self.tracks.append(&mut self.routes);
        match self.tracks.len() {
            0 => Err(Refusal::NoPoints {
                waypoints: self.waypoints,
            }),
            1 => Err(Refusal::OnePoint),
            _ => Ok(Walk {
                points: self.tracks,
                unreadable: self.unreadable,
            }),
        }
    }
}

/// A time as recorders write it: of UTC, where it names no offset.
fn milliseconds(words: &str) -> Option<i64> {
    let time = OffsetDateTime::parse(words, &Iso8601::DEFAULT).or_else(|_| {
        PrimitiveDateTime::parse(words, &Iso8601::DEFAULT).map(PrimitiveDateTime::assume_utc)
    });
    i64::try_from(time.ok()?.unix_timestamp_nanos() / 1_000_000).ok()
}

/// Words of the file or of its reader, as many as fit into a sentence.
fn shortened(words: &str) -> String {
    let words: String = words.chars().take(60).collect();
    words.replace(char::is_control, " ")
}
