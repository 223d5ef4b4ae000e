//! `POST /api/v1/sites/{site}/commands`: the one path for what people want.

use super::App;
use super::errors::ApiError;
use super::extract::{InPath, WholeBody};
use crate::personal::PersonalRecord;
use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use castellan_domain::access::Actor;
use castellan_domain::engine::{Accepted, Command, Input};
use castellan_domain::wire::api::{CommandRequest, PERSON_HEADER, Taken};
use std::sync::Arc;
use tracing::{Instrument as _, debug_span};

const COMMANDS: &str = "commands";

pub(super) async fn create(
    State(app): State<Arc<App>>,
    InPath(site): InPath<String>,
    headers: HeaderMap,
    body: Result<WholeBody, ApiError>,
) -> Result<Json<Accepted>, ApiError> {
    app.check_site(&site)?;
    let trace = rand::random();
    let result = take(&app, &headers, body, trace)
        .instrument(debug_span!("receive", adapter = COMMANDS, trace))
        .await;
    match &result {
        // A lost race or a wrong key is a person's everyday matter, not an adapter's fault.
        Ok(_) | Err(ApiError::Refused(_)) => app.health.accepted(COMMANDS),
        Err(error) => {
            app.health
                .refused(COMMANDS, error.code(), &error.to_string(), app.clock.now());
        }
    }
    result.map(Json)
}

async fn take(
    app: &App,
    headers: &HeaderMap,
    body: Result<WholeBody, ApiError>,
    trace: u64,
) -> Result<Accepted, ApiError> {
    let WholeBody(body) = body?;
    let request: CommandRequest =
        serde_json::from_slice(&body).map_err(|error| ApiError::Unreadable {
            code: "malformed",
            message: format!("the body is not a command: {error}"),
        })?;
    let actor = actor(app, headers)?;
    let mut personal = None;
    let command = match request.command.take() {
        Taken::Plain(command) => command,
        Taken::Note { alarm, text } => {
            let record = PersonalRecord::seal(alarm, text.to_string()).map_err(|error| {
                ApiError::Unreadable {
                    code: "malformed",
                    message: error.to_string(),
                }
            })?;
            let note = record.reference.clone();
            personal = Some(record);
            Command::Note { alarm, note }
        }
    };
    let input = Input::Commanded {
        command_id: request.command_id,
        actor,
        expected: request.expected,
        command,
    };
    Ok(app.submit(COMMANDS, input, personal, trace).await??)
}

/// Who a request says that it comes from.
pub(super) fn actor(app: &App, headers: &HeaderMap) -> Result<Actor, ApiError> {
    let name = headers
        .get(PERSON_HEADER)
        .and_then(|value| value.to_str().ok())
        .ok_or(ApiError::NoName(
            "send your id in the header X-Castellan-Person",
        ))?;
    app.registry
        .actor(name)
        .ok_or_else(|| ApiError::UnknownPerson(name.chars().take(64).collect()))
}
