//! Somebody who was sent is seen walking from camera to camera.

use castellan_domain::ids::DeviceId;
use castellan_domain::time::{Span, Timestamp};

/// Another camera that shows them so many times as large takes over …
const BETTER: f64 = 1.5;
/// … once it has done so for this long.
const BETTER_FOR: Span = Span::from_secs(2);

/// Which camera shows somebody who walks. It changes when they leave its picture, and not with each step between two
/// cameras that show them alike.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Follow {
    camera: Option<DeviceId>,
    /// Another one is better, and since when.
    better: Option<(DeviceId, Timestamp)>,
}

/// A camera, and the pixels that a metre has where they are.
pub type Seeing = (DeviceId, f64);

impl Follow {
    /// The camera that shows them, if one does.
    pub const fn camera(&self) -> Option<&DeviceId> {
        self.camera.as_ref()
    }

    /// Which one does now. `seeing`: the cameras that see them, the best first.
    #[must_use]
    pub fn step(self, seeing: &[Seeing], now: Timestamp) -> Self {
        let kept = seeing
            .iter()
            .find(|(camera, _)| Some(camera) == self.camera.as_ref());
        let (Some((best, most)), Some((camera, pixels))) = (seeing.first(), kept) else {
            return Self {
                camera: seeing.first().map(|(camera, _)| camera.clone()),
                better: None,
            };
        };
        if *most < pixels * BETTER {
            return Self {
                camera: Some(camera.clone()),
                better: None,
            };
        }
        let since = match self.better {
            Some((before, since)) if before == *best => since,
            _ => now,
        };
        if now.since(since) >= BETTER_FOR {
            return Self {
                camera: Some(best.clone()),
                better: None,
            };
        }
        Self {
            camera: Some(camera.clone()),
            better: Some((best.clone(), since)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guard_who_walks_is_handed_on_without_flicker() {
        let walk: &[(&str, &[(&str, f64)])] = &[
            ("", &[]),
            // Into the first picture, and on where both show them alike.
            ("a", &[("a", 60.0)]),
            ("a", &[("b", 50.0), ("a", 45.0)]),
            ("a", &[("a", 44.0), ("b", 40.0)]),
            // Half as large again, yet not for long enough: for a second, then for two.
            ("a", &[("b", 90.0), ("a", 40.0)]),
            ("a", &[("b", 50.0), ("a", 40.0)]),
            ("a", &[("b", 90.0), ("a", 40.0)]),
            ("a", &[("b", 95.0), ("a", 38.0)]),
            ("b", &[("b", 99.0), ("a", 35.0)]),
            // Two that take turns at being better begin anew each time.
            ("b", &[("a", 99.0), ("b", 20.0)]),
            ("b", &[("c", 99.0), ("b", 20.0)]),
            ("b", &[("a", 99.0), ("b", 20.0)]),
            // Out of the picture: at once. Out of all of them: none pretends.
            ("c", &[("c", 25.0)]),
            ("", &[]),
            ("a", &[("a", 21.0)]),
        ];
        let mut follow = Follow::default();
        for (second, (shown, seeing)) in walk.iter().enumerate() {
            let seeing = seeing
                .iter()
                .map(|(camera, pixels)| (DeviceId::new(*camera).unwrap(), *pixels));
            let seeing: Vec<_> = seeing.collect();
            let now = Timestamp::from_secs(i64::try_from(second).unwrap());
            follow = follow.step(&seeing, now);
            let camera = follow.camera().map_or("", DeviceId::as_str);
            assert_eq!(camera, *shown, "after {second} seconds");
        }
    }
}
