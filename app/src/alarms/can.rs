//! What somebody can do with an alarm now, asked of the domain itself: a button that is there works,
//! unless something changes on the way.

use super::choice::{Choice, Judging, heirs};
use super::standing::is_listed;
use crate::incidents::closing::Asked;
use crate::procedures::model::{StepChoice, next_step};
use castellan_domain::access::{Actor, Right};
use castellan_domain::alarm::{
    Alarm, AlarmCommand, FollowUp, SHELF_S_MIN, ShelfReason, Verdict, VerdictBasis,
};
use castellan_domain::command::Command;
use castellan_domain::decision::why_not;
use castellan_domain::dispatch::DispatchCommand;
use castellan_domain::ids::AlarmId;
use castellan_domain::incident::{IncidentCommand, IncidentRefusal, NextStage, SkipReason};
use castellan_domain::refusal::{CommonRefusal, Refusal};
use castellan_domain::time::Timestamp;
use castellan_domain::view::Known;

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
    /// Something was done.
    pub follow_up: bool,
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
    /// The next step can be recorded.
    pub step: bool,
    /// Its incident can be closed, once its alarms have their verdicts.
    pub close: bool,
}

impl Can {
    /// Whether a choice that was opened before can still be made.
    pub const fn still(&self, choice: Choice) -> bool {
        match choice.first() {
            Choice::Verdict(Judging::First) => self.judge,
            Choice::Verdict(Judging::Correction) => self.correct,
            Choice::Basis(..) | Choice::OnScene(..) => false,
            Choice::FollowUp => self.follow_up,
            Choice::Shelf(_) => self.shelve,
            Choice::Transfer => self.transfer,
            // They stand beside their buttons, which go when nobody can be sent, or speaks.
            Choice::People | Choice::Radio(_) => true,
            Choice::Step(_) => self.step,
            Choice::Closing(_) => self.close,
        }
    }

    /// What `actor` can do.
    pub fn of(known: &Known<'_>, id: AlarmId, actor: &Actor) -> Option<Self> {
        let alarm = known.view.alarms.get(&id)?;
        let can = |command: AlarmCommand| why_not(known, actor, command.into()).is_none();
        let choose = |choice| why_not_choose(known, id, actor, choice).is_none();
        Some(Self {
            // What is put aside is taken back first: claimed, it would stay aside.
            claim: is_listed(known.view, alarm)
                && why_not(known, actor, claim(known, alarm)).is_none(),
            judge: choose(Choice::Verdict(Judging::First)),
            correct: choose(Choice::Verdict(Judging::Correction)),
            follow_up: choose(Choice::FollowUp),
            acknowledge: alarm.is_annunciated() && can(AlarmCommand::Acknowledge { alarm: id }),
            mute: alarm.is_annunciated() && can(AlarmCommand::Mute { alarm: id }),
            shelve: choose(Choice::Shelf(None)),
            unshelve: can(AlarmCommand::Unshelve { alarm: id }),
            release: why_not(known, actor, release(known, alarm)).is_none(),
            transfer: choose(Choice::Transfer),
            step: choose(Choice::Step(StepChoice::Skip)),
            close: choose(Choice::Closing(Asked::Verdict)),
            split: alarm.joined.first().is_some_and(|joined| {
                can(AlarmCommand::Split {
                    alarm: id,
                    source: joined.source.clone(),
                })
            }),
        })
    }
}

/// What claims an alarm: of one that has its verdict, the incident that nobody has.
pub fn claim<Words>(known: &Known<'_>, alarm: &Alarm) -> Command<Words> {
    let incident = known.open_incident_of(alarm);
    match incident.filter(|incident| incident.owner().is_none() && alarm.is_judged()) {
        Some(incident) => IncidentCommand::Claim {
            incident: incident.id,
        }
        .into(),
        None => AlarmCommand::Claim { alarm: alarm.id }.into(),
    }
}

/// What gives an alarm back: with its incident, if it is part of one that is open.
pub fn release<Words>(known: &Known<'_>, alarm: &Alarm) -> Command<Words> {
    match known.open_incident_of(alarm) {
        Some(incident) => IncidentCommand::Release {
            incident: incident.id,
        }
        .into(),
        None => AlarmCommand::Release { alarm: alarm.id }.into(),
    }
}

/// Why `actor` has nothing to choose here now: asked with something that could be chosen.
pub fn why_not_choose(
    known: &Known<'_>,
    id: AlarmId,
    actor: &Actor,
    choice: Choice,
) -> Option<Refusal> {
    let alarm = id;
    let row = known.view.alarms.get(&id);
    // Asked with a basis: whether one is needed is a matter of the verdict that is picked.
    let basis = Some(VerdictBasis::Phone);
    let command = match choice {
        Choice::Step(_) => {
            let Some((incident, step)) = next_step(known, id) else {
                return Some(CommonRefusal::NothingToDo.into());
            };
            let command = IncidentCommand::SkipStep {
                incident,
                step: step.id.clone(),
                reason: Some(SkipReason::NotNeeded),
            };
            return why_not(known, actor, command.into());
        }
        Choice::People => return why_nobody_goes(known, row?, actor),
        Choice::Radio(spoken) => {
            let assignment = spoken.assignment;
            let recall = DispatchCommand::Recall { assignment };
            return why_not(known, actor, recall.into());
        }
        Choice::Closing(_) => return why_not_close(known, row?, actor),
        Choice::Transfer if row.is_some_and(|row| known.open_incident_of(row).is_some()) => {
            return why_not_hand_on(known, row?, actor);
        }
        // Who may judge an alarm may hand it on, and at the same time.
        Choice::Verdict(Judging::First)
        | Choice::Basis(Judging::First, _)
        | Choice::OnScene(Judging::First, _)
        | Choice::Transfer => AlarmCommand::Judge {
            alarm,
            verdict: Verdict::Test,
            basis,
        },
        Choice::FollowUp => AlarmCommand::FollowUp {
            alarm,
            what: FollowUp::PatrolLooked,
        },
        Choice::Verdict(_) | Choice::Basis(..) | Choice::OnScene(..) => {
            let judged = row.and_then(Alarm::judged).map(|judged| judged.verdict);
            let other = Verdict::ALL.into_iter().find(|v| Some(*v) != judged);
            AlarmCommand::CorrectVerdict {
                alarm,
                verdict: other.unwrap_or(Verdict::Test),
                basis,
            }
        }
        Choice::Shelf(_) => AlarmCommand::Shelve {
            alarm,
            for_s: SHELF_S_MIN,
            reason: ShelfReason::Maintenance,
        },
    };
    why_not(known, actor, command.into())
}

/// Why `actor` hands its incident on to nobody, whatever was said of the alarm.
fn why_not_hand_on(known: &Known<'_>, alarm: &Alarm, actor: &Actor) -> Option<Refusal> {
    let incident = known.open_incident_of(alarm)?;
    let to = heirs(known, incident.owner()).first()?.id.clone();
    let transfer = IncidentCommand::Transfer {
        incident: incident.id,
        to,
    };
    why_not(known, actor, transfer.into())
}

/// Why `actor` gives no verdicts in order to close its incident. That they are missing is no reason: they are given.
fn why_not_close(known: &Known<'_>, alarm: &Alarm, actor: &Actor) -> Option<Refusal> {
    let Some(incident) = known.open_incident_of(alarm) else {
        return Some(CommonRefusal::NothingToDo.into());
    };
    let close = IncidentCommand::Move {
        incident: incident.id,
        to: NextStage::Closed,
    };
    match why_not(known, actor, close.into()) {
        Some(Refusal::Incident(IncidentRefusal::AlarmsUnjudged { .. })) => None,
        None => Some(CommonRefusal::NothingToDo.into()),
        why => why,
    }
}

/// Why `actor` sends nobody, whoever it may be: it is over, or not theirs to do.
fn why_nobody_goes(known: &Known<'_>, alarm: &Alarm, actor: &Actor) -> Option<Refusal> {
    if alarm.is_judged() && known.open_incident_of(alarm).is_none() {
        return Some(CommonRefusal::NothingToDo.into());
    }
    let may = actor.rights.contains(Right::Dispatch);
    (!may).then(|| CommonRefusal::NotAllowed.into())
}

/// When the passing of time alone changes what can be done: once an alarm sounds again.
pub fn changes_at(alarm: &Alarm) -> Option<Timestamp> {
    alarm.mute.as_ref().map(|mute| mute.until)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{
        START, after, claimed, device, estate, incident_of, joined, judged, person, raised,
        shelved, view,
    };
    use castellan_domain::access::Rights;
    use castellan_domain::alarm::{AlarmFact, AlarmRefusal};
    use castellan_domain::estate::Role;
    use castellan_domain::fact::AlarmMuted;
    use castellan_domain::ids::IncidentId;
    use castellan_domain::incident::Owner;
    use castellan_domain::time::Span;

    const NOTHING: Can = Can {
        claim: false,
        judge: false,
        correct: false,
        follow_up: false,
        acknowledge: false,
        mute: false,
        shelve: false,
        unshelve: false,
        release: false,
        transfer: false,
        split: false,
        step: false,
        close: false,
    };

    fn can(alarm: Alarm, who: &str, role: Role) -> Can {
        let (id, view, estate) = (alarm.id, view([alarm]), estate());
        let known = Known {
            view: &view,
            estate: &estate,
            now: START + Span::from_secs(30),
        };
        let actor = Actor {
            person: person(who),
            rights: Rights::of_role(role),
        };
        Can::of(&known, id, &actor).expect("it is there")
    }

    #[test]
    fn nobodys_alarm_is_claimed_and_only_what_is_not_urgent_is_acknowledged_or_put_aside() {
        let urgent = Can {
            claim: true,
            follow_up: true,
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
            follow_up: true,
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
            follow_up: true,
            ..NOTHING
        };
        assert_eq!(can(owned(), "zhang-wei", Role::Operator), other);
    }

    #[test]
    fn what_is_muted_can_be_muted_again_from_the_moment_at_which_that_is_promised() {
        let until = START + Span::from_secs(60);
        let fact = AlarmMuted {
            alarm: AlarmId(1),
            by: person("li-na"),
            until,
        };
        let muted = after(raised(1, 3), START, AlarmFact::Muted(fact));
        assert_eq!(changes_at(&muted), Some(until));
        let (view, estate) = (view([muted]), estate());
        let actor = Actor {
            person: person("li-na"),
            rights: Rights::of_role(Role::Operator),
        };
        let can = |now| {
            let known = Known {
                view: &view,
                estate: &estate,
                now,
            };
            Can::of(&known, AlarmId(1), &actor).expect("it is there")
        };
        assert!(!can(until - Span::from_micros(1)).mute);
        assert!(can(until).mute);
    }

    #[test]
    fn a_verdict_is_corrected_by_who_gave_it_or_a_leader() {
        let corrects = Can {
            correct: true,
            follow_up: true,
            ..NOTHING
        };
        let done = || judged(raised(1, 2));
        assert_eq!(can(done(), "li-na", Role::Operator), corrects);
        assert_eq!(can(done(), "boss", Role::ShiftLeader), corrects);
        let other = Can {
            follow_up: true,
            ..NOTHING
        };
        assert_eq!(can(done(), "zhang-wei", Role::Operator), other);
    }

    #[test]
    fn what_is_put_aside_is_taken_back_before_anything_else() {
        let aside = shelved(raised(1, 3), START + Span::from_secs(600));
        let taken_back = Can {
            unshelve: true,
            follow_up: true,
            ..NOTHING
        };
        assert_eq!(can(aside, "li-na", Role::Operator), taken_back);
        let folded = joined(raised(1, 3), device("d9"));
        assert!(can(folded.clone(), "li-na", Role::Operator).split);
        assert!(!can(folded, "guard", Role::Guard).split);
    }

    #[test]
    fn an_incident_that_nobody_has_is_claimed_by_its_alarm_that_has_its_verdict() {
        let alarm = judged(raised(1, 1));
        let (mut view, estate) = (view([alarm.clone()]), estate());
        let mut incident = incident_of(&alarm);
        view.alarms
            .get_mut(&alarm.id)
            .expect("it is there")
            .incident = Some(incident.id);
        let mut claims = |owner| {
            incident.owner = owner;
            view.incidents.insert(incident.id, incident.clone());
            let known = Known {
                view: &view,
                estate: &estate,
                now: START,
            };
            let actor = Actor {
                person: person("zhang-wei"),
                rights: Rights::of_role(Role::Operator),
            };
            let can = Can::of(&known, alarm.id, &actor).expect("it is there");
            let command: Command = claim(&known, &view.alarms[&alarm.id]);
            (can.claim, command)
        };
        let nobody = Owner::Nobody {
            since: START,
            due_at: START,
            times_overdue: 0,
            returned: None,
        };
        let of_incident = IncidentCommand::Claim {
            incident: IncidentId(1),
        };
        assert_eq!(claims(nobody), (true, of_incident.into()));
        let owned = Owner::Person {
            by: person("li-na"),
            at: START,
            absent_due_at: None,
        };
        let of_alarm = AlarmCommand::Claim { alarm: alarm.id };
        assert_eq!(claims(owned), (false, of_alarm.into()));
    }

    #[test]
    fn an_incident_is_handed_on_from_an_alarm_that_has_its_verdict() {
        let alarm = judged(raised(1, 1));
        let (mut view, mut estate) = (view([alarm.clone()]), estate());
        let incident = incident_of(&alarm);
        view.alarms
            .get_mut(&alarm.id)
            .expect("it is there")
            .incident = Some(incident.id);
        view.incidents.insert(incident.id, incident);
        let operator = |id: &str| {
            let one = format!(
                r#"{{"id": "{id}", "role": "operator", "name": {{"zh": "甲", "en": "A"}}}}"#
            );
            serde_json::from_str(&one).expect("a person")
        };
        estate.people = ["li-na", "zhang-wei"].map(operator).to_vec();
        let known = Known {
            view: &view,
            estate: &estate,
            now: START,
        };
        let hands_on = |id: &str| {
            let actor = Actor {
                person: person(id),
                rights: Rights::of_role(Role::Operator),
            };
            let can = Can::of(&known, alarm.id, &actor);
            can.expect("it is there").transfer
        };
        assert!(hands_on("li-na") && !hands_on("zhang-wei"));
    }

    #[test]
    fn a_key_that_cannot_work_learns_why() {
        let (view, estate) = (view([raised(1, 1)]), estate());
        let known = Known {
            view: &view,
            estate: &estate,
            now: START,
        };
        let actor = Actor {
            person: person("li-na"),
            rights: Rights::of_role(Role::Operator),
        };
        let why = |id| why_not_choose(&known, AlarmId(id), &actor, Choice::Shelf(None));
        let never = Refusal::Alarm(AlarmRefusal::NeverShelved);
        assert_eq!(why(1), Some(never));
        let gone = AlarmRefusal::UnknownAlarm { alarm: AlarmId(9) };
        assert_eq!(why(9), Some(Refusal::Alarm(gone)));
    }

    #[test]
    fn who_could_be_sent_is_listed_for_what_is_open_by_whoever_may_send() {
        let (view, estate) = (view([raised(1, 1), judged(raised(2, 1))]), estate());
        let known = Known {
            view: &view,
            estate: &estate,
            now: START,
        };
        let why = |id, role| {
            let actor = Actor {
                person: person("li-na"),
                rights: Rights::of_role(role),
            };
            why_not_choose(&known, AlarmId(id), &actor, Choice::People)
        };
        assert_eq!(why(1, Role::Operator), None);
        let nothing = Some(CommonRefusal::NothingToDo.into());
        assert_eq!(why(2, Role::Operator), nothing);
        let not_allowed = Some(CommonRefusal::NotAllowed.into());
        assert_eq!(why(1, Role::Guard), not_allowed);
    }
}
