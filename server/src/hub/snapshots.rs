//! Snapshots are packed once and shared by all who ask for the same.

use super::packed::{Packed, SNAPSHOT_WITHIN, SnapshotError};
use super::shared::Hub;
use castellan_domain::audience::Audience;
use std::sync::Arc;
use tokio::time::timeout;

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
            let asked = audience.clone();
            let new = tokio::task::spawn_blocking(move || source.pack(&asked)).await??;
            packed.insert(audience, new.clone());
            Ok(new)
        };
        match timeout(SNAPSHOT_WITHIN, packing).await {
            Ok(result) => result,
            Err(_elapsed) => Err(SnapshotError::Late),
        }
    }

    fn pack(&self, audience: &Audience) -> Result<Packed, SnapshotError> {
        // Only the copy is made under the lock.
        let snapshot = self.read().snapshot(audience);
        let snapshot = snapshot.ok_or(SnapshotError::Unknown)?;
        Packed::of(&snapshot)
    }
}
