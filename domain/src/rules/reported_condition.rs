//! A device's report of a condition.
//!
//! A device that has left the estate raises nothing any more; it can still clear what it raised.

use super::annunciate::{self, Decision, Outcome, Seen};
use super::context::Context;
use crate::alarm::{Alarm, Source};
use crate::fact::FactDraft;
use crate::fact::{AlarmCleared, Cause, FactBody};
use crate::observation::{Dated, Report, ReportedState};
use crate::refusal::Refusal;

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
        return late_goodbye(context, report, &cause).ok_or(Refusal::NotInEstate);
    };
    if kind.by_rule_only {
        return Err(Refusal::RaisedByRule);
    }
    annunciate::decide(
        context,
        Seen {
            source: Source::Device(report.device.clone()),
            kind,
            state: report.state,
            place: device.place.clone(),
            occurred_at: dated.at,
            own_clock: dated.own_clock,
            doubted_clock: dated.doubted,
            drill: report.drill,
            cause,
        },
    )
}

/// The "cleared" of a device or type that is no longer in the estate: it ends what its own row has
/// become, or its part in another one. Nothing else could ever end it.
fn late_goodbye(context: &Context<'_>, report: &Report, cause: &Cause) -> Option<Decision> {
    if report.state != ReportedState::Cleared {
        return None;
    }
    let source = Source::Device(report.device.clone());
    let mut open = context.site.control().open();
    let row = open.find_map(|id| {
        let row = context.view().alarms.get(&id)?;
        let ends = row.drill == report.drill && ends(row, &source, report);
        (ends && row.condition_of(&source)?.is_active()).then_some(row)
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
            body: FactBody::AlarmCleared(AlarmCleared {
                alarm: row.id,
                source,
            }),
        }],
    })
}

/// Whether the report is about what this source said in this row.
fn ends(row: &Alarm, source: &Source, report: &Report) -> bool {
    if row.source == *source {
        let was = row.rises.iter().any(|risen| risen.from == report.kind);
        return was || row.kind == report.kind;
    }
    let mut joined = row.joined.iter();
    joined.any(|joined| joined.source == *source && joined.kind == report.kind)
}
