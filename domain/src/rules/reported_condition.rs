//! A device's report of a condition.
//!
//! A device that has left the estate raises nothing any more; it can still clear what it raised.

use super::annunciate;
use super::seen::{Decision, Seen, kinds, named};
use crate::alarm::{AlarmFact, AlarmRefusal, Located, Source};
use crate::answer::Outcome;
use crate::fact::{AlarmCleared, Cause, FactBody, FactDraft};
use crate::observation::{Dated, Report, ReportedState};
use crate::refusal::{CommonRefusal, Refusal};
use crate::site::Context;

/// Decides about one report.
pub(crate) fn decide(context: &Context<'_>, report: &Report) -> Result<Decision, Refusal> {
    let dated = Dated::new(report.claimed_at, report.received_at);
    let cause = Cause::Event {
        device: report.device.clone(),
        event: report.event.clone(),
    };
    let device = context.estate.device(&report.device);
    let kind = context.estate.alarm_type(&report.kind);
    let (Some(device), Some(kind)) = (device, kind) else {
        return late_goodbye(context, report, &cause)
            .ok_or(Refusal::Common(CommonRefusal::NotInEstate));
    };
    if kind.by_rule_only {
        return Err(Refusal::Alarm(AlarmRefusal::RaisedByRule));
    }
    annunciate::decide(
        context,
        Seen {
            source: Source::Device(report.device.clone()),
            kind,
            state: report.state,
            place: Located::Fixed(device.place.clone()),
            accuracy_dm: None,
            silence: None,
            occurred_at: dated.at,
            own_clock: dated.own_clock,
            doubts: dated.doubts(report.doubts),
            drill: report.drill,
            cause,
        },
    )
}

/// The "cleared" of a device or type that is no longer in the estate: it ends what that device said
/// in its own row or its part in another one. Nothing else could ever end it.
fn late_goodbye(context: &Context<'_>, report: &Report, cause: &Cause) -> Option<Decision> {
    if report.state != ReportedState::Cleared {
        return None;
    }
    let source = Source::Device(report.device.clone());
    let mut open = context.site.control().alarms.open();
    let (row, ended) = open.find_map(|id| {
        let row = context.view().alarms.get(&id)?;
        let ended = kinds(named(context, row, &source, &report.kind));
        (row.drill == report.drill && !ended.is_empty()).then_some((row, ended))
    })?;
    let source = Some(source).filter(|source| *source != row.source);
    Some(Decision {
        outcome: Outcome::Cleared,
        alarm: Some(row.id),
        drafts: vec![FactDraft {
            occurred_at: Some(report.received_at),
            cause: cause.clone(),
            actor: None,
            drill: row.drill,
            body: FactBody::Alarm(AlarmFact::Cleared(AlarmCleared {
                alarm: row.id,
                source,
                ended,
            })),
        }],
    })
}
