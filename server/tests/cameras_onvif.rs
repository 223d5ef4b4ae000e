//! Cameras that are asked by ONVIF where their pictures are: by the mock of the library that asks, and by peers that
//! are no such camera.

use crate::cameras::{CAMERA, PASSWORD};
use crate::common::fake_camera::{FakeCamera, Way, answer, behind};
use crate::common::{run, text};
use oxvif::mock::{MockServer, MockState};
use std::fs;
use std::path::Path;
use std::process::Output;
use tempfile::TempDir;
use tokio::net::TcpListener;

/// A camera of two sensors that lets in who signs in.
async fn mock() -> MockServer {
    let mock = MockServer::builder().enforce_auth(true).start().await;
    let mock = mock.expect("a port");
    mock.device().modify(|state| {
        PASSWORD.clone_into(&mut state.users[0].password);
    });
    mock
}

/// Sets up a camera by what it says at this address.
fn add(data: &Path, onvif: &str, password: &str) -> Output {
    let secret = data.join("secret");
    fs::write(&secret, password).expect("a file");
    let words = ["camera", "add", CAMERA, "--data", text(data)];
    // The mock has no pictures.
    let more = ["--untested", "--user", "admin", "--password-file"];
    let more = [&more[..], &[text(&secret)]].concat();
    run(&[&words[..], &["--onvif", onvif], &more[..]].concat())
}

fn known(data: &Path) -> String {
    let listed = run(&["camera", "list", "--data", text(data)]);
    String::from_utf8(listed.stdout).expect("a text")
}

fn encode_all(state: &MockState, encoding: &str) {
    state.modify(|state| {
        for encoder in &mut state.video_encoders {
            encoding.clone_into(&mut encoder.encoding);
        }
    });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_camera_is_set_up_by_what_it_says_at_the_host_that_was_asked() {
    let mock = mock().await;
    // It calls itself 127.0.0.1, as cameras tell addresses of their own network.
    let asked = mock.device_url().replace("127.0.0.1", "localhost");
    let data = TempDir::new().expect("a temporary folder");
    for codec in ["H264", "H265"] {
        encode_all(mock.device(), codec);
        let output = add(data.path(), &asked, PASSWORD);
        assert!(output.status.success(), "{output:?}");
        let said = String::from_utf8(output.stdout).expect("a text");
        let codec = codec.replace('H', "H.");
        let still = format!("still: http://localhost:{}/mock/snapshot.jpg", mock.port());
        for line in [
            format!("main: {codec}, 1920 × 1080, rtsp://localhost:554/mock/h265"),
            // The mock has one address for all of its profiles.
            "sub: none".to_owned(),
            still,
            "presets: Home, Door".to_owned(),
        ] {
            assert!(said.lines().any(|each| each == line), "{line}: {said}");
        }
        assert!(!said.contains(PASSWORD), "{said}");
    }
    let kept = format!("{CAMERA}  presets: Home, Door");
    assert_eq!(known(data.path()).trim(), kept);

    // A camera that does not tell them is set up without.
    mock.inject_fault("GetPresets", "s:Receiver", "told in the log");
    let output = add(data.path(), &asked, PASSWORD);
    assert!(output.status.success(), "{output:?}");
    assert_eq!(known(data.path()).trim(), CAMERA);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_says_nothing_of_its_pictures_is_told_as_what_it_is() {
    let html = FakeCamera::start(|asked| {
        answer(
            asked,
            "200 OK",
            "Content-Type: text/html\r\n",
            b"<html><p>Sign in",
        )
    })
    .await;
    // It knows no other way of signing in than that of ONVIF.
    let closed = FakeCamera::start(|asked| {
        let head = "Content-Type: application/soap+xml\r\n";
        let fault = b"<Envelope><Body><Fault><Code><Value>s:Sender</Value></Code><Reason>\
            <Text>Sender not authorized</Text></Reason></Fault></Body></Envelope>";
        answer(asked, "401 Unauthorized", head, fault)
    })
    .await;
    let denying = FakeCamera::start(behind(&[Way::Basic], |_| Vec::new())).await;
    let silent = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let gone = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let nobody = gone.local_addr().expect("its address");
    drop(gone);
    let (camera, refusing, jpeg) = (mock().await, mock().await, mock().await);
    refusing.inject_fault("GetStreamUri", "s:Receiver", "told in the log");
    encode_all(jpeg.device(), "JPEG");
    let at = |address| format!("http://{address}/onvif/device_service");
    let hidden = "http://admin:open-sesame@127.0.0.1/";
    let cases = [
        (at(nobody), PASSWORD, "cannot be reached"),
        (
            at(silent.local_addr().expect("its address")),
            PASSWORD,
            "within 5 s",
        ),
        (at(html.address), PASSWORD, "is not ONVIF"),
        (at(denying.address), PASSWORD, "denies this user"),
        (at(closed.address), PASSWORD, "denies this user"),
        (camera.device_url().to_owned(), "wrong", "denies this user"),
        (refusing.device_url().to_owned(), PASSWORD, "--main, --sub"),
        (jpeg.device_url().to_owned(), PASSWORD, "no profile"),
        (hidden.to_owned(), PASSWORD, "places of their own"),
        ("rtsp://127.0.0.1/".to_owned(), PASSWORD, "begins with http"),
    ];
    let data = TempDir::new().expect("a temporary folder");
    for (asked, password, expected) in cases {
        let output = add(data.path(), &asked, password);
        assert!(!output.status.success(), "{asked}");
        let said = [output.stdout, output.stderr].concat();
        let said = String::from_utf8(said).expect("a text");
        assert!(said.contains(expected), "{asked}: {said}");
        for hidden in [PASSWORD, "127.0.0.1", "told in the log", "Sign in"] {
            assert!(!said.contains(hidden), "{asked}: {said}");
        }
    }
    // Once to be offered a way, and once by it: who asks on is locked out.
    assert_eq!(denying.asked(), 2);
    // For its time, which nobody signs for, and once with the password.
    assert_eq!(closed.asked(), 2);
    assert_eq!(known(data.path()), "");
}
