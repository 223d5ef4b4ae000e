//! Requests and their answers.
//!
//! Every request has a timeout and every answer a limit of bytes. To whoever sends, an answer is one of
//! three things: taken, refused (sending it again is useless), or away (try again later).

use castellan_domain::ids::PersonId;
use castellan_domain::wire::api::{ErrorBody, ErrorDetail, PERSON_COOKIE, PERSON_HEADER};
use reqwest::header::HeaderMap;
use reqwest::{Method, RequestBuilder, Response, StatusCode, Url};
use serde::de::DeserializeOwned;
use std::time::Duration;

/// Until a connection stands.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
/// Until an answer is read to its end, unless somebody has more patience.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);
/// Bytes of an ordinary answer at most; more is not the server that we know.
pub(crate) const ANSWER_BYTES_MAX: usize = 64 * 1024;
/// Bytes of a document, a page or a snapshot at most.
pub(crate) const DOCUMENT_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Characters of a foreign answer that are quoted in a sentence.
const QUOTE_MAX: usize = 160;
const COOKIE_HEADER: &str = "cookie";

/// Who asks. Nobody is proven to be anybody until there is sign-in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Identity {
    /// In the header of the API.
    Header(PersonId),
    /// In a cookie, as a page's sockets and pictures have to.
    Cookie(PersonId),
}

impl Identity {
    /// The header that says so.
    pub fn header(&self) -> (&'static str, String) {
        match self {
            Self::Header(person) => (PERSON_HEADER, person.to_string()),
            Self::Cookie(person) => (COOKIE_HEADER, format!("{PERSON_COOKIE}={person}")),
        }
    }
}

/// Why a request had no success.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// The server read it and said no. Sending it again is useless.
    #[error("{status}: {message}")]
    Refused {
        /// The HTTP status.
        status: u16,
        /// The server's own words where it had some.
        message: String,
    },
    /// Nobody answered, or the server could not record just now. Worth another try.
    #[error("{0}")]
    Away(String),
}

/// Why no client could be made.
#[derive(Debug, thiserror::Error)]
pub enum AddressError {
    /// Not an address at all.
    #[error("{0:?} is not an address such as http://127.0.0.1:7878")]
    NotAnAddress(String),
    /// TLS or something else.
    #[error("plain http is spoken, to a server on the same machine; {0:?} is not http")]
    NotHttp(String),
    /// The library would not start.
    #[error("the HTTP client cannot be made: {0}")]
    Client(#[from] reqwest::Error),
}

/// A connection pool to one server.
#[derive(Debug, Clone)]
pub struct Client {
    http: reqwest::Client,
    /// Without a slash at its end.
    base: String,
    host_and_port: String,
    identity: Option<Identity>,
    patience: Duration,
}

impl Client {
    /// A client for the server at `address`, with at most `connections` idle connections kept.
    pub fn new(address: &str, connections: usize) -> Result<Self, AddressError> {
        let base = Url::parse(address)
            .ok()
            .filter(Url::has_host)
            .ok_or_else(|| AddressError::NotAnAddress(address.to_owned()))?;
        if base.scheme() != "http" {
            return Err(AddressError::NotHttp(address.to_owned()));
        }
        let http = reqwest::Client::builder()
            .user_agent(concat!("castellan-client/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(CONNECT_TIMEOUT)
            .pool_max_idle_per_host(connections)
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            // Plain HTTP: the authorities of the system need be neither there nor read.
            .tls_certs_only([])
            .build()?;
        let host = base.host_str().unwrap_or_default();
        let port = base.port_or_known_default().unwrap_or_default();
        Ok(Self {
            http,
            host_and_port: format!("{host}:{port}"),
            base: base.as_str().trim_end_matches('/').to_owned(),
            identity: None,
            patience: REQUEST_TIMEOUT,
        })
    }

    /// The same connections, for somebody.
    #[must_use]
    pub fn by(&self, identity: Identity) -> Self {
        Self {
            identity: Some(identity),
            ..self.clone()
        }
    }

    /// The same connections, for whoever waits this long.
    #[must_use]
    pub fn patient(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// Where the server is, such as `127.0.0.1:7878`, for what is no request.
    pub fn host_and_port(&self) -> &str {
        &self.host_and_port
    }

    /// Reads anything, whatever the answer is.
    pub async fn get(&self, path: &str) -> Result<Reply, Failure> {
        send(self.request(Method::GET, path), DOCUMENT_BYTES_MAX).await
    }

    /// Sends any body with any headers, whatever the answer is.
    pub async fn post(
        &self,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<reqwest::Body>,
    ) -> Result<Reply, Failure> {
        let mut request = self.request(Method::POST, path).body(body);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        send(request, DOCUMENT_BYTES_MAX).await
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.base));
        let request = request.timeout(self.patience);
        match self.identity.as_ref().map(Identity::header) {
            Some((name, value)) => request.header(name, value),
            None => request,
        }
    }
}

/// What the server answered.
#[derive(Debug, Clone)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    pub body: String,
}

impl Reply {
    /// A header as text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The server's own error, if it is one.
    pub fn error(&self) -> Option<ErrorDetail> {
        let body: ErrorBody = serde_json::from_str(&self.body).ok()?;
        Some(body.error)
    }

    /// What was taken, as it is documented; `what` names it for the sentence about another server.
    pub(crate) fn taken<T: DeserializeOwned>(self, what: &str) -> Result<T, Failure> {
        let reply = self.judged()?;
        serde_json::from_str(&reply.body)
            .map_err(|error| strange(reply.status, &format!("{what} cannot be read ({error})")))
    }

    /// What was taken.
    pub(crate) fn judged(self) -> Result<Self, Failure> {
        let status = StatusCode::from_u16(self.status).unwrap_or_default();
        if status.is_success() {
            return Ok(self);
        }
        let message = match self.error() {
            Some(error) => short(&format!("{} ({})", error.message, error.code)),
            None => quoted(&self.body),
        };
        let is_for_now = matches!(
            status,
            StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT
        );
        if status.is_server_error() || is_for_now {
            return Err(Failure::Away(format!("{}: {message}", self.status)));
        }
        Err(Failure::Refused {
            status: self.status,
            message,
        })
    }
}

pub(crate) fn strange(status: u16, what: &str) -> Failure {
    Failure::Refused {
        status,
        message: format!("{what}; is this a Castellan server of the same version?"),
    }
}

/// A connection that is kept may be ended by the server just when it is used again: then the request
/// was not read, and is sent once more.
pub(crate) async fn send(request: RequestBuilder, bytes_max: usize) -> Result<Reply, Failure> {
    let again = request.try_clone();
    let response = match (request.send().await, again) {
        (Err(error), Some(again)) if broke(&error) => again.send().await,
        (response, _) => response,
    };
    read(response.map_err(|error| away(&error))?, bytes_max).await
}

fn broke(error: &reqwest::Error) -> bool {
    error.is_request() && !error.is_connect() && !error.is_timeout()
}

async fn read(mut response: Response, bytes_max: usize) -> Result<Reply, Failure> {
    let status = response.status().as_u16();
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| away(&error))? {
        if bytes.len() + chunk.len() > bytes_max {
            return Err(strange(
                status,
                &format!("the answer is longer than {bytes_max} bytes"),
            ));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(Reply {
        status,
        headers: response.headers().clone(),
        body: String::from_utf8_lossy(&bytes).into_owned(),
    })
}

fn away(error: &reqwest::Error) -> Failure {
    let what = if error.is_timeout() {
        "the server did not answer in time".to_owned()
    } else if error.is_connect() {
        "nobody answers at the server's address".to_owned()
    } else {
        format!("the connection broke ({})", innermost(error))
    };
    Failure::Away(what)
}

/// The innermost cause: the outer ones only repeat the address.
fn innermost(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}

fn quoted(body: &str) -> String {
    if body.is_empty() {
        "no reason given".to_owned()
    } else {
        format!("{:?}", short(body))
    }
}

pub(crate) fn short(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(QUOTE_MAX)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_checked_with_a_sentence() {
        for wrong in [
            "",
            "localhost",
            "https://host",
            "ftp://host",
            "http:///",
            "data:x",
        ] {
            let error = Client::new(wrong, 1).unwrap_err().to_string();
            assert!(error.len() > 20, "{wrong}: {error}");
        }
        let client = Client::new("http://127.0.0.1:1/under/", 1).unwrap();
        assert_eq!(client.host_and_port(), "127.0.0.1:1");
        let request = client.request(Method::POST, "/ingest/owntracks");
        assert_eq!(
            request.build().unwrap().url().as_str(),
            "http://127.0.0.1:1/under/ingest/owntracks"
        );
    }

    #[test]
    fn a_person_is_named_in_the_header_or_in_the_cookie() {
        let client = Client::new("http://127.0.0.1:1", 1).unwrap();
        let person = PersonId::new("li-na").unwrap();
        for (identity, name, value) in [
            (Identity::Header(person.clone()), PERSON_HEADER, "li-na"),
            (Identity::Cookie(person), "cookie", "castellan_person=li-na"),
        ] {
            let request = client.by(identity).request(Method::GET, "/").build();
            assert_eq!(request.unwrap().headers()[name], value);
        }
        let request = client.request(Method::GET, "/").build().unwrap();
        assert!(request.headers().get(PERSON_HEADER).is_none());
    }

    fn judged(status: u16, body: &str) -> Failure {
        let reply = Reply {
            status,
            headers: HeaderMap::new(),
            body: body.to_owned(),
        };
        reply.judged().unwrap_err()
    }

    #[test]
    fn the_servers_own_sentence_is_passed_on_and_a_foreign_one_is_quoted_short() {
        let own = r#"{"error":{"code":"unknown_phone","message":"No such phone"}}"#;
        let said = judged(403, own).to_string();
        assert_eq!(said, "403: No such phone (unknown_phone)");
        let said = judged(404, "<html>").to_string();
        assert_eq!(said, r#"404: "<html>""#);
        assert_eq!(judged(400, "").to_string(), "400: no reason given");
        let long = judged(400, &"a".repeat(10_000)).to_string();
        assert!(long.len() <= QUOTE_MAX + 10, "{long}");
    }

    #[test]
    fn what_may_be_taken_later_is_away() {
        for status in [408, 429, 500, 503] {
            assert!(matches!(judged(status, ""), Failure::Away(_)), "{status}");
        }
        for status in [301, 400, 404, 409, 422] {
            let refused = judged(status, "");
            assert!(matches!(refused, Failure::Refused { .. }), "{status}");
        }
    }
}
