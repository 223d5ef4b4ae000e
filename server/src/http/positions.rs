//! `POST /ingest/owntracks`: where phones are.
//!
//! An app of a phone sends one message after the other and waits for 200: whatever else it hears, it
//! says the same again, for ever, and nothing behind it. So whoever is known hears 200 with an empty
//! list about anything that will never be of use, and 503 about what may be recorded later. Only a
//! phone that is nobody's is turned away, since somebody has to mend that (ADR 38).

use super::App;
use super::errors::ApiError;
use super::extract::{INGEST_BYTES_MAX, WholeBody};
use crate::ingest::owntracks::{self, Location, Message};
use axum::Json;
use axum::extract::State;
use axum::http::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use castellan_domain::answer::Accepted;
use castellan_domain::engine::Input;
use castellan_domain::ids::{PhoneId, SLUG_MAX};
use castellan_domain::observation::{Observation, PhoneFix, is_plausible};
use castellan_domain::refusal::Refusal;
use castellan_domain::staff::StaffRefusal;
use castellan_domain::time::Timestamp;
use castellan_domain::wire::api::DISCARDED_HEADER;
use std::borrow::Cow;
use std::sync::Arc;
use tracing::{Instrument as _, debug_span};

const OWNTRACKS: &str = "owntracks";

type Body = Result<WholeBody<INGEST_BYTES_MAX>, ApiError>;

pub(super) async fn owntracks(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let trace = rand::random();
    let taken = take(&app, &headers, body, trace)
        .instrument(debug_span!("receive", adapter = OWNTRACKS, trace))
        .await;
    let now = app.clock.now();
    match taken {
        Ok(Taken::Kept) => {
            app.health.accepted(OWNTRACKS);
            empty_list().into_response()
        }
        Ok(Taken::Discarded { code, why }) => {
            app.health.refused(OWNTRACKS, code, &why, now);
            let mut response = empty_list().into_response();
            response.headers_mut().insert(
                HeaderName::from_static(DISCARDED_HEADER),
                HeaderValue::from_static(code),
            );
            response
        }
        Err(error) => {
            app.health
                .refused(OWNTRACKS, error.code(), &error.to_string(), now);
            let is_stranger = matches!(error, ApiError::NoName(_) | ApiError::UnknownPhone(_));
            let mut response = error.into_response();
            if is_stranger {
                let scheme = HeaderValue::from_static("Basic realm=\"Castellan\"");
                response.headers_mut().insert(WWW_AUTHENTICATE, scheme);
            }
            response
        }
    }
}

/// What became of a phone's message.
enum Taken {
    Kept,
    /// It is of no use, now or ever.
    Discarded {
        code: &'static str,
        why: Cow<'static, str>,
    },
}

const fn discarded(code: &'static str, why: &'static str) -> Taken {
    Taken::Discarded {
        code,
        why: Cow::Borrowed(why),
    }
}

async fn take(app: &App, headers: &HeaderMap, body: Body, trace: u64) -> Result<Taken, ApiError> {
    let received_at = app.clock.now();
    let name = phone_name(headers).ok_or(ApiError::NoName(
        "set a user name in the app (Basic authentication, or the header X-Limit-U)",
    ))?;
    let unknown = |body: &[u8]| {
        app.health.quarantined(OWNTRACKS, &name, body, received_at);
        ApiError::UnknownPhone(name.chars().take(SLUG_MAX).collect())
    };
    let bytes = body.as_ref().map(|body| &body.bytes[..]);
    let stranger = || unknown(bytes.unwrap_or_default());
    let phone = PhoneId::new(name.as_str()).map_err(|_| stranger())?;
    if !app.hub.knows_phone(&phone, &app.estate.estate) {
        return Err(stranger());
    }
    let said = debug_span!("decode").in_scope(|| read(bytes, received_at))?;
    let submitted = match said {
        Said::Place(location) => submit(app, phone, location, received_at, trace).await,
        Said::Alive(taken) => alive(app, phone, taken, received_at, trace).await,
        Said::Gone => Ok(Taken::Kept),
    };
    submitted.map_err(|refused| match refused {
        Refused::Stranger => stranger(),
        Refused::Error(error) => error,
    })
}

/// What a phone's message comes to.
enum Said {
    Place(Location),
    /// It is there, and says nothing of where that can be used.
    Alive(Taken),
    /// Somebody says in its name that it is gone.
    Gone,
}

fn read(body: Result<&[u8], &ApiError>, received_at: Timestamp) -> Result<Said, ApiError> {
    let bytes = match body {
        Ok(bytes) => bytes,
        Err(error) => return useless_bytes(error.clone()).map(Said::Alive),
    };
    Ok(match owntracks::decode(bytes) {
        Ok(Message::Location(location)) if is_plausible(location.occurred_at, received_at) => {
            Said::Place(location)
        }
        Ok(Message::Location(_)) => Said::Alive(discarded(
            "implausible_time",
            "the phone's clock is wrong (over 5 min ahead or 7 days behind); set it to automatic",
        )),
        Ok(Message::Other) => Said::Alive(Taken::Kept),
        Ok(Message::Gone) => Said::Gone,
        Err(useless) => Said::Alive(Taken::Discarded {
            code: useless.code(),
            why: useless.to_string().into(),
        }),
    })
}

/// A body that came whole and will never be read is as useless as any other; one that did not come
/// may come another time.
fn useless_bytes(error: ApiError) -> Result<Taken, ApiError> {
    match error {
        ApiError::TooLarge(_) | ApiError::UnknownEncoding | ApiError::NotGzip => {
            Ok(Taken::Discarded {
                code: error.code(),
                why: error.to_string().into(),
            })
        }
        error => Err(error),
    }
}

enum Refused {
    /// Whose a phone is, is decided by the site: bindings change while it runs.
    Stranger,
    Error(ApiError),
}

async fn submit(
    app: &App,
    phone: PhoneId,
    location: Location,
    received_at: Timestamp,
    trace: u64,
) -> Result<Taken, Refused> {
    let fix = PhoneFix {
        phone,
        occurred_at: location.occurred_at,
        received_at,
        at: location.at,
        accuracy_dm: location.accuracy_dm,
        battery_percent: location.battery_percent,
    };
    let input = Input::Observed(Observation::PhoneFix(fix));
    match app.submit(OWNTRACKS, input, None, trace).await {
        Ok(Ok(Accepted::OffSite)) => Ok(discarded(
            "off_site",
            "the position lies more than 20 km from the site's anchor",
        )),
        Ok(Ok(Accepted::OffDuty)) => Ok(discarded(
            "off_duty",
            "its person is off duty, and nobody is tracked off duty",
        )),
        Ok(Ok(_)) => Ok(Taken::Kept),
        Ok(Err(Refusal::Staff(StaffRefusal::UnknownPhone { .. }))) => Err(Refused::Stranger),
        Ok(Err(refusal)) => Ok(Taken::Discarded {
            code: "refused",
            why: refusal.to_string().into(),
        }),
        // A phone that sent it for ever would make the server fail for ever.
        Err(ApiError::SetAside) => Ok(discarded(
            "set_aside",
            "the position made the server fail; see set_aside under health",
        )),
        Err(error) => Err(Refused::Error(error)),
    }
}

/// Where it is nobody can say; it is there all the same.
async fn alive(
    app: &App,
    phone: PhoneId,
    taken: Taken,
    received_at: Timestamp,
    trace: u64,
) -> Result<Taken, Refused> {
    let heard = Input::Observed(Observation::PhoneHeard { phone, received_at });
    match app.submit(OWNTRACKS, heard, None, trace).await {
        Ok(Err(Refusal::Staff(StaffRefusal::UnknownPhone { .. }))) => Err(Refused::Stranger),
        Ok(Ok(_) | Err(_)) | Err(ApiError::SetAside) => Ok(taken),
        Err(error) => Err(Refused::Error(error)),
    }
}

/// The user name of Basic authentication, or of the header that OwnTracks uses instead.
fn phone_name(headers: &HeaderMap) -> Option<String> {
    let limit_u = || headers.get("x-limit-u")?.to_str().ok().map(str::to_owned);
    let mut names = basic_user(headers).into_iter().chain(limit_u());
    names.find(|name| !name.is_empty())
}

fn basic_user(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, coded) = value.trim().split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let plain = STANDARD.decode(coded.trim()).ok()?;
    // A password may be of any bytes.
    let user = plain.split(|byte| *byte == b':').next()?;
    String::from_utf8(user.to_vec()).ok()
}

/// What OwnTracks expects as an answer: no messages for the phone.
fn empty_list() -> Json<[u8; 0]> {
    Json([])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(pairs: &[(&'static str, String)]) -> Option<String> {
        let mut headers = HeaderMap::new();
        for (header, value) in pairs {
            headers.append(*header, HeaderValue::from_str(value).unwrap());
        }
        phone_name(&headers)
    }

    #[test]
    fn whoever_speaks_is_alive_whatever_is_wrong_with_it() {
        let now = Timestamp::from_secs(1_795_000_000);
        let located = |lon: &str, lat: &str, tst: &str| {
            format!(r#"{{"_type":"location","lon":{lon},"lat":{lat},"tst":{tst}}}"#)
        };
        for (body, code) in [
            (located("120.1", "30.2", "0"), "implausible_time"),
            (
                located("30.2871", "120.1122", "1795000000"),
                "bad_coordinate",
            ),
            (located("120.1", "null", "1795000000"), "missing_field"),
            (located("120.1", "30.2", "\"soon\""), "missing_field"),
            (
                r#"{"_type":"encrypted","data":"x"}"#.to_owned(),
                "encrypted",
            ),
            ("id=7&lat=1".to_owned(), "unknown_form"),
            (r#"{"_type":"status","android":{}}"#.to_owned(), ""),
            (r#"{"_type":"waypoints","waypoints":[]}"#.to_owned(), ""),
            (String::new(), ""),
        ] {
            let Ok(Said::Alive(taken)) = read(Ok(body.as_bytes()), now) else {
                unreachable!("{body} is a sign of life");
            };
            let told = match taken {
                Taken::Kept => "",
                Taken::Discarded { code, .. } => code,
            };
            assert_eq!(told, code, "{body}");
        }
        for error in [
            ApiError::TooLarge(1),
            ApiError::UnknownEncoding,
            ApiError::NotGzip,
        ] {
            let code = error.code();
            let said = read(Err(&error), now);
            let is_told = |taken: &Taken| matches!(taken, Taken::Discarded { code: told, .. } if *told == code);
            assert!(
                matches!(said, Ok(Said::Alive(taken)) if is_told(&taken)),
                "{code}"
            );
        }
        // What did not come whole may come another time.
        assert!(read(Err(&ApiError::TooSlow), now).is_err());
        let place = located("120.1122", "30.2871", "1795000000");
        assert!(matches!(
            read(Ok(place.as_bytes()), now),
            Ok(Said::Place(_))
        ));
        let will = br#"{"_type":"lwt","tst":1795000000}"#;
        assert!(matches!(read(Ok(will), now), Ok(Said::Gone)));
    }

    #[test]
    fn the_credential_names_the_phone_however_the_scheme_is_written() {
        let coded = |plain: &[u8]| STANDARD.encode(plain);
        let name = Some("guard-01".to_owned());
        for scheme in ["Basic ", "basic ", "BASIC  "] {
            let header = format!("{scheme}{}", coded(b"guard-01:a:b"));
            assert_eq!(named(&[("authorization", header)]), name, "{scheme}");
        }
        let latin = format!("Basic {}", coded(b"guard-01:\xfc"));
        assert_eq!(named(&[("authorization", latin)]), name);
        let limit_u = ("x-limit-u", "guard-01".to_owned());
        assert_eq!(named(std::slice::from_ref(&limit_u)), name);
        for other in [
            "Bearer x",
            "Basic !!!",
            "Basic",
            &format!("Basic {}", coded(b":x")),
        ] {
            let other = ("authorization", other.to_owned());
            assert_eq!(named(&[other.clone(), limit_u.clone()]), name);
            assert_eq!(named(&[other]), None);
        }
    }
}
