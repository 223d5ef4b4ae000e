//! A signed HTTP POST to one address on this machine: how people and devices outside are reached.
//!
//! Plain HTTP, and therefore only to this machine: a relay here carries it on. One call is one
//! attempt, on a connection of its own. Whether there is another one is the caller's to decide.

use crate::modes::is_open_to_others;
use crate::site_folder::hex;
use anyhow::{Context as _, ensure};
use hmac::{Hmac, Mac as _};
use reqwest::header::CONTENT_TYPE;
use reqwest::{StatusCode, Url};
use sha2::Sha256;
use std::fmt;
use std::path::Path;
use std::time::Duration;
use tracing::warn;

/// Fewer bytes of secret are refused.
const SECRET_BYTES_MIN: usize = 16;
/// More bytes are no secret but a mistake.
const SECRET_BYTES_MAX: usize = 4_096;
/// Time to be connected, of the time for the whole exchange. On this machine it takes none.
const CONNECT_WITHIN: Duration = Duration::from_secs(2);

/// Where to post, and by which secret.
pub(crate) struct SignedPost {
    client: reqwest::Client,
    url: Url,
    key: Hmac<Sha256>,
}

impl fmt::Debug for SignedPost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The address may carry a token, and the key is secret.
        f.debug_struct("SignedPost").finish_non_exhaustive()
    }
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Unanswered {
    /// No byte has left: nobody was there.
    NotSent(String),
    /// It was sent, or may have been.
    Unknown(String),
}

impl SignedPost {
    /// Checks address and secret. `whose` names the receiver in sentences.
    pub(crate) fn new(
        whose: &'static str,
        url: &str,
        secret: &Path,
        answer_within: Duration,
    ) -> anyhow::Result<Self> {
        let (client, url) = local(whose, url, answer_within)?;
        if std::fs::metadata(secret).is_ok_and(|about| is_open_to_others(&about)) {
            let path = secret.display();
            warn!(%path, "other accounts can read the secret of the {whose}; chmod 600 it");
        }
        let secret = std::fs::read(secret).with_context(|| {
            format!(
                "the secret of the {whose}, {}, cannot be read",
                secret.display()
            )
        })?;
        let secret = secret.trim_ascii();
        ensure!(
            (SECRET_BYTES_MIN..=SECRET_BYTES_MAX).contains(&secret.len()),
            "the secret of the {whose} must have {SECRET_BYTES_MIN} to {SECRET_BYTES_MAX} bytes"
        );
        Ok(Self {
            client,
            url,
            key: Hmac::new_from_slice(secret)
                .with_context(|| format!("the secret of the {whose} is no key"))?,
        })
    }

    /// Posts once.
    pub(crate) async fn send(&self, id: &str, body: String) -> Result<StatusCode, Unanswered> {
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
            Ok(response) => Ok(response.status()),
            Err(error) => {
                let nothing_left = error.is_connect() || error.is_builder();
                // Without the address, which may carry a token.
                let why = cause(&error.without_url());
                Err(if nothing_left {
                    Unanswered::NotSent(why)
                } else {
                    Unanswered::Unknown(why)
                })
            }
        }
    }
}

/// A client for one address on this machine. `whose` names the receiver in sentences.
pub(crate) fn local(
    whose: &str,
    url: &str,
    answer_within: Duration,
) -> anyhow::Result<(reqwest::Client, Url)> {
    let url = Url::parse(url).with_context(|| format!("the address of the {whose} is no URL"))?;
    ensure!(
        url.scheme() == "http" && url.host_str().is_some_and(is_loopback),
        "the {whose} is reached over plain HTTP, so its address must be on this machine, such as \
         http://127.0.0.1:9000/alarms; let a relay here carry it on"
    );
    let client = reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        // A kept connection may have died meanwhile, and would be tried once more in silence.
        .pool_max_idle_per_host(0)
        .retry(reqwest::retry::never())
        .connect_timeout(CONNECT_WITHIN)
        .timeout(answer_within)
        .build()
        .with_context(|| format!("no HTTP client can be made for the {whose}"))?;
    Ok((client, url))
}

/// The innermost reason, which is the one that helps.
pub(crate) fn cause(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}

/// Whether a host is this machine.
pub(crate) fn is_loopback(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost"
        || host
            .parse()
            .is_ok_and(|ip: std::net::IpAddr| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(url: &str, secret: &[u8]) -> anyhow::Result<SignedPost> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        std::fs::write(&path, secret).unwrap();
        SignedPost::new("webhook", url, &path, Duration::from_secs(1))
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

    #[tokio::test]
    async fn what_found_nobody_is_told_from_what_somebody_may_have_heard() {
        let secret = b"sixteen bytes of it";
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let post = made(&url, secret).unwrap();
        // Somebody takes the connection and says nothing, or goes away in the middle.
        let silent = tokio::spawn(async move {
            let (hung_up, _) = listener.accept().await.unwrap();
            drop(hung_up);
            let (mute, _) = listener.accept().await.unwrap();
            (listener, mute)
        });
        for _ in 0..2 {
            let heard = post.send("id", "{}".to_owned()).await;
            assert!(matches!(heard, Err(Unanswered::Unknown(_))), "{heard:?}");
        }
        drop(silent.await.unwrap());
        let heard = post.send("id", "{}".to_owned()).await;
        assert!(matches!(heard, Err(Unanswered::NotSent(_))), "{heard:?}");
    }
}
