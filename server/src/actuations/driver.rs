//! The driver of devices: a signed HTTP POST for each order. Documented in `docs/protocols/http.md`.

use crate::outside::{Authorities, is_here};
use crate::signed_post::{SignedPost, Unanswered};
use anyhow::ensure;
use castellan_domain::actuation::order::Actuation;
use castellan_domain::actuation::{ActuationOutcome, ActuationSettled};
use castellan_domain::ids::{JournalId, SiteId};
use castellan_domain::wire::api::Order;
use reqwest::{StatusCode, Url};
use std::path::Path;
use std::time::Duration;
use tracing::{error, info};

/// Time for the whole exchange. After it nobody knows.
const ANSWER_WITHIN: Duration = Duration::from_secs(5);

/// Where orders are posted to.
#[derive(Debug)]
pub(crate) struct Driver {
    post: SignedPost,
    site: SiteId,
    journal: JournalId,
}

impl Driver {
    /// Checks address and secret.
    pub(crate) fn new(
        url: &str,
        secret: &Path,
        site: SiteId,
        journal: JournalId,
    ) -> anyhow::Result<Self> {
        // Whoever can open doors is on this machine, whatever else is told to whom.
        let is_here = Url::parse(url).is_ok_and(|url| url.host_str().is_some_and(is_here));
        ensure!(
            is_here,
            "the driver that opens doors must be on this machine, such as http://127.0.0.1:9000/orders"
        );
        let authorities = Authorities::default();
        Ok(Self {
            post: SignedPost::new("actuator", url, secret, ANSWER_WITHIN, &authorities)?,
            site,
            journal,
        })
    }

    /// Uses an order up: posts it once, whatever comes of it.
    pub(super) async fn send(&self, order: Actuation) -> ActuationSettled {
        let about = order.about();
        let intended = order.intended();
        let id = format!("{}-{about}", self.journal.0);
        let body = serde_json::to_string(&Order {
            id: id.clone(),
            site: self.site.clone(),
            about,
            device: intended.device.clone(),
            what: intended.what,
            send_by: intended.send_by,
        });
        let body = match body {
            Ok(body) => body,
            Err(why) => {
                error!(%about, %why, "an order to a device cannot be written and is not sent");
                return order.settled(ActuationOutcome::NotSent);
            }
        };
        let outcome = match self.post.send(&id, body).await {
            Ok(status) => {
                info!(%about, %status, "the driver answered an order");
                judge(status)
            }
            Err(Unanswered::NotSent(why)) => {
                error!(%about, %why, "an order to a device was not sent: its driver is away");
                ActuationOutcome::NotSent
            }
            Err(Unanswered::Unknown(why)) => {
                error!(%about, %why, "nobody knows what became of an order to a device");
                ActuationOutcome::Unknown
            }
        };
        order.settled(outcome)
    }
}

/// What a status says of the order. Only a clear word counts as one.
fn judge(status: StatusCode) -> ActuationOutcome {
    if status.is_success() {
        ActuationOutcome::Done
    } else if status.is_client_error() || status.is_redirection() {
        ActuationOutcome::Refused
    } else {
        ActuationOutcome::Unknown
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_driver_that_stumbles_leaves_it_unknown() {
        let of = |code: u16| judge(StatusCode::from_u16(code).unwrap());
        for done in [200, 202, 204] {
            assert_eq!(of(done), ActuationOutcome::Done, "{done}");
        }
        for refused in [301, 400, 404, 408, 410, 423, 429] {
            assert_eq!(of(refused), ActuationOutcome::Refused, "{refused}");
        }
        for unknown in [100, 500, 502, 503, 504, 599] {
            assert_eq!(of(unknown), ActuationOutcome::Unknown, "{unknown}");
        }
    }
}
