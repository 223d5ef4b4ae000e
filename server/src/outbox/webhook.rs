//! A signed HTTP POST to one address. Documented in `docs/protocols/http.md`.
//!
//! Plain HTTP, and therefore only to this machine: a relay here carries it on.

use super::Sent;
use crate::journal::Parcel;
use crate::site_folder::hex;
use anyhow::{Context as _, ensure};
use castellan_domain::ids::{JournalId, SiteId};
use hmac::{Hmac, Mac as _};
use reqwest::header::CONTENT_TYPE;
use reqwest::{StatusCode, Url};
use sha2::Sha256;
use std::fmt;
use std::path::Path;
use std::time::Duration;

/// Time for the whole exchange.
const ANSWER_WITHIN: Duration = Duration::from_secs(10);
/// Fewer bytes of secret are refused.
const SECRET_BYTES_MIN: usize = 16;
/// More bytes are no secret but a mistake.
const SECRET_BYTES_MAX: usize = 4_096;

/// Where notifications are posted to.
pub(crate) struct Webhook {
    client: reqwest::Client,
    url: Url,
    key: Hmac<Sha256>,
    site: SiteId,
    journal: JournalId,
}

impl fmt::Debug for Webhook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The address may carry a token, and the key is secret.
        f.debug_struct("Webhook").finish_non_exhaustive()
    }
}

impl Webhook {
    /// Checks address and secret.
    pub(crate) fn new(
        url: &str,
        secret: &Path,
        site: SiteId,
        journal: JournalId,
    ) -> anyhow::Result<Self> {
        let url = Url::parse(url).context("the address of the webhook is no URL")?;
        ensure!(
            url.scheme() == "http" && url.host_str().is_some_and(is_loopback),
            "the webhook is posted over plain HTTP, so its address must be on this machine, such as \
             http://127.0.0.1:9000/alarms; let a relay here carry it on"
        );
        let secret = std::fs::read(secret)
            .with_context(|| format!("the webhook's secret {} cannot be read", secret.display()))?;
        let secret = secret.trim_ascii();
        ensure!(
            (SECRET_BYTES_MIN..=SECRET_BYTES_MAX).contains(&secret.len()),
            "the webhook's secret must have {SECRET_BYTES_MIN} to {SECRET_BYTES_MAX} bytes"
        );
        let client = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(ANSWER_WITHIN)
            .build()
            .context("no HTTP client can be made for the webhook")?;
        Ok(Self {
            client,
            url,
            key: Hmac::new_from_slice(secret).context("the webhook's secret is no key")?,
            site,
            journal,
        })
    }

    /// Posts one.
    pub(super) async fn send(&self, parcel: &Parcel) -> Sent {
        let id = format!("{}-{}", self.journal.0, parcel.about);
        let body = format!(
            r#"{{"id":"{id}","site":"{}","kind":"alarm_overdue","about":{},"created_at":{},"alarm":{}}}"#,
            self.site,
            parcel.about,
            parcel.created_at.as_micros(),
            parcel.message
        );
        let mut mac = self.key.clone();
        mac.update(body.as_bytes());
        let signature = format!("sha256={}", hex(&mac.finalize().into_bytes()));
        let request = self
            .client
            .post(self.url.clone())
            .header(CONTENT_TYPE, "application/json")
            .header("idempotency-key", id)
            .header("x-castellan-signature", signature)
            .body(body);
        match request.send().await {
            Ok(response) => judge(response.status()),
            // Without the address, which may carry a token.
            Err(error) => Sent::Failed(cause(&error.without_url())),
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

/// The innermost reason, which is the one that helps.
fn cause(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}

fn is_loopback(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost"
        || host
            .parse()
            .is_ok_and(|ip: std::net::IpAddr| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(url: &str, secret: &[u8]) -> anyhow::Result<Webhook> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        std::fs::write(&path, secret).unwrap();
        let journal = JournalId(uuid::Uuid::nil());
        Webhook::new(url, &path, SiteId::new("s").unwrap(), journal)
    }

    #[test]
    fn only_this_machine_is_told_over_plain_http_and_only_with_a_real_secret() {
        let secret = b"sixteen bytes of it\n";
        for url in [
            "http://127.0.0.1:9/x",
            "http://[::1]:9/",
            "http://localhost:9/a?b=c",
        ] {
            assert!(made(url, secret).is_ok(), "{url}");
        }
        for url in [
            "https://127.0.0.1/",
            "http://10.0.0.1/",
            "http://localhost.evil.example/",
            "ftp://127.0.0.1/",
            "alarms",
        ] {
            assert!(made(url, secret).is_err(), "{url}");
        }
        assert!(made("http://127.0.0.1:9/", b"short  \n\n\n\n\n\n\n\n\n\n\n").is_err());
        assert!(made("http://127.0.0.1:9/", &[b'x'; 5_000]).is_err());
        let shown = format!(
            "{:?}",
            made("http://127.0.0.1:9/?token=abc", secret).unwrap()
        );
        assert!(
            !shown.contains("abc") && !shown.contains("sixteen"),
            "{shown}"
        );
    }

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
