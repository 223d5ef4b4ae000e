//! One turn: run, recorded, let out.

use super::notices::{Known, Notices};
use super::{SETTLE_AGAIN_AFTER, SETTLE_EVERY, SiteTask, SiteTaskError, TURN_INPUTS_MAX};
use crate::journal::{Commit, SeenCommand, SeenEvent};
use crate::personal::PersonalRecord;
use crate::requests::{Lost, Reply, Ticket};
use castellan_domain::actuation::ActuationOutcome;
use castellan_domain::answer::Answer;
use castellan_domain::engine::Input;
use castellan_domain::estate::DutyKept;
use castellan_domain::fact::{FactBody, InputSetAside, NotificationSettled};
use castellan_domain::ids::{DeviceId, EventId, PersonId};
use castellan_domain::notify::{Notification, Settlement};
use castellan_domain::staff::StaffFact;
use castellan_domain::stream::{Broken, Done, Machine, Ran, RepeatKey, Stamped, Turn, run};
use castellan_domain::system::InputName;
use castellan_domain::time::Timestamp;
use std::mem;
use std::pin::pin;
use std::time::Duration;
use tokio::time::{Instant, timeout};
use tracing::{Instrument as _, debug, debug_span, error, info, warn};

/// Inputs of one turn that may break the engine; each costs a rebuild. Beyond it the turn is lost
/// and its senders come again.
const BROKEN_PER_TURN_MAX: usize = 4;
/// A commit that takes longer than this counts as not recorded until it is there.
const STALLED_AFTER: Duration = Duration::from_secs(2);

/// Who sent an input. The server's own inputs have no sender.
#[derive(Debug)]
struct Sender {
    personal: Option<PersonalRecord>,
    reply: Reply,
}

/// The inputs of a turn, each with its sender.
#[derive(Debug, Default)]
struct Entries {
    /// At most [`TURN_INPUTS_MAX`] that were sent, as many sessions, and `STEPS_MAX` steps of the clock.
    inputs: Vec<Input>,
    /// At most one for each input.
    senders: Vec<Option<Sender>>,
}

impl Entries {
    fn own(&mut self, input: Input) {
        self.inputs.push(input);
        self.senders.push(None);
    }

    fn first(&mut self, input: Input) {
        self.inputs.insert(0, input);
        self.senders.insert(0, None);
    }

    fn sent(&mut self, ticket: Ticket) {
        self.inputs.push(ticket.input);
        self.senders.push(Some(Sender {
            personal: ticket.personal,
            reply: ticket.reply,
        }));
    }

    fn remove(&mut self, index: usize) -> (Input, Option<Sender>) {
        (self.inputs.remove(index), self.senders.remove(index))
    }
}

/// What became of a turn's positions, once its facts were recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Positions {
    Kept,
    Lost,
}

impl<M: Machine> SiteTask<M> {
    /// One turn: what the server has to say itself, and these inputs.
    pub(super) async fn turn(&mut self, tickets: Vec<Ticket>) {
        let mut entries = Entries::default();
        if self.is_due(self.clock.now()) {
            self.state.settle_at = Instant::now() + SETTLE_EVERY;
            entries.own(Input::DeadlineReached);
        }
        if mem::take(&mut self.state.has_orphans) {
            for orphan in self.orphans(ActuationOutcome::NotSent) {
                entries.own(orphan);
            }
        }
        let unsent = self.state.left_out.len().min(TURN_INPUTS_MAX);
        for settled in &self.state.left_out[..unsent] {
            entries.own(Input::Notified(settled.clone()));
        }
        for step in &self.state.steps {
            entries.own(Input::ClockStepped(*step));
        }
        let steps = self.state.steps.len();
        let view = self.engine.site().view();
        let sessions = self.state.consoles.news(view, TURN_INPUTS_MAX);
        let told = sessions.len();
        for session in sessions {
            entries.own(session);
        }
        let room = self.disk.room();
        let tells_room = self.state.disk_news.has_news(room);
        if tells_room {
            entries.own(Input::DiskRoom(room));
        }
        let began = Instant::now();
        match self.handle(tickets, &mut entries).await {
            Ok((done, positions)) => {
                self.turns.recorded(began.elapsed());
                self.state.left_out.drain(..unsent);
                self.state.steps.drain(..steps);
                self.state.consoles.told(told, TURN_INPUTS_MAX);
                if tells_room {
                    self.state.disk_news.told(room);
                }
                for (sender, done) in entries.senders.into_iter().zip(done) {
                    let Some(mut sender) = sender else { continue };
                    if let (Some(made), Some(noted)) = (done.made, &mut sender.reply.noted) {
                        noted.made(made);
                    }
                    let heard = done.heard(positions == Positions::Kept);
                    sender.reply.answer(heard.ok_or(Lost::NotRecorded));
                }
            }
            Err(error) => self.lose(&error, entries),
        }
    }

    /// The turn is dropped: nothing of it happened, and its senders hear so.
    fn lose(&mut self, error: &SiteTaskError, entries: Entries) {
        self.turns.lost();
        error!(%error, dropped = entries.inputs.len(), "a turn could not be recorded and is dropped");
        if matches!(error, SiteTaskError::Journal(error) if error.is_full()) {
            self.disk.give_up_ballast();
        }
        self.hub.set_not_recording(Some(self.clock.now()));
        self.state.rebuild_at = Some(Instant::now());
        self.state.rebuilds = 0;
        self.state.consoles.forget_told();
        self.state.disk_news.forget_told();
        let known = Known {
            machine: &self.engine,
            estate: &self.estate.index,
            now: self.clock.now(),
        };
        for (input, sender) in entries.inputs.iter().zip(entries.senders) {
            self.state.notices.lost(input, &known);
            if let Some(sender) = sender {
                sender.reply.answer(Err(Lost::NotRecorded));
            }
        }
        self.show_notices();
    }

    /// While nothing can be recorded: everybody is told so, and reports are shown all the same.
    pub(super) fn turn_away(&mut self, tickets: Vec<Ticket>) {
        let known = Known {
            machine: &self.engine,
            estate: &self.estate.index,
            now: self.clock.now(),
        };
        for ticket in tickets {
            self.state.notices.lost(&ticket.input, &known);
            ticket.reply.answer(Err(Lost::NotRecorded));
        }
        self.show_notices();
    }

    async fn handle(
        &mut self,
        tickets: Vec<Ticket>,
        entries: &mut Entries,
    ) -> Result<(Vec<Done>, Positions), SiteTaskError> {
        let told = match self.told_before(&tickets).await {
            Ok(told) => told,
            Err(error) => {
                for ticket in tickets {
                    entries.sent(ticket);
                }
                return Err(error);
            }
        };
        for (ticket, told) in tickets.into_iter().zip(told) {
            match told.or_else(|| self.cannot_order(&ticket.input).map(Ok)) {
                Some(told) => ticket.reply.answer(told),
                None => entries.sent(ticket),
            }
        }
        let ran = self.run_turn(entries).await?;
        let commit = remember(entries, &ran.done);
        let inputs = &entries.inputs;
        let positions = self.record(ran.turn, commit, ran.at, inputs).await?;
        self.state
            .last_seen
            .show(&self.hub, &self.estate.index, &entries.inputs, &ran.done);
        Ok((ran.done, positions))
    }

    /// What was answered to each of these inputs when it came before. Events are looked up together.
    async fn told_before(
        &mut self,
        tickets: &[Ticket],
    ) -> Result<Vec<Option<Result<Answer, Lost>>>, SiteTaskError> {
        let keys: Vec<Option<RepeatKey>> = tickets
            .iter()
            .map(|ticket| RepeatKey::of(&ticket.input))
            .collect();
        let events: Vec<(DeviceId, EventId)> = keys
            .iter()
            .flatten()
            .filter_map(|key| match key {
                RepeatKey::Event(device, event) => Some((device.clone(), event.clone())),
                RepeatKey::Command(_) => None,
            })
            .collect();
        let seen = self.journal.seen_events(&events).await?;
        let mut told = Vec::with_capacity(keys.len());
        for key in keys {
            let first = match key {
                None => None,
                Some(key) if self.set_asides.knows(&key) => Some(Err(Lost::SetAside)),
                Some(RepeatKey::Command(id)) => self.journal.seen_command(id).await?.map(Ok),
                Some(RepeatKey::Event(device, event)) => {
                    seen.get(&(device, event)).cloned().map(Ok)
                }
            };
            told.push(first);
        }
        Ok(told)
    }

    /// Runs the inputs. One that breaks the engine is set aside, and the rest runs again on an
    /// engine rebuilt from the record.
    async fn run_turn(&mut self, entries: &mut Entries) -> Result<Ran, SiteTaskError> {
        for _ in 0..=BROKEN_PER_TURN_MAX {
            let broken = {
                let _span = debug_span!("handle").entered();
                let clock = self.clock.clone();
                match run(&mut self.engine, &self.site, &entries.inputs, || {
                    clock.now()
                }) {
                    Ok(ran) => return Ok(ran),
                    Err(broken) => broken,
                }
            };
            if let Input::EstateLoaded { .. } = entries.inputs[broken.index] {
                return Err(SiteTaskError::BrokenStart(broken.why));
            }
            self.set_aside(entries, broken);
            self.renew_engine().await?;
            entries.first(self.estate_loaded());
        }
        Err(SiteTaskError::TooManyBroken)
    }

    fn set_aside(&mut self, entries: &mut Entries, broken: Broken) {
        let (input, sender) = entries.remove(broken.index);
        // The engine is rebuilt with the estate in front; it must not be there twice.
        if matches!(entries.inputs.first(), Some(Input::EstateLoaded { .. })) {
            entries.remove(0);
        }
        let name = input.name();
        error!(input = ?name, why = %broken.why, "an input broke the engine and is set aside");
        self.set_asides.keep(&input, broken.why, self.clock.now());
        let known = Known {
            machine: &self.engine,
            estate: &self.estate.index,
            now: self.clock.now(),
        };
        self.state.notices.broke(&input, &known);
        self.show_notices();
        if matches!(input, Input::DeadlineReached) {
            self.state.settle_at = Instant::now() + SETTLE_AGAIN_AFTER;
        }
        if let Some(sender) = sender {
            sender.reply.answer(Err(Lost::SetAside));
        }
        // The server's own inputs say nothing that the record would miss.
        if name != InputName::Own {
            entries.own(Input::SetAside(InputSetAside { input: name }));
        }
    }

    /// Facts first, then positions, then everybody may see them. If the disk takes long, `inputs`
    /// are shown as not recorded: the facts may still come true, but nobody should have to wait to
    /// hear of a fire.
    pub(super) async fn record(
        &mut self,
        turn: Turn,
        mut commit: Commit,
        now: Timestamp,
        inputs: &[Input],
    ) -> Result<Positions, SiteTaskError> {
        let Turn {
            facts,
            tracks,
            latest,
            notifications,
            rehearsals,
            actuations,
            actuation_rehearsals,
            ..
        } = turn;
        let went_off_duty = self.not_to_be_seen(&facts);
        commit.facts = facts
            .into_iter()
            .map(|stamped| (stamped.fact.seq, stamped.fact.recorded_at, stamped.bytes))
            .collect();
        let mut left_out = Vec::new();
        if let Some(outbox) = &self.outbox {
            (commit.notifications, left_out) = outbox.admit(notifications, self.clock.now());
        }
        let span = debug_span!("record", facts = commit.facts.len(), fixes = tracks.len());
        let hashes = if commit.is_empty() {
            Vec::new()
        } else {
            let mut append = pin!(self.journal.append(&commit, now).instrument(span));
            match timeout(STALLED_AFTER, append.as_mut()).await {
                Ok(appended) => appended?,
                Err(_elapsed) => {
                    warn!(
                        "a turn waits for the disk; until it is there, nothing counts as recorded"
                    );
                    let known = Known {
                        machine: &self.engine,
                        estate: &self.estate.index,
                        now,
                    };
                    let mut notices = Notices::default();
                    for input in inputs {
                        notices.lost(input, &known);
                    }
                    self.hub.set_not_recording(Some(now));
                    self.hub.set_unrecorded(&notices.shown());
                    let hashes = append.await?;
                    if self.state.rebuild_at.is_none() {
                        self.hub.set_not_recording(None);
                        self.hub.set_unrecorded(&self.state.notices.shown());
                    }
                    hashes
                }
            }
        };
        if let (Some((upto, ..)), Some(hash)) = (commit.facts.last(), hashes.last()) {
            let _span = debug_span!("publish", upto = upto.0).entered();
            let facts = commit.facts.iter().map(|(_, _, bytes)| bytes.as_str());
            self.hub.publish_facts(facts, *upto, &hash.to_hex());
            debug!("published");
        }
        self.hand_over(actuations);
        if let Some(outbox) = &self.outbox {
            // What was left out waits to be settled by the next turn, which comes at once.
            let added = commit.notifications.len() + left_out.len();
            outbox.committed(added, commit.settled.len());
        }
        self.state.left_out.extend(left_out.iter().map(unsent));
        for rehearsal in rehearsals {
            info!(about = %rehearsal.about(), message = ?rehearsal.message(), "a drill would have told people outside");
        }
        for rehearsal in actuation_rehearsals {
            info!(about = %rehearsal.about(), device = %rehearsal.intended().device, "a drill would have ordered something of a device");
        }
        let positions = self.keep(&tracks, now).await;
        // Where somebody is now is shown even while the history cannot be kept.
        self.hub.publish_positions(&latest);
        self.hub.remove_people(&went_off_duty);
        Ok(positions)
    }

    /// Who went off duty with these facts, where positions are for those on duty alone.
    fn not_to_be_seen(&self, facts: &[Stamped]) -> Vec<PersonId> {
        if self.estate.estate.staffing.duty == DutyKept::Assumed {
            return Vec::new();
        }
        let bodies = facts.iter().map(|stamped| &stamped.fact.body);
        bodies
            .filter_map(|body| match body {
                FactBody::Staff(StaffFact::OffDuty(body)) => Some(body.person.clone()),
                _ => None,
            })
            .collect()
    }

    /// Stores positions. The facts of the turn are on disk and stay true whatever becomes of them;
    /// only the phones send again.
    async fn keep(
        &mut self,
        tracks: &[castellan_domain::observation::Fix],
        now: Timestamp,
    ) -> Positions {
        if tracks.is_empty() {
            return Positions::Kept;
        }
        if !self.disk.keeps_tracks() {
            debug!(lost = tracks.len(), "the room that is left is for facts");
            self.disk.set_tracks_failing(Some(now));
            return Positions::Lost;
        }
        match self.tracks.append(tracks).await {
            Ok(()) => {
                self.turns.kept(tracks.len());
                self.disk.set_tracks_failing(None);
                Positions::Kept
            }
            Err(error) => {
                error!(%error, lost = tracks.len(), "positions could not be stored");
                self.disk.set_tracks_failing(Some(now));
                // The connection itself may be dead.
                if let Err(error) = self.tracks.reopen().await {
                    error!(%error, "the history of positions cannot be opened again yet");
                }
                Positions::Lost
            }
        }
    }
}

/// What is said of a notification for which there was no room: it reached nobody, and its ladder goes on.
fn unsent(notification: &Notification) -> NotificationSettled {
    let message = notification.message();
    NotificationSettled {
        about: notification.about(),
        matter: message.matter(),
        channel: message.channel(),
        outcome: Settlement::GivenUp,
        attempts: 0,
    }
}

/// What is committed with the facts: so that a repeat gets the first answer again, and so that what
/// was sent is not sent again.
fn remember(entries: &mut Entries, done: &[Done]) -> Commit {
    let mut commit = Commit::default();
    for ((input, sender), done) in entries.inputs.iter().zip(&mut entries.senders).zip(done) {
        if let Input::Notified(settled) = input {
            commit.settled.push(settled.about);
        }
        match done.to_keep(input) {
            Some((RepeatKey::Command(id), answer)) => {
                commit.commands.push(SeenCommand { id, answer });
            }
            Some((RepeatKey::Event(device, event), answer)) => commit.events.push(SeenEvent {
                device,
                event,
                answer,
            }),
            None => {}
        }
        if !done.is_repeat && matches!(done.answer, Some(Ok(_))) {
            let words = sender.as_mut().and_then(|sender| sender.personal.take());
            commit.personal.extend(words);
        }
    }
    commit
}
