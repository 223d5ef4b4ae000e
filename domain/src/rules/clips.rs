//! 录像: what is recorded of clips. The server keeps and shows them; the site remembers which, and who looked.

use crate::alarm::{Alarm, AlarmFact, ClipNews};
use crate::answer::{Accepted, Answer};
use crate::fact::{AlarmClipViewed, Cause, FactBody, FactDraft};
use crate::ids::PersonId;
use crate::refusal::CommonRefusal;
use crate::time::{Span, Timestamp};
use crate::view::View;

/// However often somebody looks at a clip, it goes onto the record once in this time.
pub const VIEWED_EVERY: Span = Span::from_secs(3_600);

/// The fact to be recorded, if it is news.
pub(crate) fn decide(view: &View, news: ClipNews, now: Timestamp) -> (Option<FactDraft>, Answer) {
    let (alarm, actor): (_, Option<PersonId>) = match &news {
        ClipNews::Kept(body) => (body.alarm, None),
        ClipNews::Viewed(body) => (body.alarm, Some(body.by.clone())),
    };
    let row = view.alarms.get(&alarm);
    if row.is_some_and(|row| is_told(row, &news, now)) {
        return (None, Err(CommonRefusal::NothingToDo.into()));
    }
    let fact = match news {
        ClipNews::Kept(body) => AlarmFact::ClipKept(body),
        ClipNews::Viewed(body) => AlarmFact::ClipViewed(body),
    };
    let draft = FactDraft {
        occurred_at: None,
        cause: Cause::Server,
        actor,
        drill: row.is_some_and(|row| row.drill),
        body: FactBody::Alarm(fact),
    };
    let seq = view.seq.next();
    (Some(draft), Ok(Accepted::Done { seq }))
}

fn is_told(row: &Alarm, news: &ClipNews, now: Timestamp) -> bool {
    match news {
        ClipNews::Kept(body) => row.clip(body.clip).is_some(),
        ClipNews::Viewed(body) => was_viewed(row, body, now),
    }
}

fn was_viewed(row: &Alarm, viewed: &AlarmClipViewed, now: Timestamp) -> bool {
    let mut latest_first = row.history.steps().iter().rev();
    latest_first.any(|step| {
        let is_recent = now.since(step.at) < VIEWED_EVERY;
        is_recent && matches!(&step.fact, AlarmFact::ClipViewed(told) if told == viewed)
    })
}
