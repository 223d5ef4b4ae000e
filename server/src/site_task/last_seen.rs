//! When devices were heard: shown after the turn, and kept beside the tracks for the next start.

use crate::disk::Disk;
use crate::hub::Hub;
use crate::tracks::Tracks;
use castellan_domain::engine::Input;
use castellan_domain::estate::EstateIndex;
use castellan_domain::ids::DeviceId;
use castellan_domain::stream::Done;
use castellan_domain::time::Timestamp;
use std::collections::BTreeMap;
use tracing::{error, warn};

/// What displays were told and the disk does not know yet: one entry for each of the estate's
/// devices at most, and of each one every 10 s (`LAST_SEEN_STEP`).
#[derive(Debug, Default)]
pub(super) struct LastSeen {
    /// At most one for each device of the estate.
    unsaved: BTreeMap<DeviceId, Timestamp>,
}

impl LastSeen {
    /// Shows which devices a recorded turn heard. The engine knows those whose input was accepted.
    pub(super) fn show(
        &mut self,
        hub: &Hub,
        estate: &EstateIndex,
        inputs: &[Input],
        done: &[Done],
    ) {
        let accepted = inputs
            .iter()
            .zip(done)
            .filter(|(_, done)| matches!(done.answer, Some(Ok(_))));
        let seen = accepted.filter_map(|(input, _)| match input {
            Input::Observed(observation) => observation.seen(estate),
            _ => None,
        });
        let seen = seen.map(|(device, at)| (device.clone(), at)).collect();
        self.unsaved.extend(hub.publish_seen(seen));
    }

    /// Writes down what is not on disk yet. What finds no room is tried again with the next second:
    /// nothing but the age of a device on a restarted server's displays depends on it.
    pub(super) async fn keep(&mut self, tracks: &Tracks, disk: &Disk) {
        if self.unsaved.is_empty() || !disk.keeps_tracks() {
            return;
        }
        match tracks.keep_seen(&self.unsaved).await {
            Ok(()) => self.unsaved.clear(),
            Err(error) => {
                warn!(%error, "when devices were heard could not be stored");
                // The connection itself may be dead.
                if let Err(error) = tracks.reopen().await {
                    error!(%error, "the history of positions cannot be opened again yet");
                }
            }
        }
    }
}
