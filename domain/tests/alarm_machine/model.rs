//! The reference: what should happen to alarms, in plain lists and whole seconds.

mod kinds;
mod people;
mod steps;
mod unheard;
mod unsent;

use crate::common::{START, secs};
use castellan_domain::alarm::{ReturnedBy, ShelfReason, Verdict};
use castellan_domain::answer::{Accepted, Answer, Outcome};
use castellan_domain::ids::AlarmId;
use castellan_domain::observation::ReportedState;
use castellan_domain::time::Timestamp;
pub(crate) use kinds::{KINDS, Kind, estate};
use people::noticed_late;
use std::collections::BTreeSet;
pub(crate) use steps::{Basis, Step};

/// The longest wait between two rings, in seconds.
const RING_S_MAX: i64 = 900;
/// Least seconds between two that come down from the shelf by themselves.
const SHELF_EVERY_S: i64 = 67;
/// How long the owner of something urgent may be without a console, in seconds.
const ABSENT_S: i64 = 60;
/// Deadlines that one waking settles.
const SETTLED_MAX: usize = 64;
/// Rises that a row remembers.
const REMEMBERED_MAX: usize = 8;

/// Who has a row.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Owner {
    Nobody {
        since: i64,
        due: i64,
        times: u32,
        /// By how much it was noticed too late that the last deadline had passed.
        late: i64,
        back: Option<Back>,
    },
    Somebody {
        who: usize,
        at: i64,
        follow_up: Option<i64>,
        absent: Option<i64>,
        /// By when somebody has to be sent.
        send: Option<i64>,
        /// Since when it is known that nobody was.
        unsent: Option<i64>,
    },
}

/// Why a row is back, from whom, and since when.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Back {
    pub(crate) why: ReturnedBy,
    pub(crate) from: Option<usize>,
    pub(crate) at: i64,
    pub(crate) late: i64,
}

/// Who has seen it, when, by when something has to be done, and whether something was.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct SeenBy {
    pub(crate) who: usize,
    pub(crate) at: i64,
    pub(crate) due: i64,
    pub(crate) done: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Judged {
    pub(crate) verdict: Verdict,
    pub(crate) basis: Basis,
    pub(crate) who: usize,
    pub(crate) at: i64,
    pub(crate) review: i64,
}

#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) device: usize,
    pub(crate) kind: &'static Kind,
    pub(crate) drill: bool,
    /// Which types its device says exist.
    pub(crate) exists: BTreeSet<&'static str>,
    /// When its device last said something in it.
    heard: i64,
    /// Since when nobody said it again in time, and for how long by then.
    pub(crate) unheard: Option<(i64, i64)>,
    pub(crate) raised_at: i64,
    pub(crate) owner: Owner,
    /// Who handed it on last and to whom, until these do anything with it.
    handed_on: Option<(usize, usize)>,
    pub(crate) seen: Option<SeenBy>,
    /// Who muted it, until when, and how often it has been muted.
    pub(crate) mute: Option<(usize, i64, u32)>,
    /// Who shelved it, when, until when, and why.
    pub(crate) shelf: Option<(usize, i64, i64, ShelfReason)>,
    pub(crate) judged: Option<Judged>,
    /// What it was, when it rose.
    pub(crate) rises: Vec<(&'static str, i64)>,
    pub(crate) notes: usize,
    pub(crate) repeats: u32,
    pub(crate) version: u64,
}

/// What a row waits for.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Wait {
    Claim,
    Seen,
    FollowUp,
    Absent,
    Send,
    Shelf,
    Review,
    Unheard,
}

impl Row {
    /// Whether anything is left of what its device said.
    pub(crate) fn lasts(&self) -> bool {
        !self.exists.is_empty()
    }

    fn is_open(&self) -> bool {
        self.judged.is_none() || self.lasts()
    }

    pub(crate) fn owner(&self) -> Option<usize> {
        match self.owner {
            Owner::Nobody { .. } => None,
            Owner::Somebody { who, .. } => Some(who),
        }
    }

    fn waits_for(&self) -> Option<(i64, Wait)> {
        if let Some(judged) = &self.judged {
            let review = self.lasts().then_some((judged.review, Wait::Review));
            return self.or_unheard(review);
        }
        if let Some((_, _, until, _)) = self.shelf {
            return Some((until, Wait::Shelf));
        }
        self.or_unheard(match (&self.owner, &self.seen) {
            (Owner::Nobody { .. }, Some(seen)) => Some((seen.due, Wait::Seen)),
            (Owner::Nobody { due, .. }, None) => Some((*due, Wait::Claim)),
            (
                Owner::Somebody {
                    follow_up,
                    absent,
                    send,
                    ..
                },
                _,
            ) => {
                let all = [
                    follow_up.map(|at| (at, Wait::FollowUp)),
                    absent.map(|at| (at, Wait::Absent)),
                    send.map(|at| (at, Wait::Send)),
                ];
                all.into_iter().flatten().min_by_key(|(at, _)| *at)
            }
        })
    }

    fn hear_again(&mut self, now: i64) {
        if let Some((_, until, _)) = &mut self.mute {
            *until = (*until).min(now);
        }
    }

    /// The verdict stops to count; whose it was.
    fn forget_verdict(&mut self) -> Option<usize> {
        Some(self.judged.take()?.who)
    }
}

/// What a report says exists from now on.
fn says(kind: &Kind, state: ReportedState) -> BTreeSet<&'static str> {
    let lasts = state == ReportedState::Active;
    lasts.then_some(kind.name).into_iter().collect()
}

fn remember<T>(list: &mut Vec<T>, item: T) {
    list.push(item);
    if list.len() > REMEMBERED_MAX {
        list.remove(0);
    }
}

/// The model: seconds since [`START`], rows by number, and the answer to the last step.
#[derive(Debug, Clone)]
pub(crate) struct Model {
    pub(crate) now: i64,
    pub(crate) facts: u64,
    pub(crate) rows: Vec<Row>,
    /// Who has a console.
    pub(crate) here: [bool; 5],
    /// When something last came down from the shelf by itself.
    off_shelf_at: Option<i64>,
    pub(crate) answer: Option<Answer>,
}

impl Model {
    pub(crate) fn new() -> Self {
        Self {
            now: 0,
            facts: 5, // the estate was published, and four people opened their consoles
            rows: Vec::new(),
            here: [true, true, true, true, false],
            off_shelf_at: None,
            answer: None,
        }
    }

    pub(crate) fn at(seconds: i64) -> Timestamp {
        START + secs(seconds)
    }

    /// Shifts begin at 08:00 and 20:00, what waits for their end waits for a quarter, and the model's night begins at 19:06:40.
    fn shift_end(&self) -> i64 {
        const HALF_DAY: i64 = 43_200;
        let of_day = 19 * 3_600 + 6 * 60 + 40 + self.now;
        let into_shift = (of_day - 8 * 3_600).rem_euclid(HALF_DAY);
        (self.now + HALF_DAY - into_shift).max(self.now + RING_S_MAX)
    }

    /// One fact, which changes what people decide on.
    fn record(&mut self, row: usize) {
        self.facts += 1;
        self.rows[row].version = self.facts;
    }

    fn open_row(&self, device: usize, kind: &Kind, drill: bool) -> Option<usize> {
        self.rows.iter().position(|row| {
            row.device == device
                && row.kind.family == kind.family
                && row.drill == drill
                && row.is_open()
        })
    }

    /// Whether one more new row would begin a flood, which is not this model's matter.
    fn is_busy(&self) -> bool {
        let recent = self.rows.iter().filter(|r| r.raised_at >= self.now - 600);
        recent.count() >= 9
    }

    fn report(
        &mut self,
        device: usize,
        kind: &'static Kind,
        state: ReportedState,
        drill: bool,
    ) -> Accepted {
        let open = self.open_row(device, kind, drill);
        let (outcome, row) = match (open, state) {
            (None, ReportedState::Cleared) => (Outcome::NothingToClear, None),
            (Some(at), ReportedState::Cleared) if !self.rows[at].exists.contains(kind.name) => {
                (Outcome::NothingToClear, Some(at))
            }
            (Some(at), ReportedState::Cleared) => {
                let now = self.now;
                let row = &mut self.rows[at];
                row.exists.remove(kind.name);
                (row.heard, row.unheard) = (now, None);
                self.record(at);
                (Outcome::Cleared, Some(at))
            }
            (Some(at), state) => (self.again(at, kind, state), Some(at)),
            (None, state) => {
                self.raise(device, kind, state, drill);
                (Outcome::Raised, Some(self.rows.len() - 1))
            }
        };
        let alarm = row.map(number);
        Accepted::Reported { outcome, alarm }
    }

    fn raise(&mut self, device: usize, kind: &'static Kind, state: ReportedState, drill: bool) {
        self.rows.push(Row {
            device,
            kind,
            drill,
            exists: says(kind, state),
            heard: self.now,
            unheard: None,
            raised_at: self.now,
            owner: Owner::Nobody {
                since: self.now,
                due: self.claim_by(kind),
                times: 0,
                late: 0,
                back: None,
            },
            handed_on: None,
            seen: None,
            mute: None,
            shelf: None,
            judged: None,
            rises: Vec::new(),
            notes: 0,
            repeats: 0,
            version: 0,
        });
        self.record(self.rows.len() - 1);
    }

    /// The source of an open row says it again.
    fn again(&mut self, at: usize, kind: &'static Kind, state: ReportedState) -> Outcome {
        let now = self.now;
        let row = &mut self.rows[at];
        (row.heard, row.unheard) = (now, None);
        row.exists.extend(says(kind, state));
        row.repeats += 1;
        self.facts += 1; // which changes nothing that people decide on
        if kind.tier > self.rows[at].kind.tier {
            self.rise(at, kind);
            Outcome::Risen
        } else if self.rows[at].judged.is_some() && state == ReportedState::Momentary {
            self.give_back(at, ReturnedBy::Again, 0);
            Outcome::Returned
        } else {
            Outcome::Repeated
        }
    }

    fn rise(&mut self, at: usize, kind: &'static Kind) {
        let (now, claim_by, act_by) = (self.now, self.claim_by(kind), self.act_by(kind));
        let send_by = self.send_by(kind);
        let row = &mut self.rows[at];
        remember(&mut row.rises, (row.kind.name, now));
        row.kind = kind;
        if let Some(who) = row.forget_verdict() {
            row.owner = Owner::Nobody {
                since: now,
                due: claim_by,
                times: 0,
                late: 0,
                back: Some(Back {
                    why: ReturnedBy::Risen,
                    from: Some(who),
                    at: now,
                    late: 0,
                }),
            };
        }
        match &mut row.owner {
            Owner::Somebody {
                follow_up, send, ..
            } => (*follow_up, *send) = (Some(act_by), send_by),
            Owner::Nobody {
                since,
                due,
                times,
                late,
                ..
            } => (*since, *due, *times, *late) = (now, claim_by, 0, 0),
        }
        row.seen = None;
        row.leave_shelf(now);
        row.hear_again(now);
        self.record(at);
    }

    /// Back to those that nobody has.
    fn give_back(&mut self, at: usize, why: ReturnedBy, late: i64) {
        let (now, due) = (self.now, self.claim_by(self.rows[at].kind));
        let row = &mut self.rows[at];
        let seen = row.seen.take().map(|seen| seen.who);
        let from = row.forget_verdict().or(row.owner()).or(seen);
        row.owner = Owner::Nobody {
            since: now,
            due,
            times: 0,
            late: 0,
            back: Some(Back {
                why,
                from,
                at: now,
                late,
            }),
        };
        row.leave_shelf(now);
        row.hear_again(now);
        self.record(at);
    }

    /// What the shelf brings next, and when.
    fn next_off_shelf(&self) -> Option<(i64, usize)> {
        let shelved = self.rows.iter().enumerate();
        let shelved = shelved.filter_map(|(row, r)| match r.waits_for()? {
            (until, Wait::Shelf) => Some((until, row)),
            _ => None,
        });
        let (until, row) = shelved.min()?;
        let earliest = self.off_shelf_at.map_or(until, |at| at + SHELF_EVERY_S);
        Some((until.max(earliest), row))
    }

    fn others_waiting(&self) -> Vec<(i64, usize, Wait)> {
        let rows = self.rows.iter().enumerate();
        let mut waiting: Vec<_> = rows
            .filter_map(|(row, r)| r.waits_for().map(|(at, wait)| (at, row, wait)))
            .filter(|(_, _, wait)| *wait != Wait::Shelf)
            .collect();
        waiting.sort_by_key(|(at, row, _)| (*at, *row));
        waiting
    }

    /// When something is due next.
    pub(crate) fn next_due(&self) -> Option<i64> {
        let first = self.others_waiting().first().map(|(at, _, _)| *at);
        let off_shelf = self.next_off_shelf().map(|(at, _)| at);
        first.into_iter().chain(off_shelf).min()
    }

    /// Meets what is due: first what rings again, then what comes back, then one from the shelf.
    fn settle(&mut self) {
        let due = self.others_waiting().into_iter();
        let due = due.take_while(|(at, ..)| *at <= self.now).take(SETTLED_MAX);
        let (claims, rest): (Vec<_>, Vec<_>) = due.partition(|(_, _, wait)| *wait == Wait::Claim);
        let (unheard, rest): (Vec<_>, Vec<_>) = rest
            .into_iter()
            .partition(|(_, _, wait)| *wait == Wait::Unheard);
        let (unsent, back): (Vec<_>, Vec<_>) = rest
            .into_iter()
            .partition(|(_, _, wait)| *wait == Wait::Send);
        let off_shelf = self.next_off_shelf().filter(|(at, _)| *at <= self.now);
        for (at, row, _) in claims {
            self.ring(row, noticed_late(at, self.now));
        }
        for (at, row, wait) in back {
            let done = self.rows[row].seen.as_ref().is_some_and(|seen| seen.done);
            let why = match wait {
                Wait::Seen if done => ReturnedBy::ShiftEnd,
                Wait::Absent => ReturnedBy::OwnerAbsent,
                Wait::Review => ReturnedBy::StillActive,
                _ => ReturnedBy::NoFollowUp,
            };
            self.give_back(row, why, noticed_late(at, self.now));
        }
        for (_, row, _) in unsent {
            self.tell_unsent(row);
        }
        for (at, row, _) in unheard {
            self.tell_unheard(row, at);
        }
        if let Some((at, row)) = off_shelf {
            self.take_down(row, None, noticed_late(at, self.now));
            self.off_shelf_at = Some(self.now);
        }
    }

    /// Nobody took it: it is annunciated again.
    fn ring(&mut self, row: usize, noticed_late: i64) {
        let now = self.now;
        if let Owner::Nobody {
            since,
            due,
            times,
            late,
            ..
        } = &mut self.rows[row].owner
        {
            *late = noticed_late;
            *due = now + (*due - *since).min(RING_S_MAX);
            *times += 1;
        }
        self.facts += 1;
    }

    fn wait(&mut self, seconds: i64) {
        let until = self.now + seconds;
        while let Some(next) = self.next_due().filter(|next| *next <= until) {
            self.now = self.now.max(next);
            self.settle();
        }
        self.now = until;
    }
}

pub(crate) fn number(row: usize) -> AlarmId {
    AlarmId(u32::try_from(row).expect("few rows") + 1)
}
