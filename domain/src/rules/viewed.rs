//! Who was shown a live picture, as the server says it: part of a drill if the alarm is for which they were.

use crate::alarm::AlarmFact;
use crate::answer::{Accepted, Answer};
use crate::fact::{AlarmViewed, Cause, FactBody, FactDraft};
use crate::refusal::CommonRefusal;
use crate::system::{CameraViewed, SystemFact};
use crate::view::View;

/// What goes on record. Of an alarm that is long gone nothing does: nobody is shown pictures for it.
pub(crate) fn decide(view: &View, body: AlarmViewed) -> (Option<FactDraft>, Answer) {
    let Some(row) = view.alarms.get(&body.alarm) else {
        return (None, Err(CommonRefusal::NothingToDo.into()));
    };
    let draft = FactDraft {
        occurred_at: Some(body.from),
        cause: Cause::Server,
        actor: None,
        drill: row.drill,
        body: FactBody::Alarm(AlarmFact::Viewed(body)),
    };
    let seq = view.seq.next();
    (Some(draft), Ok(Accepted::Done { seq }))
}

/// Without an alarm all of it goes on record.
pub(crate) fn without_alarm(view: &View, body: CameraViewed) -> (Option<FactDraft>, Answer) {
    let draft = FactDraft {
        occurred_at: Some(body.from),
        cause: Cause::Server,
        actor: None,
        drill: false,
        body: FactBody::System(SystemFact::CameraViewed(body)),
    };
    let seq = view.seq.next();
    (Some(draft), Ok(Accepted::Done { seq }))
}
