//! What handlers take out of a request: its path, its query, its body.

use super::errors::ApiError;
use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::header::CONTENT_ENCODING;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use flate2::read::MultiGzDecoder;
use futures_util::StreamExt as _;
use serde::de::DeserializeOwned;
use std::io::Read as _;
use std::time::Duration;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::timeout;

/// Bytes of a request's body at most.
pub(super) const BODY_BYTES_MAX: usize = 64 * 1024;
/// Bytes of what a device or a phone says at most. A phone's list of waypoints is long, and it repeats
/// for ever what is refused; a call for help is not refused for the picture that came with it.
pub(super) const INGEST_BYTES_MAX: usize = 1024 * 1024;
/// Bodies of more than [`BODY_BYTES_MAX`] bytes that are read at the same time; the next one waits.
const LARGE_BODIES_MAX: usize = 4;
/// Bytes of a body that is too long which are read on, and thrown away, so that its sender hears the
/// answer. Of a longer one the connection just breaks.
const DRAINED_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Time for the whole body of a request.
const BODY_WITHIN: Duration = Duration::from_secs(15);

static LARGE_BODIES: Semaphore = Semaphore::const_new(LARGE_BODIES_MAX);

/// What follows the question mark of an address.
pub(super) struct InQuery<T>(pub(super) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for InQuery<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, ApiError> {
        let asked = Query::try_from_uri(&parts.uri);
        asked
            .map(|Query(asked)| Self(asked))
            .map_err(|error| not_asked(&error.body_text()))
    }
}

/// Refuses whatever follows the question mark: a word that is misspelt there must not change silently
/// what is answered.
pub(super) async fn no_query(request: Request, next: Next) -> Result<Response, ApiError> {
    match request.uri().query() {
        None | Some("") => Ok(next.run(request).await),
        Some(_) => Err(not_asked("nothing can be asked for here")),
    }
}

fn not_asked(why: &str) -> ApiError {
    ApiError::Unreadable {
        code: "malformed",
        message: format!("what follows the ? is not understood: {why}"),
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

/// The whole body of a request, unpacked, within its time and its size.
pub(super) struct WholeBody<const BYTES_MAX: usize = BODY_BYTES_MAX> {
    pub(super) bytes: Bytes,
    /// Given back once the body is dealt with.
    _place: Option<SemaphorePermit<'static>>,
}

impl<S: Send + Sync, const BYTES_MAX: usize> FromRequest<S> for WholeBody<BYTES_MAX> {
    type Rejection = ApiError;

    async fn from_request(request: Request, _state: &S) -> Result<Self, ApiError> {
        let (parts, body) = request.into_parts();
        let coding = Coding::of(&parts.headers);
        let whole = timeout(BODY_WITHIN, whole(body, BYTES_MAX));
        let (bytes, place) = whole.await.map_err(|_elapsed| ApiError::TooSlow)??;
        Ok(Self {
            bytes: match coding {
                Coding::Plain => bytes,
                Coding::Gzip => unpacked(&bytes, BYTES_MAX)?,
                Coding::Unknown => return Err(ApiError::UnknownEncoding),
            },
            _place: place,
        })
    }
}

/// How a body is packed.
enum Coding {
    Plain,
    Gzip,
    Unknown,
}

impl Coding {
    fn of(headers: &HeaderMap) -> Self {
        let mut named = headers.get_all(CONTENT_ENCODING).into_iter();
        match (named.next().map(HeaderValue::as_bytes), named.next()) {
            (None, _) => Self::Plain,
            (Some(coding), None) if coding.eq_ignore_ascii_case(b"identity") => Self::Plain,
            (Some(coding), None) if coding.eq_ignore_ascii_case(b"gzip") => Self::Gzip,
            (Some(_), _) => Self::Unknown,
        }
    }
}

async fn whole(
    body: Body,
    bytes_max: usize,
) -> Result<(Bytes, Option<SemaphorePermit<'static>>), ApiError> {
    let mut body = body.into_data_stream();
    let mut bytes = Vec::new();
    let mut place = None;
    let mut drained = 0;
    while let Some(part) = body.next().await {
        let part = part.map_err(|_cut| ApiError::Unreadable {
            code: "malformed",
            message: "the body did not come whole; send it again".to_owned(),
        })?;
        if drained > 0 || bytes.len() + part.len() > bytes_max {
            bytes = Vec::new();
            place = None;
            drained += part.len();
            if drained > DRAINED_BYTES_MAX {
                break;
            }
            continue;
        }
        bytes.extend_from_slice(&part);
        if place.is_none() && bytes.len() > BODY_BYTES_MAX {
            place = LARGE_BODIES.acquire().await.ok();
        }
    }
    if drained > 0 {
        return Err(ApiError::TooLarge(bytes_max));
    }
    Ok((bytes.into(), place))
}

fn unpacked(packed: &[u8], bytes_max: usize) -> Result<Bytes, ApiError> {
    let mut bytes = Vec::new();
    let room = u64::try_from(bytes_max).unwrap_or(u64::MAX);
    let mut unpacking = MultiGzDecoder::new(packed).take(room.saturating_add(1));
    if unpacking.read_to_end(&mut bytes).is_err() {
        return Err(ApiError::NotGzip);
    }
    if bytes.len() > bytes_max {
        return Err(ApiError::TooLarge(bytes_max));
    }
    Ok(bytes.into())
}
