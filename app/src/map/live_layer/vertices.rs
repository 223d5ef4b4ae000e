//! How a marker is written down for the shaders: four vertices of [`FLOATS_PER_VERTEX`] numbers.
//!
//! Plain quads instead of instances: software WebGL, which some walls run on, draws them five
//! times faster.

/// Numbers per vertex: to (2), from (2), glide begun, belief, shape, size, heading, colour.
pub const FLOATS_PER_VERTEX: usize = 10;
/// Corners of a marker's quad.
pub const VERTICES_PER_MARKER: usize = 4;
/// Numbers per marker.
pub const FLOATS_PER_MARKER: usize = FLOATS_PER_VERTEX * VERTICES_PER_MARKER;
/// What stands in for a heading that is not known.
pub const NO_HEADING: f32 = -100.0;

/// What a marker looks like. The numbers are known to the shaders.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// A circle on the ground; its size is in metres.
    Accuracy = 0,
    /// A person.
    Person = 1,
    /// ▲
    Triangle = 2,
    /// ◆
    Diamond = 3,
    /// ●
    Circle = 4,
    /// ■
    Square = 5,
    /// The ring around what is selected.
    Selection = 6,
    /// A piece of a way, from one end to the other; its size is half its width.
    Way = 7,
    /// The edge of a roof, as a way is; it sets out at its height in metres.
    Edge = 8,
}

/// How much a marker asks for attention. Of people: at rest, on a task, asked to go. Of ways: not sure, as
/// it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Call {
    /// Not at all: hollow.
    Done = 0,
    /// Somebody has it: steady.
    Steady = 1,
    /// Nobody has it. The plate of the most urgent one also pulses, above the map.
    Waiting = 2,
}

/// The colours that shaders know by number: the four priorities, then these.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ink {
    /// 一级
    P1 = 0,
    /// 二级
    P2 = 1,
    /// 三级
    P3 = 2,
    /// 四级
    P4 = 3,
    /// People.
    Guard = 4,
    /// Selection.
    Select = 5,
    /// 演练: whatever its priority, which its shape says.
    Drill = 6,
    /// People on an errand, and the way that they take.
    Task = 7,
    /// People who have not been heard of.
    Lost = 8,
    /// Around everything that moves or flashes.
    Outline = 9,
    /// Edges of roofs.
    Edge = 10,
    /// Edges of what is in alarm and nobody has.
    White = 11,
}

/// The length of the shaders' table of colours.
pub const COLOURS: usize = 12;

/// A straight edge in the air.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Edge {
    /// One end, in metres east and north of the anchor.
    pub from: (f64, f64),
    /// The other.
    pub to: (f64, f64),
    /// How high above the ground.
    pub height_m: f64,
}

/// One marker, with times in seconds since the scene's epoch.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Marker {
    /// Metres east and north of the anchor: where it is once it has arrived.
    pub to: (f64, f64),
    /// Where it set out.
    pub from: (f64, f64),
    /// When it set out. Of an edge and of an alarm, which stand still: its height in metres.
    pub set_out_s: f64,
    /// How far its place is believed: from 1 to 0, and less than 0 where it is lost.
    pub belief: f64,
    /// Its shape.
    pub shape: Shape,
    /// How it calls.
    pub call: Call,
    /// Half its size in CSS pixels, or metres for [`Shape::Accuracy`].
    pub size: f64,
    /// Radians clockwise from north.
    pub heading: Option<f64>,
    /// Its colour.
    pub ink: Ink,
}

impl Marker {
    /// Appends its four vertices.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "offsets within 20 km and times within minutes fit 32 bits to under 2 mm and 1 ms"
    )]
    pub fn write(&self, out: &mut Vec<f32>) {
        let heading = self.heading.map_or(NO_HEADING, |h| h as f32);
        // Two small numbers in one: the call in the tens, the shape in the ones.
        let look = f32::from(self.call as u8) * 10.0 + f32::from(self.shape as u8);
        let vertex: [f32; FLOATS_PER_VERTEX] = [
            self.to.0 as f32,
            self.to.1 as f32,
            self.from.0 as f32,
            self.from.1 as f32,
            self.set_out_s as f32,
            self.belief as f32,
            look,
            self.size as f32,
            heading,
            f32::from(self.ink as u8),
        ];
        for _ in 0..VERTICES_PER_MARKER {
            out.extend_from_slice(&vertex);
        }
    }
}

/// The indices of two triangles for each of `markers` quads.
pub fn indices(markers: u32) -> Vec<u32> {
    (0..markers)
        .flat_map(|quad| [0, 1, 2, 2, 1, 3].map(|corner| quad * 4 + corner))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_marker_is_four_equal_vertices() {
        let marker = Marker {
            to: (1.0, 2.0),
            from: (3.0, 4.0),
            set_out_s: 5.0,
            belief: 0.5,
            shape: Shape::Diamond,
            call: Call::Waiting,
            size: 13.0,
            heading: None,
            ink: Ink::P2,
        };
        let mut out = Vec::new();
        marker.write(&mut out);
        assert_eq!(out.len(), FLOATS_PER_MARKER);
        assert_eq!(
            out[..10],
            [1.0, 2.0, 3.0, 4.0, 5.0, 0.5, 23.0, 13.0, NO_HEADING, 1.0]
        );
        assert_eq!(out[..10], out[30..]);
    }

    #[test]
    fn two_triangles_cover_a_quad() {
        assert_eq!(indices(2), [0, 1, 2, 2, 1, 3, 4, 5, 6, 6, 5, 7]);
    }
}
