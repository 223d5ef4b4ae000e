//! Pages of other sites may not use a browser on this machine to talk to us.

use super::errors::ApiError;
use axum::extract::Request;
use axum::http::header::{HOST, ORIGIN};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

/// Refuses requests that a browser sends for a page of another origin. Programs send no `Origin`.
pub(super) async fn same_origin(request: Request, next: Next) -> Response {
    let headers = request.headers();
    let foreign = match (headers.get(ORIGIN), headers.get(HOST)) {
        (None, _) => false,
        (Some(origin), Some(host)) => {
            let authority = origin.to_str().ok().and_then(|o| o.split_once("://"));
            authority.map(|(_, authority)| authority.as_bytes()) != Some(host.as_bytes())
        }
        (Some(_), None) => true,
    };
    if foreign {
        return ApiError::ForeignOrigin.into_response();
    }
    next.run(request).await
}
