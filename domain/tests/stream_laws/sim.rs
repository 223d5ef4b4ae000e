//! A server, three displays, and links that stall, break and deliver late. No clock, no chance:
//! a list of steps is a whole run.

use super::steps::{DISPLAYS, Step, WALKERS};
use crate::common::{START, World, estate, id, secs, spot, text};
use castellan_domain::alarm::Verdict;
use castellan_domain::fact::Fact;
use castellan_domain::geo::Anchor;
use castellan_domain::ids::{AlarmId, JournalId, PersonId, Seq};
use castellan_domain::observation::{Fix, ReportedState};
use castellan_domain::site::{Site, View};
use castellan_domain::stream::{Backlog, Change, Lane, Outgoing, Replica, Session, Tracked};
use castellan_domain::time::{Span, Timestamp};
use castellan_domain::wire::api::Snapshot;
use castellan_domain::wire::live::{Heartbeat, ServerMessage};
use castellan_domain::wire::position_frame::PositionFrame;
use proptest::sample::Index;
use std::collections::{BTreeMap, VecDeque};

/// A browser and its link.
#[derive(Default)]
pub(crate) struct Display {
    pub(crate) replica: Replica,
    session: Option<Session>,
    /// On the link: taken from the session, not yet with the display.
    link: VecDeque<Outgoing>,
    /// Requests for the snapshot that the server has not answered yet.
    asked: usize,
    /// Answers on their way. They come by another road than the link and outlive it.
    answers: Vec<Snapshot>,
    pub(crate) connections: usize,
}

/// The whole run.
pub(crate) struct Sim {
    world: World,
    /// Stored facts of this journal with their frame boundaries.
    frames: Vec<(Seq, Seq)>,
    journal: JournalId,
    backlog: Backlog,
    lane: Lane,
    epoch: u32,
    positions: BTreeMap<PersonId, (Timestamp, Tracked)>,
    pub(crate) displays: [Display; DISPLAYS],
    /// Every state that ever was true, by journal and number.
    truths: BTreeMap<(u128, Seq), View>,
}

fn anchor() -> Anchor {
    Anchor::new(estate().anchor)
}

impl Sim {
    pub(crate) fn new() -> Self {
        let journal = JournalId(uuid::Uuid::from_u128(1));
        let mut sim = Self {
            world: World::without_estate(Site::default()),
            frames: Vec::new(),
            journal,
            backlog: Backlog::new(journal, Seq(0), &chain(&[])),
            lane: Lane::new(anchor(), 1),
            epoch: 1,
            positions: BTreeMap::new(),
            displays: std::array::from_fn(|_| Display::default()),
            truths: BTreeMap::new(),
        };
        sim.note_truth();
        sim.turn(|world| world.load("estate-1", estate()));
        sim
    }

    pub(crate) fn step(&mut self, step: &Step) {
        self.world.now = self.world.now + Span::from_millis(250);
        match step {
            Step::Turn(inputs) => self.turn(|world| {
                for (what, state) in inputs {
                    happen(world, *what, *state);
                }
            }),
            Step::Walk(who, east, ago) => self.walk(WALKERS[*who], *east, secs(*ago)),
            Step::Tick => {
                self.lane.advance(self.world.now);
            }
            Step::Connect(who) => self.connect(*who),
            Step::Pull(who, count) => {
                self.pull(*who, *count);
            }
            Step::Deliver(who, count) => self.deliver(*who, *count),
            Step::Cut(who) => self.cut(*who),
            Step::Answer(who) => self.answer(*who),
            Step::Arrive(who, which) => {
                let count = self.displays[*who].answers.len();
                if count > 0 {
                    self.arrive(*who, which.index(count));
                }
            }
            Step::Trim(from) => {
                let from = from.index(self.frames.len());
                self.rebuild_backlog(self.frames[from].0);
            }
            Step::Restart(from, frame_len) => {
                self.restart(from.index(self.world.facts.len()) as u64, *frame_len);
            }
            Step::Restore(keep) => self.restore(*keep),
        }
    }

    /// Everything calms down: links work, requests are answered, until nobody has more to say.
    pub(crate) fn settle(&mut self) {
        for _ in 0..10 {
            self.lane.advance(self.world.now);
            let mut busy = false;
            for who in 0..DISPLAYS {
                if self.displays[who].session.is_none() {
                    self.connect(who);
                }
                while self.pull(who, 1) {
                    busy = true;
                }
                self.deliver(who, usize::MAX);
                while self.displays[who].asked > 0 {
                    busy = true;
                    self.answer(who);
                }
                // The last one asked for may well be the first to come.
                while !self.displays[who].answers.is_empty() {
                    let last = self.displays[who].answers.len() - 1;
                    self.arrive(who, last);
                }
            }
            if !busy && self.displays.iter().all(|d| d.session.is_some()) {
                return;
            }
        }
        panic!("the displays come to no rest");
    }

    /// The law that all of this is for.
    pub(crate) fn assert_all_agree(&self) {
        let positions: BTreeMap<_, _> = self
            .positions
            .iter()
            .map(|(person, (_, tracked))| (person.clone(), *tracked))
            .collect();
        for (who, display) in self.displays.iter().enumerate() {
            assert!(display.replica.is_ready(), "display {who} has a state");
            assert_eq!(display.replica.view(), self.world.view(), "display {who}");
            assert_eq!(display.replica.tracked(), &positions, "display {who}");
        }
    }

    fn head(&self) -> (Seq, String) {
        let stored: Vec<_> = self.world.facts.iter().map(|s| s.bytes.as_str()).collect();
        (self.world.view().seq, chain(&stored))
    }

    fn note_truth(&mut self) {
        let key = (self.journal.0.as_u128(), self.world.view().seq);
        self.truths.insert(key, self.world.view().clone());
    }

    fn turn(&mut self, inputs: impl FnOnce(&mut World)) {
        let before = self.world.facts.len();
        let mut view = self.world.view().clone();
        inputs(&mut self.world);
        if self.world.facts.len() == before {
            return;
        }
        for stamped in &self.world.facts[before..] {
            view.apply(&stamped.fact);
            let key = (self.journal.0.as_u128(), view.seq);
            self.truths.insert(key, view.clone());
        }
        self.frames.push((self.backlog.head().0, view.seq));
        let (upto, hash) = self.head();
        let facts = self.world.facts[before..].iter().map(|s| s.bytes.as_str());
        self.backlog.push(facts, upto, &hash);
    }

    fn walk(&mut self, who: &str, east: i32, ago: Span) {
        let fix = Fix {
            person: id(who),
            occurred_at: self.world.now - ago,
            received_at: self.world.now,
            at: spot(east, -east),
            accuracy_dm: (east > 0).then(|| u16::try_from(east).expect("small")),
            battery_percent: None,
        };
        self.lane.update(&fix);
        let tracked = Tracked {
            offset: anchor().offset(fix.at).unwrap_or_default(),
            received_at: fix.received_at,
            accuracy_dm: fix.accuracy_dm,
        };
        let held = self.positions.get(&fix.person);
        if held.is_none_or(|(occurred_at, _)| *occurred_at < fix.occurred_at) {
            self.positions
                .insert(fix.person, (fix.occurred_at, tracked));
        }
    }

    fn connect(&mut self, who: usize) {
        self.cut(who);
        let (now, display) = (self.world.now, &mut self.displays[who]);
        let hello = display.replica.hello(id("test-1"), text("app-1"));
        let opened = Session::open(&hello, &id("test-1"), &text("web-1"), &self.backlog, now);
        let (session, welcome) = opened.expect("this protocol, this site");
        let welcome = ServerMessage::Welcome(welcome).to_outgoing().expect("JSON");
        display.link.push_back(welcome);
        display.session = Some(session);
        display.connections += 1;
    }

    fn cut(&mut self, who: usize) {
        self.displays[who].session = None;
        self.displays[who].link.clear();
    }

    /// What a display does with any error: it drops the connection and comes back.
    fn start_over(&mut self, who: usize) {
        self.displays[who].replica.start_over();
        self.cut(who);
    }

    fn pull(&mut self, who: usize, count: usize) -> bool {
        let display = &mut self.displays[who];
        let Some(session) = &mut display.session else {
            return false;
        };
        for _ in 0..count {
            let next = session.next(&self.backlog, &self.lane, self.world.now);
            let Some(message) = next.expect("JSON") else {
                return false;
            };
            display.link.push_back(message);
        }
        let beat = ServerMessage::Heartbeat(Heartbeat {
            server_time: self.world.now,
            upto: self.backlog.head().0,
            not_recording_since: None,
        });
        display.link.push_back(beat.to_outgoing().expect("JSON"));
        true
    }

    fn deliver(&mut self, who: usize, count: usize) {
        for _ in 0..count {
            let Some(message) = self.displays[who].link.pop_front() else {
                return;
            };
            let replica = &mut self.displays[who].replica;
            let mono = self.world.now.since(START);
            let change = match &message {
                Outgoing::Text(text) => replica.on_text(text, mono),
                Outgoing::Binary(bytes) => {
                    let change = replica.on_binary(bytes);
                    let frame = PositionFrame::decode(bytes).expect("an undamaged frame");
                    let moved = change.as_ref().map_or(0, |change| change.moved.len());
                    assert_eq!(
                        moved,
                        frame.moved.len(),
                        "a handle was used before it was sent"
                    );
                    change
                }
            };
            match change {
                Ok(change) => self.follow_up(who, &change),
                Err(_) => self.start_over(who),
            }
            self.assert_shows_a_truth(who);
        }
    }

    fn follow_up(&mut self, who: usize, change: &Change) {
        assert_eq!(change.refused, None);
        self.displays[who].asked += usize::from(change.take_snapshot);
    }

    fn answer(&mut self, who: usize) {
        if self.displays[who].asked == 0 {
            return;
        }
        self.displays[who].asked -= 1;
        let (seq, hash) = self.head();
        self.displays[who].answers.push(Snapshot {
            journal: self.journal,
            seq,
            hash: text(&hash),
            view: self.world.view().clone(),
        });
    }

    fn arrive(&mut self, who: usize, which: usize) {
        let snapshot = self.displays[who].answers.swap_remove(which);
        let before = self.displays[who].replica.view().seq;
        let ready = self.displays[who].replica.is_ready();
        match self.displays[who].replica.on_snapshot(snapshot) {
            Ok(change) => self.follow_up(who, &change),
            Err(_) => self.start_over(who),
        }
        let replica = &self.displays[who].replica;
        let forward = !ready || replica.view().seq >= before;
        assert!(forward, "display {who} went back from {before}");
        self.assert_shows_a_truth(who);
    }

    /// A display that says it is ready shows a state that once was true: it has skipped no fact
    /// and applied none twice.
    fn assert_shows_a_truth(&self, who: usize) {
        let replica = &self.displays[who].replica;
        if !replica.is_ready() {
            return;
        }
        let truths = || {
            self.truths
                .iter()
                .filter(|((_, seq), _)| *seq == replica.view().seq)
        };
        let known = truths().any(|(_, view)| view == replica.view());
        assert!(
            known,
            "display {who} shows at {} what never was",
            replica.view().seq
        );
    }

    fn rebuild_backlog(&mut self, from: Seq) {
        let stored: Vec<&str> = self.world.facts.iter().map(|s| s.bytes.as_str()).collect();
        let place = |seq: Seq| usize::try_from(seq.0).expect("few facts");
        let mut backlog = Backlog::new(self.journal, from, &chain(&stored[..place(from)]));
        for (after, upto) in &self.frames {
            if *after >= from {
                let facts = stored[place(*after)..place(*upto)].iter().copied();
                backlog.push(facts, *upto, &chain(&stored[..place(*upto)]));
            }
        }
        self.backlog = backlog;
    }

    fn restart(&mut self, from: u64, frame_len: usize) {
        let head = self.world.view().seq.0;
        self.frames = (from..head)
            .step_by(frame_len)
            .map(|after| (Seq(after), Seq(head.min(after + frame_len as u64))))
            .collect();
        self.rebuild_backlog(Seq(from));
        self.epoch += 1;
        self.lane = Lane::new(anchor(), self.epoch);
        self.positions.clear();
        for who in 0..DISPLAYS {
            self.cut(who);
        }
    }

    fn restore(&mut self, keep: Index) {
        let keep = 1 + keep.index(self.world.facts.len());
        self.world.facts.truncate(keep);
        let mut site = Site::default();
        self.journal = JournalId(uuid::Uuid::from_u128(self.journal.0.as_u128() + 1));
        let key = self.journal.0.as_u128();
        for stamped in &self.world.facts {
            let stored = Fact::decode(&stamped.bytes).expect("stored bytes");
            site.apply(&stored);
            self.truths.insert((key, stored.seq), site.view().clone());
        }
        let (facts, now) = (std::mem::take(&mut self.world.facts), self.world.now);
        self.world = World::with(site, estate());
        self.world.now = now;
        self.world.facts = facts;
        self.restart(0, 2);
    }
}

/// What people and devices do, by number.
fn happen(world: &mut World, what: u8, state: ReportedState) {
    let newest = world.view().alarms.keys().next_back();
    let alarm = newest.copied().unwrap_or(AlarmId(1));
    // Refusals are part of life here.
    let _ = match what {
        0..3 => world.report("gas-1", "gas_low", state),
        3..5 => world.report("door-1", "door_held", state),
        5 => world.report("button-1", "panic", ReportedState::Momentary),
        6 | 7 => world.claim("li-na", alarm),
        8 | 9 => world.judge("zhou-jie", alarm, Verdict::Environment),
        _ => world.note("zhao-min", alarm),
    };
}

/// The hash of a chain of stored facts: any function of all bytes will do here.
fn chain(stored: &[&str]) -> String {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for byte in stored.iter().flat_map(|fact| fact.bytes()) {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    format!("{hash:016x}")
}
