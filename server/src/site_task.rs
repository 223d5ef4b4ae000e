//! The one owner of a site's engine: takes inputs in turns, records each turn, then lets it out.
//!
//! handle → drain → record → publish → answer. Nothing leaves before its turn is on disk. What
//! arrives while a turn is being written is the next turn, so a busy site commits in groups by
//! itself. If a commit fails the turn is dropped, its senders are told, and the engine is rebuilt
//! from the journal; until that worked everything is answered "not recorded".

use crate::clock::Clock;
use crate::hub::Hub;
use crate::journal::{Commit, Journal, JournalError, SeenCommand, SeenEvent, replay};
use crate::personal::PersonalRecord;
use crate::site_folder::PublishedEstate;
use crate::tracks::Tracks;
use castellan_domain::engine::{Accepted, Engine, Input};
use castellan_domain::ids::{CommandId, DeviceId, EventId, SiteId};
use castellan_domain::observation::Observation;
use castellan_domain::stream::{Turn, TurnError};
use castellan_domain::text::Text;
use castellan_domain::time::Timestamp;
use castellan_domain::wire::api::{Answer, Snapshot};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, sleep_until};
use tracing::{Instrument as _, debug_span, error, info, warn};

/// Inputs that may wait for their turn; one more is refused with 503.
pub(crate) const QUEUE_MAX: usize = 4_096;
/// Requests that one turn takes at most.
const TURN_INPUTS_MAX: usize = 256;
/// Wait between two attempts to rebuild after a failed commit.
const REBUILD_EVERY: Duration = Duration::from_millis(500);
/// How often positions are brought onto the disk itself.
const TRACKS_SYNC_EVERY: Duration = Duration::from_secs(1);
/// How often is purged what has had its time: remembered ids, words about people.
const PURGE_EVERY: Duration = Duration::from_hours(1);
/// Wait before the next step of a purge that is not done yet.
const PURGE_AGAIN: Duration = Duration::from_secs(1);

/// The turn of an input could not be recorded: nothing of it happened, and it may be sent again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this could not be recorded")]
pub(crate) struct NotRecorded;

/// An input with its return address.
#[derive(Debug)]
pub(crate) struct Ticket {
    pub(crate) input: Input,
    /// Words to be stored with it.
    pub(crate) personal: Option<PersonalRecord>,
    /// Ties together what the log says about this input, from receive to send.
    pub(crate) trace: u64,
    pub(crate) reply: Reply,
}

/// The way back to whoever sent an input.
pub(crate) type Reply = oneshot::Sender<Result<Answer, NotRecorded>>;

/// What can be asked of the task.
#[derive(Debug)]
pub(crate) enum Request {
    Handle(Box<Ticket>),
    /// The state as of the last turn.
    Snapshot(oneshot::Sender<Result<Snapshot, NotRecorded>>),
}

/// Why the task stops.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SiteTaskError {
    #[error(transparent)]
    Journal(#[from] JournalError),
    #[error(transparent)]
    Turn(#[from] TurnError),
}

/// What became of a turn's positions, once its facts were recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Positions {
    Kept,
    Lost,
}

/// By what a repeated input is recognised.
#[derive(Debug, Clone, PartialEq, Eq)]
enum RepeatKey {
    Command(CommandId),
    Event(DeviceId, EventId),
}

/// Everything that belongs to one site at run time.
#[derive(Debug)]
pub(crate) struct SiteTask {
    pub(crate) site: SiteId,
    pub(crate) engine: Engine,
    pub(crate) journal: Journal,
    pub(crate) tracks: Tracks,
    pub(crate) estate: PublishedEstate,
    pub(crate) hub: Arc<Hub>,
    pub(crate) clock: Arc<Clock>,
    /// A turn was lost, and with it the engine's state: when to rebuild it next.
    pub(crate) rebuild_at: Option<Instant>,
}

impl SiteTask {
    /// Runs until every sender is gone.
    pub(crate) async fn run(mut self, mut requests: mpsc::Receiver<Request>) {
        let mut sync_at = Instant::now() + TRACKS_SYNC_EVERY;
        let mut purge_at = Instant::now();
        loop {
            let deadline = self.next_wake();
            tokio::select! {
                request = requests.recv() => match request {
                    Some(request) => self.take(request, &mut requests).await,
                    None => return,
                },
                () = sleep_until(deadline) => match self.rebuild_at {
                    Some(_) => self.rebuild().await,
                    None => self.turn(Vec::new()).await,
                },
                () = sleep_until(sync_at) => {
                    if let Err(error) = self.tracks.sync().await {
                        warn!(%error, "positions could not be synced to disk");
                    }
                    sync_at = Instant::now() + TRACKS_SYNC_EVERY;
                }
                () = sleep_until(purge_at) => {
                    let more = self.journal.purge(self.clock.now()).await.unwrap_or_else(|error| {
                        warn!(%error, "what has had its time could not be purged");
                        false
                    });
                    purge_at = Instant::now() + if more { PURGE_AGAIN } else { PURGE_EVERY };
                }
            }
        }
    }

    /// Takes a request and whatever waits behind it, up to the size of a turn.
    async fn take(&mut self, first: Request, requests: &mut mpsc::Receiver<Request>) {
        let mut tickets = Vec::new();
        let mut next = Some(first);
        for taken in 1.. {
            let Some(request) = next else { break };
            match request {
                Request::Handle(ticket) if self.rebuild_at.is_some() => {
                    answer(ticket.reply, Err(NotRecorded));
                }
                Request::Handle(ticket) => tickets.push(*ticket),
                // Whoever asked may have gone meanwhile.
                Request::Snapshot(reply) => drop(reply.send(self.snapshot())),
            }
            next = (taken < TURN_INPUTS_MAX)
                .then(|| requests.try_recv().ok())
                .flatten();
        }
        if !tickets.is_empty() {
            self.turn(tickets).await;
        }
    }

    /// Publishes the estate if the journal does not name it yet.
    pub(crate) async fn publish_estate(&mut self) -> Result<(), SiteTaskError> {
        self.load_estate();
        let now = self.clock.now();
        let mut turn = Turn::new(self.site.clone());
        turn.drain(&mut self.engine, now)?;
        self.record(turn, Commit::default(), now).await?;
        Ok(())
    }

    fn load_estate(&mut self) {
        let input = Input::EstateLoaded {
            hash: self.estate.hash.clone(),
            estate: self.estate.estate.clone(),
        };
        self.engine.handle(input, self.clock.now());
    }

    /// When to look again by ourselves: to rebuild, or because a deadline is due.
    fn next_wake(&self) -> Instant {
        if let Some(rebuild_at) = self.rebuild_at {
            return rebuild_at;
        }
        let Some(due_at) = self.engine.next_deadline() else {
            return Instant::now() + PURGE_EVERY;
        };
        let wait = due_at.since(self.clock.now()).as_micros().max(0);
        Instant::now() + Duration::from_micros(wait.unsigned_abs())
    }

    fn snapshot(&self) -> Result<Snapshot, NotRecorded> {
        if self.rebuild_at.is_some() {
            // What the engine holds includes what was never recorded.
            return Err(NotRecorded);
        }
        let (seq, hash) = self.journal.head();
        Ok(Snapshot {
            journal: self.journal.id(),
            seq,
            hash: Text::new(hash.to_hex()).map_err(|_| NotRecorded)?,
            view: self.engine.site().view().clone(),
        })
    }

    /// One turn: these inputs, or a deadline if there are none.
    async fn turn(&mut self, tickets: Vec<Ticket>) {
        let mut replies = Vec::with_capacity(tickets.len());
        match self.handle_all(tickets, &mut replies).await {
            Ok(positions) => {
                for (reply, result) in replies {
                    let lost = positions == Positions::Lost
                        && matches!(result, Some(Ok(Accepted::Tracked)));
                    answer(reply, result.filter(|_| !lost).ok_or(NotRecorded));
                }
            }
            Err(error) => {
                error!(%error, dropped = replies.len(), "a turn could not be recorded and is dropped");
                self.hub.set_not_recording(Some(self.clock.now()));
                self.rebuild_at = Some(Instant::now());
                for (reply, _) in replies {
                    answer(reply, Err(NotRecorded));
                }
            }
        }
    }

    async fn handle_all(
        &mut self,
        tickets: Vec<Ticket>,
        replies: &mut Vec<(Reply, Option<Answer>)>,
    ) -> Result<Positions, SiteTaskError> {
        let mut turn = Turn::new(self.site.clone());
        let mut commit = Commit::default();
        let mut now = self.clock.now();
        if self
            .engine
            .next_deadline()
            .is_some_and(|due_at| due_at <= now)
        {
            self.engine.handle(Input::DeadlineReached, now);
            turn.drain(&mut self.engine, now)?;
        }
        let mut failure = None;
        for ticket in tickets {
            let Ticket {
                input,
                personal,
                trace,
                reply,
            } = ticket;
            if failure.is_some() {
                replies.push((reply, None));
                continue;
            }
            let key = repeat_key(&input);
            match self.first_answer(key.as_ref(), &commit).await {
                Ok(Some(answer)) => {
                    replies.push((reply, Some(answer)));
                    continue;
                }
                Ok(None) => {}
                Err(error) => {
                    replies.push((reply, None));
                    failure = Some(error);
                    continue;
                }
            }
            now = self.clock.now();
            let span = debug_span!("handle", trace).entered();
            self.engine.handle(input, now);
            drop(span);
            let span = debug_span!("drain", trace).entered();
            let drained = turn.drain(&mut self.engine, now);
            drop(span);
            match drained {
                Ok(answer) => {
                    if let Some(answer) = &answer {
                        remember(&mut commit, key, answer, personal);
                    }
                    replies.push((reply, answer));
                }
                Err(error) => {
                    replies.push((reply, None));
                    failure = Some(error.into());
                }
            }
        }
        match failure {
            Some(error) => Err(error),
            None => self.record(turn, commit, now).await,
        }
    }

    async fn first_answer(
        &mut self,
        key: Option<&RepeatKey>,
        commit: &Commit,
    ) -> Result<Option<Answer>, SiteTaskError> {
        match key {
            None => Ok(None),
            Some(RepeatKey::Command(id)) => {
                match commit.commands.iter().find(|seen| seen.id == *id) {
                    Some(seen) => Ok(Some(seen.answer.clone())),
                    None => Ok(self.journal.seen_command(*id).await?),
                }
            }
            Some(RepeatKey::Event(device, event)) => {
                let mut in_turn = commit.events.iter();
                match in_turn.find(|seen| seen.event == *event && seen.device == *device) {
                    Some(seen) => Ok(Some(seen.answer.clone())),
                    None => Ok(self.journal.seen_event(device, event).await?),
                }
            }
        }
    }

    /// Facts first, then positions, then everybody may see them.
    async fn record(
        &mut self,
        turn: Turn,
        mut commit: Commit,
        now: Timestamp,
    ) -> Result<Positions, SiteTaskError> {
        let Turn {
            facts,
            tracks,
            latest,
            ..
        } = turn;
        commit.facts = facts
            .into_iter()
            .map(|stamped| (stamped.fact.seq, stamped.fact.recorded_at, stamped.bytes))
            .collect();
        let span = debug_span!("record", facts = commit.facts.len(), fixes = tracks.len());
        let hashes = async {
            if commit.is_empty() {
                return Ok(Vec::new());
            }
            self.journal.append(&commit, now).await
        }
        .instrument(span)
        .await?;
        if let (Some((upto, ..)), Some(hash)) = (commit.facts.last(), hashes.last()) {
            let _span = debug_span!("publish").entered();
            let facts = commit.facts.iter().map(|(_, _, bytes)| bytes.as_str());
            self.hub.publish_facts(facts, *upto, &hash.to_hex());
        }
        let mut positions = Positions::Kept;
        if !tracks.is_empty()
            && let Err(error) = self.tracks.append(&tracks).await
        {
            // The facts of this turn are on disk and stay true; only the phones send again.
            error!(%error, lost = tracks.len(), "positions could not be stored");
            positions = Positions::Lost;
        }
        // Where somebody is now is shown even while the history cannot be kept.
        self.hub.publish_positions(&latest);
        Ok(positions)
    }

    /// Starts over from what is on disk, or tries again a little later.
    async fn rebuild(&mut self) {
        match self.try_rebuild().await {
            Ok(()) => {
                info!("recording again: the engine was rebuilt from the journal");
                self.hub.set_not_recording(None);
                self.rebuild_at = None;
            }
            Err(error) => {
                error!(%error, "nothing can be recorded yet");
                self.rebuild_at = Some(Instant::now() + REBUILD_EVERY);
            }
        }
    }

    async fn try_rebuild(&mut self) -> Result<(), SiteTaskError> {
        self.journal.reread_head().await?;
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
        self.engine = replay(&mut self.journal).await?.engine;
        self.publish_estate().await
    }
}

/// Tells the sender. It may have given up waiting; what was recorded stays recorded.
fn answer(reply: Reply, result: Result<Answer, NotRecorded>) {
    drop(reply.send(result));
}

fn repeat_key(input: &Input) -> Option<RepeatKey> {
    match input {
        Input::Commanded { command_id, .. } => Some(RepeatKey::Command(*command_id)),
        Input::Observed(Observation::Report(report)) => Some(RepeatKey::Event(
            report.device.clone(),
            report.event.clone(),
        )),
        _ => None,
    }
}

/// What is committed with the facts, so that a repeat gets the first answer again.
fn remember(
    commit: &mut Commit,
    key: Option<RepeatKey>,
    answer: &Answer,
    personal: Option<PersonalRecord>,
) {
    match key {
        None => {}
        Some(RepeatKey::Command(id)) => commit.commands.push(SeenCommand {
            id,
            answer: answer.clone(),
        }),
        // A refused report may be accepted later: the device is asked to send it again.
        Some(RepeatKey::Event(..)) if answer.is_err() => {}
        Some(RepeatKey::Event(device, event)) => commit.events.push(SeenEvent {
            device,
            event,
            answer: answer.clone(),
        }),
    }
    if answer.is_ok() {
        commit.personal.extend(personal);
    }
}
