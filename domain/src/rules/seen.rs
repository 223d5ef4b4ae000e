//! A condition that was reported or found, what it leads to, and what ends it.

use crate::alarm::{Alarm, AlarmFact, Existing, JoinedBy, Located, RisenBy, Silence, Source};
use crate::answer::Outcome;
use crate::estate::AlarmType;
use crate::fact::{
    AlarmCleared, AlarmJoined, AlarmRepeated, AlarmRisen, Cause, FactBody, FactDraft,
};
use crate::ids::{AlarmId, AlarmTypeId};
use crate::observation::{Doubts, ReportedState};
use crate::site::Context;
use crate::time::Timestamp;

/// A condition that was reported or found.
#[derive(Debug, Clone)]
pub struct Seen<'a> {
    /// Who or what it is about.
    pub source: Source,
    /// Of which type.
    pub kind: &'a AlarmType,
    /// Whether it began, ended or merely happened.
    pub state: ReportedState,
    pub place: Located,
    /// How far a phone may be mistaken about it, where it says so.
    pub accuracy_dm: Option<u16>,
    /// Of somebody who is missed: what nobody hears of them.
    pub silence: Option<Silence>,
    /// When, as far as known.
    pub occurred_at: Timestamp,
    /// Whether that comes from a clock of the source's own.
    pub own_clock: bool,
    /// What is doubtful about what was said.
    pub doubts: Doubts,
    /// Part of a drill.
    pub drill: bool,
    /// What led to it.
    pub cause: Cause,
}

/// A condition's consequence.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// What became of it.
    pub outcome: Outcome,
    /// The row that it belongs to.
    pub alarm: Option<AlarmId>,
    /// What to record, in this order.
    pub drafts: Vec<FactDraft>,
}

impl Seen<'_> {
    /// A fact about this condition.
    pub(super) fn draft(&self, body: FactBody) -> FactDraft {
        FactDraft {
            occurred_at: Some(self.occurred_at),
            cause: self.cause.clone(),
            actor: None,
            drill: self.drill,
            body,
        }
    }

    /// It goes into `row`, of which its source is a part.
    pub(super) fn repeat(&self, row: &Alarm) -> FactBody {
        let known = row.place_of(&self.source);
        // What is believed ends a doubt, though it brings nothing new.
        let ends_doubt = self.place.is_believed() && row.has_doubtful_place(&self.source);
        let is_told = |place: &Located| ends_doubt || known.is_news(place, self.accuracy_dm);
        FactBody::Alarm(AlarmFact::Repeated(AlarmRepeated {
            alarm: row.id,
            source: Some(self.source.clone()).filter(|source| *source != row.source),
            kind: self.kind.id.clone(),
            family: self.kind.family().clone(),
            state: self.state,
            active_s_max: self.kind.active_s_max,
            doubts: self.doubts,
            place: Some(self.place.clone()).filter(is_told),
            silence: self.silence,
        }))
    }

    /// It becomes part of `row`.
    pub(super) fn join(&self, row: AlarmId, why: JoinedBy) -> FactDraft {
        self.draft(FactBody::Alarm(AlarmFact::Joined(AlarmJoined {
            alarm: row,
            source: self.source.clone(),
            kind: self.kind.id.clone(),
            family: self.kind.family().clone(),
            state: self.state,
            active_s_max: self.kind.active_s_max,
            why,
            doubts: self.doubts,
            place: self.place.clone(),
            silence: self.silence,
        })))
    }

    pub(super) fn decision(&self, outcome: Outcome, alarm: AlarmId, body: FactBody) -> Decision {
        Decision {
            outcome,
            alarm: Some(alarm),
            drafts: vec![self.draft(body)],
        }
    }
}

/// Nothing is to be recorded.
pub(super) const fn nothing(outcome: Outcome, alarm: Option<AlarmId>) -> Decision {
    Decision {
        outcome,
        alarm,
        drafts: Vec::new(),
    }
}

/// What ends where a source says that a type is over: that type, under each name that it may have
/// had when it began. By night it is called otherwise, and of a critical device; but of one that is
/// not critical and says both, the critical one is a condition of its own.
pub(super) fn named<'a>(
    context: &Context<'_>,
    row: &'a Alarm,
    source: &Source,
    kind: &'a AlarmTypeId,
) -> impl Iterator<Item = &'a Existing> {
    let exists = row.existing_of(source);
    let known = context.estate.alarm_type(kind);
    let night = known.and_then(|kind| kind.at_night.clone());
    let device = source.device().and_then(|id| context.estate.device(id));
    let alone = !exists.iter().any(|one| one.kind == *kind);
    let critical = known.and_then(|kind| kind.if_critical.clone());
    let is_critical = || device.is_some_and(|device| context.estate.estate.is_critical(device));
    let critical = critical.filter(|_| alone || is_critical());
    exists.iter().filter(move |one| {
        one.kind == *kind
            || night.as_ref() == Some(&one.kind)
            || critical.as_ref() == Some(&one.kind)
    })
}

/// The row in which `source` says that a condition of this type exists.
pub(super) fn active_row<'a>(
    context: &Context<'a>,
    source: &Source,
    kind: &AlarmType,
) -> Option<&'a Alarm> {
    let id = context
        .site
        .control()
        .alarms
        .row_of(source, kind.family(), false)?;
    let row = context.view().alarms.get(&id)?;
    let exists = named(context, row, source, &kind.id).next().is_some();
    exists.then_some(row)
}

/// The fact that ends a condition which a rule found, if it exists.
pub(super) fn end(
    context: &Context<'_>,
    source: &Source,
    kind: &str,
    rule: &'static str,
) -> Option<FactDraft> {
    let kind = context.estate.alarm_type(&AlarmTypeId::new(kind).ok()?)?;
    let row = active_row(context, source, kind)?;
    let body = FactBody::Alarm(AlarmFact::Cleared(AlarmCleared {
        alarm: row.id,
        source: Some(source.clone()).filter(|source| *source != row.source),
        ended: kinds(named(context, row, source, &kind.id)),
    }));
    Some(context.by_rule(rule, Some(row), body))
}

/// The types of these.
pub(super) fn kinds<'a>(exists: impl Iterator<Item = &'a Existing>) -> Vec<AlarmTypeId> {
    exists.map(|one| one.kind.clone()).collect()
}

/// The fact by which `row` becomes of type `to`.
pub(super) fn rise(context: &Context<'_>, row: &Alarm, to: &AlarmType, why: RisenBy) -> AlarmRisen {
    let known = context.known();
    let is_owned = row.owner().is_some() && !row.is_judged();
    let is_alone = is_owned && known.open_incident_of(row).is_none();
    let due_at = if is_owned {
        context.follow_up_due_at(to.priority)
    } else {
        context.claim_due_at(to)
    };
    AlarmRisen {
        alarm: row.id,
        kind: to.id.clone(),
        family: to.family().clone(),
        tier: to.tier,
        priority: to.priority,
        why,
        source: None,
        place: None,
        due_at,
        dispatch_due_at: known.dispatch_due_at(&to.id).filter(|_| is_alone),
    }
}
