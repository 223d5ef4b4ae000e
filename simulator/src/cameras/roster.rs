//! All cameras of an estate by their names, and who may watch them.

use super::camera::Camera;
use super::rtsp::digest::Credentials;
use std::collections::BTreeMap;
use std::sync::Arc;

/// All cameras.
#[derive(Debug)]
pub(crate) struct Roster {
    cameras: BTreeMap<String, Arc<Camera>>,
    credentials: Credentials,
}

impl Roster {
    pub(crate) fn new(cameras: impl Iterator<Item = Camera>, credentials: Credentials) -> Self {
        let cameras = cameras.map(|camera| (camera.id().as_str().to_owned(), Arc::new(camera)));
        Self {
            cameras: cameras.collect(),
            credentials,
        }
    }

    pub(crate) fn find(&self, name: &str) -> Option<&Arc<Camera>> {
        self.cameras.get(name)
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = &Arc<Camera>> {
        self.cameras.values()
    }

    pub(crate) const fn credentials(&self) -> &Credentials {
        &self.credentials
    }
}

/// The cameras of the estate of the tests.
#[cfg(test)]
pub(crate) fn fixture() -> Roster {
    use super::camera::{HEIGHT, Premises, WIDTH};
    use super::crowd::Crowd;
    use super::encoder::ParameterSets;
    use super::scenery::Layout;
    use super::stamp::Clock;

    let estate = crate::fixture::estate();
    let premises = Arc::new(Premises {
        layout: Layout::of(&estate),
        crowd: Crowd::default(),
        clock: Clock::of(estate.time_zone.as_str()),
        hour: None,
        has_bar: false,
        sets: ParameterSets::of(WIDTH, HEIGHT).unwrap(),
        began: std::time::Instant::now(),
    });
    let cameras = estate
        .devices
        .iter()
        .filter(|device| device.id.as_str() == "cam-1");
    let cameras = cameras.map(|device| Camera::new(&estate, device, Arc::clone(&premises)));
    let credentials = Credentials {
        user: "viewer".to_owned(),
        password: "secret".to_owned(),
    };
    Roster::new(cameras, credentials)
}
