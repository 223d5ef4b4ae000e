//! Starting over from the record: at a start, and after a turn that was lost.

use super::{SiteTask, SiteTaskError};
use crate::journal::{Commit, replay};
use castellan_domain::actuation::ActuationOutcome;
use castellan_domain::engine::Input;
use castellan_domain::fact::{NotificationSettled, ReachPublished, RecordingResumed};
use castellan_domain::notify::Settlement;
use castellan_domain::stream::{Machine, run};
use castellan_domain::system::TracksSetAside;
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::time::Instant;
use tracing::{error, info, warn};

/// Wait before the second attempt to rebuild; it doubles with each, up to [`REBUILD_EVERY_MAX`].
const REBUILD_EVERY_MIN: Duration = Duration::from_millis(250);
const REBUILD_EVERY_MAX: Duration = Duration::from_secs(5);

/// Wait before an attempt, after so many that failed.
fn backoff(failed: u32) -> Duration {
    let doubled = REBUILD_EVERY_MIN.saturating_mul(1_u32.checked_shl(failed).unwrap_or(u32::MAX));
    doubled.min(REBUILD_EVERY_MAX)
}

impl<M: Machine> SiteTask<M> {
    /// Once, at a start: says of every order that the record leaves open that nobody knows what came
    /// of it, publishes the estate and who is reached how if the journal does not name them yet, and says
    /// whether the history of positions was damaged or gone. No order is ever sent
    /// because it stands in the record.
    pub(crate) async fn begin(&mut self, lost_tracks: bool) -> Result<(), SiteTaskError> {
        let mut inputs = self.orphans(ActuationOutcome::Unknown);
        if !inputs.is_empty() {
            warn!(
                open = inputs.len(),
                "orders to devices were under way when the server ended; their outcome is unknown"
            );
        }
        inputs.push(self.estate_loaded());
        inputs.extend(self.calls_without_a_parcel().await?);
        let outbox = self.outbox.as_ref();
        inputs.push(Input::ReachLoaded(outbox.map_or_else(
            || ReachPublished {
                people: BTreeMap::new(),
            },
            |outbox| outbox.reach(),
        )));
        if lost_tracks {
            let at = self.clock.now();
            inputs.push(Input::TracksSetAside(TracksSetAside { at }));
        }
        self.run_own(&inputs).await
    }

    /// Counts what waits in the outbox, and says of every call of which neither an outcome is on record nor a parcel
    /// waits that it reached nobody: the outbox had no room for it, and the server ended before that was recorded.
    async fn calls_without_a_parcel(&mut self) -> Result<Vec<Input>, SiteTaskError> {
        let waiting = self.journal.outbox_waiting().await?;
        if let Some(outbox) = &self.outbox {
            outbox.set_waiting(waiting.len());
        }
        let runs = self.engine.site().view().ladders.values();
        let runs = runs.filter(|run| !run.drill);
        let calls = runs.flat_map(|run| run.calls.iter().map(|call| (run.about, call)));
        let lost = calls.filter(|(_, call)| call.reached.is_none() && !waiting.contains(&call.seq));
        let settled = lost.map(|(matter, call)| {
            Input::Notified(NotificationSettled {
                about: call.seq,
                matter,
                channel: call.channel,
                outcome: Settlement::GivenUp,
                attempts: 0,
            })
        });
        Ok(settled.collect())
    }

    /// A turn of the server's own inputs, which must not break.
    async fn run_own(&mut self, inputs: &[Input]) -> Result<(), SiteTaskError> {
        let clock = self.clock.clone();
        let ran = run(&mut self.engine, &self.site, inputs, || clock.now())
            .map_err(|broken| SiteTaskError::BrokenStart(broken.why))?;
        self.record(ran.turn, Commit::default(), ran.at, &[])
            .await?;
        Ok(())
    }

    /// Starts over from what is on disk, or tries again a little later.
    pub(super) async fn rebuild(&mut self) {
        match self.try_rebuild().await {
            Ok(()) => {
                info!("recording again: the engine was rebuilt from the journal");
                self.state.notices.end_outage();
                self.show_notices();
                self.hub.set_not_recording(None);
                self.state.rebuild_at = None;
            }
            Err(error) => {
                let wait = backoff(self.state.rebuilds);
                self.state.rebuilds = self.state.rebuilds.saturating_add(1);
                error!(%error, again_in = ?wait, "nothing can be recorded yet");
                if matches!(&error, SiteTaskError::Journal(error) if error.is_full()) {
                    self.disk.give_up_ballast();
                }
                self.state.rebuild_at = Some(Instant::now() + wait);
            }
        }
    }

    /// Another engine from the record. Where people were is not in facts: the one before tells it.
    pub(super) async fn renew_engine(&mut self) -> Result<(), SiteTaskError> {
        let fixes = self.engine.last_fixes();
        self.engine = replay::<M>(&mut self.journal).await?.engine;
        self.engine.recall(&fixes);
        Ok(())
    }

    async fn try_rebuild(&mut self) -> Result<(), SiteTaskError> {
        let (seq, hash) = self.hub.head_and_hash();
        self.journal.reopen((seq, &hash)).await?;
        // A commit whose end was not known may have happened after all: its facts are true.
        loop {
            let facts = self.journal.read_after(self.hub.head()).await?;
            let Some(last) = facts.last() else {
                break;
            };
            let (upto, hash) = (last.seq, last.hash.to_hex());
            let texts = facts.iter().map(|fact| fact.bytes.as_str());
            self.hub.publish_facts(texts, upto, &hash);
        }
        // Asked first: reading the whole journal anew is only worth it when it can go on.
        self.journal.probe(self.clock.now()).await?;
        self.renew_engine().await?;
        self.state.left_out.clear();
        let unsent = self.calls_without_a_parcel().await?;
        // A commit that happened after all may have intended what was never handed over.
        self.state.has_orphans = false;
        let mut inputs = self.orphans(ActuationOutcome::NotSent);
        inputs.push(self.estate_loaded());
        inputs.extend(unsent);
        if let Some(since) = self.hub.not_recording_since() {
            inputs.push(Input::RecordingResumed(RecordingResumed {
                since,
                unrecorded: self.state.notices.reports(),
            }));
        }
        self.run_own(&inputs).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_for_ever_is_tried_every_five_seconds() {
        assert_eq!(backoff(0), Duration::from_millis(250));
        assert_eq!(backoff(1), Duration::from_millis(500));
        assert_eq!(backoff(4), Duration::from_secs(4));
        for failed in [5, 31, 32, u32::MAX] {
            assert_eq!(backoff(failed), REBUILD_EVERY_MAX);
        }
    }
}
