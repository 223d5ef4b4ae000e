//! What handlers take out of a request: its path, its query, its body.

use super::errors::ApiError;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;
use std::time::Duration;
use tokio::time::timeout;

/// Bytes of a request's body at most.
pub(super) const BODY_BYTES_MAX: usize = 64 * 1024;
/// Time for the whole body of a request.
const BODY_WITHIN: Duration = Duration::from_secs(15);

/// What follows the question mark of an address.
pub(super) struct InQuery<T>(pub(super) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for InQuery<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, ApiError> {
        let asked = Query::try_from_uri(&parts.uri);
        asked
            .map(|Query(asked)| Self(asked))
            .map_err(|error| ApiError::Unreadable {
                code: "malformed",
                message: format!(
                    "what follows the ? is not understood: {}",
                    error.body_text()
                ),
            })
    }
}

/// What an address names. An address whose bytes are no text names nothing.
pub(super) struct InPath<T>(pub(super) T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for InPath<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        match Path::from_request_parts(parts, state).await {
            Ok(Path(named)) => Ok(Self(named)),
            Err(_not_text) => Err(ApiError::NotFound),
        }
    }
}

/// The whole body of a request, within its time and its size.
pub(super) struct WholeBody(pub(super) Bytes);

impl<S: Send + Sync> FromRequest<S> for WholeBody {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        match timeout(BODY_WITHIN, Bytes::from_request(request, state)).await {
            Ok(whole) => whole.map(Self).map_err(|rejection| not_whole(&rejection)),
            Err(_elapsed) => Err(ApiError::TooSlow),
        }
    }
}

fn not_whole(rejection: &BytesRejection) -> ApiError {
    if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
        return ApiError::TooLarge(BODY_BYTES_MAX);
    }
    ApiError::Unreadable {
        code: "malformed",
        message: "the body did not come whole; send it again".to_owned(),
    }
}
