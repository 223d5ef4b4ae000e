//! Keeps a socket to `/live`: connects, says hello, feeds the replica, and comes back after a break.

use super::model::{look_in_ms, presence};
use super::reload::{reload_if_older, reload_once_for};
use super::site::find_site;
use crate::api;
use crate::browser::{beat, build, mono, sleep};
use crate::connection::{Connection, Incoming, wait_ms};
use crate::copy::{Fault, SiteCopy};
use crate::desk::Desk;
use crate::map::{Scene, SceneHandle};
use castellan_domain::ids::{Seq, SiteId};
use castellan_domain::stream::{Change, Replica, ReplicaError};
use castellan_domain::text::Text;
use castellan_domain::wire::live::{ClientMessage, Presence, RefusedCode};
use futures_util::{FutureExt as _, StreamExt as _, select};
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

/// How often the way there and back is measured.
const ECHO_EVERY_MS: u32 = 1_000;

/// Why a connection ended.
enum End {
    /// It broke; the replica can resume.
    Broken,
    /// What came could not be folded: start over with a snapshot.
    Unusable,
}

/// What the link feeds, and whom it tells the server of.
#[derive(Clone)]
pub struct Line {
    /// The copy: all of it goes there first.
    pub copy: &'static SiteCopy,
    /// Who sits here and looks at what is told to the server.
    pub desk: &'static Desk,
    /// What is drawn goes there, past the view tree.
    pub scene: SceneHandle,
    /// Whether it is a console of whoever sits here.
    pub is_console: bool,
}

impl Line {
    /// Keeps the page connected for as long as it lives.
    pub fn connect(self) {
        spawn_local(async move {
            let fault = self.copy.link.fault;
            let site = find_site(|missed| fault.set(Some(missed))).await;
            fault.set(None);
            self.copy.site.set(Some(site.clone()));
            let mut attempt = 0;
            loop {
                let opened = mono();
                match converse(&self, &site).await {
                    End::Broken => {}
                    End::Unusable => {
                        self.copy.update(Replica::start_over);
                    }
                }
                let lasted = mono().as_secs() - opened.as_secs();
                attempt = if lasted >= 5 { 0 } else { attempt + 1 };
                sleep(wait_ms(attempt, js_sys::Math::random())).await;
            }
        });
    }

    /// Lets the clock of what is shown run, and calls the link dead at the moment at which it is.
    pub async fn keep_time(self) {
        loop {
            beat();
            self.tick();
            let turns_in = self.copy.with(|replica| replica.link_turns_in(mono()));
            sleep(look_in_ms(turns_in)).await;
        }
    }

    /// The clock of what is shown.
    fn tick(&self) {
        if let Some(now) = self.copy.tick() {
            let mono = mono();
            self.scene.update(|scene| scene.set_clock(now, mono));
        }
    }

    /// apply → project: what a message changed goes to the signals and to the map.
    fn show(&self, change: &Change) {
        self.copy.show(change);
        if Scene::draws(change) {
            self.copy.with(|replica| {
                let (view, tracked) = (replica.view(), replica.tracked());
                let show = |scene: &mut Scene| scene.show(change, view, tracked, mono());
                self.scene.update(show);
            });
        }
    }
}

/// One connection, from its hello to its end.
async fn converse(line: &Line, site: &SiteId) -> End {
    let Ok((socket, mut inbox)) = Connection::open("/live") else {
        return End::Broken;
    };
    let mut told = Told::default();
    let mut echo = Box::pin(sleep(ECHO_EVERY_MS).fuse());
    loop {
        select! {
            incoming = inbox.next() => {
                let end = match incoming {
                    Some(Incoming::Open) => hello(&socket, line.copy, site),
                    Some(Incoming::Text(text)) => take_text(line, site, &text),
                    Some(Incoming::Binary(bytes)) => take_binary(line, &bytes),
                    Some(Incoming::Closed) | None => Err(End::Broken),
                };
                if let Err(end) = end {
                    return end;
                }
            }
            () = echo => {
                // A link that has been silent for too long is given up, whatever the browser
                // believes of it.
                if line.copy.with(|replica| replica.is_silent(mono())) && !socket.is_opening() {
                    return End::Broken;
                }
                ask(&socket, line.copy);
                told.tell(&socket, line);
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
    fn tell(&mut self, socket: &Connection, line: &Line) {
        let (person, selected) = (&line.desk.person, &line.desk.selected);
        let presence = presence(
            line.is_console,
            person.get_untracked(),
            selected.get_untracked(),
        );
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
        if line.copy.with(Replica::is_ready) {
            self.folded_upto = line.copy.with(|replica| replica.view().seq);
        }
    }
}

fn take_text(line: &Line, site: &SiteId, text: &str) -> Result<(), End> {
    let change = fold(line.copy, |replica| replica.on_text(text, mono()))?;
    if let Some(served) = &change.server_build {
        line.tick();
        reload_if_older(served);
    }
    if let Some(refused) = &change.refused {
        leptos::logging::error!("refused: {}", refused.message);
        if refused.code == RefusedCode::WrongProtocol {
            line.copy.link.fault.set(Some(Fault::WrongVersion));
            reload_once_for("another protocol version");
        }
        return Err(End::Unusable);
    }
    if change.take_snapshot {
        take_snapshot(line.clone(), site.clone());
    }
    line.show(&change);
    Ok(())
}

fn take_binary(line: &Line, bytes: &[u8]) -> Result<(), End> {
    let change = fold(line.copy, |replica| replica.on_binary(bytes))?;
    line.show(&change);
    Ok(())
}

fn fold(
    copy: &'static SiteCopy,
    step: impl FnOnce(&mut Replica) -> Result<Change, ReplicaError>,
) -> Result<Change, End> {
    match copy.update(step) {
        Some(Ok(change)) => Ok(change),
        Some(Err(error)) => {
            leptos::logging::error!("starting over: {error}");
            Err(End::Unusable)
        }
        None => Err(End::Broken),
    }
}

/// Fetches the snapshot beside the stream; what streams in meanwhile waits in the replica.
fn take_snapshot(line: Line, site: SiteId) {
    spawn_local(async move {
        let audience = line.copy.with(|replica| replica.audience().clone());
        let mut attempt = 0;
        loop {
            if let Ok(snapshot) = api::snapshot(&site, &audience).await {
                match fold(line.copy, |replica| replica.on_snapshot(snapshot)) {
                    Ok(change) if change.take_snapshot => {}
                    Ok(change) => {
                        line.show(&change);
                        return;
                    }
                    Err(_) => {
                        line.copy.update(Replica::start_over);
                        return;
                    }
                }
            }
            attempt += 1;
            sleep(wait_ms(attempt, js_sys::Math::random())).await;
            if !line.copy.with(Replica::is_waiting) {
                return;
            }
        }
    });
}

fn hello(socket: &Connection, copy: &'static SiteCopy, site: &SiteId) -> Result<(), End> {
    let build = Text::new(build()).map_err(|_| End::Broken)?;
    let hello = copy.with(|replica| replica.hello(site.clone(), build));
    socket.send(&ClientMessage::Hello(hello));
    ask(socket, copy);
    Ok(())
}

/// Sends an echo, by whose answer the display knows how old its picture is.
fn ask(socket: &Connection, copy: &'static SiteCopy) {
    if let Some(echo) = copy.update(|replica| replica.ask(mono())) {
        socket.send(&echo);
    }
}
