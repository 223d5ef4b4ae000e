//! Posts to one address, and what was answered.

use crate::outside::{Authorities, cause, receiver};
use reqwest::header::CONTENT_TYPE;
use reqwest::{Client, StatusCode, Url};
use std::fmt;
use std::time::Duration;

/// Time for the whole exchange.
const ANSWER_WITHIN: Duration = Duration::from_secs(10);
/// More bytes of an answer are not read.
const ANSWER_BYTES_MAX: usize = 16 * 1024;

/// Where to post.
pub(super) struct HttpPost {
    client: Client,
    url: Url,
}

impl fmt::Debug for HttpPost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The address carries a key.
        f.debug_struct("HttpPost").finish_non_exhaustive()
    }
}

impl HttpPost {
    /// Checks an address. `whose` names the receiver in sentences.
    pub(super) fn new(whose: &str, url: &str, authorities: &Authorities) -> anyhow::Result<Self> {
        let (client, url) = receiver(whose, url, ANSWER_WITHIN, authorities)?;
        Ok(Self { client, url })
    }

    /// Posts once. The status, and the beginning of what was said.
    pub(super) async fn post(
        &self,
        content_type: &str,
        id: &str,
        body: String,
    ) -> Result<(StatusCode, Vec<u8>), String> {
        let request = self.client.post(self.url.clone());
        let request = request.header(CONTENT_TYPE, content_type);
        let request = request.header("idempotency-key", id).body(body);
        let why = |error: reqwest::Error| cause(&error.without_url());
        let mut response = request.send().await.map_err(why)?;
        let mut said = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(why)? {
            let room = ANSWER_BYTES_MAX.saturating_sub(said.len());
            said.extend_from_slice(&chunk[..chunk.len().min(room)]);
            if room == 0 {
                break;
            }
        }
        Ok((response.status(), said))
    }
}
