//! Keeps the page's socket: one at a time, and again after a pause that grows and is never the same.

use super::phone::Phone;
use crate::browser::{build, mono, set_cookie, sleep};
use crate::connection::{Connection, Incoming, wait_ms};
use crate::live::{find_site, reload_once_for};
use castellan_domain::audience::Audience;
use castellan_domain::guard_view::GUARD_VIEW_VERSION;
use castellan_domain::ids::{PersonId, SiteId};
use castellan_domain::text::Text;
use castellan_domain::wire::api::PERSON_COOKIE;
use castellan_domain::wire::live::{
    ClientMessage, Hello, PROTOCOL_VERSION, Refused, RefusedCode, ServerMessage,
};
use futures_util::{FutureExt as _, StreamExt as _, select};
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

/// How often the way there and back is measured, and whose page it is looked at.
const ECHO_EVERY_MS: u32 = 1_000;

impl Phone {
    /// Keeps the page connected for as long as it lives.
    pub fn connect(&'static self) {
        spawn_local(async move {
            // Without one the page is still connecting, as it says.
            let site = find_site(|_| ()).await;
            self.site.set(Some(site.clone()));
            let mut attempt = 0;
            loop {
                let Some(person) = self.desk.person.get_untracked() else {
                    sleep(ECHO_EVERY_MS).await;
                    continue;
                };
                let opened = mono();
                self.converse(&site, &person).await;
                let lasted = mono().as_secs() - opened.as_secs();
                attempt = if lasted >= 5 { 0 } else { attempt + 1 };
                sleep(wait_ms(attempt, js_sys::Math::random())).await;
            }
        });
    }

    /// One connection, from its hello to its end.
    async fn converse(&'static self, site: &SiteId, person: &PersonId) {
        // Another tab of this browser may have somebody else.
        set_cookie(PERSON_COOKIE, Some(person.as_str()));
        let Ok((socket, mut inbox)) = Connection::open("/live") else {
            return;
        };
        self.pulse.update_value(|pulse| pulse.begin(mono()));
        let mut echo = Box::pin(sleep(ECHO_EVERY_MS).fuse());
        loop {
            select! {
                incoming = inbox.next() => {
                    let goes_on = match incoming {
                        Some(Incoming::Open) => hello(&socket, site) && self.ask(&socket),
                        Some(Incoming::Text(text)) => self.hear(person, &text),
                        Some(Incoming::Binary(_)) => true,
                        Some(Incoming::Closed) | None => false,
                    };
                    if !goes_on {
                        return;
                    }
                }
                () = echo => {
                    let silent = self.pulse.with_value(|pulse| pulse.is_silent(mono()));
                    if silent || !self.is_of(person) {
                        return;
                    }
                    if !socket.is_opening() {
                        self.ask(&socket);
                    }
                    echo = Box::pin(sleep(ECHO_EVERY_MS).fuse());
                }
            }
        }
    }

    /// Asks for an echo, if the last one came back.
    fn ask(&self, socket: &Connection) -> bool {
        if let Some(n) = self
            .pulse
            .try_update_value(|pulse| pulse.ask(mono()))
            .flatten()
        {
            socket.send(&ClientMessage::Echo { n });
        }
        true
    }

    /// Takes a message. Says whether to go on.
    fn hear(&'static self, person: &PersonId, text: &str) -> bool {
        let Ok(message) = serde_json::from_str(text) else {
            reload_once_for("a message that nobody understands");
            return false;
        };
        let mono = mono();
        match message {
            ServerMessage::Welcome(welcome) => {
                self.refused.set(None);
                self.served.set_value(Some(welcome.build));
                self.pulse
                    .update_value(|pulse| pulse.hear(welcome.server_time, mono));
            }
            ServerMessage::Heartbeat(beat) => {
                let not_recording = beat.not_recording_since.is_some();
                if self.not_recording.get_untracked() != not_recording {
                    self.not_recording.set(not_recording);
                }
                self.pulse
                    .update_value(|pulse| pulse.hear(beat.server_time, mono));
            }
            ServerMessage::Echo(echo) => {
                self.pulse
                    .update_value(|pulse| pulse.answered(echo.n, echo.server_time, mono));
            }
            ServerMessage::Guard(message) => {
                if message.view.version != GUARD_VIEW_VERSION {
                    reload_once_for("another version of the guard's view");
                    return false;
                }
                // It was under way to whoever had the page before.
                if !self.is_of(person) {
                    return false;
                }
                self.told.set(Some((message.seq, message.view)));
            }
            ServerMessage::Refused(refused) => {
                self.turned_away(person, &refused);
                return false;
            }
            ServerMessage::Facts(_)
            | ServerMessage::Changes(_)
            | ServerMessage::Handles(_)
            | ServerMessage::Latest(_)
            | ServerMessage::Viewers(_)
            | ServerMessage::Unrecorded(_)
            | ServerMessage::Gap => {}
        }
        true
    }

    /// Whether it is still their page.
    fn is_of(&self, person: &PersonId) -> bool {
        let now = self.desk.person;
        now.with_untracked(|now| now.as_ref() == Some(person))
    }

    fn turned_away(&self, person: &PersonId, refused: &Refused) {
        leptos::logging::error!("refused: {}", refused.message);
        match refused.code {
            RefusedCode::WrongProtocol => reload_once_for("another protocol version"),
            RefusedCode::UnknownPerson | RefusedCode::CannotBeSent => {
                if self.is_of(person) {
                    self.hand_over(None);
                    self.refused.set(Some(refused.code));
                }
            }
            RefusedCode::BadMessage
            | RefusedCode::UnknownSite
            | RefusedCode::UnknownAudience
            | RefusedCode::TooManyDisplays => {}
        }
    }
}

fn hello(socket: &Connection, site: &SiteId) -> bool {
    let Ok(build) = Text::new(build()) else {
        return false;
    };
    socket.send(&ClientMessage::Hello(Hello {
        protocol: PROTOCOL_VERSION,
        build,
        site: site.clone(),
        audience: Text::constant(Audience::Guard.name()),
        resume: None,
    }));
    true
}
