//! Browsers on bad links: they lag, break off, come back, and fetch snapshots by another road.

use super::server::Server;
use castellan_domain::audience::Audience;
use castellan_domain::ids::{AlarmId, PersonId, Seq, SiteId};
use castellan_domain::stream::{Change, DisplayId, Link, Outgoing, Replica, ReplicaError, Session};
use castellan_domain::text::Text;
use castellan_domain::time::{Span, Timestamp};
use castellan_domain::view::View;
use castellan_domain::wire::api::Snapshot;
use castellan_domain::wire::live::{ClientMessage, Echo, LookingAt, Presence, ServerMessage};
use fastrand::Rng;
use std::collections::VecDeque;

/// The longest that a link delays a message.
pub(crate) const DELAY_MAX: Span = Span::from_secs(2);
/// Messages that a link holds before the session has to wait.
const LINK_MAX: usize = 8;

pub(crate) struct Display {
    pub(crate) audience: Audience,
    person: Option<PersonId>,
    pub(crate) replica: Replica,
    session: Option<(Session, DisplayId)>,
    link: VecDeque<(Timestamp, Outgoing)>,
    /// Snapshots that it still has to ask for, and answers on their way.
    asks: u32,
    answers: Vec<(Timestamp, Snapshot)>,
    /// Echoes on their way up.
    echoes: VecDeque<(Timestamp, u64)>,
    echo_at: Timestamp,
    /// Whether somebody in between loses the next facts, and whether they lost some on this line.
    loses: bool,
    pub(crate) has_lost: bool,
    /// It takes nothing until then.
    stalled_until: Timestamp,
    page_began: Timestamp,
    pub(crate) connections: u32,
    pub(crate) snapshots: u32,
    /// Facts that never arrived.
    pub(crate) lost: u32,
    /// Something came since it was compared with the truth.
    pub(crate) changed: bool,
}

impl Display {
    pub(crate) fn new(audience: Audience, person: Option<PersonId>, now: Timestamp) -> Self {
        Self {
            replica: Replica::new(audience.clone()),
            audience,
            person,
            session: None,
            link: VecDeque::new(),
            asks: 0,
            answers: Vec::new(),
            echoes: VecDeque::new(),
            echo_at: now,
            loses: false,
            has_lost: false,
            stalled_until: now,
            page_began: now,
            connections: 0,
            snapshots: 0,
            lost: 0,
            changed: false,
        }
    }

    pub(crate) fn is_connected(&self) -> bool {
        self.session.is_some()
    }

    pub(crate) fn view(&self) -> &View {
        self.replica.view()
    }

    pub(crate) fn link(&self, now: Timestamp) -> Link {
        self.replica.link(self.mono(now))
    }

    fn mono(&self, now: Timestamp) -> Span {
        now.since(self.page_began)
    }

    pub(crate) fn stall(&mut self, until: Timestamp) {
        self.stalled_until = until;
    }

    pub(crate) fn connect(&mut self, server: &mut Server, site: &SiteId, now: Timestamp) {
        self.cut(server);
        let hello = self.replica.hello(site.clone(), Text::constant("sim"));
        let (session, welcome) = server.stream.open(&hello, now).expect("a good hello");
        let welcome = ServerMessage::Welcome(welcome).to_outgoing().expect("JSON");
        self.link.push_back((now, welcome));
        let seat = server.seated.open(session.audience().clone());
        self.session = Some((session, seat));
        (self.loses, self.has_lost) = (false, false);
        self.connections += 1;
        self.echo_at = now;
        self.sit(server, None);
    }

    /// A proxy that is broken drops facts, and nothing else.
    pub(crate) fn will_lose_facts(&mut self) {
        self.loses = true;
    }

    /// Says who sits here and what they look at.
    pub(crate) fn sit(&mut self, server: &mut Server, at: Option<AlarmId>) {
        if let Some((_, seat)) = &self.session {
            let presence = Presence {
                person: self.person.clone(),
                looking_at: at.map(LookingAt::Alarm),
            };
            server.seated.say(*seat, presence);
            server.seated.painted(
                *seat,
                self.replica.view().seq,
                server.store.head(),
                Timestamp::default(),
            );
        }
    }

    pub(crate) fn cut(&mut self, server: &mut Server) {
        if let Some((session, seat)) = self.session.take() {
            server.stream.close(&session);
            server.seated.close(seat);
        }
        self.link.clear();
        self.echoes.clear();
    }

    /// The server died: nothing says goodbye.
    pub(crate) fn lose(&mut self) {
        self.session = None;
        self.link.clear();
        self.echoes.clear();
    }

    /// The server is away for longer than an answer takes, and nobody answers what is still asked.
    pub(crate) fn lose_answers(&mut self) {
        self.asks = 0;
        self.answers.clear();
    }

    /// What arrived by now is taken; what the session has goes onto the link.
    pub(crate) fn step(&mut self, server: &mut Server, rng: &mut Rng, now: Timestamp) {
        if self.asks > 0 && rng.bool() {
            self.asks -= 1;
            if let Some(snapshot) = server.stream.snapshot(&self.audience) {
                let json = serde_json::to_string(&snapshot).expect("JSON");
                let snapshot = serde_json::from_str(&json).expect("the same JSON");
                self.answers.push((later(rng, now), snapshot));
            }
        }
        while let Some(index) = self.answers.iter().position(|(at, _)| *at <= now) {
            let (_, snapshot) = self.answers.swap_remove(index);
            self.snapshots += 1;
            let taken = self.replica.on_snapshot(snapshot);
            self.after(taken, server);
        }
        if now < self.stalled_until {
            return;
        }
        if self.session.is_some() && self.echo_at <= now {
            self.echo_at = now + Span::from_secs(1);
            if let ClientMessage::Echo { n } = self.replica.ask(self.mono(now)) {
                self.echoes.push_back((later(rng, now), n));
            }
        }
        while self.echoes.front().is_some_and(|(at, _)| *at <= now) {
            let Some((_, n)) = self.echoes.pop_front() else {
                break;
            };
            // Like the real server it answers at once, before facts that wait to be sent.
            let echo = Echo {
                n,
                upto: server.stream.head().0,
                server_time: now,
            };
            let echo = ServerMessage::Echo(echo).to_outgoing().expect("JSON");
            self.put_on_link(rng, now, echo);
        }
        while self.link.front().is_some_and(|(at, _)| *at <= now) {
            let Some((_, message)) = self.link.pop_front() else {
                break;
            };
            let mono = self.mono(now);
            let taken = match message {
                Outgoing::Text(text) => self.replica.on_text(&text, mono),
                Outgoing::Binary(bytes) => self.replica.on_binary(&bytes),
            };
            self.after(taken, server);
        }
        while self.link.len() < LINK_MAX {
            let Some((session, _)) = &mut self.session else {
                return;
            };
            let Some(message) = session.next(&server.stream, now).expect("JSON") else {
                return;
            };
            self.put_on_link(rng, now, message);
        }
    }

    /// In order: nothing overtakes within a connection.
    fn put_on_link(&mut self, rng: &mut Rng, now: Timestamp, message: Outgoing) {
        let is_of = |text: &str| {
            text.starts_with(r#"{"t":"facts""#) || text.starts_with(r#"{"t":"changes""#)
        };
        if self.loses && matches!(&message, Outgoing::Text(text) if is_of(text)) {
            (self.loses, self.has_lost) = (false, true);
            self.lost += 1;
            return;
        }
        let last = self.link.back().map_or(now, |(at, _)| *at);
        self.link.push_back((later(rng, now).max(last), message));
    }

    fn after(&mut self, taken: Result<Change, ReplicaError>, server: &mut Server) {
        self.changed = true;
        if let Ok(change) = taken {
            self.asks += u32::from(change.take_snapshot);
        } else {
            self.replica.start_over();
            self.cut(server);
        }
    }

    /// The number up to which it shows the site, if it shows one.
    pub(crate) fn shows(&self) -> Option<Seq> {
        self.replica.is_ready().then(|| self.replica.view().seq)
    }
}

fn later(rng: &mut Rng, now: Timestamp) -> Timestamp {
    let most = if rng.u8(..8) == 0 {
        DELAY_MAX.as_micros()
    } else {
        50_000
    };
    now + Span::from_micros(rng.i64(0..=most))
}
