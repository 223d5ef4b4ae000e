//! Plain HTTP connections: how many, how long, how slow.
//!
//! A display's connection leaves this count when it becomes a `WebSocket`; the hub counts those.

use super::errors::ApiError;
use axum::Router;
use castellan_domain::wire::api::QueueDepth;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use rustix::process::{Resource, getrlimit, setrlimit};
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{sleep, timeout};
use tracing::{debug, warn};

/// Connections that are no displays; one more is answered 503 and closed.
pub(crate) const CONNECTIONS_MAX: usize = 1_024;
/// Time for the head of a request, and for the pause between two requests.
const HEAD_WITHIN: Duration = Duration::from_secs(10);
/// Bytes of a request's head at most.
const HEAD_BYTES_MAX: usize = 32 * 1024;
/// A connection is asked to end after this time, whatever it does, and ended a little later: whoever
/// reads too slowly gives its place back. Clients connect again.
const LIFE: Duration = Duration::from_mins(5);
const LAST_ANSWER_WITHIN: Duration = Duration::from_secs(30);
/// Connections that may be told at once that there are too many; beyond it they are just closed.
const TURNED_AWAY_MAX: usize = 64;
/// Time for somebody who is turned away to read so.
const TURNED_AWAY_WITHIN: Duration = Duration::from_secs(1);
/// Wait after an accept that failed for want of something that other connections will give back.
const ACCEPT_AGAIN_AFTER: Duration = Duration::from_millis(200);
/// Files and sockets that the server wants to hold: displays, connections, databases.
const FILES_WANTED: u64 = 8_192;

/// The places for plain connections.
#[derive(Debug, Clone)]
pub(crate) struct Connections {
    places: Arc<Semaphore>,
    turned_away: Arc<Semaphore>,
}

impl Default for Connections {
    fn default() -> Self {
        Self {
            places: Arc::new(Semaphore::new(CONNECTIONS_MAX)),
            turned_away: Arc::new(Semaphore::new(TURNED_AWAY_MAX)),
        }
    }
}

impl Connections {
    /// How many there are.
    pub(crate) fn depth(&self) -> QueueDepth {
        QueueDepth {
            waiting: CONNECTIONS_MAX - self.places.available_permits(),
            limit: CONNECTIONS_MAX,
        }
    }

    /// Accepts for ever.
    pub(crate) async fn serve(self, listener: TcpListener, router: Router) -> io::Result<()> {
        raise_file_limit();
        loop {
            let stream = match listener.accept().await {
                Ok((stream, _)) => stream,
                Err(error) => {
                    // Either this one connection died early, or there are too many files.
                    warn!(%error, "a connection could not be accepted");
                    sleep(ACCEPT_AGAIN_AFTER).await;
                    continue;
                }
            };
            match self.places.clone().try_acquire_owned() {
                Ok(place) => drop(tokio::spawn(converse(stream, router.clone(), place))),
                Err(_) => self.turn_away(stream),
            }
        }
    }

    fn turn_away(&self, stream: TcpStream) {
        let Ok(place) = self.turned_away.clone().try_acquire_owned() else {
            return;
        };
        tokio::spawn(async move {
            // It may be gone already.
            let _ = timeout(TURNED_AWAY_WITHIN, refuse(&stream)).await;
            drop(place);
        });
    }
}

/// Says so, and waits until it was read: bytes that lie unread would take our words with them.
async fn refuse(stream: &TcpStream) -> io::Result<()> {
    let body = ApiError::TooManyConnections(CONNECTIONS_MAX).to_json();
    let answer = format!(
        "HTTP/1.1 503 Service Unavailable\r\ncontent-type: application/json\r\nretry-after: 2\r\n\
         connection: close\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    let mut sent = 0;
    while sent < answer.len() {
        stream.writable().await?;
        match stream.try_write(&answer.as_bytes()[sent..]) {
            Ok(bytes) => sent += bytes,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
    }
    rustix::net::shutdown(stream, rustix::net::Shutdown::Write)?;
    let mut rest = [0; 1_024];
    loop {
        stream.readable().await?;
        match stream.try_read(&mut rest) {
            Ok(0) => return Ok(()),
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
    }
}

/// Serves one connection until it ends, becomes a `WebSocket`, or its life is over.
async fn converse(stream: TcpStream, router: Router, place: OwnedSemaphorePermit) {
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_WITHIN)
        .max_buf_size(HEAD_BYTES_MAX)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(router))
        .with_upgrades();
    let mut connection = pin!(connection);
    let ended = if let Ok(ended) = timeout(LIFE, connection.as_mut()).await {
        ended
    } else {
        connection.as_mut().graceful_shutdown();
        match timeout(LAST_ANSWER_WITHIN, connection).await {
            Ok(ended) => ended,
            Err(_elapsed) => Ok(()),
        }
    };
    if let Err(error) = ended {
        debug!(%error, "a connection broke");
    }
    drop(place);
}

/// As many open files as the system allows us, up to what all our limits together need.
fn raise_file_limit() {
    let mut limit = getrlimit(Resource::Nofile);
    let allowed = limit.maximum.unwrap_or(FILES_WANTED).min(FILES_WANTED);
    if limit.current.is_some_and(|current| current < allowed) {
        limit.current = Some(allowed);
        if let Err(error) = setrlimit(Resource::Nofile, limit) {
            warn!(%error, "the limit of open files could not be raised");
        }
    }
    if allowed < FILES_WANTED {
        warn!(
            allowed,
            wanted = FILES_WANTED,
            "few open files are allowed: displays may be refused before their own limit"
        );
    }
}
