//! The browser app's files, its pages, and the headers that every answer carries.

use super::errors::ApiError;
use crate::built_in;
use axum::Router;
use axum::extract::Request;
use axum::http::header::{
    ACCEPT, ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY,
    CONTENT_TYPE, HeaderName, HeaderValue, REFERRER_POLICY, VARY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, Method, Uri};
use axum::middleware::{Next, map_request};
use axum::response::{IntoResponse as _, Response};
use std::path::PathBuf;
use tower_http::services::ServeDir;

/// Scripts only from us; WebAssembly may be compiled; the map's worker and its images are ours.
const POLICY: &str = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; \
    worker-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; style-src 'self'; \
    font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; \
    frame-ancestors 'none'; object-src 'none'";

/// Bytes of a file's address at most: what a file system takes for one name, less the `.br` of its
/// packed twin, which is looked for first.
const PATH_BYTES_MAX: usize = 252;

/// Files whose names carry a hash or a version: they never change.
const IMMUTABLE: [&str; 3] = ["/assets/", "/vendor/", "/fonts/"];

/// The app's files: of a folder, else those that were built in, else a plain 404.
pub(super) fn service(web: Option<PathBuf>) -> Router {
    let nothing = Router::new().fallback(async || ApiError::NotFound);
    let Some(folder) = web else {
        return Router::new()
            .fallback(built_in_file)
            .layer(map_request(page));
    };
    let files = ServeDir::new(folder)
        .precompressed_br()
        .call_fallback_on_method_not_allowed(true)
        .fallback(nothing);
    Router::new()
        .fallback_service(files)
        .layer(map_request(page))
}

/// A file that was built in, packed for whoever unpacks it. Where none was, there is nothing at any address.
async fn built_in_file(method: Method, uri: Uri, headers: HeaderMap) -> Result<Response, ApiError> {
    if ![Method::GET, Method::HEAD].contains(&method) {
        return Err(ApiError::NotFound);
    }
    let path = match uri.path().trim_start_matches('/') {
        "" => "index.html",
        path => path,
    };
    let plain = built_in::file(path).ok_or(ApiError::NotFound)?;
    let taken = headers.get(ACCEPT_ENCODING);
    let taken = taken.and_then(|taken| taken.to_str().ok());
    let takes_brotli = taken.is_some_and(|taken| taken.split(',').any(is_brotli));
    let packed = takes_brotli.then(|| built_in::file(&format!("{path}.br")));
    let mime = [(CONTENT_TYPE, plain.mime)];
    Ok(match packed.flatten() {
        Some(packed) => {
            let packing = [(CONTENT_ENCODING, "br"), (VARY, "accept-encoding")];
            (mime, packing, packed.bytes.into_owned()).into_response()
        }
        None => (mime, plain.bytes.into_owned()).into_response(),
    })
}

/// Whether a part of `Accept-Encoding` takes Brotli: `br`, and not `br;q=0`.
fn is_brotli(part: &str) -> bool {
    let (name, weight) = part.split_once(';').unwrap_or((part, ""));
    let refused = ["q=0", "q=0.0", "q=0.00", "q=0.000"];
    name.trim() == "br" && !refused.contains(&weight.trim())
}

/// The app is one file, whatever page a browser goes to.
async fn page(mut request: Request) -> Result<Request, ApiError> {
    // No disk has a name as long as that, and says so by an error that looks like a fault of ours.
    if request.uri().path().len() > PATH_BYTES_MAX {
        return Err(ApiError::NotFound);
    }
    if asks_for_a_page(&request) {
        *request.uri_mut() = Uri::from_static("/");
    }
    Ok(request)
}

/// A page's address is one word. Which words there are, the app alone knows: it says so itself if
/// there is no such page. Whoever is no browser that goes there gets an error as everywhere.
fn asks_for_a_page(request: &Request) -> bool {
    let path = request.uri().path().strip_prefix('/').unwrap_or_default();
    let is_word = !path.is_empty() && path.bytes().all(|byte| byte.is_ascii_lowercase());
    let reads = [Method::GET, Method::HEAD].contains(request.method());
    let accepts = request.headers().get(ACCEPT);
    let accepts = accepts.and_then(|accepts| accepts.to_str().ok());
    reads && is_word && accepts.is_some_and(|accepts| accepts.contains("text/html"))
}

pub(super) async fn headers(request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let immutable = IMMUTABLE.iter().any(|prefix| path.starts_with(prefix));
    let mut response = next.run(request).await;
    let cache = if immutable && response.status().is_success() {
        "public, max-age=31536000, immutable"
    } else {
        "no-store"
    };
    let headers = response.headers_mut();
    headers
        .entry(CACHE_CONTROL)
        .or_insert(HeaderValue::from_static(cache));
    for (name, value) in [
        (CONTENT_SECURITY_POLICY, POLICY),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (REFERRER_POLICY, "no-referrer"),
        (
            HeaderName::from_static("cross-origin-opener-policy"),
            "same-origin",
        ),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::is_brotli;

    #[test]
    fn brotli_is_sent_to_whoever_takes_it() {
        for (part, taken) in [
            ("br", true),
            (" br;q=0.8", true),
            ("br;q=0", false),
            ("br; q=0.0", false),
            ("gzip", false),
            ("brotli", false),
        ] {
            assert_eq!(is_brotli(part), taken, "{part}");
        }
    }
}
