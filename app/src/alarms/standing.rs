//! Who has an alarm and until when, as its row says it: a chip for what is wrong with that, who, the
//! deadline that runs in words, and how much of it is left.

use super::filter::was_returned;
use super::marks::returned_name;
use super::model::{shelf_reason_name, verdict_name};
use super::texts;
use crate::ages::{self, Now};
use crate::ladders::Climb;
use crate::names::person_name;
use crate::texts::Words;
use castellan_domain::alarm::{Alarm, AlarmFact, Due, Ownership};
use castellan_domain::estate::{Estate, Priority};
use castellan_domain::staff::ABSENT_MAX;
use castellan_domain::text::Language;
use castellan_domain::time::Timestamp;

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

/// Whether nobody has it and nobody has seen it: it is filled until somebody does.
pub fn is_unowned(alarm: &Alarm) -> bool {
    alarm.owner().is_none() && alarm.acknowledged.is_none() && alarm.is_annunciated()
}

/// Who has it, and until when; of what nobody has, who is called next.
pub fn standing(
    estate: Option<&Estate>,
    alarm: &Alarm,
    climb: Option<&Climb>,
    now: Now,
    language: Language,
) -> Standing {
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
            due: Some(ages::left(shelf.until, now)),
        };
    }
    Standing {
        chip: chip(estate, alarm, language),
        who: who(estate, alarm, language),
        due: match climb {
            Some(climb) if is_unowned(alarm) => Some(climb.words.clone()),
            Some(_) | None => due(alarm, now, language),
        },
    }
}

fn chip(estate: Option<&Estate>, alarm: &Alarm, language: Language) -> Option<Chip> {
    let chip = |class, words| Some(Chip { class, words });
    match &alarm.ownership {
        Ownership::Claimed {
            by,
            absent_due_at: Some(_),
            ..
        } => {
            let by = person_name(estate, by, language);
            chip("late out", texts::OWNER_GONE.fill(language, &[&by]))
        }
        Ownership::Unclaimed { .. } if alarm.acknowledged.is_some() => None,
        Ownership::Unclaimed { times_overdue, .. } if *times_overdue > 0 => {
            let times = times_overdue.to_string();
            chip("late", texts::OVERDUE_TIMES.fill(language, &[&times]))
        }
        Ownership::Unclaimed { .. } if was_returned(alarm) => {
            chip("late returned", texts::RETURNED.get(language).to_owned())
        }
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
        ) => {
            let why = returned_name(returned.why).get(language);
            match &returned.from {
                Some(from) => format!("{} {why}", name(from)),
                None => why.to_owned(),
            }
        }
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
        Some(at) if is_unowned(alarm) => Some((at, Due::Claim)),
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
    pub fn of(alarm: &Alarm, climb: Option<&Climb>) -> Option<Self> {
        if !alarm.is_annunciated() {
            return None;
        }
        let next = climb.and_then(|climb| climb.bar);
        if let Some((from, to)) = next.filter(|_| is_unowned(alarm)) {
            return Some(Self { from, to });
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
        START, acknowledged, claimed, device, judged, overdue, raised, returned_by, risen, shelved,
    };
    use castellan_domain::alarm::ReturnedBy;
    use castellan_domain::time::Span;

    fn after(secs: i64) -> Timestamp {
        START + Span::from_secs(secs)
    }

    fn said(alarm: &Alarm, secs: i64) -> (Option<String>, String, Option<String>) {
        let Standing { chip, who, due } =
            standing(None, alarm, None, after(secs).into(), Language::Zh);
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
    }

    #[test]
    fn nothing_counts_down_while_the_picture_is_old() {
        let now = Now {
            at: after(36),
            stands_still: true,
        };
        let due = standing(None, &raised(1, 1), None, now, Language::Zh).due;
        assert_eq!(due.as_deref(), Some("剩余 --:--"));
    }

    fn left(alarm: &Alarm, secs: i64) -> Option<i64> {
        Run::of(alarm, None).map(|run| run.left_percent(after(secs)))
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
            let said = standing(None, alarm, Some(&climb), after(24).into(), Language::Zh);
            let run = Run::of(alarm, Some(&climb));
            (said.due, run.map(|run| run.left_percent(after(24))))
        };
        let open = raised(1, 1);
        assert_eq!(due(&open), (Some("6秒后呼班长".to_owned()), Some(20)));
        let owned = due(&claimed(open));
        assert_eq!(owned, (Some("00:46 后退回".to_owned()), Some(77)));
    }

    #[test]
    fn what_nobody_has_is_filled_and_what_somebody_has_or_has_seen_is_not() {
        assert!(is_unowned(&raised(1, 1)));
        assert!(!is_unowned(&claimed(raised(1, 1))));
        assert!(!is_unowned(&acknowledged(raised(1, 3))));
        assert!(!is_unowned(&judged(raised(1, 1))));
        assert!(!is_unowned(&shelved(raised(1, 3), after(9))));
    }
}
