//! Who watches a camera: what hangs on a wall is nobody's, and whoever watches is on record.

use crate::cameras::{CAMERA, Viewer, Yard, refused_with};
use crate::common::{Castellan, estate, facts};
use castellan_client::live::connect;
use castellan_domain::alarm::AlarmFact;
use std::fs;
use tempfile::TempDir;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wall_is_shown_cameras_as_nobody_and_visitors_only_what_is_fit_for_them() {
    let data = TempDir::new().expect("a temporary folder");
    let fixture = fs::read_to_string(estate()).expect("the fixture");
    let mut document: serde_json::Value = serde_json::from_str(&fixture).expect("JSON");
    let devices = document["devices"].as_array_mut().expect("devices");
    let of_doors = devices.iter().find(|device| device["id"] == CAMERA);
    let mut of_lobby = of_doors.expect("the camera").clone();
    of_lobby["id"] = "cam-lobby".into();
    of_lobby["for_visitors"] = true.into();
    devices.push(of_lobby);
    let path = data.path().join("estate.json");
    fs::write(&path, document.to_string()).expect("a file");
    let server = Castellan::start_with(&data.path().join("data"), &path, &[]);
    for (camera, words, status) in [
        (CAMERA, "?audience=wall", 101),
        ("cam-lobby", "?audience=wall_visitor", 101),
        (CAMERA, "?audience=wall_visitor", 403),
        (CAMERA, "?audience=staff", 400),
        (CAMERA, "?audience=", 400),
        ("nowhere", "?audience=wall", 404),
        (CAMERA, "", 401),
    ] {
        let path = format!("/live/cameras/{camera}{words}");
        let outcome = connect(server.address, &path, &[]).await;
        let found = if outcome.is_ok() {
            101
        } else {
            refused_with(outcome)
        };
        assert_eq!(found, status, "{path}");
    }
    server.stop();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_watched_for_an_alarm_is_on_record_once_whatever_breaks() {
    let yard = Yard::open().await;
    let alarm = yard.server.raise("d-004", "e1", "gas_low").await;
    let why = format!("&alarm={alarm}");
    let watch = async |person: &str, why: &str, frames: usize| {
        let camera = format!("{CAMERA}?stream=main{why}");
        let socket = yard.ask(person, &camera).await;
        let mut viewer = Viewer {
            socket: socket.expect("a viewer is let in"),
        };
        for _ in 0..frames {
            viewer.frame().await;
        }
    };
    // Ten frames a second: a connection that broke after two seconds, and one that did not.
    watch("li-na", &why, 20).await;
    watch("li-na", &why, 40).await;
    // A glimpse.
    watch("zhao-min", &why, 5).await;
    // For no alarm; what was before comes at once, and is no look.
    watch("li-na", "", 80).await;
    for (person, more, status) in [
        ("guard-0", format!("?alarm={alarm}"), 403),
        ("li-na", "?alarm=A-9999".to_owned(), 404),
        ("li-na", "?alarm=nothing".to_owned(), 400),
        ("li-na", "?incident=I-1".to_owned(), 400),
    ] {
        let outcome = yard.ask(person, &format!("{CAMERA}{more}")).await;
        assert_eq!(refused_with(outcome), status, "{person} {more}");
    }
    let Yard { server, data, .. } = yard;
    // Nobody has been away for long enough: the stop ends it.
    server.stop();
    let of_no_alarm = facts(data.path(), "camera_viewed").await;
    let [fact] = &of_no_alarm[..] else {
        panic!("{of_no_alarm:?}");
    };
    assert_eq!(fact["body"]["camera"], CAMERA);
    assert_eq!(fact["body"]["by"], "li-na");
    assert!(fact["actor"].is_null(), "it is nobody's deed");
    let server = Castellan::start(data.path());
    let row = server.snapshot().await.view.alarms.remove(&alarm);
    let row = row.expect("it is open");
    let viewings = row
        .history
        .steps()
        .iter()
        .filter_map(|step| match &step.fact {
            AlarmFact::Viewed(body) => Some((step.times(), body)),
            _ => None,
        });
    let viewings: Vec<_> = viewings.collect();
    let [(1, viewed)] = viewings[..] else {
        panic!("{viewings:?}");
    };
    assert_eq!(
        (viewed.by.as_str(), viewed.camera.as_str()),
        ("li-na", CAMERA)
    );
    assert!(viewed.from < viewed.to, "{viewed:?}");
    server.stop();
}
