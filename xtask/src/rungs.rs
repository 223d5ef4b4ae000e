//! Whom ladders call in the demo. They come on duty when it starts; a thread takes their calls from the server, by the
//! webhook that any program could have, and says each in this terminal. Nobody is telephoned.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};

use crate::workspace;

/// Whoever knows it can only sign calls of a demo on this machine.
const SECRET: &str = "signs the calls of the demo, and nothing else";
/// A message is answered as refused if it is longer.
const BODY_BYTES_MAX: usize = 64 * 1024;
/// A connection is let go of if its head is longer.
const HEAD_BYTES_MAX: u64 = 16 * 1024;
const LIMIT: Duration = Duration::from_secs(5);

/// Those who are on a rung of the estate, and their names.
pub(crate) struct Rungs {
    site: String,
    names: BTreeMap<String, String>,
}

impl Rungs {
    pub(crate) fn of(estate: &str) -> Result<Self> {
        let path = workspace::root().join(estate);
        let text = fs::read(&path).with_context(|| format!("Reading {estate}"))?;
        let estate: Value = serde_json::from_slice(&text)?;
        let people = estate["people"].as_array().into_iter().flatten();
        let on_rung = people.filter(|person| person["rungs"][0].is_string());
        let names = on_rung.filter_map(|person| {
            let name = person["name"]["zh"].as_str()?;
            Some((person["id"].as_str()?.to_owned(), name.to_owned()))
        });
        Ok(Self {
            site: estate["site"].as_str().unwrap_or_default().to_owned(),
            names: names.collect(),
        })
    }

    /// Takes calls from now on, and gives back with what a server is started that makes them.
    pub(crate) fn take_calls(&self) -> Result<Vec<String>> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .context("No port of this machine could be had for calls")?;
        let address = listener.local_addr()?;
        let secret = workspace::root().join("target/xtask/demo-calls-secret");
        fs::create_dir_all(secret.parent().context("a folder")?)?;
        fs::write(&secret, SECRET)?;
        let names = self.names.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                // The server tries again what is not taken.
                if let Ok(call) = take(stream) {
                    println!("{}", said(&call, &names));
                }
            }
        });
        Ok([
            "--notify-webhook",
            &format!("http://{address}/calls"),
            "--notify-secret-file",
            &secret.to_string_lossy(),
        ]
        .map(str::to_owned)
        .to_vec())
    }

    /// All of them come on duty, unless they are.
    pub(crate) fn come_on_duty(&self, server: SocketAddr) -> Result<()> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_micros();
        for (nth, person) in self.names.keys().enumerate() {
            let number = (now + nth as u128) & 0xffff_ffff_ffff;
            let body = json!({
                "command_id": format!("00000000-0000-4000-8000-{number:012x}"),
                "command": {"go_on_duty": {"person": person}},
            });
            let status = post(server, &self.site, person, &body.to_string())
                .with_context(|| format!("{person} could not come on duty"))?;
            // 409: they are on duty since a demo before.
            ensure!(
                [200, 409].contains(&status),
                "{person} could not come on duty: the server answered {status}."
            );
        }
        Ok(())
    }
}

fn post(server: SocketAddr, site: &str, person: &str, body: &str) -> Result<u16> {
    let mut stream = TcpStream::connect_timeout(&server, LIMIT)?;
    stream.set_read_timeout(Some(LIMIT))?;
    stream.set_write_timeout(Some(LIMIT))?;
    write!(
        stream,
        "POST /api/v1/sites/{site}/commands HTTP/1.1\r\nHost: {server}\r\nConnection: close\r\n\
         Content-Type: application/json\r\nX-Castellan-Person: {person}\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    )?;
    let mut line = String::new();
    BufReader::new(stream.take(HEAD_BYTES_MAX)).read_line(&mut line)?;
    let status = line.split(' ').nth(1).and_then(|word| word.parse().ok());
    status.with_context(|| format!("no answer in HTTP: {line:?}"))
}

/// One call, which is answered as taken.
fn take(stream: TcpStream) -> Result<Value> {
    stream.set_read_timeout(Some(LIMIT))?;
    stream.set_write_timeout(Some(LIMIT))?;
    let mut answers = stream.try_clone()?;
    let mut reader = BufReader::new(stream);
    let bytes = body_bytes(&mut reader)?;
    if bytes > BODY_BYTES_MAX {
        answers.write_all(b"HTTP/1.1 413 Content Too Large\r\nConnection: close\r\n\r\n")?;
        bail!("a call of {bytes} bytes");
    }
    let mut body = vec![0; bytes];
    reader.read_exact(&mut body)?;
    answers.write_all(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")?;
    Ok(serde_json::from_slice(&body)?)
}

/// How long the body is that comes after a head.
fn body_bytes(reader: &mut impl BufRead) -> Result<usize> {
    let mut bytes = 0;
    let mut head = reader.take(HEAD_BYTES_MAX);
    loop {
        let mut line = String::new();
        if head.read_line(&mut line)? == 0 {
            bail!("a head without an end");
        }
        let line = line.trim_end();
        if line.is_empty() {
            return Ok(bytes);
        }
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            bytes = value.trim().parse()?;
        }
    }
}

/// Who was called about what, as this terminal says it.
fn said(message: &Value, names: &BTreeMap<String, String>) -> String {
    let call = &message["call"];
    let word = |value: &Value| value.as_str().unwrap_or("?").replace('_', " ");
    let person = call["person"].as_str().unwrap_or("?");
    let name = names.get(person).map_or(person, String::as_str);
    let about = call["about"].as_object();
    let about = about.and_then(|about| about.iter().next());
    let number = about.map_or("?", |(kind, body)| body[kind].as_str().unwrap_or("?"));
    format!(
        "called: {name} ({}), about {number}, {}",
        word(&call["rung"]),
        word(&call["why"])
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_taken_and_said_and_a_long_one_is_refused() -> Result<()> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = listener.local_addr()?;
        let send = |body: &str| -> Result<String> {
            let mut stream = TcpStream::connect(address)?;
            let head = format!("POST / HTTP/1.1\r\ncontent-length: {}\r\n\r\n", body.len());
            stream.write_all(head.as_bytes())?;
            stream.write_all(body.as_bytes())?;
            let mut status = String::new();
            BufReader::new(stream).read_line(&mut status)?;
            Ok(status.trim_end().to_owned())
        };
        let call = json!({"call": {"person": "wang", "rung": "shift_leader", "why": "not_on_scene",
            "about": {"assignment": {"assignment": "D-3", "incident": "I-1"}}}});
        let taken = thread::scope(|scope| {
            let taken = scope.spawn(|| take(listener.accept()?.0));
            assert_eq!(send(&call.to_string())?, "HTTP/1.1 204 No Content");
            taken.join().expect("no panic")
        })?;
        let names = BTreeMap::from([("wang".to_owned(), "王建国".to_owned())]);
        assert_eq!(
            said(&taken, &names),
            "called: 王建国 (shift leader), about D-3, not on scene"
        );
        let mut long = format!("POST / HTTP/1.1\r\ncontent-length: {}\r\n\r\n", 1 << 20);
        assert_eq!(body_bytes(&mut long.as_bytes())?, 1 << 20);
        long.truncate(20);
        assert!(body_bytes(&mut long.as_bytes()).is_err(), "it has no end");
        Ok(())
    }

    #[test]
    fn the_demo_estate_has_somebody_on_each_rung() -> Result<()> {
        let rungs = Rungs::of("assets/demo/estate.json")?;
        assert_eq!(rungs.site, "jinxiu");
        assert!(rungs.names.contains_key("wang-jianguo") && rungs.names.len() >= 5);
        Ok(())
    }
}
