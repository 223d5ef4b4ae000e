//! 转交: the command, what follows from it, and the way back.

use super::texts;
use crate::ages;
use crate::desk::Offer;
use crate::names::person_name;
use crate::texts::Words;
use castellan_domain::alarm::{Alarm, AlarmCommand, follow_up_wait};
use castellan_domain::command::Command;
use castellan_domain::estate::Priority;
use castellan_domain::ids::PersonId;
use castellan_domain::incident::IncidentCommand;
use castellan_domain::staff::{ABSENT_MAX, Console};
use castellan_domain::text::Language;
use castellan_domain::time::Span;
use castellan_domain::view::Known;
use castellan_domain::wire::api::WireCommand;

/// Whether somebody has a console open, and so sees what they are given.
pub fn has_console(known: &Known<'_>, person: &PersonId) -> bool {
    matches!(console(known, person), Console::Here { .. })
}

fn console(known: &Known<'_>, person: &PersonId) -> Console {
    let state = known.view.people.get(person);
    state.map_or(Console::Never, |state| state.console)
}

/// Hands an alarm on. What is part of an open incident is handed on with it.
pub fn handed_on(known: &Known<'_>, row: &Alarm, to: &PersonId) -> (WireCommand, Offer) {
    if let Some(incident) = known.open_incident_of(row) {
        let incident_to = |to: &PersonId| {
            let (incident, to) = (incident.id, to.clone());
            Command::from(IncidentCommand::Transfer { incident, to })
        };
        let what = incident.id.to_string();
        let what = |language| texts::WHOLE_INCIDENT.fill(language, &[&what]);
        let back = Back::of(known, to, incident.priority, || Back::Never);
        let inverse = incident.owner().map(incident_to);
        return (incident_to(to), offer(known, to, back, inverse, what));
    }
    let alarm_to = |to: &PersonId| {
        let (alarm, to) = (row.id, to.clone());
        Command::from(AlarmCommand::Transfer { alarm, to })
    };
    let back = Back::of(known, to, row.priority, || {
        follow_up_wait(row.priority).map_or(Back::ShiftEnd, Back::Idle)
    });
    let what = |language| texts::THIS_ALARM.get(language).to_owned();
    let inverse = row.owner().map(alarm_to);
    (alarm_to(to), offer(known, to, back, inverse, what))
}

/// By what it comes back first from somebody who does not see it.
#[derive(Debug, Clone, Copy)]
enum Back {
    /// They see it.
    Seen,
    /// Their console is gone.
    Gone(Span),
    /// Nothing is done about it.
    Idle(Span),
    /// The same, and there is time until the shift ends.
    ShiftEnd,
    /// By nothing.
    Never,
}

impl Back {
    fn of(
        known: &Known<'_>,
        to: &PersonId,
        priority: Priority,
        unless_gone: impl Fn() -> Self,
    ) -> Self {
        let is_first = !matches!(unless_gone(), Self::Idle(wait) if wait <= ABSENT_MAX);
        match console(known, to) {
            Console::Here { .. } => Self::Seen,
            Console::Gone { .. } if priority <= Priority::P2 && is_first => Self::Gone(ABSENT_MAX),
            Console::Gone { .. } | Console::Never => unless_gone(),
        }
    }

    /// The sentence that says so, and the time that stands in it.
    const fn words(self) -> (Words, Option<Span>) {
        match self {
            Self::Seen => (texts::TRANSFER_FOLLOWS, None),
            Self::Gone(wait) => (texts::TRANSFER_GONE, Some(wait)),
            Self::Idle(wait) => (texts::TRANSFER_UNSEEN, Some(wait)),
            Self::ShiftEnd => (texts::TRANSFER_UNSEEN_SHIFT, None),
            Self::Never => (texts::TRANSFER_STAYS, None),
        }
    }
}

fn offer(
    known: &Known<'_>,
    to: &PersonId,
    back: Back,
    inverse: Option<WireCommand>,
    what: impl Fn(Language) -> String,
) -> Offer {
    let (words, wait) = back.words();
    let wait = wait.map(ages::text).unwrap_or_default();
    Offer::new(texts::TAKE_BACK, inverse, |language| {
        let name = person_name(Some(known.estate), to, language);
        words.fill(language, &[&name, &what(language), &wait])
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{START, claimed, estate, incident_of, li_na, person, raised, view};
    use castellan_domain::ids::IncidentId;
    use castellan_domain::view::View;

    const NEVER: Console = Console::Never;
    const HERE: Console = Console::Here { since: START };
    const GONE: Console = Console::Gone { since: START };

    /// What is sent and said when the first alarm goes to wang, whose console is so.
    fn given(mut view: View, console: Console) -> (WireCommand, Offer) {
        view.people.entry(person("wang")).or_default().console = console;
        let estate = estate();
        let known = Known {
            view: &view,
            estate: &estate,
            now: START,
        };
        let row = view.alarms.values().next().expect("a row");
        handed_on(&known, row, &person("wang"))
    }

    fn alarm(priority: u8, console: Console) -> (WireCommand, Offer) {
        given(view([claimed(raised(1, priority))]), console)
    }

    fn incident(priority: u8, console: Console) -> (WireCommand, Offer) {
        let mut row = claimed(raised(1, priority));
        row.incident = Some(IncidentId(1));
        let incident = incident_of(&row);
        let mut view = view([row]);
        view.incidents.insert(incident.id, incident);
        given(view, console)
    }

    #[test]
    fn whoever_hands_on_an_alarm_reads_whether_it_is_seen_and_can_take_it_back() {
        let (sent, unseen) = alarm(2, NEVER);
        let to = |to: PersonId| {
            let alarm = castellan_domain::ids::AlarmId(1);
            WireCommand::from(AlarmCommand::Transfer { alarm, to })
        };
        assert_eq!(
            (sent, unseen.inverse.clone()),
            (to(person("wang")), Some(to(li_na())))
        );
        assert_eq!(
            unseen.follows(Language::Zh),
            "wang 未开控制台，看不到这条报警；03:00 内无动作则退回。"
        );
        let (_, gone) = alarm(2, GONE);
        assert_eq!(
            gone.follows(Language::Zh),
            "wang 的控制台已关，看不到这条报警；01:00 内不重开则退回。"
        );
        let (_, at_once) = alarm(1, GONE);
        assert!(
            at_once
                .follows(Language::Zh)
                .ends_with("01:00 内无动作则退回。")
        );
        let (_, ordinary) = alarm(3, GONE);
        assert!(
            ordinary
                .follows(Language::Zh)
                .ends_with("15:00 内无动作则退回。")
        );
        let (_, seen) = alarm(2, HERE);
        assert_eq!(seen.follows(Language::En), "wang has the alarm now.");
    }

    #[test]
    fn what_is_part_of_an_incident_is_handed_on_and_taken_back_with_it() {
        let to = |to: PersonId| {
            let incident = IncidentId(1);
            WireCommand::from(IncidentCommand::Transfer { incident, to })
        };
        let (sent, seen) = incident(1, HERE);
        assert_eq!(
            (sent, seen.inverse.clone()),
            (to(person("wang")), Some(to(li_na())))
        );
        assert_eq!(seen.follows(Language::Zh), "事件 I-1 及其报警已转交 wang。");
        let (_, gone) = incident(1, GONE);
        assert_eq!(
            gone.follows(Language::En),
            "wang has closed their console and does not see I-1 with its alarms; back in 01:00 unless they open it."
        );
        for unseen in [incident(1, NEVER), incident(3, GONE)] {
            assert_eq!(
                unseen.1.follows(Language::Zh),
                "wang 未开控制台，看不到事件 I-1 及其报警，也不会自动退回；请用对讲告知。"
            );
        }
    }
}
