//! Cameras that are tried before they are kept.

use crate::cameras::{CAMERA, PASSWORD, cameras};
use crate::common::fake_camera::{FakeCamera, answer};
use crate::common::{estate, eventually, run, text};
use std::fs;
use std::process::Output;
use tempfile::TempDir;

/// A folder of data, and how it is spoken of.
struct Office(TempDir);

impl Office {
    fn open() -> Self {
        Self(TempDir::new().expect("a temporary folder"))
    }

    /// Runs `castellan camera`, without keeping the cameras of this process waiting.
    async fn camera(&self, words: &[&str]) -> (bool, String) {
        let words: Vec<String> = ["camera", "--data", text(self.0.path())]
            .iter()
            .chain(words)
            .map(|word| (*word).to_owned())
            .collect();
        let run = move || run(&words.iter().map(String::as_str).collect::<Vec<_>>());
        let output: Output = tokio::task::spawn_blocking(run).await.expect("it ends");
        let said = [output.stdout, output.stderr].concat();
        (
            output.status.success(),
            String::from_utf8(said).expect("a text"),
        )
    }

    async fn known(&self) -> String {
        self.camera(&["list"]).await.1
    }

    fn file(&self, name: &str, text: &str) -> String {
        let path = self.0.path().join(name);
        fs::write(&path, text).expect("a file");
        path.display().to_string()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_camera_is_kept_once_it_has_shown_its_picture() {
    let (office, peers) = (Office::open(), cameras(&estate()).await);
    let main = format!("rtsp://{}/{CAMERA}", peers.address());
    let nobody = "rtsp://127.0.0.1:9/";
    let broken = FakeCamera::start(|asked| answer(asked, "404 Not Found", "", b"")).await;
    let still = format!("http://{}/still.jpg", broken.address);
    let (right, wrong) = (
        office.file("right", PASSWORD),
        office.file("wrong", "wrong"),
    );
    let seen = office.0.path().join("seen.jpg");
    let add = ["add", CAMERA, "--user", "viewer", "--password-file"];
    for (words, why) in [
        (
            [right.as_str(), "--main", nobody].as_slice(),
            "nothing answers",
        ),
        (&[&wrong, "--main", &main], "denies this user"),
        (
            &[&right, "--main", &main, "--sub", nobody],
            "smaller picture: nothing answers",
        ),
        (
            &[&right, "--main", &main, "--still", &still],
            "stills: it has no such",
        ),
    ] {
        // A busy machine may need longer for a first frame than is waited for it.
        let said = eventually("it says why", async || {
            let (is_kept, said) = office.camera(&[&add[..], words].concat()).await;
            assert!(!is_kept, "{said}");
            said.contains(why).then_some(said)
        })
        .await;
        assert!(said.contains("Nothing is kept; with --untested"), "{said}");
        assert!(
            !said.contains("127.0.0.1") && !said.contains(PASSWORD),
            "{said}"
        );
        assert_eq!(office.known().await, "");
    }

    let whole = [&add[..], &[&right, "--main", &main, "--sub", &main]].concat();
    let said = eventually("it is kept", async || {
        let words = [&whole[..], &["--picture", text(&seen)]].concat();
        let (is_kept, said) = office.camera(&words).await;
        is_kept.then_some(said)
    })
    .await;
    assert!(said.contains("shows a picture: avc1."), "{said}");
    assert!(said.contains(", 640 × 360; smaller: avc1."), "{said}");
    let jpeg = fs::read(&seen).expect("a picture");
    assert!(jpeg.starts_with(&[0xff, 0xd8, 0xff]));
    assert_eq!(office.known().await.trim(), CAMERA);

    let (_, said) = office.camera(&["remove", CAMERA]).await;
    assert_eq!(office.known().await, "", "{said}");
    let untested = [&add[..], &[&wrong, "--main", nobody, "--untested"]].concat();
    let (is_kept, said) = office.camera(&untested).await;
    assert!(is_kept, "{said}");
    assert_eq!(office.known().await.trim(), CAMERA);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_file_of_cameras_those_are_kept_that_show_their_picture() {
    let (office, peers) = (Office::open(), cameras(&estate()).await);
    let at = peers.address();
    let good = ["d-003", "d-007", "d-011"];
    let goods = good.map(|camera| format!("{camera},rtsp://{at}/{camera},viewer,{PASSWORD}"));
    let csv = format!(
        "camera,main,user,password\n{}\nd-015,rtsp://127.0.0.1:9/,viewer,x\n\
         d-019,rtsp://{at}/d-019,viewer,wrong\nd-023,rtsp://{at}/nowhere,viewer,{PASSWORD}\n",
        goods.join("\n")
    );
    let csv = office.file("cameras.csv", &csv);
    let said = eventually("three are kept", async || {
        let (is_whole, said) = office.camera(&["import", &csv]).await;
        assert!(!is_whole, "{said}");
        said.contains("3 of 6 cameras have an address now.")
            .then_some(said)
    })
    .await;
    let lines: Vec<&str> = said.lines().collect();
    let row = |camera: &str| {
        let mut rows = lines.iter().filter(|line| line.starts_with(camera));
        *rows.next().expect("its row")
    };
    for camera in good {
        assert!(row(camera).contains("  kept      avc1."), "{said}");
    }
    for (camera, why) in [
        ("d-015", "nothing answers"),
        ("d-019", "denies this user"),
        ("d-023", "no such stream"),
    ] {
        assert!(
            row(camera).contains("  not kept  it shows no picture: "),
            "{said}"
        );
        assert!(row(camera).contains(why), "{said}");
    }
    assert!(
        !said.contains("127.0.0.1") && !said.contains(PASSWORD),
        "{said}"
    );
    assert_eq!(office.known().await.lines().collect::<Vec<_>>(), good);

    let (is_whole, said) = office.camera(&["import", "--untested", &csv]).await;
    assert!(is_whole, "{said}");
    assert_eq!(office.known().await.lines().count(), 6, "{said}");
}
