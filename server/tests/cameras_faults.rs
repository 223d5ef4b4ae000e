//! What cameras do wrong: each is told as what it is, or shown all the same.

use crate::cameras::{CAMERA, PASSWORD, Viewer, Yard};
use crate::common::fake_camera::{Asked, FakeCamera, SECRET, USER, Way, answer, behind};
use crate::common::spoiled_camera::{Said, Spoil, SpoiledCamera, replace};
use crate::common::{run, text};
use castellan_domain::ids::DeviceId;
use castellan_domain::wire::camera::{CameraMessage, FeedFault, FeedState};
use castellan_simulator::cameras::Fault;
use std::fs;
use std::sync::OnceLock;

/// The cameras of the fixture estate. Each case has one of its own: nothing of the case before is known of it.
const CAMERAS: [&str; 10] = [
    CAMERA, "d-007", "d-011", "d-015", "d-019", "d-023", "d-027", "d-031", "d-035", "d-039",
];

impl Yard {
    /// Says where a camera is, and watches it.
    async fn watch_at(&self, camera: &str, main: &str, password: &str) -> Viewer {
        let secret = self.data.path().join("secret");
        fs::write(&secret, password).expect("a file");
        let folder = text(self.data.path());
        let words = ["camera", "add", camera, "--data", folder, "--main", main];
        let more = [
            "--untested",
            "--user",
            USER,
            "--password-file",
            text(&secret),
        ];
        let added = run(&[&words[..], &more].concat());
        assert!(added.status.success(), "{added:?}");
        self.watch_camera(camera).await
    }

    async fn watch_camera(&self, camera: &str) -> Viewer {
        Viewer {
            socket: self.ask("li-na", camera).await.expect("it is let in"),
        }
    }
}

type Answer = fn(&Asked) -> Vec<u8>;

/// What a camera has that sends sound alone.
fn sound(asked: &Asked) -> Vec<u8> {
    let sdp =
        b"v=0\r\no=- 0 0 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\nm=audio 0 RTP/AVP 0\r\na=control:a\r\n";
    answer(asked, "200 OK", "Content-Type: application/sdp\r\n", sdp)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_way_of_signing_in_is_known_or_named() {
    use Way::{Basic, Md5, Md5Counted, Sha256, Strange};
    let yard = Yard::open().await;
    let signed = || FeedFault::NoPicture;
    let denied = |offered: &[&str]| FeedFault::Denied {
        offered: offered.iter().map(|&way| way.to_owned()).collect(),
    };
    let cases: [(&'static [Way], &str, FeedFault); 9] = [
        (&[Basic], SECRET, signed()),
        (&[Md5], SECRET, signed()),
        (&[Md5Counted], SECRET, signed()),
        (&[Sha256], SECRET, signed()),
        (&[Sha256, Md5Counted], SECRET, signed()),
        (&[Md5Counted, Sha256], SECRET, signed()),
        (&[Strange, Basic], SECRET, signed()),
        (&[Strange], SECRET, denied(&["Hawk"])),
        (
            &[Sha256, Md5],
            "wrong",
            denied(&["Digest SHA-256", "Digest MD5"]),
        ),
    ];
    for (camera, (ways, password, expected)) in CAMERAS.into_iter().zip(cases) {
        let peer = FakeCamera::start(behind(ways, sound)).await;
        let url = format!("rtsp://{}/picture", peer.address);
        let mut viewer = yard.watch_at(camera, &url, password).await;
        assert_eq!(viewer.until_lost().await, expected, "{ways:?}");
    }
    let log = yard.server.stop();
    assert!(!log.contains("/picture") && !log.contains(SECRET), "{log}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_camera_is_told_as_what_it_is() {
    let yard = Yard::open().await;
    let html: Answer = |_| b"HTTP/1.1 400 Bad Request\r\nContent-Length: 6\r\n\r\n<html>".to_vec();
    let cases: [(Answer, FeedFault); 4] = [
        (html, FeedFault::NotACamera),
        (sound, FeedFault::NoPicture),
        (|_| Vec::new(), FeedFault::HungUp),
        (
            |asked| answer(asked, "453 Not Enough Bandwidth", "", b""),
            FeedFault::TooManyViewers,
        ),
    ];
    for (camera, (said, expected)) in CAMERAS.into_iter().zip(cases) {
        let peer = FakeCamera::start(said).await;
        let url = format!("rtsp://{}/picture", peer.address);
        let mut viewer = yard.watch_at(camera, &url, SECRET).await;
        assert_eq!(viewer.until_lost().await, expected);
    }
    let mut nobody = yard.watch_at("d-039", "rtsp://127.0.0.1:9/", SECRET).await;
    assert_eq!(nobody.until_lost().await, FeedFault::Unreachable);
    yard.server.stop();
}

/// Spoils the answers of a camera.
fn answers(said: &mut Said, spoil: impl FnOnce(&mut String)) {
    if let Said::Answer(words) = said {
        spoil(words);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_camera_that_says_odd_things_of_its_picture_is_shown_all_the_same() {
    let yard = Yard::open().await;
    let cases: [(&str, Spoil); 6] = [
        ("no sprop", |said, _| {
            answers(said, |words| {
                replace(words, ";sprop-parameter-sets=", ";x=");
            });
        }),
        ("an empty sprop", |said, _| {
            answers(said, |words| {
                replace(words, "sprop-parameter-sets=", "sprop-parameter-sets=,;x=");
            });
        }),
        ("a broken sprop", |said, _| {
            answers(said, |words| {
                replace(
                    words,
                    "sprop-parameter-sets=",
                    "sprop-parameter-sets=%%%,AAA;x=",
                );
            });
        }),
        ("no RTP-Info", |said, _| {
            answers(said, |words| *words = words.replace("RTP-Info:", "X-Info:"));
        }),
        ("every twentieth packet broken", |said, count| {
            if let Said::Packet(bytes) = said
                && count % 20 == 19
            {
                let middle = bytes.len() / 2;
                bytes[middle..].fill(0xa5);
            }
        }),
        (
            "every twentieth packet nothing of a picture",
            |said, count| {
                if let Some(payload) = payload(said)
                    && count % 20 == 19
                {
                    payload[0] = 0xff;
                }
            },
        ),
    ];
    for (camera, (name, spoil)) in CAMERAS.into_iter().zip(cases) {
        let peer = SpoiledCamera::start(yard.cameras.address(), spoil).await;
        let url = format!("rtsp://{}/{camera}", peer.address);
        let mut viewer = yard.watch_at(camera, &url, PASSWORD).await;
        let mut last = 0;
        for number in 0..30 {
            let (decoded_at, is_key) = viewer.frame().await;
            assert!(number > 0 || is_key, "{name}: it begins with a key frame");
            assert!(decoded_at > last, "{name}: it never goes back");
            last = decoded_at;
        }
    }
    let log = yard.server.stop();
    assert!(!log.contains("no picture"), "no session broke:\n{log}");
    assert!(log.contains("could not be read"), "it is counted:\n{log}");
}

/// The picture's part of a packet; nothing of an answer or a report.
fn payload(said: &mut Said) -> Option<&mut [u8]> {
    match said {
        Said::Packet(bytes) if bytes[1] == 0 => Some(&mut bytes[16..]),
        Said::Answer(_) | Said::Packet(_) => None,
    }
}

/// The kind of the unit that a packet is of, or is a part of.
fn unit(payload: &[u8]) -> u8 {
    const FRAGMENT: u8 = 28;
    match payload[0] & 0x1f {
        FRAGMENT => payload[1] & 0x1f,
        whole => whole,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_picture_that_changes_its_size_goes_on_with_a_new_beginning() {
    let yard = Yard::open().await;
    let other_size: Spoil = |said, count| {
        // Baseline, 320 × 180 pixels.
        const SET: [u8; 9] = [0x67, 0x42, 0xc0, 0x1e, 0xda, 0x05, 0x06, 0x7e, 0x74];
        if count > 20
            && payload(said).is_some_and(|payload| unit(payload) == 7)
            && let Said::Packet(bytes) = said
        {
            bytes.truncate(16);
            bytes.extend(SET);
            bytes[3] = 12 + 9;
        }
    };
    let peer = SpoiledCamera::start(yard.cameras.address(), other_size).await;
    let url = format!("rtsp://{}/{CAMERA}", peer.address);
    let mut viewer = yard.watch_at(CAMERA, &url, PASSWORD).await;
    let is_of = |wide: u32, high: u32| move |said: &CameraMessage| matches!(said, CameraMessage::Codec { width, height, .. } if (*width, *height) == (wide, high));
    viewer.until_told(is_of(640, 360)).await;
    let mut last = viewer.frame().await.0;
    viewer.until_told(is_of(320, 180)).await;
    for number in 0..5 {
        let (decoded_at, is_key) = viewer.frame().await;
        assert!(number > 0 || is_key, "it begins anew with a key frame");
        assert!(decoded_at > last, "it never goes back");
        last = decoded_at;
    }
    yard.server.stop();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_comes_long_after_a_key_frame_begins_with_that_one() {
    /// When the first key frame was, by its packets.
    static KEY_AT: OnceLock<Vec<u8>> = OnceLock::new();
    let yard = Yard::open().await;
    let one_key: Spoil = |said, _| {
        let is_key = payload(said).is_some_and(|payload| unit(payload) == 5);
        if let Said::Packet(bytes) = said
            && is_key
            && bytes[8..12] != KEY_AT.get_or_init(|| bytes[8..12].to_vec())[..]
        {
            bytes.clear();
        }
    };
    let peer = SpoiledCamera::start(yard.cameras.address(), one_key).await;
    let url = format!("rtsp://{}/{CAMERA}", peer.address);
    let mut first = yard.watch_at(CAMERA, &url, PASSWORD).await;
    let key = first.frame().await;
    assert!(key.1, "it begins with a key frame");
    // More than a group of the simulated camera.
    for _ in 0..30 {
        assert!(!first.frame().await.1, "and that was the only one");
    }
    let mut second = yard.watch_camera(CAMERA).await;
    assert_eq!(second.frame().await, key);
    for _ in 0..30 {
        assert!(!second.frame().await.1, "what came since follows it");
    }
    yard.server.stop();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_camera_that_lies_about_its_codec_or_falls_silent_is_lost_and_tried_again() {
    let yard = Yard::open().await;
    let lies: Spoil = |said, _| answers(said, |words| replace(words, "H264/90000", "H265/90000"));
    let mute: Spoil = |said, _| {
        if let Said::Packet(bytes) = said {
            bytes.clear();
        }
    };
    let h265: Spoil = |said, _| {
        if let Some(payload) = payload(said) {
            // Its units' heads, each for what it is in H.264.
            payload[0] = match payload[0] & 0x1f {
                7 => 0x40,
                8 => 0x44,
                5 => 0x26,
                28 => 0x62,
                _ => 0x02,
            };
        }
    };
    let mut viewers = Vec::new();
    for (camera, spoil, expected) in [
        (CAMERA, lies, FeedFault::Unreadable),
        ("d-007", mute, FeedFault::Silent),
        ("d-011", h265, FeedFault::Unreadable),
    ] {
        let peer = SpoiledCamera::start(yard.cameras.address(), spoil).await;
        let url = format!("rtsp://{}/{camera}", peer.address);
        let viewer = yard.watch_at(camera, &url, PASSWORD).await;
        viewers.push((peer, viewer, expected));
    }
    for (_peer, mut viewer, expected) in viewers {
        assert_eq!(viewer.until_lost().await, expected);
        viewer
            .until_told(|said| matches!(said, CameraMessage::Feed(FeedState::Connecting { .. })))
            .await;
    }
    yard.server.stop();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_camera_with_two_seats_is_opened_five_hundred_times_and_takes_one() {
    let yard = Yard::open().await;
    yard.suffer(Fault::Seats(2));
    let mut first = yard.watch().await;
    first.until_live().await;
    for _ in 0..500 {
        drop(yard.watch().await);
    }
    assert!(first.frame().await.0 > 0);
    assert_eq!(yard.sessions().await, 1);
    drop(first);
    yard.until_sessions(0).await;
    let log = yard.server.stop();
    assert!(!log.contains("TooManyViewers"), "{log}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_twenty_tiles_those_whose_cameras_are_well_play_on() {
    let yard = Yard::open().await;
    let mut tiles = Vec::new();
    for camera in CAMERAS.into_iter().chain(CAMERAS) {
        let mut tile = yard.watch_camera(camera).await;
        tile.until_live().await;
        tiles.push(tile);
    }
    let faults = [Fault::Freeze, Fault::Offline, Fault::Drop];
    let (broken, well) = CAMERAS.split_at(7);
    for (camera, fault) in broken.iter().zip(faults.into_iter().cycle()) {
        let camera = DeviceId::new(*camera).expect("an id");
        yard.cameras.suffer(&camera, fault).expect("a camera");
        if fault == Fault::Drop {
            let locked = yard.cameras.suffer(&camera, Fault::NewPassword);
            locked.expect("a camera");
        }
    }
    for (number, tile) in tiles.iter_mut().enumerate() {
        if number % CAMERAS.len() < broken.len() {
            tile.until_lost().await;
        }
    }
    for (number, tile) in tiles.iter_mut().enumerate() {
        if number % CAMERAS.len() >= CAMERAS.len() - well.len() {
            for _ in 0..10 {
                tile.frame().await;
            }
        }
    }
    yard.server.stop();
}
