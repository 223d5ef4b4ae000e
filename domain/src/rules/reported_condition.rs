//! A device's report raises an alarm, repeats an open one or clears it.
//!
//! While an alarm is open, the same type from the same device goes into the same row: a detector
//! that chatters makes a count, not a queue.

use crate::alarm::Alarm;
use crate::estate::{AlarmType, Device};
use crate::fact::{AlarmCleared, AlarmRaised, AlarmRepeated, Cause, FactBody, FactDraft};
use crate::ids::AlarmId;
use crate::observation::{Report, ReportedState, is_plausible};
use crate::refusal::Refusal;
use crate::site::{OPEN_ALARMS_MAX, Site};
use crate::time::{Span, Timestamp};
use serde::{Deserialize, Serialize};

/// What became of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// A new alarm.
    Raised,
    /// Counted in an open one.
    Repeated,
    /// Ended an open one's condition.
    Cleared,
    /// There was nothing to clear.
    NothingToClear,
}

/// A report's consequence.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// What became of it.
    pub outcome: Outcome,
    /// The row that it belongs to.
    pub alarm: Option<AlarmId>,
    /// What to record.
    pub draft: Option<FactDraft>,
}

/// Decides about one report of a known device and a known type.
pub fn decide(
    site: &Site,
    device: &Device,
    kind: &AlarmType,
    report: &Report,
    now: Timestamp,
) -> Result<Decision, Refusal> {
    let believed = report
        .claimed_at
        .filter(|claimed| is_plausible(*claimed, report.received_at));
    let draft = |body| {
        Some(FactDraft {
            occurred_at: Some(believed.unwrap_or(report.received_at)),
            cause: Cause::Event {
                device: report.device.clone(),
                event: report.event.clone(),
            },
            actor: None,
            body,
        })
    };
    let open = site.control().open_alarm(&report.device, &report.kind);
    match (open, report.state) {
        (None, ReportedState::Cleared) => Ok(Decision {
            outcome: Outcome::NothingToClear,
            alarm: None,
            draft: None,
        }),
        (Some(alarm), ReportedState::Cleared) if !is_active(site, alarm) => Ok(Decision {
            outcome: Outcome::NothingToClear,
            alarm: Some(alarm),
            draft: None,
        }),
        (Some(alarm), ReportedState::Cleared) => Ok(Decision {
            outcome: Outcome::Cleared,
            alarm: Some(alarm),
            draft: draft(FactBody::AlarmCleared(AlarmCleared { alarm })),
        }),
        (Some(alarm), state) => Ok(Decision {
            outcome: Outcome::Repeated,
            alarm: Some(alarm),
            draft: draft(FactBody::AlarmRepeated(AlarmRepeated { alarm, state })),
        }),
        (None, state) => {
            if site.control().open_alarms() >= OPEN_ALARMS_MAX {
                return Err(Refusal::TooManyOpenAlarms);
            }
            let alarm = site.control().next_alarm();
            Ok(Decision {
                outcome: Outcome::Raised,
                alarm: Some(alarm),
                draft: draft(FactBody::AlarmRaised(AlarmRaised {
                    alarm,
                    kind: kind.id.clone(),
                    priority: kind.priority,
                    device: device.id.clone(),
                    place: device.place.clone(),
                    state,
                    claim_due_at: now + Span::from_secs(i64::from(kind.claim_s_max)),
                    doubted_clock: report.claimed_at.filter(|_| believed.is_none()),
                })),
            })
        }
    }
}

fn is_active(site: &Site, alarm: AlarmId) -> bool {
    site.view().alarms.get(&alarm).is_some_and(Alarm::is_active)
}
