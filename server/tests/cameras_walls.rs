//! Cameras' pictures on walls, which are nobody.

use crate::cameras::{CAMERA, refused_with};
use crate::common::{Castellan, estate};
use castellan_client::live::connect;
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
