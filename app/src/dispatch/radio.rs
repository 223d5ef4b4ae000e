//! R: what somebody who was sent says on the radio, recorded for them by digit.

use super::texts;
use crate::texts::Words;
use castellan_domain::access::Actor;
use castellan_domain::decision::why_not;
use castellan_domain::dispatch::{Assignment, DeclineReason, DispatchCommand};
use castellan_domain::ids::{AssignmentId, IncidentId};
use castellan_domain::view::Known;

/// 静默: for how many minutes, in the order of the digits that pick them.
pub const QUIET_MINUTES: [u32; 3] = [5, 10, 20];

/// What somebody says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// 收到
    Accept,
    /// 拒单
    Decline,
    /// 出发
    SetOut,
    /// 到场
    Arrive,
    /// 完成
    Finish,
    /// 静默, or that it is over.
    Quiet,
    /// 求增援
    Support,
}

impl Answer {
    /// In the order of the digits that pick them. Each keeps its digit, whatever else can be said now.
    pub const ALL: [Self; 7] = [
        Self::Accept,
        Self::Decline,
        Self::SetOut,
        Self::Arrive,
        Self::Finish,
        Self::Quiet,
        Self::Support,
    ];

    /// In words, of somebody who is silent by their word or not.
    pub const fn words(self, is_quiet: bool) -> Words {
        match self {
            Self::Accept => texts::SAYS_ACCEPT,
            Self::Decline => texts::DECLINED,
            Self::SetOut => texts::SAYS_SET_OUT,
            Self::Arrive => texts::ARRIVE,
            Self::Finish => texts::FINISH,
            Self::Quiet if is_quiet => texts::STORY_QUIET_OVER,
            Self::Quiet => texts::STORY_QUIET,
            Self::Support => texts::SUPPORT_ASKED,
        }
    }
}

/// What is asked about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// What they say.
    What,
    /// Why they do not go.
    Why,
    /// For how long they are silent.
    HowLong,
}

/// Whose words are recorded, and what is asked about them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spoken {
    /// Whose.
    pub assignment: AssignmentId,
    /// What is asked.
    pub asked: Asked,
}

impl Spoken {
    /// The beginning.
    pub const fn of(assignment: AssignmentId) -> Self {
        Self {
            assignment,
            asked: Asked::What,
        }
    }

    /// The question before this one.
    #[must_use]
    pub const fn before(self) -> Option<Self> {
        match self.asked {
            Asked::What => None,
            Asked::Why | Asked::HowLong => Some(Self::of(self.assignment)),
        }
    }
}

/// What a picked digit leads to: the command, or the next question. Nothing where no digit means anything.
pub fn picked(
    known: &Known<'_>,
    spoken: Spoken,
    index: usize,
) -> Option<Result<DispatchCommand, Spoken>> {
    let assignment = spoken.assignment;
    let ask = |asked| Some(Err(Spoken { assignment, asked }));
    Some(Ok(match spoken.asked {
        Asked::What => match *Answer::ALL.get(index)? {
            Answer::Decline => return ask(Asked::Why),
            Answer::Quiet if !is_quiet(known, assignment) => return ask(Asked::HowLong),
            answer => command(assignment, answer),
        },
        Asked::Why => DispatchCommand::Decline {
            assignment,
            reason: *DeclineReason::ALL.get(index)?,
        },
        Asked::HowLong => DispatchCommand::GoQuiet {
            assignment,
            for_s: QUIET_MINUTES.get(index)? * 60,
        },
    }))
}

/// What can be said now, as far as a display can tell, and whether they are silent by their word.
pub fn answers(known: &Known<'_>, actor: &Actor, assignment: AssignmentId) -> (Vec<Answer>, bool) {
    let is_quiet = is_quiet(known, assignment);
    let can = |answer: &Answer| {
        let command = match *answer {
            Answer::Quiet if !is_quiet => DispatchCommand::GoQuiet {
                assignment,
                for_s: QUIET_MINUTES[0] * 60,
            },
            answer => command(assignment, answer),
        };
        why_not(known, actor, command.into()).is_none()
    };
    (Answer::ALL.into_iter().filter(can).collect(), is_quiet)
}

/// Whose words R records: the oldest offer that waits for its answer comes first, then whoever goes or is there.
/// Pressed again, it goes on to the next one.
pub fn next_speaker(
    known: &Known<'_>,
    incident: IncidentId,
    now: Option<AssignmentId>,
) -> Option<AssignmentId> {
    let mut live: Vec<&Assignment> = known.assignments_of(incident).collect();
    live.retain(|one| one.is_live());
    live.sort_by_key(|one| (one.is_accepted(), one.id));
    let at = now.and_then(|now| live.iter().position(|one| one.id == now));
    let next = at.map_or(0, |at| (at + 1) % live.len());
    live.get(next).map(|one| one.id)
}

fn is_quiet(known: &Known<'_>, assignment: AssignmentId) -> bool {
    let one = known.view.assignments.get(&assignment);
    one.is_some_and(|one| one.quiet_until.is_some())
}

/// A decline and a silence are asked about further.
const fn command(assignment: AssignmentId, answer: Answer) -> DispatchCommand {
    match answer {
        Answer::Accept => DispatchCommand::Accept { assignment },
        Answer::Decline => DispatchCommand::Decline {
            assignment,
            reason: DeclineReason::Busy,
        },
        Answer::SetOut => DispatchCommand::SetOut { assignment },
        Answer::Arrive => DispatchCommand::Arrive { assignment },
        Answer::Finish => DispatchCommand::Finish { assignment },
        Answer::Quiet => DispatchCommand::EndQuiet { assignment },
        Answer::Support => DispatchCommand::AskSupport { assignment },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{START, claimed, incident_of, known, li_na, part, raised, view};
    use castellan_domain::access::Rights;
    use castellan_domain::dispatch::{Arrival, Stage};
    use castellan_domain::estate::Role;
    use castellan_domain::view::View;

    fn with_parts(parts: impl IntoIterator<Item = (u32, Stage)>) -> View {
        let alarm = claimed(raised(1, 1));
        let mut view = view([alarm.clone()]);
        view.incidents.insert(IncidentId(1), incident_of(&alarm));
        for (number, stage) in parts {
            let mut one = part(number, &format!("guard-{number}"), stage);
            one.incident = IncidentId(1);
            view.assignments.insert(one.id, one);
        }
        view
    }

    #[test]
    fn what_can_be_said_follows_from_how_far_they_are_and_keeps_its_digit() {
        let actor = Actor {
            person: li_na(),
            rights: Rights::of_role(Role::Operator),
        };
        let said = |stage| {
            let view = with_parts([(1, stage)]);
            known(&view, |known| answers(known, &actor, AssignmentId(1)).0)
        };
        assert_eq!(said(Stage::Offered), [Answer::Accept, Answer::Decline]);
        let going = [
            Answer::SetOut,
            Answer::Arrive,
            Answer::Finish,
            Answer::Quiet,
            Answer::Support,
        ];
        assert_eq!(said(Stage::Accepted), going);
        let how = Arrival::Said;
        assert_eq!(said(Stage::OnScene { how }), going[2..]);
        assert_eq!(said(Stage::Done), []);
    }

    #[test]
    fn a_decline_asks_why_and_a_silence_for_how_long() {
        let mut view = with_parts([(1, Stage::Accepted)]);
        let spoken = Spoken::of(AssignmentId(1));
        let assignment = spoken.assignment;
        let why = Spoken {
            asked: Asked::Why,
            ..spoken
        };
        let how_long = Spoken {
            asked: Asked::HowLong,
            ..spoken
        };
        known(&view, |known| {
            let accept = DispatchCommand::Accept { assignment };
            assert_eq!(picked(known, spoken, 0), Some(Ok(accept)));
            assert_eq!(picked(known, spoken, 1), Some(Err(why)));
            let reason = DeclineReason::TooFar;
            let decline = DispatchCommand::Decline { assignment, reason };
            assert_eq!(picked(known, why, 2), Some(Ok(decline)));
            assert_eq!(picked(known, spoken, 5), Some(Err(how_long)));
            let quiet = DispatchCommand::GoQuiet {
                assignment,
                for_s: 1_200,
            };
            assert_eq!(picked(known, how_long, 2), Some(Ok(quiet)));
            assert_eq!(picked(known, spoken, 7), None);
            assert_eq!(how_long.before(), Some(spoken));
        });
        let one = view.assignments.get_mut(&assignment).expect("it is there");
        one.quiet_until = Some(START);
        let over = DispatchCommand::EndQuiet { assignment };
        known(&view, |known| {
            assert_eq!(picked(known, spoken, 5), Some(Ok(over)));
        });
    }

    #[test]
    fn whoever_waits_is_spoken_first_and_the_same_key_goes_on_to_the_next() {
        let view = with_parts([
            (1, Stage::Accepted),
            (2, Stage::Done),
            (3, Stage::Unanswered),
            (4, Stage::Offered),
        ]);
        known(&view, |known| {
            let next = |now| next_speaker(known, IncidentId(1), now).map(|id| id.0);
            assert_eq!(next(None), Some(3));
            assert_eq!(next(Some(AssignmentId(3))), Some(4));
            assert_eq!(next(Some(AssignmentId(4))), Some(1));
            assert_eq!(next(Some(AssignmentId(1))), Some(3));
            assert_eq!(next_speaker(known, IncidentId(9), None), None);
        });
    }
}
