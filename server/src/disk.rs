//! Room on the disk: how much there is, what is given up when it runs out, and the ballast.
//!
//! Facts come last: clips go first, then raw observations, then positions. When even the journal
//! finds no room, the ballast, a file that does nothing but lie there, is deleted. Its room is for
//! the facts of the next hours, in which somebody hears of it and makes more.

use castellan_domain::system::DiskRoom;
use castellan_domain::time::Timestamp;
use castellan_domain::wire::api::{DiskHealth, DiskLevel};
use rustix::fs::{FallocateFlags, fallocate, statvfs};
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::task::spawn_blocking;
use tracing::{error, info, warn};

/// How often the free room is looked at.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Clips, raw observations and positions are given up below so many times the ballast.
const CLIPS_BELOW: u64 = 16;
const OBSERVATIONS_BELOW: u64 = 8;
const TRACKS_BELOW: u64 = 2;
/// Of the room below which something is given up, the part by which there must be more before the
/// room counts as ample again: what breathes around a border raises one alarm, not many.
const AMPLE_MARGIN: u64 = 4;
/// The ballast is laid again when there is room for it and for this many times more.
const BALLAST_ABOVE: u64 = 3;

/// The room under the data folder.
#[derive(Debug)]
pub(crate) struct Disk {
    folder: PathBuf,
    ballast: PathBuf,
    /// Size of the ballast; 0 for none, and then nothing is given up before the disk is full.
    ballast_bytes: u64,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    free_bytes: Option<u64>,
    level: DiskLevel,
    is_low: bool,
    has_ballast: bool,
    tracks_failing_since: Option<Timestamp>,
}

/// What is given up with so much free room beside a ballast of this size.
fn level(free_bytes: u64, ballast_bytes: u64) -> DiskLevel {
    let below = |times: u64| free_bytes < ballast_bytes.saturating_mul(times);
    if below(TRACKS_BELOW) {
        DiskLevel::FactsOnly
    } else if below(OBSERVATIONS_BELOW) {
        DiskLevel::NoObservations
    } else if below(CLIPS_BELOW) {
        DiskLevel::NoClips
    } else {
        DiskLevel::Ample
    }
}

/// Whether people are to be told that room is short, after they were or were not.
fn is_low(before: bool, free_bytes: u64, ballast_bytes: u64) -> bool {
    let border = ballast_bytes.saturating_mul(CLIPS_BELOW);
    let margin = if before { border / AMPLE_MARGIN } else { 0 };
    free_bytes < border.saturating_add(margin)
}

impl Disk {
    /// Looks at the room under a folder and lays the ballast there if it can.
    pub(crate) fn open(folder: &Path, ballast_bytes: u64) -> Self {
        let disk = Self {
            folder: folder.to_owned(),
            ballast: folder.join("ballast"),
            ballast_bytes,
            state: Mutex::default(),
        };
        disk.look();
        disk
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Looks again and again.
    pub(crate) async fn watch(self: std::sync::Arc<Self>) {
        loop {
            tokio::time::sleep(LOOK_EVERY).await;
            let disk = self.clone();
            // A disk that hangs holds up this look and nobody else.
            if let Err(error) = spawn_blocking(move || disk.look()).await {
                error!(%error, "the room on the disk could not be looked at");
            }
        }
    }

    /// Measures, and lays the ballast again where there is room.
    fn look(&self) {
        let free_bytes = self.measure();
        let needed = self.ballast_bytes.saturating_mul(BALLAST_ABOVE + 1);
        let mut has_ballast = self.ballast_bytes > 0
            && fs::metadata(&self.ballast).is_ok_and(|file| file.len() == self.ballast_bytes);
        if !has_ballast && self.ballast_bytes > 0 && free_bytes.is_some_and(|free| free >= needed) {
            match self.lay() {
                Ok(()) => has_ballast = true,
                Err(error) => warn!(%error, "the ballast cannot be laid"),
            }
        }
        let free_bytes = self.measure();
        let mut state = self.state();
        state.free_bytes = free_bytes;
        state.has_ballast = has_ballast;
        let now = free_bytes.map_or(state.level, |free| level(free, self.ballast_bytes));
        if now != state.level {
            match now {
                DiskLevel::Ample => info!("there is room on the disk again: all is stored"),
                less => error!(
                    level = ?less, free_bytes,
                    "the disk is filling: make room. Facts are the last to be given up"
                ),
            }
        }
        state.level = now;
        if let Some(free) = free_bytes {
            state.is_low = is_low(state.is_low, free, self.ballast_bytes);
        }
    }

    fn measure(&self) -> Option<u64> {
        match statvfs(&self.folder) {
            Ok(stat) => Some(stat.f_bavail.saturating_mul(stat.f_frsize)),
            Err(error) => {
                warn!(%error, "the free room on the disk cannot be learnt");
                None
            }
        }
    }

    fn lay(&self) -> io::Result<()> {
        let file = File::create(&self.ballast)?;
        // Blocks that are really taken: a file with a hole would free nothing.
        let laid = fallocate(&file, FallocateFlags::empty(), 0, self.ballast_bytes);
        if laid.is_err() {
            fs::remove_file(&self.ballast)?;
        }
        Ok(laid?)
    }

    /// The journal found no room: gives up the ballast, if it is still there.
    pub(crate) fn give_up_ballast(&self) {
        match fs::remove_file(&self.ballast) {
            Ok(()) => {
                error!(
                    bytes = self.ballast_bytes,
                    "the disk is full: the ballast is given up, so that facts can be recorded for \
                     a while. Make room now"
                );
                let mut state = self.state();
                state.has_ballast = false;
                state.level = DiskLevel::FactsOnly;
                state.is_low = true;
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => error!(%error, "the ballast cannot be deleted"),
        }
    }

    /// What the site is to be told of the room.
    pub(crate) fn room(&self) -> DiskRoom {
        if self.state().is_low {
            DiskRoom::Low
        } else {
            DiskRoom::Ample
        }
    }

    /// Whether clips may be stored.
    pub(crate) fn keeps_clips(&self) -> bool {
        self.state().level < DiskLevel::NoClips
    }

    /// Whether raw observations may be stored.
    pub(crate) fn keeps_observations(&self) -> bool {
        self.state().level < DiskLevel::NoObservations
    }

    /// Whether positions may be stored.
    pub(crate) fn keeps_tracks(&self) -> bool {
        self.state().level < DiskLevel::FactsOnly
    }

    /// Positions could not be stored, from the first time on, or can be again.
    pub(crate) fn set_tracks_failing(&self, since: Option<Timestamp>) {
        let mut state = self.state();
        state.tracks_failing_since = match since {
            None => None,
            Some(since) => state.tracks_failing_since.or(Some(since)),
        };
    }

    /// What is shown under health.
    pub(crate) fn health(&self) -> DiskHealth {
        let state = self.state();
        DiskHealth {
            free_bytes: state.free_bytes,
            level: state.level,
            has_ballast: state.has_ballast,
            tracks_failing_since: state.tracks_failing_since,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: u64 = 1024 * 1024;

    #[test]
    fn clips_go_first_then_observations_then_positions_and_facts_never() {
        let ballast = 64 * MIB;
        let at = |free: u64| level(free * MIB, ballast);
        assert_eq!(at(1_024), DiskLevel::Ample);
        assert_eq!(at(1_023), DiskLevel::NoClips);
        assert_eq!(at(511), DiskLevel::NoObservations);
        assert_eq!(at(127), DiskLevel::FactsOnly);
        assert_eq!(at(0), DiskLevel::FactsOnly);
        assert!(DiskLevel::NoClips < DiskLevel::NoObservations);
        assert!(DiskLevel::NoObservations < DiskLevel::FactsOnly);
        assert_eq!(
            level(0, 0),
            DiskLevel::Ample,
            "without ballast it is not guessed"
        );
    }

    #[test]
    fn room_is_low_where_the_first_thing_is_given_up_and_ample_a_quarter_above() {
        let ballast = 64 * MIB;
        let mut low = false;
        let mut told = Vec::new();
        for free in [1_024, 1_023, 1_024, 1_279, 1_023, 1_280, 1_100, 1_024, 0] {
            low = is_low(low, free * MIB, ballast);
            told.push(low);
        }
        let expected = [false, true, true, true, true, false, false, false, true];
        assert_eq!(told, expected);
        assert!(!is_low(false, 0, 0), "without ballast it is not guessed");
    }

    #[test]
    fn the_ballast_takes_real_blocks_is_given_up_once_and_laid_again() {
        use std::os::unix::fs::MetadataExt as _;
        let folder = tempfile::tempdir().unwrap();
        let disk = Disk::open(folder.path(), MIB);
        let ballast = folder.path().join("ballast");
        let file = fs::metadata(&ballast).unwrap();
        assert_eq!(file.len(), MIB);
        assert!(file.blocks() * 512 >= MIB, "a hole would free nothing");
        assert!(disk.health().has_ballast);
        disk.give_up_ballast();
        disk.give_up_ballast();
        assert!(!ballast.exists());
        assert!(!disk.health().has_ballast);
        assert!(!disk.keeps_tracks(), "the room is for facts");
        assert!(!disk.keeps_observations());
        assert_eq!(disk.room(), DiskRoom::Low);
        disk.look();
        assert!(ballast.exists());
        assert!(disk.keeps_tracks());
    }

    #[test]
    fn a_ballast_cut_short_by_a_crash_is_laid_anew() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("ballast"), b"half").unwrap();
        assert!(Disk::open(folder.path(), MIB).health().has_ballast);
        assert_eq!(
            fs::metadata(folder.path().join("ballast")).unwrap().len(),
            MIB
        );
    }

    #[test]
    fn positions_that_fail_are_told_since_the_first_time() {
        let folder = tempfile::tempdir().unwrap();
        let disk = Disk::open(folder.path(), 0);
        let at = Timestamp::from_secs;
        disk.set_tracks_failing(Some(at(1)));
        disk.set_tracks_failing(Some(at(2)));
        assert_eq!(disk.health().tracks_failing_since, Some(at(1)));
        disk.set_tracks_failing(None);
        assert_eq!(disk.health().tracks_failing_since, None);
    }
}
