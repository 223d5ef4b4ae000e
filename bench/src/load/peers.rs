//! The peers: the same march published to a broker and watched over its WebSocket.
//!
//! A subscriber gets one message for each update. The payload is what one of our positions
//! carries, in 20 bytes: who, round, x, y and age as 32-bit integers. How each broker is spoken to
//! is in [`nats`], [`mosquitto`] and [`bun`].

use super::aside::Aside;
use super::displays::Tally;
use super::fan_out::{LEAD, Reading, Report, drain, due_at_measuring};
use super::march::March;
use super::phones::Tally as Posts;
use super::wire::{PAYLOAD_BYTES, Split, UNFINISHED_MAX};
use super::{Target, bun, mosquitto, nats, open_all};
use castellan_client::live::Socket;
use futures_util::{SinkExt as _, StreamExt as _};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio_tungstenite::tungstenite::Message;

/// How often the publisher looks what is due: as often as a phone's post would come at 1,000/s.
const PUBLISH_EVERY: Duration = Duration::from_millis(1);
/// What a subscriber that reads frames itself takes at once, and how often: less often than a position
/// comes. It is in the peer's favour, which has fewer readers to wake.
const READ_BYTES: usize = 32 * 1024;
const READ_EVERY: Duration = Duration::from_millis(5);
/// Bytes of an unfinished frame that it keeps at most: a payload of 64 KiB and its head.
const FRAME_BYTES_MAX: usize = 64 * 1024 + 4;
/// First bytes of frames that are whole messages (RFC 6455, section 5.2).
const BINARY: u8 = 0x82;
const PING: u8 = 0x89;
const SOON: Duration = Duration::from_millis(300);
/// Each so many-th subscriber measures how fresh its positions are.
const FRESHNESS_OF_EVERY: usize = 8;

/// Which peer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Broker {
    /// `nats-server`: published over TCP, watched over its WebSocket.
    Nats,
    /// `mosquitto`: published over TCP, watched over its WebSocket, MQTT on both.
    Mosquitto,
    /// A script for Bun, whose WebSocket server is uWebSockets: everything over it.
    Bun,
}

/// What is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Which peer.
    pub broker: Broker,
    /// Its WebSocket, and its process.
    pub target: Target,
    /// Where it is published to.
    pub publish: SocketAddr,
    /// How many subscribers.
    pub displays: usize,
    /// Messages a second.
    pub rate: u32,
    /// How many people march.
    pub people: u32,
    /// How long it is measured.
    pub seconds: u32,
}

/// Runs it.
pub async fn run(options: &Options) -> anyhow::Result<Report> {
    let broker = options.broker;
    let sockets = subscribe_all(broker, options.target.address, options.displays).await?;
    let (aside, publish_to) = (Aside::start()?, options.publish);
    let publisher = aside.run(Publisher::connect(broker, publish_to)).await?;
    let updates = u64::from(options.rate) * (u64::from(options.seconds) + LEAD.as_secs());
    let march = March::new(options.people, options.rate, updates, SOON)?;
    let tally = Arc::new(Tally::default());
    let mut watching = JoinSet::new();
    for (number, socket) in sockets.into_iter().enumerate() {
        let subscriber = Subscriber::new(number, broker, &march, tally.clone());
        watching.spawn(subscriber.listen(socket));
    }
    let posts = Arc::new(Posts::default());
    let publishing = aside.spawn(publish(publisher, march, posts.clone()));
    let (before, after) =
        Reading::around(&march, options.seconds, options.target.pid, &tally, &posts).await?;
    publishing.await??;
    drain(&tally, options.displays).await;
    let report = Report::between(&before, &after, &tally);
    watching.shutdown().await;
    Ok(Report {
        posts: Some(posts.posted()),
        due: due_at_measuring(&march, options.displays, FRESHNESS_OF_EVERY),
        ..report
    })
}

/// The one connection that publishes.
enum Publisher {
    Nats(TcpStream),
    Mosquitto(TcpStream),
    Bun(Box<Socket>),
}

impl Publisher {
    async fn connect(broker: Broker, address: SocketAddr) -> anyhow::Result<Self> {
        Ok(match broker {
            Broker::Nats => Self::Nats(nats::greet(address).await?),
            Broker::Mosquitto => Self::Mosquitto(mosquitto::greet(address).await?),
            Broker::Bun => Self::Bun(Box::new(bun::greet(address).await?)),
        })
    }

    /// Sends these positions in one piece.
    async fn send(&mut self, positions: &[(u32, u32)]) -> anyhow::Result<()> {
        let mut batch = Vec::new();
        match self {
            Self::Nats(stream) => {
                for (who, round) in positions {
                    nats::publication(&mut batch, *who, &payload(*who, *round));
                }
                stream.write_all(&batch).await?;
            }
            Self::Mosquitto(stream) => {
                for (who, round) in positions {
                    mosquitto::publication(&mut batch, *who, &payload(*who, *round));
                }
                stream.write_all(&batch).await?;
            }
            Self::Bun(socket) => {
                for (who, round) in positions {
                    let message = Message::binary(payload(*who, *round).to_vec());
                    socket.feed(message).await?;
                }
                socket.flush().await?;
            }
        }
        Ok(())
    }
}

async fn publish(mut publisher: Publisher, march: March, posts: Arc<Posts>) -> anyhow::Result<()> {
    let mut update = 0;
    let mut batch = Vec::new();
    while update < march.updates() {
        tokio::time::sleep_until(march.due(update).max(Instant::now() + PUBLISH_EVERY).into())
            .await;
        let now = Instant::now();
        batch.clear();
        while update < march.updates() && march.due(update) <= now {
            batch.push((march.who(update), march.round(update)));
            posts.published(march.due(update));
            update += 1;
        }
        publisher.send(&batch).await?;
    }
    Ok(())
}

fn payload(who: u32, round: u32) -> [u8; PAYLOAD_BYTES] {
    let offset = March::offset(who, round);
    let words = [
        who,
        round,
        offset.x_cm.cast_unsigned(),
        offset.y_cm.cast_unsigned(),
        0,
    ];
    let mut bytes = [0; PAYLOAD_BYTES];
    for (slot, word) in bytes.chunks_exact_mut(4).zip(words) {
        slot.copy_from_slice(&word.to_le_bytes());
    }
    bytes
}

fn read_payload(bytes: &[u8]) -> Option<(u32, u32)> {
    let word = |at: usize| Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?));
    (bytes.len() == PAYLOAD_BYTES)
        .then(|| Some((word(0)?, word(4)?)))
        .flatten()
}

/// Connects so many subscribers.
pub async fn subscribe_all(
    broker: Broker,
    address: SocketAddr,
    count: usize,
) -> anyhow::Result<Vec<Socket>> {
    open_all(count, |_| async move {
        match broker {
            Broker::Nats => nats::subscribe(address).await,
            Broker::Mosquitto => mosquitto::subscribe(address).await,
            Broker::Bun => bun::subscribe(address).await,
        }
    })
    .await
}

struct Subscriber {
    broker: Broker,
    march: March,
    tally: Arc<Tally>,
    measures: bool,
    rounds: Vec<u32>,
    missing: u64,
    unfinished: Vec<u8>,
    /// What is not in the tally yet.
    messages: u64,
    bytes: u64,
    delivered: u64,
}

impl Subscriber {
    fn new(number: usize, broker: Broker, march: &March, tally: Arc<Tally>) -> Self {
        Self {
            broker,
            march: *march,
            tally,
            measures: number.is_multiple_of(FRESHNESS_OF_EVERY),
            rounds: vec![0; march.people() as usize],
            missing: march.updates(),
            unfinished: Vec::new(),
            messages: 0,
            bytes: 0,
            delivered: 0,
        }
    }

    async fn listen(mut self, socket: Socket) {
        match self.broker {
            Broker::Nats => self.messages(socket).await,
            Broker::Bun | Broker::Mosquitto => self.frames(socket.into_inner()).await,
        }
        self.tally.gone.fetch_add(1, Ordering::Relaxed);
    }

    /// Reads WebSocket frames itself, some milliseconds' worth at a time: each position is a message of
    /// its own, and a million a second are too many for a library that makes something of each.
    async fn frames(&mut self, mut stream: TcpStream) {
        let mut bytes = Vec::with_capacity(READ_BYTES);
        while stream
            .read_buf(&mut bytes)
            .await
            .is_ok_and(|count| count > 0)
        {
            let used = self.unwrap(&bytes);
            bytes.drain(..used);
            // A longer frame than any here; nothing after it would be understood.
            if bytes.len() > FRAME_BYTES_MAX {
                self.fault();
                break;
            }
            bytes.reserve(READ_BYTES);
            tokio::time::sleep(READ_EVERY).await;
        }
    }

    /// Takes whole frames, and says how many bytes they were.
    fn unwrap(&mut self, bytes: &[u8]) -> usize {
        let mut used = 0;
        while let Some((first, payload, length)) = frame(&bytes[used..]) {
            used += length;
            match first {
                BINARY => {
                    self.messages += 1;
                    self.bytes += payload.len() as u64;
                    self.take(payload);
                }
                // Nobody misses an answer within one run.
                PING => {}
                _ => self.fault(),
            }
        }
        self.told();
        used
    }

    /// Adds up what came since, once for many messages.
    fn told(&mut self) {
        let taken = |count: &mut u64| std::mem::take(count);
        let tally = &self.tally;
        tally
            .frames
            .fetch_add(taken(&mut self.messages), Ordering::Relaxed);
        tally
            .bytes
            .fetch_add(taken(&mut self.bytes), Ordering::Relaxed);
        tally
            .delivered
            .fetch_add(taken(&mut self.delivered), Ordering::Relaxed);
    }

    async fn messages(&mut self, mut socket: Socket) {
        while let Some(Ok(message)) = socket.next().await {
            let Message::Binary(bytes) = message else {
                continue;
            };
            self.messages += 1;
            self.bytes += bytes.len() as u64;
            let pinged = self.take(&bytes);
            self.told();
            if pinged && socket.send(Message::binary("PONG\r\n")).await.is_err() {
                break;
            }
        }
    }

    /// Takes what came, which may begin and end in the middle of a message. Says whether the
    /// server asked for a sign of life.
    fn take(&mut self, bytes: &[u8]) -> bool {
        let now = Instant::now();
        let mut pinged = false;
        let joined;
        let mut rest = if self.unfinished.is_empty() {
            bytes
        } else {
            joined = [std::mem::take(&mut self.unfinished).as_slice(), bytes].concat();
            &joined
        };
        loop {
            let split = match self.broker {
                Broker::Nats => nats::split(rest),
                Broker::Mosquitto => mosquitto::split(rest),
                Broker::Bun => bun::split(rest),
            };
            match split {
                Split::Position(payload, after) => {
                    self.position(payload, now);
                    rest = after;
                }
                Split::Ping(after) => {
                    pinged = true;
                    rest = after;
                }
                Split::Other(after) => rest = after,
                Split::Fault(after) => {
                    self.fault();
                    rest = after;
                }
                Split::Unfinished if rest.len() <= UNFINISHED_MAX => {
                    self.unfinished.extend_from_slice(rest);
                    return pinged;
                }
                Split::Unfinished => {
                    self.fault();
                    return pinged;
                }
            }
        }
    }

    fn fault(&self) {
        self.tally.faults.fetch_add(1, Ordering::Relaxed);
    }

    fn position(&mut self, payload: &[u8], now: Instant) {
        let Some((who, round)) = read_payload(payload) else {
            return self.fault();
        };
        let Some(last) = self.rounds.get_mut(who as usize) else {
            return self.fault();
        };
        // Nothing is conflated here: each round comes, one after the other.
        let follows = round == *last + 1;
        *last = round;
        if !follows {
            self.fault();
        }
        self.delivered += 1;
        self.missing = self.missing.saturating_sub(1);
        if self.missing == 0 {
            self.tally.complete.fetch_add(1, Ordering::Relaxed);
        }
        if self.measures
            && let Some(due) = self.march.due_of(who, round)
        {
            let freshness = self.tally.freshness.lock();
            freshness
                .unwrap_or_else(std::sync::PoisonError::into_inner)
                .record(now.saturating_duration_since(due));
        }
    }
}

/// The frame at the beginning, if it is whole: its first byte, its payload and its whole length. A
/// server's frames are not masked, and none here is longer than 64 KiB.
fn frame(bytes: &[u8]) -> Option<(u8, &[u8], usize)> {
    let (first, begins, length) = match *bytes {
        [first, 126, high, low, ..] => (first, 4, usize::from(u16::from_be_bytes([high, low]))),
        [first, length, ..] if length < 126 => (first, 2, usize::from(length)),
        _ => return None,
    };
    let payload = bytes.get(begins..begins + length)?;
    Some((first, payload, begins + length))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicU64;

    fn wire(march: &March) -> Vec<u8> {
        let mut wire = b"PONG\r\n".to_vec();
        for update in 0..march.updates() {
            let (who, round) = (march.who(update), march.round(update));
            wire.extend_from_slice(format!("MSG pos.{who} 1 {PAYLOAD_BYTES}\r\n").as_bytes());
            wire.extend_from_slice(&payload(who, round));
            wire.extend_from_slice(b"\r\n");
        }
        wire
    }

    #[test]
    fn messages_are_whole_however_the_bytes_are_cut() {
        let march = March::new(3, 3, 8, Duration::ZERO).unwrap();
        let wire = wire(&march);
        for cut in 0..wire.len() {
            let tally = Arc::new(Tally::default());
            let mut subscriber = Subscriber::new(0, Broker::Nats, &march, tally.clone());
            subscriber.take(&wire[..cut]);
            subscriber.take(&wire[cut..]);
            subscriber.told();
            assert_eq!(tally.delivered.load(Ordering::Relaxed), 8, "{cut}");
            assert_eq!(tally.complete.load(Ordering::Relaxed), 1, "{cut}");
            assert_eq!(tally.faults.load(Ordering::Relaxed), 0, "{cut}");
        }
    }

    #[test]
    fn frames_are_whole_however_the_bytes_are_cut() {
        let march = March::new(3, 3, 8, Duration::ZERO).unwrap();
        let mut wire = vec![PING, 0];
        for update in 0..march.updates() {
            wire.extend([BINARY, 20]);
            wire.extend(payload(march.who(update), march.round(update)));
        }
        for cut in 0..wire.len() {
            let tally = Arc::new(Tally::default());
            let mut subscriber = Subscriber::new(0, Broker::Bun, &march, tally.clone());
            let used = subscriber.unwrap(&wire[..cut]);
            assert_eq!(subscriber.unwrap(&wire[used..]), wire.len() - used);
            let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
            assert_eq!((count(&tally.delivered), count(&tally.frames)), (8, 8));
            assert_eq!((count(&tally.bytes), count(&tally.faults)), (160, 0));
        }
        assert_eq!(
            frame(&[BINARY, 126, 0, 2, 7, 7, 9]),
            Some((BINARY, &[7, 7][..], 6))
        );
        // A goodbye.
        let tally = Arc::new(Tally::default());
        Subscriber::new(0, Broker::Mosquitto, &march, tally.clone()).unwrap(&[0x88, 0]);
        assert_eq!(tally.faults.load(Ordering::Relaxed), 1);
    }

    #[test]
    fn a_lost_message_an_error_and_a_ping_are_noticed() {
        let march = March::new(1, 1, 3, Duration::ZERO).unwrap();
        let tally = Arc::new(Tally::default());
        let mut subscriber = Subscriber::new(0, Broker::Nats, &march, tally.clone());
        let mut wire = b"PING\r\n-ERR 'Slow Consumer'\r\n".to_vec();
        for round in [1, 3] {
            wire.extend_from_slice(b"MSG pos.0 1 20\r\n");
            wire.extend_from_slice(&payload(0, round));
            wire.extend_from_slice(b"\r\n");
        }
        assert!(subscriber.take(&wire));
        assert_eq!(tally.faults.load(Ordering::Relaxed), 2);
        assert_eq!(tally.complete.load(Ordering::Relaxed), 0);
    }
}
