//! The phones of a march: real OwnTracks posts over kept connections, each at its due time.

use super::http::{Connection, HttpError, post};
use super::latencies::{Latencies, Summary};
use super::march::March;
use super::open_all;
use castellan_client::owntracks::USER_HEADER;
use serde::Serialize;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;
use tokio::task::JoinSet;

/// Connections of all phones together.
const CONNECTIONS: usize = 64;

/// How it goes, counted while it goes.
#[derive(Debug, Default)]
pub struct Tally {
    stored: AtomicU64,
    refused: AtomicU64,
    late: Mutex<Latencies>,
    answered: Mutex<Latencies>,
}

/// How it went.
#[derive(Debug, Clone, Serialize)]
pub struct Posted {
    /// Answered 200 and kept.
    pub stored: u64,
    /// Anything else.
    pub refused: u64,
    /// From the due time to the sending: what the generator itself lost.
    pub late: Summary,
    /// From the due time to the answer.
    pub answered: Summary,
}

impl Tally {
    /// Positions stored until now.
    pub fn stored(&self) -> u64 {
        self.stored.load(Ordering::Relaxed)
    }

    /// An update was sent whose answer nobody waits for.
    pub fn published(&self, due: Instant) {
        note(&self.late, due);
        self.stored.fetch_add(1, Ordering::Relaxed);
    }

    /// How it went.
    pub fn posted(&self) -> Posted {
        let summary = |latencies: &Mutex<Latencies>| {
            latencies
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .summary()
        };
        Posted {
            stored: self.stored(),
            refused: self.refused.load(Ordering::Relaxed),
            late: summary(&self.late),
            answered: summary(&self.answered),
        }
    }
}

/// The phones of a march, connected and in their places.
#[derive(Debug)]
pub struct Phones {
    address: SocketAddr,
    connections: Vec<Connection>,
}

impl Phones {
    /// Connects them.
    pub async fn connect(address: SocketAddr) -> anyhow::Result<Self> {
        let connections = open_all(CONNECTIONS, |_| async move {
            Ok(Connection::open(address).await?)
        })
        .await?;
        Ok(Self {
            address,
            connections,
        })
    }

    /// Sends where everybody stands before the march, as fast as it goes.
    pub async fn assemble(mut self, march: March) -> anyhow::Result<Self> {
        let mut tasks = JoinSet::new();
        let address = self.address;
        for (first, mut connection) in (0u32..).zip(self.connections.drain(..)) {
            tasks.spawn(async move {
                let step = u32::try_from(CONNECTIONS).unwrap_or(1);
                let mut who = first;
                while who < march.people() {
                    send(&mut connection, address, &march, who, 0).await?;
                    who += step;
                }
                anyhow::Ok(connection)
            });
        }
        while let Some(done) = tasks.join_next().await {
            self.connections.push(done??);
        }
        Ok(self)
    }

    /// Marches until every update is sent.
    pub async fn march(self, march: March, tally: Arc<Tally>) -> anyhow::Result<()> {
        let mut tasks = JoinSet::new();
        let address = self.address;
        let step = self.connections.len().max(1) as u64;
        for (first, mut connection) in (0u64..).zip(self.connections) {
            let tally = tally.clone();
            tasks.spawn(async move {
                let mut update = first;
                while update < march.updates() {
                    let due = march.due(update);
                    tokio::time::sleep_until(due.into()).await;
                    note(&tally.late, due);
                    let (who, round) = (march.who(update), march.round(update));
                    let kept = send(&mut connection, address, &march, who, round).await?;
                    note(&tally.answered, due);
                    let counter = if kept { &tally.stored } else { &tally.refused };
                    counter.fetch_add(1, Ordering::Relaxed);
                    update += step;
                }
                anyhow::Ok(())
            });
        }
        while let Some(done) = tasks.join_next().await {
            done??;
        }
        Ok(())
    }
}

fn note(latencies: &Mutex<Latencies>, due: Instant) {
    latencies
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .record(due.elapsed());
}

async fn send(
    connection: &mut Connection,
    address: SocketAddr,
    march: &March,
    who: u32,
    round: u32,
) -> anyhow::Result<bool> {
    let phone = March::phone(who)?;
    let body = serde_json::to_vec(&march.body(&phone, who, round))?;
    let request = post(
        address,
        "/ingest/owntracks",
        (USER_HEADER, phone.as_str()),
        &body,
    );
    match connection.exchange(&request).await {
        Ok(answer) => Ok(answer.status == 200 && !answer.discarded),
        // It counts as refused; what is due next has a connection again.
        Err(HttpError::Io(_) | HttpError::Silent) => {
            *connection = Connection::open(address).await?;
            Ok(false)
        }
        Err(strange) => Err(strange.into()),
    }
}
