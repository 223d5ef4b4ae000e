//! What somebody can do with an alarm now, asked of the domain itself: a button that is there works,
//! unless something changes on the way.

use super::choice::Choice;
use castellan_domain::access::{self, Actor};
use castellan_domain::alarm::{Alarm, Shelf, ShelfReason, Verdict};
use castellan_domain::commands::{Command, SHELF_S_MIN};
use castellan_domain::estate::Role;
use castellan_domain::ids::AlarmId;
use castellan_domain::refusal::Refusal;
use castellan_domain::site::View;
use castellan_domain::time::Timestamp;

/// What can be done about an alarm. Its buttons are drawn again only when this changes, so that one
/// that has the keyboard's focus keeps it while the alarm repeats.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "one for each button; every combination occurs"
)]
pub struct Can {
    /// 接警
    pub claim: bool,
    /// 核实结论
    pub judge: bool,
    /// 更正结论
    pub correct: bool,
    /// 签收
    pub acknowledge: bool,
    /// 静音
    pub mute: bool,
    /// 限时挂起
    pub shelve: bool,
    /// 取消挂起
    pub unshelve: bool,
    /// 放弃接警
    pub release: bool,
    /// 转交
    pub transfer: bool,
    /// 拆分
    pub split: bool,
}

impl Can {
    /// Whether a choice that was opened before can still be made.
    pub const fn still(&self, choice: Choice) -> bool {
        match choice {
            Choice::Verdict => self.judge,
            Choice::Correction => self.correct,
            Choice::Shelf(_) => self.shelve,
            Choice::Transfer => self.transfer,
        }
    }

    /// What `actor` can do.
    pub fn of(view: &View, id: AlarmId, actor: &Actor, now: Timestamp) -> Option<Self> {
        let alarm = view.alarms.get(&id)?;
        let can = |command: &Command| why_not(view, actor, command, now).is_none();
        let choose = |choice| why_not_choose(view, id, actor, choice, now).is_none();
        Some(Self {
            // What is put aside is taken back first: claimed, it would stay aside.
            claim: alarm.is_annunciated() && can(&Command::Claim { alarm: id }),
            judge: choose(Choice::Verdict),
            correct: choose(Choice::Correction),
            acknowledge: alarm.is_annunciated() && can(&Command::Acknowledge { alarm: id }),
            mute: alarm.is_annunciated() && can(&Command::Mute { alarm: id }),
            shelve: choose(Choice::Shelf(None)),
            unshelve: can(&Command::Unshelve { alarm: id }),
            release: can(&Command::Release { alarm: id }),
            transfer: choose(Choice::Transfer),
            split: alarm.joined.first().is_some_and(|joined| {
                can(&Command::Split {
                    alarm: id,
                    source: joined.source.clone(),
                })
            }),
        })
    }
}

/// Why `actor` has nothing to choose here now: asked with something that could be chosen.
pub fn why_not_choose(
    view: &View,
    id: AlarmId,
    actor: &Actor,
    choice: Choice,
    now: Timestamp,
) -> Option<Refusal> {
    let alarm = id;
    let row = view.alarms.get(&id);
    let command = match choice {
        // Who may judge an alarm may hand it on, and at the same time.
        Choice::Verdict | Choice::Transfer => Command::Judge {
            alarm,
            verdict: Verdict::Test,
        },
        Choice::Correction => {
            let judged = row.and_then(Alarm::judged).map(|judged| judged.verdict);
            let other = Verdict::ALL.into_iter().find(|v| Some(*v) != judged);
            Command::CorrectVerdict {
                alarm,
                verdict: other.unwrap_or(Verdict::Test),
            }
        }
        Choice::Shelf(_) => Command::Shelve {
            alarm,
            for_s: SHELF_S_MIN,
            reason: ShelfReason::Maintenance,
        },
    };
    why_not(view, actor, &command, now)
}

/// Why `actor` cannot do this to an alarm now, as far as a display can tell.
pub fn why_not(view: &View, actor: &Actor, command: &Command, now: Timestamp) -> Option<Refusal> {
    let id = command.alarm()?;
    access::decide(actor, command, view)
        .and_then(|()| match view.alarms.get(&id) {
            Some(alarm) => attempt(alarm.clone(), actor, command, now),
            None => Err(Refusal::UnknownAlarm { alarm: id }),
        })
        .err()
}

/// When the passing of time alone changes what can be done: once an alarm sounds again.
pub fn changes_at(alarm: &Alarm) -> Option<Timestamp> {
    alarm.mute.as_ref().map(|mute| mute.until)
}

/// The step itself, on a copy. Deadlines do not decide whether a step is possible, so `now` stands
/// for all of them.
fn attempt(
    alarm: Alarm,
    actor: &Actor,
    command: &Command,
    now: Timestamp,
) -> Result<Alarm, Refusal> {
    let by = actor.person.clone();
    match command {
        Command::Claim { .. } => alarm.claim(by, now, None),
        Command::Judge { verdict, .. } => alarm.judge(*verdict, by, now, None),
        Command::CorrectVerdict { verdict, .. } => alarm.correct_verdict(*verdict, by, now),
        Command::Acknowledge { .. } => {
            alarm.acknowledge(by, now, now, actor.role >= Role::ShiftLeader)
        }
        Command::Mute { .. } => alarm.mute(by, now, now),
        Command::Shelve { reason, .. } => alarm.put_on_shelf(Shelf {
            by,
            at: now,
            until: now,
            reason: *reason,
        }),
        Command::Unshelve { .. } => alarm.take_off_shelf(Some(&by), now, now, 0),
        Command::Release { .. } => alarm.release(&by, now, now),
        Command::Transfer { to, .. } => alarm.transfer(to.clone(), now, None),
        _ => Ok(alarm),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{START, claimed, device, joined, judged, person, raised, shelved, view};
    use castellan_domain::time::Span;

    const NOTHING: Can = Can {
        claim: false,
        judge: false,
        correct: false,
        acknowledge: false,
        mute: false,
        shelve: false,
        unshelve: false,
        release: false,
        transfer: false,
        split: false,
    };

    fn can(alarm: Alarm, who: &str, role: Role) -> Can {
        let (id, view) = (alarm.id, view([alarm]));
        let actor = Actor {
            person: person(who),
            role,
        };
        Can::of(&view, id, &actor, START + Span::from_secs(30)).expect("it is there")
    }

    #[test]
    fn nobodys_alarm_is_claimed_and_only_what_is_not_urgent_is_acknowledged_or_put_aside() {
        let urgent = Can {
            claim: true,
            mute: true,
            ..NOTHING
        };
        assert_eq!(can(raised(1, 1), "li-na", Role::Operator), urgent);
        let leader = Can {
            acknowledge: true,
            ..urgent
        };
        assert_eq!(can(raised(1, 1), "boss", Role::ShiftLeader), leader);
        let ordinary = Can {
            shelve: true,
            ..leader
        };
        assert_eq!(can(raised(1, 3), "li-na", Role::Operator), ordinary);
        assert_eq!(can(raised(1, 3), "guard", Role::Guard), NOTHING);
    }

    #[test]
    fn an_owned_alarm_is_its_owners_and_the_leaders() {
        let owned = || claimed(raised(1, 2));
        let theirs = Can {
            judge: true,
            mute: true,
            shelve: true,
            release: true,
            transfer: true,
            ..NOTHING
        };
        assert_eq!(can(owned(), "li-na", Role::Operator), theirs);
        let leader = Can {
            release: false,
            ..theirs
        };
        assert_eq!(can(owned(), "boss", Role::DutyManager), leader);
        let other = Can {
            mute: true,
            ..NOTHING
        };
        assert_eq!(can(owned(), "zhang-wei", Role::Operator), other);
    }

    #[test]
    fn what_is_muted_can_be_muted_again_from_the_moment_at_which_that_is_promised() {
        let until = START + Span::from_secs(60);
        let muted = raised(1, 3).mute(person("li-na"), START, until);
        let muted = muted.expect("nobody has muted it");
        assert_eq!(changes_at(&muted), Some(until));
        let view = view([muted]);
        let actor = Actor {
            person: person("li-na"),
            role: Role::Operator,
        };
        let can = |at| Can::of(&view, AlarmId(1), &actor, at).expect("it is there");
        assert!(!can(until - Span::from_micros(1)).mute);
        assert!(can(until).mute);
    }

    #[test]
    fn a_verdict_is_corrected_by_who_gave_it_or_a_leader() {
        let corrects = Can {
            correct: true,
            ..NOTHING
        };
        let done = || judged(raised(1, 2));
        assert_eq!(can(done(), "li-na", Role::Operator), corrects);
        assert_eq!(can(done(), "boss", Role::ShiftLeader), corrects);
        assert_eq!(can(done(), "zhang-wei", Role::Operator), NOTHING);
    }

    #[test]
    fn what_is_put_aside_is_taken_back_before_anything_else() {
        let aside = shelved(raised(1, 3), START + Span::from_secs(600));
        let taken_back = Can {
            unshelve: true,
            ..NOTHING
        };
        assert_eq!(can(aside, "li-na", Role::Operator), taken_back);
        let folded = joined(raised(1, 3), device("d9"));
        assert!(can(folded.clone(), "li-na", Role::Operator).split);
        assert!(!can(folded, "guard", Role::Guard).split);
    }

    #[test]
    fn a_key_that_cannot_work_learns_why() {
        let view = view([raised(1, 1)]);
        let actor = Actor {
            person: person("li-na"),
            role: Role::Operator,
        };
        let shelve = |alarm| Command::Shelve {
            alarm,
            for_s: 900,
            reason: ShelfReason::Works,
        };
        let why = |id| why_not(&view, &actor, &shelve(AlarmId(id)), START);
        assert_eq!(why(1), Some(Refusal::NeverShelved));
        let gone = AlarmId(9);
        assert_eq!(why(9), Some(Refusal::UnknownAlarm { alarm: gone }));
    }
}
