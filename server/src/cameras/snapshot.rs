//! A camera's own still, over HTTP. It is asked once without signing in and once with what it then asks for. Nothing
//! that is said of a failure has the address in it.

use super::book::CameraAddress;
use super::offered::named;
use axum::body::Bytes;
use castellan_domain::wire::camera::FeedFault;
use http_auth::{PasswordClient, PasswordParams};
use reqwest::header::{AUTHORIZATION, HeaderMap, WWW_AUTHENTICATE};
use reqwest::{Client, Response, StatusCode, redirect, retry};
use std::time::Duration;
use tokio::time::timeout;
use url::Url;

/// Time for all of it.
const ANSWER_WITHIN: Duration = Duration::from_secs(5);
/// Bytes of a still that are taken.
const BYTES_MAX: usize = 4 * 1024 * 1024;
/// How every JPEG begins.
const JPEG: [u8; 3] = [0xff, 0xd8, 0xff];

/// The camera's own still.
pub(super) async fn snapshot(url: &Url, address: &CameraAddress) -> Result<Bytes, FeedFault> {
    let asked = timeout(ANSWER_WITHIN, ask(url, address)).await;
    asked.unwrap_or(Err(FeedFault::NoAnswer))
}

async fn ask(url: &Url, address: &CameraAddress) -> Result<Bytes, FeedFault> {
    let client = client(url).map_err(|_no_authorities| FeedFault::Unreachable)?;
    let first = client.get(url.clone()).send().await;
    let first = first.map_err(|error| fault_of(&error))?;
    if first.status() != StatusCode::UNAUTHORIZED {
        return read(first).await;
    }
    let who = (address.user.as_str(), address.password.as_str());
    let signed = sign(first.headers(), ("GET", url), who, &[]);
    let signed = signed.ok_or_else(|| denied(first.headers()))?;
    let second = client.get(url.clone()).header(AUTHORIZATION, signed);
    let second = second.send().await.map_err(|error| fault_of(&error))?;
    read(second).await
}

/// What signs in, by the first way that the camera offers and that is known here.
pub(super) fn sign(
    headers: &HeaderMap,
    (method, url): (&str, &Url),
    (user, password): (&str, &str),
    body: &[u8],
) -> Option<String> {
    if user.is_empty() {
        return None;
    }
    let mut ways = PasswordClient::builder();
    for offer in offers(headers) {
        ways = ways.challenges(offer);
    }
    let path = &url[url::Position::BeforePath..url::Position::AfterQuery];
    let signed = ways.build().ok()?.respond(&PasswordParams {
        username: user,
        password,
        uri: path,
        method,
        body: Some(body),
    });
    signed.ok()
}

fn offers(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    let offers = headers.get_all(WWW_AUTHENTICATE).into_iter();
    offers.filter_map(|offer| offer.to_str().ok())
}

fn denied(headers: &HeaderMap) -> FeedFault {
    FeedFault::Denied {
        offered: named(offers(headers)),
    }
}

/// Reads a JPEG, and nothing else.
async fn read(mut answer: Response) -> Result<Bytes, FeedFault> {
    match answer.status() {
        StatusCode::OK => {}
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => return Err(denied(answer.headers())),
        StatusCode::NOT_FOUND => return Err(FeedFault::NoSuchStream),
        StatusCode::SERVICE_UNAVAILABLE => return Err(FeedFault::TooManyViewers),
        _ => return Err(FeedFault::Unreadable),
    }
    let mut bytes = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(|error| fault_of(&error))? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > BYTES_MAX {
            return Err(FeedFault::Unreadable);
        }
    }
    if bytes.starts_with(&JPEG) {
        Ok(bytes.into())
    } else {
        Err(FeedFault::Unreadable)
    }
}

/// The library's words name the address, so only their kind is told.
fn fault_of(error: &reqwest::Error) -> FeedFault {
    if error.is_connect() {
        FeedFault::Unreachable
    } else if error.is_timeout() {
        FeedFault::NoAnswer
    } else {
        FeedFault::Unreadable
    }
}

/// Asks one host, and follows no answer to another.
pub(super) fn client(url: &Url) -> reqwest::Result<Client> {
    let client = Client::builder()
        .no_proxy()
        .redirect(redirect::Policy::none())
        .retry(retry::never())
        .pool_max_idle_per_host(1);
    // Over plain HTTP nobody is known by a certificate, so those of the system need not be there.
    if url.scheme() == "http" {
        client.tls_certs_only([]).build()
    } else {
        client.build()
    }
}
