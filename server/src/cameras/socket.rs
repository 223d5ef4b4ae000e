//! One viewer's socket: how the picture stands, then the picture.

use super::feed::{Sent, Viewer, words};
use super::witness::Witness;
use axum::extract::ws::{Message, WebSocket};
use castellan_domain::wire::camera::CameraMessage;
use std::time::{Duration, Instant};
use tokio::sync::broadcast::error::RecvError;
use tokio::time::{interval, timeout};

/// A viewer that takes no byte for this long is let go.
const SEND_WITHIN: Duration = Duration::from_secs(10);
/// The kernel takes minutes of a picture for a viewer that has stopped reading; only a missing pong tells
/// in time.
const PING_EVERY: Duration = Duration::from_secs(3);
const PONG_WITHIN: Duration = Duration::from_secs(10);

/// The viewer has gone.
struct Gone;

/// One viewer's end of the connection.
struct Glass<'a> {
    socket: WebSocket,
    witness: Witness<'a>,
}

/// Serves one viewer until it goes.
pub(super) async fn serve_viewer(socket: WebSocket, mut viewer: Viewer, witness: Witness<'_>) {
    let mut glass = Glass { socket, witness };
    let mut begins = viewer.begin();
    // Each turn begins anew: at first, and whenever the viewer has lagged.
    while let Ok(left_out) = glass.show(&mut viewer, begins).await {
        begins = vec![words(&CameraMessage::Skipped { left_out })];
        begins.extend(viewer.begin());
    }
}

impl Glass<'_> {
    /// Shows the picture until the viewer goes, or lags behind by so many messages.
    async fn show(&mut self, viewer: &mut Viewer, begins: Vec<Sent>) -> Result<u64, Gone> {
        for sent in begins {
            self.send(sent).await?;
        }
        let mut ping = interval(PING_EVERY);
        let mut heard = Instant::now();
        loop {
            tokio::select! {
                sent = viewer.receiver.recv() => match sent {
                    Ok(sent) => self.send(sent).await?,
                    Err(RecvError::Lagged(left_out)) => return Ok(left_out),
                    Err(RecvError::Closed) => return Err(Gone),
                },
                _ = ping.tick() => {
                    if heard.elapsed() > PONG_WITHIN {
                        return Err(Gone);
                    }
                    write(&mut self.socket, Message::Ping(axum::body::Bytes::new())).await?;
                }
                message = self.socket.recv() => match message {
                    Some(Ok(Message::Ping(_) | Message::Pong(_))) => heard = Instant::now(),
                    // A viewer has nothing to say.
                    Some(Ok(Message::Text(_) | Message::Binary(_) | Message::Close(_)) | Err(_)) | None => return Err(Gone),
                },
            }
        }
    }

    async fn send(&mut self, sent: Sent) -> Result<(), Gone> {
        match sent {
            Sent::Words(text) => write(&mut self.socket, Message::Text(text)).await,
            // There is none but a live one: what is lost is forgotten.
            Sent::Picture(bytes) => {
                write(&mut self.socket, Message::Binary(bytes)).await?;
                self.witness.sees();
                Ok(())
            }
        }
    }
}

async fn write(socket: &mut WebSocket, message: Message) -> Result<(), Gone> {
    match timeout(SEND_WITHIN, socket.send(message)).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) | Err(_) => Err(Gone),
    }
}
