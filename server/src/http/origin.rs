//! Pages of other sites may not use a browser on this machine to talk to us.
//!
//! A page is foreign when its `Origin` is not the address that it asks, and also when that address
//! is a name which merely leads here: with a name server of their own, others can point one of
//! their names at 127.0.0.1 and be "of the same origin" (DNS rebinding).
//!
//! A browser names the origin of a page that commands or opens a `WebSocket`. For a page that only
//! shows a picture it does not, and yet sends our cookie along if the page is of another port of this
//! machine, which counts as the same site. It tells that apart in `Sec-Fetch-Site`.

use super::errors::ApiError;
use axum::extract::Request;
use axum::http::header::{HOST, HeaderName, HeaderValue, ORIGIN};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use std::net::IpAddr;

/// What a browser says of the page that it asks for.
const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Refuses requests that a browser sends for a page of another origin. Programs send no `Origin`.
pub(super) async fn same_origin(request: Request, next: Next) -> Response {
    let headers = request.headers();
    let host = headers.get(HOST).map(|host| host.to_str().unwrap_or(""));
    let elsewhere = headers.get(FETCH_SITE).is_some_and(is_elsewhere);
    let foreign = match (headers.get(ORIGIN), host) {
        _ if elsewhere => true,
        // A program that speaks HTTP/1.0. Browsers always name their host.
        (None, None) => false,
        (None, Some(host)) => !is_this_machine(host),
        (Some(origin), Some(host)) => {
            let authority = origin.to_str().ok().and_then(|o| o.split_once("://"));
            authority.map(|(_, authority)| authority) != Some(host) || !is_this_machine(host)
        }
        (Some(_), None) => true,
    };
    if foreign {
        return ApiError::ForeignOrigin.into_response();
    }
    next.run(request).await
}

/// Neither our own page nor an address that a person typed.
fn is_elsewhere(site: &HeaderValue) -> bool {
    !matches!(site.as_bytes(), b"same-origin" | b"none")
}

/// Whether a `Host` names this machine by what no name server can change.
fn is_this_machine(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => host,
    };
    let plain = name.trim_start_matches('[').trim_end_matches(']');
    name == "localhost"
        || name.ends_with(".localhost")
        || plain.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_loopback_names_are_this_machine() {
        for host in [
            "127.0.0.1:7878",
            "127.9.9.9",
            "[::1]:7878",
            "[::1]",
            "localhost:1",
            "a.localhost",
        ] {
            assert!(is_this_machine(host), "{host}");
        }
        for host in [
            "",
            "evil.example:7878",
            "127.0.0.1.evil.example",
            "localhost.evil.example",
            "10.0.0.1:80",
            "::2",
        ] {
            assert!(!is_this_machine(host), "{host}");
        }
    }
}
