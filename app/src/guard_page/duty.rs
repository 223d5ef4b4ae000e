//! 在岗、休息、下班, as somebody says it on their phone.

use super::texts;
use crate::guards::model::owned_words;
use castellan_domain::guard_view::{GuardDuty, GuardView};
use castellan_domain::ids::PersonId;
use castellan_domain::staff::StaffCommand;
use castellan_domain::text::Language;

/// Which of the three of duty somebody stands at: on, on a break, off.
pub const fn stands(duty: GuardDuty) -> usize {
    match duty {
        GuardDuty::Assumed | GuardDuty::On { .. } => 0,
        GuardDuty::Break { .. } => 1,
        GuardDuty::Off => 2,
    }
}

/// What it takes to get from one of the three to another.
pub fn steps_to(duty: GuardDuty, to: usize, person: &PersonId) -> Option<StaffCommand> {
    let person = person.clone();
    match (duty, to) {
        (GuardDuty::Off, 0) => Some(StaffCommand::GoOnDuty { person }),
        (GuardDuty::Break { .. }, 0) => Some(StaffCommand::EndBreak { person }),
        (GuardDuty::On { .. } | GuardDuty::Assumed, 1) => Some(StaffCommand::TakeBreak { person }),
        (GuardDuty::On { .. } | GuardDuty::Break { .. }, 2) => {
            Some(StaffCommand::GoOffDuty { person })
        }
        _ => None,
    }
}

/// What is read before a step is taken: what stays in the name of whoever leaves. Whoever has a task is
/// not offered to leave.
pub fn reads_first(view: &GuardView, step: &StaffCommand, language: Language) -> Option<String> {
    if !matches!(step, StaffCommand::GoOffDuty { .. }) {
        return None;
    }
    let owned = owned_words(view.owned, language)?;
    Some(texts::LEAVE_KEEPS.fill(language, &[&owned]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{START, person};
    use castellan_domain::view::Owned;

    #[test]
    fn from_one_of_the_three_to_another_is_one_step() {
        let wang = person("wang-qiang");
        let on = GuardDuty::On { since: START };
        let rest = GuardDuty::Break { since: START };
        let step = |duty, to| steps_to(duty, to, &wang).map(|command| command.name());
        assert_eq!(step(GuardDuty::Off, 0), Some("go_on_duty"));
        assert_eq!(
            (step(on, 1), step(on, 2)),
            (Some("take_break"), Some("go_off_duty"))
        );
        assert_eq!(
            (step(rest, 0), step(rest, 2)),
            (Some("end_break"), Some("go_off_duty"))
        );
        assert_eq!((step(on, 0), step(GuardDuty::Off, 1)), (None, None));
        assert_eq!([on, rest, GuardDuty::Off].map(stands), [0, 1, 2]);
    }

    #[test]
    fn whoever_leaves_reads_first_what_stays_in_their_name() {
        let sample = include_str!("../../../domain/tests/wire/server_message.guard.idle.json");
        let message: serde_json::Value = serde_json::from_str(sample).expect("JSON");
        let mut view: GuardView = serde_json::from_value(message["view"].clone()).expect("a view");
        let person = person("wang-qiang");
        let off = StaffCommand::GoOffDuty {
            person: person.clone(),
        };
        let words = reads_first(&view, &off, Language::Zh);
        assert_eq!(
            words.as_deref(),
            Some("名下还有 2 起报警、1 起事件，下班后不会自动转给别人。")
        );
        let rest = StaffCommand::TakeBreak { person };
        assert_eq!(reads_first(&view, &rest, Language::Zh), None);
        view.owned = Owned::default();
        assert_eq!(reads_first(&view, &off, Language::En), None);
    }
}
