//! The doors of the demo: a driver that releases them. Each then says what its controller would: somebody was let
//! through, it opened, it closed.

use std::net::SocketAddr;
use std::thread;
use std::time::Duration;

use anyhow::{Result, ensure};
use serde_json::{Value, json};

use crate::plain_http::{post, receive};

/// How long somebody needs to walk through.
const OPEN_FOR: Duration = Duration::from_secs(6);

/// Takes orders from now on, and gives back with what the server is started that gives them.
pub(crate) fn take_orders(server: SocketAddr) -> Result<Vec<String>> {
    let (address, secret) = receive("orders", move |order| {
        // One is waited for before the next is taken: a demo has one pair of hands.
        if let Err(error) = open(server, &order) {
            println!("a door could not say what it did: {error:#}");
        }
    })?;
    Ok([
        "--actuator-url",
        &format!("http://{address}/orders"),
        "--actuator-secret-file",
        &secret,
    ]
    .map(str::to_owned)
    .to_vec())
}

fn open(server: SocketAddr, order: &Value) -> Result<()> {
    let [door, id] = ["device", "id"].map(|key| order[key].as_str().unwrap_or_default());
    println!("opened: {door}");
    for (nth, what) in ["granted", "opened", "closed"].iter().enumerate() {
        if *what == "closed" {
            thread::sleep(OPEN_FOR);
        }
        let body = json!({"device": door, "event_id": format!("{id}-{nth}"), "what": what});
        let status = post(server, "/ingest/v1/doors", None, &body)?;
        ensure!(status == 200, "the server answered {status}");
    }
    Ok(())
}
