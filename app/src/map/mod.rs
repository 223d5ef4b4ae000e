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
pub use live_layer::scene::{Scene, is_drawn};
#[cfg(target_arch = "wasm32")]
pub use view::MapView;

/// The family that the page's font style sheet declares. Its slices are loaded by the characters
/// that the labels need, before the labels are drawn.
pub const FONT_FAMILY: &str = "Noto Sans SC Variable";

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
    fn a_wall_is_drawn_larger_than_a_desk_and_a_phone_not_smaller() {
        let close = |a: f64, b: f64| (a - b).abs() < 1e-9;
        assert!(close(scale_for_height(844.0), 1.0));
        assert!(close(scale_for_height(2160.0), 2.16));
        assert!(close(scale_for_height(9_000.0), 2.4));
        assert!(close(marker_scale(14.0), 0.7) && close(marker_scale(18.0), 1.0));
    }
}
