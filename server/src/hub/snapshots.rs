//! The state for displays that cannot resume: written and compressed once, then shared by all who
//! ask for the same.

use super::Hub;
use axum::body::Bytes;
use castellan_domain::audience::Audience;
use castellan_domain::ids::Seq;
use flate2::Compression;
use flate2::write::GzEncoder;
use std::collections::BTreeMap;
use std::io::Write as _;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;
use tokio::time::timeout;

/// Longest wait for a snapshot that others wait for, too.
const SNAPSHOT_WITHIN: Duration = Duration::from_secs(30);

/// A snapshot, ready to be sent.
#[derive(Debug, Clone)]
pub(crate) struct Packed {
    seq: Seq,
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
    packed: Mutex<BTreeMap<Audience, Packed>>,
}

impl Hub {
    /// The state as an audience may see it: at least as new as the last fact at the moment of
    /// asking, and so as the welcome or gap before it. Whoever comes while one is being packed waits
    /// for it, or for the one after it.
    pub(crate) async fn snapshot(
        self: &Arc<Self>,
        audience: Audience,
    ) -> Result<Packed, SnapshotError> {
        let wanted = self.head();
        let hub = self.clone();
        let packing = async move {
            let mut packed = hub.snapshots.packed.lock().await;
            if let Some(kept) = packed.get(&audience)
                && kept.seq >= wanted
            {
                return Ok(kept.clone());
            }
            let source = hub.clone();
            let new = tokio::task::spawn_blocking(move || source.pack(audience)).await??;
            packed.insert(audience, new.clone());
            Ok(new)
        };
        match timeout(SNAPSHOT_WITHIN, packing).await {
            Ok(result) => result,
            Err(_elapsed) => Err(SnapshotError::Late),
        }
    }

    fn pack(&self, audience: Audience) -> Result<Packed, SnapshotError> {
        // Only the copy is made under the lock.
        let snapshot = self.read().snapshot(audience);
        let snapshot = snapshot.ok_or(SnapshotError::Unknown)?;
        let json = serde_json::to_vec(&snapshot)?;
        let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
        gzip.write_all(&json)?;
        Ok(Packed {
            seq: snapshot.seq,
            json: json.into(),
            gzip: gzip.finish()?.into(),
        })
    }
}
