//! The map's colours. Severities, people, selection and names are the tokens of
//! `style/tokens.css`; the map library and the shaders cannot read custom properties, so they are
//! written down once more here. The shades of the scenery are the map's own.

use crate::desk::Theme;
use castellan_domain::estate::Priority;

/// A colour as it stands in a style sheet: `0xRRGGBB`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Colour(pub u32);

impl Colour {
    /// `#rrggbb`.
    pub fn css(self) -> String {
        format!("#{:06x}", self.0)
    }

    /// Red, green and blue from 0 to 1, for a shader.
    pub fn rgb(self) -> [f32; 3] {
        let [_, red, green, blue] = self.0.to_be_bytes();
        [red, green, blue].map(|part| f32::from(part) / 255.0)
    }
}

/// The colours of one theme.
#[derive(Debug, Clone, Copy)]
pub struct Palette {
    /// Beyond the estate.
    pub ground: Colour,
    /// The estate's own land.
    pub land: Colour,
    /// The land's boundary against what is beyond.
    pub land_edge: Colour,
    /// Lawns and beds.
    pub green: Colour,
    /// The rim of lawns and beds.
    pub green_edge: Colour,
    /// Ponds and streams.
    pub water: Colour,
    /// Their shore.
    pub shore: Colour,
    /// Paved squares.
    pub square: Colour,
    /// Sports grounds.
    pub sport: Colour,
    /// Car parks.
    pub parking: Colour,
    /// Thin rims of squares, sports grounds and car parks.
    pub rim: Colour,
    /// Road surfaces.
    pub road: Colour,
    /// Paths.
    pub path: Colour,
    /// What sets a path off from its ground.
    pub path_edge: Colour,
    /// Hedges.
    pub hedge: Colour,
    /// The outer wall.
    pub perimeter: Colour,
    /// Shade at the foot of walls and buildings.
    pub shade: Colour,
    /// A building's body.
    pub building: Colour,
    /// Its roof.
    pub roof: Colour,
    /// The lit edge of its roof.
    pub edge: Colour,
    /// Names.
    pub text: Colour,
    /// Names that matter less.
    pub text_quiet: Colour,
    /// Around names.
    pub text_halo: Colour,
    /// Doors, cameras and detectors that are well.
    pub device: Colour,
    /// Selection.
    pub select: Colour,
    /// People on duty: quieter than any alarm.
    pub guard: Colour,
    /// People on an errand, and the way that they take. Nothing else has it.
    pub task: Colour,
    /// People who have not been heard of.
    pub lost: Colour,
    /// Around everything that moves or flashes.
    pub outline: Colour,
    /// 演练
    pub drill: Colour,
    /// By priority, most urgent first.
    pub priority: [Colour; 4],
}

impl Palette {
    /// The colours of a theme.
    pub const fn of(theme: Theme) -> Self {
        match theme {
            Theme::Dark => DARK,
            Theme::Light => LIGHT,
        }
    }

    /// The colour of a priority.
    pub fn of_priority(&self, priority: Priority) -> Colour {
        let [p1, p2, p3, p4] = self.priority;
        match priority {
            Priority::P1 => p1,
            Priority::P2 => p2,
            Priority::P3 => p3,
            Priority::P4 => p4,
        }
    }
}

const DARK: Palette = Palette {
    ground: Colour(0x0b_1220),
    land: Colour(0x10_1a2b),
    land_edge: Colour(0x1a_2740),
    green: Colour(0x10_231f),
    green_edge: Colour(0x16_302a),
    water: Colour(0x0d_2036),
    shore: Colour(0x1a_3a5c),
    square: Colour(0x17_2338),
    sport: Colour(0x13_2a2e),
    parking: Colour(0x14_1f33),
    rim: Colour(0x23_3148),
    road: Colour(0x1a_2739),
    path: Colour(0x22_324b),
    path_edge: Colour(0x0e_1726),
    hedge: Colour(0x1b_3d34),
    perimeter: Colour(0x4b_628a),
    shade: Colour(0x05_090f),
    building: Colour(0x1b_2940),
    roof: Colour(0x24_3552),
    edge: Colour(0x46_628f),
    text: Colour(0xc9_d4e5),
    text_quiet: Colour(0x84_94b0),
    text_halo: Colour(0x0b_1220),
    device: Colour(0x74_85a1),
    select: Colour(0x5c_c8ff),
    guard: Colour(0x7b_90b4),
    task: Colour(0x7c_e0c3),
    lost: Colour(0x8f_a3bf),
    outline: Colour(0x07_0c16),
    drill: Colour(0xb4_8cff),
    priority: [
        Colour(0xff_4d4f),
        Colour(0xff_9f1a),
        Colour(0xff_d24a),
        Colour(0x8f_a3bf),
    ],
};

const LIGHT: Palette = Palette {
    ground: Colour(0xe9_edf3),
    land: Colour(0xf2_f4f8),
    land_edge: Colour(0xc7_d0dd),
    green: Colour(0xda_e9dd),
    green_edge: Colour(0xc3_dbc8),
    water: Colour(0xc9_def2),
    shore: Colour(0xa9_c8e6),
    square: Colour(0xe6_eaf1),
    sport: Colour(0xd5_e6e3),
    parking: Colour(0xe9_edf3),
    rim: Colour(0xcd_d6e2),
    road: Colour(0xff_ffff),
    path: Colour(0xff_ffff),
    path_edge: Colour(0xd4_dce7),
    hedge: Colour(0xa9_cbb2),
    perimeter: Colour(0x7a_8ca8),
    shade: Colour(0x6d_7f9a),
    building: Colour(0xdf_e5ee),
    roof: Colour(0xf4_f7fb),
    edge: Colour(0x9f_b0c8),
    text: Colour(0x2a_3649),
    text_quiet: Colour(0x56_637a),
    text_halo: Colour(0xff_ffff),
    device: Colour(0x6b_7c98),
    select: Colour(0x0b_6fb0),
    guard: Colour(0x5d_7191),
    task: Colour(0x0b_7a5c),
    lost: Colour(0x66_7791),
    outline: Colour(0xff_ffff),
    drill: Colour(0x6a_3fc4),
    priority: [
        Colour(0xc4_161c),
        Colour(0xa8_5400),
        Colour(0x80_6000),
        Colour(0x51_627c),
    ],
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_colour_is_the_same_in_a_style_sheet_and_in_a_shader() {
        let colour = Colour(0x00_80ff);
        assert_eq!(colour.css(), "#0080ff");
        let [red, green, blue] = colour.rgb();
        assert!(red.abs() < 1e-6 && (blue - 1.0).abs() < 1e-6);
        assert!((green - 128.0 / 255.0).abs() < 1e-6);
    }
}
