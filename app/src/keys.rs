//! The operator's keys: what a key that goes down means.
//!
//! A letter is looked for where this keyboard prints it, if the browser tells; else at its place on
//! an American keyboard. The character that an event carries is asked for `?` alone, because a
//! Chinese input method may swallow letters. Each letter has a twin among the function keys that
//! browsers leave alone.

use crate::layout::Layout;

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
    /// Opens the choice of what was done.
    OpenFollowUps,
    /// Takes back what was just done.
    TakeBack,
    /// Goes to the newest alarm.
    Newest,
    /// Goes up (−1) or down (1) in the queue.
    Move(isize),
    /// Shows the keys.
    Help,
    /// Leaves what is open, or the selection.
    Back,
}

/// A key that went down, and where.
#[derive(Debug, Clone, Copy, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "what a browser says of a key, one for each; every combination occurs"
)]
pub struct Press<'a> {
    /// Its place.
    pub code: &'a str,
    /// The character it makes, or its name.
    pub key: &'a str,
    /// With the shift key.
    pub shift: bool,
    /// With a key that makes it the browser's or the system's.
    pub modified: bool,
    /// It is still held down.
    pub repeats: bool,
    /// It belongs to an input method that is composing.
    pub composes: bool,
    /// The focus is where one types.
    pub types: bool,
    /// The focus is on something that Enter uses, and Enter means nothing else there.
    pub on_control: bool,
    /// The focus is on something that arrows scroll.
    pub on_scroller: bool,
    /// Something is being chosen, by digit.
    pub choosing: bool,
    /// Nothing stands before the desk. Else the only keys are those of what stands there.
    pub at_desk: bool,
}

impl Press<'_> {
    /// Whether the input method has this key. Safari tells so by the old number alone.
    pub fn is_composing(key: &str, flag: bool, key_code: u32) -> bool {
        flag || key == "Process" || key_code == 229
    }

    fn is_enter(&self) -> bool {
        matches!(self.code, "Enter" | "NumpadEnter")
    }
}

/// What is to be done about a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heard {
    /// The browser does with it what it always does.
    Left,
    /// Nothing, and the browser does nothing either.
    Swallowed,
    /// The operator wants this.
    Wanted(KeyAction),
}

/// Hears keys, one after the other.
#[derive(Debug, Clone, Default)]
pub struct Ear {
    /// What went down outside of a text and has done its work, by its place. While it stays down it
    /// does nothing more, wherever the focus has gone meanwhile: a held Enter claims once, flips no
    /// switch twice, and a held T types no T into the note that it opened.
    spent: Option<String>,
}

impl Ear {
    /// What a key that went down means.
    pub fn hear(&mut self, press: &Press<'_>, layout: &Layout) -> Heard {
        if press.repeats {
            let is_spent = self.spent.as_deref() == Some(press.code);
            return if is_spent {
                Heard::Swallowed
            } else {
                Heard::Left
            };
        }
        self.spent = None;
        if press.composes || press.types || press.modified {
            return Heard::Left;
        }
        let wanted = action(press, layout).filter(|_| press.at_desk);
        let wanted = wanted.filter(|action| match action {
            KeyAction::Claim => !(press.on_control && press.is_enter()),
            KeyAction::Move(_) => !press.on_scroller,
            _ => true,
        });
        if wanted.is_some() || press.is_enter() {
            self.spent = Some(press.code.to_owned());
        }
        wanted.map_or(Heard::Left, Heard::Wanted)
    }
}

/// What a key means now. Digits mean something only while something is being chosen.
fn action(press: &Press<'_>, layout: &Layout) -> Option<KeyAction> {
    // Wherever a keyboard has it: on a French one it lies where others have their M.
    if matches!(press.key, "?" | "？") {
        return Some(KeyAction::Help);
    }
    Some(match press.code {
        "F2" if press.shift => KeyAction::Acknowledge,
        "F4" if press.shift => KeyAction::OpenShelf,
        "F8" if press.shift => KeyAction::Mute,
        "F9" if press.shift => KeyAction::OpenFollowUps,
        "Enter" | "NumpadEnter" | "F2" => KeyAction::Claim,
        "F4" => KeyAction::OpenVerdicts,
        "F9" => KeyAction::Note,
        "F8" => KeyAction::Newest,
        "ArrowDown" => KeyAction::Move(1),
        "ArrowUp" => KeyAction::Move(-1),
        "Escape" => KeyAction::Back,
        "Backspace" => KeyAction::TakeBack,
        place => match layout.letter_at(place) {
            Some('X') => KeyAction::OpenVerdicts,
            Some('Q') => KeyAction::Acknowledge,
            Some('M') => KeyAction::Mute,
            Some('H') => KeyAction::OpenShelf,
            Some('T') => KeyAction::Note,
            Some('O') => KeyAction::OpenFollowUps,
            Some('G') => KeyAction::Newest,
            Some(_) | None => KeyAction::Pick(digit(place).filter(|_| press.choosing)?),
        },
    })
}

/// Which index a digit picks.
fn digit(place: &str) -> Option<usize> {
    let digit = place.strip_prefix("Digit");
    let digit = digit.or_else(|| place.strip_prefix("Numpad"))?;
    digit.parse::<usize>().ok()?.checked_sub(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at<'a>(code: &'a str, key: &'a str) -> Press<'a> {
        Press {
            code,
            key,
            at_desk: true,
            ..Press::default()
        }
    }

    fn wanted(press: Press<'_>, layout: &Layout) -> Option<KeyAction> {
        match Ear::default().hear(&press, layout) {
            Heard::Wanted(action) => Some(action),
            Heard::Left | Heard::Swallowed => None,
        }
    }

    fn layout(keys: &[(&str, &str)]) -> Layout {
        let keys = keys
            .iter()
            .map(|(place, text)| ((*place).into(), (*text).into()));
        Layout::new(keys)
    }

    /// The keys that a French keyboard has elsewhere.
    fn azerty() -> Layout {
        layout(&[
            ("KeyQ", "a"),
            ("KeyA", "q"),
            ("KeyW", "z"),
            ("KeyZ", "w"),
            ("Semicolon", "m"),
            ("KeyM", ","),
            ("KeyX", "x"),
            ("KeyT", "t"),
            ("KeyG", "g"),
            ("KeyH", "h"),
            ("Digit2", "é"),
        ])
    }

    fn qwertz() -> Layout {
        layout(&[
            ("KeyZ", "y"),
            ("KeyY", "z"),
            ("Minus", "ß"),
            ("Slash", "-"),
            ("KeyQ", "q"),
            ("KeyM", "m"),
            ("KeyX", "x"),
        ])
    }

    #[test]
    fn on_a_french_keyboard_a_letter_is_where_it_is_printed() {
        let french = azerty();
        for (place, key, means) in [
            ("Semicolon", "m", Some(KeyAction::Mute)),
            ("KeyM", ",", None),
            ("KeyA", "q", Some(KeyAction::Acknowledge)),
            ("KeyQ", "a", None),
            ("KeyX", "x", Some(KeyAction::OpenVerdicts)),
            ("KeyT", "t", Some(KeyAction::Note)),
        ] {
            assert_eq!(wanted(at(place, key), &french), means, "{place}");
        }
        let help = Press {
            shift: true,
            ..at("KeyM", "?")
        };
        assert_eq!(wanted(help, &french), Some(KeyAction::Help));
        assert_eq!(wanted(help, &Layout::default()), Some(KeyAction::Help));
        let second = Press {
            choosing: true,
            ..at("Digit2", "é")
        };
        assert_eq!(wanted(second, &french), Some(KeyAction::Pick(1)));
        assert_eq!(french.label('M'), Some('M'));
    }

    #[test]
    fn on_a_german_keyboard_the_question_mark_is_help_and_the_minus_is_not() {
        let german = qwertz();
        let help = Press {
            shift: true,
            ..at("Minus", "?")
        };
        assert_eq!(wanted(help, &german), Some(KeyAction::Help));
        assert_eq!(wanted(at("Slash", "-"), &german), None);
        assert_eq!(wanted(at("KeyM", "m"), &german), Some(KeyAction::Mute));
        // What the browser does not tell is where an American keyboard has it.
        assert_eq!(wanted(at("KeyT", "t"), &german), Some(KeyAction::Note));
    }

    #[test]
    fn with_a_chinese_input_method_keys_act_and_what_it_composes_never_does() {
        let american = Layout::default();
        assert_eq!(wanted(at("Slash", "？"), &american), Some(KeyAction::Help));
        assert_eq!(
            wanted(at("KeyX", "x"), &american),
            Some(KeyAction::OpenVerdicts)
        );
        for (code, key, flag, key_code) in [
            ("KeyX", "Process", false, 0),
            ("KeyX", "x", true, 0),
            ("Enter", "Enter", false, 229),
            ("Enter", "Process", true, 229),
            ("Escape", "Escape", true, 27),
            ("Digit1", "Process", true, 229),
        ] {
            let press = Press {
                composes: Press::is_composing(key, flag, key_code),
                choosing: true,
                ..at(code, key)
            };
            assert_eq!(
                Ear::default().hear(&press, &american),
                Heard::Left,
                "{code}"
            );
        }
        assert!(!Press::is_composing("x", false, 88));
    }

    #[test]
    fn a_key_that_stays_down_has_done_its_work() {
        let american = Layout::default();
        let mut ear = Ear::default();
        let held = |press: Press<'static>| Press {
            repeats: true,
            ..press
        };
        let enter = at("Enter", "Enter");
        assert_eq!(ear.hear(&enter, &american), Heard::Wanted(KeyAction::Claim));
        assert_eq!(ear.hear(&held(enter), &american), Heard::Swallowed);
        // The note has the focus by now.
        let note = at("KeyT", "t");
        assert_eq!(ear.hear(&note, &american), Heard::Wanted(KeyAction::Note));
        let typed = Press {
            types: true,
            ..note
        };
        assert_eq!(ear.hear(&held(typed), &american), Heard::Swallowed);
        assert_eq!(ear.hear(&typed, &american), Heard::Left);
        assert_eq!(
            ear.hear(&held(typed), &american),
            Heard::Left,
            "a row of letters"
        );
    }

    #[test]
    fn enter_on_a_button_is_the_buttons_and_uses_it_once() {
        let american = Layout::default();
        for at_desk in [true, false] {
            let mut ear = Ear::default();
            let enter = Press {
                on_control: true,
                at_desk,
                ..at("Enter", "Enter")
            };
            assert_eq!(ear.hear(&enter, &american), Heard::Left);
            let held = Press {
                repeats: true,
                on_control: !at_desk,
                ..enter
            };
            assert_eq!(ear.hear(&held, &american), Heard::Swallowed);
        }
        let twin = Press {
            on_control: true,
            ..at("F2", "F2")
        };
        assert_eq!(wanted(twin, &american), Some(KeyAction::Claim));
        let scrolled = Press {
            on_scroller: true,
            ..at("ArrowDown", "ArrowDown")
        };
        assert_eq!(wanted(scrolled, &american), None);
    }

    #[test]
    fn behind_what_stands_before_the_desk_no_key_commands() {
        let american = Layout::default();
        for code in ["KeyX", "F2", "Escape", "ArrowDown", "Slash"] {
            let press = Press {
                at_desk: false,
                ..at(code, "?")
            };
            assert_eq!(Ear::default().hear(&press, &american), Heard::Left);
        }
    }

    #[test]
    fn a_digit_picks_only_while_something_is_being_chosen() {
        let means = |code, choosing| {
            let press = Press {
                choosing,
                ..at(code, "")
            };
            wanted(press, &Layout::default())
        };
        assert_eq!(means("Digit2", true), Some(KeyAction::Pick(1)));
        assert_eq!(means("Numpad4", true), Some(KeyAction::Pick(3)));
        assert_eq!(means("Digit2", false), None);
        assert_eq!(means("Digit0", true), None);
        assert_eq!(means("NumpadAdd", true), None);
    }

    #[test]
    fn every_letter_of_the_alarm_has_a_function_key() {
        let american = Layout::default();
        for (letter, twin, shift) in [
            ("KeyX", "F4", false),
            ("KeyT", "F9", false),
            ("KeyG", "F8", false),
            ("KeyQ", "F2", true),
            ("KeyH", "F4", true),
            ("KeyM", "F8", true),
            ("KeyO", "F9", true),
        ] {
            let means = wanted(at(letter, ""), &american);
            assert!(means.is_some(), "{letter}");
            let twin = Press {
                shift,
                ..at(twin, twin)
            };
            assert_eq!(means, wanted(twin, &american), "{letter}");
        }
        assert_eq!(wanted(at("F2", "F2"), &american), Some(KeyAction::Claim));
    }

    #[test]
    fn what_was_done_is_taken_back_by_a_key_that_every_keyboard_has() {
        let backspace = at("Backspace", "Backspace");
        assert_eq!(wanted(backspace, &azerty()), Some(KeyAction::TakeBack));
    }

    #[test]
    fn function_keys_that_browsers_use_are_left_alone() {
        for code in ["F1", "F3", "F5", "F6", "F7", "F10", "F11", "F12", "KeyR"] {
            for shift in [false, true] {
                let press = Press {
                    shift,
                    choosing: true,
                    ..at(code, code)
                };
                assert_eq!(wanted(press, &Layout::default()), None, "{code}");
            }
        }
    }
}
