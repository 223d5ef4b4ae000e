//! The typed HTTP client: what the simulator asks of the server and what can come back.
//!
//! Every request has a timeout and every answer a limit of bytes. An answer is one of three
//! things: stored, refused (sending it again is useless), or away (try again later).

use crate::owntracks::{DEVICE, Location};
use castellan_domain::estate::Estate;
use castellan_domain::ids::{CommandId, EstateHash, PersonId, PhoneId, SiteId};
use castellan_domain::wire::api::{
    CommandBody, CommandRequest, DISCARDED_HEADER, EventRequest, PERSON_HEADER, SiteSummary,
};
use castellan_domain::wire::ingest::{CallRequest, DoorRequest, HeardRequest};
use reqwest::{RequestBuilder, Response, StatusCode, Url};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Until a connection stands.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
/// Until an answer is read to its end.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);
/// Bytes of an ordinary answer at most; more is not the server that we know.
const ANSWER_BYTES_MAX: usize = 64 * 1024;
/// Bytes of an estate document at most, as `Estate::parse` has it.
const ESTATE_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Characters of a foreign answer that are quoted in a sentence.
const QUOTE_MAX: usize = 160;
/// The server takes any password from a phone until devices have secrets of their own.
const PASSWORD: &str = "castellan-simulator";

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
    #[error("the simulator speaks plain http to a server on the same machine; {0:?} is not http")]
    NotHttp(String),
    /// The library would not start.
    #[error("the HTTP client cannot be made: {0}")]
    Client(#[from] reqwest::Error),
}

/// A connection pool to one server.
#[derive(Debug, Clone)]
pub struct Client {
    http: reqwest::Client,
    base: Url,
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
            .user_agent(concat!("castellan-simulator/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(REQUEST_TIMEOUT)
            .pool_max_idle_per_host(connections)
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()?;
        Ok(Self { http, base })
    }

    /// The sites of the server.
    pub async fn sites(&self) -> Result<Vec<SiteSummary>, Failure> {
        let bytes = self
            .fetch(&["api", "v1", "sites"], ANSWER_BYTES_MAX)
            .await?;
        serde_json::from_slice(&bytes)
            .map_err(|error| strange(200, &format!("the list of sites cannot be read ({error})")))
    }

    /// The estate document of a site, read and checked.
    pub async fn estate(&self, site: &SiteId, hash: &EstateHash) -> Result<Estate, Failure> {
        let path = [
            "api",
            "v1",
            "sites",
            site.as_str(),
            "estates",
            hash.as_str(),
        ];
        let bytes = self.fetch(&path, ESTATE_BYTES_MAX).await?;
        Estate::parse(&bytes).map_err(|error| strange(200, &error.to_string()))
    }

    /// Sends a phone's position. Success means that the server has stored it.
    pub async fn fix(&self, phone: &PhoneId, fix: &Location) -> Result<(), Failure> {
        let request = self
            .http
            .post(self.url(&["ingest", "owntracks"]))
            .basic_auth(phone, Some(PASSWORD))
            .header("X-Limit-U", phone.as_str())
            .header("X-Limit-D", DEVICE)
            .json(fix);
        let response = request.send().await.map_err(|error| away(&error))?;
        let status = response.status().as_u16();
        let discarded = response.headers().get(DISCARDED_HEADER).cloned();
        let bytes = judge(response, ANSWER_BYTES_MAX).await?;
        if let Some(why) = discarded {
            let why = short(&String::from_utf8_lossy(why.as_bytes()));
            return Err(Failure::Refused {
                status,
                message: format!("taken but not kept ({why})"),
            });
        }
        // A phone gets a list of messages back, here always empty. Another 200 is another server.
        match serde_json::from_slice::<Vec<serde_json::Value>>(&bytes) {
            Ok(_) => Ok(()),
            Err(_) => Err(strange(
                status,
                "the answer to a position is not a JSON list",
            )),
        }
    }

    /// Sends a device's event and gives back the alarm that came of it, if the answer names one.
    pub async fn event(&self, event: &EventRequest) -> Result<Option<String>, Failure> {
        self.reported("events", event).await
    }

    /// Sends what a door's controller says, and gives back the alarm that came of it.
    pub async fn door(&self, door: &DoorRequest) -> Result<Option<String>, Failure> {
        self.reported("doors", door).await
    }

    /// Sends a phone's call for help, and gives back the alarm that came of it.
    pub async fn call(&self, call: &CallRequest) -> Result<Option<String>, Failure> {
        self.reported("calls", call).await
    }

    /// Sends a device's sign of life.
    pub async fn heard(&self, heard: &HeardRequest) -> Result<(), Failure> {
        let request = self.http.post(self.url(&["ingest", "v1", "heard"]));
        let bytes = answer(request.json(heard), ANSWER_BYTES_MAX).await?;
        match serde_json::from_slice::<String>(&bytes) {
            Ok(_) => Ok(()),
            Err(_) => Err(strange(200, "the answer to a sign of life is not a word")),
        }
    }

    /// Puts somebody on duty, as by themselves. Being on duty already is as good.
    pub async fn go_on_duty(
        &self,
        site: &SiteId,
        person: &PersonId,
        command_id: CommandId,
    ) -> Result<(), Failure> {
        let path = ["api", "v1", "sites", site.as_str(), "commands"];
        let request = CommandRequest {
            command_id,
            expected: None,
            command: CommandBody::GoOnDuty {
                person: person.clone(),
            },
        };
        let request = self.http.post(self.url(&path)).json(&request);
        let request = request.header(PERSON_HEADER, person.as_str());
        match answer(request, ANSWER_BYTES_MAX).await {
            Err(Failure::Refused { status: 409, .. }) | Ok(_) => Ok(()),
            Err(failure) => Err(failure),
        }
    }

    async fn reported(&self, kind: &str, body: &impl Serialize) -> Result<Option<String>, Failure> {
        let request = self.http.post(self.url(&["ingest", "v1", kind])).json(body);
        let bytes = answer(request, ANSWER_BYTES_MAX).await?;
        let taken: serde_json::Map<String, serde_json::Value> = serde_json::from_slice(&bytes)
            .map_err(|_| strange(200, "the answer to an event is not a JSON object"))?;
        // {"reported": {"alarm": "A-12", …}}, and some day perhaps without the wrapping.
        let alarm = taken
            .get("alarm")
            .or_else(|| taken.get("reported")?.get("alarm"));
        Ok(alarm.and_then(|id| id.as_str()).map(short))
    }

    async fn fetch(&self, path: &[&str], bytes_max: usize) -> Result<Vec<u8>, Failure> {
        answer(self.http.get(self.url(path)), bytes_max).await
    }

    fn url(&self, path: &[&str]) -> Url {
        let mut url = self.base.clone();
        // An http address with a host always has segments; the base keeps its own path.
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(path);
        }
        url
    }
}

fn strange(status: u16, what: &str) -> Failure {
    Failure::Refused {
        status,
        message: format!("{what}; is this a Castellan server of the same version?"),
    }
}

async fn answer(request: RequestBuilder, bytes_max: usize) -> Result<Vec<u8>, Failure> {
    let response = request.send().await.map_err(|error| away(&error))?;
    judge(response, bytes_max).await
}

async fn judge(response: Response, bytes_max: usize) -> Result<Vec<u8>, Failure> {
    let status = response.status();
    let bytes = read(response, bytes_max).await?;
    if status.is_success() {
        return Ok(bytes);
    }
    let message = said(&bytes).unwrap_or_else(|| quoted(&bytes));
    if status.is_server_error()
        || matches!(
            status,
            StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT
        )
    {
        return Err(Failure::Away(format!("{}: {message}", status.as_u16())));
    }
    Err(Failure::Refused {
        status: status.as_u16(),
        message,
    })
}

async fn read(mut response: Response, bytes_max: usize) -> Result<Vec<u8>, Failure> {
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
    Ok(bytes)
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

/// The server's own sentence: `{"error": {"code": …, "message": …}}`.
fn said(bytes: &[u8]) -> Option<String> {
    #[derive(Deserialize)]
    struct Body {
        error: Said,
    }
    #[derive(Deserialize)]
    struct Said {
        code: String,
        message: String,
    }
    let body: Body = serde_json::from_slice(bytes).ok()?;
    Some(short(&format!(
        "{} ({})",
        body.error.message, body.error.code
    )))
}

fn quoted(bytes: &[u8]) -> String {
    if bytes.is_empty() {
        "no reason given".to_owned()
    } else {
        format!("{:?}", short(&String::from_utf8_lossy(bytes)))
    }
}

fn short(text: &str) -> String {
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
        assert_eq!(
            client.url(&["ingest", "owntracks"]).as_str(),
            "http://127.0.0.1:1/under/ingest/owntracks"
        );
    }

    #[test]
    fn the_servers_own_sentence_is_passed_on_and_a_foreign_one_is_quoted_short() {
        let own = br#"{"error":{"code":"unknown_phone","message":"No such phone"}}"#;
        assert_eq!(said(own).unwrap(), "No such phone (unknown_phone)");
        assert_eq!(said(b"<html>"), None);
        assert_eq!(quoted(b""), "no reason given");
        assert!(quoted(&[b'a'; 10_000]).len() <= QUOTE_MAX + 2);
    }
}
