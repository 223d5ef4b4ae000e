//! A key frame of H.264 as a JPEG, for stills. What comes from a camera may be anything: the decoder is written in safe Rust,
//! and a picture that it cannot read is none.

use super::feed::KeyFrame;
use super::fmp4::frame_of;
use castellan_domain::wire::camera::FeedFault;
use jpeg_encoder::{Encoder, ImageBuffer, JpegColorType, SamplingFactor};
use rusty_h264_common::YuvFrame;
use rusty_h264_decoder::Decoder;
use tracing::debug;

/// Pixels of a picture that are decoded: 4,096 × 2,304.
const PIXELS_MAX: usize = 4_096 * 2_304;
/// Of 100. What is seen in a still is looked at by people, and each is asked for again two seconds later.
const QUALITY: u8 = 80;

const START: [u8; 4] = [0, 0, 0, 1];

/// Units of a stream, each with its start code.
pub(super) fn annex_b(units: &[&[u8]]) -> Vec<u8> {
    let mut out = Vec::new();
    for unit in units {
        out.extend_from_slice(&START);
        out.extend_from_slice(unit);
    }
    out
}

/// A key frame as a JPEG.
pub(super) fn jpeg_of(key: &KeyFrame) -> Result<Vec<u8>, FeedFault> {
    if key.parameters.is_empty() {
        return Err(FeedFault::NoPicture);
    }
    let frame = frame_of(&key.piece);
    let mut stream = key.parameters.to_vec();
    stream.extend(annex_b(&units(&frame)));
    let decoded = Decoder::new().decode(&stream).map_err(|error| {
        debug!("a key frame was not decoded: {error}");
        FeedFault::Unreadable
    })?;
    encoded(&decoded.ok_or(FeedFault::Unreadable)?).ok_or(FeedFault::Unreadable)
}

/// The units of a frame, each of which has its length before it.
fn units(mut frame: &[u8]) -> Vec<&[u8]> {
    let mut units = Vec::new();
    while let Some((length, rest)) = frame.split_first_chunk() {
        let length = u32::from_be_bytes(*length) as usize;
        let Some((unit, rest)) = rest.split_at_checked(length) else {
            break;
        };
        units.push(unit);
        frame = rest;
    }
    units
}

fn encoded(frame: &YuvFrame) -> Option<Vec<u8>> {
    let planes = Planes::of(frame)?;
    let mut jpeg = Vec::new();
    let mut encoder = Encoder::new(&mut jpeg, QUALITY);
    encoder.set_sampling_factor(SamplingFactor::F_2_2);
    encoder.encode_image(planes).ok()?;
    Some(jpeg)
}

/// A picture whose planes have the lengths that its size wants.
struct Planes<'a> {
    frame: &'a YuvFrame,
    size: (u16, u16),
}

impl<'a> Planes<'a> {
    fn of(frame: &'a YuvFrame) -> Option<Self> {
        let (width, height) = (frame.width, frame.height);
        let pixels = width.checked_mul(height)?;
        let colours = width.div_ceil(2) * height.div_ceil(2);
        let is_whole = frame.y.len() >= pixels && frame.u.len().min(frame.v.len()) >= colours;
        (is_whole && (1..=PIXELS_MAX).contains(&pixels)).then_some(())?;
        let size = (u16::try_from(width).ok()?, u16::try_from(height).ok()?);
        Some(Self { frame, size })
    }
}

impl ImageBuffer for Planes<'_> {
    fn get_jpeg_color_type(&self) -> JpegColorType {
        JpegColorType::Ycbcr
    }

    fn width(&self) -> u16 {
        self.size.0
    }

    fn height(&self) -> u16 {
        self.size.1
    }

    fn fill_buffers(&self, row: u16, buffers: &mut [Vec<u8>; 4]) {
        let (row, across) = (usize::from(row), self.frame.width);
        let [bright, blue, red, _] = buffers;
        let of_video = &self.frame.y[row * across..(row + 1) * across];
        bright.extend(of_video.iter().map(|one| full(*one, 16, 219)));
        let half = across.div_ceil(2);
        for (plane, out) in [(&self.frame.u, blue), (&self.frame.v, red)] {
            let colours = &plane[row / 2 * half..(row / 2 + 1) * half];
            let twice = colours.iter().flat_map(|one| [full(*one, 16, 224); 2]);
            out.extend(twice.take(across));
        }
    }
}

/// Video keeps its values away from the ends of a byte; JPEG uses all of it.
fn full(value: u8, from: u16, span: u16) -> u8 {
    let above = u16::from(value).saturating_sub(from).min(span);
    let scaled = (u32::from(above) * 255 + u32::from(span) / 2) / u32::from(span);
    u8::try_from(scaled).unwrap_or(u8::MAX)
}
