//! What a guard's page says, from what the server told and what was tapped.

use super::taps::Sent;
use super::texts;
use crate::ages::{self, Now};
use crate::alarms::model as alarms;
use crate::dispatch::model::way_words;
use crate::dispatch::texts::{DISCREET, TIME_UP};
use crate::texts::Words;
use castellan_domain::command::Command;
use castellan_domain::dispatch::{DispatchCommand, Stage};
use castellan_domain::guard_view::{GuardCall, GuardTask, GuardView, Named};
use castellan_domain::ids::AssignmentId;
use castellan_domain::incident::IncidentCommand;
use castellan_domain::staff::StaffCommand;
use castellan_domain::text::Language;
use castellan_domain::time::Timestamp;
use castellan_domain::wire::api::WireCommand;

/// What the page is about.
#[derive(Debug, Clone, PartialEq)]
pub enum Face {
    /// Somebody is asked.
    Offer(GuardTask),
    /// They are going, or there.
    Task(GuardTask),
    /// Nothing is wanted of them.
    Idle,
}

impl Face {
    /// Of what the server told and taps made of it; `picked` is what somebody turned to.
    pub fn of(view: &GuardView, picked: Option<AssignmentId>) -> Self {
        let picked = view
            .tasks
            .iter()
            .find(|task| Some(task.assignment) == picked);
        // An offer waits for its answer, whatever somebody turned to before.
        let first = view.tasks.first();
        let urgent = first.filter(|task| task.stage == Stage::Offered);
        match urgent.or(picked).or(first) {
            None => Self::Idle,
            Some(task) if task.stage.is_going() => Self::Task(task.clone()),
            Some(task) => Self::Offer(task.clone()),
        }
    }

    /// What it is about, if it is about one.
    pub const fn task(&self) -> Option<&GuardTask> {
        match self {
            Self::Offer(task) | Self::Task(task) => Some(task),
            Self::Idle => None,
        }
    }

    /// Whether somebody is asked.
    pub const fn is_offer(&self) -> bool {
        matches!(self, Self::Offer(_))
    }

    /// The name by which style sheets and tests know it.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Offer(_) => "offer",
            Self::Task(_) => "task",
            Self::Idle => "idle",
        }
    }

    /// What a tap on the main button would mean. When that changes, a tap that was under way is not taken.
    pub fn shape(&self) -> (&'static str, Option<AssignmentId>, Option<&'static str>) {
        let task = self.task();
        let main = task.and_then(|task| main_button(task).map(|(_, command)| command.name()));
        (self.name(), task.map(|task| task.assignment), main)
    }
}

/// The button that is largest, and what it says to the command center.
pub fn main_button(task: &GuardTask) -> Option<(Words, DispatchCommand)> {
    let assignment = task.assignment;
    Some(match task.stage {
        Stage::Offered | Stage::Unanswered => {
            (texts::ACCEPT, DispatchCommand::Accept { assignment })
        }
        Stage::Accepted => (texts::SET_OUT, DispatchCommand::SetOut { assignment }),
        Stage::OnTheWay => (texts::ARRIVED, DispatchCommand::Arrive { assignment }),
        Stage::OnScene { .. } => (texts::FINISH, DispatchCommand::Finish { assignment }),
        Stage::Done | Stage::Declined { .. } | Stage::Withdrawn { .. } => return None,
    })
}

/// The class by which the style sheet colours a task. A discreet one has no colour.
pub const fn class(task: &GuardTask) -> &'static str {
    if task.discreet {
        "plain"
    } else {
        alarms::class(task.priority)
    }
}

/// The sign of how urgent it is; a discreet one has none.
pub const fn sign_of(task: &GuardTask) -> &'static str {
    if task.discreet {
        ""
    } else {
        alarms::sign(task.priority)
    }
}

/// How urgent it is, in words; of a discreet one nothing is said.
pub const fn urgency(task: &GuardTask) -> Words {
    if task.discreet {
        texts::OFFER
    } else {
        alarms::priority_name(task.priority)
    }
}

/// What it is.
pub fn type_words(task: &GuardTask, language: Language) -> String {
    let kind = task.kind.as_ref().map(|kind| kind.get(language));
    let kind = kind.unwrap_or_else(|| DISCREET.get(language));
    if task.drill {
        format!("{} · {kind}", texts::DRILL.get(language))
    } else {
        kind.to_owned()
    }
}

/// Where it is: building and floor.
pub fn place_words(task: &GuardTask, language: Language) -> String {
    let place = task.place.as_ref();
    let name = place.and_then(|place| place.name.as_ref());
    match (name, place) {
        (Some(name), _) => name.get(language).to_owned(),
        (None, Some(_)) => texts::ON_SKETCH.get(language).to_owned(),
        (None, None) => texts::PLACE_UNKNOWN.get(language).to_owned(),
    }
}

/// The spot, whom it is about, and how old the place is.
pub fn about_words(task: &GuardTask, now: Now, language: Language) -> String {
    let place = task.place.as_ref();
    let spot = place.and_then(|place| place.spot.as_ref());
    let spot = spot.map(|spot| spot.get(language).to_owned());
    let about = task.about.as_ref();
    let about = about.map(|about| texts::ABOUT.fill(language, &[&sign(about, language)]));
    let as_of = place.and_then(|place| place.as_of);
    let age = as_of.map(|as_of| texts::WAS_THERE.fill(language, &[&ages::age(as_of, now.at)]));
    let parts = [spot, about, age].into_iter().flatten();
    parts.collect::<Vec<_>>().join(" · ")
}

/// How they get there.
pub fn way_line(task: &GuardTask, language: Language) -> Option<String> {
    task.place.as_ref()?;
    let is_there = matches!(task.stage, Stage::OnScene { .. });
    (!is_there).then(|| way_words(task.way.as_ref(), language))
}

/// The call sign, or the name where there is none.
pub fn sign(named: &Named, language: Language) -> String {
    let sign = named.call_sign.as_ref().map(|sign| sign.get(language));
    sign.unwrap_or_else(|| named.name.get(language)).to_owned()
}

/// What is left until an answer or an arrival is due: the words, and the hundredths of the bar.
pub fn due(task: &GuardTask, now: Now, language: Language) -> Option<(String, u32)> {
    let Some(due_at) = task.due_at else {
        let late = matches!(task.stage, Stage::Unanswered);
        let words = if late {
            texts::LATE_ANSWER
        } else {
            texts::LATE
        };
        return task.late.then(|| (words.get(language).to_owned(), 0));
    };
    let whole = due_at.since(task.since).as_micros().max(1);
    let left = due_at.since(now.at).as_micros().clamp(0, whole);
    let hundredths = u32::try_from(left * 100 / whole).unwrap_or(100);
    let words = ages::until(texts::LEFT, TIME_UP, due_at, now, language);
    Some((words, hundredths))
}

/// What is left of a silence, while it lasts.
pub fn quiet_left(until: Option<Timestamp>, now: Now) -> Option<String> {
    let left = until?.since(now.at);
    (left.as_micros() > 0).then(|| ages::text(left))
}

/// What was tapped, in a word.
pub const fn tapped(command: &WireCommand) -> Option<Words> {
    Some(match command {
        Command::Dispatch(command) => match command {
            DispatchCommand::Accept { .. } => texts::ACCEPT,
            DispatchCommand::Decline { .. } => texts::DECLINED,
            DispatchCommand::SetOut { .. } => texts::SET_OUT,
            DispatchCommand::Arrive { .. } => texts::ARRIVED,
            DispatchCommand::Finish { .. } => texts::FINISH,
            DispatchCommand::AskSupport { .. } => texts::SUPPORT,
            DispatchCommand::GoQuiet { .. } => texts::QUIET,
            DispatchCommand::EndQuiet { .. } => texts::QUIET_ENDED,
            DispatchCommand::Dispatch { .. } | DispatchCommand::Recall { .. } => return None,
        },
        Command::Staff(command) => match command {
            StaffCommand::GoOnDuty { .. } | StaffCommand::EndBreak { .. } => texts::ON_DUTY,
            StaffCommand::GoOffDuty { .. } => texts::OFF_DUTY,
            StaffCommand::TakeBreak { .. } => texts::BREAK,
            StaffCommand::BindPhone { .. }
            | StaffCommand::UnbindPhone { .. }
            | StaffCommand::GiveCallSign { .. } => return None,
        },
        Command::Incident(IncidentCommand::TakeStep { .. }) => texts::STEP_DONE,
        Command::Alarm(_)
        | Command::Note(_)
        | Command::Registration(_)
        | Command::Incident(_)
        | Command::Zone(_)
        | Command::Actuation(_) => return None,
    })
}

/// The word for how far a tap is.
pub const fn sent_word(sent: Sent) -> Words {
    match sent {
        Sent::Not => texts::NOT_SENT,
        Sent::Yes => texts::SENT,
        Sent::Received => texts::RECEIVED,
    }
}

/// How far a call for help is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Heard {
    /// The command center has not got it.
    Waits,
    /// It has, and nobody has taken it.
    Received,
    /// Somebody takes care of it.
    Taken,
}

/// How far the last call of this kind is: by what this page sent (and whether that was answered), and by what the
/// server says. What waits here is newer than whatever the server has.
pub fn call_state(own: Option<bool>, told: Option<&GuardCall>, silent: bool) -> Option<Heard> {
    match (own, told.filter(|call| call.silent == silent)) {
        (Some(false), _) => Some(Heard::Waits),
        (_, Some(call)) if call.taken_by.is_some() => Some(Heard::Taken),
        (Some(true), _) | (None, Some(_)) => Some(Heard::Received),
        (None, None) => None,
    }
}

/// The dots by which whoever called silently is told, where nobody else looks for it.
pub const fn dots(heard: Option<Heard>) -> &'static str {
    match heard {
        None => "",
        Some(Heard::Waits) => "·",
        Some(Heard::Received) => "··",
        Some(Heard::Taken) => "···",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::START;
    use castellan_domain::dispatch::{Arrival, DeclineReason};
    use castellan_domain::time::Span;
    use std::collections::BTreeSet;

    /// The view of a file of the protocol's samples.
    fn view(sample: &str) -> GuardView {
        let message: serde_json::Value = serde_json::from_str(sample).expect("JSON");
        serde_json::from_value(message["view"].clone()).expect("a view")
    }

    fn offered() -> GuardView {
        view(include_str!(
            "../../../domain/tests/wire/server_message.guard.json"
        ))
    }

    fn discreet() -> GuardTask {
        let sample = include_str!("../../../domain/tests/wire/server_message.guard.discreet.json");
        view(sample).tasks.remove(0)
    }

    #[test]
    fn an_offer_comes_before_whatever_somebody_turned_to() {
        let mut view = offered();
        let offer = view.tasks[0].clone();
        let mut task = offer.clone();
        (task.assignment, task.stage) = (AssignmentId(7), Stage::OnTheWay);
        view.tasks.push(task.clone());
        let turned = Some(AssignmentId(7));
        assert_eq!(Face::of(&view, turned), Face::Offer(offer.clone()));
        view.tasks[0].stage = Stage::Unanswered;
        assert_eq!(Face::of(&view, turned), Face::Task(task));
        assert_eq!(
            Face::of(&view, None).name(),
            "offer",
            "it may still be accepted"
        );
        view.tasks.clear();
        assert_eq!(Face::of(&view, turned), Face::Idle);
    }

    #[test]
    fn the_large_button_says_the_next_thing_and_what_it_means_is_part_of_the_shape() {
        let mut view = offered();
        let mut said = Vec::new();
        for stage in [
            Stage::Offered,
            Stage::Accepted,
            Stage::OnTheWay,
            Stage::OnScene { how: Arrival::Said },
        ] {
            view.tasks[0].stage = stage;
            said.push(Face::of(&view, None).shape().2);
        }
        let names = ["accept", "set_out", "arrive", "finish"].map(Some);
        assert_eq!(said, names);
        view.tasks[0].stage = Stage::Done;
        assert_eq!(main_button(&view.tasks[0]), None);
    }

    #[test]
    fn words_say_what_where_and_how_and_of_a_discreet_task_neither_what_nor_how_urgent() {
        let task = offered().tasks.remove(0);
        let now = Now::from(START);
        assert_eq!(type_words(&task, Language::Zh), "可燃气体高限报警");
        assert_eq!(place_words(&task, Language::En), "Building 3 B1");
        assert_eq!(
            about_words(&task, now, Language::Zh),
            "走道 · 求助人：巡逻5"
        );
        assert_eq!(
            way_line(&task, Language::Zh).as_deref(),
            Some("走楼梯 1分10秒")
        );
        assert_eq!((class(&task), sign_of(&task)), ("p1", "▲"));
        let hidden = discreet();
        assert_eq!((class(&hidden), sign_of(&hidden)), ("plain", ""));
        assert_eq!(urgency(&hidden), texts::OFFER);
        assert_eq!(
            type_words(&hidden, Language::En),
            "Drill · Watch from a distance"
        );
        assert_eq!(way_line(&hidden, Language::Zh), None, "he is there");
        let about = about_words(&hidden, now, Language::Zh);
        assert!(about.starts_with("最后位置，"), "{about}");
        let mut nowhere = task;
        nowhere.place = None;
        assert_eq!(place_words(&nowhere, Language::Zh), texts::PLACE_UNKNOWN.zh);
        assert_eq!(way_line(&nowhere, Language::Zh), None);
    }

    #[test]
    fn the_bar_drains_to_the_deadline_and_stands_still_with_the_page() {
        let mut task = offered().tasks.remove(0);
        let ten = Now::from(task.since + Span::from_secs(10));
        assert_eq!(
            due(&task, ten, Language::Zh),
            Some(("还剩 00:10".into(), 50))
        );
        let old = Now {
            stands_still: true,
            ..ten
        };
        assert_eq!(
            due(&task, old, Language::En),
            Some(("--:-- left".into(), 50))
        );
        let over = Now::from(task.since + Span::from_secs(60));
        assert_eq!(
            due(&task, over, Language::En),
            Some(("time is up…".into(), 0))
        );
        (task.due_at, task.late, task.stage) = (None, true, Stage::Unanswered);
        assert_eq!(
            due(&task, ten, Language::En).unwrap().0,
            texts::LATE_ANSWER.en
        );
        task.stage = Stage::OnTheWay;
        assert_eq!(due(&task, ten, Language::Zh).unwrap().0, "已超时");
        task.quiet_until = Some(ten.at + Span::from_secs(61));
        assert_eq!(quiet_left(task.quiet_until, ten).as_deref(), Some("01:01"));
        let after = Now::from(ten.at + Span::from_secs(61));
        assert_eq!(quiet_left(task.quiet_until, after), None);
    }

    #[test]
    fn each_tap_on_a_task_has_words_of_its_own() {
        let assignment = AssignmentId(31);
        let reason = DeclineReason::TooFar;
        let commands = [
            DispatchCommand::Accept { assignment },
            DispatchCommand::Decline { assignment, reason },
            DispatchCommand::SetOut { assignment },
            DispatchCommand::Arrive { assignment },
            DispatchCommand::Finish { assignment },
            DispatchCommand::AskSupport { assignment },
            DispatchCommand::GoQuiet {
                assignment,
                for_s: 600,
            },
            DispatchCommand::EndQuiet { assignment },
        ];
        for language in [Language::Zh, Language::En] {
            let words = commands.clone().map(|command| {
                let words = tapped(&command.into()).expect("it is tapped");
                words.get(language)
            });
            let different: BTreeSet<_> = words.into_iter().collect();
            assert_eq!(different.len(), words.len(), "{words:?}");
        }
    }

    #[test]
    fn a_call_is_as_far_as_the_page_or_the_server_knows() {
        let sample = include_str!("../../../domain/tests/wire/server_message.guard.idle.json");
        let mut call = view(sample).call.expect("a silent one");
        assert_eq!(call_state(None, Some(&call), true), Some(Heard::Taken));
        assert_eq!(
            call_state(None, Some(&call), false),
            None,
            "of the other kind nothing is known"
        );
        call.taken_by = None;
        assert_eq!(call_state(None, Some(&call), true), Some(Heard::Received));
        assert_eq!(
            call_state(Some(false), Some(&call), true),
            Some(Heard::Waits),
            "a second call is not through because the first one was"
        );
        assert_eq!(call_state(Some(false), None, true), Some(Heard::Waits));
        assert_eq!(call_state(Some(true), None, false), Some(Heard::Received));
        let said = [
            None,
            Some(Heard::Waits),
            Some(Heard::Received),
            Some(Heard::Taken),
        ]
        .map(dots);
        assert_eq!(said, ["", "·", "··", "···"]);
    }
}
