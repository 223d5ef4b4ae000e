//! A site in a folder, without sockets: a machine that fails on purpose, clocks that tests move.

use super::super::*;
use crate::clock::tests::Hands;
use crate::requests::{Lost, Reply};
use crate::site_folder::read_estate;
use castellan_domain::alarm::{AlarmCommand, Source};
use castellan_domain::answer::{Accepted, Answer};
use castellan_domain::audience::Audience;
use castellan_domain::command::Command;
use castellan_domain::engine::Output;
use castellan_domain::estate::{EstateIndex, Priority, Rung};
use castellan_domain::fact::Fact;
use castellan_domain::geo::Anchor;
use castellan_domain::ids::{AlarmId, CommandId, DeviceId, EstateHash, EventId, PersonId, Seq};
use castellan_domain::observation::{Doubts, Fix, Observation, Report, ReportedState};
use castellan_domain::site::Site;
use castellan_domain::stream::{Backlog, Outgoing, Replica};
use castellan_domain::text::Text;
use castellan_domain::view::View;
use castellan_domain::wire::live::ServerMessage;
use std::path::Path;
use tempfile::TempDir;
use tokio::sync::oneshot;

/// An engine with two faults: it breaks over reports whose id begins with "boom", halfway, and over
/// deadlines while device d-013 has an alarm.
#[derive(Debug)]
pub(super) struct Fragile {
    engine: Engine,
    halfway: bool,
}

impl Machine for Fragile {
    fn of(site: Site) -> Self {
        let (engine, halfway) = (Engine::of(site), false);
        Self { engine, halfway }
    }

    fn handle(&mut self, input: Input, now: Timestamp) {
        let mut alarms = self.engine.site().view().alarms.values();
        self.halfway = match &input {
            Input::Observed(Observation::Report(report)) => {
                report.event.as_str().starts_with("boom")
            }
            Input::DeadlineReached => {
                let fragile = Source::Device(DeviceId::new("d-013").unwrap());
                alarms.any(|alarm| alarm.source == fragile)
            }
            _ => false,
        };
        self.engine.handle(input, now);
    }

    fn poll_output(&mut self) -> Option<Output> {
        let output = self.engine.poll_output();
        assert!(!(self.halfway && output.is_none()), "a meant panic");
        output
    }

    fn apply(&mut self, fact: &Fact) {
        Machine::apply(&mut self.engine, fact);
    }

    fn site(&self) -> &Site {
        self.engine.site()
    }

    fn next_deadline(&self) -> Option<Timestamp> {
        self.engine.next_deadline()
    }

    fn last_fixes(&self) -> Vec<Fix> {
        self.engine.last_fixes()
    }

    fn recall(&mut self, fixes: &[Fix]) {
        self.engine.recall(fixes);
    }
}

/// A site in a folder, without sockets.
pub(super) struct World {
    pub(super) task: SiteTask<Fragile>,
    pub(super) hands: Hands,
    pub(super) folder: TempDir,
    events: u32,
}

impl World {
    /// A site with this many devices.
    pub(super) async fn new(devices: usize) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let document = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/common/estate.json");
        let mut estate = read_estate(&document, None).unwrap();
        let model = estate.devices[0].clone();
        for n in estate.devices.len()..devices {
            let mut device = model.clone();
            device.id = DeviceId::new(format!("d-{n:03}")).unwrap();
            estate.devices.push(device);
        }
        for person in &mut estate.people {
            match person.id.as_str() {
                "zhou-jie" => drop(person.rungs.insert(Rung::ShiftLeader)),
                "chen-hui" => drop(person.rungs.insert(Rung::DutyManager)),
                _ => {}
            }
        }
        let site = estate.site.clone();
        let estate = Arc::new(estate);
        let estate = PublishedEstate {
            hash: EstateHash::new("test").unwrap(),
            bytes: Arc::from(b"{}".as_slice()),
            index: Arc::new(EstateIndex::new(estate.clone()).unwrap()),
            estate,
        };
        let journal = Journal::open(&folder.path().join("journal.db"))
            .await
            .unwrap();
        let tracks = Tracks::open(&folder.path().join("tracks.db"))
            .await
            .unwrap();
        let hands = Hands::new();
        let clock = Arc::new(hands.clock(0));
        let (seq, hash) = journal.head();
        let hub = Hub::new(
            site.clone(),
            Text::constant("test"),
            clock.clone(),
            Backlog::new(journal.id(), seq, &hash.to_hex()),
            View::default(),
            Anchor::new(estate.estate.anchor),
        );
        let mut task = SiteTask {
            site,
            engine: Fragile::of(Site::default()),
            journal,
            tracks,
            estate,
            hub: Arc::new(hub),
            clock,
            disk: Arc::new(Disk::open(folder.path(), 0)),
            outbox: None,
            actuations: None,
            set_asides: Arc::default(),
            turns: Arc::default(),
            state: State::default(),
        };
        task.begin(false).await.unwrap();
        Self {
            task,
            hands,
            folder,
            events: 0,
        }
    }

    pub(super) fn ticket(input: Input) -> (Ticket, oneshot::Receiver<Result<Answer, Lost>>) {
        let (sender, answer) = oneshot::channel();
        let noted = None;
        let ticket = Ticket {
            input,
            personal: None,
            trace: 7,
            reply: Reply { sender, noted },
        };
        (ticket, answer)
    }

    pub(super) fn report(&self, device: &str, event: &str) -> Input {
        Input::Observed(Observation::Report(Report {
            device: DeviceId::new(device).unwrap(),
            kind: "panic".parse().unwrap(),
            state: ReportedState::Active,
            event: EventId::new(event).unwrap(),
            claimed_at: None,
            received_at: self.task.clock.now(),
            drill: false,
            doubts: Doubts::default(),
        }))
    }

    /// One turn of these inputs; what each sender heard.
    pub(super) async fn turn(&mut self, inputs: Vec<Input>) -> Vec<Result<Answer, Lost>> {
        let (tickets, answers): (Vec<_>, Vec<_>) = inputs.into_iter().map(Self::ticket).unzip();
        self.task.turn(tickets).await;
        let answers = answers
            .into_iter()
            .map(|mut answer| answer.try_recv().expect("everybody is answered"));
        answers.collect()
    }

    pub(super) async fn raise(&mut self, device: &str) -> AlarmId {
        self.events += 1;
        let input = self.report(device, &format!("e-{}", self.events));
        match self.turn(vec![input]).await.remove(0) {
            Ok(Ok(Accepted::Reported {
                alarm: Some(alarm), ..
            })) => alarm,
            other => panic!("{other:?}"),
        }
    }

    pub(super) async fn keep_seen(&mut self) {
        let SiteTask {
            state,
            tracks,
            disk,
            ..
        } = &mut self.task;
        state.last_seen.keep(tracks, disk).await;
    }

    /// All facts on disk.
    pub(super) async fn facts(&mut self) -> Vec<Fact> {
        let mut facts = Vec::new();
        loop {
            let at = facts.last().map_or(Seq(0), |fact: &Fact| fact.seq);
            let more = self.task.journal.read_after(at).await.unwrap();
            if more.is_empty() {
                return facts;
            }
            facts.extend(more.iter().map(|fact| Fact::decode(&fact.bytes).unwrap()));
        }
    }

    pub(super) async fn kinds(&mut self) -> Vec<&'static str> {
        let facts = self.facts().await;
        facts.iter().map(|fact| fact.body.kind().0).collect()
    }

    /// What a display that comes now is shown as not recorded.
    pub(super) fn shown(&self) -> Vec<(String, Priority)> {
        let hub = &self.task.hub;
        hub.advance(false).unwrap();
        let hello =
            Replica::new(Audience::Staff).hello(self.task.site.clone(), Text::constant("test"));
        let (mut session, _) = hub.open(&hello, None).unwrap();
        let mut batch = Vec::new();
        while hub.next(&mut session, &mut batch) {}
        let lists = batch.iter().filter_map(|outgoing| match outgoing {
            Outgoing::Text(text) => match serde_json::from_str(text).unwrap() {
                ServerMessage::Unrecorded(list) => Some(list),
                _ => None,
            },
            Outgoing::Binary(_) => None,
        });
        let notices = lists.flat_map(|list| list.notices);
        notices
            .map(|notice| match notice.source {
                Source::Device(id) => (id.to_string(), notice.priority),
                Source::Person(id) => (id.to_string(), notice.priority),
                Source::Registration(_) | Source::System => {
                    panic!("only devices and phones report")
                }
            })
            .collect()
    }
}

/// A claim by an operator.
pub(super) fn claim(alarm: AlarmId, n: u128) -> Input {
    Input::Commanded {
        command_id: CommandId(uuid::Uuid::from_u128(n)),
        by: PersonId::new("li-na").unwrap(),
        expected: None,
        command: Command::Alarm(AlarmCommand::Claim { alarm }),
    }
}

/// Changes a database from outside.
pub(super) async fn trigger(path: &Path, statement: &'static str) {
    use sqlx::Connection as _;
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(path);
    let mut db = sqlx::SqliteConnection::connect_with(&options)
        .await
        .unwrap();
    sqlx::query(statement).execute(&mut db).await.unwrap();
}
