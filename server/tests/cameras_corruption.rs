//! Ten minutes of a camera on a bad line, in its own time: it sends its next frames as soon as the last ones have come.

use crate::cameras::{CAMERA, Viewer, Yard, frame};
use crate::common::fake_camera::{Asked, answer, next_asked};
use crate::common::{PATIENCE, run, text};
use castellan_client::live::Socket;
use castellan_domain::wire::camera::{FROZEN_AFTER_MS, FeedFault};
use futures_util::StreamExt as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;

/// Ten minutes, ten a second, a key frame every two seconds.
const FRAMES: u32 = 6_000;
const FRAME_MS: u64 = 100;
const KEY_EVERY: u32 = 20;
/// Of the packets of its picture.
const BROKEN_EVERY: usize = 200;
/// Frames on their way. A viewer that lags behind further is another test.
const UNDER_WAY_MAX: u32 = 24;
/// Baseline, 320 × 180 pixels.
const SETS: [&[u8]; 2] = [
    &[0x67, 0x42, 0xc0, 0x1e, 0xda, 0x05, 0x06, 0x7e, 0x74],
    &[0x68, 0xce, 0x3c, 0x80],
];
/// Bytes of a unit of a picture: four packets.
const UNIT_BYTES: usize = 402;
const PACKET_BYTES: usize = 100;

/// The kind of a packet that carries a part of a unit.
const FRAGMENT: u8 = 28;
/// What packets of the picture are called.
const PICTURE: u8 = 96;

/// The unit of a frame: nothing that could be seen, and like no other one.
fn unit(number: u32) -> Vec<u8> {
    let head = if number.is_multiple_of(KEY_EVERY) {
        0x65
    } else {
        0x41
    };
    let mut unit = vec![head, 0x88];
    unit.extend(format!("{number:08}").bytes().cycle().take(UNIT_BYTES - 2));
    unit
}

/// The number of a frame that came as it was sent.
fn number_of(piece: &[u8]) -> Option<u32> {
    let (_, unit_of_it) = piece.split_at_checked(piece.len().checked_sub(UNIT_BYTES)?)?;
    let number = std::str::from_utf8(&unit_of_it[2..10]).ok()?.parse().ok()?;
    (unit(number) == unit_of_it).then_some(number)
}

/// What packets carry: parameter sets whole, a unit in four parts.
fn payloads(number: u32) -> Vec<Vec<u8>> {
    let unit = unit(number);
    let parts = unit[1..].chunks(PACKET_BYTES + 1).enumerate();
    let last = (UNIT_BYTES - 2) / (PACKET_BYTES + 1);
    let parts = parts.map(|(nth, part)| {
        let ends = (u8::from(nth == 0) << 7) | (u8::from(nth == last) << 6);
        [
            &[(unit[0] & 0x60) | FRAGMENT, ends | (unit[0] & 0x1f)],
            part,
        ]
        .concat()
    });
    let sets = SETS.iter().filter(|_| number.is_multiple_of(KEY_EVERY));
    sets.map(|set| set.to_vec()).chain(parts).collect()
}

/// Breaks the `nth` packet of those that are broken.
type Spoil = fn(&mut [u8], usize);

/// Breaks what a packet is of, or what it carries.
fn spoil(packet: &mut [u8], nth: usize) {
    match nth % 3 {
        0 => packet[16] = 0xff,
        1 => packet[20..].fill(0xa5),
        // Which part of a unit it is.
        _ => packet[17] ^= 0xc0,
    }
}

/// Breaks the time of a packet in the middle of a frame, once: the library for RTSP panics over it.
fn misdate(packet: &mut [u8], nth: usize) {
    if nth == 2 {
        packet[8] ^= 0x55;
    }
}

/// A camera that sends what a viewer has room for.
struct BadLine {
    address: std::net::SocketAddr,
    sessions: Arc<AtomicUsize>,
    /// The last frame that a viewer has had.
    had: watch::Sender<u32>,
}

impl BadLine {
    async fn start(spoil: Spoil) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("its address");
        let (sessions, had) = (Arc::new(AtomicUsize::new(0)), watch::Sender::new(0));
        let (count, hears) = (sessions.clone(), had.subscribe());
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                tokio::spawn(serve(socket, spoil, count.clone(), hears.clone()));
            }
        });
        Self {
            address,
            sessions,
            had,
        }
    }
}

async fn serve(
    mut socket: TcpStream,
    spoil: Spoil,
    sessions: Arc<AtomicUsize>,
    had: watch::Receiver<u32>,
) {
    let mut held = Vec::new();
    while let Some(asked) = next_asked(&mut socket, &mut held).await {
        let said = said(&asked);
        if socket.write_all(&said).await.is_err() {
            return;
        }
        if asked.method == "PLAY" {
            sessions.fetch_add(1, Ordering::SeqCst);
            // The server may hang up at any moment.
            let _ = send(&mut socket, spoil, had.clone()).await;
        }
    }
}

fn said(asked: &Asked) -> Vec<u8> {
    let sdp = b"v=0\r\no=- 0 0 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\nm=video 0 RTP/AVP 96\r\n\
        a=rtpmap:96 H264/90000\r\na=fmtp:96 packetization-mode=1\r\na=control:v\r\n";
    let session = "Session: 1\r\n";
    match asked.method.as_str() {
        "DESCRIBE" => answer(asked, "200 OK", "Content-Type: application/sdp\r\n", sdp),
        "SETUP" => {
            let transport = "Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n";
            answer(asked, "200 OK", &[session, transport].concat(), b"")
        }
        _ => answer(asked, "200 OK", session, b""),
    }
}

async fn send(socket: &mut TcpStream, spoil: Spoil, mut had: watch::Receiver<u32>) -> Option<()> {
    let mut count = 0_usize;
    for number in 0..FRAMES {
        let room = had.wait_for(|had| number <= had + UNDER_WAY_MAX);
        room.await.ok()?;
        let payloads = payloads(number);
        let last = payloads.len() - 1;
        for (nth, payload) in payloads.into_iter().enumerate() {
            let mut packet = vec![b'$', 0];
            packet.extend(u16::try_from(payload.len() + 12).ok()?.to_be_bytes());
            packet.extend([0x80, (u8::from(nth == last) << 7) | PICTURE]);
            packet.extend(u16::try_from(count % 0x1_0000).ok()?.to_be_bytes());
            packet.extend((number * 9_000).to_be_bytes());
            packet.extend([0, 0, 0, 7]);
            packet.extend(payload);
            if count % BROKEN_EVERY == BROKEN_EVERY - 1 {
                spoil(&mut packet, count / BROKEN_EVERY);
            }
            count += 1;
            socket.write_all(&packet).await.ok()?;
        }
    }
    std::future::pending().await
}

/// The worst of browsers: once a frame is missing or broken, it shows nothing up to the next key frame.
#[derive(Default)]
struct Browser {
    shown: Vec<u32>,
    is_lost: bool,
    last: Option<u64>,
}

impl Browser {
    fn take(&mut self, decoded_at: u64, is_key: bool, number: Option<u32>) {
        assert!(
            self.last.is_none_or(|last| last < decoded_at),
            "it never goes back"
        );
        self.last = Some(decoded_at);
        let Some(number) = number else {
            self.is_lost = true;
            return;
        };
        let goes_on = self.shown.last().is_none_or(|last| last + 1 == number);
        self.is_lost = !is_key && (self.is_lost || !goes_on);
        if !self.is_lost {
            self.shown.push(number);
        }
    }
}

impl Yard {
    /// Watches a camera at the end of a bad line.
    async fn watch_by(&self, line: &BadLine) -> Viewer {
        let main = format!("rtsp://{}/v", line.address);
        let words = ["camera", "add", CAMERA, "--untested", "--main", &main];
        let more = ["--data", text(self.data.path())];
        let added = run(&[&words[..], &more].concat());
        assert!(added.status.success(), "{added:?}");
        self.watch().await
    }
}

/// The next piece of a picture that is never lost.
async fn next_piece(socket: &mut Socket) -> Vec<u8> {
    loop {
        let message = socket.next().await.expect("it goes on");
        match message.expect("a message") {
            Message::Binary(bytes) => return bytes.to_vec(),
            Message::Text(said) => assert!(!said.contains("\"lost\""), "{said}"),
            _ => {}
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_picture_with_every_two_hundredth_packet_broken_is_never_old_for_ten_minutes() {
    let yard = Yard::open().await;
    let line = BadLine::start(spoil).await;
    let Viewer { mut socket } = yard.watch_by(&line).await;
    let mut browser = Browser::default();
    while browser.shown.last().copied().unwrap_or_default() + 2 * KEY_EVERY < FRAMES {
        let piece = timeout(PATIENCE, next_piece(&mut socket)).await;
        let piece = piece.unwrap_or_else(|_| panic!("no frame after {:?}", browser.shown.last()));
        let Some((decoded_at, is_key)) = frame(&piece) else {
            continue;
        };
        let number = number_of(&piece);
        browser.take(decoded_at, is_key, number);
        if let Some(number) = number {
            line.had.send_replace(number);
        }
    }
    let ages = browser
        .shown
        .windows(2)
        .map(|two| u64::from(two[1] - two[0]) * FRAME_MS);
    let oldest = ages.max().expect("two frames");
    assert!(oldest > FRAME_MS, "the line is a good one");
    assert!(
        oldest <= FROZEN_AFTER_MS,
        "{oldest} ms: it was covered, or old"
    );
    assert_eq!(line.sessions.load(Ordering::SeqCst), 1, "no session broke");
    yard.server.stop();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_library_panics_over_costs_its_camera_a_moment_and_nobody_else_anything() {
    let yard = Yard::open().await;
    let line = BadLine::start(misdate).await;
    let mut viewer = yard.watch_by(&line).await;
    line.had.send_replace(FRAMES);
    assert_eq!(viewer.until_lost().await, FeedFault::Unreadable);
    viewer.until_live().await;
    assert!(viewer.frame().await.1, "it begins with a key frame");
    assert!(line.sessions.load(Ordering::SeqCst) > 1);
    yard.server.stop();
}
