//! The state for displays that cannot resume, written and compressed.

use axum::body::Bytes;
use castellan_domain::audience::Audience;
use castellan_domain::ids::Seq;
use castellan_domain::wire::api::Snapshot;
use flate2::Compression;
use flate2::write::GzEncoder;
use std::collections::BTreeMap;
use std::io::Write as _;
use std::time::Duration;
use tokio::sync::Mutex;

/// Longest wait for a snapshot that others wait for, too.
pub(super) const SNAPSHOT_WITHIN: Duration = Duration::from_secs(30);

/// A snapshot, ready to be sent.
#[derive(Debug, Clone)]
pub(crate) struct Packed {
    pub(super) seq: Seq,
    /// As JSON.
    pub(crate) json: Bytes,
    /// The same, compressed.
    pub(crate) gzip: Bytes,
}

/// Why there is no snapshot.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SnapshotError {
    #[error("the state could not be packed within {} s", SNAPSHOT_WITHIN.as_secs())]
    Late,
    #[error("a published fact could not be folded")]
    Unknown,
    #[error("the state cannot be written: {0}")]
    Write(#[from] serde_json::Error),
    #[error("the state cannot be compressed: {0}")]
    Pack(#[from] std::io::Error),
    #[error("packing the state was broken off: {0}")]
    Broken(#[from] tokio::task::JoinError),
}

/// The last snapshot of each audience. One is packed at a time.
#[derive(Debug, Default)]
pub(super) struct Snapshots {
    /// At most one for each audience.
    pub(super) packed: Mutex<BTreeMap<Audience, Packed>>,
}

impl Packed {
    pub(super) fn of(snapshot: &Snapshot) -> Result<Self, SnapshotError> {
        let json = serde_json::to_vec(snapshot)?;
        let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
        gzip.write_all(&json)?;
        Ok(Self {
            seq: snapshot.seq,
            json: json.into(),
            gzip: gzip.finish()?.into(),
        })
    }
}
