//! `POST /api/v1/sites/{site}/commands`: the one path for what people want.

use super::App;
use super::errors::ApiError;
use super::extract::{InPath, WholeBody};
use super::identity::Identity;
use crate::json;
use crate::personal::{PersonalRecord, Subject};
use axum::Json;
use axum::extract::State;
use castellan_domain::answer::Accepted;
use castellan_domain::engine::Input;
use castellan_domain::wire::api::CommandRequest;
use std::sync::Arc;
use tracing::{Instrument as _, debug_span};

const COMMANDS: &str = "commands";

pub(super) async fn create(
    State(app): State<Arc<App>>,
    InPath(site): InPath<String>,
    identity: Result<Identity, ApiError>,
    body: Result<WholeBody, ApiError>,
) -> Result<Json<Accepted>, ApiError> {
    app.check_site(&site)?;
    let trace = rand::random();
    let result = take(&app, identity, body, trace)
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
    identity: Result<Identity, ApiError>,
    body: Result<WholeBody, ApiError>,
    trace: u64,
) -> Result<Accepted, ApiError> {
    let body = body?.bytes;
    let request: CommandRequest = json::strict(&body).map_err(|error| ApiError::Unreadable {
        code: "malformed",
        message: format!("the body is not a command: {error}"),
    })?;
    let Identity(by) = identity?;
    let mut personal = None;
    let command = request.command.seal(|about, words| {
        let subject = Subject::Alarm(about);
        let record = PersonalRecord::seal(subject, words.to_string()).map_err(|error| {
            ApiError::Unreadable {
                code: "malformed",
                message: error.to_string(),
            }
        })?;
        let reference = record.reference.clone();
        personal = Some(record);
        Ok::<_, ApiError>(reference)
    })?;
    let input = Input::Commanded {
        command_id: request.command_id,
        by,
        expected: request.expected,
        command,
    };
    Ok(app.submit(COMMANDS, input, personal, trace).await??)
}
