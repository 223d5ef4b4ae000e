//! The server's shell in virtual time: turns, commits, rebuilds, crashes.

use super::cast::Document;
use super::driver::Worker;
use super::happened::{Happened, Heard, Ticket, tell};
use super::post::{Post, reach};
use super::store::{Failed, Mood, Store};
use castellan_domain::engine::{Engine, Input, Output};
use castellan_domain::fact::Fact;
use castellan_domain::ids::{JournalId, PersonId, Seq, SiteId};
use castellan_domain::observation::Observation;
use castellan_domain::site::Site;
use castellan_domain::staff::Console;
use castellan_domain::stream::{
    Backlog, Displays, Machine, PresenceChange, RepeatKey, SiteStream, run,
};
use castellan_domain::system::{ClockStepped, DiskRoom, InputSetAside, RecordingResumed};
use castellan_domain::text::Text;
use castellan_domain::time::Timestamp;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// What an input says that breaks the engine on purpose.
pub(crate) const BOMB: &str = "a bomb went off on purpose";
/// Inputs of one turn at most.
const TURN_MAX: usize = 16;
/// Deadlines in a row that may be due at one moment; more are due for ever.
const DUE_MAX: usize = 20_000;

/// The real engine, but for events that are bombs.
pub(crate) struct Fragile(pub(crate) Engine);

impl Machine for Fragile {
    fn of(site: Site) -> Self {
        Self(Engine::new(site))
    }

    fn handle(&mut self, input: Input, now: Timestamp) {
        let key = RepeatKey::of(&input);
        let is_bomb = matches!(&key, Some(RepeatKey::Event(_, event))
            if event.as_str().ends_with("-bomb"));
        self.0.handle(input, now);
        if is_bomb {
            // After it has begun to change things, which is worse.
            std::panic::panic_any(BOMB);
        }
    }

    fn poll_output(&mut self) -> Option<Output> {
        self.0.poll_output()
    }

    fn apply(&mut self, fact: &Fact) {
        self.0.apply(fact);
    }

    fn site(&self) -> &Site {
        self.0.site()
    }

    fn next_deadline(&self) -> Option<Timestamp> {
        self.0.next_deadline()
    }
}

pub(crate) struct Server {
    pub(crate) store: Store,
    pub(crate) machine: Fragile,
    pub(crate) stream: SiteStream,
    pub(crate) seated: Displays,
    sessions: BTreeMap<PersonId, u32>,
    queue: VecDeque<Ticket>,
    set_aside: BTreeSet<RepeatKey>,
    pub(crate) not_recording_since: Option<Timestamp>,
    lost_reports: u32,
    document: Document,
    room: DiskRoom,
    pub(super) worker: Worker,
    pub(super) post: Post,
    site: SiteId,
    epoch: u32,
    /// What happened since the books were told.
    pub(super) log: Vec<Happened>,
    /// When all that was due and all that waited was last done.
    pub(crate) settled_at: Option<Timestamp>,
    pub(crate) rebuilds: u32,
    /// Commits that were said to have failed and had not.
    pub(crate) after_all: u32,
    pub(crate) cached: u32,
    pub(crate) stale_caches: u32,
}

impl Server {
    pub(crate) fn new(document: Document, now: Timestamp) -> Self {
        let store = Store::new(JournalId(uuid::Uuid::from_u128(1)));
        let site = document.estate.estate.site.clone();
        let anchor = document.estate.anchor;
        let backlog = Backlog::bounded(store.journal, Seq(0), &store.hash(Seq(0)), 20_000);
        let view = Site::default().view().clone();
        let build = Text::constant("sim");
        let mut server = Self {
            machine: Fragile::of(Site::default()),
            stream: SiteStream::new(site.clone(), build, backlog, view, anchor, 1),
            store,
            seated: Displays::default(),
            sessions: BTreeMap::new(),
            queue: VecDeque::new(),
            set_aside: BTreeSet::new(),
            not_recording_since: None,
            lost_reports: 0,
            document,
            room: DiskRoom::Ample,
            worker: Worker::default(),
            post: Post::default(),
            site,
            epoch: 1,
            log: Vec::new(),
            settled_at: None,
            rebuilds: 0,
            after_all: 0,
            cached: 0,
            stale_caches: 0,
        };
        server.own(server.document.loaded());
        server.own(reach());
        server.work(now);
        server
    }

    /// Which process this is, since the site began.
    pub(super) const fn life(&self) -> u32 {
        self.epoch
    }

    /// What happened since the last call.
    pub(crate) fn take_log(&mut self) -> Vec<Happened> {
        std::mem::take(&mut self.log)
    }

    /// Another document counts from now on.
    pub(crate) fn publish(&mut self, document: Document) {
        self.own(document.loaded());
        self.document = document;
    }

    /// How much room there is on the disk from now on.
    pub(crate) fn tell_room(&mut self, room: DiskRoom) {
        self.room = room;
        self.own(Input::DiskRoom(room));
    }

    pub(crate) fn take(&mut self, sender: u64, input: Input) {
        self.queue.push_back(Ticket {
            sender: Some(sender),
            input,
        });
    }

    pub(super) fn own(&mut self, input: Input) {
        self.queue.push_back(Ticket {
            sender: None,
            input,
        });
    }

    /// Handles what waits and what is due, in turns. Gives back who heard what.
    pub(crate) fn work(&mut self, now: Timestamp) -> Vec<(u64, Heard)> {
        let mut heard = Vec::new();
        self.settled_at = None;
        self.listen_for_people();
        self.listen_to_worker(now);
        for _ in 0..DUE_MAX {
            let mut tickets: Vec<_> = Vec::new();
            if self.machine.next_deadline().is_some_and(|due| due <= now) {
                tickets.push(Ticket {
                    sender: None,
                    input: Input::DeadlineReached,
                });
            }
            let waiting = self.queue.len().min(TURN_MAX);
            tickets.extend(self.queue.drain(..waiting));
            if tickets.is_empty() {
                self.settled_at = Some(now);
                return heard;
            }
            let well = self.turn(tickets, now, &mut heard);
            if !well {
                return heard;
            }
        }
        panic!("a deadline that was met is due for ever");
    }

    /// One turn. Says whether it was recorded.
    fn turn(
        &mut self,
        tickets: Vec<Ticket>,
        now: Timestamp,
        heard: &mut Vec<(u64, Heard)>,
    ) -> bool {
        let mut entries: Vec<Ticket> = Vec::new();
        for ticket in tickets {
            let key = RepeatKey::of(&ticket.input);
            let before = key.as_ref().and_then(|key| self.store.seen(key));
            if let (Some(sender), Some(answer)) = (ticket.sender, before) {
                heard.push((sender, Heard::Answer(answer.clone())));
            } else if let (Some(sender), true) = (
                ticket.sender,
                key.is_some_and(|key| self.set_aside.contains(&key)),
            ) {
                heard.push((sender, Heard::SetAside));
            } else {
                entries.push(ticket);
            }
        }
        let ran = loop {
            let inputs: Vec<_> = entries.iter().map(|entry| entry.input.clone()).collect();
            match run(&mut self.machine, &self.site, &inputs, || now) {
                Ok(ran) => break ran,
                Err(broken) => {
                    self.put_aside(&mut entries, broken.index, heard);
                    self.rebuild();
                }
            }
        };
        let mut seen = Vec::new();
        for (entry, done) in entries.iter().zip(&ran.done) {
            seen.extend(done.to_keep(&entry.input));
        }
        let calls = &ran.turn.notifications;
        let commit = self.store.commit(&ran.turn.facts, seen, calls);
        if matches!(commit, Err(Failed::Wholly)) {
            self.lose(entries, now, heard);
            return false;
        }
        if let (Some(last), facts) = (ran.turn.facts.last(), &ran.turn.facts) {
            let upto = last.fact.seq;
            let hash = self.store.hash(upto);
            let bytes = facts.iter().map(|stamped| stamped.bytes.as_str());
            self.stream.publish(bytes, upto, &hash).expect("facts");
        }
        self.worker.has_begun = true;
        if commit.is_err() {
            // It happened after all: its facts are true, and nothing else of it left the turn.
            let facts = ran.turn.facts.into_iter().map(|stamped| stamped.fact);
            let handled = tell(&entries, &ran.done, facts.collect(), now, false);
            self.log
                .extend(handled.into_iter().map(Box::new).map(Happened::Handled));
            self.after_all += 1;
            self.lose(entries, now, heard);
            return false;
        }
        let kept = ran.turn.tracks.is_empty() || self.store.keep(&ran.turn.tracks).is_ok();
        let facts = ran.turn.facts.into_iter().map(|stamped| stamped.fact);
        let handled = tell(&entries, &ran.done, facts.collect(), now, kept);
        self.log
            .extend(handled.into_iter().map(Box::new).map(Happened::Handled));
        for fix in &ran.turn.latest {
            self.stream.lane().update(fix);
        }
        self.hand_over(ran.turn.actuations);
        for (entry, done) in entries.into_iter().zip(ran.done) {
            if let Input::Actuated(settled) = &entry.input {
                self.let_go(settled.about);
            }
            if let Input::Notified(settled) = &entry.input {
                self.post.recorded(settled.about);
            }
            if let Some(sender) = entry.sender {
                let told = done.heard(kept);
                heard.push((sender, told.map_or(Heard::NotRecorded, Heard::Answer)));
            }
        }
        true
    }

    /// An input broke the engine: the rest of its turn runs without it, in another one.
    fn put_aside(
        &mut self,
        entries: &mut Vec<Ticket>,
        index: usize,
        heard: &mut Vec<(u64, Heard)>,
    ) {
        let entry = entries.remove(index);
        if let Some(key) = RepeatKey::of(&entry.input) {
            self.set_aside.insert(key);
        }
        if let Some(sender) = entry.sender {
            heard.push((sender, Heard::SetAside));
        }
        entries.retain(|entry| !matches!(entry.input, Input::EstateLoaded { .. }));
        let own = |input| Ticket {
            sender: None,
            input,
        };
        entries.insert(0, own(self.document.loaded()));
        entries.insert(1, own(reach()));
        entries.push(own(Input::SetAside(InputSetAside {
            input: entry.input.name(),
        })));
    }

    /// A turn that could not be recorded never happened.
    fn lose(&mut self, entries: Vec<Ticket>, now: Timestamp, heard: &mut Vec<(u64, Heard)>) {
        self.not_recording_since = self.not_recording_since.or(Some(now));
        for entry in entries.into_iter().chain(self.queue.drain(..)) {
            if matches!(entry.input, Input::Observed(Observation::Report(_))) {
                self.lost_reports += 1;
            }
            if let Some(sender) = entry.sender {
                heard.push((sender, Heard::NotRecorded));
            }
        }
        self.rebuild();
        self.settle_orphans();
        self.own(self.document.loaded());
        self.own(reach());
        self.own(Input::DiskRoom(self.room));
        for person in self.sessions.clone().into_keys() {
            self.own(Input::SessionOpened { person });
        }
        if matches!(self.store.mood, Mood::Well | Mood::TracksFail)
            && let Some(since) = self.not_recording_since.take()
        {
            let unrecorded = std::mem::take(&mut self.lost_reports);
            self.own(Input::RecordingResumed(RecordingResumed {
                since,
                unrecorded,
            }));
        }
    }

    /// Another engine goes on from the record.
    fn rebuild(&mut self) {
        self.machine = Fragile::of(self.wake());
        self.rebuilds += 1;
        self.settled_at = None;
        self.log.push(Happened::Reborn);
    }

    /// What the record says, by the newest snapshot on disk if there is one that can be used.
    fn wake(&mut self) -> Site {
        let whole = self.fold();
        let (kept, stale) = self.store.snapshot();
        self.stale_caches += stale;
        if let Some((seq, mut site)) = kept {
            for fact in self.store.facts_after(seq) {
                site.apply(&fact);
            }
            assert_eq!(site, whole, "a snapshot at {seq} and the facts after it");
            self.cached += 1;
            return site;
        }
        whole
    }

    /// The record goes back to what a backup had. The journal keeps its id.
    pub(crate) fn restore(&mut self, upto: Seq, at_hand: u64) {
        self.store.restore(upto);
        self.crash(None, at_hand);
    }

    /// What the record says, from its first fact.
    pub(crate) fn fold(&self) -> Site {
        let mut site = Site::default();
        for fact in self.store.facts_after(Seq(0)) {
            site.apply(&fact);
        }
        site
    }

    /// The process dies and another one starts. Whoever was connected is not.
    /// The next one has so many facts at hand.
    pub(crate) fn crash(&mut self, stepped: Option<ClockStepped>, at_hand: u64) {
        self.rebuild();
        self.queue.clear();
        self.worker = Worker::default();
        self.post = Post::default();
        self.settle_orphans();
        self.set_aside.clear();
        self.not_recording_since = None;
        self.lost_reports = 0;
        self.seated = Displays::default();
        self.sessions.clear();
        self.epoch += 1;
        let view = self.machine.site().view().clone();
        let head = self.store.head();
        let base = Seq(head.0.saturating_sub(at_hand));
        let mut backlog =
            Backlog::bounded(self.store.journal, base, &self.store.hash(base), 20_000);
        for (row, n) in self.store.rows().iter().zip(1u64..) {
            if n > base.0 {
                backlog.push([row.as_str()], Seq(n), &self.store.hash(Seq(n)));
            }
        }
        let (site, build) = (self.site.clone(), Text::constant("sim"));
        let anchor = self.document.estate.anchor;
        let here: Vec<_> = view
            .people
            .iter()
            .filter(|(_, state)| matches!(state.console, Console::Here { .. }))
            .map(|(person, _)| person.clone())
            .collect();
        self.stream = SiteStream::new(site, build, backlog, view, anchor, self.epoch);
        self.own(self.document.loaded());
        self.own(reach());
        self.own(Input::DiskRoom(self.room));
        for person in here {
            self.own(Input::SessionGone { person });
        }
        if let Some(stepped) = stepped {
            self.own(Input::ClockStepped(stepped));
        }
    }

    /// Who came to a console first, or left the last one.
    fn listen_for_people(&mut self) {
        while let Some(event) = self.seated.next_event() {
            let count = self.sessions.entry(event.person.clone()).or_default();
            let person = event.person;
            match event.change {
                PresenceChange::Opened => {
                    *count += 1;
                    if *count == 1 {
                        self.own(Input::SessionOpened { person });
                    }
                }
                PresenceChange::Gone => {
                    *count = count.saturating_sub(1);
                    if *count == 0 {
                        self.sessions.remove(&person);
                        self.own(Input::SessionGone { person });
                    }
                }
            }
        }
    }
}
