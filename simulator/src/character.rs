//! How people take what they are asked: who answers, how soon, and how long they work then.
//!
//! Nobody has measured this for a housing estate. The times are chosen by what the server waits for: an
//! urgent offer has 20 s and another one 30 s, so that of those who answer most are in time and some are not.
//! The shares are chosen so that whoever watches for ten minutes sees each of them.

use castellan_domain::dispatch::DeclineReason;
use fastrand::Rng;
use std::ops::Range;

/// How somebody takes what they are asked.
#[derive(Debug, Clone, PartialEq)]
pub struct Character {
    /// Of a hundred offers they accept so many.
    pub accepts_percent: u8,
    /// And decline so many. The others they do not answer: the phone is in a pocket.
    pub declines_percent: u8,
    /// Milliseconds until they answer.
    pub answers_after_ms: Range<i64>,
    /// Milliseconds for which they work where they were sent.
    pub works_ms: Range<i64>,
    /// How many times faster than usual they go where they are sent.
    pub haste: f64,
    /// For how long they say that nothing is to be heard of them, in seconds, where a phone must not come
    /// along or reaches nobody.
    pub quiet_s: u32,
}

/// One of those who work at an estate, and how many of them there are among the others.
struct Kind {
    share: u32,
    accepts_percent: u8,
    declines_percent: u8,
    answers_after_ms: Range<i64>,
}

const KINDS: [Kind; 4] = [
    // Prompt.
    Kind {
        share: 7,
        accepts_percent: 95,
        declines_percent: 3,
        answers_after_ms: 3_000..11_000,
    },
    // Slow: as often late as not.
    Kind {
        share: 1,
        accepts_percent: 90,
        declines_percent: 5,
        answers_after_ms: 12_000..40_000,
    },
    // Would rather not.
    Kind {
        share: 1,
        accepts_percent: 40,
        declines_percent: 55,
        answers_after_ms: 5_000..15_000,
    },
    // Carries the phone in a pocket.
    Kind {
        share: 1,
        accepts_percent: 30,
        declines_percent: 0,
        answers_after_ms: 8_000..28_000,
    },
];

/// What somebody finds to do: a look around and a word, or several minutes.
const WORKS_MS: Range<i64> = 60_000..180_000;
/// The usual silence: ten minutes.
const QUIET_S: u32 = 600;
/// Of a hundred offers to somebody at a post, so many are declined beside the others.
const KEEPS_POST_PERCENT: u8 = 40;

/// What somebody says to an offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reply {
    Accept,
    Decline(DeclineReason),
    /// Nothing.
    Silence,
}

impl Character {
    /// Somebody.
    pub fn draw(rng: &mut Rng) -> Self {
        let all: u32 = KINDS.iter().map(|kind| kind.share).sum();
        let mut draw = rng.u32(..all);
        let mut kinds = KINDS.iter();
        let drawn = kinds.find(|kind| {
            let is_it = draw < kind.share;
            draw = draw.saturating_sub(kind.share);
            is_it
        });
        let kind = drawn.unwrap_or(&KINDS[0]);
        Self {
            accepts_percent: kind.accepts_percent,
            declines_percent: kind.declines_percent,
            answers_after_ms: kind.answers_after_ms.clone(),
            works_ms: WORKS_MS,
            haste: 0.9 + 0.3 * rng.f64(),
            quiet_s: QUIET_S,
        }
    }

    /// What they say to an offer, and after how many milliseconds.
    pub(crate) fn reply(&self, at_post: bool, rng: &mut Rng) -> (Reply, i64) {
        let after_ms = draw_from(&self.answers_after_ms, rng);
        if at_post && self.declines_percent > 0 && rng.u8(..100) < KEEPS_POST_PERCENT {
            return (Reply::Decline(DeclineReason::CannotLeavePost), after_ms);
        }
        let draw = rng.u8(..100);
        let reply = if draw < self.accepts_percent {
            Reply::Accept
        } else if draw < self.accepts_percent.saturating_add(self.declines_percent) {
            let reasons = [
                DeclineReason::TooFar,
                DeclineReason::Unwell,
                DeclineReason::Unequipped,
            ];
            Reply::Decline(reasons[rng.usize(..reasons.len())])
        } else {
            Reply::Silence
        };
        (reply, after_ms)
    }
}

/// A time out of a range; its beginning where it is empty.
pub(crate) fn draw_from(range: &Range<i64>, rng: &mut Rng) -> i64 {
    if range.is_empty() {
        range.start
    } else {
        rng.i64(range.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn among_many_all_answers_are_given_and_most_are_prompt() {
        let mut rng = Rng::with_seed(1);
        let replies: Vec<_> = (0..1_000)
            .map(|_| Character::draw(&mut rng).reply(false, &mut rng))
            .collect();
        let share = |is: fn(&(Reply, i64)) -> bool| replies.iter().filter(|one| is(one)).count();
        let in_time = share(|(reply, ms)| *reply == Reply::Accept && *ms < 20_000);
        let silent = share(|(reply, _)| *reply == Reply::Silence);
        let declined = share(|(reply, _)| matches!(reply, Reply::Decline(_)));
        assert!((600..900).contains(&in_time), "{in_time}");
        assert!((50..200).contains(&silent), "{silent}");
        assert!((50..200).contains(&declined), "{declined}");
        assert!(replies.iter().all(|(_, ms)| (3_000..40_000).contains(ms)));
    }
}
