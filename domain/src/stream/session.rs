//! One display's place in the stream: two cursors and a count, whatever its speed.

use super::backlog::Backlog;
use super::lane::Lane;
use crate::ids::{Seq, SiteId};
use crate::text::Text;
use crate::time::Timestamp;
use crate::wire::live::{
    Handles, Hello, PROTOCOL_VERSION, Refused, RefusedCode, ResumeBy, ServerMessage, Welcome,
};
use std::sync::Arc;

/// A display's place in the stream.
#[derive(Debug)]
pub struct Session {
    facts_at: Seq,
    /// The lane whose handles it was told. Another lane starts from nothing.
    epoch: Option<u32>,
    positions_at: u64,
    handles_told: usize,
}

/// One message to send. Its bytes are shared between displays where they are the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outgoing {
    /// JSON.
    Text(Arc<str>),
    /// A position frame.
    Binary(Arc<[u8]>),
}

impl Session {
    /// Answers a hello.
    pub fn open(
        hello: &Hello,
        site: &SiteId,
        build: &Text<64>,
        backlog: &Backlog,
        now: Timestamp,
    ) -> Result<(Self, Welcome), Refused> {
        if hello.protocol != PROTOCOL_VERSION {
            return Err(Refused {
                code: RefusedCode::WrongProtocol,
                message: format!(
                    "this server speaks version {PROTOCOL_VERSION} of the live protocol and you \
                     speak {}; reload the page, or update your client",
                    hello.protocol
                ),
            });
        }
        if hello.site != *site {
            return Err(Refused {
                code: RefusedCode::UnknownSite,
                message: format!("there is no site {} here; this is {site}", hello.site),
            });
        }
        let (head, _) = backlog.head();
        let resumed = hello
            .resume
            .as_ref()
            .filter(|resume| resume.journal == backlog.journal())
            .filter(|resume| backlog.reaches(resume.seq, resume.hash.as_str()));
        let session = Self {
            facts_at: resumed.map_or(head, |resume| resume.seq),
            epoch: None,
            positions_at: 0,
            handles_told: 0,
        };
        let welcome = Welcome {
            protocol: PROTOCOL_VERSION,
            build: build.clone(),
            journal: backlog.journal(),
            server_time: now,
            resume: match resumed {
                Some(_) => ResumeBy::Facts,
                None => ResumeBy::Snapshot,
            },
        };
        Ok((session, welcome))
    }

    /// The next message for this display, facts before positions, or nothing while it is up to
    /// date.
    pub fn next(
        &mut self,
        backlog: &Backlog,
        lane: &Lane,
        now: Timestamp,
    ) -> Result<Option<Outgoing>, serde_json::Error> {
        match backlog.after(self.facts_at) {
            Ok(Some(frame)) => {
                self.facts_at = frame.upto;
                return Ok(Some(Outgoing::Text(frame.text.clone())));
            }
            Ok(None) => {}
            Err(_gap) => {
                self.facts_at = backlog.head().0;
                return text(&ServerMessage::Gap).map(Some);
            }
        }
        let epoch = lane.epoch();
        let first_of_epoch = self.epoch != Some(epoch);
        if first_of_epoch {
            self.epoch = Some(epoch);
            self.positions_at = 0;
            self.handles_told = 0;
        }
        // The first table is sent even when it is empty: whom the display still shows is gone.
        if first_of_epoch || self.handles_told < lane.handle_count() {
            let entries = lane.handles_from(self.handles_told);
            self.handles_told = lane.handle_count();
            return text(&ServerMessage::Handles(Handles { epoch, entries })).map(Some);
        }
        let frame = lane.since(self.positions_at, now);
        self.positions_at = lane.tick();
        Ok(frame.map(Outgoing::Binary))
    }
}

/// A message as it goes over the wire.
pub(crate) fn text(message: &ServerMessage) -> Result<Outgoing, serde_json::Error> {
    Ok(Outgoing::Text(serde_json::to_string(message)?.into()))
}

impl ServerMessage {
    /// The message as it goes over the wire.
    pub fn to_outgoing(&self) -> Result<Outgoing, serde_json::Error> {
        text(self)
    }
}
