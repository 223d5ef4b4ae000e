//! Carries what waits to the server: parcels in lanes, some of them under way at once.

use crate::outbox::{Done, Outbox};
use crate::parcel::Parcel;
use castellan_client::http::{Client, Failure};
use castellan_domain::ids::{AlarmId, SiteId};
use std::time::Instant;
use tokio::task::JoinSet;

/// Requests under way at once.
pub(crate) const IN_FLIGHT_MAX: usize = 32;

/// What became of a parcel: the alarm that it led to, if it led to one.
pub(crate) type Delivered = Result<Option<AlarmId>, Failure>;

/// The outbox, and the requests under way.
pub(crate) struct Courier {
    client: Client,
    site: SiteId,
    outbox: Outbox<Parcel>,
    under_way: JoinSet<(usize, Parcel, Delivered)>,
    began: Instant,
}

impl Courier {
    /// Lanes with room for so many each.
    pub(crate) fn new(
        client: Client,
        site: SiteId,
        rooms: impl IntoIterator<Item = usize>,
    ) -> Self {
        Self {
            client,
            site,
            outbox: Outbox::new(rooms, IN_FLIGHT_MAX),
            under_way: JoinSet::new(),
            began: Instant::now(),
        }
    }

    /// Adds to the end of a lane.
    pub(crate) fn push(&mut self, lane: usize, parcel: Parcel) {
        self.outbox.push(lane, parcel);
    }

    /// Sends what is due.
    pub(crate) fn send_due(&mut self) {
        while let Some((lane, parcel)) = self.outbox.start(self.now_ms()) {
            let (client, site) = (self.client.clone(), self.site.clone());
            self.under_way.spawn(async move {
                let result = parcel.deliver(&client, &site).await;
                (lane, parcel, result)
            });
        }
    }

    /// What became of the next parcel. One that nobody took is sent again by itself. Nothing while none is
    /// under way.
    pub(crate) async fn next(&mut self) -> Option<anyhow::Result<(Parcel, Delivered)>> {
        // Nothing aborts a request while somebody waits for it; its lane would wait for ever.
        let (lane, parcel, result) = match self.under_way.join_next().await? {
            Ok(ended) => ended,
            Err(error) => {
                return Some(Err(anyhow::anyhow!("a request ended by itself: {error}")));
            }
        };
        let done = match &result {
            Err(Failure::Away(_)) => Done::Away,
            Err(Failure::Refused { .. }) | Ok(_) => Done::Settled,
        };
        self.outbox.finish(lane, done, self.now_ms());
        Some(Ok((parcel, result)))
    }

    /// How many wait or are under way.
    pub(crate) fn waiting(&self) -> usize {
        self.outbox.waiting()
    }

    /// How many were dropped so far because their lane was full.
    pub(crate) const fn dropped(&self) -> u64 {
        self.outbox.dropped()
    }

    fn now_ms(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}
