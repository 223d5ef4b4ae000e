//! One display's socket: hello, then whatever its session has next, and a heartbeat every second.

use super::{DISPLAYS_MAX, Hub};
use crate::health::HealthBoard;
use axum::extract::ws::{CloseFrame, Message, WebSocket, close_code};
use castellan_domain::stream::{Outgoing, Session};
use castellan_domain::wire::live::{
    ClientMessage, HEARTBEAT_EVERY_MS, Hello, Refused, RefusedCode, ServerMessage,
};
use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval, timeout};
use tracing::{Instrument as _, debug, debug_span};

/// A display has to introduce itself within this time.
const HELLO_WITHIN: Duration = Duration::from_secs(10);
/// How long a display may take to read the last words and to hang up.
const GOODBYE_WITHIN: Duration = Duration::from_secs(2);
/// A display that takes no byte for this long is let go; it comes back and resumes.
const SEND_WITHIN: Duration = Duration::from_secs(20);
/// Messages that a display is sent before its heartbeat may come between.
const FLUSH_MESSAGES_MAX: usize = 32;
const ADAPTER: &str = "live";

/// Why a display's socket ends.
enum End {
    /// It went away, or took nothing for too long.
    Gone,
    /// It said goodbye.
    Closed,
    /// It said something that is not of the protocol.
    Refused(Refused),
}

/// Serves one display until it goes.
pub(crate) async fn serve_display(mut socket: WebSocket, hub: Arc<Hub>, health: Arc<HealthBoard>) {
    let place = Place::take(&hub);
    let end = if place.is_some() {
        converse(&mut socket, &hub, &health).await
    } else {
        End::Refused(Refused {
            code: RefusedCode::TooManyDisplays,
            message: format!("{DISPLAYS_MAX} displays are connected already; close one first"),
        })
    };
    match end {
        End::Gone => {}
        End::Closed => farewell(&mut socket).await,
        End::Refused(refused) => refuse(&mut socket, refused, &hub, &health).await,
    }
}

/// Says why, and closes.
async fn refuse(socket: &mut WebSocket, refused: Refused, hub: &Hub, health: &HealthBoard) {
    health.refused(
        ADAPTER,
        code_name(refused.code),
        &refused.message,
        hub.clock.now(),
    );
    debug!(reason = %refused.message, "a display was refused");
    let reason = refused.message.chars().take(40).collect::<String>();
    // It may be gone already; then nobody is left to tell.
    let _ = send(socket, &ServerMessage::Refused(refused)).await;
    let _ = timeout(
        SEND_WITHIN,
        socket.send(Message::Close(Some(CloseFrame {
            code: close_code::POLICY,
            reason: reason.into(),
        }))),
    )
    .await;
    farewell(socket).await;
}

/// Ends the closing handshake. Without it, and with unread bytes in hand, the connection would be
/// reset, and the last words with it.
async fn farewell(socket: &mut WebSocket) {
    let rest = async { while let Some(Ok(_)) = socket.recv().await {} };
    // Whoever does not hang up in time is hung up on.
    let _ = timeout(GOODBYE_WITHIN, rest).await;
}

async fn converse(socket: &mut WebSocket, hub: &Hub, health: &HealthBoard) -> End {
    let hello = match timeout(HELLO_WITHIN, hello(socket)).await {
        Ok(Ok(hello)) => hello,
        Ok(Err(end)) => return end,
        Err(_elapsed) => return bad("no hello came within 10 s"),
    };
    let (mut session, welcome) = match hub.open(&hello) {
        Ok(opened) => opened,
        Err(refused) => return End::Refused(refused),
    };
    health.accepted(ADAPTER);
    if send(socket, &ServerMessage::Welcome(welcome))
        .await
        .is_err()
    {
        return End::Gone;
    }
    let mut news = hub.news.subscribe();
    let mut beats = interval(Duration::from_millis(HEARTBEAT_EVERY_MS));
    beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
    // What came between the hello and the subscription is news too.
    news.mark_changed();
    loop {
        let step = tokio::select! {
            changed = news.changed() => match changed {
                Ok(()) => flush(socket, hub, &mut session, &mut news).await,
                Err(_closed) => Err(End::Gone),
            },
            _ = beats.tick() => send(socket, &ServerMessage::Heartbeat(hub.heartbeat())).await,
            message = socket.recv() => answer(socket, message).await,
        };
        if let Err(end) = step {
            return end;
        }
    }
}

/// Sends what its session has. After a few messages it lets heartbeats and echoes have their turn:
/// a slow display in a storm still learns that its link lives.
async fn flush(
    socket: &mut WebSocket,
    hub: &Hub,
    session: &mut Session,
    news: &mut watch::Receiver<()>,
) -> Result<(), End> {
    for _ in 0..FLUSH_MESSAGES_MAX {
        let Some(outgoing) = hub.next(session) else {
            return Ok(());
        };
        deliver(socket, outgoing)
            .instrument(debug_span!("send"))
            .await?;
    }
    news.mark_changed();
    Ok(())
}

async fn hello(socket: &mut WebSocket) -> Result<Hello, End> {
    loop {
        match receive(socket.recv().await)? {
            Some(ClientMessage::Hello(hello)) => return Ok(hello),
            Some(ClientMessage::Echo { .. }) => {
                return Err(bad("the first message must be a hello"));
            }
            // Some libraries ping before anything else.
            None => {}
        }
    }
}

async fn answer(
    socket: &mut WebSocket,
    message: Option<Result<Message, axum::Error>>,
) -> Result<(), End> {
    match receive(message)? {
        None => Ok(()),
        Some(ClientMessage::Echo { n }) => send(socket, &ServerMessage::Echo { n }).await,
        Some(ClientMessage::Hello(_)) => Err(bad("a hello comes first, and once")),
    }
}

/// Reads one message; pings and pongs are nothing to act on.
fn receive(message: Option<Result<Message, axum::Error>>) -> Result<Option<ClientMessage>, End> {
    match message {
        Some(Ok(Message::Text(text))) => match serde_json::from_str(&text) {
            Ok(message) => Ok(Some(message)),
            Err(error) => Err(bad(&format!("a message cannot be read: {error}"))),
        },
        Some(Ok(Message::Binary(_))) => Err(bad("displays send text messages only")),
        Some(Ok(Message::Ping(_) | Message::Pong(_))) => Ok(None),
        Some(Ok(Message::Close(_))) => Err(End::Closed),
        None => Err(End::Gone),
        Some(Err(error)) if was_cut(&error) => Err(End::Gone),
        Some(Err(error)) => Err(bad(&format!("a message cannot be taken: {error}"))),
    }
}

/// Whether a connection broke, rather than that somebody sent what is too long or no `WebSocket`.
fn was_cut(error: &axum::Error) -> bool {
    let mut source: Option<&dyn Error> = Some(error);
    while let Some(error) = source {
        if error.is::<std::io::Error>() {
            return true;
        }
        source = error.source();
    }
    // The library has no type of its own for this that could be told without depending on it.
    error.to_string().contains("without closing handshake")
}

async fn send(socket: &mut WebSocket, message: &ServerMessage) -> Result<(), End> {
    let Ok(outgoing) = message.to_outgoing() else {
        return Err(End::Gone);
    };
    deliver(socket, outgoing).await
}

async fn deliver(socket: &mut WebSocket, outgoing: Outgoing) -> Result<(), End> {
    let message = match outgoing {
        Outgoing::Text(text) => Message::Text((*text).into()),
        Outgoing::Binary(bytes) => Message::Binary(axum::body::Bytes::from_owner(bytes)),
    };
    match timeout(SEND_WITHIN, socket.send(message)).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) | Err(_) => Err(End::Gone),
    }
}

fn bad(message: &str) -> End {
    End::Refused(Refused {
        code: RefusedCode::BadMessage,
        message: format!("{message}; see docs/protocols/live.md"),
    })
}

const fn code_name(code: RefusedCode) -> &'static str {
    match code {
        RefusedCode::BadMessage => "bad_message",
        RefusedCode::WrongProtocol => "wrong_protocol",
        RefusedCode::UnknownSite => "unknown_site",
        RefusedCode::TooManyDisplays => "too_many_displays",
    }
}

/// A display's place among the allowed number; given back when it goes.
struct Place<'a>(&'a Hub);

impl<'a> Place<'a> {
    fn take(hub: &'a Hub) -> Option<Self> {
        let place = Self(hub);
        let before = hub.displays.fetch_add(1, Ordering::Relaxed);
        (before < DISPLAYS_MAX).then_some(place)
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.displays.fetch_sub(1, Ordering::Relaxed);
    }
}
