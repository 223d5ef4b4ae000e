//! Cameras' pictures.

use super::App;
use super::errors::ApiError;
use super::extract::{InPath, InQuery};
use super::identity::Identity;
use super::live::check_handshake;
use crate::cameras::{Still, Stream, VIEWERS_MAX, Watched};
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::{State, WebSocketUpgrade};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::response::{IntoResponse as _, Response};
use castellan_domain::access::Right;
use castellan_domain::audience::Audience;
use castellan_domain::estate::DeviceKind;
use castellan_domain::ids::{AlarmId, DeviceId, PersonId};
use castellan_domain::refusal::{CommonRefusal, Refusal};
use castellan_domain::wire::camera::CAPTURED_AT_HEADER;
use serde::Deserialize;
use std::sync::Arc;

/// Bytes of a viewer's message: it has nothing to say.
const READ_BYTES_MAX: usize = 1_024;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    #[serde(default)]
    stream: Stream,
    /// For which alarm.
    alarm: Option<AlarmId>,
    /// Who stands before it, where nobody sits.
    audience: Option<String>,
}

/// A camera as it is asked for, and who may see it.
struct Asked {
    camera: DeviceId,
    /// Nobody in particular stands before a wall.
    by: Option<PersonId>,
}

impl App {
    /// A camera of the estate for a wall. What hangs before visitors is only what the estate says is fit for them.
    fn camera_for_wall(&self, audience: &str, camera: &str) -> Result<Asked, ApiError> {
        let audience = Audience::named(audience).filter(|audience| {
            // Each of the others says who it is.
            matches!(audience, Audience::Wall | Audience::WallVisitor)
        });
        let audience = audience.ok_or(ApiError::Unreadable {
            code: "unknown_audience",
            message: "pictures without a person are for the audiences wall and wall_visitor".into(),
        })?;
        let camera = self.known_camera(camera)?;
        let device = self.estate.estate.device(&camera);
        let may_see = audience.sees_persons() || device.is_some_and(|one| one.for_visitors);
        if !may_see {
            return Err(Refusal::Common(CommonRefusal::NotAllowed).into());
        }
        Ok(Asked { camera, by: None })
    }

    /// A camera of the estate, and who may see it.
    fn camera(
        &self,
        identity: Result<Identity, ApiError>,
        camera: &str,
    ) -> Result<(PersonId, DeviceId), ApiError> {
        let by = self.must(identity, Right::SeeCameras)?;
        Ok((by, self.known_camera(camera)?))
    }

    fn known_camera(&self, camera: &str) -> Result<DeviceId, ApiError> {
        let camera: DeviceId = camera.parse().map_err(|_| ApiError::NotFound)?;
        let device = self.estate.estate.device(&camera);
        let is_camera = device.is_some_and(|device| device.kind == DeviceKind::Camera);
        is_camera.then_some(camera).ok_or(ApiError::NotFound)
    }
}

/// Shows a camera to a viewer.
pub(super) async fn watch(
    State(app): State<Arc<App>>,
    InPath(camera): InPath<String>,
    InQuery(wanted): InQuery<Wanted>,
    identity: Result<Identity, ApiError>,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, ApiError> {
    let Wanted {
        stream,
        alarm,
        audience,
    } = wanted;
    let Asked { camera, by } = if let Some(audience) = audience {
        app.camera_for_wall(&audience, &camera)?
    } else {
        let (by, camera) = app.camera(identity, &camera)?;
        let by = Some(by);
        Asked { camera, by }
    };
    let is_held = |alarm| app.hub.with_view(|view| view.alarms.contains_key(&alarm));
    if alarm.is_some_and(|alarm| !is_held(alarm)) {
        return Err(ApiError::NotFound);
    }
    // What hangs on a wall is nobody's viewing.
    let watched = by.map(|by| Watched {
        alarm,
        by,
        camera: camera.clone(),
    });
    let upgrade = check_handshake(&headers, upgrade)?;
    let seat = app
        .cameras
        .seat()
        .ok_or(ApiError::TooManyConnections(VIEWERS_MAX))?;
    let cameras = app.cameras.clone();
    Ok(upgrade
        .max_message_size(READ_BYTES_MAX)
        .max_frame_size(READ_BYTES_MAX)
        .on_upgrade(async move |socket| {
            cameras.show(&camera, stream, watched, socket).await;
            drop(seat);
        }))
}

/// `GET /api/v1/sites/{site}/cameras/{camera}/still`
pub(super) async fn still(
    State(app): State<Arc<App>>,
    InPath((site, camera)): InPath<(String, String)>,
    identity: Result<Identity, ApiError>,
) -> Result<Response, ApiError> {
    app.check_site(&site)?;
    let (_, camera) = app.camera(identity, &camera)?;
    let Still { at, jpeg } = app
        .cameras
        .still(&camera)
        .await
        .map_err(ApiError::NoPicture)?;
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static("image/jpeg")),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (
            HeaderName::from_static(CAPTURED_AT_HEADER),
            HeaderValue::from(at.as_micros()),
        ),
    ];
    Ok((headers, jpeg).into_response())
}
