//! What people may do with a row, and what comes of it.

use super::{ABSENT_S, Back, Basis, Judged, Model, Owner, Row, SeenBy, Step, number};
use crate::common::{PEOPLE, id, secs};
use castellan_domain::alarm::{AlarmRefusal, ReturnedBy, Verdict};
use castellan_domain::answer::{Accepted, Answer};
use castellan_domain::ids::Seq;
use castellan_domain::refusal::{CommonRefusal, Refusal};

/// The guard among [`PEOPLE`]; whoever stands before them and not among the first two leads.
const GUARD: usize = 4;
/// The shortest and the longest time on the shelf, in seconds.
const SHELF_S: [u32; 2] = [60, 12 * 3_600];

/// What is noticed more than five seconds after it was due is late.
pub(super) fn noticed_late(due: i64, now: i64) -> i64 {
    if now > due + 5 { now - due } else { 0 }
}

fn is_leader(who: usize) -> bool {
    who == 2 || who == 3
}

fn not_owner(who: usize) -> Refusal {
    Refusal::Alarm(AlarmRefusal::NotOwner {
        by: id(PEOPLE[who]),
    })
}

impl Row {
    fn already_claimed(&self, now: i64) -> Result<(), Refusal> {
        match self.owner {
            Owner::Nobody { .. } => Ok(()),
            Owner::Somebody { who, at, .. } => Err(Refusal::Alarm(AlarmRefusal::AlreadyClaimed {
                by: id(PEOPLE[who]),
                at: Model::at(at),
                ahead: secs(now - at),
            })),
        }
    }

    fn must_be_verified(&self, verdict: Verdict, basis: Basis) -> Result<(), Refusal> {
        let is_missing = basis == Basis::Nothing && verdict != Verdict::Genuine;
        if is_missing && self.kind.verify {
            return Err(Refusal::Alarm(AlarmRefusal::NotVerified));
        }
        Ok(())
    }

    fn already_judged(&self) -> Result<(), Refusal> {
        match &self.judged {
            None => Ok(()),
            Some(judged) => Err(Refusal::Alarm(AlarmRefusal::AlreadyJudged {
                verdict: judged.verdict,
                by: id(PEOPLE[judged.who]),
                at: Model::at(judged.at),
            })),
        }
    }
}

fn may(step: &Step, who: usize, row: &Row) -> Result<(), Refusal> {
    let of = match step {
        Step::Judge(..) | Step::Transfer(..) | Step::Shelve(..) => row.owner(),
        Step::Correct(..) => row.judged.as_ref().map(|judged| judged.who),
        _ => None,
    };
    match of {
        Some(other) if takes_back(step, who, other, row) => Ok(()),
        Some(other) if other != who && !is_leader(who) => Err(not_owner(other)),
        _ => Ok(()),
    }
}

/// Whether somebody wants back what they gave to its owner, who has done nothing with it yet.
fn takes_back(step: &Step, who: usize, owner: usize, row: &Row) -> bool {
    matches!(step, Step::Transfer(_, _, to, _) if *to == who) && row.handed_on == Some((who, owner))
}

impl Model {
    /// One command about a row: first whether one may, then whether it is there, whether it is
    /// possible, and last whether the sender knows it as it is.
    pub(super) fn command(&mut self, step: &Step, who: usize, row: usize) -> Answer {
        let alarm = number(row);
        if who == GUARD {
            return Err(Refusal::Common(CommonRefusal::NotAllowed));
        }
        let Some(known) = self.rows.get(row) else {
            return Err(Refusal::Alarm(AlarmRefusal::UnknownAlarm { alarm }));
        };
        may(step, who, known)?;
        self.possible(step, who, known)?;
        let version = Seq(known.version);
        if step
            .expected(known.version)
            .is_some_and(|seen| seen != version)
        {
            return Err(Refusal::Alarm(AlarmRefusal::Changed { version }));
        }
        self.done(step, who, row);
        let seq = Seq(self.facts);
        Ok(Accepted::Done { seq })
    }

    fn possible(&self, step: &Step, who: usize, row: &Row) -> Result<(), Refusal> {
        match *step {
            Step::Claim(..) => row.already_claimed(self.now),
            Step::Judge(_, _, verdict, basis, _) => {
                row.already_judged()?;
                row.owner()
                    .ok_or(Refusal::Alarm(AlarmRefusal::NotClaimed))?;
                row.must_be_verified(verdict, basis)
            }
            Step::Correct(_, _, verdict, basis, _) => match &row.judged {
                None => Err(Refusal::Alarm(AlarmRefusal::NotJudged)),
                Some(judged) if judged.verdict == verdict => row.already_judged(),
                Some(_) => row.must_be_verified(verdict, basis),
            },
            Step::Acknowledge(..) => {
                row.already_judged()?;
                row.already_claimed(self.now)?;
                match &row.seen {
                    Some(seen) => Err(Refusal::Alarm(AlarmRefusal::AlreadyAcknowledged {
                        by: id(PEOPLE[seen.who]),
                        at: Self::at(seen.at),
                    })),
                    None if row.kind.priority <= 2 && !is_leader(who) => {
                        Err(Refusal::Alarm(AlarmRefusal::ClaimInstead))
                    }
                    None => Ok(()),
                }
            }
            Step::Mute(..) => {
                row.already_judged()?;
                match row.mute {
                    Some((by, until, _)) if until > self.now => {
                        Err(Refusal::Alarm(AlarmRefusal::AlreadyMuted {
                            by: id(PEOPLE[by]),
                            until: Self::at(until),
                        }))
                    }
                    Some((_, _, 2..)) if row.kind.priority == 1 => {
                        Err(Refusal::Alarm(AlarmRefusal::MutedTooOften))
                    }
                    _ => Ok(()),
                }
            }
            Step::Shelve(_, _, for_s, _) => {
                if for_s < SHELF_S[0] || for_s > SHELF_S[1] {
                    return Err(Refusal::Alarm(AlarmRefusal::ShelfTime));
                }
                row.already_judged()?;
                match row.shelf {
                    _ if row.kind.priority == 1 => Err(Refusal::Alarm(AlarmRefusal::NeverShelved)),
                    Some((by, _, until, _)) => Err(Refusal::Alarm(AlarmRefusal::AlreadyShelved {
                        by: id(PEOPLE[by]),
                        until: Self::at(until),
                    })),
                    None => Ok(()),
                }
            }
            Step::Unshelve(..) => {
                row.already_judged()?;
                row.shelf
                    .map(|_| ())
                    .ok_or(Refusal::Alarm(AlarmRefusal::NotShelved))
            }
            Step::Release(..) => {
                row.already_judged()?;
                match row.owner() {
                    None => Err(Refusal::Alarm(AlarmRefusal::NotClaimed)),
                    Some(owner) if owner != who => Err(not_owner(owner)),
                    Some(_) => Ok(()),
                }
            }
            Step::Transfer(_, _, to, _) => {
                if to == GUARD {
                    let person = id(PEOPLE[to]);
                    return Err(Refusal::Alarm(AlarmRefusal::CannotOwn { person }));
                }
                row.already_judged()?;
                match row.owner() {
                    None => Err(Refusal::Alarm(AlarmRefusal::NotClaimed)),
                    Some(owner) if owner == to => row.already_claimed(self.now),
                    Some(_) => Ok(()),
                }
            }
            _ => Ok(()),
        }
    }

    fn done(&mut self, step: &Step, who: usize, at: usize) {
        let now = self.now;
        let (act_by, shift_end) = (self.act_by(self.rows[at].kind), self.shift_end());
        let claim_by = self.claim_by(self.rows[at].kind);
        let send_by = self.send_by(self.rows[at].kind);
        let here = self.here;
        let row = &mut self.rows[at];
        let urgent = row.kind.priority <= 2;
        let owned_by = |who: usize, send, unsent| Owner::Somebody {
            who,
            at: now,
            follow_up: Some(act_by),
            // Who takes it without a console has as long to come back as who leaves.
            absent: (urgent && !here[who]).then_some(now + ABSENT_S),
            send,
            unsent,
        };
        row.handed_on = row.handed_on.filter(|(_, to)| *to != who);
        match *step {
            Step::Claim(..) => {
                row.owner = owned_by(who, send_by, None);
                row.leave_shelf(now);
            }
            Step::Transfer(_, _, to, _) => {
                if let Owner::Somebody { send, unsent, .. } = row.owner {
                    row.owner = owned_by(to, send, unsent);
                }
                row.handed_on = Some((who, to));
            }
            Step::Judge(_, _, verdict, basis, _) => {
                row.judged = Some(Judged {
                    verdict,
                    basis,
                    who,
                    at: now,
                    review: shift_end,
                });
                row.need_nobody();
                row.leave_shelf(now);
            }
            Step::Correct(_, _, verdict, basis, _) => {
                let review = row.judged.take().expect("possible").review;
                row.judged = Some(Judged {
                    verdict,
                    basis,
                    who,
                    at: now,
                    review,
                });
            }
            Step::Acknowledge(..) => {
                row.seen = Some(SeenBy {
                    who,
                    at: now,
                    due: act_by,
                    done: false,
                });
            }
            Step::Mute(..) => {
                let times = row.mute.map_or(0, |(_, _, times)| times);
                row.mute = Some((who, now + 60, times + 1));
            }
            Step::Shelve(_, _, for_s, reason) => {
                row.shelf = Some((who, now, now + i64::from(for_s), reason));
                row.need_nobody();
            }
            Step::Unshelve(..) => return self.take_down(at, Some(who), 0),
            Step::Release(..) => {
                row.seen = None;
                row.owner = Owner::Nobody {
                    since: now,
                    due: claim_by,
                    times: 0,
                    late: 0,
                    back: Some(Back {
                        why: ReturnedBy::Released,
                        from: Some(who),
                        at: now,
                        late: 0,
                    }),
                };
            }
            Step::Note(..) => {
                row.notes += 1;
                if let Owner::Somebody { follow_up, .. } = &mut row.owner {
                    *follow_up = None;
                }
                if let Some(seen) = &mut row.seen {
                    (seen.due, seen.done) = (shift_end, true);
                }
            }
            Step::Report(..) | Step::Session(..) | Step::Wait(_) | Step::Sleep(_) => {
                unreachable!("{step:?} is no command")
            }
        }
        self.record(at);
    }

    pub(super) fn session(&mut self, who: usize, opened: bool) {
        if std::mem::replace(&mut self.here[who], opened) == opened {
            return;
        }
        self.facts += 1;
        let gone_by = self.now + ABSENT_S;
        for row in self.rows.iter_mut().filter(|row| row.judged.is_none()) {
            let urgent = row.kind.priority <= 2;
            match &mut row.owner {
                Owner::Somebody {
                    who: owner, absent, ..
                } if *owner == who => {
                    if opened {
                        *absent = None;
                    } else if urgent {
                        *absent = Some(gone_by);
                    }
                }
                _ => {}
            }
        }
    }

    /// It leaves the shelf: seen by who takes it down, and as new when its time is over.
    pub(super) fn take_down(&mut self, at: usize, by: Option<usize>, noticed_late: i64) {
        let now = self.now;
        let kind = self.rows[at].kind;
        let (act_by, claim_by) = (self.act_by(kind), self.claim_by(kind));
        let row = &mut self.rows[at];
        row.leave_shelf(now);
        row.seen = None;
        match &mut row.owner {
            Owner::Somebody { follow_up, .. } => *follow_up = Some(act_by),
            Owner::Nobody {
                since, due, late, ..
            } => {
                (*since, *late) = (now, noticed_late);
                *due = if by.is_some() { act_by } else { claim_by };
                row.seen = by.map(|who| SeenBy {
                    who,
                    at: now,
                    due: act_by,
                    done: false,
                });
            }
        }
        self.record(at);
    }
}
