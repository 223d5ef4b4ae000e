//! The phone of one guard on the stream: it is told its whole view, whenever that is another one.

use super::outgoing::Outgoing;
use super::session::Session;
use super::site_stream::SiteStream;
use crate::audience::Audience;
use crate::ids::{PersonId, Seq};
use crate::time::Timestamp;
use crate::wire::live::{Hello, Refused, RefusedCode, ResumeBy, Welcome};

/// A phone that is connected, and what it was told.
#[derive(Debug)]
pub struct GuardSession {
    person: PersonId,
    beat: Option<u32>,
    looked_at: Option<Seq>,
    /// The view as it went out, of a few kilobytes.
    told: Option<String>,
}

/// A display that is connected, of whatever audience.
#[derive(Debug)]
pub enum Connected {
    /// It holds a copy of the site.
    Copy(Session),
    /// It is a guard's phone.
    Guard(GuardSession),
}

impl SiteStream {
    /// Answers a hello of whomever. Whoever is let in is to be [`SiteStream::let_go`] in the end.
    pub fn let_in(
        &mut self,
        hello: &Hello,
        person: Option<&PersonId>,
        now: Timestamp,
    ) -> Result<(Connected, Welcome), Refused> {
        if self.admit(hello)?.has_copy() {
            let (session, welcome) = self.open(hello, now)?;
            return Ok((Connected::Copy(session), welcome));
        }
        let session = GuardSession {
            person: self.admit_guard(person)?,
            beat: None,
            looked_at: None,
            told: None,
        };
        let welcome = self.welcome(Audience::Guard, ResumeBy::Whole, now);
        Ok((Connected::Guard(session), welcome))
    }

    /// A display went.
    pub fn let_go(&mut self, display: &Connected) {
        if let Connected::Copy(session) = display {
            self.close(session);
        }
    }

    /// A guard's phone is somebody's who is sent to incidents.
    fn admit_guard(&self, person: Option<&PersonId>) -> Result<PersonId, Refused> {
        let known = person.and_then(|person| self.guards_estate()?.person(person));
        let (code, message) = match known {
            Some(known) if known.role.is_sent() => return Ok(known.id.clone()),
            Some(known) => {
                let message = format!(
                    "{} is not sent to incidents, so there is no guard's page for them; choose a \
                     guard, an engineer or a shift leader",
                    known.id
                );
                (RefusedCode::CannotBeSent, message)
            }
            None => {
                let message = "a guard's page is one person's; say whose by the header \
                               X-Castellan-Person or the cookie castellan_person, with an id of \
                               this estate";
                (RefusedCode::UnknownPerson, message.to_owned())
            }
        };
        Err(Refused { code, message })
    }
}

impl Connected {
    /// What the display is shown.
    pub fn audience(&self) -> &Audience {
        match self {
            Self::Copy(session) => session.audience(),
            Self::Guard(_) => &Audience::Guard,
        }
    }

    /// The last fact that was given to it; to a phone none is.
    pub fn told_upto(&self) -> Option<Seq> {
        match self {
            Self::Copy(session) => Some(session.facts_at()),
            Self::Guard(_) => None,
        }
    }

    /// The next message for this display, or nothing while it is up to date.
    pub fn next(
        &mut self,
        stream: &SiteStream,
        now: Timestamp,
    ) -> Result<Option<Outgoing>, serde_json::Error> {
        match self {
            Self::Copy(session) => session.next(stream, now),
            Self::Guard(session) => session.next(stream, now),
        }
    }
}

impl GuardSession {
    /// The heartbeat, or the view if it is another one than before. It is looked at once at first, and
    /// once for each turn that may have changed it.
    pub fn next(
        &mut self,
        stream: &SiteStream,
        now: Timestamp,
    ) -> Result<Option<Outgoing>, serde_json::Error> {
        if let Some(beat) = stream.next_beat(&mut self.beat, now)? {
            return Ok(Some(beat));
        }
        if self
            .looked_at
            .is_some_and(|at| at >= stream.guards_at(&self.person))
        {
            return Ok(None);
        }
        let (head, _) = stream.head();
        self.looked_at = Some(head);
        let Some(view) = stream.guard_view(&self.person, now) else {
            return Ok(None);
        };
        let view = serde_json::to_string(&view)?;
        if self.told.as_ref() == Some(&view) {
            return Ok(None);
        }
        let message = format!(r#"{{"t":"guard","seq":{head},"view":{view}}}"#);
        self.told = Some(view);
        Ok(Some(Outgoing::Text(message.into())))
    }
}
