//! What happened to an alarm, as far as its row remembers.

use super::doubts::time_sentence;
use super::marks::{returned_because, risen_from};
use super::model::{shelf_reason_name, verdict_name};
use super::texts;
use crate::texts::Words;
use castellan_domain::alarm::{Alarm, Condition, Ownership, Source};
use castellan_domain::estate::Estate;
use castellan_domain::ids::PersonId;
use castellan_domain::rules::system;
use castellan_domain::text::Language;
use castellan_domain::time::Timestamp;

/// One line of the timeline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moment {
    /// When.
    pub at: Timestamp,
    /// What happened.
    pub what: Words,
    /// Who did it.
    pub by: Option<PersonId>,
    /// More about it: a verdict or a reason.
    pub detail: Option<String>,
    /// The note whose words belong here.
    pub note: Option<uuid::Uuid>,
}

/// What happened to an alarm, in the order of time.
pub fn timeline(estate: Option<&Estate>, alarm: &Alarm, language: Language) -> Vec<Moment> {
    let moment = |at, what| Moment {
        at,
        what,
        by: None,
        detail: None,
        note: None,
    };
    let by = |by: &PersonId, at, what| Moment {
        by: Some(by.clone()),
        ..moment(at, what)
    };
    // A gap is told by what it was: it stopped when it happened, and its row came when it was over.
    let is_gap = alarm.source == Source::System && alarm.family.as_str() == system::GAP;
    let (occurred, raised) = if is_gap {
        (texts::TIMELINE_GAP_BEGAN, texts::TIMELINE_GAP_ENDED)
    } else {
        (texts::TIMELINE_OCCURRED, texts::TIMELINE_RAISED)
    };
    let mut moments = vec![
        Moment {
            detail: alarm
                .doubts
                .time
                .map(|doubt| time_sentence(&doubt).get(language).to_owned()),
            ..moment(alarm.occurred_at, occurred)
        },
        moment(alarm.raised_at, raised),
    ];
    if let Condition::Cleared { at } = alarm.condition {
        moments.push(moment(at, texts::TIMELINE_CLEARED));
    }
    moments.extend(alarm.rises.iter().map(|risen| Moment {
        detail: Some(risen_from(estate, risen, language)),
        ..moment(risen.at, texts::TIMELINE_RISEN)
    }));
    match &alarm.ownership {
        Ownership::Claimed { by: owner, at, .. } => {
            moments.push(by(owner, *at, texts::TIMELINE_CLAIMED));
        }
        Ownership::Unclaimed { returned, .. } => {
            moments.extend(returned.as_ref().map(|returned| Moment {
                detail: Some(returned_because(estate, returned, language)),
                ..moment(returned.at, texts::TIMELINE_RETURNED)
            }));
        }
    }
    if let Some(seen) = &alarm.acknowledged {
        moments.push(by(&seen.by, seen.at, texts::TIMELINE_ACKNOWLEDGED));
    }
    if let Some(shelf) = &alarm.shelf {
        moments.push(Moment {
            detail: Some(shelf_reason_name(shelf.reason).get(language).to_owned()),
            ..by(&shelf.by, shelf.at, texts::TIMELINE_SHELVED)
        });
    }
    moments.extend(alarm.notes.iter().map(|note| Moment {
        note: Some(note.content.id),
        ..by(&note.by, note.at, texts::NOTE)
    }));
    let former = alarm
        .former
        .iter()
        .map(|judged| (judged, texts::TIMELINE_FORMER));
    let judged = alarm
        .judged()
        .map(|judged| (judged, texts::TIMELINE_JUDGED));
    moments.extend(former.chain(judged).map(|(judged, what)| Moment {
        detail: Some(verdict_name(judged.verdict).get(language).to_owned()),
        ..by(&judged.by, judged.at, what)
    }));
    // Stable: what happened in the same instant keeps the order above.
    moments.sort_by_key(|moment| moment.at);
    moments
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{
        START, after, claimed, device, judged, li_na, raised, returned_by, risen,
    };
    use castellan_domain::alarm::{AlarmFact, ReturnedBy, Verdict};
    use castellan_domain::fact::AlarmVerdictCorrected;
    use castellan_domain::ids::AlarmId;
    use castellan_domain::time::Span;

    fn told(alarm: &Alarm) -> Vec<(Words, Option<String>)> {
        timeline(None, alarm, Language::En)
            .into_iter()
            .map(|moment| (moment.what, moment.detail))
            .collect()
    }

    #[test]
    fn a_gap_in_the_record_is_told_from_its_begin_to_its_end() {
        let mut gap = raised(1, 1);
        gap.source = Source::System;
        gap.family = system::GAP.parse().unwrap();
        gap.occurred_at = gap.raised_at - Span::from_secs(40);
        let expected = [
            (texts::TIMELINE_GAP_BEGAN, None),
            (texts::TIMELINE_GAP_ENDED, None),
        ];
        assert_eq!(told(&gap), expected);
        gap.source = device("d1");
        assert_eq!(told(&gap)[0].0, texts::TIMELINE_OCCURRED);
    }

    #[test]
    fn the_timeline_is_in_the_order_of_time() {
        assert_eq!(
            told(&judged(raised(1, 1))),
            [
                (texts::TIMELINE_OCCURRED, None),
                (texts::TIMELINE_RAISED, None),
                (texts::TIMELINE_CLAIMED, None),
                (texts::TIMELINE_JUDGED, Some("Environment".to_owned())),
            ]
        );
    }

    #[test]
    fn a_corrected_verdict_stands_before_the_one_that_counts() {
        let at = START + Span::from_secs(50);
        let fact = AlarmVerdictCorrected {
            alarm: AlarmId(1),
            by: li_na(),
            verdict: Verdict::Genuine,
        };
        let corrected = after(judged(raised(1, 1)), at, AlarmFact::VerdictCorrected(fact));
        let told = told(&corrected);
        assert_eq!(
            told[3..],
            [
                (texts::TIMELINE_FORMER, Some("Environment".to_owned())),
                (texts::TIMELINE_JUDGED, Some("Genuine".to_owned())),
            ]
        );
    }

    #[test]
    fn a_rise_and_a_return_say_why() {
        let at = START + Span::from_secs(90);
        let rose = risen(claimed(raised(1, 2)), device("d2"));
        let back = returned_by(rose, ReturnedBy::OwnerAbsent, at, 600);
        let told = told(&back);
        assert_eq!(
            told[2..],
            [
                (
                    texts::TIMELINE_RISEN,
                    Some("second source d2. It was gas_low (P2 high)".to_owned())
                ),
                (
                    texts::TIMELINE_RETURNED,
                    Some(
                        "Back: owner's console gone (li-na) · \
                         noticed 10:00 late, the server stood still"
                            .to_owned()
                    )
                ),
            ]
        );
    }
}
