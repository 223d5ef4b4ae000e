//! `/api/v1/sites/{site}/tracks` and `…/observations`: what lies beside the journal.

use super::App;
use super::errors::ApiError;
use super::extract::{InPath, InQuery};
use super::identity::Identity;
use crate::observations::{ObservationsError, Question};
use crate::tracks::TracksError;
use axum::Json;
use axum::extract::State;
use castellan_domain::access::Right;
use castellan_domain::ids::{DeviceId, PersonId};
use castellan_domain::observation::CLOCK_AHEAD_MAX;
use castellan_domain::time::{Span, Timestamp};
use castellan_domain::wire::history::{
    OBSERVATIONS_MAX, ObservationPage, TRACK_FIXES_MAX, TrackFix, TrackPage, WhereAll, WhereOne,
};
use serde::Deserialize;
use std::sync::Arc;
use tracing::{error, info};

/// How far back somebody's last position is looked for. Before that nobody knows where they were.
const LOOK_BACK: Span = Span::from_secs(12 * 3600);
/// What a page has where nothing else is asked for.
const TRACK_FIXES: usize = 1_000;
const OBSERVATIONS: usize = 100;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Stretch {
    from: Option<String>,
    to: Option<String>,
    limit: Option<usize>,
}

/// `GET /api/v1/sites/{site}/tracks/{person}`
pub(super) async fn track(
    State(app): State<Arc<App>>,
    InPath((site, person)): InPath<(String, String)>,
    identity: Result<Identity, ApiError>,
    InQuery(asked): InQuery<Stretch>,
) -> Result<Json<TrackPage>, ApiError> {
    app.check_site(&site)?;
    let reader = app.must(identity, Right::SeeTracks)?;
    let person = PersonId::new(person).map_err(|_| ApiError::NotFound)?;
    let (from, to) = stretch(&app, asked.from.as_deref(), asked.to.as_deref())?;
    let limit = within(asked.limit, TRACK_FIXES, TRACK_FIXES_MAX)?;
    // Whoever looks at a person's way is on record themselves.
    info!(reader = %reader, %person, from_us = from.as_micros(), to_us = to.as_micros(), "a track is read");
    let mut fixes = app
        .tracks
        .read(&person, (from, to), limit + 1)
        .await
        .map_err(|error| unreadable_tracks(&error))?;
    // One more was asked for, to know whether there is one.
    let next = fixes.get(limit).map(|fix| fix.occurred_at);
    fixes.truncate(limit);
    Ok(Json(TrackPage {
        person,
        fixes: fixes.iter().map(TrackFix::from).collect(),
        next,
    }))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Moment {
    at: String,
}

/// `GET /api/v1/sites/{site}/tracks`
pub(super) async fn everybody(
    State(app): State<Arc<App>>,
    InPath(site): InPath<String>,
    identity: Result<Identity, ApiError>,
    InQuery(asked): InQuery<Moment>,
) -> Result<Json<WhereAll>, ApiError> {
    app.check_site(&site)?;
    let reader = app.must(identity, Right::SeeTracks)?;
    let at = time("at", &asked.at)?;
    info!(reader = %reader, at_us = at.as_micros(), "where everybody was is read");
    let fixes = app.tracks.at(at, LOOK_BACK).await;
    let fixes = fixes.map_err(|error| unreadable_tracks(&error))?;
    let people = fixes.iter().map(|fix| WhereOne {
        person: fix.person.clone(),
        fix: TrackFix::from(fix),
    });
    Ok(Json(WhereAll {
        at,
        people: people.collect(),
    }))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Asked {
    device: Option<String>,
    from: Option<String>,
    to: Option<String>,
    limit: Option<usize>,
    after: Option<String>,
}

/// `GET /api/v1/sites/{site}/observations`
pub(super) async fn observations(
    State(app): State<Arc<App>>,
    InPath(site): InPath<String>,
    identity: Result<Identity, ApiError>,
    InQuery(asked): InQuery<Asked>,
) -> Result<Json<ObservationPage>, ApiError> {
    app.check_site(&site)?;
    app.must(identity, Right::HandleAlarms)?;
    let (from, to) = stretch(&app, asked.from.as_deref(), asked.to.as_deref())?;
    let device = asked.device.map(DeviceId::new).transpose();
    let after = asked.after.as_deref().map(str::parse).transpose();
    let question = Question {
        device: device.map_err(|error| malformed(format!("device: {error}")))?,
        from,
        to,
        limit: within(asked.limit, OBSERVATIONS, OBSERVATIONS_MAX)?,
        after: after.map_err(|_| malformed("after: give back `next` of the page before".into()))?,
    };
    match app.observations.read(question).await {
        Ok(page) => Ok(Json(page)),
        Err(ObservationsError::Busy) => Err(ApiError::Busy),
        Err(error) => {
            error!(%error, "observations cannot be read");
            Err(ApiError::Storage)
        }
    }
}

fn unreadable_tracks(error: &TracksError) -> ApiError {
    error!(%error, "tracks cannot be read");
    ApiError::Storage
}

/// From the beginning until now, where nothing else is asked for.
fn stretch(
    app: &App,
    from: Option<&str>,
    to: Option<&str>,
) -> Result<(Timestamp, Timestamp), ApiError> {
    let from = from.map(|from| time("from", from)).transpose()?;
    let to = to.map(|to| time("to", to)).transpose()?;
    Ok((
        from.unwrap_or_default(),
        to.unwrap_or_else(|| app.clock.now() + CLOCK_AHEAD_MAX),
    ))
}

/// Microseconds since 1970, or RFC 3339.
fn time(name: &str, raw: &str) -> Result<Timestamp, ApiError> {
    if let Ok(micros) = raw.parse() {
        return Ok(Timestamp::from_micros(micros));
    }
    // In an address a plus stands for a space, and few remember to write %2B.
    let time: jiff::Timestamp =
        raw.replace(' ', "+")
            .parse()
            .map_err(|_| ApiError::Unreadable {
                code: "bad_time",
                message: format!(
                    "{name} is not a time like 2026-11-22T03:00:00Z or 1795316400000000"
                ),
            })?;
    Ok(Timestamp::from_micros(time.as_microsecond()))
}

fn within(asked: Option<usize>, otherwise: usize, max: usize) -> Result<usize, ApiError> {
    match asked {
        None => Ok(otherwise),
        Some(limit) if (1..=max).contains(&limit) => Ok(limit),
        Some(_) => Err(malformed(format!("limit: 1 to {max}"))),
    }
}

fn malformed(message: String) -> ApiError {
    ApiError::Unreadable {
        code: "malformed",
        message,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_taken_in_both_spellings() {
        let at = Timestamp::from_secs(1_795_316_400);
        for spelling in [
            "1795316400000000",
            "2026-11-22T03:00:00Z",
            "2026-11-22T11:00:00+08:00",
            "2026-11-22T11:00:00 08:00",
        ] {
            assert_eq!(time("from", spelling), Ok(at), "{spelling}");
        }
        for bad in ["", "yesterday", "2026-11-22", "1e9"] {
            assert_eq!(
                time("from", bad).map_err(|e| e.code()),
                Err("bad_time"),
                "{bad}"
            );
        }
    }
}
