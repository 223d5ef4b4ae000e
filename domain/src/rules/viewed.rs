//! Who was shown a live picture for an alarm, as the server says it: part of a drill if the alarm is.

use crate::alarm::AlarmFact;
use crate::fact::{AlarmViewed, Cause, FactBody, FactDraft};
use crate::refusal::{CommonRefusal, Refusal};
use crate::view::View;

/// What goes on record. Of an alarm that is long gone nothing does: nobody is shown pictures for it.
pub(crate) fn decide(view: &View, body: AlarmViewed) -> Result<FactDraft, Refusal> {
    let row = view.alarms.get(&body.alarm);
    let row = row.ok_or(CommonRefusal::NothingToDo)?;
    Ok(FactDraft {
        occurred_at: Some(body.from),
        cause: Cause::Server,
        actor: None,
        drill: row.drill,
        body: FactBody::Alarm(AlarmFact::Viewed(body)),
    })
}
