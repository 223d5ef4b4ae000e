//! A small world for the domain's tests: an estate of four devices and five people, an engine,
//! the turn loop that a server runs, and a clock that moves only when a test says so.

pub(crate) mod bodies;
pub(crate) mod document;
pub(crate) mod intents;
pub(crate) mod ladders;
pub(crate) mod response;
pub(crate) mod site_bodies;
pub(crate) mod variants;

use castellan_domain::alarm::{Alarm, AlarmCommand, NoteCommand, Verdict};
use castellan_domain::answer::{Accepted, Answer};
use castellan_domain::command::Command;
use castellan_domain::engine::{Engine, Input};
use castellan_domain::estate::{Estate, EstateIndex};
use castellan_domain::fact::{Cause, Fact, FactBody, PersonalRef};
use castellan_domain::geo::LonLat;
use castellan_domain::ids::{AlarmId, CommandId, EventId, Seq, Version};
use castellan_domain::observation::{Doubts, Fix, Observation, PhoneFix, Report, ReportedState};
use castellan_domain::refusal::Refusal;
use castellan_domain::site::Site;
use castellan_domain::stream::{Stamped, Turn};
use castellan_domain::text::Text;
use castellan_domain::time::{Span, Timestamp};
use castellan_domain::view::View;
use proptest::test_runner::{Config, FileFailurePersistence};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// 2026-11-18, in the evening in Hangzhou.
pub(crate) const START: Timestamp = Timestamp::from_secs(1_795_000_000);

/// Devices of [`ESTATE`].
pub(crate) const DEVICES: [&str; 4] = ["gas-1", "gas-2", "door-1", "button-1"];
/// Types of [`ESTATE`] with the seconds until an unclaimed one is overdue.
pub(crate) const TYPES: [(&str, i64); 4] = [
    ("gas_low", 60),
    ("door_held", 90),
    ("panic", 30),
    ("gas_high", 30),
];
/// People of [`ESTATE`]: two operators, a shift leader, a duty manager and a guard.
pub(crate) const PEOPLE: [&str; 5] = ["li-na", "zhao-min", "zhou-jie", "chen-hui", "wang-qiang"];

/// The estate that the world is built on.
pub(crate) const ESTATE: &str = r#"{
  "site": "test-1", "name": {"zh": "测试园", "en": "Test estate"},
  "time_zone": "Asia/Shanghai", "datum": "WGS-84", "anchor": [120.112, 30.287],
  "home": {"centre": [120.112, 30.287], "zoom": 16.5, "bearing_deg": 0.0, "pitch_deg": 30.0},
  "grounds": [{"kind": "land", "outline": [[120.110, 30.286], [120.114, 30.286], [120.112, 30.289]]}],
  "buildings": [{"id": "b3", "name": {"zh": "3号楼", "en": "Building 3"}, "height_m": 54.0,
    "outline": [[120.1121, 30.2871], [120.1123, 30.2871], [120.1123, 30.2872]],
    "floors": [{"label": "B1", "ordinal": -1}, {"label": "1", "ordinal": 0}, {"label": "避难层", "ordinal": 15}]}],
  "lines": [{"kind": "perimeter", "course": [[120.110, 30.286], [120.114, 30.286]]}],
  "paths": {"nodes": [{"id": 1, "at": [120.111, 30.287]}, {"id": 2, "at": [120.113, 30.287]}],
    "edges": [{"from": 1, "to": 2, "via": [[120.112, 30.2871]], "width_m": 3.0}]},
  "devices": [
    {"id": "gas-1", "kind": "detector", "name": {"zh": "燃气探测器1", "en": "Gas 1"},
     "place": {"building": "b3", "floor": "B1", "spot": {"zh": "走道", "en": "corridor"}, "at": [120.1122, 30.28712]}},
    {"id": "gas-2", "kind": "detector", "name": {"zh": "燃气探测器2", "en": "Gas 2"},
     "place": {"building": "b3", "floor": "1", "at": [120.1122, 30.28713]}},
    {"id": "door-1", "kind": "door", "name": {"zh": "东门", "en": "East gate"},
     "place": {"spot": {"zh": "东门", "en": "East gate"}, "at": [120.1139, 30.287]}},
    {"id": "button-1", "kind": "panic_button", "name": {"zh": "紧急按钮", "en": "Panic button"},
     "place": {"at": [120.111, 30.287]}}],
  "people": [
    {"id": "li-na", "name": {"zh": "李娜", "en": "Li Na"}, "role": "operator"},
    {"id": "zhao-min", "name": {"zh": "赵敏", "en": "Zhao Min"}, "role": "operator"},
    {"id": "zhou-jie", "name": {"zh": "周杰", "en": "Zhou Jie"}, "role": "shift_leader"},
    {"id": "chen-hui", "name": {"zh": "陈慧", "en": "Chen Hui"}, "role": "duty_manager"},
    {"id": "wang-qiang", "name": {"zh": "王强", "en": "Wang Qiang"}, "role": "guard",
     "call_sign": {"zh": "猎鹰1", "en": "Falcon 1"}, "phone": "guard-01"}],
  "alarm_types": [
    {"id": "gas_low", "name": {"zh": "可燃气体低限", "en": "Gas warning"}, "family": "gas", "tier": 1,
     "priority": 2, "claim_s_max": 60},
    {"id": "gas_high", "name": {"zh": "可燃气体高限", "en": "Gas alarm"}, "family": "gas", "tier": 2,
     "priority": 1, "claim_s_max": 30},
    {"id": "door_held", "name": {"zh": "开门超时", "en": "Door held"}, "priority": 3, "claim_s_max": 90},
    {"id": "panic", "name": {"zh": "紧急求助", "en": "Panic"}, "priority": 1, "claim_s_max": 30},
    {"id": "duress", "name": {"zh": "胁迫", "en": "Duress"}, "priority": 1, "claim_s_max": 30},
    {"id": "battery_low", "name": {"zh": "电量低", "en": "Battery low"}, "priority": 4}]
}"#;

/// Reads an id, text or other checked value written in a test.
pub(crate) fn id<T: std::str::FromStr<Err: std::fmt::Debug>>(raw: &str) -> T {
    raw.parse().expect("a value written in a test")
}

/// A text written in a test.
pub(crate) fn text<const MAX: usize>(raw: &str) -> Text<MAX> {
    Text::new(raw).expect("a text written in a test")
}

/// Seconds.
pub(crate) const fn secs(secs: i64) -> Span {
    Span::from_secs(secs)
}

/// The estate of [`ESTATE`].
pub(crate) fn estate() -> Estate {
    Estate::parse(ESTATE.as_bytes()).expect("the estate of the tests holds")
}

/// A position near the anchor.
pub(crate) fn spot(east: i32, north: i32) -> LonLat {
    LonLat::new(
        120.112 + f64::from(east) * 1e-5,
        30.287 + f64::from(north) * 1e-5,
    )
    .expect("near the anchor")
}

/// A reference to the words of a note.
pub(crate) fn words(n: u128) -> PersonalRef {
    PersonalRef {
        id: uuid::Uuid::from_u128(n),
        commitment: text(&format!("{n:064x}")),
    }
}

/// A fact that nobody in particular caused.
pub(crate) fn fact(seq: u64, recorded_at: Timestamp, body: FactBody) -> Fact {
    Fact {
        site: id("test-1"),
        seq: Seq(seq),
        recorded_at,
        occurred_at: recorded_at,
        cause: Cause::Estate,
        actor: None,
        drill: false,
        body,
    }
}

/// Proptest with a number of cases, keeping each failure's seed in `tests/regressions`.
/// `PROPTEST_CASES` runs more of them: overnight, or after a change to a machine.
pub(crate) fn cases(count: u32, regressions: &'static str) -> Config {
    /// What proptest runs when it is told nothing.
    const UNTOLD: u32 = 256;
    let told = Config::default();
    Config {
        cases: if told.cases == UNTOLD {
            count
        } else {
            told.cases
        },
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct(regressions))),
        ..told
    }
}

/// A folder beside the tests.
pub(crate) fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests")
        .join(name)
}

/// A file's text.
#[expect(clippy::disallowed_methods, reason = "tests read samples from disk")]
pub(crate) fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The names of a folder's files.
#[expect(clippy::disallowed_methods, reason = "tests read samples from disk")]
pub(crate) fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("the folder is there");
    let mut names: Vec<_> = entries
        .map(|entry| entry.expect("a readable folder").file_name())
        .map(|name| name.into_string().expect("a name in UTF-8"))
        .collect();
    names.sort();
    names
}

/// A site with its clock, and everything that it recorded.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) engine: Engine,
    pub(crate) now: Timestamp,
    pub(crate) facts: Vec<Stamped>,
    pub(crate) tracks: Vec<Fix>,
    pub(crate) latest: Vec<Fix>,
    inputs: u64,
}

impl World {
    /// A new site with the estate of [`ESTATE`] published.
    pub(crate) fn new() -> Self {
        Self::with(Site::default(), estate())
    }

    /// A site that goes on from a fold, with an estate.
    pub(crate) fn with(site: Site, estate: Estate) -> Self {
        let mut world = Self::without_estate(site);
        world.load("estate-1", estate);
        world
    }

    /// A site that has not read its estate yet.
    pub(crate) fn without_estate(site: Site) -> Self {
        Self {
            engine: Engine::new(site),
            now: START,
            facts: Vec::new(),
            tracks: Vec::new(),
            latest: Vec::new(),
            inputs: 0,
        }
    }

    /// Reads an estate document.
    pub(crate) fn load(&mut self, hash: &str, estate: Estate) {
        let estate = EstateIndex::new(Arc::new(estate)).expect("an estate with a calendar");
        let (hash, estate) = (id(hash), Arc::new(estate));
        self.give(Input::EstateLoaded { hash, estate });
    }

    /// One input and its turn: what the server's site task does.
    pub(crate) fn give(&mut self, input: Input) -> Option<Answer> {
        self.inputs += 1;
        let mut turn = Turn::new(id("test-1"));
        self.engine.handle(input, self.now);
        let answer = turn.drain(&mut self.engine, self.now);
        self.facts.extend(turn.facts);
        self.tracks.extend(turn.tracks);
        self.latest.extend(turn.latest);
        answer.expect("every fact can be written")
    }

    /// A device reports, with a clock that agrees with ours.
    pub(crate) fn report(&mut self, device: &str, kind: &str, state: ReportedState) -> Answer {
        self.report_at(device, kind, state, Some(self.now))
    }

    /// A device reports with its own clock.
    pub(crate) fn report_at(
        &mut self,
        device: &str,
        kind: &str,
        state: ReportedState,
        claimed_at: Option<Timestamp>,
    ) -> Answer {
        self.report_of(device, kind, state, claimed_at, false)
    }

    /// A device reports for a drill.
    pub(crate) fn drill(&mut self, device: &str, kind: &str, state: ReportedState) -> Answer {
        self.report_of(device, kind, state, Some(self.now), true)
    }

    fn report_of(
        &mut self,
        device: &str,
        kind: &str,
        state: ReportedState,
        claimed_at: Option<Timestamp>,
        drill: bool,
    ) -> Answer {
        let report = Report {
            device: id(device),
            kind: id(kind),
            state,
            event: EventId::new(format!("e{}", self.inputs)).expect("a short id"),
            claimed_at,
            received_at: self.now,
            drill,
            doubts: Doubts::default(),
        };
        self.give(Input::Observed(Observation::Report(report)))
            .expect("a report is answered")
    }

    /// A device reports something that raises an alarm.
    pub(crate) fn raise(&mut self, device: &str, kind: &str, state: ReportedState) -> AlarmId {
        match self.report(device, kind, state) {
            Ok(Accepted::Reported {
                alarm: Some(id), ..
            }) => id,
            other => panic!("{device} {kind} raised nothing: {other:?}"),
        }
    }

    /// A phone reports.
    pub(crate) fn fix(&mut self, fix: PhoneFix) -> Answer {
        self.give(Input::Observed(Observation::PhoneFix(fix)))
            .expect("a fix is answered")
    }

    /// A person commands.
    pub(crate) fn command(
        &mut self,
        who: &str,
        expected: Option<Version>,
        command: Command,
    ) -> Answer {
        self.give(Input::Commanded {
            command_id: CommandId(uuid::Uuid::from_u128(u128::from(self.inputs))),
            by: id(who),
            expected,
            command,
        })
        .expect("a command is answered")
    }

    /// A person claims.
    pub(crate) fn claim(&mut self, who: &str, alarm: AlarmId) -> Answer {
        self.command(who, None, Command::Alarm(AlarmCommand::Claim { alarm }))
    }

    /// A person judges.
    pub(crate) fn judge(&mut self, who: &str, alarm: AlarmId, verdict: Verdict) -> Answer {
        self.command(
            who,
            None,
            Command::Alarm(AlarmCommand::Judge {
                alarm,
                verdict,
                basis: None,
            }),
        )
    }

    /// A person writes a note.
    pub(crate) fn note(&mut self, who: &str, alarm: AlarmId) -> Answer {
        let note = words(u128::from(self.inputs));
        self.command(
            who,
            None,
            Command::Note(NoteCommand::Note { alarm, text: note }),
        )
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

    /// What displays replicate.
    pub(crate) fn view(&self) -> &View {
        self.engine.site().view()
    }

    /// A row that is there.
    pub(crate) fn alarm(&self, alarm: AlarmId) -> &Alarm {
        &self.view().alarms[&alarm]
    }

    /// The recorded facts.
    pub(crate) fn history(&self) -> impl DoubleEndedIterator<Item = &Fact> {
        self.facts.iter().map(|stamped| &stamped.fact)
    }
}

/// The answer to a command that was done.
pub(crate) fn is_done(answer: &Result<Accepted, Refusal>) -> bool {
    matches!(answer, Ok(Accepted::Done { .. }))
}
