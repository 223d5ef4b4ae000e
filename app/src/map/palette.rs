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
    /// Greens and waters beyond the estate: hardly more than the ground.
    pub beyond: Colour,
    /// Roads there.
    pub beyond_road: Colour,
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
    /// The edge of what is in alarm and nobody has.
    pub open_edge: Colour,
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
    beyond: Colour(0x0d_1624),
    beyond_road: Colour(0x10_1927),
    land: Colour(0x11_1c2e),
    land_edge: Colour(0x26_3650),
    green: Colour(0x10_231f),
    green_edge: Colour(0x18_332d),
    water: Colour(0x0d_2036),
    shore: Colour(0x21_466b),
    square: Colour(0x18_253b),
    sport: Colour(0x13_292f),
    parking: Colour(0x15_1f33),
    rim: Colour(0x22_314b),
    road: Colour(0x25_354f),
    path: Colour(0x22_3049),
    path_edge: Colour(0x0d_1524),
    hedge: Colour(0x17_362f),
    perimeter: Colour(0x5d_77a5),
    shade: Colour(0x04_070d),
    building: Colour(0x3c_5078),
    roof: Colour(0x4a_5f83),
    edge: Colour(0x7f_98c2),
    open_edge: Colour(0xff_ffff),
    text: Colour(0xc9_d4e5),
    text_quiet: Colour(0x84_94b0),
    text_halo: Colour(0x0b_1220),
    device: Colour(0x74_85a1),
    select: Colour(0x5c_c8ff),
    guard: Colour(0x77_8bae),
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
    beyond: Colour(0xe4_e9f0),
    beyond_road: Colour(0xf4_f6f9),
    land: Colour(0xf3_f5f8),
    land_edge: Colour(0xb9_c4d3),
    green: Colour(0xdf_eae0),
    green_edge: Colour(0xc8_dccc),
    water: Colour(0xcf_e1f2),
    shore: Colour(0xa8_c6e3),
    square: Colour(0xec_eff4),
    sport: Colour(0xd3_e5de),
    parking: Colour(0xe7_ebf1),
    rim: Colour(0xcb_d5e1),
    road: Colour(0xff_ffff),
    path: Colour(0xff_ffff),
    path_edge: Colour(0xcd_d8e2),
    hedge: Colour(0xb3_d0ba),
    perimeter: Colour(0x7a_8ca8),
    shade: Colour(0x42_536c),
    building: Colour(0xe6_ecf4),
    roof: Colour(0x98_a9c3),
    edge: Colour(0x6a_80a2),
    open_edge: Colour(0xff_ffff),
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

    /// Relative luminance and contrast as WCAG defines them.
    fn luminance(colour: [f64; 3]) -> f64 {
        let linear = |part: f64| {
            if part <= 0.040_45 {
                part / 12.92
            } else {
                ((part + 0.055) / 1.055).powf(2.4)
            }
        };
        let [red, green, blue] = colour.map(linear);
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }

    fn contrast(a: [f64; 3], b: [f64; 3]) -> f64 {
        let (a, b) = (luminance(a) + 0.05, luminance(b) + 0.05);
        (a / b).max(b / a)
    }

    fn rgb(colour: Colour) -> [f64; 3] {
        colour.rgb().map(f64::from)
    }

    /// As the map library lights it: `towards` is the cosine between the surface and the light.
    fn lit(colour: Colour, theme: Theme, towards: f64) -> [f64; 3] {
        let intensity = crate::map::houses::light(theme)["intensity"]
            .as_f64()
            .unwrap();
        let [red, green, blue] = rgb(colour);
        let value = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
        let (low, high) = (1.0 - intensity, (1.0 - value + intensity).max(1.0));
        let share = low + (high - low) * towards;
        [red, green, blue].map(|part| ((part + 0.03) * share).min(1.0))
    }

    #[test]
    fn roofs_and_lit_walls_stand_out_from_all_that_lies_around_them() {
        for theme in [Theme::Dark, Theme::Light] {
            let p = Palette::of(theme);
            for (name, ground) in [
                ("ground", p.ground),
                ("land", p.land),
                ("green", p.green),
                ("water", p.water),
                ("path", p.path),
                ("square", p.square),
                ("parking", p.parking),
            ] {
                let roof = contrast(lit(p.roof, theme, 0.89), rgb(ground));
                assert!(roof >= 1.6, "{theme:?}: roof on {name}: {roof:.2}");
                let edge = contrast(rgb(p.edge), rgb(ground));
                assert!(edge >= 2.4, "{theme:?}: edge on {name}: {edge:.2}");
            }
            // By night a wall is lit; by day the roof is darker than the wall, which its edge sets off.
            let wall = contrast(lit(p.building, theme, 0.66), rgb(p.green));
            let roof = contrast(lit(p.building, theme, 0.66), lit(p.roof, theme, 0.89));
            assert!(wall.max(roof) >= 1.6, "{theme:?}: {wall:.2} {roof:.2}");
        }
    }

    #[test]
    fn guards_at_rest_are_quieter_than_any_alarm() {
        for theme in [Theme::Dark, Theme::Light] {
            let p = Palette::of(theme);
            let on_land = |colour| contrast(rgb(colour), rgb(p.land));
            assert!(on_land(p.guard) >= 3.0);
            let alarms = p.priority.map(on_land);
            assert!(
                alarms.iter().all(|alarm| *alarm >= on_land(p.guard)),
                "{theme:?}"
            );
        }
    }
}
