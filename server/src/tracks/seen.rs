//! When each device was heard last, for the displays of the next start.

use super::error::TracksError;
use super::store::Tracks;
use crate::rows::ManyRows;
use castellan_domain::ids::DeviceId;
use castellan_domain::time::Timestamp;
use sqlx::{AssertSqlSafe, Connection as _, Row as _};
use std::collections::BTreeMap;
use std::sync::LazyLock;

static WRITE: LazyLock<ManyRows> = LazyLock::new(|| {
    ManyRows::new(
        "INSERT INTO devices_seen (device, seen_at) VALUES",
        2,
        "ON CONFLICT (device) DO UPDATE SET seen_at = excluded.seen_at",
    )
});

impl Tracks {
    /// Notes when these devices were heard: all of them, or none. Of a device the last one counts.
    pub(crate) async fn keep_seen(
        &self,
        seen: &BTreeMap<DeviceId, Timestamp>,
    ) -> Result<(), TracksError> {
        let rows: Vec<_> = seen.iter().collect();
        let mut writer = self.writer.lock().await;
        let mut tx = writer.db.begin().await?;
        for (text, rows) in WRITE.cut(&rows) {
            // Nothing but the number of parameters differs.
            let mut query = sqlx::query(AssertSqlSafe(text));
            for (device, at) in rows {
                query = query.bind(device.as_str()).bind(at.as_micros());
            }
            query.execute(&mut *tx).await?;
        }
        tx.commit().await?;
        writer.unsynced = true;
        Ok(())
    }

    /// When each device was heard last. Those that are not `known` any more are forgotten, so that
    /// there are never more of them than devices.
    pub(crate) async fn last_seen(
        &self,
        known: impl Fn(&DeviceId) -> bool,
    ) -> Result<Vec<(DeviceId, Timestamp)>, TracksError> {
        let mut writer = self.writer.lock().await;
        let mut tx = writer.db.begin().await?;
        let rows = sqlx::query("SELECT device, seen_at FROM devices_seen ORDER BY device")
            .fetch_all(&mut *tx)
            .await?;
        let mut seen = Vec::with_capacity(rows.len());
        for row in rows {
            let device: &str = row.try_get("device")?;
            if let Some(device) = DeviceId::new(device).ok().filter(|device| known(device)) {
                let at = Timestamp::from_micros(row.try_get("seen_at")?);
                seen.push((device, at));
            } else {
                sqlx::query("DELETE FROM devices_seen WHERE device = $1")
                    .bind(device)
                    .execute(&mut *tx)
                    .await?;
            }
        }
        tx.commit().await?;
        Ok(seen)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(devices: std::ops::Range<usize>, second: i64) -> BTreeMap<DeviceId, Timestamp> {
        let device = |n| DeviceId::new(format!("d-{n:03}")).unwrap();
        let at = Timestamp::from_secs(second);
        devices.map(|n| (device(n), at)).collect()
    }

    #[tokio::test]
    async fn the_last_time_of_each_device_is_kept_and_those_that_are_gone_are_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tracks.db");
        let tracks = Tracks::open(&path).await.unwrap();
        // Some statements, of several lengths.
        let (mut all, newer) = (seen(0..147, 10), seen(140..150, 20));
        tracks.keep_seen(&all).await.unwrap();
        tracks.keep_seen(&newer).await.unwrap();
        all.extend(newer);
        let tracks = Tracks::open(&path).await.unwrap();
        let found = tracks.last_seen(|_| true).await.unwrap();
        assert_eq!(found.into_iter().collect::<BTreeMap<_, _>>(), all);
        let gone = DeviceId::constant("d-007");
        let found = tracks.last_seen(|device| *device != gone).await.unwrap();
        assert_eq!(found.len(), 149);
        let found = tracks.last_seen(|_| true).await.unwrap();
        assert_eq!(found.len(), 149, "it is not kept for ever");
    }
}
