//! Cameras' pictures, from simulated cameras to viewers: what viewers are shown, how often cameras are asked, and
//! what is said where there is no picture.

use crate::common::{Castellan, PATIENCE, estate, eventually, run, text};
use castellan_client::live::{LiveError, Socket, connect};
use castellan_domain::estate::Estate;
use castellan_domain::ids::DeviceId;
use castellan_domain::wire::api::PERSON_HEADER;
use castellan_domain::wire::camera::{CameraMessage, FeedFault, FeedState, TICKS_PER_S};
use castellan_simulator::cameras::{Cameras, Fault, Options};
use futures_util::StreamExt as _;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};
use tokio_tungstenite::tungstenite::http::{HeaderName, HeaderValue};
use tokio_tungstenite::tungstenite::{Error, Message};

/// A camera of the fixture estate.
pub(crate) const CAMERA: &str = "d-003";
pub(crate) const PASSWORD: &str = "open-sesame";

/// Simulated cameras, and a server that knows where they are.
pub(crate) struct Yard {
    pub(crate) cameras: Cameras,
    pub(crate) server: Castellan,
    pub(crate) data: TempDir,
}

impl Yard {
    pub(crate) async fn open() -> Self {
        Self::open_with(&[]).await
    }

    pub(crate) async fn open_with(more: &[&str]) -> Self {
        let data = TempDir::new().expect("a temporary folder");
        let cameras = cameras(&estate()).await;
        let csv = data.path().join("cameras.csv");
        fs::write(&csv, cameras.csv()).expect("a file");
        let folder = text(data.path());
        let words = [
            "camera",
            "import",
            "--untested",
            "--data",
            folder,
            text(&csv),
        ];
        let output = run(&words);
        assert!(output.status.success(), "{output:?}");
        fs::remove_file(&csv).expect("the file is there");
        Self {
            cameras,
            server: Castellan::start_with(data.path(), &estate(), more),
            data,
        }
    }

    pub(crate) fn suffer(&self, fault: Fault) {
        let camera = DeviceId::new(CAMERA).expect("an id");
        self.cameras.suffer(&camera, fault).expect("a camera");
    }

    pub(crate) async fn watch(&self) -> Viewer {
        let socket = self.ask("li-na", CAMERA).await;
        Viewer {
            socket: socket.expect("a viewer is let in"),
        }
    }

    pub(crate) async fn ask(&self, person: &str, camera: &str) -> Result<Socket, LiveError> {
        let name = HeaderName::from_static(PERSON_HEADER);
        let value = HeaderValue::from_str(person).expect("a header");
        let path = format!("/live/cameras/{camera}");
        connect(self.server.address, &path, &[(name, value)]).await
    }

    /// How many sessions the camera has.
    pub(crate) async fn sessions(&self) -> usize {
        let mut control = TcpStream::connect(self.cameras.control())
            .await
            .expect("a port");
        control.write_all(b"list\n").await.expect("it listens");
        control.shutdown().await.expect("it hears the end");
        let mut said = String::new();
        control.read_to_string(&mut said).await.expect("it answers");
        let line = said
            .lines()
            .find(|line| line.starts_with(CAMERA))
            .expect("its line");
        let times = line.split("set up ").nth(1).expect("its count");
        times
            .split(' ')
            .next()
            .and_then(|count| count.parse().ok())
            .expect("a number")
    }

    pub(crate) async fn until_sessions(&self, count: usize) {
        let begun = Instant::now();
        while self.sessions().await != count {
            assert!(
                begun.elapsed() < PATIENCE,
                "never {count}: {}",
                self.sessions().await
            );
            sleep(Duration::from_millis(50)).await;
        }
    }
}

pub(crate) async fn cameras(estate: &Path) -> Cameras {
    let estate = fs::read(estate).expect("an estate's file");
    let estate = Estate::parse(&estate).expect("an estate");
    let options = Options {
        port: 0,
        user: "viewer".to_owned(),
        password: Some(PASSWORD.to_owned()),
        csv: None,
        has_bar: false,
        hour: None,
    };
    Cameras::start(&estate, &options)
        .await
        .expect("two free ports")
}

/// What a viewer is sent.
#[derive(Debug)]
enum Seen {
    Said(CameraMessage),
    Bytes(Vec<u8>),
}

pub(crate) struct Viewer {
    pub(crate) socket: Socket,
}

impl Viewer {
    async fn next(&mut self) -> Seen {
        loop {
            let message = timeout(PATIENCE, self.socket.next())
                .await
                .expect("in time");
            return match message.expect("it goes on").expect("a message") {
                Message::Text(text) => Seen::Said(serde_json::from_str(&text).expect("our words")),
                Message::Binary(bytes) => Seen::Bytes(bytes.to_vec()),
                _ => continue,
            };
        }
    }

    /// Watches until it is told this.
    pub(crate) async fn until_told(
        &mut self,
        told: impl Fn(&CameraMessage) -> bool,
    ) -> CameraMessage {
        let begun = Instant::now();
        loop {
            assert!(begun.elapsed() < PATIENCE, "it was never told");
            if let Seen::Said(said) = self.next().await
                && told(&said)
            {
                return said;
            }
        }
    }

    pub(crate) async fn until_lost(&mut self) -> FeedFault {
        let is_lost =
            |said: &CameraMessage| matches!(said, CameraMessage::Feed(FeedState::Lost { .. }));
        match self.until_told(is_lost).await {
            CameraMessage::Feed(FeedState::Lost { why, .. }) => why,
            other => panic!("{other:?}"),
        }
    }

    pub(crate) async fn until_live(&mut self) {
        self.until_told(|said| matches!(said, CameraMessage::Feed(FeedState::Live { .. })))
            .await;
    }

    /// The next frame, as where it is decoded and whether others depend on it alone.
    pub(crate) async fn frame(&mut self) -> (u64, bool) {
        loop {
            if let Seen::Bytes(bytes) = self.next().await
                && let Some(frame) = frame(&bytes)
            {
                return frame;
            }
        }
    }
}

fn after<'a>(bytes: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    let at = bytes
        .windows(name.len())
        .position(|window| window == name)?;
    bytes.get(at + name.len()..)
}

/// Where a frame is decoded, and whether others depend on it alone.
pub(crate) fn frame(piece: &[u8]) -> Option<(u64, bool)> {
    let decoded_at = after(piece, b"tfdt")?.get(4..12)?;
    let flags = after(piece, b"trun")?.get(20..24)?;
    let decoded_at = u64::from_be_bytes(decoded_at.try_into().ok()?);
    Some((decoded_at, flags[0] == 2))
}

pub(crate) fn refused_with(outcome: Result<Socket, LiveError>) -> u16 {
    match outcome {
        Err(LiveError::WebSocket(error)) => match *error {
            Error::Http(answer) => answer.status().as_u16(),
            other => panic!("{other}"),
        },
        other => panic!("{:?}", other.map(|_| ())),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_viewers_are_one_session_and_the_last_one_ends_it() {
    let yard = Yard::open().await;
    let mut first = yard.watch().await;
    first.until_live().await;
    let codec = first
        .until_told(|said| matches!(said, CameraMessage::Codec { .. }))
        .await;
    assert!(
        matches!(&codec, CameraMessage::Codec { codec, width: 640, height: 360 } if codec.starts_with("avc1.")),
        "{codec:?}"
    );
    assert!(matches!(first.next().await, Seen::Bytes(bytes) if &bytes[4..8] == b"ftyp"));
    assert!(matches!(
        first.next().await,
        Seen::Said(CameraMessage::Moment { .. })
    ));
    assert!(first.frame().await.1, "a picture begins with a key frame");

    let mut crowd = Vec::new();
    for _ in 0..199 {
        crowd.push(yard.watch().await);
    }
    for viewer in &mut crowd {
        assert!(viewer.frame().await.1, "a newcomer begins with a key frame");
    }
    assert_eq!(yard.sessions().await, 1);
    drop(crowd);
    first.frame().await;
    assert_eq!(yard.sessions().await, 1);
    drop(first);
    yard.until_sessions(0).await;
    yard.server.stop();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_is_wrong_with_a_camera_is_told_and_its_picture_comes_back() {
    let yard = Yard::open().await;
    let mut viewer = yard.watch().await;
    viewer.until_live().await;

    yard.suffer(Fault::Freeze);
    assert_eq!(viewer.until_lost().await, FeedFault::Silent);
    // Whoever comes now is shown nothing of what was.
    let mut newcomer = yard.watch().await;
    assert!(matches!(
        newcomer.next().await,
        Seen::Said(CameraMessage::Feed(
            FeedState::Lost { .. } | FeedState::Connecting { .. }
        ))
    ));
    yard.suffer(Fault::Thaw);
    viewer.until_live().await;
    assert!(viewer.frame().await.1, "it begins anew with a key frame");

    yard.suffer(Fault::Drop);
    assert_eq!(viewer.until_lost().await, FeedFault::HungUp);
    viewer.until_live().await;

    yard.suffer(Fault::NewPassword);
    yard.suffer(Fault::Drop);
    let denied = FeedFault::Denied {
        offered: vec!["Digest MD5".to_owned()],
    };
    let mut why = viewer.until_lost().await;
    while why != denied {
        assert_eq!(why, FeedFault::HungUp);
        why = viewer.until_lost().await;
    }

    let port = yard.cameras.address().port().to_string();
    let log = yard.server.stop();
    for secret in [PASSWORD, "rtsp://", &port] {
        assert!(!log.contains(secret), "{secret} is in the log:\n{log}");
    }
    assert!(log.contains("no picture"), "{log}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_camera_whose_clock_jumps_is_shown_on() {
    let yard = Yard::open().await;
    let mut viewer = yard.watch().await;
    let mut last = viewer.frame().await.0;
    for seconds in [3_600, -3_600] {
        yard.suffer(Fault::Clock { seconds });
        for _ in 0..25 {
            let (decoded_at, _) = viewer.frame().await;
            let step = decoded_at.checked_sub(last).expect("it never goes back");
            assert!(step < u64::from(TICKS_PER_S), "{step} ticks at {seconds}");
            last = decoded_at;
        }
        // What its own clock says beside ours is told with its next report.
        let ahead = viewer.until_told(|said| matches!(said, CameraMessage::Clock { .. }));
        let ahead = ahead.await;
        let is_said = |ahead_s: i64| (ahead_s - i64::from(seconds)).abs() < 10;
        assert!(
            matches!(ahead, CameraMessage::Clock { ahead_s, .. } if is_said(ahead_s)),
            "{ahead:?}"
        );
        last = viewer.frame().await.0;
    }
    yard.server.stop();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_viewer_that_reads_nothing_is_let_go() {
    let yard = Yard::open().await;
    let viewer = yard.watch().await;
    yard.until_sessions(1).await;
    // It answers no ping either: nobody looks at its socket.
    yard.until_sessions(0).await;
    drop(viewer);
    yard.server.stop();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stop_ends_the_session_while_somebody_watches() {
    let yard = Yard::open().await;
    let mut viewer = yard.watch().await;
    viewer.frame().await;
    yard.server.tell_to_stop();
    yard.until_sessions(0).await;
    let Yard { server, data, .. } = yard;
    server.stop();
    drop(data);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_who_may_see_cameras_is_shown_one() {
    let yard = Yard::open().await;
    for (person, camera, status) in [
        ("guard-0", CAMERA, 403),
        ("li-na", "d-000", 404),
        ("li-na", "nowhere", 404),
        ("nobody", CAMERA, 403),
    ] {
        let outcome = yard.ask(person, camera).await;
        assert_eq!(refused_with(outcome), status, "{person} {camera}");
    }
    assert_eq!(yard.sessions().await, 0);
    yard.server.stop();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_an_address_or_its_key_a_camera_says_so() {
    let yard = Yard::open().await;
    fs::rename(
        yard.data.path().join("server.key"),
        yard.data.path().join("elsewhere"),
    )
    .expect("the key lies in the data folder");
    assert_eq!(yard.watch().await.until_lost().await, FeedFault::Sealed);
    let folder = text(yard.data.path());
    assert!(
        run(&["camera", "remove", "--data", folder, "d-007"])
            .status
            .success()
    );
    let listed = run(&["camera", "list", "--data", folder]);
    let listed = String::from_utf8_lossy(&listed.stdout).into_owned();
    assert!(
        listed.contains(CAMERA) && !listed.contains("d-007"),
        "{listed}"
    );
    let mut viewer = Viewer {
        socket: yard.ask("li-na", "d-007").await.expect("it is let in"),
    };
    assert_eq!(viewer.until_lost().await, FeedFault::NoAddress);
    yard.server.stop();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_camera_that_fails_is_a_row_without_anybody_watching_until_it_answers() {
    let yard = Yard::open_with(&["--camera-round-s", "1"]).await;
    for (fault, cure) in [
        (Fault::Offline, Fault::Online),
        (Fault::NewPassword, Fault::Heal),
    ] {
        yard.suffer(fault);
        let row = eventually("a camera fails", async || {
            let alarms = yard.server.snapshot().await.view.alarms;
            alarms.into_values().find(|row| row.condition.is_active())
        })
        .await;
        assert_eq!(row.source.device().map(DeviceId::as_str), Some(CAMERA));
        assert_eq!(row.kind.as_str(), "camera_down");
        yard.suffer(cure);
        eventually("it answers", async || {
            let alarms = yard.server.snapshot().await.view.alarms;
            (!alarms[&row.id].condition.is_active()).then_some(())
        })
        .await;
    }
    assert_eq!(yard.sessions().await, 0, "to ask takes no seat");
    yard.server.stop();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_camera_that_answers_and_gives_no_frame_is_a_row_once_somebody_watched_in_vain() {
    let yard = Yard::open_with(&["--camera-round-s", "2"]).await;
    let mut viewer = yard.watch().await;
    viewer.until_live().await;
    yard.suffer(Fault::Freeze);
    let row = eventually("it is reported", async || {
        let alarms = yard.server.snapshot().await.view.alarms;
        alarms.into_values().find(|row| row.condition.is_active())
    })
    .await;
    assert_eq!(row.kind.as_str(), "camera_down");
    yard.suffer(Fault::Thaw);
    eventually("it has a picture", async || {
        let alarms = yard.server.snapshot().await.view.alarms;
        (!alarms[&row.id].condition.is_active()).then_some(())
    })
    .await;
    let log = yard.server.stop();
    let lines = log.lines().filter(|line| line.contains("no picture"));
    assert!(lines.count() <= 2, "the same again is no line:\n{log}");
}
