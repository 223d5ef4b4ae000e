//! The little HTTP that the demo needs to stand in for programs outside: it takes signed messages of the server, and
//! posts to it.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::workspace;

/// Whoever knows it can only sign messages of a demo on this machine.
const SECRET: &str = "signs the messages of the demo, and nothing else";
/// A message is answered as refused if it is longer.
const BODY_BYTES_MAX: usize = 64 * 1024;
/// A connection is let go of if its head is longer.
const HEAD_BYTES_MAX: u64 = 16 * 1024;
const LIMIT: Duration = Duration::from_secs(5);

/// Takes messages from now on, one after another. Gives back where, and the file of what signs them.
pub(crate) fn receive(
    name: &str,
    mut each: impl FnMut(Value) + Send + 'static,
) -> Result<(SocketAddr, String)> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .with_context(|| format!("No port of this machine could be had for {name}"))?;
    let address = listener.local_addr()?;
    let secret = workspace::root().join(format!("target/xtask/demo-{name}-secret"));
    fs::create_dir_all(secret.parent().context("a folder")?)?;
    fs::write(&secret, SECRET)?;
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            // What is not taken is the server's to deal with.
            if let Ok(message) = take(stream) {
                each(message);
            }
        }
    });
    Ok((address, secret.to_string_lossy().into_owned()))
}

/// Asks for a page as a browser does. Gives back the answer with its head, as far as it may be long.
pub(crate) fn get(server: SocketAddr, path: &str) -> Result<String> {
    const PAGE_BYTES_MAX: u64 = 1024 * 1024;
    let mut stream = TcpStream::connect_timeout(&server, LIMIT)?;
    stream.set_read_timeout(Some(LIMIT))?;
    stream.set_write_timeout(Some(LIMIT))?;
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nHost: {server}\r\nConnection: close\r\nAccept: text/html\r\n\r\n"
    )?;
    let mut answer = String::new();
    stream.take(PAGE_BYTES_MAX).read_to_string(&mut answer)?;
    Ok(answer)
}

/// Posts to the server, in somebody's name if it is a command. Gives back the status.
pub(crate) fn post(
    server: SocketAddr,
    path: &str,
    person: Option<&str>,
    body: &Value,
) -> Result<u16> {
    let mut stream = TcpStream::connect_timeout(&server, LIMIT)?;
    stream.set_read_timeout(Some(LIMIT))?;
    stream.set_write_timeout(Some(LIMIT))?;
    let body = body.to_string();
    let person = person.map(|person| format!("X-Castellan-Person: {person}\r\n"));
    write!(
        stream,
        "POST {path} HTTP/1.1\r\nHost: {server}\r\nConnection: close\r\n\
         Content-Type: application/json\r\n{}Content-Length: {}\r\n\r\n{body}",
        person.unwrap_or_default(),
        body.len()
    )?;
    let mut line = String::new();
    BufReader::new(stream.take(HEAD_BYTES_MAX)).read_line(&mut line)?;
    let status = line.split(' ').nth(1).and_then(|word| word.parse().ok());
    status.with_context(|| format!("no answer in HTTP: {line:?}"))
}

/// One message, which is answered as taken.
fn take(stream: TcpStream) -> Result<Value> {
    stream.set_read_timeout(Some(LIMIT))?;
    stream.set_write_timeout(Some(LIMIT))?;
    let mut answers = stream.try_clone()?;
    let mut reader = BufReader::new(stream);
    let bytes = body_bytes(&mut reader)?;
    if bytes > BODY_BYTES_MAX {
        answers.write_all(b"HTTP/1.1 413 Content Too Large\r\nConnection: close\r\n\r\n")?;
        bail!("a message of {bytes} bytes");
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

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_message_is_taken_and_a_long_one_is_refused() -> Result<()> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = listener.local_addr()?;
        let call = json!({"call": {"person": "wang"}});
        let taken = thread::scope(|scope| {
            let taken = scope.spawn(|| take(listener.accept()?.0));
            assert_eq!(post(address, "/calls", None, &call)?, 204);
            taken.join().expect("no panic")
        })?;
        assert_eq!(taken, call);
        let long = Value::String("x".repeat(BODY_BYTES_MAX));
        thread::scope(|scope| -> Result<()> {
            let taken = scope.spawn(|| take(listener.accept()?.0));
            assert_eq!(post(address, "/calls", Some("wang"), &long)?, 413);
            assert!(taken.join().expect("no panic").is_err());
            Ok(())
        })?;
        assert!(
            body_bytes(&mut "POST / HTTP/1.1\r\n".as_bytes()).is_err(),
            "it has no end"
        );
        Ok(())
    }
}
