//! The ledger test: outside senders send as fast as they can and write down every promise; the
//! server is killed twenty times at random moments; at the end every promise is on disk, once.
//!
//! `CASTELLAN_TEST_SEED=7 cargo test -p castellan-server ledger` repeats a run's choices (not its timing).

use crate::common::record::{EventKey, Ledger, Record, Row, Sent, faults};
use crate::common::{
    CALM_TYPES, Castellan, PATIENCE, SITE, doctor, estate, event_body, now_s, position_body,
};
use castellan_domain::alarm::AlarmCommand;
use castellan_domain::answer::{Accepted, Outcome};
use castellan_domain::command::Command;
use castellan_domain::ids::{AlarmId, AlarmTypeId, CommandId, DeviceId};
use castellan_domain::observation::ReportedState;
use castellan_domain::wire::api::{CommandRequest, ErrorBody, PERSON_HEADER};
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

/// Times that the server is killed.
const KILLS: usize = 20;
/// Senders of events, each with a connection of its own.
const EVENT_SENDERS: u64 = 4;
/// Senders of positions, each for a phone of its own.
const PHONES: u64 = 2;

/// What all senders share.
#[derive(Clone)]
struct World {
    address: watch::Receiver<SocketAddr>,
    over: Arc<AtomicBool>,
    /// Alarms for those who claim.
    raised: Arc<Mutex<Vec<AlarmId>>>,
}

/// What became of one attempt to send.
struct Reply {
    status: u16,
    body: String,
}

/// One sender: a connection, a source of choices, and the ledger.
struct Sender {
    world: World,
    client: reqwest::Client,
    random: StdRng,
    ledger: Ledger,
}

impl Sender {
    fn new(world: &World, seed: u64) -> Self {
        Self {
            world: world.clone(),
            client: crate::common::client(),
            random: StdRng::seed_from_u64(seed),
            ledger: Ledger::default(),
        }
    }

    /// One attempt. Nothing: nobody answered, and nobody knows what became of it.
    async fn attempt(&mut self, path: &str, header: (&str, &str), body: &str) -> Option<Reply> {
        let address = *self.world.address.borrow();
        let request = self
            .client
            .post(format!("http://{address}{path}"))
            .header(header.0, header.1)
            .body(body.to_owned());
        let answered = async {
            let response = request.send().await.ok()?;
            let status = response.status().as_u16();
            let body = response.text().await.ok()?;
            Some(Reply { status, body })
        };
        let reply = timeout(PATIENCE, answered)
            .await
            .expect("an answer or an end");
        if reply.is_none() {
            sleep(Duration::from_millis(self.random.random_range(1..8))).await;
        }
        reply
    }

    /// Sends until there is an answer that counts, or gives up: after a while by chance, since
    /// real senders do too.
    async fn send(&mut self, path: &str, header: (&str, &str), body: &str) -> Option<Reply> {
        let end = Instant::now() + PATIENCE;
        loop {
            match self.attempt(path, header, body).await {
                Some(reply) if reply.status != 503 => return Some(reply),
                _ if self.random.random_bool(0.1) => return None,
                _ => assert!(Instant::now() < end, "nobody answers"),
            }
        }
    }

    fn over(&self) -> bool {
        self.world.over.load(Ordering::Relaxed)
    }

    async fn events(mut self, me: u64) -> Ledger {
        let mut last: Option<(EventKey, String)> = None;
        for n in 0u64.. {
            if self.over() {
                break;
            }
            // Now and then an event that was answered already comes again.
            let again = last.take().filter(|_| self.random.random_bool(0.05));
            let (key, body) = again.unwrap_or_else(|| self.new_event(me, n));
            let Some(reply) = self.send("/ingest/v1/events", ("x-test", "1"), &body).await else {
                continue;
            };
            assert_eq!(reply.status, 200, "{body}: {}", reply.body);
            let promised: Accepted = serde_json::from_str(&reply.body).expect("an answer");
            if let Accepted::Reported {
                outcome: Outcome::Raised,
                alarm: Some(alarm),
            } = &promised
            {
                self.world.raised.lock().expect("no panic").push(*alarm);
            }
            self.ledger.events.push((key.clone(), promised));
            last = Some((key, body));
        }
        self.ledger
    }

    fn new_event(&mut self, me: u64, n: u64) -> (EventKey, String) {
        let device = format!("d-{:03}", self.random.random_range(0..40));
        // The senders are a flood, in which alarms of the last type share rows.
        let kinds = [CALM_TYPES[0], CALM_TYPES[1], CALM_TYPES[2], "fire_lane"];
        let kind = kinds[self.random.random_range(0..kinds.len())];
        let (state, name) = match self.random.random_range(0..10) {
            0..4 => (ReportedState::Active, "active"),
            4..7 => (ReportedState::Cleared, "cleared"),
            _ => (ReportedState::Momentary, "momentary"),
        };
        let event = format!("e-{me}-{n}");
        let body = event_body(&device, &event, kind, name);
        let key = (DeviceId::new(device).expect("an id"), event);
        let kind = AlarmTypeId::new(kind).expect("an id");
        self.ledger
            .sent_events
            .insert(key.clone(), Sent { kind, state });
        (key, body)
    }

    async fn positions(mut self, me: u64) -> Ledger {
        let (phone, person) = (format!("phone-{me}"), format!("guard-{me}"));
        let start = now_s() - 5 * 24 * 3600;
        for n in 0i64.. {
            if self.over() {
                break;
            }
            let east = self.random.random_range(-50_000..50_000);
            let at = (person.clone(), start + n);
            let lon = i64::from(1_201_120_000 + east);
            self.ledger.sent_fixes.insert(at.clone(), lon);
            let body = position_body(start + n, east);
            let header = ("x-limit-u", phone.as_str());
            if let Some(reply) = self.send("/ingest/owntracks", header, &body).await {
                assert_eq!((reply.status, reply.body.as_str()), (200, "[]"));
                self.ledger.fixes.push(at);
            }
        }
        self.ledger
    }

    /// Claims and judges, so that conditions can be raised anew.
    async fn commands(mut self, person: &str) -> Ledger {
        let path = format!("/api/v1/sites/{SITE}/commands");
        while !self.over() {
            let next = self.world.raised.lock().expect("no panic").pop();
            let Some(alarm) = next else {
                sleep(Duration::from_millis(2)).await;
                continue;
            };
            let verdict = castellan_domain::alarm::Verdict::Test;
            for command in [
                Command::Alarm(AlarmCommand::Claim { alarm }),
                Command::Alarm(AlarmCommand::Judge {
                    alarm,
                    verdict,
                    basis: None,
                }),
            ] {
                let command_id = CommandId(uuid::Uuid::from_u128(self.random.random()));
                let request = CommandRequest {
                    command_id,
                    expected: None,
                    command,
                };
                let body = serde_json::to_string(&request).expect("a command is JSON");
                self.ledger.sent_commands.insert(command_id.0);
                let Some(reply) = self.send(&path, (PERSON_HEADER, person), &body).await else {
                    continue;
                };
                let answer = if reply.status == 200 {
                    Ok(serde_json::from_str(&reply.body).expect("an answer"))
                } else {
                    let said: ErrorBody = serde_json::from_str(&reply.body).expect("an error");
                    Err(said.error.refusal.expect("a refusal"))
                };
                self.ledger.commands.push((command_id.0, answer));
            }
        }
        self.ledger
    }
}

fn seed() -> u64 {
    std::env::var("CASTELLAN_TEST_SEED")
        .ok()
        .and_then(|seed| seed.parse().ok())
        .unwrap_or_else(rand::random)
}

/// Its senders go on sending to where the server was. On an address of its own nobody else's server
/// comes to listen there and takes what was meant for this one.
fn start(data: &Path) -> Castellan {
    let at = if cfg!(target_os = "linux") {
        "127.0.0.2:0"
    } else {
        "127.0.0.1:0"
    };
    Castellan::start_with(data, &estate(), &["--listen", at])
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_answered_200_survives_twenty_kills_exactly_once() {
    let seed = seed();
    println!("CASTELLAN_TEST_SEED={seed}");
    let mut random = StdRng::seed_from_u64(seed);
    let data = tempfile::tempdir().unwrap();
    let mut server = start(data.path());
    let (moved, address) = watch::channel(server.address);
    let world = World {
        address,
        over: Arc::default(),
        raised: Arc::default(),
    };
    let mut senders = Vec::new();
    for me in 0..EVENT_SENDERS {
        senders.push(tokio::spawn(
            Sender::new(&world, random.random()).events(me),
        ));
    }
    for me in 0..PHONES {
        senders.push(tokio::spawn(
            Sender::new(&world, random.random()).positions(me),
        ));
    }
    for person in ["li-na", "chen-hui"] {
        senders.push(tokio::spawn(
            Sender::new(&world, random.random()).commands(person),
        ));
    }
    for _ in 0..KILLS {
        sleep(Duration::from_millis(random.random_range(30..=400))).await;
        server.kill();
        server = start(data.path());
        moved.send_replace(server.address);
    }
    // The last life is long enough for everything that still waits to be sent again.
    sleep(Duration::from_millis(200)).await;
    world.over.store(true, Ordering::Relaxed);
    let mut ledger = Ledger::default();
    for sender in senders {
        ledger.add(timeout(PATIENCE, sender).await.unwrap().unwrap());
    }
    server.kill();

    let record = Record::read(data.path()).await.unwrap();
    println!(
        "{} facts; promised: {} events of {}, {} commands, {} positions of {}",
        record.facts.len(),
        ledger.events.len(),
        ledger.sent_events.len(),
        ledger.commands.len(),
        ledger.fixes.len(),
        ledger.sent_fixes.len(),
    );
    assert!(ledger.events.len() > KILLS && ledger.fixes.len() > KILLS && ledger.commands.len() > 2);
    let faults = faults(&ledger, &record);
    assert!(
        faults.is_empty(),
        "{} broken promises: {:#?}",
        faults.len(),
        &faults[..faults.len().min(9)]
    );
    let (whole, said) = doctor(data.path());
    assert!(whole && said.contains("the chain holds"), "{said}");
}

/// A short honest run: its ledger and its record.
async fn honest() -> (Ledger, Record) {
    let data = tempfile::tempdir().expect("a folder");
    let mut server = Castellan::start(data.path());
    let (_moved, address) = watch::channel(server.address);
    let world = World {
        address,
        over: Arc::default(),
        raised: Arc::default(),
    };
    let over = world.over.clone();
    let stop = async {
        sleep(Duration::from_millis(300)).await;
        over.store(true, Ordering::Relaxed);
        Ledger::default()
    };
    let (events, fixes, commands, _) = tokio::join!(
        Sender::new(&world, 1).events(0),
        Sender::new(&world, 2).positions(0),
        Sender::new(&world, 3).commands("li-na"),
        stop
    );
    server.kill();
    let mut ledger = events;
    ledger.add(fixes);
    ledger.add(commands);
    let record = Record::read(data.path()).await.expect("a readable record");
    (ledger, record)
}

/// Writes the chain anew, as somebody would who wants to hide a change.
fn chained(record: &mut Record, bytes: Vec<String>) {
    use sha2::{Digest as _, Sha256};
    let mut link = Sha256::digest(record.journal.as_bytes()).to_vec();
    record.facts.clear();
    for (bytes, seq) in bytes.into_iter().zip(1i64..) {
        link.extend_from_slice(bytes.as_bytes());
        link = Sha256::digest(&link).to_vec();
        record.facts.push(Row {
            seq,
            bytes,
            hash: link.clone(),
        });
    }
}

#[tokio::test]
async fn the_checker_holds_an_honest_record_and_finds_every_broken_promise() {
    let (ledger, record) = honest().await;
    assert_eq!(faults(&ledger, &record), Vec::<String>::new());
    let finds = |what: &str, ledger: &Ledger, record: &Record| {
        let faults = faults(ledger, record);
        assert!(
            faults.iter().any(|fault| fault.contains(what)),
            "it should have found {what:?}, but {faults:?}"
        );
    };

    let mut wrong = record.clone();
    wrong.facts.remove(2);
    finds("fact 3 is missing", &ledger, &wrong);

    let mut wrong = record.clone();
    wrong.facts[1].bytes = wrong.facts[1]
        .bytes
        .replace("\"drill\":false", "\"drill\":true");
    finds("the chain breaks at fact 2", &ledger, &wrong);

    // A lost last fact leaves no gap: only the promise tells.
    let mut wrong = record.clone();
    let bytes: Vec<String> = record.facts.iter().map(|row| row.bytes.clone()).collect();
    let promised = |bytes: &String| !bytes.contains("\"cause\":{\"rule\"");
    let cut = bytes.iter().rposition(promised).unwrap();
    chained(&mut wrong, bytes[..cut].to_vec());
    finds("and made [", &ledger, &wrong);

    // The same event twice, as a resend that was not recognised would leave it.
    let mut twice = bytes.clone();
    let next = bytes.len() + 1;
    let of_event = bytes
        .iter()
        .position(|bytes| bytes.contains("alarm_raised"))
        .unwrap();
    let (before, after) = (
        format!("\"seq\":{},", of_event + 1),
        format!("\"seq\":{next},"),
    );
    twice.push(bytes[of_event].replacen(&before, &after, 1));
    let mut wrong = record.clone();
    chained(&mut wrong, twice);
    finds("was raised twice", &ledger, &wrong);

    let mut wrong = record.clone();
    let key = ledger.events[0].0.clone();
    wrong.seen_events.remove(&key);
    finds("kept is None", &ledger, &wrong);
    finds("made a fact and is not remembered", &ledger, &wrong);

    let mut lie = ledger.clone();
    let alarm = Some(AlarmId(9_999));
    lie.events[0].1 = Accepted::Reported {
        outcome: Outcome::Raised,
        alarm,
    };
    finds("was promised", &lie, &record);

    let mut wrong = record.clone();
    let lost = wrong.fixes.pop().unwrap();
    finds("was promised and is not kept", &ledger, &wrong);
    wrong.fixes.extend([lost.clone(), lost]);
    finds("is there twice", &ledger, &wrong);

    let mut wrong = record.clone();
    wrong.seen_commands.clear();
    finds("command", &ledger, &wrong);
}
