//! When devices were heard: shown after the turn, and kept beside the tracks for the next start.

use super::SiteTask;
use castellan_domain::engine::Input;
use castellan_domain::ids::DeviceId;
use castellan_domain::stream::{Done, Machine};
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

impl<M: Machine> SiteTask<M> {
    /// Shows which devices a recorded turn heard. The engine knows those whose input was accepted.
    pub(super) fn show_seen(&mut self, inputs: &[Input], done: &[Done]) {
        let estate = &self.estate.index;
        let accepted = inputs
            .iter()
            .zip(done)
            .filter(|(_, done)| matches!(done.answer, Some(Ok(_))));
        let seen = accepted.filter_map(|(input, _)| match input {
            Input::Observed(observation) => observation.seen(estate),
            _ => None,
        });
        let seen = seen.map(|(device, at)| (device.clone(), at)).collect();
        let news = self.hub.publish_seen(seen);
        self.state.last_seen.unsaved.extend(news);
    }

    /// Writes down what is not on disk yet. What finds no room is tried again with the next second:
    /// nothing but the age of a device on a restarted server's displays depends on it.
    pub(super) async fn keep_seen(&mut self) {
        let unsaved = &mut self.state.last_seen.unsaved;
        if unsaved.is_empty() || !self.disk.keeps_tracks() {
            return;
        }
        match self.tracks.keep_seen(unsaved).await {
            Ok(()) => unsaved.clear(),
            Err(error) => {
                warn!(%error, "when devices were heard could not be stored");
                // The connection itself may be dead.
                if let Err(error) = self.tracks.reopen().await {
                    error!(%error, "the history of positions cannot be opened again yet");
                }
            }
        }
    }
}
