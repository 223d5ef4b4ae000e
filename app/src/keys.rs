//! The operator's keys, by the place of the key and not its letter: a Chinese input method swallows
//! letters. Each has a twin among the function keys that browsers leave alone.

/// What a key means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyAction {
    /// 接警
    Claim,
    /// Opens the choice of a verdict.
    OpenVerdicts,
    /// 签收
    Acknowledge,
    /// No sound for a while.
    Mute,
    /// Opens the choice of a shelf.
    OpenShelf,
    /// Picks from what is being chosen, by its index.
    Pick(usize),
    /// Opens the note.
    Note,
    /// Goes to the newest alarm.
    Newest,
    /// Goes up (−1) or down (1) in the queue.
    Move(isize),
    /// Shows the keys.
    Help,
    /// Leaves what is open, or the selection.
    Back,
}

/// What a key means now. Digits mean something only while something is being chosen.
pub fn action(code: &str, shift: bool, choosing: bool) -> Option<KeyAction> {
    Some(match code {
        "F2" if shift => KeyAction::Acknowledge,
        "F4" if shift => KeyAction::OpenShelf,
        "F8" if shift => KeyAction::Mute,
        "KeyQ" => KeyAction::Acknowledge,
        "KeyM" => KeyAction::Mute,
        "KeyH" => KeyAction::OpenShelf,
        "Enter" | "NumpadEnter" | "F2" => KeyAction::Claim,
        "KeyX" | "F4" => KeyAction::OpenVerdicts,
        "KeyT" | "F9" => KeyAction::Note,
        "KeyG" | "F8" => KeyAction::Newest,
        "ArrowDown" => KeyAction::Move(1),
        "ArrowUp" => KeyAction::Move(-1),
        "Slash" => KeyAction::Help,
        "Escape" => KeyAction::Back,
        _ if choosing => {
            let digit = code
                .strip_prefix("Digit")
                .or_else(|| code.strip_prefix("Numpad"))?;
            KeyAction::Pick(digit.parse::<usize>().ok()?.checked_sub(1)?)
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digit_picks_only_while_something_is_being_chosen() {
        assert_eq!(action("Digit2", false, true), Some(KeyAction::Pick(1)));
        assert_eq!(action("Numpad4", false, true), Some(KeyAction::Pick(3)));
        assert_eq!(action("Digit2", false, false), None);
        assert_eq!(action("Digit0", false, true), None);
        assert_eq!(action("NumpadAdd", false, true), None);
    }

    #[test]
    fn every_letter_of_the_alarm_has_a_function_key() {
        for (letter, twin, shift) in [
            ("KeyX", "F4", false),
            ("KeyT", "F9", false),
            ("KeyG", "F8", false),
            ("KeyQ", "F2", true),
            ("KeyH", "F4", true),
            ("KeyM", "F8", true),
        ] {
            let means = action(letter, false, false);
            assert!(means.is_some(), "{letter}");
            assert_eq!(means, action(twin, shift, false), "{letter}");
        }
        assert_eq!(action("F2", false, false), Some(KeyAction::Claim));
    }

    #[test]
    fn function_keys_that_browsers_use_are_left_alone() {
        for code in ["F1", "F3", "F5", "F6", "F7", "F10", "F11", "F12", "KeyR"] {
            for shift in [false, true] {
                assert_eq!(action(code, shift, true), None, "{code}");
            }
        }
    }
}
