//! All cameras of an estate by their names, and who may watch them.

use super::camera::Camera;
use super::rtsp::digest::Credentials;
use std::collections::BTreeMap;
use std::sync::Arc;

/// All cameras.
#[derive(Debug)]
pub(crate) struct Fleet {
    cameras: BTreeMap<String, Arc<Camera>>,
    credentials: Credentials,
}

impl Fleet {
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

/// What the cameras of an estate share in tests.
#[cfg(test)]
pub(crate) fn premises(estate: &castellan_domain::estate::Estate) -> super::camera::Premises {
    use super::camera::{HEIGHT, Premises, WIDTH};

    Premises {
        layout: super::scenery::Layout::of(estate),
        crowd: super::crowd::Crowd::default(),
        clock: super::stamp::Clock::of(estate.time_zone.as_str()),
        hour: None,
        has_bar: false,
        repeats: false,
        sets: super::encoder::ParameterSets::of(WIDTH, HEIGHT).unwrap(),
        began: std::time::Instant::now(),
    }
}

/// The cameras of the estate of the tests.
#[cfg(test)]
pub(crate) fn fixture() -> Fleet {
    let estate = crate::fixture::estate();
    let premises = Arc::new(premises(&estate));
    let cameras = estate.devices.iter();
    let cameras = cameras.filter(|device| device.id.as_str() == "cam-1");
    let cameras = cameras.map(|device| Camera::new(&estate, device, Arc::clone(&premises)));
    let credentials = Credentials {
        user: "viewer".to_owned(),
        password: "secret".to_owned(),
    };
    Fleet::new(cameras, credentials)
}
