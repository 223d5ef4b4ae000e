//! Whoever is next is called while nobody answers: a ladder starts when a matter begins to wait
//! (`unanswered` says for what), climbs by time, and stops with a person's answer, in that answer's own turn.
//!
//! Where nobody can be called at all, because no channel is set up, no ladder is climbed: a screen
//! that promised a call would lie.

use super::claim_overdue::SETTLED_PER_INPUT_MAX;
use super::system;
use super::unanswered::{Gap, gaps, open_incident, slot};
use crate::alarm::AlarmFact;
use crate::dispatch::DispatchFact;
use crate::estate::{AlarmType, LadderPlan, LadderStep, Rung, Target};
use crate::fact::{
    Fact, FactBody, FactDraft, LadderCalled, LadderClimbed, LadderStarted, LadderStopped,
};
use crate::ids::{PersonId, Seq};
use crate::incident::IncidentFact;
use crate::ladder::rungs::{Called, called_by};
use crate::ladder::{LadderDue, LadderFact, LadderRun};
use crate::matter::{Matter, Unanswered};
use crate::notify::NotificationFact;
use crate::site::Context;
use crate::view::Touched;
use std::collections::BTreeSet;

const RULE: &str = "ladder@1";

/// What follows from a fact, in its own turn: ladders that it starts or stops.
pub(crate) fn follows(context: &Context<'_>, fact: &Fact, touched: &Touched) -> Vec<FactDraft> {
    let matters = match &fact.body {
        FactBody::Alarm(_) | FactBody::Incident(_) | FactBody::Dispatch(_) => {
            changed(context, touched)
        }
        // What comes after it begins; and what was silent because it was being climbed speaks for itself.
        FactBody::Ladder(LadderFact::Stopped(body)) => {
            let incident = open_incident(&context.known(), body.about);
            let incident = incident.filter(|_| matches!(body.about, Matter::Alarm(_)));
            let incident = incident.map(Matter::Incident).into_iter();
            incident.chain([body.about]).collect()
        }
        // Whoever waits since before anybody could be called is not forgotten.
        FactBody::Notification(NotificationFact::Reach(_)) => all_open(context),
        FactBody::Estate(_)
        | FactBody::Staff(_)
        | FactBody::Zone(_)
        | FactBody::Door(_)
        | FactBody::Area(_)
        | FactBody::Flood(_)
        | FactBody::Actuation(_)
        | FactBody::Ladder(
            LadderFact::Started(_) | LadderFact::Climbed(_) | LadderFact::Called(_),
        )
        | FactBody::Notification(NotificationFact::Failing(_) | NotificationFact::Settled(_))
        | FactBody::System(_)
        | FactBody::SelfTest(_) => BTreeSet::new(),
    };
    let matters = matters.into_iter();
    matters
        .flat_map(|about| after(context, about, fact))
        .collect()
}

/// What a fact may have answered, or left unanswered: what it changed, and whatever hangs together with
/// that.
fn changed(context: &Context<'_>, touched: &Touched) -> BTreeSet<Matter> {
    let (view, known) = (context.view(), context.known());
    let mut matters = BTreeSet::new();
    let mut incidents = BTreeSet::new();
    for change in &touched.alarms {
        let about = Matter::Alarm(change.id);
        matters.insert(about);
        matters.extend(open_incident(&known, about).map(Matter::Incident));
    }
    incidents.extend(touched.incidents.iter().map(|change| change.id));
    let assignments = touched.assignments.iter();
    let assignments = assignments.filter_map(|change| view.assignments.get(&change.id));
    incidents.extend(assignments.map(|one| one.incident));
    for incident in incidents {
        matters.insert(Matter::Incident(incident));
        let sent = known.assignments_of(incident);
        matters.extend(sent.map(|one| Matter::Assignment(one.id)));
    }
    matters
}

fn all_open(context: &Context<'_>) -> BTreeSet<Matter> {
    let control = context.control();
    let alarms = control.alarms.open().map(Matter::Alarm);
    let incidents = control.incidents.open().map(Matter::Incident);
    let assignments = context.view().assignments.keys().copied();
    let assignments = assignments.map(Matter::Assignment);
    alarms.chain(incidents).chain(assignments).collect()
}

/// What a fact means for the ladder about one matter.
fn after(context: &Context<'_>, about: Matter, fact: &Fact) -> Vec<FactDraft> {
    let known = context.known();
    let run = known.view.ladders.get(&about);
    let run = run.filter(|run| run.is_open());
    let gaps = gaps(&known, about);
    let is_nobodys = gaps.first().is_some_and(|gap| gap.why.is_nobodys());
    if is_end_of_another(fact, about) && !is_nobodys {
        return Vec::new();
    }
    let Some(run) = run else {
        let begun = begin_first(context, about, &gaps, fact);
        return begun.into_iter().collect();
    };
    let own = gaps.iter().position(|gap| is_climbed_by(run, gap));
    match own.filter(|_| !is_answer(fact, run)) {
        // One that rose begins anew: its clocks do. So does one that had time anew, and that has passed, too.
        Some(own) if is_risen(fact, about) || is_undispatched_anew(run, fact) => {
            let begun = begin(context, about, gaps[own], fact);
            begun.into_iter().collect()
        }
        // What comes first takes its place; nobody has answered it by that.
        Some(own) => {
            let begun = begin_first(context, about, &gaps[..own], fact);
            begun.into_iter().collect()
        }
        None => {
            let ends = match answered_by(context, fact, run) {
                // What comes next begins by that.
                Some(by) => {
                    let stopped = LadderFact::Stopped(LadderStopped { about, by });
                    Some(draft(context, run, stopped))
                }
                None => begin_first(context, about, &gaps, fact),
            };
            ends.into_iter().collect()
        }
    }
}

/// Whether this fact says that the ladder about something else has ended.
fn is_end_of_another(fact: &Fact, about: Matter) -> bool {
    matches!(&fact.body, FactBody::Ladder(LadderFact::Stopped(body)) if body.about != about)
}

/// Each late step is another thing that nobody did.
fn is_climbed_by(run: &LadderRun, gap: &Gap) -> bool {
    let is_same = run.why == gap.why && (gap.why != Unanswered::StepLate || run.since == gap.since);
    is_same || (run.why.is_nobodys() && gap.why.is_nobodys())
}

/// Starts the ladder of what comes first. While nobody has the matter, nothing else of it is climbed.
fn begin_first(
    context: &Context<'_>,
    about: Matter,
    gaps: &[Gap],
    fact: &Fact,
) -> Option<FactDraft> {
    let is_nobodys = gaps.first().is_some_and(|gap| gap.why.is_nobodys());
    let gaps = if is_nobodys { &gaps[..1] } else { gaps };
    let mut begun = gaps
        .iter()
        .filter_map(|gap| begin(context, about, *gap, fact));
    begun.next()
}

fn is_risen(fact: &Fact, about: Matter) -> bool {
    matches!(&fact.body, FactBody::Alarm(AlarmFact::Risen(body)) if Matter::Alarm(body.alarm) == about)
}

/// Whether the time to send people has passed once more: it had begun anew.
fn is_undispatched_anew(run: &LadderRun, fact: &Fact) -> bool {
    let of_alarm = matches!(&fact.body, FactBody::Alarm(AlarmFact::Undispatched(body)) if Matter::Alarm(body.alarm) == run.about);
    let of_incident = matches!(&fact.body, FactBody::Incident(IncidentFact::Undispatched(body)) if Matter::Incident(body.incident) == run.about);
    (of_alarm || of_incident) && run.why == Unanswered::Undispatched
}

/// Whoever sends somebody else found an answer to a slot for which nobody was left.
fn is_answer(fact: &Fact, run: &LadderRun) -> bool {
    let is_sent =
        matches!(&fact.body, FactBody::Dispatch(DispatchFact::Offered(body)) if body.by.is_some());
    run.why == Unanswered::Unaccepted && is_sent
}

/// Whose answer it is. What devices and time do has no actor; but whoever owns an incident owns what joins
/// it, and whoever is there has answered by that.
fn answered_by(context: &Context<'_>, fact: &Fact, run: &LadderRun) -> Option<PersonId> {
    let view = context.view();
    fact.actor.clone().or_else(|| match run.about {
        Matter::Alarm(alarm) => {
            let row = view.alarms.get(&alarm)?;
            let owner = row.owner().filter(|_| row.incident.is_some());
            owner.cloned()
        }
        Matter::Incident(_) => None,
        Matter::Assignment(assignment) => {
            let person = &view.assignments.get(&assignment)?.person;
            (run.why == Unanswered::NotOnScene).then(|| person.clone())
        }
    })
}

/// Starts the ladder of a matter that waits.
fn begin(context: &Context<'_>, about: Matter, gap: Gap, fact: &Fact) -> Option<FactDraft> {
    if context.view().reach.is_empty() || !may_begin(context, about, gap, fact) {
        return None;
    }
    let of = Subject::of(context, about)?;
    let steps = of.steps(context, gap.why);
    if steps.is_empty() {
        return None;
    }
    let ladder = of.kind.ladder.as_ref();
    let ladder = ladder.filter(|id| context.estate.estate.ladder(id).is_some());
    let started = LadderFact::Started(LadderStarted {
        about,
        why: gap.why,
        ladder: ladder.cloned(),
        since: gap.since,
        steps,
        discreet: of.kind.discreet || of.discreet,
    });
    Some(context.by_rule_in(RULE, of.drill, started))
}

/// Whether nothing else speaks for it already.
fn may_begin(context: &Context<'_>, about: Matter, gap: Gap, fact: &Fact) -> bool {
    let (view, known) = (context.view(), context.known());
    let is_climbed = |about| view.ladders.get(&about).is_some_and(LadderRun::is_open);
    let before = view.ladders.get(&about);
    let is_known = before.is_some_and(|run| (run.why, run.since) == (gap.why, gap.since));
    match about {
        Matter::Alarm(_) if !gap.why.is_nobodys() => is_news(fact) && !is_known,
        Matter::Alarm(_) => {
            let incident = open_incident(&known, about).map(Matter::Incident);
            let speaks = incident.and_then(|incident| Subject::of(context, incident));
            let is_silent = speaks.is_none_or(|of| of.steps(context, gap.why).is_empty());
            is_silent || is_risen(fact, about)
        }
        Matter::Incident(id) if gap.why.is_nobodys() => {
            let alarms = view.incidents.get(&id).map(|incident| &incident.alarms);
            let mut alarms = alarms.into_iter().flatten();
            !alarms.any(|alarm| is_climbed(Matter::Alarm(*alarm)))
        }
        Matter::Incident(_) => match gap.why {
            Unanswered::Undispatched => is_news(fact) && !is_known,
            // Whoever took back that it was taken has it late once more.
            Unanswered::StepLate => true,
            Unanswered::StepSkipped
            | Unanswered::Unclaimed
            | Unanswered::Returned
            | Unanswered::Unaccepted
            | Unanswered::NotOnScene => !is_known,
        },
        Matter::Assignment(id) => {
            let slot = view.assignments.get(&id).map(|one| slot(&known, one));
            let mut others = slot.into_iter().flatten();
            let is_told = gap.why == Unanswered::Unaccepted
                && others.any(|other| is_climbed(Matter::Assignment(other.id)));
            !is_known && !is_told
        }
    }
}

/// Whether this fact tells for the first time that too few were sent: whoever is recalled after enough were sent makes
/// no deadline pass once more. An incident that is opened late was late as an alarm.
const fn is_news(fact: &Fact) -> bool {
    matches!(
        &fact.body,
        FactBody::Alarm(AlarmFact::Undispatched(_))
            | FactBody::Incident(IncidentFact::Undispatched(_) | IncidentFact::Opened(_))
            | FactBody::Notification(_)
    )
}

/// Who is called for what nobody did, and when.
fn steps(kind: &AlarmType, plan: Option<&LadderPlan>, why: Unanswered) -> Vec<LadderStep> {
    let at_once = |call| LadderStep {
        after_s: 0,
        call,
        by: Vec::new(),
        repeat: None,
    };
    match why {
        Unanswered::Unclaimed | Unanswered::Returned => {
            let first = kind.call_at_once.clone();
            let first = (!first.is_empty()).then(|| at_once(first));
            let steps = plan.map(|plan| plan.unclaimed.clone());
            let steps = steps.unwrap_or_default();
            first.into_iter().chain(steps).collect()
        }
        Unanswered::Undispatched => plan.map_or_else(Vec::new, |plan| plan.undispatched.clone()),
        // Where offers are handed on by time, the rung above those who go comes after the last of them.
        Unanswered::Unaccepted => {
            let is_handed_on = plan.is_some_and(|plan| plan.unaccepted_s_max.is_some());
            let leader = || at_once(vec![Target::Rung(Rung::ShiftLeader)]);
            is_handed_on.then(leader).into_iter().collect()
        }
        Unanswered::NotOnScene => plan.map_or_else(Vec::new, |plan| plan.not_on_scene.clone()),
        Unanswered::StepLate | Unanswered::StepSkipped => {
            vec![at_once(vec![Target::Rung(Rung::ShiftLeader)])]
        }
    }
}

/// What a matter is about.
struct Subject<'a> {
    kind: &'a AlarmType,
    drill: bool,
    discreet: bool,
}

impl<'a> Subject<'a> {
    fn of(context: &Context<'a>, about: Matter) -> Option<Self> {
        let view = context.view();
        let incident = match about {
            Matter::Alarm(alarm) => {
                let alarm = view.alarms.get(&alarm)?;
                return Some(Self {
                    kind: context.estate.alarm_type(&alarm.kind)?,
                    drill: alarm.drill,
                    discreet: alarm.began_as_duress(),
                });
            }
            Matter::Incident(incident) => incident,
            Matter::Assignment(assignment) => view.assignments.get(&assignment)?.incident,
        };
        let incident = view.incidents.get(&incident)?;
        Some(Self {
            kind: context.estate.alarm_type(&incident.kind)?,
            drill: incident.drill,
            discreet: incident.discreet,
        })
    }

    /// Who is called for what nobody did, by day or by night.
    fn steps(&self, context: &Context<'_>, why: Unanswered) -> Vec<LadderStep> {
        let ladder = self.kind.ladder.as_ref();
        let ladder = ladder.and_then(|id| context.estate.estate.ladder(id));
        let is_night = context.estate.calendar.is_night(context.now);
        steps(self.kind, ladder.map(|ladder| ladder.plan(is_night)), why)
    }
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
    Subject::of(context, run.about).is_some_and(|of| of.kind.id.as_str() == system::NOBODY)
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
