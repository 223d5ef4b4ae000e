//! A server, four displays of three audiences, and bad links: a list of steps is a whole run.

use super::steps::{AUDIENCES, DISPLAYS, SOURCES, Step, WALKERS, counts_instead};
use crate::common::{START, World, estate, id, secs, spot, text};
use castellan_domain::alarm::Verdict;
use castellan_domain::fact::Fact;
use castellan_domain::geo::Anchor;
use castellan_domain::ids::{AlarmId, JournalId, PersonId, Seq};
use castellan_domain::observation::{Fix, ReportedState};
use castellan_domain::site::Site;
use castellan_domain::stream::{
    Backlog, Change, DisplayId, Displays, Outgoing, Replica, Session, SiteStream, Tracked,
};
use castellan_domain::time::{Span, Timestamp};
use castellan_domain::unrecorded::{Unrecorded, UnrecordedNotice};
use castellan_domain::view::View;
use castellan_domain::wire::api::Snapshot;
use castellan_domain::wire::live::{
    LatestOf, LookingAt, Presence, Readings, ServerMessage, Viewers,
};
use castellan_domain::wire::position_frame::PositionFrame;
use proptest::sample::Index;
use std::collections::{BTreeMap, VecDeque};

/// Bytes of facts that the server holds for each audience: few, so that displays fall behind.
const BACKLOG_BYTES: usize = 6_000;

/// A browser and its link.
pub(crate) struct Display {
    pub(crate) replica: Replica,
    session: Option<(Session, DisplayId)>,
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
    stream: SiteStream,
    seated: Displays,
    epoch: u32,
    positions: BTreeMap<PersonId, (Timestamp, Tracked)>,
    latest: BTreeMap<LatestOf, Readings>,
    unrecorded: Unrecorded,
    viewers: Viewers,
    pub(crate) displays: [Display; DISPLAYS],
    /// Every state that ever was true, by number.
    truths: BTreeMap<Seq, Vec<View>>,
}

fn stream_over(backlog: Backlog, view: View, epoch: u32) -> SiteStream {
    let (site, build) = (id("test-1"), text("web-1"));
    SiteStream::new(site, build, backlog, view, anchor(), epoch)
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
            stream: stream_over(empty(journal), View::default(), 1),
            seated: Displays::default(),
            epoch: 1,
            positions: BTreeMap::new(),
            latest: BTreeMap::new(),
            unrecorded: Unrecorded::default(),
            viewers: Viewers::default(),
            displays: AUDIENCES.map(|audience| Display {
                replica: Replica::new(audience),
                session: None,
                link: VecDeque::new(),
                asked: 0,
                answers: Vec::new(),
                connections: 0,
            }),
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
            Step::Tick => self.tick(),
            Step::Leave(who) => self.leave(WALKERS[*who]),
            Step::Charge(who, percent) => self.charge(*who, *percent),
            Step::Unrecorded(count) => self.lose(*count),
            Step::Sit(who, at) => self.sit(*who, *at),
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
            Step::Restart(from, frame_len) => {
                self.restart(from.index(self.world.facts.len()) as u64, *frame_len);
            }
            Step::Restore(keep, is_copy) => self.restore(*keep, *is_copy),
        }
    }

    /// Everything calms down: links work, requests are answered, until nobody has more to say.
    pub(crate) fn settle(&mut self) {
        for _ in 0..10 {
            self.tick();
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
        for (who, display) in self.displays.iter().enumerate() {
            let (audience, replica) = (&AUDIENCES[who], &display.replica);
            assert!(replica.is_ready(), "display {who} has a state");
            assert_eq!(replica.audience(), audience);
            let truth = self.world.view().seen_by(audience);
            assert_eq!(replica.view(), &truth, "display {who}");
            let is_shown =
                |of: &LatestOf| audience.sees_persons() || matches!(of, LatestOf::Device(_));
            let positions: BTreeMap<_, _> = self
                .positions
                .iter()
                .filter(|_| audience.sees_persons())
                .map(|(person, (_, tracked))| (person.clone(), *tracked))
                .collect();
            assert_eq!(replica.tracked(), &positions, "display {who}");
            let latest = self.latest.iter().filter(|(of, _)| is_shown(of));
            let latest: BTreeMap<_, _> = latest.map(|(of, r)| (of.clone(), *r)).collect();
            assert_eq!(replica.latest(), &latest, "display {who}");
            let unrecorded = self.unrecorded.seen_by(audience);
            assert_eq!(replica.unrecorded(), &unrecorded, "display {who}");
            let viewers = match audience {
                castellan_domain::audience::Audience::Staff => self.viewers.clone(),
                _ => Viewers::default(),
            };
            assert_eq!(replica.viewers(), &viewers, "display {who}");
        }
    }

    fn tick(&mut self) {
        if let Some(viewers) = self.seated.changed_viewers() {
            self.viewers = viewers.clone();
            self.stream.set_viewers(viewers).expect("JSON");
        }
        self.stream.advance(self.world.now).expect("JSON");
        self.stream.beat(self.world.now, None).expect("JSON");
    }

    fn leave(&mut self, who: &str) {
        let person: PersonId = id(who);
        self.stream.remove_person(&person);
        self.positions.remove(&person);
        self.latest.remove(&LatestOf::Person(person));
    }

    fn charge(&mut self, who: usize, percent: u8) {
        let of = if who < WALKERS.len() {
            LatestOf::Person(id(SOURCES[who]))
        } else {
            LatestOf::Device(id(SOURCES[who]))
        };
        let readings = Readings {
            battery_percent: Some(percent),
            last_seen_at: None,
        };
        self.stream.values().set(&of, readings);
        self.latest.insert(of, readings);
    }

    fn lose(&mut self, count: usize) {
        self.unrecorded = Unrecorded::default();
        for (device, kind) in [("gas-1", "gas_low"), ("button-1", "duress")]
            .iter()
            .take(count)
        {
            self.unrecorded.note(UnrecordedNotice {
                source: castellan_domain::alarm::Source::Device(id(device)),
                kind: id(kind),
                priority: castellan_domain::estate::Priority::P1,
                place: castellan_domain::alarm::Located::Fixed(estate().devices[0].place.clone()),
                state: ReportedState::Active,
                first_received_at: self.world.now,
                received_at: self.world.now,
                count: 1,
                drill: false,
            });
        }
        self.stream.set_unrecorded(&self.unrecorded);
    }

    fn sit(&mut self, who: usize, at: Option<u32>) {
        if let Some((_, display)) = self.displays[who].session {
            let presence = Presence {
                person: at.map(|_| id("li-na")),
                looking_at: at.map(|n| LookingAt::Alarm(AlarmId(n))),
            };
            self.seated.say(display, presence);
        }
    }

    fn head(&self) -> (Seq, String) {
        let stored: Vec<_> = self.world.facts.iter().map(|s| s.bytes.as_str()).collect();
        (self.world.view().seq, chain(&stored))
    }

    fn note_truth(&mut self) {
        let view = self.world.view().clone();
        self.truths.entry(view.seq).or_default().push(view);
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
            self.truths.entry(view.seq).or_default().push(view.clone());
        }
        self.frames.push((self.stream.head().0, view.seq));
        let (upto, hash) = self.head();
        let facts = self.world.facts[before..].iter().map(|s| s.bytes.as_str());
        self.stream.publish(facts, upto, &hash).expect("facts");
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
        self.stream.lane().update(&fix);
        let tracked = Tracked {
            offset: anchor().offset(fix.at).unwrap_or_default(),
            received_at: fix.received_at,
            accuracy_dm: fix.accuracy_dm,
        };
        let held = self.positions.get(&fix.person);
        if held.is_none_or(|held| counts_instead(held, &(fix.occurred_at, tracked))) {
            self.positions
                .insert(fix.person, (fix.occurred_at, tracked));
        }
    }

    fn connect(&mut self, who: usize) {
        self.cut(who);
        let (now, display) = (self.world.now, &mut self.displays[who]);
        let hello = display.replica.hello(id("test-1"), text("app-1"));
        let opened = self.stream.open(&hello, now);
        let (session, welcome) = opened.expect("this protocol, this site, this audience");
        let welcome = ServerMessage::Welcome(welcome).to_outgoing().expect("JSON");
        display.link.push_back(welcome);
        let number = self.seated.open(session.audience().clone());
        display.session = Some((session, number));
        display.connections += 1;
    }

    fn cut(&mut self, who: usize) {
        if let Some((session, number)) = self.displays[who].session.take() {
            self.stream.close(&session);
            self.seated.close(number);
        }
        self.displays[who].link.clear();
    }

    /// What a display does with any error: it drops the connection and comes back.
    fn start_over(&mut self, who: usize) {
        self.displays[who].replica.start_over();
        self.cut(who);
    }

    fn pull(&mut self, who: usize, count: usize) -> bool {
        let display = &mut self.displays[who];
        let Some((session, _)) = &mut display.session else {
            return false;
        };
        let mut pulled = 0;
        while pulled < count {
            let next = session.next(&self.stream, self.world.now);
            let Some(message) = next.expect("JSON") else {
                break;
            };
            // A sign of life is no news.
            let is_beat = matches!(&message, Outgoing::Text(text) if text.contains("heartbeat"));
            display.link.push_back(message);
            pulled += usize::from(!is_beat);
        }
        pulled == count
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
        let snapshot = self.stream.snapshot(&AUDIENCES[who]).expect("all is known");
        self.displays[who].answers.push(snapshot);
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
        let truths = self.truths.get(&replica.view().seq);
        let mut truths = truths.into_iter().flatten();
        let known = truths.any(|view| view.seen_by(&AUDIENCES[who]) == *replica.view());
        assert!(
            known,
            "display {who} shows at {} what never was",
            replica.view().seq
        );
    }

    fn restart(&mut self, from: u64, frame_len: usize) {
        let head = self.world.view().seq.0;
        self.frames = (from..head)
            .step_by(frame_len)
            .map(|after| (Seq(after), Seq(head.min(after + frame_len as u64))))
            .collect();
        let stored: Vec<&str> = self.world.facts.iter().map(|s| s.bytes.as_str()).collect();
        let place = |seq: Seq| usize::try_from(seq.0).expect("few facts");
        let start = Seq(from);
        let hash = chain(&stored[..place(start)]);
        let mut backlog = Backlog::bounded(self.journal, start, &hash, BACKLOG_BYTES);
        for (after, upto) in &self.frames {
            let facts = stored[place(*after)..place(*upto)].iter().copied();
            backlog.push(facts, *upto, &chain(&stored[..place(*upto)]));
        }
        for who in 0..DISPLAYS {
            self.cut(who);
        }
        self.epoch += 1;
        self.stream = stream_over(backlog, self.world.view().clone(), self.epoch);
        self.seated = Displays::default();
        self.positions.clear();
        self.latest.clear();
        self.unrecorded = Unrecorded::default();
        self.viewers = Viewers::default();
    }

    fn restore(&mut self, keep: Index, is_copy: bool) {
        let keep = 1 + keep.index(self.world.facts.len());
        self.world.facts.truncate(keep);
        let mut site = Site::default();
        if is_copy {
            // An answer does not outlive the server by a whole restore.
            for display in &mut self.displays {
                display.answers.clear();
                display.asked = 0;
            }
        } else {
            self.journal = JournalId(uuid::Uuid::from_u128(self.journal.0.as_u128() + 1));
        }
        for stamped in &self.world.facts {
            let stored = Fact::decode(&stamped.bytes).expect("stored bytes");
            site.apply(&stored);
        }
        let (facts, now) = (std::mem::take(&mut self.world.facts), self.world.now);
        self.world = World::with(site, estate());
        self.world.now = now;
        self.world.facts = facts;
        self.restart(0, 2);
    }
}

fn empty(journal: JournalId) -> Backlog {
    Backlog::bounded(journal, Seq(0), &chain(&[]), BACKLOG_BYTES)
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
        12..15 => world.report("button-1", "duress", state),
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
