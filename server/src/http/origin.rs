//! Pages of other sites may not use a browser on this machine to talk to us.
//!
//! A page is foreign when its `Origin` is not the address that it asks, and also when that address
//! is a name which merely leads here: with a name server of their own, others can point one of
//! their names at 127.0.0.1 and be "of the same origin" (DNS rebinding).

use super::errors::ApiError;
use axum::extract::Request;
use axum::http::header::{HOST, ORIGIN};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use std::net::IpAddr;

/// Refuses requests that a browser sends for a page of another origin. Programs send no `Origin`.
pub(super) async fn same_origin(request: Request, next: Next) -> Response {
    let headers = request.headers();
    let host = headers.get(HOST).map(|host| host.to_str().unwrap_or(""));
    let foreign = match (headers.get(ORIGIN), host) {
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
