//! Keeps a socket to `/live`: connects, says hello, feeds the replica, and comes back after a break.

use super::console::Console;
use super::model::wait_ms;
use crate::api;
use crate::browser::{build, mono, sleep, window};
use crate::desk::Picked;
use crate::texts::Key;
use castellan_domain::ids::{Seq, SiteId};
use castellan_domain::stream::{Change, Link, Replica, ReplicaError};
use castellan_domain::text::Text;
use castellan_domain::wire::live::{ClientMessage, LookingAt, Presence, RefusedCode};
use futures_channel::mpsc::{self, Receiver, Sender};
use futures_util::{FutureExt as _, StreamExt as _, select};
use leptos::prelude::*;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::{BinaryType, Event, MessageEvent, WebSocket};

/// Messages that may wait to be folded. The page folds each in well under a millisecond; should it
/// fall this far behind, it starts over with a snapshot.
const INBOX_MAX: usize = 10_000;
/// Failed attempts to find the site before the screen says so.
const QUIET_ATTEMPTS: u32 = 3;
/// How often the way there and back is measured.
const ECHO_EVERY_MS: u32 = 1_000;
/// Wait before a page of another build is loaded again, so that it can never do so in a fast loop.
const RELOAD_AFTER_MS: u32 = 1_500;

enum Incoming {
    Open,
    Text(String),
    Binary(Vec<u8>),
    Closed,
}

/// Why a connection ended.
enum End {
    /// It broke; the replica can resume.
    Broken,
    /// What came could not be folded: start over with a snapshot.
    Unusable,
}

/// Keeps the console connected for as long as the page lives.
pub fn connect(console: Console) {
    spawn_local(async move {
        let site = find_site(console).await;
        console.site.set(Some(site.clone()));
        let mut attempt = 0;
        loop {
            let opened = mono();
            match converse(console, &site).await {
                End::Broken => {}
                End::Unusable => {
                    console.update(Replica::start_over);
                }
            }
            let lasted = mono().as_secs() - opened.as_secs();
            attempt = if lasted >= 5 { 0 } else { attempt + 1 };
            sleep(wait_ms(attempt, js_sys::Math::random())).await;
        }
    });
}

/// Asks for the site until somebody answers.
async fn find_site(console: Console) -> SiteId {
    let wanted = crate::browser::parameter("site");
    let mut attempt = 0;
    loop {
        if let Ok(sites) = api::sites().await {
            let found = sites
                .into_iter()
                .find(|site| wanted.as_deref().is_none_or(|id| id == site.site.as_str()));
            if let Some(found) = found {
                console.fault.set(None);
                return found.site;
            }
            console.fault.set(Some(Key::SiteUnknown));
        } else if attempt >= QUIET_ATTEMPTS {
            console.fault.set(Some(Key::SiteUnreachable));
        }
        attempt += 1;
        console.link.set(Link::Connecting);
        sleep(wait_ms(attempt, js_sys::Math::random())).await;
    }
}

/// One connection, from its hello to its end.
async fn converse(console: Console, site: &SiteId) -> End {
    let Ok((socket, mut inbox)) = Connection::open() else {
        return End::Broken;
    };
    let mut told = Told::default();
    let mut echo = Box::pin(sleep(ECHO_EVERY_MS).fuse());
    loop {
        select! {
            incoming = inbox.next() => {
                let end = match incoming {
                    Some(Incoming::Open) => socket.hello(console, site),
                    Some(Incoming::Text(text)) => take_text(console, site, &text),
                    Some(Incoming::Binary(bytes)) => take_binary(console, &bytes),
                    Some(Incoming::Closed) | None => Err(End::Broken),
                };
                if let Err(end) = end {
                    return end;
                }
            }
            () = echo => {
                // A link that has been silent for too long is given up, whatever the browser
                // believes of it.
                if console.with(|replica| replica.is_silent(mono())) && !socket.is_opening() {
                    return End::Broken;
                }
                socket.ask(console);
                told.tell(&socket, console);
                echo = Box::pin(sleep(ECHO_EVERY_MS).fuse());
            }
        }
    }
}

/// What the server was told of this display.
#[derive(Default)]
struct Told {
    presence: Presence,
    folded_upto: Seq,
    painted_upto: Seq,
}

impl Told {
    /// Says who sits here and what is on the glass, where that has changed.
    fn tell(&mut self, socket: &Connection, console: Console) {
        let presence = Presence {
            person: console.person.get_untracked(),
            looking_at: console
                .selected
                .get_untracked()
                .and_then(|picked| match picked {
                    Picked::Alarm(id) => Some(LookingAt::Alarm(id)),
                    Picked::Person(id) => Some(LookingAt::Person(id)),
                    Picked::Device(id) => Some(LookingAt::Device(id)),
                    Picked::Building(_) | Picked::Area(_) => None,
                }),
        };
        if self.presence != presence {
            self.presence = presence;
            socket.send(&ClientMessage::Presence(self.presence.clone()));
        }
        // What had been folded a whole interval ago has been drawn since: the interval's own timer
        // runs after the frames between.
        if self.painted_upto != self.folded_upto {
            self.painted_upto = self.folded_upto;
            let seq = self.painted_upto;
            socket.send(&ClientMessage::PaintedUpto { seq });
        }
        if console.with(Replica::is_ready) {
            self.folded_upto = console.with(|replica| replica.view().seq);
        }
    }
}

fn take_text(console: Console, site: &SiteId, text: &str) -> Result<(), End> {
    let change = fold(console, |replica| replica.on_text(text, mono()))?;
    if let Some(round_trip) = change.round_trip {
        let ms = round_trip.as_micros() / 1_000;
        console.round_trip_ms.set(u32::try_from(ms).ok());
    }
    if let Some(served) = &change.server_build {
        console.tick();
        reload_if_older(served);
    }
    if let Some(refused) = &change.refused {
        leptos::logging::error!("refused: {}", refused.message);
        if refused.code == RefusedCode::WrongProtocol {
            console.fault.set(Some(Key::WrongVersion));
            reload_once_for("another protocol version");
        }
        return Err(End::Unusable);
    }
    if change.take_snapshot {
        take_snapshot(console, site.clone());
    }
    console.show(&change);
    Ok(())
}

fn take_binary(console: Console, bytes: &[u8]) -> Result<(), End> {
    let change = fold(console, |replica| replica.on_binary(bytes))?;
    console.show(&change);
    Ok(())
}

fn fold(
    console: Console,
    step: impl FnOnce(&mut Replica) -> Result<Change, ReplicaError>,
) -> Result<Change, End> {
    match console.update(step) {
        Some(Ok(change)) => Ok(change),
        Some(Err(error)) => {
            leptos::logging::error!("starting over: {error}");
            Err(End::Unusable)
        }
        None => Err(End::Broken),
    }
}

/// Fetches the snapshot beside the stream; what streams in meanwhile waits in the replica.
fn take_snapshot(console: Console, site: SiteId) {
    spawn_local(async move {
        let mut attempt = 0;
        loop {
            if let Ok(snapshot) = api::snapshot(&site).await {
                match fold(console, |replica| replica.on_snapshot(snapshot)) {
                    Ok(change) if change.take_snapshot => {}
                    Ok(change) => {
                        console.show(&change);
                        return;
                    }
                    Err(_) => {
                        console.update(Replica::start_over);
                        return;
                    }
                }
            }
            attempt += 1;
            sleep(wait_ms(attempt, js_sys::Math::random())).await;
            if !console.with(Replica::is_waiting) {
                return;
            }
        }
    });
}

/// A page of another build may misread what is new: it loads itself again, once for each build.
fn reload_if_older(served: &Text<64>) {
    let own = build();
    let comparable = served.as_str() != "no browser app" && own != "unknown";
    if !comparable || own == served.as_str() {
        return;
    }
    reload_once_for(served.as_str());
}

/// Loads the page again, once in this tab for each reason: a page that stays wrong after that would
/// do so for ever.
fn reload_once_for(reason: &str) {
    let key = "castellan.reloaded_for";
    let Ok(Some(storage)) = window().session_storage() else {
        return;
    };
    if storage.get_item(key).ok().flatten().as_deref() == Some(reason) {
        return;
    }
    let _ = storage.set_item(key, reason);
    spawn_local(async {
        sleep(RELOAD_AFTER_MS).await;
        let _ = window().location().reload();
    });
}

/// A socket with its callbacks; both end together.
struct Connection {
    socket: WebSocket,
    /// At most three: opened, closed, failed.
    _callbacks: Vec<Closure<dyn FnMut(Event)>>,
    _on_message: Closure<dyn FnMut(MessageEvent)>,
}

impl Connection {
    fn open() -> Result<(Self, Receiver<Incoming>), JsValue> {
        let location = window().location();
        let scheme = if location.protocol()? == "https:" {
            "wss"
        } else {
            "ws"
        };
        let socket = WebSocket::new(&format!("{scheme}://{}/live", location.host()?))?;
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

    fn is_opening(&self) -> bool {
        self.socket.ready_state() == WebSocket::CONNECTING
    }

    fn hello(&self, console: Console, site: &SiteId) -> Result<(), End> {
        let build = Text::new(build()).map_err(|_| End::Broken)?;
        let hello = console.with(|replica| replica.hello(site.clone(), build));
        self.send(&ClientMessage::Hello(hello));
        self.ask(console);
        Ok(())
    }

    /// Sends an echo, by whose answer the display knows how old its picture is.
    fn ask(&self, console: Console) {
        if let Some(echo) = console.update(|replica| replica.ask(mono())) {
            self.send(&echo);
        }
    }

    fn send(&self, message: &ClientMessage) {
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
