//! A socket to the server, up to its messages.

use crate::browser::window;
use castellan_domain::wire::live::ClientMessage;
use futures_channel::mpsc::{self, Receiver, Sender};
use wasm_bindgen::prelude::*;
use web_sys::{BinaryType, Event, MessageEvent, WebSocket};

/// Messages that may wait to be folded. The page folds each in well under a millisecond; should it
/// fall this far behind, it starts over with a snapshot.
const INBOX_MAX: usize = 10_000;

/// What a socket hears.
pub enum Incoming {
    /// It is there.
    Open,
    /// A text message.
    Text(String),
    /// A binary message.
    Binary(Vec<u8>),
    /// It is over.
    Closed,
}

/// A socket with its callbacks; both end together.
pub struct Connection {
    socket: WebSocket,
    /// At most three: opened, closed, failed.
    _callbacks: Vec<Closure<dyn FnMut(Event)>>,
    _on_message: Closure<dyn FnMut(MessageEvent)>,
}

impl Connection {
    /// Opens a socket to the server that the page came from, at a path such as `/live`.
    pub fn open(path: &str) -> Result<(Self, Receiver<Incoming>), JsValue> {
        let location = window().location();
        let scheme = if location.protocol()? == "https:" {
            "wss"
        } else {
            "ws"
        };
        let socket = WebSocket::new(&format!("{scheme}://{}{path}", location.host()?))?;
        socket.set_binary_type(BinaryType::Arraybuffer);
        let (sender, inbox) = mpsc::channel(INBOX_MAX);
        let mut callbacks = Vec::new();
        let mut on = |make: fn() -> Incoming| {
            let mut sender = sender.clone();
            let callback = Closure::<dyn FnMut(Event)>::new(move |_| push(&mut sender, make()));
            let function = callback
                .as_ref()
                .unchecked_ref::<js_sys::Function>()
                .clone();
            callbacks.push(callback);
            function
        };
        socket.set_onopen(Some(&on(|| Incoming::Open)));
        socket.set_onclose(Some(&on(|| Incoming::Closed)));
        socket.set_onerror(Some(&on(|| Incoming::Closed)));
        let mut to_inbox = sender;
        let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            let data = event.data();
            let incoming = match data.as_string() {
                Some(text) => Incoming::Text(text),
                None => Incoming::Binary(js_sys::Uint8Array::new(&data).to_vec()),
            };
            push(&mut to_inbox, incoming);
        });
        socket.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        let connection = Self {
            socket,
            _callbacks: callbacks,
            _on_message: on_message,
        };
        Ok((connection, inbox))
    }

    /// Whether it is not there yet.
    pub fn is_opening(&self) -> bool {
        self.socket.ready_state() == WebSocket::CONNECTING
    }

    /// Says something.
    pub fn send(&self, message: &ClientMessage) {
        if let Ok(text) = serde_json::to_string(message) {
            // A socket that is closing refuses; its end is on its way already.
            let _ = self.socket.send_with_str(&text);
        }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.socket.set_onopen(None);
        self.socket.set_onmessage(None);
        self.socket.set_onclose(None);
        self.socket.set_onerror(None);
        let _ = self.socket.close();
    }
}

/// A full inbox closes the connection: the page resumes once it has caught its breath.
fn push(sender: &mut Sender<Incoming>, incoming: Incoming) {
    if sender.try_send(incoming).is_err() {
        sender.close_channel();
    }
}
