//! A signed HTTP POST to one address: how people and devices outside are reached.
//!
//! One call is one attempt, on a connection of its own. Whether there is another one is the caller's to decide.

use crate::modes::warn_if_open_to_others;
use crate::outside::{Authorities, cause, receiver};
use crate::site_folder::hex;
use anyhow::{Context as _, ensure};
use hmac::{Hmac, Mac as _};
use reqwest::header::CONTENT_TYPE;
use reqwest::{Client, StatusCode, Url};
use sha2::Sha256;
use std::fmt;
use std::path::Path;
use std::time::Duration;

/// Fewer bytes of secret are refused.
const SECRET_BYTES_MIN: usize = 16;
/// More bytes are no secret but a mistake.
const SECRET_BYTES_MAX: usize = 4_096;

/// Where to post, and by which secret.
pub(crate) struct SignedPost {
    client: Client,
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
        authorities: &Authorities,
    ) -> anyhow::Result<Self> {
        let (client, url) = receiver(whose, url, answer_within, authorities)?;
        warn_if_open_to_others(secret);
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

#[cfg(test)]
mod tests {
    use super::*;

    fn made(url: &str, secret: &[u8]) -> anyhow::Result<SignedPost> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        std::fs::write(&path, secret).unwrap();
        let within = Duration::from_secs(1);
        SignedPost::new("webhook", url, &path, within, &Authorities::default())
    }

    #[test]
    fn only_a_real_secret_is_taken_and_it_is_never_shown() {
        let secret = b"sixteen bytes of it\n";
        assert!(made("http://127.0.0.1:9/", b"short  \n\n\n\n\n\n\n\n\n\n\n").is_err());
        assert!(made("http://127.0.0.1:9/", &[b'x'; 5_000]).is_err());
        let made = made("http://127.0.0.1:9/?token=abc", secret).unwrap();
        let shown = format!("{made:?}");
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
