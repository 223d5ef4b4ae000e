//! The live map: an estate drawn by MapLibre GL JS, and everything that moves or flashes drawn by
//! our own WebGL2 layer above it.
//!
//! [`estate_layers`] turns an estate into GeoJSON and [`estate_style`] says what it looks like; both
//! are pure. `maplibre` holds the only bindings to the map library. [`live_layer`] keeps what moves
//! in a [`live_layer::Scene`] and draws it; positions go there through a `SceneHandle`, past the
//! view tree. `view` is the component that owns the map's one `<div>`.
//!
//! Nothing here is the only way to something: what is drawn also exists as a row in a list.

mod borders;
pub mod camera;
pub mod estate_layers;
pub mod estate_style;
pub mod labels;
pub mod live_layer;
pub mod outline;
pub mod palette;

#[cfg(target_arch = "wasm32")]
mod controls;
#[cfg(target_arch = "wasm32")]
mod fonts;
#[cfg(target_arch = "wasm32")]
mod maplibre;
#[cfg(target_arch = "wasm32")]
mod overlay;
#[cfg(target_arch = "wasm32")]
mod running;
#[cfg(target_arch = "wasm32")]
mod view;

#[cfg(target_arch = "wasm32")]
pub use live_layer::SceneHandle;
#[cfg(target_arch = "wasm32")]
pub use view::{MapView, mono_now};

use castellan_domain::ids::{AlarmId, AreaId, BuildingId, DeviceId, PersonId};

/// The family that the page's font style sheet declares. Its slices are loaded by the characters
/// that the labels need, before the labels are drawn.
pub const FONT_FAMILY: &str = "Noto Sans SC Variable";

/// Dark for control rooms, light for offices and print.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Theme {
    /// Night blue.
    #[default]
    Dark,
    /// Paper.
    Light,
}

/// What one can point at on the map.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Picked {
    /// An alarm.
    Alarm(AlarmId),
    /// A person of the staff.
    Person(PersonId),
    /// A device of the estate.
    Device(DeviceId),
    /// A building.
    Building(BuildingId),
    /// An area whose border is watched.
    Area(AreaId),
}

impl Picked {
    /// How the page's address names it.
    pub fn address(&self) -> String {
        match self {
            Self::Alarm(id) => id.to_string(),
            Self::Person(id) => id.to_string(),
            Self::Device(id) => format!("device:{id}"),
            Self::Building(id) => format!("building:{id}"),
            Self::Area(id) => format!("area:{id}"),
        }
    }

    /// What an address names. What it is not known to be is a person.
    pub fn from_address(text: &str) -> Option<Self> {
        match text.split_once(':') {
            Some(("device", id)) => DeviceId::new(id).ok().map(Self::Device),
            Some(("building", id)) => BuildingId::new(id).ok().map(Self::Building),
            Some(("area", id)) => AreaId::new(id).ok().map(Self::Area),
            _ => {
                let alarm = text.parse().ok().map(Self::Alarm);
                alarm.or_else(|| PersonId::new(text).ok().map(Self::Person))
            }
        }
    }
}

/// How much larger than on a desk everything is drawn, by the height of the map in CSS pixels: a
/// wall of 2160 lines is read from across the room.
pub fn scale_for_height(height_px: f64) -> f64 {
    (height_px / 1_000.0).clamp(1.0, 2.4)
}

/// Markers shrink a little from afar, where they would cover the estate.
pub fn marker_scale(zoom: f64) -> f64 {
    let near = ((zoom - 15.0) / 1.8).clamp(0.0, 1.0);
    0.7 + 0.3 * near
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_is_picked_comes_back_from_its_address() {
        let all = [
            Picked::Alarm(AlarmId(12)),
            Picked::Person(PersonId::new("wang-qiang").unwrap()),
            Picked::Device(DeviceId::new("gas:3-b1").unwrap()),
            Picked::Building(BuildingId::new("3").unwrap()),
            Picked::Area(AreaId::new("lake").unwrap()),
        ];
        for picked in all {
            assert_eq!(Picked::from_address(&picked.address()), Some(picked));
        }
        assert_eq!(Picked::from_address("device:a b"), None);
    }

    #[test]
    fn a_wall_is_drawn_larger_than_a_desk_and_a_phone_not_smaller() {
        let close = |a: f64, b: f64| (a - b).abs() < 1e-9;
        assert!(close(scale_for_height(844.0), 1.0));
        assert!(close(scale_for_height(2160.0), 2.16));
        assert!(close(scale_for_height(9_000.0), 2.4));
        assert!(close(marker_scale(14.0), 0.7) && close(marker_scale(18.0), 1.0));
    }
}
