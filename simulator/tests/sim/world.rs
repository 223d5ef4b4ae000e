//! One night: what happens, step by step, all of it from one seed.
//!
//! What devices, people and walkers do and what goes wrong stands in files of their own.

use super::books::Books;
use super::cast::{Document, LIVING, OPERATORS, PHONES, SENDERS, START, documents};
use super::display::Display;
use super::follower::Follower;
use super::outside::{Outside, Sender};
use super::server::Server;
use super::shows;
use super::store::Mood;
use super::totals::Totals;
use super::walks::Walker;
use castellan_domain::audience::Audience;
use castellan_domain::ids::PersonId;
use castellan_domain::stream::Machine as _;
use castellan_domain::time::{Span, Timestamp};
use fastrand::Rng;

/// Rounds in which everything has to come to rest.
const REST_ROUNDS: usize = 4_000;

pub(crate) struct World {
    pub(super) rng: Rng,
    pub(super) now: Timestamp,
    pub(crate) server: Server,
    /// Until when nobody listens.
    pub(super) down_until: Option<Timestamp>,
    pub(super) outside: Outside,
    pub(super) displays: Vec<Display>,
    pub(super) books: Books,
    pub(super) documents: [Document; 2],
    /// Which of them counts.
    pub(super) document: usize,
    follower: Follower,
    pub(super) walkers: [Walker; PHONES.len()],
    /// When devices send their next sign of life, and until when they send nothing.
    pub(super) alive_at: [Timestamp; LIVING.len()],
    pub(super) dead_until: [Timestamp; LIVING.len()],
    /// By how much each sender's clock is wrong.
    pub(super) skews: Vec<Span>,
    next_id: u128,
    beat_at: Timestamp,
}

impl World {
    pub(crate) fn new(seed: u64) -> Self {
        let documents = documents();
        let mut rng = Rng::with_seed(seed);
        let now = START + Span::from_secs(rng.i64(0..7_200));
        let person = |id: &str| Some(PersonId::new(id).expect("an id"));
        let displays = vec![
            Display::new(Audience::Staff, person(OPERATORS[0]), now),
            Display::new(Audience::Staff, person(OPERATORS[1]), now),
            Display::new(Audience::Staff, person(OPERATORS[2]), now),
            Display::new(Audience::Wall, None, now),
            Display::new(Audience::WallVisitor, None, now),
        ];
        // Most clocks are a little wrong, some by minutes.
        let skews = (0..SENDERS).map(|_| match rng.u8(..6) {
            0 => Span::from_secs(rng.i64(-600..290)),
            _ => Span::from_millis(rng.i64(-2_000..2_000)),
        });
        let skews = skews.collect();
        let walkers = std::array::from_fn(|_| Walker::new(&mut rng, now));
        let alive_at = LIVING.map(|(_, every_s)| now + Span::from_secs(rng.i64(0..every_s)));
        let mut world = Self {
            now,
            server: Server::new(documents[0].clone(), now),
            down_until: None,
            outside: Outside::new(SENDERS),
            displays,
            books: Books::new(&documents[0]),
            documents,
            document: 0,
            follower: Follower::default(),
            walkers,
            alive_at,
            dead_until: [now; LIVING.len()],
            skews,
            next_id: 1,
            beat_at: now,
            rng,
        };
        world.books.follow(world.server.take_log(), &world.server);
        world.begin_duty();
        world
    }

    pub(crate) fn totals(&self) -> Totals {
        let mut totals = self.books.totals;
        totals.rebuilds = u64::from(self.server.rebuilds);
        totals.after_all = u64::from(self.server.after_all);
        totals.cached = u64::from(self.server.cached);
        totals.stale_caches = u64::from(self.server.stale_caches);
        for display in &self.displays {
            totals.connections += u64::from(display.connections);
            totals.snapshots += u64::from(display.snapshots);
            totals.lost += u64::from(display.lost);
        }
        totals
    }

    /// Something happens, a little time passes, everybody does their work, the books are checked.
    pub(crate) fn step(&mut self) {
        self.happen();
        let pause = match self.rng.u8(..100) {
            0..60 => Span::from_millis(self.rng.i64(10..400)),
            60..97 => Span::from_millis(self.rng.i64(400..5_000)),
            _ => self.until_next_deadline(),
        };
        self.pass(pause);
    }

    fn until_next_deadline(&mut self) -> Span {
        let due = self.server.machine.next_deadline();
        let most = Span::from_secs(1_200);
        let wait = due.map_or(most, |due| due.since(self.now));
        wait.min(most).max(Span::from_millis(1))
    }

    pub(super) fn pass(&mut self, pause: Span) {
        self.now = self.now + pause;
        self.live();
        self.send_positions();
        if self.down_until.is_some_and(|until| until <= self.now) {
            self.down_until = None;
        }
        let up = self.down_until.is_none();
        let server = up.then_some(&mut self.server);
        self.outside
            .step(server, &mut self.books, &mut self.rng, self.now);
        if up {
            self.publish();
            self.server.drive(&mut self.rng, self.now);
            self.server.deliver(&mut self.rng);
        }
        self.books.follow(self.server.take_log(), &self.server);
        let calm: Vec<_> = self.outside.senders.iter().map(|s| !s.is_busy()).collect();
        self.books
            .check(&self.server, &mut self.displays, self.now, &calm);
        let (store, totals) = (&self.server.store, &mut self.books.totals);
        self.follower.step(store, &mut self.rng, totals);
        self.check_follower();
    }

    fn check_follower(&self) {
        if self.follower.fits(&self.server.store) {
            let seq = usize::try_from(self.follower.seq().0).expect("small");
            self.follower.check(&self.books.truths[seq]);
        }
    }

    fn publish(&mut self) {
        if let Some(viewers) = self.server.seated.changed_viewers() {
            self.server.stream.set_viewers(viewers).expect("JSON");
        }
        self.server.stream.advance(self.now).expect("JSON");
        if self.beat_at <= self.now {
            let since = self.server.not_recording_since;
            self.server.stream.beat(self.now, since).expect("JSON");
            self.beat_at = self.now + Span::from_secs(1);
        }
        for display in &mut self.displays {
            display.step(&mut self.server, &mut self.rng, self.now);
        }
    }

    fn happen(&mut self) {
        match self.rng.u8(..100) {
            0..20 => self.report(),
            20..24 => self.answer(),
            24..27 => self.storm(),
            27..35 => self.door(),
            35..54 => self.command(),
            54..57 => self.close_network_row(),
            57..60 => self.race(),
            60..64 => self.walk(),
            64..66 => self.call_for_help(),
            66..69 => self.duty(),
            69..71 => self.hand_over(),
            71..83 => self.link(),
            83..86 => self.server.store.mood = self.mood(),
            86..89 => self.crash(),
            89 => self.sleep(),
            90 => self.die(),
            91 => self.republish(),
            92 => self.snapshot(),
            93 => self.wall(),
            94 if self.rng.bool() => self.restore(),
            95 => self.disk(),
            96..98 => self.open_door(),
            98 => self.fall_silent(),
            99 => self.die_quietly(),
            _ => {}
        }
    }

    pub(super) fn id(&mut self) -> u128 {
        self.next_id += 1;
        self.next_id
    }

    /// All faults end; until nobody has more to say.
    pub(crate) fn settle(&mut self) {
        self.server.store.mood = Mood::Well;
        self.down_until = None;
        self.outside.rough = false;
        for _ in 0..REST_ROUNDS {
            for display in &mut self.displays {
                if display.has_lost {
                    display.cut(&mut self.server);
                }
                if !display.is_connected() {
                    let site = &self.documents[self.document].estate.estate.site;
                    display.connect(&mut self.server, site, self.now);
                }
                display.stall(self.now);
            }
            self.pass(Span::from_millis(250));
            let busy = self.outside.senders.iter().any(Sender::is_busy);
            let head = self.server.store.head();
            let behind = self.displays.iter().any(|d| d.shows() != Some(head));
            let waits = !self.server.store.waiting().is_empty();
            if !busy && !behind && !waits && !self.server.worker.is_busy() {
                self.books.check_rest();
                shows::check_rest(&self.server, &self.displays);
                let (store, totals) = (&self.server.store, &mut self.books.totals);
                self.follower.follow(store, usize::MAX, totals);
                self.check_follower();
                return;
            }
        }
        let busy: Vec<_> = self.outside.senders.iter().map(Sender::is_busy).collect();
        let shown: Vec<_> = self.displays.iter().map(Display::shows).collect();
        let head = self.server.store.head();
        panic!("it comes to no rest: busy {busy:?}, shown {shown:?} of {head}");
    }
}
