//! A display as a stranger would write it: a socket, and the domain's own replica behind it.

use super::{Castellan, PATIENCE, SITE};
use castellan_client::live;
pub(crate) use castellan_client::live::Heard;
use castellan_domain::audience::Audience;
use castellan_domain::ids::Seq;
use castellan_domain::stream::{Change, Replica};
use castellan_domain::text::Text;
use castellan_domain::time::Span;
use castellan_domain::wire::live::{Hello, ServerMessage};
use futures_util::SinkExt as _;
use std::time::Instant;
use tokio::net::TcpSocket;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;

/// Messages that a display may hear before it is refused.
const BEFORE_REFUSAL_MAX: usize = 50;

/// A WebSocket without any knowledge of the protocol.
pub(crate) struct Socket(pub(crate) live::Socket);

impl Socket {
    /// Connects.
    pub(crate) async fn connect(server: &Castellan) -> Self {
        Self::connect_with(server, None).await
    }

    /// Connects with a receive buffer of this many bytes.
    pub(crate) async fn connect_with(server: &Castellan, receive_bytes: Option<u32>) -> Self {
        let socket = TcpSocket::new_v4().expect("a socket");
        if let Some(bytes) = receive_bytes {
            socket.set_recv_buffer_size(bytes).expect("a small buffer");
        }
        let stream = socket.connect(server.address).await.expect("it listens");
        let socket = live::over(stream, server.address, "/live", &[]).await;
        Self(socket.expect("the handshake succeeds"))
    }

    /// Sends any message.
    pub(crate) async fn send(&mut self, message: Message) {
        // The server may have closed already; what it said is then still to be heard.
        let _ = timeout(PATIENCE, self.0.send(message)).await;
    }

    /// Sends a text.
    pub(crate) async fn say(&mut self, text: impl Into<String>) {
        self.send(Message::text(text.into())).await;
    }

    /// The next text, frame or end.
    pub(crate) async fn hear(&mut self) -> Heard {
        let heard = live::hear(&mut self.0).await;
        heard.expect("the server says something or hangs up")
    }

    /// The next text message that is no heartbeat.
    pub(crate) async fn hear_text(&mut self) -> ServerMessage {
        loop {
            match self.hear().await {
                Heard::Text(ServerMessage::Heartbeat(_), _) | Heard::Frame(_) => {}
                Heard::Text(message, _) => return message,
                Heard::End(code) => panic!("the server hung up ({code:?})"),
            }
        }
    }

    /// Expects a refusal with this code, and the end after it.
    pub(crate) async fn expect_refusal(&mut self) -> castellan_domain::wire::live::Refused {
        let mut refused = None;
        // A display that is taken hears heartbeats for ever.
        for _ in 0..BEFORE_REFUSAL_MAX {
            match self.hear().await {
                Heard::Text(ServerMessage::Refused(told), _) => {
                    refused = Some(told);
                    break;
                }
                Heard::Text(..) | Heard::Frame(_) => {}
                Heard::End(code) => panic!("the server hung up ({code:?}) without a reason"),
            }
        }
        let refused = refused.expect("it is refused, not taken");
        match self.hear().await {
            Heard::End(Some(1008)) => refused,
            other => panic!("a refusal ends with close code 1008, not {other:?}"),
        }
    }
}

/// The first message of a display that has stood nowhere.
pub(crate) fn hello() -> Hello {
    live::hello(SITE.parse().expect("a site"), "test")
}

/// A hello as text.
pub(crate) fn hello_text(hello: Hello) -> String {
    live::text_of(hello).expect("a hello is JSON")
}

/// A display that folds what it hears.
pub(crate) struct Display {
    pub(crate) socket: Socket,
    pub(crate) replica: Replica,
    /// Facts heard in this connection, by message.
    pub(crate) facts: Vec<Seq>,
    /// Position frames heard in this connection.
    pub(crate) frames: usize,
    /// Heartbeats heard in this connection.
    pub(crate) beats: usize,
    /// Snapshots taken in this connection.
    pub(crate) snapshots: usize,
    born: Instant,
}

impl Display {
    /// Connects with nothing known.
    pub(crate) async fn open(server: &Castellan) -> Self {
        Self::resume(server, Replica::new(Audience::Staff)).await
    }

    /// Connects with what is known.
    pub(crate) async fn resume(server: &Castellan, replica: Replica) -> Self {
        Self::over(Socket::connect(server).await, replica).await
    }

    /// Says hello over a socket.
    pub(crate) async fn over(mut socket: Socket, replica: Replica) -> Self {
        let site = SITE.parse().expect("a site");
        let hello = replica.hello(site, Text::constant("test"));
        socket.say(hello_text(hello)).await;
        Self {
            socket,
            replica,
            facts: Vec::new(),
            frames: 0,
            beats: 0,
            snapshots: 0,
            born: Instant::now(),
        }
    }

    /// Hears one thing and folds it, taking the snapshot when it has to.
    pub(crate) async fn step(&mut self, server: &Castellan) -> Change {
        let mono = i64::try_from(self.born.elapsed().as_micros()).expect("a short test");
        let change = match self.socket.hear().await {
            Heard::Frame(bytes) => {
                self.frames += 1;
                self.replica.on_binary(&bytes).expect("a frame")
            }
            Heard::Text(message, text) => {
                match message {
                    ServerMessage::Facts(facts) => self.facts.push(facts.upto),
                    ServerMessage::Heartbeat(_) => self.beats += 1,
                    _ => {}
                }
                let change = self.replica.on_text(&text, Span::from_micros(mono));
                change.expect("a message that fits")
            }
            Heard::End(code) => panic!("the server hung up ({code:?})"),
        };
        if change.take_snapshot {
            self.snapshots += 1;
            let snapshot = server.snapshot_for(self.replica.audience().clone()).await;
            let change = self.replica.on_snapshot(snapshot);
            assert!(!change.expect("a snapshot that fits").take_snapshot);
        }
        change
    }

    /// Hears until this holds.
    pub(crate) async fn until(&mut self, server: &Castellan, mut holds: impl FnMut(&Self) -> bool) {
        let end = Instant::now() + PATIENCE;
        while !holds(self) {
            assert!(
                Instant::now() < end,
                "waited in vain at {}",
                self.replica.view().seq
            );
            self.step(server).await;
        }
    }

    /// Hears until it stands at this fact.
    pub(crate) async fn reach(&mut self, server: &Castellan, seq: Seq) {
        self.until(server, |display| {
            display.replica.is_ready() && display.replica.view().seq >= seq
        })
        .await;
    }

    /// Hears until it stands where the server stands, and compares.
    pub(crate) async fn agree(&mut self, server: &Castellan) {
        let end = Instant::now() + PATIENCE;
        loop {
            let snapshot = server.snapshot_for(self.replica.audience().clone()).await;
            self.reach(server, snapshot.seq).await;
            // A rule may have recorded something in between.
            if self.replica.view().seq == snapshot.seq {
                assert_eq!(*self.replica.view(), snapshot.view);
                return;
            }
            assert!(Instant::now() < end, "the site never rests");
        }
    }
}
