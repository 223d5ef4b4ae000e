//! Displays as `docs/protocols/live.md` describes them, many at once, each checking its own
//! sequence: no fact missing, nobody walking back, everybody's last position arrived.

use super::latencies::Latencies;
use super::march::March;
use super::{PATIENCE, estate, open_all};
use anyhow::{Context as _, bail};
use castellan_client::live::{self, Heard, Socket};
use castellan_domain::wire::live::ServerMessage;
use castellan_domain::wire::position_frame::PositionFrame;
use futures_util::StreamExt as _;
use serde::Deserialize;
use serde_json::value::RawValue;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;

/// Each so many-th display measures how fresh its positions are.
pub(crate) const FRESHNESS_OF_EVERY: usize = 8;
/// What the event ids of alarms begin with whose way to the displays is measured.
pub(crate) const ALARM_EVENT: &str = "alarm-";

/// What all displays have heard.
#[derive(Debug, Default)]
pub struct Tally {
    /// Positions in frames.
    pub delivered: AtomicU64,
    /// Position frames.
    pub frames: AtomicU64,
    /// Payload bytes of frames.
    pub bytes: AtomicU64,
    /// Faults in a sequence: a fact that is missing, or a position older than the one before.
    pub faults: AtomicU64,
    /// Displays that hold everybody's last position.
    pub complete: AtomicU64,
    /// Displays whose connection ended.
    pub gone: AtomicU64,
    /// From a position's due time to a display.
    pub freshness: Mutex<Latencies>,
    /// From an alarm's due time to each display.
    pub alarms: Mutex<Latencies>,
}

/// When measured alarms are due.
#[derive(Debug, Clone, Copy)]
pub struct AlarmRhythm {
    /// The first.
    pub begins: Instant,
    /// From one to the next.
    pub every: Duration,
}

impl AlarmRhythm {
    /// When the n-th is due.
    pub fn due(&self, n: u64) -> Instant {
        self.begins + self.every * u32::try_from(n).unwrap_or(u32::MAX)
    }
}

#[derive(Deserialize)]
struct Said<'a> {
    t: String,
    #[serde(default)]
    upto: u64,
    #[serde(borrow, default)]
    facts: Vec<&'a RawValue>,
    #[serde(default)]
    entries: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    handle: u32,
    person: String,
}

/// Connects a display and waits until it is welcome.
async fn enter(address: SocketAddr) -> anyhow::Result<Socket> {
    let hello = live::hello(estate::SITE.parse()?, "castellan-bench");
    let (socket, _welcome) = live::enter(address, None, hello).await?;
    Ok(socket)
}

/// Connects so many displays.
pub async fn enter_all(address: SocketAddr, displays: usize) -> anyhow::Result<Vec<Socket>> {
    open_all(displays, |_| enter(address)).await
}

/// The number of the last fact, as the first heartbeat says.
pub async fn last_fact(address: SocketAddr) -> anyhow::Result<u64> {
    let mut socket = enter(address).await?;
    let upto = timeout(PATIENCE, async {
        loop {
            match live::hear(&mut socket).await? {
                Heard::Text(ServerMessage::Heartbeat(heartbeat), _) => return Ok(heartbeat.upto.0),
                Heard::Text(..) | Heard::Frame(_) => {}
                Heard::End(_) => bail!("the server hung up before its first heartbeat"),
            }
        }
    })
    .await
    .context("no heartbeat in time")??;
    // It is closed either way.
    let _ = socket.close(None).await;
    Ok(upto)
}

/// One display.
pub(crate) struct Display {
    march: March,
    rhythm: Option<AlarmRhythm>,
    tally: Arc<Tally>,
    measures: bool,
    people: Vec<Option<u32>>,
    rounds: Vec<u32>,
    missing: u32,
    upto: Option<u64>,
}

impl Display {
    pub(crate) fn new(
        number: usize,
        march: &March,
        rhythm: Option<AlarmRhythm>,
        tally: Arc<Tally>,
    ) -> Self {
        Self {
            march: *march,
            rhythm,
            tally,
            measures: number.is_multiple_of(FRESHNESS_OF_EVERY),
            people: Vec::new(),
            rounds: vec![0; march.people() as usize],
            missing: (0..march.people())
                .filter(|who| march.last_round(*who) > 0)
                .count()
                .try_into()
                .unwrap_or(0),
            upto: None,
        }
    }

    /// Listens until the connection ends.
    pub(crate) async fn listen(mut self, mut socket: Socket) {
        while let Some(Ok(message)) = socket.next().await {
            match message {
                Message::Binary(bytes) => self.frame(&bytes),
                Message::Text(text) => self.text(&text),
                _ => {}
            }
        }
        self.tally.gone.fetch_add(1, Ordering::Relaxed);
    }

    fn fault(&self) {
        self.tally.faults.fetch_add(1, Ordering::Relaxed);
    }

    fn frame(&mut self, bytes: &[u8]) {
        let Ok(frame) = PositionFrame::decode(bytes) else {
            return self.fault();
        };
        let tally = &self.tally;
        tally.frames.fetch_add(1, Ordering::Relaxed);
        tally.bytes.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        tally
            .delivered
            .fetch_add(frame.moved.len() as u64, Ordering::Relaxed);
        let now = Instant::now();
        let mut freshness = self.measures.then(|| {
            let freshness = self.tally.freshness.lock();
            freshness.unwrap_or_else(PoisonError::into_inner)
        });
        let mut faults = 0;
        for moved in &frame.moved {
            let who = self.people.get(moved.handle as usize).copied().flatten();
            let known = who.zip(March::round_of(moved.offset));
            let Some((who, round)) = known else {
                faults += 1;
                continue;
            };
            let Some(last) = self.rounds.get_mut(who as usize) else {
                faults += 1;
                continue;
            };
            if round < *last {
                faults += 1;
            }
            *last = round;
            if round > 0 && round == self.march.last_round(who) {
                self.missing = self.missing.saturating_sub(1);
                if self.missing == 0 {
                    tally.complete.fetch_add(1, Ordering::Relaxed);
                }
            }
            if let (Some(freshness), Some(due)) = (&mut freshness, self.march.due_of(who, round)) {
                freshness.record(now.saturating_duration_since(due));
            }
        }
        tally.faults.fetch_add(faults, Ordering::Relaxed);
    }

    fn text(&mut self, text: &str) {
        let now = Instant::now();
        let Ok(heard) = serde_json::from_str::<Said<'_>>(text) else {
            return self.fault();
        };
        match heard.t.as_str() {
            "handles" => {
                for entry in heard.entries {
                    let handle = entry.handle as usize;
                    if self.people.len() <= handle {
                        self.people.resize(handle + 1, None);
                    }
                    self.people[handle] = estate::person_number(&entry.person);
                }
            }
            "facts" => {
                let count = heard.facts.len() as u64;
                if self.upto.is_some_and(|upto| upto + count != heard.upto) {
                    self.fault();
                }
                self.upto = Some(heard.upto);
                self.alarms(&heard.facts, now);
            }
            "gap" | "refused" => self.fault(),
            _ => {}
        }
    }

    fn alarms(&self, facts: &[&RawValue], now: Instant) {
        let Some(rhythm) = self.rhythm else { return };
        let numbers = facts.iter().filter_map(|fact| alarm_number(fact.get()));
        let latencies = self.tally.alarms.lock();
        let mut latencies = latencies.unwrap_or_else(PoisonError::into_inner);
        for number in numbers {
            latencies.record(now.saturating_duration_since(rhythm.due(number)));
        }
    }
}

/// Which measured alarm a fact was caused by, whatever else its shape is.
fn alarm_number(fact: &str) -> Option<u64> {
    let (_, rest) = fact.split_once(ALARM_EVENT)?;
    let (number, _) = rest.split_once('"')?;
    number.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use castellan_domain::time::Timestamp;
    use castellan_domain::wire::position_frame::Moved;

    fn display(people: u32) -> Display {
        let march = March::new(people, people, u64::from(people) * 2, Duration::ZERO).unwrap();
        Display::new(0, &march, None, Arc::default())
    }

    fn frame(moved: &[(u32, u32)]) -> Vec<u8> {
        let moved = moved.iter().map(|(handle, round)| Moved {
            handle: *handle,
            offset: March::offset(*handle, *round),
            received_at: Timestamp::from_millis(1_795_000_000_000),
            accuracy_dm: None,
        });
        PositionFrame {
            epoch: 1,
            base: Timestamp::from_millis(1_795_000_000_000),
            gone: Vec::new(),
            moved: moved.collect(),
        }
        .encode()
    }

    const TABLE: &str = r#"{"t":"handles","epoch":1,"entries":[{"handle":0,"person":"p-00000"},
        {"handle":1,"person":"p-00001"}]}"#;

    fn count(counter: &AtomicU64) -> u64 {
        counter.load(Ordering::Relaxed)
    }

    #[test]
    fn a_display_is_complete_when_everybodys_last_position_came() {
        let mut display = display(2);
        display.text(TABLE);
        display.frame(&frame(&[(0, 0), (1, 0)]));
        display.frame(&frame(&[(0, 2), (1, 1)]));
        assert_eq!(count(&display.tally.complete), 0);
        display.frame(&frame(&[(1, 2)]));
        assert_eq!(count(&display.tally.complete), 1);
        assert_eq!(count(&display.tally.delivered), 5);
        assert_eq!(count(&display.tally.faults), 0);
    }

    #[test]
    fn whoever_walks_back_or_is_nobody_is_a_fault() {
        let mut display = display(2);
        display.text(TABLE);
        display.frame(&frame(&[(0, 2)]));
        display.frame(&frame(&[(0, 1)]));
        assert_eq!(count(&display.tally.faults), 1);
        display.frame(&frame(&[(7, 1)]));
        assert_eq!(count(&display.tally.faults), 2);
        display.frame(b"\x01");
        assert_eq!(count(&display.tally.faults), 3);
    }

    #[test]
    fn a_missing_fact_is_a_fault() {
        let mut display = display(1);
        display.text(r#"{"t":"facts","upto":8,"hash":"a","facts":[{}]}"#);
        display.text(r#"{"t":"facts","upto":10,"hash":"b","facts":[{},{}]}"#);
        assert_eq!(count(&display.tally.faults), 0);
        display.text(r#"{"t":"facts","upto":12,"hash":"c","facts":[{}]}"#);
        assert_eq!(count(&display.tally.faults), 1);
    }

    #[test]
    fn an_alarms_number_is_found_in_its_fact() {
        let fact = r#"{"seq":2,"cause":{"event":{"device":"d","event":"alarm-42"}},"body":{}}"#;
        assert_eq!(alarm_number(fact), Some(42));
        assert_eq!(alarm_number(r#"{"cause":"estate"}"#), None);
    }
}
