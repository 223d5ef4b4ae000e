//! How a camera is asked: by HTTP, with the limits of our own, and signed in as for a still.

use crate::cameras::snapshot::{client, sign};
use async_trait::async_trait;
use oxvif::transport::{Transport, TransportError};
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, WWW_AUTHENTICATE};
use reqwest::{Client, RequestBuilder, Response, StatusCode};
use std::time::Duration;
use url::Url;

/// Time for each answer.
const ANSWER_WITHIN: Duration = Duration::from_secs(5);
/// Bytes of an answer that are taken.
const ANSWER_BYTES_MAX: usize = 1024 * 1024;
/// What is told of an answer that is larger, as HTTP has it.
const TOO_LARGE: u16 = 413;

pub(super) struct Post {
    client: Client,
    user: String,
    password: String,
}

impl Post {
    pub(super) fn new(asked: &Url, user: &str, password: &str) -> reqwest::Result<Self> {
        Ok(Self {
            client: client(asked)?,
            user: user.to_owned(),
            password: password.to_owned(),
        })
    }

    fn ask(&self, url: &Url, action: &str, body: &str) -> RequestBuilder {
        let kind = format!("application/soap+xml; charset=utf-8; action=\"{action}\"");
        let asked = self.client.post(url.clone()).timeout(ANSWER_WITHIN);
        asked.header(CONTENT_TYPE, kind).body(body.to_owned())
    }
}

#[async_trait]
impl Transport for Post {
    async fn soap_post(
        &self,
        url: &str,
        action: &str,
        body: String,
    ) -> Result<String, TransportError> {
        // Every address that comes here was put together from one that could be read.
        let url =
            Url::parse(url).map_err(|_unreadable| of_status(StatusCode::NOT_FOUND.as_u16()))?;
        let first = self.ask(&url, action, &body).send().await?;
        if first.status() != StatusCode::UNAUTHORIZED {
            return read(first, &[]).await;
        }
        if !first.headers().contains_key(WWW_AUTHENTICATE) {
            // Who signs in by ONVIF alone is denied in the words of ONVIF.
            return read(first, &[StatusCode::UNAUTHORIZED]).await;
        }
        let who = (self.user.as_str(), self.password.as_str());
        let Some(signed) = sign(first.headers(), ("POST", &url), who, body.as_bytes()) else {
            return read(first, &[]).await;
        };
        let second = self.ask(&url, action, &body).header(AUTHORIZATION, signed);
        read(second.send().await?, &[]).await
    }
}

/// Reads an answer. What ONVIF refuses comes with 400 or 500, or with one of `also`.
async fn read(mut answer: Response, also: &[StatusCode]) -> Result<String, TransportError> {
    let status = answer.status();
    if !matches!(status.as_u16(), 200 | 400 | 500) && !also.contains(&status) {
        return Err(of_status(status.as_u16()));
    }
    let mut bytes = Vec::new();
    while let Some(chunk) = answer.chunk().await? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > ANSWER_BYTES_MAX {
            return Err(of_status(TOO_LARGE));
        }
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn of_status(status: u16) -> TransportError {
    let body = String::new();
    TransportError::HttpStatus { status, body }
}
