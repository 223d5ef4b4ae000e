//! The operator's keys, by the place of the key and not its letter: a Chinese input method swallows
//! letters. Each has a twin among the function keys that browsers leave alone.

/// What a key means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyAction {
    /// 接警
    Claim,
    /// Opens the choice of a verdict.
    OpenVerdicts,
    /// Picks a verdict, by its index.
    Verdict(usize),
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

/// What a key means now. Digits mean something only while a verdict is being chosen.
pub fn action(code: &str, judging: bool) -> Option<KeyAction> {
    Some(match code {
        "Enter" | "NumpadEnter" | "F2" => KeyAction::Claim,
        "KeyX" | "F4" => KeyAction::OpenVerdicts,
        "KeyT" | "F9" => KeyAction::Note,
        "KeyG" | "F8" => KeyAction::Newest,
        "ArrowDown" => KeyAction::Move(1),
        "ArrowUp" => KeyAction::Move(-1),
        "Slash" => KeyAction::Help,
        "Escape" => KeyAction::Back,
        _ if judging => {
            let digit = code
                .strip_prefix("Digit")
                .or_else(|| code.strip_prefix("Numpad"))?;
            match digit {
                "1" => KeyAction::Verdict(0),
                "2" => KeyAction::Verdict(1),
                "3" => KeyAction::Verdict(2),
                "4" => KeyAction::Verdict(3),
                _ => return None,
            }
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digit_judges_only_while_a_verdict_is_being_chosen() {
        assert_eq!(action("Digit2", true), Some(KeyAction::Verdict(1)));
        assert_eq!(action("Numpad4", true), Some(KeyAction::Verdict(3)));
        assert_eq!(action("Digit2", false), None);
        assert_eq!(action("Digit5", true), None);
    }

    #[test]
    fn function_keys_that_browsers_use_are_left_alone() {
        for code in ["F1", "F3", "F5", "F6", "F7", "F10", "F11", "F12", "KeyR"] {
            assert_eq!(action(code, true), None, "{code}");
        }
    }
}
