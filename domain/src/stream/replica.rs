//! The browser's copy of a site: folds facts with the server's own code, notices gaps, and knows
//! how old everything is.
//!
//! It runs on the display's monotonic clock (`mono`, a span since the page began), which no
//! wrongly set wall clock can disturb; the server's time comes with its heartbeats.

use super::change::Change;
use super::link::{Link, STALE_AFTER};
use crate::audience::Audience;
use crate::fact::{Fact, FactError};
use crate::geo::Offset;
use crate::ids::{JournalId, PersonId, Seq, SiteId};
use crate::text::Text;
use crate::time::{Span, Timestamp};
use crate::unrecorded::Unrecorded;
use crate::view::{View, fold_told};
use crate::wire::api::Snapshot;
use crate::wire::live::{
    Changes, ClientMessage, Echo, Facts, Handles, Hello, Latest, LatestOf, LatestRow,
    PROTOCOL_VERSION, Readings, Resume, ResumeBy, ServerMessage, Viewers, Welcome,
};
use crate::wire::position_frame::{FrameError, PositionFrame};
use std::collections::{BTreeMap, VecDeque};

/// Heartbeats that may wait for their facts; beyond it the oldest is forgotten, and the display
/// counts as current a little later than it could.
const UNMET_MAX: usize = 64;
/// Messages with facts held while a snapshot is on its way; one more means starting over.
const WAITING_MAX: usize = 10_000;

/// Somebody's latest position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tracked {
    pub offset: Offset,
    /// When the server heard of it.
    pub received_at: Timestamp,
    /// Radius in decimetres.
    pub accuracy_dm: Option<u16>,
}

/// Why a message could not be taken. The display drops the connection and starts over.
#[derive(Debug, thiserror::Error)]
pub enum ReplicaError {
    /// Not a message of this protocol.
    #[error("a message cannot be read: {0}")]
    Message(#[from] serde_json::Error),
    /// A fact that this build does not know.
    #[error(transparent)]
    Fact(#[from] FactError),
    /// A damaged position frame.
    #[error(transparent)]
    Frame(#[from] FrameError),
    /// Facts are missing in between.
    #[error("facts {expected} to {found} are missing")]
    Missing {
        /// The next number that was due.
        expected: Seq,
        /// The number that came.
        found: Seq,
    },
    /// The snapshot took so long that too much waited for it.
    #[error("the snapshot did not come in time")]
    SnapshotTooLate,
}

/// What takes a display from one number to a later one.
#[derive(Debug)]
enum Step {
    Facts(Facts),
    Changes(Changes),
}

/// A display's copy of a site.
#[derive(Debug, Default)]
pub struct Replica {
    audience: Audience,
    journal: Option<JournalId>,
    /// The run of the server that was heard last.
    run: Option<u32>,
    hash: Option<Text<64>>,
    view: View,
    /// Facts that came while the snapshot is on its way. `None`: not waiting.
    /// At most [`WAITING_MAX`].
    waiting: Option<Vec<Step>>,
    /// Snapshots that were asked for and have not come, and the newest that came meanwhile.
    asked_for: u32,
    held: Option<Box<Snapshot>>,
    epoch: Option<u32>,
    /// At most what the server gives: `LANE_ENTITIES_MAX`. A new epoch empties it.
    handles: BTreeMap<u32, PersonId>,
    /// At most one for each handle.
    tracked: BTreeMap<PersonId, Tracked>,
    /// At most what the server sends: `VALUES_ENTITIES_MAX`.
    latest: BTreeMap<LatestOf, Readings>,
    unrecorded: Unrecorded,
    viewers: Viewers,
    /// When it was last heard, and the server's time at that moment.
    heard: Option<(Span, Timestamp)>,
    /// When the display last held all that the server had, and the server's time at that moment.
    current: Option<(Span, Timestamp)>,
    /// Whether this display asks for echoes. Then these tell how old its copy is: a heartbeat may
    /// have lain on a slow line for long, and nothing in it says so.
    asks: bool,
    /// Echoes that have not come back, with the moment at which each was sent.
    /// At most [`UNMET_MAX`].
    asked: VecDeque<(u64, Span)>,
    last_asked: u64,
    /// Heartbeats and echoes that told of facts which have not come yet, oldest first.
    /// At most [`UNMET_MAX`].
    unmet: VecDeque<(Seq, Span, Timestamp)>,
    not_recording_since: Option<Timestamp>,
}

impl Replica {
    /// An empty copy of what an audience may see.
    pub fn new(audience: Audience) -> Self {
        Self {
            audience,
            ..Self::default()
        }
    }

    /// What it may see.
    pub fn audience(&self) -> &Audience {
        &self.audience
    }

    /// The folded state.
    pub fn view(&self) -> &View {
        &self.view
    }

    /// Latest positions.
    pub fn tracked(&self) -> &BTreeMap<PersonId, Tracked> {
        &self.tracked
    }

    /// Other latest values.
    pub fn latest(&self) -> &BTreeMap<LatestOf, Readings> {
        &self.latest
    }

    /// What reached the server and could not be recorded.
    pub fn unrecorded(&self) -> &Unrecorded {
        &self.unrecorded
    }

    /// Who looks at what.
    pub fn viewers(&self) -> &Viewers {
        &self.viewers
    }

    /// Since when the server cannot record, if so.
    pub fn not_recording_since(&self) -> Option<Timestamp> {
        self.not_recording_since
    }

    /// Whether there is a state to show.
    pub fn is_ready(&self) -> bool {
        self.journal.is_some() && self.waiting.is_none()
    }

    /// Whether a snapshot is on its way.
    pub fn is_waiting(&self) -> bool {
        self.waiting.is_some()
    }

    /// Gives up the place in the stream after a [`ReplicaError`]: the next connection begins with
    /// a snapshot. What is held stays to be shown meanwhile.
    pub fn start_over(&mut self) {
        self.journal = None;
        self.hash = None;
        self.waiting = None;
    }

    /// The first message of a new connection.
    pub fn hello(&self, site: SiteId, build: Text<64>) -> Hello {
        let resume = match (&self.journal, &self.hash, &self.waiting) {
            (Some(journal), Some(hash), None) => Some(Resume {
                journal: *journal,
                seq: self.view.seq,
                hash: hash.clone(),
            }),
            _ => None,
        };
        Hello {
            protocol: PROTOCOL_VERSION,
            build,
            site,
            audience: Text::constant(self.audience.name()),
            resume,
        }
    }

    /// An echo to send. A display that sends one every second, the first one with its hello, knows
    /// to the round trip how old its copy is.
    pub fn ask(&mut self, mono: Span) -> ClientMessage {
        self.asks = true;
        self.last_asked = self.last_asked.wrapping_add(1);
        if self.asked.len() >= UNMET_MAX {
            self.asked.pop_front();
        }
        self.asked.push_back((self.last_asked, mono));
        ClientMessage::Echo { n: self.last_asked }
    }

    /// How the link stands at this moment.
    pub fn link(&self, mono: Span) -> Link {
        self.age(mono)
            .map_or(Link::Connecting, |(age, since)| Link::after(age, since))
    }

    /// How long it takes until [`Self::link`] says something else if nothing comes meanwhile; nothing
    /// if it never does.
    pub fn link_turns_in(&self, mono: Span) -> Option<Span> {
        self.age(mono).and_then(|(age, _)| Link::turns_in(age))
    }

    /// How old the copy is at this moment, and what server time it was when all of it was true.
    pub fn age(&self, mono: Span) -> Option<(Span, Timestamp)> {
        let (current, server_time) = self.current?;
        let age = mono.as_micros() - current.as_micros();
        Some((Span::from_micros(age), server_time))
    }

    /// Whether nothing has been heard for so long that the connection is to be given up. A display
    /// that hears and lags (a large snapshot on a slow line) is not silent.
    pub fn is_silent(&self, mono: Span) -> bool {
        self.heard.is_some_and(|(heard, _)| {
            mono.as_micros() - heard.as_micros() >= STALE_AFTER.as_micros()
        })
    }

    /// The server's time at this moment, as far as the last heartbeat tells.
    pub fn server_now(&self, mono: Span) -> Option<Timestamp> {
        let (heard, server_time) = self.heard?;
        Some(server_time + Span::from_micros(mono.as_micros() - heard.as_micros()))
    }

    /// Takes a text message.
    pub fn on_text(&mut self, text: &str, mono: Span) -> Result<Change, ReplicaError> {
        let message: ServerMessage = serde_json::from_str(text)?;
        let mut change = Change::default();
        match message {
            ServerMessage::Welcome(welcome) => self.welcome(welcome, mono, &mut change),
            ServerMessage::Facts(facts) => self.take(Step::Facts(facts), &mut change)?,
            ServerMessage::Changes(changes) => self.take(Step::Changes(changes), &mut change)?,
            ServerMessage::Handles(handles) => self.handles(handles, &mut change),
            ServerMessage::Latest(latest) => {
                self.values(latest);
                change.latest = true;
            }
            ServerMessage::Viewers(viewers) => {
                self.viewers = viewers;
                change.viewers = true;
            }
            ServerMessage::Unrecorded(list) => {
                self.unrecorded = list;
                change.unrecorded = true;
            }
            // For whoever holds no copy.
            ServerMessage::Guard(_) => {}
            ServerMessage::Heartbeat(beat) => {
                self.heard = Some((mono, beat.server_time));
                if !self.asks {
                    self.told_of(beat.upto, mono, beat.server_time);
                }
                self.not_recording_since = beat.not_recording_since;
            }
            ServerMessage::Gap => self.wait_for_snapshot(&mut change),
            ServerMessage::Echo(echo) => change.round_trip = self.answered(echo, mono),
            ServerMessage::Refused(refused) => change.refused = Some(refused),
        }
        Ok(change)
    }

    /// Takes a position frame. One of another epoch is not for this handle table and ignored.
    pub fn on_binary(&mut self, bytes: &[u8]) -> Result<Change, ReplicaError> {
        let frame = PositionFrame::decode(bytes)?;
        let mut change = Change::default();
        if self.epoch != Some(frame.epoch) {
            return Ok(change);
        }
        for handle in frame.gone {
            if let Some(person) = self.handles.remove(&handle)
                && self.tracked.remove(&person).is_some()
            {
                change.gone.push(person);
            }
        }
        for moved in frame.moved {
            let Some(person) = self.handles.get(&moved.handle) else {
                continue;
            };
            let known = self.tracked.get(person).and_then(|t| t.accuracy_dm);
            let tracked = Tracked {
                offset: moved.offset,
                received_at: moved.received_at,
                accuracy_dm: moved.accuracy_dm.unwrap_or(known),
            };
            self.tracked.insert(person.clone(), tracked);
            change.moved.push(person.clone());
        }
        Ok(change)
    }

    /// Takes the snapshot that [`Change::take_snapshot`] asked for, then what came meanwhile.
    pub fn on_snapshot(&mut self, snapshot: Snapshot) -> Result<Change, ReplicaError> {
        let mut change = Change {
            reset: true,
            ..Change::default()
        };
        let same_run = self.journal == Some(snapshot.journal) && self.run == Some(snapshot.run);
        self.asked_for = self.asked_for.saturating_sub(1);
        if self.waiting.is_none() && (!same_run || snapshot.seq <= self.view.seq) {
            // An answer from before the last connection: nothing in it is news.
            return Ok(Change::default());
        }
        if !same_run {
            // It answers a question from before the server was another, perhaps with a backup in the
            // place of its journal.
            self.asked_for += 1;
            change.take_snapshot = true;
            return Ok(change);
        }
        let snapshot = match self.held.take() {
            Some(held) if held.seq > snapshot.seq => *held,
            _ => snapshot,
        };
        if self.asked_for > 0 {
            // The answer to an earlier gap lacks what a later one skipped.
            self.held = Some(Box::new(snapshot));
            return Ok(Change::default());
        }
        self.view = snapshot.view;
        self.hash = Some(snapshot.hash);
        for step in self.waiting.take().unwrap_or_default() {
            self.take(step, &mut change)?;
        }
        self.meet();
        Ok(change)
    }

    /// An echo came back: what it tells of was there when it was sent.
    fn answered(&mut self, echo: Echo, mono: Span) -> Option<Span> {
        let index = self.asked.iter().position(|(n, _)| *n == echo.n)?;
        let (_, sent) = self.asked.drain(..=index).next_back()?;
        self.told_of(echo.upto, sent, echo.server_time);
        Some(Span::from_micros(mono.as_micros() - sent.as_micros()))
    }

    fn told_of(&mut self, upto: Seq, mono: Span, server_time: Timestamp) {
        if self.unmet.len() >= UNMET_MAX {
            self.unmet.pop_front();
        }
        self.unmet.push_back((upto, mono, server_time));
        self.meet();
    }

    /// Whatever was told of is here: up to its moment this copy is true.
    fn meet(&mut self) {
        if self.waiting.is_some() {
            return;
        }
        while let Some((upto, mono, server_time)) = self.unmet.front().copied() {
            if upto > self.view.seq {
                break;
            }
            self.unmet.pop_front();
            self.current = Some((mono, server_time));
        }
    }

    fn welcome(&mut self, welcome: Welcome, mono: Span, change: &mut Change) {
        self.heard = Some((mono, welcome.server_time));
        self.journal = Some(welcome.journal);
        self.run = Some(welcome.run);
        // Another journal may number differently; its own heartbeats follow at once.
        self.unmet.clear();
        (self.asked_for, self.held) = (0, None);
        self.asked.retain(|(n, _)| *n == self.last_asked);
        self.handles.clear();
        self.epoch = None;
        // These are told anew to whoever comes, if there is anything to tell.
        change.latest = !std::mem::take(&mut self.latest).is_empty();
        change.unrecorded = !std::mem::take(&mut self.unrecorded).is_empty();
        change.viewers = !std::mem::take(&mut self.viewers).viewers.is_empty();
        change.server_build = Some(welcome.build);
        match welcome.resume {
            ResumeBy::Facts => self.waiting = None,
            ResumeBy::Snapshot => self.wait_for_snapshot(change),
            // Whoever holds a copy is never told so.
            ResumeBy::Whole => {}
        }
    }

    fn wait_for_snapshot(&mut self, change: &mut Change) {
        self.waiting = Some(Vec::new());
        self.asked_for += 1;
        change.take_snapshot = true;
    }

    fn take(&mut self, step: Step, change: &mut Change) -> Result<(), ReplicaError> {
        if let Some(waiting) = &mut self.waiting {
            if waiting.len() >= WAITING_MAX {
                return Err(ReplicaError::SnapshotTooLate);
            }
            waiting.push(step);
            return Ok(());
        }
        match step {
            Step::Facts(facts) => self.facts(facts, change)?,
            Step::Changes(changes) => self.changes(changes, change)?,
        }
        self.meet();
        Ok(())
    }

    fn facts(&mut self, facts: Facts, change: &mut Change) -> Result<(), ReplicaError> {
        for raw in &facts.facts {
            let fact = Fact::decode(raw.get())?;
            if fact.seq <= self.view.seq {
                continue;
            }
            let expected = self.view.seq.next();
            if fact.seq != expected {
                let found = fact.seq;
                return Err(ReplicaError::Missing { expected, found });
            }
            change.touched.extend(self.view.apply(&fact));
        }
        if facts.upto == self.view.seq {
            self.hash = Some(facts.hash);
        }
        Ok(())
    }

    /// Each change tells a thing whole, so that what is known already does no harm; only what is
    /// missing before does.
    fn changes(&mut self, changes: Changes, change: &mut Change) -> Result<(), ReplicaError> {
        if changes.upto <= self.view.seq {
            return Ok(());
        }
        if changes.after > self.view.seq {
            let (expected, found) = (self.view.seq.next(), changes.after.next());
            return Err(ReplicaError::Missing { expected, found });
        }
        let touched = fold_told(&mut self.view, changes.changes);
        change.touched.extend(touched);
        self.view.seq = changes.upto;
        self.hash = Some(changes.hash);
        Ok(())
    }

    fn values(&mut self, latest: Latest) {
        let Latest {
            whole,
            gone,
            values,
        } = latest;
        if whole {
            self.latest.clear();
        }
        for of in gone {
            self.latest.remove(&of);
        }
        for LatestRow { of, readings } in values {
            let Readings {
                battery_percent,
                last_seen_at,
            } = readings;
            let known = self.latest.entry(of).or_default();
            known.battery_percent = battery_percent.or(known.battery_percent);
            known.last_seen_at = last_seen_at.or(known.last_seen_at);
        }
    }

    fn handles(&mut self, handles: Handles, change: &mut Change) {
        let first_of_epoch = self.epoch != Some(handles.epoch);
        if first_of_epoch {
            self.epoch = Some(handles.epoch);
            self.handles.clear();
        }
        for entry in handles.entries {
            self.handles.insert(entry.handle, entry.person);
        }
        if first_of_epoch {
            // The first table of an epoch is whole: whoever is not in it is gone.
            let known = &self.handles;
            let gone = self.tracked.len();
            self.tracked
                .retain(|person, _| known.values().any(|other| other == person));
            change.reset |= gone != self.tracked.len();
        }
    }
}
