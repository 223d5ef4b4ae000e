//! Who has an alarm and until when, as its row says it: a chip for what is wrong with that, who, the
//! deadline that runs in words, and how much of it is left. An incident that nobody has is said in the row of its
//! first alarm, whatever was said of that.

use super::marks::returned_name;
use super::model::{shelf_left, shelf_reason_name, verdict_name};
use super::texts;
use crate::ages::{self, Now};
use crate::ladders::Climb;
use crate::names::person_name;
use crate::texts::Words;
use castellan_domain::alarm::{Alarm, AlarmFact, Due, Ownership, Returned};
use castellan_domain::estate::{Estate, Priority};
use castellan_domain::incident::{Incident, Owner};
use castellan_domain::staff::ABSENT_MAX;
use castellan_domain::text::Language;
use castellan_domain::time::Timestamp;
use castellan_domain::view::View;

/// What a row says of who has an alarm.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Standing {
    /// What is wrong with it: 超时, 退回, or that its owner is gone.
    pub chip: Option<Chip>,
    /// Who has it, or what it waits for.
    pub who: String,
    /// Which deadline runs, and what is left of it.
    pub due: Option<String>,
}

/// A few words in a frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chip {
    /// The class by which the style sheet draws it.
    pub class: &'static str,
    /// The words.
    pub words: String,
}

/// The open incident that an alarm is part of.
pub fn open_incident<'a>(view: &'a View, alarm: &Alarm) -> Option<&'a Incident> {
    let incident = view.incidents.get(&alarm.incident?);
    incident.filter(|incident| incident.is_open())
}

/// Whether it is in the queue: it needs somebody, or is part of an incident that is not closed.
pub fn is_listed(view: &View, alarm: &Alarm) -> bool {
    alarm.is_annunciated() || open_incident(view, alarm).is_some()
}

/// Whether nobody has it and nobody has seen it, or nobody has the incident for which it stands: it is filled until
/// somebody does. `incident`: the open one that it is part of.
pub fn is_unowned(alarm: &Alarm, incident: Option<&Incident>) -> bool {
    waits(alarm) || is_nobodys(alarm, incident).is_some()
}

fn waits(alarm: &Alarm) -> bool {
    alarm.owner().is_none() && alarm.acknowledged.is_none() && alarm.is_annunciated()
}

/// The incident that nobody has and for which this alarm, which waits for nobody itself, stands: its first one does.
fn is_nobodys<'a>(alarm: &Alarm, incident: Option<&'a Incident>) -> Option<&'a Incident> {
    let incident = incident.filter(|incident| incident.owner().is_none())?;
    let stands = incident.alarms.first() == Some(&alarm.id);
    (stands && !waits(alarm)).then_some(incident)
}

/// 退回: whether somebody had it, and nobody has taken it again.
pub fn was_returned(alarm: &Alarm) -> bool {
    let returned = matches!(
        &alarm.ownership,
        Ownership::Unclaimed {
            returned: Some(_),
            ..
        }
    );
    returned && alarm.acknowledged.is_none()
}

/// Who has it, and until when; of what nobody has, who is called next.
pub fn standing(
    estate: Option<&Estate>,
    alarm: &Alarm,
    incident: Option<&Incident>,
    climb: Option<&Climb>,
    now: Now,
    language: Language,
) -> Standing {
    if let Some(incident) = is_nobodys(alarm, incident) {
        return of_incident(estate, incident, climb, now, language);
    }
    if let Some(judged) = alarm.judged() {
        let who = verdict_name(judged.verdict).get(language).to_owned();
        return Standing {
            who,
            ..Standing::default()
        };
    }
    if let Some(shelf) = &alarm.shelf {
        let why = shelf_reason_name(shelf.reason).get(language);
        let by = person_name(estate, &shelf.by, language);
        return Standing {
            chip: None,
            who: format!("{why} · {by}"),
            due: Some(shelf_left(shelf.until, now, language)),
        };
    }
    Standing {
        chip: chip(estate, alarm, language),
        who: who(estate, alarm, language),
        due: match climb {
            Some(climb) if waits(alarm) => Some(climb.words.clone()),
            Some(_) | None => due(alarm, now, language),
        },
    }
}

/// Of an incident that nobody has.
fn of_incident(
    estate: Option<&Estate>,
    incident: &Incident,
    climb: Option<&Climb>,
    now: Now,
    language: Language,
) -> Standing {
    let Owner::Nobody {
        due_at,
        times_overdue,
        returned,
        ..
    } = &incident.owner
    else {
        return Standing::default();
    };
    let left = || texts::DUE_CLAIM.fill(language, &[&ages::left(*due_at, now)]);
    let back = returned.as_ref().filter(|_| *times_overdue == 0);
    Standing {
        chip: match times_overdue {
            0 => returned.is_some().then(|| returned_chip(language)),
            times => Some(overdue_chip(*times, language)),
        },
        who: back.map_or_else(
            || texts::WAITS_CLAIM.get(language).to_owned(),
            |returned| returned_words(estate, returned, language),
        ),
        due: Some(climb.map_or_else(left, |climb| climb.words.clone())),
    }
}

fn overdue_chip(times: u32, language: Language) -> Chip {
    Chip {
        class: "late",
        words: texts::OVERDUE_TIMES.fill(language, &[&times.to_string()]),
    }
}

fn returned_chip(language: Language) -> Chip {
    Chip {
        class: "late returned",
        words: texts::RETURNED.get(language).to_owned(),
    }
}

fn returned_words(estate: Option<&Estate>, returned: &Returned, language: Language) -> String {
    let why = returned_name(returned.why).get(language);
    match &returned.from {
        Some(from) => format!("{} {why}", person_name(estate, from, language)),
        None => why.to_owned(),
    }
}

fn chip(estate: Option<&Estate>, alarm: &Alarm, language: Language) -> Option<Chip> {
    match &alarm.ownership {
        Ownership::Claimed {
            by,
            absent_due_at: Some(_),
            ..
        } => {
            let by = person_name(estate, by, language);
            let words = texts::OWNER_GONE.fill(language, &[&by]);
            let class = "late out";
            Some(Chip { class, words })
        }
        Ownership::Unclaimed { .. } if alarm.acknowledged.is_some() => None,
        Ownership::Unclaimed { times_overdue, .. } if *times_overdue > 0 => {
            Some(overdue_chip(*times_overdue, language))
        }
        Ownership::Unclaimed { .. } if was_returned(alarm) => Some(returned_chip(language)),
        Ownership::Claimed { .. } | Ownership::Unclaimed { .. } => None,
    }
}

fn who(estate: Option<&Estate>, alarm: &Alarm, language: Language) -> String {
    let name = |by| person_name(estate, by, language);
    match (&alarm.ownership, &alarm.acknowledged) {
        (
            Ownership::Claimed {
                by,
                absent_due_at: None,
                ..
            },
            _,
        ) => name(by),
        // The chip names them.
        (Ownership::Claimed { .. }, _) => String::new(),
        // Seen is less than taken.
        (Ownership::Unclaimed { .. }, Some(acknowledged)) => {
            format!("✓ {}", name(&acknowledged.by))
        }
        (
            Ownership::Unclaimed {
                returned: Some(returned),
                times_overdue: 0,
                ..
            },
            None,
        ) => returned_words(estate, returned, language),
        (Ownership::Unclaimed { .. }, None) => waits_for(alarm.priority).get(language).to_owned(),
    }
}

/// What an alarm that nobody has waits for: what is less urgent needs nobody of its own.
pub const fn waits_for(priority: Priority) -> Words {
    match priority {
        Priority::P1 | Priority::P2 => texts::WAITS_CLAIM,
        Priority::P3 | Priority::P4 => texts::WAITS_ACKNOWLEDGE,
    }
}

fn due(alarm: &Alarm, now: Now, language: Language) -> Option<String> {
    let (at, due) = running(alarm)?;
    let followed_up = alarm
        .acknowledged
        .as_ref()
        .is_some_and(|seen| seen.followed_up);
    let words = match due {
        Due::Claim => texts::DUE_CLAIM,
        Due::Acknowledged if followed_up => texts::BACK_FOR_REVIEW,
        Due::Acknowledged | Due::FollowUp | Due::OwnerAbsent => texts::DUE_BACK,
        Due::Dispatch => texts::DUE_DISPATCH,
        Due::Unheard => texts::DUE_UNHEARD,
        // Only of what is no longer in the queue.
        Due::Shelf | Due::Review => return None,
    };
    Some(words.fill(language, &[&ages::left(at, now)]))
}

/// The deadline that counts: of what nobody has, the one by which somebody must, whatever else runs.
fn running(alarm: &Alarm) -> Option<(Timestamp, Due)> {
    match alarm.claim_due_at() {
        Some(at) if waits(alarm) => Some((at, Due::Claim)),
        Some(_) | None => alarm.next_due(),
    }
}

/// The deadline that runs, from its beginning to its end. The bar of a row drains over it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Run {
    /// When it began.
    pub from: Timestamp,
    /// When it ends.
    pub to: Timestamp,
}

impl Run {
    /// What runs for an alarm in the queue: of what nobody has, the time until somebody else is called.
    pub fn of(alarm: &Alarm, incident: Option<&Incident>, climb: Option<&Climb>) -> Option<Self> {
        let next = climb.and_then(|climb| climb.bar);
        if let Some((from, to)) = next.filter(|_| is_unowned(alarm, incident)) {
            return Some(Self { from, to });
        }
        if let Some(Owner::Nobody { since, due_at, .. }) =
            is_nobodys(alarm, incident).map(|incident| &incident.owner)
        {
            let (from, to) = (*since, *due_at);
            return Some(Self { from, to });
        }
        if !alarm.is_annunciated() {
            return None;
        }
        let (to, due) = running(alarm)?;
        let from = match (due, &alarm.ownership, &alarm.acknowledged) {
            (Due::Claim, Ownership::Unclaimed { since, .. }, _) => {
                last_annunciation(alarm).unwrap_or(*since)
            }
            (Due::FollowUp | Due::Dispatch, Ownership::Claimed { at, .. }, _) => *at,
            (Due::OwnerAbsent, _, _) => to - ABSENT_MAX,
            (Due::Acknowledged, _, Some(acknowledged)) => acknowledged.at,
            _ => return None,
        };
        Some(Self { from, to })
    }

    /// Hundredths of it that are left.
    pub fn left_percent(&self, now: Timestamp) -> i64 {
        let whole = self.to.since(self.from).as_micros().max(1);
        let left = self.to.since(now).as_micros().clamp(0, whole);
        // Rounded up: a bar that is empty is over.
        (left.saturating_mul(100) + whole - 1) / whole
    }
}

/// When it was last called out that nobody has it.
fn last_annunciation(alarm: &Alarm) -> Option<Timestamp> {
    let mut latest_first = alarm.history.steps().iter().rev();
    let step = latest_first.find(|step| {
        matches!(
            step.fact,
            AlarmFact::Raised(_)
                | AlarmFact::Overdue(_)
                | AlarmFact::Returned(_)
                | AlarmFact::Released(_)
                | AlarmFact::Risen(_)
                | AlarmFact::Unshelved(_)
        )
    })?;
    Some(step.again.map_or(step.at, |again| again.at))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{
        START, acknowledged, claimed, device, incident_of, judged, li_na, overdue, raised,
        returned_by, risen, shelved,
    };
    use castellan_domain::alarm::ReturnedBy;
    use castellan_domain::time::Span;

    fn after(secs: i64) -> Timestamp {
        START + Span::from_secs(secs)
    }

    fn said(alarm: &Alarm, secs: i64) -> (Option<String>, String, Option<String>) {
        let Standing { chip, who, due } =
            standing(None, alarm, None, None, after(secs).into(), Language::Zh);
        (chip.map(|chip| chip.words), who, due)
    }

    fn words(chip: &str, who: &str, due: &str) -> (Option<String>, String, Option<String>) {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        (some(chip), who.to_owned(), some(due))
    }

    #[test]
    fn a_row_says_who_has_it_and_what_runs() {
        let open = raised(1, 1);
        assert_eq!(said(&open, 36), words("", "待接警", "剩余 00:24"));
        let late = overdue(open.clone(), 2, after(90), 0);
        assert_eq!(said(&late, 72), words("超时 2", "待接警", "剩余 00:18"));
        assert_eq!(said(&raised(1, 3), 0).1, "待签收");
        let owned = claimed(open.clone());
        assert_eq!(said(&owned, 22), words("", "li-na", "00:48 后退回"));
        let gone = owned.clone().owner_absent(Some(after(65)));
        assert_eq!(said(&gone, 30), words("li-na 离线", "", "00:35 后退回"));
        let back = returned_by(owned, ReturnedBy::NoFollowUp, after(130), 0);
        assert_eq!(
            said(&back, 118),
            words("退回", "li-na 接警或签收后无动作", "剩余 00:12")
        );
        let again = overdue(back, 1, after(160), 0);
        assert_eq!(said(&again, 130), words("超时 1", "待接警", "剩余 00:30"));
        let seen = acknowledged(raised(1, 3));
        assert_eq!(said(&seen, 40), words("", "✓ li-na", "00:30 后退回"));
        assert_eq!(said(&judged(open), 40), words("", "环境干扰", ""));
        let aside = shelved(raised(1, 3), after(600));
        assert_eq!(said(&aside, 10), words("", "检修 · li-na", "09:50"));
        // Only the server ends it.
        assert_eq!(said(&aside, 601), words("", "检修 · li-na", "即将结束"));
    }

    #[test]
    fn nothing_counts_down_while_the_picture_is_old() {
        let now = Now {
            at: after(36),
            stands_still: true,
        };
        let due = standing(None, &raised(1, 1), None, None, now, Language::Zh).due;
        assert_eq!(due.as_deref(), Some("剩余 --:--"));
    }

    fn left(alarm: &Alarm, secs: i64) -> Option<i64> {
        Run::of(alarm, None, None).map(|run| run.left_percent(after(secs)))
    }

    #[test]
    fn the_bar_drains_to_each_deadline_anew() {
        let open = raised(1, 1);
        assert_eq!(left(&open, 0), Some(100));
        assert_eq!(left(&open, 45), Some(25));
        assert_eq!(left(&open, 60), Some(0));
        assert_eq!(left(&open, 99), Some(0));
        // Ten seconds after the start it was claimed, with a minute to do something.
        let owned = claimed(open.clone());
        assert_eq!(left(&owned, 10), Some(100));
        assert_eq!(left(&owned, 40), Some(50));
        let gone = owned.clone().owner_absent(Some(after(65)));
        assert_eq!(left(&gone, 35), Some(50));
        // It rose after thirty seconds, and thirty are left.
        let risen = risen(raised(1, 2), device("d2"));
        assert_eq!(left(&risen, 45), Some(50));
        assert_eq!(left(&acknowledged(raised(1, 3)), 40), Some(50));
        let aside = shelved(raised(1, 3), after(600));
        assert_eq!(left(&aside, 0), None);
        assert_eq!(left(&judged(open), 0), None);
    }

    #[test]
    fn what_nobody_has_counts_towards_whoever_is_called_next_and_what_somebody_has_does_not() {
        let climb = Climb {
            words: "6秒后呼班长".to_owned(),
            called: None,
            bar: Some((after(0), after(30))),
        };
        let due = |alarm: &Alarm| {
            let said = standing(
                None,
                alarm,
                None,
                Some(&climb),
                after(24).into(),
                Language::Zh,
            );
            let run = Run::of(alarm, None, Some(&climb));
            (said.due, run.map(|run| run.left_percent(after(24))))
        };
        let open = raised(1, 1);
        assert_eq!(due(&open), (Some("6秒后呼班长".to_owned()), Some(20)));
        let owned = due(&claimed(open));
        assert_eq!(owned, (Some("00:46 后退回".to_owned()), Some(77)));
    }

    #[test]
    fn an_incident_that_nobody_has_is_said_in_the_row_of_its_first_alarm_whatever_was_said_of_that()
    {
        let (first, second) = (judged(raised(1, 1)), judged(raised(2, 1)));
        let mut incident = incident_of(&first);
        incident.alarms.push(second.id);
        assert!(!is_unowned(&first, Some(&incident)), "somebody has it");
        let returned = Returned {
            why: ReturnedBy::OwnerAbsent,
            from: Some(li_na()),
            at: after(60),
            late_s: 0,
        };
        incident.owner = Owner::Nobody {
            since: after(60),
            due_at: after(120),
            times_overdue: 0,
            returned: Some(returned),
        };
        assert!(is_unowned(&first, Some(&incident)));
        assert!(!is_unowned(&second, Some(&incident)), "one row is enough");
        let said = |alarm: &Alarm, secs| {
            let now = after(secs).into();
            let standing = standing(None, alarm, Some(&incident), None, now, Language::Zh);
            (
                standing.chip.map(|chip| chip.words),
                standing.who,
                standing.due,
            )
        };
        let back = words("退回", "li-na 接警人离线", "剩余 00:15");
        assert_eq!(said(&first, 105), back);
        assert_eq!(said(&second, 105), words("", "环境干扰", ""));
        let left = Run::of(&first, Some(&incident), None).map(|run| run.left_percent(after(105)));
        assert_eq!(left, Some(25));
        assert_eq!(Run::of(&second, Some(&incident), None), None);
    }

    #[test]
    fn what_nobody_has_is_filled_and_what_somebody_has_or_has_seen_is_not() {
        assert!(is_unowned(&raised(1, 1), None));
        assert!(!is_unowned(&claimed(raised(1, 1)), None));
        assert!(!is_unowned(&acknowledged(raised(1, 3)), None));
        assert!(!is_unowned(&judged(raised(1, 1)), None));
        assert!(!is_unowned(&shelved(raised(1, 3), after(9)), None));
    }
}
