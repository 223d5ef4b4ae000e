//! `/ingest/v1/…`: receive → decode → identify → enqueue, and the answer after the record.

use super::App;
use super::errors::ApiError;
use super::extract::{INGEST_BYTES_MAX, WholeBody};
use crate::ingest::events;
use crate::ingest::fields::{DecodeError, Unused};
use crate::ingest::registry::UnknownSender;
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use castellan_domain::answer::Accepted;
use castellan_domain::engine::Input;
use castellan_domain::observation::{Observation, Report, ReportedState};
use castellan_domain::refusal::{CommonRefusal, Refusal};
use castellan_domain::staff::StaffRefusal;
use castellan_domain::time::Timestamp;
use castellan_domain::wire::api::{UNKNOWN_FIELDS_HEADER, UNREAD_FIELDS_HEADER};
use std::sync::Arc;
use tracing::{Instrument as _, debug, debug_span};

const EVENTS: &str = "events";
const DOORS: &str = "doors";
const HEARD: &str = "heard";
const CALLS: &str = "calls";

/// Fields that one answer names; of further ones it says how many there are.
const NAMED_FIELDS_MAX: usize = 8;
/// Characters of a field's name that an answer repeats.
const NAME_CHARS_MAX: usize = 32;

type Body = Result<WholeBody<INGEST_BYTES_MAX>, ApiError>;
type Answer = Result<(HeaderMap, Json<Accepted>), ApiError>;

/// `POST /ingest/v1/events`
pub(super) async fn event(State(app): State<Arc<App>>, body: Body) -> Answer {
    let trace = rand::random();
    let take = async {
        let body = body?.bytes;
        let now = app.clock.now();
        let (report, unused) = debug_span!("decode").in_scope(|| events::decode(&body, now))?;
        told(&app, EVENTS, &unused, now);
        let accepted = take_event(&app, report, &body, now, trace).await?;
        Ok((accepted, unused))
    };
    received(&app, EVENTS, trace, take).await
}

/// `POST /ingest/v1/doors`
pub(super) async fn door(State(app): State<Arc<App>>, body: Body) -> Answer {
    plain(&app, DOORS, body, |body, now| {
        let (report, unused) = events::decode_door(body, now)?;
        let sender = report.device.to_string();
        Ok((sender, Observation::Door(report), unused))
    })
    .await
}

/// `POST /ingest/v1/heard`
pub(super) async fn heard(State(app): State<Arc<App>>, body: Body) -> Answer {
    plain(&app, HEARD, body, |body, received_at| {
        let (device, unused) = events::decode_heard(body)?;
        let sender = device.to_string();
        let heard = Observation::Heard {
            device,
            received_at,
        };
        Ok((sender, heard, unused))
    })
    .await
}

/// `POST /ingest/v1/calls`
pub(super) async fn call(State(app): State<Arc<App>>, body: Body) -> Answer {
    plain(&app, CALLS, body, |body, now| {
        let (call, unused) = events::decode_call(body, now)?;
        let sender = call.phone.to_string();
        Ok((sender, Observation::Call(call), unused))
    })
    .await
}

/// What every adapter of plain JSON does around its own work: one span, one count, and the names of
/// what was not used.
async fn received(
    app: &App,
    adapter: &'static str,
    trace: u64,
    take: impl Future<Output = Result<(Accepted, Unused), ApiError>>,
) -> Answer {
    let take = async {
        let result = take.await;
        debug!(is_taken = result.is_ok(), "received");
        result
    };
    let result = take
        .instrument(debug_span!("receive", adapter, trace))
        .await;
    match result {
        Ok((accepted, unused)) => {
            app.health.accepted(adapter);
            Ok((unused_headers(&unused), Json(accepted)))
        }
        Err(error) => {
            let now = app.clock.now();
            app.health
                .refused(adapter, error.code(), &error.to_string(), now);
            Err(error)
        }
    }
}

/// An adapter whose senders the site itself identifies. `decode` names the sender beside what it
/// says.
async fn plain(
    app: &App,
    adapter: &'static str,
    body: Body,
    decode: impl FnOnce(&[u8], Timestamp) -> Result<(String, Observation, Unused), DecodeError>,
) -> Answer {
    let trace = rand::random();
    let take = async {
        let body = body?.bytes;
        let now = app.clock.now();
        let (sender, observation, unused) =
            debug_span!("decode").in_scope(|| decode(&body, now))?;
        told(app, adapter, &unused, now);
        let input = Input::Observed(observation);
        match app.submit(adapter, input, None, trace).await? {
            Err(
                Refusal::Common(CommonRefusal::NotInEstate)
                | Refusal::Staff(StaffRefusal::UnknownPhone { .. }),
            ) => {
                app.health.quarantined(adapter, &sender, &body, now);
                Err(ApiError::UnknownSender(sender))
            }
            answer => Ok((answer?, unused)),
        }
    };
    received(app, adapter, trace, take).await
}

async fn take_event(
    app: &App,
    report: Report,
    body: &[u8],
    now: Timestamp,
    trace: u64,
) -> Result<Accepted, ApiError> {
    let identified =
        debug_span!("identify").in_scope(|| app.registry.knows(&report.device, &report.kind));
    let (device, kind) = (report.device.to_string(), report.kind.to_string());
    let refused = |unknown| {
        app.health.quarantined(EVENTS, &device, body, now);
        match unknown {
            UnknownSender::Device => ApiError::UnknownSender(device.clone()),
            UnknownSender::AlarmType => ApiError::UnknownAlarmType(kind.clone()),
        }
    };
    // Who has left the estate may still clear what it raised.
    if let Err(unknown) = identified
        && report.state != ReportedState::Cleared
    {
        return Err(refused(unknown));
    }
    let input = Input::Observed(Observation::Report(report));
    match app.submit(EVENTS, input, None, trace).await? {
        Err(Refusal::Common(CommonRefusal::NotInEstate)) => Err(identified
            .map_or_else(refused, |()| {
                Refusal::Common(CommonRefusal::NotInEstate).into()
            })),
        answer => Ok(answer?),
    }
}

impl From<DecodeError> for ApiError {
    fn from(error: DecodeError) -> Self {
        Self::Unreadable {
            code: "malformed",
            message: error.to_string(),
        }
    }
}

/// Counts what of a message was not used, so that whoever looks at health finds the device that says
/// it.
fn told(app: &App, adapter: &'static str, unused: &Unused, now: Timestamp) {
    for (code, names) in [
        ("unknown_fields", names(&unused.unknown)),
        ("unread_fields", names(&unused.unread)),
    ] {
        if let Some(names) = names {
            app.health.odd(adapter, code, &names, now);
        }
    }
}

fn unused_headers(unused: &Unused) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (header, names) in [
        (UNKNOWN_FIELDS_HEADER, names(&unused.unknown)),
        (UNREAD_FIELDS_HEADER, names(&unused.unread)),
    ] {
        let value = names.and_then(|names| HeaderValue::from_str(&names).ok());
        if let Some(value) = value {
            headers.insert(HeaderName::from_static(header), value);
        }
    }
    headers
}

/// Names of fields as a header can say them.
fn names(fields: &[impl AsRef<str>]) -> Option<String> {
    let name = |field: &str| -> String {
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
        let chars = field.chars().take(NAME_CHARS_MAX);
        chars.map(|c| if plain(c) { c } else { '?' }).collect()
    };
    let first = fields.iter().take(NAMED_FIELDS_MAX);
    let mut names: Vec<_> = first.map(|field| name(field.as_ref())).collect();
    if let Some(more) = fields.len().checked_sub(NAMED_FIELDS_MAX)
        && more > 0
    {
        names.push(format!("+{more}"));
    }
    (!names.is_empty()).then(|| names.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_names_few_fields_shortly_and_in_letters_that_a_header_may_have() {
        assert_eq!(names(&[""; 0]), None);
        assert_eq!(names(&["battery", "电量\r\n"]).unwrap(), "battery, ????");
        let many: Vec<_> = (0..1_000)
            .map(|n| format!("{n}{}", "x".repeat(100)))
            .collect();
        let named = names(&many).unwrap();
        assert!(named.len() < 300 && named.ends_with(", +992"), "{named}");
    }
}
