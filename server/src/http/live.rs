//! `/live`: where displays connect.

use super::App;
use crate::hub::serve_display;
use axum::extract::{State, WebSocketUpgrade};
use axum::response::Response;
use castellan_domain::wire::live::CLIENT_MESSAGE_BYTES_MAX;
use std::sync::Arc;

pub(super) async fn connect(State(app): State<Arc<App>>, upgrade: WebSocketUpgrade) -> Response {
    upgrade
        .max_message_size(CLIENT_MESSAGE_BYTES_MAX)
        .max_frame_size(CLIENT_MESSAGE_BYTES_MAX)
        .on_upgrade(move |socket| serve_display(socket, app.hub.clone(), app.health.clone()))
}
