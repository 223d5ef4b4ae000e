//! A real relay of mail (`tests/python/relay.py`, by aiosmtpd), which takes, refuses or has no time.

use super::text;
use serde_json::Value;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Arc, Mutex};

/// A relay, stopped when its owner goes.
pub(crate) struct Relay {
    child: Child,
    stdin: ChildStdin,
    port: u16,
    taken: Arc<Mutex<Vec<Value>>>,
}

impl Relay {
    pub(crate) fn start(more: &[&str]) -> Self {
        let server = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut child = Command::new("python3")
            .arg("-B")
            .arg(server.join("tests/python/relay.py"))
            .args(more)
            .env("PYTHONPATH", server.join("../dist/python"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("python3 is installed");
        let stdin = child.stdin.take().expect("piped");
        let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
        let port = lines.next().expect("it starts, see above");
        let port = port.expect("text").parse().expect("a port");
        let taken = Arc::<Mutex<Vec<Value>>>::default();
        let keep = taken.clone();
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                let mail = serde_json::from_str(&line).expect("JSON");
                keep.lock().expect("not poisoned").push(mail);
            }
        });
        Self {
            child,
            stdin,
            port,
            taken,
        }
    }

    /// The file of channels by which somebody is reached through it; `more` stands in its table.
    pub(crate) fn channels(&self, more: &str) -> String {
        channels(self.port, more)
    }

    /// What it answers from now on: 250, 451 or 550.
    pub(crate) fn answer(&mut self, code: &str) {
        writeln!(self.stdin, "{code}").expect("it listens");
    }

    /// The mails that it took.
    pub(crate) fn taken(&self) -> Vec<Value> {
        self.taken.lock().expect("not poisoned").clone()
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The same, of a relay at a port.
pub(crate) fn channels(port: u16, more: &str) -> String {
    format!(
        r#"
[person.zhou-jie]
reach = [{{ by = "mail", at = "zhou@example.com" }}]
[mail]
relay = "127.0.0.1:{port}"
from = "castellan@example.com"
{more}
"#
    )
}

/// The arguments of a relay that speaks TLS.
pub(crate) fn tls<'a>(
    how: &'a str,
    [certificate, key]: &'a [std::path::PathBuf; 2],
) -> [&'a str; 4] {
    ["--tls", how, text(certificate), text(key)]
}
