//! What facts about ladders, and about the notifications that they send, change.

use super::fact::LadderFact;
use super::state::{LadderRun, Reached, Stopped};
use crate::alarm::AlarmFact;
use crate::ids::Seq;
use crate::matter::Matter;
use crate::notify::fact::{NotificationFact, Settlement};
use crate::subject::Stamp;
use crate::view::{Touched, View, put, remove};

pub(crate) fn fold(view: &mut View, fact: &LadderFact, stamp: &Stamp<'_>, touched: &mut Touched) {
    match fact {
        LadderFact::Started(body) => {
            // A run goes with its matter, so one about nothing would stay for ever.
            if is_known(view, body.about) {
                let run = LadderRun::started(body, stamp);
                put(&mut view.ladders, &body.about, run, &mut touched.ladders);
            }
        }
        LadderFact::Climbed(body) => change(view, body.about, touched, |run| {
            run.is_open().then(|| run.climbed(body, stamp))
        }),
        LadderFact::Called(body) => change(view, body.about, touched, |run| {
            run.is_open().then(|| run.called(body, stamp))
        }),
        LadderFact::Stopped(body) => change(view, body.about, touched, |run| {
            run.is_open().then(|| {
                let (by, at) = (body.by.clone(), stamp.at);
                run.stopped = Some(Stopped { by, at });
            })
        }),
    }
}

/// What became of a call.
pub(crate) fn notified(
    view: &mut View,
    fact: &NotificationFact,
    stamp: &Stamp<'_>,
    touched: &mut Touched,
) {
    let at = stamp.at;
    match fact {
        NotificationFact::Failing(body) => {
            reached(
                view,
                body.matter,
                body.about,
                Reached::Failing { at },
                touched,
            );
        }
        NotificationFact::Settled(body) => {
            let outcome = body.outcome;
            let settled = Reached::Settled { outcome, at };
            reached(view, body.matter, body.about, settled, touched);
        }
        NotificationFact::Reach(_) => {}
    }
}

fn reached(view: &mut View, about: Matter, seq: Seq, reached: Reached, touched: &mut Touched) {
    change(view, about, touched, |run| {
        let call = run.calls.iter_mut().find(|call| call.seq == seq)?;
        // What failed for an hour and is given up then reached nobody ever since it failed.
        let is_known = match (call.reached, reached) {
            (None, _) => false,
            (Some(Reached::Failing { .. }), Reached::Settled { outcome, .. }) => {
                matches!(outcome, Settlement::GivenUp)
            }
            (Some(_), _) => true,
        };
        (!is_known).then(|| call.reached = Some(reached))
    });
}

/// What became a silent call for help is hidden with all that belongs to it.
pub(crate) fn risen(view: &mut View, fact: &AlarmFact, touched: &mut Touched) {
    let AlarmFact::Risen(body) = fact else {
        return;
    };
    if !body.kind.is_duress() && !body.family.is_duress() {
        return;
    }
    let mut hidden = vec![Matter::Alarm(body.alarm)];
    let row = view.alarms.get(&body.alarm);
    if let Some(incident) = row.and_then(|row| row.incident) {
        hidden.push(Matter::Incident(incident));
        let all = view.assignments.values();
        let sent = all.filter(|one| one.incident == incident);
        hidden.extend(sent.map(|one| Matter::Assignment(one.id)));
    }
    for about in hidden {
        change(view, about, touched, |run| {
            (!run.discreet).then(|| run.discreet = true)
        });
    }
}

/// Lets go of the runs whose matter has left.
pub(crate) fn let_go(view: &mut View, touched: &mut Touched) {
    let alarms = touched.alarms.iter();
    let alarms = alarms.map(|change| Matter::Alarm(change.id));
    let incidents = touched.incidents.iter();
    let incidents = incidents.map(|change| Matter::Incident(change.id));
    let assignments = touched.assignments.iter();
    let assignments = assignments.map(|change| Matter::Assignment(change.id));
    let changed = alarms.chain(incidents).chain(assignments);
    let gone = changed.filter(|about| view.ladders.contains_key(about) && !is_known(view, *about));
    for about in gone.collect::<Vec<_>>() {
        remove(&mut view.ladders, about, &mut touched.ladders);
    }
}

fn is_known(view: &View, about: Matter) -> bool {
    match about {
        Matter::Alarm(alarm) => view.alarms.contains_key(&alarm),
        Matter::Incident(incident) => view.incidents.contains_key(&incident),
        Matter::Assignment(assignment) => view.assignments.contains_key(&assignment),
    }
}

/// Does a step that may turn out to change nothing.
fn change(
    view: &mut View,
    about: Matter,
    touched: &mut Touched,
    step: impl FnOnce(&mut LadderRun) -> Option<()>,
) {
    let Some(mut run) = view.ladders.get(&about).cloned() else {
        return;
    };
    if step(&mut run).is_some() {
        put(&mut view.ladders, &about, run, &mut touched.ladders);
    }
}
