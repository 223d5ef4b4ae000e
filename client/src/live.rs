//! The live socket of a display, up to its messages. What they mean together is for
//! `castellan_domain::stream::Replica`.

use crate::http::Identity;
use castellan_domain::audience::Audience;
use castellan_domain::ids::SiteId;
use castellan_domain::text::Text;
use castellan_domain::wire::live::{
    ClientMessage, Hello, PROTOCOL_VERSION, Refused, ServerMessage, Welcome,
};
use futures_util::{SinkExt as _, StreamExt as _};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::http::{HeaderName, HeaderValue};
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async_with_config};

/// Connecting, and each message that must come, take at most this long. A server says something
/// every second.
const PATIENCE: Duration = Duration::from_secs(30);
/// Large enough for a frame of 2,000 positions at one go; the library's own 128 KiB for each of
/// a thousand sockets would not stay in the cache.
const READ_BUFFER_BYTES: usize = 16 * 1024;

/// A connected socket.
pub type Socket = WebSocketStream<TcpStream>;

/// Why there is no socket, or nothing more to hear.
#[derive(Debug, thiserror::Error)]
pub enum LiveError {
    /// Nobody listens, or the connection broke.
    #[error("the connection to the server broke: {0}")]
    Io(#[from] std::io::Error),
    /// What is spoken is no WebSocket.
    #[error("no WebSocket with the server: {0}")]
    WebSocket(Box<Error>),
    /// Nothing came in time.
    #[error("the server said nothing in time")]
    Silent,
    /// It ended, without a reason.
    #[error("the server hung up")]
    HungUp,
    /// The display was refused, with the reason.
    #[error("the display was refused: {}", .0.message)]
    Refused(Refused),
    /// Not what a display expects.
    #[error("the server does not speak the protocol: {0}")]
    Strange(String),
}

impl From<Error> for LiveError {
    fn from(error: Error) -> Self {
        Self::WebSocket(Box::new(error))
    }
}

/// What a socket can hear.
#[derive(Debug)]
pub enum Heard {
    /// A message, and as it came.
    Text(ServerMessage, String),
    /// A binary frame: positions.
    Frame(Vec<u8>),
    /// The end, with the close code if one was said.
    End(Option<u16>),
}

/// The first message of a display of the staff that has stood nowhere.
pub fn hello(site: SiteId, build: &'static str) -> Hello {
    Hello {
        protocol: PROTOCOL_VERSION,
        build: Text::constant(build),
        site,
        audience: Text::constant(Audience::Staff.name()),
        resume: None,
    }
}

/// Connects any WebSocket, with more headers in its handshake.
pub async fn connect(
    address: SocketAddr,
    path: &str,
    headers: &[(HeaderName, HeaderValue)],
) -> Result<Socket, LiveError> {
    let stream = timeout(PATIENCE, TcpStream::connect(address))
        .await
        .map_err(|_elapsed| LiveError::Silent)??;
    over(stream, address, path, headers).await
}

/// The same over a connection that is there.
pub async fn over(
    stream: TcpStream,
    address: SocketAddr,
    path: &str,
    headers: &[(HeaderName, HeaderValue)],
) -> Result<Socket, LiveError> {
    stream.set_nodelay(true)?;
    let mut request = format!("ws://{address}{path}").into_client_request()?;
    request.headers_mut().extend(headers.iter().cloned());
    let config = WebSocketConfig::default().read_buffer_size(READ_BUFFER_BYTES);
    let shaken = client_async_with_config(request, stream, Some(config));
    let (socket, _response) = timeout(PATIENCE, shaken)
        .await
        .map_err(|_elapsed| LiveError::Silent)??;
    Ok(socket)
}

/// Connects a display and waits until it is welcome.
pub async fn enter(
    address: SocketAddr,
    identity: Option<&Identity>,
    hello: Hello,
) -> Result<(Socket, Welcome), LiveError> {
    let headers = match identity.map(Identity::header) {
        Some((name, value)) => vec![(HeaderName::from_static(name), value_of(&value)?)],
        None => Vec::new(),
    };
    let mut socket = connect(address, "/live", &headers).await?;
    say_hello(&mut socket, hello).await?;
    match hear(&mut socket).await? {
        Heard::Text(ServerMessage::Welcome(welcome), _) => Ok((socket, welcome)),
        Heard::Text(ServerMessage::Refused(refused), _) => Err(LiveError::Refused(refused)),
        Heard::Text(_, text) => Err(LiveError::Strange(text)),
        Heard::Frame(_) => Err(LiveError::Strange("a frame before a welcome".to_owned())),
        Heard::End(_) => Err(LiveError::HungUp),
    }
}

/// The first message of a display.
pub async fn say_hello(socket: &mut Socket, hello: Hello) -> Result<(), LiveError> {
    Ok(socket.send(Message::text(text_of(hello)?)).await?)
}

/// The next text, frame or end.
pub async fn hear(socket: &mut Socket) -> Result<Heard, LiveError> {
    loop {
        let message = timeout(PATIENCE, socket.next())
            .await
            .map_err(|_elapsed| LiveError::Silent)?;
        return Ok(match message {
            Some(Ok(Message::Text(text))) => match serde_json::from_str(&text) {
                Ok(message) => Heard::Text(message, text.to_string()),
                Err(error) => return Err(LiveError::Strange(format!("{error}: {text}"))),
            },
            Some(Ok(Message::Binary(bytes))) => Heard::Frame(bytes.to_vec()),
            Some(Ok(Message::Close(frame))) => Heard::End(frame.map(|frame| frame.code.into())),
            Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => continue,
            Some(Err(Error::ConnectionClosed | Error::AlreadyClosed)) | None => Heard::End(None),
            Some(Err(error)) => return Err(error.into()),
        });
    }
}

/// A hello as it is sent.
pub fn text_of(hello: Hello) -> Result<String, LiveError> {
    serde_json::to_string(&ClientMessage::Hello(hello))
        .map_err(|error| LiveError::Strange(error.to_string()))
}

fn value_of(text: &str) -> Result<HeaderValue, LiveError> {
    HeaderValue::from_str(text).map_err(|error| LiveError::Strange(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use castellan_domain::ids::PersonId;
    use tokio::net::TcpListener;
    use tokio_tungstenite::accept_async;

    const WELCOME: &str = include_str!("../../domain/tests/wire/server_message.welcome.json");
    const REFUSED: &str =
        include_str!("../../domain/tests/wire/server_message.refused.unknown_site.json");
    const HEARTBEAT: &str = include_str!("../../domain/tests/wire/server_message.heartbeat.json");

    /// A server that answers one hello with this and hangs up. It gives the handshake and the hello.
    async fn answering(
        answer: Option<&'static str>,
    ) -> (SocketAddr, tokio::task::JoinHandle<(String, String)>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let served = tokio::spawn(async move {
            let (stream, _) = listener.accept().await.unwrap();
            let mut head = [0; 1_024];
            let length = stream.peek(&mut head).await.unwrap();
            let head = String::from_utf8_lossy(&head[..length]).into_owned();
            let mut socket = accept_async(stream).await.unwrap();
            let hello = socket.next().await.unwrap().unwrap();
            if let Some(answer) = answer {
                socket.send(Message::text(answer)).await.unwrap();
            }
            socket.close(None).await.unwrap();
            (head, hello.to_text().unwrap().to_owned())
        });
        (address, served)
    }

    fn first() -> Hello {
        hello("test-1".parse().unwrap(), "test")
    }

    #[tokio::test]
    async fn a_display_says_who_it_is_and_is_welcome() {
        let (address, served) = answering(Some(WELCOME)).await;
        let person = Identity::Cookie(PersonId::new("li-na").unwrap());
        let (mut socket, welcome) = enter(address, Some(&person), first()).await.unwrap();
        assert_eq!(welcome.protocol, PROTOCOL_VERSION);
        assert!(matches!(hear(&mut socket).await, Ok(Heard::End(_))));
        let (head, hello) = served.await.unwrap();
        assert!(
            head.contains("cookie: castellan_person=li-na\r\n"),
            "{head}"
        );
        assert_eq!(hello, text_of(first()).unwrap());
    }

    #[tokio::test]
    async fn whoever_is_not_welcome_hears_why() {
        for (answer, part) in [
            (Some(REFUSED), "the display was refused: "),
            (Some(HEARTBEAT), "does not speak the protocol"),
            (Some("<html>"), "does not speak the protocol"),
            (None, "hung up"),
        ] {
            let (address, _served) = answering(answer).await;
            let error = enter(address, None, first()).await.unwrap_err().to_string();
            assert!(error.contains(part), "{answer:?}: {error}");
        }
    }
}
