//! 录像: what is filmed of an alarm, and by which cameras.

use super::fact::{AlarmClipKept, AlarmClipViewed, AlarmFact};
use super::state::Alarm;
use crate::estate::{Cameras, Estate, Sights};
use crate::ids::{ClipId, DeviceId};

/// What the server tells of a clip.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClipNews {
    /// It is on the disk.
    Kept(AlarmClipKept),
    /// A person is about to be shown it.
    Viewed(AlarmClipViewed),
}

/// A picture that belongs to a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Linked {
    pub camera: DeviceId,
    /// It shows who comes and goes there, and not the place itself.
    pub is_beside: bool,
}

/// The pictures that belong to an alarm at its place: as many as its type wants. An alarm of a camera itself
/// shows its neighbours. `sights` are made of this estate.
pub fn linked(sights: &Sights, estate: &Estate, alarm: &Alarm) -> Vec<Linked> {
    let wanted = estate.alarm_type(&alarm.kind).map(|kind| kind.cameras);
    let most = match wanted.unwrap_or_default() {
        Cameras::None => 0,
        Cameras::Best | Cameras::Neighbour => 1,
        Cameras::BestTwo | Cameras::BestTwoLong => 2,
    };
    let Some(place) = alarm.place.place() else {
        return Vec::new();
    };
    let failed = alarm
        .source
        .device()
        .filter(|_| wanted == Some(Cameras::Neighbour));
    let seeing = sights.cameras_for(estate, place).into_iter();
    let others = seeing.filter(|sight| Some(&sight.camera.id) != failed);
    let linked = others.take(most).map(|sight| Linked {
        camera: sight.camera.id.clone(),
        is_beside: sight.pixels_per_m.is_none(),
    });
    linked.collect()
}

impl Alarm {
    /// What is known of one of its clips, kept or deleted.
    pub fn clip(&self, clip: ClipId) -> Option<&AlarmClipKept> {
        let mut steps = self.history.steps().iter();
        steps.find_map(|step| {
            if let AlarmFact::ClipKept(body) = &step.fact
                && body.clip == clip
            {
                return Some(body);
            }
            None
        })
    }
}
