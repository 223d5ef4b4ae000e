//! One display's place in the stream: a few cursors, whatever its speed.

use super::board::Told;
use super::outgoing::Outgoing;
use super::site_stream::SiteStream;
use crate::audience::Audience;
use crate::ids::Seq;
use crate::time::Timestamp;
use crate::wire::live::{
    Handles, Hello, PROTOCOL_VERSION, Refused, RefusedCode, ResumeBy, ServerMessage, Welcome,
};

/// A display's place in the stream.
#[derive(Debug)]
pub struct Session {
    audience: Audience,
    facts_at: Seq,
    beat: Option<u32>,
    unrecorded: Told,
    viewers: Told,
    /// The lane whose handles it was told. Another epoch starts from nothing.
    epoch: Option<u32>,
    handles_told: u32,
    positions_at: u64,
    values_at: u64,
}

impl SiteStream {
    /// Answers a hello of a display with a copy. Whoever is let in is to be [`SiteStream::close`]d in the end.
    pub fn open(&mut self, hello: &Hello, now: Timestamp) -> Result<(Session, Welcome), Refused> {
        let audience = self.admit(hello)?;
        self.enter(&audience);
        let (head, _) = self.head();
        let resumed = hello
            .resume
            .as_ref()
            .zip(self.backlog(&audience))
            .filter(|(resume, backlog)| resume.journal == backlog.journal())
            .filter(|(resume, backlog)| backlog.reaches(resume.seq, resume.hash.as_str()))
            .map(|(resume, _)| resume.seq);
        let session = Session {
            audience: audience.clone(),
            facts_at: resumed.unwrap_or(head),
            beat: None,
            unrecorded: Told::default(),
            viewers: Told::default(),
            epoch: None,
            handles_told: 0,
            positions_at: 0,
            values_at: 0,
        };
        let resume = match resumed {
            Some(_) => ResumeBy::Facts,
            None => ResumeBy::Snapshot,
        };
        Ok((session, self.welcome(audience, resume, now)))
    }

    pub(super) fn welcome(&self, audience: Audience, resume: ResumeBy, now: Timestamp) -> Welcome {
        Welcome {
            protocol: PROTOCOL_VERSION,
            build: self.build.clone(),
            journal: self.journal(),
            run: self.run,
            audience,
            server_time: now,
            resume,
        }
    }

    pub(super) fn admit(&self, hello: &Hello) -> Result<Audience, Refused> {
        let (code, message) = if hello.protocol != PROTOCOL_VERSION {
            let message = format!(
                "this server speaks version {PROTOCOL_VERSION} of the live protocol and you speak \
                 {}; reload the page, or update your client",
                hello.protocol
            );
            (RefusedCode::WrongProtocol, message)
        } else if hello.site != self.site {
            let message = format!(
                "there is no site {} here; this is {}",
                hello.site, self.site
            );
            (RefusedCode::UnknownSite, message)
        } else if let Some(audience) = Audience::named(hello.audience.as_str()) {
            return Ok(audience);
        } else {
            let known = Audience::ALL.each_ref().map(Audience::name).join(", ");
            let message = format!(
                "there is no audience {} here; there are {known}",
                hello.audience
            );
            (RefusedCode::UnknownAudience, message)
        };
        Err(Refused { code, message })
    }

    /// A display went.
    pub fn close(&mut self, session: &Session) {
        self.leave(&session.audience);
    }
}

impl Session {
    /// What the display is shown.
    pub fn audience(&self) -> &Audience {
        &self.audience
    }

    /// The last fact that was given to it.
    pub fn facts_at(&self) -> Seq {
        self.facts_at
    }

    /// The next message for this display, or nothing while it is up to date. The heartbeat comes
    /// first, so that a slow display in a storm still learns that its link lives; then facts, before
    /// anything of which only the newest counts.
    pub fn next(
        &mut self,
        stream: &SiteStream,
        now: Timestamp,
    ) -> Result<Option<Outgoing>, serde_json::Error> {
        if let Some(beat) = stream.next_beat(&mut self.beat, now)? {
            return Ok(Some(beat));
        }
        if let Some(facts) = self.next_facts(stream)? {
            return Ok(Some(facts));
        }
        if let Some(list) = stream.unrecorded.next(&self.audience, &mut self.unrecorded) {
            return Ok(Some(list));
        }
        // Where somebody is says who works here.
        if self.audience.sees_persons()
            && let Some(positions) = self.next_positions(stream, now)?
        {
            return Ok(Some(positions));
        }
        let values = stream
            .values
            .since(self.values_at, self.audience.sees_persons())?;
        self.values_at = stream.values.tick();
        if let Some(values) = values {
            return Ok(Some(Outgoing::Text(values)));
        }
        Ok(stream.viewers.next(&self.audience, &mut self.viewers))
    }

    fn next_facts(&mut self, stream: &SiteStream) -> Result<Option<Outgoing>, serde_json::Error> {
        let (head, _) = stream.head();
        if self.facts_at == head {
            return Ok(None);
        }
        let next = stream
            .backlog(&self.audience)
            .and_then(|backlog| backlog.after(self.facts_at).ok().flatten());
        if let Some(frame) = next {
            self.facts_at = frame.upto;
            return Ok(Some(Outgoing::Text(frame.text.clone())));
        }
        self.facts_at = head;
        ServerMessage::Gap.to_outgoing().map(Some)
    }

    fn next_positions(
        &mut self,
        stream: &SiteStream,
        now: Timestamp,
    ) -> Result<Option<Outgoing>, serde_json::Error> {
        let lane = &stream.lane;
        let epoch = lane.epoch();
        let first_of_epoch = self.epoch != Some(epoch);
        if first_of_epoch {
            self.epoch = Some(epoch);
            self.positions_at = 0;
            self.handles_told = 0;
        }
        let told = usize::try_from(self.handles_told).unwrap_or(usize::MAX);
        if first_of_epoch || told < lane.handle_count() {
            let entries = lane.handles_from(told);
            self.handles_told = u32::try_from(lane.handle_count()).unwrap_or(u32::MAX);
            // The first table is sent even when it is empty: whom the display still shows is gone.
            if first_of_epoch || !entries.is_empty() {
                let handles = ServerMessage::Handles(Handles { epoch, entries });
                return handles.to_outgoing().map(Some);
            }
        }
        let frame = lane.since(self.positions_at, now);
        self.positions_at = lane.tick();
        Ok(frame.map(Outgoing::Binary))
    }
}
