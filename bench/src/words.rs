//! What several verbs share.

use castellan_bench::load::Target;
use clap::Args;
use serde::Serialize;
use std::net::SocketAddr;

/// The server under load.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct At {
    /// Where it listens.
    #[arg(long)]
    pub(crate) server: SocketAddr,
    /// Its process id.
    #[arg(long)]
    pub(crate) pid: u32,
}

impl At {
    pub(crate) const fn target(self) -> Target {
        Target {
            address: self.server,
            pid: self.pid,
        }
    }
}

/// A report as the verbs print it.
pub(crate) fn json(report: &impl Serialize) -> anyhow::Result<String> {
    Ok(serde_json::to_string(report)?)
}
