//! The display in Python (`tests/python`), which knows the protocol from its page alone: told what to
//! do, asked what it holds, and compared with what the server holds.

use super::display::Display;
use super::{Castellan, SITE};
use castellan_domain::audience::Audience;
use castellan_domain::stream::Replica;
use castellan_domain::wire::live::LatestOf;
use serde_json::{Map, Value, json};
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// How often two views are compared before they count as different: a rule may record something
/// just then.
const ROUNDS: usize = 20;
/// Differences that are shown.
const SHOWN_MAX: usize = 12;

/// The client, stopped when its owner goes. It ends each wait by itself.
pub(crate) struct Stranger {
    pub(crate) audience: Audience,
    child: Child,
    stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
    echoes: u64,
}

/// How many values of each kind a display holds that are not in the record.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Beside {
    pub(crate) positions: usize,
    pub(crate) latest: usize,
    pub(crate) unrecorded: usize,
    pub(crate) viewers: usize,
}

impl Stranger {
    pub(crate) fn new(server: &Castellan, audience: Audience, more: &[&str]) -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/python/live_client.py");
        let mut child = Command::new("python3")
            // No compiled copies beside the sources.
            .arg("-B")
            .arg(script)
            .arg(server.address.ip().to_string())
            .arg(server.address.port().to_string())
            .args([SITE, audience.name()])
            .args(more)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("python3 is installed");
        let stdin = child.stdin.take().expect("piped");
        let stdout = BufReader::new(child.stdout.take().expect("piped"));
        Self {
            audience,
            child,
            stdin,
            stdout,
            echoes: 0,
        }
    }

    /// One for each audience, each connected.
    pub(crate) fn of_all(server: &Castellan, more: &[&str]) -> Vec<Self> {
        let mut strangers = Audience::WITH_COPY.map(|audience| Self::new(server, audience, more));
        for stranger in &mut strangers {
            stranger.do_it("beat");
        }
        strangers.into()
    }

    pub(crate) fn ask(&mut self, command: &str) -> Value {
        let audience = self.audience.clone();
        writeln!(self.stdin, "{command}").expect("it listens");
        let mut line = String::new();
        self.stdout.read_line(&mut line).expect("it answers");
        serde_json::from_str(&line)
            .unwrap_or_else(|_| panic!("{audience:?} gave up on {command:?}, see above: {line}"))
    }

    pub(crate) fn do_it(&mut self, command: &str) {
        assert_eq!(self.ask(command), "ok", "{command}");
    }

    /// From here on it holds all that the server has now. Counts down from the largest number that
    /// an echo can have.
    pub(crate) fn echo(&mut self) {
        let number = u64::MAX - self.echoes;
        self.echoes += 1;
        self.do_it(&format!("echo {number}"));
    }

    /// Compares all of the view, and gives all that it holds.
    pub(crate) async fn agree(&mut self, server: &Castellan) -> Value {
        let audience = self.audience.clone();
        let path = format!("/api/v1/sites/{SITE}/snapshot?audience={}", audience.name());
        for _ in 0..ROUNDS {
            let truth: Value = server.get(&path).await.json();
            self.echo();
            let report = self.ask("report");
            if report["seq"] == truth["seq"] {
                for part in ["view", "hash", "journal"] {
                    same(&format!("{audience:?} {part}"), &report[part], &truth[part]);
                }
                return report;
            }
        }
        panic!("the site never rests");
    }

    /// Compares what is in no record with what a display is told that comes now.
    pub(crate) async fn agree_beside(&mut self, server: &Castellan, beside: Beside) {
        let audience = self.audience.clone();
        let Beside {
            positions,
            latest,
            unrecorded,
            viewers,
        } = beside;
        if audience.sees_persons() {
            self.do_it(&format!("hold positions {positions}"));
        }
        self.do_it(&format!("hold latest {latest}"));
        self.do_it(&format!("hold unrecorded {unrecorded}"));
        self.do_it(&format!("hold viewers {viewers}"));
        let mut display = Display::resume(server, Replica::new(audience.clone())).await;
        display
            .until(server, |display| {
                let replica = &display.replica;
                replica.is_ready()
                    && display.beats > 0
                    && replica.tracked().len() == positions
                    && replica.latest().len() == latest
                    && replica.unrecorded().notices.len() == unrecorded
                    && replica.viewers().viewers.len() == viewers
            })
            .await;
        let truth = held_beside(&display.replica);
        for round in 1.. {
            let report = self.ask("report");
            // What is newer of a value that it has already may still be under way.
            if round < ROUNDS && truth.iter().any(|(name, value)| report[name] != *value) {
                self.do_it("beat");
                continue;
            }
            for (name, value) in &truth {
                same(&format!("{audience:?} {name}"), &report[name], value);
            }
            return;
        }
    }
}

impl Drop for Stranger {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What the domain's own replica holds beside the view, as the stranger reports it.
fn held_beside(replica: &Replica) -> Map<String, Value> {
    let value = |of: &LatestOf| match of {
        LatestOf::Person(id) => format!("person {id}"),
        LatestOf::Device(id) => format!("device {id}"),
    };
    let latest = replica.latest().iter();
    let latest: Map<_, _> = latest
        .map(|(of, readings)| (value(of), json!(readings)))
        .collect();
    let positions = replica.tracked().iter();
    let positions: Map<_, _> = positions
        .map(|(who, at)| {
            let at = json!({
                "x_cm": at.offset.x_cm, "y_cm": at.offset.y_cm, "accuracy_dm": at.accuracy_dm,
                "received_ms": at.received_at.as_micros() / 1_000,
            });
            (who.to_string(), at)
        })
        .collect();
    let held = json!({
        "latest": latest, "positions": positions, "unrecorded": replica.unrecorded(),
        "viewers": replica.viewers(),
    });
    match held {
        Value::Object(held) => held,
        other => panic!("an object, not {other}"),
    }
}

/// Fails with what differs and where, since a whole view is too long to look at.
fn same(what: &str, stranger: &Value, truth: &Value) {
    let mut found = Vec::new();
    differences(what, stranger, truth, &mut found);
    assert!(
        found.is_empty(),
        "{} differences, the stranger's first:\n{}",
        found.len(),
        found[..found.len().min(SHOWN_MAX)].join("\n")
    );
}

fn differences(at: &str, left: &Value, right: &Value, found: &mut Vec<String>) {
    match (left, right) {
        (Value::Object(left), Value::Object(right)) => {
            let names = left
                .keys()
                .chain(right.keys().filter(|k| !left.contains_key(*k)));
            for name in names {
                let at = format!("{at}.{name}");
                match (left.get(name), right.get(name)) {
                    (Some(left), Some(right)) => differences(&at, left, right, found),
                    (left, right) => found.push(format!("{at}: {left:?}, {right:?}")),
                }
            }
        }
        (Value::Array(left), Value::Array(right)) if left.len() == right.len() => {
            for (index, (left, right)) in left.iter().zip(right).enumerate() {
                differences(&format!("{at}[{index}]"), left, right, found);
            }
        }
        _ if left == right => {}
        _ => found.push(format!("{at}: {left}, {right}")),
    }
}
