//! Notifications as signed posts to one address. Documented in `docs/protocols/http.md`.

use super::sent::Sent;
use crate::journal::Parcel;
use crate::outside::Authorities;
use crate::signed_post::{SignedPost, Unanswered};
use castellan_domain::ids::{JournalId, SiteId};
use reqwest::StatusCode;
use std::path::Path;
use std::time::Duration;

/// Time for the whole exchange.
const ANSWER_WITHIN: Duration = Duration::from_secs(10);

/// Where notifications are posted to.
#[derive(Debug)]
pub(crate) struct Webhook {
    post: SignedPost,
    site: SiteId,
    journal: JournalId,
}

impl Webhook {
    /// Checks address and secret.
    pub(crate) fn new(
        url: &str,
        secret: &Path,
        site: SiteId,
        journal: JournalId,
        authorities: &Authorities,
    ) -> anyhow::Result<Self> {
        Ok(Self {
            post: SignedPost::new("webhook", url, secret, ANSWER_WITHIN, authorities)?,
            site,
            journal,
        })
    }

    /// Posts one.
    pub(super) async fn send(&self, parcel: &Parcel) -> Sent {
        let id = format!("{}-{}", self.journal.0, parcel.about);
        // The message is an object of its own: what is told, and about what.
        let message = parcel.json.trim_start_matches('{');
        let body = format!(
            r#"{{"id":"{id}","site":"{}","about":{},"created_at":{},{message}"#,
            self.site,
            parcel.about,
            parcel.created_at.as_micros(),
        );
        match self.post.send(&id, body).await {
            Ok(status) => judge(status),
            // It goes out at least once: whether this one arrived makes no difference.
            Err(Unanswered::NotSent(why) | Unanswered::Unknown(why)) => Sent::Failed(why),
        }
    }
}

/// What a status means for the notification.
fn judge(status: StatusCode) -> Sent {
    let said = format!("the receiver answered {status}");
    match status {
        StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_EARLY | StatusCode::TOO_MANY_REQUESTS => {
            Sent::Failed(said)
        }
        status if status.is_success() => Sent::Taken,
        status if status.is_client_error() || status.is_redirection() => Sent::Refused(said),
        _ => Sent::Failed(said),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_work_later_is_tried_again_and_what_cannot_is_not() {
        let of = |code: u16| judge(StatusCode::from_u16(code).unwrap());
        assert_eq!(of(204), Sent::Taken);
        for later in [408, 425, 429, 500, 503] {
            assert!(matches!(of(later), Sent::Failed(_)), "{later}");
        }
        for never in [301, 400, 401, 404, 410] {
            assert!(matches!(of(never), Sent::Refused(_)), "{never}");
        }
    }
}
