//! What somebody tapped and the server has not answered yet. There are three words for it and no fourth: not sent
//! (未发送), sent (已发送), received (已收到).

use castellan_domain::command::Command;
use castellan_domain::dispatch::{Arrival, DispatchCommand, Stage};
use castellan_domain::guard_view::{GuardDuty, GuardTask, GuardView};
use castellan_domain::ids::{AssignmentId, CommandId, Seq};
use castellan_domain::incident::IncidentCommand;
use castellan_domain::staff::StaffCommand;
use castellan_domain::time::{Span, Timestamp};
use castellan_domain::wire::api::WireCommand;
use std::collections::VecDeque;

/// Taps that may wait; one more is not taken, and the page says so.
pub const TAPS_MAX: usize = 20;

/// How far a tap is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sent {
    /// 未发送: it waits for the network.
    Not,
    /// 已发送: it is on its way, and nothing is known of it.
    Yes,
    /// 已收到: the command center has it.
    Received,
}

/// One tap.
#[derive(Debug, Clone, PartialEq)]
pub struct Tap {
    /// By which the server knows a tap that it has had already.
    pub id: CommandId,
    pub command: WireCommand,
    pub sent: Sent,
    /// When it was tapped, by the server's clock as far as it is known here.
    pub at: Option<Timestamp>,
    /// The fact by which it is recorded, once it is.
    pub seq: Seq,
}

/// The taps of this page, oldest first.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Taps {
    /// At most [`TAPS_MAX`].
    waiting: VecDeque<Tap>,
    /// The last one that was received.
    pub last: Option<Tap>,
}

impl Taps {
    /// Takes a tap, unless there is no room.
    pub fn add(&mut self, id: CommandId, command: WireCommand, at: Option<Timestamp>) -> bool {
        let has_room = self.waiting.len() < TAPS_MAX;
        if has_room {
            self.waiting.push_back(Tap {
                id,
                command,
                sent: Sent::Not,
                at,
                seq: Seq(0),
            });
        }
        has_room
    }

    /// The next one to be sent: they go one after the other, in the order in which they were tapped.
    pub fn next(&self) -> Option<&Tap> {
        self.waiting.front()
    }

    /// How many the command center has not got.
    pub fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// The newest tap, answered or not.
    pub fn newest(&self) -> Option<&Tap> {
        self.waiting.back().or(self.last.as_ref())
    }

    /// The first one goes out, or did not get through.
    pub fn mark(&mut self, id: CommandId, sent: Sent) {
        for tap in self.waiting.iter_mut().filter(|tap| tap.id == id) {
            tap.sent = sent;
        }
    }

    /// The command center has it, and recorded it by this fact.
    pub fn received(&mut self, id: CommandId, seq: Seq) {
        if let Some(mut tap) = self.take(id) {
            (tap.sent, tap.seq) = (Sent::Received, seq);
            self.last = Some(tap);
        }
    }

    /// The command center said no: what was tapped on the ground of it falls with it.
    pub fn refused(&mut self, id: CommandId) {
        let refused = self.take(id);
        if let Some(about) = refused.and_then(|tap| assignment(&tap.command)) {
            self.waiting
                .retain(|tap| assignment(&tap.command) != Some(about));
        }
    }

    fn take(&mut self, id: CommandId) -> Option<Tap> {
        let at = self.waiting.iter().position(|tap| tap.id == id)?;
        self.waiting.remove(at)
    }

    /// Forgets everything: somebody else works with this page now.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// The view, which was made at fact `seq`, as it will be once it has everything that was tapped.
    pub fn ahead(&self, view: &GuardView, seq: Seq) -> GuardView {
        let mut ahead = view.clone();
        // Its answer may be here before the view that it made.
        let last = self.last.iter().filter(|last| last.seq > seq);
        for tap in last.chain(&self.waiting) {
            match &tap.command {
                Command::Dispatch(command) => {
                    for task in &mut ahead.tasks {
                        if command.assignment() == Some(task.assignment) {
                            step(task, command, tap.at.unwrap_or(task.since));
                        }
                    }
                }
                Command::Staff(command) => ahead.duty = duty(ahead.duty, command, tap.at),
                Command::Incident(IncidentCommand::TakeStep { incident, step, .. }) => {
                    let tasks = ahead.tasks.iter_mut();
                    let theirs = tasks.filter(|task| task.incident == *incident);
                    let steps = theirs.flat_map(|task| &mut task.steps);
                    for taken in steps.filter(|one| one.id == *step) {
                        taken.taken = true;
                    }
                }
                Command::Alarm(_)
                | Command::Note(_)
                | Command::Registration(_)
                | Command::Incident(_)
                | Command::Zone(_)
                | Command::Actuation(_) => {}
            }
        }
        ahead.tasks.retain(|task| {
            !matches!(
                task.stage,
                Stage::Done | Stage::Declined { .. } | Stage::Withdrawn { .. }
            )
        });
        ahead
    }
}

/// The assignment that a command is about, if it is about one.
fn assignment(command: &WireCommand) -> Option<AssignmentId> {
    match command {
        Command::Dispatch(command) => command.assignment(),
        Command::Staff(_)
        | Command::Alarm(_)
        | Command::Note(_)
        | Command::Registration(_)
        | Command::Incident(_)
        | Command::Zone(_)
        | Command::Actuation(_) => None,
    }
}

fn step(task: &mut GuardTask, command: &DispatchCommand, at: Timestamp) {
    let stage = match command {
        DispatchCommand::Accept { .. } => Stage::Accepted,
        DispatchCommand::Decline { reason, .. } => Stage::Declined { reason: *reason },
        DispatchCommand::SetOut { .. } => Stage::OnTheWay,
        DispatchCommand::Arrive { .. } => Stage::OnScene { how: Arrival::Said },
        DispatchCommand::Finish { .. } => Stage::Done,
        DispatchCommand::AskSupport { .. } => {
            task.support_asked_at = Some(at);
            return;
        }
        DispatchCommand::GoQuiet { for_s, .. } => {
            task.quiet_until = Some(at + Span::from_secs(i64::from(*for_s)));
            return;
        }
        DispatchCommand::EndQuiet { .. } => {
            task.quiet_until = None;
            return;
        }
        DispatchCommand::Dispatch { .. } | DispatchCommand::Recall { .. } => return,
    };
    // What is due next, the command center says.
    (task.stage, task.due_at, task.late) = (stage, None, false);
}

fn duty(now: GuardDuty, command: &StaffCommand, at: Option<Timestamp>) -> GuardDuty {
    let since = at.unwrap_or_default();
    match command {
        StaffCommand::GoOnDuty { .. } | StaffCommand::EndBreak { .. } => match now {
            GuardDuty::Assumed => now,
            GuardDuty::Off | GuardDuty::On { .. } | GuardDuty::Break { .. } => {
                GuardDuty::On { since }
            }
        },
        StaffCommand::GoOffDuty { .. } => GuardDuty::Off,
        StaffCommand::TakeBreak { .. } => GuardDuty::Break { since },
        StaffCommand::BindPhone { .. }
        | StaffCommand::UnbindPhone { .. }
        | StaffCommand::GiveCallSign { .. } => now,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{START, person};
    use castellan_domain::dispatch::DeclineReason;

    fn view() -> GuardView {
        let text = include_str!("../../../domain/tests/wire/server_message.guard.json");
        let message: serde_json::Value = serde_json::from_str(text).expect("JSON");
        serde_json::from_value(message["view"].clone()).expect("a view")
    }

    const fn id(n: u128) -> CommandId {
        CommandId(uuid::Uuid::from_u128(n))
    }

    fn tapped(commands: impl IntoIterator<Item = DispatchCommand>) -> Taps {
        let mut taps = Taps::default();
        for (command, n) in commands.into_iter().zip(1..) {
            assert!(taps.add(id(n), command.into(), Some(START)));
        }
        taps
    }

    #[test]
    fn what_waits_is_shown_as_if_it_were_done_and_goes_out_in_order() {
        let view = view();
        let assignment = view.tasks[0].assignment;
        let mut taps = tapped([
            DispatchCommand::Accept { assignment },
            DispatchCommand::SetOut { assignment },
            DispatchCommand::GoQuiet {
                assignment,
                for_s: 600,
            },
        ]);
        let ahead = taps.ahead(&view, Seq(106));
        assert_eq!(ahead.tasks[0].stage, Stage::OnTheWay);
        assert_eq!(ahead.tasks[0].due_at, None);
        assert_eq!(
            ahead.tasks[0].quiet_until,
            Some(START + Span::from_secs(600))
        );
        assert_eq!((taps.waiting(), taps.next().unwrap().id), (3, id(1)));
        taps.mark(id(1), Sent::Yes);
        taps.mark(id(1), Sent::Not);
        taps.received(id(1), Seq(107));
        assert_eq!((taps.waiting(), taps.next().unwrap().id), (2, id(2)));
        assert_eq!(taps.last.as_ref().unwrap().sent, Sent::Received);
        // Until the view has come that it made, it is shown still; then the view is believed.
        taps.refused(id(2));
        assert_eq!(taps.waiting(), 0, "the silence was on the ground of it");
        assert_eq!(taps.ahead(&view, Seq(106)).tasks[0].stage, Stage::Accepted);
        assert_eq!(taps.ahead(&view, Seq(107)).tasks[0].stage, Stage::Offered);
        taps.clear();
        assert_eq!(taps.newest(), None);
    }

    #[test]
    fn whoever_declines_or_is_done_sees_the_task_no_more() {
        let view = view();
        let assignment = view.tasks[0].assignment;
        let reason = DeclineReason::TooFar;
        for last in [
            DispatchCommand::Decline { assignment, reason },
            DispatchCommand::Finish { assignment },
        ] {
            assert_eq!(tapped([last]).ahead(&view, Seq(106)).tasks, []);
        }
        let support = tapped([DispatchCommand::AskSupport { assignment }]);
        assert_eq!(
            support.ahead(&view, Seq(106)).tasks[0].support_asked_at,
            Some(START)
        );
    }

    #[test]
    fn duty_follows_the_taps() {
        let mut view = view();
        let wang = || person("wang-qiang");
        let mut taps = Taps::default();
        taps.add(
            id(1),
            StaffCommand::TakeBreak { person: wang() }.into(),
            Some(START),
        );
        assert_eq!(
            taps.ahead(&view, Seq(1)).duty,
            GuardDuty::Break { since: START }
        );
        taps.add(
            id(2),
            StaffCommand::EndBreak { person: wang() }.into(),
            Some(START),
        );
        assert_eq!(
            taps.ahead(&view, Seq(1)).duty,
            GuardDuty::On { since: START }
        );
        taps.add(
            id(3),
            StaffCommand::GoOffDuty { person: wang() }.into(),
            None,
        );
        assert_eq!(taps.ahead(&view, Seq(1)).duty, GuardDuty::Off);
        view.duty = GuardDuty::Assumed;
        taps.clear();
        taps.add(
            id(4),
            StaffCommand::EndBreak { person: wang() }.into(),
            None,
        );
        assert_eq!(taps.ahead(&view, Seq(1)).duty, GuardDuty::Assumed);
    }

    #[test]
    fn one_tap_too_many_is_not_taken() {
        let assignment = AssignmentId(31);
        let mut taps = tapped((0..TAPS_MAX).map(|_| DispatchCommand::AskSupport { assignment }));
        let full = taps.clone();
        assert!(!taps.add(id(99), DispatchCommand::Accept { assignment }.into(), None));
        assert_eq!(taps, full);
    }
}
