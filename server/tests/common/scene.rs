//! An estate with everything that a display can be told of, its server, a driver for its doors, and
//! a stranger of each audience before it.

use super::receiver::{self, Receiver};
use super::stranger::{Beside, Stranger};
use super::{Castellan, estate, text};
use castellan_domain::audience::Audience;
use castellan_domain::wire::api::WireCommand;
use serde_json::{Value, json};
use std::path::Path;
use tempfile::TempDir;

/// Operators who come on duty and end the flood: what came is no flood for so many.
pub(crate) const OPERATORS: usize = 8;
/// A type that a flood folds.
pub(crate) const CALM: &str = "leaf";
/// Heartbeats that may have been on their way.
const BEATS_MAX: usize = 10;

pub(crate) struct Scene {
    pub(crate) folder: TempDir,
    pub(crate) driver: Receiver,
    pub(crate) server: Castellan,
    /// In the order of [`Audience::WITH_COPY`].
    pub(crate) strangers: Vec<Stranger>,
}

impl Scene {
    pub(crate) async fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let driver = Receiver::start(204).await;
        let server = serve(&folder, &driver, "Test estate");
        server.raise("d-000", "before", "loitering").await;
        let strangers = Stranger::of_all(&server, &[]);
        Self {
            folder,
            driver,
            server,
            strangers,
        }
    }

    /// Kills the server, and starts it with an estate of another name. Everybody comes back.
    pub(crate) fn restart(&mut self, name: &str) {
        self.server.kill();
        self.server = serve(&self.folder, &self.driver, name);
        let port = self.server.address.port();
        for stranger in &mut self.strangers {
            stranger.do_it(&format!("cut {port}"));
        }
    }

    /// Commands as the page writes them, one after the other.
    pub(crate) async fn commands<const N: usize>(&self, person: &str, commands: [Value; N]) {
        for command in commands {
            let body: WireCommand = serde_json::from_value(command).expect("a command");
            let answer = self.server.command(person, body).await;
            assert_eq!(answer.status, 200, "{}", answer.body);
        }
    }

    /// Posts, and gives the status of the answer.
    pub(crate) async fn post(&self, path: &str, body: Value) -> u16 {
        let answer = self.server.post(path, &[], body.to_string()).await;
        answer.status
    }

    /// Devices report a type's states, one after the other.
    pub(crate) async fn events(&self, kind: &str, events: &[(&str, &str, &str)]) {
        for (device, event, state) in events {
            let answer = self.server.event(device, event, kind, state).await;
            assert_eq!(answer.status, 200, "{}", answer.body);
        }
    }

    /// All that the strangers hold, once it is the same as what the server holds.
    pub(crate) async fn agree(&mut self) -> [Value; 3] {
        let mut reports = [Value::Null, Value::Null, Value::Null];
        for (stranger, report) in self.strangers.iter_mut().zip(&mut reports) {
            *report = stranger.agree(&self.server).await;
        }
        reports
    }

    /// Compares what is in no record.
    pub(crate) async fn agree_beside(&mut self, of: impl Fn(Audience) -> Beside) {
        for stranger in &mut self.strangers {
            let beside = of(stranger.audience.clone());
            stranger.agree_beside(&self.server, beside).await;
        }
    }

    /// What they hold after a heartbeat that was sent after this was asked.
    pub(crate) async fn beats(&mut self) -> Vec<Value> {
        let now = self.server.health().await.at.as_micros();
        let reports = self.strangers.iter_mut().map(|stranger| {
            let report = (0..BEATS_MAX).find_map(|_| {
                stranger.do_it("beat");
                let report = stranger.ask("report");
                let at = report["beat"]["server_time"].as_i64();
                (at > Some(now)).then_some(report)
            });
            report.expect("a heartbeat every second")
        });
        reports.collect()
    }
}

fn serve(folder: &TempDir, driver: &Receiver, name: &str) -> Castellan {
    let secret = receiver::secret(folder.path());
    let estate = folder.path().join("estate.json");
    write_estate(&estate, name);
    let more = [
        "--actuator-url",
        &driver.url(),
        "--actuator-secret-file",
        text(&secret),
    ];
    Castellan::start_with(&folder.path().join("data"), &estate, &more)
}

/// The fixture estate with doors that can be opened, zones, duty on the record and more operators.
fn write_estate(path: &Path, english: &str) {
    let fixture = std::fs::read_to_string(estate()).expect("the fixture");
    let mut estate: Value = serde_json::from_str(&fixture).expect("JSON");
    let name = json!({"zh": "名", "en": english});
    estate["name"] = name.clone();
    for door in [1, 5] {
        estate["devices"][door]["door"] = json!({"held_open_s_max": 600, "remote_release": true});
    }
    let shift = json!({"name": name, "starts_at": "08:00"});
    estate["staffing"] = json!({"shifts": [shift], "duty": "recorded"});
    let days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    let zone = |id: &str, device: &str, schedule: Value| {
        let devices = [device];
        json!({"id": id, "name": name, "devices": devices, "schedule": schedule})
    };
    let half = |from: &str, to: &str| json!([{"days": days, "from": from, "to": to}]);
    // At any time of day one of the halves has armed itself.
    estate["zones"] = json!([
        zone("perimeter", "d-003", json!([])),
        zone("yard", "d-007", json!([])),
        zone("before-noon", "d-011", half("00:00", "12:00")),
        zone("after-noon", "d-015", half("12:00", "00:00")),
    ]);
    let people = estate["people"].as_array_mut().expect("a list");
    for n in 0..OPERATORS {
        people.push(json!({"id": format!("operator-{n}"), "name": name, "role": "operator"}));
    }
    let types = estate["alarm_types"].as_array_mut().expect("a list");
    types.push(json!({"id": CALM, "name": name, "priority": 3, "claim_s_max": 43_200}));
    std::fs::write(path, estate.to_string()).expect("a written file");
}
