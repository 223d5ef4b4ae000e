//! A small world for the tests of rules: an estate with doors, zones, areas and a switch, the turn
//! loop that a server runs, a clock that moves by hand, and a crash at any moment.

use castellan_domain::alarm::{Alarm, NoteCommand};
use castellan_domain::answer::{Accepted, Answer, Outcome};
use castellan_domain::command::Command;
use castellan_domain::engine::{Engine, Input};
use castellan_domain::estate::{Estate, EstateIndex};
use castellan_domain::fact::{Fact, FactBody, PersonalRef};
use castellan_domain::geo::LonLat;
use castellan_domain::ids::{AlarmId, CommandId, EventId};
use castellan_domain::observation::{
    Call, CallKind, DoorChange, DoorReport, Doubts, Observation, PhoneFix, Report, ReportedState,
};
use castellan_domain::refusal::Refusal;
use castellan_domain::site::{Context, Site};
use castellan_domain::staff::StaffCommand;
use castellan_domain::stream::Turn;
use castellan_domain::text::Text;
use castellan_domain::time::{Span, Timestamp};
use castellan_domain::view::View;
use serde_json::{Value, json};
use std::sync::Arc;

/// Wednesday 2026-11-18 at 12:00 in Hangzhou.
pub(crate) const NOON: Timestamp = Timestamp::from_secs(1_794_974_400);
/// Metres to degrees of latitude.
const DEGREES_PER_M: f64 = 1.0 / 111_195.080_23;

/// Reads an id written in a test.
pub(crate) fn id<T: std::str::FromStr<Err: std::fmt::Debug>>(raw: &str) -> T {
    raw.parse().expect("a value written in a test")
}

/// Seconds.
pub(crate) const fn secs(secs: i64) -> Span {
    Span::from_secs(secs)
}

/// So many metres east and north of the anchor.
pub(crate) fn at(east_m: f64, north_m: f64) -> LonLat {
    let squeeze = 30_f64.to_radians().cos();
    LonLat::new(
        120.0 + east_m * DEGREES_PER_M / squeeze,
        30.0 + north_m * DEGREES_PER_M,
    )
    .expect("near the anchor")
}

fn name(words: &str) -> Value {
    json!({"zh": words, "en": words})
}

/// An outline of a rectangle between two corners in metres.
pub(crate) fn rectangle(west: f64, south: f64, east: f64, north: f64) -> Value {
    json!([
        at(west, south),
        at(east, south),
        at(east, north),
        at(west, north)
    ])
}

/// A device with what a test says of it.
pub(crate) fn device(device_id: &str, kind: &str, building: Option<&str>, more: &Value) -> Value {
    let mut device = json!({
        "id": device_id, "kind": kind, "name": name(device_id),
        "place": {"at": at(10.0, 10.0)},
    });
    if let Some(building) = building {
        device["place"]["building"] = json!(building);
    }
    for (key, value) in more.as_object().expect("fields") {
        device[key] = value.clone();
    }
    device
}

/// A list of an estate.
pub(crate) fn list<'a>(estate: &'a mut Value, name: &str) -> &'a mut Vec<Value> {
    estate[name].as_array_mut().expect("a list")
}

/// An alarm type with what a test says of it.
pub(crate) fn kind(kind_id: &str, priority: u8, claim_s_max: u32, more: &Value) -> Value {
    let mut kind = json!({
        "id": kind_id, "name": name(kind_id), "priority": priority, "claim_s_max": claim_s_max,
    });
    for (key, value) in more.as_object().expect("fields") {
        kind[key] = value.clone();
    }
    kind
}

/// The estate of these tests: three guards, two operators, a shift leader.
pub(crate) fn estate() -> Value {
    let cameras = (1..=12).map(|n| {
        let more = json!({"report_every_s_max": 60, "upstream": "switch-1"});
        device(&format!("cam-{n}"), "camera", None, &more)
    });
    let mut devices: Vec<_> = cameras.collect();
    devices.extend([
        device("switch-1", "network", Some("b1"), &json!({})),
        device(
            "gate",
            "door",
            None,
            &json!({"door": {"held_open_s_max": 60, "reports_grants": true}}),
        ),
        device(
            "cellar",
            "door",
            Some("b1"),
            &json!({"door": {"held_open_s_max": 30}}),
        ),
        device(
            "meter",
            "detector",
            Some("b1"),
            &json!({"report_every_s_max": 300}),
        ),
        device("hall", "detector", Some("b1"), &json!({})),
        device("stairs", "detector", Some("b1"), &json!({})),
        device("roof", "detector", Some("b1"), &json!({})),
        device("shed", "detector", Some("b2"), &json!({})),
        device("fence-1", "detector", None, &json!({})),
        device("fence-2", "detector", None, &json!({})),
        device("fence-3", "detector", None, &json!({})),
    ]);
    json!({
        "site": "test-1", "name": name("Test estate"), "time_zone": "Asia/Shanghai",
        "datum": "WGS-84", "anchor": [120.0, 30.0],
        "home": {"centre": [120.0, 30.0], "zoom": 16.5, "bearing_deg": 0.0, "pitch_deg": 30.0},
        "buildings": [
            {"id": "b1", "name": name("Building 1"), "height_m": 20.0, "outline": rectangle(0.0, 0.0, 20.0, 20.0)},
            {"id": "b2", "name": name("Building 2"), "height_m": 20.0, "outline": rectangle(60.0, 0.0, 80.0, 20.0)}],
        "devices": devices,
        "people": [
            {"id": "li-na", "name": name("Li Na"), "role": "operator"},
            {"id": "zhao-min", "name": name("Zhao Min"), "role": "operator"},
            {"id": "zhou-jie", "name": name("Zhou Jie"), "role": "shift_leader"},
            {"id": "wang-qiang", "name": name("Wang Qiang"), "role": "guard", "phone": "guard-01"},
            {"id": "sun-lei", "name": name("Sun Lei"), "role": "guard", "phone": "guard-02"}],
        "staffing": {
            "shifts": [{"name": name("Day"), "starts_at": "08:00"}, {"name": name("Night"), "starts_at": "20:00"}],
            "duty": "recorded", "position_every_s_max": 30},
        "zones": [
            {"id": "cellars", "name": name("Cellars"), "devices": ["cellar", "hall"],
             "schedule": [{"days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "from": "22:00", "to": "06:00"}]},
            {"id": "north", "name": name("North"), "devices": ["fence-1"], "adjacent": ["south"]},
            {"id": "south", "name": name("South"), "devices": ["fence-2"]},
            {"id": "west", "name": name("West"), "devices": ["fence-3"]}],
        "areas": [
            {"id": "post", "name": name("Post"), "kind": "responsibility", "people": ["wang-qiang"],
             "outline": rectangle(-100.0, -100.0, 100.0, 100.0)},
            {"id": "yard", "name": name("Yard"), "kind": "responsibility", "people": ["wang-qiang"],
             "outline": rectangle(100.0, -100.0, 200.0, 100.0)},
            {"id": "tank", "name": name("Tank"), "kind": "forbidden", "people": ["wang-qiang"],
             "outline": rectangle(300.0, 0.0, 310.0, 10.0)}],
        "alarm_types": [
            kind("door_forced", 2, 60, &json!({})), kind("door_held", 3, 300, &json!({})),
            kind("area_breach", 3, 300, &json!({})),
            kind("device_silent", 4, 3_600, &json!({})), kind("camera_down", 4, 3_600, &json!({})),
            kind("network_down", 2, 90, &json!({})), kind("guard_silent", 3, 120, &json!({})),
            kind("guard_sos", 1, 30, &json!({})), kind("man_down", 1, 30, &json!({})),
            kind("alarm_flood", 2, 60, &json!({"by_rule_only": true})),
            kind("not_recording", 1, 30, &json!({"by_rule_only": true})),
            kind("clock_step", 3, 300, &json!({"by_rule_only": true})),
            kind("tracks_damaged", 3, 300, &json!({"by_rule_only": true})),
            kind("disk_low", 2, 90, &json!({"by_rule_only": true})),
            kind("canary_failed", 2, 90, &json!({"by_rule_only": true})),
            kind("chat_failing", 3, 300, &json!({"by_rule_only": true})),
            kind("mail_failing", 3, 300, &json!({"by_rule_only": true})),
            kind("panic", 1, 30, &json!({})), kind("water", 3, 300, &json!({})),
            kind("fight", 2, 60, &json!({})), kind("loitering", 4, 3_600, &json!({})),
            kind("smoke", 2, 60, &json!({"family": "fire", "tier": 1, "second_source":
                {"to": "fire", "within_s": 60, "near": "building", "also": ["heat"]}})),
            kind("fire", 1, 30, &json!({"family": "fire", "tier": 2})),
            kind("heat", 3, 300, &json!({})),
            kind("perimeter", 2, 60, &json!({"family": "perimeter", "tier": 1, "second_source":
                {"to": "perimeter_seen", "within_s": 60, "near": "zone"}})),
            kind("perimeter_seen", 1, 30, &json!({"family": "perimeter", "tier": 2})),
            kind("motion", 2, 60, &json!({"needs_arming": true}))],
    })
}

/// A site with its clock, and everything that it recorded.
pub(crate) struct World {
    pub(crate) engine: Engine,
    pub(crate) now: Timestamp,
    pub(crate) facts: Vec<Fact>,
    estate: Arc<EstateIndex>,
    hash: String,
    inputs: u64,
}

impl World {
    /// A new site at noon, where the guard Wang Qiang and the operator Li Na are on duty.
    pub(crate) fn new() -> Self {
        let mut world = Self::of(&estate());
        for person in ["wang-qiang", "li-na"] {
            world.done(
                person,
                Command::Staff(StaffCommand::GoOnDuty { person: id(person) }),
            );
        }
        world
    }

    /// A new site at noon with this estate, where nobody is on duty.
    pub(crate) fn of(estate: &Value) -> Self {
        let estate = Estate::parse(estate.to_string().as_bytes()).expect("the estate holds");
        let estate = EstateIndex::new(Arc::new(estate)).expect("it has a calendar");
        let mut world = Self {
            engine: Engine::new(Site::default()),
            now: NOON,
            facts: Vec::new(),
            estate: Arc::new(estate),
            hash: "estate-1".to_owned(),
            inputs: 0,
        };
        world.load();
        world
    }

    /// Another estate counts from now on.
    pub(crate) fn publish(&mut self, hash: &str, estate: &Value) {
        let estate = Estate::parse(estate.to_string().as_bytes()).expect("the estate holds");
        let estate = EstateIndex::new(Arc::new(estate)).expect("it has a calendar");
        self.estate = Arc::new(estate);
        hash.clone_into(&mut self.hash);
        self.load();
    }

    fn load(&mut self) {
        let loaded = self.loaded();
        self.give(loaded);
    }

    /// Its estate as an input.
    pub(crate) fn loaded(&self) -> Input {
        let (hash, estate) = (id(&self.hash), self.estate.clone());
        Input::EstateLoaded { hash, estate }
    }

    /// The power is gone for so long, and the site goes on from its facts.
    pub(crate) fn crash(&mut self, down: Span) {
        let mut engine = Engine::new(Site::default());
        for fact in &self.facts {
            engine.apply(fact);
        }
        assert_eq!(*engine.site(), *self.engine.site(), "the facts tell it all");
        self.engine = engine;
        self.now = self.now + down;
        self.load();
    }

    /// One input and its turn.
    pub(crate) fn give(&mut self, input: Input) -> Option<Answer> {
        self.inputs += 1;
        let mut turn = Turn::new(id("test-1"));
        self.engine.handle(input, self.now);
        let answer = turn.drain(&mut self.engine, self.now);
        self.facts.extend(turn.facts.into_iter().map(|f| f.fact));
        answer.expect("every fact can be written")
    }

    fn event(&self) -> EventId {
        id(&format!("e{}", self.inputs))
    }

    pub(crate) fn observe(&mut self, observation: Observation) -> Answer {
        self.give(Input::Observed(observation)).expect("an answer")
    }

    /// A device reports.
    pub(crate) fn report(
        &mut self,
        device: &str,
        kind: &str,
        state: ReportedState,
    ) -> (Outcome, Option<AlarmId>) {
        let report = Report {
            device: id(device),
            kind: id(kind),
            state,
            event: self.event(),
            claimed_at: Some(self.now),
            received_at: self.now,
            drill: false,
            doubts: Doubts::default(),
        };
        became(self.observe(Observation::Report(report)))
    }

    /// A device reports what gets a row.
    pub(crate) fn raise(&mut self, device: &str, kind: &str) -> AlarmId {
        let (outcome, alarm) = self.report(device, kind, ReportedState::Active);
        assert_eq!(outcome, Outcome::Raised, "{device} {kind}");
        alarm.expect("a row")
    }

    /// A door's controller reports.
    pub(crate) fn door(&mut self, door: &str, what: DoorChange) -> (Outcome, Option<AlarmId>) {
        became(self.door_at(door, what, None, false))
    }

    pub(crate) fn door_at(
        &mut self,
        door: &str,
        what: DoorChange,
        claimed_at: Option<Timestamp>,
        drill: bool,
    ) -> Answer {
        let report = DoorReport {
            device: id(door),
            what,
            event: self.event(),
            claimed_at,
            received_at: self.now,
            drill,
            doubts: Doubts::default(),
        };
        self.observe(Observation::Door(report))
    }

    /// A device is there.
    pub(crate) fn heard(&mut self, device: &str) -> Answer {
        let (device, received_at) = (id(device), self.now);
        self.observe(Observation::Heard {
            device,
            received_at,
        })
    }

    /// A phone calls for help.
    pub(crate) fn call(&mut self, phone: &str, kind: CallKind, at: Option<LonLat>) -> Answer {
        self.odd_call(phone, kind, at, Doubts::default())
    }

    /// A phone calls for help, and not all that it says can be read.
    pub(crate) fn odd_call(
        &mut self,
        phone: &str,
        kind: CallKind,
        at: Option<LonLat>,
        doubts: Doubts,
    ) -> Answer {
        let call = Call {
            phone: id(phone),
            kind,
            event: self.event(),
            at,
            claimed_at: None,
            received_at: self.now,
            drill: false,
            doubts,
        };
        self.observe(Observation::Call(call))
    }

    /// A phone says where it is, so many metres from the anchor.
    pub(crate) fn fix(
        &mut self,
        phone: &str,
        east_m: f64,
        north_m: f64,
        accuracy_m: u16,
    ) -> Answer {
        let fix = PhoneFix {
            phone: id(phone),
            occurred_at: self.now,
            received_at: self.now,
            at: at(east_m, north_m),
            accuracy_dm: Some(accuracy_m * 10),
            battery_percent: None,
        };
        self.observe(Observation::PhoneFix(fix))
    }

    /// A person commands.
    pub(crate) fn command(&mut self, who: &str, command: Command) -> Answer {
        let input = self.commanded(who, command);
        self.give(input).expect("a command is answered")
    }

    /// A person's command as an input.
    pub(crate) fn commanded(&self, who: &str, command: Command) -> Input {
        Input::Commanded {
            command_id: CommandId(uuid::Uuid::from_u128(u128::from(self.inputs))),
            by: id(who),
            expected: None,
            command,
        }
    }

    /// A person commands what can be done.
    pub(crate) fn done(&mut self, who: &str, command: Command) {
        let answer = self.command(who, command);
        assert!(matches!(answer, Ok(Accepted::Done { .. })), "{answer:?}");
    }

    /// A person writes a note.
    pub(crate) fn note(&mut self, who: &str, alarm: AlarmId) {
        let n = u128::from(self.inputs);
        let note = PersonalRef {
            id: uuid::Uuid::from_u128(n),
            commitment: Text::new(format!("{n:064x}")).expect("a text"),
        };
        self.done(who, Command::Note(NoteCommand::Note { alarm, text: note }));
    }

    /// Time passes; every deadline on the way is met on time.
    pub(crate) fn wait(&mut self, span: Span) {
        let until = self.now + span;
        let mut rounds = 0;
        while let Some(due_at) = self.engine.next_deadline().filter(|due| *due <= until) {
            rounds = if due_at > self.now { 0 } else { rounds + 1 };
            assert!(rounds < 1_000, "a deadline that was met is due for ever");
            self.now = self.now.max(due_at);
            self.give(Input::DeadlineReached);
        }
        self.now = until;
    }

    /// What a rule would decide from now.
    pub(crate) fn context(&self) -> Context<'_> {
        Context {
            site: self.engine.site(),
            estate: &self.estate,
            now: self.now,
        }
    }

    /// What displays replicate.
    pub(crate) fn view(&self) -> &View {
        self.engine.site().view()
    }

    /// A row that is there.
    pub(crate) fn alarm(&self, alarm: AlarmId) -> &Alarm {
        &self.view().alarms[&alarm]
    }

    /// The rows of a type.
    pub(crate) fn rows(&self, kind: &str) -> Vec<&Alarm> {
        let rows = self.view().alarms.values();
        rows.filter(|row| row.kind.as_str() == kind).collect()
    }

    /// The only row of a type.
    pub(crate) fn row(&self, kind: &str) -> &Alarm {
        let rows = self.rows(kind);
        assert_eq!(rows.len(), 1, "one row of {kind}");
        rows[0]
    }

    /// How many facts are like this.
    pub(crate) fn count(&self, like: impl Fn(&FactBody) -> bool) -> usize {
        self.facts.iter().filter(|fact| like(&fact.body)).count()
    }
}

/// What became of a report that was taken.
pub(crate) fn became(answer: Result<Accepted, Refusal>) -> (Outcome, Option<AlarmId>) {
    match answer {
        Ok(Accepted::Reported { outcome, alarm }) => (outcome, alarm),
        other => panic!("it was not taken: {other:?}"),
    }
}
