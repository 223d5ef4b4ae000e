//! One night: what happens, step by step, all of it from one seed.

use super::books::{Books, Totals};
use super::display::Display;
use super::outside::Outside;
use super::server::Server;
use super::store::Mood;
use castellan_domain::access::Actor;
use castellan_domain::alarm::{ShelfReason, Verdict};
use castellan_domain::audience::Audience;
use castellan_domain::commands::Command;
use castellan_domain::engine::Input;
use castellan_domain::estate::{Estate, EstateIndex};
use castellan_domain::fact::PersonalRef;
use castellan_domain::geo::Offset;
use castellan_domain::housekeeping::ClockStepped;
use castellan_domain::ids::{AlarmId, CommandId, EventId, PersonId};
use castellan_domain::observation::{Observation, PhoneFix, Report, ReportedState};
use castellan_domain::stream::Machine as _;
use castellan_domain::text::Text;
use castellan_domain::time::{Span, Timestamp};
use fastrand::Rng;
use std::sync::Arc;

/// Who reports what: device, types.
const REPORTERS: [(&str, &[&str]); 13] = [
    ("smoke-1", &["smoke_single", "fire_confirmed"]),
    ("smoke-2", &["smoke_single"]),
    ("gas-1", &["gas_low", "gas_high"]),
    ("leak-1", &["water_leak"]),
    ("leak-2", &["water_leak"]),
    ("pir-1", &["intrusion", "loitering"]),
    ("pir-2", &["intrusion"]),
    ("pir-3", &["intrusion", "loitering"]),
    ("button-1", &["panic"]),
    ("counter-1", &["duress"]),
    ("lot-1", &["fire_lane"]),
    ("lot-2", &["fire_lane"]),
    ("lot-3", &["fire_lane", "loitering"]),
];
const OPERATORS: [&str; 3] = ["li-na", "zhao-min", "zhou-jie"];
const GUARDS: [(&str, &str); 2] = [("wang-qiang", "guard-01"), ("li-min", "guard-02")];
const FIRST_OPERATOR: usize = REPORTERS.len();
const FIRST_GUARD: usize = FIRST_OPERATOR + OPERATORS.len();
const SENDERS: usize = FIRST_GUARD + 2 * GUARDS.len();
/// 2026-11-18, 21:40 in Hangzhou: the night begins soon.
const START: Timestamp = Timestamp::from_secs(1_795_009_200);
/// Rounds in which everything has to come to rest.
const REST_ROUNDS: usize = 4_000;

pub(crate) struct World {
    rng: Rng,
    now: Timestamp,
    pub(crate) server: Server,
    /// Until when nobody listens.
    down_until: Option<Timestamp>,
    outside: Outside,
    displays: Vec<Display>,
    books: Books,
    estate: Arc<EstateIndex>,
    next_id: u128,
    beat_at: Timestamp,
}

impl World {
    pub(crate) fn new(seed: u64) -> Self {
        let estate = Estate::parse(include_bytes!("estate.json"))
            .and_then(|estate| estate.with_alarm_types(Vec::new()))
            .expect("the simulated estate");
        let estate = Arc::new(EstateIndex::new(Arc::new(estate)).expect("its calendar"));
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
        Self {
            rng,
            now,
            server: Server::new(estate.clone(), now),
            down_until: None,
            outside: Outside::new(SENDERS),
            displays,
            books: Books::new(estate.clone()),
            estate,
            next_id: 1,
            beat_at: now,
        }
    }

    pub(crate) fn totals(&self) -> Totals {
        let mut totals = self.books.totals;
        totals.rebuilds = u64::from(self.server.rebuilds);
        for display in &self.displays {
            totals.connections += u64::from(display.connections);
            totals.snapshots += u64::from(display.snapshots);
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

    fn pass(&mut self, pause: Span) {
        self.now = self.now + pause;
        if self.down_until.is_some_and(|until| until <= self.now) {
            self.down_until = None;
        }
        let up = self.down_until.is_none();
        let server = up.then_some(&mut self.server);
        self.outside
            .step(server, &mut self.books, &mut self.rng, self.now);
        if up {
            self.publish();
        }
        let calm: Vec<_> = self.outside.senders.iter().map(|s| !s.is_busy()).collect();
        self.books
            .check(&self.server, &mut self.displays, self.now, &calm);
        self.server.committed.clear();
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
            0..34 => self.report(),
            34..38 => self.storm(),
            38..62 => self.command(),
            62..70 => self.walk(),
            70..74 => self.duty(),
            74..86 => self.link(),
            86..89 => self.server.store.mood = self.mood(),
            89..92 => self.crash(),
            92 => self.sleep(),
            _ => {}
        }
    }

    fn report(&mut self) {
        let who = self.rng.usize(..REPORTERS.len());
        self.report_of(who);
    }

    /// Many devices at once, again and again: a flood.
    fn storm(&mut self) {
        for _ in 0..self.rng.usize(5..25) {
            self.report();
        }
    }

    fn report_of(&mut self, who: usize) {
        let (device, kinds) = REPORTERS[who];
        let kind = kinds[self.rng.usize(..kinds.len())];
        let state = match self.rng.u8(..10) {
            0..5 => ReportedState::Active,
            5..8 => ReportedState::Cleared,
            _ => ReportedState::Momentary,
        };
        let claimed_at = match self.rng.u8(..10) {
            0 => None,
            // Clocks of 1970, of next month, and of the day before yesterday.
            1 => Some(Timestamp::from_secs(self.rng.i64(0..1_000))),
            2 => Some(self.now + Span::from_secs(self.rng.i64(-200_000..2_000_000))),
            _ => Some(self.now),
        };
        let bomb = if self.rng.u8(..60) == 0 { "-bomb" } else { "" };
        let n = self.id();
        let report = Report {
            device: device.parse().expect("an id"),
            kind: kind.parse().expect("an id"),
            state,
            event: EventId::new(format!("e{n}{bomb}")).expect("an id"),
            claimed_at,
            received_at: self.now,
            drill: self.rng.u8(..20) == 0,
        };
        self.outside
            .say(who, Input::Observed(Observation::Report(report)));
    }

    fn id(&mut self) -> u128 {
        self.next_id += 1;
        self.next_id
    }

    /// An operator does something about what their own screen shows, up to date or not.
    fn command(&mut self) {
        let who = self.rng.usize(..OPERATORS.len());
        let view = self.displays[who].view();
        let open: Vec<_> = view.alarms.values().filter(|a| !a.is_closed()).collect();
        let any = |rng: &mut Rng| AlarmId(rng.u32(1..40));
        let row = (!open.is_empty()).then(|| open[self.rng.usize(..open.len())]);
        let alarm = match row {
            Some(row) if self.rng.u8(..20) != 0 => row.id,
            _ => any(&mut self.rng),
        };
        let expected = row.filter(|_| self.rng.u8(..3) == 0).map(|row| row.version);
        let joined = row
            .and_then(|row| row.joined.first())
            .map(|j| j.source.clone());
        let person = OPERATORS[who];
        let other = OPERATORS[self.rng.usize(..OPERATORS.len())];
        let verdict = Verdict::ALL[self.rng.usize(..4)];
        // Half of the time people do what the row in front of them asks for.
        let is_own = row
            .and_then(|row| row.owner())
            .is_some_and(|by| by.as_str() == person);
        let what = match self.rng.bool() {
            true if is_own => 10,
            true => 0,
            false => self.rng.u8(..26),
        };
        let n = self.id();
        let command = match what {
            0..9 => Command::Claim { alarm },
            9..14 => Command::Judge { alarm, verdict },
            14..16 => Command::Note {
                alarm,
                note: words(n),
            },
            16 => Command::Acknowledge { alarm },
            17 => Command::Mute { alarm },
            18 => Command::Shelve {
                alarm,
                for_s: self.rng.u32(30..1_500),
                reason: ShelfReason::Works,
            },
            19 => Command::Unshelve { alarm },
            20 => Command::Release { alarm },
            21 => Command::Transfer {
                alarm,
                to: other.parse().expect("an id"),
            },
            22 => Command::CorrectVerdict { alarm, verdict },
            23 => match joined {
                Some(source) => Command::Split { alarm, source },
                None => Command::Claim { alarm },
            },
            24 => Command::Arm {
                zone: "north".parse().expect("an id"),
            },
            _ => Command::Disarm {
                zone: "north".parse().expect("an id"),
            },
        };
        self.say_command(FIRST_OPERATOR + who, person, expected, command);
        if self.rng.bool() {
            self.displays[who].sit(&mut self.server, Some(alarm));
        }
    }

    fn say_command(
        &mut self,
        sender: usize,
        person: &str,
        expected: Option<castellan_domain::ids::Version>,
        command: Command,
    ) {
        let person = person.parse().expect("an id");
        let role = self
            .estate
            .estate
            .person(&person)
            .expect("of the staff")
            .role;
        let n = self.id();
        self.outside.say(
            sender,
            Input::Commanded {
                command_id: CommandId(uuid::Uuid::from_u128(n)),
                actor: Actor { person, role },
                expected,
                command,
            },
        );
    }

    fn walk(&mut self) {
        let who = self.rng.usize(..GUARDS.len());
        let offset = Offset {
            x_cm: self.rng.i32(-20_000..20_000),
            y_cm: self.rng.i32(-20_000..20_000),
        };
        let fix = PhoneFix {
            phone: GUARDS[who].1.parse().expect("an id"),
            occurred_at: self.now - Span::from_millis(self.rng.i64(0..90_000)),
            received_at: self.now,
            at: self.estate.anchor.position(offset).expect("on the site"),
            accuracy_dm: Some(self.rng.u16(20..400)),
            battery_percent: Some(self.rng.u8(..=100)),
        };
        self.outside.say(
            FIRST_GUARD + who,
            Input::Observed(Observation::PhoneFix(fix)),
        );
    }

    fn duty(&mut self) {
        let who = self.rng.usize(..GUARDS.len());
        let person: PersonId = GUARDS[who].0.parse().expect("an id");
        let command = if self.rng.u8(..4) > 0 {
            Command::GoOnDuty { person }
        } else {
            Command::GoOffDuty { person }
        };
        self.say_command(
            FIRST_GUARD + GUARDS.len() + who,
            GUARDS[who].0,
            None,
            command,
        );
    }

    fn link(&mut self) {
        let who = self.rng.usize(..self.displays.len());
        let display = &mut self.displays[who];
        match self.rng.u8(..10) {
            0..6 if self.down_until.is_none() && !display.is_connected() => {
                display.connect(&mut self.server, &self.estate.estate.site, self.now);
            }
            6..8 => display.stall(self.now + Span::from_secs(self.rng.i64(1..20))),
            8 => display.cut(&mut self.server),
            _ => {}
        }
    }

    fn mood(&mut self) -> Mood {
        match self.rng.u8(..10) {
            0..5 => Mood::Well,
            5..7 => Mood::Fails(1),
            7 => Mood::Fails(10),
            8 => Mood::Fails(60),
            _ => Mood::TracksFail,
        }
    }

    /// The process dies and comes back after a while.
    fn crash(&mut self) {
        for display in &mut self.displays {
            display.lose();
        }
        let stepped = (self.rng.u8(..6) == 0).then(|| ClockStepped {
            by: Span::from_secs(if self.rng.bool() { 3_600 } else { -3_600 }),
            at: self.now,
        });
        self.server.crash(stepped);
        let away = if self.rng.u8(..8) == 0 { 3_600 } else { 8 };
        self.down_until = Some(self.now + Span::from_millis(self.rng.i64(1..away * 1_000)));
    }

    /// The machine sleeps for hours, and everything is due at once.
    fn sleep(&mut self) {
        let hours = self.rng.i64(600..21_600);
        self.pass(Span::from_secs(hours));
    }

    /// All faults end; until nobody has more to say.
    pub(crate) fn settle(&mut self) {
        self.server.store.mood = Mood::Well;
        self.down_until = None;
        self.outside.rough = false;
        for _ in 0..REST_ROUNDS {
            for display in &mut self.displays {
                if !display.is_connected() {
                    display.connect(&mut self.server, &self.estate.estate.site, self.now);
                }
                display.stall(self.now);
            }
            self.pass(Span::from_millis(250));
            let busy = self
                .outside
                .senders
                .iter()
                .any(super::outside::Sender::is_busy);
            let head = self.server.store.head();
            let behind = self.displays.iter().any(|d| d.shows() != Some(head));
            if !busy && !behind {
                Books::check_rest(&self.server, &self.displays);
                return;
            }
        }
        panic!("it comes to no rest");
    }
}

fn words(n: u128) -> PersonalRef {
    PersonalRef {
        id: uuid::Uuid::from_u128(n),
        commitment: Text::new(format!("{n:064x}")).expect("64 characters"),
    }
}
