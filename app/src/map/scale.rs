//! How large things are drawn, by the size of the map and by how near one is.

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
