//! Rules: what the site decides by itself. One file each, listed here in the order of a reading.
//!
//! What devices say:
//! 1. [`annunciate`]: where a condition goes, from whomever it comes.
//! 2. [`reported_condition`]: a device's report of a condition.
//! 3. [`door_state`]: a door opens, closes, lets somebody through.
//! 4. [`door_forced`]: it opened though nobody was let through.
//! 5. [`sos`]: a guard's call for help.
//! 6. [`area_breach`]: somebody is where they should not be, or is not where they should be.
//! 7. [`second_source`]: two devices near each other confirm a matter.
//! 8. [`upstream`]: one switch, one row.
//! 9. [`flood`]: when more comes than people can take; then [`same_matter`] shares a row.
//!
//! What time brings:
//! 10. [`claim_overdue`]: an alarm that nobody claims in time is annunciated again.
//! 11. [`comes_back`]: what was taken or seen, and then left, comes back.
//! 12. `undispatched`: what was claimed, and nobody was sent for in time.
//! 13. [`unheard`]: what should be said again and is not comes before people.
//! 14. [`shelf_time`]: shelved alarms come down one by one.
//! 15. [`arming_schedule`]: zones arm and disarm by the week.
//! 16. [`door_held`]: a door stands open for too long.
//! 17. [`device_silent`]: a device that should have reported did not.
//! 18. [`guard_silent`]: nobody hears of a guard on duty.
//!
//! 19. [`ladder`]: whoever is next is called while nobody answers; `unanswered` is the law of that.
//! 20. [`incidents`]: which alarms are one incident, and what of it is due.
//! 21. [`assignments`]: who does not answer, is not there in time, or is there.
//! 22. [`regrade`]: what its alarms make of an incident.
//! 23. [`steps`]: which step of a procedure is waited for.
//!
//! What another estate brings:
//! 24. [`left_estate`]: who is not in it any more is not watched any more.
//!
//! What the server finds out about itself:
//! 25. [`system`]: a gap in the record, a step of the clock, damaged positions, a disk that fills.
//! 26. `viewed`: who was shown a picture for an alarm.

pub mod annunciate;
pub mod area_breach;
pub mod arming_schedule;
pub mod assignments;
pub mod claim_overdue;
pub mod clips;
pub mod comes_back;
pub mod device_silent;
pub mod door_forced;
pub mod door_held;
pub mod door_state;
pub mod flood;
pub mod guard_silent;
pub mod incidents;
pub mod ladder;
pub mod left_estate;
mod regrade;
pub mod reported_condition;
mod same_matter;
pub mod second_source;
pub(crate) mod seen;
pub mod shelf_time;
pub mod sos;
pub mod steps;
pub mod system;
mod unanswered;
mod undispatched;
mod unheard;
pub mod upstream;
pub(crate) mod viewed;

use crate::estate::EstateIndex;
use crate::fact::{Fact, FactDraft};
use crate::ids::PersonId;
use crate::memory::Memory;
use crate::site::{Context, Site};
use crate::time::Timestamp;
use crate::view::Touched;

/// A rule that waits for time.
struct Timed {
    name: &'static str,
    /// When it is due next.
    next_due: fn(&Site, &EstateIndex, &Memory) -> Option<Timestamp>,
    /// What is due by now. Each call settles some of it; what is left is due at once.
    settle: fn(&Context<'_>, &mut Memory) -> Vec<FactDraft>,
    company: Company,
}

/// With what a rule comes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Company {
    /// With all others.
    Any,
    /// It raises alarms, and each alarm's number follows from the facts before: so only one of these comes.
    Alone,
    /// What the others change may end what it goes on with: so it comes when they have nothing to do.
    Last,
}

/// All that waits for time, in the order in which it is asked. The flood comes before silences: a
/// storm of them is to be noticed while it lasts.
const TIMED: [Timed; 14] = [
    Timed {
        name: "claim_overdue",
        next_due: |site, _, _| site.control().alarms.next_due_at(),
        settle: |context, _| claim_overdue::decide(context),
        company: Company::Any,
    },
    Timed {
        name: "comes_back",
        next_due: |site, _, _| site.control().alarms.next_due_at(),
        settle: |context, _| comes_back::decide(context),
        company: Company::Any,
    },
    Timed {
        name: "undispatched",
        next_due: |site, _, _| site.control().alarms.next_due_at(),
        settle: |context, _| undispatched::decide(context),
        company: Company::Any,
    },
    Timed {
        name: "unheard",
        next_due: |site, _, _| site.control().alarms.next_due_at(),
        settle: |context, _| unheard::decide(context),
        company: Company::Any,
    },
    Timed {
        name: "incidents",
        next_due: |_, _, memory| memory.gather_due_at,
        settle: incidents::gather,
        company: Company::Any,
    },
    Timed {
        name: "incident_due",
        next_due: |site, _, _| site.control().incidents.next_due_at(),
        settle: |context, _| incidents::due(context),
        company: Company::Any,
    },
    Timed {
        name: "assignments",
        next_due: |site, _, _| site.control().dispatch.next_due_at(),
        settle: |context, memory| assignments::due(context, memory),
        company: Company::Alone,
    },
    Timed {
        name: "arming_schedule",
        next_due: |_, _, memory| memory.arming_due_at,
        settle: arming_schedule::settle,
        company: Company::Any,
    },
    Timed {
        name: "shelf_time",
        next_due: |site, _, _| site.control().alarms.next_shelf().map(|(at, _)| at),
        settle: |context, _| shelf_time::decide(context).into_iter().collect(),
        company: Company::Alone,
    },
    Timed {
        name: "flood",
        next_due: flood::next_due,
        settle: flood::settle,
        company: Company::Alone,
    },
    Timed {
        name: "ladder",
        next_due: |site, _, _| site.control().ladders.next_due_at(),
        settle: |context, _| ladder::decide(context),
        company: Company::Last,
    },
    Timed {
        name: "door_held",
        next_due: |site, _, _| site.control().doors.next_due_at(),
        settle: |context, _| door_held::decide(context),
        company: Company::Alone,
    },
    Timed {
        name: "device_silent",
        next_due: |_, _, memory| memory.heard.next_due_at(),
        settle: |context, memory| device_silent::decide(context, &mut memory.heard),
        company: Company::Alone,
    },
    Timed {
        name: "guard_silent",
        next_due: |_, _, memory| memory.fixes.next_due_at(),
        settle: |context, memory| guard_silent::decide(context, &mut memory.fixes),
        company: Company::Alone,
    },
];

/// What is due now.
pub(crate) fn settle(context: &Context<'_>, memory: &mut Memory) -> Vec<FactDraft> {
    let of = |company| TIMED.iter().filter(move |rule| rule.company == company);
    let mut drafts = Vec::new();
    for rule in of(Company::Any) {
        drafts.extend((rule.settle)(context, memory));
    }
    for rule in of(Company::Alone) {
        let raised = (rule.settle)(context, memory);
        if !raised.is_empty() {
            drafts.extend(raised);
            break;
        }
    }
    if drafts.is_empty() {
        drafts.extend(of(Company::Last).flat_map(|rule| (rule.settle)(context, memory)));
    }
    drafts
}

/// When something is due next, and what.
pub(crate) fn next_due(
    site: &Site,
    estate: &EstateIndex,
    memory: &Memory,
) -> Option<(Timestamp, &'static str)> {
    let due = TIMED.iter().filter_map(|rule| {
        let at = (rule.next_due)(site, estate, memory)?;
        Some((at, rule.name))
    });
    due.min_by_key(|(at, _)| *at)
}

/// What follows from a fact, in its own turn.
pub(crate) fn follows(context: &Context<'_>, fact: &Fact, touched: &Touched) -> Vec<FactDraft> {
    let ladders = ladder::follows(context, fact, touched).into_iter();
    let grades = regrade::follows(context, fact, touched);
    ladders
        .chain(grades)
        .chain(steps::follows(context, touched))
        .collect()
}

/// Somebody goes off duty: what was found by following them ends.
pub(crate) fn off_duty(context: &Context<'_>, person: &PersonId) -> Vec<FactDraft> {
    let area = area_breach::over(context, person);
    let silence = guard_silent::over(context, person);
    let recalled = assignments::off_duty(context, person);
    area.into_iter().chain(silence).chain(recalled).collect()
}
