//! One display's socket: hello, then whatever its session has next. It keeps no buffer and no timer
//! of its own, so that an idle display costs little.

use super::shared::{DISPLAYS_MAX, Hub};
use crate::health::HealthBoard;
use crate::json;
use axum::body::Bytes;
use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, close_code};
use castellan_domain::estate::Estate;
use castellan_domain::ids::PersonId;
use castellan_domain::stream::{Connected, DisplayId, Outgoing};
use castellan_domain::wire::live::{
    CLIENT_MESSAGE_BYTES_MAX, ClientMessage, Hello, Presence, Refused, RefusedCode, ServerMessage,
};
use futures_util::SinkExt as _;
use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::timeout;
use tracing::{debug, trace};

/// A display has to introduce itself within this time.
const HELLO_WITHIN: Duration = Duration::from_secs(10);
/// How long a display may take to read the last words and to hang up.
const GOODBYE_WITHIN: Duration = Duration::from_secs(2);
/// A display that takes no byte for this long is let go; it comes back and resumes.
const SEND_WITHIN: Duration = Duration::from_secs(20);
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

/// What the sockets share.
#[derive(Debug, Clone)]
pub(crate) struct Live {
    pub(crate) hub: Arc<Hub>,
    pub(crate) health: Arc<HealthBoard>,
    pub(crate) estate: Arc<Estate>,
    /// Who connects, as their request says.
    pub(crate) person: Option<PersonId>,
}

/// Serves one display until it goes.
pub(crate) async fn serve_display(mut socket: WebSocket, live: Live) {
    let hub = &live.hub;
    let place = Place::take(hub);
    let end = if place.is_some() {
        converse(&mut socket, &live).await
    } else {
        End::Refused(Refused {
            code: RefusedCode::TooManyDisplays,
            message: format!("{DISPLAYS_MAX} displays are connected already; close one first"),
        })
    };
    match end {
        End::Gone => {}
        End::Closed => farewell(&mut socket).await,
        End::Refused(refused) => refuse(&mut socket, refused, &live).await,
    }
}

/// Says why, and closes.
async fn refuse(socket: &mut WebSocket, refused: Refused, live: &Live) {
    live.health.refused(
        ADAPTER,
        code_name(refused.code),
        &refused.message,
        live.hub.clock.now(),
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

async fn converse(socket: &mut WebSocket, live: &Live) -> End {
    let hello = match timeout(HELLO_WITHIN, hello(socket)).await {
        Ok(Ok(hello)) => hello,
        Ok(Err(end)) => return end,
        Err(_elapsed) => return bad("no hello came within 10 s"),
    };
    let (mut session, welcome) = match live.hub.open(&hello, live.person.as_ref()) {
        Ok(opened) => opened,
        Err(refused) => return End::Refused(refused),
    };
    drop(hello);
    live.health.accepted(ADAPTER);
    let seat = Seat {
        hub: &live.hub,
        display: live.hub.sit_down(session.audience().clone()),
    };
    let end = match send(socket, &ServerMessage::Welcome(welcome)).await {
        Ok(()) => talk(socket, live, &mut session, seat.display).await,
        Err(end) => end,
    };
    live.hub.write().let_go(&session);
    end
}

/// Goes on until one of the two ends.
async fn talk(
    socket: &mut WebSocket,
    live: &Live,
    session: &mut Connected,
    display: DisplayId,
) -> End {
    let mut news = live.hub.news.subscribe();
    // What came between the hello and the subscription is news too.
    news.mark_changed();
    loop {
        let step = tokio::select! {
            changed = news.changed() => match changed {
                Ok(()) => flush(socket, &live.hub, session, &mut news).await,
                Err(_closed) => Err(End::Gone),
            },
            message = socket.recv() => answer(socket, live, session, display, message).await,
        };
        if let Err(end) = step {
            return end;
        }
    }
}

/// Sends what its session has, written out together. After a batch it listens again: a display in
/// a storm is still answered.
async fn flush(
    socket: &mut WebSocket,
    hub: &Hub,
    session: &mut Connected,
    news: &mut watch::Receiver<()>,
) -> Result<(), End> {
    let mut batch = Vec::new();
    if hub.next(session, &mut batch) {
        news.mark_changed();
    }
    if batch.is_empty() {
        return Ok(());
    }
    let upto = session.told_upto().unwrap_or_default().0;
    trace!(messages = batch.len(), upto, "sent");
    let writing = async {
        for outgoing in batch {
            socket.feed(message(outgoing)?).await?;
        }
        socket.flush().await
    };
    match timeout(SEND_WITHIN, writing).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) | Err(_) => Err(End::Gone),
    }
}

async fn hello(socket: &mut WebSocket) -> Result<Hello, End> {
    loop {
        match receive(socket.recv().await)? {
            Some(ClientMessage::Hello(hello)) => return Ok(hello),
            Some(
                ClientMessage::Echo { .. }
                | ClientMessage::Presence(_)
                | ClientMessage::PaintedUpto { .. },
            ) => return Err(bad("the first message must be a hello")),
            // Some libraries ping before anything else.
            None => {}
        }
    }
}

async fn answer(
    socket: &mut WebSocket,
    live: &Live,
    session: &Connected,
    display: DisplayId,
    message: Option<Result<Message, axum::Error>>,
) -> Result<(), End> {
    match receive(message)? {
        None => Ok(()),
        Some(ClientMessage::Echo { n }) => {
            let echo = live.hub.echo(n);
            send(socket, &ServerMessage::Echo(echo)).await
        }
        // A phone is no console: whoever carries it has not come to their desk.
        Some(ClientMessage::Presence(_)) if !session.audience().has_copy() => {
            Err(bad("whose phone this is was said with its handshake"))
        }
        Some(ClientMessage::Presence(presence)) => {
            live.hub.say(display, known(presence, live));
            Ok(())
        }
        Some(ClientMessage::PaintedUpto { seq }) => {
            live.hub.painted(display, seq);
            Ok(())
        }
        Some(ClientMessage::Hello(_)) => Err(bad("a hello comes first, and once")),
    }
}

/// A person who is not of this estate is nobody, and is counted. The display stays: it may only be
/// older than the estate.
fn known(presence: Presence, live: &Live) -> Presence {
    let Presence { person, looking_at } = presence;
    let stranger = person
        .as_ref()
        .filter(|person| live.estate.person(person).is_none());
    if let Some(stranger) = stranger {
        let message = format!("{stranger} is not on the staff of this estate");
        let now = live.hub.clock.now();
        live.health
            .refused(ADAPTER, "unknown_person", &message, now);
        return Presence::default();
    }
    Presence { person, looking_at }
}

/// Reads one message; pings and pongs are nothing to act on.
fn receive(message: Option<Result<Message, axum::Error>>) -> Result<Option<ClientMessage>, End> {
    match message {
        Some(Ok(Message::Text(text))) if text.len() > CLIENT_MESSAGE_BYTES_MAX => Err(bad(
            &format!("a message has more than {CLIENT_MESSAGE_BYTES_MAX} bytes"),
        )),
        Some(Ok(Message::Text(text))) => match json::strict(text.as_bytes()) {
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

async fn send(socket: &mut WebSocket, words: &ServerMessage) -> Result<(), End> {
    let Ok(outgoing) = words.to_outgoing() else {
        return Err(End::Gone);
    };
    let sending = async { socket.send(message(outgoing)?).await };
    match timeout(SEND_WITHIN, sending).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) | Err(_) => Err(End::Gone),
    }
}

/// The message for the socket. Its bytes are those that all displays share.
fn message(outgoing: Outgoing) -> Result<Message, axum::Error> {
    struct Shared(Arc<str>);
    impl AsRef<[u8]> for Shared {
        fn as_ref(&self) -> &[u8] {
            self.0.as_bytes()
        }
    }
    Ok(match outgoing {
        Outgoing::Text(text) => Message::Text(
            Utf8Bytes::try_from(Bytes::from_owner(Shared(text))).map_err(axum::Error::new)?,
        ),
        Outgoing::Binary(bytes) => Message::Binary(Bytes::from_owner(bytes)),
    })
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
        RefusedCode::UnknownAudience => "unknown_audience",
        RefusedCode::TooManyDisplays => "too_many_displays",
        RefusedCode::UnknownPerson => "unknown_person",
        RefusedCode::CannotBeSent => "cannot_be_sent",
    }
}

/// A display among those where somebody may sit; it is left when the conversation ends in any way.
struct Seat<'a> {
    hub: &'a Hub,
    display: DisplayId,
}

impl Drop for Seat<'_> {
    fn drop(&mut self) {
        self.hub.stand_up(self.display);
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
