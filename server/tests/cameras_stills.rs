//! Stills: from a camera's own address, or from its newest key frame.

use crate::cameras::{CAMERA, Yard};
use crate::common::fake_camera::{Asked, FakeCamera, SECRET, USER, Way, answer, behind};
use crate::common::{SITE, eventually, run, text};
use castellan_domain::wire::api::{ErrorBody, PERSON_HEADER};
use castellan_domain::wire::camera::CAPTURED_AT_HEADER;
use castellan_simulator::cameras::Fault;
use std::fs;
use std::time::Duration;
use tokio::time::sleep;

/// What is given for a still: when it was taken and its bytes, or the words of the refusal.
type Given = Result<(i64, Vec<u8>), (u16, String)>;

impl Yard {
    async fn still(&self, person: &str) -> Given {
        let url = self.server.site_url(&format!("cameras/{CAMERA}/still"));
        let client = reqwest::Client::new();
        let answer = client.get(url).header(PERSON_HEADER, person).send();
        let answer = answer.await.expect("an answer");
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let bytes = answer.bytes().await.expect("it comes whole").to_vec();
        if status != 200 {
            let error: ErrorBody = serde_json::from_slice(&bytes).expect("an error");
            return Err((
                status,
                format!("{}: {}", error.error.code, error.error.message),
            ));
        }
        assert_eq!(headers["content-type"], "image/jpeg");
        assert_eq!(headers["cache-control"], "no-store");
        let at = headers[CAPTURED_AT_HEADER].to_str().expect("a number");
        Ok((at.parse().expect("microseconds"), bytes))
    }

    /// Says where the camera is, in the place of what was said before.
    fn set_up(&self, main: &str, still: &str, password: &str) {
        let secret = self.data.path().join("secret");
        fs::write(&secret, password).expect("a file");
        let folder = text(self.data.path());
        let words = ["camera", "add", CAMERA, "--data", folder, "--main", main];
        let more = [
            "--untested",
            "--still",
            still,
            "--user",
            USER,
            "--password-file",
            text(&secret),
        ];
        let added = run(&[&words[..], &more].concat());
        assert!(added.status.success(), "{added:?}");
    }
}

/// Pixels from left to right and from top to bottom, as a JPEG's own frame says.
fn size(jpeg: &[u8]) -> (u16, u16) {
    let frame = jpeg.windows(2).position(|two| two == [0xff, 0xc0]);
    let frame = &jpeg[frame.expect("a frame")..];
    let number = |at: usize| u16::from_be_bytes([frame[at], frame[at + 1]]);
    (number(7), number(5))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_still_is_the_newest_key_frame_with_its_own_time_and_old_once_the_camera_is_gone() {
    let yard = Yard::open().await;
    // A busy machine may need longer for a first frame than a server waits.
    let (_, jpeg) = eventually("a still", async || yard.still("li-na").await.ok()).await;
    assert_eq!(size(&jpeg), (640, 360));
    assert_eq!(
        yard.sessions().await,
        1,
        "nobody watched, so it was asked for one"
    );
    let mut viewer = yard.watch().await;
    viewer.until_live().await;
    sleep(Duration::from_millis(1_100)).await;
    let (first, second) = tokio::join!(yard.still("li-na"), yard.still("li-na"));
    let (at, _) = first.expect("a still");
    let second = second.expect("a still");
    assert_eq!(
        second.0, at,
        "who asks in the same second gets the same one"
    );
    drop(viewer);

    let file = yard.data.path().join("seen.jpg");
    let folder = text(yard.data.path());
    let tried = run(&[
        "camera",
        "test",
        CAMERA,
        "--data",
        folder,
        "--picture",
        text(&file),
    ]);
    assert!(tried.status.success(), "{tried:?}");
    assert_eq!(size(&fs::read(file).expect("a picture")), (640, 360));

    sleep(Duration::from_millis(1_100)).await;
    let (later, _) = yard.still("li-na").await.expect("a still");
    assert!(later >= at);
    // What comes after a cut is none of before.
    yard.suffer(Fault::Offline);
    yard.until_sessions(0).await;
    sleep(Duration::from_millis(1_100)).await;
    let refused = yard.still("li-na").await.expect_err("there is none");
    assert_eq!(refused.0, 503);
    assert!(
        refused
            .1
            .starts_with("no_picture: there is no picture now: "),
        "{refused:?}"
    );
    assert_eq!(yard.still("guard-0").await.expect_err("no right").0, 403);
    let path = format!("/api/v1/sites/{SITE}/cameras/d-000/still");
    assert_eq!(yard.server.get_as("li-na", &path).await.status, 404);
    yard.server.stop();
}

const JPEG: &[u8] = b"\xff\xd8\xff\xe0 a picture";

fn picture(asked: &Asked) -> Vec<u8> {
    answer(asked, "200 OK", "", JPEG)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cameras_own_still_is_asked_for_by_every_way_of_signing_in() {
    use Way::{Basic, Md5, Md5Counted, Sha256, Strange};
    let yard = Yard::open().await;
    let closed = "rtsp://127.0.0.1:9/closed";
    let ways: [&'static [Way]; 7] = [
        &[Basic],
        &[Md5],
        &[Md5Counted],
        &[Sha256],
        &[Sha256, Md5Counted],
        &[Md5, Sha256],
        &[Strange, Basic],
    ];
    for ways in ways {
        let camera = FakeCamera::start(behind(ways, picture)).await;
        yard.set_up(
            closed,
            &format!("http://{}/still?channel=1", camera.address),
            SECRET,
        );
        let (_, jpeg) = yard
            .still("li-na")
            .await
            .unwrap_or_else(|why| panic!("{ways:?}: {why:?}"));
        assert_eq!(jpeg, JPEG, "{ways:?}");
        assert_eq!(camera.asked(), 2, "{ways:?}");
        yard.still("li-na").await.expect("the same one");
        assert_eq!(camera.asked(), 2, "it is asked once a second");
        sleep(Duration::from_secs(1)).await;
    }
    // A way that nobody here knows is named, and the camera left alone for a minute.
    let camera = FakeCamera::start(behind(&[Strange], picture)).await;
    let url = format!("http://{}/secret-path", camera.address);
    yard.set_up(closed, &url, SECRET);
    let (status, words) = yard.still("li-na").await.expect_err("it is denied");
    assert_eq!(status, 503);
    assert!(words.ends_with("it offers Hawk"), "{words}");
    sleep(Duration::from_millis(1_100)).await;
    yard.still("li-na").await.expect_err("it is denied");
    assert_eq!(camera.asked(), 1);
    let log = yard.server.stop();
    for secret in [SECRET, "secret-path", &camera.address.port().to_string()] {
        assert!(
            !log.contains(secret) && !words.contains(secret),
            "{secret}: {log}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_still_is_none_and_the_key_frame_takes_its_place() {
    let yard = Yard::open().await;
    let main = format!("rtsp://{}/{CAMERA}", yard.cameras.address());
    let mut viewer = yard.watch().await;
    viewer.until_live().await;
    let html: fn(&Asked) -> Vec<u8> = |asked| answer(asked, "200 OK", "", b"<html>sign in</html>");
    let elsewhere: fn(&Asked) -> Vec<u8> =
        |asked| answer(asked, "302 Found", "Location: http://127.0.0.1:9/\r\n", b"");
    let endless: fn(&Asked) -> Vec<u8> = |asked| {
        let much = [JPEG, &vec![0; 4 * 1024 * 1024]].concat();
        answer(asked, "200 OK", "", &much)
    };
    let gone: fn(&Asked) -> Vec<u8> = |_| Vec::new();
    for said in [html, elsewhere, endless, gone] {
        let camera = FakeCamera::start(said).await;
        yard.set_up(
            &main,
            &format!("http://{}/still", camera.address),
            crate::cameras::PASSWORD,
        );
        let (_, jpeg) = yard.still("li-na").await.expect("its key frame");
        assert_eq!(size(&jpeg), (640, 360));
        assert_eq!(camera.asked(), 1, "nothing is followed elsewhere");
        sleep(Duration::from_secs(1)).await;
    }
    yard.server.stop();
}
