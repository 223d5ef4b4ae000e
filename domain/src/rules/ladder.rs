//! Whoever is next is called while nobody answers: a ladder starts when a matter begins to wait,
//! climbs by time, and stops with a person's answer, in that answer's own turn.
//!
//! Where nobody can be called at all, because no channel is set up, no ladder is climbed: a screen
//! that promised a call would lie.

use super::claim_overdue::SETTLED_PER_INPUT_MAX;
use super::system;
use crate::alarm::{Alarm, AlarmFact, Ownership};
use crate::estate::LadderStep;
use crate::fact::{
    Fact, FactBody, FactDraft, LadderCalled, LadderClimbed, LadderStarted, LadderStopped,
};
use crate::ids::{AlarmId, Seq};
use crate::ladder::rungs::{Called, called_by};
use crate::ladder::{LadderDue, LadderFact, LadderRun};
use crate::matter::{Matter, Unanswered};
use crate::notify::NotificationFact;
use crate::site::Context;
use crate::view::Touched;

const RULE: &str = "ladder@1";

/// What follows from a fact, in its own turn: ladders that it starts or stops.
pub(crate) fn follows(context: &Context<'_>, fact: &Fact, touched: &Touched) -> Vec<FactDraft> {
    match &fact.body {
        FactBody::Alarm(body) => {
            let changed = touched.alarms.iter();
            let anew = matches!(body, AlarmFact::Risen(_));
            let drafts = changed.filter_map(|change| after(context, change.id, anew, fact));
            drafts.collect()
        }
        // Who takes or loses an incident takes or loses its alarms.
        FactBody::Incident(_) => {
            let changed = touched.alarms.iter();
            let drafts = changed.filter_map(|change| after(context, change.id, false, fact));
            drafts.collect()
        }
        // Whoever waits since before anybody could be called is not forgotten.
        FactBody::Notification(NotificationFact::Reach(_)) => {
            let open = context.control().alarms.open();
            open.filter_map(|id| begin(context, context.view().alarms.get(&id)?, false))
                .collect()
        }
        FactBody::Estate(_)
        | FactBody::Dispatch(_)
        | FactBody::Staff(_)
        | FactBody::Zone(_)
        | FactBody::Door(_)
        | FactBody::Area(_)
        | FactBody::Flood(_)
        | FactBody::Actuation(_)
        | FactBody::Ladder(_)
        | FactBody::Notification(NotificationFact::Failing(_) | NotificationFact::Settled(_))
        | FactBody::System(_) => Vec::new(),
    }
}

fn after(context: &Context<'_>, id: AlarmId, anew: bool, fact: &Fact) -> Option<FactDraft> {
    let alarm = context.view().alarms.get(&id)?;
    if waits(alarm) {
        return begin(context, alarm, anew);
    }
    let about = Matter::Alarm(id);
    let run = context.view().ladders.get(&about);
    run.filter(|run| run.is_open())?;
    // Nothing but a person's answer: what devices and time do has no actor.
    let by = fact.actor.clone()?;
    let stopped = LadderFact::Stopped(LadderStopped { about, by });
    Some(context.by_rule(RULE, Some(alarm), stopped))
}

/// Whether it waits for a person's answer.
fn waits(alarm: &Alarm) -> bool {
    let is_nobodys = matches!(alarm.ownership, Ownership::Unclaimed { .. });
    alarm.is_annunciated() && is_nobodys && alarm.acknowledged.is_none()
}

/// Starts the ladder of an alarm that waits, unless it is being climbed. One that rose begins anew:
/// its clocks do.
fn begin(context: &Context<'_>, alarm: &Alarm, anew: bool) -> Option<FactDraft> {
    let about = Matter::Alarm(alarm.id);
    let run = context.view().ladders.get(&about);
    let is_climbed = run.is_some_and(LadderRun::is_open);
    if context.view().reach.is_empty() || !waits(alarm) || (is_climbed && !anew) {
        return None;
    }
    let Ownership::Unclaimed {
        since, returned, ..
    } = &alarm.ownership
    else {
        return None;
    };
    let kind = context.estate.alarm_type(&alarm.kind)?;
    let is_night = context.estate.calendar.is_night(context.now);
    let ladder = kind.ladder.as_ref();
    let ladder = ladder.and_then(|id| context.estate.estate.ladder(id));
    let at_once = (!kind.call_at_once.is_empty()).then(|| LadderStep {
        after_s: 0,
        call: kind.call_at_once.clone(),
        by: Vec::new(),
        repeat: None,
    });
    let steps = ladder.map(|ladder| ladder.plan(is_night).unclaimed.clone());
    let steps = steps.unwrap_or_default().into_iter();
    let steps: Vec<_> = at_once.into_iter().chain(steps).collect();
    if steps.is_empty() {
        return None;
    }
    let started = LadderFact::Started(LadderStarted {
        about,
        why: match returned {
            Some(_) => Unanswered::Returned,
            None => Unanswered::Unclaimed,
        },
        ladder: ladder.map(|ladder| ladder.id.clone()),
        since: *since,
        steps,
        discreet: kind.discreet || alarm.began_as_duress(),
    });
    Some(context.by_rule(RULE, Some(alarm), started))
}

/// What is due of ladders by now, longest overdue first, of at most [`SETTLED_PER_INPUT_MAX`] of
/// them, up to the first of which nobody can be called: that makes a row.
pub(super) fn decide(context: &Context<'_>) -> Vec<FactDraft> {
    let mut drafts = Vec::new();
    let due = context.control().ladders.due(context.now);
    for about in due.take(SETTLED_PER_INPUT_MAX) {
        let Some(run) = context.view().ladders.get(&about) else {
            continue;
        };
        let (climbs, lacks_people) = climb(context, run);
        drafts.extend(climbs);
        if lacks_people && !run.drill && !is_about_that(context, run) {
            let row = system::nobody(context);
            if !row.is_empty() {
                drafts.extend(row);
                break;
            }
        }
    }
    drafts
}

/// Whether a run is about the row that says that nobody can be called. It makes no second one.
fn is_about_that(context: &Context<'_>, run: &LadderRun) -> bool {
    let Matter::Alarm(alarm) = run.about;
    let alarm = context.view().alarms.get(&alarm);
    alarm.is_some_and(|alarm| alarm.kind.as_str() == system::NOBODY)
}

/// What a run does now, and whether there was nobody to call.
fn climb(context: &Context<'_>, run: &LadderRun) -> (Vec<FactDraft>, bool) {
    let Some((due_at, due)) = run.next_due() else {
        return (Vec::new(), false);
    };
    let (step, round) = match due {
        LadderDue::Channel(seq) => {
            let call = other_channel(run, seq).map(|call| draft(context, run, call));
            return (call.into_iter().collect(), false);
        }
        LadderDue::Repeat => (run.step, run.round.saturating_add(1)),
        LadderDue::Step | LadderDue::Exhausted => (run.step.saturating_add(1), 0),
    };
    let at_hand = usize::from(step).checked_sub(1);
    let called = match at_hand.and_then(|index| run.steps.get(index)) {
        Some(at_hand) => called_by(&context.known(), run, at_hand, due == LadderDue::Repeat),
        None => Called::default(),
    };
    let lacks_people = !called.nobody.is_empty() || due == LadderDue::Exhausted;
    let about = run.about;
    let climbed = LadderFact::Climbed(LadderClimbed {
        about,
        step,
        round,
        nobody: called.nobody,
        spared: called.spared,
        late_s: context.late_s(due_at),
    });
    let mut climbed = draft(context, run, climbed);
    climbed.occurred_at = Some(due_at);
    let mut drafts = vec![climbed];
    for callee in called.people {
        let mut channels = callee.channels.into_iter();
        let Some(channel) = channels.next() else {
            continue;
        };
        let call = LadderFact::Called(LadderCalled {
            about,
            step,
            round,
            person: callee.person,
            rung: callee.rung,
            channel,
            then: channels.collect(),
        });
        drafts.push(draft(context, run, call));
    }
    (drafts, lacks_people)
}

/// The next channel of somebody whom a call did not reach.
fn other_channel(run: &LadderRun, seq: Seq) -> Option<LadderFact> {
    let call = run.call(seq)?;
    let (channel, then) = call.then.split_first()?;
    Some(LadderFact::Called(LadderCalled {
        about: run.about,
        step: call.step,
        round: call.round,
        person: call.person.clone(),
        rung: call.rung,
        channel: *channel,
        then: then.to_vec(),
    }))
}

fn draft(context: &Context<'_>, run: &LadderRun, fact: LadderFact) -> FactDraft {
    let mut draft = context.by_rule(RULE, None, fact);
    draft.drill = run.drill;
    draft
}
