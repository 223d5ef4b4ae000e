//! A server that has much to do by itself, until it has done it.

use super::Target;
use super::displays::last_fact;
use anyhow::Context as _;
use serde::Serialize;
use std::time::{Duration, Instant};

/// It is quiet once its record has not grown for so long.
const QUIET: Duration = Duration::from_secs(3);
const LOOK_EVERY: Duration = Duration::from_millis(500);
const PATIENCE: Duration = Duration::from_secs(150);

/// A server that is quiet.
#[derive(Debug, Serialize)]
pub struct Quiet {
    /// Facts in its record.
    pub facts: u64,
}

/// Waits until its record does not grow any more, at most [`PATIENCE`].
pub async fn run(target: Target) -> anyhow::Result<Quiet> {
    let waiting = async {
        let mut facts = last_fact(target.address).await?;
        let mut grew_at = Instant::now();
        while grew_at.elapsed() < QUIET {
            tokio::time::sleep(LOOK_EVERY).await;
            let now = last_fact(target.address).await?;
            if now != facts {
                (facts, grew_at) = (now, Instant::now());
            }
        }
        anyhow::Ok(Quiet { facts })
    };
    let waited = tokio::time::timeout(PATIENCE, waiting).await;
    waited.context("its record grows and grows")?
}
