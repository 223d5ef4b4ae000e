//! Which deadline of an alarm runs. An alarm that nobody has always has one.

use super::state::{Alarm, Judgement, Ownership};
use crate::estate::Priority;
use crate::ids::PersonId;
use crate::time::{Span, Timestamp};

/// The longest wait between two annunciations of an alarm that nobody claims.
pub const OVERDUE_WAIT_MAX: Span = Span::from_secs(900);

/// What is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due {
    /// Nobody has claimed it.
    Claim,
    /// It was acknowledged, and nothing was done, or the shift is over.
    Acknowledged,
    /// It was claimed, and nothing was done.
    FollowUp,
    /// It was claimed, and nobody was sent.
    Dispatch,
    /// Its owner is gone.
    OwnerAbsent,
    /// It leaves the shelf.
    Shelf,
    /// It was judged and its condition still exists.
    Review,
    /// Nobody said it again for as long as its type allows.
    Unheard,
}

/// How long a claimed or acknowledged alarm may be without anything done. The fourth priority has
/// until the end of the shift.
pub const fn follow_up_wait(priority: Priority) -> Option<Span> {
    match priority {
        Priority::P1 => Some(Span::from_secs(60)),
        Priority::P2 => Some(Span::from_secs(180)),
        Priority::P3 => Some(Span::from_secs(900)),
        Priority::P4 => None,
    }
}

impl Alarm {
    /// Whether somebody who took it, or has seen it, still has to do something about it.
    pub fn awaits_follow_up_of(&self, person: &PersonId) -> bool {
        if self.is_judged() {
            return false;
        }
        match (&self.ownership, &self.acknowledged) {
            (
                Ownership::Claimed {
                    by,
                    follow_up_due_at,
                    ..
                },
                _,
            ) => by == person && follow_up_due_at.is_some(),
            (Ownership::Unclaimed { .. }, Some(seen)) => seen.by == *person && !seen.followed_up,
            (Ownership::Unclaimed { .. }, None) => false,
        }
    }

    /// The deadline that runs, if one does.
    pub fn next_due(&self) -> Option<(Timestamp, Due)> {
        if let Judgement::Judged(judged) = &self.judgement {
            let review = judged.review_due_at.filter(|_| self.is_active());
            return self.or_unheard(review.map(|at| (at, Due::Review)));
        }
        if let Some(shelf) = &self.shelf {
            return Some((shelf.until, Due::Shelf));
        }
        self.or_unheard(match &self.ownership {
            Ownership::Unclaimed { due_at, .. } => Some(match &self.acknowledged {
                Some(acknowledged) => (acknowledged.due_at, Due::Acknowledged),
                None => (*due_at, Due::Claim),
            }),
            // Its incident's deadlines run instead.
            Ownership::Claimed { .. } if self.incident.is_some() => None,
            Ownership::Claimed {
                follow_up_due_at,
                absent_due_at,
                dispatch_due_at,
                ..
            } => {
                let follow_up = follow_up_due_at.map(|at| (at, Due::FollowUp));
                let absent = absent_due_at.map(|at| (at, Due::OwnerAbsent));
                let dispatch = dispatch_due_at.map(|at| (at, Due::Dispatch));
                let all = follow_up.into_iter().chain(absent).chain(dispatch);
                all.min_by_key(|(at, _)| *at)
            }
        })
    }

    fn or_unheard(&self, due: Option<(Timestamp, Due)>) -> Option<(Timestamp, Due)> {
        let unheard = self.unheard_due_at().map(|at| (at, Due::Unheard));
        due.into_iter().chain(unheard).min_by_key(|(at, _)| *at)
    }

    /// The deadline after one that passed: as far ahead as nobody has had the alarm by then, so
    /// that each annunciation comes at twice the wait of the one before, at most
    /// [`OVERDUE_WAIT_MAX`] later. Nobody is ever left without one.
    pub fn next_claim_due_at(&self, now: Timestamp) -> Option<(u32, Timestamp)> {
        let Ownership::Unclaimed {
            since,
            due_at,
            times_overdue,
            ..
        } = self.ownership
        else {
            return None;
        };
        let so_far = due_at.since(since).as_micros().max(1);
        let wait = Span::from_micros(so_far.min(OVERDUE_WAIT_MAX.as_micros()));
        Some((times_overdue.saturating_add(1), now + wait))
    }
}
