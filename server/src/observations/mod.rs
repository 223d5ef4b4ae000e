//! The log of observations: what devices said and what became of it, for "why did this fire".
//!
//! Beside the journal, outside its chain, and let go of after some weeks. A turn hands a record to a
//! bounded queue and goes on; a thread writes. What the queue or the disk does not take is dropped
//! and counted under health: on a filling disk raw observations go before tracks and facts.

mod copy;
mod line;
mod read;
mod segments;

pub(crate) use copy::{check, copy, name_a_fact};
pub(crate) use read::Question;

use crate::clock::Clock;
use crate::disk::Disk;
use castellan_domain::ids::{AdapterId, Seq};
use castellan_domain::observation::RawObservation;
use castellan_domain::time::Timestamp;
use castellan_domain::wire::history::{
    ObservationHealth, ObservationOutcome, ObservationPage, ObservationRecord,
};
use jiff::tz::TimeZone;
use segments::{NotWritten, Segments};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::time::timeout;
use tracing::warn;

/// Records that may wait for the disk; one more is dropped and counted.
const QUEUE_MAX: usize = 4_096;
/// Questions that read at once; others wait.
const READERS_MAX: usize = 2;
/// Longest wait of a question for its turn.
const READ_WITHIN: Duration = Duration::from_secs(5);
/// How often old days are looked for while nothing comes.
const PURGE_EVERY: Duration = Duration::from_hours(1);

/// What goes wrong with the log.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ObservationsError {
    #[error(
        "the estate's time zone {0} is not known; write one like Asia/Shanghai into the estate document"
    )]
    TimeZone(String),
    #[error("nothing can write the log of observations: {0}")]
    Thread(io::Error),
    #[error("the observations cannot be read: {0}")]
    Unreadable(#[from] io::Error),
    #[error("other questions are being answered")]
    Busy,
}

/// The log of one site. Clones share it.
#[derive(Debug, Clone)]
pub(crate) struct ObservationLog {
    queue: SyncSender<ObservationRecord>,
    health: Arc<Mutex<ObservationHealth>>,
    clock: Arc<Clock>,
    folder: PathBuf,
    zone: TimeZone,
    readers: Arc<Semaphore>,
}

/// An observation on its way through a turn.
#[derive(Debug)]
pub(crate) struct Pending {
    log: ObservationLog,
    adapter: AdapterId,
    observation: RawObservation,
    fact: Option<Seq>,
}

impl ObservationLog {
    /// Starts the writer of the log in this folder. One that cannot be made costs observations, which
    /// health counts, and no start.
    pub(crate) fn open(
        folder: &Path,
        time_zone: &str,
        days_kept: u16,
        clock: Arc<Clock>,
        disk: Arc<Disk>,
    ) -> Result<Self, ObservationsError> {
        let zone = TimeZone::get(time_zone)
            .map_err(|_unknown| ObservationsError::TimeZone(time_zone.to_owned()))?;
        if let Err(error) = std::fs::create_dir_all(folder) {
            warn!(%error, "the folder of observations cannot be made; they are dropped until it can");
        }
        let (log, inbox) = Self::new(folder, zone.clone(), clock.clone(), QUEUE_MAX);
        let segments = Segments::new(folder.to_owned(), zone, days_kept);
        let health = log.health.clone();
        std::thread::Builder::new()
            .name("observations".to_owned())
            .spawn(move || write(&inbox, segments, &health, &clock, &disk))
            .map_err(ObservationsError::Thread)?;
        Ok(log)
    }

    fn new(
        folder: &Path,
        zone: TimeZone,
        clock: Arc<Clock>,
        queue_max: usize,
    ) -> (Self, Receiver<ObservationRecord>) {
        let (queue, inbox) = sync_channel(queue_max);
        let log = Self {
            queue,
            health: Arc::default(),
            clock,
            folder: folder.to_owned(),
            zone,
            readers: Arc::new(Semaphore::new(READERS_MAX)),
        };
        (log, inbox)
    }

    /// Takes note of an observation that goes into a turn. An adapter's name is an id.
    pub(crate) fn pending(
        &self,
        adapter: &'static str,
        observation: Option<RawObservation>,
    ) -> Option<Pending> {
        Some(Pending {
            log: self.clone(),
            adapter: AdapterId::new(adapter).ok()?,
            observation: observation?,
            fact: None,
        })
    }

    /// How it is doing.
    pub(crate) fn health(&self) -> ObservationHealth {
        *lock(&self.health)
    }

    /// Answers a question. Reading files blocks, so it happens on a thread for that.
    pub(crate) async fn read(
        &self,
        question: Question,
    ) -> Result<ObservationPage, ObservationsError> {
        let permit = timeout(READ_WITHIN, self.readers.clone().acquire_owned()).await;
        let Ok(Ok(permit)) = permit else {
            return Err(ObservationsError::Busy);
        };
        let (folder, zone) = (self.folder.clone(), self.zone.clone());
        let reading = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            read::read(&folder, &zone, &question)
        });
        Ok(reading.await.map_err(io::Error::other)??)
    }

    fn offer(&self, record: ObservationRecord) {
        let at = record.answered_at;
        if self.queue.try_send(record).is_err() {
            let mut health = lock(&self.health);
            health.dropped_queue_full += 1;
            health.dropped_at = Some(at);
        }
    }
}

impl Pending {
    /// Its turn made this fact, among others perhaps.
    pub(crate) fn made(&mut self, fact: Seq) {
        self.fact.get_or_insert(fact);
    }

    /// The first fact that its turn made.
    pub(crate) fn fact(&self) -> Option<Seq> {
        self.fact
    }

    /// Its sender is being answered. Returns at once, whatever the disk does.
    pub(crate) fn conclude(self, outcome: ObservationOutcome) {
        self.log.offer(ObservationRecord {
            answered_at: self.log.clock.now(),
            adapter: self.adapter,
            observation: self.observation,
            outcome,
        });
    }
}

fn lock(health: &Mutex<ObservationHealth>) -> MutexGuard<'_, ObservationHealth> {
    // Counters stay usable even if a thread died while counting.
    health.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Writes until the last sender is gone.
fn write(
    inbox: &Receiver<ObservationRecord>,
    mut segments: Segments,
    health: &Mutex<ObservationHealth>,
    clock: &Clock,
    disk: &Disk,
) {
    segments.purge(clock.now());
    loop {
        match inbox.recv_timeout(PURGE_EVERY) {
            Ok(record) => {
                // What is left on a filling disk is for positions and facts.
                let written = if disk.keeps_observations() {
                    segments.append(&record)
                } else {
                    Err(NotWritten::GivenUp)
                };
                count(&mut lock(health), &written, record.answered_at);
            }
            Err(RecvTimeoutError::Timeout) => segments.purge(clock.now()),
            Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}

fn count(health: &mut ObservationHealth, written: &Result<(), NotWritten>, at: Timestamp) {
    match written {
        Ok(()) => {
            health.written += 1;
            health.not_writing_since = None;
            return;
        }
        Err(NotWritten::DayFull) => health.dropped_day_full += 1,
        Err(error @ (NotWritten::GivenUp | NotWritten::Unwritable(_))) => {
            health.dropped_unwritable += 1;
            if health.not_writing_since.is_none() {
                // Once, not for each: the log of a full disk must not fill it further.
                warn!(%error, "observations cannot be written and are dropped until they can");
                health.not_writing_since = Some(at);
            }
        }
    }
    health.dropped_at = Some(at);
}

#[cfg(test)]
mod tests {
    use super::*;
    use castellan_domain::answer::Accepted;
    use castellan_domain::ids::{AlarmTypeId, DeviceId, EventId};
    use castellan_domain::observation::{Doubts, Report, ReportedState};

    pub(super) fn shanghai() -> TimeZone {
        TimeZone::get("Asia/Shanghai").unwrap()
    }

    fn report(second: i64, device: &str) -> RawObservation {
        RawObservation::Report(Report {
            device: DeviceId::new(device).unwrap(),
            kind: AlarmTypeId::new("gas_low").unwrap(),
            state: ReportedState::Active,
            event: EventId::new("e-1").unwrap(),
            claimed_at: None,
            received_at: Timestamp::from_secs(second),
            drill: false,
            doubts: Doubts::default(),
        })
    }

    pub(super) fn record(second: i64, device: &str) -> ObservationRecord {
        ObservationRecord {
            answered_at: Timestamp::from_secs(second),
            adapter: AdapterId::new("events").unwrap(),
            observation: report(second, device),
            outcome: ObservationOutcome::NotRecorded,
        }
    }

    pub(super) fn decoded(bytes: &[u8]) -> Vec<Result<ObservationRecord, line::Damaged>> {
        let lines = bytes.strip_suffix(b"\n").unwrap_or(bytes);
        lines
            .split(|byte| *byte == b'\n')
            .map(line::decode)
            .collect()
    }

    #[test]
    fn beyond_the_queue_records_are_dropped_and_counted_and_nobody_waits() {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(Clock::start(Timestamp::default()));
        let (log, inbox) = ObservationLog::new(folder.path(), shanghai(), clock, 3);
        for n in 0..5 {
            let mut pending = log.pending("events", Some(report(n, "d-004"))).unwrap();
            pending.made(Seq(7));
            pending.made(Seq(8));
            let fact = pending.fact();
            let answer = Accepted::Tracked;
            pending.conclude(ObservationOutcome::Accepted { answer, fact });
        }
        assert_eq!(log.health().dropped_queue_full, 2);
        let waiting: Vec<_> = inbox.try_iter().collect();
        assert_eq!(waiting.len(), 3);
        let first_fact = ObservationOutcome::Accepted {
            answer: Accepted::Tracked,
            fact: Some(Seq(7)),
        };
        assert!(waiting.iter().all(|record| record.outcome == first_fact));
        assert!(
            log.pending("events", None).is_none(),
            "a position is no line of this log"
        );
    }

    #[test]
    fn a_failing_disk_is_counted_from_its_first_failure_to_its_end() {
        let mut health = ObservationHealth::default();
        let failed = || Err(NotWritten::Unwritable(io::Error::other("full")));
        for (second, written) in [
            (1, Ok(())),
            (2, failed()),
            (3, failed()),
            (4, Err(NotWritten::DayFull)),
        ] {
            count(&mut health, &written, Timestamp::from_secs(second));
        }
        let expected = ObservationHealth {
            written: 1,
            dropped_queue_full: 0,
            dropped_unwritable: 2,
            dropped_day_full: 1,
            dropped_at: Some(Timestamp::from_secs(4)),
            not_writing_since: Some(Timestamp::from_secs(2)),
        };
        assert_eq!(health, expected);
        count(&mut health, &Ok(()), Timestamp::from_secs(5));
        assert_eq!((health.written, health.not_writing_since), (2, None));
    }

    #[test]
    fn on_a_filling_disk_nothing_is_written_and_all_of_it_is_counted() {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(Clock::start(Timestamp::default()));
        // Of a ballast that no disk has room for, all that is free is too little.
        let disk = Arc::new(Disk::open(folder.path(), 1 << 55));
        assert!(!disk.keeps_observations());
        let log = ObservationLog::open(folder.path(), "Asia/Shanghai", 30, clock, disk).unwrap();
        for n in 0..3 {
            let pending = log.pending("events", Some(report(n, "d-004"))).unwrap();
            pending.conclude(ObservationOutcome::SetAside);
        }
        let end = std::time::Instant::now() + Duration::from_secs(20);
        while log.health().dropped_unwritable < 3 {
            assert!(std::time::Instant::now() < end, "{:?}", log.health());
            std::thread::sleep(Duration::from_millis(2));
        }
        assert_eq!(log.health().written, 0);
        assert!(log.health().not_writing_since.is_some());
        let files = std::fs::read_dir(folder.path()).unwrap().count();
        assert_eq!(files, 0, "not even an empty one");
    }

    #[test]
    fn an_unknown_time_zone_is_refused_with_a_way_out() {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(Clock::start(Timestamp::default()));
        let disk = Arc::new(Disk::open(folder.path(), 0));
        let error =
            ObservationLog::open(folder.path(), "Asia/Nowhere", 30, clock, disk).unwrap_err();
        assert!(error.to_string().contains("like Asia/Shanghai"), "{error}");
    }
}
